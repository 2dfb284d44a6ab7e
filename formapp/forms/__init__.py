"""What we ask: plain WTForms, and their rendering to accessible HTML for the static page and the error page alike."""

from formapp.errors import HelpCentreError
from formapp.forms.rendering import render_form
from formapp.forms.ticket import TicketForm
from formapp.policy.policy import Policy

FORMS = {"ticket": TicketForm}


class UnknownForm(HelpCentreError):
    """A page asks for a form that does not exist."""


def static_form(name: str, policy: Policy) -> str:
    """Return an empty form's HTML for the built page; raise UnknownForm for a name that is none."""
    if name not in FORMS:
        raise UnknownForm(f"form {name!r} does not exist: use one of {', '.join(FORMS)}")
    return render_form(FORMS[name].of(policy))
