"""`Bukti.md` beside a person's evidence of a month: which file or link belongs to which entry.

Drawn from the database by a job that finds the entries changed since it last looked; people's own edits are respected by
the delivery of files.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from urllib.parse import quote

from sqlalchemy import exists, func, select

from integration import people, phrases
from integration.dates import show_day, show_month
from integration.db import insert_once
from integration.i18n import Translate
from integration.messages import clean, plain
from integration.people import Person
from integration.plugin import Run
from integration.work import Work
from plugins.logbook import entries
from plugins.logbook.drawing import scopes, wording
from plugins.logbook.drawing.scopes import Scope
from plugins.logbook.entries import Entry
from plugins.logbook.evidence import keeping as evidence
from plugins.logbook.evidence.keeping import Evidence
from plugins.logbook.tables import logbook_drawing as _drawing
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.tables import logbook_evidence as _evidence

MEDIA_TYPE = "text/markdown"
# The row of `logbook_drawing` that holds how far was looked, in `drawn_at`.
_SCOPE = "evidence"
# A transaction that is slow to end writes an earlier moment than one that was seen.
_OVERLAP = timedelta(minutes=2)
_FIRST_LOOK = timedelta(days=7)
_MARKS = re.compile(r"([\\`*_\[\]<>#|])")
Month = tuple[int, date]


def draw(run: Run) -> None:
    """Every index with an entry that has changed since the last look; a transaction for each."""
    with run.read() as work:
        last = work.db.scalar(select(_drawing.c.drawn_at).where(_drawing.c.scope == _SCOPE))
        changed, latest = _changed(work, (last or run.planned - _FIRST_LOOK) - _OVERLAP)
    for person_id, month in changed:
        with run.begin() as work:
            person = people.get(work.db, person_id)
            if person is not None:
                _file(work, person, month)
    if latest is not None:
        with run.begin() as work:
            _remember(work, latest)


def draw_without(work: Work, entry_id: int, month: date) -> None:
    """After an entry has left the month, where the index still names its evidence."""
    entry = entries.get(work.db, entry_id)
    person = people.get(work.db, entry.person_id) if entry else None
    has = work.db.scalar(select(_evidence.c.id).where(_evidence.c.entry_id == entry_id).limit(1))
    if entry is not None and person is not None and has is not None:
        _file(work, person, month, [replace(entry, day=month)])


def draw_again(work: Work, person_id: int, month: date) -> None:
    """After the month's files were filed for the first time: from now on the index leads to them."""
    mine = _entry.c.person_id == person_id, _entry.c.day.between(*entries.month_of(month))
    has = work.db.scalar(select(_evidence.c.id).join_from(_evidence, _entry).where(*mine).limit(1))
    person = people.get(work.db, person_id) if has is not None else None
    if person is not None:
        _file(work, person, month)


def _changed(work: Work, since: datetime) -> tuple[list[Month], datetime | None]:
    """The people and months with evidence, or with some that was taken away, and the moment of the last change."""
    has = exists().where(_evidence.c.entry_id == _entry.c.id)
    wanted = select(_entry.c.person_id, _entry.c.day, func.max(_entry.c.changed_at)).where(_entry.c.changed_at > since, has)
    rows = work.db.execute(wanted.group_by(_entry.c.person_id, _entry.c.day)).all()
    months = sorted({(row[0], row[1].replace(day=1)) for row in rows})
    return months, max((row[2] for row in rows), default=None)


def _remember(work: Work, latest: datetime) -> None:
    if insert_once(work.db, _drawing, {"scope": _SCOPE, "seen": [], "drawn_at": latest}) is None:
        work.db.execute(_drawing.update().where(_drawing.c.scope == _SCOPE).values(drawn_at=latest))


def _file(work: Work, person: Person, month: date, gone: Sequence[Entry] = ()) -> None:
    first, last = entries.month_of(month)
    found = entries.counting(entries.between(work.db, [person.id], first, last, entries.REPORTED))
    kept = evidence.of_entries(work.db, [each.id for each in found])
    with_some = [each for each in found if each.id in kept]
    placed = with_some or found or gone or entries.between(work.db, [person.id], first, last, entries.NOT_REPORTED)
    folders = {evidence.person_folder(work, person, each): each.unit_id for each in placed}
    for folder, unit_id in folders.items():  # two of them for who has changed units in the month
        drawn = scopes.drawing(work.db, Scope("person", unit_id, month, person.id))
        content = text(work.speak(None), person, month, with_some, kept, folder, drawn.path if drawn else "").encode()
        mark = hashlib.sha256(content).hexdigest()[:16]
        key = f"logbook:bukti:{person.id}:{month:%Y-%m}:{mark}:{work.now:%Y%m%d%H%M}"
        work.file(f"{folder}/{evidence.INDEX}", content, MEDIA_TYPE, key, tell=(person.id,))


def text(
    t: Translate,
    person: Person,
    month: date,
    found: Sequence[Entry],
    kept: dict[int, list[Evidence]],
    folder: str,
    report: str = "",
) -> str:
    """Markdown: a heading for each day, a line for each entry with its evidence. The same entries give the same bytes.

    `report` is where the month's files lie, without an ending.
    """
    lines = [f"# {plain(t('Evidence {month} — {name}', month=show_month(month, t), name=_safe(person.name)))}", ""]
    if report:
        lines += [f"{plain(t('Report of the month'))}: {_links(report, folder)}", ""]
    for day, of_day in groupby(found, key=lambda each: each.day):
        lines += [f"## {plain(show_day(day, t))}", ""]
        for entry in of_day:
            lines.append(f"- **{_safe(entry.content.activity)}** ({_facts(t, entry)})")
            lines += [f"  - {_line(t, each, folder)}" for each in kept[entry.id]]
        lines.append("")
    if not found:
        lines += [plain(t("There is no evidence any more in this month.")), ""]
    return "\n".join(lines)


def _links(report: str, folder: str) -> str:
    path = quote(posixpath.relpath(report, folder))
    return ", ".join(f"[{ending.upper()}]({path}.{ending})" for ending in ("xlsx", "ods", "pdf"))


def _facts(t: Translate, entry: Entry) -> str:
    time = [plain(phrases.duration(t, entry.content.minutes))] if entry.content.minutes else []
    return ", ".join([*time, wording.state(t, entry.state)])


def _line(t: Translate, each: Evidence, folder: str) -> str:
    if each.gone_at is not None:
        return plain(t("{name} — not found in the storage any more", name=_safe(each.name)))
    if each.kind == "link":
        return f"[{_safe(each.name)}](<{each.url.replace('<', '%3C').replace('>', '%3E')}>)"
    if each.path.startswith(f"{folder}/"):
        return f"[{_safe(each.name)}]({quote(each.path.removeprefix(f'{folder}/'))})"
    return f"{_safe(each.name)} — {_safe(each.path)}"


def _safe(words: str) -> str:
    """People's words as words, whatever signs are in them, in one line."""
    return _MARKS.sub(r"\\\1", " ".join(clean(words).split()))
