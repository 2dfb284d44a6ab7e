"""What `[[page: …]]` puts on a page: parts that say nothing of the policy."""

from collections.abc import Callable, Mapping

from formapp.html import render

SWAP_START, SWAP_END = "<!-- helpcentre:swap -->", "<!-- /helpcentre:swap -->"


def _search() -> str:
    return render("site/search.html")


def _swap() -> str:
    # Its end is put at the end of the page, because what the backend replaces is everything below the heading.
    return SWAP_START


PAGE_PARTS: Mapping[str, Callable[[], str]] = {"search": _search, "swap": _swap}
