"""A draft in words: what it gives whom, and what it could not keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from integration import people, phrases, workdays
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Work
from plugins.jadwal import rota_store, service, wording
from plugins.jadwal.rota_request import percent
from plugins.jadwal.rota_store import Rota
from plugins.jadwal.service import RotaDays
from plugins.jadwal.solver_problem import OFFICE, Conflict

# Of more people the message names how many have how many days; the workbook has everybody.
SHOWN_PEOPLE, SHOWN_LINES = 25, 12
DAYS_OPEN = 14


def preview(work: Work, one: Rota, reader: Person) -> Reply:
    """The draft as its officer sees it. Three statements."""
    t, days = work.speak(reader), rota_store.days_of(work.db, one)
    everyone = service.by_id(work.db, {person for person, _ in days} | set(_named(one)))
    lines = [
        t("**Draft of a rota: {unit}** (no. {number})", unit=one.unit, number=one.id),
        t(
            "{span}: {days} working days, {people} people. Nobody sees it until it is published.",
            span=wording.span(t, one.first, one.last),
            days=one.statement["days"],
            people=one.statement["people"],
        ),
        *_broken(t, one, everyone),
        *_limits(t, one),
        *_presence(t, days),
        *_by_person(t, one, days, everyone),
        *_wishes(t, one, everyone),
        *_beside(work, t, one),
    ]
    return Reply(join("\n", lines), buttons=draft_buttons(t, one))


def draft_buttons(t: Translate, one: Rota) -> tuple[Button, ...]:
    """What can be done with a draft."""
    value = str(one.id)
    return (
        Button(t("Publish"), "jadwal.rota_publish", value, style="good", days=DAYS_OPEN),
        Button(t("Change"), "jadwal.rota_change", value, days=DAYS_OPEN),
        Button(t("Discard"), "jadwal.rota_discard", value, style="danger", days=DAYS_OPEN),
        Button(t("Download XLSX"), "jadwal.rota_xlsx", value, days=DAYS_OPEN),
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
    found = [rota_store.conflict_from_json(said) for said in one.statement["conflicts"]]
    lines = []
    if found:
        lines.append(t("⚠ **Not every limit can be kept.** This draft breaks the fewest:"))
        lines += shortened(t, conflict_lines(t, found, everyone))
    for person, day in one.statement["given_up"]:
        shown = phrases.short_day(t, date.fromisoformat(day))
        lines.append(t("- {name} was set to be away on {day}, and is at the office.", name=_name(everyone, person), day=shown))
    if not one.statement["proven"]:
        lines.append(t("⚠ Time ran out: the limits are kept, but a fairer rota may exist."))
    return lines


def conflict_lines(t: Translate, found: Sequence[Conflict], everyone: Mapping[int, Person]) -> list[Text]:
    """Which demands cannot be met, and with what they collide; days that are alike share a line."""
    alike: dict[str, list[Conflict]] = {}
    for conflict in found:
        same = replace(conflict, day=date.min) if conflict.person is None and not conflict.fixed else conflict
        alike.setdefault(repr(same), []).append(conflict)
    return [Text(f"- {conflict_line(t, group[0], everyone, [one.day for one in group])}") for group in alike.values()]


def conflict_line(t: Translate, conflict: Conflict, everyone: Mapping[int, Person], days: Sequence[date] = ()) -> Text:
    """One of them; `days` are all the days of which it is true."""
    shown = day_list(t, days) if len(days) > 1 else phrases.short_day(t, conflict.day)
    line = _LINES[conflict.kind](t, conflict, shown, everyone)
    if conflict.fixed and conflict.kind in ("away", "present", "standby"):
        names = [_name(everyone, person) for person, _ in conflict.fixed]
        line = t("{line} Set to be away: {names}.", line=line, names=join(", ", names))
    return line


def _away(t: Translate, conflict: Conflict, day: Text, _everyone: Mapping[int, Person]) -> Text:
    return t(
        "{day}: at most {wanted} may be away, {found} are{why}.",
        day=day,
        wanted=conflict.wanted,
        found=conflict.found,
        why=_why(t, conflict),
    )


def _present(t: Translate, conflict: Conflict, day: Text, _everyone: Mapping[int, Person]) -> Text:
    return t(
        "{day}: {wanted} people are needed at the office, only {found} can be there{why}.",
        day=day,
        wanted=conflict.wanted,
        found=conflict.found,
        why=_why(t, conflict),
    )


def _standby(t: Translate, conflict: Conflict, day: Text, _everyone: Mapping[int, Person]) -> Text:
    return t(
        "{day}: {wanted} people are needed on standby, only {found} can be{why}.",
        day=day,
        wanted=conflict.wanted,
        found=conflict.found,
        why=_why(t, conflict),
    )


def _week(t: Translate, conflict: Conflict, day: Text, everyone: Mapping[int, Person]) -> Text:
    assert conflict.person is not None  # noqa: S101  # a limit of one person's week
    return t(
        "{name}: at most {wanted} flexible days a week, but {found} are set in the week of {day}.",
        name=_name(everyone, conflict.person),
        wanted=conflict.wanted,
        found=conflict.found,
        day=day,
    )


def _remote(t: Translate, conflict: Conflict, day: Text, everyone: Mapping[int, Person]) -> Text:
    assert conflict.person is not None  # noqa: S101  # one person may not
    return t("{name} may not work from home, but is set to on {day}.", name=_name(everyone, conflict.person), day=day)


_LINES: Mapping[str, Callable[[Translate, Conflict, Text, Mapping[int, Person]], Text]] = {
    "away": _away,
    "present": _present,
    "standby": _standby,
    "week": _week,
    "remote": _remote,
}


def _why(t: Translate, conflict: Conflict) -> Text:
    """` (2 cuti, 1 dinas)`"""
    counts = [fill("{count} {why}", count=count, why=phrases.excuse(t, why)) for why, count in conflict.absent.items()]
    return Text(f" ({join(', ', counts)})") if counts else Text("")


def _name(everyone: Mapping[int, Person], person: int) -> Text:
    return fill("{name}", name=everyone[person].name if person in everyone else str(person))


def shortened(t: Translate, lines: Sequence[str]) -> list[Text]:
    """At most so many lines, and how many are left out."""
    shown = [Text(line) for line in lines[:SHOWN_LINES]]
    return [*shown, t("- … and {count} more lines", count=len(lines) - SHOWN_LINES)] if len(lines) > SHOWN_LINES else shown


# ---------------------------------------------------------------- what it is like


def _limits(t: Translate, one: Rota) -> list[Text]:
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
    return [said]


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
    return [Text(""), *(_person_line(t, one, person, everyone, days) for person in members)]


def _person_line(t: Translate, one: Rota, person: int, everyone: Mapping[int, Person], days: RotaDays) -> Text:
    mine = {day: row for (who, day), row in days.items() if who == person}
    away = [day for day in sorted(mine) if mine[day].place != OFFICE]
    standby = sum(row.standby for row in mine.values())
    facts = [t("{count} × WFH ({days})", count=len(away), days=day_list(t, away))] if away else []
    if not away:
        facts = [t("always at the office") if person in one.statement["on_site"] else t("no day at home")]
    if standby:
        facts.append(t("{count} × standby", count=standby))
    return fill("- {name}: {facts}", name=everyone[person].name, facts=join(", ", facts))


def day_list(t: Translate, days: Sequence[date]) -> Text:
    """`Sel 1, Kam 3, Sen 7 Des`: the month behind the last of its days."""
    shown = []
    for number, day in enumerate(days):
        last_of_month = number + 1 == len(days) or days[number + 1].month != day.month
        name = wording.shortest_day(t, day)
        shown.append(Text(f"{name} {phrases.short_day(t, day).rsplit(' ', 1)[-1]}") if last_of_month else name)
    return join(", ", shown)


def _counted(t: Translate, one: Rota, days: RotaDays, members: Collection[int]) -> list[Text]:
    away = Counter(person for (person, _), row in days.items() if row.place != OFFICE)
    standby = Counter(person for (person, _), row in days.items() if row.standby)
    free = [person for person in members if person not in one.statement["on_site"]]
    lines = [Text(""), t("Days at home: {counts}.", counts=_histogram(t, [away[person] for person in free]))]
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
    lines = [Text(""), t("Wishes: {met} of {all} are met.", met=wished - len(denied), all=wished)]
    not_met = [
        fill(
            "- {name}: {place}, {day}",
            name=_name(everyone, person),
            place=phrases.place(place),
            day=phrases.short_day(t, date.fromisoformat(day)),
        )
        for person, day, place in denied
    ]
    return [*lines, *([t("Not met:"), *shortened(t, not_met)] if not_met else [])]


def _beside(work: Work, t: Translate, one: Rota) -> list[Text]:
    """Other rotas of the same days."""
    lines = []
    for other in rota_store.overlapping(work.db, one, ("draft", "published")):
        span = wording.span(t, other.first, other.last)
        if other.state == "draft":
            lines.append(t("Another draft covers some of these days: no. {number}, {span}.", number=other.id, span=span))
        elif rota_store.holds_from(work.db, other.id, one.first):
            lines.append(t("Publishing replaces the same days of rota no. {number}, {span}.", number=other.id, span=span))
    return [Text(""), *lines] if lines else []


# ---------------------------------------------------------------- who did what when


def by_whom(work: Work, t: Translate, reader: Person, person_id: int | None, at: datetime | None) -> Text:
    """`Rina Marlina, 10.05 WIB (Senin 23 Nov)`"""
    person = people.get(work.db, person_id) if person_id else None
    shown = phrases.clock_and_day(t, at, reader, work.now)
    return fill("{name}, {when}", name=person.name if person else "Hadir", when=shown)


def tomorrow(work: Work, person: Person) -> date:
    return workdays.local_day(work.now, person) + timedelta(1)
