import time
import tracemalloc
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formapp.mail.enclosures import NO_LONGER_KEPT, REFUSED, fill_in, left_out, place_of
from formapp.mail.letter import Enclosure
from tests.mail.test_composer import seal
from tests.mails import files_of, html_of, text_of

FILES = (Enclosure(17, "a.png", "image/png"), Enclosure(4, "скриншот.pdf", "application/pdf"))
BODY = "See the files.\n=enclosure 17=\n"


@given(first=st.binary(max_size=400), second=st.binary(max_size=400))
def test_every_file_arrives_as_it_was_kept_and_the_text_as_it_was_said(first: bytes, second: bytes) -> None:
    raw = seal(body=BODY, enclosures=FILES)
    whole = fill_in(raw, {17: first, 4: second}.__getitem__)
    files = files_of(whole)
    assert (text_of(whole), html_of(whole)) == (BODY, html_of(raw))
    assert [file.get_payload(decode=True) for file in files] == [first, second]
    assert [file.get_filename() for file in files] == ["a.png", "скриншот.pdf"]


@pytest.mark.parametrize("size", [0, 1, 56, 57, 58, 57 * 16_384 - 1, 57 * 16_384, 57 * 16_384 + 1, 2_000_000])
def test_base64_has_lines_of_76_characters_whatever_the_size(size: int) -> None:
    content = b"\xfb" * size
    raw = fill_in(seal(enclosures=FILES[:1]), lambda number: content)
    [file] = files_of(raw)
    assert file.get_payload(decode=True) == content
    *whole, last = raw.split(b"\r\n\r\n")[-1].partition(b"\r\n--")[0].split(b"\r\n")
    assert {len(line) for line in whole} <= {76}
    assert len(last) <= 76
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_a_mail_without_files_stays_as_it_is() -> None:
    raw = seal(body=f"{place_of(17)}\n")
    assert fill_in(raw, {}.__getitem__) is raw
    assert left_out(raw) is raw


def test_a_file_that_is_gone_leaves_a_part_that_says_so() -> None:
    raw = fill_in(seal(enclosures=FILES), {4: b"%PDF-1.7"}.__getitem__)
    mail = message_from_bytes(raw)
    gone, kept = files_of(raw)
    assert (gone.get_content_type(), gone.get_content_disposition(), gone.get_payload()) == ("text/plain", "inline", NO_LONGER_KEPT)
    assert gone.keys() == ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"]
    assert kept.get_payload(decode=True) == b"%PDF-1.7"
    assert [part.defects for part in mail.walk() if part.defects] == []


def test_files_that_are_too_large_are_left_out_and_it_is_said() -> None:
    files = files_of(left_out(seal(enclosures=FILES)))
    assert [file.get_payload() for file in files] == [REFUSED] * 2


def test_a_files_content_is_never_taken_for_the_place_of_another() -> None:
    first, second = files_of(fill_in(seal(enclosures=FILES), {17: b"\r\n=enclosure 4=\r\n", 4: b"four"}.__getitem__))
    assert first.get_payload(decode=True) == b"\r\n=enclosure 4=\r\n"
    assert second.get_payload(decode=True) == b"four"


def test_ten_megabytes_of_files_are_put_in_quickly_and_without_many_copies() -> None:
    raw, content = seal(enclosures=FILES), bytes(range(256)) * 20_000
    begun = time.perf_counter()
    whole = fill_in(raw, lambda number: content)
    assert time.perf_counter() - begun < 2
    tracemalloc.start()
    fill_in(raw, lambda number: content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2.5 * len(whole)
