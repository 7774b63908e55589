"""Rows of `file_share`: who may open which file until when. Links and passwords are the storage's, and in no row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from integration.db import insert_once
from integration.plugin import Work
from plugins.berkas import places
from plugins.berkas.tables import file_share

Share = Row[Any]
LEDGER = ("person_id", "path", "receiver", "until", "state")
LIVE = ("waiting", "made")


def get(db: Connection, share_id: int) -> Share | None:
    return db.execute(select(file_share).where(file_share.c.id == share_id)).first()


def of_person(db: Connection, person_id: int, limit: int) -> list[Share]:
    """What somebody shares now, the latest first."""
    c = file_share.c
    query = select(file_share).where(c.person_id == person_id, c.state.in_(LIVE))
    return list(db.execute(query.order_by(c.id.desc()).limit(limit)))


def of_path(db: Connection, path: str) -> list[Share]:
    """Those of a file that hold: whoever they are from, they stand for one link."""
    c = file_share.c
    query = select(file_share).where(c.path_key == places.key(path), c.state.in_(LIVE), c.way != "file")
    return list(db.execute(query.order_by(c.id)))


def ask(work: Work, row: Mapping[str, Any]) -> tuple[Share, bool]:
    """A share that is to be made, and whether it is new; one that holds already gets the new last day."""
    made = insert_once(work.db, file_share, {**row, "state": "waiting", "asked_at": work.now})
    if made is not None:
        share = _existing(work, row)
        _audit(work, "berkas.share_asked", share, None)
        return share, True
    before = _existing(work, row)
    if before.until != row["until"]:
        values = {"until": row["until"], "expires_at": row["expires_at"], "round": before.round + 1, "state": "waiting"}
        work.db.execute(update(file_share).where(file_share.c.id == before.id).values(values))
        _audit(work, "berkas.share_prolonged", _existing(work, row), before)
    return _existing(work, row), False


def _existing(work: Work, row: Mapping[str, Any]) -> Share:
    c = file_share.c
    same = (c.path_key == row["path_key"], c.person_id == row["person_id"], c.receiver == row["receiver"])
    return work.db.execute(select(file_share).where(*same, c.state.in_(LIVE))).one()


def made(work: Work, share: Share, way: str) -> bool:
    return _become(work, share, "made", "berkas.shared", {"made_at": work.now, "way": way})


def failed(work: Work, share: Share, why: str) -> bool:
    return _become(work, share, "failed", "berkas.share_failed", {"ended_at": work.now}, why)


def end(work: Work, share: Share, action: str) -> bool:
    """It is to end; the storage is told by the worker."""
    return _become(work, share, "ending", action, {})


def ended(work: Work, share: Share) -> bool:
    return _become(work, share, "ended", "berkas.share_ended", {"ended_at": work.now})


def _become(work: Work, share: Share, state: str, action: str, values: Mapping[str, Any], why: str = "") -> bool:
    where = (file_share.c.id == share.id, file_share.c.state == share.state)
    if work.db.execute(update(file_share).where(*where).values({**values, "state": state})).rowcount != 1:
        return False
    now = get(work.db, share.id)
    assert now is not None  # noqa: S101  # it was changed a line ago
    _audit(work, action, now, share, why)
    return True


def _audit(work: Work, action: str, share: Share, before: Share | None, why: str = "") -> None:
    def seen(row: Share) -> dict[str, Any]:
        return {name: _plain(getattr(row, name)) for name in LEDGER}

    before_ = seen(before) if before is not None else None
    work.audit(action, f"file_share:{share.id}", before=before_, after=seen(share), reason=why)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def over(db: Connection, now: datetime, day: date, limit: int) -> Sequence[int]:
    """Shares that are over, or whose maker has left the office."""
    from integration import people

    c, p = file_share.c, people.person.c
    gone = p.ended_on < day
    query = select(c.id).join_from(file_share, people.person, p.id == c.person_id)
    return list(db.scalars(query.where(c.state == "made", or_(c.expires_at <= now, gone)).order_by(c.id).limit(limit)))
