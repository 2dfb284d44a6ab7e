"""A reader at the end of an article, for the tests of the question that stands there."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from uuid import uuid4

from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.service import Service

Visit = Callable[..., Page]
ARTICLE = "/articles/getting-help/describe-a-problem/"
ARTICLE_ID = "describe-a-problem"
THANKS = "That’s great! Thank you for your feedback."
SORRY = "Sorry this article did not help. Thank you for telling us."
SENT = "Feedback sent. We’ll use it to improve this article."
PASSED_ON = "Feedback sent. We’ll pass it on to whoever looks after this article."
FAILED = "We could not save your feedback. Try again, or email support@billycart.com."
NO_REASON = "Select at least one reason"


def read(visit: Visit, path: str = ARTICLE, **options: object) -> Page:
    """Open an article as somebody who has not been here today: readers are told apart by what their browsers call themselves."""
    return visit(path, **{"user_agent": f"Reader {uuid4()}", **options})


def question(page: Page) -> Locator:
    return page.get_by_role("region", name="Was this article helpful?")


def said(page: Page) -> Locator:
    return question(page).get_by_role("status").first


def button(page: Page, answer: str) -> Locator:
    named = {"Yes": "Yes, this article was helpful", "No": "No, this article was not helpful"}
    return question(page).get_by_role("button", name=named[answer])


def say_yes(page: Page) -> None:
    button(page, "Yes").click()
    expect(said(page)).to_have_text(THANKS)


def say_no(page: Page) -> None:
    button(page, "No").click()
    expect(said(page)).to_have_text(SORRY)


def send_feedback(page: Page) -> None:
    question(page).get_by_role("button", name="Send feedback").click()


def try_again(page: Page) -> Locator:
    return question(page).get_by_role("button", name="Try again")


def change(page: Page) -> Locator:
    return question(page).get_by_role("link", name="Change your answer")


def on_feedback(page: Page, act: Callable[[Route], None]) -> list[Request]:
    """Answer what goes to the service about feedback with `act`, and return the requests as they come."""
    asked: list[Request] = []

    def answer(route: Route) -> None:
        asked.append(route.request)
        act(route)

    page.route("**/feedback/**", answer)
    return asked


def posts(page: Page) -> list[Request]:
    """The votes and comments that are sent from now on."""
    sent: list[Request] = []
    page.on("request", lambda one: sent.append(one) if one.method == "POST" and "/feedback/" in one.url else None)
    return sent


def body_from_service(token: str = "MQ.token", helpful: str = "yes", said: str = THANKS, rest: str = "") -> str:
    """A page as the service answers a vote, as far as the article's page takes it."""
    change = f'<p><a href="/feedback/{token}?change=yes" data-hc-feedback-change>Change your answer</a></p>'
    return (
        f'<!doctype html><title>Your feedback</title><div data-hc-feedback-body data-hc-vote-token="{token}" data-hc-helpful="{helpful}">'
        f"<p data-hc-feedback-said>{said}</p>{rest}{change}</div>"
    )


def votes_in(service: Service) -> list[tuple[str, str, int, str]]:
    """Article, revision, answer and heading of every vote that is stored, in their order."""
    with closing(sqlite3.connect(service.folder / "helpcentre.db")) as database:
        return database.execute("SELECT article_id, revision, helpful, heading FROM votes ORDER BY id").fetchall()
