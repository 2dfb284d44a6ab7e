"""What the forms on a ticket's page for staff have in common."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Self

from wtforms import Form, TextAreaField

from formapp.forms.files_field import FilesField
from formapp.forms.rendering import first_control
from formapp.policy.policy import Policy
from formapp.rules.files import LARGEST_FILE, LARGEST_TOGETHER, MOST_FILES, TOO_LARGE


class StaffForm(Form):
    """An act on a ticket: its heading, what it does, its button, and its fields in the order of the page."""

    act: ClassVar[str]
    heading: ClassVar[str]
    says: ClassVar[str] = ""
    button: ClassVar[str]
    fields: ClassVar[tuple[str, ...]] = ()
    # Whether what is written goes to the customer, which the page says beside the button.
    is_mailed: ClassVar[bool] = False

    # What the macros of the forms ask for.
    optional: ClassVar[frozenset[str]] = frozenset()
    suggestions: ClassVar[Mapping[str, tuple[str, Sequence[str]]]] = MappingProxyType({})
    choice_hints: ClassVar[Mapping[str, Mapping[str, str]]] = MappingProxyType({})
    focused: str = ""

    @classmethod
    def of(cls, policy: Policy, formdata: Any = None, **before: Any) -> Self:
        """Return the form with the policy's choices: empty, filled with what was posted (a werkzeug MultiDict), or with `before`."""
        form = cls(formdata, **before)
        for field in form:
            # Several forms stand on one page. That of the files has an id of its own, which the scripts know, and stands there once.
            field.id = field.id if isinstance(field, FilesField) else f"{cls.act}-{field.name.replace('_', '-')}"
        form.offer(policy)
        return form

    def offer(self, policy: Policy) -> None:
        """Fill in the choices that the policy gives."""

    def answers(self) -> dict[str, Any]:
        """Return what a validated form says, as the service that does it names its arguments."""
        raise NotImplementedError

    @property
    def problems(self) -> list[tuple[str, str]]:
        """The element id and the message of each thing that is wrong, in the order of the page."""
        return [(first_control(self[name]), message) for name in self.fields for message in self[name].errors]

    @property
    def written(self) -> str:
        """The texts that somebody has typed, for where the form itself can no longer be sent."""
        texts = [self[name] for name in self.fields if self[name].type in ("TextAreaField", "StringField")]
        return "\n\n".join(field.data for field in texts if field.data)


class LetterForm(StaffForm):
    """A text to the customer, with files."""

    is_mailed = True
    # Each asks for it in its own words.
    text: TextAreaField
    kept_file = FilesField("Screenshots and attachments")
    optional = frozenset({"kept_file"})

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of the files that are kept with it."""
        return tuple(file.token for file in self.kept_file.kept)

    @property
    def facts(self) -> dict[str, Any]:
        """What the scripts of the files need to know; they have no copy of any limit."""
        limits = {"most": MOST_FILES, "largest": LARGEST_FILE, "together": LARGEST_TOGETHER, "too_large": TOO_LARGE}
        return {"form": self.act, "noun": "reply", **limits}
