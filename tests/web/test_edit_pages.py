"""The editor's strip: what it shows, to whom, and what its buttons do."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from formapp.models import Feedback, UncountedVotes
from formapp.rules.feedback import DONE, LONGEST_NOTE, NEW, WONT_DO
from formapp.runtime import Runtime
from formapp.services import build_fault, editors_strip
from formapp.settings import SettingsError, read_settings
from tests.abuse.test_nasty_texts import NASTY
from tests.clock import MONDAY_AFTERNOON
from tests.pages import Page
from tests.readers import remark, vote

ARTICLE, NOW, BEFORE = "refunds", "a" * 12, "b" * 12
STRIP = f"/edit/feedback/{ARTICLE}"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def preview(app_with: Callable[..., Flask], site_dir: Path) -> FlaskClient:
    """The application of a preview of the second build of a site that has an article."""
    (site_dir / ARTICLE).mkdir()
    (site_dir / ARTICLE / "index.html").write_text(
        f'<meta name="helpcentre:article" content="{ARTICLE}" data-revision="{NOW}"><title>Refunds - Billycart Support</title>'
    )
    frame = site_dir / "404.html"
    frame.write_text(frame.read_text().replace("</title>", '</title><meta name="helpcentre:build" content="2">'))
    return app_with(editing=True).test_client()


@pytest.fixture
def say(runtime: Runtime) -> Callable[..., int]:
    """Store a vote with a remark, and return the remark's number."""

    def say_(
        *reasons: str, heading: str = "", revision: str = NOW, search_words: str = "", helpful: bool = False, **changes: object
    ) -> int:
        of = vote(ARTICLE, heading=heading, revision=revision, search_words=search_words, helpful=helpful)
        with runtime.database.transaction() as session:
            session.add(said := remark(of, *reasons, **changes))
            session.flush()
            return said.number

    return say_


def stored(runtime: Runtime, number: int) -> Feedback:
    with runtime.database.reading() as session:
        return session.get_one(Feedback, number)


def plain(html: str) -> str:
    return " ".join(Page(html.replace("<", " <")).texts["section"][0].split())


def test_the_votes_on_this_text_are_shown_apart_from_those_before_it(preview: FlaskClient, runtime: Runtime):
    with runtime.database.transaction() as session:
        session.add_all([vote(ARTICLE, revision=NOW, helpful=number < 9) for number in range(12)])
        session.add_all([vote(ARTICLE, revision=NOW, helpful=True, set_aside_because="a burst") for _ in range(5)])
        session.add_all([vote(ARTICLE, revision=BEFORE, helpful=number < 1) for number in range(4)])
        session.add(vote("another", revision=NOW, helpful=True))
        session.add(UncountedVotes(article_id=ARTICLE, day=vote(ARTICLE).day, times=7))
    shown = plain(preview.get(STRIP).text)
    assert "This text 75% found it helpful: 9 of 12 votes. Texts before it 1 of 4 votes found it helpful: too few to say much." in shown
    assert "Set aside 5 votes." in shown
    assert "Not kept 7 votes that came too fast." in shown


def test_an_edited_text_starts_afresh_with_its_first_build(preview: FlaskClient, runtime: Runtime, app_with, site_dir: Path):
    with runtime.database.transaction() as session:
        session.add_all([vote(ARTICLE, revision=NOW, helpful=True) for _ in range(10)])
    page = site_dir / ARTICLE / "index.html"
    page.write_text(page.read_text().replace(NOW, "c" * 12))
    shown = plain(app_with(editing=True).test_client().get(STRIP).text)
    assert "This text No votes. Texts before it 100% found it helpful" in shown


