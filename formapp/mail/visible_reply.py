"""What the writer of a mail wrote new: the text without the quoted history and the signature.

Line by line and in linear time. The writer's own words are never cut: where it is unsure all is shown, and the whole text is always kept.
A quote below the last own words is cut; one between them stays, so that the answers make sense; one above the only own words goes with
its attribution. A forwarded mail is what its sender wants us to read, and stays.
"""

import re

from formapp.mail import reply_languages as said
from formapp.mail.reply_lines import LOOKED_AT, is_rule, plain, says_something
from formapp.mail.reply_markers import is_reference
from formapp.mail.reply_pieces import Part, Piece, pieces_of, reads_like_a_mail
from formapp.mail.reply_signature import end_without_signature, signs_off_only

_SHORTCODE = re.compile(r":[\w+-]{1,30}:\s*$")
_READ_FOR_WITHIN = 60  # own lines that are looked through for "see my answers below"


def visible_reply(text: str) -> str:
    """Return the text without what it quotes; all of it where that is unsure, or where nothing would be left."""
    lines = text.split("\n")
    own = [line for piece in _Reply(lines).cut() for line in lines[piece.start : piece.end]]
    return _trimmed(own) if any(map(says_something, own)) else _trimmed(lines)


class _Reply:
    """The pieces of a mail, and those of them that are shown."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.pieces = pieces_of(lines)
        self.shown = list(self.pieces)
        # The first own words and the first sure quote, so that nothing is looked for again and again.
        self.own_from = next((piece.start for piece in self.pieces if self._is_own(piece)), len(lines))
        self.quoted_from = next((piece.start for piece in self.pieces if piece.part is Part.QUOTE and piece.is_sure), len(lines))

    def cut(self) -> list[Piece]:
        """Return the pieces that are shown."""
        last = self.pieces[-1]
        if last.part is Part.FORWARD:
            self.shown.pop()
            self._cut_signature()
            return [*self.shown, last]
        if last.part is Part.HISTORY:
            return self._without_history(last)
        self._cut_end()
        if sum(piece.part is Part.QUOTE for piece in self.pieces) == 1:
            self._cut_beginning()
        return self.shown

    def _without_history(self, history: Piece) -> list[Piece]:
        self.shown.pop()
        if not self._has_own() or not (history.asks_above or self._is_history_sure()):
            return self.pieces
        self._cut_rules()
        self._cut_end()
        return [*self.shown, *self._below_our_letter(history)]

    def _is_history_sure(self) -> bool:
        """Whether the own words leave what follows to be history, and no answers stand in it."""
        own = [
            line for piece in self.shown[:_READ_FOR_WITHIN] if piece.part is Part.OWN for line in self._lines_of(piece)[:_READ_FOR_WITHIN]
        ]
        return not self._introduces() and not _answers_within(own)

    def _cut_end(self) -> None:
        """Leave out the quotes and signatures below the last own words."""
        while self.shown:
            last = self.shown[-1]
            if last.part is Part.QUOTE:
                if not self._is_quote_cut():
                    break
                self.shown.pop()
                self._cut_rules()
                continue
            end = end_without_signature(self.lines, last.start, last.end)
            if not signs_off_only(self.lines[last.start : end]) or last.start <= self.own_from:
                self.shown[-1] = Piece(Part.OWN, last.start, end)
                break
            self.shown.pop()

    def _is_quote_cut(self) -> bool:
        """Whether the last piece, a quote, is surely of a mail and not what its writer shows us."""
        quote = self.shown.pop()
        is_below_own = self._has_own() and not self._introduces()
        self.shown.append(quote)
        return is_below_own and (quote.is_sure or quote.start > self.quoted_from or reads_like_a_mail(self.lines, quote))

    def _cut_beginning(self) -> None:
        """Leave out the one quote, which says whose it is, where the only own words stand below it."""
        match [piece for piece in self.shown if piece.part is not Part.OWN or any(map(says_something, self._lines_of(piece)))]:
            case [Piece(part=Part.QUOTE, is_sure=True), Piece(part=Part.OWN) as own]:
                self.shown = [own]

    def _cut_signature(self) -> None:
        """Leave out the signature above a forwarded mail; an empty line stays between them."""
        if self.shown and self.shown[-1].part is Part.OWN:
            last = self.shown.pop()
            end = end_without_signature(self.lines, last.start, last.end)
            self.shown += [Piece(Part.OWN, last.start, end), Piece(Part.OWN, last.end - 1, last.end)] if end < last.end else [last]

    def _cut_rules(self) -> None:
        """Leave out the rule above what was cut."""
        if not self.shown or self.shown[-1].part is not Part.OWN:
            return
        last = self.shown.pop()
        end = last.end
        while end > last.start and (not self.lines[end - 1].strip() or is_rule(self.lines[end - 1][:LOOKED_AT])):
            end -= 1
        self.shown.append(Piece(Part.OWN, last.start, end))

    def _below_our_letter(self, history: Piece) -> list[Piece]:
        """Return what stands below the last line of a letter of ours: that was surely not in it."""
        feet = [at for at in range(history.start, history.end) if is_reference(self.lines[at][:LOOKED_AT])]
        if history.asks_above or not feet or signs_off_only(self.lines[feet[-1] + 1 : history.end]):
            return []
        return [Piece(Part.OWN, feet[-1] + 1, end_without_signature(self.lines, feet[-1] + 1, history.end))]

    def _has_own(self) -> bool:
        return bool(self.shown) and self.shown[-1].end > self.own_from

    def _introduces(self) -> bool:
        """Whether the own words end with a colon: then what follows belongs to them."""
        if not self.shown or self.shown[-1].part is not Part.OWN:
            return False
        last = next((line for line in reversed(self._lines_of(self.shown[-1])) if says_something(line[:LOOKED_AT])), "")
        return last.rstrip().endswith((":", "：")) and not _SHORTCODE.search(last[-40:])

    def _is_own(self, piece: Piece) -> bool:
        return piece.part is Part.OWN and not signs_off_only(self._lines_of(piece))

    def _lines_of(self, piece: Piece) -> list[str]:
        return self.lines[piece.start : piece.end]


def _answers_within(own: list[str]) -> bool:
    """Whether the own words say that answers stand in what they answer."""
    return any(words in plain(line[:LOOKED_AT]).lower() for line in own[:_READ_FOR_WITHIN] for words in said.ANSWERS_WITHIN)


def _trimmed(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip() if any(line.strip() for line in lines) else ""
