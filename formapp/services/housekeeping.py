"""What the worker does beside the mail: time moves tickets on, held files are scanned again, and what nobody needs is deleted."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from formapp.mail.letters import team_file_infected, team_file_released
from formapp.models import Escalation
from formapp.rules.references import ticket_id
from formapp.services import (
    attachments,
    due_warnings,
    feedback_digests,
    feedback_replies,
    feedback_weekly,
    missed_searches,
    outbox,
    proofs,
    team_morning,
    timers,
    undelivered,
)
from formapp.services.database import Database
from formapp.services.desk import Desk
from formapp.services.held_files import Rescanned, rescan_held
from formapp.services.staff_links import staff_links
from formapp.services.virus_scan import Clamd
from formapp.services.voters import forget_voters

# Files are deleted some at a time; what is left of very many waits for the next time, for the caller has mail to send.
_MOST_PURGES = 500

log = structlog.get_logger()


def tidy(database: Database, desk: Desk, scanner: Clamd | None, now: datetime, *, all_mail_is_read: bool = True) -> Counter[str]:
    """Move tickets on, tell who must be told, scan held files anew, and delete what nobody needs; return what there was, and how many.

    Each part is on its own: one that fails is logged and holds up no other, and the first error is raised at the end. As long as not
    `all_mail_is_read`, time does nothing to a ticket whose customer may have answered.
    """
    parts: dict[str, Callable[[], object]] = {
        "windows_begun": lambda: timers.start_windows(database, desk),
        "windows_mended": lambda: timers.mend_windows(database, desk, now),
        "tickets_moved_on": lambda: timers.step(database, desk, now) if all_mail_is_read else 0,
        "customers_reminded": lambda: timers.remind(database, desk, now) if all_mail_is_read else 0,
        "answers_due": lambda: due_warnings.warn(database, desk, now),
        "dates_late": lambda: due_warnings.warn_of_dates(database, desk, now),
        "undelivered_mails_told": lambda: undelivered.tell_team(database, desk, now),
        "morning_letters": lambda: team_morning.send_morning(database, desk, now),
        # Where no scanner is set any more, what is held stays held: a slip in the settings must release nothing.
        "files_scanned": lambda: _rescan(database, desk, scanner, now) if scanner else 0,
        "unsent_files_deleted": lambda: _purge_staged(database, now),
        "proofs_forgotten": lambda: _in_transaction(database, lambda session: proofs.purge_spent(session, now)),
        "voters_forgotten": lambda: _in_transaction(database, lambda session: forget_voters(session, desk.today(now))),
        "searches_deleted": lambda: _in_transaction(database, lambda session: missed_searches.purge(session, desk.today(now))),
        "digests_sent": lambda: feedback_digests.send_digests(database, desk, now),
        "weekly_summaries_sent": lambda: feedback_weekly.send_weekly(database, desk, now),
        "readers_told": lambda: feedback_replies.tell_readers(database, desk, now),
        "deleted_for_good": database.forget_deleted,
    }
    done, first = Counter[str](), None
    for name, part in parts.items():
        try:
            count = part()
        except Exception as trouble:
            # The kind only: what an error says may hold a customer's or a reader's words.
            log.error("a part of tidying up failed", part=name, error=type(trouble).__name__)
            first = first or trouble
        else:
            done[name] = count if isinstance(count, int) else 0
    if first:
        raise first
    return +done


def _in_transaction(database: Database, work: Callable[[Session], int]) -> int:
    with database.transaction() as session:
        return work(session)


def _rescan(database: Database, desk: Desk, scanner: Clamd, now: datetime) -> int:
    def tell(session: Session, file: Rescanned) -> None:
        _tell_team(session, desk, file, now)

    return rescan_held(database, scanner.scan, tell, now)


def _purge_staged(database: Database, now: datetime) -> int:
    purged = 0
    for _ in range(_MOST_PURGES):
        some = _in_transaction(database, lambda session: attachments.purge_staged(session, now))
        purged += some
        if not some:
            break
    return purged


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
        link = staff_links(session, desk, now).file_url(file.id)
        letter = team_file_released(ticket_id=bc, name=file.name, link=link, team=desk.team_email, note=file.warning)
    outbox.queue(session, letter, letterhead=desk.letterhead, now=now, ticket_number=file.ticket_number)
