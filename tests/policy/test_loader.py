"""A wrong policy file is refused with one message that names the file, the key and the mend."""

from pathlib import Path

import pytest

from formapp.policy.loader import PolicyError, fingerprint, load_policy
from formapp.policy.policy import Policy
from tests.conftest import POLICY


def refusal(tmp_path: Path, text: str | bytes) -> str:
    """Save a file, expect its refusal, and return the message without the file's name, which every line of it must begin with."""
    path = tmp_path / "policy.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PolicyError) as refused:
        load_policy(path)
    lines = str(refused.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    return "\n".join(line.removeprefix(f"{path}: ") for line in lines)


def changed(old: str, new: str) -> str:
    """Return the policy's own file with one place changed."""
    text = POLICY.read_text()
    assert old in text
    return text.replace(old, new, 1)


def test_the_published_policy_loads_and_cannot_be_changed(policy: Policy) -> None:
    assert policy.brand.ticket_prefix == "BC"
    assert [priority.target_hours for priority in policy.priorities] == [2, 4, 8, 24, None]
    with pytest.raises(ValueError, match="frozen"):
        policy.version = "another"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # Unknown and missing keys
        ('ticket_prefix = "BC"', 'ticket_prefx = "BC"', "brand.ticket_prefx: is not a key of the policy: did you mean ticket_prefix?"),
        ("business_day_hours = 8", "business_day_hours = 8\nlunch = 1", "hours.lunch: is not a key of the policy: remove it"),
        ('monday = ["09:00-17:00"]', 'mondey = ["09:00-17:00"]', "hours.week.mondey: is not a key of the policy: did you mean monday?"),
        ("headline =", "headlines =", "priorities[1].headlines: is not a key of the policy: did you mean headline?"),
        ("answered_within_days = 30", "", "complaints.answered_within_days: is missing: add it, a promise is never guessed"),
        ('monday = ["09:00-17:00"]', "", "hours.week.monday: is missing: add it, a promise is never guessed"),
        ("[resolution]", "[resolutions]", "resolution: is missing: add it, a promise is never guessed"),
        # A type or a level without a target
        ("target_business_days = 1", "", "request_types[1].target_business_days: is missing: add it, a promise is never guessed"),
        ("target_hours = 2", "", "priorities[1].target_hours: is missing: add it, a promise is never guessed"),
        ("target_hours = 2", 'target_hours = "soon"', "priorities[1].target_hours: input should be a valid number, not 'soon': correct it"),
        ("target_hours = 2", "target_hours = 0", "priorities[1].target_hours: input should be greater than 0, not 0: correct it"),
        ("target_hours = 2", "target_hours = true", "priorities[1].target_hours: input should be a valid number, not true: correct it"),
        ("target_hours = 2", "target_hours = nan", "priorities[1].target_hours: input should be a finite number, not nan: correct it"),
        ("target_hours = 2", "target_hours = inf", "priorities[1].target_hours: input should be"),
        (
            "target_business_days = 1",
            "target_business_days = 1.5",
            "request_types[1].target_business_days: input should be a valid integer",
        ),
        # Hours
        ("09:00-17:00", "17:00-09:00", "hours.week.monday[1]: '17:00-09:00' ends before it begins: write the opening time first"),
        ("09:00-17:00", "09:00-09:00", "hours.week.monday[1]: '09:00-09:00' ends before it begins"),
        ("09:00-17:00", "09:00-17:60", "hours.week.monday[1]: '09:00-17:60' has a time that no clock shows"),
        ("09:00-17:00", "09:00-24:01", "hours.week.monday[1]: '09:00-24:01' has a time that no clock shows"),
        ("09:00-17:00", "nine to five", "hours.week.monday[1]: 'nine to five' must be two times of day, like \"09:00-17:00\""),
        ('["09:00-17:00"]', "[17.30]", 'hours.week.monday[1]: must be a text like "09:00-17:00"'),
        ('["09:00-17:00"]', '"09:00-17:00"', "hours.week.monday: input should be a valid tuple, not '09:00-17:00': correct it"),
        ('["09:00-17:00"]', '["09:00-13:00", "12:00-17:00"]', "hours.week.monday: two periods overlap or stand out of order"),
        ('["09:00-17:00"]', '["13:00-17:00", "09:00-12:00"]', "hours.week.monday: two periods overlap or stand out of order"),
        ("business_day_hours = 8", "business_day_hours = 25", "hours.business_day_hours: input should be less than or equal to 24, not 25"),
        ('"Australia/Brisbane"', '"Australia/Brisvegas"', "hours.timezone: 'Australia/Brisvegas' is no time zone: use a name like"),
        ('"Australia/Brisbane"', '"../../etc/passwd"', "hours.timezone: '../../etc/passwd' is no time zone: use a name like"),
        ('"Australia/Brisbane"', '"Australia"', "hours.timezone: 'Australia' is no time zone: use a name like Australia/Brisbane"),
        # Closed days
        ('country = "AU"', 'country = "Oz"', "holidays: country 'Oz' has no holiday calendar: use a two-letter code like AU"),
        ('subdivision = "QLD"', 'subdivision = "BNE"', "holidays: subdivision 'BNE' is not one of AU's: ACT, NSW"),
        ("2027-12-31 ", '"soon" ', "holidays.confirmed_until: input should be a valid date, not 'soon': correct it"),
        ("  # { date = 2027-03-15", "  { date = 2027-02-30", "is not TOML: "),
        (
            "cancelled = [",
            'cancelled = [\n{ date = 2027-08-12, reason = "x" },',
            "holidays: cancelled: 2027-08-12 is not a public holiday in AU/QLD: remove it or correct the date",
        ),
        (
            "extra = [",
            'extra = [\n{ date = 2027-03-15, name = "x" }, { date = 2027-03-15, name = "y" },',
            "holidays: extra names a date twice: keep one of them",
        ),
        # Windows, escalation, complaints
        (
            "resolved_after_quiet_days = 7",
            "resolved_after_quiet_days = -7",
            "resolution.resolved_after_quiet_days: input should be greater than 0, not -7",
        ),
        (
            "closed_after_resolved_days = 7",
            "closed_after_resolved_days = 0",
            "resolution.closed_after_resolved_days: input should be greater than 0",
        ),
        ('"Formal Escalation {ticket_id}"', '"Formal Escalation"', "escalation.subject: must contain {ticket_id} once"),
        (
            '["first-response-sent", "promise-passed"]',
            '["whenever"]',
            "escalation.gate_any_of[1]: input should be 'first-response-sent' or",
        ),
        ('"Complaint {ticket_id}"', '"Complaint {ticket_id} {name}"', "complaints.subject: must contain {ticket_id} once"),
        ('"Complaint {ticket_id}"', '"Complaint {ticket_id}\\nBcc: x"', "complaints.subject: must be one line of text"),
        ("reviewed_within_business_days = 1", "reviewed_within_business_days = 0", "escalation.reviewed_within_business_days: "),
        ("reviewed_within_business_days = 1", "", "escalation.reviewed_within_business_days: is missing: add it"),
        ('key = "handling"', 'key = "service"', "complaints.about: key 'service' stands twice"),
        # What suggests a priority
        ('key = "slower"', 'key = "data"', "ticket_form.effects: key 'data' stands twice"),
        ('key = "slower"', 'key = "not-sure"', "ticket_form.effects: key 'not-sure' stands for “I’m not sure”"),
        ('just-me = "P4", several', 'just-me = "P9", several', "ticket_form.effects: 'slower' suggests P9, which is not in the priorities"),
        (
            'just-me = "P4", several',
            "several",
            "ticket_form.effects[5].suggests: must give one level for each of just-me, several, everyone",
        ),
        ('just-me = "P4", several', 'nobody = "P4", several', "ticket_form.effects[5].suggests: must give one level for each of"),
        # What must be told apart
        ('key = "product-help"', 'key = "complaint"', "request_types: key 'complaint' stands for a complaint, which has a form of its own"),
        (
            'key = "product-help"',
            'key = "general_enquiry"',
            "request_types: 'general_enquiry' ('Product Help / How To') is too like",
        ),
        (
            'name = "Product Help / How To"',
            'name = "General-Enquiry"',
            "request_types: 'product-help' ('General-Enquiry') is too like",
        ),
        ('name = "Feature Request"', 'name = "???"', "request_types: name '???' has no letter or digit"),
        ('"Payments"', '"Settings"', "ticket_form.areas: area 'Settings' stands twice"),
        ('"Payments"', '"not-sure"', "ticket_form.areas: 'not-sure' stands for"),
        ('"support@billycart.com"', '"-support@billycart.com"', "channels.email: '-support@billycart.com' cannot be the support address"),
        ('"support@billycart.com"', '"süpport@billycart.com"', "channels.email: 'süpport@billycart.com' cannot be the support address"),
        ('name = "Billycart" ', f'name = "{"x" * 61}" ', "brand.name: "),
        (
            'key = "product-help"',
            'key = "general-enquiry"',
            "request_types: 'general-enquiry' ('Product Help / How To') is too like",
        ),
        ('level = "P2"', 'level = "P1"', "priorities: level 'P1' stands twice: give each its own"),
        ("has_priority = true ", "has_priority = false ", "request_types: none has `has_priority = true`"),
        (
            'priority = "P1"\nreceived',
            'priority = "P7"\nreceived',
            "examples: number 3: priority 'P7' is not in the policy: use one of P1, P2",
        ),
        (
            "14:28:00+10:00\ndue",
            "14:28:00\ndue",
            "examples[1].received: input should have timezone info, not 2026-11-23T14:28:00: correct it",
        ),
        ('name = "Billycart" ', 'name = "Billy\\ncart" ', "brand.name: must be one line of text, without control characters: remove"),
        ('"support@billycart.com"', '"support at billycart"', "channels.email: 'support at billycart' cannot be the support address: "),
        # What is no TOML, with its line
        (
            'version = "2026-11-23"',
            "version = 2026-11-",
            "is not TOML: Expected newline or end of document after a statement (at line 8, column 15)",
        ),
        ("[brand]", "[brand", "is not TOML: Expected ']' at the end of a table declaration (at line 10, column 7): correct that line"),
        ("[brand]", "[brand]\nname = 'x'", "is not TOML: Cannot overwrite a value (at line 12, column 19): correct that line"),
    ],
)
def test_a_wrong_file_is_refused_by_the_name_of_the_key(old: str, new: str, message: str, tmp_path: Path) -> None:
    refused = refusal(tmp_path, changed(old, new))
    assert message in refused
    assert any(line.startswith(message) for line in refused.splitlines())


