"""Doors: links in letters that may be quoted to a customer, which lead staff to a page or a file and open nothing for anybody else."""

from flask import Blueprint, redirect
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as Answer

from formapp.services import staff_links
from formapp.web.context import desk, runtime
from formapp.web.guards import limit_size, require_own_page
from formapp.web.headers import PRIVATE
from formapp.web.staff_access import FRESH_LINK, kept_pass, posted, sent_fresh
from formapp.web.staff_frame import framed

staff_door = Blueprint("staff_door", __name__)
# The form has a button and nothing else.
_LARGEST = 1024


@staff_door.get("/")
def show(token: str) -> Answer:
    """Lead a browser on that has opened one of our links before; offer all others the one button. Nothing is changed by looking."""
    running = runtime()
    with running.database.reading() as session:
        door = staff_links.open_door(session, desk(), token, running.now())
        made = staff_links.links_of_browser(session, desk(), kept_pass(), running.now())
    if made is None:
        return framed(
            "A page for the support team", "door.html", here=f"/staff-door/{token}/", act=FRESH_LINK, days=staff_links.OPENS_FOR.days
        )
    answer = redirect(made.behind(door).removeprefix(made.links.base_url), code=303)
    answer.headers.update(PRIVATE)
    return answer


@staff_door.post("/")
def ask(token: str) -> Answer:
    """Mail the link to the address that the door was made for, whoever asks: nobody but that address gets anything by it."""
    limit_size(_LARGEST)
    require_own_page()
    with runtime().database.reading() as session:
        door = staff_links.open_door(session, desk(), token, runtime().now())
    if posted().get("act") != FRESH_LINK:
        raise BadRequest("Press the page’s button.")
    return sent_fresh(door)
