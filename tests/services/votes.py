"""Votes and what is added to them, as a reader gives and an editor settles them."""

import threading
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select

from formapp.models import Feedback, Vote
from formapp.runtime import Runtime
from formapp.services import feedback
from formapp.services.feedback import Ballot, Comment, Sending
from formapp.services.voters import Voter, voter_of

FIRST, SECOND = "a" * 12, "b" * 12
BALLOT = Ballot("refunds", FIRST, "c" * 40, is_current=True, helpful=False, heading="a-heading", search_words="refund")
ANN = Voter("ann", "home")
COMMENT = Comment(("difficult",), "What is a ledger?", "ann@example.net")


def vote(runtime: Runtime, *, voter: Voter = ANN, **changes: object) -> int:
    """Cast a vote now and return its number."""
    with runtime.database.transaction() as session:
        now = runtime.now()
        return feedback.cast(session, replace(BALLOT, **changes), voter, now, runtime.desk.today(now)).id  # type: ignore[arg-type]


def vote_from(runtime: Runtime, client: str, browser: str = "Firefox", **changes: object) -> int:
    """Cast a vote now, as somebody at that address; return its number."""
    with runtime.database.transaction() as session:
        now = runtime.now()
        day = runtime.desk.today(now)
        voter = voter_of(session, client, browser, day)
        return feedback.cast(session, replace(BALLOT, **changes), voter, now, day).id  # type: ignore[arg-type]


def give(runtime: Runtime, number: int, sending: Sending | None = None, **changes: object) -> int:
    """Add a comment to a vote now and return the feedback's number."""
    with runtime.database.transaction() as session:
        found = feedback.open_vote(session, number, runtime.now())
        assert found
        return feedback.give(session, found, replace(COMMENT, **changes), sending or Sending(), runtime.now()).number  # type: ignore[arg-type]


def settle(runtime: Runtime, number: int, state: str, note: str = "") -> None:
    """Put feedback into a state now, as an editor does."""
    with runtime.database.transaction() as session:
        feedback.settle(session, number, state, note, runtime.now())


def votes(runtime: Runtime) -> list[Vote]:
    with runtime.database.reading() as session:
        return list(session.scalars(select(Vote).order_by(Vote.id)))


def counting(runtime: Runtime) -> list[Vote]:
    """Return the votes that count."""
    return [one for one in votes(runtime) if one.set_aside_because is None]


def counted(runtime: Runtime) -> int:
    return len(counting(runtime))


def given(runtime: Runtime, number: int) -> Feedback:
    """Return feedback with its reasons."""
    with runtime.database.reading() as session:
        found = session.get(Feedback, number)
        assert found
        assert found.reasons is not None
        return found


BOB = Voter("bob", "office")


def others(number: int, network: str = "") -> Voter:
    return Voter(f"reader {number}", network or f"network {number}")


def together(*calls: Callable[[], object]) -> None:
    """Run all of them at once, each in a thread of its own, and wait for them."""
    line = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        line.wait()
        call()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
