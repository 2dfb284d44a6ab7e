"""Any order of what customers, staff, the mail, the clock and two workers do: the laws of life_laws.py hold after each of them (E-45)."""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from formapp.errors import HelpCentreError
from formapp.mail.failures import PermanentFailure, TemporaryFailure
from formapp.mail.letter import SealedLetter
from formapp.models import Escalation, Ticket, TicketEvent
from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.rules.escalation import Verdict
from formapp.rules.lifecycle import Move, MoveNotAllowed, Mover, Status, can
from formapp.rules.wording import to_the_minute
from formapp.runtime import Runtime
from formapp.services import customer_acts, due_warnings, mail_queue, outbox, staff_acts, staff_checks, undelivered
from formapp.services.database import open_database
from formapp.services.ticket_life import Act, AlreadyDone, CannotWrite, Stale
from formapp.services.undelivered import CALLED
from formapp.settings import Settings
from tests.clock import Clock
from tests.services.life import CUSTOMER, STAFF, SUSPECT, Life
from tests.services.life_laws import Expected, check_all
from tests.services.lived_tickets import complained

EXAMPLES, STEPS = 11, 50
MOST_TICKETS = 3
KINDS = ("question", "urgent", "automatic", "unwritable", "complaint")
FATES = ("leaves", "leaves", "leaves", "is refused", "is put off", "is retried")
BETWEEN = ("writes", "asks", "solved", "resolves")
HOURS = (1, 2, 24, 4 * 24, 7 * 24, 8 * 24, -1, -2, -24, -3 * 24)
A_DAY = timedelta(days=1)

# What each act is called by, what it does, and the move that it makes, if any.
ACTS: dict[str, tuple[Callable[..., Any], Act, dict[str, Any], Move | None]] = {
    "writes": (customer_acts.customer_writes, CUSTOMER, {"text": "And now?"}, Move.WROTE),
    "solved": (customer_acts.customer_solved, CUSTOMER, {}, Move.SOLVED),
    "not solved": (customer_acts.customer_not_solved, CUSTOMER, {}, Move.NOT_SOLVED),
    "rings": (customer_acts.heard, STAFF, {"text": "It still happens.", "how": "phone"}, Move.WROTE),
    "asks": (staff_acts.reply, STAFF, {"text": "Which browser?", "waits": True}, Move.ASKED),
    "updates": (staff_acts.reply, STAFF, {"text": "We look into it.", "waits": False}, Move.UPDATED),
    "resolves": (staff_acts.resolve, STAFF, {"reason": "Fixed"}, Move.DELIVERED),
    "reopens": (staff_acts.reopen, STAFF, {"text": "We found more."}, Move.REOPENED),
    "junk": (staff_checks.junk, STAFF, {}, Move.SET_ASIDE),
    "notes": (staff_acts.note, STAFF, {"text": "Between ourselves."}, None),
    "believes": (staff_checks.believe, STAFF, {}, None),
    "raises": (staff_acts.reclassify, STAFF, {"request_type": "incident", "priority": "P1", "because": "It is down."}, None),
    "lowers": (staff_acts.reclassify, STAFF, {"request_type": "product-help", "priority": None, "because": "It is not."}, None),
    "answers the escalation": (staff_acts.answer_escalation, STAFF, {"text": "You are right."}, None),
}
OFTEN = ("asks", "asks", "asks", "writes", "writes", "resolves", *ACTS)
NEEDS_AN_ADDRESS = ("asks", "updates", "reopens", "answers the escalation")
ASKS_US = ("writes", "not solved", "rings")
ANSWERS = ("asks", "updates", "resolves", "answers the escalation", "solved", "junk")


class Killed(BaseException):
    """A process that dies: nothing catches it."""


