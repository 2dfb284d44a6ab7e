"""Every form with every error, without JavaScript: what is wrong is said twice in the same words, and nothing is lost."""

from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient

from formapp.forms import static_form
from formapp.forms.files_field import GONE
from formapp.models import Complaint, Escalation, OutgoingMail, Ticket
from formapp.policy.policy import Policy
from formapp.runtime import Runtime
from tests.requests import URLS, answers, with_files
from tests.sample_files import HTML, SAMPLES, png
from tests.web.form_page import FormPage
from tests.web.test_submissions import count

TEXT = "It is blank, for all of us. " * 400
Files = Mapping[str, bytes]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


def wrong_answers() -> list[object]:
    about_person = {"name": ["", "x" * 121], "email": ["", "zoe@", "a@b.example,c@d.example", "x" * 300 + "@example.net"]}
    phone = ["ring me", "123", "0" * 61, "+61 7 3000 0000 extension forty-two, ask for Zoë in accounts ok"]
    wrong = {
        "ticket": {
            "request_type": ["", "refund"],
            "summary": ["", " \u200b ", "Help", "x" * 151],
            "description": ["", "Broken.", TEXT],
            "area": ["", "Kitchen"],
            "extent": ["", "nobody"],
            "effect": ["terrible"],
            "situation": ["P9"],
            "impact": [TEXT],
            "browser": ["x" * 121],
            "company": ["x" * 121],
            **about_person,
        },
        "escalation": {
            "ticket": ["", "the last one", "BC", "ZZ-1042", "1042 and 1043", "9" * 12],
            "impact": ["", "None.", TEXT],
            "business_case": ["", "Money.", TEXT],
            "company": ["", "x" * 121],
            "phone": ["", *phone],
            **about_person,
        },
        "complaint": {
            "about": ["", "weather"],
            "ticket": ["the last one", "9" * 12],
            "description": ["", "Bad.", TEXT],
            "wanted": [TEXT],
            "phone": phone,
            **about_person,
        },
    }
    return [
        pytest.param(slug, {field: answer}, id=f"{slug}-{field}-{answer[:12]!a}")
        for slug, fields in wrong.items()
        for field, given in fields.items()
        for answer in given
    ]


FILES = [
    pytest.param({"invoice.exe": b"MZ"}, ["invoice.exe: the selected file must be a PNG"], id="exe"),
    pytest.param({"page.png": HTML}, ["page.png: the selected file does not look like a PNG"], id="html as png"),
    pytest.param({"empty.txt": b""}, ["empty.txt: the selected file is empty"], id="empty"),
    pytest.param({"big.log": b"x" * 5_100_000}, ["big.log: the selected file must be 5 MB or smaller"], id="5.1 MB"),
    pytest.param({"huge.png": png(9000, 9000)}, ["huge.png: the selected file must have 50 million pixels or fewer"], id="pixels"),
    pytest.param({f"{n}.txt": b"%d" % n for n in range(6)}, ["You can only select up to 5 files: remove others to add 5.txt"], id="six"),
    pytest.param({f"{n}.txt": b"x" * 4_000_000 for n in range(4)}, ["The selected files must be 15 MB or smaller together"], id="16 MB"),
    pytest.param(
        {"a.exe": b"MZ", "b.svg": b"<svg/>", "ok.txt": b"fine"}, ["a.exe: the selected", "b.svg: the selected"], id="two of three"
    ),
    pytest.param(
        {"a.exe": b"MZ", **{f"{n}.txt": b"x" * 4_000_000 for n in range(6)}},
        ["You can only select up to 5 files: remove others to add 4.txt and 5.txt", "a.exe: ", "The selected files must be 15 MB"],
        id="everything",
    ),
]


def send(client: FlaskClient, slug: str, given: Mapping[str, str], files: Files | None = None, kept: tuple[str, ...] = ()) -> FormPage:
    """Send a form as a browser without JavaScript does, and read the page that comes back."""
    answer = client.post(URLS[slug], **with_files(given, files, kept))
    assert answer.status_code == 422, answer.text[:500]
    return FormPage(answer.text)


