import threading
from collections.abc import Callable

from sqlalchemy import select

from formapp.models import Attachment
from formapp.rules.files import KeptFile
from formapp.services import attachments
from formapp.services.database import Database
from tests.services.kept_files import adopted, contents, count, new_ticket, staged


def together(*work: Callable[[], object]) -> list[object]:
    """Do all at the same moment in threads; return what each gave or raised."""
    gate = threading.Barrier(len(work))
    results: list[object] = [None] * len(work)

    def run(index: int) -> None:
        gate.wait(10)
        try:
            results[index] = work[index]()
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_files_staged_at_the_same_moment_are_all_kept(database: Database) -> None:
    content = b"x" * 1_000_000
    kept = together(*(lambda index=index: staged(database, content + bytes([48 + index])) for index in range(6)))
    assert all(isinstance(file, KeptFile) for file in kept), kept
    with database.reading() as session:
        assert attachments.find(session, [file.token for file in kept if isinstance(file, KeptFile)]) == kept


def test_two_submissions_that_adopt_the_same_files_at_once_both_have_them(database: Database) -> None:
    files = [staged(database, bytes([byte])) for byte in b"abcde"]
    first, second = new_ticket(database), new_ticket(database)
    # In opposite orders, so that they would wait for each other without a common one.
    done = together(lambda: adopted(database, *files, ticket=first), lambda: adopted(database, *reversed(files), ticket=second))
    assert not [result for result in done if isinstance(result, Exception)], done
    with database.reading() as session:
        for number in (first, second):
            theirs = session.scalars(select(Attachment.content).where(Attachment.ticket_number == number)).all()
            assert sorted(theirs) == [b"a", b"b", b"c", b"d", b"e"]
    assert (count(database), len(contents(database))) == (10, 5)
