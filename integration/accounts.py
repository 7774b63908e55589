"""Whose account is whose: of strangers, with what they said first, and of those whom an import named by username only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Connection, Integer, Row, String, Table, UniqueConstraint, and_, or_, select, update

from integration import audit, people
from integration.db import Instant, insert_once, metadata
from integration.messages import Sender
from integration.people import Person, account

# Somebody whom we do not know spoke; the first thing they said is kept with its time, to be done when they are linked.
# state: open → asked (the administrators were told) → linked → done
link_request = Table(
    "link_request",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("external_id", String(190), nullable=False),
    Column("username", String(190), nullable=False),
    Column("said", JSON, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("state", String(10), nullable=False, server_default="open"),
    UniqueConstraint("platform", "external_id"),
)


def request_link(db: Connection, sender: Sender, said: dict[str, Any], now: datetime) -> bool:
    """Keep what an unknown sender said first; False if a request of theirs is waiting already."""
    username = sender.name[: people.LONGEST_USERNAME]
    row = {"platform": sender.platform, "external_id": sender.id, "username": username, "said": said, "received_at": now}
    return insert_once(db, link_request, row) is not None


class AccountTaken(Exception):
    """The account belongs to somebody else already: `holder`."""

    def __init__(self, holder: Person) -> None:
        super().__init__(f"the account belongs to {holder.name} ({holder.nip})")
        self.holder = holder


def link(db: Connection, sender: Sender, person_id: int) -> None:
    """Make the account the person's, in the place of another account of theirs on that platform.

    Raises `AccountTaken` if another person has the username or the id.
    """
    username = sender.name.lower()
    same = and_(account.c.platform == sender.platform, or_(account.c.username == username, account.c.external_id == sender.id))
    holders = people.people_query().join(account, account.c.person_id == people.person.c.id)
    taken = people.fetch(db, holders.where(same, account.c.person_id != person_id).limit(1))
    if taken:
        raise AccountTaken(taken[0])
    where = and_(account.c.platform == sender.platform, account.c.person_id == person_id)
    values = {"username": username, "external_id": sender.id}
    if not db.execute(update(account).where(where).values(values)).rowcount:
        db.execute(account.insert().values(values | {"platform": sender.platform, "person_id": person_id}))
    # The worker then does what they said first, at the time they said it.
    asked = and_(link_request.c.platform == sender.platform, link_request.c.external_id == sender.id)
    db.execute(update(link_request).where(asked, link_request.c.state != "done").values(state="linked"))


# ---------------------------------------------------------------- imported usernames, whose ids setup looks up


def unbound(db: Connection, platform: str) -> list[Row[Any]]:
    """(id, person_id, username, name, email) of every account without an id, in the order of import."""
    columns = (account.c.id, account.c.person_id, account.c.username, people.person.c.name, people.person.c.email)
    nameless = (account.c.platform == platform, account.c.external_id.is_(None))
    return list(db.execute(select(*columns).join_from(account, people.person).where(*nameless).order_by(account.c.id)))


def taken(db: Connection, platform: str) -> set[str | None]:
    """The ids that belong to somebody."""
    return set(db.scalars(select(account.c.external_id).where(account.c.platform == platform)))


def bind(db: Connection, platform: str, found: Row[Any], external_id: str, now: datetime) -> None:
    """From now on the id counts. Whoever spoke in the meantime is bound already, and stays."""
    free = account.c.id == found.id, account.c.external_id.is_(None)
    if not db.execute(update(account).where(*free).values(external_id=external_id)).rowcount:
        return
    named = {"person_id": found.person_id, "username": found.username}
    audit.record(
        db,
        now,
        actor_id=None,
        actor="setup",
        action="people.bound",
        object=f"account:{platform}:{external_id}"[:120],
        before=named | {"external_id": None},
        after=named | {"external_id": external_id},
        reason="an imported username, looked up by hadir setup",
    )
