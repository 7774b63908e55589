"""Documents drawn from plain data, without a database, and what poppler reads in them."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from integration.i18n import Catalogues
from integration.ports import Span
from integration.settings import Settings, load
from plugins.rapat import documents
from plugins.rapat.documents.invitation import Addressee, Date, Undangan
from plugins.rapat.documents.issue import Issue, Signer
from tests import paper
from tests.cast import JAKARTA, JAYAPURA, MAKASSAR, at

T = Catalogues([Path(documents.__file__).parent.parent / "translations"]).speak("id")
SPAN = Span(at("2026-11-24T09:00+07:00"), at("2026-11-24T10:30+07:00"))
HENDRA, SITI = Signer("Hendra Gunawan", "198501012010010001"), Signer("Siti Rahayu", "198501012010010003")
AGENCY = {
    "agency_name": "Direktorat Aplikasi",
    "agency_parent": "Kementerian Contoh",
    "agency_address": "Jalan Merdeka Barat 9, Jakarta",
    "agency_place": "Jakarta",
}
ADDRESS = "https://rapat.kantor.example/koordinasi-spbe-8f3a"


def settings(folder: Path, **more: Any) -> Settings:
    return load({}, database_url="sqlite://", secret_key="t" * 64, home=folder, **more)


def issue(folder: Path, zones: Sequence[str] = (JAKARTA, MAKASSAR, JAYAPURA), **more: Any) -> Issue:
    return Issue(T, settings(folder, **(more or AGENCY)), JAKARTA, at("2026-11-23T13:00+07:00"), tuple(zones))


def weekly(count: int) -> list[Date]:
    return [Date(Span(SPAN.start + timedelta(weeks=n), SPAN.end + timedelta(weeks=n))) for n in range(count)]


def undangan(folder: Path, **more: Any) -> Undangan:
    given: dict[str, Any] = {
        "issue": issue(folder),
        "title": "Koordinasi SPBE",
        "dates": [Date(SPAN)],
        "addressees": [Addressee("Budi Santoso", "Bidang Aplikasi"), Addressee("Maria Goreti", "PT Mitra Data")],
        "organizer": HENDRA,
        "number": "B-123/APTIKA/11/2026",
        "place": "Ruang Garuda",
        "online": True,
        "address": ADDRESS,
        "agenda": ["Kemajuan aplikasi", "Anggaran 2027"],
    }
    return Undangan(**(given | more))


def saved(content: bytes, folder: Path, name: str = "dokumen.pdf") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def words(content: bytes, folder: Path) -> str:
    """The text, in which any white space is one space."""
    return " ".join(paper.words(saved(content, folder)).split())


def pages(content: bytes, folder: Path) -> list[str]:
    return paper.words(saved(content, folder)).rstrip("\f").split("\f")


def links(content: bytes, folder: Path) -> str:
    done = subprocess.run(["pdfinfo", "-url", str(saved(content, folder))], capture_output=True, text=True, check=True)
    return done.stdout
