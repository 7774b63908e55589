"""A people file into the database: all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError

from integration import people
from integration.audit import By
from integration.db import Database
from integration.roster import check, plan, read, write
from integration.roster.model import COLUMNS, Entry, FileError, Findings
from integration.roster.plan import Plan
from integration.roster.write import Progress

# Any number that is ours alone: two imports at once would each find the other's people missing.
_IMPORT_LOCK = 0x4F52414E47


@dataclass(frozen=True, slots=True)
class Options:
    """`today` in the office's zone; `zone` for an empty cell; `end_missing`: the last day of those not in the file."""

    by: By
    today: date
    zone: str
    end_missing: date | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, or would be in a dry run; nothing was if there are problems."""

    plan: Plan
    findings: Findings
    done: bool


def import_file(database: Database, path: Path, options: Options, progress: Progress = lambda done, total: None) -> Outcome:
    """Check the whole file, then write it in one transaction. Raises `FileError`."""
    found = Findings()
    entries = check.entries(read.read(path, found), found, zone=options.zone)
    if options.dry_run or found.problems:
        with database.read() as db:
            return _outcome(_planned(db, entries, found, options), found, done=False)
    try:
        with database.write() as db:
            if not database.is_sqlite:
                db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _IMPORT_LOCK})
            planned = _planned(db, entries, found, options)
            if not found.problems:
                write.apply(db, planned, options.by, progress)
            return _outcome(planned, found, done=not found.problems)
    except IntegrityError:
        raise FileError(
            "the people were changed by somebody else at the same moment; nothing was imported: run it again"
        ) from None


def _planned(db: Connection, entries: list[Entry], found: Findings, options: Options) -> Plan:
    units = [row.name for row in db.execute(select(people.unit.c.name))]
    known = plan.known_people(db)
    return plan.compare(entries, known, units, found, today=options.today, end=options.end_missing)


def _outcome(planned: Plan, found: Findings, *, done: bool) -> Outcome:
    for findings in (found.problems, found.warnings):
        findings.sort(key=lambda problem: (problem.row, _position(problem.column)))
    return Outcome(planned, found, done)


def _position(column: str) -> int:
    return COLUMNS.index(column) if column in COLUMNS else len(COLUMNS)
