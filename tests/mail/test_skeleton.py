from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest

from formapp.mail import composer
from formapp.mail.composer import MalformedLetter
from formapp.mail.letter import Enclosure
from tests.mail.test_composer import ID, LETTERHEAD, seal

FILE = Enclosure(17, "скриншот.png", "image/png")
SKELETON = b"""\
Content-Type: multipart/mixed;
 boundary="=_6f8c06d037031abf77abf6298dd4c055"
MIME-Version: 1.0
Content-Transfer-Encoding: 7bit
Subject: Hello
From: Billycart Support <support@billycart.com>
To: jo@example.com
Date: Mon, 23 Nov 2026 04:28:00 +0000
Message-ID: <00112233445566778899aabbccddeeff@billycart.com>
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All

--=_6f8c06d037031abf77abf6298dd4c055
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Hi

--=_6f8c06d037031abf77abf6298dd4c055
Content-Type: image/png;
 name="=?utf-8?b?0YHQutGA0LjQvdGI0L7Rgi5w?=
 =?utf-8?b?bmc=?="
Content-Transfer-Encoding: base64
Content-Disposition: attachment;
 filename*=utf-8''%D1%81%D0%BA%D1%80%D0%B8%D0%BD%D1%88%D0%BE%D1%82.png

=enclosure 17=
--=_6f8c06d037031abf77abf6298dd4c055--
""".replace(b"\n", b"\r\n")


def check(raw: bytes, *enclosures: Enclosure) -> None:
    meant = {"Subject": "Hello", "From": LETTERHEAD.address, "To": "jo@example.com", "Message-ID": ID}
    meant |= {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    composer._refuse_unless_as_meant(raw, meant, "Hi\n", enclosures)


def test_a_mail_with_a_file_is_kept_as_a_skeleton_the_same_each_time() -> None:
    assert seal(enclosures=(FILE,)) == seal(enclosures=(FILE,)) == SKELETON


def test_the_text_is_the_same_part_that_it_is_without_files() -> None:
    alone = cast(EmailMessage, message_from_bytes(seal(body="é\n.\nFrom\n"), policy=policy.default))
    [text, _] = cast(EmailMessage, message_from_bytes(seal(body="é\n.\nFrom\n", enclosures=(FILE,)), policy=policy.default)).iter_parts()
    assert text.get_payload() == alone.get_payload()
    assert {name: text[name] for name in text} == {name: alone[name] for name in ("Content-Type", "Content-Transfer-Encoding")}


@pytest.mark.parametrize(
    "media_type", ["image/png/evil", "not-a-type", 'text/html;x="\r\nX: 1"', "message/rfc822", "multipart/mixed; boundary=x", ""]
)
def test_d5_a_media_type_that_is_not_one_of_ours_is_sent_as_just_a_file(media_type: str) -> None:
    raw = seal(enclosures=(Enclosure(17, "a.png", media_type),))
    assert b'\r\nContent-Type: application/octet-stream;\r\n name="a.png"\r\n' in raw


BOUNDARY = b"--=_6f8c06d037031abf77abf6298dd4c055"


@pytest.mark.parametrize(
    ("was", "became"),
    [
        (b"Content-Type: image/png;", b"X-Evil: 1\r\nContent-Type: image/png;"),
        (b"Content-Type: image/png;", b"Content-Type: text/html;"),
        (b"Content-Disposition: attachment;", b"Content-Disposition: inline;"),
        (b"Content-Transfer-Encoding: base64\r\n", b""),
        (b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: 8bit\r\n"),
        (b"Content-Disposition: ", b"Content-Disposition: attachment\r\nContent-Disposition: "),
        (b"%82.png", b"%82.exe"),
        (b"bmc=", b"ZXhl"),
        (b"=enclosure 17=", b"=enclosure 18="),
        (b"=enclosure 17=", b"=enclosure 17=\r\n" + BOUNDARY + b"\r\n\r\nmore"),
        (b"Hi\r\n", b"Hi\r\n" + BOUNDARY + b"\r\nContent-Type: text/html\r\n\r\n<b>\r\n"),
        (b"Hi\r\n", b"Ho\r\n"),
        (b'charset="utf-8"\r\n', b'charset="utf-8"\r\nX-Evil: 1\r\n'),
        (BOUNDARY + b"--\r\n", BOUNDARY + b"--\r\nand more\r\n"),
        (BOUNDARY + b"--\r\n", b""),
        (b"X-Auto-Response-Suppress: All\r\n\r\n", b"X-Auto-Response-Suppress: All\r\n\r\nbefore all parts\r\n"),
        (b"multipart/mixed", b"multipart/alternative"),
        (b"multipart/mixed;", b"text/plain;"),
        (b"boundary=", b"border="),
    ],
)
def test_parts_other_than_meant_are_noticed_before_the_mail_is_stored(was: bytes, became: bytes) -> None:
    check(SKELETON, FILE)
    assert was in SKELETON
    with pytest.raises(MalformedLetter):
        check(SKELETON.replace(was, became, 1), FILE)


def test_a_file_too_many_or_too_few_is_noticed() -> None:
    for enclosures in ((), (FILE, FILE)):
        with pytest.raises(MalformedLetter):
            check(SKELETON, *enclosures)
