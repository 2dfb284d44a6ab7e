"""What a reader's browser needs to tell whether support is open: a built page cannot ask the time."""

from datetime import date
from typing import Any

from formapp.publish.published import Published

YEARS_AHEAD = 2


def opening_facts(published: Published) -> dict[str, Any]:
    """Return hours and closed days for theme/assets/open-now.js.

    `week` has the periods of Monday to Sunday in minutes after midnight; from `until` on nothing is known, and the script is silent.
    """
    hours, today = published.policy.hours, published.today
    # Yesterday may still be today where the page is read.
    since, until = date(today.year, 1, 1), date(today.year + YEARS_AHEAD + 1, 1, 1)
    closed = {
        day.isoformat(): name for year in range(since.year, until.year) for day, name in published.policy.holidays.closed_days(year).items()
    }
    return {
        "zone": hours.timezone,
        "label": hours.timezone_label,
        "week": [[[period.opens, period.closes] for period in day] for day in hours.week.days()],
        "closed": closed,
        "since": since.isoformat(),
        "until": until.isoformat(),
    }
