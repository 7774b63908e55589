"""What `/berkas` keeps: what was saved from where by whom, coupled channels, shares. No link and no password is kept."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from integration.db import Instant, metadata

LONGEST_PATH = 900

# An attachment that somebody wants in the storage. `attachment` is the platform's id of it (a path, in Talk), empty for one
# that was sent with a form; `attachment_key` stands for it in that message; `attached_by` is the platform's id of whoever
# attached it. `path` is where it is to lie from the moment at which the transfer begins, so that a repeat after a crash knows
# its own file; `path_key` finds it. `passed` bytes are through.
# state: offered (which one is meant was asked) → waiting → saved → undoing → undone; waiting → failed | dropped.
saved_file = Table(
    "saved_file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("platform", String(20), nullable=False),
    Column("channel", String(190), nullable=False, server_default=""),
    Column("channel_name", String(190), nullable=False, server_default=""),
    Column("message", String(190), nullable=False, server_default=""),
    Column("attachment", String(LONGEST_PATH), nullable=False, server_default=""),
    Column("attachment_key", String(64), nullable=False, server_default=""),
    Column("attached_by", String(190), nullable=False, server_default=""),
    Column("attached_at", Instant, nullable=False),
    Column("name", String(255), nullable=False),
    Column("media_type", String(190), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("folder", String(LONGEST_PATH), nullable=False),
    Column("path", String(LONGEST_PATH), nullable=False, server_default=""),
    Column("path_key", String(64), nullable=False, server_default="", index=True),
    Column("version", String(190), nullable=False, server_default=""),
    Column("passed", BigInteger, nullable=False, server_default="0"),
    Column("state", String(10), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("saved_at", Instant),
    Column("ended_at", Instant),
)
Index("ix_saved_file_person_id_saved_at", saved_file.c.person_id, saved_file.c.saved_at)
# Two people who save the same attachment at once: one of them is told where it is.
_KEPT = "attachment_key <> '' and state in ('waiting', 'saved', 'undoing')"
Index(
    "uq_saved_file_attachment",
    saved_file.c.platform,
    saved_file.c.attachment_key,
    unique=True,
    sqlite_where=text(_KEPT),
    postgresql_where=text(_KEPT),
)

# What came with a form, until the worker has put it into the storage.
saved_upload = Table(
    "saved_upload",
    metadata,
    Column("file_id", ForeignKey("saved_file.id"), primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

# A channel and its folder. `granted` are the accounts on the storage that have rights to it. state: open → closed.
coupled_channel = Table(
    "coupled_channel",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("channel", String(190), nullable=False),
    Column("name", String(190), nullable=False, server_default=""),
    Column("folder", String(LONGEST_PATH), nullable=False),
    Column("folder_key", String(64), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("state", String(10), nullable=False, server_default="open"),
    Column("coupled_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("granted", JSON, nullable=False),
    Column("stepped_at", Instant),
    Column("looked_at", Instant),
    Column("trouble", String(20), nullable=False, server_default=""),
)
_OPEN = "state = 'open'"
Index(
    "uq_coupled_channel_channel",
    coupled_channel.c.platform,
    coupled_channel.c.channel,
    unique=True,
    sqlite_where=text(_OPEN),
    postgresql_where=text(_OPEN),
)
Index(
    "uq_coupled_channel_folder",
    coupled_channel.c.folder_key,
    unique=True,
    sqlite_where=text(_OPEN),
    postgresql_where=text(_OPEN),
)

# Who is in a coupled channel, of those whom Hadir knows, as of the last look.
channel_member = Table(
    "channel_member",
    metadata,
    Column("coupling_id", ForeignKey("coupled_channel.id"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True, index=True),
)

# What lies in `Masuk/` of a coupled folder. `announced_at` is empty while it may still be on its way.
dropped_file = Table(
    "dropped_file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("coupling_id", ForeignKey("coupled_channel.id"), nullable=False),
    Column("path_key", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("version", String(190), nullable=False, server_default=""),
    Column("seen_at", Instant, nullable=False),
    Column("announced_at", Instant),
    UniqueConstraint("coupling_id", "path_key"),
)

# A file for a person or a channel (`receiver`: `person:7`, `channel:mattermost:<id>`) until the end of `until`.
# way: link | file (sent as it is, where the storage has no links). state: waiting → made → ending → ended; waiting → failed.
file_share = Table(
    "file_share",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("path", String(LONGEST_PATH), nullable=False),
    Column("path_key", String(64), nullable=False, index=True),
    Column("receiver", String(220), nullable=False),
    Column("receiver_name", String(200), nullable=False),
    Column("until", Date, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("way", String(10), nullable=False, server_default=""),
    Column("round", Integer, nullable=False, server_default="1"),
    Column("state", String(10), nullable=False, server_default="waiting"),
    Column("asked_at", Instant, nullable=False),
    Column("made_at", Instant),
    Column("ended_at", Instant),
)
_SHARED = "state in ('waiting', 'made')"
Index(
    "uq_file_share_receiver",
    file_share.c.path_key,
    file_share.c.person_id,
    file_share.c.receiver,
    unique=True,
    sqlite_where=text(_SHARED),
    postgresql_where=text(_SHARED),
)
Index("ix_file_share_expires_at", file_share.c.state, file_share.c.expires_at)
