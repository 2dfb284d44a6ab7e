"""What we keep: SQLAlchemy models, one class per file."""

from formapp.models.base import Base
from formapp.models.outgoing_mail import OutgoingMail
from formapp.models.promise import Promise
from formapp.models.ticket import Ticket
from formapp.models.ticket_event import TicketEvent

__all__ = ["Base", "OutgoingMail", "Promise", "Ticket", "TicketEvent"]
