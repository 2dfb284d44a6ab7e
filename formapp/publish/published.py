"""What one build publishes: the policy, its calendar, and the moment of the build."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from mkdocs.exceptions import BuildError

from formapp.errors import HelpCentreError
from formapp.policy.loader import PolicyError, load_policy
from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.rules.examples import check_examples


class PublishError(HelpCentreError, BuildError):
    """The site cannot be built; MkDocs prints the message, which says what to mend, and stops without a traceback."""


@dataclass(frozen=True)
class Published:
    """What the blocks and values are rendered from; `built` is aware, `forms_by_email` where no service takes forms."""

    policy: Policy
    calendar: BusinessCalendar
    built: datetime
    forms_by_email: bool = False
    # Where the policy file lies, and the published figures beside it.
    folder: Path = Path("docs")

    @property
    def today(self) -> date:
        """The day of the build in the policy's zone."""
        return self.built.astimezone(self.policy.hours.zone).date()


def publish(file: Path, built: datetime, *, forms_by_email: bool = False) -> Published:
    """Read a policy file and check its worked examples; raise PublishError, without guessing, when either is wrong."""
    try:
        # A missing file gets its message from the loader.
        modified = file.stat().st_mtime_ns if file.exists() else 0
        policy, calendar = _read(file, file.absolute(), modified)
    except HelpCentreError as error:
        heading = "" if isinstance(error, PolicyError) else f"{file}: "
        raise PublishError(f"{heading}{error}") from None
    return Published(policy, calendar, built, forms_by_email, file.parent)


@lru_cache(maxsize=4)
def _read(file: Path, _whole_path: Path, _modified_ns: int) -> tuple[Policy, BusinessCalendar]:
    """Read a file once for each of its versions: a site has many pages, and each asks."""
    policy = load_policy(file)
    calendar = BusinessCalendar.of(policy)
    check_examples(policy, calendar)
    return policy, calendar
