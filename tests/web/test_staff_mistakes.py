"""Forms of staff that are wrong, sent twice, or too late: nothing is done that should not be, and no text is lost."""

import pytest
from flask.testing import FlaskClient

from formapp.forms.staff import LONGEST
from formapp.mail import purposes
from formapp.runtime import Runtime
from formapp.services import staff_acts
from tests.clock import Clock
from tests.sample_files import SAMPLES
from tests.services import lived_tickets as lived
from tests.services.life import Life
from tests.web.form_page import FORBIDDEN_WORDS, SAYS_WHAT_TO_DO
from tests.web.staff_page import PLACES, Place, StaffPage, act, events, last_message, mails, opened


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is the same on every database."""
    return sqlite_url


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    return Life(runtime, clock)


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, runtime: Runtime) -> Place:
    """Where a ticket's page is, for each of its two addresses in turn."""
    return PLACES[request.param](runtime)


@pytest.fixture
def own(runtime: Runtime) -> Place:
    return PLACES["by its own link"](runtime)


WRONG = {
    "reply": ({"text": "", "waits": ""}, [("reply-text", "Enter your reply"), ("reply-waits-0", "Select who is next")]),
    "resolve": (
        {"reason": "", "text": ""},
        [("resolve-reason", "Select the reason"), ("resolve-text", "Enter what we tell the customer")],
    ),
    "note": ({"text": "x" * (LONGEST + 1)}, [("note-text", "Note must be 8,000 characters or less")]),
    "heard": (
        {"how": "pigeon", "text": ""},
        [("heard-how-0", "Select how you heard from the customer"), ("heard-text", "Enter what the customer said")],
    ),
    "reclassify": (
        {"request_type": "none", "priority": "P9", "because": ""},
        [
            ("reclassify-request-type", "Select the request type"),
            ("reclassify-priority", "Select a priority that there is"),
            ("reclassify-because", "Enter why you change it"),
        ],
    ),
    "escalation": ({"text": " "}, [("escalation-text", "Enter your answer")]),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_comes_back_with_what_is_wrong_and_everything_kept(
    client: FlaskClient, runtime: Runtime, life: Life, own: Place, name: str
):
    number = lived.escalated(life)
    fields, problems = WRONG[name]
    before = len(events(runtime, number))
    page = StaffPage(act(client, own(number), name, **fields))
    assert page.status == 422
    assert page.problems == problems
    assert page.title.startswith("Error: ")
    for id, message in problems:
        assert page.messages_at(id.removesuffix("-0")) == [f"Error: {message}"]
        assert SAYS_WHAT_TO_DO.search(message)
        assert not FORBIDDEN_WORDS.search(message)
        # It is not folded away.
        folds = [up for up in page.control(id).ancestors if up.tag == "details"]
        assert all("open" in one.attributes for one in folds)
    kept = page.sent_by(name)
    assert {field: kept[field].strip() for field in fields if field in ("text", "because")} == {
        field: value.strip() for field, value in fields.items() if field in ("text", "because")
    }
    assert len(events(runtime, number)) == before


@pytest.mark.parametrize(
    ("name", "fields", "why"),
    [
        ("reclassify", {"because": "It is."}, "The ticket has this type and priority already: choose others"),
        ("reclassify", {"request_type": "product-help", "because": "It is."}, "Priority P2 does not go with type product-help"),
    ],
)
def test_what_a_service_refuses_is_said_above_the_page(
    client: FlaskClient, life: Life, own: Place, name: str, fields: dict[str, str], why: str
):
    page = StaffPage(act(client, own(lived.new(life)), name, **fields))
    assert page.status == 422
    ((id, message),) = page.problems
    assert id == f"act-{name}"
    assert message.startswith(why)
    assert page.sent_by(name)["because"] == "It is."


def test_a_move_that_the_table_does_not_have_is_refused_and_the_text_is_kept(client: FlaskClient, runtime: Runtime, life: Life, own: Place):
    number = lived.resolved(life)
    page = opened(client, own(number))
    forged = page.sent_by("note") | {"act": "resolve", "reason": "Fixed", "text": "Once more"}
    refused = StaffPage(client.post(own(number), data=forged))
    assert refused.status == 422
    assert refused.problems[0] == ("unsent", refused.problems[0][1])
    assert refused.problems[0][1].startswith("The ticket is resolved: re-open it first")
    assert "".join(refused.control("unsent-text").text).strip() == "Once more"
    # A reply would go out with the letter that opens the ticket again: it stands there.
    forged = page.sent_by("reopen") | {"act": "reply", "waits": "us", "text": "One more thing"}
    refused = StaffPage(client.post(own(number), data=forged))
    assert refused.status == 422
    assert refused.sent_by("reopen")["text"] == "One more thing"


def test_a_form_that_is_sent_twice_acts_once(client: FlaskClient, runtime: Runtime, life: Life, place: Place):
    number = lived.new(life)
    page = opened(client, place(number))
    for _ in range(3):
        answer = act(client, place(number), "reply", {"a.png": SAMPLES["png"]}, page=page, text="Which browser?", waits="customer")
        assert (answer.status_code, answer.location) == (303, f"{place(number)}?done=reply#done")
    assert [one.event for one in events(runtime, number)].count("asked the customer") == 1
    assert [purpose for purpose, _ in mails(runtime, number)].count(purposes.TICKET_ANSWERED) == 1


def test_something_else_written_on_an_old_page_is_not_taken_for_a_second_click(
    client: FlaskClient, runtime: Runtime, life: Life, own: Place
):
    number = lived.new(life)
    page = opened(client, own(number))
    assert act(client, own(number), "note", page=page, text="The first").status_code == 303
    again = StaffPage(act(client, own(number), "note", page=page, text="The second"))
    assert again.status == 409
    assert again.sent_by("note")["text"] == "The second"
    assert act(client, own(number), "note", page=again, text="The second").status_code == 303
    assert last_message(runtime)[2] == "The second"


def test_who_is_slower_sees_what_was_done_and_loses_nothing(client: FlaskClient, runtime: Runtime, life: Life, place: Place):
    number = lived.new(life)
    old = opened(client, place(number))
    life.clock.pass_(minutes=1)
    life.do(staff_acts.reply, number, lived.STAFF_ACT, text="Theirs: which browser?", waits=True)
    stale = StaffPage(act(client, place(number), "reply", {"a.png": SAMPLES["png"]}, page=old, text="Mine: try again.", waits="us"))
    assert stale.status == 409
    assert stale.title.startswith("Error: ")
    (first, at_form) = stale.problems
    assert first[1].startswith("Somebody has changed this ticket since you opened it")
    assert at_form == ("act-reply", "Nothing of yours has been done yet, and what you wrote is still here: read it once more, then send it")
    new = stale.control(first[0])
    assert new.words.startswith("New Answered, and")
    assert "Theirs: which browser?" in new.words
    assert len([entry for entry in stale.history if entry.startswith("New ")]) == 1
    kept = stale.sent_by("reply")
    assert (kept["text"], kept["waits"], stale.kept_files) == ("Mine: try again.", "us", ["a.png"])
    assert kept["seen"] != old.sent_by("reply")["seen"]
    assert act(client, place(number), "reply", page=stale, kept=[kept["kept_file"]]).status_code == 303
    texts = opened(client, place(number)).history
    assert any("Theirs" in entry for entry in texts)
    assert any("Mine" in entry and "a.png" in entry for entry in texts)


def test_a_reply_to_a_ticket_that_was_resolved_meanwhile_stands_where_it_is_opened_again(client: FlaskClient, life: Life, own: Place):
    number = lived.answered(life)
    old = opened(client, own(number))
    life.clock.pass_(minutes=1)
    life.do(staff_acts.resolve, number, lived.STAFF_ACT, reason="Fixed", text="Done.")
    stale = StaffPage(act(client, own(number), "reply", {"a.png": SAMPLES["png"]}, page=old, text="Wait, there is more.", waits="us"))
    assert stale.status == 409
    assert stale.problems[1][0] == "act-reopen"
    assert (stale.sent_by("reopen")["text"], stale.kept_files) == ("Wait, there is more.", ["a.png"])


def test_a_resolution_of_a_ticket_that_was_resolved_meanwhile_can_be_copied(client: FlaskClient, life: Life, own: Place):
    number = lived.answered(life)
    old = opened(client, own(number))
    life.do(staff_acts.resolve, number, lived.STAFF_ACT, reason="Fixed", text="Done.")
    sent = {"reason": "Answered", "text": "I did it too.", "underlying_problem": "The font."}
    stale = StaffPage(act(client, own(number), "resolve", page=old, **sent))
    assert stale.status == 409
    assert stale.problems[1][0] == "unsent"
    text = "".join(stale.control("unsent-text").text)
    assert "I did it too." in text
    assert "The font." in text


@pytest.mark.parametrize(
    "changes", [{"seen": ""}, {"seen": "x"}, {"seen": "-1"}, {"seen": "9" * 30}, {"shown": "x", "seen": "0"}, {"shown": "", "seen": "²"}]
)
def test_a_form_that_does_not_say_what_it_showed_is_shown_again(
    client: FlaskClient, runtime: Runtime, life: Life, own: Place, changes: dict[str, str]
):
    number = lived.asked(life)
    before = len(events(runtime, number))
    page = StaffPage(act(client, own(number), "note", text="Mine", **changes))
    assert (page.status, page.sent_by("note")["text"]) == (409, "Mine")
    assert len(events(runtime, number)) == before


@pytest.mark.parametrize("name", ["", "close", "fresh-link", "reply\0"])
def test_what_no_form_sends_is_refused(client: FlaskClient, life: Life, own: Place, name: str):
    number = lived.new(life)
    assert client.post(own(number), data=opened(client, own(number)).sent_by("note") | {"act": name, "text": "x"}).status_code == 400


def test_a_form_with_far_too_much_in_it_is_refused(client: FlaskClient, life: Life, own: Place):
    number = lived.new(life)
    assert act(client, own(number), "note", text="x" * 200_000).status_code == 413


def test_another_sites_form_does_nothing(client: FlaskClient, runtime: Runtime, life: Life, place: Place):
    number = lived.new(life)
    fields = opened(client, place(number)).sent_by("note") | {"text": "x"}
    before = len(events(runtime, number))
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert client.post(place(number), data=fields, headers=headers).status_code == 403
    assert len(events(runtime, number)) == before
