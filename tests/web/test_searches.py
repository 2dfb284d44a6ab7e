"""Searches in vain, as the site's search reports them."""

import io
import json

from flask.testing import FlaskClient
from sqlalchemy import select
from structlog.testing import capture_logs

from formapp.models import MissedSearch
from formapp.runtime import Runtime
from tests.clock import Clock

URL = "/api/searches"


def rows(runtime: Runtime) -> list[tuple[str, int, int]]:
    with runtime.database.reading() as session:
        found = session.scalars(select(MissedSearch).order_by(MissedSearch.day, MissedSearch.words))
        return [(row.words, row.day.day, row.times) for row in found]


def search(client: FlaskClient, words: str, address: str = "192.0.2.1", **headers: str) -> int:
    answer = client.post(URL, json={"words": words}, environ_base={"REMOTE_ADDR": address}, headers=headers)
    assert answer.data == b"" or answer.json
    return answer.status_code


def test_a_search_in_vain_is_counted_by_its_words_and_day_and_nothing_else_is_kept(client: FlaskClient, runtime: Runtime, clock: Clock):
    assert search(client, "Refund card") == search(client, " refund  card", "198.51.100.7") == 204
    clock.pass_(hours=10)  # past midnight in Brisbane
    assert search(client, "refund card") == 204
    assert rows(runtime) == [("refund card", 23, 2), ("refund card", 24, 1)]
    assert {column.name for column in MissedSearch.__table__.columns} == {"words", "day", "times"}


def test_d59_what_must_not_be_kept_is_answered_the_same(client: FlaskClient, runtime: Runtime):
    for words in ("", "?", "ann@example.net", "0412 345 678", "\x00", "\ud800"):
        sent = json.dumps({"words": words})
        assert client.post(URL, data=sent, content_type="application/json").status_code == 204
    assert rows(runtime) == []


def test_d59_addresses_numbers_and_links_are_taken_out(client: FlaskClient, runtime: Runtime):
    search(client, "Refund for Ann@Example.net, call 0412 345 678 see https://example.org/?token=abc or \u202efdp")
    assert rows(runtime) == [("refund for call see or fdp", 23, 1)]


def test_a_long_search_is_cut(client: FlaskClient, runtime: Runtime):
    assert search(client, "x" * 7000) == 204
    assert rows(runtime) == [("x" * 80, 23, 1)]


def test_d59_one_client_is_counted_sixty_times_an_hour_and_answered_always(client: FlaskClient, runtime: Runtime):
    assert {search(client, "refund") for _ in range(70)} == {204}
    assert rows(runtime) == [("refund", 23, 60)]
    assert search(client, "refund", "198.51.100.7") == 204
    assert rows(runtime) == [("refund", 23, 61)]


def test_d59_a_flood_of_words_fills_a_days_two_hundred_and_no_more(client: FlaskClient, runtime: Runtime):
    for number in range(210):
        assert search(client, f"word {number}", f"2001:db8:{number:x}::1") == 204
    assert len(rows(runtime)) == 200


def test_d63_a_header_from_outside_buys_nobody_another_turn(client: FlaskClient, runtime: Runtime):
    for number in range(70):
        search(client, "refund", **{"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": f"198.51.100.{number}"})
    assert rows(runtime) == [("refund", 23, 60)]


def test_what_is_no_report_is_refused_with_what_to_send(client: FlaskClient, runtime: Runtime):
    for body in ("", "{", "[]", "{}", '"x"', '{"words": 1}', '{"words": null}', '{"words": ["x"]}', "[" * 8000):
        answer = client.post(URL, data=body, content_type="application/json")
        assert answer.status_code == 400
        assert answer.json["error"]
    assert rows(runtime) == []


def test_another_kind_of_body_is_refused(client: FlaskClient, runtime: Runtime):
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""):
        answer = client.post(URL, data='{"words": "refund"}', content_type=kind)
        assert answer.status_code == 415
        assert "application/json" in answer.json["error"]
    assert rows(runtime) == []


def test_a_body_larger_than_any_search_or_of_unknown_length_is_refused(client: FlaskClient, runtime: Runtime):
    assert search(client, "x" * 1_000_000) == 413
    chunked = client.post(
        URL, input_stream=io.BytesIO(b'{"words": "x"}'), content_type="application/json", headers={"Transfer-Encoding": "chunked"}
    )
    assert chunked.status_code == 411
    assert rows(runtime) == []


def test_another_sites_page_counts_nothing(client: FlaskClient, runtime: Runtime):
    assert search(client, "refund", **{"Sec-Fetch-Site": "cross-site"}) == 403
    assert search(client, "refund", Origin="https://evil.example") == 403
    assert rows(runtime) == []


def test_only_a_post_counts(client: FlaskClient, runtime: Runtime):
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        assert client.open(URL, method=method, query_string={"words": "refund"}).status_code == 405
    assert rows(runtime) == []


def test_no_log_tells_who_searched_for_what(client: FlaskClient):
    with capture_logs() as lines:
        search(client, "secret words", "203.0.113.9")
    assert [line["status"] for line in lines] == [204]
    assert "secret" not in str(lines)
    assert "203.0.113" not in str(lines)
