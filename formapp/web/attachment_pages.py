"""Files for staff, by the signed links in their mails."""

from urllib.parse import quote

from flask import Blueprint, Response

from formapp.rules.files import kind_of
from formapp.services import attachments
from formapp.services.links import ATTACHMENT, BadLink
from formapp.site import REQUEST_FRAME
from formapp.web.context import links, runtime
from formapp.web.headers import private
from formapp.web.pages import page

attachment_pages = Blueprint("attachment_pages", __name__)


@attachment_pages.get("/attachment/<token>")
def download(token: str) -> Response:
    """Give a file to whoever has its link, to be saved and never to be shown; every other token gets the same answer."""
    try:
        number = links().read(ATTACHMENT, token)
    except BadLink:
        return _no_such_file()
    with runtime().database.reading() as session:
        found = attachments.open_for_download(session, number)
    if found is None:
        return _no_such_file()
    file, content = found
    if file.held_because:
        return private(page("This file is held back", "held_file.html", frame=REQUEST_FRAME, status=409, reason=file.held_because))
    answer = Response(content, mimetype=kind_of(file.kind).media_type)
    # A header is ASCII: the name as it is goes in the form that RFC 6266 has for it, beside one for programs that do not know that form.
    plain = file.name if file.name.isascii() else f"attachment.{file.kind}"
    names = {"filename": plain, "filename*": f"UTF-8''{quote(file.name, safe='')}"}
    answer.headers.set("Content-Disposition", "attachment", **names)
    # Whatever a browser makes of it: no script runs, and nothing of ours is its origin.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return private(answer)


def _no_such_file() -> Response:
    return private(page("This link does not open a file", "bad_link.html", frame=REQUEST_FRAME, status=404))
