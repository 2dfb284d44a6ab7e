"""The headers of dynamic answers."""

from flask import Flask, Response

# Pages that a link in a mail opens: kept nowhere, found by no search engine, named to no other site.
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


def keep_uncached(app: Flask) -> None:
    """Let no cache keep a dynamic answer; the other headers are the same for files and are added where both pass."""

    @app.after_request
    def _(response: Response) -> Response:
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def private(response: Response) -> Response:
    """Mark an answer as a page for the holder of a link only."""
    response.headers.update(PRIVATE)
    return response
