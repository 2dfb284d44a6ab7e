"""No letter has a header more or less than its template, whatever a sender writes in which place (abuse cases D-1 to D-7 and D-13)."""

import inspect
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from formapp.address import UnusableAddress
from formapp.mail import complaint_letters, escalation_letters, letters
from formapp.mail.body_text import body_text
from formapp.mail.composer import compose
from formapp.mail.file_name import mailed_name
from formapp.mail.letter import Enclosure, Letter
from formapp.mail.letters import Answer, ListedFile, team_file_infected, team_file_released
from formapp.mail.team_life_letters import team_answers_due, team_mail_failed
from formapp.policy.policy import Policy
from tests.abuse.mail_heads import ENCODED, LETTERHEAD, LINE_ENDS, NOW, assert_headers_are_the_templates, seal
from tests.mail.letter_samples import LINK, REPLY, complaint_to_team, customer_letters, escalation_to_team, to_team
from tests.mail.life_letter_samples import LATE, SOON, customer_wrote, morning, not_done, to_review, unreadable

PIECES = (*LINE_ENDS, "\x00", "\ud800", "\udfff", "\u202e", "\u2066", "\u200b", ENCODED, "=?", "?=", "Bcc: ", "X-Evil: 1", ":", "<", ">")
PIECES += (
    ",",
    ";",
    '"',
    "'",
    "\\",
    "/",
    "=",
    "--",
    "--=_",
    "=enclosure 1=",
    "%0d%0a",
    "*0*=utf-8''",
    " ",
    "\t",
    "a",
    "Z",
    "é",
    "漢",
    "😀",
    ".",
)
hostile = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=60)


def written_with(text: Iterator[str], file_names: list[str]) -> list[Letter]:
    """Return every letter to the team, with what a sender can write in each place where it can stand."""

    def said() -> dict[str, Any]:
        return {
            "answers": [Answer(next(text), next(text)), Answer("What happened", next(text))],
            "files": [ListedFile(name, next(text), enclosed=True, link=next(text), note=next(text)) for name in file_names],
            "enclosures": [Enclosure(number, name, next(text)) for number, name in enumerate(file_names, 1)],
            "suspect_because": next(text),
            "unacknowledged_because": next(text),
            "is_proven": False,
            "link": LINK,
            "reply": REPLY,
        }

    return [
        to_team(summary=next(text), **said()),
        complaint_to_team(subject=f"Complaint {next(text)}", about=next(text), **said()),
        escalation_to_team(subject=f"Formal Escalation {next(text)}", verdict=next(text), reasons=[next(text)], **said()),
        team_file_released(ticket_id="BC-1042", name=next(text), link=LINK, team="team@example.org"),
        team_file_infected(ticket_id="BC-1042", name=next(text), virus=next(text), team="team@example.org"),
        customer_wrote(summary=next(text), text=next(text), flag=next(text), sender=next(text), **said()),
        escalation_to_team(missing=[next(text)], **said()),
        to_review(**dict(zip(("reason", "sender", "name", "subject", "text"), text, strict=False)), files=file_names),
        unreadable(reason=next(text)),
        not_done(to="team@example.org", problem=next(text), text=next(text)),
        team_answers_due(team="team@example.org", due=[replace(LATE, summary=next(text))], queue_link=LINK),
        morning(due=[replace(LATE, summary=next(text)), replace(SOON, summary=next(text))]),
        team_mail_failed(team="team@example.org", ticket_id="BC-1042", what="our answer", reason=next(text), link=LINK),
    ]


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(hostile, min_size=1, max_size=12), file_names=st.lists(hostile, max_size=3))
@example(texts=[ENCODED], file_names=[ENCODED])
@example(texts=["x\r\nBcc: victim@evil.example\r\n\r\n<html>"], file_names=["a\r\nX: 1.png", 'a"; filename="b.exe'])
@example(texts=["\ud800\x00"], file_names=["", "\u202e", "漢" * 400])
def test_the_headers_of_every_letter_are_exactly_its_templates(texts: list[str], file_names: list[str]) -> None:
    endless = (texts[place % len(texts)] for place in count())
    for letter in written_with(endless, file_names):
        raw = seal(letter)
        assert_headers_are_the_templates(raw, letter)
        mail = cast(EmailMessage, message_from_bytes(raw, policy=policy.default))
        assert (mail["To"], str(mail["From"])) == ("team@example.org", "Billycart Support <support@billycart.com>")
        assert [part.get_filename() for part in mail.iter_attachments()] == [mailed_name(file.name) for file in letter.enclosures]


