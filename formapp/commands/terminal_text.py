"""Texts that strangers wrote, without what a terminal would obey."""


def one_line(text: str, most: int = 0) -> str:
    """Return a text on one line, cut at so many characters where `most` is not 0."""
    plain = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return plain if not most or len(plain) <= most else f"{plain[: most - 1]}…"


def indented(text: str, indent: str) -> str:
    """Return a text of several lines, each of them indented."""
    return "\n".join(f"{indent}{one_line(line)}".rstrip() for line in text.splitlines())
