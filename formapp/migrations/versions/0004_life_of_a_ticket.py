"""the life of a ticket: messages, promises that end, time's moves, and links for staff"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=254), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["mail_id"], ["outgoing_mails.id"], name=op.f("fk_messages_mail_id_outgoing_mails")),
        sa.ForeignKeyConstraint(["ticket_number"], ["tickets.number"], name=op.f("fk_messages_ticket_number_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_messages_ticket_number"), "messages", ["ticket_number"], unique=False)
    op.create_table(
        "staff_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_addresses")),
        sa.UniqueConstraint("address", name=op.f("uq_staff_addresses_address")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "link_generations",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_link_generations")),
    )
    _tickets()
    _promises()
    op.add_column("ticket_events", sa.Column("by", sa.String(length=254), nullable=True))
    op.add_column("ticket_events", sa.Column("once_key", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_ticket_events_once_key"), "ticket_events", ["once_key"], unique=True)
    for table in ("ticket_events", "attachments"):
        # As both databases take it: SQLite adds no constraint to a column that exists.
        op.execute(f"ALTER TABLE {table} ADD COLUMN message_id INTEGER CONSTRAINT fk_{table}_message_id_messages REFERENCES messages (id)")
    for table in ("escalations", "complaints"):
        for name in ("answered_at", "late_told_at"):
            op.add_column(table, sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    # What was reviewed before could not be noted; what is still to come waits for its answer.
    op.execute("UPDATE escalations SET answered_at = review_by WHERE review_by < CURRENT_TIMESTAMP")
    op.execute("UPDATE complaints SET answered_at = answer_by WHERE answer_by < CURRENT_TIMESTAMP")
    _what_is_owed()
    op.add_column("outgoing_mails", sa.Column("failure_told_at", sa.DateTime(timezone=True), nullable=True))
    # Nobody needs to hear of all the old ones at once: they stand in the queue of mails.
    op.execute("UPDATE outgoing_mails SET failure_told_at = failed_at WHERE failed_at IS NOT NULL")
    given_up = sa.text("failed_at IS NOT NULL")
    op.create_index(
        "ix_outgoing_mails_given_up",
        "outgoing_mails",
        ["purpose", "ticket_number"],
        unique=False,
        sqlite_where=given_up,
        postgresql_where=given_up,
    )


def _tickets() -> None:
    op.add_column("tickets", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    for name in ("next_due_at", "resolved_at", "closed_at", "step_at", "remind_at"):
        op.add_column("tickets", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in ("resolution_reason", "underlying_problem"):
        op.add_column("tickets", sa.Column(name, sa.Text(), nullable=True))
    for name in ("notice_id", "window_days"):
        op.add_column("tickets", sa.Column(name, sa.Integer(), nullable=True))
    op.create_index("ix_tickets_status_number", "tickets", ["status", "number"], unique=False)
    in_queue = sa.text("status = 'open' OR next_due_at IS NOT NULL")
    columns = ["next_due_at", "number", "request_type", "priority"]
    op.create_index("ix_tickets_queue", "tickets", columns, unique=False, sqlite_where=in_queue, postgresql_where=in_queue)
    for name, column, where in (
        ("ix_tickets_step_at", "step_at", "step_at IS NOT NULL"),
        ("ix_tickets_unstarted", "notice_id", "notice_id IS NOT NULL AND step_at IS NULL"),
        ("ix_tickets_remind_at", "remind_at", "remind_at IS NOT NULL"),
        ("ix_tickets_suspect", "number", "suspect_because IS NOT NULL"),
    ):
        op.create_index(name, "tickets", [column], unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _what_is_owed() -> None:
    """The earliest of: the first response, where there was none; the answer to a complaint; the review of an escalation."""
    op.execute(
        "UPDATE tickets SET next_due_at = (SELECT min(due_at) FROM ("
        "SELECT due_at, ticket_number FROM promises WHERE ended_at IS NULL "
        "UNION ALL SELECT answer_by, ticket_number FROM complaints WHERE answered_at IS NULL "
        "UNION ALL SELECT review_by, ticket_number FROM escalations WHERE review_by IS NOT NULL AND answered_at IS NULL"
        ") AS owed WHERE owed.ticket_number = tickets.number)"
    )


def _promises() -> None:
    op.add_column("promises", sa.Column("is_first", sa.Boolean(), nullable=False, server_default=sa.true()))
    # Of a promise that was given before, the warning and the lateness are one moment.
    op.add_column("promises", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("promises", sa.Column("request_type", sa.String(length=40), nullable=True))
    op.add_column("promises", sa.Column("priority", sa.String(length=2), nullable=True))
    op.add_column("promises", sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True))
    for name in ("warned_at", "late_told_at", "ended_at"):
        op.add_column("promises", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("promises", sa.Column("ended_as", sa.String(length=20), nullable=True))
    op.execute(
        "UPDATE promises SET asked_at = made_at, warn_at = due_at, "
        "request_type = (SELECT request_type FROM tickets WHERE number = ticket_number), "
        "priority = (SELECT priority FROM tickets WHERE number = ticket_number), "
        "ended_at = (SELECT first_response_at FROM tickets WHERE number = ticket_number)"
    )
    op.execute("UPDATE promises SET ended_as = 'answered' WHERE ended_at IS NOT NULL")
    with op.batch_alter_table("promises") as promises:
        for name, kind in (
            ("asked_at", sa.DateTime(timezone=True)),
            ("warn_at", sa.DateTime(timezone=True)),
            ("request_type", sa.String(length=40)),
        ):
            promises.alter_column(name, existing_type=kind, nullable=False)
        promises.drop_index("ix_promises_due_at")
    for name, column, where in (
        ("ix_promises_unwarned", "warn_at", "ended_at IS NULL AND warned_at IS NULL"),
        ("ix_promises_untold", "due_at", "ended_at IS NULL AND late_told_at IS NULL"),
    ):
        op.create_index(name, "promises", [column], unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_index("ix_promises_ended_at", "promises", ["ended_at"], unique=False)


def downgrade() -> None:
    # Copied without the column: SQLite drops none that refers to another table.
    with op.batch_alter_table("attachments", table_kwargs={"sqlite_autoincrement": True}) as attachments:
        attachments.drop_column("message_id")
    for table in ("escalations", "complaints"):
        for name in ("answered_at", "late_told_at"):
            op.drop_column(table, name)
    op.drop_index("ix_outgoing_mails_given_up", table_name="outgoing_mails")
    op.drop_column("outgoing_mails", "failure_told_at")
    op.drop_index("ix_ticket_events_once_key", table_name="ticket_events")
    with op.batch_alter_table("ticket_events") as events:
        for name in ("once_key", "message_id", "by"):
            events.drop_column(name)
    for name in ("ix_promises_unwarned", "ix_promises_untold", "ix_promises_ended_at"):
        op.drop_index(name, table_name="promises")
    for name in ("is_first", "asked_at", "request_type", "priority", "warn_at", "warned_at", "late_told_at", "ended_at", "ended_as"):
        op.drop_column("promises", name)
    op.create_index("ix_promises_due_at", "promises", ["due_at"], unique=False)
    for name in (
        "ix_tickets_status_number",
        "ix_tickets_queue",
        "ix_tickets_step_at",
        "ix_tickets_unstarted",
        "ix_tickets_remind_at",
        "ix_tickets_suspect",
    ):
        op.drop_index(name, table_name="tickets")
    for name in (
        "revision",
        "next_due_at",
        "resolved_at",
        "closed_at",
        "step_at",
        "remind_at",
        "resolution_reason",
        "underlying_problem",
        "notice_id",
        "window_days",
    ):
        op.drop_column("tickets", name)
    for table in ("messages", "staff_addresses", "link_generations"):
        op.drop_table(table)
