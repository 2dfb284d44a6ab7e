from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from formapp.mail.failures import TemporaryFailure
from formapp.mail.file_sender import FileSender
from formapp.mail.letter import SealedLetter

LETTER = SealedLetter(7, "jo@example.com", b"Subject: Hello\r\n\r\n.\r\n", datetime(2026, 11, 23, 4, 28, tzinfo=UTC))


def test_a_mail_is_kept_as_a_file_with_its_exact_bytes(tmp_path: Path) -> None:
    FileSender(tmp_path / "mail")(LETTER)
    [file] = (tmp_path / "mail").iterdir()
    assert file.name == "20261123T042800Z-7.eml"
    assert file.read_bytes() == LETTER.raw
    assert file.stat().st_mode & 0o077 == 0


def test_a_mail_kept_twice_is_one_file(tmp_path: Path) -> None:
    send = FileSender(tmp_path)
    send(LETTER)
    send(LETTER)
    send(replace(LETTER, number=8))
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(TemporaryFailure, match="could not be kept"):
        FileSender(tmp_path / "mail")(LETTER)
