"""The life of a ticket as customers see it: a picture and a table, both made from the one table of moves."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from formapp.html import render
from formapp.policy.policy import Policy
from formapp.publish.published import Published
from formapp.rules.lifecycle import MADE_BY, NEXT, SAID_STATUS, WHOSE_TURN, Move, Mover, Status, say_move

Moves = Mapping[tuple[Status, Move], Status]
Change = tuple[Status, Status]

# No customer needs to know of it: what is set aside as junk is nobody's request, and whoever sent it is told nothing.
LEFT_OUT = frozenset({Move.SET_ASIDE})
WHO: Mapping[Mover, str] = {Mover.CUSTOMER: "You", Mover.STAFF: "We", Mover.TIME: "Time"}

# In the picture's own units, which are pixels at its usual size: it fits a window of 320.
BOX_WIDTH, BOX_HEIGHT, BETWEEN = 136, 60, 60
BADGE = 11  # the radius of a number's circle
_LOOP = 17  # the radius of an arrow that leads back to its own state, around the corner
_LANE = 30  # from an arrow that passes a state by to the next
_APART = 26  # of arrows there and back, from the middle
_EDGE = BADGE + 2
_ROUND = 12


@dataclass(frozen=True)
class Box:
    """A state in the picture, by its upper left corner."""

    name: str
    x: int
    y: int


@dataclass(frozen=True)
class Arrow:
    """All moves from one state to another as one numbered arrow: its line as an SVG path, and where its number stands."""

    number: int
    before: Status
    becomes: Status
    line: str
    x: int
    y: int


@dataclass(frozen=True)
class Row:
    """A move in the table; `again` where the row above begins with the same state."""

    number: int
    before: str
    what: str
    who: str
    becomes: str
    again: bool


@dataclass(frozen=True)
class Picture:
    """The states under each other, and every arrow between them."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def lifecycle(published: Published) -> str:
    """Return the HTML of the picture and its table."""
    return lifecycle_of(published.policy, NEXT)


def lifecycle_of(policy: Policy, moves: Moves) -> str:
    """Draw a table of moves, without those that are left out; the policy's days stand in the words."""
    shown = {pair: becomes for pair, becomes in moves.items() if pair[1] not in LEFT_OUT}
    picture = draw(dict.fromkeys((before, becomes) for (before, _), becomes in shown.items()))
    return render(
        "site/lifecycle.html",
        states=[(SAID_STATUS[status], WHOSE_TURN[status]) for status in Status],
        picture=picture,
        box=(BOX_WIDTH, BOX_HEIGHT),
        radius=BADGE,
        says="; ".join(f"{one.number}, {_say_change(one)}" for one in picture.arrows),
        rows=list(_rows(policy, shown, picture.arrows)),
    )


def draw(changes: Iterable[Change]) -> Picture:
    """Place the states in their order: neighbours are joined straight, what passes a state by goes down on the left and up on the right."""
    changes = list(changes)
    levels = {status: level for level, status in enumerate(Status)}
    leaps = {one: levels[one[1]] - levels[one[0]] for one in changes}
    # The shortest innermost, and the ends of the outer ones outside, so that no two cross.
    by_length = sorted(changes, key=lambda one: abs(leaps[one]))
    down, up = ([one for one in by_length if sign * leaps[one] > 1] for sign in (1, -1))
    left = _EDGE + max(_LOOP, 4 + _LANE * len(down))
    boxes = {status: Box(SAID_STATUS[status], left, _LOOP + BADGE + level * (BOX_HEIGHT + BETWEEN)) for status, level in levels.items()}
    arrows = []
    for number, one in enumerate(changes, 1):
        before, becomes = boxes[one[0]], boxes[one[1]]
        if one in down:
            line, x, y = _leap(before, becomes, lane=down.index(one), side=-1)
        elif one in up:
            line, x, y = _leap(before, becomes, lane=up.index(one), side=1)
        elif before is becomes:
            line, x, y = _loop(before)
        else:
            line, x, y = _straight(before, becomes, is_both_ways=one[::-1] in leaps)
        arrows.append(Arrow(number, *one, line, x, y))
    width, height = left + BOX_WIDTH + max(2, _LANE * len(up) + _EDGE), max(box.y for box in boxes.values()) + BOX_HEIGHT + 2
    return Picture(width, height, tuple(boxes.values()), tuple(arrows))


def _straight(before: Box, becomes: Box, *, is_both_ways: bool) -> tuple[str, int, int]:
    goes_down = becomes.y > before.y
    x = before.x + BOX_WIDTH // 2 + (0 if not is_both_ways else -_APART if goes_down else _APART)
    since, until = (before.y + BOX_HEIGHT, becomes.y) if goes_down else (before.y, becomes.y + BOX_HEIGHT)
    return f"M{x} {since}V{until}", x, (since + until) // 2


def _loop(box: Box) -> tuple[str, int, int]:
    away = round(_LOOP * 0.71)
    return f"M{box.x} {box.y + _LOOP}A{_LOOP} {_LOOP} 0 1 1 {box.x + _LOOP} {box.y}", box.x - away, box.y - away


def _leap(before: Box, becomes: Box, *, lane: int, side: int) -> tuple[str, int, int]:
    """Draw an arrow past the states between two: out at one side (1 is the right one, where arrows go up), along, and in again."""
    edge = before.x + (BOX_WIDTH if side > 0 else 0)
    out, away = edge + side * (4 + _LANE * (lane + 1) - (4 if side > 0 else 0)), 6 + 9 * lane
    since, until = before.y + BOX_HEIGHT // 2 + side * away, becomes.y + BOX_HEIGHT // 2 - side * away
    corner = out - side * _ROUND
    bend, back = since - side * _ROUND, until + side * _ROUND
    line = f"M{edge} {since}H{corner}Q{out} {since} {out} {bend}V{back}Q{out} {until} {corner} {until}H{edge}"
    return line, out, (since + until) // 2


def _rows(policy: Policy, moves: Moves, arrows: Iterable[Arrow]) -> Iterator[Row]:
    numbers = {(one.before, one.becomes): one.number for one in arrows}
    last = None
    for (before, move), becomes in sorted(moves.items(), key=lambda one: numbers[one[0][0], one[1]]):
        said = f"Stays {SAID_STATUS[becomes]}" if becomes is before else SAID_STATUS[becomes]
        yield Row(numbers[before, becomes], SAID_STATUS[before], say_move(policy, move), WHO[MADE_BY[move]], said, again=before is last)
        last = before


def _say_change(arrow: Arrow) -> str:
    return f"from {SAID_STATUS[arrow.before]} to {SAID_STATUS[arrow.becomes] if arrow.becomes is not arrow.before else 'itself'}"
