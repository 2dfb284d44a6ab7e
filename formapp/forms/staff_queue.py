"""What staff ask the queue for."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Self

from wtforms import Form

from formapp.forms.fields import given, line, select
from formapp.policy.policy import Policy
from formapp.policy.requests import COMPLAINT

LONGEST_WORDS = 100


class QueueForm(Form):
    """Which tickets are shown. It only asks, so what nobody offers is the same as nothing."""

    state = select("Show")
    request_type = select("Request type")
    priority = select("Priority")
    words = line("Search", hint="A ticket ID, or words of the summary, a name, a company or an address", type="search", autocomplete="off")

    # What the macros of the forms ask for.
    optional: ClassVar[frozenset[str]] = frozenset()
    suggestions: ClassVar[Mapping[str, tuple[str, Sequence[str]]]] = MappingProxyType({})
    focused: str = ""

    @classmethod
    def of(cls, policy: Policy, states: Mapping[str, str], formdata: Any = None) -> Self:
        """Return the form with these states (the first is the usual one) and the policy's types and levels."""
        form = cls(formdata)
        kinds = {kind.key: kind.name for kind in policy.request_types} | {COMPLAINT: policy.name_of(COMPLAINT)}
        levels = {one.level: one.level for one in policy.priorities}
        for field, choices in ((form.state, dict(states)), (form.request_type, {"": "All"} | kinds), (form.priority, {"": "All"} | levels)):
            field.choices = choices
            field.data = field.data if field.data in choices else next(iter(choices))
        form.words.data = given(form.words)[:LONGEST_WORDS]
        return form
