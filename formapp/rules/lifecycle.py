"""The life of a ticket: its states, and the one table of moves between them (policy, Resolution)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from formapp.errors import HelpCentreError
from formapp.policy.policy import Policy


class Status(StrEnum):
    """Whose turn it is; a ticket is escalated beside its state, not instead of it."""

    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Mover(StrEnum):
    """Who makes a move."""

    CUSTOMER = "customer"
    STAFF = "staff"
    TIME = "system"


class Move(StrEnum):
    """What happens to a ticket, as it is written into its history."""

    ASKED = "asked the customer"
    UPDATED = "told the customer"
    DELIVERED = "resolved"
    REOPENED = "re-opened"
    SET_ASIDE = "set aside as junk"
    WROTE = "customer wrote"
    SOLVED = "customer says it is solved"
    NOT_SOLVED = "customer says it is not solved"
    WENT_QUIET = "resolved without a response"
    WINDOW_ENDED = "closed"


class MoveNotAllowed(HelpCentreError):
    """A move that a ticket cannot make from the state it is in; the message says what can be done instead."""


O, W, R, C = Status.OPEN, Status.WAITING, Status.RESOLVED, Status.CLOSED  # noqa: E741 - the table reads best in one letter each

# The life of a ticket, whole: what stands here can happen, and nothing else.
NEXT: Mapping[tuple[Status, Move], Status] = MappingProxyType(
    {
        (O, Move.ASKED): W,
        (O, Move.UPDATED): O,
        (O, Move.DELIVERED): R,
        (O, Move.SET_ASIDE): C,
        (O, Move.WROTE): O,
        (O, Move.SOLVED): R,
        (W, Move.ASKED): W,
        (W, Move.UPDATED): O,
        (W, Move.DELIVERED): R,
        (W, Move.SET_ASIDE): C,
        (W, Move.WROTE): O,
        (W, Move.SOLVED): R,
        (W, Move.WENT_QUIET): R,
        (R, Move.REOPENED): O,
        (R, Move.WROTE): O,
        (R, Move.SOLVED): C,
        (R, Move.NOT_SOLVED): O,
        (R, Move.WINDOW_ENDED): C,
        (C, Move.REOPENED): O,
        (C, Move.WROTE): O,
        (C, Move.NOT_SOLVED): O,
    }
)

MADE_BY: Mapping[Move, Mover] = MappingProxyType(
    {
        Move.ASKED: Mover.STAFF,
        Move.UPDATED: Mover.STAFF,
        Move.DELIVERED: Mover.STAFF,
        Move.REOPENED: Mover.STAFF,
        Move.SET_ASIDE: Mover.STAFF,
        Move.WROTE: Mover.CUSTOMER,
        Move.SOLVED: Mover.CUSTOMER,
        Move.NOT_SOLVED: Mover.CUSTOMER,
        Move.WENT_QUIET: Mover.TIME,
        Move.WINDOW_ENDED: Mover.TIME,
    }
)

# The same in words, for the published picture and the pages; {…} are the policy's days.
SAID_STATUS: Mapping[Status, str] = MappingProxyType({O: "Open", W: "Waiting", R: "Resolved", C: "Closed"})
WHOSE_TURN: Mapping[Status, str] = MappingProxyType(
    {
        O: "We are working on it",
        W: "We have asked you something and wait for your answer",
        R: "It counts as solved, and you can still answer",
        C: "It is finished, and you can re-open it at any time",
    }
)
SAID_MOVE: Mapping[Move, str] = MappingProxyType(
    {
        Move.ASKED: "We ask you something",
        Move.UPDATED: "We tell you how far we are",
        Move.DELIVERED: "We deliver a resolution",
        Move.REOPENED: "We re-open it",
        Move.SET_ASIDE: "We set it aside as junk",
        Move.WROTE: "You write to us",
        Move.SOLVED: "You tell us that it is solved",
        Move.NOT_SOLVED: "You tell us that it is not solved",
        Move.WENT_QUIET: "{quiet} days pass without a response from you",
        Move.WINDOW_ENDED: "{window} days pass without an answer from you",
    }
)

_WHAT_TIME_DOES: Mapping[Move, str] = MappingProxyType({Move.WENT_QUIET: "Counts as resolved from", Move.WINDOW_ENDED: "Closes"})


@dataclass(frozen=True, slots=True)
class Step:
    """What time does to a ticket in a state, and after how long (calendar days, from the moment our notice was sent)."""

    move: Move
    days: int
    remind_after_days: int | None = None

    @property
    def window(self) -> timedelta:
        """The time in which the customer can keep it from happening."""
        return timedelta(days=self.days)


def after(status: Status, move: Move) -> Status:
    """Return the state that a move leads to; raise MoveNotAllowed for one that the table does not have."""
    try:
        return NEXT[status, move]
    except KeyError:
        raise MoveNotAllowed(f"the ticket is {SAID_STATUS[status].lower()}: {_what_to_do(status, move)}") from None


def moves_from(status: Status) -> tuple[Move, ...]:
    """Return the moves that the table has for a state."""
    return tuple(move for before, move in NEXT if before is status)


def can(status: Status, move: Move) -> bool:
    """Whether the table has that move for a state."""
    return (status, move) in NEXT


def step_from(policy: Policy, status: Status) -> Step | None:
    """Return what time does to a ticket in that state; None where it waits for us, or is closed."""
    resolution = policy.resolution
    if status is Status.WAITING:
        return Step(Move.WENT_QUIET, resolution.resolved_after_quiet_days, resolution.reminded_after_quiet_days)
    if status is Status.RESOLVED:
        return Step(Move.WINDOW_ENDED, resolution.closed_after_resolved_days)
    return None


def say_step(move: Move, moment: str, who: str = "you write") -> str:
    """Say what time does next, at a moment in words: "Closes Tue 1 Dec 2026, 9:00 am AEST unless you write"."""
    return f"{_WHAT_TIME_DOES[move]} {moment} unless {who}"


def say_move(policy: Policy, move: Move) -> str:
    """Say a move as the policy publishes it: "7 days pass without a response from you"."""
    resolution = policy.resolution
    return SAID_MOVE[move].format(quiet=resolution.resolved_after_quiet_days, window=resolution.closed_after_resolved_days)


def _what_to_do(status: Status, move: Move) -> str:
    if MADE_BY[move] is Mover.STAFF and status in (Status.RESOLVED, Status.CLOSED):
        return "re-open it first"
    return "that has been done already" if move in (Move.REOPENED, Move.NOT_SOLVED, Move.SOLVED) else "this cannot happen to it now"
