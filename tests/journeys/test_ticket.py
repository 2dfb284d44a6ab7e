"""A customer reads the policy, sends a ticket, and both sides get their mail."""

import re
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.mails import text_of
from tests.postfix_server import PostfixServer
from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
Visit = Callable[..., Page]

DESCRIPTION = "Since this morning every invoice is blank.\n.\nFrom the PDF view, not on the screen. Ça m’embête."


def mails_to(postfix: PostfixServer, address: str, about: str) -> EmailMessage:
    """Wait for the one mail to an address whose subject names a ticket."""
    give_up_at = time.monotonic() + 30
    while True:
        mails = [message_from_bytes(raw, policy=policy.default) for raw in postfix.mails()]
        found = [mail for mail in mails if mail["To"] == address and about in mail["Subject"]]
        if found:
            (mail,) = found
            return mail
        assert time.monotonic() < give_up_at, f"no mail about {about} to {address}:\n{postfix.log()}"
        time.sleep(0.1)


def fill_in(page: Page, email: str) -> None:
    page.get_by_label("Summary").fill("Invoice PDF is blank")
    page.get_by_label("What happened?").fill(DESCRIPTION)
    page.get_by_label("Area of the application").select_option("Reports and exports")
    page.get_by_label("Full name").fill("Zoë O’Brien")
    page.get_by_label("Email address").fill(email)


