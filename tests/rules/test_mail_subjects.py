"""What a subject asks for, through everything that mail programs and filters put around it (trap 15)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formapp.policy.policy import Policy
from formapp.rules.mail_subjects import bare_subject, escalation_asked, is_complaint, named_ticket


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Formal Escalation BC-1042", 1042),
        ("formal escalation bc-1042", 1042),
        ("RE: [EXTERNAL] FORMAL ESCALATION  BC 1042", 1042),
        ("Formal Escalation: #1042", 1042),
        ("Formal Escalation - BC-1042 - urgent", 1042),
        ("Formal\u00a0Escalation\u00a0BC\u20131042", 1042),
        ("ＦＯＲＭＡＬ　ＥＳＣＡＬＡＴＩＯＮ　ＢＣ－１０４２", 1042),
        ("“Formal Escalation BC‑1042”", 1042),
        ("Formal-Escalation BC1042!", 1042),
        ("FormalEscalation BC-1042", 1042),
        ("*Formal Escalation* BC-1042", 1042),
        ("[Formal Escalation] BC-1042", 1042),
        ("[Formal Escalation BC-1042]", 1042),
        ("Formal Escalation {BC-1042}", 1042),
        ("Formal Escalation for ticket ID: 1042", 1042),
        ("Formal Escalation of ticket number 1042", 1042),
        ("Formal Escalation 1042 since 2024", 1042),
        ("AW: WG: (EXTERNAL) ***SPAM*** Formal Escalation BC-1042", 1042),
        ("[External Sender] CAUTION: Re: Formal Escalation BC-1042", 1042),
        ("Re[2]: Re^3: Formal Escalation BC-1042", 1042),
        ("回复: Formal Escalation BC-1042", 1042),
        ("[support-list] Formal Escalation BC-1042", 1042),
        ("Fwd: Re: [BC-1042] Formal Escalation", 1042),
        ("[BC-1000] Formal Escalation BC-1042", 1042),
        ("Formal Escalation BC-1042 (was BC-1000)", 1042),
        ("Formal\u200b Escalation\u00ad BC-\u200b1042", 1042),
        # It asks, and names no ticket.
        ("Formal Escalation", 0),
        ("Formal Escalation BC-", 0),
        ("Formal Escalation {Ticket ID}", 0),
        ("Formal Escalation since 2024 nothing", 0),
        ("Formal Escalation BC-0", 0),
        ("Formal Escalation BC-99999999999999", 0),
        ("Formal Escalation 10423rd", 0),
        # It does not ask.
        ("Question about Formal Escalation", None),
        ("Request for Formal Escalation BC-1042", None),
        ("Informal Escalation BC-1042", None),
        ("Formal Escalations process", None),
        ("Escalation BC-1042", None),
        ("BC-1042", None),
        ("", None),
    ],
)
def test_an_escalation_is_asked_for_at_the_beginning_of_a_subject(policy: Policy, subject: str, number: int | None) -> None:
    assert escalation_asked(policy, subject) == number


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("[BC-1042] We have your request", 1042),
        ("Re: Fwd: [EXTERNAL] [bc 1042] We have your request", 1042),
        ("Invoices blank, see BC1042.", 1042),
        ("BC-20 is like [BC-1042]", 1042),
        ("BC-2 and BC-3", 2),
        ("1042", None),
        ("#1042", None),
        ("[1042]", None),
        ("ABC-1042", None),
        ("BC1042x", None),
        ("BC-", None),
        ("BC-0", None),
        ("BC-12345678901", None),
        ("", None),
    ],
)
def test_a_ticket_is_named_by_its_prefix_and_not_by_a_bare_number(policy: Policy, subject: str, number: int | None) -> None:
    assert named_ticket(policy, subject) == number


@pytest.mark.parametrize(
    ("subject", "complains"),
    [
        ("Complaint", True),
        ("COMPLAINT: nobody calls back", True),
        ("Complaint BC-1042", True),
        ("Fwd: Complaint", True),
        ("[EXTERNAL] Complaint about your service", True),
        ("Formal complaint about the invoices", True),
        ("My complaint", True),
        ("Complaint: the form is broken", True),
        ("Re: Complaint", False),
        ("[EXT] Re: Complaint BC-1042", False),
        ("Complaint form does not load", False),
        ("Complaints policy", False),
        ("Question: complaint", False),
        ("No complaint from me", False),
        ("", False),
    ],
)
def test_a_complaint_begins_with_the_policys_word_and_answers_nothing(policy: Policy, subject: str, complains: bool) -> None:
    assert is_complaint(policy, subject) is complains


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: [EXTERNAL] Invoices", "Invoices"),
        ("RE: RE: AW: SV: VS: Odp: Rif: RES: Fwd: Invoices", "Invoices"),
        ("Re[2]: Re^3: Re (4): Invoices", "Invoices"),
        ("Re : facture", "facture"),
        ("回复：发票", "发票"),
        ("[SPAM] ***SPAM*** [EXT] (EXTERNAL) Re: Invoices", "Invoices"),
        ("[External Email] - Invoices", "Invoices"),
        ("[BC-1042] Invoices", "Invoices"),
        # What customers write themselves stays.
        ("[Production] Login broken", "[Production] Login broken"),
        ("Invoices: blank", "Invoices: blank"),
        ("Result: wrong", "Result: wrong"),
        ("[EXTERNAL]", "[EXTERNAL]"),
        ("Re:", ""),
        ("", ""),
    ],
)
def test_the_bare_subject_is_what_the_writer_wrote(subject: str, bare: str) -> None:
    assert bare_subject(subject) == bare


@given(st.text(max_size=400))
def test_no_subject_is_too_strange(policy: Policy, subject: str) -> None:
    for text in (subject, f"Formal Escalation {subject}", f"Re: [{subject}] BC-{subject}"):
        escalation_asked(policy, text)
        named_ticket(policy, text)
        is_complaint(policy, text)
        assert len(bare_subject(text)) <= len(text)


@pytest.mark.parametrize("piece", ["[a] ", "Re: ", "*", "(", " ", "BC-", "é", "\u0301", "Formal ", "ﷺ", "# "])
def test_the_time_grows_with_the_size(policy: Policy, piece: str) -> None:
    def taken(size: int) -> float:
        subject = piece * (size // len(piece))
        times = []
        for _ in range(3):
            start = time.perf_counter()
            for text in (subject, f"Formal Escalation {subject}"):
                bare_subject(text)
                is_complaint(policy, text)
                named_ticket(policy, text)
                escalation_asked(policy, text)
            times.append(time.perf_counter() - start)
        return min(times)

    assert taken(1_000_000) <= taken(500_000) * 2.5 + 0.05
