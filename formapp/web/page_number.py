"""Which page of a list is asked for."""

from flask import request

_LARGEST_NUMBER = 2**31 - 1


def page_number() -> int:
    """Return the number in the address; 1 for what is none."""
    said = request.args.get("page", "")
    return min(max(int(said), 1), _LARGEST_NUMBER) if said.isascii() and said.isdecimal() and len(said) < 20 else 1
