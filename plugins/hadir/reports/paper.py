"""The recap as PDF for signature: a person's month day by day, a unit's as a matrix, the office's unit by unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from integration import phrases, workdays
from integration.dates import last_of_month, show_day, show_month
from integration.documents.letterhead import Letterhead
from integration.documents.pdf import Document, Imprint
from integration.documents.signatures import Signature
from integration.documents.table import Cell, Column, Row, Table
from integration.i18n import Translate
from integration.messages import plain
from integration.people import Person
from integration.settings import Settings
from plugins.hadir.recap import Line, PersonMonth, Totals
from plugins.hadir.reports import marks, scope
from plugins.hadir.rules import PLACES
from plugins.hadir.service import Event

_WEEKEND_HEAD = "#78909C"
_TOTAL_FILL = "#E3EDF6"


@dataclass(frozen=True, slots=True)
class Issue:
    """Who makes a document, when (aware), of which month, and in whose words."""

    t: Translate
    settings: Settings
    month: date
    maker: str
    zone: str
    now: datetime

    @property
    def made(self) -> str:
        return plain(
            self.t(
                "Made on {day} at {time} by {name}. Times are local to each office.",
                day=phrases.day_name(self.t, self.day),
                time=workdays.clock(self.now, self.zone),
                name=self.maker,
            )
        )

    @property
    def day(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def place_and_date(self) -> str:
        """`Jakarta, 30 November 2026`; dots where the settings name no place."""
        place = self.settings.agency_place or "." * 20
        return f"{place}, {plain(show_day(self.day, self.t, 'd MMMM y'))}"

    def document(self, title: str, *, wide: bool) -> Document:
        imprint = Imprint(title, self.settings.agency_name or self.maker, self.made)
        return Document(self.t, Letterhead.of(self.settings), imprint, wide=wide)


# ---------------------------------------------------------------- a person


def person(issue: Issue, found: PersonMonth, supervisor: Person | None) -> Document:
    """One A4 page for an ordinary month: who, totals, a row a day, two signatures."""
    t, who = issue.t, found.person
    document = issue.document(plain(t("Attendance recap {month} — {name}", month=_month(issue), name=who.name)), wide=False)
    document.begin(plain(t("Attendance recap")), plain(_month(issue)))
    document.facts(_identity(t, who), columns=2, size=9)
    document.facts(_summary(t, found.totals), columns=3, size=8.5)
    days = [_day_row(t, who, line) for line in found.lines]
    document.table(_day_table(t, who, issue), [*days, _day_totals(t, found.totals)], before_signatures=True)
    document.signatures(
        issue.place_and_date,
        (
            Signature(plain(t("The employee")), who.name, who.nip),
            Signature(
                plain(t("Direct supervisor")),
                supervisor.name if supervisor else "",
                supervisor.nip if supervisor else "",
                plain(t("Acknowledged by,")),
            ),
        ),
    )
    return document


def _month(issue: Issue) -> str:
    return show_month(issue.month, issue.t)


def _identity(t: Translate, who: Person) -> list[tuple[str, str]]:
    return [(plain(t("Name")), who.name), ("NIP", who.nip), (plain(t("Unit")), who.unit), (plain(t("Zone")), _zone(who))]


def _zone(who: Person) -> str:
    return workdays.ZONE_NAMES.get(who.zone, who.zone)


def _summary(t: Translate, totals: Totals) -> list[tuple[str, str]]:
    places = ", ".join(
        f"{plain(phrases.place(place))} {count}" for place, count in zip(PLACES, totals.places, strict=True) if count
    )
    late = t("{count}× ({minutes} min)", count=totals.late, minutes=totals.late_minutes)
    early = t("{count}× ({minutes} min)", count=totals.early, minutes=totals.early_minutes)
    pairs = [
        (t("Working days"), str(totals.due)),
        (t("Present"), f"{totals.came}" + (f" ({places})" if places else "")),
        (t("Excused"), str(totals.away)),
        (t("Late"), plain(late) if totals.late else "–"),
        (t("Left early"), plain(early) if totals.early else "–"),
        (t("Incomplete"), str(totals.incomplete or "–")),
        (t("No record"), str(totals.missing or "–")),
        (t("Working time"), f"{plain(phrases.duration(t, totals.worked))}"),
        (t("Deduction (simulated)"), f"{totals.deduction.normalize():f} %" if totals.deduction else "–"),
    ]
    return [(plain(name), value) for name, value in pairs]


def _day_table(t: Translate, who: Person, issue: Issue) -> Table:
    titles = [
        (t("Day"), 42, "left", False), (t("Working hours"), 56, "center", False), (t("Check-in"), 36, "center", False),
        (t("Check-out"), 38, "center", False), (t("Place"), 38, "center", False), (t("Late (min)"), 47, "center", False),
        (t("Early (min)"), 42, "center", False), (t("Working time"), 40, "center", False), (t("Remarks"), 120, "left", True),
    ]  # fmt: skip
    return Table(tuple(Column(plain(name), width, align, grow) for name, width, align, grow in titles), size=7.5)  # type: ignore[arg-type]


def _day_row(t: Translate, who: Person, line: Line) -> Row:
    result, plan = line.result, line.plan
    letter, colour = marks.mark(line)
    hours = phrases.bare_hours(plan.start, plan.end, who) if plan.start and plan.end else ""
    cells = [
        plain(show_day(line.day, t, "EEE d")), hours, _clock(line.found.arrival, line.day, who),
        _clock(line.found.departure, line.day, who), plain(phrases.place(result.place)), str(result.late or ""),
        str(result.early or ""), _hours(result.worked), marks.remarks(t, line),
    ]  # fmt: skip
    return [Cell(cell, colour) for cell in cells] if colour == marks.FREE else [*cells[:8], Cell(cells[8], colour)]


def _day_totals(t: Translate, totals: Totals) -> Row:
    cells = [
        Cell(plain(t("Total")), span=5), Cell(str(totals.late_minutes or "–")), Cell(str(totals.early_minutes or "–")),
        Cell(_hours(totals.worked)), Cell(", ".join(f"{code} {count}×" for code, count in totals.bands)),
    ]  # fmt: skip
    return [Cell(cell.text, _TOTAL_FILL, bold=True, span=cell.span) for cell in cells]


def _hours(minutes: int) -> str:
    """`8.15`: hours and minutes, as the workbook shows them."""
    return f"{minutes // 60}.{minutes % 60:02d}" if minutes else ""


def _clock(event: Event | None, day: date, who: Person) -> str:
    """`07.28`, and `06.05+1` for the morning after."""
    return phrases.clock_of_day(event.at, day, who) if event else ""


# ---------------------------------------------------------------- units


def units(issue: Issue, title: str, found: Iterable[PersonMonth]) -> Document:
    """A matrix and a signature for each unit, which begins on a page of its own; `found` comes sorted by unit."""
    t = issue.t
    document = issue.document(plain(t("Attendance recap {month} — {name}", month=_month(issue), name=title)), wide=True)
    for (name, _), group in groupby(found, lambda someone: (someone.person.unit, someone.person.unit_id)):
        _unit(document, issue, name, group)
    return document


def team(issue: Issue, supervisor: Person, found: Iterable[PersonMonth]) -> Document:
    """The same of the direct subordinates of one, who signs."""
    t = issue.t
    name = plain(t("team of {name}", name=supervisor.name))
    document = issue.document(plain(t("Attendance recap {month} — {name}", month=_month(issue), name=name)), wide=True)
    document.begin(plain(t("Attendance recap")), f"{name} · {plain(_month(issue))}")
    _matrix(document, issue, found, [])
    _close(document, issue, Signature(plain(t("Direct supervisor")), supervisor.name, supervisor.nip))
    return document


def _unit(document: Document, issue: Issue, name: str, found: Iterable[PersonMonth]) -> None:
    document.begin(plain(issue.t("Attendance recap")), f"{name} · {plain(_month(issue))}", bookmark=name)
    seen: list[Person] = []
    _matrix(document, issue, found, seen)
    head = scope.head_of(seen)
    position = plain(issue.t("Head of {unit}", unit=name))
    _close(document, issue, Signature(position, head.name if head else "", head.nip if head else ""))


def _close(document: Document, issue: Issue, signature: Signature) -> None:
    document.legend(marks.legend(issue.t))
    document.signatures(issue.place_and_date, (signature,))


def _matrix(document: Document, issue: Issue, found: Iterable[PersonMonth], seen: list[Person]) -> None:
    """The rows of a unit; everybody who stands there is added to `seen`."""
    days = [issue.month + timedelta(days=n) for n in range(last_of_month(issue.month).day)]
    document.table(_matrix_table(issue.t, days), _matrix_rows(issue.t, found, days, seen), before_signatures=True)


def _matrix_table(t: Translate, days: Sequence[date]) -> Table:
    return Table(
        (
            Column(plain(t("No.")), 19, "right"),
            Column(plain(t("Name")), 89, grow=True),
            Column("NIP", 77),
            *(Column(str(day.day), 12.2, "center", head_fill=_WEEKEND_HEAD if day.weekday() >= 5 else "") for day in days),
            *(Column(title, 18.2, "center", vertical=True) for title in marks.heads(t)),
        ),
        size=6.5,
    )


def _matrix_rows(t: Translate, found: Iterable[PersonMonth], days: Sequence[date], seen: list[Person]) -> Iterator[Row]:
    total = Totals()
    for number, someone in enumerate(found, 1):
        who = someone.person
        seen.append(who)
        total += someone.totals
        lines = {line.day: marks.mark(line) for line in someone.lines}
        marked = [Cell(*lines.get(day, ("", ""))) for day in days]
        yield [str(number), who.name, who.nip, *marked, *(str(figure or "–") for figure in marks.figures(someone.totals))]
    words = [Cell("", _TOTAL_FILL), Cell(plain(t("Total")), _TOTAL_FILL, bold=True, span=2 + len(days), align="left")]
    yield [*words, *(Cell(str(figure or "–"), _TOTAL_FILL, bold=True) for figure in marks.figures(total))]
