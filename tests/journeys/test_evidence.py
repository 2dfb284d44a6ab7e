"""What would help us to help, and the priority that the answers suggest."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from formapp.policy.policy import Policy
from tests.axe import faults_of, settle
from tests.journeys.test_attachments import choose, picture

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
Visit = Callable[..., Page]


def hint(page: Page) -> Locator:
    return page.locator("[data-hc-evidence]")


def test_the_hint_says_what_is_still_missing_in_the_policys_words(visit: Visit):
    page = visit("/contact/ticket/")
    expect(page.get_by_label("Browser")).not_to_have_value("")
    expect(hint(page)).to_be_hidden()
    for other in ("General Enquiry", "Feature Request"):
        page.get_by_label(other).check()
        expect(hint(page)).to_be_hidden()
    page.get_by_label("Incident", exact=True).check()
    # What we filled in ourselves is no merit of the reader's.
    expect(hint(page)).to_have_text(
        "What helps us most: a description of the problem or question; the area of the application; the extent: does it happen to more "
        "than one person; the impact on your business; the browser you use; screenshots and attachments that matter."
    )
    page.get_by_label("Summary").fill("Invoice PDF is blank")
    expect(hint(page)).to_contain_text("You have told us 1 of the 6 things that help us most.")
    page.get_by_label("What happened?").fill("Every invoice is blank")
    page.get_by_label("Several people").check()
    expect(hint(page)).to_have_text(
        "You have told us 3 of the 6 things that help us most. It would also help to add: the area of the application; "
        "the impact on your business; screenshots and attachments that matter."
    )
    page.get_by_label("Area of the application").select_option("Reports and exports")
    page.get_by_label("How does this affect your business?").fill("Nobody can send an invoice")
    expect(hint(page)).to_contain_text("You have told us 5 of the 6")
    choose(page, picture("one.png"))
    expect(hint(page)).to_have_text("You have told us everything that helps us most.")
    page.get_by_role("button", name="Remove one.png").click()
    expect(hint(page)).to_contain_text("You have told us 5 of the 6")
    # Nobody's screen reader is interrupted by it.
    assert hint(page).get_attribute("role") is None
    assert hint(page).get_attribute("aria-live") is None


def test_the_answers_suggest_a_priority_and_the_promise_follows(visit: Visit, policy: Policy):
    page = visit("/contact/ticket/")
    suggestion = page.locator("[data-hc-suggestion]")
    effect = page.get_by_role("group", name="How badly does this affect your work?")
    situation = page.get_by_role("group", name="Which of these describes the incident best?")
    page.get_by_label("General Enquiry").check()
    expect(effect).to_be_hidden()
    expect(situation).to_be_hidden()

    with page.expect_request("**/api/promise?type=incident"):
        page.get_by_label("Incident", exact=True).check()
    page.get_by_label("Several people").check()
    expect(suggestion).to_be_empty()
    chosen = policy.ticket_form.effects[2]
    level = next(one for one in policy.priorities if one.level == chosen.suggests["several"])
    with page.expect_request(f"**/api/promise?type=incident&priority={level.level}"):
        effect.get_by_label(chosen.text).check()
    expect(suggestion).to_have_text(
        f"Your answers suggest {level.level}: {level.headline}. We aim to respond within {level.target_hours:g} business hours. "
        "If another description fits better, choose it below."
    )
    # The customer may disagree.
    with page.expect_request("**/api/promise?type=incident&priority=P5"):
        situation.get_by_label("(P5)").check()
    expect(suggestion).to_have_text(f"Your answers suggest {level.level}; you chose P5. We may correct the priority with you.")
    with page.expect_request(f"**/api/promise?type=incident&priority={level.level}"):
        situation.get_by_label("I’m not sure").check()
    expect(suggestion).to_contain_text("If another description fits better")
    situation.get_by_label(f"({level.level})").check()
    expect(suggestion).to_have_text(
        f"Your answers suggest {level.level}: {level.headline}. We aim to respond within {level.target_hours:g} business hours."
    )

    page.get_by_label("General Enquiry").check()
    expect(suggestion).to_be_empty()
    expect(effect).to_be_hidden()
    page.get_by_label("Incident", exact=True).check()
    expect(effect.get_by_label(chosen.text)).to_be_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hint_and_suggestion_fit_a_narrow_window_and_axe_finds_nothing(visit: Visit, policy: Policy, scheme: str):
    page = visit("/contact/ticket/", viewport={"width": 320, "height": 800}, color_scheme=scheme)
    page.get_by_label("Incident", exact=True).check()
    page.get_by_label("Several people").check()
    page.get_by_label(policy.ticket_form.effects[0].text).check()
    expect(page.locator("[data-hc-suggestion]")).to_contain_text("Your answers suggest")
    settle(page)
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
