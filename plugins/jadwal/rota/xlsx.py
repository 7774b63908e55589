"""A rota as a workbook: one row for each person, one column for each day, and the sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter

from integration.i18n import Translate
from integration.messages import Text, clean, plain
from integration.people import Person
from plugins.jadwal import wording
from plugins.jadwal.rota import wording as rota_wording
from plugins.jadwal.rota.store import Rota
from plugins.jadwal.service import RotaDays
from plugins.jadwal.solver.problem import OFFICE

_LETTER = {"wfo": "O", "wfh": "H", "wfa": "A"}
_FILL = {"O": "#fbe3b5", "H": "#c9e4f8", "A": "#e9dbf7"}
_HEAD_ROW = 3


def build(t: Translate, one: Rota, title: Text, days: RotaDays, everyone: Mapping[int, Person]) -> bytes:
    """The bytes of the file. What people wrote is always text, never a formula."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(plain(t("Rota")))
    dates = sorted({day for _, day in days})
    _head(t, book, sheet, one, title, dates)
    formats = {letter: book.add_format({"align": "center", "bg_color": colour}) for letter, colour in _FILL.items()}
    members = sorted({person for person, _ in days}, key=lambda person: everyone[person].name.lower())
    for number, person in enumerate(members, _HEAD_ROW + 1):
        _person(formats, sheet, number, everyone[person], {day: days.get((person, day)) for day in dates})
    below = _HEAD_ROW + 1 + len(members)
    _sums(t, book, sheet, below, days, dates)
    for row, line in enumerate(rota_wording.limits(t, one), below + 2):
        sheet.write_string(row, 0, clean(plain(line)))
    sheet.freeze_panes(_HEAD_ROW + 1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD_ROW)
    book.close()
    return out.getvalue()


def _head(t: Translate, book: Any, sheet: Any, one: Rota, title: Text, dates: list[date]) -> None:
    bold = book.add_format({"bold": True})
    turned = book.add_format({"bold": True, "align": "center", "bottom": 1, "text_wrap": True})
    state = (
        t("draft no. {number}, not published", number=one.id) if one.state == "draft" else t("rota no. {number}", number=one.id)
    )
    sheet.write_string(0, 0, clean(plain(title)), bold)
    sheet.write_string(1, 0, plain(t("{span}, {state}", span=wording.span(t, one.first, one.last), state=state)))
    sheet.write_string(2, 0, plain(t("O office, H home, A elsewhere, * standby, empty: absent or off")))
    sheet.write_string(_HEAD_ROW, 0, plain(t("Name")), turned)
    for column, day in enumerate(dates, 1):
        sheet.write_string(_HEAD_ROW, column, plain(wording.shortest_day(t, day)), turned)
    sheet.write_string(_HEAD_ROW, len(dates) + 1, "WFH", turned)
    sheet.write_string(_HEAD_ROW, len(dates) + 2, plain(t("Standby")), turned)
    sheet.set_row(_HEAD_ROW, 30)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, len(dates), 5)


def _person(formats: Mapping[str, Any], sheet: Any, row: int, person: Person, mine: Mapping[date, Any]) -> None:
    sheet.write_string(row, 0, clean(person.name))
    for column, planned in enumerate(mine.values(), 1):
        if planned is not None:
            letter = _LETTER.get(planned.place, "")
            sheet.write_string(row, column, f"{letter}{'*' if planned.standby else ''}", formats.get(letter))
    there = [planned for planned in mine.values() if planned is not None]
    sheet.write_number(row, len(mine) + 1, sum(planned.place != OFFICE for planned in there))
    sheet.write_number(row, len(mine) + 2, sum(planned.standby for planned in there))


def _sums(t: Translate, book: Any, sheet: Any, row: int, days: RotaDays, dates: list[date]) -> None:
    bold = book.add_format({"bold": True, "top": 1, "align": "center"})
    at_office = Counter(day for (_, day), planned in days.items() if planned.place == OFFICE)
    sheet.write_string(row, 0, plain(t("At the office")), bold)
    for column, day in enumerate(dates, 1):
        sheet.write_number(row, column, at_office[day], bold)
