"""What was sent, as its page shows it to whoever has the link."""

from collections.abc import Sequence

from formapp.forms.support_form import Said
from formapp.rules.files import kind_of, say_size
from formapp.services.attachments import Adopted


def but_the_address(said: Sequence[Said], files: Sequence[Adopted]) -> tuple[tuple[str, str], ...]:
    """Return labels and answers, all but the address: the page shows it masked, for its link may be passed on."""
    names = "\n".join(f"{file.name} ({kind_of(file.kind).name}, {say_size(file.size)})" for file in files)
    return (*((one.label, one.answer) for one in said if one.field != "email"), ("Screenshots and attachments", names))


def masked(address: str) -> str:
    """Show enough of an address to recognise one's own, and no more: j•••@example.com."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
