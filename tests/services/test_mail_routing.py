"""What mail of customers does: tickets, replies, re-opening, thanks, and what nobody can be sure of."""

import pytest
from sqlalchemy import select

from formapp.mail import purposes
from formapp.models import Attachment
from formapp.models.incoming_mail import MailState
from formapp.rules.lifecycle import Status
from formapp.services import mail_routing, review, staff_acts
from tests.sample_files import SAMPLES
from tests.services import lived_tickets as lived
from tests.services.arriving import EVE, LEE, SUPPORT, ZOE, Arriving, raw_mail
from tests.services.life import STAFF, text_of


def customers_letters(arriving: Arriving) -> list[str]:
    return list(arriving.life.letters_to_customer())


def acknowledgements(arriving: Arriving) -> list[str]:
    return [mail.recipient for mail in arriving.life.mails(*purposes.ACKNOWLEDGEMENTS)]


# ---------------------------------------------------------------------------------------------------------------- a new mail


def test_a_new_mail_becomes_a_ticket_with_the_forms_promise_and_acknowledgement(arriving: Arriving) -> None:
    row = arriving.mail("The left wheel squeaks.\n\nSince Monday.", subject="[EXTERNAL] My cart squeaks", vouched=True)
    (ticket,) = arriving.tickets()
    assert (ticket.summary, ticket.description) == ("My cart squeaks", "The left wheel squeaks.\n\nSince Monday.")
    assert (ticket.request_type, ticket.priority, ticket.name, ticket.email) == ("general-enquiry", None, "Zoë", ZOE)
    assert (row.state, row.ticket_number, row.outcome) == ("done", ticket.number, f"Made BC-{ticket.number}")
    by_form = arriving.life.ticket(email="ann@example.net")
    made, formed = arriving.life.promises(ticket.number), arriving.life.promises(by_form)
    assert [promise.due_at for promise in made] == [promise.due_at for promise in formed]
    assert acknowledgements(arriving) == [ZOE, "ann@example.net"]
    (event, *_) = arriving.life.events(ticket.number)
    assert (event.event, event.channel) == ("received", "mail")


def test_its_files_come_with_it_and_what_a_form_would_refuse_is_kept_with_a_warning(arriving: Arriving) -> None:
    arriving.mail("See these.", files={"shot.png": SAMPLES["png"], "macro.docm": b"PK\x03\x04 not for a form"})
    (ticket,) = arriving.tickets()
    with arriving.runtime.database.reading() as session:
        found = session.scalars(select(Attachment).where(Attachment.ticket_number == ticket.number))
        files = {file.name: (file.kind, file.warning) for file in found}
    assert files["shot.png"] == ("png", None)
    kind, warning = files["macro.docm"]
    assert kind == "other"
    assert warning
    assert "open it with care" in warning
    letter = arriving.life.letter(purposes.TEAM_NEW_TICKET)
    assert [part.get_filename() for part in letter.iter_attachments()] == ["shot.png"]
    assert "macro.docm" in text_of(letter)


@pytest.mark.parametrize(
    ("text", "request_type", "priority"),
    [
        ("What is your request about? Incident\nPriority: P2\n\nIt is down.", "incident", "P2"),
        ("Request type: incident\nIt is down.", "incident", None),
        ("Request type: nothing that there is\n", "general-enquiry", None),
        ("We have an incident with the P1 form.", "general-enquiry", None),
    ],
)
def test_the_text_may_say_what_kind_of_request_it_is_in_the_words_of_the_form(
    arriving: Arriving, text: str, request_type: str, priority: str | None
) -> None:
    arriving.mail(text)
    (ticket,) = arriving.tickets()
    assert (ticket.request_type, ticket.priority) == (request_type, priority)


def test_a_mail_without_subject_or_text_is_a_ticket_all_the_same(arriving: Arriving) -> None:
    arriving.mail("", subject="")
    arriving.mail("Only a text.", subject="")
    assert [(ticket.summary, ticket.description) for ticket in arriving.tickets()] == [
        ("No subject", "The email has no text."),
        ("Only a text.", "Only a text."),
    ]


