"""A dataset that may be passed on: a CSV file and a JSON file that says what it holds (Satu Data, Perpres 39/2019).

The description is a tabular Data Package (`datapackage.json` of Frictionless Data), so that programs can read it, and in
`satu_data` what the data standard (Perpres 39/2019 art. 4-5: concept, definition, classification, measure, unit) and the
statistical metadata of variables (Peraturan BPS 5/2020, MS-Var) ask for, in their own words.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO, Literal

from integration.messages import clean, plain
from integration.roster.model import protect
from integration.settings import Settings

MEDIA_TYPE = "text/csv"
PERSONAL = "Terbatas: memuat data pribadi (UU 27/2022), tidak untuk diumumkan"
_APOSTROPHE = "Teks yang akan dihitung oleh lembar kerja (berawalan = + - @) didahului tanda petik tunggal."

Type = Literal["string", "integer", "number", "boolean", "date", "time", "datetime"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A column. `codes` maps each value that may occur to its meaning; `public` says whether it may be shown to anyone."""

    name: str
    title: str
    type: Type
    definition: str
    concept: str = ""
    measure: str = ""
    unit: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    required: bool = True
    minimum: int | None = None
    public: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Who answers for the data: the agency that produced it, how to reach it, under which terms it may be used."""

    producer: str
    contact: str
    licence: str

    @classmethod
    def of(cls, settings: Settings) -> Origin:
        return cls(settings.agency_name, settings.agency_contact, settings.agency_data_licence or PERSONAL)


@dataclass(frozen=True, slots=True)
class Dataset:
    """`name` is made of lower-case letters, figures and hyphens; the days are of `first` to `last`, both included."""

    name: str
    title: str
    description: str
    variables: tuple[Variable, ...]
    first: date
    last: date
    produced_at: datetime
    origin: Origin
    source: str
    observation: str
    frequency: str = "bulanan"


Value = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many rows and bytes, and the SHA-256 of the bytes."""

    rows: int
    bytes: int
    sha256: str


def write_csv(target: BinaryIO, variables: Sequence[Variable], rows: Iterable[Sequence[Value]]) -> Written:
    """UTF-8, commas, CRLF, quotes where they are needed (RFC 4180), the names of the variables first."""
    digest, count, size = hashlib.sha256(), 0, 0
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([variable.name for variable in variables])
    for row in rows:
        writer.writerow([_text(value) for value in row])
        count += 1
        if buffer.tell() > 1 << 16:
            size += _flush(buffer, target, digest.update)
    size += _flush(buffer, target, digest.update)
    return Written(count, size, digest.hexdigest())


def _flush(buffer: io.StringIO, target: BinaryIO, seen: Callable[[bytes], object]) -> int:
    content = buffer.getvalue().encode("utf-8")
    target.write(content)
    seen(content)
    buffer.seek(0)
    buffer.truncate()
    return len(content)


def _text(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, date):  # a datetime as well
        return value.isoformat()
    return protect(clean(plain(value)).strip())  # some spreadsheets look for a formula behind white space


# ---------------------------------------------------------------- the description


def describe(dataset: Dataset, file: str, written: Written) -> str:
    """The JSON text that goes with `file`."""
    return json.dumps(_package(dataset, file, written), ensure_ascii=False, indent=2) + "\n"


def _package(dataset: Dataset, file: str, written: Written) -> dict[str, Any]:
    origin = dataset.origin
    return {
        "profile": "tabular-data-package",
        "name": dataset.name,
        "title": dataset.title,
        "description": dataset.description,
        "created": dataset.produced_at.isoformat(),
        "licenses": [{"name": "terbatas" if origin.licence == PERSONAL else "lainnya", "title": origin.licence}],
        "contributors": [{"title": origin.producer, "email": origin.contact, "role": "publisher"}],
        "sources": [{"title": dataset.source}],
        "satu_data": _satu_data(dataset, written),
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": dataset.name,
                "path": file,
                "format": "csv",
                "mediatype": MEDIA_TYPE,
                "encoding": "utf-8",
                "bytes": written.bytes,
                "hash": f"sha256:{written.sha256}",
                "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
                "schema": {"fields": [_field(variable) for variable in dataset.variables], "missingValues": [""]},
            }
        ],
    }


def _field(variable: Variable) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": variable.required}
    if variable.codes:
        constraints["enum"] = list(variable.codes)
    if variable.minimum is not None:
        constraints["minimum"] = variable.minimum
    return {
        "name": variable.name,
        "title": variable.title,
        "description": variable.definition,
        "type": variable.type,
        **({"unit": variable.unit} if variable.unit else {}),
        "constraints": constraints,
    }


def _satu_data(dataset: Dataset, written: Written) -> dict[str, Any]:
    return {
        "dasar": ["Perpres 39/2019", "Peraturan BPS 5/2020"],
        "judul": dataset.title,
        "deskripsi": dataset.description,
        "produsen_data": dataset.origin.producer,
        "kontak": dataset.origin.contact,
        "sumber": dataset.source,
        "lisensi": dataset.origin.licence,
        "klasifikasi_akses": "terbatas" if any(not variable.public for variable in dataset.variables) else "terbuka",
        "periode": {"awal": dataset.first.isoformat(), "akhir": dataset.last.isoformat()},
        "frekuensi": dataset.frequency,
        "diproduksi_pada": dataset.produced_at.isoformat(),
        "unit_observasi": dataset.observation,
        "jumlah_baris": written.rows,
        "catatan": _APOSTROPHE,
        "variabel": [_variable(variable, dataset) for variable in dataset.variables],
    }


def _variable(variable: Variable, dataset: Dataset) -> dict[str, Any]:
    return {
        "nama": variable.name,
        "alias": variable.title,
        "konsep": variable.concept or variable.title,
        "definisi": variable.definition,
        "tipe_data": variable.type,
        "ukuran": variable.measure,
        "satuan": variable.unit,
        "klasifikasi": [{"kode": code, "arti": meaning} for code, meaning in variable.codes.items()],
        "aturan_validasi": _rule(variable),
        "referensi_waktu": f"{dataset.first.isoformat()}/{dataset.last.isoformat()}",
        "dapat_diakses_umum": variable.public,
    }


def _rule(variable: Variable) -> str:
    parts = ["wajib diisi" if variable.required else "boleh kosong"]
    if variable.minimum is not None:
        parts.append(f"paling kecil {variable.minimum}")
    if variable.codes:
        parts.append("salah satu kode klasifikasi")
    return "; ".join(parts)
