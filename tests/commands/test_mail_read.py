import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from formapp.commands.main import main
from formapp.mail.ticket_tokens import TicketTokens
from tests.conftest import POLICY
from tests.proofs import SECRET

HEAD = b"From: Jane Doe <jane@example.com>\r\nTo: support@billycart.com\r\nSubject: Re: [BC-1042] Hello\r\n\r\n"
MAIL = HEAD + b"It works.\r\n\r\nOn 24/11/2026 14:28, B wrote:\r\n> Hello\r\n"


def read(*arguments: str, stdin: bytes = b"", **settings: str) -> Result:
    environ = {"FORMAPP_POLICY_FILE": str(POLICY)} | {f"FORMAPP_{name.upper()}": value for name, value in settings.items()}
    return CliRunner().invoke(main, ["mail", "read", *arguments], input=stdin, env=environ)


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    path = tmp_path / "one.eml"
    path.write_bytes(MAIL)
    return path


def test_a_person_is_told_what_was_understood_and_why(mail: Path) -> None:
    said = read(str(mail)).output
    assert "Kind:       human" in said
    assert "From:       Jane Doe <jane@example.com>" in said
    assert "Ticket:     BC-1042, by its subject alone" in said
    assert "Trusted:    no: nothing in it proves who wrote it" in said
    assert "\n  It works.\n" in said
    assert "> Hello" not in said


def test_a_reference_of_ours_proves_who_wrote(tmp_path: Path) -> None:
    token = TicketTokens((SECRET,), "BC").for_customer(1042)
    path = tmp_path / "two.eml"
    path.write_bytes(MAIL.replace(b"support@", f"support+{token}@".encode()))
    assert "Trusted:    yes: it has a reference of ours" in read(str(path), secret_key=SECRET).output
    # Without the key nothing can be told from a forgery.
    assert json.loads(read("--json", str(path)).output)["trusted"] is False


def test_json_has_one_line_for_each_mail_with_the_documented_fields(mail: Path) -> None:
    lines = [json.loads(line) for line in read("--json", str(mail), "-", stdin=b"\xff\xfe\x00").output.splitlines()]
    assert [line["file"] for line in lines] == [str(mail), "-"]
    fields = "file kind subject from_address from_name message_id in_reply_to references reply text attachments"
    assert list(lines[0]) == [*fields.split(), "ticket", "escalation", "trusted", "problems"]


def test_a_file_that_is_not_there_is_named_and_the_others_are_read(mail: Path) -> None:
    done = read("--json", "missing.eml", str(mail))
    assert done.exit_code == 1
    assert "missing.eml: cannot be read: No such file or directory" in done.output
    assert '"It works."' in done.output


def test_a_mail_that_cannot_be_read_is_unreadable_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "bomb.eml"
    path.write_bytes(b"From: a@b.example\n\n" + b"x\n" * 150_000_000)
    done = read("--json", str(path))
    assert done.exit_code == 0
    (line,) = map(json.loads, done.output.splitlines())
    assert line["kind"] == "unreadable"
    assert "memory" in line["problems"][0]


def test_nothing_is_written(mail: Path, tmp_path: Path) -> None:
    read(str(mail), instance_dir=str(tmp_path / "instance"))
    assert [path.name for path in tmp_path.iterdir()] == ["one.eml"]
