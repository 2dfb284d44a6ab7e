"""Replies of staff: passed on without the quoted letter, or obeyed; and whatever is not understood is answered, not guessed."""

import pytest

from formapp.mail import purposes
from formapp.mail.reply_marker import MARKER
from formapp.rules.lifecycle import Status
from formapp.services import staff_links
from tests.sample_files import SAMPLES
from tests.services import lived_tickets as lived
from tests.services.arriving import EVE, LEE, ZOE, Arriving
from tests.services.life import text_of


def quoted(arriving: Arriving, own: str, *, above: str = "On Mon, 23 Nov 2026 at 14:30, Billycart Support wrote:") -> str:
    """Return a reply above our last letter to the team, as mail programs quote it."""
    letter = arriving.life.letter(purposes.TEAM_NEW_TICKET)
    body = letter.get_body(("plain",))
    assert body
    return f"{own}\n\n{above}\n\n" + "".join(f"> {line}\n" for line in str(body.get_content()).splitlines())


def refusal(arriving: Arriving) -> str:
    """Return the letter by which a member of staff was told that nothing was done."""
    letter = arriving.life.letter(purposes.STAFF_MAIL_NOT_DONE)
    assert letter["To"] == LEE
    return text_of(letter)


def test_a_reply_is_passed_to_the_customer_from_the_support_address_without_the_teams_letter(arriving: Arriving) -> None:
    number = lived.new(arriving.life)
    row = arriving.staff_reply(number, quoted(arriving, "Which wheel is it?\n\nThe left one?"))
    letter = arriving.life.letter(purposes.TICKET_ANSWERED)
    assert (letter["To"], letter["From"]) == (ZOE, "Billycart Support <support@billycart.com>")
    said = text_of(letter)
    assert "Which wheel is it? The left one?" in said
    for secret in (MARKER, "/staff-", "s-bc-", "Lee", LEE, "wrote:"):
        assert secret not in letter.as_string(), secret
    assert arriving.life.status(number) == Status.WAITING
    message = arriving.life.messages(number)[-1]
    assert (message.text, message.author, message.kind) == ("Which wheel is it?\n\nThe left one?", LEE, "reply")
    assert (row.state, row.outcome) == ("done", f"BC-{number}: passed on to the customer")
    assert arriving.life.row(number).first_response_at


def test_the_customer_answers_and_the_team_hears_of_it(arriving: Arriving) -> None:
    number = lived.new(arriving.life)
    arriving.staff_reply(number, "Which wheel is it?")
    arriving.reply(number, "The left one.")
    assert arriving.life.status(number) == Status.OPEN
    assert "The left one." in text_of(arriving.life.letter(purposes.TEAM_CUSTOMER_WROTE))


def test_its_files_reach_the_customer(arriving: Arriving) -> None:
    number = lived.new(arriving.life)
    arriving.staff_reply(number, "See this.", files={"how.png": SAMPLES["png"]})
    letter = arriving.life.letter(purposes.TICKET_ANSWERED)
    assert [part.get_filename() for part in letter.iter_attachments()] == ["how.png"]


@pytest.mark.parametrize(
    ("text", "status", "purpose"),
    [
        ("#resolve Answered\nTurn it off and on.", Status.RESOLVED, purposes.TICKET_RESOLVED),
        ("#RESOLVE answered", Status.RESOLVED, purposes.TICKET_RESOLVED),
        ("#update We are still looking.", Status.OPEN, purposes.TICKET_ANSWERED),
        ("#p3\nWhich wheel is it?", Status.WAITING, purposes.TICKET_ANSWERED),
    ],
)
def test_the_first_lines_order(arriving: Arriving, text: str, status: Status, purpose: str) -> None:
    number = lived.new(arriving.life)
    arriving.staff_reply(number, quoted(arriving, text))
    assert arriving.life.status(number) == status
    said = text_of(arriving.life.letter(purpose))
    assert "#" not in said.partition("Reference:")[0]


def test_a_note_is_for_the_team_only(arriving: Arriving) -> None:
    number = lived.new(arriving.life)
    count = len(arriving.life.letters_to_customer())
    arriving.staff_reply(number, "#note He called twice.\nBe kind.")
    message = arriving.life.messages(number)[-1]
    assert (message.kind, message.text) == ("note", "He called twice.\n\nBe kind.")
    assert len(arriving.life.letters_to_customer()) == count
    assert arriving.life.status(number) == Status.OPEN


def test_a_level_makes_it_an_incident_of_that_level(arriving: Arriving) -> None:
    number = lived.new(arriving.life)
    arriving.staff_reply(number, "#p1 It stops the whole company.")
    ticket = arriving.life.row(number)
    assert (ticket.request_type, ticket.priority) == ("incident", "P1")
    assert arriving.life.mails(purposes.TICKET_RECLASSIFIED)


