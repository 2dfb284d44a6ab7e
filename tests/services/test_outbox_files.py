"""Mails with files: the outbox keeps one copy of each, and puts it in as the mail leaves."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from formapp.mail.enclosures import NO_LONGER_KEPT, REFUSED
from formapp.mail.failures import PermanentFailure, TemporaryFailure
from formapp.mail.letter import Enclosure, Letter, SealedLetter
from formapp.models import Attachment, FileContent, OutgoingMail
from formapp.services import outbox
from formapp.services.database import Database
from formapp.services.outbox import deliver_one
from tests.clock import Clock
from tests.mails import files_of
from tests.services.outgoing import LETTERHEAD, Courier, mail

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
PDF = b"%PDF-1.7\n" + b"\r\n=enclosure 1=\r\n" * 9


def queued_with(database: Database, clock: Clock, *contents: bytes) -> tuple[int, list[int]]:
    """Put a letter with these files in the outbox; return its number and theirs."""
    with database.transaction() as session:
        kept = [FileContent(content=content) for content in contents]
        session.add_all(kept)
        session.flush()
        files = [
            Attachment(
                token_digest=hashlib.sha256(f"{place}".encode()).hexdigest(),
                added_at=clock.now(),
                name=f"screenshot {place}.png",
                kind="png",
                size=len(content),
                digest=hashlib.sha256(content).hexdigest(),
                content_id=kept[place].id,
            )
            for place, content in enumerate(contents)
        ]
        session.add_all(files)
        session.flush()
        enclosures = tuple(Enclosure(file.id, file.name, "image/png") for file in files)
        letter = Letter("test", "jo@example.com", "Hello", "Hi\n", enclosures=enclosures)
        number = outbox.queue(session, letter, letterhead=LETTERHEAD, now=clock.now()).id
        return number, [file.id for file in files]


def deliver(database: Database, courier: Courier, clock: Clock) -> outbox.Delivery:
    delivery = deliver_one(database, courier, clock.now, lambda: 0.0)
    assert delivery is not None
    return delivery


def files_in(letter: SealedLetter) -> list[Message]:
    return files_of(letter.raw)


def test_a_mail_leaves_with_its_files_and_is_kept_without_them(database: Database, clock: Clock) -> None:
    number, _ = queued_with(database, clock, PNG, PDF)
    courier = Courier()
    assert deliver(database, courier, clock).outcome == "sent"
    assert [file.get_payload(decode=True) for file in files_in(courier.taken[0])] == [PNG, PDF]
    assert len(mail(database, number).raw) < 10_000


def test_a_mail_with_files_is_the_same_to_the_byte_at_every_try(database: Database, clock: Clock) -> None:
    queued_with(database, clock, PNG, PDF)
    courier = Courier(TemporaryFailure("451 try later"), TemporaryFailure("the connection was lost"))
    for _ in range(3):
        deliver(database, courier, clock)
        clock.pass_(minutes=5)
    assert len(courier.taken) == 3
    assert len({letter.raw for letter in courier.taken}) == 1


def test_ten_megabytes_of_files_leave_in_a_moment(database: Database, clock: Clock) -> None:
    content = PNG * 960
    number, _ = queued_with(database, clock, content, content)
    courier, begun = Courier(), time.perf_counter()
    assert deliver(database, courier, clock).outcome == "sent"
    assert time.perf_counter() - begun < 3
    assert [file.get_payload(decode=True) == content for file in files_in(courier.taken[0])] == [True, True]
    assert len(mail(database, number).raw) < 10_000


def test_a_file_that_has_been_deleted_meanwhile_does_not_stop_the_mail(database: Database, clock: Clock) -> None:
    _, [first, _] = queued_with(database, clock, PNG, PDF)
    with database.transaction() as session:
        session.execute(delete(Attachment).where(Attachment.id == first))
    courier = Courier()
    assert deliver(database, courier, clock).outcome == "sent"
    gone, kept = files_in(courier.taken[0])
    assert (gone.get_content_type(), gone.get_payload()) == ("text/plain", NO_LONGER_KEPT)
    assert kept.get_payload(decode=True) == PDF


def test_files_are_read_while_others_may_write(database: Database, clock: Clock) -> None:
    queued_with(database, clock, PNG)

    class Watched(Database):
        """Writes at the very moment of every read; a lock held by the reader would let no write through."""

        writes = 0

        @contextmanager
        def reading(self) -> Iterator[Session]:
            with super().reading() as session:
                assert session.scalar(select(func.count(Attachment.id)))
                with database.transaction() as writer:
                    writer.execute(delete(OutgoingMail).where(OutgoingMail.id < 0))
                Watched.writes += 1
                yield session

    courier = Courier()
    assert deliver(Watched(database.engine, database._one_writer), courier, clock).outcome == "sent"
    assert Watched.writes == 1


def test_files_that_cannot_be_read_just_now_are_tried_again_later(database: Database, clock: Clock) -> None:
    queued_with(database, clock, PNG)

    class Unreadable(Database):
        def reading(self):  # type: ignore[no-untyped-def]
            raise OperationalError("SELECT", {}, Exception("connection lost"))

    courier = Courier()
    delivery = deliver(Unreadable(database.engine), courier, clock)
    assert (delivery.outcome, delivery.reply) == ("waiting", "the mail's files could not be read: OperationalError")
    assert courier.taken == []
    clock.pass_(minutes=5)
    assert deliver(database, courier, clock).outcome == "sent"


@pytest.mark.parametrize("refusal", ["552 5.3.4 Message size exceeds fixed limit", "554 5.7.1 Message contains a virus"])
def test_a_mail_that_the_server_refuses_leaves_without_its_files(database: Database, clock: Clock, refusal: str) -> None:
    number, _ = queued_with(database, clock, PNG, PDF)
    courier = Courier(PermanentFailure(refusal))
    assert deliver(database, courier, clock).outcome == "sent"
    assert [file.get_payload() for file in files_in(courier.taken[1])] == [REFUSED] * 2
    assert mail(database, number).last_reply == f"250 OK (without its files: {refusal})"


@pytest.mark.parametrize("contents", [(), (PNG,)])
def test_a_mail_that_is_refused_even_without_its_files_is_a_dead_letter(
    database: Database, clock: Clock, contents: tuple[bytes, ...]
) -> None:
    queued_with(database, clock, *contents)
    courier = Courier(PermanentFailure("552 too large"), PermanentFailure("552 too large"))
    assert deliver(database, courier, clock).outcome == "failed"
    assert len(courier.taken) == 1 + len(contents)
