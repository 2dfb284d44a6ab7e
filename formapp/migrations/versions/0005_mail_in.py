"""mail that comes in, and what of it stands on tickets"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incoming_mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("is_cut", sa.Boolean(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("try_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("message_id", sa.String(length=250), nullable=True),
        sa.Column("from_address", sa.String(length=254), nullable=True),
        sa.Column("from_mailbox", sa.String(length=254), nullable=True),
        sa.Column("from_name", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("files", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("ticket_number", sa.Integer(), nullable=True),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("decided_by", sa.String(length=254), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_number"], ["tickets.number"], name=op.f("fk_incoming_mails_ticket_number_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_mails")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_incoming_mails_fingerprint")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_incoming_mails_message_id"), "incoming_mails", ["message_id"], unique=False)
    op.create_index(op.f("ix_incoming_mails_ticket_number"), "incoming_mails", ["ticket_number"], unique=False)
    op.create_index("ix_incoming_mails_from_mailbox_received_at", "incoming_mails", ["from_mailbox", "received_at"], unique=False)
    is_new, is_to_review = sa.text("state = 'new'"), sa.text("state IN ('review', 'unreadable')")
    op.create_index("ix_incoming_mails_new", "incoming_mails", ["try_after", "id"], sqlite_where=is_new, postgresql_where=is_new)
    op.create_index("ix_incoming_mails_to_review", "incoming_mails", ["id"], sqlite_where=is_to_review, postgresql_where=is_to_review)
    op.add_column("messages", sa.Column("sender", sa.String(length=254), nullable=True))
    op.add_column("messages", sa.Column("flag", sa.Text(), nullable=True))
    # As both databases take it: SQLite adds no constraint to a column that exists.
    reference = "incoming_mail_id INTEGER CONSTRAINT fk_{table}_incoming_mail_id_incoming_mails REFERENCES incoming_mails (id)"
    for table in ("messages", "attachments"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN {reference.format(table=table)}")
    op.add_column("tickets", sa.Column("incoming_mail_id", sa.Integer(), nullable=True))
    op.add_column("outgoing_mails", sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("escalations", sa.Column("items_asked_at", sa.DateTime(timezone=True), nullable=True))
    bounced = sa.text("bounced_at IS NOT NULL")
    op.create_index("ix_outgoing_mails_bounced", "outgoing_mails", ["recipient_mailbox"], sqlite_where=bounced, postgresql_where=bounced)


def downgrade() -> None:
    op.drop_index("ix_outgoing_mails_bounced", table_name="outgoing_mails")
    op.drop_column("escalations", "items_asked_at")
    op.drop_column("outgoing_mails", "bounced_at")
    op.drop_column("tickets", "incoming_mail_id")
    # Copied without the column: SQLite drops none that refers to another table.
    for table, names in (("messages", ("incoming_mail_id", "sender", "flag")), ("attachments", ("incoming_mail_id",))):
        with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": True}) as batch:
            for name in names:
                batch.drop_column(name)
    op.drop_table("incoming_mails")
