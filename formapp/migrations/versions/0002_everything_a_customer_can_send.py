"""escalations, complaints, attachments, proofs of work, answered articles"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _more_of_tickets()
    _escalations()
    _complaints()
    _attachments()
    op.create_table(
        "spent_challenges",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_spent_challenges")),
    )
    op.create_index(op.f("ix_spent_challenges_expires_at"), "spent_challenges", ["expires_at"], unique=False)
    op.create_table(
        "answered_articles",
        sa.Column("article_id", sa.String(length=100), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "day", name=op.f("pk_answered_articles")),
    )


def _more_of_tickets() -> None:
    # The defaults fill what was there before: tickets without a proof of work, and without the question for their effect.
    op.add_column("tickets", sa.Column("is_proven", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tickets", sa.Column("first_response_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("effect", sa.Text(), nullable=False, server_default=""))
    op.add_column("tickets", sa.Column("suggested_priority", sa.String(length=2), nullable=True))


def _escalations() -> None:
    op.create_table(
        "escalations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_number", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("review_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspect_because", sa.String(length=200), nullable=True),
        sa.Column("is_proven", sa.Boolean(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("impact", sa.Text(), nullable=False),
        sa.Column("business_case", sa.Text(), nullable=False),
        sa.Column("submission_key", sa.String(length=64), nullable=True),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["ticket_number"], ["tickets.number"], name=op.f("fk_escalations_ticket_number_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_escalations_submission_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_escalations_ticket_number"), "escalations", ["ticket_number"], unique=False)
    op.create_index("ix_escalations_content_digest_received_at", "escalations", ["content_digest", "received_at"], unique=False)


def _complaints() -> None:
    op.create_table(
        "complaints",
        sa.Column("ticket_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("about_ticket", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_number"], ["tickets.number"], name=op.f("fk_complaints_ticket_number_tickets")),
        sa.PrimaryKeyConstraint("ticket_number", name=op.f("pk_complaints")),
    )


def _attachments() -> None:
    op.create_table(
        "file_contents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_contents")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=True),
        sa.Column("escalation_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("warning", sa.Text(), nullable=True),
        sa.Column("held_because", sa.Text(), nullable=True),
        sa.Column("scan_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ticket_number IS NULL OR escalation_id IS NULL", name=op.f("ck_attachments_one_owner")),
        sa.ForeignKeyConstraint(["ticket_number"], ["tickets.number"], name=op.f("fk_attachments_ticket_number_tickets")),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalations.id"], name=op.f("fk_attachments_escalation_id_escalations")),
        sa.ForeignKeyConstraint(["content_id"], ["file_contents.id"], name=op.f("fk_attachments_content_id_file_contents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_attachments_token_digest")),
        sqlite_autoincrement=True,
    )
    for column in ("ticket_number", "escalation_id", "content_id"):
        op.create_index(f"ix_attachments_{column}", "attachments", [column], unique=False)
    staged, held = sa.text("ticket_number IS NULL AND escalation_id IS NULL"), sa.text("held_because IS NOT NULL")
    op.create_index("ix_attachments_staged", "attachments", ["added_at", "size"], sqlite_where=staged, postgresql_where=staged)
    op.create_index("ix_attachments_held", "attachments", ["scan_after"], sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    for table in ("answered_articles", "spent_challenges", "attachments", "file_contents", "complaints", "escalations"):
        op.drop_table(table)
    for column in ("suggested_priority", "effect", "escalated_at", "first_response_at", "is_proven"):
        op.drop_column("tickets", column)
