"""What a view has at hand."""

from typing import cast

from flask import current_app, request

from formapp.runtime import Runtime
from formapp.services.links import Links
from formapp.site import Site

KEY = "helpcentre"


def runtime() -> Runtime:
    """The process's runtime."""
    return cast(Runtime, current_app.extensions[KEY])


def site() -> Site:
    """The built site."""
    return cast(Site, current_app.extensions[f"{KEY}.site"])


def links() -> Links:
    """The maker and reader of signed links."""
    return Links(runtime().settings.signing_key, runtime().settings.base_url)


def wants_json() -> bool:
    """Whether the client asked for JSON rather than for a page."""
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]
