"""Numbered choices: where a platform has no buttons, a message ends in numbers, and whoever types one presses the button."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import JSON, Column, Connection, Integer, String, Table, UniqueConstraint, delete, or_, select

from integration.db import Instant, insert_once, metadata
from integration.messages import Button
from integration.ports import Said

# One row a message that offered choices; `account` is who may choose, "" for anybody in the channel.
choice = Table(
    "choice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("channel", String(190), nullable=False),
    Column("account", String(190), nullable=False, server_default=""),
    Column("message_id", String(190), nullable=False),
    Column("buttons", JSON, nullable=False),
    Column("made_at", Instant, nullable=False, index=True),
    UniqueConstraint("platform", "message_id"),
)


def offer(
    db: Connection, platform: str, channel: str, account: str, message_id: str, buttons: tuple[Button, ...], now: datetime
) -> None:
    """Remember what the numbers in a message that was sent stand for."""
    row = {
        "platform": platform,
        "channel": channel,
        "account": account,
        "message_id": message_id,
        "buttons": [[b.label, b.action, b.value, b.style, b.days] for b in buttons],
        "made_at": now,
    }
    insert_once(db, choice, row)


def chosen(db: Connection, said: Said, number: int) -> Button | None:
    """The button behind the number: of the message that it replies to, else of the last that offered any there.

    None if there is no such number or its time is over.
    """
    query = select(choice.c.buttons, choice.c.made_at).where(
        choice.c.platform == said.sender.platform,
        choice.c.channel == said.channel.id,
        choice.c.account.in_(("", said.sender.id)),
        choice.c.made_at <= said.at,
    )
    if said.replies_to:
        query = query.where(choice.c.message_id == said.replies_to)
    row = db.execute(query.order_by(choice.c.made_at.desc(), choice.c.id.desc()).limit(1)).first()
    if row is None or not 1 <= number <= len(row.buttons):
        return None
    button = Button(*row.buttons[number - 1])
    return button if said.at <= row.made_at + timedelta(days=button.days) else None


def meant(db: Connection, platform: str, channel: str, message_id: str, alike: str) -> str:
    """`message_id`, or what stands for it here, where nobody told us the id of what we had said.

    Then its id here begins with `alike`, which follows from its words. Of several with the same words it is the last, if
    their numbers stand for the same; otherwise nobody can say which is meant, and nothing must be pressed.
    """
    this = (choice.c.platform == platform, choice.c.channel == channel)
    either = or_(choice.c.message_id == message_id, choice.c.message_id.startswith(alike, autoescape=True))
    latest_first = (choice.c.made_at.desc(), choice.c.id.desc())
    rows = db.execute(select(choice.c.message_id, choice.c.buttons).where(*this, either).order_by(*latest_first)).all()
    known = any(row.message_id == message_id for row in rows)
    if known or not rows or any(row.buttons != rows[0].buttons for row in rows):
        return message_id
    return str(rows[0].message_id)


def forget(db: Connection, before: datetime) -> None:
    db.execute(delete(choice).where(choice.c.made_at < before))
