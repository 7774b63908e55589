"""A unit's daily summary in a channel: `/hadir ringkasan [unit] 09.00`, and the job that posts it.

Colleagues read it, so it says who is where and who is not in yet, how many are late, and of those who are away only
how many: no reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, exists, select

from integration import people, phrases, workdays
from integration.dates import ClockTime, Words, take_time
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Command, Reply, Text, fill, join
from integration.outbox import outbox
from integration.people import Person
from integration.plugin import Context, Run, Subcommand, Work
from plugins.hadir import service
from plugins.hadir.evaluation.judging import Judge
from plugins.hadir.evaluation.results import Result
from plugins.hadir.rules import PLACES
from plugins.hadir.service import EMPTY
from plugins.hadir.tables import attendance_summary

# A summary that could not be made at its time is worth posting for so long.
HELPS_MINUTES = 60
MOST_NAMES = 20
_LONGEST_TIME = 5  # words, as in "jam setengah dua belas siang"
_OFF = frozenset({"mati", "off", "stop", "berhenti"})

_Unit = tuple[int, str]


# ---------------------------------------------------------------- the command


def command(context: Context, command: Command) -> Reply:
    """`ringkasan [unit] 09.00` sets this channel, `ringkasan [unit] mati` stops it, `ringkasan [unit]` shows it."""
    words = command.words
    if words and words[-1].lower() in _OFF:
        return _stop(context, _unit(context, words[:-1]))
    words, time = _time_at_end(context, words)
    unit = _unit(context, words)
    if time is None:
        return _show(context, unit)
    return _set(context, unit, time.hour * 60 + time.minute, time.zone or context.person.zone)


def _time_at_end(context: Context, words: Words) -> tuple[Words, ClockTime | None]:
    for start in range(max(0, len(words) - _LONGEST_TIME), len(words)):
        time, rest = take_time(words[start:], context.t)
        if time is not None and not rest:
            return words[:start], time
    return words, None


def _unit(context: Context, words: Words) -> _Unit:
    """The unit that is meant; raises `UserError` for none and for several."""
    name = " ".join(words).strip("\"'“”")
    if not name:
        return context.person.unit_id, context.person.unit
    found = people.units_named(context.db, name)
    if len(found) == 1:
        return found[0]
    if not found:
        example = Text("`/hadir ringkasan Bidang Umum 09.00`")
        raise UserError(
            context.t("There is no unit named “{name}”. Write for example: {example}", name=name[:60], example=example)
        )
    names = join(", ", [fill("{name}", name=unit_name) for _, unit_name in found[:8]])
    raise UserError(
        context.t("“{name}” can be several units: {names}. Please write the whole name.", name=name[:60], names=names)
    )


def may_set(context: Context, unit_id: int) -> bool:
    """Personnel officers for every unit; its leader, and who supervises somebody in it."""
    person = context.person
    if "kepegawaian" in person.roles or ("pimpinan" in person.roles and person.unit_id == unit_id):
        return True
    below = (people.person.c.supervisor_id == person.id, people.person.c.unit_id == unit_id)
    return bool(context.db.scalar(select(exists().where(*below))))


def _check_allowed(context: Context, unit: _Unit) -> None:
    if not may_set(context, unit[0]):
        raise UserError(
            context.t("The summary of {unit} is set by its leader, its supervisors and the personnel officers.", unit=unit[1])
        )


def _set(context: Context, unit: _Unit, minute: int, zone: str) -> Reply:
    _check_allowed(context, unit)
    channel = context.channel
    if not channel.id or channel.direct:
        raise UserError(context.t("Type this in the channel in which the summary shall appear."))
    before = _row(context, unit[0])
    row = {
        "unit_id": unit[0],
        "platform": context.sender.platform,
        "channel_id": channel.id,
        "minute": minute,
        "zone": zone,
    }
    context.db.execute(delete(attendance_summary).where(attendance_summary.c.unit_id == unit[0]))
    context.db.execute(attendance_summary.insert().values(row))
    context.audit("summary.set", f"unit:{unit[0]}", before=dict(before._mapping) if before else None, after=row)
    return Reply(
        context.t(
            "Every working day at {time} the summary of {unit} appears in this channel. To stop it: {command}",
            time=_time(minute, zone, context.now),
            unit=unit[1],
            command=_command(unit, "mati"),
        )
    )


def _stop(context: Context, unit: _Unit) -> Reply:
    _check_allowed(context, unit)
    before = _row(context, unit[0])
    if before is None:
        return Reply(context.t("{unit} has no daily summary; nothing was changed.", unit=unit[1]))
    context.db.execute(delete(attendance_summary).where(attendance_summary.c.unit_id == unit[0]))
    context.audit("summary.stopped", f"unit:{unit[0]}", before=dict(before._mapping))
    return Reply(context.t("The daily summary of {unit} is stopped.", unit=unit[1]))


def _show(context: Context, unit: _Unit) -> Reply:
    t, row = context.t, _row(context, unit[0])
    if row is None:
        example = _command(unit, "09.00")
        return Reply(t("{unit} has no daily summary. In the channel of your choice: {command}", unit=unit[1], command=example))
    time = _time(row.minute, row.zone, context.now)
    here = (row.platform, row.channel_id) == (context.sender.platform, context.channel.id)
    where = t("in this channel") if here else t("in another channel")
    return Reply(t("The summary of {unit} appears every working day at {time}, {where}.", unit=unit[1], time=time, where=where))


def _row(work: Work, unit_id: int) -> Row[tuple[int, str, str, int, str]] | None:
    return work.db.execute(select(attendance_summary).where(attendance_summary.c.unit_id == unit_id)).first()


def _time(minute: int, zone: str, now: datetime) -> Text:
    return Text(f"{minute // 60:02}.{minute % 60:02} {workdays.zone_name(zone, now)}")


def _command(unit: _Unit, last: str) -> Text:
    return fill("`/hadir ringkasan {unit} {last}`", unit=unit[1], last=Text(last))


# ---------------------------------------------------------------- the job


def post_all(run: Run) -> None:
    """Post what is due, one unit after the other."""
    with run.read() as work:
        due = [row for row in work.db.execute(select(attendance_summary)) if _day_due(work, row)]
    for row in due:
        with run.read() as work:
            made = _made(work, row)
        if made is not None:
            with run.begin() as work:
                _post(work, row, *made)


def _day_due(work: Work, row: Row[tuple[int, str, str, int, str]]) -> date | None:
    """The local day whose summary is due now."""
    tz = ZoneInfo(row.zone)
    day = work.now.astimezone(tz).date()
    planned = workdays.at(day, row.minute, tz)
    return day if planned <= work.now < planned + timedelta(minutes=HELPS_MINUTES) else None


def _made(work: Work, row: Row[tuple[int, str, str, int, str]]) -> tuple[str, Reply] | None:
    """The unit's summary and its key, unless it was posted or nobody works on this day."""
    day = _day_due(work, row)
    if day is None:
        return None
    key = f"summary:{row.unit_id}:{day.isoformat()}"
    if work.db.scalar(select(exists().where(outbox.c.key == key))):
        return None
    team = people.of_unit(work.db, row.unit_id, day)
    plans = work.workdays.plans(work.db, team, day, day, work.now)
    if not any(plan.works for plan in plans.values()):
        return None
    found = service.days(work.db, [person.id for person in team], day, day)
    judge = Judge(work, day, day)
    judged = [(p, judge.result(p, plans[p.id, day], found.get((p.id, day), EMPTY))) for p in team]
    time = _time(row.minute, row.zone, work.now)
    return key, Reply(text(work.speak(None), day, time, judged), private=False)