def test_a_week_without_opening_hours_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, POLICY.read_text().replace('["09:00-17:00"]', "[]")).startswith(
        "hours.week: no day has an opening period: give at least one"
    )


def test_every_wrong_key_is_named_at_once(tmp_path: Path) -> None:
    text = changed("target_hours = 2\n", "").replace("closed_after_resolved_days = 7", "closed_after_resolved_days = -1")
    assert refusal(tmp_path, text).splitlines() == [
        "priorities[1].target_hours: is missing: add it, a promise is never guessed",
        "resolution.closed_after_resolved_days: input should be greater than 0, not -1: correct it",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "version: is missing: add it, a promise is never guessed"),
        (b"\xff\xfe\x00", "is not UTF-8 text (byte 0): save it as UTF-8"),
        (b"version = " + b"[" * 100_000, "holds brackets within brackets without end: remove them"),
        (b"version = " + b"9" * 5_000, "holds a whole number of thousands of digits: shorten it"),
        (b"\x00", "is not TOML: Invalid statement (at line 1, column 1): correct that line"),
        (b'version = "' + b"x" * 100_000, "is not TOML: Unterminated string"),
    ],
)
def test_a_file_that_is_no_policy_at_all_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, content).startswith(message)


def test_a_long_wrong_value_is_cut_short(tmp_path: Path) -> None:
    assert len(refusal(tmp_path, changed("target_hours = 2", f'target_hours = "{"x" * 9999}"'))) < 200


def test_a_file_that_is_not_there_is_named_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(
        PolicyError,
        match=r"nowhere.toml: cannot be read \(No such file or directory\): put the policy file there",
    ):
        load_policy(tmp_path / "nowhere.toml")
    with pytest.raises(PolicyError, match=r"cannot be read \(Is a directory\)"):
        load_policy(tmp_path)


def test_two_files_are_told_apart_by_their_fingerprints(tmp_path: Path) -> None:
    other = tmp_path / "policy.toml"
    other.write_text(changed("target_hours = 2", "target_hours = 3"))
    assert fingerprint(other) != fingerprint(POLICY) == fingerprint(POLICY)


def test_an_area_is_kept_as_a_form_gives_it_back(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(POLICY.read_text(encoding="utf-8").replace('"Payments"', '"Cafe\u0301  and\u00a0bar"'), encoding="utf-8")
    assert "Caf\u00e9 and bar" in load_policy(file).ticket_form.areas
