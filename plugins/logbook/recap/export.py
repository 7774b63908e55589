"""An export for e-Kinerja: a CSV file in the columns that the office wants, and beside it what they mean (Satu Data).

People are read some after the other, so that an office of any size needs little memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from integration import people
from integration.dates import show_month
from integration.documents import dataset
from integration.documents.dataset import Origin, Type, Value, Variable, Written
from integration.form_values import one_line
from integration.messages import clean, plain
from integration.people import Person
from integration.work import Work
from plugins.logbook import entries
from plugins.logbook.entries import Entry
from plugins.logbook.evidence import keeping as evidence
from plugins.logbook.evidence.keeping import Evidence
from plugins.logbook.recap.export_columns import Column, Columns
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.tables import logbook_form as _form
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import Target

# So many people are read together.
AT_ONCE = 200
METADATA = "metadata.json"


@dataclass(frozen=True, slots=True)
class Scope:
    """A month (its first day) of a unit, or with 0 of the whole office; `name` is how the title calls it."""

    month: date
    unit_id: int
    name: str

    @property
    def stem(self) -> str:
        """`ekinerja-2026-11-bidang-aplikasi`: letters and figures only."""
        words = "".join(char if char.isascii() and char.isalnum() else " " for char in self.name.lower()).split()
        return "-".join(["ekinerja", f"{self.month:%Y-%m}", *words])[:80]

    @property
    def object(self) -> str:
        """What the audit calls it."""
        return f"logbook_export:{self.month:%Y-%m}:{self.unit_id}"


@dataclass(frozen=True, slots=True)
class Made:
    """The file and its description, what was written, and of how many people."""

    path: Path
    beside: Path
    written: Written
    people: int


def audited(scope: Scope, made: Made, states: Sequence[str]) -> dict[str, object]:
    """What the audit says of an export."""
    figures = {"rows": made.written.rows, "people": made.people, "sha256": made.written.sha256}
    return {"month": f"{scope.month:%Y-%m}", "unit": scope.unit_id, "states": list(states), **figures}


def silent(_done: int) -> None:
    """Nobody watches."""


def write(work: Work, columns: Columns, scope: Scope, path: Path, progress: Callable[[int], None] = silent) -> Made:
    """Write the entries of the scope to `path`, and beside it `….metadata.json`; an export without rows has just its head."""
    counted = _Counted(progress)
    variables = [_variable(columns, column) for column in columns.columns]
    with path.open("wb") as target:
        written = dataset.write_csv(target, variables, counted.rows(work, columns, scope), columns.dialect)
    beside = path.with_name(f"{path.stem}.{METADATA}")
    described = _dataset(work, columns, scope, variables)
    beside.write_text(dataset.describe(described, path.name, written, columns.dialect), encoding="utf-8")
    return Made(path, beside, written, counted.people)


def team(work: Work, scope: Scope) -> list[int]:
    """The ids of those who reported something in the month, unit by unit and by name."""
    e, p, u = _entry.c, people.person.c, people.unit.c
    reported = select(e.person_id).where(e.day.between(*entries.month_of(scope.month)), e.state.in_(entries.REPORTED))
    reported = reported.where(e.unit_id == scope.unit_id) if scope.unit_id else reported
    wanted = select(p.id).join_from(people.person, people.unit).where(p.id.in_(reported))
    return list(work.db.scalars(wanted.order_by(u.name, p.name, p.id)))


# ---------------------------------------------------------------- rows


@dataclass(frozen=True, slots=True)
class _Line:
    """An entry with what its columns need."""

    entry: Entry
    person: Person
    unit: str
    target: Target | None
    evidence: Sequence[Evidence]
    approver: Person | None


@dataclass(slots=True)
class _Counted:
    """How many people had a row, once the last has gone by."""

    progress: Callable[[int], None]
    people: int = 0

    def rows(self, work: Work, columns: Columns, scope: Scope) -> Iterator[list[Value]]:
        ids = team(work, scope)
        units = {row.id: row.name for row in work.db.execute(select(people.unit.c.id, people.unit.c.name))}
        approvers: dict[int, Person | None] = {}
        for start in range(0, len(ids), AT_ONCE):
            last = 0
            for line in _some(work, columns, scope, ids[start : start + AT_ONCE], units, approvers):
                self.people += line.person.id != last
                last = line.person.id
                yield [_value(line, column, columns) for column in columns.columns]
            self.progress(min(start + AT_ONCE, len(ids)))


def _some(
    work: Work,
    columns: Columns,
    scope: Scope,
    ids: Sequence[int],
    units: Mapping[int, str],
    approvers: dict[int, Person | None],
) -> Iterator[_Line]:
    staff = {each.id: each for each in people.fetch(work.db, people.people_query().where(people.person.c.id.in_(ids)))}
    found = entries.counting(entries.between(work.db, ids, *entries.month_of(scope.month), entries.REPORTED))
    found = [each for each in found if each.state in columns.states and scope.unit_id in (0, each.unit_id)]
    known = targets.by_ids(work.db, {each.content.target_id for each in found})
    kept = evidence.of_entries(work.db, [each.id for each in found]) if columns.uses("evidence") else {}
    if columns.uses("approver_nip", "approver_name"):
        _learn(work, found, approvers)
    place = {id: number for number, id in enumerate(ids)}
    for each in sorted(found, key=lambda each: (place[each.person_id], each.day, each.id)):
        target = known.get(each.content.target_id) if each.content.target_id else None
        approver = approvers.get(each.decider_id) if each.decider_id and each.state == "approved" else None
        yield _Line(each, staff[each.person_id], units.get(each.unit_id, ""), target, kept.get(each.id, ()), approver)


def _learn(work: Work, found: Iterable[Entry], approvers: dict[int, Person | None]) -> None:
    """Who decided; there are few of them, and each is asked for once."""
    new = {each.decider_id for each in found if each.decider_id is not None} - approvers.keys()
    if new:
        fetched = people.fetch(work.db, people.people_query().where(people.person.c.id.in_(new)))
        approvers.update(dict.fromkeys(new))
        approvers.update({each.id: each for each in fetched})


def _value(line: _Line, column: Column, columns: Columns) -> Value:
    if not column.value:
        return column.text
    if column.form_field:
        value: Value = one_line(clean((line.entry.content.fields or {}).get(column.form_field, "")))
    else:
        value = _OF[column.value](line)
    if isinstance(value, bool):
        value = "ya" if value else "tidak"
    if isinstance(value, date):
        return value.strftime(columns.date)
    return column.words.get(value, value) if isinstance(value, str) else value


def _number(value: Decimal | None) -> Value:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _day(line: _Line, moment: datetime | None) -> Value:
    """The date where the person's office is."""
    return moment.astimezone(ZoneInfo(line.person.zone)).date() if moment else None


