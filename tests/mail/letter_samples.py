"""Letters as the intake would write them."""

from formapp.mail.letters import Answer, SaidPromise

PROMISE = SaidPromise(
    received="Mon 23 Nov, 2:28 pm AEST",
    due="Tue 24 Nov, 2:28 pm AEST",
    target="1 business day",
    basis="General Enquiry",
    working="Mon 2:28-5:00 pm 2 h 32 min; Tue 9:00 am-2:28 pm 5 h 28 min = 8 h",
)
ANSWERS = (
    Answer("Request type", "General Enquiry"),
    Answer("Summary", "Payments fail"),
    Answer("What happened", "Every payment since 9 am.\n\nSee the log."),
    Answer("Company name", None),
)
HOURS = "Monday to Friday, 9:00 am to 5:00 pm AEST"
LINK = "https://support.billycart.com/your-request/token"
