"""The links by which staff download files."""

from dataclasses import replace
from datetime import datetime

from formapp.runtime import Runtime
from formapp.services.database import Database
from formapp.services.links import Links
from formapp.services.staff_links import StaffLinks, staff_links


def file_url(runtime: Runtime, number: int, key: str | None = None) -> str:
    """Return the link to a file, as the team's mails have it; signed with another key where one is given."""
    with runtime.database.transaction() as session:
        made = staff_links(session, runtime.desk, runtime.now())
    links = made.links if key is None else Links((key,), made.links.base_url)
    return replace(made, links=links).file_url(number)


def file_url_in(database: Database, links: Links, number: int, now: datetime) -> str:
    """Return the link to a file of a service that runs elsewhere."""
    with database.transaction() as session:
        return StaffLinks.read(session, links, "team@example.org", now.date()).file_url(number)
