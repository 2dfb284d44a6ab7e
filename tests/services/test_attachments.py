import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select

from formapp.models import Attachment
from formapp.rules.files import CheckedFile
from formapp.services import attachments
from formapp.services.attachments import STAGED_FOR, NoRoom, UnknownFile
from formapp.services.database import Database
from tests.clock import MONDAY_AFTERNOON, Clock
from tests.services.kept_files import HELD, adopted, contents, count, new_escalation, new_ticket, row, staged


def test_a_staged_file_is_found_by_its_token_in_the_order_asked_for(database: Database) -> None:
    first, second = staged(database, b"one", "one.txt"), staged(database, b"two", "скриншот.txt")
    with database.reading() as session:
        assert attachments.find(session, [second.token, "unknown", first.token, second.token]) == [second, first]
        assert attachments.find(session, []) == []


def test_only_a_digest_of_the_token_is_stored(database: Database) -> None:
    file = staged(database)
    with database.reading() as session:
        stored = session.scalars(select(Attachment)).one()
        values = {name: getattr(stored, name) for name in Attachment.__table__.columns.keys()}  # noqa: SIM118
    assert len(file.token) >= 32
    assert not any(file.token in str(value) for value in values.values())
    assert values["token_digest"] == hashlib.sha256(file.token.encode()).hexdigest()


def test_tokens_of_two_files_of_the_same_content_differ(database: Database) -> None:
    assert staged(database).token != staged(database).token


@pytest.mark.parametrize("token", ["", "\x00", "\ud800", "x" * 100_000, "%", "' OR 1=1 --"])
def test_d44_a_strange_token_names_no_file(database: Database, token: str) -> None:
    file = staged(database)
    with database.transaction() as session:
        assert attachments.find(session, [token]) == []
        attachments.remove(session, token)
        with pytest.raises(UnknownFile, match="add it again"):
            attachments.adopt(session, [token], ticket_number=1)
        assert attachments.find(session, [file.token]) == [file]


def test_very_many_tokens_are_no_more_than_the_database_takes(database: Database) -> None:
    file = staged(database)
    with database.reading() as session:
        assert attachments.find(session, [file.token, *map(str, range(70_000))]) == [file]


@pytest.mark.parametrize(
    ("content", "of"),
    [
        (b"another", CheckedFile("a.txt", "txt", 7, "0" * 64, None)),
        (b"a", CheckedFile("a.txt", "txt", 2, hashlib.sha256(b"a").hexdigest(), None)),
    ],
    ids=["digest", "size"],
)
def test_only_the_content_that_was_checked_is_kept(database: Database, content: bytes, of: CheckedFile) -> None:
    with database.transaction() as session, pytest.raises(ValueError, match="checked"):
        attachments.stage(session, of, content, held_because=None, now=MONDAY_AFTERNOON)
    assert count(database) == 0


def test_no_content_is_kept_that_is_too_large_even_if_it_was_called_checked(database: Database) -> None:
    content = b"x" * 5_000_001
    file = CheckedFile("a.txt", "txt", len(content), hashlib.sha256(content).hexdigest(), None)
    with database.transaction() as session, pytest.raises(ValueError, match="checked"):
        attachments.stage(session, file, content, held_because=None, now=MONDAY_AFTERNOON)
    assert count(database) == 0


def test_a_removed_file_is_gone(database: Database) -> None:
    file, other = staged(database), staged(database)
    with database.transaction() as session:
        attachments.remove(session, file.token)
        assert attachments.find(session, [file.token, other.token]) == [other]
    assert count(database) == len(contents(database)) == 1


def test_only_a_file_that_is_staged_is_there_to_be_removed(database: Database) -> None:
    file, sent = staged(database), staged(database)
    adopted(database, sent, ticket=new_ticket(database))
    with database.reading() as session:
        assert [attachments.is_staged(session, token) for token in (file.token, sent.token, "never", "")] == [True, False, False, False]


