"""What all our forms have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from wtforms import HiddenField

from formapp.forms.fields import clean_line
from formapp.forms.files_field import FilesField
from formapp.forms.unseen_fields import UnseenFields
from formapp.policy.policy import Policy
from formapp.rules.files import LARGEST_FILE, LARGEST_TOGETHER, MOST_FILES, TOO_LARGE

CHECK = "Check your answers"


@dataclass(frozen=True)
class Group:
    """Fields that belong together under one heading."""

    heading: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """One answer in words: the field it was given in, what the field is called, and the answer (empty: none was given)."""

    field: str
    label: str
    answer: str


class SupportForm(UnseenFields):
    """A form that support answers: its groups of fields and its files."""

    slug: str  # its name in markers and among the scripts
    kept_file = FilesField("Screenshots and attachments")

    # Made by the browser; the same key twice gives the same submission.
    submission_key = HiddenField(filters=[clean_line])

    noun: str  # what is sent: a request, an escalation, a complaint
    button: str
    # Whether the answers are shown once more before they are sent.
    is_checked = False
    # Whether it is taken however many came from the same network before.
    is_always_taken = False
    optional: frozenset[str]
    groups: tuple[Group, ...]
    suggestions: Mapping[str, tuple[str, Sequence[str]]] = MappingProxyType({})
    choice_hints: Mapping[str, Mapping[str, str]] = MappingProxyType({})

    policy: Policy
    # The field that takes the focus when the page opens, after "Change" on the page that shows the answers.
    focused = ""

    @classmethod
    def of(cls, policy: Policy, formdata: Any = None) -> Self:
        """Return the form with the policy's choices, empty or filled with what was posted (a werkzeug MultiDict)."""
        form = cls(formdata)
        form.policy = policy
        form.offer(policy)
        return form

    def offer(self, policy: Policy) -> None:
        """Fill in the choices that the policy gives."""

    def said(self) -> tuple[Said, ...]:
        """Return what a validated form says, in the order of its questions."""
        raise NotImplementedError

    def answers(self) -> Any:
        """Return what a validated form says, as the frozen value that the services take."""
        raise NotImplementedError

    @property
    def first_button(self) -> str:
        """The button of the form itself, which leads to the answers where they are checked first."""
        return CHECK if self.is_checked else self.button

    @property
    def facts(self) -> dict[str, Any]:
        """What the scripts need to know; they have no copy of any limit or word of the policy."""
        return {
            "form": self.slug,
            "noun": self.noun,
            "ticket_prefix": self.policy.brand.ticket_prefix,
            "email": self.policy.channels.email,
            "most": MOST_FILES,
            "largest": LARGEST_FILE,
            "together": LARGEST_TOGETHER,
            "too_large": TOO_LARGE,
        }
