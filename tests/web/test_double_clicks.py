"""Twenty at once, of each form: one row, one reference, one pair of letters (E-9, D-49)."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from formapp.models import Attachment, Escalation, SpentChallenge, Ticket
from formapp.runtime import Runtime
from tests.proofs import proof
from tests.requests import URLS, answers, with_files
from tests.sample_files import SAMPLES
from tests.web.form_page import FormPage
from tests.web.stored import count, letters

CLICKS = 20


def click_at_once(app: Flask, url: str, sent: Mapping[str, Any], times: int = CLICKS) -> list[TestResponse]:
    got: list[TestResponse] = []
    start = threading.Barrier(times)

    def click() -> None:
        start.wait()
        got.append(app.test_client().post(url, **sent))

    threads = [threading.Thread(target=click) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def assert_one(got: list[TestResponse], runtime: Runtime) -> None:
    assert [answer.status_code for answer in got] == [303] * CLICKS
    assert len({answer.location for answer in got}) == 1
    assert count(runtime, Ticket) + count(runtime, Escalation) == 1
    assert len(letters(runtime)) == 2


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize("key", ["", "k" * 64, "x" * 5000])
def test_e9_twenty_clicks_at_once_give_one_submission_and_one_reference(app: Flask, runtime: Runtime, slug: str, key: str):
    assert_one(click_at_once(app, URLS[slug], {"data": answers(slug, submission_key=key)}), runtime)


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize("key", ["", "k1"])
def test_e9_with_files_that_are_kept_already_the_one_submission_has_them_once(app: Flask, runtime: Runtime, slug: str, key: str):
    wrong = app.test_client().post(URLS[slug], **with_files(answers(slug, email=""), {"a.png": SAMPLES["png"], "b.txt": b"text"}))
    kept = FormPage(wrong.text).fields["kept_file"]
    got = click_at_once(app, URLS[slug], with_files(answers(slug, submission_key=key, proof=proof()), kept=kept))
    assert_one(got, runtime)
    assert count(runtime, Attachment) == 2
    assert count(runtime, SpentChallenge) == 1


@pytest.mark.parametrize("slug", URLS)
def test_e9_with_files_that_come_along_the_one_submission_has_them_once(app: Flask, runtime: Runtime, slug: str):
    got = click_at_once(app, URLS[slug], with_files(answers(slug), {"a.png": SAMPLES["png"]}))
    assert_one(got, runtime)
    with runtime.database.reading() as session:
        rows = session.execute(select(Attachment.ticket_number, Attachment.escalation_id)).all()
    # The others are nobody's, and purged after a day.
    assert len([row for row in rows if any(row)]) == 1
    assert len(rows) == CLICKS


def test_one_proof_for_twenty_different_requests_at_once_proves_one(app_with, runtime: Runtime):
    app = app_with(submissions_per_hour=100)
    start = threading.Barrier(CLICKS)

    def send(number: int) -> None:
        start.wait()
        given = answers("ticket", summary=f"Request {number}", proof=proof())
        assert app.test_client().post(URLS["ticket"], data=given).status_code == 303

    threads = [threading.Thread(target=send, args=(number,)) for number in range(CLICKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with runtime.database.reading() as session:
        assert sorted(session.scalars(select(Ticket.is_proven)).all()) == [False] * (CLICKS - 1) + [True]


def test_d49_two_tabs_with_different_answers_are_two_requests(app: Flask, runtime: Runtime):
    for tab in ("one", "two"):
        given = answers("ticket", summary=f"The tab called {tab}", submission_key=tab)
        assert app.test_client().post(URLS["ticket"], data=given).status_code == 303
    assert count(runtime, Ticket) == 2


@pytest.mark.parametrize("slug", URLS)
def test_e9_the_same_request_over_and_over_counts_once_for_the_limit(app_with, runtime: Runtime, slug: str):
    app = app_with(submissions_per_hour=1)
    assert_one(click_at_once(app, URLS[slug], {"data": answers(slug, submission_key="k1")}), runtime)
