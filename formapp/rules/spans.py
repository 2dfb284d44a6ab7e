"""Spans of business time, exact to the microsecond, from hours or days as people write them."""

from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal

from formapp.policy.policy import Policy
from formapp.rules.business_time import WrongSpan
from formapp.rules.instants import HOUR

Amount = Decimal | int | float | str
# No calendar of ours holds as many: what is more is a slip of the pen, and is refused before any sum is made.
MOST_AMOUNT = 10_000_000
_ARITHMETIC = Context(prec=60, rounding=ROUND_HALF_EVEN, traps=[])


def span_of_hours(hours: Amount) -> timedelta:
    """Return that many business hours, rounded to the microsecond; raise WrongSpan for what is no such number."""
    return _span(hours, HOUR, "hours")


def span_of_days(days: Amount, policy: Policy) -> timedelta:
    """Return that many business days of the policy's length in open time; raise WrongSpan for what is no such number."""
    return _span(days, business_day(policy) // timedelta(microseconds=1), "days")


def business_day(policy: Policy) -> timedelta:
    """Return the open time that one business day stands for."""
    return span_of_hours(policy.hours.business_day_hours)


def _span(amount: Amount, microseconds_each: int, unit: str) -> timedelta:
    # Python refuses to write out a whole number of thousands of digits, so those are turned away before they are read.
    number = _exactly(amount, unit) if not isinstance(amount, int) or abs(amount) <= MOST_AMOUNT else amount
    if number < 0:
        raise WrongSpan(f"{unit} must not be negative: give 0 or more")
    if number > MOST_AMOUNT:
        raise WrongSpan(f"{unit} must not be more than {MOST_AMOUNT:,}: give fewer")
    microseconds = _ARITHMETIC.multiply(Decimal(number), Decimal(microseconds_each))
    return timedelta(microseconds=int(microseconds.to_integral_value(context=_ARITHMETIC)))


def _exactly(amount: Amount, unit: str) -> Decimal:
    # A float is read as it is written: 0.1 is a tenth, not the binary fraction next to it.
    number = _ARITHMETIC.create_decimal(amount.strip() if isinstance(amount, str) else str(amount))
    if not number.is_finite():
        raise WrongSpan(f"{unit} must be a number, for example 4 or 1.5")
    return number
