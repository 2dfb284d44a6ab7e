"""The files of a mail: attachments and inline images, with names for people."""

import re
from email.message import Message

from tnefparse import TNEF

from formapp.mail.header_reading import clean_line, decoded_words, text_of
from formapp.mail.mime_parts import Part, parse, text_of_parameter
from formapp.mail.understood import IncomingFile
from formapp.rules.file_names import clean_name

MOST_FILES = 100
_ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/calendar": ".ics",
    "message/rfc822": ".eml",
    "application/zip": ".zip",
}
# What signs a mail is no file that anybody sent.
_SIGNATURES = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "application/pgp-keys"}
)
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


def name_of(part: Part) -> str:
    """Return the name that a part gives itself, an empty text for none."""
    return _name(part.headers, "filename", "Content-Disposition") or _name(part.headers, "name", "Content-Type")


def file_of(part: Part) -> IncomingFile | None:
    """Return a part as a file; None for what only signs the mail."""
    if part.kind in _SIGNATURES:
        return None
    content = part.content()
    name = name_of(part)
    if part.kind == "message/rfc822" and not name:
        name = text_of(parse(content[:200_000]).headers, "Subject")[:100] + ".eml"
    ending = _ENDINGS.get(part.kind, "")
    if not name:
        name = ("image" if part.main == "image" else "attachment") + ending
    is_inline = part.disposition == "inline" or (part.disposition != "attachment" and part.headers.get("Content-ID") is not None)
    return IncomingFile(clean_name(name), part.kind, content, is_inline=is_inline and part.main == "image")


def is_tnef(part: Part) -> bool:
    """Whether a part is what Outlook packs a mail into for its own kind."""
    return part.kind in _TNEF or name_of(part).lower() == "winmail.dat"


def unpacked(part: Part) -> tuple[list[IncomingFile], str, str]:
    """Return the files, the plain text and the HTML in Outlook's package; the package itself where it cannot be opened."""
    whole = file_of(part)
    try:
        package = TNEF(part.content())
        files = [_from_package(one) for one in package.attachments[:MOST_FILES]]
        plain, rich = _text(package.body), _text(getattr(package, "htmlbody", None))
    except Exception:
        # Whatever the library says of bytes that only claim to be one.
        return [whole] if whole else [], "", ""
    return files, plain, rich


def _from_package(attachment: object) -> IncomingFile:
    name = getattr(attachment, "long_filename", None)
    name = (name() if callable(name) else name) or getattr(attachment, "name", "") or "attachment"
    data = getattr(attachment, "data", b"") or b""
    return IncomingFile(clean_name(clean_line(_text(name))), "application/octet-stream", bytes(data))


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").rstrip("\0")
    return str(value or "").rstrip("\0")


def _name(headers: Message, parameter: str, header: str) -> str:
    said = text_of_parameter(headers, parameter, header)
    if not said:
        # A name that was neither quoted nor ended well.
        found = re.search(rf"\b{parameter}=\"?([^\";\r\n]{{1,300}})", str(headers.get(header, ""))[:2000])
        said = found[1] if found else ""
    return clean_line(decoded_words(_bytes_as_text(said)))


def _bytes_as_text(text: str) -> str:
    try:
        return text.encode("ascii", "surrogateescape").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