def test_adopted_files_are_the_tickets_in_the_order_given(database: Database) -> None:
    first, second = staged(database, b"one", "one.txt"), staged(database, b"two", "two.csv", HELD)
    number = new_ticket(database)
    files = adopted(database, second, first, ticket=number)
    assert [(file.name, file.kind, file.size, file.warning, file.held_because) for file in files] == [
        ("two.csv", "csv", 3, None, HELD),
        ("one.txt", "txt", 3, None, None),
    ]
    assert {row(database, file.id).ticket_number for file in files} == {number}
    assert count(database) == 2
    with database.reading() as session:
        assert attachments.find(session, [first.token, second.token]) == [first, second]
        assert attachments.content_of(session, files[0].id) == b"two"


def test_an_escalation_has_files_as_a_ticket_has(database: Database) -> None:
    escalation = new_escalation(database)
    [file] = adopted(database, staged(database), escalation=escalation)
    kept = row(database, file.id)
    assert (kept.ticket_number, kept.escalation_id) == (None, escalation)


def test_a_token_that_is_given_twice_is_one_file(database: Database) -> None:
    file = staged(database)
    assert len(adopted(database, file, file, ticket=new_ticket(database))) == 1
    assert count(database) == 1


def test_the_same_submission_again_gets_the_same_files(database: Database) -> None:
    file, number = staged(database), new_ticket(database)
    assert adopted(database, file, ticket=number) == adopted(database, file, ticket=number)
    assert count(database) == 1


def test_d44_a_file_that_another_submission_owns_is_copied_and_stays_with_its_owner(database: Database) -> None:
    file, first, second = staged(database, b"evidence", held=HELD), new_ticket(database), new_ticket(database)
    [original] = adopted(database, file, ticket=first)
    [copy] = adopted(database, file, ticket=second)
    [other] = adopted(database, file, escalation=new_escalation(database))
    kept, copied = row(database, original.id), row(database, copy.id)
    assert len({original.id, copy.id, other.id}) == 3
    assert (kept.ticket_number, copied.ticket_number) == (first, second)
    same = ("name", "kind", "size", "digest", "warning", "held_because", "content_id", "content", "added_at")
    assert [getattr(kept, name) for name in same] == [getattr(copied, name) for name in same]
    assert copied.token_digest != kept.token_digest
    assert contents(database) == [b"evidence"]


def test_no_content_is_read_or_written_when_files_become_a_submissions(database: Database) -> None:
    files, first, second = [staged(database), staged(database)], new_ticket(database), new_ticket(database)
    said: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *arguments: said.append(arguments[2]))
    adopted(database, *files, ticket=first)
    adopted(database, *files, ticket=second)
    assert len(said) > 4
    assert not [statement for statement in said if "file_contents" in statement]


def test_more_files_than_a_form_may_have_are_adopted_all_the_same(database: Database) -> None:
    files = [staged(database) for _ in range(60)]
    assert len(adopted(database, *files, ticket=new_ticket(database))) == 60


def test_d42_staged_files_have_so_much_room_and_what_is_sent_or_removed_makes_room_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MOST_STAGED", 2_000_000)
    # A row takes room as well, so that very small files cannot be very many.
    first, second = (staged(database, b"x" * 900_000) for _ in range(2))
    for content in (b"x" * 900_000, b"x" * 180_001):
        with pytest.raises(NoRoom, match="send the form without them"):
            staged(database, content)
    assert count(database) == len(contents(database)) == 2
    staged(database, b"x" * 100_000)
    with database.transaction() as session:
        attachments.remove(session, first.token)
    staged(database, b"x" * 900_000)
    adopted(database, second, ticket=new_ticket(database))
    staged(database, b"x" * 900_000)


def test_an_unknown_token_keeps_the_whole_submission_from_being_stored(database: Database) -> None:
    file, number = staged(database), new_ticket(database)
    with pytest.raises(UnknownFile), database.transaction() as session:
        attachments.adopt(session, [file.token, "gone"], ticket_number=number)
    with database.transaction() as session:
        attachments.remove(session, file.token)
    assert count(database) == 0, "the first file had become the ticket's"


