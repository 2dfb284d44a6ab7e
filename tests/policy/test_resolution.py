"""The policy's keys about resolving, closing and publishing how well we did: wrong ones are refused with the mend."""

from pathlib import Path

import pytest

from formapp.policy.policy import Policy
from tests.policy.test_loader import changed, refusal


def test_staff_choose_from_all_the_reasons_but_the_one_that_only_silence_gives(policy: Policy) -> None:
    resolution = policy.resolution
    assert resolution.reason_when_quiet in resolution.reasons
    assert resolution.reason_when_quiet not in resolution.reasons_to_choose
    assert len(resolution.reasons_to_choose) == len(resolution.reasons) - 1
    # Staff may hear it from the customer by phone.
    assert resolution.reason_when_solved in resolution.reasons_to_choose


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # A reason that is logged by itself must be one of those that are published
        (
            'reason_when_quiet = "No response from the customer"',
            'reason_when_quiet = "Silence"',
            "resolution: reason_when_quiet: 'Silence' is not in the reasons: add it there, or name one of them",
        ),
        (
            'reason_when_solved = "Solved, says the customer"',
            'reason_when_solved = "solved, says the customer"',
            "resolution: reason_when_solved: 'solved, says the customer' is not in the reasons: add it there, or name one of them",
        ),
        ('reason_when_quiet = "No response from the customer"', "", "resolution.reason_when_quiet: is missing: add it"),
        ('reason_when_solved = "Solved, says the customer"', "", "resolution.reason_when_solved: is missing: add it"),
        # The reasons
        ('  "Answered",\n', '  "Answered",\n  "Answered",\n', "resolution: resolution.reasons: reason 'Answered' "),
        ('  "Answered",\n', '  "",\n', "resolution.reasons[1]: "),
        ('  "Answered",\n', "  7,\n", "resolution.reasons[1]: input should be a valid string, not 7"),
        # The reminder comes before what it reminds of
        (
            "reminded_after_quiet_days = 4",
            "reminded_after_quiet_days = 7",
            "resolution: reminded_after_quiet_days: must be less than resolved_after_quiet_days, so that the reminder comes first",
        ),
        (
            "reminded_after_quiet_days = 4",
            "reminded_after_quiet_days = 8",
            "resolution: reminded_after_quiet_days: must be less than resolved_after_quiet_days, so that the reminder comes first",
        ),
        ("reminded_after_quiet_days = 4", "reminded_after_quiet_days = 0", "resolution.reminded_after_quiet_days: input should be greater"),
        ("reminded_after_quiet_days = 4", "", "resolution.reminded_after_quiet_days: is missing: add it, a promise is never guessed"),
        (
            "resolved_after_quiet_days = 7",
            "resolved_after_quiet_days = 7.5",
            "resolution.resolved_after_quiet_days: input should be a valid integer",
        ),
        (
            "closed_after_resolved_days = 7",
            "closed_after_resolved_days = 0",
            "resolution.closed_after_resolved_days: input should be greater",
        ),
        (
            "closed_after_resolved_days = 7",
            'closed_after_resolved_days = "7"',
            "resolution.closed_after_resolved_days: input should be a valid integer, not '7'",
        ),
        # The scorecard: a figure that rests on a few promises would be gossip about a customer
        ("fewest = 10", "fewest = 4", "scorecard.fewest: input should be greater than or equal to 5, not 4"),
        ("fewest = 10", "fewest = 1001", "scorecard.fewest: input should be less than or equal to 1000, not 1001"),
        ("months = 3 ", "months = 0 ", "scorecard.months: input should be greater than or equal to 1, not 0"),
        ("months = 3 ", "months = 25 ", "scorecard.months: input should be less than or equal to 24, not 25"),
        ("published = false", 'published = "no"', "scorecard.published: input should be a valid boolean, not 'no'"),
        ("published = false", "", "scorecard.published: is missing: add it"),
        ("published = false", "publish = false", "scorecard.publish: is not a key of the policy: did you mean published?"),
    ],
)
def test_a_wrong_key_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert message in refusal(tmp_path, changed(old, new))


def test_a_ticket_can_be_resolved_by_staff_whatever_the_policy_says(tmp_path: Path) -> None:
    """With the reason for silence alone there would be nothing to choose."""
    text = changed('reason_when_solved = "Solved, says the customer"', 'reason_when_solved = "No response from the customer"')
    begin, end = text.index("reasons = ["), text.index("]", text.index("reasons = ["))
    alone = f'{text[:begin]}reasons = ["No response from the customer"{text[end:]}'
    assert "resolution: reasons: " in refusal(tmp_path, alone)
