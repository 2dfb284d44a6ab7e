"""A help centre's year, made up: articles that are mended now and then, votes, comments, searches in vain. One seed, one year."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

from sqlalchemy import insert
from sqlalchemy.orm import Session

from formapp.models import AnsweredArticle, Article, ArticleRevision, Feedback, FeedbackReason, MissedSearch, UncountedVotes, Vote
from formapp.rules.feedback import DONE, NEW, WONT_DO
from tests.clock import MONDAY_AFTERNOON

DAYS = 364
BATCH = 5_000
_DOING = ("Send", "Refund", "Schedule", "Cancel", "Approve", "Export", "Split", "Find", "Correct", "Repeat", "Pause", "Import", "Reconcile")
_WHAT = (
    "a payment", "an invoice", "a payment plan", "a direct debit", "a statement", "a payout", "a credit note", "a receipt", "a report",
    "a bank account", "a customer", "a card", "a team member", "a permission", "an agreement", "a reminder", "a fee", "a batch",
    "a subscription",
)  # fmt: skip
_WHERE = ("", " on a phone", " for somebody else", " in bulk", " after it failed")
_HEADINGS = ("Before you start", "Do it", "How long it takes", "What it costs", "When it fails", "Undo it")
_CHANGES = ("Say how long it takes", "New screenshots", "The button is called Approve now", "Answer what readers asked", "Shorter steps")
_REASONS = ("more-information", "difficult", "inaccurate", "not-relevant", "out-of-date", "broken-link", "something-else")
_COMMENTS = (
    "The button in step 3 isn’t there. Mine says “Approve” and not “Confirm”.",
    "How long does this take? My customer has been waiting since Tuesday.",
    "I was looking for the fees.",
    "The screenshot is of the old design.\n\nThe new one has no sidebar at all.",
    "Works for one payment, but what about fifty?",
    "It doesn't say what happens when the bank is closed, and that is just what I wanted to know. "
    "We pay wages on the last day of the month, which was a Sunday.",
    "Link to the statement page gives Page not found",
    "too long",
)
_LIKED = ("Quick and clear, thank you.", "The table of fees was just what I needed.")
_SEARCHES = ("refund", "how to refund", "payment failed", "change bank account", "direct debit", "fees")
_IN_VAIN = (
    "payid", "gst report", "two factor", "delete my account", "xero", "apple pay", "dark mode", "bpay biller code", "webhook",
    "csv template", "osko", "chargeback",
)  # fmt: skip
_SET_ASIDE = ("a burst of votes on one article", "many votes from one network on one day")


@dataclass(frozen=True)
class _Text:
    """A revision: from which day, and how many in a hundred it helps."""

    revision: str
    since: date
    helps: float
    change: str


class Year:
    """Writes the year that ends with `now` (aware) into a database."""

    def __init__(self, session: Session, *, seed: int = 4, now: datetime = MONDAY_AFTERNOON) -> None:
        self._session = session
        self._chance = random.Random(seed)
        self._now = now
        self._today = now.date()

    def write(self, *, articles: int, votes: int) -> None:
        texts = self._articles(articles)
        ids = list(texts)
        # A few articles are read by most: the n-th is read 1/n as often as the first.
        readers = [1 / (place + 3) for place in range(len(ids))]
        self._chance.shuffle(readers)
        feedback: list[dict[str, object]] = []
        reasons: list[dict[str, object]] = []

        def cast() -> Iterable[dict[str, object]]:
            for number, article_id in enumerate(self._chance.choices(ids, readers, k=votes), 1):
                vote = self._vote(number, article_id, texts[article_id])
                if self._chance.random() < (0.04 if vote["helpful"] else 0.3):
                    self._feedback(vote, feedback, reasons)
                yield vote

        self._insert(Vote, cast())
        self._insert(Feedback, feedback)
        self._insert(FeedbackReason, reasons)
        self._beside(ids)

    def _articles(self, count: int) -> dict[str, list[_Text]]:
        titles = [f"{doing} {what}{where}" for where, what, doing in product(_WHERE, _WHAT, _DOING)]
        titles = self._chance.sample(titles[: max(count, 60)], count)
        texts: dict[str, list[_Text]] = {}
        rows = []
        for title in titles:
            article_id = title.lower().replace(" ", "-")
            texts[article_id] = some = self._texts(article_id)
            reviewed = self._today - timedelta(days=self._chance.choice((20, 60, 90, 120, 150, 170, 200, 320)))
            headings = [(words.lower().replace(" ", "-"), words, 12 + 9 * place) for place, words in enumerate(_HEADINGS)]
            rows.append(
                {
                    "id": article_id,
                    "title": title,
                    "path": f"articles/{article_id}/",
                    "source": f"docs/articles/{article_id}.md",
                    "owner": "Paypa Plane Support",
                    "reviewed": reviewed,
                    "revision": some[-1].revision,
                    "headings": headings,
                }
            )
        self._insert(Article, rows)
        revisions = [
            {
                "article_id": article_id,
                "revision": one.revision,
                "commit_hash": one.revision * 3 + "0000",
                "summary": one.change,
                "published_at": datetime.combine(one.since, time(1), UTC),
            }
            for article_id, some in texts.items()
            for one in some
        ]
        self._insert(ArticleRevision, revisions)
        return texts

    def _texts(self, article_id: str) -> list[_Text]:
        helps = self._chance.betavariate(5, 2.5)
        days = sorted(self._chance.sample(range(20, DAYS - 20), self._chance.choice((0, 0, 1, 1, 2, 3))))
        texts = [_Text(self._hash(), self._today - timedelta(days=DAYS), helps, "First version")]
        for day in days:
            # Most changes are for the better.
            helps = min(0.96, max(0.15, helps + self._chance.uniform(-0.08, 0.35)))
            texts.append(_Text(self._hash(), self._today - timedelta(days=DAYS - day), helps, self._chance.choice(_CHANGES)))
        return texts

    def _vote(self, number: int, article_id: str, texts: Sequence[_Text]) -> dict[str, object]:
        chance = self._chance
        day = self._today - timedelta(days=chance.randrange(DAYS))
        if day.weekday() > 4 and chance.random() < 0.7:
            day -= timedelta(days=2)
        text = next((one for one in reversed(texts) if one.since <= day), texts[0])
        return {
            "id": number,
            "article_id": article_id,
            "revision": text.revision,
            "commit_hash": text.revision * 3 + "0000",
            "helpful": chance.random() < text.helps,
            "at": datetime.combine(day, time(chance.randrange(24), chance.randrange(60)), UTC) - timedelta(hours=10),
            "day": day,
            "heading": chance.choice(_HEADINGS).lower().replace(" ", "-") if chance.random() < 0.8 else "",
            "search_words": chance.choice(_SEARCHES) if chance.random() < 0.2 else "",
            "voter": None,
            "network": None,
            "set_aside_because": chance.choice(_SET_ASIDE) if chance.random() < 0.02 else None,
        }

    def _feedback(self, vote: dict[str, object], feedback: list[dict[str, object]], reasons: list[dict[str, object]]) -> None:
        chance, number = self._chance, len(feedback) + 1
        helpful, given_at = bool(vote["helpful"]), vote["at"]
        assert isinstance(given_at, datetime)
        is_old = self._now - given_at > timedelta(days=45)
        state = chance.choice((DONE, DONE, WONT_DO, NEW)) if is_old else chance.choice((NEW, NEW, NEW, DONE))
        comment = chance.choice(_LIKED if helpful else _COMMENTS) if helpful or chance.random() < 0.6 else ""
        feedback.append(
            {
                "number": number,
                "vote_id": vote["id"],
                "article_id": vote["article_id"],
                "given_at": given_at + timedelta(minutes=1),
                "helpful": helpful,
                "comment": comment,
                "comment_digest": None,
                "email": f"reader{number}@example.net" if state == NEW and chance.random() < 0.2 else None,
                "is_proven": chance.random() < 0.95,
                "set_aside_because": "a field that people do not see was filled in" if chance.random() < 0.01 else None,
                "state": state,
                "settled_at": None if state == NEW else given_at + timedelta(days=5),
                "note": "The article says it now." if state == DONE else "",
            }
        )
        if not helpful:
            some = chance.sample(_REASONS, chance.choice((1, 1, 1, 2, 3)), counts=(9, 6, 3, 4, 5, 1, 2))
            reasons += [{"feedback_number": number, "reason": reason} for reason in sorted(set(some))]

    def _beside(self, ids: Sequence[str]) -> None:
        chance = self._chance
        searches = {}
        for place, words in enumerate(_IN_VAIN):
            for _ in range(90 // (place + 1)):
                day = self._today - timedelta(days=int(abs(chance.gauss(0, 30 + 10 * (place % 3)))))
                searches[words, day] = searches.get((words, day), 0) + chance.randint(1, 3)
        self._insert(MissedSearch, [{"words": words, "day": day, "times": times} for (words, day), times in searches.items()])
        some = [ids[number] for number in range(min(20, len(ids)))]
        self._insert(AnsweredArticle, [{"article_id": one, "day": self._today, "times": chance.randint(1, 30)} for one in some])
        self._insert(UncountedVotes, [{"article_id": ids[0], "day": self._today, "times": 37}])

    def _hash(self) -> str:
        return f"{self._chance.randrange(16**12):012x}"

    def _insert(self, model: type, rows: Iterable[dict[str, object]]) -> None:
        waiting = list(rows)
        for start in range(0, len(waiting), BATCH):
            self._session.execute(insert(model), waiting[start : start + BATCH])


def write_year(session: Session, *, articles: int, votes: int, seed: int = 4, now: datetime = MONDAY_AFTERNOON) -> None:
    """Write a made-up year into an empty database."""
    Year(session, seed=seed, now=now).write(articles=articles, votes=votes)
