"""The accounts of an imported people file: known by username only, until setup finds the id behind each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mattermostdriver import Driver
from sqlalchemy import Connection, Row, select, update

from integration import audit, people
from integration.adapters.mattermost.chat import PLATFORM, profile
from integration.ports import Profile

_NAMES_A_CALL = 100


def unbound(db: Connection) -> list[Row[Any]]:
    """(id, person_id, username, name, email) of every account without an id, in the order of import."""
    person, account = people.person.c, people.account.c
    columns = (account.id, account.person_id, account.username, person.name, person.email)
    joined = select(*columns).join_from(people.account, people.person)
    return list(db.execute(joined.where(account.platform == PLATFORM, account.external_id.is_(None)).order_by(account.id)))


def taken(db: Connection) -> set[str | None]:
    """The ids that belong to somebody."""
    return set(db.scalars(select(people.account.c.external_id).where(people.account.c.platform == PLATFORM)))


def profiles(admin: Driver, usernames: list[str]) -> dict[str, Profile]:
    """The active users of these names, by name; raises `MattermostError`."""
    found: dict[str, Profile] = {}
    for start in range(0, len(usernames), _NAMES_A_CALL):
        users = admin.users.get_users_by_usernames(options=usernames[start : start + _NAMES_A_CALL])
        found |= {user["username"]: profile(user) for user in users if not user.get("delete_at")}
    return found


def bind(db: Connection, account: Row[Any], user: Profile, now: datetime) -> None:
    """From now on the id counts. Whoever spoke in the meantime is bound already, and stays."""
    free = people.account.c.id == account.id, people.account.c.external_id.is_(None)
    if not db.execute(update(people.account).where(*free).values(external_id=user.id)).rowcount:
        return
    named = {"person_id": account.person_id, "username": account.username}
    audit.record(
        db,
        now,
        actor_id=None,
        actor="setup",
        action="people.bound",
        object=f"account:{PLATFORM}:{user.id}"[:120],
        before=named | {"external_id": None},
        after=named | {"external_id": user.id},
        reason="an imported username, looked up by hadir setup",
    )
