"""The pages of staff in a real browser: in both schemes, on a telephone and on a screen, by keyboard, without a script."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from sqlalchemy import select, update

from formapp.app import create_app
from formapp.models import Attachment, IncomingMail, Ticket
from formapp.rules.lifecycle import Status
from formapp.runtime import Runtime
from formapp.services import customer_acts, staff_acts
from formapp.services.ticket_life import Came
from tests import rows
from tests.app_server import listening
from tests.axe import COVERED, faults_of, settle
from tests.clock import Clock
from tests.sample_files import SAMPLES
from tests.services import lived_tickets as lived
from tests.services.life import Life
from tests.web.staff_page import PLACES, last_message, queue_path

pytestmark = pytest.mark.browser
SIZES = [(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")]
PNG = {"name": "screen.png", "mimeType": "image/png", "buffer": SAMPLES["png"]}
REFUSED = ("status of 409", "status of 422", "status of 410", "status of 503", "ERR_FAILED")


@dataclass(frozen=True)
class Served:
    """The service's address, its lives, and where each page is."""

    url: str
    life: Life
    runtime: Runtime

    def ticket(self, number: int) -> str:
        return self.url + PLACES["by its own link"](self.runtime)(number)

    @property
    def queue(self) -> str:
        return self.url + queue_path(self.runtime)

    @property
    def review(self) -> str:
        return f"{self.queue}review/"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The pages are the same on either database."""
    return sqlite_url


@pytest.fixture
def served(runtime: Runtime, clock: Clock, built_site: Path) -> Iterator[Served]:
    runtime = replace(runtime, settings=runtime.settings.model_copy(update={"site_dir": built_site}))
    with listening(create_app(runtime)) as port:
        yield Served(f"http://localhost:{port}", Life(runtime, clock), runtime)


Opens = Callable[..., Page]


@pytest.fixture
def opens(browser: Browser) -> Iterator[Opens]:
    """Open an address in a page in which nothing may go wrong; what the service refuses, the browser says by itself."""
    contexts, complaints = [], []

    def opened(address: str, width: int = 1280, scheme: str = "light", **how: bool) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, **how)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [one for one in complaints if not any(known in one for known in REFUSED)] == []


def check(page: Page, what: str, sizes: Sequence[tuple[int, str]] = SIZES) -> None:
    """Axe finds nothing, and nothing is wider than the window, at any size in any scheme."""
    for width, scheme in sizes:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        settle(page)
        assert faults_of(page) == [], (what, width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (what, width)


def mails_that_wait(served: Served, number: int) -> None:
    """Let three mails wait: one with all that a mail can have, one with nothing, and one in another script that names the ticket."""
    nothing = dict.fromkeys(("subject", "from_address", "from_name", "text"))
    files = [{"name": f"{'x' * 120}.pdf", "type": "application/pdf", "size": 2_345_678}]
    long = {"subject": "W" * 300, "from_name": "N" * 300, "text": f"{'a' * 900}\n" + "One more line.\n" * 40, "files": files}
    foreign = {"subject": "شكرا جزيلا", "from_name": "أحمد", "text": "مرحبا،\nلا أستطيع الطباعة.", "ticket_number": number}
    unread = {"state": "unreadable", "kind": "unreadable", "is_cut": True, "outcome": "It could not be read: it took too long"} | nothing
    with served.runtime.database.transaction() as session:
        session.add_all([rows.incoming_mail(**one) for one in (unread, long, foreign)])


def button(page: Page, does: str, mail: str) -> Locator:
    """Return the button of a mail, as it is read out: with what it does and the mail's subject."""
    return page.get_by_role("button", name=re.compile(f"^{does} ?: {mail}"))


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")


