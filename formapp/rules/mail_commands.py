"""What staff order on the first lines of a reply: `#resolve Answered`, `#note`, `#p2`."""

import re
from dataclasses import dataclass

# Whatever begins with # and a letter is meant as a command, and must not reach a customer as text: also "#note:", "*#note*" and "#nóte".
_COMMAND = re.compile(r"[*_]{0,2}[#＃]([^\W\d_][\w-]*)[*_]{0,2}[:：.,;*_]{0,3}(.*)", re.DOTALL)
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"
_MOST = 10
_LONGEST = 30


@dataclass(frozen=True, slots=True)
class Command:
    """A word after a #, in lower case ("resolve"), and the rest of its line."""

    word: str
    rest: str


def commands_of(reply: str) -> tuple[tuple[Command, ...], str]:
    """Return the commands on the first lines of a reply, at most ten, and the text after them; "# Heading" and "#1" are text."""
    commands: list[Command] = []
    lines = reply.split("\n")
    taken = 0
    for place, line in enumerate(lines):
        plain = _bare(line)
        found = _COMMAND.fullmatch(plain)
        if not found and plain:
            break
        if found:
            commands.append(Command(found[1].casefold()[:_LONGEST], _bare(found[2])))
            taken = place + 1
        if len(commands) == _MOST:
            break
    return tuple(commands), "\n".join(lines[taken:]).strip("\n")


def _bare(text: str) -> str:
    return text.strip().strip(_UNSEEN).strip()
