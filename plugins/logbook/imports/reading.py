"""All sheets of a file by one mapping of columns: rows, what was done to them, and what is wrong. Knows no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from integration.i18n import Translate
from integration.messages import Text, fill
from plugins.logbook.imports import entry_rows, fields, layout, rows, target_rows
from plugins.logbook.imports.layout import Column, Layout
from plugins.logbook.imports.opening import Sheet
from plugins.logbook.imports.problems import Problems
from plugins.logbook.imports.rows import Body


@dataclass(slots=True)
class Reading:
    """`mapping`: {field: key of its column}. `lacking`: needed fields without a column. `skipped`: sheets not read."""

    kind: str
    layouts: Sequence[Layout] = ()
    mapping: dict[str, str] = field(default_factory=dict)
    bodies: list[Body] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    entries: list[entry_rows.Line] = field(default_factory=list)
    targets: list[target_rows.Line] = field(default_factory=list)
    american: bool = False

    @property
    def columns(self) -> list[Column]:
        """Every column of every sheet once, in the order of the first sheet that has it."""
        found: dict[str, Column] = {}
        for each in self.layouts:
            for column in each.columns:
                found.setdefault(column.key, column)
        return list(found.values())

    @property
    def lacking(self) -> list[str]:
        return [each.name for each in fields.KINDS[self.kind] if each.required and each.name not in self.mapping]

    @property
    def count(self) -> int:
        return len(self.entries) + len(self.targets)


def understand(
    t: Translate,
    kind: str,
    sheets: Sequence[Sheet],
    mapping: Mapping[str, str] | None,
    year: int | None,
    today: date,
    problems: Problems,
) -> Reading:
    """The file as it is meant: by the mapping that was confirmed, else by a guess. What is wrong goes to `problems`."""
    known, found = fields.KINDS[kind], Reading(kind)
    found.hidden = [sheet.name for sheet in sheets if sheet.hidden and sheet.rows]
    shown = [sheet for sheet in sheets if not sheet.hidden and sheet.rows]
    laid = [(sheet, layout.lay_out(sheet, known, year)) for sheet in shown]
    found.skipped = [sheet.name for sheet, each in laid if each is None]
    found.layouts = [each for _, each in laid if each is not None]
    found.mapping = dict(layout.guess(found.layouts, known) if mapping is None else mapping)
    if found.lacking:
        return found
    for each in found.layouts:
        if not layout.places(each, found.mapping, known).keys() >= {one.name for one in known if one.required}:
            found.skipped.append(each.sheet.name)
            continue
        _read(t, found, each, today, problems)
    return found


def _read(t: Translate, found: Reading, each: Layout, today: date, problems: Problems) -> None:
    body = rows.read(each, found.mapping, fields.KINDS[found.kind])
    found.bodies.append(body)
    found.american = found.american or (bool(body.rows) and body.rows[0].around.american)
    if found.kind == "entries":
        found.entries += entry_rows.read(t, body, today, problems)
    else:
        found.targets += target_rows.read(t, body, today.year, problems)


# ---------------------------------------------------------------- what was done without being asked


def notes(t: Translate, found: Reading) -> list[Text]:
    """What happened to rows and sheets, where it is not what stands in them word for word."""
    said = list[Text]()
    _note(said, found, "filled", t("rows without a date belong to the date above them"))
    _note(said, found, "totals", t("rows of totals are left out"))
    _note(said, found, "outside", t("rows below the table are left out"))
    _note(said, found, "hidden", t("hidden rows are taken like the others"))
    if found.american:
        said.append(t("The dates of this file begin with the month."))
    if found.hidden:
        said.append(t("Hidden sheets are not read: {names}.", names=", ".join(found.hidden[:10])))
    if found.skipped and any(found.skipped):
        said.append(t("Sheets without such a table are not read: {names}.", names=", ".join(found.skipped[:10])))
    return said


def _note(said: list[Text], found: Reading, name: str, words: Text) -> None:
    """`tanggal kosong …: 12 baris (5–9, 12)`, with the sheet where there are several."""
    parts = [(body.sheet.name, getattr(body.notes, name)) for body in found.bodies if getattr(body.notes, name)]
    if not parts:
        return
    count, where = sum(len(numbers) for _, numbers in parts), rows.shown_in(parts, several=len(found.bodies) > 1)
    said.append(fill("{words}: {count} ({rows})", words=words, count=count, rows=where))
