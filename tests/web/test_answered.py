import json
import threading
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from formapp.app import create_app
from formapp.models import AnsweredArticle
from formapp.runtime import Runtime
from formapp.services import answered_articles
from tests.clock import Clock
from tests.web.conftest import PAGE, with_whole_answers
from tests.web.stored import count

URL = "/api/answered"
PATH = "articles/payments/refunds/"


@pytest.fixture
def app(runtime: Runtime, site_dir: Path) -> Flask:
    file = site_dir / PATH / "index.html"
    file.parent.mkdir(parents=True)
    html = PAGE.format(title="Refunds", content="").replace("</head>", '<meta name="helpcentre:article" content="refunds"></head>')
    file.write_text(html, encoding="utf-8")
    return with_whole_answers(create_app(runtime))


def totals(runtime: Runtime) -> list[tuple[str, int]]:
    with runtime.database.reading() as session:
        return list(answered_articles.totals(session))


def test_an_article_that_answered_is_counted_by_the_day_and_nothing_else_is_kept(client: FlaskClient, runtime: Runtime, clock: Clock):
    for _ in range(2):
        assert client.post(URL, json={"page": PATH, "summary": "How do I refund Ann Smith?"}).status_code == 204
    clock.pass_(days=1)
    assert client.post(URL, json={"page": PATH}).status_code == 204
    assert totals(runtime) == [("refunds", 3)]
    with runtime.database.reading() as session:
        rows = [(row.article_id, row.day, row.times) for row in session.query(AnsweredArticle).order_by(AnsweredArticle.day)]
    assert rows == [("refunds", date(2026, 11, 23), 2), ("refunds", date(2026, 11, 24), 1)]


@pytest.mark.parametrize(
    "page",
    [
        "",
        "contact/ticket/",
        "/",
        "articles/",
        "articles/../contact/",
        "../../etc/passwd",
        "refunds",
        f"/{PATH}",
        "x" * 100_000,
        "\x00",
        "\ud800",
    ],
)
def test_d57_what_is_no_article_is_not_counted(client: FlaskClient, runtime: Runtime, page: str):
    answer = client.post(URL, data=json.dumps({"page": page}), content_type="application/json")
    assert answer.status_code == 404
    assert count(runtime, AnsweredArticle) == 0


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '"x"', '{"page": 1}', '{"page": ["x"]}', "[" * 60_000])
def test_what_is_no_report_is_refused_with_what_to_send(client: FlaskClient, runtime: Runtime, body: str):
    answer = client.post(URL, data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json["error"]
    assert count(runtime, AnsweredArticle) == 0


def test_another_sites_page_counts_nothing(client: FlaskClient, runtime: Runtime):
    assert client.post(URL, json={"page": PATH}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert count(runtime, AnsweredArticle) == 0


def test_one_client_is_counted_twenty_times_an_hour_and_thanked_always(client: FlaskClient, runtime: Runtime):
    assert {client.post(URL, json={"page": PATH}).status_code for _ in range(30)} == {204}
    assert totals(runtime) == [("refunds", 20)]


def test_reports_at_once_are_all_counted(app: Flask, runtime: Runtime):
    threads = [threading.Thread(target=lambda: app.test_client().post(URL, json={"page": PATH})) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert totals(runtime) == [("refunds", 10)]
