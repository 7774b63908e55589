"""Results and their reasons in words, short enough for a phone; drawn only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from integration import phrases
from integration.i18n import Translate
from integration.messages import Text, fill, join
from integration.people import Person
from integration.workdays import DayPlan, works_here
from plugins.hadir.evaluation.results import Reason, Result, Status, Window

Values = Mapping[str, Any]
_NEVER_ENDS = 9999


def status(t: Translate, code: Status) -> Text:
    """The result in a word."""
    return {
        "present": t("present"),
        "late": t("late"),
        "early": t("left early"),
        "incomplete": t("incomplete"),
        "permission": t("permission"),
        "sick": t("sick"),
        "leave": t("leave"),
        "travel": t("travel"),
        "off": t("not a working day"),
        "absent": t("absent without notice"),
        "expected": t("not over yet"),
        "open": t("at work"),
    }[code]


def verdict(t: Translate, result: Result) -> Text:
    """The result with its minutes: `terlambat 16 menit, tidak lengkap`."""
    parts = []
    if result.late:
        parts.append(t("{duration} late", duration=phrases.duration(t, result.late)))
    if result.early:
        parts.append(t("left {duration} early", duration=phrases.duration(t, result.early)))
    if result.status not in ("late", "early"):
        parts.append(status(t, result.status))
    return join(", ", parts)


def say(t: Translate, reason: Reason, plan: DayPlan, person: Person) -> Text:
    """A reason as a sentence, in the zone of the person's office."""
    return _SENTENCES[reason.code](t, reason.values, plan, person)


def rule(t: Translate, reason: Reason) -> Text:
    """`permentan-68-2012 versi 1 (Permentan 68/2012)`; empty where no rule decided."""
    if not reason.rule:
        return Text("")
    named = fill("{rule}", rule=reason.rule)
    if reason.version:
        named = t("{rule} version {version}", rule=reason.rule, version=_version(t, reason.version))
    return fill("{rule} ({article})", rule=named, article=reason.article) if reason.article else named


def percent(t: Translate, value: Decimal) -> Text:
    """`0,5 %`"""
    return Text(f"{format_decimal(value.normalize(), locale=t.locale)} %")


def _version(t: Translate, version: str) -> Text:
    """Hours are known by the day from which they hold."""
    try:
        return phrases.long_day(t, date.fromisoformat(version))
    except ValueError:
        return fill("{version}", version=version)


def span(t: Translate, window: Window, person: Person) -> Text:
    """`07.00–08.10 WIB`, with days if there are several, `sejak 07.00 WIB` if it goes on."""
    first, last = (moment.astimezone(person.tz) if moment.year < _NEVER_ENDS else moment for moment in window)
    if last.year >= _NEVER_ENDS:
        return t("since {time}", time=phrases.clock(first, person))
    if first.date() == last.date():
        return phrases.hours(first, last, person)
    ends = [
        fill("{day} {time}", day=phrases.short_day(t, end.date()), time=phrases.clock(end, person)) for end in (first, last)
    ]
    return join(" – ", ends)


# ---------------------------------------------------------------- a sentence for every code


def _hours(t: Translate, values: Values, _plan: DayPlan, person: Person) -> Text:
    hours = phrases.hours(values["start"], values["end"], person)
    if values["season"]:
        return t("Working hours in {season}: {hours}.", season=values["season"].capitalize(), hours=hours)
    return t("Working hours: {hours}.", hours=hours)


def _dynamic_hours(t: Translate, values: Values, _plan: DayPlan, person: Person) -> Text:
    hours, owed = phrases.hours(values["start"], values["end"], person), phrases.duration(t, values["minutes"])
    return t("Dynamic hours: {duration} at any time in {hours}; the week's total counts.", duration=owed, hours=hours)


def _holiday(t: Translate, values: Values, _plan: DayPlan, _person: Person) -> Text:
    return t("It is a holiday: {name}.", name=values["name"])


def _day_off(t: Translate, _values: Values, plan: DayPlan, person: Person) -> Text:
    if not works_here(person, plan.day):
        return t("Not on the staff list on this day.")
    return t("No working hours by the schedule.")


def _worked_on_day_off(t: Translate, _values: Values, _plan: DayPlan, _person: Person) -> Text:
    return t("Work on a day off is recorded.")


def _excuse(t: Translate, values: Values, _plan: DayPlan, _person: Person) -> Text:
    excuse = phrases.excuse(t, values["excuse"])
    if values["source"]:
        return t("Recorded as {excuse} ({source}).", excuse=excuse, source=values["source"])
    return t("Recorded as {excuse}.", excuse=excuse)


def _permission_whole_day(t: Translate, _values: Values, _plan: DayPlan, _person: Person) -> Text:
    return t("A permission covers the whole day.")


def _permission(t: Translate, values: Values, _plan: DayPlan, _person: Person) -> Text:
    return t("A permission excuses {duration}.", duration=phrases.duration(t, values["minutes"]))


def _outage_late(t: Translate, values: Values, _plan: DayPlan, person: Person) -> Text:
    minutes = phrases.duration(t, values["minutes"])
    return t(
        "Service disruption {span}: {duration} do not count as late.", span=span(t, values["window"], person), duration=minutes
    )


