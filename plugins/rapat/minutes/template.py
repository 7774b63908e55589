"""The minutes before anybody has written: when and where, agenda, who came, and what the last date left open.

In the office's language, because it is a record. What Hadir filled in and nobody has changed follows what it was made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from integration import people, phrases
from integration.i18n import Translate
from integration.messages import Text, plain
from integration.plugin import Work
from plugins.rapat import agenda
from plugins.rapat.attending import presence
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.minutes import markdown
from plugins.rapat.minutes.markdown import Kind, Minutes, fold
from plugins.rapat.tables import meeting_answer as _answer
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.tasks import keeping
from plugins.rapat.tasks.matching import Task
from plugins.rapat.wording import clock

NAMES_SHOWN = 60
TASKS_SHOWN = 100


def build(work: Work, meeting: Meeting, occurrence: Occurrence) -> str:
    """The whole text."""
    t = work.speak(None)
    return "\n".join([*_head(work, t, meeting, occurrence), *_sections(work, t, meeting, occurrence)]).rstrip("\n") + "\n"


def _head(work: Work, t: Translate, meeting: Meeting, occurrence: Occurrence) -> Iterator[str]:
    leader = people.get(work.db, meeting.organizer_id)
    secretary = people.get(work.db, meeting.secretary_id) if meeting.secretary_id else None
    day = occurrence.starts_at.astimezone(meeting.tz).date()
    yield f"# {_one_line(t('Minutes: {title}', title=occurrence.title))}"
    yield ""
    yield f"- {_one_line(t('Day: {day}', day=phrases.day_name(t, day)))}"
    yield f"- {_one_line(t('Time: {clock}', clock=clock(occurrence.span, [meeting.zone])))}"
    if occurrence.place or meeting.is_virtual:
        yield f"- {_one_line(t('Place: {place}', place=occurrence.place or t('online')))}"
    if leader:
        yield f"- {_one_line(t('Chaired by: {name}', name=leader.name))}"
    if secretary:
        yield f"- {_one_line(t('Minutes taken by: {name}', name=secretary.name))}"
    yield ""


def _sections(work: Work, t: Translate, meeting: Meeting, occurrence: Occurrence) -> Iterator[str]:
    points = [_one_line(Text(point)) for point in agenda.points(work.db, meeting, occurrence)]
    if points:
        yield from (f"## {t('Agenda')}", "", *(f"{number}. {point}" for number, point in enumerate(points, 1)), "")
    yield from (f"## {t('Attendance list')}", "", *_present(work, t, occurrence), "")
    yield from (f"## {t('Discussion')}", "")
    for point in points:
        yield from (f"### {point}", "")
    yield from (f"## {t('Decisions')}", "")
    earlier = keeping.before(work.db, occurrence)[:TASKS_SHOWN]
    if earlier:
        yield from (f"## {t('Follow-up from last time')}", "", *task_lines(work.db, t, earlier), "")
    yield from (f"## {t('Follow-up')}", "")


def _present(work: Work, t: Translate, occurrence: Occurrence) -> Iterator[str]:
    names = [here.name for here in presence.of_occurrence(work.db, occurrence.id)]
    if not names:
        yield _one_line(t("(filled in from the attendance list)"))
        return
    yield _one_line(t("{count} people: {names}", count=len(names), names=phrases.names(t, names, NAMES_SHOWN)))
    if absent := _declined(work.db, occurrence, set(names)):
        yield ""
        yield _one_line(t("Could not come: {names}", names=phrases.names(t, absent, NAMES_SHOWN)))


def _declined(db: Connection, occurrence: Occurrence, came: set[str]) -> list[str]:
    """Who said that they would not come. Why is none of the minutes' matter."""
    query = (
        select(_answer.c.answer, people.person.c.name)
        .join(_invitee, _invitee.c.id == _answer.c.invitee_id)
        .join(people.person, people.person.c.id == _invitee.c.person_id)
        .where(
            _answer.c.meeting_id == occurrence.meeting_id,
            _answer.c.occurrence_id.in_((0, occurrence.id)),
            _invitee.c.removed_at.is_(None),
        )
        .order_by(_answer.c.occurrence_id)
    )
    last = {name: answer for answer, name in db.execute(query)}  # one to this date counts more than one to all
    return sorted(name for name, answer in last.items() if answer == "declined" and name not in came)


def task_lines(db: Connection, t: Translate, tasks: Sequence[Task]) -> list[str]:
    """`- [ ] siapkan ruangan @siti 30/11/2026`, which can be read back."""
    accounts = people.accounts(db, {task.person_id for task in tasks if task.person_id is not None})
    lines = []
    for task in tasks:
        known = accounts.get(task.person_id or 0, [])
        who = f" @{known[0].username}" if known else f" @{task.name}" if task.person_id else ""
        label = "" if who or not task.name else f" — PIC: {task.name}"
        due = f" {task.due_on:%d/%m/%Y}" if task.due_on else ""
        lines.append(f"- [{'x' if task.state == 'done' else ' '}] {_one_line(Text(task.text))}{who}{due}{label}")
    return lines


def _one_line(words: Text) -> str:
    return " ".join(plain(words).split())


# ---------------------------------------------------------------- as time goes by


def refreshed(text: str, before: str, now: str) -> str:
    """`text` with the attendance list and the agenda of today's template, as far as they stand as Hadir put them last.

    `before` is the last version that Hadir wrote, `now` the template as it would be. What people have written stays.
    """
    text = _section_of(_section_of(text, before, now, "present"), before, now, "agenda")
    return _headings_of(text, before, now)


def _section_of(text: str, before: str, now: str, kind: Kind) -> str:
    old, last, new = markdown.parse(text), markdown.parse(before), markdown.parse(now)
    here, there, wanted = old.section(kind), last.section(kind), new.section(kind)
    if not (here and there and wanted) or old.body(here) != last.body(there):
        return text
    lines = [*old.lines[: here.start + 1], "", *new.body(wanted), "", *old.lines[here.end :]]
    return "\n".join(lines).rstrip("\n") + "\n"


def _headings_of(text: str, before: str, now: str) -> str:
    """Agenda items that came later get their headings; those that somebody took away stay away."""
    old, new = markdown.parse(text), markdown.parse(now)
    talk = old.section("talk")
    if talk is None:
        return text
    known = {fold(section.title) for parsed in (old, markdown.parse(before)) for section in parsed.sections}
    fresh = [title for title in _points(new) if fold(title) not in known]
    if not fresh:
        return text
    body = "\n".join(old.lines[talk.start + 1 : talk.end]).strip("\n")
    added = [line for title in fresh for line in (f"### {title}", "")]
    lines = [*old.lines[: talk.start + 1], "", *([body, ""] if body else []), *added, *old.lines[talk.end :]]
    return "\n".join(lines).rstrip("\n") + "\n"


def _points(minutes: Minutes) -> list[str]:
    talk = minutes.section("talk")
    if talk is None:
        return []
    return [section.title for section in minutes.sections if talk.start < section.start < talk.end]
