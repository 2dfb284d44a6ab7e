import html as html_text
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from formapp.policy.policy import Policy
from formapp.rules.business_time import BusinessCalendar
from formapp.rules.deadlines import explain, promise_for
from formapp.rules.wording import say_moment_in_full
from tests.publish.conftest import Render

Change = Callable[[str, str], None]


def test_every_request_type_is_published_with_its_target(render: Render, policy: Policy) -> None:
    html = render("[[policy: request-types]]")

    for kind in policy.request_types:
        assert f'<td role="cell">{html_text.escape(kind.description)}</td>' in html
    assert html.count("1 business day") == len(policy.request_types)


def test_every_priority_is_published_with_its_situations_and_target(render: Render, policy: Policy) -> None:
    rows = re.findall(r'<tr role="row"><th scope="row".*?</tr>', render("[[policy: priorities]]"), re.DOTALL)

    assert len(rows) == len(policy.priorities)
    for row, priority in zip(rows, policy.priorities, strict=True):
        assert f">{priority.level}</span>" in row
        assert all(f"<li>{situation}</li>" in row for situation in priority.situations)
        assert (f"{priority.target_hours:g} business hours" if priority.target_hours else "None of its own") in row


def test_a_priority_without_a_target_says_which_one_stands(render: Render) -> None:
    assert "the request type’s 1 business day stands" in render("[[policy: priorities]]")


def test_the_hours_name_days_alike_once(render: Render) -> None:
    html = render("[[policy: hours]]")

    assert '<th scope="row">Monday to Friday</th><td>9:00 am to 5:00 pm</td>' in html
    assert '<th scope="row">Saturday and Sunday</th><td>Closed</td>' in html


def test_a_day_with_a_break_shows_both_periods(render: Render, change: Change, policy_file: Path) -> None:
    # Without the examples, which were worked out for the usual hours.
    text = policy_file.read_text(encoding="utf-8").partition("[[examples]]")[0]
    policy_file.write_text(text.replace("[brand]", "examples = []\n[brand]", 1), encoding="utf-8")
    change('monday = ["09:00-17:00"]', 'monday = ["08:00-12:00", "13:30-24:00"]')

    html = render("[[policy: hours]]")

    assert '<th scope="row">Monday</th><td>8:00 am to 12:00 pm and 1:30 pm to midnight</td>' in html
    assert '<th scope="row">Tuesday to Friday</th><td>9:00 am to 5:00 pm</td>' in html


def test_only_closed_days_to_come_are_listed(render: Render) -> None:
    html = render("[[policy: closed-days]]")

    assert '<time datetime="2026-12-25">Friday 25 December</time>' in html
    assert "2026-10-05" not in html
    assert '<time datetime="2027-08-11">Wednesday 11 August</time></th><td>The Royal Queensland Show</td>' in html
    assert "2028" not in html


def test_a_holiday_is_listed_on_its_own_day(render: Render, monkeypatch: pytest.MonkeyPatch) -> None:
    # 11:30 pm on Christmas Day in Brisbane, which is still the 25th; half an hour later it is over.
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1798205400")
    assert "2026-12-25" in render("[[policy: closed-days]]")

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1798207200")
    assert "2026-12-25" not in render("[[policy: closed-days]]")


def test_e26_an_unconfirmed_year_is_said_to_be_so(render: Render, change: Change) -> None:
    assert "confirmed this list up to 31 December 2027" in render("[[policy: closed-days]]")

    change("confirmed_until = 2027-12-31", "confirmed_until = 2027-06-30")

    assert "Days after 30 June 2027 are not confirmed yet" in render("[[policy: closed-days]]")


def test_every_worked_example_shows_what_the_clock_computes(render: Render, policy: Policy, calendar: BusinessCalendar) -> None:
    html = html_text.unescape(render("[[policy: examples]]"))

    assert len(policy.examples) >= 5
    for example in policy.examples:
        promise = promise_for(policy, calendar, example.type, example.priority, example.received)
        assert f'<time datetime="{promise.due.isoformat()}">{say_moment_in_full(promise.due, policy)}</time>' in html
        assert explain(promise) in html
        assert example.note in html


def test_the_browser_is_given_hours_and_closed_days_of_the_years_to_come(render: Render, policy: Policy) -> None:
    facts = json.loads(html_text.unescape(re.search(r'data-hc-open-now="(.*?)"', render("[[policy: open-now]]"))[1]))

    assert facts["zone"] == "Australia/Brisbane"
    assert facts["week"] == [[[540, 1020]]] * 5 + [[], []]
    assert (facts["since"], facts["until"]) == ("2026-01-01", "2029-01-01")
    assert facts["closed"]["2028-08-16"] == "The Royal Queensland Show"
    assert len(facts["closed"]) == sum(len(policy.holidays.closed_days(year)) for year in (2026, 2027, 2028))


def test_without_javascript_the_plain_hours_are_there(render: Render) -> None:
    assert "Monday to Friday, 9:00 am to 5:00 pm AEST, except public holidays</p>" in render("[[policy: open-now]]")


@pytest.mark.parametrize("name", ["report-items", "resolution-reasons", "escalation-items", "escalation-gate", "most-urgent-situations"])
def test_lists_have_every_item(render: Render, policy: Policy, name: str) -> None:
    lengths = {
        "report-items": policy.troubleshooting.report_items,
        "resolution-reasons": policy.resolution.reasons,
        "escalation-items": policy.escalation.required_items,
        "escalation-gate": policy.escalation.gate_any_of,
        "most-urgent-situations": policy.priorities[0].situations,
    }

    assert render(f"[[policy: {name}]]").count("<li>") == len(lengths[name])
