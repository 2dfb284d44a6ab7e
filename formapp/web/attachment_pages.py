"""Files for staff, by the signed links in their mails."""

from flask import Blueprint, Response
from werkzeug.exceptions import MethodNotAllowed

from formapp.services import attachments, staff_links
from formapp.services.links import BadLink
from formapp.services.staff_links import ExpiredLink
from formapp.site import REQUEST_FRAME
from formapp.web.context import desk, runtime
from formapp.web.downloads import file_to_save
from formapp.web.guards import limit_size, require_own_page
from formapp.web.headers import private
from formapp.web.pages import page
from formapp.web.staff_access import expired, opened_file

attachment_pages = Blueprint("attachment_pages", __name__)
# The form has a button and nothing else.
_LARGEST = 1024


@attachment_pages.get("/attachment/<token>")
def download(token: str) -> Response:
    """Give a file to whoever has its link, to be saved and never to be shown; every other token gets the same answer."""
    with runtime().database.reading() as session:
        try:
            number = opened_file(session, token)
        except BadLink:
            return _no_such_file()
        except ExpiredLink as error:
            return expired(error)
        found = attachments.open_for_download(session, number)
    if found is None:
        return _no_such_file()
    file, content = found
    if file.held_because:
        return private(page("This file is held back", "held_file.html", frame=REQUEST_FRAME, status=409, reason=file.held_because))
    return file_to_save(file, content)


@attachment_pages.post("/attachment/<token>")
def ask_for_a_fresh_link(token: str) -> Response:
    """Send a fresh link to the address of one that has expired, and do nothing for any other."""
    limit_size(_LARGEST)
    require_own_page()
    with runtime().database.reading() as session:
        try:
            staff_links.open_file(session, desk(), token, runtime().now())
        except BadLink:
            return _no_such_file()
        except ExpiredLink as error:
            outdated = error
        else:
            raise MethodNotAllowed(["GET", "HEAD", "OPTIONS"])
    return expired(outdated)


def _no_such_file() -> Response:
    return private(page("This link does not open a file", "bad_link.html", frame=REQUEST_FRAME, status=404))
