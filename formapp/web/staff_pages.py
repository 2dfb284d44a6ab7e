"""Everything that a signed link opens for staff, who have no accounts."""

from flask import Blueprint, Response

from formapp.services.links import BadLink
from formapp.services.staff_links import ExpiredLink
from formapp.web.staff_access import expired, no_such_link
from formapp.web.staff_door import staff_door
from formapp.web.staff_queue_pages import staff_queue_pages
from formapp.web.staff_review_pages import staff_review_pages
from formapp.web.staff_ticket_pages import staff_ticket_pages

staff_pages = Blueprint("staff_pages", __name__)
staff_pages.register_blueprint(staff_queue_pages, url_prefix="/staff-queue/<token>")
staff_pages.register_blueprint(staff_review_pages, url_prefix="/staff-queue/<token>/review")
staff_pages.register_blueprint(staff_ticket_pages, url_prefix="/staff-ticket/<token>")
staff_pages.register_blueprint(staff_ticket_pages, url_prefix="/staff-queue/<token>/tickets/<int:number>", name="ticket_in_queue")
staff_pages.register_blueprint(staff_door, url_prefix="/staff-door/<token>")
staff_pages.register_error_handler(BadLink, no_such_link)
staff_pages.register_error_handler(ExpiredLink, expired)


@staff_pages.get("/staff-ticket/")
@staff_pages.get("/staff-ticket//")
@staff_pages.get("/staff-queue/")
@staff_pages.get("/staff-queue//")
@staff_pages.get("/staff-door/")
@staff_pages.get("/staff-door//")
def without_token() -> Response:
    """Answer for a link that lost its token."""
    return no_such_link()
