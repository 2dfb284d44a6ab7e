"""What the worker does beside the mail: held files are scanned again, feedback goes to its readers, and what nobody needs is deleted."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from formapp.mail.letters import team_file_infected, team_file_released
from formapp.models import Escalation
from formapp.rules.references import ticket_id
from formapp.services import attachments, feedback_digests, feedback_replies, feedback_weekly, missed_searches, outbox, proofs
from formapp.services.database import Database
from formapp.services.held_files import Rescanned, rescan_held
from formapp.services.intake import Desk
from formapp.services.virus_scan import Clamd
from formapp.services.voters import forget_voters

# Files are deleted some at a time; what is left of very many waits for the next time, for the caller has mail to send.
_MOST_PURGES = 500

log = structlog.get_logger()


def tidy(database: Database, desk: Desk, scanner: Clamd | None, now: datetime) -> Counter[str]:
    """Scan held files anew, tell the team of each, and delete what nobody needs; return what there was, and how many.

    What concerns feedback comes after that, each part on its own: one that fails is logged, and the first error raised at the end.
    """

    def tell(session: Session, file: Rescanned) -> None:
        _tell_team(session, desk, file, now)

    # Where no scanner is set any more, what is held stays held: a slip in the settings must release nothing.
    rescanned = rescan_held(database, scanner.scan, tell, now) if scanner else 0
    purged = 0
    for _ in range(_MOST_PURGES):
        with database.transaction() as session:
            some = attachments.purge_staged(session, now)
        purged += some
        if not some:
            break
    with database.transaction() as session:
        spent = proofs.purge_spent(session, now)
        loose = forget_voters(session, desk.today(now))
        searches = missed_searches.purge(session, desk.today(now))
    _each_on_its_own(
        {
            "digests of feedback": lambda: feedback_digests.send_digests(database, desk, now),
            "weekly summaries": lambda: feedback_weekly.send_weekly(database, desk, now),
            "readers who are told": lambda: feedback_replies.tell_readers(database, desk, now),
            "what was deleted": database.forget_deleted,
        }
    )
    return +Counter(
        files_scanned=rescanned,
        unsent_files_deleted=purged,
        proofs_forgotten=spent,
        voters_forgotten=loose,
        searches_deleted=searches,
    )


def _each_on_its_own(parts: Mapping[str, Callable[[], object]]) -> None:
    first = None
    for name, part in parts.items():
        try:
            part()
        except Exception as trouble:
            # The kind only: what an error says may hold a reader's words.
            log.error("a part of tidying up failed", part=name, error=type(trouble).__name__)
            first = first or trouble
    if first:
        raise first


def _tell_team(session: Session, desk: Desk, file: Rescanned, now: datetime) -> None:
    number = file.ticket_number
    if number is None:
        escalation = session.get(Escalation, file.escalation_id) if file.escalation_id else None
        if escalation is None:
            return  # still staged: there is nothing to tell of yet
        number = escalation.given_number
    bc = ticket_id(desk.policy, number)
    if file.virus:
        letter = team_file_infected(ticket_id=bc, name=file.name, virus=file.virus, team=desk.team_email)
    else:
        link = desk.links.attachment_url(file.id)
        letter = team_file_released(ticket_id=bc, name=file.name, link=link, team=desk.team_email, note=file.warning)
    outbox.queue(session, letter, letterhead=desk.letterhead, now=now, ticket_number=file.ticket_number)
