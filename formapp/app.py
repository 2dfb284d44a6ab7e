"""The application factory: the one place where everything is wired."""

import time
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request
from gunicorn.errors import AppImportError
from werkzeug.middleware.proxy_fix import ProxyFix

from formapp.errors import HelpCentreError
from formapp.logs import configure_logs
from formapp.runtime import Runtime
from formapp.services.database import check_schema
from formapp.settings import read_settings
from formapp.site import security_headers
from formapp.web.answered import answered
from formapp.web.attachment_pages import attachment_pages
from formapp.web.challenges import challenges
from formapp.web.context import KEY, Context
from formapp.web.edit_pages import edit_pages
from formapp.web.errors import register_errors
from formapp.web.escalation_pages import escalation_pages
from formapp.web.feedback_pages import feedback_pages
from formapp.web.headers import keep_uncached
from formapp.web.health import health
from formapp.web.kept_mails import kept_mails
from formapp.web.promises import promises
from formapp.web.report_pages import report_pages
from formapp.web.scorecard_pages import scorecard_pages
from formapp.web.searches import searches
from formapp.web.staff_pages import staff_pages
from formapp.web.static import BRIEFLY, StaticSite
from formapp.web.submissions import submissions
from formapp.web.ticket_files import ticket_files
from formapp.web.ticket_pages import ticket_pages
from formapp.web.uploads import uploads

log = structlog.get_logger()


def create_app(runtime: Runtime | None = None) -> Flask:
    """Return the WSGI application.

    Raises a HelpCentreError (SettingsError, PolicyError, DatabaseError, SiteNotBuilt) when it could not keep its promises.
    """
    if runtime is None:
        settings = read_settings()
        configure_logs(settings.log_level)
        runtime = Runtime.start(settings)
    check_schema(runtime.database)
    context = Context.of(runtime)

    app = Flask("formapp", static_folder=None, template_folder=None)
    # Neither a debugger nor a redirect that takes its host from the request.
    app.debug = False
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    app.extensions[KEY] = context
    headers = security_headers(context.site, https=runtime.settings.base_url.startswith("https:"))
    keep_uncached(app)
    register_errors(app)
    _log_requests(app)
    for blueprint in (
        submissions,
        uploads,
        challenges,
        promises,
        answered,
        searches,
        feedback_pages,
        report_pages,
        ticket_pages,
        ticket_files,
        escalation_pages,
        attachment_pages,
        staff_pages,
        scorecard_pages,
        health,
    ):
        app.register_blueprint(blueprint)
    if runtime.settings.editing:
        app.register_blueprint(edit_pages)
    if runtime.settings.development and runtime.settings.smtp_host is None:
        app.register_blueprint(kept_mails)
    # An editor sees a changed page, picture or style at once.
    served = StaticSite(app.wsgi_app, context.site, headers, keep=0 if runtime.settings.editing else BRIEFLY)
    # Only the client's address is taken from proxies, and only from as many as there are.
    app.wsgi_app = ProxyFix(served, x_for=runtime.settings.trusted_proxies, x_proto=0)  # type: ignore[method-assign]
    return app


def _log_requests(app: Flask) -> None:
    """One line a request, with its route and never its path: a path can hold a token."""

    @app.before_request
    def _() -> None:
        g.started = time.monotonic()
        structlog.contextvars.bind_contextvars(request=uuid4().hex[:12])

    @app.teardown_request
    def _(error: BaseException | None) -> None:
        structlog.contextvars.clear_contextvars()

    @app.after_request
    def _(response: Response) -> Response:
        log.info(
            "request",
            method=request.method,
            route=str(request.url_rule) if request.url_rule else None,
            status=response.status_code,
            ms=round((time.monotonic() - g.started) * 1000, 1),
        )
        return response


def wsgi() -> Flask:
    """Return the application for gunicorn, which prints an AppImportError as its message and stops; any other error as a traceback."""
    try:
        return create_app()
    except HelpCentreError as error:
        raise AppImportError(str(error)) from None
