"""What readers of an article said, as rows with no more than they must have."""

from formapp.models import Feedback, FeedbackReason, Vote
from formapp.rules.feedback import NEW
from tests.clock import MONDAY_AFTERNOON


def vote(article_id: str, **changes: object) -> Vote:
    values: dict[str, object] = {
        "article_id": article_id,
        "revision": "",
        "helpful": False,
        "at": MONDAY_AFTERNOON,
        "day": MONDAY_AFTERNOON.date(),
        "heading": "",
        "search_words": "",
    }
    return Vote(**(values | changes))


def remark(on: Vote, *reasons: str, **changes: object) -> Feedback:
    values: dict[str, object] = {
        "vote": on,
        "article_id": on.article_id,
        "given_at": on.at,
        "helpful": on.helpful,
        "comment": "",
        "is_proven": True,
        "state": NEW,
        "note": "",
        "reasons": [FeedbackReason(reason=reason) for reason in reasons],
    }
    return Feedback(**(values | changes))
