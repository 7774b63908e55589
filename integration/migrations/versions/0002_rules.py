"""rules, dated schedules, hours that know when they were entered"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("article", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("comment", sa.String(length=1000), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
    )
    op.create_index("ix_rule_kind", "rule", ["kind", "name"])
    op.create_table(
        "rule_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_rule_choice_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_choice")),
    )
    op.create_table(
        "reevaluation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=190), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reevaluation_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_reevaluation_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reevaluation")),
    )
    op.create_table(
        "person_schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("schedule", sa.String(length=40), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=190), nullable=False),
        sa.Column("removed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_schedule_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_schedule")),
    )
    op.create_index("ix_person_schedule_person_id", "person_schedule", ["person_id"])
    with op.batch_alter_table("work_hours") as hours:
        hours.add_column(sa.Column("on_collective", sa.Boolean(), server_default=sa.false(), nullable=False))
        hours.add_column(sa.Column("dynamic", sa.Boolean(), server_default=sa.false(), nullable=False))
        hours.add_column(sa.Column("minutes", sa.Integer(), nullable=True))
        hours.add_column(sa.Column("rest", sa.Boolean(), server_default=sa.false(), nullable=False))
        hours.add_column(sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
        hours.add_column(sa.Column("removed", sa.Boolean(), server_default=sa.false(), nullable=False))
        # A row is not changed any more: one with the same key takes its place.
        hours.drop_constraint("uq_work_hours_schedule_season_weekday_valid_from", type_="unique")