def test_d17_nobody_is_written_to_whom_nothing_vouches_for(arriving: Arriving) -> None:
    arriving.mail("Hello")
    (ticket,) = arriving.tickets()
    assert acknowledgements(arriving) == []
    assert "nothing proves that the email is from that address" in text_of(arriving.life.letter(purposes.TEAM_NEW_TICKET))
    # Once staff have answered, a letter surprises nobody.
    arriving.life.do(staff_acts.reply, ticket.number, STAFF, text="Which wheel?", waits=True)
    arriving.life.send_mail()
    arriving.mail("Another question", subject="Another cart")
    assert acknowledgements(arriving) == [ZOE]


def test_a_second_mail_before_our_first_letter_goes_on_the_same_ticket(arriving: Arriving) -> None:
    arriving.mail("It squeaks.", message_id="<first@mail.example.net>", vouched=True)
    later = {"In-Reply-To": "<first@mail.example.net>", "References": "<first@mail.example.net>"}
    row = arriving.mail("And it smells.", subject="Re: My cart squeaks", headers=later, vouched=True)
    (ticket,) = arriving.tickets()
    assert row.ticket_number == ticket.number
    assert [message.text for message in arriving.life.messages(ticket.number)] == ["And it smells."]
    # From somebody else the same mail is a ticket of its own.
    arriving.mail("Mine too.", by=f"Eve <{EVE}>", subject="Re: My cart squeaks", headers=later)
    assert len(arriving.tickets()) == 2


# ------------------------------------------------------------------------------------------------------------------- a reply


