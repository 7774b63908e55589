"""The recap as a dataset: a row for each person and day, with what every column means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from integration.dates import last_of_month
from integration.documents.dataset import Dataset, Origin, Value, Variable
from integration.settings import Settings
from plugins.hadir.evaluation.results import WORDS
from plugins.hadir.recap import Line, PersonMonth
from plugins.hadir.service import Event

_PLACES = {"wfo": "bekerja di kantor", "wfh": "bekerja di rumah", "wfa": "bekerja di tempat lain", "dinas": "perjalanan dinas"}


def _minutes(name: str, title: str, definition: str) -> Variable:
    return Variable(name, title, "integer", definition, measure="durasi", unit="menit", minimum=0)


def _moment(name: str, title: str, definition: str) -> Variable:
    return Variable(name, title, "datetime", definition, concept="Jam kerja", unit="ISO 8601", required=False)


VARIABLES = (
    Variable("tanggal", "Tanggal", "date", "Hari kerja menurut zona waktu kantor pegawai", concept="Hari kerja"),
    Variable("nip", "NIP", "string", "Nomor induk pegawai", concept="Pegawai"),
    Variable("nama", "Nama", "string", "Nama pegawai", concept="Pegawai"),
    Variable("unit", "Unit kerja", "string", "Unit kerja pegawai pada saat data dibuat", concept="Unit kerja"),
    Variable("status", "Status kehadiran", "string", "Hasil penilaian hari itu", codes={word: word for word in WORDS.values()}),
    Variable("hari_kerja", "Hari kerja", "boolean", "Apakah pada hari itu pegawai wajib bekerja"),
    _moment("jadwal_mulai", "Jadwal mulai", "Awal jam kerja yang direncanakan"),
    _moment("jadwal_selesai", "Jadwal selesai", "Akhir jam kerja yang direncanakan"),
    _moment("masuk", "Jam masuk", "Pencatatan masuk yang berlaku"),
    _moment("pulang", "Jam pulang", "Pencatatan pulang yang berlaku"),
    Variable("tempat", "Tempat kerja", "string", "Tempat kerja menurut pencatatan masuk", codes=_PLACES, required=False),
    _minutes("menit_terlambat", "Terlambat", "Menit sesudah jam mulai"),
    _minutes("menit_pulang_cepat", "Pulang cepat", "Menit sebelum jam selesai"),
    _minutes("menit_kerja", "Waktu kerja", "Waktu kerja tanpa istirahat"),
    _minutes("menit_wajib", "Waktu wajib", "Waktu kerja yang wajib dipenuhi"),
    Variable("kategori", "Kategori", "string", "Kode terlambat dan pulang cepat, dipisah spasi", required=False),
    Variable("potongan_persen", "Potongan", "number", "Simulasi potongan tunjangan hari itu", unit="persen", minimum=0),
    Variable("gangguan_layanan", "Gangguan layanan", "boolean", "Apakah gangguan layanan dimaklumi pada hari itu"),
    Variable("dikoreksi", "Dikoreksi", "boolean", "Apakah jam masuk atau pulang berasal dari koreksi yang disetujui"),
    Variable("aturan", "Aturan", "string", "Nama dan versi aturan yang memutuskan, dipisah koma", required=False),
)


def dataset(settings: Settings, name: str, title: str, month: date, today: date, now: datetime) -> Dataset:
    """`name` becomes the file's; `title` names the unit or person. A month that is not over ends `today`."""
    return Dataset(
        name=name,
        title=title,
        description="Rekap kehadiran: satu baris untuk setiap pegawai dan hari, dengan penilaian menurut aturan yang berlaku.",
        variables=VARIABLES,
        first=month,
        last=min(last_of_month(month), today),
        produced_at=now,
        origin=Origin.of(settings),
        source="Hadir, catatan kehadiran pegawai",
        observation="pegawai per hari",
    )


def rows(found: Iterable[PersonMonth]) -> Iterator[list[Value]]:
    for someone in found:
        for line in someone.lines:
            yield _row(someone, line)


def _row(someone: PersonMonth, line: Line) -> list[Value]:
    who, plan, result = someone.person, line.plan, line.result
    events = (line.found.arrival, line.found.departure)
    rules = dict.fromkeys(f"{reason.rule} {reason.version}".strip() for reason in result.reasons if reason.rule)
    return [
        line.day,
        who.nip,
        who.name,
        who.unit,
        result.word,
        plan.works,
        plan.start.astimezone(who.tz) if plan.start else None,
        plan.end.astimezone(who.tz) if plan.end else None,
        *(_instant(event, someone) for event in events),
        result.place or None,
        result.late,
        result.early,
        result.worked,
        result.owed,
        " ".join(result.bands) or None,
        float(result.deduction),
        result.outage is not None,
        any(event is not None and event.source == "correction" for event in events),
        ", ".join(rules) or None,
    ]


def _instant(event: Event | None, someone: PersonMonth) -> datetime | None:
    """To the second, with the office's offset."""
    return event.at.astimezone(someone.person.tz).replace(microsecond=0) if event else None
