"""What one day looks like in a matrix, what the colours mean, and which totals stand beside it; the same on paper and in
a workbook.
"""

from __future__ import annotations

from collections.abc import Sequence

from integration import phrases
from integration.i18n import Translate
from integration.messages import plain
from plugins.hadir.evaluation.results import Status
from plugins.hadir.recap import Line, Totals
from plugins.hadir.rules import PLACES

LETTERS = {"wfo": "O", "wfh": "H", "wfa": "A", "dinas": "D", "": "X"}
AWAY_LETTERS: dict[Status, str] = {"permission": "I", "sick": "S", "leave": "C", "travel": "D"}
LATE, EARLY, MISSING, AWAY, FREE, OUTAGE = "#FFE0B2", "#FFF59D", "#FFCDD2", "#BBDEFB", "#ECEFF1", "#C8E6C9"

Mark = tuple[str, str]  # letter and background, each may be empty


def mark(line: Line) -> Mark:
    """The letter of a day (its place, `?` for an end that is missing) and its colour."""
    result = line.result
    if result.came:
        letter = LETTERS.get(result.place, "X") + ("?" if result.status == "incomplete" else "")
        return letter, _colour(line)
    if result.excused:
        return ("–", OUTAGE) if result.outage else (AWAY_LETTERS[result.status], AWAY)
    if result.status == "absent":
        return "–", MISSING
    return "", FREE if line.plan.start is None else ""


def _colour(line: Line) -> str:
    result = line.result
    if result.late:
        return LATE
    if result.early:
        return EARLY
    if result.outage:
        return OUTAGE
    return FREE if line.plan.start is None else ""


def legend(t: Translate) -> list[tuple[str, str, str]]:
    """(letter, colour, meaning) of everything that `mark` gives."""
    entries = [
        *((LETTERS[place], "", phrases.place(place)) for place in PLACES),
        ("X", "", t("present, place unknown")),
        ("O?", "", t("incomplete: check-in or check-out is missing")),
        ("O", LATE, t("late")),
        ("O", EARLY, t("left early")),
        ("O", OUTAGE, t("excused by a service disruption")),
        ("–", MISSING, t("no record")),
        ("C", AWAY, t("leave")),
        ("S", AWAY, t("sick")),
        ("I", AWAY, t("permission")),
        ("D", AWAY, t("official travel")),
        ("", FREE, t("day off")),
    ]
    return [(letter, colour, plain(meaning)) for letter, colour, meaning in entries]


def heads(t: Translate) -> list[str]:
    """The titles of `figures`."""
    titles = [
        t("Working days"), t("Present"), *(phrases.place(place) for place in PLACES), t("Late (times)"), t("Late (minutes)"),
        t("Left early (times)"), t("Left early (minutes)"), t("Incomplete"), t("Excused"), t("No record"),
    ]  # fmt: skip
    return [plain(title) for title in titles]


def figures(totals: Totals) -> list[int]:
    return [
        totals.due, totals.came, *totals.places, totals.late, totals.late_minutes,
        totals.early, totals.early_minutes, totals.incomplete, totals.away, totals.missing,
    ]  # fmt: skip


def added(all_totals: Sequence[Totals]) -> Totals:
    """What `figures` and `attendance_rate` need of the sum of many; much faster than adding whole totals."""
    sums = [sum(column) for column in zip(*map(figures, all_totals), strict=True)]
    places = len(PLACES)
    due, came, *rest = sums
    late, late_minutes, early, early_minutes, incomplete, away, missing = rest[places:]
    return Totals(due, came, tuple(rest[:places]), late, late_minutes, early, early_minutes, incomplete, missing, away)


def attendance_rate(totals: Totals) -> float | None:
    """Of the working days on which nobody was excused, the share (0 to 1) without a day that has no record at all.

    A day that is not over is no absence. None if there were no such days.
    """
    expected = totals.due - totals.away
    return (expected - totals.missing) / expected if expected > 0 else None


def status(t: Translate, line: Line) -> str:
    """The day's result in a word or two; empty for an ordinary day, whether at work or off."""
    words = {
        "incomplete": t("incomplete"),
        "absent": t("no record"),
        "permission": t("permission"),
        "sick": t("sick"),
        "leave": t("leave"),
        "travel": t("official travel"),
    }
    return plain(words.get(line.result.status, ""))


def remarks(t: Translate, line: Line) -> str:
    """What the figures of a day do not say: public words only, never a note or a reason that somebody wrote."""
    arrival, departure = line.found.arrival, line.found.departure
    parts = [
        status(t, line),
        t("late") if line.result.late else "",
        t("left early") if line.result.early else "",
        line.plan.free,
        ", ".join(line.result.bands),
        t("place differs from the rota") if line.result.off_plan else "",
        t("service disruption") if line.result.outage else "",
        t("corrected") if any(event and event.source == "correction" for event in (arrival, departure)) else "",
    ]
    return "; ".join(plain(part) for part in parts if part)
