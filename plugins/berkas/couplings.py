"""Rows of `coupled_channel` and `channel_member`: which channel has which folder, and who is in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from integration.db import insert_once, insert_or_nothing
from integration.plugin import Work
from plugins.berkas import places
from plugins.berkas.tables import channel_member, coupled_channel, dropped_file

Coupling = Row[Any]
LEDGER = ("platform", "channel", "folder", "state")


def get(db: Connection, coupling_id: int) -> Coupling | None:
    return db.execute(select(coupled_channel).where(coupled_channel.c.id == coupling_id)).first()


def of_channel(db: Connection, platform: str, channel: str) -> Coupling | None:
    c = coupled_channel.c
    return db.execute(select(coupled_channel).where(c.platform == platform, c.channel == channel, c.state == "open")).first()


def name_of(db: Connection, platform: str, channel: str, said: str) -> str:
    """The channel's name as people see it, where the chat has told us; else `said`, its name in addresses on some platforms."""
    found = last(db, platform, channel)
    return found.name or said if found is not None else said


def last(db: Connection, platform: str, channel: str) -> Coupling | None:
    """What the channel has or had last."""
    c = coupled_channel.c
    query = select(coupled_channel).where(c.platform == platform, c.channel == channel)
    return db.execute(query.order_by(c.id.desc()).limit(1)).first()


def every(db: Connection) -> list[Coupling]:
    return list(db.execute(select(coupled_channel).where(coupled_channel.c.state == "open").order_by(coupled_channel.c.id)))


def of_folder(db: Connection, folder: str) -> bool:
    """Whether the folder has a channel now."""
    c = coupled_channel.c
    return db.execute(select(c.id).where(c.folder_key == places.key(folder), c.state == "open")).first() is not None


def earlier(db: Connection, folder: str) -> list[Coupling]:
    """Everything that folder was ever coupled to: its contents are theirs."""
    return list(db.execute(select(coupled_channel).where(coupled_channel.c.folder_key == places.key(folder))))


def couple(work: Work, row: dict[str, Any]) -> Coupling | None:
    """The new coupling; None if the channel or the folder has one already."""
    made = insert_once(
        work.db,
        coupled_channel,
        {**row, "folder_key": places.key(row["folder"]), "coupled_at": work.now, "granted": [], "state": "open"},
    )
    if made is None:
        return None
    found = get(work.db, int(made[0]))
    assert found is not None  # noqa: S101  # it was written a line ago
    remember_members(work, found, [row["person_id"]])
    _audit(work, "berkas.coupled", found, None)
    return found


def uncouple(work: Work, coupling: Coupling) -> bool:
    c = coupled_channel.c
    mine = update(coupled_channel).where(c.id == coupling.id, c.state == "open")
    if work.db.execute(mine.values(state="closed", closed_at=work.now)).rowcount != 1:
        return False
    work.db.execute(delete(channel_member).where(channel_member.c.coupling_id == coupling.id))
    work.db.execute(delete(dropped_file).where(dropped_file.c.coupling_id == coupling.id))
    now = get(work.db, coupling.id)
    assert now is not None  # noqa: S101  # it was changed above
    _audit(work, "berkas.uncoupled", now, coupling)
    return True


def remember_members(work: Work, coupling: Coupling, people: Sequence[int]) -> None:
    """Who of ours is in the channel now."""
    c = channel_member.c
    known = set(work.db.scalars(select(c.person_id).where(c.coupling_id == coupling.id)))
    gone, new = known - set(people), set(people) - known
    if gone:
        work.db.execute(delete(channel_member).where(c.coupling_id == coupling.id, c.person_id.in_(sorted(gone))))
    if new:
        rows = [{"coupling_id": coupling.id, "person_id": person} for person in sorted(new)]
        work.db.execute(insert_or_nothing(work.db, channel_member), rows)


def granted(work: Work, coupling: Coupling, accounts: Sequence[str], trouble: str = "") -> None:
    """These accounts have the folder's rights now."""
    before, after = list(coupling.granted), list(accounts)
    values = {"granted": after, "stepped_at": work.now, "trouble": trouble}
    work.db.execute(update(coupled_channel).where(coupled_channel.c.id == coupling.id).values(values))
    if before != after:
        work.audit(
            "berkas.granted", f"coupled_channel_rights:{coupling.id}", before={"accounts": before}, after={"accounts": after}
        )


def note(work: Work, coupling: Coupling, **values: Any) -> None:
    work.db.execute(update(coupled_channel).where(coupled_channel.c.id == coupling.id).values(values))


def _audit(work: Work, action: str, now: Coupling, before: Coupling | None) -> None:
    def seen(row: Coupling) -> dict[str, Any]:
        return {name: getattr(row, name) for name in LEDGER}

    work.audit(action, f"coupled_channel:{now.id}", before=seen(before) if before is not None else None, after=seen(now))
