"""The five items of the policy are found as the site's own letters, the form and people write them; what is missing is named."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formapp.policy.policy import Policy
from formapp.publish.mailto import checklist
from formapp.rules.escalation_items import EscalationItems, items_in, missing_items

WHOLE = EscalationItems(
    company="Acme Pty Ltd",
    name="Jane Doe",
    email="jane@acme.example",
    phone="07 3000 0000",
    impact="We cannot invoice.",
    business_case="Month end is tomorrow.",
)


def items(text: str, *, name: str = "", address: str = "") -> EscalationItems:
    return items_in(text, from_name=name, from_address=address)


def filled_in(policy: Policy, answers: dict[str, str]) -> str:
    """The letter that the site prepares, with answers after its items."""
    lines = checklist([item.text for item in policy.escalation.required_items])
    keys = [item.key for item in policy.escalation.required_items]
    return "\r\n".join(f"{line.rstrip()} {answers.get(key, '')}\r\n" for key, line in zip(keys, lines, strict=True)).replace("\r\n", "\n")


def test_the_letter_that_the_site_prepares_is_understood(policy: Policy) -> None:
    answers = {
        "ticket_id": "BC-1042",
        "company": "Acme Pty Ltd",
        "contact": "Jane Doe, jane@acme.example, 07 3000 0000",
        "impact": "We cannot invoice.",
        "business_case": "Month end is tomorrow.",
    }
    assert items(filled_in(policy, answers)) == WHOLE
    assert missing_items(policy, WHOLE) == ()


def test_a_prepared_letter_that_nobody_filled_in_has_nothing(policy: Policy) -> None:
    found = items(filled_in(policy, {}) + "\nKind regards\nJane Doe\nSent from my iPhone", name="Jane Doe", address="jane@acme.example")
    assert found == EscalationItems(name="Jane Doe", email="jane@acme.example")
    assert missing_items(policy, found) == ("Company name", "Contact details: phone", "The impact", "The business case for escalating")


@pytest.mark.parametrize(
    "text",
    [
        # "Email it instead" of the form: the question, and the answer below it.
        "Ticket ID:\nBC-1042\n\nCompany name:\nAcme Pty Ltd\n\nFull name:\nJane Doe\n\nEmail address:\njane@acme.example\n\nPhone number:\n07 3000 0000\n\n"
        "What is the impact?\nWe cannot invoice.\n\nWhy does this need to be escalated?\nMonth end is tomorrow.\n\nAttach these files by hand: a.png",
        "1. Ticket ID: BC-1042\n2. Company: Acme Pty Ltd\n3. Contact: Jane Doe <jane@acme.example> 07 3000 0000\n4. Impact: We cannot invoice.\n"
        "5) Business case: Month end is tomorrow.\n\nRegards,\nJane",
        "* Company name – Acme Pty Ltd\n* Name - Jane Doe\n* E-mail: jane@acme.example\n* Phone: 07 3000 0000\n* The impact - We cannot invoice.\n"
        "* The business case = Month end is tomorrow.\n-- \nJane",
        "**Company name:** Acme Pty Ltd\n**Contact details:**\nJane Doe\njane@acme.example\n07 3000 0000\n\n**Impact**\n\nWe cannot invoice.\n\n"
        "**Business case**\n------\nMonth end is tomorrow.\n",
        "Company\tAcme Pty Ltd\nName\tJane Doe\nEmail\tjane@acme.example\nPhone\t07 3000 0000\nImpact\tWe cannot invoice.\nBusiness case\tMonth end is tomorrow.",
        "| Company | Acme Pty Ltd |\n| Name | Jane Doe |\n| Email | jane@acme.example |\n| Phone | 07 3000 0000 |\n| Impact "
        "| We cannot invoice. |\n"
        "| Business case | Month end is tomorrow. |",
        "Name: Jane Doe, Phone: 07 3000 0000, Email: jane@acme.example, Company: Acme Pty Ltd\nIMPACT (who cannot do what): We cannot invoice.\n"
        "Reason for escalation: Month end is tomorrow.\n\nOn Mon, 2 Mar 2026 at 10:00, Support <s@billycart.com> wrote:\n> Business case: another",
        # An answer between the lines of the request for it.
        "> Company name\nAcme Pty Ltd\n> Contact details: name, email and phone\nJane Doe, jane@acme.example, 07 3000 0000\n> The impact\nWe cannot invoice.\n"
        "> The business case for escalating\nMonth end is tomorrow.\n> Kind regards\n> Support",
        # Forwarded by a colleague.
        "---------- Forwarded message ---------\nFrom: Jane\nDate: today\nSubject: Formal Escalation\nTo: us\n\n> Company: Acme Pty Ltd\n> Name: Jane Doe\n"
        "> Email: jane@acme.example\n> Phone: 07 3000 0000\n> Impact: We cannot invoice.\n> Business case: Month end is tomorrow.",
    ],
)
def test_items_are_found_however_they_are_labelled(text: str) -> None:
    assert items(text) == WHOLE


def test_an_item_may_have_many_lines() -> None:
    found = items("Impact:\nNobody can log in.\n\n- since Monday\n- everywhere\n\nBusiness case:\nMoney.\n\nThanks\nJane")
    assert found.impact == "Nobody can log in.\n\n- since Monday\n- everywhere"
    assert found.business_case == "Money."


@pytest.mark.parametrize("nothing", ["", "-", "n/a", "TBC", "...", "[your company]", "<company>", "\n\n"])
def test_a_label_with_nothing_to_say_is_missing(policy: Policy, nothing: str) -> None:
    found = items(f"Company name: {nothing}\nImpact: {nothing}\nBusiness case: {nothing}\n")
    assert (found.company, found.impact, found.business_case) == ("", "", "")


@pytest.mark.parametrize(
    "text",
    [
        "Our company is Acme, and the impact is big.",
        "The company Acme cannot invoice",
        "Impacted users: 12",
        "Named users cannot log in",
        "Businesses case by case",
    ],
)
def test_free_prose_is_not_guessed(text: str) -> None:
    assert items(text) == EscalationItems()


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("Please call me on 0412 345 678 today.", "0412 345 678"),
        ("Ring (07) 3000 0000", "(07) 3000 0000"),
        ("I am at +64 9 300 0000", "+64 9 300 0000"),
        # No whole number of any country, but it stands where one was asked for.
        ("Phone: 3000 0000 ext 5", "3000 0000 ext 5"),
        ("Phone: later", ""),
        ("Invoice 2026-03-02 for 1200.50 of BC-1042", ""),
        ("> call 0412 345 678", ""),
    ],
)
def test_a_phone_number_is_found_anywhere_in_the_writers_own_text(text: str, phone: str) -> None:
    assert items(text).phone == phone


@pytest.mark.parametrize(
    ("found", "missing"),
    [
        (EscalationItems(), ("Company name", "Contact details: name, email and phone", "The impact", "The business case for escalating")),
        (EscalationItems("A", "J", "j@x.example", "", "i", "b"), ("Contact details: phone",)),
        (EscalationItems("A", "", "j@x.example", "", "i", ""), ("Contact details: name and phone", "The business case for escalating")),
        (WHOLE, ()),
    ],
)
def test_what_is_missing_is_named_as_the_policy_names_it(policy: Policy, found: EscalationItems, missing: tuple[str, ...]) -> None:
    assert missing_items(policy, found) == missing


@given(st.text(max_size=500))
def test_no_text_is_too_strange(text: str) -> None:
    items(text)
    items(f"Contact: {text}\nImpact: {text}\nPhone: {text}")


@pytest.mark.parametrize(
    "piece", ["0", "0 4", "Company: ", "Company\n", ">", "* ", "a@", "a.", "\n", "Name: x, ", "(", "1234567890 ", "\t", "|", "+61 7 "]
)
def test_the_time_grows_with_the_size(piece: str) -> None:
    def taken(size: int) -> float:
        text = piece * (size // len(piece))
        times = []
        for _ in range(3):
            start = time.perf_counter()
            items(f"Contact: {text}")
            times.append(time.perf_counter() - start)
        return min(times)

    assert taken(400_000) <= taken(200_000) * 2.5 + 0.05
