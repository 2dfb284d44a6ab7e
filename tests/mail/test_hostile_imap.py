import threading

import pytest

from formapp.mail import patient_imap
from formapp.mail.mailbox import FetchedMail, Mailbox
from formapp.mail.mailbox_failures import MailboxRefusesUs, MailboxUnreachable, NotMoved
from formapp.mail.patient_imap import Patience
from tests.imap_server import scripted_imap

SOON = Patience(connect=1, more=0.5, whole=2)
ENDLESS = b"* 1 FETCH (FLAGS ())\r\n" * 4_000
NOT_IMAP = "the server's answer is not what IMAP says"


def read_all(answers: dict[str, bytes]) -> list[FetchedMail]:
    with scripted_imap(answers) as server:
        mailbox = Mailbox(server, "INBOX", SOON)
        try:
            return list(mailbox.mails(mailbox.waiting(), largest=1_000, head=10))
        finally:
            mailbox.close()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits, small enough for a test."""
    monkeypatch.setattr(patient_imap, "LINE_MAX", 20_000)
    monkeypatch.setattr(patient_imap, "LITERAL_MAX", 5_000)
    monkeypatch.setattr(patient_imap, "ANSWER_MAX", 50_000)


SIZES = b"* 1 FETCH (UID 1 RFC822.SIZE 5)\r\n* 2 FETCH (UID 2 RFC822.SIZE 5)\r\n* 3 FETCH (UID 3 RFC822.SIZE 5)\r\n"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"": b"220 mail.example.com ESMTP\r\n"}, "the connection broke"),
        ({"": b"* BYE not today\r\n"}, NOT_IMAP),
        ({"": b"\xff\x00\r\n"}, "the connection broke"),
        ({"": b"* OK without an end"}, "no connection: no answer in time"),
        ({"": b"x" * 100_000}, NOT_IMAP),
        ({"CAPABILITY": b"{tag} OK\r\n"}, NOT_IMAP),
        ({"CAPABILITY": b"* CAPABILITY \xff\r\n{tag} OK\r\n"}, NOT_IMAP),
        ({"CAPABILITY": b"other1 OK\r\n"}, "the connection broke"),
        ({"NOOP": b"* BYE jo@example.com was logged out\r\n"}, "the connection broke|the server closed the connection"),
        ({"UID SEARCH": b""}, "no connection: no answer in time"),
        ({"UID SEARCH": b"* SEARCH one two\r\n{tag} OK\r\n"}, NOT_IMAP),
        ({"UID SEARCH": b"* SEARCH \xff\r\n{tag} OK\r\n"}, NOT_IMAP),
        ({"UID SEARCH": b"* SEARCH " + b"1 " * 60_000}, NOT_IMAP),
        ({"UID SEARCH": b"{tag} BAD what\r\n"}, NOT_IMAP),
        ({"UID FETCH": ENDLESS}, "the server's answer does not end"),
        ({"UID FETCH": b"* 1 FETCH (UID 1 BODY[] {2147483648}\r\nx"}, "the server announces more than was asked for"),
        ({"UID FETCH": b"* 1 FETCH (UID 1 BODY[] {99999999999999999999}\r\nx"}, "the server announces more than was asked for"),
        ({"UID FETCH": b"* 1 FETCH (UID 1 BODY[] {100}\r\nonly so much"}, "no connection: no answer in time"),
        ({"UID FETCH": b"* 1 FETCH (UID 1 BODY[] {4}\r\nabcd)no line end"}, "no connection: no answer in time"),
    ],
)
@pytest.mark.usefixtures("small")
def test_d65_whatever_a_server_says_is_bounded_and_never_quoted(answers: dict[str, bytes], words: str) -> None:
    with pytest.raises(MailboxUnreachable, match=f"^({words})$"):
        read_all(answers)


@pytest.mark.parametrize(
    "sizes",
    [
        b"{tag} OK\r\n",
        b"{tag} NO\r\n",
        b"* 1 FETCH (UID 99 RFC822.SIZE 5)\r\n{tag} OK\r\n",
        b"* 1 FETCH (UID 1)\r\n* 2 FETCH (RFC822.SIZE 5)\r\n* 3 EXPUNGE\r\n{tag} OK\r\n",
        b"* 1 FETCH (UID 1 RFC822.SIZE -5)\r\n{tag} OK\r\n",
        b"* 1 FETCH (UID {1}\r\n1 RFC822.SIZE 5)\r\n{tag} OK\r\n",
    ],
)
def test_d65_a_mail_that_the_server_does_not_really_have_is_left_out(sizes: bytes) -> None:
    assert read_all({"UID FETCH": sizes}) == []


def test_a_mail_of_another_size_than_announced_is_cut_where_it_is_too_large() -> None:
    answer = SIZES + b"* 1 FETCH (UID 1 BODY[]<0> {4}\r\nabcd)\r\n* 2 FETCH (BODY[]<0> {1001}\r\n" + b"x" * 1_001 + b" UID 2)\r\n"
    answer += b'* 3 FETCH (UID 3 FLAGS () BODY[]<0> "")\r\n* 4 FETCH (UID 4 BODY[]<0> {2}\r\nno)\r\n{tag} OK\r\n'
    assert read_all({"UID FETCH": answer}) == [FetchedMail(1, b"abcd", False), FetchedMail(2, b"x" * 10, True), FetchedMail(3, b"", False)]


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (b"NO [AUTHENTICATIONFAILED] jo@example.com: a secret", r"^the IMAP server refuses our login \(AUTHENTICATIONFAILED\): correct"),
        (b"NO jo@example.com is unknown", "^the IMAP server refuses our login: correct the IMAP settings$"),
        (b"BAD jo@example.com", "^the IMAP server refuses our login: correct the IMAP settings$"),
    ],
)
def test_a_refusal_quotes_nothing_but_its_code(refusal: bytes, words: str) -> None:
    with scripted_imap({"LOGIN": b"{tag} " + refusal + b"\r\n"}) as server, pytest.raises(MailboxRefusesUs, match=words) as raised:
        Mailbox(server, "INBOX", SOON)
    assert "jo@" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_server_that_lets_nobody_in_for_a_while_is_only_waited_for() -> None:
    refusal = {"LOGIN": b"{tag} NO [UNAVAILABLE] come back later\r\n"}
    with scripted_imap(refusal) as server, pytest.raises(MailboxUnreachable, match="UNAVAILABLE"):
        Mailbox(server, "INBOX", SOON)


@pytest.mark.parametrize(
    "answers",
    [
        {"": b"* PREAUTH welcome\r\n", "CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK\r\n"},
        {
            "CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK\r\n",
            "STARTTLS": b"{tag} OK\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n",
        },
        {"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK\r\n", "STARTTLS": b"{tag} NO\r\n"},
        {"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK\r\n", "STARTTLS": b"{tag} OK\r\n"},
    ],
    ids=["already logged in", "something said before it is secure", "refused", "no TLS after all"],
)
def test_d64_nobody_between_can_keep_the_conversation_open_to_all(answers: dict[str, bytes]) -> None:
    said: list[bytes] = []
    with scripted_imap(answers, said) as server:
        secured = type(server)(server.host, server.port, "starttls", server.username, server.password)
        with pytest.raises(MailboxUnreachable):
            Mailbox(secured, "INBOX", SOON)
    assert not any(b"secret" in line for line in said)


@pytest.mark.parametrize("answer", [b"{tag} BAD\r\n", b"{tag} NO jo@example.com may not\r\n", b"{tag} NO [OVERQUOTA] full\r\n"])
def test_a_move_that_is_refused_is_no_broken_conversation(answer: bytes) -> None:
    with scripted_imap({"UID MOVE": answer, "UID STORE": answer, "CREATE": answer, "SUBSCRIBE": answer}) as server:
        mailbox = Mailbox(server, "INBOX", SOON)
        with pytest.raises(NotMoved) as raised:
            mailbox.move([1], "Done")
        assert str(raised.value) in ("BAD", "NO", "OVERQUOTA")
        mailbox.mark_taken([1])
        assert mailbox.waiting() == [1, 2, 3]
        mailbox.close()


@pytest.mark.parametrize(
    ("answers", "ends"),
    [
        ({"IDLE": b"* 5 EXISTS\r\n+ waiting\r\n"}, "with news"),
        ({"IDLE": b"+ waiting\r\n* OK Still here\r\n* 5 EXI", "DONE": b"STS\r\n{idle} OK\r\n"}, "without news"),
        ({"IDLE": b"{tag} NO\r\n"}, "broken"),
        ({"IDLE": b"+ waiting\r\n* BYE\r\n"}, "broken"),
        ({"IDLE": b"+ waiting\r\n" + b"x" * 100_000}, "broken"),
    ],
)
@pytest.mark.usefixtures("small")
def test_waiting_takes_whatever_comes(answers: dict[str, bytes], ends: str) -> None:
    with scripted_imap(answers) as server:
        mailbox = Mailbox(server, "INBOX", SOON)
        if ends == "broken":
            with pytest.raises(MailboxUnreachable):
                mailbox.wait(1.2, threading.Event())
        else:
            mailbox.wait(0.1, threading.Event())
            assert mailbox.waiting() == [1, 2, 3]
        mailbox.close()
