"""A reader who asked to hear when an article is better is told once, and forgotten (issue 4; abuse cases D-10, D-11 and D-13)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from formapp.mail.purposes import FEEDBACK_ACTED_ON, TICKET_ACKNOWLEDGEMENT
from formapp.models import Article, Feedback, OutgoingMail
from formapp.rules.feedback import DONE, WONT_DO
from formapp.runtime import Runtime
from formapp.services import feedback, feedback_replies
from formapp.services.feedback_replies import KEPT_FOR, tell_readers
from tests.clock import Clock
from tests.mails import text_of
from tests.services import given_feedback as given
from tests.services.outgoing import queued
from tests.services.test_attachments_at_once import together

READER = "reader@example.net"


def look(runtime: Runtime) -> int:
    return tell_readers(runtime.database, runtime.desk, runtime.now())


def changed(runtime: Runtime, comment: str = "Where is it?", article_id: str = "describe-a-problem", **changes: object) -> int:
    """Store feedback that was acted on, and whose change readers can see."""
    values = {"email": READER, "state": DONE, "published_at": runtime.now(), "settled_at": runtime.now()}
    return given.feedback(runtime, comment, article_id, **(values | changes))  # type: ignore[arg-type]


def letters(runtime: Runtime) -> list[tuple[str, str, str]]:
    return [(mail["To"], mail["Subject"], text_of(mail)) for mail in given.mails(runtime, FEEDBACK_ACTED_ON)]


def test_a_reader_is_told_once_and_forgotten(runtime: Runtime, clock: Clock) -> None:
    given.article(runtime)
    number = changed(runtime, reasons=("out-of-date", "difficult"), note="The steps are those of today.")
    assert [look(runtime), look(runtime)] == [1, 0]
    ((to, subject, said),) = letters(runtime)
    assert (to, subject) == (READER, "We have changed “How to describe a problem”")
    assert "\nHow to describe a problem\nhttp://localhost:8000/articles/describe-a-problem/\n" in said
    assert "You told us:   It is difficult to understand\n               It is out of date\n" in said
    assert "What we did:\n    The steps are those of today.\n" in said
    row = given.stored(runtime, number)
    assert (row.email, row.told_at) == (None, clock.now())


def test_d13_nothing_that_a_reader_typed_stands_in_the_letter(runtime: Runtime) -> None:
    given.article(runtime)
    changed(runtime, "evil words", search_words="evil search", heading="evil-heading", reasons=("evil-reason", "out-of-date"))
    look(runtime)
    ((_, _, said),) = letters(runtime)
    assert "evil" not in said
    assert "You told us:   It is out of date\n" in said


def test_several_articles_stand_in_one_letter(runtime: Runtime) -> None:
    given.article(runtime)
    given.article(runtime, "screenshot", title="Taking a screenshot")
    for name in ("describe-a-problem", "screenshot", "screenshot"):
        changed(runtime, article_id=name, email="Reader+help@example.net" if name == "screenshot" else READER, reasons=("difficult",))
    assert look(runtime) == 1
    ((_, subject, said),) = letters(runtime)
    assert subject == "We have changed 2 articles that you told us about"
    assert said.count("Taking a screenshot\n") == said.count("How to describe a problem\n") == 1
    assert said.count("It is difficult to understand\n") == 2
    assert [given.stored(runtime, number).email for number in (1, 2, 3)] == [None] * 3


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "new", "published_at": None},
        {"published_at": None},  # done, and not on the site yet
        {"email": None},
    ],
)
def test_nobody_is_told_before_there_is_something_to_see(runtime: Runtime, changes: dict[str, object]) -> None:
    given.article(runtime)
    changed(runtime, **changes)
    assert look(runtime) == 0
    assert letters(runtime) == []


def test_who_was_set_aside_is_told_like_anybody_once_an_editor_has_marked_it_as_done(runtime: Runtime) -> None:
    given.article(runtime)
    number = given.feedback(runtime, email=READER, set_aside_because="a burst of comments")
    with runtime.database.transaction() as session:
        feedback.settle(session, number, DONE, "", runtime.now())
        session.get_one(Feedback, number).published_at = runtime.now()
    assert look(runtime) == 1
    assert given.stored(runtime, number).email is None


def test_of_an_article_that_is_gone_nobody_is_told_until_it_is_back(runtime: Runtime) -> None:
    given.article(runtime, removed_at=runtime.now())
    changed(runtime)
    assert look(runtime) == 0
    with runtime.database.transaction() as session:
        session.execute(update(Article).values(removed_at=None))
    assert look(runtime) == 1


def test_what_is_not_done_is_told_to_nobody(runtime: Runtime) -> None:
    given.article(runtime)
    number = given.feedback(runtime, email=READER)
    with runtime.database.transaction() as session:
        feedback.settle(session, number, WONT_DO, "It is right as it is.", runtime.now())
    assert look(runtime) == 0
    assert given.stored(runtime, number).email is None


@pytest.mark.parametrize(
    "address", ["support@billycart.com", "team@example.org", "mailer-daemon@example.net", "no-reply@example.net", "-x@y"]
)
def test_d10_who_can_never_be_written_to_is_forgotten_at_once(runtime: Runtime, address: str) -> None:
    given.article(runtime)
    number = changed(runtime, email=address)
    assert look(runtime) == 0
    row = given.stored(runtime, number)
    assert (row.email, row.told_at) == (None, None)


def test_d11_one_letter_a_day_reaches_an_address_and_the_rest_waits(runtime: Runtime, clock: Clock) -> None:
    given.article(runtime)
    sent = []
    for _ in range(48):
        changed(runtime)
        sent.append(look(runtime))
        clock.pass_(hours=1)
    assert [hour for hour, number in enumerate(sent) if number] == [0, 24]
    assert look(runtime) == 1
    assert given.stored(runtime, 48).email is None


@pytest.mark.parametrize("caps", [{"in_all_per_hour": 6}, {"per_domain_per_hour": 6}])
def test_half_of_what_may_be_sent_in_an_hour_is_left_to_those_who_wait_for_an_answer(
    runtime: Runtime, clock: Clock, caps: dict[str, int]
) -> None:
    given.article(runtime)
    for index in range(5):
        changed(runtime, email=f"reader{index}@example.net")
    desk = replace(runtime.desk, caps=replace(runtime.desk.caps, **caps))
    assert tell_readers(runtime.database, desk, clock.now()) == 3
    clock.pass_(hours=1)
    assert tell_readers(runtime.database, desk, clock.now()) == 2


def test_many_acknowledgements_of_an_address_put_a_letter_off(runtime: Runtime, clock: Clock) -> None:
    given.article(runtime)
    number = changed(runtime)
    for _ in range(runtime.desk.caps.in_all_per_address_per_day):
        queued(runtime.database, clock.now(), READER, TICKET_ACKNOWLEDGEMENT)
    assert look(runtime) == 0
    assert given.stored(runtime, number).email == READER
    clock.pass_(days=1)
    assert look(runtime) == 1


def test_workers_that_look_at_the_same_moment_tell_a_reader_once(runtime: Runtime) -> None:
    given.article(runtime)
    for index in range(6):
        changed(runtime, email=f"reader{index % 3}@example.net")
    results = together(*[lambda: look(runtime)] * 4)
    assert not [result for result in results if isinstance(result, Exception)], results
    assert sorted(to for to, _, _ in letters(runtime)) == ["reader0@example.net", "reader1@example.net", "reader2@example.net"]


def test_a_letter_that_cannot_be_written_holds_up_no_other(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    given.article(runtime)
    first, _ = changed(runtime), changed(runtime, email="other@example.net")
    write: Callable[..., object] = feedback_replies.feedback_acted_on

    def fails(*args: object, customer: str, **words: object) -> object:
        if customer == READER:
            raise ValueError("a fault of our own")
        return write(*args, customer=customer, **words)

    with monkeypatch.context() as patched:
        patched.setattr(feedback_replies, "feedback_acted_on", fails)
        assert look(runtime) == 1
    assert given.stored(runtime, first).email == READER
    assert look(runtime) == 1


def test_the_database_fails_one_letter_and_the_others_go_out_before_it_is_said(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    given.article(runtime)
    for name in ("a", "b", "c"):
        changed(runtime, email=f"{name}@example.net")
    with monkeypatch.context() as patched:
        given.fail_for(patched, "a@example.net", DataError("an address", {}, Exception("too long")))
        with capture_logs() as lines, pytest.raises(DataError):
            look(runtime)
    assert [to for to, _, _ in letters(runtime)] == ["b@example.net", "c@example.net"]
    assert [(line["event"], line["error"]) for line in lines] == [("a reader could not be told of a change", "DataError")]
    assert look(runtime) == 1


@pytest.fixture
def begun(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """An entry for each transaction that is begun from now on."""
    begin, entries = runtime.database.transaction, []

    def noted() -> AbstractContextManager[Session]:
        entries.append(None)
        return begin()

    monkeypatch.setattr(runtime.database, "transaction", noted)
    return entries


def test_readers_are_told_some_at_a_time_whether_or_not_it_succeeds(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, begun: list[None]
) -> None:
    given.article(runtime)
    for index in range(5):
        changed(runtime, email=f"reader{index}@example.net")
    monkeypatch.setattr(feedback_replies, "MOST_READERS", 2)
    begun.clear()
    with monkeypatch.context() as patched:
        patched.setattr(feedback_replies, "feedback_acted_on", lambda *args, **words: 1 / 0)
        assert (look(runtime), len(begun)) == (0, 2)
    assert [look(runtime) for _ in range(4)] == [2, 2, 1, 0]


def test_who_must_wait_costs_no_transaction_and_no_place(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, begun: list[None]) -> None:
    given.article(runtime)
    many = [changed(runtime, email=f"reader{index}@crowded.example") for index in range(30)]
    told_today, free = changed(runtime, email="told-today@example.net"), changed(runtime, email="free@example.net")
    queued(runtime.database, runtime.now(), "told-today@example.net", FEEDBACK_ACTED_ON)
    monkeypatch.setattr(feedback_replies, "MOST_READERS", 6)
    desk = replace(runtime.desk, caps=replace(runtime.desk.caps, per_domain_per_hour=8))
    asked = []
    ask = feedback_replies.reason_not_to_acknowledge
    monkeypatch.setattr(feedback_replies, "reason_not_to_acknowledge", lambda *args, **about: asked.append(args[1]) or ask(*args, **about))
    begun.clear()
    assert tell_readers(runtime.database, desk, runtime.now()) == len(begun) == 5
    assert [sum(given.stored(runtime, number).email is None for number in some) for some in (many, [told_today], [free])] == [4, 0, 1]
    # Once as they are chosen and once as they are told; of those who must wait none of the crowded domain.
    assert len(asked) == 11
    assert (tell_readers(runtime.database, desk, runtime.now()), len(begun)) == (0, 5)


def test_once_as_many_were_sent_as_may_be_nobody_else_is_looked_at(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    given.article(runtime)
    for index in range(5):
        changed(runtime, email=f"reader@example{index}.net")
        queued(runtime.database, runtime.now(), purpose=TICKET_ACKNOWLEDGEMENT)
    desk = replace(runtime.desk, caps=replace(runtime.desk.caps, in_all_per_hour=10))
    monkeypatch.setattr(feedback_replies, "reason_not_to_acknowledge", None)
    assert tell_readers(runtime.database, desk, runtime.now()) == 0


def test_whoever_can_never_be_told_is_in_nobodys_way_for_ever(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    given.article(runtime)
    changed(runtime, email="stuck@example.net")
    behind = changed(runtime)
    monkeypatch.setattr(feedback_replies, "MOST_READERS", 1)
    given.fail_for(monkeypatch, "stuck@example.net", ValueError("a fault of our own"))
    # One of the two each time; that it is never the second is less likely than one in 10 ** 18.
    assert sum(look(runtime) for _ in range(60)) == 1
    assert given.stored(runtime, behind).email is None


def test_an_address_is_not_kept_for_ever(runtime: Runtime, clock: Clock) -> None:
    given.article(runtime)
    number = given.feedback(runtime, email=READER)
    clock.pass_(days=KEPT_FOR.days)
    look(runtime)
    assert given.stored(runtime, number).email == READER
    clock.pass_(seconds=1)
    look(runtime)
    assert given.stored(runtime, number).email is None


def test_the_letter_itself_is_not_kept_once_it_has_been_sent(runtime: Runtime, clock: Clock) -> None:
    given.article(runtime)
    changed(runtime)
    look(runtime)
    with runtime.database.transaction() as session:
        session.execute(update(OutgoingMail).values(sent_at=clock.now()))
    other = queued(runtime.database, clock.now())
    clock.pass_(days=7)
    look(runtime)
    assert len(letters(runtime)) == 1
    clock.pass_(seconds=1)
    look(runtime)
    assert letters(runtime) == []
    with runtime.database.reading() as session:
        assert session.get(OutgoingMail, other) is not None
        assert session.query(Feedback).one().told_at == clock.now() - timedelta(days=7, seconds=1)
