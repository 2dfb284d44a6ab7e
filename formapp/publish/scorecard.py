"""How often we kept our targets, as `formapp tickets report --public` wrote it beside the policy file; nothing unless the policy has it."""

from formapp.html import render
from formapp.policy.policy import Policy
from formapp.publish.published import Published, PublishError
from formapp.reports.findings import say_share
from formapp.reports.scorecard_public import Figure, OfKind, PublicScorecard, UnusableFigures, read_figures
from formapp.rules.wording import say_business_hours

FILE = "scorecard.json"


def scorecard(published: Published) -> str:
    """Return the HTML of the published figures, empty where the policy publishes none; raise PublishError."""
    if not published.policy.scorecard.published:
        return ""
    figures, policy = _figures(published), published.policy
    return render(
        "site/scorecard.html",
        figures=figures,
        since=f"{figures.since.day} {figures.since:%B %Y}",
        until=f"{figures.until.day} {figures.until:%B %Y}",
        kinds=[(_name(one, policy), one) for one in figures.kinds],
        months=[(f"{one.month:%B %Y}", one) for one in figures.months],
        share=_share,
        hours=lambda hours: say_business_hours(round(hours, 1)),
    )


def _figures(published: Published) -> PublicScorecard:
    file = published.folder / FILE
    mend = f"write it with `formapp tickets report --public {file}`, or set scorecard.published = false in the policy"
    try:
        return read_figures(file.read_text(encoding="utf-8"), published.policy.scorecard.fewest)
    except FileNotFoundError:
        raise PublishError(f"{file} is missing, and the policy publishes the scorecard: {mend}") from None
    except (OSError, UnicodeDecodeError):
        raise PublishError(f"{file} cannot be read: {mend}") from None
    except UnusableFigures as error:
        raise PublishError(f"{file} is no scorecard that can be published: {error}: {mend}") from None


def _name(one: OfKind, policy: Policy) -> str:
    return ", ".join(filter(None, (policy.name_of(one.request_type), one.priority)))


def _share(figure: Figure) -> str:
    if not figure.promises or figure.kept is None:
        return "Not published"
    return f"{say_share(figure.kept / figure.promises)} of {figure.promises:,}"
