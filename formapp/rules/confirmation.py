"""Whether a person has checked the closed days of the time that promises are being made for."""

from datetime import date, datetime

from formapp.policy.policy import Policy
from formapp.rules.wording import say_date


def unconfirmed(policy: Policy, now: datetime) -> str | None:
    """Return what is still to be done where the 12 months from an aware moment on are not confirmed in the policy, else None."""
    until = _a_year_after(now.astimezone(policy.hours.zone).date())
    confirmed = policy.holidays.confirmed_until
    if confirmed >= until:
        return None
    return (
        f"holidays.confirmed_until: closed days are confirmed up to {say_date(confirmed, date.min)}, "
        f"but the coming 12 months end on {say_date(until, date.min)}: compare `formapp policy holidays --year {until.year}` "
        "with the government's own list, then move the date"
    )


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)
