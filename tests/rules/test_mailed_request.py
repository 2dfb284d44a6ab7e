import pytest

from formapp.policy.policy import Policy
from formapp.rules.mailed_request import MailedRequest, request_in


@pytest.mark.parametrize(
    ("text", "request_type", "priority"),
    [
        ("The invoices are blank.", "general-enquiry", None),
        ("", "general-enquiry", None),
        ("What is your request about?\r\nIncident\r\n\r\nSummary:\r\nAll is down".replace("\r", ""), "incident", None),
        ("What is your request about?\nIncident\n\nPriority: p2", "incident", "P2"),
        ("Request type: Feature Request\nPriority: P1", "feature-request", None),
        ("* Request type: product help / how to", "product-help", None),
        ("Request type: Gossip", "general-enquiry", None),
        ("Request type: Incident\nPriority: P9", "incident", None),
        ("My request type is an Incident, I think", "general-enquiry", None),
        (
            "What is your request about?\nIncident\n\nWhich of these describes the incident best?\n"
            "All or most customers cannot use the system, or data is exposed (P1)",
            "incident",
            "P1",
        ),
    ],
)
def test_the_forms_own_labels_say_what_a_mail_is_about(policy: Policy, text: str, request_type: str, priority: str | None) -> None:
    assert request_in(policy, text) == MailedRequest(request_type, priority)
