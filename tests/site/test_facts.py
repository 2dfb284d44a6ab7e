"""The published policy says what docs/policy.toml says, and nothing in the pages says it a second time."""

import re
from pathlib import Path

import pytest
import yaml

from formapp.policy.policy import Policy
from formapp.rules.wording import say_business_days, say_business_hours, say_hours
from tests.conftest import ROOT
from tests.site.built_site import BuiltSite
from tests.site.markup import Markup

PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.fixture
def published(site: BuiltSite) -> str:
    (content,) = Markup(site.html("support-services/")).all("article")
    return content.words


def _facts(policy: Policy) -> list[str]:
    return [
        policy.brand.name,
        policy.brand.supported_by,
        policy.version,
        policy.channels.email,
        policy.channels.help_centre.removeprefix("https://"),
        say_hours(policy),
        policy.hours.timezone,
        say_business_hours(policy.hours.business_day_hours),
        policy.holidays.description,
        *(words for kind in policy.request_types for words in (kind.name, kind.description, say_business_days(kind.target_business_days))),
        *(words for level in policy.priorities for words in (level.level, *level.situations)),
        *(say_business_hours(level.target_hours) for level in policy.priorities if level.target_hours),
        *(item.text for item in policy.troubleshooting.report_items),
        f"{policy.resolution.resolved_after_quiet_days} days pass without a response",
        f"{policy.resolution.closed_after_resolved_days} days to answer",
        *policy.resolution.reasons,
        policy.escalation.subject.format(ticket_id=f"{policy.brand.ticket_prefix}-1234"),
        *(item.text for item in policy.escalation.required_items),
        say_business_days(policy.complaints.acknowledged_within_business_days),
        f"{policy.complaints.answered_within_days} days",
        *(example.note for example in policy.examples),
    ]


def test_every_fact_of_the_policy_is_published(published: str, policy: Policy) -> None:
    assert [fact for fact in _facts(policy) if " ".join(fact.split()) not in published] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_figure_of_the_policy_is_typed_in_prose(page: Path, policy: Policy) -> None:
    prose = page.read_text(encoding="utf-8").rpartition("\n---\n")[2]

    assert re.findall(r"\b\d+(?:[ -]\w+)? (?:business|calendar|working) (?:day|hour)s?\b|\b\d+ (?:day|hour)s?\b", prose) == []
    names = (f"*{kind.name}*" for kind in policy.request_types)
    for typed in (policy.channels.email, policy.hours.timezone, policy.hours.timezone_label, "Formal Escalation", "9:00", "5:00", *names):
        assert typed not in prose


def test_the_site_has_the_name_and_address_that_the_policy_has(policy: Policy) -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    plain = yaml.load(re.sub(r"!!python/\S+|!ENV", "", text), Loader=yaml.SafeLoader)

    assert plain["site_name"].startswith(policy.brand.name)
    assert plain["site_url"][1].rstrip("/") == policy.channels.help_centre
    assert policy.brand.supported_by in plain["copyright"]
