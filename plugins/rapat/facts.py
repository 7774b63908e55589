"""What a meeting says to those invited, as it was in each of its versions, and what has changed since they were told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select, update

from integration.db import insert_once
from integration.plugin import Work
from integration.ports import Span
from plugins.rapat.meetings import Meeting
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.tables import meeting_occurrence as _occurrence
from plugins.rapat.tables import meeting_version as _version

# The link of a room to which everybody has an address of their own.
OWN = "own"


@dataclass(frozen=True, slots=True)
class Date:
    """A date of a series that is not as the others are; `title` and `place` are "" where they are."""

    starts_at: datetime
    ends_at: datetime
    title: str = ""
    place: str = ""
    state: str = "planned"
    cancel_reason: str = ""

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`link` is the room's address that all may use (or `OWN`), "" as long as there is no room. `dates` go by the start that
    they had. `papers` is the address that opens `folder`, "" as long as the storage told none; None: nobody knows any more.
    """

    title: str
    agenda: str
    starts_at: datetime
    ends_at: datetime
    last_end: datetime
    zone: str
    recurrence: str
    mode: str
    place: str
    provider: str
    link: str
    state: str
    reason: str = ""
    dates: Mapping[datetime, Date] = field(default_factory=dict)
    folder: str = ""
    papers: str | None = None

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    def opens(self, folder: str) -> str:
        """The address of that folder, "" where it is not known."""
        return (self.papers or "") if folder and folder == self.folder else ""

    @property
    def times(self) -> tuple[Any, ...]:
        """What an answer is an answer to."""
        return self.starts_at, self.ends_at, self.recurrence

    def date(self, original: datetime) -> Date:
        """One date of a series."""
        return self.dates.get(original) or Date(original, original + (self.ends_at - self.starts_at))


@dataclass(frozen=True, slots=True)
class Change:
    """What of a meeting has changed: title | time | repeats | place | video | agenda | link | papers; or of the date that began
    at `original`: date | dropped | restored.
    """

    what: str
    original: datetime | None = None


def of(db: Connection, meeting: Meeting) -> Facts:
    """As it is now; the folder as people were told last."""
    folder, papers = _told_papers(db, meeting.id)
    return Facts(
        title=meeting.title,
        agenda=meeting.agenda,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        last_end=meeting.last_end,
        zone=meeting.zone,
        recurrence=meeting.recurrence,
        mode=meeting.mode,
        place=meeting.place,
        provider=meeting.provider,
        link=(meeting.video.url or OWN) if meeting.video else "",
        state=meeting.state,
        reason=meeting.cancel_reason,
        dates=_dates(db, meeting.id) if meeting.is_series else {},
        folder=folder,
        papers=papers,
    )


def _told_papers(db: Connection, meeting_id: int) -> tuple[str, str | None]:
    query = select(_version.c.facts).where(_version.c.meeting_id == meeting_id).order_by(_version.c.version.desc())
    told = db.scalar(query.limit(1))
    return (told.get("folder", ""), told.get("papers")) if told else ("", "")


def _dates(db: Connection, meeting_id: int) -> dict[datetime, Date]:
    names = (_occurrence.c.original, *(_occurrence.c[name] for name in Date.__dataclass_fields__))
    unlike = or_(_occurrence.c.changed, _occurrence.c.state == "cancelled")
    query = select(*names).where(_occurrence.c.meeting_id == meeting_id, unlike).order_by(_occurrence.c.original)
    return {row[0]: Date(*row[1:]) for row in db.execute(query)}


def keep(db: Connection, meeting: Meeting, facts: Facts, now: datetime) -> bool:
    """What this version says; False if it was kept before."""
    row = {"meeting_id": meeting.id, "version": meeting.version, "facts": to_json(facts), "at": now}
    return insert_once(db, _version, row) is not None


def renew(db: Connection, meeting: Meeting) -> None:
    """What this version says has become more: the room was made just before people are told."""
    rewrite(db, meeting, of(db, meeting))


