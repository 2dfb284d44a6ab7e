"""The field for files: those that are kept already, and what was wrong with those just added."""

from collections.abc import Sequence
from typing import Any

from wtforms import Field

from formapp.rules.files import ACCEPT, ALLOWED, LARGEST_FILE, LARGEST_TOGETHER, MOST_FILES, KeptFile, check_together, say_size

GONE = "A file that you added is no longer here: add it again if you still want to send it"
HINT = (
    f"{ALLOWED}. Up to {MOST_FILES} files, {say_size(LARGEST_FILE)} each and {say_size(LARGEST_TOGETHER)} together. "
    "A photo can hold the place where it was taken"
)


class FilesField(Field):
    """The tokens of files that are kept for the form; the caller looks them up and calls `show` before it validates."""

    accept = ACCEPT
    data: list[str]

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, id="files", description=HINT, **kwargs)
        self.kept: tuple[KeptFile, ...] = ()
        self.refused: tuple[str, ...] = ()

    def process_data(self, value: Any) -> None:
        """Begin without files."""
        self.data = []

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the tokens, each once; a client that sends JSON gives them in one text."""
        self.data = list(dict.fromkeys(token for value in valuelist for token in str(value).split()))

    def show(self, kept: Sequence[KeptFile], refused: Sequence[str] = ()) -> None:
        """Say which of the tokens' files are there, in their order, and what was wrong with files that were not taken."""
        self.kept, self.refused = tuple(kept), tuple(refused)

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Say everything that is wrong with the files, not only the first thing."""
        gone = [GONE] if len(self.kept) < len(self.data) else []
        self.errors = (*self.refused, *gone, *check_together(self.kept))
        return not self.errors
