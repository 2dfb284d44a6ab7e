"""What hostile or broken clients send to the forms (abuse cases D-7 to D-13, D-32 to D-35, D-40, D-45 to D-51 and D-55)."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from formapp.logs import configure_logs
from formapp.models import Attachment, Complaint, Escalation, OutgoingMail, Ticket
from formapp.runtime import Runtime
from tests.file_links import file_url
from tests.proofs import proof
from tests.requests import FREE_TEXTS, URLS, answers, with_files
from tests.sample_files import SAMPLES
from tests.web.form_page import FormPage
from tests.web.stored import count, letters, words


def row(runtime: Runtime, slug: str) -> Ticket | Escalation:
    with runtime.database.reading() as session:
        found = session.scalars(select(Escalation if slug == "escalation" else Ticket)).one()
        if isinstance(found, Ticket):
            assert (found.complaint is not None) == (slug == "complaint")
        return found


def nothing_is_stored(runtime: Runtime) -> bool:
    return not any(count(runtime, model) for model in (Ticket, Complaint, Escalation, OutgoingMail))


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize(
    "several", ["a@x.example,b@y.example", "a@x.example;b@y.example", "<a@x.example>", "a@x.example\r\nBcc: b@y.example", "a@x.example b@y"]
)
def test_d7_a_list_of_addresses_is_no_address(client: FlaskClient, runtime: Runtime, slug: str, several: str):
    answer = client.post(URLS[slug], data=answers(slug, email=several))
    assert [id for id, _ in FormPage(answer.text).problems] == ["email"]
    assert nothing_is_stored(runtime)


@pytest.mark.parametrize("slug", URLS)
def test_d9_nul_half_characters_and_controls_are_taken_out_and_bidi_stays_text(client: FlaskClient, runtime: Runtime, slug: str):
    hostile = "It is \x00\x1b[31mred\x7f \u202eright to left\u202c and\ud800 half"
    body = json.dumps(answers(slug) | dict.fromkeys(FREE_TEXTS[slug], hostile))
    answer = client.post(URLS[slug], data=body, content_type="application/json", headers={"Accept": "application/json"})
    assert answer.status_code == 201
    stored = row(runtime, slug)
    for field in FREE_TEXTS[slug]:
        kept = getattr(stored, field, None) or getattr(getattr(stored, "complaint", None), field, None)
        assert kept == "It is [31mred \u202eright to left\u202c and half", field
    for mail in letters(runtime):
        assert "\u202e" not in mail[1]["Subject"]


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}])
def test_d32_no_host_header_gets_into_a_letter_or_a_page(client: FlaskClient, runtime: Runtime, slug: str, headers: dict[str, str]):
    answer = client.post(URLS[slug], **with_files(answers(slug, proof=proof()), {"a.png": SAMPLES["png"]}), headers=headers)
    assert answer.status_code == 303
    assert answer.location.startswith("/your-")
    assert "evil.example" not in client.get(answer.location, headers=headers).text
    said = [words(mail) for _, mail in letters(runtime)]
    assert "evil.example" not in "".join(said)
    assert "http://localhost:8000/staff-door/" in said[0]


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize("name", ["next", "redirect", "return_to", "url"])
@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https:evil.example", "\t//evil.example"])
def test_d33_there_is_no_way_to_be_sent_elsewhere(client: FlaskClient, slug: str, name: str, target: str):
    answer = client.post(f"{URLS[slug]}?{name}={target}", data=answers(slug, **{name: target}))
    assert answer.status_code == 303
    assert "evil" not in answer.location


@contextmanager
def logging_to(capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """Yield a list that has, at the end, the lines that a service of these minutes writes."""
    before, lines = logging.getLogger().handlers[:], list[str]()
    configure_logs("DEBUG")
    try:
        yield lines
        lines += capfd.readouterr().err.splitlines()
    finally:
        logging.getLogger().handlers[:] = before


@pytest.mark.parametrize("slug", URLS)
def test_d34_d55_a_whole_visit_with_files_leaves_one_line_of_json_a_request_and_no_word_of_the_customer(
    client: FlaskClient, runtime: Runtime, slug: str, capfd: pytest.CaptureFixture[str]
):
    forged = dict.fromkeys(FREE_TEXTS[slug], "secret words\n2026-11-23 ERROR forged\r\n{}\x1b[2J\u2028")
    with logging_to(capfd) as lines:
        wrong = client.post(URLS[slug], **with_files(answers(slug, **forged, email="secret@@"), {"secret forged.png": SAMPLES["png"]}))
        token = FormPage(wrong.text).fields["kept_file"][0]
        sent = client.post(f"{URLS[slug]}?secret=1", **with_files(answers(slug, **forged, proof=proof()), {"secret.exe": b"MZ"}, [token]))
        assert sent.status_code == 422
        sent = client.post(URLS[slug], **with_files(answers(slug, **forged, proof=proof(), leave_empty="secret"), kept=[token]))
        assert sent.status_code == 303
        link = file_url(runtime, 1)
        for path in (sent.location, f"{sent.location}x", link, f"{link}x", f"/api/attachments/{token}"):
            client.get(path)
        client.delete(f"/api/attachments/{token}")
    events = [json.loads(line) for line in lines]
    assert len([event for event in events if event["event"] == "request"]) == 9
    everything = "\n".join(lines)
    tokens = (token, sent.location.rpartition("/")[2], link.rpartition("/")[2], proof())
    for secret in (*tokens, "secret", "forged", "zoe@", "example.net", "Soapbox"):
        assert secret not in everything


@pytest.mark.parametrize("slug", URLS)
def test_d35_what_a_link_opens_is_kept_nowhere(client: FlaskClient, slug: str):
    location = client.post(URLS[slug], data=answers(slug)).location
    for path in (location, f"{location}x"):
        headers = client.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert "noindex" in headers["X-Robots-Tag"]
        assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("slug", URLS)
def test_d40_more_than_a_form_can_hold_gets_a_page_that_helps(client: FlaskClient, runtime: Runtime, slug: str):
    parts = MultiDict([(f"f{number}", "x") for number in range(2000)])
    boundary, many_parts = encode_multipart(parts)
    bodies = [
        (with_files(answers(slug, name="x" * 600_000)), "600 kB of text in parts"),
        ({"data": "name=" + "x" * 600_000, "content_type": "application/x-www-form-urlencoded"}, "600 kB of text"),
        ({"data": many_parts, "content_type": f"multipart/form-data; boundary={boundary}"}, "2,000 parts"),
        ({"data": "&".join(f"f{n}=x" for n in range(40_000)), "content_type": "application/x-www-form-urlencoded"}, "40,000 fields"),
        (with_files(answers(slug), {f"{n}.log": b"x" * 5_000_000 for n in range(7)}), "35 MB of files"),
    ]
    for sent, what in bodies:
        answer = client.post(URLS[slug], **sent)
        assert answer.status_code == 413, what
        assert "too large" in answer.text
        assert "mailto:support@billycart.com" in answer.text
        assert "sent" in answer.text
    assert nothing_is_stored(runtime)
    assert count(runtime, Attachment) == 0


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data"),
        (b"", "multipart/form-data; boundary="),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        pytest.param(
            b"--x\r\nContent-Disposition: form-data; name=files; filename=a.png\r\n\r\n\x89PNG",
            "multipart/form-data; boundary=x",
            # Werkzeug leaves the half file to the garbage collector, which closes it.
            marks=pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
        ),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\n\r\nx\r\n--x--", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data; name*=utf-8''%ff; filename*=x''y\r\n\r\nx\r\n--x--", "multipart/form-data; boundary=x"),
        (b"%ff%fe=%00&=&&==", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"name=x", "text/plain"),
        (b"name=x", ""),
        (b"<x/>", "application/xml"),
    ],
)
def test_d40_a_body_that_makes_no_sense_is_never_a_fault_of_ours(
    client: FlaskClient, runtime: Runtime, slug: str, body: bytes, content_type: str
):
    answer = client.post(URLS[slug], data=body, content_type=content_type)
    assert answer.status_code in (400, 415, 422)
    assert "</html>" in answer.text
    assert nothing_is_stored(runtime)


@pytest.mark.parametrize("slug", URLS)
def test_d45_a_field_that_comes_twice_counts_once_and_as_a_file_not_at_all(client: FlaskClient, runtime: Runtime, slug: str):
    twice = MultiDict([*answers(slug).items(), ("email", "second@example.org"), ("name", "Second")])
    assert client.post(URLS[slug], data=twice).status_code == 303
    assert (row(runtime, slug).email, row(runtime, slug).name) == ("zoe@example.net", "Zoë O’Brien")
    parts = MultiDict([pair for pair in answers(slug).items() if pair[0] != "email"])
    parts.add("email", FileStorage(io.BytesIO(b"zoe@example.net"), "email.txt"))
    boundary, body = encode_multipart(parts)
    answer = client.post(URLS[slug], data=body, content_type=f"multipart/form-data; boundary={boundary}")
    assert [id for id, _ in FormPage(answer.text).problems] == ["email"]
    assert count(runtime, Attachment) == 0


MASS = {
    "status": "closed",
    "number": "5",
    "ticket_number": "5",
    "given_number": "5",
    "verdict": "passed",
    "review_by": "2026-11-23",
    "is_proven": "1",
    "first_response_at": "2026-11-23T00:00:00+00:00",
    "escalated_at": "2026-11-23T00:00:00+00:00",
    "priority": "P1",
    "suggested_priority": "P1",
    "received_at": "2020-01-01",
    "suspect_because": "",
    "answer_by": "2020-01-01",
    "about_ticket": "BC-1",
    "is_staff": "1",
    "policy": "x",
    "content_digest": "x",
    "level": "P1",
    "focused": "email",
    "kept": "x",
    "refused": "x",
    "errors": "x",
    "data": "x",
    "csrf_token": "x",
}


@pytest.mark.parametrize("slug", URLS)
def test_d45_d46_columns_that_are_no_fields_are_never_stored_and_nobody_picks_a_state(client: FlaskClient, runtime: Runtime, slug: str):
    given = answers(slug, leave_empty="x")
    given = {**MASS, **given, **({"situation": ""} if slug == "ticket" else {})}
    assert client.post(URLS[slug], data=given).status_code == 303
    stored = row(runtime, slug)
    assert stored.suspect_because == "the hidden field was filled in"
    assert not stored.is_proven
    assert stored.received_at == runtime.now()
    if isinstance(stored, Escalation):
        assert (stored.verdict, stored.ticket_number, stored.given_number, stored.review_by) == ("unknown ticket", None, 1001, None)
        return
    assert (stored.number, stored.status, stored.first_response_at, stored.escalated_at) == (1001, "open", None, None)
    assert stored.priority == {"ticket": "P2", "complaint": None}[slug], "what the answers suggest, whatever was sent as priority"


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize(
    ("mark", "because"),
    [
        ({"leave_empty": "http://buy.example"}, "the hidden field was filled in"),
        ({"seconds": "0"}, "the form was sent within 3 seconds of being opened"),
        ({"seconds": "2"}, "the form was sent within 3 seconds of being opened"),
        ({"seconds": "3"}, None),
        ({"seconds": "1", "proof": proof()}, None),  # a browser fills a form in for somebody who has worked for it
        ({"seconds": ""}, None),
        ({"seconds": "-1"}, None),
        ({"seconds": "²"}, None),
        ({"seconds": "0" * 5000}, None),
        ({"leave_empty": " \u200b"}, None),
    ],
)
def test_d47_what_looks_automatic_gets_the_same_page_and_is_marked_and_not_acknowledged(
    client: FlaskClient, runtime: Runtime, slug: str, mark: dict[str, str], because: str | None
):
    answer = client.post(URLS[slug], data=answers(slug, **mark))
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    assert row(runtime, slug).suspect_because == because
    assert len(letters(runtime)) == (1 if because else 2)
    assert ("PLEASE CHECK THIS ONE" in words(letters(runtime)[0][1])) == bool(because)


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_d50_a_form_that_another_sites_page_sends_is_not_taken(client: FlaskClient, runtime: Runtime, slug: str, headers: dict[str, str]):
    answer = client.post(URLS[slug], **with_files(answers(slug), {"a.png": SAMPLES["png"]}), headers=headers)
    assert answer.status_code == 403
    assert "mailto:support@billycart.com" in answer.text
    assert nothing_is_stored(runtime)
    assert count(runtime, Attachment) == 0
