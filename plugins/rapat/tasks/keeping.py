"""Action items as rows: what somebody is to do until when, wherever minutes name it. The minutes' text says what they are."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from integration.plugin import Work
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.minutes.markdown import fold
from plugins.rapat.tables import meeting_occurrence as _occurrence
from plugins.rapat.tables import meeting_task as _task
from plugins.rapat.tasks.matching import Task, Wanted, match


@dataclass
class Kept:
    """The rows of each line, and how many of them are new, changed, closed, opened again or dropped."""

    by_line: dict[int, list[Task]] = field(default_factory=dict)
    new: int = 0
    changed: int = 0
    closed: int = 0
    reopened: int = 0
    dropped: int = 0

    def done(self, line: int) -> bool | None:
        """Whether nobody has to do anything about it any more; None for a line that is none of ours."""
        rows = self.by_line.get(line)
        return None if not rows else all(row.state == "done" for row in rows)


_COLUMNS = [_task.c[name] for name in Task.__dataclass_fields__]


def fetch(db: Connection, *where: ColumnElement[bool], limit: int | None = None) -> list[Task]:
    """Those with the next day first, the ones without a day last."""
    query = select(*_COLUMNS).where(*where).order_by(_task.c.due_on.is_(None), _task.c.due_on, _task.c.id).limit(limit)
    return [Task(*row) for row in db.execute(query)]


def get(db: Connection, task_id: int) -> Task | None:
    found = fetch(db, _task.c.id == task_id)
    return found[0] if found else None


def of_occurrence(db: Connection, occurrence_id: int) -> list[Task]:
    """In the order in which the minutes first had them; dropped ones too."""
    return sorted(fetch(db, _task.c.occurrence_id == occurrence_id), key=lambda task: task.id)


def of_meeting(db: Connection, meeting_id: int, *, open_only: bool = False) -> list[Task]:
    states = ("open",) if open_only else ("open", "done")
    return fetch(db, _task.c.meeting_id == meeting_id, _task.c.state.in_(states))


def of_person(db: Connection, person_id: int, limit: int) -> list[Task]:
    """What the person has still to do, as far as it was published."""
    known = _task.c.published_at.is_not(None)
    return fetch(db, _task.c.person_id == person_id, _task.c.state == "open", known, limit=limit)


def before(db: Connection, occurrence: Occurrence) -> list[Task]:
    """What earlier dates of the series have left open."""
    return [task for task in _earlier(db, occurrence) if task.state == "open"]


def _earlier(db: Connection, occurrence: Occurrence) -> list[Task]:
    dates = select(_occurrence.c.id).where(
        _occurrence.c.meeting_id == occurrence.meeting_id, _occurrence.c.starts_at < occurrence.starts_at
    )
    return fetch(db, _task.c.meeting_id == occurrence.meeting_id, _task.c.occurrence_id.in_(dates))


def closed_between(db: Connection, person_id: int, start: datetime, end: datetime) -> list[Task]:
    """Those of the person that were closed then, in that order."""
    then = and_(_task.c.closed_at >= start, _task.c.closed_at < end)
    found = fetch(db, _task.c.person_id == person_id, _task.c.state == "done", then)
    return sorted(found, key=lambda task: (str(task.closed_at), task.id))


# ---------------------------------------------------------------- in step with the minutes


def bring(work: Work, meeting: Meeting, occurrence: Occurrence, wanted: Sequence[Wanted], author_id: int | None) -> Kept:
    """Make the rows of a date what its minutes say. What they do not name any more is dropped; what is done stays so."""
    rows = matched(work.db, occurrence, wanted)
    mine = of_occurrence(work.db, occurrence.id)
    kept, step = Kept(), _Step(work, meeting, occurrence, author_id)
    taken = {task.key for task in mine}
    for each in wanted:
        row = rows.get(each)
        if row is None:
            row = step.add(each, taken)
            kept.new += 1
        else:
            row = step.change(row, each, kept)
        kept.by_line.setdefault(each.line, []).append(row)
    used = {row.id for rows in kept.by_line.values() for row in rows}
    kept.dropped = step.drop([task for task in mine if task.id not in used and task.state == "open"])
    if kept.new:
        work.audit("meeting.tasks", f"meeting:{meeting.id}", after={"occurrence": occurrence.id, "new": kept.new})
    return kept


def matched(db: Connection, occurrence: Occurrence, wanted: Sequence[Wanted]) -> dict[Wanted, Task]:
    """The rows that these items mean, as far as there are any."""
    earlier = _earlier(db, occurrence) if any(each.earlier for each in wanted) else []
    found = match([each for each in wanted if each.earlier], earlier)
    return found | match([each for each in wanted if each not in found], of_occurrence(db, occurrence.id))


@dataclass(frozen=True, slots=True)
class _Step:
    work: Work
    meeting: Meeting
    occurrence: Occurrence
    author_id: int | None

    def add(self, each: Wanted, taken: set[str]) -> Task:
        key = _key(each, taken)
        taken.add(key)
        values = {
            "meeting_id": self.meeting.id,
            "occurrence_id": self.occurrence.id,
            "key": key,
            **_said(each),
            **(self._state("done") if each.ticked else self._state("open")),
        }
        new = self.work.db.execute(insert(_task).values(values).returning(_task.c.id)).scalar_one()
        return _read(self.work.db, new)

    def change(self, row: Task, each: Wanted, kept: Kept) -> Task:
        values = {name: value for name, value in _said(each).items() if getattr(row, name) != value}
        kept.changed += bool(values)
        wanted = row.state
        if row.state == "dropped":
            if each.earlier:
                return row  # its own minutes have it no more
            wanted = "open"
        if each.ticked is not None:
            wanted = "done" if each.ticked else "open"
        if wanted != row.state:
            values |= self._state(wanted)
            kept.closed += wanted == "done"
            kept.reopened += row.state == "done"
        if not values:
            return row
        self.work.db.execute(update(_task).where(_task.c.id == row.id).values(values))
        after: dict[str, Any] = {name: value for name, value in values.items() if name in ("state", "person_id", "due_on")}
        if after:
            self._audit(row, after)
        return _read(self.work.db, row.id)

    def drop(self, rows: Sequence[Task]) -> int:
        for row in rows:
            self.work.db.execute(update(_task).where(_task.c.id == row.id).values(state="dropped"))
            self._audit(row, {"state": "dropped"})
        return len(rows)

    def _state(self, state: str) -> dict[str, Any]:
        done = state == "done"
        return {
            "state": state,
            "closed_at": self.work.written_at if done else None,
            "closed_by_id": self.author_id if done else None,
        }

    def _audit(self, row: Task, after: dict[str, Any]) -> None:
        audit(self.work, row, after)


def audit(work: Work, row: Task, after: dict[str, Any]) -> None:
    """A task has become something else; its words are in no audit."""
    before = {name: getattr(row, name) for name in after}
    said = [{name: _plain(value) for name, value in values.items()} for values in (before, after)]
    work.audit("meeting.task", f"meeting_task:{row.id}", before=said[0], after=said[1])


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _said(each: Wanted) -> dict[str, Any]:
    return {"text": each.text, "person_id": each.person_id, "name": each.name[:200], "due_on": each.due}


def _key(each: Wanted, taken: Collection[str]) -> str:
    words = f"{fold(each.text)}|{each.person_id}|{each.who[1]}"
    tries = (hashlib.sha256(f"{words}|{number}".encode()).hexdigest()[:24] for number in range(len(taken) + 1))
    return next(key for key in tries if key not in taken)


def _read(db: Connection, task_id: int) -> Task:
    found = get(db, task_id)
    assert found is not None  # noqa: S101  # it was written just now
    return found


# ---------------------------------------------------------------- one by one


def close(work: Work, task: Task, by_id: int) -> bool:
    """False if it is not open any more."""
    return _set(work, task, "open", {"state": "done", "closed_at": work.written_at, "closed_by_id": by_id})


def reopen(work: Work, task: Task) -> bool:
    """False if it is not done."""
    return _set(work, task, "done", {"state": "open", "closed_at": None, "closed_by_id": None})


def move(work: Work, task: Task, due: date) -> bool:
    """Another day until which it is to be done; False if it is not open any more, or has that day."""
    return task.due_on != due and _set(work, task, "open", {"due_on": due})


def _set(work: Work, task: Task, only: str, values: dict[str, Any]) -> bool:
    changed = update(_task).where(_task.c.id == task.id, _task.c.state == only).values(values)
    if work.db.execute(changed).rowcount != 1:
        return False
    audit(work, task, {name: value for name, value in values.items() if name in ("state", "due_on")})
    return True


def publish(work: Work, occurrence: Occurrence) -> None:
    """Those of a date are public from now on: people are told of them, and reminded."""
    waiting = (_task.c.occurrence_id == occurrence.id, _task.c.published_at.is_(None), _task.c.state != "dropped")
    work.db.execute(update(_task).where(*waiting).values(published_at=work.written_at))


def carry(work: Work, tasks: Iterable[Task]) -> None:
    """They were still open when the next date came."""
    ids = [task.id for task in tasks]
    if ids:
        work.db.execute(update(_task).where(_task.c.id.in_(ids)).values(carried=_task.c.carried + 1))


def waiting(day: date) -> ColumnElement[bool]:
    """The condition for those of which somebody may have to be reminded, up to `day`."""
    return and_(_task.c.state == "open", _task.c.published_at.is_not(None), _task.c.due_on.is_not(None), _task.c.due_on <= day)