def assert_kept(page: FormPage, given: Mapping[str, str]) -> None:
    for name, answer in given.items():
        if name == "step":
            continue
        cleaned = " ".join(answer.replace("\u200b", "").split()) if "\n" not in answer else answer.strip()
        held = page.fields.get(name, [])
        offered = {
            one.attributes["value"]
            for one in page.all("input")
            if one.attributes.get("name") == name and one.attributes.get("type") == "radio"
        }
        if (offered or name == "area") and cleaned not in offered | {"Payments"}:
            assert held in ([], [""]), "what was never offered is not chosen"
        else:
            assert [value.strip() for value in held] == [cleaned], name


def assert_nothing_stored(runtime: Runtime) -> None:
    assert [count(runtime, model) for model in (Ticket, Complaint, Escalation, OutgoingMail)] == [0, 0, 0, 0]


@pytest.mark.parametrize(("slug", "changes"), wrong_answers())
def test_a_wrong_answer_is_said_above_and_at_its_field_and_everything_else_is_kept(
    client: FlaskClient, runtime: Runtime, slug: str, changes: dict[str, str]
):
    given = answers(slug, **changes)
    page = send(client, slug, given, {"скриншот.png": SAMPLES["png"]})
    page.check_errors()
    page.check_hygiene()
    assert [id.removesuffix("-0") for id, _ in page.problems] == list(changes)
    assert_kept(page, given)
    assert page.kept_files == ["скриншот.png"]
    assert_nothing_stored(runtime)


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize(("files", "messages"), FILES)
def test_what_is_wrong_with_files_is_said_by_their_names_and_the_good_ones_and_all_answers_are_kept(
    client: FlaskClient, slug: str, files: Files, messages: list[str]
):
    page = send(client, slug, answers(slug), files)
    page.check_errors()
    page.check_hygiene()
    assert [id for id, _ in page.problems] == ["files"] * len(messages)
    for (_, said), expected in zip(page.problems, messages, strict=True):
        assert said.startswith(expected)
    assert_kept(page, answers(slug))
    refused = {said.partition(": the selected")[0] for _, said in page.problems}
    refused |= {name for name in files for _, said in page.problems if name in said.partition(" to add ")[2].split()}
    assert page.kept_files == [name for name in files if name not in refused]


@pytest.mark.parametrize("slug", URLS)
def test_everything_wrong_at_once_is_all_said_in_the_order_of_the_page(client: FlaskClient, slug: str):
    given = {name: "x" * 5001 for name in answers(slug) if name not in ("step", "kept_file")}
    page = send(client, slug, given, {"a.exe": b"MZ"}, kept=("no such file",))
    page.check_errors()
    page.check_hygiene()
    assert {id.removesuffix("-0") for id, _ in page.problems} == {*given, "files"}
    assert [said for id, said in page.problems if id == "files"][1] == GONE
    assert_kept(page, given)


@pytest.mark.parametrize("slug", URLS)
def test_an_empty_form_asks_for_what_it_needs_and_for_nothing_else(client: FlaskClient, slug: str):
    needed = {
        "ticket": ["request_type-0", "summary", "description", "area", "name", "email"],
        "escalation": ["ticket", "impact", "business_case", "company", "name", "email", "phone"],
        "complaint": ["about-0", "description", "name", "email"],
    }
    page = send(client, slug, {})
    page.check_errors()
    assert [id for id, _ in page.problems] == needed[slug]


@pytest.mark.parametrize("slug", URLS)
def test_the_static_form_and_the_form_in_error_ask_the_same_in_the_same_words(client: FlaskClient, policy: Policy, slug: str):
    static = FormPage(static_form(slug, policy))
    static.check_hygiene()
    assert static.questions == send(client, slug, {}, {"a.exe": b"MZ"}).questions
    assert static.kept_files == []
    assert not [one for one in static.elements if "aria-invalid" in one.attributes or "autofocus" in one.attributes]
    assert not [value for name, values in static.fields.items() for value in values if value]
    optional = {one.words for one in static.all("label", "legend") if one.words.endswith("(optional)")}
    assert len(optional) == {"ticket": 5, "escalation": 1, "complaint": 4}[slug]


@pytest.mark.parametrize("slug", URLS)
def test_an_answer_that_a_browser_shows_again_is_sent_again_as_it_was(client: FlaskClient, slug: str):
    # A newline first in a text is one that a browser would swallow if the page did not give it another.
    given = answers(slug, email="zoe@", description='\n\n  <b>first</b> & "second"\n' * 3, impact="\n<b>'\n" * 9)
    first = send(client, slug, given)
    again = send(client, slug, {name: values[0] for name, values in first.fields.items()})
    assert again.fields == first.fields
