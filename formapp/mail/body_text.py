"""The one gate between words from outside and the body of a mail."""

import re

# Everything that some program somewhere takes for the end of a line.
_LINE_END = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Tab and line feed stay. Direction marks stay too: right-to-left languages need them, and their reach ends with the line.
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def body_text(text: str) -> str:
    """Return the text with plain line feeds, and U+FFFD for what no mail may carry: NUL, other controls, lone surrogates."""
    return _UNPRINTABLE.sub("\ufffd", _LINE_END.sub("\n", text))


def quoted(text: str) -> str:
    """Return the text as an indented block, so that nothing in it can pass for a line of ours."""
    return "\n".join(f"    {line}".rstrip() for line in body_text(text).strip("\n").split("\n"))
