"""What the worker does beside the mail."""

from datetime import timedelta
from unittest.mock import Mock

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from formapp.forms.escalation import EscalationAnswers
from formapp.mail.header_lines import MalformedLetter
from formapp.mail.purposes import FEEDBACK_ACTED_ON, FEEDBACK_DIGEST, FEEDBACK_WEEKLY
from formapp.models import Attachment, OutgoingMail, SpentChallenge
from formapp.rules.files import KeptFile
from formapp.rules.lifecycle import Status
from formapp.runtime import Runtime
from formapp.services import attachments, escalations, feedback_weekly, housekeeping, proofs, staff_acts
from formapp.services.database import DatabaseError
from formapp.services.intake import Envelope
from formapp.services.proofs import Solved
from formapp.services.virus_scan import Infected, ScannerDown
from tests.clock import Clock
from tests.file_links import file_url
from tests.mails import text_of
from tests.sample_files import SAMPLES, checked
from tests.services import given_feedback as given
from tests.services.life import STAFF, Life

ASKED = EscalationAnswers(4711, "Soapbox", "Zoë", "zoe@example.net", "07 3000 0000", "Nobody can export.", "Wages are due.")


class Scanner:
    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble

    def scan(self, content: bytes) -> None:
        if self.trouble:
            raise self.trouble


def held(runtime: Runtime, name: str = "a.png") -> KeptFile:
    with runtime.database.transaction() as session:
        content = SAMPLES["png"]
        return attachments.stage(session, checked(name, content), content, held_because="it has not been scanned yet", now=runtime.now())


def escalated(runtime: Runtime, *files: KeptFile) -> None:
    with runtime.database.transaction() as session:
        escalations.submit(session, ASKED, Envelope(files=files), runtime.desk, runtime.now())


def team_letters(runtime: Runtime) -> list[tuple[str, str]]:
    with runtime.database.reading() as session:
        mails = session.scalars(select(OutgoingMail).where(OutgoingMail.purpose.like("team-file%"))).all()
        return [(mail.purpose, text_of(mail.raw)) for mail in mails]


def tidied(runtime: Runtime, trouble: Exception | None = None) -> dict[str, int]:
    return housekeeping.tidy(runtime.database, runtime.desk, Scanner(trouble), runtime.now())  # type: ignore[arg-type]


def test_d41_a_held_file_that_is_clean_is_released_and_the_team_gets_its_link(runtime: Runtime) -> None:
    escalated(runtime, held(runtime))
    assert tidied(runtime)["files_scanned"] == 1
    ((purpose, said),) = team_letters(runtime)
    assert purpose == "team-file-released"
    assert "a.png" in said
    assert "BC-4711" in said
    assert file_url(runtime, 1) in said.replace("\n", "")
    assert tidied(runtime) == {}
    assert len(team_letters(runtime)) == 1


def test_d41_a_held_file_with_a_virus_is_deleted_and_the_team_told_its_name(runtime: Runtime) -> None:
    escalated(runtime, held(runtime))
    tidied(runtime, Infected("Eicar-Test-Signature"))
    ((purpose, said),) = team_letters(runtime)
    assert purpose == "team-file-infected"
    assert "Eicar-Test-Signature" in said
    with runtime.database.reading() as session:
        assert session.scalars(select(Attachment.content)).all() == [None]


def test_d41_while_the_scanner_does_not_answer_a_file_stays_held(runtime: Runtime, clock: Clock) -> None:
    escalated(runtime, held(runtime))
    assert tidied(runtime, ScannerDown("did not answer in time"))["files_scanned"] == 0
    assert team_letters(runtime) == []
    assert tidied(runtime)["files_scanned"] == 0, "it is not tried again at once"
    clock.pass_(minutes=1)
    assert tidied(runtime)["files_scanned"] == 1


def test_a_held_file_that_was_not_sent_yet_is_scanned_and_nobody_is_told(runtime: Runtime) -> None:
    file = held(runtime)
    assert tidied(runtime)["files_scanned"] == 1
    assert team_letters(runtime) == []
    escalated(runtime, file)
    with runtime.database.reading() as session:
        assert session.scalars(select(Attachment.held_because)).all() == [None]


def test_a_scanner_that_is_no_longer_set_releases_nothing(runtime: Runtime) -> None:
    escalated(runtime, held(runtime))
    assert housekeeping.tidy(runtime.database, runtime.desk, None, runtime.now())["files_scanned"] == 0
    assert team_letters(runtime) == []


def test_d42_unsent_files_and_old_proofs_are_forgotten(runtime: Runtime, clock: Clock) -> None:
    kept = held(runtime, "sent.png")
    for number in range(50):
        held(runtime, f"{number}.png")
    escalated(runtime, kept)
    with runtime.database.transaction() as session:
        session.execute(update(Attachment).values(held_because=None))
        assert proofs.spend(session, Solved("nonce", clock.now() + timedelta(minutes=20)), clock.now())
    clock.pass_(hours=24)
    assert tidied(runtime) == {"unsent_files_deleted": 50, "proofs_forgotten": 1}
    with runtime.database.reading() as session:
        assert session.scalars(select(Attachment.name)).all() == ["sent.png"]
        assert session.scalars(select(SpentChallenge)).all() == []