def _post(work: Work, row: Row[tuple[int, str, str, int, str]], key: str, reply: Reply) -> None:
    """Unless it was changed or stopped meanwhile."""
    if _row(work, row.unit_id) == row:
        work.post(row.platform, row.channel_id, key, lambda _: reply)


def text(t: Translate, day: date, time: Text, judged: Sequence[tuple[Person, Result]]) -> Text:
    """The summary as colleagues read it."""
    unit = judged[0][0].unit
    here = [(person, result) for person, result in judged if result.came]
    awaited = [person for person, result in judged if result.due and result.status in ("expected", "absent")]
    later = sum(not result.due and result.status == "expected" for _, result in judged)
    late = sum(bool(result.late) for _, result in here)
    away = sum(result.excused for _, result in judged)
    title = t("**{unit}** — {day}, {time}", unit=unit, day=phrases.day_name(t, day), time=time)
    count = t("Present {count} of {all}", count=len(here), all=len(here) + len(awaited))
    lines = [title, t("{present}, late {late}.", present=count, late=late) if late else fill("{present}.", present=count)]
    for place in (*PLACES, ""):
        there = [person for person, result in here if result.place == place]
        if there:
            lines.append(fill("- {place}: {names}", place=phrases.place(place) or Text("–"), names=_names(t, there)))
    if awaited:
        lines.append(t("- Not in yet: {names}", names=_names(t, awaited)))
    lines += [t("- Their shift begins later: {count}", count=later)] if later else []
    lines += [t("- Away: {count}", count=away)] if away else []
    return join("\n", lines)


def _names(t: Translate, team: Sequence[Person]) -> Text:
    shown = join(", ", [fill("{name}", name=person.name) for person in team[:MOST_NAMES]])
    if len(team) <= MOST_NAMES:
        return fill("{count} ({names})", count=len(team), names=shown)
    more = t("and {count} more", count=len(team) - MOST_NAMES)
    return fill("{count} ({names}, {more})", count=len(team), names=shown, more=more)


SUBCOMMANDS = (
    Subcommand(
        "ringkasan",
        command,
        "The unit's daily summary in this channel; `mati` stops it",
        arguments="[unit] [time|mati]",
        example="/hadir ringkasan 09.00",
        aliases=("summary",),
        writes=True,
    ),
)
