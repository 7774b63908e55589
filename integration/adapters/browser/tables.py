"""What the pages keep: the messages of the demo's chat room, and the forms behind short addresses."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from integration.db import Instant, metadata

# body: a reply as `messages.reply_to_json` writes it. key: the outbox key, so that a repeat is harmless.
# channel: empty for the conversation between the bot and the person. seen: the person had the page open since.
room_message = Table(
    "room_message",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=True),
    Column("channel", String(60), nullable=False, server_default=""),
    Column("from_bot", Boolean, nullable=False),
    Column("seen", Boolean, nullable=False, server_default=text("false")),
    Column("body", JSON, nullable=False),
    Column("at", Instant, nullable=False),
    Column("key", String(190), unique=True),
)
Index("ix_room_message_person_id_id", room_message.c.person_id, room_message.c.id)

# hash: SHA-256 of the address's last part. sheet: the form and whom it is for, sealed with a key made from that part.
form_page = Table(
    "form_page",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("sheet", Text, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)
