import pytest

from formapp.policy.policy import Policy
from formapp.rules.mail_subjects import bare_subject, escalation_asked, is_forward, named_ticket


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Formal Escalation BC-1042", 1042),
        ("RE: [EXTERNAL] FORMAL ESCALATION  BC 1042", 1042),
        ("Fwd: Re[2]: formal escalation: #1042", 1042),
        ("Formal Escalation - BC-1042 - urgent", 1042),
        ('[EXT] "Formal Escalation BC-1042"', 1042),
        ("AW: ***SPAM*** [BC-1042] Formal Escalation", 1042),
        ("回复：Formal Escalation BC-1042", 1042),
        ("Formal Escalation", 0),
        ("Question about Formal Escalation BC-1042", None),
        ("Formal Escalations BC-1042", None),
        ("Informal Escalation BC-1042", None),
        ("", None),
    ],
)
def test_a_formal_escalation_is_known_by_its_subject(policy: Policy, subject: str, number: int | None) -> None:
    assert escalation_asked(policy, subject) == number


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Re: [BC-1042] We have written to you", 1042),
        ("bc 1042", 1042),
        ("BC‑1042 again", 1042),
        ("1042", None),
        ("#1042", None),
        ("ABC-1042", None),
        ("The BC office has 1042 people", None),
        ("BC-" + "9" * 30, None),
        ("x" * 1_000_000, None),
    ],
)
def test_a_ticket_is_named_by_its_whole_id(policy: Policy, subject: str, number: int | None) -> None:
    assert named_ticket(policy, subject) == number


def test_prefixes_are_taken_off_and_words_that_look_like_them_stay() -> None:
    assert bare_subject("RE: Fwd: [EXTERNAL] AW: Invoice") == "Invoice"
    assert bare_subject("Reset my password") == "Reset my password"
    assert bare_subject("[ours]") == "[ours]"
    assert bare_subject("Re: " * 300_000) == bare_subject("Re: " * 300)


def test_a_forward_is_known_and_an_answer_to_one_is_none() -> None:
    assert is_forward("Fwd: Invoice")
    assert is_forward("[EXTERNAL] WG: Rechnung")
    assert not is_forward("Re: Fwd: Invoice")
    assert not is_forward("Forward planning")
