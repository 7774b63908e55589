"""Unexcused days in words: plain and respectful, what counts, what comes next, and what can still be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from integration import phrases
from integration.dates import show_day
from integration.i18n import Translate
from integration.messages import Text, fill, join
from integration.rulebook.models import Threshold
from plugins.hadir import discipline
from plugins.hadir.discipline.service import Record

_CORRECT, _LEAVE = Text("`/hadir koreksi`"), Text("`/izin`")


def days(t: Translate, found: Iterable[date]) -> Text:
    """`16, 20 Nov; 1 Des`"""
    months = [list(month) for _, month in groupby(sorted(found), key=lambda day: (day.year, day.month))]
    figures = [", ".join(str(day.day) for day in month[:-1]) for month in months]
    last = [show_day(month[-1], t, "d MMM") for month in months]
    return Text("; ".join(f"{before}, {end}" if before else end for before, end in zip(figures, last, strict=True)))


def consequence(t: Translate, threshold: Threshold) -> str:
    return threshold.consequence if t.locale == "id" else threshold.consequence_en


def counts(t: Translate, record: Record) -> list[Text]:
    """How many days, what is reached, what comes next, and the row; of somebody with at least one day."""
    stands, rules = record.stands, record.rules
    count = t(
        "Working days without explanation in {year}: **{count}** ({article})",
        year=Text(str(stands.year)),
        count=len(stands.days),
        article=record.rule.article,
    )
    lines = [join(", ", [count, *_asked(t, record)])]
    if over := discipline.reached(rules, len(stands.days)):
        lines.append(t("Reached: {days} days — {consequence}", days=over.days, consequence=consequence(t, over)))
    if ahead := discipline.upcoming(rules, len(stands.days)):
        lines.append(t("Next: {days} days — {consequence}", days=ahead.days, consequence=consequence(t, ahead)))
    row = discipline.in_a_row(rules)
    if 2 * len(stands.row) >= row.days:  # sooner it would only frighten
        lines.append(
            t(
                "In a row: {count}; from {days} on: {consequence}",
                count=len(stands.row),
                days=row.days,
                consequence=consequence(t, row),
            )
        )
    return lines


def which(t: Translate, record: Record) -> list[Text]:
    """The days that count, those for which somebody's decision is awaited, and until when the others can be corrected."""
    counted = {*record.stands.days, *record.stands.row}
    lines = [t("Days that count: {days}", days=days(t, counted))] + held(t, record)
    for kind, asked in _by_kind(record):
        lines.append(t("{excuse} waits for approval: {days}", excuse=phrases.excuse(t, kind), days=days(t, asked)))
    if record.waiting:
        lines.append(t("A correction waits for a decision: {days}", days=days(t, record.waiting)))
    if record.correctable:
        limits = [
            t("{day} until {until}", day=show_day(day, t, "d MMM"), until=show_day(until, t, "d MMM"))
            for day, until in record.correctable
        ]
        lines.append(t("Can still be corrected: {days}", days=join(", ", limits)))
    return lines


def _by_kind(record: Record) -> list[tuple[str, list[date]]]:
    """The kinds of absence that wait, each with its counted days."""
    return [(kind, [day for day in record.asked if record.asked[day] == kind]) for kind in sorted({*record.asked.values()})]


def _asked(t: Translate, record: Record) -> list[Text]:
    """`1 menunggu persetujuan cuti`"""
    return [
        t("{count} waiting for approval: {excuse}", count=len(asked), excuse=phrases.excuse(t, kind))
        for kind, asked in _by_kind(record)
    ]


def held(t: Translate, record: Record) -> list[Text]:
    """Days on which so many were absent that something else may be the matter."""
    if not record.held:
        return []
    return [t("Not counted yet, because most were absent: {days}", days=days(t, record.held))]


def cure(t: Translate, record: Record, ask: Sequence[str]) -> Text:
    """What the person can do, and whom to ask: names, or nobody in particular."""
    who = join(", ", [fill("{name}", name=name) for name in ask]) if ask else t("the personnel officers")
    if record.correctable:
        return t(
            "Is a day wrong, or was there a reason? Use {correct}, or {leave} for illness, leave and travel. Questions: {who}.",
            correct=_CORRECT,
            leave=_LEAVE,
            who=who,
        )
    return t("Is a day wrong, or was there a reason? Please talk to {who}.", who=who)


# ---------------------------------------------------------------- messages of their own accord


def warning(t: Translate, record: Record, ask: Sequence[str]) -> Text:
    """To the person."""
    lines = [t("**Early warning about your attendance**"), *counts(t, record), *which(t, record), cure(t, record, ask)]
    return join("\n", [*lines, _only_counts(t)])


def warning_about(t: Translate, records: Sequence[Record]) -> Text:
    """To whoever has to act: the supervisor, or those who stand in; of one person in full, of several a line each."""
    first, count = records[0], len(records)
    if count == 1:
        name, unit = first.person.name, first.person.unit
        title = t("**Early warning about the attendance of {name}** ({unit})", name=name, unit=unit)
        lines = [title, *counts(t, first), *which(t, first)]
    else:
        title = t(
            "**Early warning about the attendance of {count} people** ({article})", count=len(records), article=_of(first)
        )
        lines = [title, t("Working days without explanation this year:"), *(line(t, record) for record in records)]
    talk = t(
        "Please talk to them. If there was a reason, it can be recorded: {correct} or {leave}.", correct=_CORRECT, leave=_LEAVE
    )
    liable = t("Under {article} a supervisor who does not follow up may be held responsible as well.", article=_of(first))
    return join("\n", [*lines, talk, liable, _only_counts(t)])


def _of(record: Record) -> str:
    return record.rule.article


def line(t: Translate, record: Record) -> Text:
    """`- Siti Rahayu: 2 (4, 6 Nov); berikutnya 3: teguran lisan`"""
    count = len(record.stands.days)
    ahead = discipline.upcoming(record.rules, count)
    facts = [fill("{count} ({days})", count=count, days=days(t, record.stands.days))] if count else []
    if ahead and count:
        facts.append(t("next at {days}: {consequence}", days=ahead.days, consequence=consequence(t, ahead)))
    if len(record.stands.row) >= record.rules.in_a_row - record.rules.warn_before:
        facts.append(t("{count} in a row", count=len(record.stands.row)))
    facts += _asked(t, record)
    if record.waiting:
        facts.append(t("a correction waits"))
    return Text(f"{fill('- {name}', name=record.person.name)}: {'; '.join(facts)}")


def _only_counts(t: Translate) -> Text:
    return t("Hadir only counts; the decision is with the competent official.")
