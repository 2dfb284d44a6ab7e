"""`formapp policy`: what is printed, what is refused, and with which exit status."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner, Result

from formapp.commands.policy import policy
from tests.conftest import POLICY

EKKA_EVE = "2026-08-11T16:30+10:00"


def run(*arguments: str, file: Path = POLICY) -> Result:
    return CliRunner().invoke(policy, ["--policy", str(file), *arguments])


def said(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    assert not result.stderr
    return result.stdout


def refused(*arguments: str, status: int = 1, file: Path = POLICY) -> str:
    """Expect one message on standard error, nothing on standard output, and no exception that we did not mean."""
    result = run(*arguments, file=file)
    assert result.exit_code == status
    assert isinstance(result.exception, SystemExit)
    assert not result.stdout
    return result.stderr


def wrong_policy(tmp_path: Path, old: str, new: str) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(POLICY.read_text().replace(old, new, 1))
    return path


@pytest.fixture
def on_23_november_2026() -> Iterator[None]:
    with time_machine.travel("2026-11-23T04:28:00+00:00", tick=False):
        yield


def test_show_says_everything_that_is_promised() -> None:
    text = said("show")
    for promise in (
        "Monday to Friday, 9:00 am to 5:00 pm AEST",
        "Product Help / How To  1 business day",
        "P1  2 business hours: All or most customers",
        "P5  the request type's: ",
        "after 7 calendar days without a response",
        "Reminded       once, after ",
        "“Solved, says the customer” and “No response from the customer”",
        "Formal Escalation {ticket_id}",
        "Answered      within 30 calendar days",
        "Fri 2 Oct 2026, 4:00 pm AEST to Tue 6 Oct 2026, 10:00 am AEST",
    ):
        assert promise in text


def test_show_as_json_holds_every_table_of_the_file() -> None:
    data = json.loads(said("show", "--json"))
    assert data["hours"]["week"]["monday"] == ["09:00-17:00"]
    assert data["hours"]["week"]["sunday"] == []
    assert [priority["target_hours"] for priority in data["priorities"]] == [2, 4, 8, 24, None]
    assert data["holidays"]["confirmed_until"] == "2027-12-31"
    assert data["ticket_form"]["effects"][0]["suggests"] == {"just-me": "P3", "several": "P2", "everyone": "P1", "not-sure": "P2"}
    assert len(data["fingerprint"]) == 12


@pytest.mark.usefixtures("on_23_november_2026")
def test_a_right_file_is_in_order() -> None:
    assert said("check").startswith(f"{POLICY}: in order (version ")


def test_e26_a_year_ahead_that_nobody_has_confirmed_is_a_warning() -> None:
    with time_machine.travel("2027-02-01T00:00:00+00:00", tick=False):
        result = run("check")
    assert result.exit_code == 0
    assert "in order" in result.stdout
    assert result.stderr.startswith(f"Warning: {POLICY}: holidays.confirmed_until: closed days are confirmed up to Fri 31 Dec 2027, but")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("target_hours = 2", "", "priorities[1].target_hours: is missing: add it, a promise is never guessed"),
        ("[brand]", "[brand", "is not TOML: Expected ']' at the end of a table declaration (at line 10, column 7): correct that line"),
        (
            "due = 2026-11-24T14:28",
            "due = 2026-11-24T14:29",
            "examples[1].due: claims Tue 24 Nov 2026, 2:29 pm AEST, but the clock computes",
        ),
    ],
)
def test_a_wrong_file_is_one_message_and_exit_status_1(old: str, new: str, message: str, tmp_path: Path) -> None:
    path = wrong_policy(tmp_path, old, new)
    assert refused("check", file=path).startswith(f"Error: {path}: {message}")


def test_a_file_that_is_not_there_is_refused_by_every_command(tmp_path: Path) -> None:
    for command in (["show"], ["check"], ["holidays"], ["due", "--received", EKKA_EVE, "--hours", "1"], ["due", "--batch"]):
        assert "nowhere.toml: cannot be read (No such file or directory)" in refused(*command, file=tmp_path / "nowhere.toml")


def test_the_file_can_be_named_in_the_environment(tmp_path: Path) -> None:
    path = wrong_policy(tmp_path, "target_hours = 2", "target_hours = 3")
    arguments = ["due", "--received", EKKA_EVE, "--type", "incident", "--priority", "P1", "--json"]
    result = CliRunner(env={"FORMAPP_POLICY_FILE": str(path)}).invoke(policy, arguments)
    assert json.loads(result.stdout)["target"] == "3 business hours"


def test_a_deadline_is_said_for_people_and_for_programs() -> None:
    text = said("due", "--received", EKKA_EVE, "--type", "incident", "--priority", "P3")
    assert text == "Thu 13 Aug 2026, 4:30 pm AEST (2026-08-13T16:30:00+10:00)\n"


def test_the_working_is_explained_when_asked_for() -> None:
    assert said("due", "--received", EKKA_EVE, "--type", "incident", "--priority", "P3", "--explain").splitlines() == [
        "Thu 13 Aug 2026, 4:30 pm AEST (2026-08-13T16:30:00+10:00)",
        "8 business hours (Incident, P3), counted from Tue 11 Aug 2026, 4:30 pm AEST",
        "Tue 4:30-5:00 pm 0.5 h; Wed closed, Royal Queensland Show; Thu 9:00 am-4:30 pm 7.5 h = 8 h",
    ]


def test_a_deadline_as_json() -> None:
    asked = ("due", "--received", "2026-08-12T01:00Z", "--days", "1", "--json")
    assert json.loads(said(*asked)) == {
        "received": "2026-08-12T01:00:00+00:00",
        "counted_from": "2026-08-13T09:00:00+10:00",
        "due": "2026-08-13T17:00:00+10:00",
        "target": "1 business day",
        "basis": "business days as given",
        "policy_version": "2026-11-23",
    }
    assert json.loads(said(*asked, "--explain"))["working"] == "Wed closed, Royal Queensland Show; Thu 9:00 am-5:00 pm 8 h = 8 h"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--received", "2026-08-11T16:30", "--hours", "8"], "'2026-08-11T16:30' has no time zone: add one at the end, as in"),
        (["--received", "tomorrow", "--hours", "8"], "'tomorrow' is not a date and time: write it like 2026-08-11T16:30+10:00"),
        (["--received", EKKA_EVE, "--hours", "-8"], "hours must not be negative"),
        (["--received", EKKA_EVE, "--hours", "nan"], "hours must be a number, for example 4 or 1.5"),
        (["--received", EKKA_EVE, "--days", "9" * 5000], "days must not be more than 10,000,000: give fewer"),
        (["--received", EKKA_EVE, "--days", "99999"], "that span does not end by the end of 2100"),
        (["--received", "9999-12-31T23:59Z", "--days", "1"], "is outside the years 1801 to 2100"),
        (["--received", EKKA_EVE, "--type", "praise"], "type 'praise' is not in the policy: use one of general-enquiry"),
        (["--received", EKKA_EVE, "--type", "feature-request", "--priority", "P1"], "priority P1 does not go with type feature-request"),
    ],
)
def test_a_deadline_that_cannot_be_computed_is_refused(arguments: list[str], message: str) -> None:
    assert message in refused("due", *arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--hours", "8"], "--received is missing"),
        (["--received", EKKA_EVE], "give one of --type, --hours and --days"),
        (["--received", EKKA_EVE, "--hours", "8", "--days", "1"], "give one of --type, --hours and --days"),
        (["--received", EKKA_EVE, "--hours", "8", "--priority", "P1"], "--priority goes with --type only"),
        (["--batch", "--hours", "8"], "--batch reads its requests from standard input"),
    ],
)
def test_options_that_do_not_ask_one_thing_are_a_wrong_usage(arguments: list[str], message: str) -> None:
    assert message in refused("due", *arguments, status=2)


def test_holidays_are_listed_with_weekday_date_and_name() -> None:
    lines = said("holidays", "--year", "2027").splitlines()
    assert len(lines) == 14
    assert lines[6:9] == ["Mon 2027-04-26  ANZAC Day", "Mon 2027-05-03  Labour Day", "Wed 2027-08-11  The Royal Queensland Show"]
    listed = json.loads(said("holidays", "--year", "2028", "--json"))
    assert {"date": "2028-08-16", "weekday": "Wednesday", "name": "The Royal Queensland Show"} in listed


@pytest.mark.usefixtures("on_23_november_2026")
def test_holidays_are_this_year_s_unless_another_is_named() -> None:
    assert "2026-08-12" in said("holidays")


@pytest.mark.parametrize("year", ["1800", "2101", "-5", "99999"])
def test_holidays_of_a_year_nobody_knows_are_refused(year: str) -> None:
    assert f"{year} is outside the years 1801 to 2100" in refused("holidays", "--year", year)
