"""Whom the forms make us write to, and what (D-10 to D-13)."""

import re
from email import message_from_bytes

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from formapp.models import OutgoingMail
from formapp.runtime import Runtime
from tests.clock import Clock
from tests.mails import html_of, text_of
from tests.proofs import proof
from tests.requests import FREE_TEXTS, URLS, answers, with_files
from tests.sample_files import SAMPLES
from tests.web.stored import letters, words


@pytest.mark.parametrize("slug", URLS)
@pytest.mark.parametrize("address", ["support@billycart.com", "team@example.org", "Mailer-Daemon@example.com", "a-request@example.com"])
def test_d10_an_address_that_would_answer_itself_gets_no_acknowledgement(client: FlaskClient, runtime: Runtime, slug: str, address: str):
    assert client.post(URLS[slug], data=answers(slug, email=address, proof=proof())).status_code == 303
    ((_, team),) = letters(runtime)
    assert "no acknowledgement" in words(team)


@pytest.mark.parametrize("slug", URLS)
def test_d11_a_hundred_forms_with_a_victims_address_bring_it_three_letters_in_a_day(app_with, runtime: Runtime, clock: Clock, slug: str):
    client = app_with(submissions_per_hour=1000).test_client()
    for number in range(100):
        given = answers(slug, name=f"Zoë the {number}th", email=f"victim+{number}@example.net", proof=proof(number))
        assert client.post(URLS[slug], data=given).status_code == 303
        # All within the twenty minutes that a proof is good for, or close to it.
        clock.pass_(minutes=1)
    recipients = [mail["To"] for _, mail in letters(runtime)]
    assert recipients.count("team@example.org") == 100
    assert len(recipients) - 100 <= 3


@pytest.mark.parametrize("slug", URLS)
def test_d12_a_robot_that_proves_no_work_sends_twenty_letters_an_hour_and_every_form_is_kept(app_with, runtime: Runtime, slug: str):
    client = app_with(submissions_per_hour=1000).test_client()
    for number in range(60):
        assert client.post(URLS[slug], data=answers(slug, email=f"a@domain{number}.example.com")).status_code == 303
    recipients = [mail["To"] for _, mail in letters(runtime)]
    assert recipients.count("team@example.org") == 60
    assert len(recipients) - 60 == 20


@pytest.mark.parametrize("slug", URLS)
def test_d13_letters_to_customers_are_the_same_whatever_the_form_says(app_with, runtime: Runtime, slug: str):
    client = app_with(submissions_per_hour=1000).test_client()
    advert = "BUY NOW http://evil.example/ <a href=//evil.example> =?utf-8?q?x?= %s {{7*7}}"
    for number, text in enumerate(("It is an ordinary sentence, of some length.", advert)):
        changes = dict.fromkeys(FREE_TEXTS[slug], text) | {"email": f"customer{number}@domain.example", "proof": proof(number)}
        sent = client.post(URLS[slug], **with_files(answers(slug, **changes), {f"{number} evil.example.png": SAMPLES["png"]}))
        assert sent.status_code == 303
    with runtime.database.reading() as session:
        own = session.scalars(select(OutgoingMail).where(OutgoingMail.recipient_domain == "domain.example").order_by(OutgoingMail.id)).all()
        texts = [re.sub(r"BC-\d+|your-request/[^\s\"<]+", "ID", text_of(mail.raw) + html_of(mail.raw)) for mail in own]
    assert len(texts) == 2
    assert texts[0] == texts[1]
    assert "evil.example" not in texts[1]


def parsed(mail: OutgoingMail):  # type: ignore[no-untyped-def]
    return message_from_bytes(mail.raw)