def _proofs(line: _Line) -> str:
    """Names of files and addresses; what is gone is not named."""
    return " | ".join(each.url or each.name for each in line.evidence if each.gone_at is None)


_OF: Mapping[str, Callable[[_Line], Value]] = {
    "nip": lambda line: line.person.nip,
    "name": lambda line: line.person.name,
    "unit": lambda line: line.unit,
    "date": lambda line: line.entry.day,
    "activity": lambda line: one_line(clean(line.entry.content.activity)),
    "result": lambda line: one_line(clean(line.entry.content.result)),
    "quantity": lambda line: _number(line.entry.content.quantity),
    "measure": lambda line: line.entry.content.measure,
    "minutes": lambda line: line.entry.content.minutes,
    "hours": lambda line: round(line.entry.content.minutes / 60, 2),
    "target_code": lambda line: line.target.code if line.target else "",
    "target_title": lambda line: one_line(clean(line.target.title)) if line.target else "",
    "place": lambda line: line.entry.content.place,
    "state": lambda line: line.entry.state,
    "evidence": _proofs,
    "sent_on": lambda line: _day(line, line.entry.sent_at),
    "decided_on": lambda line: _day(line, line.entry.decided_at),
    "approver_nip": lambda line: line.approver.nip if line.approver else "",
    "approver_name": lambda line: line.approver.name if line.approver else "",
    "version": lambda line: line.entry.version,
    "late": lambda line: line.entry.late,
    "id": lambda line: line.entry.id,
}


# ---------------------------------------------------------------- what they mean

