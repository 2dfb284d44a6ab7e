"""Check the head of every page: one line for each fault, naming the file, the key and the mend."""

from collections.abc import Callable, Iterator
from pathlib import Path

from formapp.articles.head import (
    HOW_TO_WRITE_A_DAY,
    HOW_TO_WRITE_A_MOMENT,
    BadHead,
    Head,
    day_of,
    feedback_of,
    id_of,
    moment_of,
    owner_of,
    read_head,
    text_of,
)

Reader = Callable[[Head, str, Path], object]

REQUIRED: dict[str, tuple[Reader, str]] = {
    "title": (text_of, "write the page's title"),
    "description": (text_of, "write a sentence that says what the page is for; search engines show it"),
    "id": (id_of, "give the page a name that never changes, like describe-a-problem"),
    "owner": (owner_of, "name the team that keeps the page true, or its address, to which feedback is mailed"),
    "created_by": (text_of, "name who wrote it"),
    "created": (moment_of, HOW_TO_WRITE_A_MOMENT),
    "modified_by": (text_of, "name who changed it last"),
    "modified": (moment_of, HOW_TO_WRITE_A_MOMENT),
    "reviewed": (day_of, HOW_TO_WRITE_A_DAY),
}


def check_articles(docs: Path) -> list[str]:
    """Return the faults of the heads of all pages below a folder, in the order of their files; none means all is well."""
    faults: list[str] = []
    owners_of_ids: dict[str, Path] = {}
    for file in sorted(docs.rglob("*.md")):
        try:
            head = read_head(file)
        except BadHead as error:
            faults.append(str(error))
            continue
        faults += _faults_of(head, file)
        identity = head.get("id")
        if isinstance(identity, str) and owners_of_ids.setdefault(identity, file) != file:
            faults.append(f"{file}: id: {identity!r} is already the id of {owners_of_ids[identity]}: give this page its own")
    return faults


def _faults_of(head: Head, file: Path) -> Iterator[str]:
    for key, (read, mend) in REQUIRED.items():
        if key not in head:
            yield f"{file}: {key}: is missing: {mend}"
            continue
        try:
            read(head, key, file)
        except BadHead as error:
            yield str(error)
    try:
        feedback_of(head, "fixes", file)
    except BadHead as error:
        yield str(error)
    yield from _faults_of_order(head, file)


def _faults_of_order(head: Head, file: Path) -> Iterator[str]:
    try:
        created, modified = moment_of(head, "created", file), moment_of(head, "modified", file)
    except BadHead:
        return
    if created and modified and modified < created:
        yield f"{file}: modified: {head['modified']} is before created, {head['created']}: correct one of them"
