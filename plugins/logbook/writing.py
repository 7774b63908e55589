"""Writing entries: the only place where a person's own words become rows, are changed, sent, dropped and restored.

Every change is a conditional update or an insert under a unique key, so a second click finds nothing left to do. Audit rows
hold ids, states, minutes and the target, never what was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update

from integration import people
from integration.db import insert_once
from integration.errors import UserError
from integration.messages import Text
from integration.people import Person
from integration.work import Work
from plugins.logbook import entries, limits, turns
from plugins.logbook.drawing import leaving
from plugins.logbook.entries import Content, Entry
from plugins.logbook.own.contents import check, check_complete
from plugins.logbook.own.contents import lacks as lacks
from plugins.logbook.own.contents import short as short
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.targets.reading import Target

# Columns that every audit row repeats, so that a change behind the service's back shows.
LEDGER = ("person_id", "day", "state", "version", "revises_id", "minutes", "target_id", "late", "round", "decider_id")
_SECOND_CLICK = timedelta(minutes=2)


class Changed(UserError):
    """The entry is not any more what the person has seen."""


# ---------------------------------------------------------------- writing


@dataclass(frozen=True, slots=True)
class Seen:
    """What the writer of an entry has read already since `in_turn`: the day's entries, and the target that the entry has;
    `complete`: nothing is missing.
    """

    entries: Sequence[Entry]
    target: Target | None = None
    complete: bool = False


def add(work: Work, person: Person, day: date, content: Content, *, state: str = "draft", seen: Seen | None = None) -> Entry:
    """A new entry, `draft` or `sent`. One that was drafted from the same activity before is given back as it stands, and so
    is one with the very same content of a moment ago: that was a second click, or a line that was sent twice.

    Raises `UserError` for a day that is closed (`limits.check`) and for content that cannot be (`check`).
    """
    if content.source and (before := entries.of_source(work, person, content.source)) is not None:
        return before
    if seen is None:
        turns.in_turn(work, person)
    late = limits.check(work, person, day)
    content = check(work, person, day, content, seen.target if seen else None)
    others = seen.entries if seen else entries.of_day(work.db, person.id, day)
    twin = next((each for each in others if _twin(each, content, work.now)), None)
    if twin is not None:
        return twin
    limits.check_total(work, person, day, content.minutes, others)
    if state == "sent" and not (seen and seen.complete):
        check_complete(work, person, content)
    row = _row(content) | {
        "person_id": person.id,
        "unit_id": person.unit_id,
        "day": day,
        "state": state,
        "late": late,
        "created_at": work.now,
        "changed_at": work.written_at,
        **_sent(work, state),
    }
    return _inserted(work, person, row, "logbook.sent" if state == "sent" else "logbook.drafted")


def change(work: Work, entry: Entry, content: Content, day: date | None = None) -> Entry:
    """The entry with other content, or moved to another day. One that was sent is sent again; of an approved one a revision
    is made, and sent.

    Raises `UserError` as `add`, of either day, and `Changed` if the entry is another meanwhile.
    """
    person, to = _whose(work, entry), day or entry.day
    late = _check_late(work, person, entry)
    if to != entry.day:
        late = limits.check(work, person, to)
    content = check(work, person, to, content)
    turns.in_turn(work, person)
    limits.check_total(work, person, to, content.minutes, without=entry)
    if entry.state == "approved":
        return _revise(work, person, entry, content, day, late)
    if entry.state == "sent":
        check_complete(work, person, content)
    values = _row(content) | {"day": to, "late": late} | (_sent(work, "sent", entry.round) if entry.state == "sent" else {})
    after = update_(work, entry, "logbook.changed", entries.CHANGEABLE, **values)
    leaving.tell(work, entry, to)
    return after


def _check_late(work: Work, person: Person, entry: Entry) -> bool:
    """`limits.check` of the day on which it stands: what the supervisor gave back may be corrected as long as it takes."""
    if (_before_drop(entry) if entry.state == "dropped" else entry.state) != "returned":
        return limits.check(work, person, entry.day)
    limits.check_open(work, person, entry.day)
    return entry.late


def drop(work: Work, entry: Entry) -> Entry:
    """Throw the entry away; of a second click it is given back as it is. Raises `Changed` once it was decided."""
    if entry.state == "dropped":
        return entry
    _check_late(work, _whose(work, entry), entry)
    return update_(work, entry, "logbook.dropped", entries.CHANGEABLE, state="dropped")


def restore(work: Work, entry: Entry) -> Entry:
    """Take back `drop`: the entry is again what it was. Raises `UserError` where it was written again meanwhile."""
    if entry.state != "dropped":
        return entry
    person = _whose(work, entry)
    _check_late(work, person, entry)
    turns.in_turn(work, person)
    limits.check_total(work, person, entry.day, entry.content.minutes, without=entry)
    if entry.content.source and entries.of_source(work, person, entry.content.source) is not None:
        raise UserError(work.speak(person)("This is reported already, in another entry of that day."))
    if entry.revises_id is not None and entries.revision_of(work, entry.revises_id) is not None:
        raise UserError(work.speak(person)("Another change of this entry waits already."))
    return update_(work, entry, "logbook.restored", ("dropped",), state=_before_drop(entry))


def send(work: Work, person: Person, these: Iterable[Entry]) -> list[Entry]:
    """Send drafts and what came back; what was sent or decided before is left out. Gives back what was sent now.

    Raises `UserError` naming the first that is not complete: then none is sent.
    """
    sent, these = [], [each for each in these if each.open and each.person_id == person.id]
    turns.hold(work, these)
    for entry in these:
        late = _check_late(work, person, entry)
        check_complete(work, person, entry.content)
        sent.append(update_(work, entry, "logbook.sent", ("draft", "returned"), late=late, **_sent(work, "sent", entry.round)))
    return sent


def _twin(entry: Entry, content: Content, now: datetime) -> bool:
    again = entry.content == content and not content.source
    return again and now - entry.created_at < _SECOND_CLICK


# ---------------------------------------------------------------- rows


def update_(work: Work, entry: Entry, action: str, states: Sequence[str], reason: str = "", **values: Any) -> Entry:
    """Change the entry if it is still what was read, in one of these states; with its audit row.

    Raises `Changed` otherwise: whoever comes first, counts.
    """
    e = _entry.c
    still = (e.id == entry.id, e.state == entry.state, e.round == entry.round, e.changed_at == entry.changed_at)
    changes = update(_entry).where(*still).values(values | {"changed_at": work.written_at}).returning(*entries.COLUMNS)
    row = work.db.execute(changes).first() if entry.state in states else None
    if row is None:
        raise Changed(changed(work, entry))
    after = entries.of_row(row)
    audit(work, action, after, entry, reason)
    return after


def changed(work: Work, entry: Entry) -> Text:
    """What has become of an entry that cannot be written any more."""
    now, t = entries.get(work.db, entry.id) or entry, work.speak(_whose(work, entry))
    if now.state == "approved":
        return t("“{activity}” was approved meanwhile. Look at it: {how}", activity=short(now.content), how=_look(now))
    if now.state in ("dropped", "replaced"):
        return t("“{activity}” is not there any more. Look at the day: {how}", activity=short(now.content), how=_look(now))
    return t("“{activity}” was changed meanwhile. Look at it: {how}", activity=short(now.content), how=_look(now))


def _look(entry: Entry) -> Text:
    return Text(f"`/logbook lihat {entry.day:%d/%m/%Y}`")


def audit(work: Work, action: str, after: Entry, before: Entry | None = None, reason: str = "") -> None:
    """The audit row of a change of an entry; `reason` is a fact of ours, never a person's words."""
    kept_before = kept(before) if before else None
    work.audit(action, f"logbook_entry:{after.id}", before=kept_before, after=kept(after), reason=reason)


