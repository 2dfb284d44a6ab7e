"""Forms as accessible HTML; the same template makes the static page and the error page."""

from collections.abc import Sequence
from typing import Any

from formapp.html import render


def render_form(form: Any, notice: str = "") -> str:
    """Return the form's HTML with whatever answers and errors it holds; a notice stands above its first question."""
    return render("forms/form.html", form=form, notice=notice)


def render_error_summary(problems: Sequence[tuple[str, str]]) -> str:
    """Return the summary that stands above the page's heading, from pairs of a field's element id and its message."""
    return render("forms/error_summary.html", problems=problems)


def problems_of(form: Any) -> list[tuple[str, str]]:
    """Return each wrong field's element id and message, in the order of the page."""
    return [(first_control(form[name]), form[name].errors[0]) for group in form.groups for name in group.fields if form[name].errors]


def first_control(field: Any) -> str:
    """Return the id of the element that takes the focus: for radio buttons the first of them."""
    return f"{field.id}-0" if field.type == "RadioField" else str(field.id)
