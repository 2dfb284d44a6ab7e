import re
from email import message_from_bytes

import pytest

from formapp.mail.composer import MalformedLetter
from formapp.mail.letter import Enclosure
from tests.mail.test_composer import refuse_unless_meant, seal
from tests.mails import html_of, parts_of

FILE = Enclosure(17, "скриншот.png", "image/png")
# A mail with a file, but for its HTML.
SKELETON = b"""\
Content-Type: multipart/mixed;
 boundary="=_85fed9091078ec2c60b5bc670984bf9c"
MIME-Version: 1.0
Content-Transfer-Encoding: 7bit
Subject: Hello
From: Billycart Support <support@billycart.com>
To: jo@example.com
Date: Mon, 23 Nov 2026 04:28:00 +0000
Message-ID: <00112233445566778899aabbccddeeff@billycart.com>
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All

--=_85fed9091078ec2c60b5bc670984bf9c
Content-Type: multipart/alternative;
 boundary="=_7bb8d4ea773e8e41397bb4df30d58b76"
Content-Transfer-Encoding: 7bit

--=_7bb8d4ea773e8e41397bb4df30d58b76
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Hi

--=_7bb8d4ea773e8e41397bb4df30d58b76
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

HTML
--=_7bb8d4ea773e8e41397bb4df30d58b76--
--=_85fed9091078ec2c60b5bc670984bf9c
Content-Type: image/png;
 name="=?utf-8?b?0YHQutGA0LjQvdGI0L7Rgi5w?=
 =?utf-8?b?bmc=?="
Content-Transfer-Encoding: base64
Content-Disposition: attachment;
 filename*=utf-8''%D1%81%D0%BA%D1%80%D0%B8%D0%BD%D1%88%D0%BE%D1%82.png

=enclosure 17=
--=_85fed9091078ec2c60b5bc670984bf9c--
""".replace(b"\n", b"\r\n")
OUTER, INNER = re.findall(rb'boundary="(.*?)"', SKELETON)
HTML = re.compile(rb"<!DOCTYPE.*?</html>", re.DOTALL)


def test_a_mail_with_a_file_is_kept_as_a_skeleton_the_same_each_time() -> None:
    raw = seal(enclosures=(FILE,))
    assert raw == seal(enclosures=(FILE,))
    assert HTML.sub(b"HTML", raw) == SKELETON


def test_the_texts_are_the_same_parts_that_they_are_without_files() -> None:
    alone, beside = parts_of(seal(body="é\n.\nFrom\n")), parts_of(seal(body="é\n.\nFrom\n", enclosures=(FILE,)))
    assert [part.as_bytes() for part in alone] == [part.as_bytes() for part in beside[:2]]


@pytest.mark.parametrize("enclosures", [(), (FILE,), (FILE, FILE)])
@pytest.mark.parametrize("body", ["x", "x\n", "\n", "", "--=_\n--\n", "x" * 200_000])
def test_no_parts_end_is_lost_or_doubled(body: str, enclosures: tuple[Enclosure, ...]) -> None:
    mail = message_from_bytes(seal(body=body, enclosures=enclosures))
    assert [part.defects for part in mail.walk() if part.defects] == []
    assert len(parts_of(mail)) == 2 + len(enclosures)
    assert html_of(mail).startswith("<!DOCTYPE html>\n")
    assert html_of(mail).endswith("</html>")


@pytest.mark.parametrize(
    "media_type", ["image/png/evil", "not-a-type", 'text/html;x="\r\nX: 1"', "message/rfc822", "multipart/mixed; boundary=x", ""]
)
def test_d5_a_media_type_that_is_not_one_of_ours_is_sent_as_just_a_file(media_type: str) -> None:
    raw = seal(enclosures=(Enclosure(17, "a.png", media_type),))
    assert b'\r\nContent-Type: application/octet-stream;\r\n name="a.png"\r\n' in raw


PLAIN_TYPE = b'Content-Type: text/plain; charset="utf-8"\r\n'
END_OF_HTML = b"</html>\r\n"


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
        (b"=enclosure 17=", b"=enclosure 17=\r\n--" + OUTER + b"\r\n\r\nmore"),
        (b"Hi\r\n", b"Hi\r\n--" + OUTER + b"\r\nContent-Type: text/html\r\n\r\n<b>\r\n"),
        (b"Hi\r\n", b"Hi\r\n--" + INNER + b"\r\nContent-Type: text/html\r\n\r\n<b>\r\n"),
        (b"Hi\r\n", b"Ho\r\n"),
        (PLAIN_TYPE, PLAIN_TYPE + b"X-Evil: 1\r\n"),
        (PLAIN_TYPE, b'Content-Type: text/html; charset="utf-8"\r\n'),
        (b"text/html", b"text/plain"),
        (b"<p>Hi</p>", b"<p>Ho</p>"),
        (END_OF_HTML, END_OF_HTML + b"\r\n"),
        (END_OF_HTML, END_OF_HTML + b"--" + INNER + b"\r\nContent-Type: text/html\r\n\r\n<b>\r\n"),
        (INNER + b"--\r\n", INNER + b"--\r\nand more\r\n"),
        (b"--" + INNER + b"--\r\n", b""),
        (b"Content-Transfer-Encoding: 7bit\r\n\r\n--" + INNER, b"Content-Transfer-Encoding: 7bit\r\n\r\nbefore\r\n--" + INNER),
        (b"Content-Type: multipart/alternative;", b"X-Evil: 1\r\nContent-Type: multipart/alternative;"),
        (b"multipart/alternative", b"multipart/mixed"),
        (b"multipart/alternative;", b"text/plain;"),
        (b"--" + OUTER + b"--\r\n", b"--" + OUTER + b"--\r\nand more\r\n"),
        (b"--" + OUTER + b"--\r\n", b""),
        (b"X-Auto-Response-Suppress: All\r\n\r\n", b"X-Auto-Response-Suppress: All\r\n\r\nbefore all parts\r\n"),
        (b"multipart/mixed", b"multipart/alternative"),
        (b"multipart/mixed;", b"text/plain;"),
        (b"boundary=", b"border="),
    ],
)
def test_parts_other_than_meant_are_noticed_before_the_mail_is_stored(was: bytes, became: bytes) -> None:
    raw = seal(enclosures=(FILE,))
    refuse_unless_meant(raw, FILE)
    assert was in raw
    with pytest.raises(MalformedLetter):
        refuse_unless_meant(raw.replace(was, became, 1), FILE)


def test_a_file_too_many_or_too_few_is_noticed() -> None:
    raw = seal(enclosures=(FILE,))
    for enclosures in ((), (FILE, FILE)):
        with pytest.raises(MalformedLetter):
            refuse_unless_meant(raw, *enclosures)
