"""The HTML of every letter as a telephone shows it."""

import pytest
from playwright.sync_api import Browser

from formapp.mail.html_body import html_body, read_blocks
from formapp.mail.letter import Letter
from formapp.mail.letters import Answer
from formapp.policy.policy import Policy
from tests.axe import faults_of
from tests.mail.letter_samples import FILES, customer_letters, team_letters, to_team
from tests.mail.life_letter_samples import answered, life_letters, team_life_letters

pytestmark = pytest.mark.browser

WIDTH = 320
# All wear one layout; these two have all that can stand in it.
HAVE_ALL = ("feedback-digest", "ticket-answered")


def everything(policy: Policy) -> list[Letter]:
    """Return every letter, and two with words that are longer than any line."""
    by_purpose = team_letters() | team_life_letters() | customer_letters(policy) | life_letters(policy)
    word, link = "x" * 500, f"https://support.billycart.com/{'t' * 300}"
    endless = [
        to_team(summary=word, answers=[Answer(word, word)], files=FILES, link=link),
        answered(policy, text=f"{word} {link}", link=link),
    ]
    return [*by_purpose.values(), *endless]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_letter_is_wider_than_a_telephone_or_hard_to_read(browser: Browser, policy: Policy, scheme: str) -> None:
    context = browser.new_context(viewport={"width": WIDTH, "height": 640}, color_scheme=scheme, offline=True)  # type: ignore[arg-type]
    page = context.new_page()
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    for letter in everything(policy):
        page.set_content(html_body(letter.body, subject=letter.subject, sender="Billycart Support", quotes_us=letter.quotes_us))
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, letter.purpose
        if letter.purpose in HAVE_ALL:
            assert faults_of(page) == [], letter.purpose
    assert asked_for == []
    context.close()


def test_what_is_looked_at_closely_has_every_structure(policy: Policy) -> None:
    def kinds(letters: list[Letter]) -> set[str]:
        return {block.kind for letter in letters for block in read_blocks(letter.body)}

    letters = everything(policy)
    assert kinds([letter for letter in letters if letter.purpose in HAVE_ALL]) == kinds(letters)


def test_a_letter_without_its_styles_still_reads_in_order(browser: Browser, policy: Policy) -> None:
    letter = answered(policy)
    html = html_body(letter.body, subject=letter.subject, sender="Billycart Support", quotes_us=True)
    page = browser.new_page()
    page.set_content(html.partition("<style>")[0] + html.partition("</style>")[2])
    said = page.locator("main").inner_text()
    places = [said.index(words) for words in ("we wrote this", "we can see", "statement.pdf", "What happens next", "How to answer")]
    assert places == sorted(places)
    page.close()
