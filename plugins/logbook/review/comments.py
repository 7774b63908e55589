"""What the person and the line above say of an entry, in order: comments, and the notes of what was given back.

Whoever may see the entry may read them. The other side is told of a comment: the person, or those of the line who have had
to do with the entry. No audit row repeats the words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from integration import deciders, people, workdays
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, clean, fill
from integration.people import Person
from integration.phrases import clock_and_day, short_day
from integration.work import Build, Work
from plugins.logbook import allowed, seeing, writing
from plugins.logbook.entries import Entry
from plugins.logbook.tables import logbook_comment as _comment

LONGEST = 1000
# The same words again so soon are a second click.
_AGAIN = timedelta(minutes=2)
# Comments of a thread that one message holds.
_SHOWN = 10
COMMENT = "logbook.comment"
# Columns that the audit row repeats; never the words.
LEDGER = ("entry_id", "made_by", "kind")
DAYS = 30


@dataclass(frozen=True, slots=True)
class Comment:
    """`kind`: comment, returned or approved; `name` is who wrote it."""

    id: int
    entry_id: int
    made_by: int
    kind: str
    text: str
    made_at: datetime
    name: str


def of_entries(db: Connection, ids: Collection[int]) -> dict[int, list[Comment]]:
    """The threads of these entries, the oldest first. One statement, none for no entry."""
    found: dict[int, list[Comment]] = {}
    if not ids:
        return found
    columns = [_comment.c[name] for name in ("id", "entry_id", "made_by", "kind", "text", "made_at")]
    query = select(*columns, people.person.c.name).join(people.person, people.person.c.id == _comment.c.made_by)
    for row in db.execute(query.where(_comment.c.entry_id.in_(list(ids))).order_by(_comment.c.id)):
        fields: list[Any] = [*row]
        found.setdefault(row.entry_id, []).append(Comment(*fields))
    return found


def of_versions(db: Connection, found: Collection[Entry]) -> dict[int, list[Comment]]:
    """The threads of these entries, each behind that of the version that it changes. One statement."""
    threads = of_entries(db, {id for each in found for id in (each.id, each.revises_id) if id is not None})
    both = {each.id: [*threads.get(each.revises_id or 0, ()), *threads.get(each.id, ())] for each in found}
    return {id: thread for id, thread in both.items() if thread}


def keep(work: Work, by: Person, entry_id: int, kind: str, text: str) -> Comment:
    """Write it into the thread; nobody is told."""
    row = {"entry_id": entry_id, "made_by": by.id, "kind": kind, "text": text, "made_at": work.now}
    id: int = work.db.execute(_comment.insert().values(row).returning(_comment.c.id)).scalar_one()
    work.audit("logbook.commented", f"logbook_comment:{id}", after={"entry_id": entry_id, "kind": kind, "made_by": by.id})
    return Comment(id, entry_id, by.id, kind, text, work.now, by.name)


def add(work: Work, by: Person, entry: Entry, owner: Person, text: str) -> Comment:
    """Write a comment and tell the other side. Raises `UserError` for an empty one, and to those who may not."""
    t, given = work.speak(by), clean(text).strip()
    if not seeing.reported(entry):
        raise UserError(t("This is still a draft: nobody else can see it. Send it first."))
    if not seeing.may_speak(work, by, owner):
        raise UserError(t("On the reports of {name} only the person and the supervisors comment.", name=owner.name))
    if not given or len(given) > LONGEST:
        raise UserError(t("Please write a comment of at most {most} characters.", most=LONGEST))
    thread = of_entries(work.db, [entry.id]).get(entry.id, [])
    if thread and _same(thread[-1], by, given, work.now):
        return thread[-1]
    comment = keep(work, by, entry.id, "comment", given)
    for reader in _others(work, by, entry, owner, thread):
        work.tell(reader, f"logbook:comment:{comment.id}:{reader.id}", told(entry, owner, reader, comment))
    return comment


def _same(last: Comment, by: Person, text: str, now: datetime) -> bool:
    return (last.made_by, last.text) == (by.id, text) and last.made_at > now - _AGAIN


def _others(work: Work, by: Person, entry: Entry, owner: Person, thread: Iterable[Comment]) -> list[Person]:
    """Who is told: the person, of what the line says; of what the person says whoever of the line spoke or decided, else the
    supervisor.
    """
    if by.id != owner.id:
        return [owner] if _here(work, owner) else []
    ids = {each.made_by for each in thread} | ({entry.decider_id} if entry.decider_id else set())
    spoke = deciders.people_by_id(work, allowed.may_decide_above(work, owner, ids)) if ids - {owner.id} else {}
    found = [each for each in spoke.values() if _here(work, each)]
    return found or list(deciders.asked_now(work, owner).people)


def _here(work: Work, someone: Person) -> bool:
    return workdays.works_here(someone, workdays.local_day(work.now, someone))


# ---------------------------------------------------------------- in words


def told(entry: Entry, owner: Person, reader: Person, comment: Comment) -> Build:
    """The message: which entry it is about stands in it, for a chat with the service is no thread."""

    def build(t: Translate) -> Reply:
        values = {
            "name": comment.name,
            "day": short_day(t, entry.day),
            "activity": writing.short(entry.content),
            "text": comment.text,
        }
        if reader.id == owner.id:
            said = t("{name} on your report of {day}, “{activity}”:\n“{text}”", **values)
        else:
            said = t("{name} on the report of {day}, “{activity}”:\n“{text}”", **values)
        return Reply(said, (answer_button(t, entry),))

    return build


def answer_button(t: Translate, entry: Entry) -> Button:
    return Button(t("Reply"), COMMENT, str(entry.id), days=DAYS)


def lines(t: Translate, thread: Sequence[Comment], reader: Person, now: datetime, most: int = _SHOWN) -> list[Text]:
    """A line for each of the last comments: who, when and what; before them how many there were earlier."""
    earlier = [t("> … {count} earlier", count=len(thread) - most)] if len(thread) > most else []
    return earlier + [
        fill(
            "> {name}, {at}: “{text}”",
            name=each.name,
            at=clock_and_day(t, each.made_at, reader, now),
            text=" ".join(each.text.split()),
        )
        for each in thread[-most:]
    ]
