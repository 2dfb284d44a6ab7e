"""What a view has at hand."""

from dataclasses import dataclass
from typing import Self, cast

from flask import current_app, request

from formapp.runtime import Runtime
from formapp.services.desk import Desk
from formapp.services.links import Links
from formapp.services.proofs import Proofs
from formapp.services.virus_scan import Clamd, ImpatientClamd
from formapp.site import Site
from formapp.web.limits import Limits

KEY = "helpcentre"


@dataclass(frozen=True)
class Context:
    """What the application is made of, once."""

    runtime: Runtime
    site: Site
    links: Links
    proofs: Proofs
    limits: Limits
    scanner: Clamd | None

    @classmethod
    def of(cls, runtime: Runtime) -> Self:
        """Read the site and make the rest from the settings; raise SiteNotBuilt or UnusableRedis."""
        settings = runtime.settings
        redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
        return cls(
            runtime=runtime,
            site=Site.read(settings.site_dir),
            links=runtime.links,
            proofs=Proofs(settings.signing_keys),
            limits=Limits.of(
                submissions=settings.submissions_per_hour,
                uploads=settings.uploads_per_hour,
                # A form may be opened, left and opened again before it is sent.
                challenges=4 * settings.submissions_per_hour,
                redis_url=redis_url,
            ),
            scanner=ImpatientClamd(settings.clamd) if settings.clamd else None,
        )


def _context() -> Context:
    return cast(Context, current_app.extensions[KEY])


def runtime() -> Runtime:
    """The process's runtime."""
    return _context().runtime


def site() -> Site:
    """The built site."""
    return _context().site


def links() -> Links:
    """The maker and reader of signed links."""
    return _context().links


def proofs() -> Proofs:
    """The maker and reader of challenges."""
    return _context().proofs


def limits() -> Limits:
    """How much one client may do."""
    return _context().limits


def scanner() -> Clamd | None:
    """The virus scanner, if there is one."""
    return _context().scanner


def desk() -> Desk:
    """What taking something in needs to know of the house."""
    return runtime().desk


def wants_json() -> bool:
    """Whether the client asked for JSON rather than for a page."""
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]
