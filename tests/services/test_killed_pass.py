"""A worker that is killed in the middle of its pass: what it did stands whole, and the next one goes on (E-42)."""

import os
import signal
from typing import Any

import pytest

from formapp.mail import purposes
from formapp.models import OutgoingMail
from formapp.rules.lifecycle import Status
from formapp.services import staff_acts, timers
from formapp.services.database import open_database
from tests.services.life import STAFF, Life


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a database makes of a transaction whose process died is its makers' work: one is enough."""
    return sqlite_url


@pytest.mark.parametrize("at", range(1, 7))
def test_e42_a_worker_killed_in_the_middle_leaves_nothing_half_done_and_no_letter_twice(life: Life, at: int) -> None:
    numbers = [life.ticket() for _ in range(3)]
    for number in numbers:
        life.do(staff_acts.reply, number, STAFF, text="Which browser?", waits=True)
    life.send_mail()
    life.let_time_work()
    life.clock.pass_(days=7)
    _die_in_a_pass(life, at)
    # Each whole, or not begun: up to the one in which it died.
    moved = (at - 1) // 2
    assert [life.status(number) for number in numbers] == [Status.RESOLVED] * moved + [Status.WAITING] * (3 - moved)
    assert len(life.mails(purposes.TICKET_RESOLVED)) == moved
    life.work()
    life.work()
    assert {life.status(number) for number in numbers} == {Status.RESOLVED}
    assert sorted(mail.ticket_number or 0 for mail in life.mails(purposes.TICKET_RESOLVED)) == numbers
    assert [life.happened(number).count("resolved without a response") for number in numbers] == [1, 1, 1]


def _die_in_a_pass(life: Life, at: int) -> None:
    """Run a pass in a process of its own that is killed at its n-th letter: before it is written, or with the transaction still open."""
    life.runtime.database.engine.dispose()
    process = os.fork()
    if process == 0:
        try:
            _pass_that_dies(life, at)
        finally:
            os._exit(1)
    _, ended = os.waitpid(process, 0)
    assert os.WIFSIGNALED(ended)
    assert os.WTERMSIG(ended) == signal.SIGKILL


def _pass_that_dies(life: Life, at: int) -> None:
    database, write, letters = open_database(life.runtime.settings.database), timers.write, 0

    def killed(*given: Any) -> OutgoingMail:
        nonlocal letters
        letters += 1
        for moment in (2 * letters - 1, 2 * letters):
            if moment == at:
                os.kill(os.getpid(), signal.SIGKILL)
            if moment % 2:
                mail = write(*given)
        return mail

    timers.write = killed
    timers.step(database, life.runtime.desk, life.clock.now())
