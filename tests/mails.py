"""What a mail says, whatever parts it has."""

from email import message_from_bytes
from email.message import Message
from typing import cast


def text_of(mail: Message | bytes) -> str:
    """Return the plain text of a mail, with line feeds."""
    return _said(mail, "text/plain")


def html_of(mail: Message | bytes) -> str:
    """Return the HTML of a mail, with line feeds."""
    return _said(mail, "text/html")


def parts_of(mail: Message | bytes) -> list[Message]:
    """Return the parts that hold something: the text, the HTML, then the files."""
    parsed = message_from_bytes(mail) if isinstance(mail, bytes) else mail
    return [part for part in parsed.walk() if not part.is_multipart()]


def files_of(mail: Message | bytes) -> list[Message]:
    """Return the parts that are not the mail's text: its files, and what stands in the place of one."""
    return parts_of(mail)[2:]


def _said(mail: Message | bytes, media_type: str) -> str:
    part = next(part for part in parts_of(mail)[:2] if part.get_content_type() == media_type)
    return cast(bytes, part.get_payload(decode=True)).decode().replace("\r\n", "\n")