def kept(entry: Entry) -> Mapping[str, Any]:
    """What the audit says of an entry."""
    own = {name: getattr(entry, name) for name in LEDGER if name not in ("minutes", "target_id")}
    return own | {"day": entry.day.isoformat(), "minutes": entry.content.minutes, "target_id": entry.content.target_id}


def _inserted(work: Work, person: Person, row: Mapping[str, Any], action: str) -> Entry:
    new = insert_once(work.db, _entry, row, entries.COLUMNS)
    if new is None:  # somebody was quicker: the same person's other click
        found = entries.of_source(work, person, row["source"]) if row["source"] and not row.get("revises_id") else None
        found = found or (entries.revision_of(work, row["revises_id"]) if row.get("revises_id") else None)
        if found is None:
            raise RuntimeError("an entry can neither be written nor found")
        return found
    entry = entries.of_row(new)
    audit(work, action, entry)
    return entry


def _revise(work: Work, person: Person, entry: Entry, content: Content, day: date | None, late: bool) -> Entry:
    """Change what was approved: the approved one counts until the supervisor has approved the change."""
    waiting = entries.revision_of(work, entry.id)
    if waiting is not None:
        return change(work, waiting, content, day)
    if entries.get(work.db, entry.id) != entry:
        raise Changed(changed(work, entry))
    check_complete(work, person, content)
    row = _row(content) | {
        "person_id": person.id,
        "unit_id": entry.unit_id,
        "day": day or entry.day,
        "state": "sent",
        "version": entry.version + 1,
        "revises_id": entry.id,
        "late": late,
        "created_at": work.now,
        "changed_at": work.written_at,
        **_sent(work, "sent"),
    }
    return _inserted(work, person, row, "logbook.revised")


def _row(content: Content) -> dict[str, Any]:
    values = {name: getattr(content, name) for name in Content.__dataclass_fields__}
    return values | {"fields": dict(content.fields) if content.fields is not None else None}


def _sent(work: Work, state: str, round_before: int = 0) -> dict[str, Any]:
    return {"state": "sent", "sent_at": work.written_at, "round": round_before + 1} if state == "sent" else {}


def _before_drop(entry: Entry) -> str:
    if entry.note and entry.decided_at is not None and (entry.sent_at is None or entry.decided_at >= entry.sent_at):
        return "returned"
    return "sent" if entry.round else "draft"


def _whose(work: Work, entry: Entry) -> Person:
    acting = getattr(work, "person", None)
    person = acting if acting is not None and acting.id == entry.person_id else people.get(work.db, entry.person_id)
    if person is None:
        raise RuntimeError("an entry of nobody")
    return person
