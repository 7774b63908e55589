"""The compliance view as a message: what fits on a phone, the rest is in the files."""

from __future__ import annotations

import re

from integration.i18n import Translate
from integration.messages import Text, fill, join, plain
from plugins.hadir.compliance import Compliance, wording
from plugins.hadir.recap import Totals

MOST_UNITS, MOST_DECIDERS, MOST_PATTERNS, MOST_OUTAGES = 25, 15, 15, 10


def text(t: Translate, found: Compliance, zone: str) -> str:
    """Plain lines for a terminal."""
    return plain(re.sub(r"\*\*|(?<=\n)_|_(?=\n|$)", "", message(t, found, zone)))


def message(t: Translate, found: Compliance, zone: str) -> Text:
    head = t("**{title}** ({count} people)", title=wording.title(t, found), count=found.people)
    parts = [head, wording.summary(t, found), *_units(t, found), *_decisions(t, found), *_patterns(t, found)]
    if found.outages:
        lines = [fill("- {line}", line=wording.outage(t, one, zone)) for one in found.outages[:MOST_OUTAGES]]
        parts += [Text(""), t("**Service disruptions**"), *lines, *_more(t, len(found.outages) - MOST_OUTAGES)]
    return join("\n", parts)


def _units(t: Translate, found: Compliance) -> list[Text]:
    if len(found.units) < 2:
        return []
    lines = [
        fill("- {name}: {figures}", name=unit.name, figures=_figures(t, unit.rate, unit.totals))
        for unit in wording.units_by_rate(found.units)[:MOST_UNITS]
    ]
    return [Text(""), t("**Units, lowest attendance first**"), *lines, *_more(t, len(found.units) - MOST_UNITS)]


def _figures(t: Translate, rate: float | None, totals: Totals) -> Text:
    parts = [
        wording.percent(t, rate),
        t("late {count}×", count=totals.late) if totals.late else "",
        t("incomplete {count}", count=totals.incomplete) if totals.incomplete else "",
        t("no record {count}", count=totals.missing) if totals.missing else "",
    ]
    return join(" · ", [Text(part) for part in parts if part])


def _decisions(t: Translate, found: Compliance) -> list[Text]:
    lines = []
    for one in found.decisions[:MOST_DECIDERS]:
        parts = [
            t("asked {count}", count=one.asked),
            t("approved {count}", count=one.approved) if one.approved else "",
            t("rejected {count}", count=one.rejected) if one.rejected else "",
            t("waiting {count}", count=one.waiting) if one.waiting else "",
            t("median {hours} hours", hours=wording.hours(t, one)) if one.hours is not None else "",
        ]
        figures = join(" · ", [Text(part) for part in parts if part])
        lines.append(fill("- {name}: {figures}", name=wording.supervisor(t, one), figures=figures))
    if not lines:
        return []
    return [Text(""), t("**Corrections per supervisor**"), *lines, *_more(t, len(found.decisions) - MOST_DECIDERS)]


def _patterns(t: Translate, found: Compliance) -> list[Text]:
    title = [Text(""), t("**To look at**")]
    if not found.patterns:
        return [*title, t("Nothing stands out."), fill("_{note}_", note=wording.limits(t, found.limits))]
    lines = [fill("- {line}", line=wording.pattern(t, one)) for one in found.patterns[:MOST_PATTERNS]]
    notes = [fill("_{note}_", note=note) for note in (wording.neutral(t), wording.limits(t, found.limits))]
    return [*title, *lines, *_more(t, len(found.patterns) - MOST_PATTERNS), *notes]


def _more(t: Translate, count: int) -> list[Text]:
    return [t("- … and {count} more", count=count)] if count > 0 else []
