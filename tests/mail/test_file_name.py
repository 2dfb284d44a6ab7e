from email import message_from_string, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import given

from formapp.mail.file_name import file_name_parameter, mailed_name, name_parameter
from tests.mail.test_composer import hostile


@pytest.mark.parametrize(
    ("name", "mailed"),
    [
        ("screenshot.png", "screenshot.png"),
        ("скриншот.png", "скриншот.png"),
        ("My report (2), v1.csv", "My report (2), v1.csv"),
        ("a\r\nX: 1.png", "a X_ 1.png"),
        ("=?utf-8?q?x=0D=0ABcc:?=.png", "=_utf-8_q_x=0D=0ABcc__=.png"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ('a";x="b.png', "a_;x=_b.png"),
        ("\u2028\x00", "file"),
        ("", "file"),
    ],
)
def test_a_name_is_mailed_readable_and_harmless(name: str, mailed: str) -> None:
    assert mailed_name(name) == mailed


def test_a_plain_name_stands_in_quotes_as_it_is() -> None:
    assert file_name_parameter("My report (2), v1.csv") == ';\n filename="My report (2), v1.csv"'
    assert name_parameter("My report (2), v1.csv") == ';\n name="My report (2), v1.csv"'


def test_any_other_name_is_encoded_as_mail_programs_read_it() -> None:
    assert file_name_parameter("ж.png") == ";\n filename*=utf-8''%D0%B6.png"
    assert name_parameter("ж.png") == ';\n name="=?utf-8?b?0LYucG5n?="'


def test_a_long_name_is_cut_between_its_characters() -> None:
    header = file_name_parameter("支払い" * 30)
    pieces = [line.partition("*=")[2].removeprefix("utf-8''").rstrip(";") for line in header.split("\n")[1:]]
    assert len(pieces) > 3
    assert all(len(piece) % 9 == 0 for piece in pieces)  # each character is three bytes, written as nine letters


@given(text=hostile)
def test_every_name_is_read_back_as_it_was_written_by_both_of_pythons_readers(text: str) -> None:
    name = mailed_name(text)
    raw = f"Content-Type: image/png{name_parameter(name)}\nContent-Disposition: attachment{file_name_parameter(name)}\n\n"
    assert raw.isascii()
    assert max(map(len, raw.split("\n"))) <= 78
    for rules in (policy.compat32, policy.default):
        mail = message_from_string(raw, policy=rules)
        assert mail.keys() == ["Content-Type", "Content-Disposition"]
        assert mail.get_filename() == name
        assert mail.get_content_disposition() == "attachment"
    in_type = str(message_from_string(raw).get_param("name"))
    assert str(make_header(decode_header(" ".join(in_type.split())))) == name
