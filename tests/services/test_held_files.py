from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from formapp.services import attachments, held_files
from formapp.services.attachments import UnknownFile
from formapp.services.database import Database
from formapp.services.held_files import Rescanned, rescan_held
from formapp.services.virus_scan import CannotScan, Infected, ScannerDown, ScannerUnreachable
from tests.clock import Clock
from tests.services.kept_files import HELD, adopted, contents, count, new_escalation, new_ticket, row, staged

EICAR = "This file was deleted: it contained Tests.Eicar"


class Scanner:
    """Answers with what it is told to, and remembers what it was asked."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.asked: list[bytes] = []

    def __call__(self, content: bytes) -> None:
        self.asked.append(content)
        if (answer := self.answers.pop(0)) is not None:
            raise answer


def rescanned(database: Database, scan: Callable[[bytes], object], clock: Clock) -> list[Rescanned]:
    """Have held files scanned; return what was told of, which is what was counted."""
    told: list[Rescanned] = []
    assert rescan_held(database, scan, lambda session, file: told.append(file), clock.now()) == len(told)  # type: ignore[arg-type]
    return told


def held(database: Database, *letters: str) -> list[attachments.Adopted]:
    """Return held files of a ticket, whose contents are these letters."""
    files = [staged(database, letter.encode(), f"{letter}.txt", HELD) for letter in letters]
    return adopted(database, *files, ticket=new_ticket(database))


def test_d41_a_held_file_that_is_clean_is_passed_on(database: Database, clock: Clock) -> None:
    number = new_ticket(database)
    [file] = adopted(database, staged(database, b"clean", held=HELD), ticket=number)
    adopted(database, staged(database, b"not held"), ticket=number)
    scanner = Scanner(None)
    assert rescanned(database, scanner, clock) == [Rescanned(file.id, "a.txt", number, None, None, None)]
    assert scanner.asked == [b"clean"]
    with database.reading() as session:
        opened = attachments.open_for_download(session, file.id)
    assert opened is not None
    assert (opened[0].held_because, opened[1]) == (None, b"clean")
    assert rescanned(database, Scanner(), clock) == []


def test_d41_a_held_file_that_is_infected_loses_its_content_and_keeps_its_place(database: Database, clock: Clock) -> None:
    escalation = new_escalation(database)
    [file] = adopted(database, staged(database, b"evil", held=HELD), escalation=escalation)
    assert rescanned(database, Scanner(Infected("Tests.Eicar")), clock) == [
        Rescanned(file.id, "a.txt", None, escalation, None, "Tests.Eicar")
    ]
    emptied = row(database, file.id)
    assert (emptied.content, emptied.held_because, emptied.name, emptied.warning) == (None, None, "a.txt", EICAR)
    assert contents(database) == []
    with database.reading() as session:
        [listed] = attachments.of_escalation(session, escalation)
        assert listed.is_gone
        assert attachments.open_for_download(session, file.id) is None
        with pytest.raises(KeyError):
            attachments.content_of(session, file.id)
    assert rescanned(database, Scanner(), clock) == []


@pytest.mark.parametrize("trouble", [None, Infected("Tests.Eicar")])
def test_d41_one_scan_speaks_of_every_copy_of_a_file(database: Database, clock: Clock, trouble: Exception | None) -> None:
    file, owners = staged(database, b"same", held=HELD), [new_ticket(database) for _ in range(3)]
    copies = [adopted(database, file, ticket=number)[0] for number in owners]
    told = rescanned(database, Scanner(trouble), clock)
    assert [(one.id, one.ticket_number, one.virus) for one in told] == [
        (copy.id, number, "Tests.Eicar" if trouble else None) for copy, number in zip(copies, owners, strict=True)
    ]
    assert {(row(database, copy.id).held_because, row(database, copy.id).warning) for copy in copies} == {
        (None, EICAR if trouble else None)
    }
    assert contents(database) == ([] if trouble else [b"same"])
    # Whoever sends the same file once more gets what is left of it.
    [late] = adopted(database, file, ticket=new_ticket(database))
    assert (late.is_gone, late.held_because) == (trouble is not None, None)


def test_d41_a_staged_file_that_is_infected_is_as_if_it_had_never_been(database: Database, clock: Clock) -> None:
    file = staged(database, b"evil", held=HELD)
    [told] = rescanned(database, Scanner(Infected("Tests.Eicar")), clock)
    assert (told.ticket_number, told.escalation_id) == (None, None)
    assert (count(database), contents(database)) == (0, [])
    with database.reading() as session:
        assert attachments.find(session, [file.token]) == []
    with pytest.raises(UnknownFile):
        adopted(database, file, ticket=new_ticket(database))


def test_d41_files_stay_held_while_the_scanner_cannot_be_reached(database: Database, clock: Clock) -> None:
    files = held(database, *"abc")
    scanner = Scanner(None, ScannerUnreachable("cannot be reached: connection refused"))
    assert [file.id for file in rescanned(database, scanner, clock)] == [files[0].id]
    assert scanner.asked == [b"a", b"b"], "asked on, though there was nobody to ask"
    assert [row(database, file.id).held_because for file in files] == [None, HELD, HELD]
    assert len(rescanned(database, Scanner(None, None), clock)) == 2


@pytest.mark.parametrize("trouble", [CannotScan("answered with an error"), ScannerDown("did not answer in time"), RuntimeError("surprise")])
def test_d41_a_file_that_cannot_be_scanned_holds_up_no_other_and_is_tried_ever_less_often(
    database: Database, clock: Clock, trouble: Exception
) -> None:
    bad, good = held(database, *"ab")
    with capture_logs() as lines:
        assert [file.id for file in rescanned(database, Scanner(trouble, None), clock)] == [good.id]
    assert str(trouble) not in str(lines)
    assert [line["error"] for line in lines] == [type(trouble).__name__]
    assert row(database, bad.id).held_because == HELD
    tried = []
    for minute in range(1, 40):
        clock.moment += timedelta(minutes=1)
        scanner = Scanner(trouble)
        assert rescanned(database, scanner, clock) == []
        tried += [minute] * len(scanner.asked)
    assert tried == [1, 2, 4, 8, 16, 32]
    clock.moment += timedelta(days=30)
    rescanned(database, Scanner(trouble), clock)
    clock.moment += timedelta(days=1)
    assert [file.id for file in rescanned(database, Scanner(None), clock)] == [bad.id]


def test_a_file_that_was_not_tried_yet_comes_before_those_that_failed(database: Database, clock: Clock) -> None:
    held(database, "a")
    rescanned(database, Scanner(ScannerDown("did not answer in time")), clock)
    held(database, "b")
    clock.moment += timedelta(hours=1)
    scanner = Scanner(None, None)
    rescanned(database, scanner, clock)
    assert scanner.asked == [b"b", b"a"]


def test_a_clock_that_was_put_back_keeps_no_file_from_being_scanned(database: Database, clock: Clock) -> None:
    held(database, "a")
    rescanned(database, Scanner(ScannerDown("did not answer in time")), clock)
    clock.moment -= timedelta(days=400)
    assert len(rescanned(database, Scanner(None), clock)) == 1


def test_scans_end_after_a_while_and_the_others_come_the_next_time(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held(database, *"abcd")
    seconds = iter(range(0, 100, 6))
    monkeypatch.setattr(held_files.time, "monotonic", lambda: next(seconds))
    assert len(rescanned(database, Scanner(None), clock)) == 1
    monkeypatch.undo()
    assert len(rescanned(database, Scanner(None, None, None), clock)) == 3


def test_trouble_with_the_database_is_no_fault_of_a_file(database: Database, clock: Clock) -> None:
    [file] = held(database, "a")

    def fails(session: Session, told: Rescanned) -> None:
        raise OperationalError("INSERT", {}, Exception("the server closed the connection"))

    with pytest.raises(OperationalError):
        rescan_held(database, Scanner(None), fails, clock.now())
    assert (row(database, file.id).held_because, row(database, file.id).scan_after) == (HELD, None)


def test_a_file_is_told_of_once_in_the_transaction_that_ends_its_holding(database: Database, clock: Clock) -> None:
    [first, second] = held(database, *"ab")

    def fails(session: Session, told: Rescanned) -> None:
        if told.id == first.id:
            raise RuntimeError("the letter could not be queued")

    assert rescan_held(database, Scanner(None, None), fails, clock.now()) == 1
    assert row(database, first.id).held_because == HELD, "released, and nobody would be told"
    assert row(database, second.id).held_because is None
    clock.moment += timedelta(minutes=1)
    assert [file.id for file in rescanned(database, Scanner(None), clock)] == [first.id]


def test_two_workers_that_scan_the_same_file_tell_of_it_once(database: Database, clock: Clock) -> None:
    held(database, "a")
    other: list[Rescanned] = []

    def while_the_other_is_faster(content: bytes) -> None:
        other.extend(rescanned(database, Scanner(None), clock))

    assert rescanned(database, while_the_other_is_faster, clock) == []
    assert len(other) == 1


def test_a_file_that_was_sent_while_it_was_scanned_is_told_with_its_ticket(database: Database, clock: Clock) -> None:
    file, number = staged(database, held=HELD), new_ticket(database)
    [told] = rescanned(database, lambda content: adopted(database, file, ticket=number) and None, clock)
    assert told.ticket_number == number


def test_a_file_that_was_removed_while_it_was_scanned_is_not_told_of(database: Database, clock: Clock) -> None:
    file = staged(database, held=HELD)

    def scan(content: bytes) -> None:
        with database.transaction() as session:
            attachments.remove(session, file.token)

    assert rescanned(database, scan, clock) == []
