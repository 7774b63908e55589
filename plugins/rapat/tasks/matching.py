"""Which task an item of the minutes means: its words, its person, or what is most alike. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Any, Literal

from plugins.rapat.minutes.markdown import fold

# So alike are two versions of one item; and so many pairs of changed items are compared.
_ALIKE, _ALIKE_OF_ONE_PERSON = 0.8, 0.55
_MOST_PAIRS = 4000
State = Literal["open", "done", "dropped"]


@dataclass(frozen=True, slots=True)
class Task:
    """A row of `tables.meeting_task`, which says what the fields mean."""

    id: int
    meeting_id: int
    occurrence_id: int
    key: str
    text: str
    person_id: int | None
    name: str
    due_on: date | None
    state: State
    closed_at: datetime | None
    closed_by_id: int | None
    carried: int
    published_at: datetime | None

    @property
    def who(self) -> tuple[int | None, str]:
        return self.person_id, "" if self.person_id is not None else fold(self.name)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item as the minutes have it for one person. `ticked`: what the writer did with its box, None for nothing.

    `earlier`: it stands among those of earlier dates.
    """

    line: int
    text: str
    person_id: int | None = None
    name: str = ""
    due: date | None = None
    ticked: bool | None = None
    earlier: bool = False

    @property
    def who(self) -> tuple[int | None, str]:
        return self.person_id, "" if self.person_id is not None else fold(self.name)


def match(wanted: Sequence[Wanted], rows: Sequence[Task]) -> dict[Wanted, Task]:
    """Which row is meant: the same words of the same person, the same words, then what is alike."""
    found: dict[Wanted, Task] = {}
    free = {task.id: task for task in sorted(rows, key=lambda task: (task.state == "dropped", task.id))}
    for by in (lambda each: (fold(each.text), each.who), lambda each: fold(each.text)):
        places: dict[Any, list[Task]] = {}
        for task in free.values():
            places.setdefault(by(task), []).append(task)
        for each in wanted:
            if each not in found and (same := places.get(by(each))):
                found[each] = same.pop(0)
                free.pop(found[each].id)
    _alike([each for each in wanted if each not in found], [row for row in free.values() if row.state != "dropped"], found)
    return found


def _alike(wanted: Sequence[Wanted], rows: Sequence[Task], found: dict[Wanted, Task]) -> None:
    if len(wanted) * len(rows) > _MOST_PAIRS:
        return
    ranked = sorted(
        ((likeness, place, row.id) for place, each in enumerate(wanted) for row in rows if (likeness := _likeness(each, row))),
        key=lambda pair: (-pair[0], *pair[1:]),
    )
    free = {row.id: row for row in rows}
    for _, place, row_id in ranked:
        if wanted[place] not in found and row_id in free:
            found[wanted[place]] = free.pop(row_id)


def _likeness(each: Wanted, row: Task) -> float:
    """0 for what is not the same item."""
    least = _ALIKE_OF_ONE_PERSON if each.who == row.who else _ALIKE
    matcher = SequenceMatcher(None, fold(each.text)[:300], fold(row.text)[:300], autojunk=False)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= least else 0.0
