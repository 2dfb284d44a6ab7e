"""The headers of dynamic answers."""

from collections.abc import Mapping

from flask import Flask, Response

# Pages that a link in a mail opens: kept nowhere, found by no search engine, named to no other site.
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


def add_headers(app: Flask, headers: Mapping[str, str]) -> None:
    """Send the headers with every dynamic answer, which no cache keeps."""

    @app.after_request
    def _(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def private(response: Response) -> Response:
    """Mark an answer as a page for the holder of a link only."""
    response.headers.update(PRIVATE)
    return response
