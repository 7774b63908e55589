"""SKP targets (*rencana hasil kerja*) as they are read: whose, of which year, by the code that people write, how far along."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, or_, select

from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text, clean, fill, join
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.tables import skp_target as _target

LONGEST_CODE, LONGEST_TITLE, LONGEST_MEASURE = 30, 500, 40
# Words before a number that mean no more than "target".
_GENERIC = frozenset({"rhk", "skp", "target", "rk", "no", "nomor", "butir", "hasil", "kinerja"})
_PIECES = re.compile(r"[^\W\d_]+|\d+")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Target:
    """A row of `skp_target`; `quantity` of `measure` is to be reached in `year`. `removed`: readable, takes nothing more."""

    id: int
    person_id: int
    year: int
    code: str
    code_key: str
    title: str
    measure: str = ""
    quantity: Decimal | None = None
    removed: bool = False


@dataclass(slots=True)
class Tally:
    """What entries come to. `quantity` is in the target's own measure; `others` counts entries that say another one."""

    entries: int = 0
    minutes: int = 0
    quantity: Decimal = Decimal(0)
    others: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """`approved` counts; `pending` was sent and waits for the supervisor."""

    target: Target
    approved: Tally
    pending: Tally

    @property
    def share(self) -> int | None:
        """Per cent of the quantity that is reached; None where the target names none. Never 100 before it is."""
        wanted = self.target.quantity
        return int(self.approved.quantity * 100 / wanted) if wanted else None


# ---------------------------------------------------------------- codes


def code_key(words: str) -> str:
    """A code as it is compared: `RHK 3`, `rhk-3`, `#RHK.03` and `Rhk3` are all `rhk-3`; "" if nothing is in it."""
    pieces = _PIECES.findall(unicodedata.normalize("NFKC", clean(words)).casefold())
    return "-".join(piece.lstrip("0") or "0" if piece.isdecimal() else piece for piece in pieces)


def _number(key: str) -> str:
    """The key without generic words before a number: `rhk-3` and `3` are both `3`; "" if other words are in it."""
    pieces = key.split("-")
    while pieces and pieces[0] in _GENERIC:
        pieces.pop(0)
    return "-".join(pieces) if pieces and all(piece.isdecimal() for piece in pieces) else ""


# ---------------------------------------------------------------- reading

COLUMNS = tuple(
    _target.c[name] for name in ("id", "person_id", "year", "code", "code_key", "title", "measure", "quantity", "removed_at")
)


def of_row(row: Row[Any]) -> Target:
    fields: list[Any] = [*row[:-1], row[-1] is not None]
    return Target(*fields)


def _fetch(db: Connection, wanted: Select[Any]) -> list[Target]:
    return [of_row(row) for row in db.execute(wanted)]


# Built once: this is asked for every entry that is written.
_OF_PERSON = select(*COLUMNS).where(_target.c.person_id == bindparam("person"), _target.c.year == bindparam("year"))
_STANDING = _OF_PERSON.where(_target.c.removed_at.is_(None))


def of_person(db: Connection, person_id: int, year: int, *, removed: bool = False) -> list[Target]:
    """The person's targets of that year, in the order of their codes; with those that are not theirs any more if `removed`."""
    rows = db.execute(_OF_PERSON if removed else _STANDING, {"person": person_id, "year": year})
    return sorted(map(of_row, rows), key=in_order)


def of_people(db: Connection, person_ids: Collection[int], year: int) -> dict[int, list[Target]]:
    """The same for several, by person's id."""
    found: dict[int, list[Target]] = {}
    wanted = select(*COLUMNS).where(_target.c.year == year, _target.c.removed_at.is_(None))
    for target in sorted(_fetch(db, wanted.where(_target.c.person_id.in_(list(person_ids)))), key=in_order):
        found.setdefault(target.person_id, []).append(target)
    return found


def by_ids(db: Connection, ids: Iterable[int | None]) -> dict[int, Target]:
    """Those that entries point to, removed ones too."""
    wanted = {each for each in ids if each is not None}
    return {each.id: each for each in _fetch(db, select(*COLUMNS).where(_target.c.id.in_(wanted)))} if wanted else {}


def own(db: Connection, person_id: int, target_id: int, year: int) -> Target | None:
    """The person's own target of that year by its id, if it is still one: what a form or a draft says is not believed."""
    found = by_ids(db, [target_id]).get(target_id)
    return found if found and (found.person_id, found.year, found.removed) == (person_id, year, False) else None


