"""The one place that sends mail: Flask-Mail's connection with time limits, verified TLS, and one recipient at a time."""

import contextlib
import re
import smtplib
import ssl
import time
from pathlib import Path
from types import TracebackType
from typing import cast

from flask_mail import Connection, Mail

from formapp.address import UnusableAddress, bare_address
from formapp.errors import HelpCentreError
from formapp.mail.failures import NotSent, PermanentFailure, ServerRefusesUs, ServerUnreachable, TemporaryFailure
from formapp.mail.letter import SealedLetter
from formapp.mail.patient_smtp import Patience, PatientSMTP, SmtpServer, why

MAILS_PER_CONNECTION = 100
# "Authentication required", "credentials invalid" and their kin: said to us, whatever the mail.
_ABOUT_US = (530, 534, 535, 538)
_TOO_BIG = (523, 552)
_BARE_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")


class CertificatesUnreadable(HelpCentreError):
    """The file of certificates to trust cannot be read."""


class SmtpSender:
    """Sends sealed letters, one recipient each, over a connection kept open from one to the next. For one thread."""

    def __init__(self, server: SmtpServer, mail_from: str, patience: Patience | None = None) -> None:
        """`mail_from` gets the bounces. Raises UnusableAddress for it and CertificatesUnreadable for the server's `ca_file`."""
        self._server = server
        self._mail_from = bare_address(mail_from)
        self._patience = patience or Patience()
        self._trusted = _trusted(server.ca_file)
        self._connection: _Connection | None = None

    def __call__(self, letter: SealedLetter) -> str:
        """Send the letter's exact bytes and return the server's answer.

        Raises PermanentFailure, TemporaryFailure (ServerUnreachable where there is nobody to talk to) or ServerRefusesUs.
        """
        try:
            recipient = bare_address(letter.recipient)
        except UnusableAddress as error:
            raise PermanentFailure(str(error)) from None
        if _BARE_LINE_END.search(letter.raw):
            raise PermanentFailure("the stored mail is damaged: it has bare line ends, which some servers take for the end of a mail")
        if b"\r\n\r\n" not in letter.raw:
            raise PermanentFailure("the stored mail is damaged: its headers have no end, so its text is lost")
        give_up_at = time.monotonic() + self._patience.whole
        try:
            try:
                return self._hand_over(recipient, letter.raw, give_up_at)
            except _WentStale:
                self.close()
                return self._hand_over(recipient, letter.raw, give_up_at)
        except NotSent:
            self._rest_after_trouble()
            raise

    def close(self) -> None:
        """End the connection, if there is one; the next letter opens another."""
        connection, self._connection = self._connection, None
        if connection:
            connection.__exit__(None, None, None)

    def _hand_over(self, recipient: str, raw: bytes, give_up_at: float) -> str:
        reused = self._connection is not None
        if self._connection is None:
            connection = _Connection(self._server, self._patience, self._trusted, give_up_at)
            connection.__enter__()
            self._connection = connection
        reply = self._connection.hand_over(self._mail_from, recipient, raw, give_up_at, reused)
        if self._connection.num_emails >= MAILS_PER_CONNECTION:
            self.close()
        return reply

    def _rest_after_trouble(self) -> None:
        if self._connection and not self._connection.starts_over():
            self.close()


class _WentStale(Exception):
    """A connection kept from the mail before was closed by the server before anything of this mail was said."""


