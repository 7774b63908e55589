"""Activities of a file against what is known: whose they are, whether the sender may, their targets, what is there already."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select

from integration import deciders, people
from integration.dates import show_month
from integration.i18n import Translate
from integration.messages import Text
from integration.people import Person
from integration.phrases import duration, short_day
from integration.work import Work
from plugins.logbook import entries, locking
from plugins.logbook.imports import late
from plugins.logbook.imports.entry_rows import Line
from plugins.logbook.imports.late import Leave
from plugins.logbook.imports.problems import Place, Problems
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import Target

SOURCE = "impor:"
_AT_ONCE = 2_000
_MOST_A_DAY = 100
_CODE = re.compile(r"#?\s*(?:[^\W\d_]{1,10}[\s.:_-]*)?\d{1,3}(?:[.\-]\d{1,3})*(?!\w)")
_DIGEST = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """An activity as it is to be written; `source` names its content, so that it is there once; `leave`: see `late`."""

    line: Line
    person: Person
    target_id: int | None
    source: str
    leave: Leave = "free"


@dataclass(slots=True)
class Plan:
    """`known`: rows that were imported before, which are left out. `lacking`: rows without a length of time."""

    wanted: list[Wanted] = field(default_factory=list)
    known: int = 0
    lacking: int = 0

    @property
    def unasked(self) -> list[Line]:
        """Those that come in as drafts, because their days are past the time for reports."""
        return [each.line for each in self.wanted if each.leave == "unasked"]

    @property
    def owners(self) -> list[Person]:
        return list({each.person.id: each.person for each in self.wanted}.values())

    @property
    def span(self) -> tuple[date, date] | None:
        days = [each.line.day for each in self.wanted]
        return (min(days), max(days)) if days else None


def owners(work: Work, t: Translate, sender: Person | None, nips: Mapping[str, Place], problems: Problems) -> dict[str, Person]:
    """{NIP: person}, for those NIPs for which the sender may import; "" is the sender. Without one it is an administrator."""
    found = {each.nip: each for each in _by_nips(work, [nip for nip in nips if nip])}
    allowed = {"": sender} if sender else {}
    theirs = deciders.may_decide_of(work, sender, [each.id for each in found.values()]) if sender else set()
    for nip, place in nips.items():
        someone = found.get(nip)
        if not nip and sender:
            continue
        if not nip:
            problems.add(place, t("The NIP is missing. Whose is this row?"))
        elif someone is None:
            problems.add(place, t("There is nobody with the NIP {nip} in the list of employees.", nip=nip))
        elif sender and someone.id != sender.id and someone.id not in theirs:
            text = t("You may not import for {name}: only for yourself and for people who report to you.", name=someone.name)
            problems.add(place, text)
        else:
            allowed[nip] = someone
    return allowed


def _by_nips(work: Work, nips: Sequence[str]) -> list[Person]:
    parts = (nips[start : start + _AT_ONCE] for start in range(0, len(nips), _AT_ONCE))
    return [
        each for part in parts for each in people.fetch(work.db, people.people_query().where(people.person.c.nip.in_(part)))
    ]


def check(work: Work, t: Translate, sender: Person, lines: Sequence[Line], problems: Problems) -> Plan:
    """What is to be written; whatever stands against it goes to `problems`."""
    first = {line.nip: line.at("nip") for line in reversed(lines)}
    allowed = owners(work, t, sender, first, problems)
    mine = [(line, allowed[line.nip]) for line in lines if line.nip in allowed]
    _check_service(t, mine, problems)
    _check_months(work, t, sender, mine, problems)
    known = _targets(work, mine)
    own = late.of_days(work, sender, {line.day for line, person in mine if person.id == sender.id})
    plan, seen = Plan(), Counter[tuple[int, str]]()
    for line, person in mine:
        target = _target(t, known.get((person.id, line.day.year), ()), line, problems)
        content = digest(line)
        seen[person.id, content] += 1
        source = f"{SOURCE}{content}-{seen[person.id, content]}"
        leave = own[line.day] if person.id == sender.id else "free"
        plan.wanted.append(Wanted(line, person, target.id if target else None, source, leave))
    _leave_out(work, plan)
    _check_days(work, t, plan, problems)
    plan.lacking = sum(not each.line.minutes for each in plan.wanted)
    return plan


def digest(line: Line) -> str:
    """The same activity of the same day in a file that was saved anew is the same."""
    words = (line.activity, line.result, line.measure)
    said = (line.day.isoformat(), *map(_tidy, words), str(line.quantity), str(line.minutes))
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:_DIGEST]


def _tidy(words: str) -> str:
    return " ".join(words.split()).casefold()


# ---------------------------------------------------------------- days


def _check_service(t: Translate, mine: Iterable[tuple[Line, Person]], problems: Problems) -> None:
    for line, person in mine:
        if person.started_on is not None and line.day < person.started_on:
            day = Text(f"{person.started_on:%d/%m/%Y}")
            problems.add(line.at("day"), t("{name} began here on {day}. Take the row out.", name=person.name, day=day))
        elif person.ended_on is not None and line.day > person.ended_on:
            day = Text(f"{person.ended_on:%d/%m/%Y}")
            problems.add(line.at("day"), t("{name} left on {day}. Take the row out.", name=person.name, day=day))


def _check_months(work: Work, t: Translate, sender: Person, mine: Sequence[tuple[Line, Person]], problems: Problems) -> None:
    """A month that an officer closed takes nothing. One that closed by itself takes history from those who decide on it,
    unless it was reported here; of one's own nobody could approve it any more.
    """
    everyone = {person.id: person for _, person in mine}
    days: dict[int, dict[date, Place]] = {}
    for line, person in mine:
        days.setdefault(person.id, {}).setdefault(line.day.replace(day=1), line.at("day"))
    for id, months in days.items():
        closed = locking.locked_months(work.db, work.settings, everyone[id], months, work.now)
        reported = _reported_months(work, id, [month for month, why in closed.items() if why == "time"])
        for month, why in closed.items():
            if id == sender.id and why == "time":
                problems.add(months[month], _closed_to_own(t, month))
            elif why != "time" or month in reported:
                problems.add(months[month], locking.sentence(t, why, month))


def _closed_to_own(t: Translate, month: date) -> Text:
    return t(
        "{month} is closed. Ask the personnel officer to open it for you, or have your supervisor or the personnel officer "
        "send the file with a column NIP: then it counts as approved.",
        month=show_month(month, t),
    )


def _reported_months(work: Work, person_id: int, months: Sequence[date]) -> set[date]:
    if not months:
        return set()
    last = entries.month_of(max(months))[1]
    days = select(_entry.c.day).where(_entry.c.person_id == person_id, _entry.c.day.between(min(months), last))
    days = days.where(_entry.c.import_id.is_(None), _entry.c.state.in_(entries.REPORTED)).distinct()
    return {day.replace(day=1) for day in work.db.scalars(days)}


def _check_days(work: Work, t: Translate, plan: Plan, problems: Problems) -> None:
    """No day of anybody has more than 24 hours, with what is there already."""
    there = _there(work, plan)
    minutes, count, first = Counter[tuple[int, date]](), Counter[tuple[int, date]](), dict[tuple[int, date], Wanted]()
    for each in plan.wanted:
        key = (each.person.id, each.line.day)
        minutes[key] += each.line.minutes
        count[key] += 1
        first.setdefault(key, each)
    for key, sum_ in minutes.items():
        long, many = (now + before for now, before in zip((sum_, count[key]), there.get(key, (0, 0)), strict=True))
        text = _too_much(t, first[key].person, key[1], long, many)
        if text is not None:
            problems.add(first[key].line.at("minutes"), text)


def _too_much(t: Translate, person: Person, day: date, minutes: int, many: int) -> Text | None:
    name, shown = person.name, short_day(t, day)
    if minutes > entries.MOST_MINUTES:
        long = duration(t, minutes)
        return t("{name}, {day}: {long} in one day. A day has 24 hours; correct the times.", name=name, day=shown, long=long)
    if many > _MOST_A_DAY:
        return t("{name}, {day}: more than {most} activities in one day.", name=name, day=shown, most=_MOST_A_DAY)
    return None


def _there(work: Work, plan: Plan) -> dict[tuple[int, date], tuple[int, int]]:
    """{(person, day): (minutes, how many)} of what was written before."""
    span, found = plan.span, dict[tuple[int, date], tuple[int, int]]()
    ids = [each.id for each in plan.owners]
    e = _entry.c
    if span is None:
        return found
    for start in range(0, len(ids), _AT_ONCE):
        wanted = select(e.person_id, e.day, func.sum(e.minutes), func.count()).group_by(e.person_id, e.day)
        wanted = wanted.where(e.person_id.in_(ids[start : start + _AT_ONCE]), e.day.between(*span), e.state.in_(entries.LIVE))
        for person_id, day, minutes, count in work.db.execute(wanted.where(e.revises_id.is_(None))):
            found[person_id, day] = (int(minutes or 0), count)
    return found


# ---------------------------------------------------------------- targets, and what is there


def _targets(work: Work, mine: Iterable[tuple[Line, Person]]) -> dict[tuple[int, int], Sequence[Target]]:
    """{(person, year): their targets}, of rows that name one."""
    wanted: dict[int, set[int]] = {}
    for line, person in mine:
        if line.target:
            wanted.setdefault(line.day.year, set()).add(person.id)
    return {
        (person_id, year): found
        for year, ids in wanted.items()
        for person_id, found in targets.of_people(work.db, ids, year).items()
    }


def _target(t: Translate, known: Sequence[Target], line: Line, problems: Problems) -> Target | None:
    """By its code, by a code that the words begin with, else by its title."""
    if not line.target or line.target in ("-", "–"):
        return None
    code = _CODE.match(line.target)
    title = _tidy(line.target)
    found = targets.find(known, line.target) or (targets.find(known, code[0]) if code else [])
    found = found or [each for each in known if _tidy(each.title) == title]
    if len(found) == 1:
        return found[0]
    problems.add(line.at("target"), _no_target(t, known, line))
    return None


def _no_target(t: Translate, known: Sequence[Target], line: Line) -> Text:
    words, year = line.target[:60], line.day.year
    if known:
        codes = targets.codes(known)
        return t("“{words}” is none of the SKP targets of {year}. Known are: {codes}.", words=words, year=year, codes=codes)
    return t(
        "“{words}”: there are no SKP targets for {year} yet. Import them first, or choose that the column is not used.",
        words=words,
        year=year,
    )


def _leave_out(work: Work, plan: Plan) -> None:
    """What an import brought before is not brought again."""
    e, there = _entry.c, set[tuple[int, str]]()
    ids = [each.id for each in plan.owners]
    sources = list({each.source for each in plan.wanted})
    for start in range(0, len(sources), _AT_ONCE):
        wanted = select(e.person_id, e.source).where(e.source.in_(sources[start : start + _AT_ONCE]), e.state != "dropped")
        for part in range(0, len(ids), _AT_ONCE):
            rows = work.db.execute(wanted.where(e.person_id.in_(ids[part : part + _AT_ONCE])))
            there |= {(row.person_id, row.source) for row in rows}
    before = len(plan.wanted)
    plan.wanted = [each for each in plan.wanted if (each.person.id, each.source) not in there]
    plan.known = before - len(plan.wanted)