def lines_of_ours(text: str) -> list[str]:
    """Return what is neither indented nor a file's name in a team's letters, when a sender writes this wherever a sender can."""
    said: dict[str, Any] = {"answers": [Answer("What happened", text)], "files": [ListedFile(text, "PNG, 8 bytes", enclosed=True)]}
    file = {"ticket_id": "BC-1042", "name": text, "team": "team@example.org"}
    ready = [to_team(summary=text, **said), complaint_to_team(**said), escalation_to_team(**said)]
    ready += [team_file_released(**file, link=LINK), team_file_infected(**file, virus="Eicar")]
    ready += [customer_wrote(summary=text, text=text or "-", **said), morning(due=[replace(LATE, summary=text)])]
    ready.append(team_mail_failed(team="team@example.org", ticket_id="BC-1042", what="our answer", reason=text, link=LINK))
    ready.append(to_review(reason=text, sender=text, name=text, subject=text, text=f"-{text}", files=(text,)))
    ready += [unreadable(reason=text), not_done(problem=text, text=f"-{text}"), customer_wrote(flag="-", sender=f"-{text}")]
    return [line for letter in ready for line in body_text(letter.body).split("\n") if line and not line.startswith(("    ", "  - “"))]


@settings(max_examples=150, deadline=None)
@given(text=hostile)
def test_nothing_that_a_sender_writes_can_pass_for_a_line_of_ours(text: str) -> None:
    assert lines_of_ours(text) == lines_of_ours("harmless")


def test_d13_no_letter_to_a_customer_has_a_place_for_what_a_sender_wrote() -> None:
    ours = {"ticket_id", "customer", "hours", "policy", "promise", "due", "link", "acknowledge_by", "answer_by", "reviewer", "review_by"}
    ours |= {"conditions", "first"}
    found = {name: value for module in (letters, complaint_letters, escalation_letters) for name, value in vars(module).items()}
    to_customers = [name for name in found if name.endswith("_acknowledgement") or name.startswith("escalation_")]
    assert len(to_customers) == 6
    for name in to_customers:
        assert set(inspect.signature(found[name]).parameters) <= ours


def test_d13_every_letter_to_a_customer_is_the_same_to_the_byte_for_every_sender(policy: Policy) -> None:
    def bytes_for(customer: str) -> list[bytes]:
        ready = customer_letters(policy, customer).values()
        sealed = [compose(letter, LETTERHEAD, message_id="<1@billycart.com>", date=NOW) for letter in ready]
        return [raw.replace(f"To: {customer}\r\n".encode(), b"") for raw in sealed]

    assert bytes_for("jo@example.com") == bytes_for("buy-now.cheap@example.net")
    assert all(letter.reply_to is None and not letter.enclosures for letter in customer_letters(policy).values())


def test_a_stranger_is_not_told_whether_there_is_such_a_ticket(policy: Policy) -> None:
    letter = customer_letters(policy)["escalation-received"]
    for telling in ("your ticket", "unknown", "not found", "no such", "does not exist", "there is a ticket"):
        assert telling not in letter.body.lower()


@pytest.mark.parametrize(
    "several", ["a@x.example,b@y.example", "a@x.example;b@y.example", "<a@x.example>", "a@x.example\r\nBcc: b@y.example"]
)
def test_d7_several_addresses_are_written_to_by_no_letter(policy: Policy, several: str) -> None:
    with pytest.raises(UnusableAddress):
        customer_letters(policy, several)
    for letter in (to_team(customer=several), complaint_to_team(customer=several), escalation_to_team(customer=several)):
        assert letter.reply_to is None
        assert_headers_are_the_templates(seal(letter), letter)