def in_order(target: Target) -> tuple[tuple[int, int, str], ...]:
    """For sorting: RHK-2 before RHK-10."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in target.code_key.split("-"))


def years(db: Connection, person_id: int) -> list[int]:
    """The years in which the person has targets, latest first."""
    wanted = select(_target.c.year).where(_target.c.person_id == person_id, _target.c.removed_at.is_(None)).distinct()
    return sorted(db.scalars(wanted), reverse=True)


# ---------------------------------------------------------------- by code


def find(found: Sequence[Target], words: str) -> list[Target]:
    """Those that the words can mean: the code itself, else the same number (`#3` for RHK-3). Several: ask."""
    key = code_key(words)
    exact = [each for each in found if each.code_key == key]
    number = _number(key)
    if exact or not number:
        return exact
    plain = [each for each in found if _number(each.code_key) == number]
    # `3` may also be the number of a code with a word of its own, like IKU-3; `RHK 3` may not.
    return plain or ([each for each in found if _last_number(each.code_key) == number] if number == key else [])


def _last_number(key: str) -> str:
    """`iku-3` → `3`, `iku-1-2` → `1-2`"""
    pieces = key.split("-")
    while pieces and not pieces[0].isdecimal():
        pieces.pop(0)
    return "-".join(pieces)


def by_code(db: Connection, t: Translate, person_id: int, year: int, words: str) -> Target:
    """The person's target that `words` name: `RHK 3`, `rhk-3`, `#3`. Raises `UserError` with the nearest codes."""
    known = of_person(db, person_id, year, removed=True)
    found = find([each for each in known if not each.removed], words)
    if len(found) == 1:
        return found[0]
    raise UserError(_unclear(t, known, found, year, words))


def _unclear(t: Translate, known: Sequence[Target], found: Sequence[Target], year: int, words: str) -> Text:
    code, there = words.strip()[:LONGEST_CODE].lstrip("#"), [each for each in known if not each.removed]
    if found:
        return t("Which target do you mean: {codes}?", codes=codes(found))
    if find([each for each in known if each.removed], words):
        return t("Target {code} was taken out of {year}. Targets there are: {codes}.", code=code, year=year, codes=codes(there))
    if not there:
        how = Text("`/logbook target tambah`")
        return t("You have no targets for {year}. Add one with {how}, or leave the target out.", year=year, how=how)
    near = nearest(there, words)
    return t("There is no target {code} in {year}. Nearest: {codes}.", code=code, year=year, codes=codes(near or there))


def nearest(found: Sequence[Target], words: str) -> list[Target]:
    """The targets whose codes are most like the words."""
    by_key = {each.code_key: each for each in found}
    return [by_key[key] for key in difflib.get_close_matches(code_key(words), by_key, n=3, cutoff=0.5)]


def codes(found: Sequence[Target]) -> Text:
    """`RHK-1 Laporan keuangan, RHK-2 …`; `–` for none."""
    shown = [fill("{code} ({title})", code=each.code, title=each.title[:40]) for each in found[:_SHOWN]]
    return join(", ", [*shown, *([Text("…")] if len(found) > _SHOWN else [])]) if shown else Text("–")


# ---------------------------------------------------------------- progress


def progress(db: Connection, found: Sequence[Target]) -> list[Progress]:
    """How far along these targets are, in their order: one statement.

    An approved entry counts until its change is approved; a change that waits adds nothing to what is pending.
    """
    tallies: dict[tuple[int, str], Tally] = {}
    targets = {each.id: each for each in found}
    for row in db.execute(_sums(targets)) if targets else ():
        add(tallies.setdefault((row.target_id, row.state), Tally()), targets[row.target_id], row._asdict())
    none = Tally()
    return [Progress(each, tallies.get((each.id, "approved"), none), tallies.get((each.id, "sent"), none)) for each in found]


def _sums(targets: Mapping[int, Target]) -> Select[Any]:
    """By target, state and measure. The index is by person and day, so both are named."""
    e, owners = _entry.c, {each.person_id for each in targets.values()}
    first, last = min(each.year for each in targets.values()), max(each.year for each in targets.values())
    sums = (func.count().label("entries"), func.sum(e.minutes).label("minutes"), func.sum(e.quantity).label("quantity"))
    wanted = select(e.target_id, e.state, e.measure, *sums).where(
        e.person_id.in_(owners),
        e.day.between(date(first, 1, 1), date(last, 12, 31)),
        e.target_id.in_(list(targets)),
        or_(e.state == "approved", (e.state == "sent") & e.revises_id.is_(None)),
    )
    return wanted.group_by(e.target_id, e.state, e.measure)


def without(db: Connection, person_id: int, year: int) -> Tally:
    """What was approved in that year and names no target."""
    e, tally = _entry.c, Tally()
    wanted = select(func.count().label("entries"), func.sum(e.minutes).label("minutes")).where(
        e.person_id == person_id,
        e.day.between(date(year, 1, 1), date(year, 12, 31)),
        e.state == "approved",
        e.target_id.is_(None),
    )
    row = db.execute(wanted).one()
    tally.entries, tally.minutes = row.entries, int(row.minutes or 0)
    return tally


def add(tally: Tally, target: Target, row: Mapping[str, Any]) -> None:
    """Entries of one measure. Without a measure of their own, or where the target names none, they mean the target's."""
    tally.entries += row["entries"]
    tally.minutes += int(row["minutes"] or 0)
    if row["quantity"] is None:
        return
    if not row["measure"].strip() or not target.measure or same_measure(row["measure"], target.measure):
        tally.quantity += Decimal(row["quantity"])
    else:
        tally.others += row["entries"]


def same_measure(one: str, other: str) -> bool:
    """`Laporan` and `laporan ` are one measure."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
