"""Pages that say what went wrong, whether the service answers or only the web server in front of it still can."""

from dataclasses import dataclass

from formapp.html import render
from formapp.policy.policy import Policy
from formapp.rules.files import LARGEST_FILE, LARGEST_TOGETHER, say_size
from formapp.rules.wording import say_hours
from formapp.site import ERROR_FRAME, Site


@dataclass(frozen=True)
class Problem:
    """What is said of an error: to a reader, and what is added for somebody who sent a form."""

    title: str
    says: tuple[str, ...]
    to_senders: tuple[str, ...] = ()


# The last sentence is for the rare case that an answer was lost on its way back.
GO_BACK = (
    "Nothing has been sent. Go back to the form: your browser may still have what you wrote. "
    "The same request sent again is taken only once."
)
TRY_LATER = "Try again in a few minutes."
_TROUBLE = "Sorry, there is a problem with the service"
_UNREADABLE = Problem("We could not read that request", (), (GO_BACK,))
PROBLEMS = {
    400: _UNREADABLE,
    403: Problem(
        "This form was sent from another site", ("For your safety we take forms from our own pages only.", "Nothing has been sent.")
    ),
    404: Problem(
        "Page not found", ("If you typed the address, check that it is correct. If you pasted it, check that you copied all of it.",)
    ),
    405: Problem("This page cannot be used that way", ("Go back and try again from the page itself.",)),
    411: _UNREADABLE,
    413: Problem(
        "Your request is too large to send",
        (
            f"Your files can be {say_size(LARGEST_TOGETHER)} together, and {say_size(LARGEST_FILE)} each.",
            "Send it again with smaller or fewer files.",
        ),
        (GO_BACK,),
    ),
    415: _UNREADABLE,
    502: Problem(_TROUBLE, (f"Were you sending a form? {GO_BACK}", TRY_LATER)),
    503: Problem(_TROUBLE, (TRY_LATER,), (GO_BACK,)),
}
# Nobody knows here whether anything was stored, so it is not said that nothing was.
FAULT = Problem(
    _TROUBLE,
    (TRY_LATER,),
    (
        "Were you sending a form? Go back to it and send it again: your browser may still have what you wrote. "
        "The same request is taken only once.",
    ),
)


def problem_page(site: Site, policy: Policy, code: int, *, was_sent: bool) -> str:
    """Return the page for a status code in the site's frame; `was_sent` when somebody sent a form."""
    problem = PROBLEMS.get(code, FAULT)
    paragraphs = (*problem.says, *problem.to_senders) if was_sent else problem.says
    content = render("pages/problem.html", paragraphs=paragraphs, policy=policy, hours=say_hours(policy))
    return site.page(ERROR_FRAME).swapped(content).titled(problem.title).html
