"""Dynamic pages in the site's own frame."""

from typing import Any

from flask import Response

from formapp.html import render
from formapp.site import ERROR_FRAME, Frame
from formapp.web.context import runtime, site


def page(title: str, template: str, *, frame: str = ERROR_FRAME, status: int = 200, **values: Any) -> Response:
    """Answer with a template of templates/pages/ in a built frame, under a title that is also its heading."""
    content = render(f"pages/{template}", policy=runtime().policy, **values)
    return html(site().page(frame).swapped(content).titled(title), status=status)


def html(frame: Frame, *, status: int) -> Response:
    """Answer with a finished page."""
    return Response(frame.html, status=status, mimetype="text/html")