def _outage_out(t: Translate, values: Values, _plan: DayPlan, person: Person) -> Text:
    return t("Service disruption {span}: the missing check-out is excused.", span=span(t, values["window"], person))


def _outage_day(t: Translate, values: Values, _plan: DayPlan, person: Person) -> Text:
    return t("Service disruption {span}: the day is excused.", span=span(t, values["window"], person))


def _late(t: Translate, values: Values, _plan: DayPlan, person: Person) -> Text:
    words = t(
        "Checked in at {at}: {duration} late for {limit}.",
        at=phrases.clock(values["at"], person),
        duration=phrases.duration(t, values["minutes"]),
        limit=phrases.clock(values["limit"], person),
    )
    return _priced(t, words, values)


def _early(t: Translate, values: Values, _plan: DayPlan, person: Person) -> Text:
    words = t(
        "Checked out at {at}: {duration} before {limit}.",
        at=phrases.clock(values["at"], person),
        duration=phrases.duration(t, values["minutes"]),
        limit=phrases.clock(values["limit"], person),
    )
    return _priced(t, words, values)


def _no_check_in(t: Translate, values: Values, _plan: DayPlan, _person: Person) -> Text:
    return _priced(t, t("The check-in is missing."), values)


def _no_check_out(t: Translate, values: Values, _plan: DayPlan, _person: Person) -> Text:
    return _priced(t, t("The check-out is missing."), values)


def _absent(t: Translate, values: Values, _plan: DayPlan, _person: Person) -> Text:
    return _priced(t, t("Neither a check-in, nor a check-out, nor leave is recorded."), values)


def _stamp_outside(t: Translate, values: Values, _plan: DayPlan, person: Person) -> Text:
    return t(
        "The time {at} does not count: only {first}–{last} does.",
        at=phrases.clock(values["at"], person),
        first=Text(f"{values['first']:%H.%M}"),
        last=Text(f"{values['last']:%H.%M}"),
    )


def _flexible_late(t: Translate, values: Values, _plan: DayPlan, person: Person) -> Text:
    minutes = phrases.duration(t, values["minutes"])
    return t(
        "Flexible hours: {duration} after the start, so the day ends at {end}.",
        duration=minutes,
        end=phrases.clock(values["end"], person),
    )


def _flexible_early(t: Translate, values: Values, _plan: DayPlan, person: Person) -> Text:
    return t("Flexible hours: who comes early may leave at {end}.", end=phrases.clock(values["end"], person))


def _unmade(t: Translate, values: Values, _plan: DayPlan, person: Person) -> Text:
    minutes, end = phrases.duration(t, values["minutes"]), phrases.clock(values["end"], person)
    return _priced(t, t("{duration} are missing until {end}.", duration=minutes, end=end), values)


def _off_plan(t: Translate, values: Values, _plan: DayPlan, _person: Person) -> Text:
    return t(
        "Place {place}; the plan says {planned}.",
        place=phrases.place(values["place"]) or Text("–"),
        planned=phrases.place(values["planned"]) or fill("{place}", place=values["planned"]),
    )


def _capped(t: Translate, values: Values, _plan: DayPlan, _person: Person) -> Text:
    return t("At most {percent} of a day's allowance.", percent=percent(t, values["most"]))


def _week(t: Translate, values: Values, _plan: DayPlan, _person: Person) -> Text:
    worked, owed = phrases.duration(t, values["worked"]), phrases.duration(t, values["owed"])
    if values["short"]:
        short = phrases.duration(t, values["short"])
        return t("The week: {worked} of {owed}, {short} too little.", worked=worked, owed=owed, short=short)
    return t("The week: {worked} of {owed}.", worked=worked, owed=owed)


def _priced(t: Translate, words: Text, values: Values) -> Text:
    """With the code, and the percent where the rule deducts."""
    if not values["code"]:
        return words
    if not values["percent"]:
        return fill("{words} ({code})", words=words, code=values["code"])
    cost = percent(t, values["percent"])
    return t("{words} ({code}, deduction {percent}, simulated)", words=words, code=values["code"], percent=cost)


_SENTENCES: Mapping[str, Callable[[Translate, Values, DayPlan, Person], Text]] = {
    "hours": _hours,
    "dynamic_hours": _dynamic_hours,
    "holiday": _holiday,
    "day_off": _day_off,
    "worked_on_day_off": _worked_on_day_off,
    "excuse": _excuse,
    "permission_whole_day": _permission_whole_day,
    "permission_late": _permission,
    "permission_early": _permission,
    "outage_late": _outage_late,
    "outage_out": _outage_out,
    "outage_day": _outage_day,
    "late": _late,
    "early": _early,
    "no_check_in": _no_check_in,
    "no_check_out": _no_check_out,
    "absent": _absent,
    "stamp_outside": _stamp_outside,
    "flexible_late": _flexible_late,
    "flexible_early": _flexible_early,
    "unmade": _unmade,
    "off_plan": _off_plan,
    "capped": _capped,
    "week_open": _week,
    "week_short": _week,
    "week_met": _week,
}
CODES = frozenset(_SENTENCES)