def test_what_should_be_known_of_a_released_file_stands_in_the_letter_with_its_link(runtime: Runtime) -> None:
    escalated(runtime, held(runtime))
    with runtime.database.transaction() as session:
        session.execute(update(Attachment).values(warning="This PDF holds a script: open it with care"))
    tidied(runtime)
    ((_, said),) = team_letters(runtime)
    assert "This PDF holds a script: open it with care" in said


def test_very_many_unsent_files_are_deleted_little_by_little(runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "_MOST_PURGES", 2)
    for number in range(50):
        held(runtime, f"{number}.png")
    with runtime.database.transaction() as session:
        session.execute(update(Attachment).values(held_because=None))
    clock.pass_(hours=24)
    assert [tidied(runtime)["unsent_files_deleted"] for _ in range(3)] == [40, 10, 0]


@pytest.mark.parametrize(
    "place", ["held_files.rescan_held", "attachments.purge_staged", "missed_searches.purge", "team_morning.send_morning"]
)
def test_what_fails_with_files_or_letters_does_not_stop_the_life_of_tickets(
    life: Life, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    number = life.ticket()
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.send_mail()
    fails = Mock(side_effect=OperationalError("a customer’s words", {}, Exception("server closed the connection")))
    monkeypatch.setattr(f"formapp.services.{place}", fails)
    if place == "held_files.rescan_held":
        monkeypatch.setattr(housekeeping, "rescan_held", fails)
    for day, status in (("2026-11-24 09:00", Status.WAITING), ("2026-12-01 09:00", Status.RESOLVED)):
        life.goes_to(day)
        with capture_logs() as lines, pytest.raises(OperationalError):
            tidied(life.runtime)
        assert life.status(number) is status
        assert [(line["event"], line["error"]) for line in lines] == [("a part of tidying up failed", "OperationalError")]
        assert "words" not in str(lines)


def test_what_a_pass_has_done_is_counted_by_its_parts(life: Life) -> None:
    number, other = life.ticket(), life.ticket(request_type="incident", priority="P1")
    life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.refuse_mail(to="zoe@")
    assert tidied(life.runtime) == {"undelivered_mails_told": 1}
    life.do(staff_acts.reply, number, STAFF, text="Which browser, please?", waits=True)
    life.escalate(other)
    life.send_mail()
    life.goes_to("2026-11-23 16:29")
    assert tidied(life.runtime) == {"windows_begun": 1, "answers_due": 1, "proofs_forgotten": 2}
    life.escalate(other, impact="All of our four payroll officers wait for it.")
    life.goes_to("2026-11-27 15:00")
    assert tidied(life.runtime) == {"customers_reminded": 1, "dates_late": 1}
    life.goes_to("2026-12-01 10:00")
    assert tidied(life.runtime) == {"tickets_moved_on": 1, "morning_letters": 1}


@pytest.mark.parametrize(
    ("place", "sent"),
    [
        ("feedback_digests.send_digests", [FEEDBACK_ACTED_ON, FEEDBACK_WEEKLY]),
        ("feedback_weekly.send_weekly", [FEEDBACK_ACTED_ON, FEEDBACK_DIGEST]),
        ("feedback_replies.tell_readers", [FEEDBACK_DIGEST, FEEDBACK_WEEKLY]),
    ],
)
def test_what_fails_with_feedback_stops_nothing_else_and_is_said_at_the_end(
    runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch, place: str, sent: list[str]
) -> None:
    given.article(runtime)
    feedback_weekly.send_weekly(runtime.database, runtime.desk, runtime.now())
    clock.pass_(days=14)
    given.feedback(runtime, given_at=runtime.now() - timedelta(days=5))
    given.feedback(runtime, "", email="reader@example.net", state="done", published_at=runtime.now())
    forgot = []
    monkeypatch.setattr(runtime.database, "forget_deleted", lambda: forgot.append(True))

    def fails(*args: object) -> None:
        raise OperationalError("a reader’s words", {}, Exception("server closed the connection"))

    monkeypatch.setattr(f"formapp.services.{place}", fails)
    with capture_logs() as lines, pytest.raises(OperationalError):
        tidied(runtime)
    with runtime.database.reading() as session:
        assert sorted(session.scalars(select(OutgoingMail.purpose))) == sent
    assert forgot == [True]
    assert [(line["event"], line["error"]) for line in lines] == [("a part of tidying up failed", "OperationalError")]
    assert "words" not in str(lines)


def test_of_several_errors_the_first_is_raised(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, trouble in (("feedback_weekly.send_weekly", DatabaseError("busy")), ("feedback_replies.tell_readers", ValueError("x"))):
        monkeypatch.setattr(f"formapp.services.{name}", Mock(side_effect=trouble))
    with pytest.raises(DatabaseError):
        tidied(runtime)


@pytest.mark.parametrize("trouble", [None, Infected("x")])
def test_a_letter_about_a_file_and_its_release_come_together_or_not_at_all(
    runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch, trouble: Exception | None
) -> None:
    escalated(runtime, held(runtime))

    def fails(*args: object, **kwargs: object) -> None:
        raise MalformedLetter("no such letter must leave")

    with monkeypatch.context() as patched:
        patched.setattr(housekeeping.outbox, "queue", fails)
        assert tidied(runtime, trouble)["files_scanned"] == 0
    with runtime.database.reading() as session:
        assert session.scalars(select(Attachment.held_because)).one() is not None
        assert session.scalars(select(Attachment.content)).one() == SAMPLES["png"]
    clock.pass_(minutes=1)
    assert tidied(runtime, trouble)["files_scanned"] == 1
    assert len(team_letters(runtime)) == 1
