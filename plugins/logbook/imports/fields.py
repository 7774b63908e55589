"""What a column of a sheet can mean, and the headings by which people call it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from integration.i18n import Translate
from integration.messages import Text


@dataclass(frozen=True, slots=True)
class Field:
    """`headings` are whole headings in plain letters; a longer one that begins or ends with one of them counts less.

    `down`: an empty cell of a merged block means what stands above it.
    """

    name: str
    headings: tuple[str, ...]
    required: bool = False
    down: bool = False


def _field(name: str, headings: str, *, required: bool = False, down: bool = False) -> Field:
    return Field(name, tuple(" ".join(each.split()) for each in headings.split("|")), required, down)


_NIP = _field("nip", "nip|nip pegawai|nip nrp|nomor induk pegawai|employee number", down=True)

ENTRIES = (
    _NIP,
    _field(
        "day",
        "tanggal|tgl|hari tanggal|hari tgl|hari dan tanggal|tanggal kegiatan|tanggal pelaksanaan"
        "|tanggal pekerjaan|date|day|hari",
        required=True,
        down=True,
    ),
    _field(
        "activity",
        "uraian kegiatan|kegiatan|uraian|aktivitas|aktifitas|uraian aktivitas|uraian tugas|uraian pekerjaan"
        "|pekerjaan|nama kegiatan|kegiatan harian|tugas|rincian kegiatan|deskripsi|deskripsi kegiatan"
        "|kegiatan tugas jabatan|uraian kegiatan harian|activity|task",
        required=True,
        down=True,
    ),
    _field(
        "result",
        "hasil|output|hasil kerja|hasil kegiatan|keluaran|output kegiatan|hasil output|output hasil|capaian|realisasi|result",
    ),
    _field(
        "quantity",
        "volume|jumlah|kuantitas|qty|vol|jumlah output|jumlah hasil|banyaknya|kuantitas output|volume kegiatan|quantity",
    ),
    _field("measure", "satuan|satuan output|satuan hasil|satuan volume|unit"),
    _field(
        "minutes",
        "waktu|durasi|lama|lama waktu|lama kegiatan|waktu kerja|jam kerja|waktu efektif|alokasi waktu"
        "|total waktu|waktu penyelesaian|jumlah waktu|jumlah jam|jumlah menit|menit|jam|waktu jam|waktu menit"
        "|durasi jam|durasi menit|duration|hours|minutes",
    ),
    _field("start", "jam mulai|mulai|waktu mulai|pukul mulai|jam awal|awal|dari jam|dari|start|waktu awal"),
    _field("end", "jam selesai|selesai|waktu selesai|pukul selesai|jam akhir|akhir|sampai jam|sampai|s d|end|waktu akhir"),
    _field(
        "target",
        "rhk|target|rencana hasil kerja|kode rhk|no rhk|nomor rhk|rhk skp|skp|target skp|sasaran"
        "|rencana kinerja|sasaran kinerja|indikator kinerja|iki|kode skp",
        down=True,
    ),
    _field("place", "tempat|lokasi|lokasi kerja|tempat kerja|wfo wfh|wfh wfo|tempat pelaksanaan|place|location", down=True),
    _field(
        "evidence",
        "bukti|bukti dukung|bukti fisik|data dukung|tautan|link|eviden|evidence|evidens|dokumen pendukung"
        "|link bukti|tautan bukti|link eviden|dokumentasi|link bukti dukung",
    ),
    _field("note", "keterangan|ket|catatan|remarks|note|notes"),
)
TARGETS = (
    _NIP,
    _field("year", "tahun|tahun skp|year", down=True),
    _field("code", "kode|kode rhk|no rhk|nomor rhk|kode target|kode skp|rhk|no|nomor|code"),
    _field(
        "title",
        "rencana hasil kerja|rhk|uraian|uraian rhk|hasil kerja|sasaran|sasaran kinerja|target kinerja"
        "|kegiatan tugas jabatan|kegiatan|rencana kinerja|uraian target|rencana hasil kerja pegawai|title"
        "|target",
        required=True,
    ),
    _field(
        "quantity", "target|kuantitas|jumlah|volume|target kuantitas|target tahunan|target jumlah|qty|quantity|target output"
    ),
    _field("measure", "satuan|satuan target|satuan output|unit"),
)
KINDS = {"entries": ENTRIES, "targets": TARGETS}
# Headings that mean none of it, however much they look like it.
_NONE = (
    "unit kerja|nama|nama pegawai|jabatan|pangkat|golongan|paraf|paraf atasan|ttd|tanda tangan|persetujuan"
    "|persetujuan atasan|status|no urut|nilai|kualitas|validasi|verifikasi|unit organisasi"
)
NONE = frozenset(_NONE.split("|"))
_NOT_LETTERS = re.compile(r"[\W_]+")


def key_of(heading: str) -> str:
    """A heading as it is compared: `Hari / Tanggal` is `hari tanggal`."""
    return " ".join(_NOT_LETTERS.sub(" ", unicodedata.normalize("NFKC", heading).casefold()).split())


def fit(field: Field, key: str) -> int:
    """How well a heading names the field: 100 exactly, less for a longer one, 0 not at all."""
    if not key or key in NONE:
        return 0
    if key in field.headings:
        return 100
    words = key.split()
    found = [_partly(words, heading.split()) for heading in field.headings if len(heading) > 2]
    return max(found, default=0)


def _partly(words: list[str], heading: list[str]) -> int:
    count = len(heading)
    if count >= len(words) or (words[:count] != heading and words[-count:] != heading):
        return 0
    return 30 + 50 * count // len(words)


def label(t: Translate, name: str) -> Text:
    """What a field is called in sentences and forms."""
    return {
        "nip": t("NIP"),
        "day": t("Date"),
        "activity": t("Activity"),
        "result": t("Result"),
        "quantity": t("Quantity"),
        "measure": t("Unit of measure"),
        "minutes": t("Time spent"),
        "start": t("From (time)"),
        "end": t("Until (time)"),
        "target": t("SKP target"),
        "place": t("Place"),
        "evidence": t("Evidence"),
        "note": t("Remark"),
        "year": t("Year"),
        "code": t("Code"),
        "title": t("What is to be reached"),
    }[name]
