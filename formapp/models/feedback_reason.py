"""A reason that a reader gave."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from formapp.models.base import Base


class FeedbackReason(Base):
    """One of the policy's reasons, selected with some feedback."""

    __tablename__ = "feedback_reasons"

    feedback_number: Mapped[int] = mapped_column(ForeignKey("feedback.number"), primary_key=True)
    # Its key in the policy, which may have changed since.
    reason: Mapped[str] = mapped_column(String(40), primary_key=True)
