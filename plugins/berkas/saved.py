"""Rows of `saved_file`: what was asked for, what is on its way, what is there. Never a word to anybody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from integration.db import insert_once
from integration.plugin import Work
from integration.ports import Attachment, StoredFile
from integration.safe_names import safe_name
from plugins.berkas import places
from plugins.berkas.tables import saved_file, saved_upload

File = Row[Any]
UNDO_FOR = timedelta(days=1)
OFFERED_FOR = timedelta(days=2)
# What an audit row must say of a file.
LEDGER = ("person_id", "name", "folder", "path", "state")
_ON = ("waiting", "saved", "undoing")


def get(db: Connection, file_id: int) -> File | None:
    return db.execute(select(saved_file).where(saved_file.c.id == file_id)).first()


def several(db: Connection, ids: Sequence[int]) -> list[File]:
    return list(db.execute(select(saved_file).where(saved_file.c.id.in_(ids)).order_by(saved_file.c.id)))


def key_of(attachment: Attachment) -> str:
    """One file in one message. In Talk an id is a path, at which another file may lie later."""
    return hashlib.sha256(f"{attachment.id}\n{attachment.message_id}".encode()).hexdigest()


def known(db: Connection, platform: str, keys: Iterable[str]) -> dict[str, File]:
    """Attachments that are in the storage or on their way to it, by their keys."""
    c = saved_file.c
    query = select(saved_file).where(c.platform == platform, c.attachment_key.in_(list(keys)), c.state.in_(_ON))
    return {row.attachment_key: row for row in db.execute(query)}


def values(attachment: Attachment, whence: Mapping[str, Any], folder: str, name: str = "") -> dict[str, Any]:
    """A row for an attachment; `whence` are `person_id`, `platform`, `channel`, `channel_name` and `asked_at`."""
    return {
        **whence,
        "message": attachment.message_id[:190],
        "attachment": attachment.id,
        "attachment_key": key_of(attachment),
        "attached_by": attachment.by[:190],
        "attached_at": attachment.at,
        "name": named(name or attachment.name, attachment.name),
        "media_type": attachment.media_type[:190],
        "size": attachment.size,
        "folder": folder,
    }


def named(wanted: str, original: str) -> str:
    """A safe name with the ending of the original, if it was given none."""
    name = safe_name(wanted)[: places.LONGEST_NAME]
    _, dot, ending = safe_name(original).rpartition(".")
    if dot and ending and len(ending) <= 10 and not name.lower().endswith(f".{ending.lower()}"):
        name = f"{name[: places.LONGEST_NAME - len(ending) - 1].rstrip(' .')}.{ending}"
    return name


def offer(work: Work, row: Mapping[str, Any]) -> int:
    """Remember an attachment of which the person is asked whether it is meant."""
    made = saved_file.insert().values({**row, "state": "offered"}).returning(saved_file.c.id)
    return int(work.db.execute(made).scalar_one())


def ask(work: Work, row: Mapping[str, Any]) -> int | None:
    """A file that is to be saved: its id, or None if that attachment is there or on its way."""
    made = insert_once(work.db, saved_file, {**row, "state": "waiting"})
    if made is None:
        return None
    _audit(work, "berkas.asked", int(made[0]), None)
    return int(made[0])


def accept(work: Work, file_id: int, person_id: int) -> bool:
    """An offered file was chosen by whom it was offered to; False if that is over, or somebody else was quicker."""
    c = saved_file.c
    mine = update(saved_file).where(c.id == file_id, c.person_id == person_id, c.state == "offered")
    try:
        with work.db.begin_nested():
            if work.db.execute(mine.values(state="waiting", asked_at=work.now)).rowcount != 1:
                return False
    except IntegrityError:
        return False
    _audit(work, "berkas.asked", file_id, None)
    return True


def keep_upload(work: Work, file_id: int, content: bytes) -> None:
    work.db.execute(saved_upload.insert().values(file_id=file_id, content=content))


def upload(db: Connection, file_id: int) -> bytes | None:
    found = db.scalar(select(saved_upload.c.content).where(saved_upload.c.file_id == file_id))
    return None if found is None else bytes(found)


def aim(work: Work, file_id: int, path: str) -> None:
    """Say where it is going to lie, before it does."""
    where = (saved_file.c.id == file_id, saved_file.c.state == "waiting")
    work.db.execute(update(saved_file).where(*where).values(path=path, path_key=places.key(path), passed=0))


def passed(work: Work, file_id: int, count: int) -> bool:
    """So many bytes are through; False if it is not wanted any more."""
    where = (saved_file.c.id == file_id, saved_file.c.state == "waiting")
    return work.db.execute(update(saved_file).where(*where).values(passed=count)).rowcount == 1


def arrived(work: Work, file: File, stored: StoredFile) -> bool:
    """It is there; False if it was called off in the meantime."""
    values: dict[str, Any] = {"path": stored.path, "path_key": places.key(stored.path), "version": stored.version[:190]}
    values |= {"saved_at": work.now, "passed": file.size}
    return _become(work, file, "saved", "berkas.saved", values)


def failed(work: Work, file: File, why: str) -> bool:
    return _become(work, file, "failed", "berkas.failed", {"ended_at": work.now, "path": "", "path_key": ""}, why)


def drop(work: Work, file: File) -> bool:
    """Called off before it was there."""
    return _become(work, file, "dropped", "berkas.dropped", {"ended_at": work.now})


def take_back(work: Work, file: File) -> bool:
    return _become(work, file, "undoing", "berkas.undo_asked", {})


def undone(work: Work, file: File) -> bool:
    return _become(work, file, "undone", "berkas.undone", {"ended_at": work.now})


def stays(work: Work, file: File) -> bool:
    """It was not taken back: somebody has worked on it since."""
    return _become(work, file, "saved", "berkas.stays", {})


def _become(work: Work, file: File, state: str, action: str, values: Mapping[str, Any], why: str = "") -> bool:
    where = (saved_file.c.id == file.id, saved_file.c.state == file.state)
    if work.db.execute(update(saved_file).where(*where).values({**values, "state": state})).rowcount != 1:
        return False
    if state != "waiting":
        work.db.execute(delete(saved_upload).where(saved_upload.c.file_id == file.id))
    _audit(work, action, file.id, file, why)
    return True


def _audit(work: Work, action: str, file_id: int, before: File | None, why: str = "") -> None:
    now = get(work.db, file_id)
    assert now is not None  # noqa: S101  # it was written a line ago
    whence = {"platform": now.platform, "channel": now.channel, "attachment": now.attachment, "by": now.attached_by}
    work.audit(
        action,
        f"saved_file:{file_id}",
        before={"state": before.state, "path": before.path} if before is not None else None,
        after={name: getattr(now, name) for name in LEDGER} | whence,
        reason=why,
    )


# ---------------------------------------------------------------- looking


def of_person(db: Connection, person_id: int, limit: int, after: int = 0) -> list[File]:
    """What a person has saved, the latest first."""
    c = saved_file.c
    query = select(saved_file).where(c.person_id == person_id, c.state == "saved")
    return list(db.execute(query.order_by(c.saved_at.desc(), c.id.desc()).limit(limit).offset(after)))


def on_the_way(db: Connection, person_id: int) -> list[File]:
    c = saved_file.c
    return list(db.execute(select(saved_file).where(c.person_id == person_id, c.state == "waiting").order_by(c.id).limit(20)))


def by_path(db: Connection, path: str) -> File | None:
    """The last that was saved there."""
    c = saved_file.c
    query = select(saved_file).where(c.path_key == places.key(path), c.state == "saved")
    return db.execute(query.order_by(c.id.desc()).limit(1)).first()


def is_own(db: Connection, person_id: int, path: str) -> bool:
    c = saved_file.c
    query = select(c.id).where(c.path_key == places.key(path), c.person_id == person_id, c.state == "saved")
    return db.execute(query.limit(1)).first() is not None


def remembered(
    db: Connection, folders: Sequence[str], person_id: int, words: Sequence[str], limit: int, after: int = 0
) -> list[File]:
    """What our table knows below those folders, or of the person's own, with all the words in the name; the latest first."""
    c = saved_file.c
    seen = or_(c.person_id == person_id, *(c.path.startswith(f"{folder}/", autoescape=True) for folder in folders))
    named = [func.lower(c.path).contains(word.lower(), autoescape=True) for word in words]
    query = select(saved_file).where(c.state == "saved", seen, *named)
    return list(db.execute(query.order_by(c.saved_at.desc(), c.id.desc()).limit(limit).offset(after)))


def can_be_undone(file: File, person_id: int, now: datetime) -> bool:
    if file.person_id != person_id:
        return False
    return file.state == "waiting" or (file.state == "saved" and file.saved_at is not None and now < file.saved_at + UNDO_FOR)


def forget_offers(db: Connection, before: datetime) -> None:
    c = saved_file.c
    db.execute(delete(saved_file).where(c.state == "offered", c.asked_at < before))
