"""A ticket from its first minute to its closure and beyond: both sides in a browser, three weeks and more on a clock of its own."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.certificates import Authority
from tests.clock import Clock
from tests.journeys.simulated import SimulatedService, link_in, simulated
from tests.mails import files_of, text_of
from tests.postfix_server import PostfixServer

pytestmark = [pytest.mark.browser, pytest.mark.postfix]

CUSTOMER, TEAM = "zoe@example.net", "team@example.org"


@pytest.fixture
def service(tmp_path: Path, built_site: Path, postfix: PostfixServer, authority: Authority, clock: Clock) -> Iterator[SimulatedService]:
    with simulated(tmp_path, built_site, postfix, authority, clock) as running:
        yield running


@pytest.fixture
def customer(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def staff(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def said(mail: EmailMessage) -> str:
    """Return a mail's text without its line breaks."""
    return " ".join(text_of(mail).split())


def subjects(mails: list[EmailMessage]) -> list[str]:
    return [mail["Subject"] for mail in mails]


def test_a_ticket_lives_for_three_weeks_is_closed_and_opened_again(
    service: SimulatedService, customer: Page, staff: Page, tmp_path: Path
) -> None:
    # Monday 23 November, 2:28 pm in Brisbane: a question.
    # The proof of work looks at the browser's clock too.
    customer.clock.set_system_time(service.clock.now())
    customer.goto(f"{service.base_url}/contact/ticket/")
    customer.get_by_label("General Enquiry").check()
    customer.get_by_label("Summary").fill("Where is the price list?")
    customer.get_by_label("What happened?").fill("I could not find your prices.")
    customer.get_by_label("Area of the application").select_option("Payments")
    customer.get_by_label("Full name").fill("Zoë O’Brien")
    customer.get_by_label("Email address").fill(CUSTOMER)
    expect(customer.locator("input[name=proof]")).not_to_have_value("", timeout=20_000)
    customer.get_by_role("button", name="Send request").click()
    expect(customer.get_by_role("main")).to_contain_text("Tue 24 Nov 2026, 2:28 pm AEST")
    (acknowledgement,) = service.new_mails(CUSTOMER)
    page_of_ticket = link_in(acknowledgement, "your-request")
    (news,) = service.new_mails(TEAM)

    # A reply to the team's letter goes to the customer and quotes it, so its link opens nothing in a new browser: it has one sent to us.
    assert news["Reply-To"] == CUSTOMER
    staff.goto(link_in(news, "staff-door"))
    staff.get_by_role("button", name="Send me the link").click()
    (direct,) = service.new_mails(TEAM)

    # The team asks back from its mailbox.
    staff.goto(link_in(direct, "staff-ticket"))
    staff.get_by_label("Your reply").fill("For which country?")
    staff.get_by_role("radio", name=re.compile("wait for their answer")).check()
    staff.get_by_role("button", name="Send reply").click()
    expect(staff.get_by_role("main")).to_contain_text("For which country?")
    (asked,) = service.new_mails(CUSTOMER)
    assert "For which country?" in said(asked)
    assert "counts as resolved from Mon 30 Nov 2026, 2:28 pm AEST unless you write" in said(asked)
    assert asked["References"] == asked["In-Reply-To"] == acknowledgement["References"]
    assert asked["Auto-Submitted"] is None

    # Nobody answers: one reminder on Friday; on Sunday the customer answers on the page, with a file.
    service.let_pass(days=5)
    (reminder,) = service.new_mails(CUSTOMER)
    assert "counts as resolved from Mon 30 Nov 2026, 2:28 pm AEST unless you write" in said(reminder)
    customer.goto(link_in(reminder, "your-request"))
    expect(customer.get_by_role("main")).to_contain_text("Counts as resolved from Mon 30 Nov 2026, 2:28 pm AEST unless you write")
    expect(customer.get_by_role("main")).to_contain_text("Accepted by the mail server")
    note = tmp_path / "where.txt"
    note.write_text("Australia")
    customer.get_by_label("Your answer").fill("For Australia, please.")
    customer.locator("input[type=file]").set_input_files(note)
    expect(customer.get_by_text("where.txt").first).to_be_visible()
    customer.get_by_role("button", name="Send reply").click()
    expect(customer.get_by_role("main")).to_contain_text("For Australia, please.")
    assert service.new_mails(CUSTOMER) == []
    wrote = service.new_mails(TEAM)[-1]
    assert "For Australia, please." in said(wrote)
    assert [part.get_filename() for part in files_of(wrote)] == ["where.txt"]

    # Monday morning: the morning letter leads to the queue, the queue to the ticket, which is resolved with a reason.
    service.let_pass(days=2)
    morning = next(mail for mail in service.new_mails(TEAM) if "/staff-queue/" in said(mail) and "Undelivered" in said(mail))
    # Meanwhile the browser is known, and the first letter's link opens by itself.
    staff.goto(link_in(news, "staff-door"))
    expect(staff.get_by_label("Your reply")).to_be_visible()
    staff.goto(link_in(morning, "staff-queue"))
    staff.get_by_role("link", name="Where is the price list?").click()
    resolve = staff.locator("#act-resolve")
    resolve.locator("summary").click()
    resolve.get_by_label("Reason").select_option("Answered")
    resolve.get_by_label("What we tell the customer").fill("The prices are at the foot of the home page.")
    resolve.get_by_label("Was there an underlying problem", exact=False).fill("The link to them was missing in the menu.")
    resolve.get_by_role("button").click()
    expect(staff.get_by_role("main")).to_contain_text("The prices are at the foot of the home page.")
    (resolved,) = service.new_mails(CUSTOMER)
    assert "The link to them was missing in the menu." in said(resolved)
    assert "Answered" in said(resolved)
    assert "closes Mon 7 Dec 2026" in said(resolved)

    # It was not solved after all.
    customer.goto(page_of_ticket)
    customer.get_by_role("button", name="This did not solve it").click()
    expect(customer.get_by_role("main")).to_contain_text("Tue 1 Dec 2026")
    (reopened,) = service.new_mails(CUSTOMER)
    assert "open again" in said(reopened)
    staff.reload()
    staff.get_by_label("Your reply").fill("Which prices do you miss?")
    staff.get_by_role("radio", name=re.compile("wait for their answer")).check()
    staff.get_by_role("button", name="Send reply").click()
    expect(staff.get_by_role("main")).to_contain_text("Which prices do you miss?")
    service.new_mails(CUSTOMER)

    # Silence: a reminder, resolved without a response after a week, closed after another.
    service.let_pass(days=15)
    silence = service.new_mails(CUSTOMER)
    assert len(silence) == 3, subjects(silence)
    assert "No response from the customer" in said(silence[1])
    assert "You can re-open the ticket at any time" in said(silence[2])
    customer.goto(link_in(silence[2], "your-request"))
    expect(customer.get_by_role("main")).to_contain_text("Closed")

    # Two years later the link in the closure notification opens it again.
    service.clock.pass_(days=730)
    customer.reload()
    customer.get_by_label("Your message").fill("It is gone again.")
    customer.get_by_role("button", name="Send and re-open").click()
    expect(customer.get_by_role("main")).to_contain_text("It is gone again.")
    (again,) = service.new_mails(CUSTOMER)
    assert "open again" in said(again)

    # The team's old link has expired; a fresh one goes to the address that had it, and nowhere else.
    staff.goto(link_in(direct, "staff-ticket"))
    staff.get_by_role("button", name="Email me a fresh link").click()
    fresh = next(mail for mail in service.new_mails(TEAM) if "fresh" in mail["Subject"].lower() or "link" in mail["Subject"].lower())
    staff.goto(link_in(fresh, "staff-ticket"))
    expect(staff.get_by_role("main")).to_contain_text("It is gone again.")
