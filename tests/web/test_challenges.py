from collections.abc import Callable
from types import SimpleNamespace

import pytest
from altcha import Challenge, Payload, solve_challenge
from flask import Flask
from flask.testing import FlaskClient

from formapp.services.proofs import Proofs
from formapp.web.challenges import challenges
from formapp.web.context import KEY
from formapp.web.headers import keep_uncached
from formapp.web.limits import Limits
from tests.clock import Clock
from tests.proofs import SECRET


@pytest.fixture
def small_app(clock: Clock) -> Flask:
    """No more than what challenges need."""
    app = Flask("challenges", static_folder=None)
    limits = Limits.of(submissions=30, uploads=100, challenges=3)
    app.extensions[KEY] = SimpleNamespace(runtime=SimpleNamespace(now=clock.now), proofs=Proofs([SECRET]), limits=limits)
    keep_uncached(app)
    app.register_blueprint(challenges)
    return app


@pytest.fixture
def asks(small_app: Flask) -> FlaskClient:
    return small_app.test_client()


def test_a_challenge_that_is_solved_is_a_proof(asks: FlaskClient, clock: Clock):
    answer = asks.get("/api/challenge")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    challenge = Challenge.from_dict(answer.json)
    solution = solve_challenge(challenge, counter_start=500)
    assert solution
    assert Proofs([SECRET]).read(Payload(challenge, solution).to_base64(), clock.now())


def test_a_client_gets_only_so_many_challenges_and_hears_when_there_are_more(asks: FlaskClient):
    answers = [asks.get("/api/challenge") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert "try again" in answers[-1].json["error"]
    assert 3500 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert answers[-1].headers["Cache-Control"] == "no-store"
    other = asks.get("/api/challenge", environ_overrides={"REMOTE_ADDR": "2001:db8::1"})
    assert other.status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_challenges_are_only_read(asks: FlaskClient, method: str):
    assert getattr(asks, method)("/api/challenge").status_code == 405


def test_the_service_gives_challenges_that_no_cache_keeps(client: FlaskClient):
    answer = client.get("/api/challenge")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


def test_d63_the_service_counts_by_the_proxy_that_it_was_told_of(app_with: Callable[..., Flask]):
    def counted(app: Flask) -> int:
        """Return how many of 130 requests, each with another address in the header, are answered."""
        asks = app.test_client()
        answers = [asks.get("/api/challenge", headers={"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(130)]
        return [answer.status_code for answer in answers].count(200)

    assert counted(app_with(trusted_proxies=0)) == 120
    assert counted(app_with(trusted_proxies=1)) == 130
