"""Moments and spans as whole microseconds, so that no sum of times ever drifts."""

from datetime import UTC, datetime, timedelta, tzinfo

from formapp.errors import HelpCentreError
from formapp.policy.shape import quoted

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class WrongMoment(HelpCentreError):
    """A text that is no date and time."""


class NaiveMoment(WrongMoment):
    """A date and time that does not say its time zone, so nobody can know which moment it is."""


def read_moment(text: str) -> datetime:
    """Return the aware moment that an ISO 8601 text names; raise WrongMoment, or NaiveMoment where it says no time zone."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise WrongMoment(f"{quoted(text)} is not a date and time: write it like 2026-08-11T16:30+10:00") from None
    if moment.tzinfo is None:
        raise NaiveMoment(f"{quoted(text)} has no time zone: add one at the end, as in {moment.isoformat(timespec='minutes')}+10:00")
    return moment


def microseconds_at(moment: datetime) -> int:
    """Return the microseconds from 1970 in UTC to an aware moment of any zone; raise NaiveMoment for one without a zone."""
    try:
        since_epoch = moment - EPOCH
    except TypeError:
        raise NaiveMoment(f"{moment.isoformat()} has no time zone: add one, for example {moment.isoformat()}+10:00") from None
    return since_epoch.days * DAY + since_epoch.seconds * SECOND + since_epoch.microseconds


def microseconds_in(span: timedelta) -> int:
    """Return a span in microseconds."""
    return span.days * DAY + span.seconds * SECOND + span.microseconds


def moment_at(microseconds: int, zone: tzinfo) -> datetime:
    """Return the aware moment, in the given zone, that lies so many microseconds after 1970 in UTC."""
    return (EPOCH + timedelta(microseconds=microseconds)).astimezone(zone)


def year_at(microseconds: int) -> int:
    """Return the UTC year in which a moment lies."""
    return (EPOCH + timedelta(microseconds=microseconds)).year


def start_of_year(year: int) -> int:
    """Return the microseconds at which a UTC year begins."""
    return microseconds_in(datetime(year, 1, 1, tzinfo=UTC) - EPOCH)