def test_what_readers_said_stands_under_its_heading_with_what_is_known_of_it(preview: FlaskClient, say: Callable[..., int]):
    first = say(
        "difficult", "gone-from-the-policy", heading="windows", comment="Which key?", search_words="print screen", email="ann@example.net"
    )
    second = say(heading="", comment="Nice", helpful=True, revision=BEFORE)
    say(heading="windows", comment="Old", state=DONE, note="Said which key.")
    say(heading="windows", comment="Buy now", set_aside_because="a filled honeypot")
    say(search_words="print screen")
    answer = preview.get(STRIP)
    page, shown = Page(answer.text), plain(answer.text)
    assert page.ids_are_unique()
    assert page.controls_without_label() == []
    assert [place["data-hc-edit-heading"] for place in page.elements["div"] if "data-hc-edit-heading" in place] == ["windows"]
    assert "Under “windows”, a heading that is not on this page" in shown
    assert f"F-{first} Not helpful Mon 23 Nov 2026 New The reader waits to hear It is difficult to understand gone-from-the-policy" in shown
    assert "Which key? Searched for print screen" in shown
    assert f"Note on F-{first} to the reader, who gets it by email once this is done (optional)" in shown
    assert f"Note on F-{second} (optional)" in shown
    assert f"F-{second} Helpful Mon 23 Nov 2026 New On an earlier text Nice" in shown
    assert "Settled: 1" in shown
    assert "Note: Said which key." in shown
    assert "Set aside: 1" in shown
    assert "Set aside: a filled honeypot" in shown
    assert "Searched for print screen (2 times)" in shown
    assert "ann@example.net" not in answer.text


@pytest.mark.parametrize(("state", "said"), [(DONE, "is done"), (WONT_DO, "won’t be done"), (NEW, "is new again")])
def test_a_button_settles_and_answers_with_what_then_stands_there(
    preview: FlaskClient, runtime: Runtime, say: Callable[..., int], state: str, said: str
):
    number = say(comment="Which key?", email="ann@example.net", state=DONE if state == NEW else NEW)
    answer = preview.post("/edit/feedback", data={"number": number, "state": state, "note": " The\n Print Screen key "})
    assert (answer.status_code, answer.location) == (303, STRIP)
    found = stored(runtime, number)
    assert (found.state, found.note) == (state, "The Print Screen key")
    assert found.email == (None if state == WONT_DO else "ann@example.net")
    assert f"F-{number} {said}" in preview.get(STRIP).text


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"number": "999"}, 404),
        ({"number": "one"}, 400),
        ({"number": "٣"}, 400),
        ({"state": "closed"}, 400),
        ({"state": ""}, 400),
        ({"note": "x" * (LONGEST_NOTE + 1)}, 422),
        ({"note": "Go to www.evil.example"}, 422),
    ],
)
def test_what_cannot_be_settled_is_refused_and_nothing_is_changed(
    preview: FlaskClient, runtime: Runtime, say: Callable[..., int], changes: dict[str, str], status: int
):
    number = say(comment="Which key?")
    answer = preview.post("/edit/feedback", data={"number": str(number), "state": DONE, "note": ""} | changes)
    assert answer.status_code == status
    if status in (404, 422):
        assert answer.json["error"].startswith(
            ("F-999 is no longer there", "Note must be 500 characters or less", "Note must not hold a link")
        )
    assert stored(runtime, number).state == NEW