def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(opens: Opens, served: Served):
    life = served.life
    lived.escalated(life)
    life.do(staff_acts.answer_escalation, 1001, lived.STAFF_ACT, text="Our lead looks at it.")
    life.escalate(1001, impact="It stops us every day now.")
    lived.resolved(life, email="ann@example.net", summary="A" * 150, company="B" * 120)
    lived.undelivered(life, email="b@example.net", name="C" * 120)
    life.clock.pass_(days=2)
    with served.runtime.database.transaction() as session:
        session.execute(update(Attachment).where(Attachment.name == "screen.log").values(held_because="it has not been scanned yet"))
        session.execute(update(Ticket).where(Ticket.number == 1003).values(suspect_because="the hidden field was filled in"))
        session.execute(update(Ticket).where(Ticket.number == 1003).values(email="zoë@example.net"))
    page = opens(served.queue)
    check(page, "queue")
    assert page.evaluate("getComputedStyle(document.querySelector('.hc-counts__list')).display") == "grid"
    for number, sizes in ((1001, SIZES), (1002, SIZES), (1003, SIZES[1:3])):
        page.goto(f"{served.ticket(number)}?done=resolve#done")
        unfold(page)
        check(page, str(number), sizes)
    life.clock.pass_(days=40)
    page.reload()
    check(page, "expired", SIZES[1:3])


def test_who_is_slower_keeps_text_and_files_and_sees_what_was_done(opens: Opens, served: Served):
    number = lived.answered(served.life)
    page = opens(served.ticket(number))
    page.get_by_label("Your reply").fill("Mine: try again.")
    page.get_by_label("We are: this is an update").check()
    page.locator("#files").set_input_files(PNG)
    expect(page.locator("[data-hc-files-status]")).to_have_text("1 file added")
    served.life.clock.pass_(minutes=2)
    served.life.do(staff_acts.note, number, lived.STAFF_ACT, text="Theirs: I am on it.")
    page.get_by_role("button", name="Send reply").click()
    summary = page.locator("[data-hc-error-summary]")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Your reply")).to_have_value("Mine: try again.")
    expect(page.locator("form[data-hc-form] .hc-kept-file__name")).to_have_text("screen.png")
    check(page, "stale")
    summary.get_by_role("link").first.click()
    new = page.locator(".hc-log-entry--new")
    expect(new).to_be_focused()
    expect(new).to_contain_text("Theirs: I am on it.")
    expect(new).to_be_in_viewport()
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#done")).to_have_text("Your reply is on its way to the customer.")
    expect(page.locator("#done")).to_be_focused()
    assert last_message(served.runtime)[2] == "Mine: try again."
    with served.runtime.database.reading() as session:
        assert session.scalars(select(Attachment.name).where(Attachment.message_id.is_not(None))).all()[-1] == "screen.png"
    # What has been sent is not put back.
    expect(page.get_by_label("Your reply")).to_have_value("")


def test_a_reply_to_a_ticket_that_was_resolved_meanwhile_stands_where_it_is_opened_again(opens: Opens, served: Served):
    number = lived.answered(served.life)
    page = opens(served.ticket(number))
    page.get_by_label("Your reply").fill("There is more to it.")
    page.get_by_label("We are: this is an update").check()
    served.life.do(staff_acts.resolve, number, lived.STAFF_ACT, reason="Fixed", text="Done.")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("[data-hc-error-summary]")).to_be_focused()
    expect(page.locator("#reopen-text")).to_have_value("There is more to it.")
    page.get_by_role("button", name="Re-open the ticket").last.click()
    expect(page.locator("#done")).to_have_text("The ticket is open again, and the customer is told.")


def test_a_reply_that_cannot_be_sent_stays_and_goes_with_the_next_try(opens: Opens, served: Served):
    number = lived.new(served.life)
    page = opens(served.ticket(number), width=320)

    def fail(route: Route) -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.fallback()

    page.route("**/staff-ticket/**", fail)
    page.get_by_label("Your reply").fill("Which browser is it?")
    page.get_by_label("The customer: wait").check()
    page.get_by_role("button", name="Send reply").click()
    failed = page.locator("[data-hc-failed]")
    expect(failed).to_contain_text("Your reply could not be sent. Your text is still here.")
    settle(page)
    assert faults_of(page) == []
    page.unroute("**/staff-ticket/**")
    failed.get_by_role("button", name="Try again").click()
    expect(page.locator("#done")).to_be_visible()
    assert last_message(served.runtime)[2] == "Which browser is it?"
    assert served.life.status(number) is Status.WAITING


