"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

# Monday 23 November 2026, 2:28 pm in Brisbane.
MONDAY_AFTERNOON = datetime(2026, 11, 23, 4, 28, tzinfo=UTC)


class Clock:
    def __init__(self, moment: datetime = MONDAY_AFTERNOON) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def pass_(self, **span: float) -> None:
        self.moment += timedelta(**span)
