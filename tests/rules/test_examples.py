"""The worked examples of the policy are computed, and a wrong one is named."""

from datetime import datetime, timedelta

import pytest

from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.rules.examples import WrongExample, check_examples


def with_example(policy: Policy, number: int, **changes: object) -> Policy:
    examples = list(policy.examples)
    examples[number - 1] = examples[number - 1].model_copy(update=changes)
    return policy.model_copy(update={"examples": tuple(examples)})


def test_the_published_examples_are_right(policy: Policy, calendar: BusinessCalendar) -> None:
    promises = check_examples(policy, calendar)
    assert [promise.due for promise in promises] == [example.due for example in policy.examples]
    assert len(promises) >= 4


def test_a_wrong_example_is_named_with_its_claim_and_the_truth(policy: Policy, calendar: BusinessCalendar) -> None:
    wrong = with_example(policy, 4, due=policy.examples[3].due - timedelta(days=1))
    with pytest.raises(WrongExample) as refusal:
        check_examples(wrong, calendar)
    assert str(refusal.value) == (
        "examples[4].due: claims Wed 12 Aug 2026, 4:30 pm AEST, but the clock computes Thu 13 Aug 2026, 4:30 pm AEST "
        "(Tue 4:30-5:00 pm 0.5 h; Wed closed, Royal Queensland Show; Thu 9:00 am-4:30 pm 7.5 h = 8 h): "
        "write due = 2026-08-13T16:30:00+10:00, or correct what it was received as"
    )


def test_an_example_that_is_a_second_off_is_wrong(policy: Policy, calendar: BusinessCalendar) -> None:
    wrong = with_example(policy, 1, due=policy.examples[0].due + timedelta(seconds=1))
    with pytest.raises(WrongExample, match=r"examples\[1\].due: claims Tue 24 Nov 2026, 2:28:01 pm AEST"):
        check_examples(wrong, calendar)


def test_an_example_beyond_the_calendar_is_named_too(policy: Policy, calendar: BusinessCalendar) -> None:
    wrong = with_example(policy, 2, received=policy.examples[1].received.replace(year=2200))
    with pytest.raises(WrongExample, match=r"examples\[2\]: cannot be computed: 2200-11-23T18:00:00\+10:00 is outside the years"):
        check_examples(wrong, calendar)


def test_an_example_in_an_hour_that_the_clock_repeats_can_be_right(policy: Policy) -> None:
    # A policy for Sydney, open on the Sunday on which 2:30 am comes twice.
    week = policy.hours.week.model_validate(dict.fromkeys(policy.hours.week.model_dump(), ("00:00-24:00",)))
    hours = policy.hours.model_copy(update={"week": week, "timezone": "Australia/Sydney"})
    calendar = policy.holidays.model_copy(update={"country": "NZ", "subdivision": "AUK"})
    sydney = policy.model_copy(update={"hours": hours, "holidays": calendar})
    received, due = (datetime.fromisoformat(f"2026-04-0{moment}") for moment in ("4T18:30+11:00", "5T02:30+11:00"))
    right = with_example(sydney, 1, received=received, due=due).model_copy()
    examples = right.model_copy(update={"examples": right.examples[:1]})
    assert check_examples(examples, BusinessCalendar.of(examples))[0].due.utcoffset() == timedelta(hours=11)
    wrong = with_example(examples, 1, due=due + timedelta(hours=1))
    with pytest.raises(WrongExample, match="2:30 am"):
        check_examples(wrong, BusinessCalendar.of(wrong))
