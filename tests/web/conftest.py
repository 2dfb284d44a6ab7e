from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from formapp.app import create_app
from formapp.forms import static_form
from formapp.runtime import Runtime

PAGE = """<!doctype html><html lang="en"><head><title>{title} - Billycart Support</title>
<link rel="canonical" href="https://support.billycart.com/x/"><script>var a = 1</script>
<script type="application/json">{{"b": 2}}</script><script src="/assets/c.js"></script></head>
<body><main><h1 id="x">{title}<a class="headerlink" href="#x">¶</a></h1><p>Before.</p>
<!-- helpcentre:swap -->{content}<!-- /helpcentre:swap --></main></body></html>"""


class WholeAnswers(FlaskClient):
    """Reads every answer to its end, so that a static file's handle is closed."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, buffered=True, **kwargs)


@pytest.fixture
def site_dir(runtime: Runtime) -> Path:
    """A site of the pages that the service wears, as small as they can be."""
    folder = runtime.settings.site_dir
    pages = {
        "404.html": ("Page not found", "<p>Not here.</p>"),
        "your-request/index.html": ("Your request", "<p>Use the link in our email.</p>"),
        "contact/ticket/index.html": ("Send a request", static_form("ticket", runtime.policy)),
        "contact/check/index.html": ("Check your answers", "<p>Nothing to check.</p>"),
        "contact/escalation/index.html": ("Escalate a ticket", static_form("escalation", runtime.policy)),
        "contact/complaint/index.html": ("Make a complaint", static_form("complaint", runtime.policy)),
        "index.html": ("Billycart Support", ""),
    }
    for name, (title, content) in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(title=title, content=content), encoding="utf-8")
    return folder


@pytest.fixture
def app(runtime: Runtime, site_dir: Path) -> Flask:
    return with_whole_answers(create_app(runtime))


def with_whole_answers(app: Flask) -> Flask:
    app.test_client_class = WholeAnswers
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def app_with(runtime: Runtime, site_dir: Path) -> Callable[..., Flask]:
    """Make an application whose settings differ."""

    def make(**changes: object) -> Flask:
        return with_whole_answers(create_app(replace(runtime, settings=runtime.settings.model_copy(update=changes))))

    return make