def test_from_the_home_page_to_the_ticket_page_and_both_mails(visit: Visit, service: Service, postfix: PostfixServer):
    page = visit()
    page.get_by_role("link", name="Support Services", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Support Services")
    expect(page.get_by_role("cell", name="2 business hours")).to_be_visible()
    page.get_by_role("link", name=re.compile("Contact support")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Contact")
    page.get_by_role("main").get_by_role("link", name=re.compile("Report a problem|Send a request")).first.click()
    expect(page.get_by_label("Summary")).to_be_visible()

    # The situation is asked for an incident only, and the promise follows the answers.
    expect(page.get_by_role("group", name="Which of these describes the incident best?")).to_be_hidden()
    page.get_by_label("General Enquiry").check()
    promise = page.locator("[data-hc-promise]")
    expect(promise).to_contain_text(re.compile(r"Send now and we aim to answer by \w{3} \d+ \w{3}.*, \d+:\d\d [ap]m AEST"))
    first = promise.inner_text()
    page.get_by_label("Incident", exact=True).check()
    page.get_by_label("Critical business functions are significantly affected or degraded").check()
    expect(promise).not_to_have_text(first)
    promised = re.search(r"by (\w.*? AEST)", promise.inner_text())
    assert promised
    assert page.get_by_label("Browser").input_value().startswith("Chrome ")

    # Wrong input: the same page, with an error summary that leads to each field, and every answer kept.
    fill_in(page, "zoe@example")
    page.get_by_role("button", name="Send request").click()
    expect(page).to_have_title(re.compile("^Error: "))
    summary = page.locator("[data-hc-error-summary]")
    expect(summary).to_be_focused()
    assert summary.get_by_role("link").all_inner_texts() == [
        "Select how many people this affects",
        "Enter an email address in the correct format, like name@example.com",
    ]
    summary.get_by_role("link").nth(1).click()
    expect(page.get_by_label("Email address")).to_be_focused()
    expect(page.get_by_label("What happened?")).to_have_value(DESCRIPTION)
    expect(page.get_by_label("Critical business functions are significantly affected or degraded")).to_be_checked()

    page.get_by_label("Email address").fill("zoe.obrien@example.net")
    page.get_by_label("Several people").check()
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")
    shown = page.get_by_role("main").inner_text()
    reference = re.search(r"BC-\d+", shown)
    assert reference
    ticket = reference[0]
    due = re.search(r"We aim to answer by (.+ AEST)", shown)
    assert due
    assert due[1].startswith(promised[1].partition(",")[0])  # the minute may have passed, the day has not
    assert "zoe.obrien@example.net" not in shown
    assert DESCRIPTION.replace("\n", " ") in " ".join(shown.split())
    # The page survives a refresh and opens from the mail.
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")

    team = mails_to(postfix, "team@example.org", ticket)
    assert team["Subject"] == f"[{ticket}] Invoice PDF is blank"
    # No mail is read here, so an answer goes to the customer; the link that it quotes opens nothing for them.
    assert team["Reply-To"] == "zoe.obrien@example.net"
    assert "/staff-ticket/" not in text_of(team)
    text = text_of(team)
    for words in ("Zoë O’Brien", "zoe.obrien@example.net", "Reports and exports", "Several people", "Incident", "4 business hours", due[1]):
        assert words in text, words
    for line in DESCRIPTION.splitlines():
        assert line in text
    acknowledgement = mails_to(postfix, "zoe.obrien@example.net", ticket)
    text = text_of(acknowledgement)
    assert due[1] in text
    assert acknowledgement["Auto-Submitted"] == "auto-generated"
    for chosen_by_the_sender in ("Zoë", "O’Brien", "Invoice", "embête", "Reports"):
        assert chosen_by_the_sender not in text + acknowledgement["Subject"]
    link = re.search(rf"{re.escape(service.base_url)}/your-request/\S+", text)
    assert link
    other = visit(link[0].removeprefix(service.base_url))
    expect(other.get_by_role("heading", level=1)).to_have_text("Request received")


def test_without_javascript_everything_works_too(visit: Visit, postfix: PostfixServer):
    page = visit("/contact/ticket/", java_script_enabled=False)
    expect(page.get_by_role("group", name="Which of these describes the incident best?")).to_be_visible()
    page.get_by_label("Incident", exact=True).check()
    situation = page.get_by_role("group", name="Which of these describes the incident best?")
    situation.get_by_label("I’m not sure").check()
    fill_in(page, "nobody")
    page.get_by_role("button", name="Send request").click()
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_role("link", name="Enter an email address in the correct format").click()
    assert page.url.endswith("#email")
    expect(page.get_by_label("Summary")).to_have_value("Invoice PDF is blank")
    expect(page.get_by_label("What happened?")).to_have_value(DESCRIPTION)
    expect(page.get_by_label("Incident", exact=True)).to_be_checked()

    page.get_by_label("Email address").fill("plain@example.net")
    page.get_by_label("Just me").check()
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")
    expect(page.get_by_text("We aim to answer by")).to_be_visible()
    ticket = re.search(r"BC-\d+", page.get_by_role("main").inner_text())
    assert ticket
    address = page.url.partition("#")[0]
    acknowledgement = text_of(mails_to(postfix, "plain@example.net", ticket[0]))
    # No proof of work came with it, so the letter has no link to what somebody wrote.
    assert "We aim to answer by" in acknowledgement
    assert "/your-request/" not in acknowledgement

    # The form opened anew and the same sent again, without a key: the same request, the same page.
    page = visit("/contact/ticket/", java_script_enabled=False)
    page.get_by_label("Incident", exact=True).check()
    page.get_by_role("group", name="Which of these describes the incident best?").get_by_label("I’m not sure").check()
    fill_in(page, "plain@example.net")
    page.get_by_label("Just me").check()
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")
    assert page.url == address


def test_a_double_click_sends_one_request(visit: Visit, service: Service):
    page = visit("/contact/ticket/")
    page.get_by_label("Feature Request").check()
    fill_in(page, "twice@example.net")
    page.get_by_role("button", name="Send request").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")
    queue = service.run("mail", "queue", "--all", "--json")
    assert sum("twice@example.net" in line for line in queue.splitlines()) == 1


def test_back_and_changed_answers_are_asked_about_before_they_become_a_second_request(visit: Visit):
    page = visit("/contact/ticket/")
    page.get_by_label("General Enquiry").check()
    fill_in(page, "back@example.net")
    key = page.locator("[name=submission_key]").input_value()
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")
    page.go_back()
    # A browser that kept the page kept its key; this one, under a test, loads it again.
    page.locator("[name=submission_key]").evaluate("(field, key) => { field.value = key }", key)
    page.get_by_label("Summary").fill("Something else entirely")
    page.get_by_role("button", name="Send request").click()
    expect(page.locator("[data-hc-error-summary]")).to_contain_text("You already sent a request from this page: BC-")
    expect(page.get_by_label("Summary")).to_have_value("Something else entirely")
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")


def test_the_reader_elsewhere_sees_the_promise_in_both_times(visit: Visit):
    page = visit("/contact/ticket/", timezone_id="Europe/London")
    page.get_by_label("General Enquiry").check()
    expect(page.locator("[data-hc-promise]")).to_contain_text(re.compile(r"AEST \(.+ your time\)"))


def test_what_was_typed_is_still_there_after_a_jump_within_the_page_and_after_back(visit: Visit):
    page = visit("/contact/")
    page.get_by_role("main").get_by_role("link", name="Report a problem").first.click()
    fill_in(page, "typed@example.net")
    page.locator(".md-skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/contact/ticket/#*")
    expect(page.get_by_label("What happened?")).to_have_value(DESCRIPTION)
    page.get_by_role("link", name="Support Services", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Support Services")
    page.go_back()
    expect(page.get_by_label("What happened?")).to_have_value(DESCRIPTION)
    expect(page.get_by_label("Area of the application")).to_have_value("Reports and exports")