def rewrite(db: Connection, meeting: Meeting, facts: Facts) -> None:
    """What this version says instead, as long as nobody was told of it."""
    mine = (_version.c.meeting_id == meeting.id, _version.c.version == meeting.version)
    db.execute(update(_version).where(*mine).values(facts=to_json(facts)))


def next_version(work: Work, meeting: Meeting) -> bool:
    """A new version of a meeting of which people only learn more; False if somebody has changed it meanwhile, and what they
    changed brings the news along.
    """
    here = (_meeting.c.id == meeting.id, _meeting.c.version == meeting.version)
    values = {"version": meeting.version + 1, "changed_at": work.written_at}
    return work.db.execute(update(_meeting).where(*here).values(values)).rowcount == 1


def before(db: Connection, meeting: Meeting) -> Facts | None:
    """As it was in the version before this one of which anything was to be told; None if there was none."""
    mine = (_version.c.meeting_id == meeting.id, _version.c.version < meeting.version)
    found = db.scalar(select(_version.c.facts).where(*mine).order_by(_version.c.version.desc()).limit(1))
    return from_json(found) if found else None


def kept_until(db: Connection, meeting: Meeting, moment: datetime) -> list[int]:
    """The versions before this one that were there at that moment."""
    mine = (_version.c.meeting_id == meeting.id, _version.c.version < meeting.version, _version.c.at <= moment)
    return list(db.scalars(select(_version.c.version).where(*mine)))


def kept_at(db: Connection, meeting: Meeting) -> datetime:
    """When this version became one of which something is to be told."""
    mine = (_version.c.meeting_id == meeting.id, _version.c.version == meeting.version)
    found: datetime | None = db.scalar(select(_version.c.at).where(*mine))
    return found or meeting.starts_at


def versions(db: Connection, meeting_id: int) -> dict[int, Facts]:
    """Every version of which anything was to be told."""
    query = select(_version.c.version, _version.c.facts).where(_version.c.meeting_id == meeting_id)
    return {row.version: from_json(row.facts) for row in db.execute(query)}


def to_json(facts: Facts) -> dict[str, Any]:
    plain = _iso(asdict(facts))
    return {**plain, "dates": [[at.isoformat(), _iso(asdict(date))] for at, date in facts.dates.items()]}


def from_json(data: Mapping[str, Any]) -> Facts:
    """The inverse of `to_json`."""
    dates = {datetime.fromisoformat(at): Date(**_instants(date)) for at, date in data["dates"]}
    return Facts(**{**_instants(data), "dates": dates})


def _iso(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in data.items()}


def _instants(data: Mapping[str, Any]) -> dict[str, Any]:
    times = ("starts_at", "ends_at", "last_end")
    return {name: datetime.fromisoformat(value) if name in times else value for name, value in data.items()}


def changes(old: Facts, new: Facts) -> list[Change]:
    """What those who know `old` have to be told of `new`, the weightiest first."""
    return list(_changes(old, new))


def _changes(old: Facts, new: Facts) -> Iterator[Change]:
    # A single meeting has one date: a series of one that became another is told by its times.
    if (old.starts_at, old.ends_at) != (new.starts_at, new.ends_at):
        yield Change("time")
    if (old.recurrence, old.last_end if old.recurrence else None) != (new.recurrence, new.last_end if new.recurrence else None):
        yield Change("repeats")
    if old.times == new.times:
        yield from _changed_dates(old, new)
    for what, names in (("title", ("title",)), ("place", ("mode", "place")), ("video", ("provider",)), ("agenda", ("agenda",))):
        if any(getattr(old, name) != getattr(new, name) for name in names):
            yield Change(what)
    if new.link and old.link != new.link:
        yield Change("link")
    if new.papers and old.papers == "":
        yield Change("papers")


def _changed_dates(old: Facts, new: Facts) -> Iterator[Change]:
    for original in sorted({*old.dates, *new.dates}):
        was, now = old.date(original), new.date(original)
        if was.state != now.state:
            yield Change("dropped" if now.state == "cancelled" else "restored", original)
        elif was != now and now.state == "planned":
            yield Change("date", original)
