"""What was understood of a mail, on its way from the process that read it: a line of JSON, and the contents of the files after it."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from formapp.mail.understood import Bounce, IncomingFile, Kind, Understood

_TEXTS = ("why", "subject", "from_name", "text", "reply")
_PERHAPS = ("from_address", "reply_to", "message_id", "in_reply_to")
_LISTS = ("recipients", "references", "problems")


def pack(mail: Understood) -> tuple[bytes, list[bytes]]:
    """Return the JSON and the contents of the files."""
    contents = [file.content for file in mail.files]
    said = {name: getattr(mail, name) for name in Understood.__slots__ if name not in ("files", "bounce", "sent_at")}
    said["sent_at"] = mail.sent_at and mail.sent_at.isoformat()
    said["bounce"] = mail.bounce and asdict(mail.bounce)
    said["files"] = [[file.name, file.media_type, len(file.content), file.is_inline] for file in mail.files]
    return json.dumps(said).encode("ascii"), contents


def unpack(packed: bytes, blob: bytes) -> Understood:
    """Return the value again; raise ValueError, KeyError or TypeError for what is none: a mail may have taken its reader over."""
    said: dict[str, Any] = _a(dict, json.loads(packed))
    files, place = [], 0
    for name, media_type, size, is_inline in _a(list, said["files"]):
        files.append(IncomingFile(_a(str, name), _a(str, media_type), blob[place : place + _a(int, size)], _a(bool, is_inline)))
        place += size
    if place != len(blob):
        raise ValueError("the sizes of the files do not fit their contents")
    bounce, sent_at = said["bounce"], said["sent_at"]
    texts: dict[str, Any] = {name: _a(str, said[name]) for name in _TEXTS}
    texts |= {name: None if said[name] is None else _a(str, said[name]) for name in _PERHAPS}
    texts |= {name: _texts(said[name]) for name in _LISTS}
    return Understood(
        kind=Kind(said["kind"]),
        **texts,
        sent_at=None if sent_at is None else datetime.fromisoformat(sent_at),
        files=tuple(files),
        is_authentic=_a(bool, said["is_authentic"]),
        bounce=None if bounce is None else _bounce(_a(dict, bounce)),
    )


def _bounce(said: dict[str, Any]) -> Bounce:
    return Bounce(_a(bool, said["is_final"]), _texts(said["message_ids"]), _texts(said["recipients"]), _a(str, said["reply"]))


def _texts(listed: Any) -> tuple[str, ...]:
    return tuple(_a(str, one) for one in _a(list, listed))


def _a(wanted: type, value: Any) -> Any:
    if type(value) is not wanted:
        raise TypeError(f"{wanted.__name__} expected")
    return value
