"""what Hadir put into the storage, folders of units, /berkas"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _unit_folders()
    _outbox_contents()
    _stored_files()
    _saved_files()
    _coupled_channels()
    _shares()


# ---------------------------------------------------------------- the tree, and what Hadir put into it


def _unit_folders() -> None:
    op.create_table(
        "unit_folder",
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("name_key", sa.String(length=255), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_folder_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_folder")),
        sa.UniqueConstraint("name_key", name=op.f("uq_unit_folder_name_key")),
    )


def _outbox_contents() -> None:
    op.create_table(
        "outbox_content",
        sa.Column("key", sa.String(length=190), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["key"], ["outbox.key"], name=op.f("fk_outbox_content_key_outbox"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", "number", name=op.f("pk_outbox_content")),
    )


def _stored_files() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("storage", sa.String(length=20), nullable=False),
        sa.Column("path_key", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=3000), nullable=False),
        sa.Column("version", sa.String(length=190), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("storage", "path_key", name=op.f("uq_stored_file_storage_path_key")),
    )


# ---------------------------------------------------------------- /berkas


def _saved_files() -> None:
    op.create_table(
        "saved_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=190), server_default="", nullable=False),
        sa.Column("channel_name", sa.String(length=190), server_default="", nullable=False),
        sa.Column("message", sa.String(length=190), server_default="", nullable=False),
        sa.Column("attachment", sa.String(length=900), server_default="", nullable=False),
        sa.Column("attachment_key", sa.String(length=64), server_default="", nullable=False),
        sa.Column("attached_by", sa.String(length=190), server_default="", nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=190), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("folder", sa.String(length=900), nullable=False),
        sa.Column("path", sa.String(length=900), server_default="", nullable=False),
        sa.Column("path_key", sa.String(length=64), server_default="", nullable=False),
        sa.Column("version", sa.String(length=190), server_default="", nullable=False),
        sa.Column("passed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_file_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_file")),
    )
    op.create_index("ix_saved_file_path_key", "saved_file", ["path_key"])
    op.create_index("ix_saved_file_person_id_saved_at", "saved_file", ["person_id", "saved_at"])
    kept = "attachment_key <> '' and state in ('waiting', 'saved', 'undoing')"
    _unique_where("uq_saved_file_attachment", "saved_file", ["platform", "attachment_key"], kept)
    op.create_table(
        "saved_upload",
        sa.Column("file_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["saved_file.id"], name=op.f("fk_saved_upload_file_id_saved_file")),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_saved_upload")),
    )


def _coupled_channels() -> None:
    op.create_table(
        "coupled_channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=190), nullable=False),
        sa.Column("name", sa.String(length=190), server_default="", nullable=False),
        sa.Column("folder", sa.String(length=900), nullable=False),
        sa.Column("folder_key", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="open", nullable=False),
        sa.Column("coupled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted", sa.JSON(), nullable=False),
        sa.Column("stepped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=20), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_coupled_channel_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupled_channel")),
    )
    _unique_where("uq_coupled_channel_channel", "coupled_channel", ["platform", "channel"], "state = 'open'")
    _unique_where("uq_coupled_channel_folder", "coupled_channel", ["folder_key"], "state = 'open'")
    op.create_table(
        "channel_member",
        sa.Column("coupling_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["coupling_id"], ["coupled_channel.id"], name=op.f("fk_channel_member_coupling_id_coupled_channel")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_channel_member_person_id_person")),
        sa.PrimaryKeyConstraint("coupling_id", "person_id", name=op.f("pk_channel_member")),
    )
    op.create_index("ix_channel_member_person_id", "channel_member", ["person_id"])
    op.create_table(
        "dropped_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("coupling_id", sa.Integer(), nullable=False),
        sa.Column("path_key", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.String(length=190), server_default="", nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["coupling_id"], ["coupled_channel.id"], name=op.f("fk_dropped_file_coupling_id_coupled_channel")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dropped_file")),
        sa.UniqueConstraint("coupling_id", "path_key", name=op.f("uq_dropped_file_coupling_id_path_key")),
    )


def _shares() -> None:
    op.create_table(
        "file_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=900), nullable=False),
        sa.Column("path_key", sa.String(length=64), nullable=False),
        sa.Column("receiver", sa.String(length=220), nullable=False),
        sa.Column("receiver_name", sa.String(length=200), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(length=10), server_default="", nullable=False),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", sa.String(length=10), server_default="waiting", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_file_share_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_share")),
    )
    op.create_index("ix_file_share_person_id", "file_share", ["person_id"])
    op.create_index("ix_file_share_path_key", "file_share", ["path_key"])
    op.create_index("ix_file_share_expires_at", "file_share", ["state", "expires_at"])
    _unique_where("uq_file_share_receiver", "file_share", ["path_key", "person_id", "receiver"], "state in ('waiting', 'made')")


def _unique_where(name: str, table: str, columns: Sequence[str], where: str) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
