from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from formapp.app import create_app
from formapp.site import SiteNotBuilt
from tests.web.conftest import with_whole_answers


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


def test_the_built_pages_are_served_and_a_form_page_takes_posts_at_its_own_address(client: FlaskClient):
    assert client.get("/contact/ticket/").status_code == 200
    assert client.head("/contact/ticket/").status_code == 200
    assert client.get("/contact/ticket").status_code == 302
    assert client.post("/contact/ticket/", data={}).status_code == 422


@pytest.mark.parametrize(
    "path", ["/mkdocs.yml", "/.git/config", "/../pyproject.toml", "/%2e%2e/pyproject.toml", "/secret-key", "/404.html"]
)
@pytest.mark.parametrize("environment", ["development", "production"])
def test_nothing_but_the_site_is_served(app_with: Callable[..., Flask], path: str, environment: str):
    answer = app_with(environment=environment).test_client().get(path)
    assert answer.status_code == 404
    assert "Page not found" in answer.text


def test_a_built_file_is_kept_for_a_minute_and_one_with_a_digest_in_its_name_for_ever(runtime, site_dir):
    (site_dir / "assets").mkdir()
    (site_dir / "assets" / "bundle.1a2b3c4d.min.js").write_text("1")
    (site_dir / "assets" / "forms.js").write_text("1")
    client = with_whole_answers(create_app(runtime)).test_client()
    assert "immutable" in client.get("/assets/bundle.1a2b3c4d.min.js").headers["Cache-Control"]
    assert client.get("/assets/forms.js").headers["Cache-Control"] == "max-age=60, public"


def test_without_a_built_site_the_start_is_refused_and_says_how_to_build_it(runtime):
    with pytest.raises(SiteNotBuilt, match="mkdocs build"):
        create_app(runtime)


def test_a_page_that_was_built_without_marks_is_refused_rather_than_shown_without_its_content(app: Flask, site_dir):
    (site_dir / "404.html").write_text("<title>x - y</title><h1>x</h1>")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with pytest.raises(SiteNotBuilt, match="swap marks"):
        app.test_client().get("/nothing-here")
