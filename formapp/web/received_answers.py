"""What was sent, as its page shows it to whoever has the link."""

from collections.abc import Sequence

from formapp.forms.support_form import Said
from formapp.rules.files import kind_of, say_size
from formapp.services.attachments import Adopted

FILES = "Screenshots and attachments"


def but_the_address(said: Sequence[Said]) -> tuple[tuple[str, str], ...]:
    """Return labels and answers, all but the address: the page shows it masked, for its link may be passed on."""
    return tuple((one.label, one.answer) for one in said if one.field != "email")


def named(files: Sequence[Adopted]) -> tuple[str, str]:
    """Return the label and the names of files, as an answer among the others."""
    return FILES, "\n".join(say_file(file) for file in files)


def say_file(file: Adopted) -> str:
    """Say a file's name, kind and size: "screen.png (PNG, 1.2 MB)"."""
    return f"{file.name} ({kind_of(file.kind).name}, {say_size(file.size)})"


def masked(address: str) -> str:
    """Show enough of an address to recognise one's own, and no more: j•••@example.com."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
