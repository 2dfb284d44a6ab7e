"""Understand a mail: raw bytes in, a value out; nothing is fetched, opened or run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from formapp.mail import header_reading
from formapp.mail.bounce_report import bounce_of
from formapp.mail.from_line import Sender, sender_of
from formapp.mail.mail_kind import kind_of_mail
from formapp.mail.mail_text import Contents, contents_of
from formapp.mail.mime_parts import parse
from formapp.mail.sender_proof import is_aligned
from formapp.mail.understood import Kind, Ours, Understood
from formapp.mail.visible_reply import visible_reply

_T = TypeVar("_T")
_BOUNCE = "a report about a mail that was sent"


def understand(raw: bytes, ours: Ours) -> Understood:
    """Return what is understood of a mail, whatever the bytes are. What fails unforeseen is a problem in words, and the rest stands."""
    return _understood(raw, ours, _Guarded())


def understand_strictly(raw: bytes, ours: Ours) -> Understood:
    """Return what is understood of a mail, for tests: an error that was not foreseen is raised."""
    return _understood(raw, ours, _Unguarded())


def unreadable(problem: str) -> Understood:
    """Return what is known of a mail that could not be read within its bounds: why, in words for staff."""
    return Understood(
        kind=Kind.UNREADABLE,
        why="",
        subject="",
        from_address=None,
        from_name="",
        reply_to=None,
        recipients=(),
        message_id=None,
        in_reply_to=None,
        references=(),
        sent_at=None,
        text="",
        reply="",
        files=(),
        is_authentic=False,
        bounce=None,
        problems=(problem,),
    )


@dataclass(slots=True)
class _Unguarded:
    """Asks each part of the reading for its answer."""

    problems: list[str] = field(default_factory=list)

    def ask(self, ask: Callable[[], _T], otherwise: _T, what: str) -> _T:
        """Return the answer; `otherwise` and `what` are for those who forgive."""
        return ask()


@dataclass(slots=True)
class _Guarded(_Unguarded):
    """Forgives what fails: one part that cannot be read must not lose the others."""

    def ask(self, ask: Callable[[], _T], otherwise: _T, what: str) -> _T:
        """Return the answer, or what stands for it where asking fails; memory that runs out is for whoever runs this."""
        try:
            return ask()
        except MemoryError:
            raise
        except Exception:
            self.problems.append(f"{what} could not be read")
            return otherwise


def _understood(raw: bytes, ours: Ours, reader: _Unguarded) -> Understood:
    root = reader.ask(lambda: parse(raw), parse(b""), "It")
    headers = root.headers
    sender = reader.ask(lambda: sender_of(headers), Sender(None, ""), "Its From line")
    if root.is_head_cut:
        sender = Sender(None, sender.name, root.problem)
    subject = reader.ask(lambda: header_reading.text_of(headers, "Subject"), "", "Its subject")
    message_id = reader.ask(lambda: header_reading.message_id_of(headers), None, "Its Message-ID")
    contents = reader.ask(lambda: contents_of(root), Contents("", (), ()), "Its text")
    kind, why = reader.ask(
        lambda: kind_of_mail(headers, from_address=sender.address, subject=subject, message_id=message_id, ours=ours),
        (Kind.HUMAN, ""),
        "Its kind",
    )
    bounce = None
    if kind is not Kind.LOOP:
        bounce = reader.ask(lambda: bounce_of(root, sender.address, contents.text), None, "The report in it")
    if bounce is not None:
        kind, why = Kind.BOUNCE, _BOUNCE
    reply = reader.ask(lambda: visible_reply(contents.text), contents.text, "Its own text")
    problems = (sender.problem, *contents.problems)
    return Understood(
        kind=kind,
        why=why,
        subject=subject,
        from_address=sender.address,
        from_name=sender.name,
        reply_to=reader.ask(lambda: header_reading.first_address(headers, "Reply-To"), None, "Its Reply-To"),
        recipients=reader.ask(lambda: header_reading.recipients_of(headers, ours.addresses), (), "Its recipients"),
        message_id=message_id,
        in_reply_to=reader.ask(lambda: header_reading.in_reply_to_of(headers), None, "Its In-Reply-To"),
        references=reader.ask(lambda: header_reading.references_of(headers), (), "Its References"),
        sent_at=reader.ask(lambda: header_reading.moment_of(headers), None, "Its date"),
        text=contents.text,
        reply=reply,
        files=contents.files,
        is_authentic=reader.ask(lambda: is_aligned(headers, sender.address, ours.authserv_id), False, "Its proof"),
        bounce=bounce,
        problems=tuple(dict.fromkeys(one for one in (*problems, *reader.problems) if one)),
    )
