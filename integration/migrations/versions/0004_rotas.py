"""rotas, swaps, the register of who may work from home"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rota",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="draft", nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statement", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_rota_unit_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_rota_made_by")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_rota_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota")),
    )
    op.create_index("ix_rota_unit_id_first", "rota", ["unit_id", "first"])
    op.create_table(
        "swap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requester_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("other_day", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("rota_days", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="asked", nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decider_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["requester_id"], ["person.id"], name=op.f("fk_swap_requester_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["person.id"], name=op.f("fk_swap_partner_id")),
        sa.ForeignKeyConstraint(["decider_id"], ["person.id"], name=op.f("fk_swap_decider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap")),
    )
    op.create_index(op.f("ix_swap_partner_id"), "swap", ["partner_id"])
    _unique("uq_swap_open", "swap", ["requester_id", "day"], "state in ('asked', 'agreed')")
    op.create_table(
        "rota_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rota_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("schedule", sa.String(length=40), server_default="", nullable=False),
        sa.Column("standby", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("swap_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["rota_id"], ["rota.id"], name=op.f("fk_rota_day_rota_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rota_day_person_id")),
        sa.ForeignKeyConstraint(["swap_id"], ["swap.id"], name=op.f("fk_rota_day_swap_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_day")),
    )
    op.create_index(op.f("ix_rota_day_rota_id"), "rota_day", ["rota_id"])
    _unique("uq_rota_day_active", "rota_day", ["person_id", "day"], "active")
    active = sa.text("active")
    op.create_index("ix_rota_day_day", "rota_day", ["day", "person_id"], sqlite_where=active, postgresql_where=active)
    op.create_table(
        "remote_register",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("duties", sa.String(length=500), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), server_default="", nullable=False),
        sa.Column("basis", sa.String(length=200), server_default="", nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_remote_register_person_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_remote_register_entered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remote_register")),
    )
    op.create_index(op.f("ix_remote_register_person_id"), "remote_register", ["person_id"])
    op.create_table(
        "rota_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rota_wish_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_wish")),
    )
    _unique("uq_rota_wish_day", "rota_wish", ["person_id", "day"], "active")
    _unique("uq_rota_wish_weekday", "rota_wish", ["person_id", "weekday"], "active")
    op.create_table(
        "rota_preference",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("weekly", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rota_preference_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_rota_preference")),
    )


def _unique(name: str, table: str, columns: list[str], where: str) -> None:
    """Unique among the rows for which `where` holds."""
    op.create_index(name, table, columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
