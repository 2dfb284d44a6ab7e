"""A mail as pieces: own lines, quotes, and what stands at its end: history without marks, or a forwarded mail."""

from dataclasses import dataclass
from enum import StrEnum

from formapp.mail.reply_attribution import Strength, attributions_in
from formapp.mail.reply_lines import LOOKED_AT, is_quoted, is_rule, next_seen
from formapp.mail.reply_markers import header_block_end, is_forward_marker, is_original_marker, is_reference, is_write_above
from formapp.mail.reply_quotes import begins_with_forward, is_prose, quote_end, says_whose

# Every mark has one of these in its first line, so that most lines are passed over at once.
_MARKED = frozenset(">＞|:：-_=*~—–─#[")
_BETWEEN = 6  # lines from an attribution to what it is about


class Part(StrEnum):
    """What a piece is. History has no marks, so nobody can tell where it ends: it goes on to the end, as a forwarded mail does."""

    OWN = "own"
    QUOTE = "quote"
    HISTORY = "history"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of a mail. `is_sure`: a quote surely is of a mail; `asks_above`: history begins with "write above this line"."""

    part: Part
    start: int
    end: int
    is_sure: bool = False
    asks_above: bool = False


def pieces_of(lines: list[str]) -> list[Piece]:
    """Return the pieces of a mail, in their order and without a gap."""
    mail = _Mail(lines)
    pieces: list[Piece] = []
    place = own_from = 0
    while place < len(lines):
        piece = mail.piece_at(place)
        if piece is None:
            place += 1
            continue
        if own_from < place:
            pieces.append(Piece(Part.OWN, own_from, place))
        pieces.append(piece)
        place = own_from = piece.end
    if own_from < len(lines):
        pieces.append(Piece(Part.OWN, own_from, len(lines)))
    return pieces


class _Mail:
    def __init__(self, lines: list[str]) -> None:
        self.heads = [line[:LOOKED_AT] for line in lines]
        self.attributions = attributions_in(self.heads)
        self.last_reference = max((at for at, head in enumerate(self.heads) if is_reference(head)), default=-1)

    def piece_at(self, place: int) -> Piece | None:
        """Return the piece other than own lines that begins here."""
        head = self.heads[place]
        if place not in self.attributions and _MARKED.isdisjoint(head):
            return None
        if is_forward_marker(head) and not is_quoted(head):
            return self._to_the_end(Part.FORWARD, place)
        if place in self.attributions:
            end, strength = self.attributions[place]
            found = self._below(place, end, is_sure=strength is Strength.SURE)
            if found:
                return found
        if is_quoted(head):
            return self._quote(place)
        if is_write_above(head):
            return Piece(Part.HISTORY, place, len(self.heads), asks_above=True)
        return self._marked(place)

    def _marked(self, place: int) -> Piece | None:
        """Return what begins with "Original message" or a header block, with the rule above it."""
        at = place
        while at < len(self.heads) and at < place + 3 and is_rule(self.heads[at]):
            at = next_seen(self.heads, at + 1, 3)
        if at >= len(self.heads):
            return None
        if is_original_marker(self.heads[at]):
            block = next_seen(self.heads, at + 1, 3)
            end = header_block_end(self.heads, block, is_marked=True) if block < len(self.heads) else None
            return self._below(place, end or at + 1, is_sure=True)
        end = header_block_end(self.heads, at)
        return self._below(place, end, is_sure=True) if end else None

    def _below(self, place: int, end: int, *, is_sure: bool) -> Piece | None:
        """Return the quote below an attribution or its like, or the history where no quote is."""
        following = next_seen(self.heads, end, _BETWEEN)
        if following < len(self.heads) and (is_quoted(self.heads[following]) or self.heads[following].startswith("|")):
            return Piece(Part.QUOTE, place, quote_end(self.heads, following), is_sure=True)
        # A letter of ours at the end says what an attribution leaves open.
        return self._to_the_end(Part.HISTORY, place) if is_sure or end <= self.last_reference else None

    def _quote(self, place: int) -> Piece | None:
        if self._is_escaped_from(place):
            return None
        end = quote_end(self.heads, place)
        quoted = self.heads[place:end]
        if begins_with_forward(quoted):
            return self._to_the_end(Part.FORWARD, place)
        return Piece(Part.QUOTE, place, end, is_sure=says_whose(quoted))

    def _is_escaped_from(self, place: int) -> bool:
        """Whether a line is one that begins with "From", which mailboxes mark like a quote."""
        around = [self.heads[at] for at in (place - 1, place + 1) if 0 <= at < len(self.heads)]
        return self.heads[place].startswith(">From ") and not any(is_quoted(head) for head in around)

    def _to_the_end(self, part: Part, place: int) -> Piece:
        return Piece(part, place, len(self.heads))


def reads_like_a_mail(lines: list[str], piece: Piece) -> bool:
    """Whether a quote without a sign whose it is consists of sentences."""
    return is_prose([line[:LOOKED_AT] for line in lines[piece.start : piece.end]])
