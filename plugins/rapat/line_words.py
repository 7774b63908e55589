"""The words by which a line about a meeting is taken apart (`lines`), and the labels that an invitation has. Pure."""

from __future__ import annotations

import re

PROVIDERS = {
    "talk": "talk",
    "jitsi": "jitsi",
    "bbb": "bigbluebutton",
    "bigbluebutton": "bigbluebutton",
    "zoom": "zoom",
    "gmeet": "meet",
    "meet": "meet",
    "calls": "calls",
}
# These are words of any title, too: only behind *via* are they meant.
ORDINARY = frozenset({"meet", "calls", "talk"})
VIA = frozenset({"via", "lewat", "melalui", "pakai", "pake", "dengan", "di", "by", "on", "aplikasi"})
MODES = {
    "daring": "virtual",
    "online": "virtual",
    "virtual": "virtual",
    "vicon": "virtual",
    "vidcon": "virtual",
    "luring": "room",
    "offline": "room",
    "hybrid": "both",
    "hibrid": "both",
    "hibrida": "both",
    "hybrida": "both",
}
ROOMS = frozenset({"ruang", "ruangan", "r.", "aula", "gedung", "room", "lantai", "lt"})
PLACES = ROOMS | {"kantor", "hotel", "balai", "kediaman"}
UNITS = frozenset({"unit"})
INVITES = frozenset({"undang", "mengundang", "peserta", "invite"})
FILLING = frozenset(
    {"pada", "hari", "untuk", "dengan", "bersama", "di", "jam", "via", "mulai", "dan", "tgl", "ya", "dong", "tolong"}
)
ZONES = frozenset({"wib", "wita", "wit"})
_LABELS = {
    "title": ("judul", "hal", "perihal", "rapat", "nama rapat", "title"),
    "day": ("hari", "tanggal", "hari/tanggal", "hari, tanggal", "hari / tanggal", "tgl", "day", "date"),
    "time": ("jam", "pukul", "waktu", "time"),
    "length": ("lama", "durasi", "length"),
    "invite": ("undang", "peserta", "yth", "invite"),
    "place": ("tempat", "lokasi", "ruang", "place"),
    "repeat": ("ulang", "berulang", "repeat"),
    "agenda": ("agenda", "acara"),
    "number": ("nomor", "no", "number"),
    "folder": ("folder", "map"),
}
_FIELD_OF = {label: name for name, labels in _LABELS.items() for label in labels}
_LABELLED = re.compile(r"\s*[-*•]?\s*(?P<label>[A-Za-z/, ]{2,16}?)\s*:\s*(?P<text>.+)")


def labelled(text: str) -> tuple[str, str]:
    """(field, what is said of it) of a line like `Tempat: Aula`; ("", "") for any other."""
    found = _LABELLED.fullmatch(text)
    name = _FIELD_OF.get(found["label"].lower().strip(), "") if found else ""
    return (name, found["text"]) if found and name else ("", "")
