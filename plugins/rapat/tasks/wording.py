"""Tasks in words and buttons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, select

from integration import people, phrases
from integration.i18n import Translate
from integration.messages import Button, Text, fill
from plugins.rapat.tasks.matching import Task

# A message with more buttons is no help on a phone.
MOST_BUTTONS = 5
LONGEST = 300


def names(db: Connection, tasks: Iterable[Task]) -> dict[int, str]:
    """{person's id: name} of those who have to do them."""
    ids = {task.person_id for task in tasks if task.person_id is not None}
    rows = db.execute(select(people.person.c.id, people.person.c.name).where(people.person.c.id.in_(ids))) if ids else ()
    return {row.id: row.name for row in rows}


def line(t: Translate, task: Task, known: Mapping[int, str] | None = None, today: date | None = None) -> Text:
    """`siapkan ruangan — Siti Rahayu, Senin 30 Nov`; with `today` also that it is late."""
    words = fill("{words}", words=task.text[:LONGEST])
    said = [each for each in (_who(task, known), _due(t, task, today)) if each]
    shown = fill("{words} — {said}", words=words, said=Text(", ".join(said))) if said else words
    if task.state == "done":
        return t("{task} (done)", task=shown)
    return t("{task} (dropped)", task=shown) if task.state == "dropped" else shown


def _who(task: Task, known: Mapping[int, str] | None) -> Text | None:
    if known is None:
        return None
    name = known.get(task.person_id, "") if task.person_id is not None else task.name
    return fill("{name}", name=name) if name else None


def _due(t: Translate, task: Task, today: date | None) -> Text | None:
    if task.due_on is None:
        return None
    near = today is None or abs((task.due_on - today).days) < 300
    day = phrases.short_day(t, task.due_on) if near else phrases.long_day(t, task.due_on)
    if today is None or task.state != "open" or task.due_on > today:
        return day
    if task.due_on == today:
        return t("{day} — today", day=day)
    return t("{day} — {days} days late", day=day, days=(today - task.due_on).days)


def numbered(t: Translate, tasks: Sequence[Task], today: date | None = None) -> list[Text]:
    """The lines of a person's own tasks, as their buttons count them."""
    if len(tasks) == 1:
        return [fill("- {line}", line=line(t, tasks[0], today=today))]
    return [fill("{number}. {line}", number=number, line=line(t, task, today=today)) for number, task in enumerate(tasks, 1)]


def done_buttons(t: Translate, tasks: Sequence[Task]) -> tuple[Button, ...]:
    """*Selesai* for each that is open."""
    several = len(tasks) > 1
    return tuple(
        Button(t("Done {number}", number=number) if several else t("Done"), "rapat.task_done", str(task.id), "good", 90)
        for number, task in list(enumerate(tasks, 1))[:MOST_BUTTONS]
        if task.state == "open"
    )
