"""Forms as accessible HTML; the same template makes the static page and the error page."""

import json
from collections.abc import Sequence
from typing import Any

from formapp.forms.support_form import SupportForm
from formapp.html import render


def render_form(form: SupportForm, notice: str = "") -> str:
    """Return the form's HTML with whatever answers and errors it holds; a notice stands above its first question."""
    facts = json.dumps(form.facts, ensure_ascii=False, separators=(",", ":"))
    return render("forms/form.html", form=form, notice=notice, facts=facts)


def render_check(form: SupportForm) -> str:
    """Return a validated form's answers to be read once more, with a way back to each and a button that sends them."""
    facts = json.dumps(form.facts, ensure_ascii=False, separators=(",", ":"))
    return render("forms/check.html", form=form, facts=facts, fields=[form[name] for group in form.groups for name in group.fields])


def render_error_summary(problems: Sequence[tuple[str, str]]) -> str:
    """Return the summary that stands above the page's heading, from pairs of a field's element id and its message."""
    return render("forms/error_summary.html", problems=problems)


def problems_of(form: SupportForm) -> list[tuple[str, str]]:
    """Return the element id and the message of each thing that is wrong, in the order of the page."""
    fields = [form[name] for group in form.groups for name in group.fields]
    return [(first_control(field), message) for field in fields for message in field.errors]


def first_control(field: Any) -> str:
    """Return the id of the element that takes the focus: for radio buttons the first of them."""
    return f"{field.id}-0" if field.type == "RadioField" else str(field.id)
