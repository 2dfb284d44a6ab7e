import pytest
from flask.testing import FlaskClient

from tests.clock import Clock


@pytest.mark.parametrize(
    ("query", "due", "text"),
    [
        ("type=general-enquiry", "2026-11-24T14:28:00+10:00", "Tue 24 Nov, 2:28 pm AEST"),
        ("type=incident", "2026-11-24T14:28:00+10:00", "Tue 24 Nov, 2:28 pm AEST"),
        ("type=incident&priority=", "2026-11-24T14:28:00+10:00", "Tue 24 Nov, 2:28 pm AEST"),
        ("type=incident&priority=P1", "2026-11-23T16:28:00+10:00", "Mon 23 Nov, 4:28 pm AEST"),
    ],
)
def test_the_promise_is_known_before_sending(client: FlaskClient, query: str, due: str, text: str):
    answer = client.get(f"/api/promise?{query}")
    assert answer.json["due"] == due
    assert answer.json["text"] == text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_promise_in_the_coming_year_says_so(client: FlaskClient, clock: Clock):
    clock.pass_(days=38)  # Thursday 31 December 2026, 2:28 pm; New Year's Day is a Friday
    assert client.get("/api/promise?type=incident&priority=P4").json["text"] == "Wed 6 Jan 2027, 2:28 pm AEST"


@pytest.mark.parametrize(
    "query", ["", "type=", "type=nothing", "type=incident&priority=P9", "type=general-enquiry&priority=P1", "type=%00"]
)
def test_a_type_that_is_not_promised_anything_is_an_error_that_says_what_to_use(client: FlaskClient, query: str):
    answer = client.get(f"/api/promise?{query}")
    assert answer.status_code == 400
    assert answer.json["error"]
