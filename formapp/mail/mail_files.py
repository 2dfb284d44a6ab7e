"""The files of a mail: attachments and inline images, with names for people."""

import re
from collections.abc import Iterable

from formapp.mail.header_reading import text_of
from formapp.mail.header_text import one_line
from formapp.mail.mail_head import read_head
from formapp.mail.mime_parts import Part
from formapp.mail.tnef import NotTnef, Package, unpack
from formapp.mail.understood import IncomingFile
from formapp.rules.file_names import clean_name

MOST_FILES = 100
_ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/tiff": ".tif",
    "image/heic": ".heic",
    "image/svg+xml": ".svg",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/json": ".json",
    "application/xml": ".xml",
    "application/rtf": ".rtf",
    "application/msword": ".doc",
    "application/ics": ".ics",
    "application/pgp-keys": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/xml": ".xml",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/markdown": ".md",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "message/rfc822": ".eml",
    "message/global": ".eml",
}
# What signs or wraps a mail is no file that anybody sent.
_NO_FILES = frozenset(
    {
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-encrypted",
        "application/applefile",
        "text/x-amp-html",
        "text/watch-html",
    }
)
_SIGNATURE_NAMES = frozenset({"smime.p7s", "signature.asc"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_MESSAGES = frozenset({"message/rfc822", "message/global"})
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}")
_UNKNOWN = "application/octet-stream"


def name_of(part: Part) -> str:
    """Return the name that a part gives itself, on one line, an empty text for none."""
    return one_line(part.parameter("filename", "Content-Disposition") or part.parameter("name"))


def is_message(part: Part) -> bool:
    """Whether a part is another mail."""
    return part.kind in _MESSAGES


def is_noise(part: Part) -> bool:
    """Whether a part is a signature or the like, which is shown to nobody."""
    return part.kind in _NO_FILES or (name_of(part).lower() in _SIGNATURE_NAMES and part.end - part.start < 20_000)


def file_of(part: Part) -> IncomingFile:
    """Return a part as a file."""
    name = name_of(part)
    if not name and is_message(part):
        head = read_head(part.raw, part.start, part.end, is_mail=True) if part.headers.get("Content-Transfer-Encoding") is None else None
        subject = text_of(head.headers, "Subject")[:80] if head else ""
        name = f"{subject or 'message'}.eml"
    elif not name:
        name = ("image" if part.main == "image" else "attachment") + _ENDINGS.get(part.kind, "")
    is_inline = part.disposition == "inline" or (part.disposition != "attachment" and part.headers.get("Content-ID") is not None)
    return incoming_file(name, part.kind, part.content(), is_inline=is_inline and part.main == "image")


def incoming_file(name: str, media_type: str, content: bytes, *, is_inline: bool = False) -> IncomingFile:
    """Return a file with its name cleaned, and its type where that is one."""
    kind = media_type.strip().lower()
    # Half of a pair of UTF-16 is in no name that can be stored.
    plain = name.encode("utf-8", "replace").decode("utf-8")
    return IncomingFile(clean_name(plain), kind if _TYPE.fullmatch(kind) else _UNKNOWN, content, is_inline=is_inline)


def is_package(part: Part) -> bool:
    """Whether a part is what Outlook packs a mail into for its own kind."""
    return part.kind in _TNEF or name_of(part).lower() == "winmail.dat"


def unpacked(part: Part) -> tuple[list[IncomingFile], Package]:
    """Return the files of Outlook's package, and the package for its text; the package itself as a file where it cannot be opened."""
    try:
        package = unpack(part.content())
    except NotTnef:
        package = Package()
    # An appointment, or nothing that is known: whoever has Outlook may open it.
    is_empty = not (package.files or package.text or package.html or package.rtf)
    return [file_of(part)] if is_empty else list(_from(package)), package


def _from(package: Package) -> Iterable[IncomingFile]:
    for one in package.files[:MOST_FILES]:
        yield incoming_file(
            one.name or f"attachment{_ENDINGS.get(one.media_type, '')}", one.media_type, one.content, is_inline=one.is_inline
        )
