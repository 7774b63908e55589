"""A row of last year's report as an activity, or what is wrong with it; of people and targets `checking` knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar
from urllib.parse import urlsplit

from integration.form_values import one_line
from integration.i18n import Translate
from integration.messages import Text
from plugins.logbook.entries import LONGEST_ACTIVITY, LONGEST_RESULT
from plugins.logbook.evidence.links import LONGEST as LONGEST_URL
from plugins.logbook.imports import days, durations, quantities
from plugins.logbook.imports.durations import Unit
from plugins.logbook.imports.layout import Column
from plugins.logbook.imports.opening import Cell
from plugins.logbook.imports.problems import Place, Problems
from plugins.logbook.imports.rows import Body, Raw
from plugins.logbook.targets.reading import LONGEST_MEASURE

_Value = TypeVar("_Value")

_URL = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;)]", re.IGNORECASE)
_NIP = re.compile(r"\d{4,30}")
_EXACT = 10**15
_PLACES = (
    ("dinas", re.compile(r"\b(dinas|dl|perjalanan|luar kota)\b")),
    ("wfh", re.compile(r"\b(wfh|rumah|home)\b")),
    ("wfa", re.compile(r"\b(wfa|mana saja|anywhere)\b")),
    ("wfo", re.compile(r"\b(wfo|kantor|office)\b")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One activity of a file; `nip` is empty for the sender, `target` are words, `urls` its evidence."""

    place: Place
    nip: str
    day: date
    activity: str
    result: str = ""
    quantity: Decimal | None = None
    measure: str = ""
    minutes: int = 0
    target: str = ""
    where: str = ""
    urls: tuple[str, ...] = ()
    columns: Mapping[str, Column] = field(default_factory=dict)

    def at(self, name: str) -> Place:
        """The cell of that field."""
        return replace(self.place, column=self.columns.get(name))


class Wrong(Exception):
    """A cell that cannot be used; the text says what to do."""

    def __init__(self, name: str, text: Text) -> None:
        super().__init__(text)
        self.name, self.text = name, text


def read(t: Translate, body: Body, today: date, problems: Problems) -> list[Line]:
    """The activities of a sheet; what is wrong goes to `problems`, one for each cell."""
    unit = _unit(body)
    found = [_line(t, body, raw, unit, today, problems) for raw in body.rows]
    for number, column, why in body.bad:
        problems.add(Place(body.sheet.name, number, column), formula(t, why))
    return [line for line in found if line is not None]


def formula(t: Translate, why: str) -> Text:
    if why == "error":
        return t("The cell shows an error. Mend its formula, or type the value.")
    return t("The formula was never computed. Open the file in a spreadsheet program, save it, and send it again.")


def _unit(body: Body) -> Unit:
    column = body.columns.get("minutes")
    if column is None:
        return "hours"
    return durations.unit_of(column.heading, [raw.cells.get("minutes") for raw in body.rows])


def _line(t: Translate, body: Body, raw: Raw, unit: Unit, today: date, problems: Problems) -> Line | None:
    def told(wrong: Wrong) -> None:
        problems.add(Place(body.sheet.name, raw.number, body.columns.get(wrong.name)), wrong.text)

    cells = raw.cells
    day = _one(lambda: _day(t, raw, today), told)
    nip = _one(lambda: nip_of(t, cells.get("nip")), told)
    activity = _one(lambda: _activity(t, cells), told)
    amount = _one(lambda: _amount(t, cells), told)
    minutes = _one(lambda: _minutes(t, cells, unit), told)
    result = _one(lambda: _result(t, cells), told)
    if day is None or nip is None or activity is None or amount is None or minutes is None or result is None:
        return None
    return Line(
        Place(body.sheet.name, raw.number),
        nip,
        day,
        activity,
        result,
        *amount,
        minutes,
        text_of(cells.get("target")),
        where_of(text_of(cells.get("place"))),
        urls_of(text_of(cells.get("evidence"))),
        body.columns,
    )


def _one(read: Callable[[], _Value], told: Callable[[Wrong], None]) -> _Value | None:
    """None, and said, where the cell cannot be used."""
    try:
        return read()
    except Wrong as wrong:
        told(wrong)
        return None


# ---------------------------------------------------------------- single cells


