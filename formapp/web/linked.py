"""Rows that a signed link opens."""

from typing import TypeVar

from sqlalchemy.orm import Session

from formapp.models import Escalation, Ticket
from formapp.services.links import BadLink
from formapp.web.context import links

Row = TypeVar("Row", Ticket, Escalation)


def opened(session: Session, model: type[Row], purpose: str, token: str) -> Row | None:
    """Return what a token of that purpose was made for; None for any other token, and for what is gone."""
    try:
        return session.get(model, links().read(purpose, token))
    except BadLink:
        return None
