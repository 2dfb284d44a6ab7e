"""What we keep: SQLAlchemy models, one class per file."""

from formapp.models.answered_article import AnsweredArticle
from formapp.models.article import Article
from formapp.models.article_revision import ArticleRevision
from formapp.models.attachment import Attachment
from formapp.models.base import Base
from formapp.models.chore import Chore
from formapp.models.complaint import Complaint
from formapp.models.escalation import Escalation
from formapp.models.feedback import Feedback
from formapp.models.feedback_reason import FeedbackReason
from formapp.models.file_content import FileContent
from formapp.models.incoming_mail import IncomingMail
from formapp.models.link_generation import LinkGeneration
from formapp.models.message import Message
from formapp.models.missed_search import MissedSearch
from formapp.models.outgoing_mail import OutgoingMail
from formapp.models.promise import Promise
from formapp.models.spent_challenge import SpentChallenge
from formapp.models.staff_address import StaffAddress
from formapp.models.ticket import Ticket
from formapp.models.ticket_event import TicketEvent
from formapp.models.uncounted_votes import UncountedVotes
from formapp.models.vote import Vote
from formapp.models.voter_key import VoterKey

__all__ = [
    "AnsweredArticle",
    "Article",
    "ArticleRevision",
    "Attachment",
    "Base",
    "Chore",
    "Complaint",
    "Escalation",
    "Feedback",
    "FeedbackReason",
    "FileContent",
    "IncomingMail",
    "LinkGeneration",
    "Message",
    "MissedSearch",
    "OutgoingMail",
    "Promise",
    "SpentChallenge",
    "StaffAddress",
    "Ticket",
    "TicketEvent",
    "UncountedVotes",
    "Vote",
    "VoterKey",
]