def test_everything_is_reached_and_sent_by_keyboard(opens: Opens, served: Served):
    number = lived.new(served.life)
    page = opens(served.ticket(number), width=320)
    page.get_by_role("link", name="Reply or act").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#acts")).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your reply")).to_be_focused()
    # A note, which is folded away.
    page.locator("#act-note summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("The font again.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_have_text("Your note is kept.")
    assert last_message(served.runtime)[2] == "The font again."


@pytest.mark.parametrize("what", ["ticket", "queue", "review"])
def test_no_stop_of_the_keyboard_hides_under_the_header(opens: Opens, served: Served, what: str):
    number = lived.escalated(served.life)
    mails_that_wait(served, number)
    page = opens({"ticket": served.ticket(number), "queue": served.queue, "review": served.review}[what], width=320)
    unfold(page)
    for key in ("Tab", "Shift+Tab"):
        for _ in range(45):
            page.keyboard.press(key)
            assert page.evaluate(COVERED) is None


def test_an_error_unfolds_its_form_and_its_link_leads_to_the_field(opens: Opens, served: Served):
    page = opens(served.ticket(lived.new(served.life)))
    page.locator("#act-resolve summary").click()
    page.get_by_role("button", name="Resolve the ticket").click()
    expect(page.locator("[data-hc-error-summary]")).to_be_focused()
    page.get_by_role("link", name="Select the reason").click()
    expect(page.get_by_label("Reason")).to_be_focused()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_three_mails_are_decided_on_by_keyboard_with_and_without_a_script(opens: Opens, served: Served, has_scripts: bool):
    number = lived.new(served.life)
    mails_that_wait(served, number)
    page = opens(served.queue, width=320, java_script_enabled=has_scripts)
    page.get_by_role("link", name="3 Emails to review").click()
    cards, done = page.locator(".hc-review__mail"), page.locator("#done")
    expect(cards).to_have_count(3)
    # On the ticket that it names, by Enter in the field.
    page.get_by_label("Ticket ID to attach it to: شكرا جزيلا").press("Enter")
    expect(done).to_have_text("The email is being put on BC-1001. That takes a few seconds.")
    if has_scripts:
        expect(done).to_be_focused()
    # On one that there is not, and then in a ticket of its own.
    page.get_by_label("Ticket ID to attach it to: WWW").fill("bc 77")
    button(page, "Attach to ticket", "WWW").press("Enter")
    if has_scripts:
        expect(page.locator("[data-hc-error-summary]")).to_be_focused()
    page.get_by_role("link", name="there is no BC-77").press("Enter")
    if has_scripts:
        expect(page.get_by_label("Ticket ID to attach it to: WWW")).to_be_focused()
    page.get_by_text("Show the rest of the text").first.click()
    expect(page.get_by_text("One more line.").last).to_be_visible()
    button(page, "Make a ticket", "WWW").press("Enter")
    expect(done).to_have_text("A ticket is being made of the email. That takes a few seconds.")
    # Set aside, put back, and set aside.
    button(page, "Set aside as junk", "An email that could not be read").press("Enter")
    expect(done).to_have_text("The email is set aside as junk.")
    page.get_by_role("button", name="Put it back").press("Enter")
    expect(done).to_have_text("The email waits for review again.")
    page.get_by_role("button", name="Set aside as junk").press("Enter")
    expect(page.get_by_text("No email waits for review.")).to_be_visible()
    with served.runtime.database.reading() as session:
        decided = select(IncomingMail.state, IncomingMail.decision, IncomingMail.ticket_number).order_by(IncomingMail.id)
        assert [tuple(row) for row in session.execute(decided)] == [
            ("junk", "junk", None),
            ("new", "ticket", None),
            ("new", "attach", number),
        ]


def test_who_decides_on_a_mail_second_is_told_so_in_words_that_have_the_focus(opens: Opens, served: Served):
    mails_that_wait(served, lived.new(served.life))
    slower, faster = opens(served.review), opens(served.review)
    button(faster, "Set aside as junk", "WWW").click()
    button(slower, "Make a ticket", "WWW").click()
    expect(slower.locator("#done")).to_be_focused()
    expect(slower.locator("#done")).to_contain_text("Somebody has set it aside as junk, and nothing of yours has been done.")
    check(slower, "taken", SIZES[1:3])


def test_axe_finds_nothing_on_the_page_of_the_mails_that_wait(opens: Opens, served: Served):
    mails_that_wait(served, lived.new(served.life))
    page = opens(served.review)
    check(page, "folded", SIZES[1:3])
    unfold(page)
    check(page, "review")
    page.get_by_label("Ticket ID to attach it to: WWW").fill("x")
    button(page, "Attach to ticket", "WWW").click()
    check(page, "error", SIZES[1:3])
    page.goto(served.review)
    button(page, "Set aside as junk", "WWW").click()
    check(page, "done", SIZES[1:3])


def test_axe_finds_nothing_on_a_ticket_with_mail_of_its_customer_and_of_somebody_else(opens: Opens, served: Served):
    number = lived.new(served.life)
    for flag in (None, "It came from another address than the ticket’s"):
        with served.runtime.database.transaction() as session:
            session.add(mail := rows.incoming_mail(state="done", text=f"{'x' * 300}\n> {'y' * 300}"))
        came = Came(mail.id, f"{'e' * 60}@example.net", flag)
        served.life.do(customer_acts.customer_writes, number, lived.CUSTOMER_ACT, text="x" * 300, came=came)
    for address in (served.ticket(number), served.url + served.runtime.links.ticket_path(number)):
        page = opens(address)
        unfold(page)
        check(page, address.split("/")[3])


def test_all_of_it_works_without_a_script(opens: Opens, served: Served):
    number = lived.new(served.life)
    page = opens(served.ticket(number), java_script_enabled=False)
    page.get_by_label("Your reply").fill("Which browser is it?")
    page.locator("#files").set_input_files(PNG)
    page.get_by_role("button", name="Send reply").click()
    # Nobody said who is next: text and file are kept.
    expect(page.get_by_label("Your reply")).to_have_value("Which browser is it?")
    expect(page.locator("form[data-hc-form] .hc-kept-file__name")).to_have_text("screen.png")
    page.get_by_label("The customer: wait").check()
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#done")).to_have_text("Your reply is on its way to the customer.")
    page.locator("#act-resolve summary").click()
    page.get_by_label("Reason").select_option("Fixed")
    page.locator("#resolve-text").fill("It prints again.")
    page.get_by_role("button", name="Resolve the ticket").click()
    expect(page.locator(".hc-badge").first).to_have_text("Resolved")
    page.goto(served.queue)
    page.get_by_label("Show").select_option("Resolved")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_counts_keep_themselves_up_to_date_while_somebody_looks(opens: Opens, served: Served):
    lived.new(served.life)
    page = opens("about:blank")
    page.clock.install()
    page.goto(served.queue)
    said = page.locator("[data-hc-counts-said]")
    opened = page.locator("[data-hc-count=open]")
    expect(opened).to_have_text("1")
    page.clock.run_for(20_500)
    # Nothing has changed, and nothing is said.
    expect(said).to_have_text("")
    lived.new(served.life, email="ann@example.net")
    with page.expect_response("**/counts"):
        page.clock.run_for(20_500)
    expect(opened).to_have_text("2")
    expect(said).to_contain_text("Open: 2. Load the page again to see the tickets.")
    page.route("**/counts", lambda route: route.fulfill(status=503))
    with page.expect_response("**/counts"):
        page.clock.run_for(20_500)
    expect(said).to_contain_text("The numbers cannot be refreshed since")
    assert faults_of(page, "main") == []
    page.unroute("**/counts")
    with page.expect_response("**/counts"):
        page.clock.run_for(20_500)
    expect(said).to_have_text("The numbers are up to date again.")
    served.life.clock.pass_(days=40)
    with page.expect_response("**/counts"):
        page.clock.run_for(20_500)
    expect(said).to_have_text("This link no longer opens the queue. Load the page again to see why.")


def test_a_page_that_nobody_looks_at_asks_for_nothing(opens: Opens, served: Served):
    page = opens("about:blank")
    page.clock.install()
    page.goto(served.queue)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/counts") else None)
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.clock.run_for(120_000)
    assert asked == []
    page.evaluate("Object.defineProperty(document, 'hidden', { value: false, configurable: true })")
    with page.expect_response("**/counts"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
