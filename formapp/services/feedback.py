"""Votes on articles, what readers add to them, and what becomes of it."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from formapp.errors import HelpCentreError
from formapp.models import Feedback, FeedbackReason, UncountedVotes, Vote
from formapp.rules.feedback import LONGEST_NOTE, NEW, STATES, WONT_DO, feedback_id
from formapp.services.proofs import Solved, spend
from formapp.services.upsert import insert_into
from formapp.services.voters import Voter

# So long a reader's browser may change its answer, and add to it.
CHANGEABLE_FOR = timedelta(days=180)
# What comes beyond these is kept and shown, but does not count, or is mailed to nobody.
MOST_OF_A_NETWORK = 3  # votes on one article in a day
MOST_IN_AN_HOUR = 60  # votes on one article that count
MOST_COMMENTS_IN_AN_HOUR = 200
MOST_UNPROVEN_IN_AN_HOUR = 20
ANSWERED_AGAIN = "answered again, by the same reader as far as can be told"
SAME_TEXT = timedelta(days=1)
# Shorter ones, as “unclear”, are written by many.
SHORTEST_SAME_TEXT = 20  # characters
_LINK = re.compile(r"https?:|www\.|://|\.[a-z]{2,}/", re.IGNORECASE)


class NoSuchFeedback(HelpCentreError):
    """There is no feedback of that number; the message names it."""


class UnusableNote(HelpCentreError):
    """An editor's words that cannot be mailed to a reader; the message says what to change."""


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
    """Store a vote, or change the one that the reader's browser remembers; `day` is that of `now` in the policy's zone.

    A vote that only looks like the same reader's, by network and browser, makes room for this one: it no longer counts, but it
    stays whoever's it is, with what they have added to it.
    """
    if vote := _remembered(session, ballot, now):
        vote.helpful = ballot.helpful
        session.flush()
        return vote
    before = _of_today(session, ballot, voter)
    aside = before[0].set_aside_because if before else _too_many(session, ballot.article_id, voter, now)
    for one in before:
        one.voter = one.network = None
        one.set_aside_because = one.set_aside_because or ANSWERED_AGAIN
    session.flush()
    vote = Vote(
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
        set_aside_because=aside,
    )
    session.add(vote)
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
    # An address that was given before stands, unless the reader has changed their mind and found the article helpful.
    email = comment.email or (found.email if found and not vote.helpful else None)
    given = found or Feedback(vote_id=vote.id, article_id=vote.article_id)
    given.set_aside_because = because or _too_much(session, vote, comment, now, is_proven=is_proven)
    given.given_at, given.helpful, given.is_proven = now, vote.helpful, is_proven
    given.comment, given.comment_digest, given.email = comment.text, comment.digest, email
    # Something else is said now: it is read, and mailed, anew.
    given.state, given.settled_at, given.note, given.published_at, given.mailed_at, given.told_at = NEW, None, "", None, None, None
    given.reasons = [next((one for one in given.reasons if one.reason == key), FeedbackReason(reason=key)) for key in comment.reasons]
    session.add(given)
    session.flush()
    return given


def settle(session: Session, number: int, state: str, note: str, now: datetime) -> None:
    """Put feedback into one of the STATES, with an editor's words on one line; whoever will never be told is forgotten.

    Raises NoSuchFeedback, and UnusableNote for words that cannot be mailed to the reader.
    """
    if state not in STATES:
        raise ValueError(f"{state!r} is no state of feedback")
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE:
        raise UnusableNote(f"Note must be {LONGEST_NOTE} characters or less")
    # A report's link may get into the wrong hands, and then our mails must lead nobody astray.
    if _LINK.search(note):
        raise UnusableNote("Note must not hold a link: the reader is sent the article’s")
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


def _of_today(session: Session, ballot: Ballot, voter: Voter) -> Sequence[Vote]:
    """Return the votes of today on this article by what looks like the same reader, but for one on a text that was replaced since."""
    own = select(Vote).where(Vote.voter == voter.reader, Vote.article_id == ballot.article_id).order_by(Vote.id)
    return [vote for vote in session.scalars(own) if vote.revision == ballot.revision or not ballot.is_current]


def _too_many(session: Session, article_id: str, voter: Voter, now: datetime) -> str | None:
    # The network's hash is the day's own, so these are votes of today.
    here = select(Vote.id).where(Vote.article_id == article_id)
    if _count(session, here.where(Vote.network == voter.network).limit(MOST_OF_A_NETWORK)) >= MOST_OF_A_NETWORK:
        return "many votes from one network on one day"
    lately = here.where(Vote.at > now - timedelta(hours=1), Vote.at <= now, Vote.set_aside_because.is_(None)).limit(MOST_IN_AN_HOUR)
    if _count(session, lately) >= MOST_IN_AN_HOUR:
        return "a burst of votes on one article"
    return None


def _too_much(session: Session, vote: Vote, comment: Comment, now: datetime, *, is_proven: bool) -> str | None:
    if not comment.text:
        return None
    same = select(Feedback.number).where(Feedback.comment_digest == comment.digest, Feedback.article_id != vote.article_id)
    if len(comment.text) >= SHORTEST_SAME_TEXT and _count(session, same.where(Feedback.given_at > now - SAME_TEXT).limit(1)):
        return "the same text came under another article"
    # Only what is mailed uses these up: else a flood of what is not would silence everybody.
    mailed = and_(Feedback.set_aside_because.is_(None), Feedback.comment != "")
    in_an_hour = and_(Feedback.given_at > now - timedelta(hours=1), Feedback.given_at <= now)
    lately = select(Feedback.number).where(mailed, in_an_hour, Feedback.vote_id != vote.id)
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
