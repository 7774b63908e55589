"""What is wrong within the file itself: each cell alone, then the rows against one another."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from zoneinfo import available_timezones

from integration.people import ROLES
from integration.roster.model import PLATFORMS, Entry, Findings, Row, is_formula, unprotect
from integration.roster.read import AS_TEXT
from integration.zones import ZONES_BY_NAME

LONGEST_NAME = 200
LONGEST_EMAIL = 254
LONGEST_USERNAME = 64
NIP_DIGITS = 18
# Staff who are not civil servants have other numbers.
SHORTEST_NIP = 8

Complain = Callable[[str], None]

_EMAIL = re.compile(r"[^@\s,;<>()\"\\]+@[^@\s,;<>()\"\\]+\.[^@\s,;<>()\"\\.]+")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_USERNAME = {"mattermost": re.compile(r"[a-z0-9._-]+"), "nextcloud": re.compile(r"[a-z0-9._@' -]+")}
_ALLOWED = {
    "mattermost": "letters, digits, dot, hyphen and underscore",
    "nextcloud": "letters, digits, space, dot, hyphen, underscore, apostrophe and @",
}


def entries(rows: Iterable[Row], found: Findings, *, zone: str) -> list[Entry]:
    """The people of the file; `zone` is the one for an empty cell."""
    checked = [_entry(row, found, zone) for row in rows]
    _only_once(checked, "nip", lambda entry: entry.nip, found)
    _only_once(checked, "email", lambda entry: entry.email, found)
    for platform in PLATFORMS:
        _only_once(checked, platform, partial(_username_of, platform), found)
    _units_alike(checked, found)
    return checked


def _entry(row: Row, found: Findings, zone: str) -> Entry:
    def cell(column: str) -> str:
        text = row.cells.get(column, "")
        return "" if text == "-" else unprotect(text)

    def complain(column: str) -> Complain:
        return partial(found.problem, row.number, column)

    usernames = {platform: _username(platform, cell(platform), complain(platform)) for platform in PLATFORMS}
    nip = _nip(cell("nip"), complain("nip"))
    if "nip" in row.cells and not cell("nip"):
        found.problem(row.number, "nip", "the NIP is missing")
    elif nip and len(nip) != NIP_DIGITS:
        found.warn(row.number, "nip", f"{nip} has {len(nip)} digits, an NIP {NIP_DIGITS}: taken as another staff number")
    return Entry(
        row=row.number,
        nip=nip,
        name=_name(row.cells.get("nama"), complain("nama")),
        unit=_name(row.cells.get("unit"), complain("unit")),
        supervisor=_supervisor(nip, _nip(cell("atasan"), complain("atasan")), complain("atasan")),
        roles=_roles(cell("peran"), complain("peran")),
        email=_email(cell("email"), complain("email")),
        zone=_zone(cell("zona"), complain("zona")) if cell("zona") else zone,
        usernames={platform: username for platform, username in usernames.items() if username},
    )


# ---------------------------------------------------------------- one cell


def _nip(text: str, complain: Complain) -> str:
    """The digits; the official writing in groups and a spreadsheet's leading apostrophe are understood."""
    digits = text.removeprefix("'").replace(" ", "")
    if not digits:
        return ""
    if _SCIENTIFIC.fullmatch(digits):
        complain(f"{text[:40]}: a spreadsheet has cut the digits; {AS_TEXT}")
    elif not (digits.isascii() and digits.isdigit()):
        complain(f"“{text[:40]}” is not an NIP: it has {NIP_DIGITS} digits and nothing else")
    elif not SHORTEST_NIP <= len(digits) <= NIP_DIGITS:
        complain(
            f"{digits[:40]} has {len(digits)} digits; an NIP has {NIP_DIGITS}, another staff number {SHORTEST_NIP} or more"
        )
    else:
        return digits
    return ""


def _name(text: str | None, complain: Complain) -> str:
    if text is None:
        return ""
    if is_formula(text):
        complain(f"“{text[:40]}” begins like a formula; if it really is the text, put an apostrophe (') in front")
        return ""
    text = unprotect(text)
    if not text:
        complain("is empty")
    elif len(text) > LONGEST_NAME:
        complain(f"is {len(text)} characters long; at most {LONGEST_NAME} fit")
    else:
        return text
    return ""


def _supervisor(nip: str, supervisor: str, complain: Complain) -> str:
    if supervisor and supervisor == nip:
        complain("nobody is their own supervisor; leave it empty for the head of the office")
        return ""
    return supervisor


def _roles(text: str, complain: Complain) -> tuple[str, ...]:
    named = [word.strip().casefold() for word in re.split(r"[;,|/]", text) if word.strip()] or ["pegawai"]
    for role in named:
        if role not in ROLES:
            close = difflib.get_close_matches(role, ROLES, n=1)
            complain(f"unknown role “{role}”; " + (f"is it {close[0]}?" if close else f"known are {', '.join(ROLES)}"))
    return tuple(role for role in ROLES if role in named)


def _email(text: str, complain: Complain) -> str:
    email = text.lower()
    if email and (len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email)):
        complain(f"“{text[:80]}” is not an e-mail address")
        return ""
    return email


@cache
def _zones() -> dict[str, str]:
    """Every name that a zone may be given, in lower case, and its IANA name."""
    return {name.lower(): name for name in available_timezones()} | {k.lower(): v for k, v in ZONES_BY_NAME.items()}


def _zone(text: str, complain: Complain) -> str:
    zone = _zones().get(text.lower().replace(" ", "_"))
    if zone is None:
        city = {name.rpartition("/")[2]: full for name, full in _zones().items()}
        close = difflib.get_close_matches(text.lower(), [*_zones(), *city], n=1)
        meant = _suggested(close[0], city) if close else ""
        complain(f"unknown zone “{text[:60]}”; " + (f"is it {meant}?" if meant else "write WIB, WITA, WIT or Asia/Jakarta"))
        return ""
    return zone


def _suggested(name: str, cities: dict[str, str]) -> str:
    return name.upper() if name.upper() in ZONES_BY_NAME else _zones().get(name) or cities[name]


def _username(platform: str, text: str, complain: Complain) -> str:
    username = text.removeprefix("@").lower()
    if username and (len(username) > LONGEST_USERNAME or not _USERNAME[platform].fullmatch(username)):
        complain(f"“{text[:80]}” is not a username: up to {LONGEST_USERNAME} {_ALLOWED[platform]}")
        return ""
    return username


# ---------------------------------------------------------------- rows against one another


def _only_once(checked: list[Entry], column: str, value: Callable[[Entry], str], found: Findings) -> None:
    first: dict[str, int] = {}
    for entry in checked:
        given = value(entry)
        if given and first.setdefault(given, entry.row) != entry.row:
            found.problem(entry.row, column, f"{given} stands in row {first[given]} already")


def _username_of(platform: str, entry: Entry) -> str:
    return entry.usernames.get(platform, "")


def _units_alike(checked: list[Entry], found: Findings) -> None:
    """Two spellings of one name would make two units."""
    first: dict[str, Entry] = {}
    said: set[str] = set()
    for entry in checked:
        other = first.setdefault(entry.unit.casefold(), entry)
        if other.unit != entry.unit and entry.unit not in said:
            said.add(entry.unit)
            found.warn(entry.row, "unit", f"“{entry.unit}” and “{other.unit}” (row {other.row}) become two units")