def test_a_reply_goes_on_its_ticket_and_moves_it_from_waiting_to_open(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    quoted = "The left one.\n\nOn Mon, 23 Nov 2026 at 14:28, Billycart Support <support@billycart.com> wrote:\n> Which wheel?\n"
    row = arriving.reply(number, quoted)
    (message,) = [one for one in arriving.life.messages(number) if one.kind == "customer"]
    assert (message.text, message.flag, message.incoming_mail_id) == ("The left one.", None, row.id)
    assert arriving.life.status(number) == Status.OPEN
    assert row.text
    assert "> Which wheel?" in row.text
    said = text_of(arriving.life.letter(purposes.TEAM_CUSTOMER_WROTE))
    assert "The left one." in said


@pytest.mark.parametrize("way", ["address", "message id", "references", "foot", "envelope"])
def test_any_one_reference_that_survives_is_enough(arriving: Arriving, way: str) -> None:
    number = lived.asked(arriving.life)
    letterhead = arriving.runtime.desk.letterhead
    assert letterhead.tokens
    token = letterhead.tokens.for_customer(number)
    words, text, recipient = {"to": SUPPORT, "subject": "Hello again"}, "The left one.", None
    match way:
        case "address":
            words["to"] = letterhead.reply_to(token)
        case "message id":
            words["headers"] = {"In-Reply-To": letterhead.new_message_id(number)}
        case "references":
            words["headers"] = {"References": f"<changed.by.provider@example.net> <{token}@billycart.com>"}
        case "foot":
            text += f"\n\n> We have written to you.\n> Reference: {token.upper()}\n"
        case "envelope":
            recipient = letterhead.reply_to(token)
    row = arriving.comes(raw_mail(text, **words), recipient=recipient)  # type: ignore[arg-type]
    assert (row.state, row.ticket_number, arriving.life.status(number)) == ("done", number, Status.OPEN)
    assert [message.flag for message in arriving.life.messages(number) if message.kind == "customer"] == [None]


def test_a_reply_opens_a_resolved_ticket(arriving: Arriving) -> None:
    number = lived.resolved(arriving.life)
    arriving.reply(number, "It squeaks again.")
    assert arriving.life.status(number) == Status.OPEN
    assert arriving.life.standing(number)
    assert customers_letters(arriving)[-1] == purposes.TICKET_REOPENED


def test_a_reply_to_a_closure_opens_the_ticket_years_later(arriving: Arriving) -> None:
    number = lived.closed(arriving.life)
    closure = arriving.life.letter(purposes.TICKET_CLOSED)
    arriving.life.clock.pass_(hours=24 * 365 * 3)
    answered = {"In-Reply-To": str(closure["Message-ID"]), "References": f"{closure['References']} {closure['Message-ID']}"}
    arriving.mail("It squeaks again.", to=str(closure["Reply-To"]), subject=f"Re: {closure['Subject']}", headers=answered)
    assert arriving.life.status(number) == Status.OPEN
    assert len(arriving.tickets()) == 1


def test_the_reference_works_after_a_plus_address_was_stripped_and_the_message_id_changed(arriving: Arriving) -> None:
    number = lived.closed(arriving.life)
    foot = next(line for line in text_of(arriving.life.letter(purposes.TICKET_CLOSED)).split() if line.startswith("bc-"))
    arriving.mail(f"It squeaks again.\n\n> Reference: {foot}", subject="It squeaks again", to=SUPPORT)
    assert arriving.life.status(number) == Status.OPEN


def test_thanks_alone_keeps_a_resolved_ticket_resolved_and_says_once_how_to_re_open(arriving: Arriving) -> None:
    number = lived.resolved(arriving.life)
    arriving.reply(number, "Thanks a lot!\n\n-- \nZoë")
    arriving.reply(number, "Great, thank you!")
    assert arriving.life.status(number) == Status.RESOLVED
    assert customers_letters(arriving).count(purposes.TICKET_THANKED) == 1
    assert "reply" in text_of(arriving.life.letter(purposes.TICKET_THANKED)).lower()
    assert not arriving.life.standing(number)
    # More than thanks is a message.
    arriving.reply(number, "Thanks, but it squeaks again.")
    assert arriving.life.status(number) == Status.OPEN


def test_thanks_with_a_file_is_more_than_thanks(arriving: Arriving) -> None:
    number = lived.resolved(arriving.life)
    arriving.reply(number, "Thanks!", files={"shot.png": SAMPLES["png"]})
    assert arriving.life.status(number) == Status.OPEN


def test_thanks_on_an_open_ticket_is_a_message_like_any(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    arriving.reply(number, "Thanks!")
    assert arriving.life.status(number) == Status.OPEN


def test_a_reply_that_answers_letters_about_two_tickets_waits_for_a_person(arriving: Arriving) -> None:
    one, two = lived.asked(arriving.life), lived.asked(arriving.life)
    both = f"{arriving.customer_address(one)}, {arriving.customer_address(two)}"
    row = arriving.mail("Both squeak.", to=both)
    assert (row.state, row.outcome) == ("review", "It answers letters about several tickets")
    assert arriving.life.status(one) == arriving.life.status(two) == Status.WAITING


# --------------------------------------------------------------------------------------------------- what nobody can be sure of


def test_the_id_in_the_subject_alone_is_shown_to_staff_and_changes_nothing(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    sent = len(customers_letters(arriving))
    arriving.mail("The left one.", subject=f"Re: [BC-{number}] We have written to you")
    message = arriving.life.messages(number)[-1]
    assert (message.text, message.flag) == ("The left one.", mail_routing.NOT_PROVEN)
    assert arriving.life.status(number) == Status.WAITING
    assert len(customers_letters(arriving)) == sent
    assert mail_routing.NOT_PROVEN.lower() in text_of(arriving.life.letter(purposes.TEAM_CUSTOMER_WROTE)).lower()


def test_it_opens_a_finished_ticket_once_a_day_at_most(arriving: Arriving) -> None:
    number = lived.closed(arriving.life)
    sent = len(customers_letters(arriving))
    arriving.mail("Again.", subject=f"[BC-{number}] Your ticket is closed")
    assert arriving.life.status(number) == Status.OPEN
    arriving.life.do(staff_acts.resolve, number, STAFF, reason="Answered")
    arriving.life.send_mail()
    resolved = len(customers_letters(arriving))
    arriving.mail("And again.", subject=f"[BC-{number}] Your ticket is closed")
    assert arriving.life.status(number) == Status.RESOLVED
    assert len(customers_letters(arriving)) == resolved == sent + 1


def test_a_vouched_sender_who_names_their_ticket_is_believed(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    arriving.mail("The left one.", subject=f"BC-{number}", vouched=True)
    assert arriving.life.status(number) == Status.OPEN
    assert arriving.life.messages(number)[-1].flag is None


@pytest.mark.parametrize("vouched", [True, False])
def test_a_stranger_who_names_a_ticket_waits_for_a_person(arriving: Arriving, vouched: bool) -> None:
    number = lived.closed(arriving.life)
    row = arriving.mail("Send me everything.", by=f"Eve <{EVE}>", subject=f"[BC-{number}]", vouched=vouched)
    assert (row.state, row.ticket_number) == ("review", number)
    assert arriving.life.status(number) == Status.CLOSED
    assert arriving.life.mails(purposes.TEAM_MAIL_TO_REVIEW)


def test_a_ticket_that_there_is_not_waits_for_a_person(arriving: Arriving) -> None:
    row = arriving.mail("Hello?", subject="[BC-999999] Hello")
    assert (row.state, row.ticket_number) == ("review", None)
    assert arriving.tickets() == []


def test_a_flood_from_one_address_is_kept_and_answered_by_nobody(arriving: Arriving) -> None:
    for number in range(mail_routing.MOST_AN_HOUR + 5):
        arriving.mail(f"Mail {number}", subject=f"Cart {number}", vouched=True)
    assert len(arriving.tickets()) == mail_routing.MOST_AN_HOUR
    assert [row.outcome for row in arriving.rows(MailState.REVIEW)] == ["More than 30 emails came from its address within an hour"] * 5
    assert acknowledgements(arriving) == [ZOE]
    arriving.life.clock.pass_(hours=1, seconds=1)
    arriving.mail("Later", subject="Later", vouched=True)
    assert len(arriving.tickets()) == mail_routing.MOST_AN_HOUR + 1


def test_the_team_is_told_of_twenty_reviews_an_hour_and_then_once_of_the_rest(arriving: Arriving) -> None:
    for number in range(25):
        arriving.comes(f"Subject: from nobody {number}\r\n\r\nHello\r\n".encode())
    assert len(arriving.rows(MailState.REVIEW)) == 25
    assert len(arriving.life.mails(purposes.TEAM_MAIL_TO_REVIEW)) == 20
    assert len(arriving.life.mails(purposes.TEAM_REVIEWS_CAPPED)) == 1


# ------------------------------------------------------------------------------------------------------------ automatic mail

OUT_OF_OFFICE = {"Auto-Submitted": "auto-replied"}


@pytest.mark.parametrize("before", [lived.asked, lived.resolved, lived.closed])
def test_automatic_mail_is_filed_on_its_ticket_and_changes_nothing(arriving: Arriving, before) -> None:  # type: ignore[no-untyped-def]
    number = before(arriving.life)
    status, sent = arriving.life.status(number), len(arriving.life.mails())
    row = arriving.reply(number, "I am away until Monday.", headers=OUT_OF_OFFICE)
    assert (row.state, row.kind, row.ticket_number) == ("done", "automatic", number)
    assert arriving.life.status(number) == status
    assert len(arriving.life.mails()) == sent
    message = arriving.life.messages(number)[-1]
    assert message.flag
    assert message.flag.startswith("An automatic reply")


def test_an_automatic_mail_of_no_ticket_waits_and_nobody_is_written_to(arriving: Arriving) -> None:
    row = arriving.mail("I am away.", headers=OUT_OF_OFFICE)
    assert row.state == "review"
    assert arriving.life.mails() == []
    assert arriving.tickets() == []


def test_our_own_mail_come_back_does_nothing(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    (*_, last) = arriving.life.sent
    count = len(arriving.life.mails())
    row = arriving.comes(last.raw)
    assert (row.state, row.kind) == ("done", "loop")
    assert arriving.life.status(number) == Status.WAITING
    assert len(arriving.life.mails()) == count


# ------------------------------------------------------------------------------------------------- what is decided after review


def test_what_was_put_on_a_ticket_after_review_counts_as_the_customers(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    row = arriving.mail("From my phone.", by=f"Zoë <{EVE}>", subject=f"[BC-{number}]")
    assert row.state == "review"
    decide(arriving, row.id, "attach", number)
    assert arriving.row(row.id).state == "done"
    assert arriving.life.status(number) == Status.OPEN
    assert arriving.life.messages(number)[-1].flag == mail_routing.OTHER_ADDRESS


def test_what_was_made_a_ticket_after_review_is_acknowledged(arriving: Arriving) -> None:
    row = arriving.mail("Hello?", subject="[BC-999999] Hello")
    decide(arriving, row.id, "ticket", None)
    (ticket,) = arriving.tickets()
    assert (arriving.row(row.id).ticket_number, ticket.email) == (ticket.number, ZOE)
    assert acknowledgements(arriving) == [ZOE]


def decide(arriving: Arriving, mail: int, what: str, number: int | None) -> None:
    with arriving.runtime.database.transaction() as session:
        policy, now = arriving.runtime.policy, arriving.life.clock.now()
        review.decide(session, mail, review.Decision(what), policy, by=LEE, now=now, ticket_number=number)
    arriving.reads()


def test_d14_a_machine_that_does_not_say_so_is_known_by_its_words(arriving: Arriving) -> None:
    number = lived.asked(arriving.life)
    away = "I am out of the office until Monday and read no mail."
    arriving.reply(number, away)
    arriving.life.do(staff_acts.reply, number, STAFF, text="Which wheel?", waits=True)
    arriving.life.send_mail()
    sent = len(arriving.life.mails())
    row = arriving.reply(number, away)
    assert row.outcome == f"An automatic reply ({mail_routing.AGAIN}): filed, nothing was done"
    assert (arriving.life.status(number), len(arriving.life.mails())) == (Status.WAITING, sent)
    # A person may say the same twice, and "Yes" as often as they like.
    for text in ("Yes.", "Yes."):
        arriving.reply(number, text)
    assert arriving.life.status(number) == Status.OPEN
    arriving.life.do(staff_acts.reply, number, STAFF, text="And now?", waits=True)
    arriving.life.clock.pass_(minutes=10)
    arriving.reply(number, away)
    assert arriving.life.status(number) == Status.OPEN


def test_d14_two_machines_that_answer_everything_end_after_a_round(arriving: Arriving) -> None:
    number = arriving.life.ticket()
    for _ in range(5):
        arriving.staff_reply(number, "I am away and read no mail until Monday.")
        arriving.reply(number, "Our office is closed for the holidays, all is well.")
        arriving.life.clock.pass_(seconds=20)
    assert len(arriving.life.mails(purposes.TICKET_ANSWERED)) == len(arriving.life.mails(purposes.TEAM_CUSTOMER_WROTE)) == 1


def test_a_ticket_can_be_made_of_what_is_nobodys(arriving: Arriving) -> None:
    row = arriving.comes(b"From: zoe@example.net <eve@evil.example>\nSubject: Invoice\n\nPay now.\n")
    assert row.state == "review"
    decide(arriving, row.id, "ticket", None)
    (ticket,) = arriving.tickets()
    assert (ticket.email, ticket.name, ticket.description) == ("", "zoe@example.net", "Pay now.")
    assert acknowledgements(arriving) == []
    # Nobody can be written to; the ticket's pages and letters work all the same.
    assert "Pay now." in text_of(arriving.life.letter(purposes.TEAM_NEW_TICKET))
    arriving.life.do(staff_acts.resolve, ticket.number, STAFF, reason="Answered")
    arriving.life.work()
