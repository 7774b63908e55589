"""Days, places and hours in words, the same in every reply of the plugin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from integration import phrases, workdays
from integration.dates import show_day
from integration.i18n import Translate
from integration.messages import Text, fill, join
from integration.people import Person
from integration.workdays import DayPlan
from plugins.jadwal.service import RotaDay


def blocks(*parts: Sequence[Text]) -> Text:
    """Lines in blocks with an empty line between them, without which what follows a list would belong to its last point."""
    return join("\n\n", [join("\n", list(part)) for part in parts if part])


def shortest_day(t: Translate, day: date) -> Text:
    """`Sen 23`"""
    return show_day(day, t, "EEE d")


def short_weekday(t: Translate, day: date) -> Text:
    """`Sen`"""
    return show_day(day, t, "EEE")


def weekday(t: Translate, number: int) -> Text:
    """`Rabu` for 2"""
    return show_day(date(2024, 1, 1) + timedelta(number), t, "EEEE")


def date_in(t: Translate, day: date) -> Text:
    """`23 Nov 2026`"""
    return show_day(day, t, "d MMM y")


def span(t: Translate, first: date, last: date) -> Text:
    """`23–29 November 2026`, `30 Nov–6 Des 2026`"""
    if (first.year, first.month) == (last.year, last.month):
        return Text(f"{first.day}–{show_day(last, t, 'd MMMM y')}")
    begin = show_day(first, t, "d MMM" if first.year == last.year else "d MMM y")
    return Text(f"{begin}–{show_day(last, t, 'd MMM y')}")


def days(t: Translate, these: Sequence[date]) -> Text:
    """`Senin 23 Nov dan Rabu 25 Nov`"""
    names = [phrases.short_day(t, day) for day in these]
    if len(names) < 2:
        return join("", names)
    return t("{days} and {last}", days=join(", ", names[:-1]), last=names[-1])


def zone(person: Person, moment: datetime) -> Text:
    """`WIB`"""
    return Text(workdays.zone_name(person.zone, moment))


def hours(plan: DayPlan, person: Person) -> Text:
    """`07.30–16.00`, where the person's office is; empty on a day off."""
    if plan.start is None or plan.end is None:
        return Text("")
    return phrases.bare_hours(plan.start, plan.end, person)


def assignment(t: Translate, day: RotaDay | None) -> Text:
    """`WFO`, `WFO (siaga)`, `WFO, sif-malam`; what a rota says of a day. A dash would be somebody who is not at the office."""
    if day is None:
        return t("no place planned")
    place = phrases.place(day.place)
    shown = t("{place} (standby)", place=place) if day.standby else place
    return fill("{shown}, {schedule}", shown=shown, schedule=day.schedule) if day.schedule else shown


def day_list(t: Translate, days: Sequence[date]) -> Text:
    """`Sel 1, Kam 3, Sen 7 Des`: the month behind the last of its days."""
    shown = []
    for number, day in enumerate(days):
        last_of_month = number + 1 == len(days) or days[number + 1].month != day.month
        name = shortest_day(t, day)
        shown.append(Text(f"{name} {phrases.short_day(t, day).rsplit(' ', 1)[-1]}") if last_of_month else name)
    return join(", ", shown)
