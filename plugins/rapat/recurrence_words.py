"""A `Rule` as people say it, in words that `recurrence` reads again."""

from __future__ import annotations

from datetime import date, timedelta

from integration.dates import show_day
from integration.i18n import Translate
from integration.messages import Text, fill, join
from plugins.rapat.rrules import Rule

WORKDAYS = (0, 1, 2, 3, 4)


def said(rule: Rule, t: Translate, *, end: bool = True) -> Text:
    """`tiap 2 minggu hari Selasa sampai 31 Desember 2026`, which `parse` reads again."""
    shown = _pattern(rule, t)
    if not end:
        return shown
    if rule.count:
        return t("{rule}, {count} times", rule=shown, count=rule.count)
    return t("{rule} until {day}", rule=shown, day=show_day(rule.until, t, "d MMMM y")) if rule.until else shown


def _pattern(rule: Rule, t: Translate) -> Text:
    days = join(" ", [_name(day, t) for day in rule.weekdays])
    if rule.nth:
        return _of_month(rule, days, t)
    if rule.frequency == "WEEKLY":
        if rule.weekdays == WORKDAYS and rule.interval == 1:
            return t("every working day")
        if rule.interval == 1:
            return t("every {days}", days=_and(rule, t)) if rule.weekdays else t("every week")
        weeks = t("every {n} weeks", n=rule.interval)
        return t("{weeks} on {days}", weeks=weeks, days=_and(rule, t)) if rule.weekdays else weeks
    if rule.frequency == "MONTHLY":
        return _monthly_said(rule, t)
    if rule.frequency == "DAILY":
        return t("every day") if rule.interval == 1 else t("every {n} days", n=rule.interval)
    return t("every year") if rule.interval == 1 else t("every {n} years", n=rule.interval)


def _monthly_said(rule: Rule, t: Translate) -> Text:
    months = t("every month") if rule.interval == 1 else t("every {n} months", n=rule.interval)
    if rule.monthdays == (-1,):
        return t("every end of the month") if rule.interval == 1 else t("{months} on the last day", months=months)
    if not rule.monthdays:
        return months
    return t("{months} on the {days}", months=months, days=Text(" ".join(str(day) for day in rule.monthdays)))


def _of_month(rule: Rule, days: Text, t: Translate) -> Text:
    if rule.interval > 1:
        return _of_months(rule, days, t("every {n} months", n=rule.interval), t)
    nth = {
        1: t("every first {days} of the month", days=days),
        2: t("every second {days} of the month", days=days),
        3: t("every third {days} of the month", days=days),
        4: t("every fourth {days} of the month", days=days),
        -1: t("every last {days} of the month", days=days),
    }
    return nth[rule.nth]


def _of_months(rule: Rule, days: Text, months: Text, t: Translate) -> Text:
    nth = {
        1: t("{months} on the first {days}", months=months, days=days),
        2: t("{months} on the second {days}", months=months, days=days),
        3: t("{months} on the third {days}", months=months, days=days),
        4: t("{months} on the fourth {days}", months=months, days=days),
        -1: t("{months} on the last {days}", months=months, days=days),
    }
    return nth[rule.nth]


def _and(rule: Rule, t: Translate) -> Text:
    names = [_name(day, t) for day in rule.weekdays]
    if len(names) == 1:
        return names[0]
    return fill("{first} {word} {last}", first=join(" ", names[:-1]), word=t("and"), last=names[-1])


def _name(weekday: int, t: Translate) -> Text:
    return show_day(date(2026, 11, 23) + timedelta(days=weekday), t, "EEEE")
