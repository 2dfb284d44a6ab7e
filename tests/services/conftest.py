from dataclasses import replace

import pytest

from formapp.runtime import Runtime
from tests.clock import Clock
from tests.services.arriving import LEE, SERVER, Arriving
from tests.services.life import Life


@pytest.fixture
def life(runtime: Runtime, clock: Clock) -> Life:
    """Tickets, and the time that goes by."""
    return Life(runtime, clock)


@pytest.fixture
def arriving(runtime: Runtime, clock: Clock) -> Arriving:
    """Mails that come in, to a desk that reads them, knows Lee as staff and has a mail server that vouches for senders."""
    settings = runtime.settings.model_copy(update={"receives_mail": True, "staff_emails": LEE, "authserv_id": SERVER})
    return Arriving(Life(replace(runtime, settings=settings), clock))
