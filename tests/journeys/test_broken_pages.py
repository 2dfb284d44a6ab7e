"""Pages of an older build, and pages of which a script is missing or broken."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.journeys.test_sending import send
from tests.journeys.test_ticket import fill_in
from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
Visit = Callable[..., Page]


@pytest.mark.parametrize("old", ["[data-hc-sending]", "[data-hc-failed]", "[data-hc-facts]"])
def test_e30_a_page_from_an_older_build_is_sent_by_the_browser_itself(visit: Visit, old: str):
    page = visit("/contact/")

    def older(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace(old.strip("[]"), "data-hc-older"))

    page.route("**/contact/ticket/", older, times=1)
    page.get_by_role("main").get_by_role("link", name="Report a problem").first.click()
    page.get_by_label("General Enquiry").check()
    fill_in(page, f"older{old.strip('[]')}@example.net")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")


@pytest.mark.parametrize(
    "broken", ["forms", "answers", "browser", "exchange", "failed", "send", "file-list", "attachments", "suggestions", "proof"]
)
@pytest.mark.parametrize("how", ["missing", "throws"])
def test_e31_whichever_script_breaks_the_form_is_sent(browser: Browser, service: Service, broken: str, how: str):
    context = browser.new_context()
    page = context.new_page()
    answer = {"status": 404, "body": ""} if how == "missing" else {"status": 200, "body": "throw new Error('broken')"}
    page.route(f"**/assets/{broken}.js", lambda route: route.fulfill(content_type="text/javascript", **answer))  # type: ignore[arg-type]
    page.goto(f"{service.base_url}/contact/ticket/")
    page.get_by_label("General Enquiry").check()
    fill_in(page, f"{broken}.{how}@example.net")
    page.locator("#files").set_input_files([{"name": "note.txt", "mimeType": "text/plain", "buffer": b"A note."}])
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Request received")
    expect(page.get_by_role("main")).to_contain_text("note.txt")
    context.close()
