"""Of several workers at the same moment one tells the team, whatever there is to tell. On both databases."""

from collections.abc import Callable

import pytest

from formapp.mail import purposes
from formapp.services import due_warnings, staff_acts, team_morning, undelivered
from tests.services.life import STAFF, Life
from tests.services.test_attachments_at_once import together

NEWS: dict[str, tuple[Callable[..., int], str, int]] = {
    # What tells of it, the letter, and how many of these there are for three tickets.
    "answers that are due": (due_warnings.warn, purposes.TEAM_ANSWERS_DUE, 1),
    "reviews that are late": (due_warnings.warn_of_dates, purposes.TEAM_ANSWERS_DUE, 1),
    "mails that were given up": (undelivered.tell_team, purposes.TEAM_MAIL_FAILED, 3),
    "the morning": (team_morning.send_morning, purposes.TEAM_MORNING, 1),
}


@pytest.mark.parametrize("news", NEWS)
def test_four_workers_at_once_tell_the_team_once_and_later_ones_not_again(life: Life, news: str) -> None:
    tell, purpose, letters = NEWS[news]
    for _ in range(3):
        number = life.ticket()
        if news == "reviews that are late":
            life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
            life.escalate(number)
        elif news == "mails that were given up":
            life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
            life.refuse_mail(to="zoe@")
    life.goes_to("2026-11-25 09:30")

    def work() -> int:
        return tell(life.runtime.database, life.runtime.desk, life.clock.now())

    told = together(*[work] * 4)
    # Of what is written one by one, each worker may have had some.
    assert sum(told) == (1 if news == "the morning" else 3), told  # type: ignore[arg-type]
    assert len(life.mails(purpose)) == letters
    assert (work(), len(life.mails(purpose))) == (0, letters)