def text_of(cell: Cell) -> str:
    """A cell as one line; whole numbers come out of a spreadsheet as 20.0."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, timedelta):
        return str(int(cell.total_seconds() // 60))
    return one_line(cell)


def _paragraph(cell: Cell) -> str:
    """Line breaks stay: people write lists into one cell."""
    if not isinstance(cell, str):
        return text_of(cell)
    return "\n".join(line for part in cell.splitlines() if (line := " ".join(part.split())))


def nip_of(t: Translate, cell: Cell) -> str:
    """The NIP, without blanks and dots. Raises `Wrong`."""
    if isinstance(cell, (int, float)) and abs(cell) >= _EXACT:
        how = t("A spreadsheet keeps only 15 digits of a number: format the column as text and enter the NIP again.")
        raise Wrong("nip", how)
    words = re.sub(r"[\s.'’]", "", text_of(cell))
    if words and not _NIP.fullmatch(words):
        raise Wrong("nip", t("“{words}” is no NIP: it has digits only.", words=words[:30]))
    return words


def _day(t: Translate, raw: Raw, today: date) -> date:
    cell = raw.cells.get("day")
    if cell is None:
        raise Wrong("day", t("The date is missing. Write it in this row or in a row above."))
    example = Text(f"{today:%d/%m/%Y}")
    try:
        day = days.read(cell, raw.around)
    except ValueError as error:
        if str(error) == "no year":
            raise Wrong("day", _no_year(t, cell)) from None
        day = None
    if day is None:
        raise Wrong("day", t("“{words}” is no date. Write for example {example}.", words=_shown(cell), example=example))
    if day > today:
        raise Wrong("day", t("{day} is still to come. Please correct the date.", day=Text(f"{day:%d/%m/%Y}")))
    return day


def _no_year(t: Translate, cell: Cell) -> Text:
    return t("“{words}” names no year. Send the file again and choose the year in the form.", words=_shown(cell))


def _shown(cell: Cell) -> str:
    return text_of(cell)[:40]


def _activity(t: Translate, cells: Mapping[str, Cell]) -> str:
    words = _paragraph(cells.get("activity"))
    if not words:
        raise Wrong("activity", t("The activity is missing. Write what was done, or take the row out."))
    if len(words) > LONGEST_ACTIVITY:
        most, length = LONGEST_ACTIVITY, len(words)
        raise Wrong("activity", t("Too long: {length} of at most {most} characters.", length=length, most=most))
    return words


def _amount(t: Translate, cells: Mapping[str, Cell]) -> tuple[Decimal | None, str]:
    cell, measure = cells.get("quantity"), text_of(cells.get("measure"))
    try:
        quantity, rest = _quantity(cell)
    except (ValueError, ArithmeticError):
        text = t("“{words}” is no quantity. Write a number, for example 12 or 1,5.", words=_shown(cell))
        raise Wrong("quantity", text) from None
    if len(measure or rest) > LONGEST_MEASURE:
        name = "measure" if measure else "quantity"
        raise Wrong(name, t("A unit has at most {length} characters, for example laporan.", length=LONGEST_MEASURE))
    return quantity, measure or rest


def _quantity(cell: Cell) -> tuple[Decimal | None, str]:
    if isinstance(cell, (int, float)):
        return quantities.checked(Decimal(str(cell))), ""
    if cell is None or isinstance(cell, str):
        return quantities.read(cell or "")
    raise ValueError(str(cell))


def _minutes(t: Translate, cells: Mapping[str, Cell], unit: Unit) -> int:
    """From the length, else from the two clocks; 0 where the file says nothing."""
    name = "minutes"
    try:
        found = durations.read(cells.get("minutes"), unit)
        if found is not None:
            return found
        name = "start"
        start = durations.clock(cells.get("start"))
        name = "end"
        end = durations.clock(cells.get("end"))
    except ValueError:
        words = _shown(cells.get(name))
        if name == "minutes":
            text = t("“{words}” is no length of time. Write for example 90 menit, 1,5 jam or 08.00–09.30.", words=words)
        else:
            text = t("“{words}” is no time of day. Write for example 08.00.", words=words)
        raise Wrong(name, text) from None
    return durations.between(start, end) if start is not None and end is not None else 0


def _result(t: Translate, cells: Mapping[str, Cell]) -> str:
    """The result, and below it what the file says beside: remarks, and evidence that is no link."""
    said = text_of(cells.get("evidence"))
    for url in urls_of(said):
        said = said.replace(url, " ")
    evidence = one_line(said).strip(" ,;-")
    parts = [_paragraph(cells.get("result"))]
    parts += [f"Keterangan: {note}"] if (note := _paragraph(cells.get("note"))) else []
    parts += [f"Bukti: {evidence}"] if evidence else []
    words = "\n".join(part for part in parts if part)
    if len(words) > LONGEST_RESULT:
        name = next((name for name in ("result", "note", "evidence") if cells.get(name) is not None), "result")
        most, length = LONGEST_RESULT, len(words)
        raise Wrong(name, t("Too long: {length} of at most {most} characters.", length=length, most=most))
    return words


def where_of(words: str) -> str:
    """`Kantor` is wfo; empty for a place that is none of ours."""
    words = words.casefold()
    return next((code for code, known in _PLACES if known.search(words)), "")


def urls_of(words: str) -> tuple[str, ...]:
    """The web addresses in a cell; one with a password in it stays where it was."""
    return tuple(dict.fromkeys(url for url in _URL.findall(words) if _is_address(url)))[:10]


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return len(url) <= LONGEST_URL and bool(parts.hostname) and "@" not in parts.netloc
