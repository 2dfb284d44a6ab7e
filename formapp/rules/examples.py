"""The worked examples of the policy, held against the clock that makes the promises."""

from datetime import UTC

from formapp.errors import HelpCentreError
from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.rules.deadlines import Promise, explain, promise_for
from formapp.rules.wording import say_moment_in_full


class WrongExample(HelpCentreError):
    """A worked example claims a deadline that the clock does not compute."""


def check_examples(policy: Policy, calendar: BusinessCalendar) -> tuple[Promise, ...]:
    """Return the promise of each worked example, in order; raise WrongExample for the first whose deadline is not the computed one."""
    promises = []
    for number, example in enumerate(policy.examples, 1):
        try:
            promise = promise_for(policy, calendar, example.type, example.priority, example.received)
        except HelpCentreError as error:
            raise WrongExample(f"examples[{number}]: cannot be computed: {error}") from None
        # Compared in UTC: Python calls no two moments of different zones equal where the clock on the wall repeats an hour.
        if promise.due.astimezone(UTC) != example.due.astimezone(UTC):
            claimed, computed = (say_moment_in_full(moment, policy) for moment in (example.due, promise.due))
            raise WrongExample(
                f"examples[{number}].due: claims {claimed}, but the clock computes {computed} ({explain(promise)}): "
                f"write due = {promise.due.isoformat()}, or correct what it was received as"
            )
        promises.append(promise)
    return tuple(promises)
