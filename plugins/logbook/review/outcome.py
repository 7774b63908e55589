"""What a person hears of decisions: of what comes back at once, of what was approved once in half an hour.

A supervisor who goes through a day's reports presses many times; whoever wrote them reads one message about all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from integration import deciders, people, workdays
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, fill, join
from integration.people import Person
from integration.phrases import duration, first_names, short_day
from integration.plugin import Run
from integration.work import Build, Work
from plugins.logbook import entries, writing
from plugins.logbook.entries import Entry
from plugins.logbook.review.comments import answer_button
from plugins.logbook.tables import logbook_entry as _entry

EDIT = "logbook.edit"
TASK = "logbook.approved"
_SLOT = timedelta(minutes=30)
_DAYS = 14


# ---------------------------------------------------------------- given back


def tell_returned(work: Work, decider: Person, owner: Person, entry: Entry) -> None:
    if _here(work, owner):
        work.tell(owner, f"logbook:returned:{entry.id}:{entry.round}", _returned(decider, entry))


def _returned(decider: Person, entry: Entry) -> Build:
    def build(t: Translate) -> Reply:
        said = t(
            "{name} gives your report of {day} back: “{activity}”.\nNote: “{note}”",
            name=decider.name,
            day=short_day(t, entry.day),
            activity=writing.short(entry.content),
            note=entry.note,
        )
        return Reply(said, (Button(t("Edit"), EDIT, str(entry.id), "good", _DAYS), answer_button(t, entry)))

    return build


# ---------------------------------------------------------------- approved


def tell_approved(work: Work, decider: Person, owners: Mapping[int, Person], approved: Iterable[Entry]) -> None:
    """Have each of these people told, together with whatever else is approved in this half hour. One statement."""
    ids = sorted({each.person_id for each in approved})
    here = [owners[id] for id in ids if _here(work, owners[id])]
    if here:
        work.queue([_task(work, owner) for owner in here])


def _task(work: Work, owner: Person) -> dict[str, Any]:
    at, slot = work.written_at, _SLOT.total_seconds()
    first = datetime.fromtimestamp(at.timestamp() // slot * slot, at.tzinfo)
    given = {"person": owner.id, "first": first.isoformat(), "end": (first + _SLOT).isoformat()}
    key = f"logbook:approved:{owner.id}:{first:%Y%m%dT%H%M}"
    task = work.task(TASK, f"logbook:approved:{owner.id}", key, given)
    return {**task, "due_at": not_at_night(work, owner, first + _SLOT)}


def not_at_night(work: Work, person: Person, moment: datetime) -> datetime:
    """The moment, or the next morning where it is night for the person."""
    local = moment.astimezone(person.tz)
    begin, end = (time.fromisoformat(text) for text in (work.settings.reminder_from, work.settings.reminder_until))
    if begin <= local.time() < end:
        return moment
    day = local.date() if local.time() < begin else local.date() + timedelta(days=1)
    return datetime.combine(day, begin, person.tz).astimezone(moment.tzinfo)


def tell(run: Run, given: Mapping[str, Any]) -> None:
    """One message about what was approved in that half hour."""
    first, end = datetime.fromisoformat(given["first"]), datetime.fromisoformat(given["end"])
    with run.begin() as work:
        owner = people.get(work.db, int(given["person"]))
        found = _approved(work, int(given["person"]), first, end)
        if owner is not None and found and _here(work, owner):
            by_id = deciders.people_by_id(work, {each.decider_id for each in found if each.decider_id})
            names = sorted(by_id.values(), key=lambda each: each.name)
            work.tell(owner, f"logbook:approved:{owner.id}:{first:%Y%m%dT%H%M}:told", _told(names, found))


def _approved(work: Work, person_id: int, first: datetime, end: datetime) -> list[Entry]:
    e = _entry.c
    mine = (e.person_id == person_id, e.changed_at >= first, e.state.in_(("approved", "replaced")))
    wanted = entries.query().where(*mine, e.decided_at >= first, e.decided_at < end)
    return entries.fetch(work.db, wanted.order_by(e.day, e.id))


def _told(names: list[Person], found: list[Entry]) -> Build:
    by_day: dict[date, list[Entry]] = {}
    for each in found:
        by_day.setdefault(each.day, []).append(each)

    def build(t: Translate) -> Reply:
        name = first_names(names)
        if len(by_day) == 1:
            ((day, those),) = by_day.items()
            return Reply(
                t("{name} has approved your report of {day}: {sum}.", name=name, day=short_day(t, day), sum=_sum(t, those))
            )
        lines = [t("{name} has approved your reports:", name=name)]
        lines += [fill("- {day}: {sum}", day=short_day(t, day), sum=_sum(t, those)) for day, those in by_day.items()]
        return Reply(join("\n", lines))

    return build


def _sum(t: Translate, found: list[Entry]) -> Text:
    """`3 kegiatan, 6 jam 30 menit`"""
    minutes = sum(each.content.minutes for each in found)
    return t("{count} activities, {time}", count=len(found), time=duration(t, minutes))


def _here(work: Work, someone: Person) -> bool:
    return workdays.works_here(someone, workdays.local_day(work.now, someone))


TASKS = {"approved": tell}
