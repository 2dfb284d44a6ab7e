"""The proof of work in a browser: the vendored widget and the Python library understand each other, and nobody notices them."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.axe import faults_of
from tests.journeys.proof_page import FORM, PAGE, ProofServer, proof_server

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
HAS_PROOF = "() => document.querySelector('form').elements.proof.value !== ''"
READY = "(ms) => hcProof.ready(document.querySelector('form'), ms).then(() => document.querySelector('form').elements.proof.value)"
TAKES = "(ms) => { const t = performance.now(); return hcProof.ready(document.forms[0], ms).then(() => performance.now() - t) }"
# Where Tab leads from the first field, and at last out of the page.
TAB_ORDER = ["more", "BUTTON", "BODY"]


@pytest.fixture
def server() -> Iterator[ProofServer]:
    with proof_server() as running:
        yield running


@pytest.fixture
def said() -> list[str]:
    """What the pages' consoles have said."""
    return []


@pytest.fixture
def visit(browser: Browser, server: ProofServer, said: list[str]) -> Iterator[Visit]:
    """Open the page as a new reader; nothing may go wrong in it, and nobody else may be asked."""
    contexts = []
    complaints: list[str] = []

    def visit_(url: str = server.url, before: Callable[[Page], None] = lambda page: None) -> Page:
        context = browser.new_context()
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: said.append(line.text))
        page.on("request", lambda sent: None if sent.url.startswith((url, "data:")) else complaints.append(sent.url))
        before(page)
        page.goto(url)
        return page

    yield visit_
    for context in contexts:
        context.close()
    assert complaints == []
    assert [line for line in said if "Content Security Policy" in line] == []


def proof_in(page: Page) -> str:
    return str(page.locator("[name=proof]").input_value())


def test_the_widget_solves_what_the_library_asks_and_the_library_believes_it(visit: Visit, server: ProofServer, said: list[str]):
    page = visit()
    page.locator("#summary").focus()
    page.wait_for_function(HAS_PROOF)
    proof = server.proven(proof_in(page))
    assert proof
    assert len(proof_in(page)) < 1500
    assert said == []


def test_nothing_is_loaded_until_somebody_enters_the_form(visit: Visit, server: ProofServer):
    page = visit()
    page.locator("h1").click()
    assert server.asked == ["/", "/assets/proof.js"]
    page.locator("#summary").focus()
    page.wait_for_function(HAS_PROOF)
    # One worker or the other may have its script from the browser's cache.
    assert list(dict.fromkeys(server.asked[2:])) == [
        "/assets/vendor/altcha/altcha.min.js",
        "/api/challenge",
        "/assets/vendor/altcha/pbkdf2.js",
    ]


def test_somebody_who_goes_on_in_the_form_makes_one_proof(visit: Visit, server: ProofServer):
    page = visit()
    page.locator("#summary").press_sequentially("The export is empty")
    page.locator("#more").press_sequentially("Since this morning.")
    page.wait_for_function(HAS_PROOF)
    page.locator("#summary").press_sequentially(", again")
    page.evaluate(READY, 3000)
    assert server.challenges() == 1


def test_nothing_of_it_is_seen_heard_or_reached_by_keyboard(visit: Visit, server: ProofServer):
    server.may_answer.clear()
    page = visit()
    looks, tree = page.screenshot(), page.locator("body").aria_snapshot()
    for _ in range(3):
        assert tab_order(page) == TAB_ORDER
        assert page.locator("body").aria_snapshot() == tree
        assert faults_of(page, "main") == []
        assert "altcha" not in page.evaluate("() => [...new FormData(document.querySelector('form')).keys()].join()")
        server.may_answer.set()
        page.evaluate(READY, 20_000)
    page.evaluate("() => document.activeElement.blur()")
    assert page.screenshot() == looks
    assert page.locator("altcha-widget").count() == 0


def test_while_it_works_the_widget_is_not_rendered(visit: Visit):
    worker: list[Route] = []
    page = visit(before=lambda page: page.route("**/pbkdf2.js", lambda route: worker.append(route)))
    tree = page.locator("body").aria_snapshot()
    page.locator("#summary").focus()
    widget = page.locator("altcha-widget")
    expect(widget).to_be_attached()
    expect(widget.locator("input[type=checkbox]")).to_be_attached()
    expect(widget).to_be_hidden()
    assert page.locator("body").aria_snapshot() == tree
    assert tab_order(page) == TAB_ORDER
    assert faults_of(page) == faults_of(page, "main") == []
    for route in worker:
        route.continue_()
    page.wait_for_function(HAS_PROOF)
    expect(widget).to_have_count(0)


def tab_order(page: Page) -> list[str]:
    page.locator("#summary").focus()
    visited = []
    for _ in TAB_ORDER:
        page.keyboard.press("Tab")
        visited.append(page.evaluate("() => document.activeElement.id || document.activeElement.tagName"))
    return visited


@pytest.mark.parametrize("status", [429, 500, 404, 503])
def test_without_a_challenge_the_form_goes_without_a_proof_at_once(visit: Visit, server: ProofServer, status: int):
    server.challenge_status = status
    page = visit()
    # Whoever waits next, waits for nothing and asks for nothing.
    for at_most in (10_000, 100):
        assert page.evaluate(TAKES, 60_000) < at_most
    assert proof_in(page) == ""
    assert server.challenges() == 1


