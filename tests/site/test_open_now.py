"""Open or closed now, as the reader's browser computes it, held against the clock that makes the promises."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from formapp.rules.business_time import BusinessCalendar
from tests.conftest import ROOT
from tests.site.built_site import BuiltSite
from tests.site.conftest import Open

pytestmark = pytest.mark.browser

LINE = "[data-hc-open-now-text]"


@pytest.mark.parametrize(
    ("moment", "zone", "said"),
    [
        # Monday afternoon, seen from Brisbane: no word of another time.
        ("2026-11-23T14:28+10:00", "Australia/Brisbane", "Open now – until 5:00 pm AEST"),
        # A zone of the same offset is no other time either.
        ("2026-11-23T14:28+10:00", "Pacific/Port_Moresby", "Open now – until 5:00 pm AEST"),
        # Sydney has daylight saving in November, and none in August.
        ("2026-11-23T14:28+10:00", "Australia/Sydney", "Open now – until 5:00 pm AEST (6:00 pm your time)"),
        ("2026-08-10T14:28+10:00", "Australia/Sydney", "Open now – until 5:00 pm AEST"),
        # Half-open: at 9:00 we are open, at 17:00 no longer.
        ("2026-11-23T08:59:59+10:00", "Australia/Brisbane", "Closed now – we open today 9:00 am AEST"),
        ("2026-11-23T09:00:00+10:00", "Australia/Brisbane", "Open now – until 5:00 pm AEST"),
        ("2026-11-23T16:59:59+10:00", "Australia/Brisbane", "Open now – until 5:00 pm AEST"),
        ("2026-11-23T17:00:00+10:00", "Australia/Brisbane", "Closed now – we open Tuesday 9:00 am AEST"),
        # The weekend, from a place where it is another day when we open.
        ("2026-11-28T12:00+10:00", "America/New_York", "Closed now – we open Monday 9:00 am AEST (Sunday 6:00 pm your time)"),
        # A holiday says its name: Christmas on a Friday, and its Saturday and Monday after it.
        (
            "2026-12-25T10:00+10:00",
            "Australia/Sydney",
            "Closed today for Christmas Day – we open Tuesday 9:00 am AEST (10:00 am your time)",
        ),
        ("2027-08-11T10:00+10:00", "Australia/Brisbane", "Closed today for the Royal Queensland Show – we open Thursday 9:00 am AEST"),
        # The evening before a holiday is no holiday.
        ("2027-08-10T18:00+10:00", "Australia/Brisbane", "Closed now – we open Thursday 9:00 am AEST"),
        # More than a week is said with its date.
        ("2026-12-24T18:00+10:00", "Europe/London", "Closed now – we open Tuesday 9:00 am AEST (Monday 11:00 pm your time)"),
        # An hour that a half-hour zone shows differently.
        ("2026-11-23T14:28+10:00", "Asia/Kolkata", "Open now – until 5:00 pm AEST (12:30 pm your time)"),
    ],
)
def test_the_line_says_what_is_so(open_page: Open, moment: str, zone: str, said: str) -> None:
    page = open_page("contact/", moment=datetime.fromisoformat(moment), timezone_id=zone)

    expect(page.locator(LINE)).to_have_text(said)


def test_the_line_changes_on_the_minute(open_page: Open) -> None:
    page = open_page("contact/", since=datetime.fromisoformat("2026-11-23T16:58:30+10:00"), timezone_id="Australia/Brisbane")
    expect(page.locator(LINE)).to_have_text("Open now – until 5:00 pm AEST")

    page.clock.run_for(91_000)

    expect(page.locator(LINE)).to_have_text("Closed now – we open Tuesday 9:00 am AEST")


@pytest.mark.parametrize("moment", ["2025-12-31T12:00+10:00", "2031-03-03T12:00+10:00"])
def test_beyond_the_days_that_the_build_knew_nothing_is_claimed(open_page: Open, moment: str) -> None:
    page = open_page("contact/", moment=datetime.fromisoformat(moment), timezone_id="Australia/Brisbane")

    expect(page.locator(LINE)).to_be_empty()
    expect(page.locator(".hc-open-now__hours")).to_have_text("Monday to Friday, 9:00 am to 5:00 pm AEST, except public holidays")


def test_it_is_no_live_region_that_speaks_every_minute(site: BuiltSite) -> None:
    block = site.html("contact/").partition('<div class="hc-open-now"')[2].partition("</div>")[0]

    assert "aria-live" not in block
    assert "role=" not in block


def test_a_year_of_moments_is_open_and_closed_as_the_clock_has_it(open_page: Open, site: BuiltSite, calendar: BusinessCalendar) -> None:
    facts = _facts(site.html("contact/"))
    start = datetime(2026, 11, 23, tzinfo=UTC)
    moments = [start + timedelta(minutes=197 * step) for step in range(2700)]

    answers = _ask(open_page("contact/"), moments, facts)

    for moment, answer in zip(moments, answers, strict=True):
        assert answer["open"] == calendar.is_open(moment), moment
        turn = calendar.next_closing(moment) if answer["open"] else calendar.next_opening(moment)
        assert f"{turn.hour % 12 or 12}:{turn:%M} {'am' if turn.hour < 12 else 'pm'} AEST" in answer["text"], moment
        assert (f"{turn:%A}" in answer["text"]) == (turn.date() != moment.astimezone(calendar.zone).date()), moment


def test_other_hours_in_other_zones_are_right_too(open_page: Open) -> None:
    # Night shifts that meet at midnight, in a zone with daylight saving, and a holiday between them.
    facts: dict[str, Any] = {
        "zone": "Europe/London",
        "label": "London time",
        "week": [[[1320, 1440]], [[0, 360], [1320, 1440]], [[0, 360]], [], [], [], []],
        "closed": {"2026-12-28": "a holiday"},
        "since": "2026-01-01",
        "until": "2029-01-01",
    }
    closed = {date(2026, 12, 28): "a holiday"}
    calendar = BusinessCalendar(ZoneInfo("Europe/London"), facts["week"], lambda year: closed if year == 2026 else {}, range(2026, 2029))
    start = datetime(2026, 3, 20, tzinfo=UTC)
    moments = [start + timedelta(minutes=101 * step) for step in range(4200)]

    answers = _ask(open_page("contact/"), moments, facts)

    assert {answer["open"] for answer in answers} == {True, False}
    assert [moment for moment, answer in zip(moments, answers, strict=True) if answer["open"] != calendar.is_open(moment)] == []
    at_night = answers[moments.index(next(one for one in moments if one > datetime(2026, 6, 1, 22, 0, tzinfo=UTC)))]
    assert at_night["text"].startswith("Open now – until Tuesday 6:00 am London time")


def test_the_reader_s_time_is_right_on_the_morning_after_the_clocks_change(open_page: Open) -> None:
    facts = {
        "zone": "America/New_York",
        "label": "ET",
        "week": [[]] * 6 + [[[360, 720]]],
        "closed": {},
        "since": "2026-01-01",
        "until": "2027-01-01",
    }

    (answer,) = _ask(open_page("contact/", timezone_id="UTC"), [datetime(2026, 3, 8, 4, 0, tzinfo=UTC)], facts)

    assert answer["text"] == "Closed now – we open Sunday 6:00 am ET (10:00 am your time)"


def _ask(page: Page, moments: list[datetime], facts: dict[str, Any]) -> list[dict[str, Any]]:
    module = (ROOT / "theme/assets/open-now.js").read_text(encoding="utf-8").replace("export function", "function")
    instants = [int(moment.timestamp() * 1000) for moment in moments]
    ask = f"([instants, facts]) => {{ {module}; return instants.map((one) => openNow(one, facts)); }}"
    return list(page.evaluate(ask, [instants, facts]))


def _facts(html: str) -> dict[str, Any]:
    found = re.search(r'data-hc-open-now="(.*?)"', html)
    assert found
    return dict(json.loads(unescape(found[1])))
