"""What a customer writes on the page of their ticket: every label, hint, limit and message of it, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Self

from wtforms import Form, HiddenField
from wtforms.validators import StopValidation

from formapp.forms.fields import AtMost, clean_line, given, text
from formapp.forms.files_field import FilesField
from formapp.policy.policy import Policy
from formapp.rules.files import LARGEST_FILE, LARGEST_TOGETHER, MOST_FILES, TOO_LARGE
from formapp.rules.lifecycle import Status

# What a customer can do with one press, as the form's buttons send it.
WRITE, SOLVED, NOT_SOLVED = "write", "solved", "not-solved"
ACTS = (WRITE, SOLVED, NOT_SOLVED)
LONGEST = 5000
_HINT = "Do not include passwords or card numbers"


@dataclass(frozen=True)
class Button:
    """What it says, and what the form then does."""

    act: str
    label: str


@dataclass(frozen=True)
class Box:
    """How the form reads in one state of the ticket. `first` stands above the text, for whoever has nothing to write."""

    heading: str
    label: str
    send: Button
    first: Button | None = None
    last: Button | None = None
    # What `first` or `last` does; {days} are the policy's.
    says: str = ""
    intro: str = ""


_SOLVED = Button(SOLVED, "Solved, thank you")
_RESOLVES = "“Solved, thank you” resolves the ticket. From then on you have {days} days to tell us if it is not."
BOXES: Mapping[Status, Box] = MappingProxyType(
    {
        Status.OPEN: Box("Write to us", "Your message", Button(WRITE, "Send reply"), last=_SOLVED, says=_RESOLVES),
        Status.WAITING: Box("Answer us", "Your answer", Button(WRITE, "Send reply"), last=_SOLVED, says=_RESOLVES),
        Status.RESOLVED: Box(
            "Did this solve it?",
            "What is left to do?",
            Button(NOT_SOLVED, "This did not solve it"),
            first=_SOLVED,
            says="“Solved, thank you” closes the ticket. You can re-open it at any time.",
            intro="If it did not, or if you have another question about it, we open the ticket again and answer you.",
        ),
        Status.CLOSED: Box(
            "Re-open this ticket",
            "Your message",
            Button(WRITE, "Send and re-open"),
            intro="Write to us and the ticket is open again. You can do so at any time.",
        ),
    }
)


class TicketReplyForm(Form):
    """The one form on a ticket's page: a text with files, and a button for each thing that can be done."""

    text = text("Your message", AtMost(LONGEST), hint=_HINT, rows=6)
    kept_file = FilesField("Screenshots and attachments")
    # A random key of this very form: sent twice, it acts once.
    once = HiddenField(filters=[clean_line])
    # The state in which the page showed the ticket.
    shown = HiddenField(filters=[clean_line])

    # What the macros of the forms ask for.
    fields: ClassVar[tuple[str, ...]] = ("text", "kept_file")
    suggestions: ClassVar[Mapping[str, tuple[str, Sequence[str]]]] = MappingProxyType({})
    choice_hints: ClassVar[Mapping[str, Mapping[str, str]]] = MappingProxyType({})
    focused: str = ""

    box: Box
    act: str

    @classmethod
    def of(cls, status: Status, formdata: Any = None, act: str = WRITE) -> Self:
        """Return the form as it reads in that state, empty or filled with what was posted (a werkzeug MultiDict) for one of ACTS."""
        form = cls(formdata)
        form.act = act
        form.read_as(status)
        return form

    def read_as(self, status: Status) -> None:
        """Let the form read as in that state: the ticket may have moved on since it was opened."""
        self.box = BOXES[status]
        self.text.label.text = self.box.label

    @property
    def optional(self) -> frozenset[str]:
        """What can be left out: the text only where saying that it is not solved is enough."""
        return frozenset({"kept_file"} | ({"text"} if self.box.send.act == NOT_SOLVED else set()))

    def validate_text(self, field: Any) -> None:
        """Something must be written to be sent."""
        if self.act == WRITE and not field.data:
            raise StopValidation(f"Enter {self.box.label[:1].lower()}{self.box.label[1:].rstrip('?')}")

    @property
    def shown_as(self) -> Status | None:
        """The state in which the page showed the ticket; None where that is not said, or is no state."""
        return next((status for status in Status if status == self.shown.data), None)

    @property
    def words(self) -> str:
        """What was written, cleaned."""
        return given(self.text)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of the files that are kept with it."""
        return tuple(file.token for file in self.kept_file.kept)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """The element id and the message of each thing that is wrong, in the order of the page."""
        return [(str(self[name].id), message) for name in self.fields for message in self[name].errors]

    def facts(self, policy: Policy, subject: str) -> dict[str, Any]:
        """Return what the scripts need to know, `subject` being that of an email that is sent instead."""
        return {
            "form": "reply",
            "noun": "message",
            "email": policy.channels.email,
            "subject": subject,
            "most": MOST_FILES,
            "largest": LARGEST_FILE,
            "together": LARGEST_TOGETHER,
            "too_large": TOO_LARGE,
        }