def test_a_challenge_that_is_no_json_is_none(visit: Visit):
    page = visit(before=lambda page: page.route("**/api/challenge", lambda route: route.fulfill(body="<h1>Log in to the network</h1>")))
    assert page.evaluate(READY, 60_000) == ""


@pytest.mark.parametrize("blocked", ["**/altcha.min.js", "**/pbkdf2.js", "**/api/challenge"])
def test_whatever_is_blocked_the_form_goes_without_a_proof_at_once(visit: Visit, blocked: str):
    page = visit(before=lambda page: page.route(blocked, lambda route: route.abort()))
    assert page.evaluate(TAKES, 60_000) < 10_000
    assert proof_in(page) == ""


def test_nobody_waits_longer_than_they_said(visit: Visit, server: ProofServer):
    server.may_answer.clear()
    page = visit()
    assert 290 < page.evaluate(TAKES, 300) < 3000
    assert proof_in(page) == ""
    server.may_answer.set()
    page.wait_for_function(HAS_PROOF)


def test_after_a_failure_it_is_left_alone_for_a_minute_and_then_tried_again(visit: Visit, server: ProofServer):
    server.challenge_status = 500
    page = visit(before=lambda page: page.clock.install())
    page.evaluate(READY, 60_000)
    server.challenge_status = 200
    page.locator("#summary").press_sequentially("x")
    assert server.challenges() == 1
    page.clock.fast_forward("01:01")
    page.locator("#summary").press_sequentially("x")
    page.wait_for_function(HAS_PROOF)
    assert server.challenges() == 2


@pytest.mark.parametrize(
    "missing",
    [
        "Object.defineProperty(crypto, 'subtle', {value: undefined})",
        "delete window.Worker",
        "Object.defineProperty(window, 'customElements', {value: undefined})",
    ],
)
def test_a_browser_that_cannot_do_it_asks_for_nothing(visit: Visit, server: ProofServer, missing: str, said: list[str]):
    page = visit(before=lambda page: page.add_init_script(missing))
    page.locator("#summary").focus()
    assert page.evaluate(READY, 60_000) == ""
    assert server.asked == ["/", "/assets/proof.js"]
    assert said == []


def test_over_plain_http_from_another_machine_it_asks_for_nothing(visit: Visit, server: ProofServer):
    asked = []

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://help.example.test")
        asked.append(path)
        script = path == "/assets/proof.js" and route.fetch(url=server.url + path).body()
        route.fulfill(body=script, content_type="text/javascript") if script else route.fulfill(body=PAGE, content_type="text/html")

    page = visit("http://help.example.test", before=lambda page: page.route("http://help.example.test/**", answer))
    assert page.evaluate("isSecureContext") is False
    page.locator("#summary").focus()
    assert page.evaluate(READY, 60_000) == ""
    assert asked == ["/", "/assets/proof.js"]


@pytest.mark.parametrize("moment", ["1999-12-31T12:00:00Z", "2051-01-01T00:00:00Z"])
def test_a_reader_whose_clock_is_wrong_makes_a_proof_as_well(visit: Visit, server: ProofServer, moment: str):
    page = visit(before=lambda page: page.clock.install(time=moment))
    page.locator("#summary").focus()
    page.wait_for_function(HAS_PROOF)
    assert server.proven(proof_in(page))


def test_an_old_proof_is_exchanged_for_a_new_one_before_it_expires(visit: Visit, server: ProofServer):
    page = visit(before=lambda page: page.clock.install())
    page.locator("#summary").focus()
    page.wait_for_function(HAS_PROOF)
    first = proof_in(page)
    page.clock.fast_forward("18:01")
    page.wait_for_function("(first) => document.forms[0].elements.proof.value !== first", arg=first)
    assert server.proven(proof_in(page)) != server.proven(first)
    assert server.challenges() == 2


def test_a_used_proof_that_the_browser_brings_back_is_exchanged(visit: Visit, server: ProofServer):
    page = visit()
    for _ in range(2):
        page.evaluate("() => { document.forms[0].elements.proof.value = 'used' }")
        assert server.proven(page.evaluate(READY, 20_000))
    assert server.challenges() == 2


def test_a_form_that_is_put_into_the_page_later_gets_a_proof_of_its_own(visit: Visit, server: ProofServer):
    page = visit()
    page.locator("#summary").focus()
    page.wait_for_function(HAS_PROOF)
    first = proof_in(page)
    page.evaluate("(html) => { document.querySelector('main').innerHTML = html }", FORM)
    assert proof_in(page) == ""
    page.locator("#summary").focus()
    page.wait_for_function(HAS_PROOF)
    assert server.proven(proof_in(page)) != server.proven(first)


def test_a_form_without_the_field_is_left_alone(visit: Visit, server: ProofServer):
    page = visit()
    page.evaluate("() => document.querySelector('[name=proof]').remove()")
    page.locator("#summary").focus()
    assert page.evaluate("() => hcProof.ready(document.forms[0], 60000).then(() => 'ready')") == "ready"
    assert server.challenges() == 0
