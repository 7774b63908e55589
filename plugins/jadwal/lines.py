"""Days of one person in words, short enough for a phone: `Sel 24: 07.30–16.00 · WFH`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from integration import phrases
from integration.i18n import Translate
from integration.messages import Text, fill, join
from integration.people import Person
from integration.workdays import DayPlan
from plugins.jadwal import wording

# How a decision without a letter is named: a number that says nothing to the person.
_OUR_NUMBER = re.compile(r"izin no\. \d+")


def of(t: Translate, person: Person, plans: Sequence[DayPlan], today: date | None) -> list[Text]:
    """A line for each day, today's marked; days off that follow one another share one."""
    found = []
    for free, group in groupby(plans, simply_free):
        days = list(group)
        if free and not any(plan.day == today for plan in days):
            found.append(_days_off(t, days))
        else:
            found += [_line(t, person, plan, today) for plan in days]
    return found


def simply_free(plan: DayPlan) -> bool:
    """A weekend or a rest day, of which there is nothing to say."""
    return plan.start is None and not plan.free and not plan.excuse


def _days_off(t: Translate, days: Sequence[DayPlan]) -> Text:
    first, last = (wording.shortest_day(t, plan.day) for plan in (days[0], days[-1]))
    shown = first if len(days) == 1 else Text(f"{first}–{last}")
    return fill("- {days}: {off}", days=shown, off=t("no working hours"))


def _line(t: Translate, person: Person, plan: DayPlan, today: date | None) -> Text:
    day, said = wording.shortest_day(t, plan.day), what(t, person, plan)
    if plan.day != today:
        return Text(f"- {day}: {said}")
    now = t("today")
    return Text(f"- **{day} ({now}): {said}**")


def what(t: Translate, person: Person, plan: DayPlan) -> Text:
    """What a day is for the person themselves: `07.30–16.00 · WFH`, `libur: Hari Raya Natal`, `cuti`."""
    if plan.excuse:
        word, letter = phrases.excuse(t, plan.excuse), plan.excuse_source
        return fill("{word} ({letter})", word=word, letter=letter) if letter and not _OUR_NUMBER.fullmatch(letter) else word
    if plan.start is None or plan.end is None:
        return t("holiday: {name}", name=plan.free) if plan.free else t("no working hours")
    hours = wording.hours(plan, person)
    parts = [t("{hours}, flexible", hours=hours) if plan.dynamic else hours]
    if plan.place:
        shown = phrases.place(plan.place)
        parts.append(t("{place} (standby)", place=shown) if plan.standby else shown)
    for first, last in plan.excused:
        hours = Text(f"{first.astimezone(person.tz):%H.%M}–{last.astimezone(person.tz):%H.%M}")
        parts.append(t("permission {hours}", hours=hours))
    return join(" · ", parts)


def short(t: Translate, person: Person, plan: DayPlan) -> Text:
    """One word or two: `WFH`, without a rota the hours; empty on a weekend."""
    if simply_free(plan):
        return Text("")
    if plan.start is None or plan.excuse:
        return what(t, person, plan)
    shown = phrases.place(plan.place) if plan.place else wording.hours(plan, person)
    return t("{place} (standby)", place=shown) if plan.standby else shown


def runs(t: Translate, person: Person, days: Sequence[DayPlan]) -> Text:
    """`Sen–Rab WFO · Kam WFH · Jum libur: Hari Raya Natal`; days off without a name are left out."""
    parts = []
    for said, group in groupby(days, lambda plan: short(t, person, plan)):
        run = list(group)
        if said:
            first, last = (wording.short_weekday(t, plan.day) for plan in (run[0], run[-1]))
            parts.append(fill("{days} {what}", days=first if len(run) == 1 else Text(f"{first}–{last}"), what=said))
    return join(" · ", parts)
