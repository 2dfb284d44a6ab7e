"""Fields that clean what they are given and say what is wrong in words that help."""

import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from wtforms import Field, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation

from formapp.rules.references import read_ticket_id

# Characters nobody types on purpose: C0 and C1 controls but tab and newline, lone surrogates, zero-width marks and the byte order mark.
_DROPPED = {
    code: None for code in (*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000), 0x200B, 0x2060, 0xFEFF) if chr(code) not in "\t\n"
}
_NEWLINES = str.maketrans({"\x85": "\n", "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n"})

LONGEST_COMPOSED = 8_000
LONGEST_ADDRESS = 254
LONGEST_PHONE = 60
PHONE_FORMAT = "Phone number must be one that we can call, like 07 3000 0000 or +61 7 3000 0000"
EMAIL_FORMAT = "Enter an email address in the correct format, like name@example.com"


def clean_text(value: str | None) -> str:
    """Return text with one kind of newline, composed characters and no invisible ones, without blanks around it."""
    lines = (value or "").replace("\r\n", "\n").replace("\r", "\n").translate(_NEWLINES).translate(_DROPPED)
    # Composing takes quadratic time over a run of accents; a text past every limit is refused anyway, composed or not.
    return (unicodedata.normalize("NFC", lines) if len(lines) <= LONGEST_COMPOSED else lines).strip()


def clean_line(value: str | None) -> str:
    """Return text as one line: what was pasted over several is joined with spaces."""
    return " ".join(clean_text(value).split())


class Answered:
    """The field must have an answer; otherwise nothing else is said of it."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: Form, field: Field) -> None:
        """Raise StopValidation with the message when the answer is empty."""
        if not field.data:
            raise StopValidation(self.message)


class AtMost:
    """The text may have so many characters; counted after cleaning, as the browser counts them."""

    def __init__(self, limit: int, called: str = "") -> None:
        self.limit = limit
        self.called = called
        self.field_flags = {"limit": limit}

    def __call__(self, form: Form, field: Field) -> None:
        """Raise StopValidation when the text is longer."""
        if len(field.data) > self.limit:
            raise StopValidation(f"{self.called or _called(field)} must be {self.limit:,} characters or less")


class AtLeast:
    """The text must have so many characters."""

    def __init__(self, limit: int, called: str = "") -> None:
        self.limit = limit
        self.called = called

    def __call__(self, form: Form, field: Field) -> None:
        """Raise StopValidation when the text is shorter; an empty one is for Answered to refuse."""
        if 0 < len(field.data) < self.limit:
            raise StopValidation(f"{self.called or _called(field)} must be {self.limit} characters or more")


def _called(field: Field) -> str:
    return str(field.label.text).rstrip("?")


class OneOfChoices:
    """The answer must be one that was offered; a tampered one is asked for again."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: Form, field: Any) -> None:
        """Raise StopValidation when the answer is not among the field's choices."""
        if field.data and field.data not in field.choices:
            raise StopValidation(self.message)


class MailAddress:
    """The text must be one address that mail can be sent to."""

    def __call__(self, form: Form, field: Field) -> None:
        """Raise StopValidation unless it is one; leave it in the form that mail servers expect."""
        if len(field.data) > LONGEST_ADDRESS:
            raise StopValidation(EMAIL_FORMAT)
        try:
            found = validate_email(field.data, check_deliverability=False, strict=True)
        except EmailNotValidError:
            raise StopValidation(EMAIL_FORMAT) from None
        # What some programs take for an option or an encoded word is no address a person has.
        if found.normalized.startswith("-") or "=?" in found.normalized:
            raise StopValidation(EMAIL_FORMAT)
        field.data = found.normalized


class PhoneNumber:
    """The text must be a phone number as people write them, in this country's form or with a country code; it stays as it was typed."""

    def __call__(self, form: Any, field: Field) -> None:
        """Raise StopValidation when nobody could be called under it; an empty one is for Answered to refuse."""
        if not field.data:
            return
        try:
            number = phonenumbers.parse(field.data[:LONGEST_PHONE], form.policy.holidays.country)
        except phonenumbers.NumberParseException:
            raise StopValidation(PHONE_FORMAT) from None
        if len(field.data) > LONGEST_PHONE or not phonenumbers.is_possible_number(number):
            raise StopValidation(PHONE_FORMAT)


class TicketNumber:
    """The text must be a ticket ID, in any of the ways in which people write one; whether there is such a ticket, nobody is told here."""

    def __call__(self, form: Any, field: Field) -> None:
        """Raise StopValidation when it cannot be read; an empty one is for Answered to refuse."""
        if field.data and read_ticket_id(form.policy, field.data) is None:
            raise StopValidation(f"Ticket ID must be {form.policy.brand.ticket_prefix}- and a number, as in the subject of our emails")


def given(field: StringField) -> str:
    """Return a text field's cleaned answer, empty where there is none."""
    return field.data or ""


def person() -> StringField:
    """Return the question for somebody's name."""
    return line("Full name", Answered("Enter your full name"), AtMost(120), autocomplete="name", spellcheck="false")


def reply_address(hint: str = "We’ll only use this to reply to your request") -> StringField:
    """Return the question for the address that answers go to."""
    wrong_or_missing = (Answered("Enter your email address"), MailAddress())
    return line("Email address", *wrong_or_missing, hint=hint, type="email", autocomplete="email", spellcheck="false")


def phone_line(*validators: Callable[[Form, Any], None], hint: str) -> StringField:
    """Return the question for a phone number."""
    return line("Phone number", *validators, hint=hint, type="tel", autocomplete="tel")


def line(label: str, *validators: Callable[[Form, Any], None], hint: str = "", **attributes: str) -> StringField:
    """Return a one-line text field."""
    return StringField(label, list(validators), filters=[clean_line], description=hint, render_kw={"type": "text", **attributes})


def text(label: str, *validators: Callable[[Form, Any], None], hint: str = "", rows: int = 4) -> TextAreaField:
    """Return a text field of several lines."""
    return TextAreaField(label, list(validators), filters=[clean_text], description=hint, render_kw={"rows": str(rows)})


def radios(
    label: str, *validators: Callable[[Form, Any], None], hint: str = "", choices: Mapping[str, str] = MappingProxyType({})
) -> RadioField:
    """Return a question with radio buttons, none of them chosen beforehand."""
    return RadioField(label, list(validators), filters=[clean_line], description=hint, choices=dict(choices), validate_choice=False)


def select(label: str, *validators: Callable[[Form, Any], None], hint: str = "") -> SelectField:
    """Return a question with a list to select from."""
    return SelectField(label, list(validators), filters=[clean_line], description=hint, choices={}, validate_choice=False)