def test_another_site_settles_nothing(preview: FlaskClient, runtime: Runtime, say: Callable[..., int]):
    number = say(comment="Which key?")
    answer = preview.post("/edit/feedback", data={"number": number, "state": DONE}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert stored(runtime, number).state == NEW


def test_nasty_texts_stay_texts(preview: FlaskClient, say: Callable[..., int]):
    for nasty in NASTY:
        say("difficult", heading=nasty[:100], comment=nasty, search_words=nasty[:80], note=nasty)
    page = Page(preview.get(STRIP).text)
    assert [one["src"] for kind in ("script", "img", "svg") for one in page.elements[kind]] == []
    assert {name for kind in page.elements.values() for one in kind for name in one if name.startswith("on")} == set()
    shown = " ".join(page.texts["blockquote"])
    for nasty in NASTY:
        assert " ".join(nasty.split()) in shown, nasty
    assert len(page.texts["blockquote"]) == len(NASTY)


def test_a_database_that_does_not_answer_is_said_in_the_strips_place(preview: FlaskClient, runtime: Runtime):
    with runtime.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE votes RENAME TO gone"))
    answer = preview.get(STRIP)
    assert answer.status_code == 503
    assert "the database does not answer" in plain(answer.text)


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:80", "[::1]:8000", "LOCALHOST:8000"])
def test_this_machines_own_names_are_answered(preview: FlaskClient, host: str):
    assert preview.get("/edit/build", headers={"Host": host}).json == {"build": 2, "fault": ""}


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:8000@evil.example", "192.168.1.5:8000", "127.0.0.1.nip.io"]
)
@pytest.mark.parametrize("path", ["/edit/build", "/edit/strip.js", "/edit/strip.css", STRIP])
def test_under_another_name_there_is_no_strip(preview: FlaskClient, host: str, path: str):
    assert preview.get(path, headers={"Host": host}).status_code == 404
    assert preview.post("/edit/feedback", headers={"Host": host}).status_code == 404


def test_the_strips_files_have_their_types_and_the_strict_policy(preview: FlaskClient):
    for name, kind in (("strip.js", "text/javascript"), ("strip.css", "text/css")):
        answer = preview.get(f"/edit/{name}")
        assert answer.mimetype == kind
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "max-age" not in answer.headers["Cache-Control"]
    assert preview.get("/edit/strip.html").status_code == 404
    assert preview.get("/edit/feedback/nothing").status_code == 404


def test_what_was_wrong_with_the_last_build_is_told(preview: FlaskClient, runtime: Runtime):
    build_fault.keep(runtime.settings.instance_dir, "docs/index.md: id: is missing")
    assert preview.get("/edit/build").json["fault"] == "docs/index.md: id: is missing"
    build_fault.forget(runtime.settings.instance_dir)
    assert preview.get("/edit/build").json["fault"] == ""


def test_what_is_set_aside_hides_no_genuine_remark_and_what_is_left_out_is_said(
    preview: FlaskClient, say: Callable[..., int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(editors_strip, "MOST_REMARKS", 2)
    genuine = [say(comment="Which key?") for _ in range(2)]
    for _ in range(2):
        say(comment="Buy now", set_aside_because="a filled honeypot", given_at=MONDAY_AFTERNOON + timedelta(hours=1))
    shown = plain(preview.get(STRIP).text)
    assert all(f"F-{number} Not helpful" in shown for number in genuine)
    assert "Set aside: 2" in shown
    assert "There is more" not in shown
    for kind in (None, "a filled honeypot"):
        number = say(comment="Too much", set_aside_because=kind, given_at=MONDAY_AFTERNOON - timedelta(hours=1))
        shown = plain(preview.get(STRIP).text)
        assert "Set aside: 2" in shown
        assert f"F-{number}" not in shown
        assert "There is more" in shown


def test_forms_and_votes_of_a_preview_stay_out_of_a_database_that_was_set(preview: FlaskClient, app_with: Callable[..., Flask]):
    answer = preview.post("/contact/ticket/", data={})
    assert answer.status_code == 403
    assert "Nothing is sent from this preview" in answer.text
    assert preview.post("/api/answered", json={"page": f"{ARTICLE}/"}).status_code == 403
    assert app_with(editing=True, database_url=None).test_client().post("/contact/ticket/", data={}).status_code == 422


@pytest.mark.parametrize("path", ["/edit/build", "/edit/strip.js", "/edit/strip.css", STRIP])
def test_the_service_has_none_of_it(client: FlaskClient, path: str):
    assert client.get(path).status_code == 404
    assert client.post("/edit/feedback", data={}).status_code == 404


def test_production_refuses_to_edit():
    with pytest.raises(SettingsError, match="FORMAPP_EDITING is for an editor's own machine"):
        read_settings({"FORMAPP_EDITING": "true", "FORMAPP_SECRET_KEY": "x" * 40})
