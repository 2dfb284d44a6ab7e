"""A ticket's life at the speed of a test: acts in transactions, passes of the worker, mails that leave, days that go by."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, TypeVar, cast

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from formapp.forms.escalation import EscalationForm
from formapp.forms.ticket import TicketAnswers
from formapp.mail.failures import PermanentFailure, TemporaryFailure
from formapp.mail.letter import SealedLetter
from formapp.models import Message, OutgoingMail, Promise, Ticket, TicketEvent
from formapp.rules.lifecycle import Mover, Status
from formapp.rules.references import ticket_id
from formapp.runtime import Runtime
from formapp.services import escalations, housekeeping, outbox, tickets, timers
from formapp.services.intake import Envelope
from formapp.services.proofs import GOOD_FOR, Solved
from formapp.services.ticket_life import PAGE, STAFF_PAGE, Act
from formapp.services.undelivered import CALLED
from tests.clock import Clock
from tests.requests import escalation

CUSTOMER = Act(Mover.CUSTOMER, PAGE)
STAFF = Act(Mover.STAFF, STAFF_PAGE, by="lee@example.org")
SUSPECT = Envelope(suspect_because="a field that people do not see was filled in")
UNKNOWN_USER = "550 5.1.1 user unknown"

Owned = TypeVar("Owned", Message, Promise, TicketEvent)


class Life:
    def __init__(self, runtime: Runtime, clock: Clock) -> None:
        self.runtime, self.clock = runtime, clock
        self.sent: list[SealedLetter] = []
        self._tickets = 0

    def do(self, act: Callable[..., Any], *arguments: Any, **words: Any) -> Any:
        """Do something to a ticket now, in a transaction of its own."""
        number, by = arguments
        with self.runtime.database.transaction() as session:
            return act(session, number, by, self.runtime.desk, self.clock.now(), **words)

    def ticket(self, envelope: Envelope | None = None, **changes: Any) -> int:
        """Take a ticket in, another one each time, with a proof of work unless the envelope says otherwise, and send its mails."""
        self._tickets += 1
        answers = {"request_type": "general-enquiry", "priority": None, "summary": "A question", "area": "Payments"}
        answers |= {"description": f"What is it? ({self._tickets})"}
        answers |= dict.fromkeys(("extent", "effect", "impact", "browser", "company"), "")
        answers |= {"suggested_priority": None, "name": "Zoë", "email": "zoe@example.net", "article_id": None}
        with self.runtime.database.transaction() as session:
            given = TicketAnswers(**(answers | changes))
            receipt = tickets.submit(session, given, envelope or self.proven(), self.runtime.desk, self.clock.now())
        self.send_mail()
        return receipt.number

    def proven(self) -> Envelope:
        """Return an envelope with a proof of work, another one each time, as nearly every browser sends it."""
        return Envelope(proof=Solved(f"proof {self._tickets}", self.clock.now() + GOOD_FOR))

    def escalate(self, number: int, **changes: str) -> None:
        """Ask for the escalation of a ticket, as its customer."""
        asked = escalation(ticket=ticket_id(self.runtime.policy, number), **changes)
        form = EscalationForm.of(self.runtime.policy, MultiDict(asked))
        assert form.validate(), form.errors
        with self.runtime.database.transaction() as session:
            escalations.submit(session, form.answers(), Envelope(), self.runtime.desk, self.clock.now())

    def send_mail(self) -> None:
        """Let every mail that is due leave."""

        def send(letter: SealedLetter) -> str:
            self.sent.append(letter)
            return "250 ok"

        self._deliver(send)

    def refuse_mail(self, *, to: str = "") -> None:
        """Let the mail server refuse every mail that is due, for good; with `to` only those to that address, and the others leave."""

        def send(letter: SealedLetter) -> str:
            if to not in letter.recipient:
                self.sent.append(letter)
                return "250 ok"
            raise PermanentFailure(UNKNOWN_USER)

        self._deliver(send)

    def hold_mail(self) -> None:
        """Let the mail server put every mail off that is due."""

        def send(letter: SealedLetter) -> str:
            raise TemporaryFailure("451 4.7.1 greylisted")

        self._deliver(send)

    def _deliver(self, send: outbox.Send) -> None:
        while outbox.deliver_one(self.runtime.database, send, self.clock.now):
            pass

    def work(self) -> None:
        """One pass of the worker, and the mail after it."""
        housekeeping.tidy(self.runtime.database, self.runtime.desk, None, self.clock.now())
        self.send_mail()

    def let_time_work(self) -> int:
        """Do of a pass only what moves tickets, and send nothing; return how many were moved."""
        database, desk, now = self.runtime.database, self.runtime.desk, self.clock.now()
        timers.start_windows(database, desk)
        timers.mend_windows(database, desk, now)
        moved = timers.step(database, desk, now)
        timers.remind(database, desk, now)
        return moved

    def days(self, count: float, passes: int = 8) -> None:
        """Let days go by, with so many passes of the worker in each."""
        for _ in range(round(count * passes)):
            self.clock.pass_(hours=24 / passes)
            self.work()

    def goes_to(self, day: str) -> None:
        """Set the clock to a moment in the policy's zone: "2026-11-30 09:00"."""
        self.clock.moment = self.moment(day)

    def moment(self, said: str) -> datetime:
        """Return the moment of such a text, in UTC like what a database gives back."""
        return datetime.fromisoformat(said).replace(tzinfo=self.runtime.policy.hours.zone).astimezone(UTC)

    def status(self, number: int) -> Status:
        return Status(self.row(number).status)

    def row(self, number: int) -> Ticket:
        """Return a ticket's row as it stands now."""
        with self.runtime.database.reading() as session:
            return session.get_one(Ticket, number)

    def events(self, number: int) -> list[TicketEvent]:
        return self._of(TicketEvent, number)

    def happened(self, number: int) -> list[str]:
        """Return what stands in a ticket's history."""
        return [event.event for event in self.events(number)]

    def promises(self, number: int) -> list[Promise]:
        return self._of(Promise, number)

    def standing(self, number: int) -> list[Promise]:
        """Return the promises that wait to be kept."""
        return [promise for promise in self.promises(number) if promise.ended_at is None]

    def messages(self, number: int) -> list[Message]:
        return self._of(Message, number)

    def _of(self, model: type[Owned], number: int) -> list[Owned]:
        with self.runtime.database.reading() as session:
            return list(session.scalars(select(model).where(model.ticket_number == number).order_by(model.id)))

    def mails(self, *purposes: str) -> list[OutgoingMail]:
        """Return the mails of these purposes, or all, in the order in which they were written."""
        wanted = select(OutgoingMail).order_by(OutgoingMail.id)
        with self.runtime.database.reading() as session:
            return list(session.scalars(wanted.where(OutgoingMail.purpose.in_(purposes)) if purposes else wanted))

    def letter(self, purpose: str) -> EmailMessage:
        """Return the last letter of a purpose as its reader gets it."""
        with self.runtime.database.reading() as session:
            wanted = select(OutgoingMail.raw).where(OutgoingMail.purpose == purpose).order_by(OutgoingMail.id.desc()).limit(1)
            return cast(EmailMessage, message_from_bytes(session.scalars(wanted).one(), policy=default))

    def letters_to_customer(self) -> Sequence[str]:
        return [mail.purpose for mail in self.mails(*CALLED)]


def text_of(letter: EmailMessage) -> str:
    """Return the plain text of a letter, on one line."""
    body = letter.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())
