"""Every version of a date's minutes, as rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select, update

from integration.db import insert_once
from integration.people import Person
from integration.plugin import Work
from plugins.rapat import meetings
from plugins.rapat.meetings import Occurrence
from plugins.rapat.tables import meeting_minutes as _minutes
from plugins.rapat.tables import meeting_occurrence as _occurrence


@dataclass(frozen=True, slots=True)
class Version:
    """A row of `tables.meeting_minutes`, which says what the fields mean."""

    id: int
    occurrence_id: int
    version: int
    base: int
    text: str
    author_id: int | None
    source: str
    at: datetime
    published_at: datetime | None
    file_version: str


_COLUMNS = [_minutes.c[name] for name in Version.__dataclass_fields__]


def _first(db: Connection, *where: ColumnElement[bool]) -> Version | None:
    row = db.execute(select(*_COLUMNS).where(*where).order_by(_minutes.c.version.desc()).limit(1)).first()
    return Version(*row) if row else None


def latest(db: Connection, occurrence_id: int) -> Version | None:
    return _first(db, _minutes.c.occurrence_id == occurrence_id)


def get(db: Connection, occurrence_id: int, version: int) -> Version | None:
    return _first(db, _minutes.c.occurrence_id == occurrence_id, _minutes.c.version == version)


def published(db: Connection, occurrence_id: int) -> Version | None:
    """The version that was published last."""
    return _first(db, _minutes.c.occurrence_id == occurrence_id, _minutes.c.published_at.is_not(None))


def in_file(db: Connection, occurrence_id: int) -> Version | None:
    """The version that was last seen, or put, in the file of the meeting's folder."""
    return _first(db, _minutes.c.occurrence_id == occurrence_id, _minutes.c.file_version != "")


def of_template(db: Connection, occurrence_id: int) -> Version | None:
    """The last version that nobody but Hadir wrote."""
    return _first(db, _minutes.c.occurrence_id == occurrence_id, _minutes.c.source == "template")


def history(db: Connection, occurrence_id: int, limit: int) -> list[Version]:
    """The newest first, without their texts."""
    columns = [column if column.name != "text" else func.substr(column, 1, 0).label("text") for column in _COLUMNS]
    query = select(*columns).where(_minutes.c.occurrence_id == occurrence_id).order_by(_minutes.c.version.desc()).limit(limit)
    return [Version(*row) for row in db.execute(query)]


def last_of_meeting(db: Connection, meeting_id: int) -> Occurrence | None:
    """The last date that has minutes."""
    has = select(_minutes.c.occurrence_id)
    query = meetings.occurrences_query().where(_occurrence.c.meeting_id == meeting_id, _occurrence.c.id.in_(has))
    found = meetings.fetch(db, query.order_by(_occurrence.c.starts_at.desc()).limit(1))
    return found[0] if found else None


def was_written(db: Connection, occurrence_id: int) -> bool:
    """Whether somebody has written anything yet."""
    human = (_minutes.c.occurrence_id == occurrence_id, _minutes.c.source != "template")
    return db.execute(select(_minutes.c.id).where(*human).limit(1)).first() is not None


def put_in_file(db: Connection, version: Version, file_version: str) -> None:
    db.execute(update(_minutes).where(_minutes.c.id == version.id).values(file_version=file_version[:190]))


def add(
    work: Work, occurrence_id: int, number: int, base: int, text: str, author: Person | None, source: str
) -> Version | None:
    """None if somebody was quicker with that number."""
    row = {
        "occurrence_id": occurrence_id,
        "version": number,
        "base": base,
        "text": text,
        "author_id": author.id if author else None,
        "source": source,
        "at": work.written_at,
    }
    return get(work.db, occurrence_id, number) if insert_once(work.db, _minutes, row) else None


def others_since(db: Connection, occurrence_id: int, base: int, author: Person | None) -> tuple[int, ...]:
    """The ids of those others who have written since that version, the last one first."""
    since = (_minutes.c.occurrence_id == occurrence_id, _minutes.c.version > base, _minutes.c.author_id.is_not(None))
    query = select(_minutes.c.author_id).where(*since).order_by(_minutes.c.version.desc())
    return tuple(dict.fromkeys(id for id in db.scalars(query) if author is None or id != author.id))


def set_text(db: Connection, version: Version, text: str) -> Version:
    """Only for a version that was added in this very transaction."""
    db.execute(update(_minutes).where(_minutes.c.id == version.id).values(text=text))
    return replace(version, text=text)


def mark_published(work: Work, version: Version) -> bool:
    """False if it was published before."""
    waiting = (_minutes.c.id == version.id, _minutes.c.published_at.is_(None))
    return work.db.execute(update(_minutes).where(*waiting).values(published_at=work.written_at)).rowcount == 1