class _Connection(Connection):
    """Flask-Mail's connection, with the time limits, the verified TLS and the exact bytes that it lacks."""

    host: PatientSMTP | None

    def __init__(self, server: SmtpServer, patience: Patience, trusted: ssl.SSLContext, give_up_at: float) -> None:
        settings = {"MAIL_SERVER": server.host, "MAIL_PORT": server.port, "MAIL_SUPPRESS_SEND": False}
        super().__init__(cast(Mail, Mail().init_mail(settings)))
        self._server, self._patience, self._trusted, self._give_up_at = server, patience, trusted, give_up_at

    def configure_host(self) -> PatientSMTP:
        """Return a client that is connected, secured and logged in; raise ServerUnreachable or ServerRefusesUs."""
        host = PatientSMTP(self._patience, self._give_up_at)
        try:
            host.begin(self._server, self._trusted)
        except (smtplib.SMTPException, OSError) as error:
            host.close()
            raise _no_connection(error) from None
        return host

    def hand_over(self, mail_from: str, recipient: str, raw: bytes, give_up_at: float, reused: bool) -> str:
        """Carry out one SMTP transaction and return the server's answer to it."""
        host = self.host
        assert host is not None
        host.give_up_at = give_up_at
        try:
            options = [f"size={len(raw)}"] if host.has_extn("size") else []
            code, said = self._mail_from(host, mail_from, options, reused)
            if code // 100 != 2:
                raise _refused_sender(code, said)
            code, said = host.rcpt(recipient)
            if code // 100 != 2:
                raise _refused_mail(code, said)
            code, said = host.docmd("DATA")
            if code != 354:
                raise _refused_mail(code, said)
            code, said = host.finish(raw)
        except smtplib.SMTPResponseException as error:
            raise _refused_mail(error.smtp_code, error.smtp_error) from None
        except (smtplib.SMTPException, OSError) as error:
            host.close()
            raise TemporaryFailure(f"the connection was lost: {why(error)}") from None
        if code // 100 != 2:
            raise _refused_mail(code, said)
        self.num_emails += 1
        return _in_words(code, said)

    def starts_over(self) -> bool:
        """Say whether the connection is ready for another mail after a refused one."""
        try:
            return self.host is not None and self.host.rset()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def __exit__(self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None) -> None:
        """Say goodbye; a server that has gone already must not hide what happened before."""
        if self.host is not None:
            self.host.wait = self._patience.connect
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self.host.quit()
            self.host.close()

    def _mail_from(self, host: PatientSMTP, mail_from: str, options: list[str], reused: bool) -> tuple[int, bytes]:
        try:
            code, said = host.mail(mail_from, options)
        except smtplib.SMTPServerDisconnected:
            if reused:
                raise _WentStale from None
            raise
        if reused and code == 421:
            raise _WentStale
        return code, said


def _trusted(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise CertificatesUnreadable(
            f"FORMAPP_SMTP_CA_FILE: {ca_file} cannot be read ({type(error).__name__}): give a file of PEM certificates"
        ) from None


def _no_connection(error: Exception) -> NotSent:
    match error:
        case smtplib.SMTPServerDisconnected():
            return ServerUnreachable(f"no conversation with the server: {why(error)}")
        case smtplib.SMTPResponseException() if error.smtp_code // 100 == 4:
            return ServerUnreachable(_in_words(error.smtp_code, error.smtp_error))
        case smtplib.SMTPResponseException():
            return ServerRefusesUs(_in_words(error.smtp_code, error.smtp_error))
        case ssl.SSLCertVerificationError():
            return ServerRefusesUs(f"the server's certificate is not to be trusted: {error.verify_message}")
        case ssl.SSLError() if not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return ServerRefusesUs(f"no TLS with the server: {error.reason}")
        case smtplib.SMTPException():
            return ServerRefusesUs(f"the server lacks what the settings require: {error}")
        case _:
            return ServerUnreachable(f"no connection: {why(error)}")


def _refused_sender(code: int, said: bytes | str) -> NotSent:
    if code // 100 == 5 and code not in _TOO_BIG:
        return ServerRefusesUs(_in_words(code, said))
    return _refused_mail(code, said)


def _refused_mail(code: int, said: bytes | str) -> NotSent:
    if code in _ABOUT_US:
        return ServerRefusesUs(_in_words(code, said))
    if code // 100 == 5:
        return PermanentFailure(_in_words(code, said))
    return TemporaryFailure(_in_words(code, said))


def _in_words(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
