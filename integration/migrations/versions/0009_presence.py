"""who wants their place of work shown elsewhere, and what is shown of them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "presence_choice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.Boolean(), nullable=False),
        sa.Column("calendar", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_presence_choice_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_presence_choice")),
    )
    op.create_table(
        "presence_shown",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=80), server_default="", nullable=False),
        sa.Column("status_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_presence_shown_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_presence_shown")),
    )
