"""choices that were offered, and what was heard of messages"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=190), nullable=False),
        sa.Column("account", sa.String(length=190), server_default="", nullable=False),
        sa.Column("message_id", sa.String(length=190), nullable=False),
        sa.Column("buttons", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice")),
        sa.UniqueConstraint("platform", "message_id", name=op.f("uq_choice_platform_message_id")),
    )
    op.create_index("ix_choice_made_at", "choice", ["made_at"])
    op.create_table(
        "heard",
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(length=80), server_default="", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("platform", name=op.f("pk_heard")),
    )
