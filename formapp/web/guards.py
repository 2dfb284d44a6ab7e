"""What a request must pass before it is answered, and a POST before its form is read."""

import re

from flask import request
from werkzeug.exceptions import Forbidden, LengthRequired, NotFound

from formapp.web.context import runtime

# The texts of a form are 12,000 characters at most; four bytes a character and the encoding's own weight leave room.
LARGEST_TEXTS = 128 * 1024
# Twice what is taken, so that somebody who chose too much is told so in the form, with every answer kept.
LARGEST_WITH_FILES = 32_000_000
_OWN_NAMES = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)


def require_this_machine() -> None:
    """Raise NotFound unless the page is asked for under one of this machine's own names, as a developer does.

    Another site's name may be made to lead here, and then that site's pages could read what stands on ours.
    """
    if not _OWN_NAMES.fullmatch(request.headers.get("Host", "")):
        raise NotFound


def require_own_page() -> None:
    """Raise Forbidden when a browser says that another site's page sent the form.

    There is no session to abuse and so no CSRF token; a client that says nothing, as a script, is let through.
    Sec-Fetch-Site decides where there is one: Origin is `null` from a page without a referrer.
    """
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        if fetch_site in ("same-origin", "none"):
            return
        raise Forbidden("This form can only be sent from our own page.")
    origin = request.headers.get("Origin")
    if origin is not None and origin not in (runtime().settings.base_url, f"{request.scheme}://{request.host}"):
        raise Forbidden("This form can only be sent from our own page.")


def limit_size(largest: int | None = None) -> None:
    """Refuse a body that no filled form has, or that does not say how long it is; reading it raises RequestEntityTooLarge.

    `largest` is in bytes, where less is taken than of the forms that support answers.

    Raises LengthRequired. A body that ends before its announced length raises ClientDisconnected when it is read.
    """
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        raise LengthRequired("Send the length of the body.")
    # gunicorn says that its stream ends by itself, and then a body cut off on the way would be taken for a whole one.
    request.environ.pop("wsgi.input_terminated", None)
    # Files go to a temporary file as they arrive; texts are held in memory.
    of_a_form = LARGEST_WITH_FILES if request.mimetype == "multipart/form-data" else LARGEST_TEXTS
    request.max_content_length = of_a_form if largest is None else largest
    request.max_form_memory_size = LARGEST_TEXTS
    request.max_form_parts = 100
