import pytest

from formapp.runtime import Runtime
from tests.clock import Clock
from tests.services.life import Life


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    """Tickets, and the time that goes by."""
    return Life(runtime, clock)
