"""article feedback: votes, comments, searches in vain, and what is known of articles"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "article_revisions",
        sa.Column("article_id", sa.String(length=100), nullable=False),
        sa.Column("revision", sa.String(length=12), nullable=False),
        sa.Column("commit_hash", sa.String(length=40), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "revision", name=op.f("pk_article_revisions")),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("reviewed", sa.Date(), nullable=True),
        sa.Column("revision", sa.String(length=12), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("fixes", sa.JSON(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
    )
    op.create_table(
        "chores",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("done_for", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chores")),
    )
    op.create_table(
        "missed_searches",
        sa.Column("words", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("words", "day", name=op.f("pk_missed_searches")),
    )
    op.create_index("ix_missed_searches_day", "missed_searches", ["day"])
    op.create_table(
        "uncounted_votes",
        sa.Column("article_id", sa.String(length=100), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "day", name=op.f("pk_uncounted_votes")),
    )
    op.create_table(
        "voter_keys",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_voter_keys")),
    )
    op.create_table(
        "votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(length=100), nullable=False),
        sa.Column("revision", sa.String(length=12), nullable=False),
        sa.Column("commit_hash", sa.String(length=40), nullable=True),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("heading", sa.String(length=100), nullable=False),
        sa.Column("search_words", sa.String(length=80), nullable=False),
        sa.Column("voter", sa.String(length=32), nullable=True),
        sa.Column("network", sa.String(length=32), nullable=True),
        sa.Column("set_aside_because", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_votes")),
        sa.UniqueConstraint("voter", "article_id", "revision", name=op.f("uq_votes_voter")),
        sqlite_autoincrement=True,
    )
    counts = sa.text("set_aside_because IS NULL")
    op.create_index("ix_votes_counted", "votes", ["article_id", "at"], sqlite_where=counts, postgresql_where=counts)
    op.create_index("ix_votes_network", "votes", ["network"])
    op.create_index("ix_votes_day", "votes", ["day"])
    op.create_table(
        "feedback",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("vote_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(length=100), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("comment_digest", sa.String(length=64), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("is_proven", sa.Boolean(), nullable=False),
        sa.Column("set_aside_because", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["vote_id"], ["votes.id"], name=op.f("fk_feedback_vote_id_votes")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_feedback")),
        sa.UniqueConstraint("vote_id", name=op.f("uq_feedback_vote_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feedback_article_id_given_at", "feedback", ["article_id", "given_at"])
    op.create_index(op.f("ix_feedback_comment_digest"), "feedback", ["comment_digest"])
    op.create_index("ix_feedback_given_at", "feedback", ["given_at"])
    unmailed = sa.text("mailed_at IS NULL")
    op.create_index("ix_feedback_unmailed", "feedback", ["article_id"], sqlite_where=unmailed, postgresql_where=unmailed)
    op.create_index(
        "ix_feedback_new", "feedback", ["given_at"], sqlite_where=sa.text("state = 'new'"), postgresql_where=sa.text("state = 'new'")
    )
    op.create_index(
        "ix_feedback_untold",
        "feedback",
        ["published_at"],
        sqlite_where=sa.text("email IS NOT NULL"),
        postgresql_where=sa.text("email IS NOT NULL"),
    )
    op.create_table(
        "feedback_reasons",
        sa.Column("feedback_number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["feedback_number"], ["feedback.number"], name=op.f("fk_feedback_reasons_feedback_number_feedback")),
        sa.PrimaryKeyConstraint("feedback_number", "reason", name=op.f("pk_feedback_reasons")),
    )
    op.add_column("tickets", sa.Column("article_id", sa.String(length=100), nullable=True))


def downgrade() -> None:
    op.drop_column("tickets", "article_id")
    for table in (
        "feedback_reasons",
        "feedback",
        "votes",
        "voter_keys",
        "uncounted_votes",
        "missed_searches",
        "chores",
        "articles",
        "article_revisions",
    ):
        op.drop_table(table)
