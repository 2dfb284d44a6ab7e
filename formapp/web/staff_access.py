"""Who sees a page for staff: whoever has the link from our mail; and what all others are told.

A browser that opens such a link is given a pass, which does nothing but open doors (see services/staff_links.py): no page asks for it.
"""

from dataclasses import dataclass

from flask import Response, after_this_request, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from formapp.services import staff_links
from formapp.services.links import BadLink
from formapp.services.staff_links import Door, ExpiredLink, StaffAccess
from formapp.web.context import desk, runtime
from formapp.web.staff_frame import framed

FRESH_LINK = "fresh-link"
_LARGEST_NUMBER = 2**31 - 1
# The fields in which staff write more than a click can bring back.
_TEXTS = ("text", "because", "underlying_problem")


@dataclass(frozen=True)
class Where:
    """A ticket's page: the ticket, who has the link, the page's path, and that of the queue where the link opens it."""

    number: int
    address: str
    here: str
    queue: str | None


def opened_ticket(session: Session, token: str, number: int | None) -> Where:
    """Return the page that a token opens: the ticket it was made for, or with a `number` that ticket of its queue.

    Raises BadLink or ExpiredLink.
    """
    if number is None:
        access = staff_links.open_ticket(session, desk(), token, runtime().now())
        _give_pass(session, access)
        assert access.number is not None
        return Where(access.number, access.address, f"/staff-ticket/{token}/", None)
    queue, address = opened_queue(session, token)
    # No database takes a larger one; there is no such ticket either.
    return Where(min(number, _LARGEST_NUMBER), address, f"{queue}tickets/{number}/", queue)


def opened_queue(session: Session, token: str) -> tuple[str, str]:
    """Return the queue's path and who has the link; raise BadLink or ExpiredLink."""
    access = staff_links.open_queue(session, desk(), token, runtime().now())
    _give_pass(session, access)
    return f"/staff-queue/{token}/", access.address


def opened_file(session: Session, token: str) -> int:
    """Return the number of the file that a token opens; raise BadLink or ExpiredLink."""
    access = staff_links.open_file(session, desk(), token, runtime().now())
    _give_pass(session, access)
    assert access.number is not None
    return access.number


def kept_pass() -> str:
    """Return the pass that the browser sent; an empty text where it has none."""
    return request.cookies.get(_cookie_name(), "")


def no_such_link(error: BadLink | None = None) -> Response:
    """Answer for a token that opens nothing, whatever is wrong with it; what somebody sent with it is theirs to copy."""
    return framed("This link does not open anything", "no_link.html", status=404, written=_written())


def expired(error: ExpiredLink) -> Response:
    """Answer for a link that is too old: with a button, or by sending a fresh one where that was pressed."""
    if request.method != "POST":
        return _has_expired("")
    if posted().get("act") != FRESH_LINK:
        return _has_expired(_written())
    return sent_fresh(error)


def sent_fresh(wanted: ExpiredLink | Door) -> Response:
    """Send a link to the address that had one, and answer without a word about the address."""
    running = runtime()
    with running.database.transaction() as session:
        is_sent = staff_links.send_fresh(session, wanted, desk(), running.now())
    title = "A fresh link is on its way" if is_sent else "A fresh link has been sent already"
    return framed(title, "fresh_link.html", is_sent=is_sent, is_for_door=isinstance(wanted, Door))


def _give_pass(session: Session, access: StaffAccess) -> None:
    if request.method != "GET":
        return
    value = staff_links.browser_pass(session, desk(), access, runtime().now())

    @after_this_request
    def _(response: Response) -> Response:
        if response.status_code == 200:
            is_safe, age = _is_https(), staff_links.OPENS_FOR
            response.set_cookie(_cookie_name(), value, max_age=age, path="/", secure=is_safe, httponly=True, samesite="Lax")
        return response


def _cookie_name() -> str:
    # The prefix is a promise that browsers see kept, and no browser believes it of a site without TLS, as a developer's is.
    return "__Host-staff" if _is_https() else "staff"


def _is_https() -> bool:
    return runtime().settings.base_url.startswith("https:")


def _written() -> str:
    """Return what somebody wrote into the form that they sent: it is not lost with the link."""
    return "\n\n".join(filter(None, map(posted().get, _TEXTS)))


def posted() -> MultiDict[str, str]:
    """Return the form that was sent, as far as it came whole."""
    try:
        return request.form if request.method == "POST" else MultiDict()
    except HTTPException:
        # Too large, or cut off on its way: what is wrong with the link is said all the same.
        return MultiDict()


def _has_expired(written: str) -> Response:
    # Whatever of it was asked for, as a file: the button is the page's own.
    page = "/".join([*request.path.split("/")[:3], ""])
    days = staff_links.OPENS_FOR.days
    return framed("This link has expired", "expired.html", status=410, here=page, act=FRESH_LINK, days=days, written=written)
