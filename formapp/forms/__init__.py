"""What we ask: plain WTForms, and their rendering to accessible HTML for the static page and the error page alike."""

from collections.abc import Mapping

from formapp.errors import HelpCentreError
from formapp.forms.complaint import ComplaintForm
from formapp.forms.escalation import EscalationForm
from formapp.forms.rendering import render_form
from formapp.forms.support_form import SupportForm
from formapp.forms.ticket import TicketForm
from formapp.policy.policy import Policy

FORMS: Mapping[str, type[SupportForm]] = {form.slug: form for form in (TicketForm, EscalationForm, ComplaintForm)}


class UnknownForm(HelpCentreError):
    """A page asks for a form that does not exist."""


def static_form(name: str, policy: Policy) -> str:
    """Return an empty form's HTML for the built page; raise UnknownForm for a name that is none."""
    if name not in FORMS:
        raise UnknownForm(f"form {name!r} does not exist: use one of {', '.join(FORMS)}")
    return render_form(FORMS[name].of(policy))
