"""the logbook"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "logbook_drawing",
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("path", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("final", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_logbook_drawing")),
    )
    op.create_index(
        "ix_logbook_drawing_open",
        "logbook_drawing",
        ["month"],
        unique=False,
        sqlite_where=sa.text("final = 0"),
        postgresql_where=sa.text("not final"),
    )
    op.create_table(
        "logbook_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_logbook_form_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_form")),
        sa.UniqueConstraint("scope", "version", name=op.f("uq_logbook_form_scope_version")),
    )
    op.create_table(
        "logbook_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("mapping", sa.JSON(), nullable=True),
        sa.Column("report", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_logbook_import_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_import")),
    )
    op.create_index(op.f("ix_logbook_import_person_id"), "logbook_import", ["person_id"], unique=False)
    op.create_table(
        "logbook_late",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="waiting", nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decider_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["decider_id"], ["person.id"], name=op.f("fk_logbook_late_decider_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_logbook_late_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_late")),
    )
    op.create_index(
        "uq_logbook_late_open",
        "logbook_late",
        ["person_id", "day"],
        unique=True,
        sqlite_where=sa.text("state in ('waiting', 'approved')"),
        postgresql_where=sa.text("state in ('waiting', 'approved')"),
    )
    op.create_table(
        "logbook_lock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_logbook_lock_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_lock")),
        sa.UniqueConstraint("scope", "month", name=op.f("uq_logbook_lock_scope_month")),
    )
    op.create_table(
        "logbook_rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("rating", sa.String(length=5), nullable=False),
        sa.Column("note", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("decider_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decider_id"], ["person.id"], name=op.f("fk_logbook_rating_decider_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_logbook_rating_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_rating")),
        sa.UniqueConstraint("person_id", "month", name=op.f("uq_logbook_rating_person_id_month")),
    )
    op.create_table(
        "logbook_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("rhythm", sa.String(length=100), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_logbook_template_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_template")),
    )
    op.create_index(op.f("ix_logbook_template_person_id"), "logbook_template", ["person_id"], unique=False)
    op.create_table(
        "skp_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("code_key", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("measure", sa.String(length=40), server_default="", nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_skp_target_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skp_target")),
        sa.UniqueConstraint("person_id", "year", "code_key", name=op.f("uq_skp_target_person_id_year_code_key")),
    )
    op.create_table(
        "logbook_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("revises_id", sa.Integer(), nullable=True),
        sa.Column("activity", sa.String(length=2000), nullable=False),
        sa.Column("result", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("measure", sa.String(length=40), server_default="", nullable=False),
        sa.Column("minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=10), server_default="", nullable=False),
        sa.Column("source", sa.String(length=60), server_default="", nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=True),
        sa.Column("late", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("round", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decider_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["decider_id"], ["person.id"], name=op.f("fk_logbook_entry_decider_id")),
        sa.ForeignKeyConstraint(["form_id"], ["logbook_form.id"], name=op.f("fk_logbook_entry_form_id")),
        sa.ForeignKeyConstraint(["import_id"], ["logbook_import.id"], name=op.f("fk_logbook_entry_import_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_logbook_entry_person_id")),
        sa.ForeignKeyConstraint(["revises_id"], ["logbook_entry.id"], name=op.f("fk_logbook_entry_revises_id")),
        sa.ForeignKeyConstraint(["target_id"], ["skp_target.id"], name=op.f("fk_logbook_entry_target_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_logbook_entry_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_entry")),
    )
    op.create_index("ix_logbook_entry_changed_at", "logbook_entry", ["changed_at"], unique=False)
    op.create_index(
        "ix_logbook_entry_import_id",
        "logbook_entry",
        ["import_id"],
        unique=False,
        sqlite_where=sa.text("import_id is not null"),
        postgresql_where=sa.text("import_id is not null"),
    )
    op.create_index("ix_logbook_entry_person_id_day", "logbook_entry", ["person_id", "day"], unique=False)
    op.create_index("ix_logbook_entry_unit_id_day", "logbook_entry", ["unit_id", "day"], unique=False)
    op.create_index(
        "ix_logbook_entry_waits",
        "logbook_entry",
        ["person_id", "day"],
        unique=False,
        sqlite_where=sa.text("state = 'sent'"),
        postgresql_where=sa.text("state = 'sent'"),
    )
    op.create_index(
        "ix_logbook_entry_returned",
        "logbook_entry",
        ["person_id", "day"],
        unique=False,
        sqlite_where=sa.text("state = 'returned'"),
        postgresql_where=sa.text("state = 'returned'"),
    )
    op.create_index(
        "uq_logbook_entry_revises",
        "logbook_entry",
        ["revises_id"],
        unique=True,
        sqlite_where=sa.text("state in ('draft', 'sent', 'returned')"),
        postgresql_where=sa.text("state in ('draft', 'sent', 'returned')"),
    )
    op.create_index(
        "uq_logbook_entry_source",
        "logbook_entry",
        ["person_id", "source"],
        unique=True,
        sqlite_where=sa.text("source <> '' and revises_id is null and state <> 'dropped'"),
        postgresql_where=sa.text("source <> '' and revises_id is null and state <> 'dropped'"),
    )
    op.create_table(
        "logbook_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), server_default="comment", nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["logbook_entry.id"], name=op.f("fk_logbook_comment_entry_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_logbook_comment_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_comment")),
    )
    op.create_index(op.f("ix_logbook_comment_entry_id"), "logbook_comment", ["entry_id"], unique=False)
    op.create_table(
        "logbook_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("path", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("url", sa.String(length=2000), server_default="", nullable=False),
        sa.Column("checksum", sa.String(length=64), server_default="", nullable=False),
        sa.Column("size", sa.Integer(), server_default="0", nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["logbook_entry.id"], name=op.f("fk_logbook_evidence_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_evidence")),
    )
    op.create_index(op.f("ix_logbook_evidence_added_at"), "logbook_evidence", ["added_at"], unique=False)
    op.create_index(op.f("ix_logbook_evidence_entry_id"), "logbook_evidence", ["entry_id"], unique=False)
