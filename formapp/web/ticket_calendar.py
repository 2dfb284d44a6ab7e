"""When our answer is due, as an entry for the customer's calendar (RFC 5545)."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from formapp.models import Promise
from formapp.policy.policy import Policy


def calendar_of(ticket_id: str, owed: Sequence[tuple[str, datetime]], promise: Promise | None, policy: Policy, now: datetime) -> bytes:
    """Return a calendar with one entry for the next of what we owe; there must be something. The same promise has the same UID.

    `promise` is the one that stands: the entry says its target, where it is the promise's.

    Neither the ticket's link nor what it is about: many calendars are read by colleagues.
    """
    # Half a second of loading, which only this one answer needs.
    from icalendar import Calendar, Event

    what, due_at = min(owed, key=lambda one: (one[1] < now, one[1]))
    target = f"{promise.target} from receipt. " if promise and promise.due_at == due_at else ""
    event, calendar = Event(), Calendar()
    event.add(
        "uid",
        f"{uuid5(NAMESPACE_URL, f'{ticket_id} {what} {due_at}')}@{urlsplit(policy.channels.help_centre).hostname}",
    )
    event.add("dtstamp", now)
    event.add("dtstart", due_at)
    event.add("summary", f"{policy.brand.name} Support: {what} due for {ticket_id}")
    event.add("description", f"{target}You can answer any of our emails about {ticket_id}, or use its page.")
    # It takes no time of the customer's day.
    event.add("transp", "TRANSPARENT")
    calendar.add("prodid", f"-//{policy.brand.name} Support//Help centre//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
