import imaplib
import ssl
import threading
import time
from collections.abc import Iterator

import pytest

from formapp.mail.mailbox import Mailbox
from formapp.mail.mailbox_failures import MailboxRefusesUs, MailboxUnreachable, NotMoved
from formapp.mail.patient_imap import ImapServer
from tests.certificates import Authority
from tests.dovecot_server import DovecotServer, dovecot_server

pytestmark = pytest.mark.dovecot


def mail(number: int, size: int = 0) -> bytes:
    return b"Subject: %d\r\n\r\n" % number + b"x" * size


@pytest.fixture(scope="module")
def running() -> Iterator[DovecotServer]:
    with dovecot_server() as server:
        yield server


@pytest.fixture
def dovecot(running: DovecotServer) -> DovecotServer:
    """A server whose folders are empty."""
    for folder in ("INBOX", "Done"):
        for file in running.files(folder):
            file.unlink()
    return running


@pytest.fixture
def mailbox(dovecot: DovecotServer) -> Iterator[Mailbox]:
    opened = Mailbox(dovecot.server(), "INBOX")
    yield opened
    opened.close()


def fetched(mailbox: Mailbox, largest: int = 30_000_000, head: int = 1_000) -> list[tuple[bytes, bool]]:
    return [(one.raw, one.is_cut) for one in mailbox.mails(mailbox.waiting(), largest=largest, head=head)]


def test_every_mail_is_fetched_as_it_is_and_nothing_is_marked(dovecot: DovecotServer, mailbox: Mailbox) -> None:
    mails = [mail(number, size) for number, size in enumerate([0, 10, 1_900_000, 150_000, 1_999_999, *[5] * 60])]
    dovecot.deliver(*mails, b"", b"\r\n", b"no header \xff and no end")
    assert sorted(fetched(mailbox)) == sorted((raw, False) for raw in dovecot.mails())
    with dovecot.client() as client:
        assert not list(client.numbers("SEEN"))


def test_of_a_mail_that_is_too_large_only_the_beginning_is_fetched(dovecot: DovecotServer, mailbox: Mailbox) -> None:
    dovecot.deliver(mail(1, 4_000), mail(2, 10))
    assert sorted(fetched(mailbox, largest=3_000, head=100)) == [(mail(1, 4_000)[:100], True), (mail(2, 10), False)]


def test_a_mail_that_goes_while_it_is_fetched_is_left_out(dovecot: DovecotServer, mailbox: Mailbox) -> None:
    dovecot.deliver(mail(1), mail(2))
    uids = mailbox.waiting()
    with dovecot.client() as client:
        client.delete([str(uids[0])])
    assert [one.uid for one in mailbox.mails([*uids, 4_000_000_000], largest=1_000, head=10)] == uids[1:]


def test_mails_are_moved_to_a_folder_that_is_made_and_those_that_are_gone_do_no_harm(dovecot: DovecotServer, mailbox: Mailbox) -> None:
    dovecot.deliver(mail(1), mail(2), mail(3))
    uids = mailbox.waiting()
    mailbox.move(uids[:2], "Done")
    mailbox.move(uids[:2], "Done")
    assert (dovecot.mails("Done"), mailbox.waiting()) == ([mail(1), mail(2)], uids[2:])
    mailbox.move(uids[2:], "Erledigt & weg ✓")
    assert mailbox.waiting() == []


@pytest.mark.parametrize("capability", ["IMAP4rev1 UIDPLUS", "IMAP4rev1"])
def test_mails_are_moved_by_a_server_without_move_and_nobody_elses_deleted_mail_is_lost(capability: str) -> None:
    with dovecot_server(capability=capability) as dovecot:
        dovecot.deliver(mail(1), mail(2))
        mailbox = Mailbox(dovecot.server(), "INBOX")
        first, second = mailbox.waiting()
        with dovecot.client() as client:
            client.client.uid("STORE", str(second), "+FLAGS", r"(\Deleted)")
        mailbox.move([first], "Done")
        assert mailbox.waiting() == []
        assert dovecot.mails("Done") == [mail(1)]
        assert mail(2) in dovecot.mails()
        mailbox.close()


def test_e38_a_full_mailbox_is_said_and_what_was_taken_is_marked() -> None:
    with dovecot_server(capability="IMAP4rev1 UIDPLUS", quota="messages=2") as dovecot:
        dovecot.deliver(mail(1), mail(2))
        mailbox = Mailbox(dovecot.server(), "INBOX")
        uids = mailbox.waiting()
        with pytest.raises(NotMoved, match="^OVERQUOTA$"):
            mailbox.move(uids, "Done")
        mailbox.mark_taken(uids)
        assert (mailbox.waiting(), mailbox.taken()) == ([], uids)
        mailbox.close()


def test_e38_a_folder_that_cannot_be_is_said(dovecot: DovecotServer, mailbox: Mailbox) -> None:
    dovecot.deliver(mail(1))
    with pytest.raises(NotMoved, match="^CANNOT$"):
        mailbox.move(mailbox.waiting(), "a/b")
    assert len(mailbox.waiting()) == 1


