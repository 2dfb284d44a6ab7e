import threading
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from formapp.web import limits as module
from formapp.web.limits import Limited, Limits, TooMany
from tests.clock import MONDAY_AFTERNOON
from tests.redis_server import RedisServer, redis_server

JO = "203.0.113.9"
SAM = "2001:db8:1:2::/64"


@pytest.fixture(scope="module")
def running_redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def redis(running_redis: RedisServer) -> RedisServer:
    """An empty Redis."""
    with running_redis.client() as client:
        client.flushall()
    return running_redis


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def limits(request: pytest.FixtureRequest) -> Limits:
    url = request.getfixturevalue("redis").url if request.param == "redis" else None
    return Limits.of(submissions=3, uploads=5, challenges=4, answered=2, votes=6, comments=1, searches=7, redis_url=url)


def allowed(limits: Limits, what: Limited = Limited.SUBMISSIONS, client: str = JO) -> bool:
    try:
        limits.take(what, client)
    except TooMany:
        return False
    return True


def count(limits: Limits, tries: int, what: Limited = Limited.SUBMISSIONS, client: str = JO) -> int:
    return [allowed(limits, what, client) for _ in range(tries)].count(True)


def test_a_client_gets_no_more_than_the_amount(limits: Limits):
    assert count(limits, 10) == 3


def test_each_thing_and_each_client_has_a_count_of_its_own(limits: Limits):
    assert count(limits, 10) == 3
    assert count(limits, 10, client=SAM) == 3
    others = (Limited.UPLOADS, Limited.CHALLENGES, Limited.ANSWERED, Limited.VOTES, Limited.COMMENTS, Limited.SEARCHES)
    assert [count(limits, 10, what) for what in others] == [5, 4, 2, 6, 1, 7]


def test_there_is_room_again_an_hour_after_each_one_and_the_refusal_says_when(limits: Limits):
    with time_machine.travel(MONDAY_AFTERNOON, tick=False) as traveller:
        for _ in range(3):
            assert allowed(limits)
            traveller.shift(timedelta(minutes=10))
        with pytest.raises(TooMany, match="try again in 30 minutes") as refusal:
            limits.take(Limited.SUBMISSIONS, JO)
        assert refusal.value.seconds == 30 * 60
        traveller.shift(timedelta(minutes=29, seconds=59))
        assert not allowed(limits)
        traveller.shift(timedelta(seconds=2))
        assert count(limits, 2) == 1


def test_a_refused_attempt_is_not_counted(limits: Limits):
    with time_machine.travel(MONDAY_AFTERNOON, tick=False) as traveller:
        assert count(limits, 3) == 3
        for _ in range(6):
            traveller.shift(timedelta(minutes=10, seconds=1))
            room = count(limits, 5)
        assert room == 3


def test_three_times_as_many_files_may_be_tried_as_added_unless_the_amount_is_given():
    assert count(Limits.of(submissions=3, uploads=5), 20, Limited.ATTEMPTS) == 15
    assert count(Limits.of(submissions=3, uploads=5, attempts=7), 20, Limited.ATTEMPTS) == 7


@pytest.mark.parametrize(("seconds", "said"), [(1, "1 minute"), (60, "1 minute"), (61, "2 minutes"), (3600, "60 minutes")])
def test_a_refusal_says_when_in_whole_minutes(seconds: int, said: str):
    assert TooMany(seconds).wait == said
    assert str(TooMany(seconds)) == f"too many requests: try again in {said}"


def test_looking_counts_nothing(limits: Limits):
    for _ in range(5):
        limits.check(Limited.SUBMISSIONS, JO)
    assert count(limits, 10) == 3
    with pytest.raises(TooMany):
        limits.check(Limited.SUBMISSIONS, JO)


def test_a_clock_that_is_put_back_shuts_nobody_out():
    limits = Limits.of(submissions=3, uploads=5)
    with time_machine.travel(MONDAY_AFTERNOON, tick=False) as traveller:
        assert count(limits, 3) == 3
        traveller.shift(timedelta(days=-400))
        assert count(limits, 10) == 3


def test_an_amount_of_none_refuses_all():
    with pytest.raises(TooMany) as refusal:
        Limits.of(submissions=0, uploads=0).take(Limited.SUBMISSIONS, JO)
    assert refusal.value.seconds == 3600


def test_twenty_threads_get_exactly_the_amount(limits: Limits):
    line, results = threading.Barrier(20), []

    def ask() -> None:
        line.wait()
        results.extend(allowed(limits, Limited.UPLOADS) for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count(True) == 5


def test_a_client_of_whom_nothing_counts_any_more_is_forgotten():
    limits = Limits.of(submissions=3, uploads=5)
    with time_machine.travel(MONDAY_AFTERNOON, tick=False) as traveller:
        for number in range(500):
            limits.take(Limited.SUBMISSIONS, f"198.51.100.{number}")
        traveller.shift(timedelta(hours=1))
        limits.take(Limited.SUBMISSIONS, JO)
        assert list(limits._own._taken) == [f"submissions/{JO}"]


def test_a_flood_of_addresses_fills_no_memory():
    limits = Limits.of(submissions=3, uploads=5)
    tracemalloc.start()
    for number in range(module.MOST_CLIENTS + 20_000):
        limits.take(Limited.SUBMISSIONS, f"2001:db8:{number:x}::/64")
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 60_000_000
    assert len(limits._own._taken) == module.MOST_CLIENTS
