"""Single facts of the policy for use inside a sentence, so that no number of the policy is ever typed in prose."""

from collections.abc import Mapping
from html import escape

from formapp.policy.policy import Policy
from formapp.publish.mailto import complaint_subject, example_subject, example_ticket_id, mailto
from formapp.publish.published import Published
from formapp.rules.wording import say_business_days, say_business_hours, say_hours


def values_of(published: Published) -> Mapping[str, str]:
    """Return the HTML of each fact by its name, which is its key in the policy file wherever it has one."""
    policy = published.policy
    return {name: escape(said) for name, said in _said(policy).items()} | _links(policy)


def _said(policy: Policy) -> dict[str, str]:
    resolution, complaints = policy.resolution, policy.complaints
    return {
        "version": policy.version,
        "brand.name": policy.brand.name,
        "brand.supported_by": policy.brand.supported_by,
        "hours": say_hours(policy),
        "hours.timezone": policy.hours.timezone,
        "hours.timezone_label": policy.hours.timezone_label,
        "hours.business_day_hours": say_business_hours(policy.hours.business_day_hours),
        "holidays.description": policy.holidays.description,
        "resolution.resolved_after_quiet_days": _say_days(resolution.resolved_after_quiet_days),
        "resolution.reminded_after_quiet_days": _say_days(resolution.reminded_after_quiet_days),
        "resolution.closed_after_resolved_days": _say_days(resolution.closed_after_resolved_days),
        "escalation.subject": example_subject(policy),
        "escalation.reviewed_by": policy.escalation.reviewed_by[:1].lower() + policy.escalation.reviewed_by[1:],
        "escalation.reviewed_within_business_days": say_business_days(policy.escalation.reviewed_within_business_days),
        "complaints.acknowledged_within_business_days": say_business_days(complaints.acknowledged_within_business_days),
        "complaints.answered_within_days": _say_days(complaints.answered_within_days),
        "ticket-id": example_ticket_id(policy),
        **_of_requests(policy),
    }


def _of_requests(policy: Policy) -> dict[str, str]:
    names = {f"request_types.{kind.key}.name": kind.name for kind in policy.request_types}
    of_types = {f"request_types.{kind.key}.target": say_business_days(kind.target_business_days) for kind in policy.request_types}
    of_levels = {
        f"priorities.{level.level}.target": say_business_hours(level.target_hours)
        for level in policy.priorities
        if level.target_hours is not None
    }
    return names | of_types | of_levels


def _links(policy: Policy) -> dict[str, str]:
    email, site = policy.channels.email, policy.channels.help_centre
    return {
        "channels.email": f'<a href="{escape(mailto(email))}">{escape(email)}</a>',
        "channels.help_centre": f'<a href="{escape(site)}/">{escape(site.removeprefix("https://"))}</a>',
        "complaint-email": f'<a href="{escape(mailto(email, complaint_subject(policy)))}">{escape(email)}</a>',
    }


def _say_days(days: int) -> str:
    return f"{days} {'day' if days == 1 else 'days'}"
