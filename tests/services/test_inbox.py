"""Mail that came in is stored as it came, once, and read until it is understood or a person has it (faults E-34, E-36, E-39, E-40)."""

import threading
from collections import Counter
from email import message_from_bytes
from functools import partial

import pytest
from sqlalchemy.exc import OperationalError

from formapp.mail import purposes
from formapp.mail.incoming import understand
from formapp.mail.read_in_child import CannotRead
from formapp.mail.understood import Understood
from formapp.models.incoming_mail import MailState
from formapp.services import inbox, mail_routing, review
from formapp.services.inbox import LEASE, MOST_ATTEMPTS, PAUSE
from tests.services.arriving import Arriving, raw_mail
from tests.services.life import text_of

ON_ITS_WAY = (
    b"Return-Path: <zoe@example.net>\r\nDelivered-To: support@billycart.com\r\nReceived: from a by b; Mon, 23 Nov 2026 14:29:00 +1000\r\n"
)


class Reader:
    """Reads mails, but for those that hold a word."""

    def __init__(self, arriving: Arriving, but: bytes, failure: Exception) -> None:
        self.read, self.but, self.failure = partial(understand, ours=arriving.runtime.desk.ours), but, failure

    def __call__(self, raw: bytes) -> Understood:
        if self.but in raw:
            raise self.failure
        return self.read(raw)


def process(arriving: Arriving, read: inbox.Read) -> list[inbox.Processed]:
    runtime = arriving.runtime
    done = []
    while found := inbox.process_next(runtime.database, runtime.desk, read, None, arriving.life.clock.now):
        done.append(found)
    return done


def test_a_mail_is_kept_byte_for_byte(arriving: Arriving) -> None:
    raw = b"Subject: \xff\x00\xfe\r\nFrom: \xe9\r\n\r\n\x00\x01\xff\n.\r\n"
    assert arriving.row(arriving.stores(raw)).raw == raw


@pytest.mark.parametrize(
    "again",
    [
        lambda raw: raw,
        lambda raw: ON_ITS_WAY + raw,
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: raw + b"\n\n",
        lambda raw: raw.replace(b"To: ", b"X-Spam: no\nTo: "),
        lambda raw: raw.replace(b"Subject: My", b"Subject:\n My"),
    ],
    ids=["fetched again", "by another way", "other line ends", "lines at the end", "a header of a filter", "folded anew"],
)
def test_e34_the_same_mail_again_does_nothing(arriving: Arriving, again) -> None:  # type: ignore[no-untyped-def]
    raw = raw_mail("It squeaks.")
    first = arriving.stores(raw)
    arriving.reads()
    assert arriving.stores(again(raw)) == first
    assert arriving.reads() == []
    assert len(arriving.tickets()) == 1


@pytest.mark.parametrize("message_id", ["<same@example.net>", ""])
def test_another_text_is_another_mail_whatever_its_message_id(arriving: Arriving, message_id: str) -> None:
    one, two = (raw_mail(text, message_id=message_id or "<x@example.net>") for text in ("It squeaks.", "It smells."))
    if not message_id:
        one, two = (b"\n".join(line for line in raw.split(b"\n") if not line.startswith(b"Message-ID")) for raw in (one, two))
    assert arriving.stores(one) != arriving.stores(two)
    assert arriving.stores(one) == 1


def test_mails_of_no_headers_at_all_are_told_apart_by_their_text(arriving: Arriving) -> None:
    assert len({arriving.stores(raw) for raw in (b"", b"\n", b"a", b"b", b"\x00", b"a")}) == 4


def test_e34_a_mail_of_a_subject_alone_is_the_same_by_another_way(arriving: Arriving) -> None:
    raw = b"From: zoe@example.net\r\nSubject: Call me\r\n\r\n"
    assert arriving.stores(ON_ITS_WAY + raw) == arriving.stores(raw)


