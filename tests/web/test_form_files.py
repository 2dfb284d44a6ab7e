"""Files that travel with a form, without JavaScript: sent with it, kept over every error, removed by a button."""

import hashlib
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from formapp.forms.files_field import GONE
from formapp.mail.letter import SealedLetter
from formapp.models import Attachment, Escalation, Ticket
from formapp.runtime import Runtime
from formapp.services import attachments, housekeeping
from formapp.services.outbox import deliver_one
from tests.clock import Clock
from tests.requests import URLS, answers, with_files
from tests.sample_files import SAMPLES
from tests.web.form_page import FormPage
from tests.web.staff_page import queue_path
from tests.web.stored import count, letters, words

PNG, TXT = SAMPLES["png"], SAMPLES["txt"]


def files_of(runtime: Runtime) -> list[tuple[str, bool, bytes]]:
    """Return the name of every file, whether it is a submission's, and its content."""
    with runtime.database.reading() as session:
        rows = session.scalars(select(Attachment).order_by(Attachment.id)).all()
        for row in rows:
            assert row.digest == hashlib.sha256(row.content).hexdigest()
        return [(row.name, row.ticket_number is not None or row.escalation_id is not None, row.content) for row in rows]


def submissions(runtime: Runtime) -> int:
    return count(runtime, Ticket) + count(runtime, Escalation)


def kept_tokens(page: FormPage) -> list[str]:
    return page.fields.get("kept_file", [])


@pytest.mark.parametrize("slug", URLS)
def test_files_that_come_with_a_form_are_the_submissions(client: FlaskClient, runtime: Runtime, slug: str):
    answer = client.post(URLS[slug], **with_files(answers(slug), {"скриншот.png": PNG, "log of it.txt": TXT}))
    assert answer.status_code == 303
    assert files_of(runtime) == [("скриншот.png", True, PNG), ("log of it.txt", True, TXT)]
    page = client.get(answer.location).text
    assert [f"{name}, {len(content)} bytes)" in page for name, content in (("скриншот.png (PNG", PNG), ("log of it.txt (TXT", TXT))] == [
        True,
        True,
    ]


@pytest.mark.parametrize("slug", URLS)
def test_files_are_kept_over_an_error_and_go_with_the_corrected_form(client: FlaskClient, runtime: Runtime, slug: str):
    wrong = FormPage(client.post(URLS[slug], **with_files(answers(slug, email="zoe@"), {"a.png": PNG, "b.exe": b"MZ"})).text)
    assert wrong.kept_files == ["a.png"]
    assert files_of(runtime) == [("a.png", False, PNG)]
    # Another file is added with the second try, and that one fails too.
    wrong = FormPage(client.post(URLS[slug], **with_files(answers(slug, name=""), {"c.txt": TXT}, kept_tokens(wrong))).text)
    assert wrong.kept_files == ["a.png", "c.txt"]
    assert client.post(URLS[slug], **with_files(answers(slug), kept=kept_tokens(wrong))).status_code == 303
    assert files_of(runtime) == [("a.png", True, PNG), ("c.txt", True, TXT)]


@pytest.mark.parametrize("slug", URLS)
def test_a_file_is_removed_by_its_button_and_everything_else_stays(client: FlaskClient, runtime: Runtime, slug: str):
    page = FormPage(client.post(URLS[slug], **with_files(answers(slug, email="zoe@"), {"a.png": PNG, "b.txt": TXT})).text)
    buttons = {one.words: one.attributes["value"] for one in page.all("button") if one.attributes.get("name") == "remove_file"}
    assert list(buttons) == ["Remove a.png", "Remove b.txt"]
    given = answers(slug, email="zoe@", name="", remove_file=buttons["Remove a.png"])
    answer = client.post(URLS[slug], **with_files(given, kept=kept_tokens(page)))
    form = FormPage(answer.text)
    assert answer.status_code == 200
    form.check_hygiene()
    assert "data-hc-error-summary" not in form.html, "nobody has sent anything yet"
    assert form.kept_files == ["b.txt"]
    assert form.fields["email"] == ["zoe@"]
    assert [one.attributes["id"] for one in form.elements if "autofocus" in one.attributes] == ["files"]
    assert files_of(runtime) == [("b.txt", False, TXT)]
    assert submissions(runtime) == 0


def test_removing_a_file_keeps_one_that_was_chosen_at_the_same_time(client: FlaskClient, runtime: Runtime):
    page = FormPage(client.post(URLS["ticket"], **with_files(answers("ticket", email=""), {"a.png": PNG})).text)
    (token,) = kept_tokens(page)
    form = FormPage(client.post(URLS["ticket"], **with_files({"remove_file": token}, {"b.txt": TXT}, [token])).text)
    assert form.kept_files == ["b.txt"]
    assert files_of(runtime) == [("b.txt", False, TXT)]


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize("key", ["", "k1"])
def test_the_same_submission_again_finds_its_own_files(client: FlaskClient, runtime: Runtime, slug: str, key: str):
    page = FormPage(client.post(URLS[slug], **with_files(answers(slug, email=""), {"a.png": PNG})).text)
    sent = with_files(answers(slug, submission_key=key), kept=kept_tokens(page))
    first, second = client.post(URLS[slug], **sent), client.post(URLS[slug], **sent)
    # And as a browser without JavaScript sends it again: the file itself once more.
    third = client.post(URLS[slug], **with_files(answers(slug, submission_key=key), {"a.png": PNG}))
    assert first.status_code == 303
    assert {second.location, third.location} == {first.location}
    assert submissions(runtime) == 1
    assert files_of(runtime) == [("a.png", True, PNG), ("a.png", False, PNG)]


