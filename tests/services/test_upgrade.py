"""An upgrade of a database that is in use: what was promised and sent before the life of a ticket was kept is owed as it was."""

from datetime import UTC, datetime
from typing import Any

from alembic import command
from sqlalchemy import MetaData, insert, select

from formapp.models import Complaint, Escalation, OutgoingMail, Promise, Ticket
from formapp.services.database import Database, _alembic, check_schema, migrate

BEFORE, ANSWERED = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC)
# The upgrade looks at the real clock: long over, and still to come for a long time.
OVER, FIRST, SECOND = datetime(2020, 1, 2, tzinfo=UTC), datetime(2199, 1, 2, tzinfo=UTC), datetime(2199, 1, 3, tzinfo=UTC)
UNANSWERED, DONE, COMPLAINT, ESCALATED, REVIEWED, REFUSED = range(1001, 1007)


def ticket(number: int, **changes: Any) -> dict[str, Any]:
    texts = dict.fromkeys(("summary", "description", "area", "extent", "effect", "impact", "browser", "name", "company"), "x")
    row = {"number": number, "received_at": BEFORE, "status": "open", "is_proven": True, "request_type": "incident", "priority": "P1"}
    return texts | row | {"email": "ann@example.net", "content_digest": "0" * 64, "first_response_at": ANSWERED} | changes


def promise(number: int) -> dict[str, Any]:
    said = dict.fromkeys(("target", "basis", "working", "policy_version"), "x")
    return {"ticket_number": number, "made_at": BEFORE, "counted_from": BEFORE, "due_at": SECOND} | said


def escalation(number: int, review_by: datetime | None) -> dict[str, Any]:
    texts = dict.fromkeys(("company", "name", "phone", "impact", "business_case"), "x")
    asked = {"received_at": BEFORE, "given_number": number, "ticket_number": number, "verdict": "passed" if review_by else "not yet"}
    return texts | asked | {"review_by": review_by, "is_proven": True, "email": "ann@example.net", "content_digest": "0" * 64}


def mail(number: int, **changes: Any) -> dict[str, Any]:
    to = {"recipient": "ann@example.net", "recipient_mailbox": "ann@example.net", "recipient_domain": "example.net"}
    row = {"ticket_number": number, "purpose": "ticket-acknowledgement", "message_id": f"<{number}@example.org>", "raw": b"x"}
    times = dict.fromkeys(("created_at", "trying_since", "send_after"), BEFORE)
    return to | row | times | {"attempts": 1, "failed_at": None, "sent_at": None} | changes


ROWS: dict[str, list[dict[str, Any]]] = {
    "tickets": [
        ticket(UNANSWERED, first_response_at=None),
        ticket(COMPLAINT, request_type="complaint", priority=None),
        *(ticket(number) for number in (DONE, ESCALATED, REVIEWED, REFUSED)),
    ],
    "promises": [promise(number) for number in range(UNANSWERED, REFUSED + 1)],
    "complaints": [{"ticket_number": COMPLAINT, "answer_by": FIRST} | dict.fromkeys(("about", "wanted", "phone", "about_ticket"), "")],
    # Of an unanswered ticket the review comes first.
    "escalations": [
        escalation(UNANSWERED, FIRST),
        escalation(ESCALATED, SECOND),
        escalation(ESCALATED, FIRST),
        escalation(REVIEWED, OVER),
        escalation(REFUSED, None),
    ],
    "outgoing_mails": [mail(UNANSWERED, failed_at=ANSWERED), mail(DONE, sent_at=BEFORE)],
}


def before_the_upgrade(database: Database) -> None:
    """Fill a database of the release before, as it was then."""
    command.downgrade(_alembic(database.engine), "0003")
    earlier = MetaData()
    earlier.reflect(database.engine)
    with database.engine.begin() as connection:
        for table, rows in ROWS.items():
            connection.execute(insert(earlier.tables[table]), rows)


def test_an_upgrade_keeps_what_is_owed_and_tells_nobody_of_what_failed_long_ago(database: Database) -> None:
    before_the_upgrade(database)
    migrate(database)
    check_schema(database)
    with database.reading() as session:
        due = dict(session.execute(select(Ticket.number, Ticket.next_due_at)).all())
        promises = {one.ticket_number: one for one in session.scalars(select(Promise))}
        reviews = session.execute(select(Escalation.ticket_number, Escalation.answered_at).order_by(Escalation.id)).all()
        mails = session.execute(select(OutgoingMail.failed_at, OutgoingMail.failure_told_at).order_by(OutgoingMail.id)).all()
        answered = session.scalars(select(Complaint.answered_at)).all()
        revisions = set(session.scalars(select(Ticket.revision)))
    assert due == {UNANSWERED: FIRST, DONE: None, COMPLAINT: FIRST, ESCALATED: FIRST, REVIEWED: None, REFUSED: None}
    stands, kept = promises[UNANSWERED], promises[DONE]
    assert (stands.ended_at, stands.ended_as, kept.ended_at, kept.ended_as) == (None, None, ANSWERED, "answered")
    assert (stands.asked_at, stands.warn_at, stands.is_first, stands.request_type, stands.priority) == (
        BEFORE,
        SECOND,
        True,
        "incident",
        "P1",
    )
    assert (promises[COMPLAINT].request_type, promises[COMPLAINT].priority) == ("complaint", None)
    # What was reviewed before could not be noted.
    assert [at for _, at in reviews] == [None, None, None, OVER, None]
    assert [told for _, told in mails] == [ANSWERED, None]
    assert (answered, revisions) == ([None], {0})


def test_there_and_back_again_every_row_is_what_it_was(database: Database) -> None:
    before_the_upgrade(database)

    def rows() -> dict[str, list[dict[str, Any]]]:
        earlier = MetaData()
        earlier.reflect(database.engine, only=list(ROWS))
        with database.engine.begin() as connection:
            return {name: sorted(map(repr, connection.execute(select(earlier.tables[name])).mappings())) for name in ROWS}  # type: ignore[misc]

    found = rows()
    migrate(database)
    command.downgrade(_alembic(database.engine), "0003")
    assert rows() == found
    migrate(database)
    check_schema(database)
