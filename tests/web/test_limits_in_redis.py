"""Limits that several processes count together, and what becomes of them when Redis does not help."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from structlog.testing import capture_logs

from formapp.web import limits as module
from formapp.web.limits import Limits, UnusableRedis
from tests.conftest import ROOT
from tests.programs import free_port
from tests.redis_server import PASSWORD, RedisServer, redis_server
from tests.web.test_limits import JO, SAM, allowed, count, redis, running_redis

__all__ = ["redis", "running_redis"]


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis to be stopped and frozen."""
    with redis_server() as server:
        yield server


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        "http://localhost",
        "redis://localhost:port/0",
        "redis://localhost/0?socket_timeout=soon",
        "redis://localhost:6379/0?foo=1",
        "rediss://localhost:6379/0?ssl_cert_reqs=foo",
        "redis://localhost/0?protocol=9",
        "redis://localhost/abc",
        "redis://localhost/0?db=abc",
        "unix://",
        "unix:///",
        "redis://[::1/0",
    ],
)
def test_a_url_that_is_none_is_told_at_the_start(url: str):
    with pytest.raises(UnusableRedis, match="^FORMAPP_REDIS_URL .* use redis://"):
        Limits.of(submissions=3, uploads=5, redis_url=url)


@pytest.mark.parametrize(
    "url", ["redis://localhost", "redis://localhost/", "rediss://u:p@h:1/3?ssl_cert_reqs=none", "unix:///run/redis.sock?db=1"]
)
def test_a_url_that_may_be_one_is_taken(url: str):
    Limits.of(submissions=3, uploads=5, redis_url=url)


@pytest.mark.parametrize("trouble", [TypeError("x"), ValueError("x"), LookupError("unknown encoding: foo"), AttributeError("x")])
def test_an_error_of_the_librarys_own_refuses_nobody(monkeypatch: pytest.MonkeyPatch, trouble: Exception):
    limits = Limits.of(submissions=3, uploads=5, redis_url="redis://localhost/0")
    assert limits._shared is not None

    def fails(*arguments: object) -> bool:
        raise trouble

    monkeypatch.setattr(limits._shared._window, "hit", fails)
    with capture_logs() as lines:
        assert count(limits, 10) == 3
    assert [line["error"] for line in lines] == [type(trouble).__name__]


# What another process does: take as often as it may, and say how often that was.
ANOTHER_PROCESS = """
import sys
from formapp.web.limits import Limited, Limits, TooMany
limits = Limits.of(submissions=30, uploads=5, redis_url=sys.argv[1])
taken = 0
for _ in range(40):
    try:
        limits.take(Limited.SUBMISSIONS, "203.0.113.9")
        taken += 1
    except TooMany:
        pass
print(taken)
"""


@pytest.mark.redis
def test_two_processes_share_one_count(redis: RedisServer):
    command = [sys.executable, "-c", ANOTHER_PROCESS, redis.url]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sum(int(process.communicate(timeout=60)[0]) for process in both) == 30


@pytest.mark.redis
def test_no_address_stays_in_redis_for_longer_than_the_window(redis: RedisServer):
    limits = Limits.of(submissions=3, uploads=5, redis_url=redis.url)
    for client in (JO, SAM):
        assert count(limits, 5, client=client) == 3
    with redis.client() as client:
        kept = {key: client.ttl(key) for key in client.keys()}  # noqa: SIM118
    assert len(kept) == 2
    assert all(0 < seconds <= 3600 for seconds in kept.values())


def taking_time(work: Callable[[], bool]) -> tuple[bool, float]:
    started = time.monotonic()
    return work(), time.monotonic() - started


def test_a_redis_that_is_not_there_refuses_nobody_and_each_process_counts_alone():
    url = f"redis://:{PASSWORD}@127.0.0.1:{free_port()}/0"
    limits = Limits.of(submissions=3, uploads=5, redis_url=url)
    with capture_logs() as lines:
        assert count(limits, 10) == 3
    assert [line["log_level"] for line in lines] == ["warning"]


@pytest.mark.parametrize("name", ["redis.invalid", "a..b", "x" * 70])
def test_a_redis_whose_name_nobody_knows_refuses_nobody(name: str):
    limits = Limits.of(submissions=3, uploads=5, redis_url=f"redis://{name}:6379/0")
    assert count(limits, 10) == 3


@pytest.mark.redis
def test_a_wrong_password_refuses_nobody(redis: RedisServer):
    limits = Limits.of(submissions=3, uploads=5, redis_url=redis.url.replace(PASSWORD, "wrong"))
    with capture_logs() as lines:
        assert count(limits, 10) == 3
    assert len(lines) == 1
    assert "wrong" not in str(lines)


@pytest.mark.redis
def test_a_redis_that_hangs_costs_one_request_about_a_second_and_the_others_nothing(own_redis: RedisServer):
    limits = Limits.of(submissions=100, uploads=5, redis_url=own_redis.url)
    assert allowed(limits)
    own_redis.freeze()
    waited, slowest = taking_time(lambda: allowed(limits))
    assert waited
    assert slowest < 2
    took_all, together = taking_time(lambda: count(limits, 50) == 50)
    assert took_all
    assert together < 0.5


@pytest.mark.redis
def test_of_many_threads_only_one_waits_for_a_redis_that_still_hangs(own_redis: RedisServer):
    limits = Limits.of(submissions=100, uploads=5, redis_url=own_redis.url, pause=0.0)
    own_redis.freeze()
    allowed(limits)
    assert limits._shared is not None
    limits._shared._pause = 60  # the next one who asks tries, and nobody else
    line, waits = threading.Barrier(10), []

    def ask() -> None:
        line.wait()
        waits.append(taking_time(lambda: allowed(limits))[1])

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([wait for wait in waits if wait > 0.4]) == 1


@pytest.mark.redis
@pytest.mark.parametrize("trouble", ["stopped", "frozen"])
def test_a_redis_that_is_back_counts_again(own_redis: RedisServer, trouble: str):
    limits = Limits.of(submissions=3, uploads=5, redis_url=own_redis.url, pause=0.0)
    assert allowed(limits)
    own_redis.stop() if trouble == "stopped" else own_redis.freeze()
    assert allowed(limits)
    own_redis.start() if trouble == "stopped" else own_redis.thaw()
    # A stopped one has forgotten the first, a frozen one has not, and may have taken the second after all.
    assert count(limits, 10) in ((3,) if trouble == "stopped" else (1, 2))
    with own_redis.client() as client:
        assert len(client.keys()) == 1


@pytest.mark.redis
def test_trouble_is_logged_once_a_minute_without_a_password_or_an_address(own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch):
    limits = Limits.of(submissions=100, uploads=5, redis_url=own_redis.url, pause=0.0)
    own_redis.stop()
    with capture_logs() as lines:
        count(limits, 20)
        assert len(lines) == 1
        monkeypatch.setattr(module, "SAID_EVERY", 0.0)
        count(limits, 3)
    assert len(lines) == 4
    for secret in (PASSWORD, JO, own_redis.url):
        assert secret not in str(lines)
