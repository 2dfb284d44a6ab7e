"""The pages for staff in the site's own frame."""

from typing import Any

from flask import Response

from formapp.forms.rendering import render_error_summary
from formapp.html import render
from formapp.site import ERROR_FRAME
from formapp.web.context import runtime, site
from formapp.web.headers import private
from formapp.web.pages import html

_STYLESHEET = '<link rel="stylesheet" href="/assets/staff.css">'


def framed(title: str, template: str, *, status: int = 200, problems: list[tuple[str, str]] | None = None, **values: Any) -> Response:
    """Answer with a template of templates/staff/ under a title that is also its heading; `problems` stand in a summary above that."""
    content = render(f"staff/{template}", policy=runtime().policy, **values)
    # The frame's addresses begin at the root, so it fits a page that lies deep; and a link to a stylesheet may stand in the text.
    frame = site().page(ERROR_FRAME).swapped(f"{_STYLESHEET}\n{content}").titled(title)
    if problems:
        frame = frame.with_error_summary(render_error_summary(problems))
    return private(html(frame, status=status))