@pytest.mark.parametrize("slug", URLS)
def test_after_back_and_an_edit_the_new_request_gets_copies_and_the_old_one_keeps_its_files(
    client: FlaskClient, runtime: Runtime, slug: str
):
    page = FormPage(client.post(URLS[slug], **with_files(answers(slug, email=""), {"a.png": PNG})).text)
    first = client.post(URLS[slug], **with_files(answers(slug, submission_key="k1"), kept=kept_tokens(page)))
    other = answers(slug, submission_key="k1", name="Somebody else")
    warned = client.post(URLS[slug], **with_files(other, kept=kept_tokens(page)))
    assert warned.status_code == 409
    form = FormPage(warned.text)
    assert form.kept_files == ["a.png"]
    assert form.fields["submission_key"] == [""]
    noun = {"ticket": "a request", "escalation": "an escalation", "complaint": "a complaint"}[slug]
    assert form.problems[0][1].startswith(f"You already sent {noun} from this page: BC-1001.")
    second = client.post(URLS[slug], **with_files({**other, "submission_key": ""}, kept=kept_tokens(page)))
    assert second.status_code == 303
    assert second.location != first.location
    assert files_of(runtime) == [("a.png", True, PNG), ("a.png", True, PNG)]
    for link in (first, second):
        assert "a.png (PNG" in client.get(link.location).text


@pytest.mark.parametrize("slug", URLS)
def test_a_file_that_is_gone_is_said_and_nothing_is_stored(client: FlaskClient, runtime: Runtime, slug: str, clock: Clock):
    page = FormPage(client.post(URLS[slug], **with_files(answers(slug, email=""), {"a.png": PNG})).text)
    clock.pass_(hours=25)
    housekeeping.tidy(runtime.database, runtime.desk, None, runtime.now())
    answer = client.post(URLS[slug], **with_files(answers(slug), kept=kept_tokens(page)))
    assert answer.status_code == 422
    form = FormPage(answer.text)
    form.check_errors()
    assert form.problems == [("files", GONE)]
    # The form has let go of it, so that sending it again is possible.
    assert kept_tokens(form) == []
    assert submissions(runtime) == 0
    assert client.post(URLS[slug], **with_files(answers(slug))).status_code == 303


def test_a_file_removed_in_another_tab_while_the_form_is_taken_in_is_said_too(
    client: FlaskClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
):
    page = FormPage(client.post(URLS["ticket"], **with_files(answers("ticket", email=""), {"a.png": PNG})).text)
    find = attachments.find

    def find_and_lose(session, tokens):  # type: ignore[no-untyped-def]
        found = find(session, tokens)
        monkeypatch.undo()
        with runtime.database.transaction() as another:
            attachments.remove(another, tokens[0])
        return found

    monkeypatch.setattr(attachments, "find", find_and_lose)
    answer = client.post(URLS["ticket"], **with_files(answers("ticket"), kept=kept_tokens(page)))
    assert answer.status_code == 422
    assert FormPage(answer.text).problems == [("files", GONE)]
    assert submissions(runtime) == 0
    assert letters(runtime) == []


def delivered(runtime: Runtime) -> list[EmailMessage]:
    taken: list[SealedLetter] = []

    def send(letter: SealedLetter) -> str:
        taken.append(letter)
        return "250 OK"

    while deliver_one(runtime.database, send, runtime.now):
        pass
    team = [letter.raw for letter in taken if letter.recipient == "team@example.org"]
    return [cast(EmailMessage, message_from_bytes(raw, policy=policy.default)) for raw in team]


@pytest.mark.parametrize("slug", URLS)
def test_the_teams_mail_encloses_up_to_ten_megabytes_and_links_the_others(client: FlaskClient, runtime: Runtime, slug: str):
    sent = {f"{n}.log": b"%d" % n * 4_500_000 for n in range(1, 4)} | {"small.txt": b"small"}
    assert client.post(URLS[slug], **with_files(answers(slug), sent)).status_code == 303
    (mail,) = delivered(runtime)
    assert {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()} == {
        name: content for name, content in sent.items() if name != "3.log"
    }
    said = words(mail)
    assert all(name in said for name in sent)
    # Each has a link, in case the enclosed ones do not get through; it opens where a link of the team's was opened before.
    client.get(queue_path(runtime))
    for name, content in sent.items():
        link = said.partition(name)[2].partition(runtime.settings.base_url)[2].split()[0]
        answer = client.get(client.get(link).location)
        assert (answer.status_code, answer.data) == (200, content)


def test_d42_what_nobody_sent_is_gone_after_a_day_and_what_was_sent_stays(client: FlaskClient, runtime: Runtime, clock: Clock):
    client.post(URLS["ticket"], **with_files(answers("ticket"), {"mine.png": PNG}))
    client.post(URLS["ticket"], **with_files(answers("ticket", email=""), {"left.png": PNG}))
    clock.pass_(hours=24, seconds=-1)
    housekeeping.tidy(runtime.database, runtime.desk, None, runtime.now())
    assert [name for name, _, _ in files_of(runtime)] == ["mine.png", "left.png"]
    clock.pass_(seconds=2)
    housekeeping.tidy(runtime.database, runtime.desk, None, runtime.now())
    assert [name for name, _, _ in files_of(runtime)] == ["mine.png"]


def test_a_json_client_names_its_files_in_one_text(client: FlaskClient, runtime: Runtime):
    page = FormPage(client.post(URLS["ticket"], **with_files(answers("ticket", email=""), {"a.png": PNG, "b.txt": TXT})).text)
    answer = client.post(
        URLS["ticket"], json=answers("ticket", kept_file=" ".join(kept_tokens(page))), headers={"Accept": "application/json"}
    )
    assert answer.status_code == 201
    assert [(name, sent) for name, sent, _ in files_of(runtime)] == [("a.png", True), ("b.txt", True)]