class Lives(RuleBasedStateMachine):
    """Some tickets, everybody who does something to them, and what a test knows of them."""

    def __init__(self, empty: Path, policy: Policy, calendar: BusinessCalendar, house: Settings) -> None:
        super().__init__()
        self.file = house.instance_dir / f"{uuid4().hex}.db"
        shutil.copy(empty, self.file)
        self.database = open_database(f"sqlite:///{self.file}")
        # Nobody pulls the plug here: the disk need not be waited for.
        event.listen(self.database.engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous=OFF"))
        self.clock = Clock()
        self.life = Life(Runtime(house, policy, calendar, self.database, self.clock.now), self.clock)
        self.life.send_mail = lambda: self.mail("leaves")  # type: ignore[method-assign]
        self.known: dict[int, Expected] = {}
        # The lowest that the clock has shown since a mail left, and since a window began without one.
        self.left: dict[int, datetime] = {}
        self.begun: dict[int, datetime] = {}
        self.count = 0

    def teardown(self) -> None:
        """End well, and leave nothing behind."""
        try:
            self._left_alone()
        finally:
            self.database.engine.dispose()
            self.file.unlink()

    def _left_alone(self) -> None:
        """Let three weeks go by: what waits for a letter that was given up stays as it is, and all else comes to its end."""
        self.mail("leaves")
        self.clock.moment = self.life.runtime.calendar.next_opening(self.clock.now()).astimezone(UTC)
        for _ in range(12):
            self.clock.pass_(days=2)
            self.worker(0)
            self.mail("leaves")
        for ticket in self._tickets():
            if ticket.status in (Status.WAITING, Status.RESOLVED):
                if ticket.notice_id is None:
                    assert ticket.next_due_at, "it waits for nothing"
                    continue
                (notice,) = [mail for mail in self.life.mails(*CALLED) if mail.id == ticket.notice_id]
                assert notice.failed_at, "it is stuck for no reason"
                assert notice.failure_told_at, "nobody knows of it"
        self.check()

    @initialize(seed=st.integers(0, 2**32))
    def begins(self, seed: int) -> None:
        """Take in the first ticket; whatever comes after it is thrown with dice, as often the usual as the unusual."""
        self.dice = random.Random(seed)
        self.comes(self.dice.choice(KINDS))

    def comes(self, kind: str) -> None:
        if len(self.known) == MOST_TICKETS:
            return
        self.count += 1
        if kind == "complaint":
            number = complained(self.life, description=f"Nobody has told me for three weeks whether anyone looks at it ({self.count}).")
        else:
            changes = {"request_type": "incident", "priority": "P1"} if kind == "urgent" else {}
            changes |= {"email": "zoë@example.net"} if kind == "unwritable" else {}
            number = self.life.ticket(SUSPECT if kind == "automatic" else None, **changes)
        self.known[number] = Expected(waits_since=to_the_minute(self.clock.now()))

    @rule()
    def something_happens(self) -> None:
        """Mostly what is usual: somebody acts, the mail leaves, days go by; and now and then what is not."""
        # Not drawn one by one: of thirty lives twenty would be nearly the same.
        dice = self.dice
        name, index, count = dice.choice(OFTEN), dice.randrange(MOST_TICKETS), dice.randint(0, 3)
        usual: list[tuple[Callable[..., None], tuple[Any, ...]]] = [
            *[(self.somebody_acts, (name, index))] * 5,
            *[(self.days_go_by, (dice.choice([1, 4, 8]),))] * 2,
        ]
        happens, given = dice.choice(
            [
                *usual,
                (self.mail, (dice.choice(FATES),)),
                (self.mail, (dice.choice(FATES),)),
                (self.worker, (count,)),
                (self.another_comes_between, (dice.choice([None, *BETWEEN]), index, count)),
                (self.somebody_is_killed_while_acting, (name, index)),
                (self.customer_escalates, (index,)),
                (self.clock_is_put, (dice.choice(HOURS),)),
                (self.comes, (dice.choice(KINDS),)),
            ]
        )
        note(f"{happens.__name__}{given}")
        happens(*given)

    def days_go_by(self, days: int) -> None:
        for _ in range(days):
            self.mail("leaves")
            self.worker(killed_at=0)
            self.clock.pass_(days=1)

    def somebody_acts(self, name: str, index: int) -> None:
        ticket = self._ticket(index)
        act, by, words, move = ACTS[name]
        self.count += 1
        by = replace(by, once=str(self.count), seen=ticket.revision)
        try:
            self.life.do(act, ticket.number, by, **words)
        except MoveNotAllowed:
            assert name in ("raises", "lowers") or (move and not can(Status(ticket.status), move))
            return
        except CannotWrite:
            assert name in NEEDS_AN_ADDRESS
            assert not ticket.email.isascii()
            return
        except HelpCentreError:
            assert move is None
            return
        assert move is None or can(Status(ticket.status), move)
        self._remember(name, ticket.number)
        # A double click, and a form of before.
        for again, refusal in ((by, AlreadyDone), (replace(by, once="another"), Stale)):
            try:
                self.life.do(act, ticket.number, again, **words)
            except refusal:
                continue
            raise AssertionError(f"{name} was done twice")

    def somebody_is_killed_while_acting(self, name: str, index: int) -> None:
        act, by, words, _ = ACTS[name]
        try:
            with self.database.transaction() as session:
                act(session, self._ticket(index).number, by, self.life.runtime.desk, self.clock.now(), **words)
                raise Killed
        except (Killed, HelpCentreError):
            pass

    def customer_escalates(self, index: int) -> None:
        self.count += 1
        ticket = self._ticket(index)
        self.life.escalate(ticket.number, impact=f"All of our four payroll officers wait for it ({self.count}).")
        with self.database.reading() as session:
            verdict = session.scalars(select(Escalation.verdict).order_by(Escalation.id.desc())).first()
        if verdict == Verdict.NOT_YET and ticket.status != Status.OPEN:
            self.known[ticket.number].waits_since = to_the_minute(self.clock.now())

    def mail(self, fate: str) -> None:
        def send(letter: SealedLetter) -> str:
            if fate == "leaves":
                return "250 ok"
            raise PermanentFailure("550 no") if fate == "is refused" else TemporaryFailure("451 later")

        if fate == "is retried":
            with self.database.transaction() as session:
                mail_queue.retry_dead(session, self.clock.now())
        else:
            self._deliver(send)

    def worker(self, killed_at: int) -> None:
        """One pass; killed at its n-th transaction, before that stands, or not at all."""
        begin, begun = self.database.transaction, 0

        @contextmanager
        def dying() -> Iterator[Session]:
            nonlocal begun
            begun += 1
            with begin() as session:
                yield session
                if begun == killed_at:
                    raise Killed

        self._watched(lambda: self._with_transactions(dying, self._pass))

    def another_comes_between(self, name: str | None, index: int, after: int) -> None:
        """After a worker has looked at what is due, and before it does it: a second worker, a customer or staff."""
        begin, begun = self.database.transaction, 0

        def outrun() -> Any:
            nonlocal begun
            begun += 1
            if begun == after + 1:
                self.database.transaction = begin  # type: ignore[method-assign]
                if name:
                    self.somebody_acts(name, index)
                else:
                    self._pass()
                self.database.transaction = outrun  # type: ignore[method-assign]
            return begin()

        self._watched(lambda: self._with_transactions(outrun, self._pass))

    def clock_is_put(self, hours: int) -> None:
        """On while nobody works, or back."""
        self.clock.pass_(hours=hours)
        for lowest in (self.left, self.begun):
            for key, moment in lowest.items():
                lowest[key] = min(moment, self.clock.now())

    @invariant()
    def check(self) -> None:
        with self.database.reading() as session:
            check_all(session, self.life.runtime.desk, self.known)

    def _ticket(self, index: int) -> Ticket:
        return self.life.row(sorted(self.known)[index % len(self.known)])

    def _tickets(self) -> list[Ticket]:
        return [self.life.row(number) for number in self.known]

    def _remember(self, name: str, number: int) -> None:
        expected = self.known[number]
        if name in ASKS_US:
            expected.waits_since = expected.waits_since or to_the_minute(self.clock.now())
        elif name in ANSWERS:
            expected.waits_since = None
        if self.life.row(number).notice_id is None:
            self.begun.setdefault(number, self.clock.now())
            self.begun[number] = min(self.begun[number], self.clock.now()) if name in ("notes", "believes") else self.clock.now()

    def _deliver(self, send: outbox.Send) -> None:
        def remembered(letter: SealedLetter) -> str:
            reply = send(letter)
            assert letter.number not in self.left, "a mail has left twice"
            self.left[letter.number] = self.clock.now()
            return reply

        while outbox.deliver_one(self.database, remembered, self.clock.now, lambda: 0.0):
            pass

    def _pass(self) -> None:
        database, desk, now = self.database, self.life.runtime.desk, self.clock.now()
        self.life.let_time_work()
        due_warnings.warn(database, desk, now)
        due_warnings.warn_of_dates(database, desk, now)
        undelivered.tell_team(database, desk, now)

    def _with_transactions(self, transaction: Callable[[], Any], work: Callable[[], None]) -> None:
        begin = self.database.transaction
        self.database.transaction = transaction  # type: ignore[method-assign, assignment]
        try:
            work()
        except Killed:
            pass
        finally:
            self.database.transaction = begin  # type: ignore[method-assign]

    def _watched(self, work: Callable[[], None]) -> None:
        """Do a worker's work, and see that no window was cut short by it, and nothing moved twice or out of hours."""
        with self.database.reading() as session:
            before = {ticket.number: ticket for ticket in session.scalars(select(Ticket))}
            seen = session.scalar(select(func.max(TicketEvent.id)))
        with capture_logs() as lines:
            work()
        assert lines == []
        moves = select(TicketEvent).where(TicketEvent.id > seen, TicketEvent.actor == Mover.TIME, TicketEvent.new_status.is_not(None))
        with self.database.reading() as session:
            moved = session.scalars(moves).all()
        now = self.clock.now()
        assert len({move.ticket_number for move in moved}) == len(moved)
        for move in moved:
            ticket = before[move.ticket_number]
            since = self.left[ticket.notice_id] if ticket.notice_id else self.begun[ticket.number]
            assert ticket.window_days
            assert now >= since + ticket.window_days * A_DAY, "its window was cut short"
            assert self.life.runtime.calendar.is_open(now)
            assert move.at == now
            self.begun[ticket.number] = now


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def test_whatever_happens_in_whatever_order(sqlite_template: Path, policy: Policy, calendar: BusinessCalendar, settings: Settings) -> None:
    run_state_machine_as_test(lambda: Lives(sqlite_template, policy, calendar, settings), settings=HURRIED)


HURRIED = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
