"""How much one client may do in an hour: counted in this process, or in Redis for several processes together."""

import math
import re
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from enum import Enum
from typing import Self
from urllib.parse import urlsplit

import redis
import structlog
from limits import RateLimitItemPerHour
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from formapp.errors import HelpCentreError

WINDOW = 3600  # seconds
# Seconds for each step of talking to Redis, which is one round trip away; then the request goes on without it.
PATIENCE = 0.5
PAUSE = 5.0  # seconds in which a Redis that failed is left alone
SAID_EVERY = 60.0  # seconds between two log lines about the same trouble
MOST_CLIENTS = 50_000  # remembered by this process: more than that is an attack, and the longest quiet are forgotten

log = structlog.get_logger()


class Limited(Enum):
    """What is counted, each for itself."""

    SUBMISSIONS = "submissions"
    UPLOADS = "uploads"
    # Everything that is tried with files, the refused ones too: looking at one costs us something.
    ATTEMPTS = "attempts"
    CHALLENGES = "challenges"
    ANSWERED = "answered"
    VOTES = "votes"
    COMMENTS = "comments"
    SEARCHES = "searches"


class TooMany(HelpCentreError):
    """A client has done enough for now; `seconds` says when it may go on."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many requests: try again in {self.wait}")

    @property
    def wait(self) -> str:
        """The time until then in words: "12 minutes"."""
        minutes = math.ceil(self.seconds / 60)
        return f"{minutes} minute{'' if minutes == 1 else 's'}"


class UnusableRedis(HelpCentreError):
    """The Redis URL is none, or can never work."""


class Limits:
    """Moving windows of an hour. A Redis that is down or slow is never a reason to refuse or to hang: this process counts alone."""

    def __init__(self, amounts: Mapping[Limited, int], shared: "_Shared | None" = None) -> None:
        self._amounts = dict(amounts)
        self._own = _Memory()
        self._shared = shared

    @classmethod
    def of(
        cls,
        *,
        submissions: int,
        uploads: int,
        attempts: int | None = None,
        challenges: int = 120,
        answered: int = 20,
        votes: int = 60,
        comments: int = 20,
        searches: int = 60,
        redis_url: str | None = None,
        pause: float = PAUSE,
    ) -> Self:
        """Return limits of so many an hour, `attempts` three times `uploads` unless given; connects only when first asked.

        Raises UnusableRedis for a URL that is none or can never work.
        """
        amounts = {
            Limited.SUBMISSIONS: submissions,
            Limited.UPLOADS: uploads,
            Limited.ATTEMPTS: 3 * uploads if attempts is None else attempts,
            Limited.CHALLENGES: challenges,
            Limited.ANSWERED: answered,
            Limited.VOTES: votes,
            Limited.COMMENTS: comments,
            Limited.SEARCHES: searches,
        }
        return cls(amounts, _Shared(redis_url, pause) if redis_url else None)

    def take(self, what: Limited, client: str) -> None:
        """Count one more for a client; raise TooMany, counting nothing, when that is one too many."""
        self._ask(what, client, taking=True)

    def check(self, what: Limited, client: str) -> None:
        """Raise TooMany where `take` would, but count nothing: for before the work, where only its success is to count."""
        self._ask(what, client, taking=False)

    def _ask(self, what: Limited, client: str, *, taking: bool) -> None:
        key, amount = f"{what.value}/{client}", self._amounts[what]
        wait = self._shared.wait(key, amount, taking=taking) if self._shared else None
        if wait is None:
            wait = self._own.wait(key, amount, taking=taking)
        if wait > 0:
            raise TooMany(math.ceil(wait))


class _Memory:
    """What this process has counted. The library's own memory starts a thread each time and never forgets an address."""

    def __init__(self) -> None:
        self._taken: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str, amount: int, *, taking: bool) -> float:
        """Return the seconds until there is room, 0 if there is; with `taking` the room is then taken."""
        now = time.time()
        with self._lock:
            self._forget(now)
            moments = self._taken.get(key, deque())
            while moments and not _counts(moments[0], now):
                moments.popleft()
            if len(moments) >= amount:
                return moments[0] + WINDOW - now if moments else WINDOW
            if taking:
                moments.append(now)
                self._taken[key] = moments
                self._taken.move_to_end(key)
        return 0

    def _forget(self, now: float) -> None:
        """Drop clients of whom nothing counts any more: they are in the order of their last time."""
        while self._taken:
            key, moments = next(iter(self._taken.items()))
            if moments and _counts(moments[-1], now) and len(self._taken) < MOST_CLIENTS:
                return
            del self._taken[key]


def _counts(moment: float, now: float) -> bool:
    # What lies ahead was counted before the clock was put back: it must not shut anybody out until then.
    return now - WINDOW < moment <= now


def _pool_of(url: str) -> redis.ConnectionPool:
    try:
        parts = urlsplit(url)
        if not parts.path.strip("/") if parts.scheme == "unix" else not re.fullmatch("/?[0-9]*", parts.path):
            raise ValueError("no socket, or no number of a database")
        pool = redis.ConnectionPool.from_url(url)
        # Whatever the URL says; and one try: its successor is this process's memory.
        pool.connection_kwargs |= {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}
        # Made and thrown away: it connects nobody yet, and refuses parameters that it does not know.
        pool.connection_class(**pool.connection_kwargs)
    except (redis.RedisError, AttributeError, LookupError, TypeError, ValueError):
        # Without the cause: it may show the URL, with its password.
        raise UnusableRedis(
            "FORMAPP_REDIS_URL is not a URL of Redis that can work: use redis://HOST:PORT/0, rediss://HOST:PORT/0 or unix:///PATH, "
            "and after it only parameters that redis-py knows"
        ) from None
    return pool


class _Shared:
    """What all processes have counted together, in Redis."""

    def __init__(self, url: str, pause: float) -> None:
        pool = _pool_of(url)
        self._window = MovingWindowRateLimiter(RedisStorage("redis://", connection_pool=pool, key_prefix="helpcentre"))
        self._pause = pause
        self._left_alone_until = -math.inf
        self._said_at = -math.inf
        self._lock = threading.Lock()

    def wait(self, key: str, amount: int, *, taking: bool) -> float | None:
        """Return the seconds until there is room, 0 if there is (then taken, with `taking`), or None when Redis cannot say."""
        if not self._worth_a_try():
            return None
        item = RateLimitItemPerHour(amount, namespace="limit")
        try:
            room = self._window.hit(item, key) if taking else self._window.test(item, key)
            wait = 0.0 if room else min(max(self._window.get_window_stats(item, key).reset_time - time.time(), 1), WINDOW)
        # A host name or a parameter that is none raises errors of its own, and later than one would think.
        except (redis.RedisError, OSError, AttributeError, LookupError, TypeError, ValueError) as error:
            self._failed(error)
            return None
        self._left_alone_until = -math.inf
        return wait

    def _worth_a_try(self) -> bool:
        """Whether Redis is well as far as we know, or it is this caller's turn to see."""
        if self._left_alone_until == -math.inf:
            return True
        now = time.monotonic()
        with self._lock:
            if now < self._left_alone_until:
                return False
            # Only one caller at a time waits for a Redis that may be slow.
            self._left_alone_until = now + self._pause
            return True

    def _failed(self, error: Exception) -> None:
        now = time.monotonic()
        with self._lock:
            self._left_alone_until = now + self._pause
            say = now - self._said_at >= SAID_EVERY
            self._said_at = now if say else self._said_at
        if say:
            # The kind only: neither the URL with its password nor the key with an address in it.
            log.warning("Redis fails us: limits are counted in each process alone", error=type(error).__name__)