_PLACES = {"": "tidak disebut", "wfo": "di kantor", "wfh": "di rumah", "wfa": "di tempat lain", "dinas": "dinas luar"}
_STATES = {"sent": "menunggu persetujuan", "returned": "dikembalikan", "approved": "disetujui"}
_YES_NO = {"ya": "ya", "tidak": "tidak"}
# (type, definition, unit, codes, always there)
_MEANINGS: Mapping[str, tuple[Type, str, str, Mapping[str, str], bool]] = {
    "nip": ("string", "Nomor Induk Pegawai", "", {}, True),
    "name": ("string", "Nama pegawai", "", {}, True),
    "unit": ("string", "Unit kerja pegawai ketika kegiatan dilaporkan", "", {}, True),
    "date": ("date", "Tanggal kegiatan menurut zona waktu kantor pegawai", "", {}, True),
    "activity": ("string", "Kegiatan yang dikerjakan", "", {}, True),
    "result": ("string", "Hasil kegiatan", "", {}, False),
    "quantity": ("number", "Banyaknya hasil, dalam satuan hasil", "", {}, False),
    "measure": ("string", "Satuan hasil", "", {}, False),
    "minutes": ("integer", "Waktu kerja untuk kegiatan", "menit", {}, True),
    "hours": ("number", "Waktu kerja untuk kegiatan", "jam", {}, True),
    "target_code": ("string", "Kode rencana hasil kerja (SKP) yang didukung", "", {}, False),
    "target_title": ("string", "Rencana hasil kerja (SKP) yang didukung", "", {}, False),
    "place": ("string", "Tempat bekerja", "", _PLACES, False),
    "state": ("string", "Keadaan laporan", "", _STATES, True),
    "evidence": ("string", "Nama berkas atau alamat bukti, dipisahkan tanda |", "", {}, False),
    "sent_on": ("date", "Tanggal laporan dikirim", "", {}, False),
    "decided_on": ("date", "Tanggal atasan memutuskan", "", {}, False),
    "approver_nip": ("string", "NIP atasan yang menyetujui", "", {}, False),
    "approver_name": ("string", "Nama atasan yang menyetujui", "", {}, False),
    "version": ("integer", "Versi laporan; lebih dari 1 setelah perubahan yang disetujui", "", {}, True),
    "late": ("string", "Dilaporkan setelah batas waktu, dengan izin atasan", "", _YES_NO, True),
    "id": ("integer", "Nomor laporan di Hadir", "", {}, True),
}


def _variable(columns: Columns, column: Column) -> Variable:
    if not column.value:
        return Variable(column.title, column.title, "string", "Isi yang sama di setiap baris", required=bool(column.text))
    if column.form_field:
        words = f"Isian tambahan unit: {column.form_field}"
        return Variable(column.title, column.title, "string", words, required=False)
    type, definition, unit, codes, required = _MEANINGS[column.value]
    shown = {column.words.get(code, code): meaning for code, meaning in codes.items() if column.words.get(code, code)}
    found = Variable(column.title, column.title, type, definition, unit=unit, codes=shown, required=required)
    return replace(found, format=columns.date) if type == "date" and columns.date != "%Y-%m-%d" else found


def _dataset(work: Work, columns: Columns, scope: Scope, variables: Sequence[Variable]) -> dataset.Dataset:
    first, last = entries.month_of(scope.month)
    t = work.speak(None)
    states = ", ".join(_STATES[state] for state in columns.states)
    return dataset.Dataset(
        name=scope.stem,
        title=plain(t("Work reports {month} — {name}", month=show_month(scope.month, t), name=scope.name)),
        description=f"Kegiatan harian pegawai yang dilaporkan kepada atasan langsung; keadaan: {states}.",
        variables=tuple(variables),
        first=first,
        last=last,
        produced_at=work.now,
        origin=Origin.of(work.settings),
        source="Laporan kerja harian (logbook) pada Hadir",
        observation="kegiatan pegawai per hari",
    )


def form_fields(work: Work) -> set[str]:
    """The names of the fields that any form has or had."""
    found = work.db.scalars(select(_form.c.fields))
    return {each["name"] for fields in found for each in fields or () if isinstance(each, dict) and "name" in each}
