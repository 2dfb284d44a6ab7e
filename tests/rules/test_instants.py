"""Moments as texts and as microseconds."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formapp.rules.instants import NaiveMoment, WrongMoment, microseconds_at, moment_at, read_moment


@pytest.mark.parametrize(
    "text",
    ["2026-08-11T16:30+10:00", "2026-08-11 16:30:00+10:00", " 2026-08-11T06:30Z ", "20260811T0630Z", "2026-W33-2T16:30+10:00"],
)
def test_a_moment_is_read_from_any_iso_text_with_a_zone(text: str) -> None:
    assert read_moment(text) == datetime(2026, 8, 11, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-08-11T16:30", "2026-08-11", "2026-08-11 16:30:00.5"])
def test_a_text_without_a_zone_is_refused_with_its_mend(text: str) -> None:
    with pytest.raises(NaiveMoment, match=r"has no time zone: add one at the end, as in 2026-08-11T\d\d:\d\d\+10:00"):
        read_moment(text)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-29T10:00Z", "2026-08-11T24:30Z", "2026-08-11T16:30+25:00", "9" * 5000])
def test_a_text_that_is_no_moment_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(WrongMoment, match=r"is not a date and time: write it like 2026-08-11T16:30\+10:00") as refusal:
        read_moment(text)
    assert len(str(refusal.value)) < 200
    assert str(refusal.value).isprintable()


@given(st.text())
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(WrongMoment):
        assert read_moment(text).utcoffset() is not None


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_survives_its_microseconds(moment: datetime) -> None:
    assert moment_at(microseconds_at(moment), UTC) == moment
