"""SKP targets come, change and go; one that entries point to stays readable. Every change is in the audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from integration import people
from integration.db import insert_once
from integration.deciders import OFFICER
from integration.errors import UserError
from integration.form_values import one_line
from integration.i18n import Translate
from integration.messages import clean
from integration.people import Person
from plugins.logbook.imports import quantities
from plugins.logbook.tables import skp_target as _target
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import LONGEST_CODE, LONGEST_MEASURE, LONGEST_TITLE, Target, code_key

FIRST_YEAR = 2000
# A person has a dozen or two; this stops a file that is none of targets.
MOST = 100
# Columns that every audit row repeats, so that a change behind the service's back shows.
LEDGER = ("person_id", "year", "code", "title", "measure", "quantity", "removed_at")
# Like `Work.audit`: (action, object, before=, after=).
Record = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A target as somebody wants it; `quantity` of `measure`, or None where nothing is counted."""

    code: str
    title: str
    measure: str = ""
    quantity: Decimal | None = None

    @property
    def key(self) -> str:
        return code_key(self.code)


# ---------------------------------------------------------------- what may be, and who may


def code(t: Translate, words: str) -> str:
    """A code as it is shown. Raises `UserError`."""
    given = one_line(clean(words)).lstrip("#").strip()
    if not code_key(given):
        raise UserError(t("Please give the target a code, for example RHK-3."))
    if len(given) > LONGEST_CODE or len(code_key(given)) > LONGEST_CODE:
        raise UserError(t("A code has at most {length} characters, for example RHK-3.", length=LONGEST_CODE))
    return given


def title(t: Translate, words: str) -> str:
    given = one_line(clean(words))
    if not given:
        raise UserError(t("Please say what is to be reached."))
    if len(given) > LONGEST_TITLE:
        raise UserError(t("Please use at most {length} characters.", length=LONGEST_TITLE))
    return given


def measure(t: Translate, words: str) -> str:
    given = one_line(clean(words))
    if len(given) > LONGEST_MEASURE:
        raise UserError(t("A unit has at most {length} characters, for example laporan.", length=LONGEST_MEASURE))
    return given


def quantity(t: Translate, words: str) -> tuple[Decimal | None, str]:
    """`12`, `12 laporan` or nothing. Raises `UserError`."""
    try:
        found, rest = quantities.read(words)
    except ValueError:
        raise UserError(_no_quantity(t, words)) from None
    if found is None and rest or found == 0:
        raise UserError(_no_quantity(t, words))
    return found, rest


def _no_quantity(t: Translate, words: str) -> str:
    return t("“{words}” is no quantity. Write a number above 0, for example 12 or 1,5; or leave it empty.", words=words[:40])


def year(t: Translate, words: str, this_year: int) -> int:
    """From 2000 to next year. Raises `UserError`."""
    given = words.strip()
    if not (given.isascii() and given.isdecimal() and FIRST_YEAR <= int(given) <= this_year + 1):
        raise UserError(
            t("“{words}” is no year. Write one from {first} to {last}.", words=given[:20], first=FIRST_YEAR, last=this_year + 1)
        )
    return int(given)


def may_change(db: Connection, who: Person, owner: Person) -> bool:
    """One's own, those of everybody below in line, everybody's for personnel officers."""
    return who.id == owner.id or OFFICER in who.roles or people.is_above(db, who.id, owner.id)


# ---------------------------------------------------------------- writing


def put(db: Connection, record: Record, person_id: int, year: int, wanted: Wanted, now: datetime) -> tuple[str, int]:
    """Add the target, or change the one of that code: ("added" | "changed" | "same", its id)."""
    known = _known(db, person_id, year, wanted.key)
    values: dict[str, Any] = {
        "code": wanted.code,
        "title": wanted.title,
        "measure": wanted.measure,
        "quantity": wanted.quantity,
    }
    values |= {"changed_at": now, "removed_at": None}
    if known is None:
        row = {"person_id": person_id, "year": year, "code_key": wanted.key, **values}
        new = insert_once(db, _target, row)
        if new is not None:
            record("logbook.target_added", f"skp_target:{new[0]}", after=kept(person_id, year, wanted))
            return "added", int(new[0])
        known = _known(db, person_id, year, wanted.key)  # somebody was quicker
    assert known is not None  # noqa: S101  # the unique key says that it is there
    if not known.removed and wanted_of(known) == wanted:
        return "same", known.id
    db.execute(update(_target).where(_target.c.id == known.id).values(values))
    action = "logbook.target_restored" if known.removed else "logbook.target_changed"
    record(action, f"skp_target:{known.id}", before=kept_of(known), after=kept(person_id, year, wanted))
    return ("added" if known.removed else "changed"), known.id


def remove(db: Connection, record: Record, target: Target, now: datetime) -> bool:
    """Take it out of the year; entries that point to it keep it. False if it is out already."""
    return _set_removed(db, record, target, now, removed=True)


def restore(db: Connection, record: Record, target: Target, now: datetime) -> bool:
    return _set_removed(db, record, target, now, removed=False)


def _set_removed(db: Connection, record: Record, target: Target, now: datetime, *, removed: bool) -> bool:
    if target.removed == removed:
        return False
    there = _target.c.removed_at.is_(None) if removed else _target.c.removed_at.is_not(None)
    values: dict[str, datetime | None] = {"removed_at": now if removed else None, "changed_at": now}
    done = db.execute(update(_target).where(_target.c.id == target.id, there).values(values).returning(_target.c.id)).first()
    if done is None:
        return False
    action = "logbook.target_removed" if removed else "logbook.target_restored"
    after = kept(target.person_id, target.year, wanted_of(target), values["removed_at"])
    record(action, f"skp_target:{target.id}", before={"removed": target.removed}, after=after)
    return True


def _known(db: Connection, person_id: int, year: int, key: str) -> Target | None:
    found = known(db, _target.c.person_id == person_id, _target.c.year == year, _target.c.code_key == key)
    return found[0] if found else None


def known(db: Connection, *where: ColumnElement[bool]) -> list[Target]:
    """Targets by any condition, removed ones too."""
    return [targets.of_row(row) for row in db.execute(select(*targets.COLUMNS).where(*where))]


def wanted_of(known: Target) -> Wanted:
    return Wanted(known.code, known.title, known.measure, known.quantity)


def kept(person_id: int, year: int, wanted: Wanted, removed_at: datetime | None = None) -> dict[str, Any]:
    """As the audit has it: the columns of `LEDGER`."""
    amount = None if wanted.quantity is None else str(wanted.quantity)
    return {
        "person_id": person_id,
        "year": year,
        "code": wanted.code,
        "title": wanted.title,
        "quantity": amount,
        "measure": wanted.measure,
        "removed_at": removed_at.isoformat() if removed_at else None,
    }


def kept_of(known: Target) -> dict[str, Any]:
    return {**kept(known.person_id, known.year, wanted_of(known)), "removed": known.removed}
