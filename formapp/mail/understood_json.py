"""What was understood of a mail, on its way from the process that read it: a line of JSON, and the contents of the files after it."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from formapp.mail.understood import Bounce, IncomingFile, Kind, Understood


def pack(mail: Understood) -> tuple[bytes, list[bytes]]:
    """Return the JSON and the contents of the files."""
    contents = [file.content for file in mail.files]
    said = {name: getattr(mail, name) for name in Understood.__slots__ if name not in ("files", "bounce", "sent_at")}
    said["sent_at"] = mail.sent_at and mail.sent_at.isoformat()
    said["bounce"] = mail.bounce and asdict(mail.bounce)
    said["files"] = [[file.name, file.media_type, len(file.content), file.is_inline] for file in mail.files]
    return json.dumps(said).encode("ascii"), contents


def unpack(packed: bytes, blob: bytes) -> Understood:
    """Return the value again; raise ValueError, KeyError or TypeError for what is none."""
    said: dict[str, Any] = json.loads(packed)
    files, place = [], 0
    for name, media_type, size, is_inline in said.pop("files"):
        files.append(IncomingFile(name, media_type, blob[place : place + size], is_inline))
        place += size
    bounce, sent_at = said.pop("bounce"), said.pop("sent_at")
    for name in ("recipients", "references", "problems"):
        said[name] = tuple(said[name])
    if bounce is not None:
        bounce = Bounce(bounce["is_final"], tuple(bounce["message_ids"]), tuple(bounce["recipients"]), bounce["reply"])
    said["kind"] = Kind(said["kind"])
    return Understood(**said, files=tuple(files), bounce=bounce, sent_at=datetime.fromisoformat(sent_at) if sent_at else None)
