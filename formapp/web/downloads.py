"""Answers that a browser saves and never shows."""

from collections.abc import Iterable
from urllib.parse import quote

from flask import Response

from formapp.rules.files import kind_of
from formapp.services.attachments import Adopted
from formapp.web.headers import private


def file_to_save(file: Adopted, content: bytes) -> Response:
    """Answer with a file of a submission."""
    return to_save(content, file.name, kind_of(file.kind).media_type, plain=f"attachment.{file.kind}")


def mail_to_save(number: int, raw: bytes) -> Response:
    """Answer with a mail as it came."""
    return to_save(raw, f"email-{number}.eml", "application/octet-stream")


def to_save(content: bytes | Iterable[bytes], name: str, media_type: str, *, plain: str = "") -> Response:
    """Answer with a content under a cleaned name, to whoever has the link; `plain` is a name for programs that know ASCII only."""
    answer = Response(content, mimetype=media_type)
    # A header is ASCII: the name as it is goes in the form that RFC 6266 has for it, beside one for programs that do not know that form.
    names = {"filename": name if name.isascii() else plain, "filename*": f"UTF-8''{quote(name, safe='')}"}
    answer.headers.set("Content-Disposition", "attachment", **names)
    # Whatever a browser makes of it: no script runs, and nothing of ours is its origin.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return private(answer)