def test_a_finished_ticket_is_opened_with_a_word_and_not_by_chance(arriving: Arriving) -> None:
    number = lived.resolved(arriving.life)
    arriving.staff_reply(number, "One more thing.")
    assert arriving.life.status(number) == Status.RESOLVED
    assert "begin your reply with #reopen" in refusal(arriving)
    arriving.staff_reply(number, "#reopen We found the cause.")
    assert arriving.life.status(number) == Status.OPEN


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("#solve It works.", "#solve is not something that we know: begin with #resolve"),
        ("#resolve", "#resolve needs one of the policy’s reasons"),
        ("#resolve Because I say so", "#resolve needs one of the policy’s reasons"),
        ("#p9", "P9"),
        ("#note", "the note is empty"),
        ("#note a\n#resolve Answered", "do not go together"),
        ("#p1\n#p2", "do not go together"),
        ("", "nothing above the line"),
    ],
)
def test_what_is_not_understood_is_answered_and_nothing_is_done(arriving: Arriving, text: str, why: str) -> None:
    number = lived.new(arriving.life)
    before = arriving.life.happened(number)
    letters = len(arriving.life.letters_to_customer())
    arriving.staff_reply(number, quoted(arriving, text))
    assert why.lower() in refusal(arriving).lower()
    assert arriving.life.happened(number) == before
    assert len(arriving.life.letters_to_customer()) == letters


@pytest.mark.parametrize("secret", ["the team's link", "the team's reference", "a link to a file"])
def test_what_only_staff_may_have_is_never_passed_on(arriving: Arriving, secret: str) -> None:
    number = lived.new(arriving.life)
    with arriving.runtime.database.transaction() as session:
        made = staff_links.staff_links(session, arriving.runtime.desk, arriving.life.clock.now(), LEE)
        reply = made.reply_to(number)
        assert reply
        said = {"the team's link": made.ticket_url(number), "the team's reference": reply.token, "a link to a file": made.file_url(1)}
    arriving.staff_reply(number, f"See {said[secret]}")
    assert "a link that only staff may have" in refusal(arriving)
    assert arriving.life.mails(purposes.TICKET_ANSWERED) == []


@pytest.mark.parametrize("above", ["> ", "", "| ", "    "])
@pytest.mark.parametrize(
    "attribution",
    [
        "From: Billycart Support <support@billycart.com>\nSent: Monday, 23 November 2026 2:30 PM\nTo: team@example.org",
        "Billycart Support kirjutas esmaspäeval:",
        "23.11.2026 pirmdien Billycart Support <support@billycart.com> raksta:",
    ],
    ids=["outlook", "estonian", "latvian"],
)
def test_a_letter_that_is_quoted_in_whatever_way_is_cut_at_its_first_line(arriving: Arriving, above: str, attribution: str) -> None:
    number = lived.new(arriving.life)
    body = arriving.life.letter(purposes.TEAM_NEW_TICKET).get_body(("plain",))
    assert body
    quote = "".join(f"{above}{line}\n" for line in str(body.get_content()).splitlines())
    arriving.staff_reply(number, f"Which wheel is it?\n\n{attribution}\n\n{quote}")
    assert arriving.life.messages(number)[-1].text == "Which wheel is it?"


def test_the_reference_is_not_enough_without_the_staff_list(arriving: Arriving) -> None:
    number = lived.new(arriving.life)
    row = arriving.staff_reply(number, "Which wheel is it?", by=f"Eve <{EVE}>", vouched=True)
    assert (row.state, row.ticket_number) == ("review", number)
    assert "not on the staff list" in row.outcome
    assert arriving.life.mails(purposes.TICKET_ANSWERED) == []


@pytest.mark.parametrize("vouched", [True, False])
def test_the_staff_list_is_not_enough_without_the_reference(arriving: Arriving, vouched: bool) -> None:
    number = lived.new(arriving.life)
    row = arriving.mail("Which wheel?", by=f"Lee <{LEE}>", to=arriving.customer_address(number), vouched=vouched)
    assert row.state == "review"
    assert "answers no letter to the team" in row.outcome
    assert arriving.life.mails(purposes.TICKET_ANSWERED) == []


def test_a_reference_ends_when_the_teams_links_are_revoked(arriving: Arriving) -> None:
    number = lived.new(arriving.life)
    old = arriving.staff_address(number)
    with arriving.runtime.database.transaction() as session:
        staff_links.rotate(session)
    row = arriving.staff_reply(number, "Which wheel is it?", to=old)
    assert row.state == "review"
    assert arriving.life.mails(purposes.TICKET_ANSWERED) == []


def test_an_out_of_office_of_staff_is_never_passed_on(arriving: Arriving) -> None:
    number = lived.new(arriving.life)
    arriving.staff_reply(number, "I am away.", headers={"Auto-Submitted": "auto-replied"})
    assert arriving.life.mails(purposes.TICKET_ANSWERED) == []
    assert arriving.life.status(number) == Status.OPEN
