"""Votes on articles, what readers add to them, and what becomes of it."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from formapp.errors import HelpCentreError
from formapp.models import Feedback, FeedbackReason, UncountedVotes, Vote, VoterKey
from formapp.rules.feedback import NEW, STATES, WONT_DO, feedback_id
from formapp.services.proofs import Solved, spend
from formapp.services.upsert import insert_into
from formapp.services.voters import Voter

# So long a reader's browser may change its answer, and add to it.
CHANGEABLE_FOR = timedelta(days=180)
# What comes beyond these is kept and shown, but does not count, or is mailed to nobody.
MOST_OF_A_NETWORK = 3  # votes on one article in a day
MOST_IN_AN_HOUR = 60  # votes on one article that count
MOST_COMMENTS_IN_AN_HOUR = 60
MOST_UNPROVEN_IN_AN_HOUR = 20
SAME_TEXT = timedelta(days=1)
# Shorter ones, as “unclear”, are written by many.
SHORTEST_SAME_TEXT = 20  # characters


class NoSuchFeedback(HelpCentreError):
    """There is no feedback of that number; the message names it."""


@dataclass(frozen=True)
class Ballot:
    """A reader's answer: on which text, whether that is the one now published, where they were, and what they had searched for.

    `earlier` is the vote that their browser remembers.
    """

    article_id: str
    revision: str
    commit_hash: str | None
    is_current: bool
    helpful: bool
    heading: str = ""
    search_words: str = ""
    earlier: int | None = None


@dataclass(frozen=True)
class Comment:
    """What a reader adds to a vote: the keys of reasons, their words, and where to tell them when it is better; each may be empty."""

    reasons: tuple[str, ...]
    text: str
    email: str

    @property
    def digest(self) -> str | None:
        """A digest of the text, whatever its case and spaces."""
        plain = " ".join(self.text.casefold().split())
        return hashlib.sha256(plain.encode()).hexdigest() if plain else None


@dataclass(frozen=True)
class Sending:
    """How a comment was sent: its proof of work, and why it looks as if nobody had written it; haste counts without a proof only."""

    proof: Solved | None = None
    suspect_because: str | None = None
    hasty_because: str | None = None


def cast(session: Session, ballot: Ballot, voter: Voter, now: datetime, day: date) -> Vote:
    """Store a vote, or change the one that this reader has given before; `day` is that of `now` in the policy's zone."""
    vote = _remembered(session, ballot, now) or _of_today(session, ballot, voter)
    if vote is None:
        return _first(session, ballot, voter, now, day)
    vote.helpful = ballot.helpful
    session.flush()
    return vote


def count_uncounted(session: Session, article_id: str, day: date) -> None:
    """Count a vote that is not kept, because its client had voted more in an hour than anybody does."""
    once = insert_into(session, UncountedVotes).values(article_id=article_id, day=day, times=1)
    session.execute(once.on_conflict_do_update(index_elements=["article_id", "day"], set_={"times": UncountedVotes.times + 1}))


def open_vote(session: Session, number: int, now: datetime) -> Vote | None:
    """Return a vote that its reader may still change."""
    vote = session.get(Vote, number)
    return vote if vote and vote.at > now - CHANGEABLE_FOR else None


def feedback_of(session: Session, vote: Vote) -> Feedback | None:
    """Return what a reader added to a vote."""
    return session.scalar(select(Feedback).where(Feedback.vote_id == vote.id))


def give(session: Session, vote: Vote, comment: Comment, sending: Sending, now: datetime) -> Feedback:
    """Store what a reader adds to an open vote, or put it in the place of what they added before; the proof is used up."""
    # Two requests with the same comment, as of a double click, go one after the other.
    session.refresh(vote, with_for_update=True)
    found = feedback_of(session, vote)
    if found and _says(found, comment) and found.helpful == vote.helpful:
        return found
    is_proven = sending.proof is not None and spend(session, sending.proof, now)
    because = sending.suspect_because or (None if is_proven else sending.hasty_because)
    given = found or Feedback(vote_id=vote.id, article_id=vote.article_id)
    given.set_aside_because = because or _too_much(session, vote, comment, now, is_proven=is_proven)
    given.given_at, given.helpful, given.is_proven = now, vote.helpful, is_proven
    given.comment, given.comment_digest, given.email = comment.text, comment.digest, comment.email or given.email
    # Something else is said now: it is read, and mailed, anew.
    given.state, given.settled_at, given.note, given.published_at, given.mailed_at = NEW, None, "", None, None
    given.reasons = [next((one for one in given.reasons if one.reason == key), FeedbackReason(reason=key)) for key in comment.reasons]
    session.add(given)
    session.flush()
    return given


