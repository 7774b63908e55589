"""A dataset that may be passed on: a CSV file and a JSON file that says what it holds (Satu Data, Perpres 39/2019).

The description is a tabular Data Package (`datapackage.json` of Frictionless Data), so that programs can read it, and in
`satu_data` what the data standard (Perpres 39/2019 art. 4-5: concept, definition, classification, measure, unit) and the
statistical metadata of variables (Peraturan BPS 5/2020, MS-Var) ask for, in their own words.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
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
    """A column. `codes` maps each value that may occur to its meaning; `public` says whether it may be shown to anyone.
    `format` is how dates are written where it is not ISO 8601, like `%d/%m/%Y`.
    """

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
    format: str = ""


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
class Dialect:
    """How a CSV file is written, where another program cannot read ours. `encoding` is Python's name of it; with `header`
    the names of the variables come first.
    """

    separator: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    header: bool = True


STANDARD = Dialect()


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many rows and bytes, the SHA-256 of the bytes, and how many letters the encoding lacks: each of
    them became `?`.
    """

    rows: int
    bytes: int
    sha256: str
    lost: int = 0


@dataclass(slots=True)
class _Sink:
    """Where encoded text goes, and what is known of it."""

    target: BinaryIO
    encoding: str
    digest: Any = field(default_factory=hashlib.sha256)
    size: int = 0
    lost: int = 0
    encoder: codecs.IncrementalEncoder = field(init=False)

    def __post_init__(self) -> None:
        self.encoder = codecs.getincrementalencoder(self.encoding)(errors="replace")

    def take(self, buffer: io.StringIO) -> None:
        """Empty the buffer into the target."""
        words = buffer.getvalue()
        if not self.encoding.startswith("utf"):
            self.lost += sum(1 for sign in words if not sign.isascii() and not _encodes(sign, self.encoding))
        content = self.encoder.encode(words)
        self.target.write(content)
        self.digest.update(content)
        self.size += len(content)
        buffer.seek(0)
        buffer.truncate()


def _encodes(sign: str, encoding: str) -> bool:
    try:
        return bool(sign.encode(encoding))
    except UnicodeEncodeError:
        return False


def write_csv(
    target: BinaryIO, variables: Sequence[Variable], rows: Iterable[Sequence[Value]], dialect: Dialect = STANDARD
) -> Written:
    """CRLF, quotes where they are needed (RFC 4180); UTF-8 and commas if the dialect says nothing else."""
    sink, count = _Sink(target, dialect.encoding), 0
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=dialect.separator, lineterminator="\r\n")
    if dialect.header:
        writer.writerow([variable.name for variable in variables])
    for row in rows:
        writer.writerow([_text(value, dialect.decimal) for value in row])
        count += 1
        if buffer.tell() > 1 << 16:
            sink.take(buffer)
    sink.take(buffer)
    return Written(count, sink.size, sink.digest.hexdigest(), sink.lost)


def _text(value: Value, decimal: str) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value if decimal == "." or isinstance(value, int) else str(value).replace(".", decimal)
    if isinstance(value, date):  # a datetime as well
        return value.isoformat()
    return protect(clean(plain(value)).strip())  # some spreadsheets look for a formula behind white space


# ---------------------------------------------------------------- the description


def describe(dataset: Dataset, file: str, written: Written, dialect: Dialect = STANDARD) -> str:
    """The JSON text that goes with `file`."""
    return json.dumps(_package(dataset, file, written, dialect), ensure_ascii=False, indent=2) + "\n"


def _package(dataset: Dataset, file: str, written: Written, dialect: Dialect) -> dict[str, Any]:
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
                "encoding": _ENCODINGS.get(dialect.encoding, dialect.encoding),
                "bytes": written.bytes,
                "hash": f"sha256:{written.sha256}",
                "dialect": _dialect(dialect),
                "schema": {"fields": [_field(each, dialect) for each in dataset.variables], "missingValues": [""]},
            }
        ],
    }


# A byte order mark is no encoding of its own.
_ENCODINGS = {"utf-8-sig": "utf-8", "cp1252": "windows-1252"}


def _dialect(dialect: Dialect) -> dict[str, Any]:
    fixed = {"lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True}
    return {"delimiter": dialect.separator, **fixed, "header": dialect.header}


def _field(variable: Variable, dialect: Dialect) -> dict[str, Any]:
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
        **({"format": variable.format} if variable.format else {}),
        **({"decimalChar": dialect.decimal} if variable.type == "number" and dialect.decimal != "." else {}),
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
