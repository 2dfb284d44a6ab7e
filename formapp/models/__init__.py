"""What we keep: SQLAlchemy models, one class per file."""

from formapp.models.answered_article import AnsweredArticle
from formapp.models.attachment import Attachment
from formapp.models.base import Base
from formapp.models.complaint import Complaint
from formapp.models.escalation import Escalation
from formapp.models.file_content import FileContent
from formapp.models.outgoing_mail import OutgoingMail
from formapp.models.promise import Promise
from formapp.models.spent_challenge import SpentChallenge
from formapp.models.ticket import Ticket
from formapp.models.ticket_event import TicketEvent

__all__ = [
    "AnsweredArticle",
    "Attachment",
    "Base",
    "Complaint",
    "Escalation",
    "FileContent",
    "OutgoingMail",
    "Promise",
    "SpentChallenge",
    "Ticket",
    "TicketEvent",
]
