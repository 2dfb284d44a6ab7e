"""Tickets in every state, as they come to be in it: through the services alone, with the mails that leave on the way."""

from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from formapp.forms.complaint import ComplaintForm
from formapp.forms.escalation import EscalationForm
from formapp.mail.failures import PermanentFailure
from formapp.mail.letter import SealedLetter
from formapp.rules.lifecycle import Mover
from formapp.rules.references import ticket_id
from formapp.services import complaints, customer_acts, escalations, outbox, staff_acts
from formapp.services.intake import Envelope
from formapp.services.ticket_life import PAGE, STAFF_PAGE, Act
from tests.requests import complaint, escalation
from tests.sample_files import SAMPLES
from tests.services.kept_files import staged
from tests.services.life import Life

STAFF = "lee@paypaplane.example"
CUSTOMER_ACT, STAFF_ACT = Act(Mover.CUSTOMER, PAGE), Act(Mover.STAFF, STAFF_PAGE, by=STAFF)
NOTE = "Only for us: the rent is paid late again."
QUESTION = "Which browser do you use, and since when?\n\nA screenshot of the error would help."
ANSWER = "Firefox 140.\nSince Monday morning, I think."
UNDERLYING = "A font was missing on one of our servers."
WRITTEN = {
    "request_type": "incident",
    "priority": "P2",
    "summary": "Invoice PDF is blank",
    "description": "Since this morning every invoice that I open as a PDF is blank.\n\nOn the screen it is right.",
    "extent": "Several people",
    "effect": "Critical work is stopped",
    "impact": "We cannot send invoices.",
    "browser": "Firefox 140 on Windows",
    "company": "Soapbox Pty Ltd",
    "name": "Zoë O’Brien",
}


def new(life: Life, **changes: Any) -> int:
    """Just sent, and acknowledged."""
    return life.ticket(**(WRITTEN | changes))


def asked(life: Life, **changes: Any) -> int:
    """Answered with a question and a file of ours; a note is kept too."""
    number = new(life, **changes)
    life.clock.pass_(minutes=40)
    life.do(staff_acts.note, number, STAFF_ACT, text=NOTE)
    token = staged(life.runtime.database, SAMPLES["pdf"], "how to.pdf", at=life.clock.now()).token
    life.do(staff_acts.reply, number, STAFF_ACT, text=QUESTION, waits=True, tokens=[token])
    life.work()
    return number


def answered(life: Life, **changes: Any) -> int:
    """Open again, because the customer has answered our question, with files."""
    number = asked(life, **changes)
    life.clock.pass_(minutes=25)
    database = life.runtime.database
    tokens = [staged(database, SAMPLES[kind], f"screen.{kind}", at=life.clock.now()).token for kind in ("png", "log")]
    life.do(customer_acts.customer_writes, number, CUSTOMER_ACT, text=ANSWER, tokens=tokens)
    life.work()
    return number


def resolved(life: Life, **changes: Any) -> int:
    """Resolved by us, with its underlying problem."""
    number = answered(life, **changes)
    life.clock.pass_(hours=1)
    text = "We have put the font back. Invoices are printed whole again."
    life.do(staff_acts.resolve, number, STAFF_ACT, reason="Fixed", text=text, underlying_problem=UNDERLYING)
    life.work()
    return number


def closed(life: Life, **changes: Any) -> int:
    """Closed, because the customer said nothing more."""
    number = resolved(life, **changes)
    life.clock.pass_(days=7)
    life.work()
    life.clock.pass_(days=3)
    return number


def reopened(life: Life, **changes: Any) -> int:
    """Open again after it had been closed."""
    number = closed(life, **changes)
    life.do(customer_acts.customer_writes, number, CUSTOMER_ACT, text="It is back, since today.")
    life.work()
    return number


def classified(life: Life, **changes: Any) -> int:
    """Of a higher priority than it was sent with."""
    number = new(life, **changes)
    life.clock.pass_(minutes=10)
    life.do(staff_acts.reclassify, number, STAFF_ACT, request_type="incident", priority="P1", because="Nobody can send invoices.")
    life.work()
    return number


def escalated(life: Life, **changes: Any) -> int:
    """Answered once, then at escalation level."""
    number = answered(life, **changes)
    theirs = {"ticket": ticket_id(life.runtime.policy, number), "email": changes.get("email", "zoe@example.net")}
    form = EscalationForm.of(life.runtime.policy, MultiDict(escalation(**theirs)))
    assert form.validate(), form.errors
    with life.runtime.database.transaction() as session:
        escalations.submit(session, form.answers(), Envelope(), life.runtime.desk, life.clock.now())
    life.work()
    return number


def complained(life: Life, **changes: str) -> int:
    """A complaint, just sent."""
    form = ComplaintForm.of(life.runtime.policy, MultiDict(complaint(**changes)))
    assert form.validate(), form.errors
    with life.runtime.database.transaction() as session:
        number = complaints.submit(session, form.answers(), Envelope(), life.runtime.desk, life.clock.now()).number
    life.send_mail()
    return number


def undelivered(life: Life, **changes: Any) -> int:
    """Asked something, by a mail that the customer's server would not take."""
    number = new(life, **changes)
    life.clock.pass_(minutes=40)
    life.do(staff_acts.reply, number, STAFF_ACT, text=QUESTION, waits=True)

    def refuse(letter: SealedLetter) -> str:
        raise PermanentFailure("550 5.1.1 <zoe@example.net>: Recipient address rejected: User unknown")

    while outbox.deliver_one(life.runtime.database, refuse, life.clock.now):
        pass
    return number


LIVES: Mapping[str, Callable[..., int]] = {
    "new": new,
    "waiting": asked,
    "open": answered,
    "resolved": resolved,
    "closed": closed,
    "reopened": reopened,
    "classified": classified,
    "escalated": escalated,
    "complaint": complained,
    "undelivered": undelivered,
}
