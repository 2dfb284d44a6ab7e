"""Mails that wait for a person: what is known of each, and a decision that is taken once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from formapp.models import IncomingMail
from formapp.models.incoming_mail import MailState
from formapp.services import queue, review
from formapp.services.review import LONGEST_SHOWN, PAGE, AlreadyDecided, Decision, NoSuchMail, Waiting
from formapp.services.ticket_life import NoSuchTicket
from tests import rows
from tests.services.life import Life

KIM, LEE = "kim@example.org", "lee@example.org"


def put(life: Life, **changes: object) -> int:
    with life.runtime.database.transaction() as session:
        mail = rows.incoming_mail(**changes)
        session.add(mail)
        session.flush()
        return mail.id


def waiting(life: Life, page: int = 1) -> Waiting:
    with life.runtime.database.reading() as session:
        return review.waiting(session, life.runtime.policy, page)


def decide(life: Life, mail: int, decision: Decision, by: str = KIM, **where: Any) -> None:
    with life.runtime.database.transaction() as session:
        review.decide(session, mail, decision, life.runtime.policy, by=by, now=life.clock.now(), **where)


def put_back(life: Life, mail: int) -> None:
    with life.runtime.database.transaction() as session:
        review.put_back(session, mail, life.runtime.policy)


def row(life: Life, mail: int) -> IncomingMail:
    with life.runtime.database.reading() as session:
        return session.get_one(IncomingMail, mail)


# ---------------------------------------------------------------------------------------------------------------- the list


def test_what_waits_is_listed_the_newest_first_and_nothing_else_is(life: Life) -> None:
    mails = {state: put(life, state=state) for state in MailState}
    assert [mail.id for mail in waiting(life).mails] == [mails[MailState.UNREADABLE], mails[MailState.REVIEW]]
    assert waiting(life).total == 2
    with life.runtime.database.reading() as session:
        assert queue.counts(session, life.runtime.desk, life.clock.now()).to_review == 2


def test_each_says_what_is_needed_to_decide(life: Life) -> None:
    number = life.ticket(summary="Invoice is blank", name="Zoë", email="zoe@example.net")
    put(life, ticket_number=number, files=[{"name": "a.png", "type": "image/png", "size": 71}])
    (mail,) = waiting(life).mails
    assert (mail.sender, mail.name, mail.subject) == ("ann@example.net", "Ann", "A question")
    assert mail.reason == "It names BC-1042, and nothing shows that it is from the ticket’s customer"
    assert (mail.preview, mail.rest, mail.is_all, mail.is_readable) == ("What do you charge for it?", "", True, True)
    assert [(file.name, file.type, file.size) for file in mail.files] == [("a.png", "image/png", 71)]
    assert mail.ticket
    assert (mail.ticket.id, mail.ticket.summary, mail.ticket.name, mail.ticket.email) == (
        "BC-1001",
        "Invoice is blank",
        "Zoë",
        "zoe@example.net",
    )


def test_of_one_that_could_not_be_read_nothing_has_to_be_known(life: Life) -> None:
    nothing = dict.fromkeys(("subject", "from_address", "from_mailbox", "from_name", "text", "outcome"))
    with life.runtime.database.transaction() as session:
        mail = rows.incoming_mail(state=MailState.UNREADABLE, **nothing)
        mail.files = None
        session.add(mail)
    (found,) = waiting(life).mails
    assert (found.subject, found.sender, found.name, found.preview, found.reason, found.files) == ("", "", "", "", "", ())
    assert not found.is_readable


@pytest.mark.parametrize(
    ("whole", "preview"),
    [
        ("One\nTwo\n", "One\nTwo"),  # what ends it is no line
        ("\n\n  One", "  One"),  # and what begins it neither
        ("".join(f"{n}\n" for n in range(1, 40)), "1\n2\n3\n4\n5\n6\n7\n8\n"),
        ("\n".join("12345678ab"), "1\n2\n3\n4\n5\n6\n7\n8\na\nb"),  # two more lines are not worth a click
        ("word " * 400, "word " * 140),
        ("x" * 5000, "x" * 700),
        ("x" * 750, "x" * 750),
    ],
)
def test_a_long_text_is_cut_where_a_line_or_a_word_ends_and_nothing_of_it_is_lost(life: Life, whole: str, preview: str) -> None:
    put(life, text=whole)
    (mail,) = waiting(life).mails
    assert mail.preview == preview
    assert mail.preview + mail.rest == whole.rstrip().lstrip("\n")
    assert mail.is_all


def test_a_text_without_end_is_not_put_on_the_page(life: Life) -> None:
    put(life, text="ä " * LONGEST_SHOWN)
    put(life, text="ä" * LONGEST_SHOWN)
    exact, longer = waiting(life).mails
    assert (len(longer.preview + longer.rest), longer.is_all) == (LONGEST_SHOWN - 1, False)
    assert (len(exact.preview + exact.rest), exact.is_all) == (LONGEST_SHOWN, True)


def test_lines_of_strangers_are_one_line_and_of_a_length(life: Life) -> None:
    put(life, subject="A\r\nB\x01\u200b" + "x" * 5000, from_name="y\n" * 500, outcome="z" * 1000)
    (mail,) = waiting(life).mails
    assert mail.subject.startswith("A Bxxx")
    for line in (mail.subject, mail.name, mail.reason):
        assert "\n" not in line
        assert len(line) in (200, 201)
        assert line.endswith("…")


def test_there_are_pages_and_each_mail_is_on_one(life: Life) -> None:
    first = put(life)
    others = [put(life) for _ in range(PAGE)]
    assert [mail.id for mail in waiting(life).mails] == others[::-1]
    for page in (2, 3, 10**9):
        assert ([mail.id for mail in waiting(life, page).mails], waiting(life, page).page) == ([first], 2)
    assert (waiting(life, -1).page, waiting(life).pages, waiting(life).total) == (1, 2, PAGE + 1)
    with life.runtime.database.reading() as session:
        assert [review.page_of(session, mail) for mail in (others[-1], others[0], first)] == [1, 1, 2]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_count_is_read_from_an_index_of_what_waits(life: Life) -> None:
    with life.runtime.database.reading() as session:
        plan = session.execute(
            text("EXPLAIN QUERY PLAN SELECT count(*) FROM incoming_mails WHERE incoming_mails.state IN ('review', 'unreadable')")
        )
        assert "ix_incoming_mails_to_review" in str(plan.all())


# ------------------------------------------------------------------------------------------------------------ the decision


@pytest.mark.parametrize("before", [MailState.REVIEW, MailState.UNREADABLE])
def test_what_is_to_go_on_a_ticket_is_due_again_for_whoever_reads_mail(life: Life, before: MailState) -> None:
    number = life.ticket()
    mail = put(life, state=before, attempts=3, lease_token="x", leased_until=life.clock.now())
    life.clock.pass_(hours=1)
    decide(life, mail, Decision.ATTACH, ticket_number=number)
    found = row(life, mail)
    assert (found.state, found.decision, found.decided_by, found.ticket_number) == ("new", "attach", KIM, number)
    assert (found.attempts, found.try_after, found.lease_token, found.leased_until) == (0, life.clock.now(), None, None)
    assert waiting(life).total == 0


def test_a_ticket_is_made_by_whoever_reads_mail(life: Life) -> None:
    mail = put(life)
    decide(life, mail, Decision.TICKET)
    found = row(life, mail)
    assert (found.state, found.decision, found.decided_by, found.attempts) == ("new", "ticket", KIM, 0)


@pytest.mark.parametrize("before", [MailState.REVIEW, MailState.UNREADABLE])
def test_junk_is_set_aside_at_once_and_can_be_put_back(life: Life, before: MailState) -> None:
    mail = put(life, state=before, kind="unreadable" if before is MailState.UNREADABLE else "human")
    reason = row(life, mail).outcome
    life.clock.pass_(hours=1)
    decide(life, mail, Decision.JUNK)
    found = row(life, mail)
    assert (found.state, found.decision, found.decided_by, found.done_at) == ("junk", "junk", KIM, life.clock.now())
    for _ in range(2):
        put_back(life, mail)
        found = row(life, mail)
        assert (found.state, found.decision, found.decided_by, found.outcome) == (before, None, None, reason)


@pytest.mark.parametrize("number", [None, 1042, 2**31 - 1])
def test_a_ticket_that_there_is_not_takes_no_mail(life: Life, number: int | None) -> None:
    mail = put(life)
    with pytest.raises(NoSuchTicket):
        decide(life, mail, Decision.ATTACH, ticket_number=number)
    found = row(life, mail)
    assert (found.state, found.decision, found.ticket_number) == ("review", None, None)


@pytest.mark.parametrize("decision", Decision)
def test_what_has_been_decided_is_not_decided_again(life: Life, decision: Decision) -> None:
    number = life.ticket()
    mail = put(life)
    decide(life, mail, Decision.JUNK, by=LEE)
    with pytest.raises(AlreadyDecided) as told:
        decide(life, mail, decision, ticket_number=number)
    assert (told.value.fate.decision, told.value.fate.by, told.value.fate.state) == (Decision.JUNK, LEE, MailState.JUNK)
    assert row(life, mail).decided_by == LEE


@pytest.mark.parametrize("state", [MailState.NEW, MailState.DONE])
def test_what_nobody_has_to_look_at_is_not_decided_on(life: Life, state: MailState) -> None:
    mail = put(life, state=state)
    for act in (lambda: decide(life, mail, Decision.JUNK), lambda: put_back(life, mail)):
        with pytest.raises(AlreadyDecided) as told:
            act()
        assert (told.value.fate.decision, told.value.fate.state) == (None, state)
    assert row(life, mail).state == state


def test_there_is_nothing_to_decide_on_a_mail_that_there_is_not(life: Life) -> None:
    for mail in (0, 17, 2**31 - 1):
        with pytest.raises(NoSuchMail):
            decide(life, mail, Decision.JUNK)
        with pytest.raises(NoSuchMail):
            put_back(life, mail)
    with life.runtime.database.reading() as session:
        assert review.fate_of(session, 17, life.runtime.policy) is None
        assert review.raw_of(session, 17) is None


def test_of_many_who_decide_at_once_one_does(life: Life) -> None:
    number = life.ticket()
    mail = put(life)
    start, said = threading.Barrier(6), []

    def one(decision: Decision, by: str) -> Callable[[], None]:
        def act() -> None:
            start.wait()
            try:
                decide(life, mail, decision, by=by, ticket_number=number)
                said.append((decision, by))
            except AlreadyDecided as late:
                said.append(late)

        return act

    threads = [threading.Thread(target=one(decision, by)) for decision in Decision for by in (KIM, LEE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ((decision, by),) = [one for one in said if isinstance(one, tuple)]
    found = row(life, mail)
    assert (found.decision, found.decided_by) == (decision, by)
    assert {(late.fate.decision, late.fate.by) for late in said if isinstance(late, AlreadyDecided)} == {(decision, by)}


def test_a_mail_is_given_as_it_came(life: Life) -> None:
    raw = bytes(range(256)) * 10
    mail = put(life, raw=raw)
    with life.runtime.database.reading() as session:
        assert review.raw_of(session, mail) == raw


def test_the_list_reads_no_mail_whole(life: Life) -> None:
    put(life, raw=b"x" * 100_000)
    with life.runtime.database.reading() as session:
        review.waiting(session, life.runtime.policy)
        mail = session.scalars(select(IncomingMail)).one()
        assert not {"raw", "text"} & mail.__dict__.keys()


def test_time_that_was_put_back_makes_it_due_all_the_same(life: Life) -> None:
    mail = put(life)
    life.clock.moment -= timedelta(days=1)
    decide(life, mail, Decision.TICKET)
    assert row(life, mail).try_after == life.clock.now()
