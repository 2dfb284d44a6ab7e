"""`formapp worker`: sends the mail that is due, one after the other, and reads what comes in, until it is told to stop."""

import math
import re
import signal
import threading
import time
from types import FrameType

import click
import structlog
from sqlalchemy.exc import SQLAlchemyError

from formapp.commands.mail_in import MailIn
from formapp.errors import HelpCentreError
from formapp.logs import configure_logs
from formapp.mail.failures import ServerRefusesUs
from formapp.mail.file_sender import FileSender
from formapp.mail.patient_smtp import SmtpServer
from formapp.mail.sender import SmtpSender
from formapp.rules.references import ticket_id
from formapp.runtime import Runtime
from formapp.services import housekeeping, outbox
from formapp.services.database import DatabaseError, check_schema
from formapp.settings import PREFIX, read_settings

# Seconds: between two looks at an empty outbox, and after each kind of trouble that the next mail would meet as well.
POLL = 0.5
DATABASE_PAUSE = 5.0
UNREACHABLE_PAUSE = 15.0
REFUSED_PAUSE = 60.0
TIDY_EVERY = 60.0

log = structlog.get_logger("formapp.worker")


class MailIsStuck(HelpCentreError):
    """No mail leaves at present; the message says what the server did."""


@click.command()
@click.option("--once", is_flag=True, help="Read the mail that has come in, send what is due now, then end.")
def worker(once: bool) -> None:
    """Send the mail that is due and read what comes in; SIGTERM or Ctrl-C ends it after the mail in hand."""
    settings = read_settings()
    configure_logs(settings.log_level)
    runtime = Runtime.start(settings)
    check_schema(runtime.database)
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    send = sender_of(runtime)
    mail_in = MailIn(runtime, stopping)
    if settings.reads_mail and not settings.authserv_id:
        log.warning("no mail server vouches for senders: new mails get no acknowledgement", setting=f"{PREFIX}AUTHSERV_ID")
    log.info("worker started", sends_to="files" if isinstance(send, FileSender) else "SMTP")
    try:
        if once:
            work_once(runtime, send, mail_in, stopping)
        else:
            mail_in.start()
            keep_sending(runtime, send, stopping, mail_in)
    finally:
        stopping.set()
        mail_in.stop()
        send.close()
        runtime.database.engine.dispose()
    log.info("worker ended")


def sender_of(runtime: Runtime) -> SmtpSender | FileSender:
    """Return the sender that the settings ask for; raise CertificatesUnreadable or UnusableAddress."""
    settings = runtime.settings
    if settings.smtp_host is None:
        return FileSender(runtime.mail_dir)
    server = SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        ca_file=settings.smtp_ca_file,
    )
    return SmtpSender(server, runtime.bounce_email)


def work_once(runtime: Runtime, send: SmtpSender | FileSender, mail_in: MailIn, stopping: threading.Event) -> None:
    """Read what has come in, tidy up and send what is due; raise MailIsStuck when no mail comes or leaves."""
    try:
        trouble = mail_in.once()
    except (SQLAlchemyError, DatabaseError) as error:
        raise _database_stuck(error) from None
    _tidy(runtime, mail_in)
    send_what_is_due(runtime, send, stopping)
    if trouble:
        raise MailIsStuck(f"no mail was fetched: {trouble}")


def send_what_is_due(runtime: Runtime, send: SmtpSender | FileSender, stopping: threading.Event) -> None:
    """Send until nothing is due; raise MailIsStuck when the server is down or refuses us."""
    while not stopping.is_set():
        try:
            delivery = outbox.deliver_one(runtime.database, send, runtime.now)
        except ServerRefusesUs as refusal:
            raise MailIsStuck(f"the SMTP server refuses us: {refusal.reply}: correct the SMTP settings or the server") from None
        except SQLAlchemyError as trouble:
            raise _database_stuck(trouble) from None
        if delivery is None:
            return
        _tell(runtime, delivery)
        if delivery.server_down:
            raise MailIsStuck(f"the SMTP server cannot be reached: {delivery.reply}: the mails wait")


def keep_sending(runtime: Runtime, send: SmtpSender | FileSender, stopping: threading.Event, mail_in: MailIn | None = None) -> None:
    """Send what falls due until told to stop; trouble with the server or the database is waited out."""
    tidied_at = -math.inf
    while not stopping.is_set():
        if time.monotonic() - tidied_at >= TIDY_EVERY:
            _tidy(runtime, mail_in)
            # From its end: however long it took, the mail has a minute for itself.
            tidied_at = time.monotonic()
        stopping.wait(_pause_after_one(runtime, send))


def _tidy(runtime: Runtime, mail_in: MailIn | None = None) -> None:
    now = runtime.now()
    all_is_read = mail_in is None or mail_in.is_current(now)
    if not all_is_read:
        log.warning("time moves no ticket on until the mail that has come in is read")
    try:
        done = housekeeping.tidy(runtime.database, runtime.desk, runtime.scanner, now, all_mail_is_read=all_is_read)
    except Exception as trouble:
        # Whatever it is, no mail waits for it. Its kind only: its text may hold what a customer wrote.
        log.error("tidying up failed", error=type(trouble).__name__)
        return
    if done:
        log.info("tidied up", **done)


def _database_stuck(trouble: Exception) -> MailIsStuck:
    return MailIsStuck(f"the database cannot be used ({type(trouble).__name__}): start it or correct its settings")


def _pause_after_one(runtime: Runtime, send: SmtpSender | FileSender) -> float:
    """Send one mail, if one is due, and return how long to wait before the next look (seconds)."""
    try:
        delivery = outbox.deliver_one(runtime.database, send, runtime.now)
    except ServerRefusesUs as refusal:
        # Any other mail would fare the same: the rows are left alone until a person has mended it.
        log.error("SMTP server refuses us", reply=refusal.reply, pause_seconds=REFUSED_PAUSE)
        return REFUSED_PAUSE
    except (SQLAlchemyError, DatabaseError, OSError) as trouble:
        log.error("database trouble", error=type(trouble).__name__, pause_seconds=DATABASE_PAUSE)
        return DATABASE_PAUSE
    if delivery is None:
        send.close()
        return POLL
    _tell(runtime, delivery)
    return UNREACHABLE_PAUSE if delivery.server_down else 0


def _tell(runtime: Runtime, delivery: outbox.Delivery) -> None:
    number = delivery.ticket_number
    about = {
        "mail": delivery.number,
        # Its random part only: a reference after that is a secret of the ticket's customer.
        "message_id": re.split("[.@]", delivery.message_id.removeprefix("<"))[0],
        "ticket": None if number is None else ticket_id(runtime.policy, number),
        "attempts": delivery.attempts,
    }
    match delivery.outcome:
        case "sent":
            log.info("mail sent", **about)
        case "waiting":
            log.warning("mail waits", **about, reply=delivery.reply, next_try=delivery.next_try and delivery.next_try.isoformat())
        case "failed":
            log.error("mail given up", **about, reply=delivery.reply)
        case "taken over":
            log.warning("mail was taken over by another worker while it was sent", **about)
