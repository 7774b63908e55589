"""A draft in words: what it gives whom, and what it could not keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from integration import people, phrases, workdays
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Work
from plugins.jadwal import service, wording
from plugins.jadwal.register import duties
from plugins.jadwal.rota import conflicts, store
from plugins.jadwal.rota.request import Request, percent
from plugins.jadwal.rota.store import Rota
from plugins.jadwal.service import RotaDays
from plugins.jadwal.solver.problem import OFFICE

# Of more people the message names how many have how many days; the workbook has everybody.
SHOWN_PEOPLE, SHOWN_LINES = 25, 12
DAYS_OPEN = 14


def preview(work: Work, one: Rota, reader: Person) -> Reply:
    """The draft as its officer sees it. Three statements.

    A chat folds what is long: what has to be weighed before publishing comes first, the names last.
    """
    t, days = work.speak(reader), store.days_of(work.db, one)
    everyone = service.by_id(work.db, {person for person, _ in days} | set(_named(one)))
    first = [
        t("**Draft of a rota: {unit}** (no. {number})", unit=one.unit, number=one.id),
        t(
            "{span}: {days} working days, {people} people. Nobody sees it until it is published.",
            span=wording.span(t, one.first, one.last),
            days=one.statement["days"],
            people=one.statement["people"],
        ),
        *_beside(work, t, one),
    ]
    text = wording.blocks(
        first,
        _broken(t, one, everyone),
        _wishes(t, one, everyone),
        [*limits(t, one), *_presence(t, days)],
        _by_person(t, one, days, everyone),
    )
    return Reply(text, buttons=draft_buttons(t, one))


def draft_buttons(t: Translate, one: Rota) -> tuple[Button, ...]:
    """What can be done with a draft."""
    value = str(one.id)
    return (
        Button(t("Publish"), "jadwal.rota_publish", value, style="good", days=DAYS_OPEN),
        Button(t("Change"), "jadwal.rota_change", value, days=DAYS_OPEN),
        Button(t("Discard"), "jadwal.rota_discard", value, style="danger", days=DAYS_OPEN),
        *file_buttons(t, one),
    )


def file_buttons(t: Translate, one: Rota) -> tuple[Button, ...]:
    """A draft, or what of a published rota holds, to look at and to keep."""
    return (
        Button(t("Picture"), "jadwal.rota_picture", str(one.id), days=DAYS_OPEN),
        Button(t("Download XLSX"), "jadwal.rota_xlsx", str(one.id), days=DAYS_OPEN),
    )


def _named(one: Rota) -> Iterable[int]:
    for said in one.statement["conflicts"]:
        yield from (person for person, _ in said["fixed"])
        if said["person"]:
            yield said["person"]
    for cell in (*one.statement["given_up"], *one.statement["denied"]):
        yield cell[0]
    yield from one.statement["on_site"]


# ---------------------------------------------------------------- what could not be kept


def _broken(t: Translate, one: Rota, everyone: Mapping[int, Person]) -> list[Text]:
    found = [store.conflict_from_json(said) for said in one.statement["conflicts"]]
    lines = [] if one.statement["proven"] else [t("⚠ Time ran out: the limits are kept, but a fairer rota may exist.")]
    if found:
        lines.append(t("⚠ **Not every limit can be kept.** This draft breaks the fewest:"))
        lines += shortened(t, conflicts.lines(t, found, everyone))
    for person, day in one.statement["given_up"]:
        shown = phrases.short_day(t, date.fromisoformat(day))
        name = conflicts.name(everyone, person)
        lines.append(t("- {name} was set to be away on {day}, and is at the office.", name=name, day=shown))
    return lines


def shortened(t: Translate, lines: Sequence[str]) -> list[Text]:
    """At most so many lines, and how many are left out."""
    shown = [Text(line) for line in lines[:SHOWN_LINES]]
    return [*shown, t("- … and {count} more lines", count=len(lines) - SHOWN_LINES)] if len(lines) > SHOWN_LINES else shown


# ---------------------------------------------------------------- what it is like


def limits(t: Translate, one: Rota) -> list[Text]:
    """What the rota has to keep, as it was asked for."""
    request = one.request
    if request is None:
        return []
    said = t(
        "Limits: at most {share} % away, at least {present} at the office, {standby} on standby, {days} flexible days a week.",
        share=percent(request.away_share),
        present=request.least_present,
        standby=request.standby,
        days=request.days_a_week,
    )
    return [said, *_duties(t, request)]


def _duties(t: Translate, request: Request) -> list[Text]:
    lines = []
    if request.on_duty:
        wanted = [t("{duty} {count} people", duty=duty, count=count) for duty, count in request.on_duty]
        lines.append(t("Duties at the office every day: {duties}.", duties=join(", ", wanted)))
    if request.home_duties:
        named = duties.listed(request.home_duties, len(request.home_duties))
        lines.append(t("Only who is registered for this has WFH: {duties}.", duties=named))
    return lines


def _presence(t: Translate, days: RotaDays) -> list[Text]:
    at_office = Counter(day for (_, day), row in days.items() if row.place == OFFICE)
    every = sorted({day for _, day in days})
    if not every:
        return []
    fewest = min(every, key=lambda day: (at_office[day], day))
    most = max(at_office.values(), default=0)
    if at_office[fewest] == most:
        return [t("At the office each day: {people} people.", people=most)]
    said = t(
        "At the office each day: {fewest} to {most} people, fewest on {day}.",
        fewest=at_office[fewest],
        most=most,
        day=phrases.short_day(t, fewest),
    )
    return [said]


def _by_person(t: Translate, one: Rota, days: RotaDays, everyone: Mapping[int, Person]) -> list[Text]:
    members = sorted({person for person, _ in days}, key=lambda person: everyone[person].name.lower())
    if len(members) > SHOWN_PEOPLE:
        return _counted(t, one, days, members)
    return [_person_line(t, one, person, everyone, days) for person in members]


def _person_line(t: Translate, one: Rota, person: int, everyone: Mapping[int, Person], days: RotaDays) -> Text:
    mine = {day: row for (who, day), row in days.items() if who == person}
    away = [day for day in sorted(mine) if mine[day].place != OFFICE]
    standby = sum(row.standby for row in mine.values())
    facts = [t("{count} × WFH ({days})", count=len(away), days=wording.day_list(t, away))] if away else []
    if not away:
        facts = [t("always at the office") if person in one.statement["on_site"] else t("no day at home")]
    if standby:
        facts.append(t("{count} × standby", count=standby))
    return fill("- {name}: {facts}", name=everyone[person].name, facts=join(", ", facts))


def _counted(t: Translate, one: Rota, days: RotaDays, members: Collection[int]) -> list[Text]:
    away = Counter(person for (person, _), row in days.items() if row.place != OFFICE)
    standby = Counter(person for (person, _), row in days.items() if row.standby)
    free = [person for person in members if person not in one.statement["on_site"]]
    lines = [t("Days at home: {counts}.", counts=_histogram(t, [away[person] for person in free]))]
    if standby:
        lines.append(t("Days on standby: {counts}.", counts=_histogram(t, [standby[person] for person in free])))
    if on_site := len(members) - len(free):
        lines.append(t("{count} people are always at the office.", count=on_site))
    return [*lines, t("Everybody's days are in the workbook.")]


def _histogram(t: Translate, counts: Sequence[int]) -> Text:
    """`8 hari: 120 orang, 7 hari: 60 orang`"""
    by_count = sorted(Counter(counts).items(), reverse=True)
    return join(", ", [t("{days} days: {people} people", days=days, people=people) for days, people in by_count])


def _wishes(t: Translate, one: Rota, everyone: Mapping[int, Person]) -> list[Text]:
    wished, denied = one.statement["wishes"], one.statement["denied"]
    if not wished:
        return []
    lines = [t("Wishes: {met} of {all} are met.", met=wished - len(denied), all=wished)]
    not_met = [
        fill(
            "- {name}: {place}, {day}",
            name=conflicts.name(everyone, person),
            place=phrases.place(place),
            day=phrases.short_day(t, date.fromisoformat(day)),
        )
        for person, day, place in denied
    ]
    return [*lines, *([t("Not met:"), *shortened(t, not_met)] if not_met else [])]


def _beside(work: Work, t: Translate, one: Rota) -> list[Text]:
    """Other rotas of the same days."""
    lines = []
    for other in store.overlapping(work.db, one, ("draft", "published")):
        span = wording.span(t, other.first, other.last)
        if other.state == "draft":
            lines.append(t("Another draft covers some of these days: no. {number}, {span}.", number=other.id, span=span))
        elif store.holds_from(work.db, other.id, one.first):
            lines.append(t("Publishing replaces the same days of rota no. {number}, {span}.", number=other.id, span=span))
    return lines


# ---------------------------------------------------------------- who did what when


def by_whom(work: Work, t: Translate, reader: Person, person_id: int | None, at: datetime | None) -> Text:
    """`Rina Marlina, 10.05 WIB (Senin 23 Nov)`"""
    person = people.get(work.db, person_id) if person_id else None
    shown = phrases.clock_and_day(t, at, reader, work.now)
    return fill("{name}, {when}", name=person.name if person else "Hadir", when=shown)


def tomorrow(work: Work, person: Person) -> date:
    return workdays.local_day(work.now, person) + timedelta(1)
