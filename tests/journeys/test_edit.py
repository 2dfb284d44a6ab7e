"""An editor reads what readers said beside the text that they write, and settles it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from formapp.articles.revision import revision_of
from formapp.models import Feedback
from formapp.rules.feedback import DONE
from formapp.services.database import open_database
from tests.axe import COVERED, faults_of, settle
from tests.commands.running import Running, running_here
from tests.readers import remark, vote

pytestmark = [pytest.mark.browser, pytest.mark.heavy]
ARTICLE, FOLDER = "what-happens-next", "articles/getting-help"
HEADING = "at-once-your-ticket-id"
READER = "zoe@example.net"


@pytest.fixture
def preview(pages: Path) -> Iterator[Running]:
    with running_here(pages, "edit") as running:
        running.wait(lambda: running.page("/edit/build") != "", "the preview did not appear")
        yield running


@pytest.fixture
def numbers(preview: Running) -> list[int]:
    """Let readers say three things under a heading, one under a heading that has gone, and one under none."""
    revision = revision_of(source(preview)).name
    here = [vote(ARTICLE, heading=HEADING, revision=revision, search_words="no email") for _ in range(3)]
    said = [
        remark(here[0], "more-information", "difficult", comment="Which <b>spam</b> folder?\nI have two.", email=READER),
        remark(here[1], comment="How long is “at once”?"),
        remark(here[2], "out-of-date", comment="Solved", state=DONE, note="Said so."),
        remark(vote(ARTICLE, heading="a-heading-that-has-gone"), comment="Where is it?"),
        remark(vote(ARTICLE, revision=revision, helpful=True), comment="Clear, thank you"),
        remark(vote(ARTICLE), comment="Buy now " * 50, set_aside_because="a filled honeypot"),
    ]
    database = open_database(f"sqlite:///{preview.folder / 'instance' / 'helpcentre.db'}")
    with database.transaction() as session:
        session.add_all(vote(ARTICLE, revision=revision, helpful=number > 3) for number in range(12))
        session.add_all(said)
        session.flush()
        found = [one.number for one in said]
    database.engine.dispose()
    return found


@pytest.fixture
def visit(browser: Browser, preview: Running) -> Iterator[Callable[..., Page]]:
    """Open a page of the preview; nothing may go wrong in it."""
    contexts = []
    complaints: list[str] = []

    def visit_(path: str, **options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto(f"{preview.url}/{path}")
        return page

    yield visit_
    for context in contexts:
        context.close()
    assert complaints == []


def source(preview: Running) -> Path:
    return preview.folder / "docs" / FOLDER / f"{ARTICLE}.md"


def change(preview: Running, old: str, new: str) -> None:
    text = source(preview).read_text(encoding="utf-8")
    assert old in text
    source(preview).write_text(text.replace(old, new, 1), encoding="utf-8")


def state_of(preview: Running, number: int) -> tuple[str, str]:
    database = open_database(f"sqlite:///{preview.folder / 'instance' / 'helpcentre.db'}")
    with database.reading() as session:
        found = session.get_one(Feedback, number)
        state = found.state, found.note
    database.engine.dispose()
    return state


def behind(page: Page, heading: str) -> str:
    """Return the text of the block that follows a heading at once."""
    block = page.locator(f"#{heading} + .hc-edit__place")
    return block.inner_text()


def test_what_readers_said_stands_behind_its_heading_and_is_settled_by_keyboard(
    visit: Callable[..., Page], preview: Running, numbers: list[int]
):
    page = visit(f"{FOLDER}/describe-a-problem/")
    strip = page.get_by_role("region", name="What readers said")
    expect(strip).to_contain_text("No votes.")
    # Instant navigation brings the next article without a new page, and its strip with it.
    page.evaluate("window.isStill = true")
    page.locator(f".hc-nav a[href*='{ARTICLE}']").first.click()
    expect(strip).to_contain_text("found it helpful: 9 of 16 votes")
    assert page.evaluate("window.isStill") is True

    expect(strip).to_contain_text("Only in your preview")
    expect(strip).to_contain_text("no email (3 times)")
    expect(strip).to_contain_text("Under “a-heading-that-has-gone”, a heading that is not on this page")
    expect(strip).not_to_contain_text("spam")
    assert "Which <b>spam</b> folder?\nI have two." in behind(page, HEADING)
    assert READER not in page.content()
    group = page.get_by_role("group", name=re.compile("^At once: your ticket ID Only in your preview"))
    expect(group).to_have_count(1)

    # The newest stands first.
    last, first = numbers[0], numbers[1]
    page.get_by_label(f"Note on F-{first}").fill("Said")
    page.get_by_label(f"Note on F-{last} to the reader").fill("Half")
    page.get_by_role("button", name=f"Done: F-{first}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text=f"F-{first} is done")).to_be_visible()
    assert state_of(preview, first) == ("done", "Said")
    # The next one has the focus, and what was written for it is still there.
    expect(page.locator(f"#hc-edit-F-{last}")).to_be_focused()
    expect(page.get_by_label(f"Note on F-{last} to the reader")).to_have_value("Half")
    page.get_by_label(f"Note on F-{last} to the reader").fill("x" * 501)
    page.get_by_role("button", name=f"Won’t do: F-{last}").press("Enter")
    expect(page.locator(f"#hc-edit-F-{last}").get_by_role("alert")).to_have_text("Note must be 500 characters or less")
    page.get_by_label(f"Note on F-{last} to the reader").fill("")
    page.get_by_role("button", name=f"Won’t do: F-{last}").press("Enter")
    expect(page.get_by_role("status").filter(has_text=f"F-{last} won’t be done")).to_be_visible()
    expect(page.locator(f"#{HEADING} + .hc-edit__place summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=f"New again: F-{first}").press("Enter")
    expect(page.locator(f"#hc-edit-F-{first}")).to_be_focused()
    assert state_of(preview, first) == ("new", "")

    for folded in page.locator(".hc-edit__folded:not([open]) > summary").all():
        folded.click()
    for scheme in ("light", "dark"):
        for width in (320, 1280):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 800})
            settle(page)
            assert faults_of(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    # What the strip is under has the focus in sight.
    page.set_viewport_size({"width": 320, "height": 700})
    page.reload()
    expect(page.locator(f"#{HEADING} + .hc-edit__place")).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(COVERED) is None
    page.emulate_media(media="print")
    assert page.locator(".hc-edit:visible, .hc-edit__place:visible, .hc-edit-bar:visible").count() == 0


def test_the_page_follows_what_the_editor_writes_and_keeps_their_place(visit: Callable[..., Page], preview: Running, numbers: list[int]):
    page = visit(f"{FOLDER}/{ARTICLE}/")
    heading = page.locator(".md-content__inner h2[id]").last
    expect(page.locator(f"#{HEADING} + .hc-edit__place")).to_be_visible()
    heading.evaluate("(one) => scrollTo({ top: scrollY + one.getBoundingClientRect().top - 200, behavior: 'instant' })")
    before = heading.bounding_box()["y"]  # type: ignore[index]

    change(preview, "You get an email", "You get a letter")
    expect(page.locator(".md-content__inner")).to_contain_text("You get a letter", timeout=60_000)
    expect(page.locator(".hc-edit__votes dd").first).to_have_text("No votes.", timeout=20_000)
    expect(page.locator(f"#{HEADING} + .hc-edit__place")).to_contain_text("On an earlier text")
    assert abs(heading.bounding_box()["y"] - before) < 3  # type: ignore[index]

    # A fault is shown on the page, whose last good text stays.
    change(preview, "id: what-happens-next", "id: What happens next")
    fault = page.get_by_role("alert").filter(has_text="The site was not built")
    expect(fault).to_contain_text("must be small letters, digits and single hyphens", timeout=60_000)
    assert faults_of(page) == []
    expect(page.locator(".md-content__inner")).to_contain_text("You get a letter")

    # Nothing moves while a note is being written; once it is, the page follows.
    note = page.get_by_label(f"Note on F-{numbers[1]}")
    note.fill("Half a")
    change(preview, "id: What happens next", "id: what-happens-next")
    change(preview, "You get a letter", "You get a postcard")
    expect(page.get_by_text("The site was not built")).to_have_count(0, timeout=60_000)
    assert "You get a postcard" in preview.page(f"/{FOLDER}/{ARTICLE}/")
    expect(page.locator(".md-content__inner")).to_contain_text("You get a letter")
    expect(note).to_have_value("Half a")
    note.fill("")
    note.blur()
    expect(page.locator(".md-content__inner")).to_contain_text("You get a postcard", timeout=20_000)