def test_e40_the_same_mail_brought_by_many_at_once_is_one(arriving: Arriving) -> None:
    raw, begin, ids = raw_mail("It squeaks."), threading.Barrier(6), []

    def bring() -> None:
        begin.wait()
        ids.append(arriving.stores(raw))

    threads = [threading.Thread(target=bring) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 6
    assert len(set(ids)) == 1


def test_e40_of_many_who_read_each_mail_is_ones_alone(arriving: Arriving) -> None:
    for number in range(12):
        arriving.stores(raw_mail(f"Mail {number}", subject=f"Cart {number}"))
    read, done = Reader(arriving, b"never there", CannotRead("")), []
    threads = [threading.Thread(target=lambda: done.extend(process(arriving, read))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(one.id for one in done) == Counter(range(1, 13))
    assert len(arriving.tickets()) == 12


def test_e39_a_mail_that_cannot_be_read_is_the_teams_after_three_tries_and_holds_up_no_other(arriving: Arriving) -> None:
    bad, good = arriving.stores(raw_mail("poison")), arriving.stores(raw_mail("Hello"))
    read = Reader(arriving, b"poison", CannotRead("it took longer than 2 seconds to read"))
    assert [(one.id, one.state) for one in process(arriving, read)] == [(bad, "new"), (good, "done")]
    for _ in range(2):
        assert process(arriving, read) == []
        arriving.life.clock.pass_(seconds=MOST_ATTEMPTS * PAUSE.total_seconds())
        ((again, state),) = [(one.id, one.state) for one in process(arriving, read)]
        assert again == bad
    assert state == "unreadable"
    assert arriving.row(bad).outcome == "It could not be read: it took longer than 2 seconds to read"
    letter = arriving.life.letter(purposes.TEAM_MAIL_UNREADABLE)
    assert "it took longer than 2 seconds to read" in text_of(letter)
    arriving.life.send_mail()
    (enclosed,) = (part for sent in arriving.life.sent for part in message_from_bytes(sent.raw).walk() if part.get_filename())
    assert enclosed.get_payload(decode=True) == arriving.row(bad).raw
    arriving.life.clock.pass_(hours=1)
    assert process(arriving, read) == []


def test_e39_a_try_counts_before_it_begins_so_that_a_reader_that_dies_does_not_try_for_ever(arriving: Arriving) -> None:
    number = arriving.stores(raw_mail("poison"))
    read = Reader(arriving, b"poison", KeyboardInterrupt())  # type: ignore[arg-type]
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with pytest.raises(KeyboardInterrupt):
            process(arriving, read)
        assert arriving.row(number).attempts == attempt
        # In its hands until the lease ends.
        assert process(arriving, read) == []
        arriving.life.clock.pass_(seconds=LEASE.total_seconds())
    ((found, state),) = [(one.id, one.state) for one in process(arriving, read)]
    assert (found, state) == (number, "unreadable")


def test_trouble_of_the_database_is_no_try(arriving: Arriving) -> None:
    number = arriving.stores(raw_mail("poison"))
    read = Reader(arriving, b"poison", OperationalError("", None, Exception("gone")))
    for _ in range(5):
        with pytest.raises(OperationalError):
            process(arriving, read)
    assert (arriving.row(number).attempts, arriving.row(number).state) == (0, "new")
    arriving.reads()
    assert arriving.row(number).state == "done"


def test_an_error_of_our_own_undoes_all_and_is_tried_again(arriving: Arriving, monkeypatch: pytest.MonkeyPatch) -> None:
    number = arriving.stores(raw_mail("Hello"))
    route = mail_routing.route

    def fails(*arguments):  # type: ignore[no-untyped-def]
        route(*arguments)
        raise ZeroDivisionError("what a customer wrote")

    with monkeypatch.context() as patched:
        patched.setattr(mail_routing, "route", fails)
        ((state, outcome),) = [(one.state, one.outcome) for one in arriving.reads()]
    assert (state, outcome) == ("new", "an error of our own: ZeroDivisionError")
    assert (arriving.tickets(), arriving.life.mails()) == ([], [])
    arriving.life.clock.pass_(seconds=PAUSE.total_seconds())
    arriving.reads()
    assert (arriving.row(number).state, len(arriving.tickets())) == ("done", 1)


def test_a_clock_that_was_put_back_stalls_nothing(arriving: Arriving) -> None:
    number = arriving.stores(raw_mail("Hello"))
    arriving.life.clock.pass_(hours=-24)
    arriving.reads()
    assert arriving.row(number).state == "done"


def test_a_mail_that_is_too_large_to_be_taken_whole_waits_for_a_person(arriving: Arriving) -> None:
    row = arriving.comes(raw_mail("The beginning of it"), is_cut=True)
    assert row.state == MailState.REVIEW
    assert "larger than we take" in row.outcome


def test_what_cannot_be_read_can_be_put_on_a_ticket_as_it_is(arriving: Arriving) -> None:
    number = arriving.life.ticket()
    bad = arriving.stores(raw_mail("poison"))
    read = Reader(arriving, b"poison", CannotRead("its reader stopped"))
    for _ in range(MOST_ATTEMPTS):
        process(arriving, read)
        arriving.life.clock.pass_(seconds=MOST_ATTEMPTS * PAUSE.total_seconds())
    assert arriving.row(bad).state == "unreadable"
    with arriving.runtime.database.transaction() as session:
        policy, now = arriving.runtime.policy, arriving.life.clock.now()
        review.decide(session, bad, review.Decision.ATTACH, policy, by="lee@example.org", now=now, ticket_number=number)
    process(arriving, read)
    assert arriving.row(bad).state == "done"
    assert arriving.life.messages(number)[-1].text == "The email could not be read. It is attached as it came."