@pytest.mark.parametrize("owners", [{}, {"ticket_number": 1001, "escalation_id": 1}])
def test_a_file_has_exactly_one_owner(database: Database, owners: dict[str, int]) -> None:
    file = staged(database)
    with database.transaction() as session, pytest.raises(ValueError, match="one owner"):
        attachments.adopt(session, [file.token], **owners)


def test_d44_nobody_removes_an_adopted_file_by_the_token_of_the_form(database: Database) -> None:
    file = staged(database)
    [kept] = adopted(database, file, ticket=new_ticket(database))
    with database.transaction() as session:
        attachments.remove(session, file.token)
    with database.reading() as session:
        assert attachments.content_of(session, kept.id) == b"a line\n"


def test_d44_only_a_submissions_file_can_be_downloaded(database: Database) -> None:
    still_staged = staged(database)
    [kept] = adopted(database, staged(database, b"mine"), ticket=new_ticket(database))
    [asked] = adopted(database, staged(database, b"yours"), escalation=new_escalation(database))
    with database.reading() as session:
        staged_id = session.scalars(
            select(Attachment.id).where(Attachment.ticket_number.is_(None), Attachment.escalation_id.is_(None))
        ).one()
        assert attachments.open_for_download(session, kept.id) == (kept, b"mine")
        assert attachments.open_for_download(session, asked.id) == (asked, b"yours")
        for number in (staged_id, 0, -1, 10**9):
            assert attachments.open_for_download(session, number) is None
        assert attachments.find(session, [still_staged.token]) == [still_staged]


def test_d41_a_held_file_is_opened_with_the_reason_why_nobody_may_have_it_yet(database: Database) -> None:
    [file] = adopted(database, staged(database, held=HELD), ticket=new_ticket(database))
    with database.reading() as session:
        opened = attachments.open_for_download(session, file.id)
    assert opened is not None
    assert opened[0].held_because == HELD


def test_a_submissions_files_are_listed_and_nobody_elses(database: Database) -> None:
    ticket, escalation = new_ticket(database), new_escalation(database)
    mine = adopted(database, staged(database, b"1", "1.txt"), staged(database, b"2", "2.txt", HELD), ticket=ticket)
    asked = adopted(database, staged(database), escalation=escalation)
    adopted(database, staged(database), ticket=new_ticket(database))
    staged(database)
    with database.reading() as session:
        assert attachments.of_ticket(session, ticket) == mine
        assert attachments.of_escalation(session, escalation) == asked
        assert attachments.of_ticket(session, 0) == []


def test_a_file_that_is_unknown_has_no_content(database: Database) -> None:
    with database.reading() as session, pytest.raises(KeyError):
        attachments.content_of(session, 7)


def test_d42_files_that_nobody_sent_are_purged_after_a_day_in_small_batches(database: Database, clock: Clock) -> None:
    sent, *_ = [staged(database) for _ in range(25)]
    adopted(database, sent, ticket=new_ticket(database))
    recent = staged(database, at=clock.now() + timedelta(minutes=1))
    clock.moment += STAGED_FOR
    batches = []
    while True:
        with database.transaction() as session:
            batches.append(attachments.purge_staged(session, clock.now()))
        if not batches[-1]:
            break
    assert sum(batches) == 24
    assert max(batches) < 24
    with database.reading() as session:
        assert attachments.find(session, [sent.token, recent.token]) == [sent, recent]
    assert len(contents(database)) == 2


def test_a_file_of_less_than_a_day_is_not_purged(database: Database, clock: Clock) -> None:
    staged(database)
    clock.moment += STAGED_FOR - timedelta(microseconds=1)
    with database.transaction() as session:
        assert attachments.purge_staged(session, clock.now()) == 0
    assert count(database) == 1


def test_the_moment_of_staging_is_kept_in_utc(database: Database) -> None:
    file = staged(database)
    with database.reading() as session:
        assert session.scalars(select(Attachment.added_at)).one() == datetime(2026, 11, 23, 4, 28, tzinfo=UTC)
    assert file.said == "TXT, 7 bytes"