def settle(session: Session, number: int, state: str, note: str, now: datetime) -> None:
    """Put feedback into one of the STATES, with an editor's words; whoever will never be told is forgotten.

    Raises NoSuchFeedback.
    """
    if state not in STATES:
        raise ValueError(f"{state!r} is no state of feedback")
    found = session.get(Feedback, number, with_for_update=True)
    if found is None:
        raise NoSuchFeedback(f"{feedback_id(number)} is not feedback here: use an ID as the report shows it")
    if found.state != state:
        found.state, found.settled_at, found.published_at = state, None if state == NEW else now, None
    found.note = note
    if state == WONT_DO:
        found.email = None


def _remembered(session: Session, ballot: Ballot, now: datetime) -> Vote | None:
    vote = open_vote(session, ballot.earlier, now) if ballot.earlier else None
    same = vote and (vote.article_id, vote.revision) == (ballot.article_id, ballot.revision)
    return vote if same else None


def _of_today(session: Session, ballot: Ballot, voter: Voter) -> Vote | None:
    """Return the reader's vote of today on this article, unless that was on a text which another has replaced since."""
    own = select(Vote).where(Vote.voter == voter.reader, Vote.article_id == ballot.article_id)
    vote = session.scalar(own.order_by(Vote.id.desc()).limit(1).with_for_update())
    return vote if vote and (vote.revision == ballot.revision or not ballot.is_current) else None


def _first(session: Session, ballot: Ballot, voter: Voter, now: datetime, day: date) -> Vote:
    insert = insert_into(session, Vote).values(
        article_id=ballot.article_id,
        revision=ballot.revision,
        commit_hash=ballot.commit_hash,
        helpful=ballot.helpful,
        at=now,
        day=day,
        heading=ballot.heading,
        search_words=ballot.search_words,
        voter=voter.reader,
        network=voter.network,
        set_aside_because=_too_many(session, ballot.article_id, voter, now, day),
    )
    # A double click's second request, which did not see the first one's row.
    both = insert.on_conflict_do_update(index_elements=["voter", "article_id", "revision"], set_={"helpful": ballot.helpful})
    vote: Vote = session.scalars(both.returning(Vote), execution_options={"populate_existing": True}).one()
    return vote


def _too_many(session: Session, article_id: str, voter: Voter, now: datetime, day: date) -> str | None:
    # New votes take turns at the day's key; those that come at once would not see each other.
    session.execute(select(VoterKey.day).where(VoterKey.day == day).with_for_update())
    here = select(Vote.id).where(Vote.article_id == article_id)
    of_network = here.where(Vote.network == voter.network, Vote.day == day).limit(MOST_OF_A_NETWORK)
    if _count(session, of_network) >= MOST_OF_A_NETWORK:
        return "many votes from one network on one day"
    lately = here.where(Vote.at > now - timedelta(hours=1), Vote.set_aside_because.is_(None)).limit(MOST_IN_AN_HOUR)
    if _count(session, lately) >= MOST_IN_AN_HOUR:
        return "a burst of votes on one article"
    return None


def _too_much(session: Session, vote: Vote, comment: Comment, now: datetime, *, is_proven: bool) -> str | None:
    if not comment.text:
        return None
    same = select(Feedback.number).where(Feedback.comment_digest == comment.digest, Feedback.article_id != vote.article_id)
    if len(comment.text) >= SHORTEST_SAME_TEXT and _count(session, same.where(Feedback.given_at > now - SAME_TEXT).limit(1)):
        return "the same text came under another article"
    lately = select(Feedback.number).where(Feedback.given_at > now - timedelta(hours=1), Feedback.vote_id != vote.id)
    if _count(session, lately.limit(MOST_COMMENTS_IN_AN_HOUR)) >= MOST_COMMENTS_IN_AN_HOUR:
        return "a burst of comments"
    unproven = lately.where(Feedback.is_proven.is_(False)).limit(MOST_UNPROVEN_IN_AN_HOUR)
    if not is_proven and _count(session, unproven) >= MOST_UNPROVEN_IN_AN_HOUR:
        return "a burst of comments without a proof of work"
    return None


def _count(session: Session, some: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def _says(found: Feedback, comment: Comment) -> bool:
    """Whether a reader has said just this before; an address that is not given again is no change."""
    reasons = {one.reason for one in found.reasons}
    return (found.comment, reasons) == (comment.text, set(comment.reasons)) and comment.email in ("", found.email)
