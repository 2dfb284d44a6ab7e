"""Dynamic pages in the site's own frame."""

from pathlib import Path
from typing import Any

from flask import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from formapp.site import ERROR_FRAME, Frame
from formapp.web.context import runtime, site

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(title: str, template: str, *, frame: str = ERROR_FRAME, status: int = 200, **values: Any) -> Response:
    """Answer with a template of templates/pages/ in a built frame, under a title that is also its heading."""
    content = _TEMPLATES.get_template(f"pages/{template}").render(policy=runtime().policy, **values)
    return html(site().page(frame).swapped(content).titled(title), status=status)


def html(frame: Frame, *, status: int) -> Response:
    """Answer with a finished page."""
    return Response(frame.html, status=status, mimetype="text/html")