def test_e37_another_uidvalidity_is_seen(dovecot: DovecotServer, mailbox: Mailbox) -> None:
    dovecot.deliver(mail(1))
    before = mailbox.uid_validity
    dovecot.forget_uids()
    with pytest.raises(MailboxUnreachable):
        mailbox.waiting()
    again = Mailbox(dovecot.server(), "INBOX")
    assert again.uid_validity != before
    again.close()


def test_waiting_ends_as_soon_as_something_arrives(dovecot: DovecotServer, mailbox: Mailbox) -> None:
    arrives = threading.Timer(0.3, dovecot.deliver, [mail(1)])
    arrives.start()
    began = time.monotonic()
    mailbox.wait(60, threading.Event())
    assert time.monotonic() - began < 30
    assert len(mailbox.waiting()) == 1
    arrives.join()


def test_waiting_ends_when_we_are_to_end_and_the_conversation_goes_on(dovecot: DovecotServer, mailbox: Mailbox) -> None:
    stopping = threading.Event()
    threading.Timer(0.2, stopping.set).start()
    began = time.monotonic()
    mailbox.wait(60, stopping)
    assert time.monotonic() - began < 30
    assert mailbox.waiting() == []


def test_waiting_ends_when_the_server_breaks_off(dovecot: DovecotServer, mailbox: Mailbox) -> None:
    ends = threading.Timer(0.3, dovecot.end_conversations)
    ends.start()
    with pytest.raises(MailboxUnreachable):
        mailbox.wait(60, threading.Event())
    ends.join()


def test_a_server_without_idle_is_asked_again_after_a_while() -> None:
    with dovecot_server(capability="IMAP4rev1 MOVE") as dovecot:
        mailbox = Mailbox(dovecot.server(), "INBOX")
        mailbox.wait(0.1, threading.Event())
        dovecot.deliver(mail(1))
        mailbox.wait(0.1, threading.Event())
        assert len(mailbox.waiting()) == 1
        mailbox.close()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_conversation_is_secured(authority: Authority, security: str) -> None:
    with dovecot_server(shows=authority.certificate_for("localhost")) as dovecot:
        dovecot.deliver(mail(1, 50_000))
        mailbox = Mailbox(dovecot.server(security, ca_file=authority.file), "INBOX")
        assert isinstance(mailbox._client.sock, ssl.SSLSocket)
        assert fetched(mailbox) == [(mail(1, 50_000), False)]
        arrives = threading.Timer(0.3, dovecot.deliver, [mail(2)])
        arrives.start()
        mailbox.wait(60, threading.Event())
        assert len(mailbox.waiting()) == 2
        arrives.join()
        mailbox.close()


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize(
    ("shown", "words"),
    [("itself", "self-signed"), ("another", "Hostname mismatch"), ("expired", "certificate has expired")],
)
def test_d64_no_password_is_said_to_a_server_whose_certificate_is_not_good(
    authority: Authority, security: str, shown: str, words: str
) -> None:
    certificate = {
        "itself": lambda: authority.self_signed("localhost"),
        "another": lambda: authority.certificate_for("elsewhere.example"),
        "expired": lambda: authority.certificate_for("localhost", days=-1),
    }[shown]()
    with dovecot_server(shows=certificate) as dovecot:
        with pytest.raises(MailboxUnreachable, match=f"certificate is not valid: .*{words}"):
            Mailbox(dovecot.server(security, ca_file=authority.file), "INBOX")
        assert "method=" not in dovecot.log()


def test_a_server_that_offers_no_starttls_is_told_no_password(dovecot: DovecotServer) -> None:
    with pytest.raises(MailboxUnreachable, match="does not secure the connection"):
        Mailbox(dovecot.server("starttls"), "INBOX")


@pytest.mark.parametrize("password", ["wrong", "wröng", 'wr"o\\ng'])
def test_a_refused_login_is_said_without_the_account(dovecot: DovecotServer, password: str) -> None:
    with pytest.raises(MailboxRefusesUs, match="^the IMAP server refuses our login .AUTHENTICATIONFAILED.: correct the IMAP settings$"):
        Mailbox(dovecot.server(password=password), "INBOX")


@pytest.mark.parametrize(("folder", "words"), [("Nowhere", "FORMAPP_IMAP_FOLDER"), ("a\r\nb", "characters"), ("", "characters")])
def test_a_folder_that_is_not_there_is_said(dovecot: DovecotServer, folder: str, words: str) -> None:
    with pytest.raises(MailboxRefusesUs, match=words):
        Mailbox(dovecot.server(), folder)


def test_no_server_is_said() -> None:
    with pytest.raises(MailboxUnreachable, match="^no connection: Connection refused$"):
        Mailbox(ImapServer("localhost", 1, "none", "a", "b"), "INBOX")


def test_the_librarys_own_client_is_the_one_we_have_bounded() -> None:
    # What it calls to read; a newer Python that calls something else would be unbounded.
    assert {"read", "readline", "send", "open", "shutdown", "starttls"} <= set(vars(imaplib.IMAP4))
