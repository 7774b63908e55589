"""A recap as files in a folder: the one way for the terminal and for chat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from integration import people
from integration.dates import last_of_month, show_month
from integration.documents import dataset, sheets
from integration.documents.pdf import Document
from integration.messages import plain
from integration.people import Person
from integration.plugin import Work
from plugins.hadir import recap
from plugins.hadir.recap import PersonMonth
from plugins.hadir.reports import paper, scope, table, workbook
from plugins.hadir.reports.paper import Issue
from plugins.hadir.reports.scope import Scope

Format = Literal["xlsx", "pdf", "csv"]
# Above that, rows are not kept in memory; it takes no longer, but the file repeats every word.
_STREAM_FROM = 2_000


class NoRecord(Exception):
    """Nobody of the scope has any record in the month."""


@dataclass(frozen=True, slots=True)
class Made:
    """The files that were written, the first of them the report itself, and how many people it is about.

    `document` is the PDF as drawn, for those who sign it.
    """

    files: tuple[Path, ...]
    people: int
    document: Document | None = None


def team_of(work: Work, given: Scope, month: date) -> list[Person]:
    """Who belongs to it in the month; nobody who came later."""
    if given.kind == "person":
        return [someone for someone in (people.get(work.db, given.id),) if someone]
    if given.kind == "office":
        found = scope.everybody(work, month)
    elif given.kind == "unit":
        found = people.of_unit(work.db, given.id, month)
    else:
        found = people.subordinates(work.db, given.id, month)
    last = last_of_month(month)
    return [someone for someone in found if (someone.started_on or month) <= last]


def make(
    work: Work,
    issue: Issue,
    given: Scope,
    team: list[Person],
    kind: Format,
    path: Path,
    progress: Callable[[int], None] = scope.silent,
) -> Made:
    """Write the recap of `team` to `path`, and for a dataset its description beside it. Raises `NoRecord`."""
    seen = _Seen()
    found = seen.of(scope.counted(recap.each(work, team, issue.month), progress))
    files: tuple[Path, ...] = (path,)
    document = None
    if kind == "xlsx":
        _workbook(issue, given, found, len(team), path)
    elif kind == "csv":
        files = _dataset(issue, given, found, path)
    else:
        document = _document(work, issue, given, found)
        path.write_bytes(document.finish())
    if not seen.anything:
        for file in files:
            file.unlink()
        raise NoRecord
    return Made(files, len(team), document)


@dataclass(slots=True)
class _Seen:
    """Whether anybody has a record; known once the last has gone by."""

    anything: bool = False

    def of(self, found: Iterable[PersonMonth]) -> Iterator[PersonMonth]:
        for someone in found:
            self.anything = self.anything or not someone.empty
            yield someone


def title(issue: Issue, given: Scope) -> str:
    """`Rekap kehadiran November 2026 — Bidang Aplikasi`"""
    month = show_month(issue.month, issue.t)
    return plain(issue.t("Attendance recap {month} — {name}", month=month, name=given.name))


def file_name(given: Scope, month: date, kind: Format) -> str:
    """`rekap-2026-11-bidang-aplikasi.pdf`: letters and figures only."""
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in given.name.lower()).split()
    return "-".join(["rekap", f"{month:%Y-%m}", *words])[:80] + f".{kind}"


def _workbook(issue: Issue, given: Scope, found: Iterable[PersonMonth], count: int, path: Path) -> None:
    made = sheets.Made(title(issue, given), issue.made, issue.maker, issue.now)
    workbook.write(path, issue.t, found, count, issue.month, made, streamed=count > _STREAM_FROM)


def _dataset(issue: Issue, given: Scope, found: Iterable[PersonMonth], path: Path) -> tuple[Path, ...]:
    with path.open("wb") as target:
        written = dataset.write_csv(target, table.VARIABLES, table.rows(found))
    beside = path.with_name(f"{path.stem}.metadata.json")
    described = table.dataset(issue.settings, path.stem.lower(), title(issue, given), issue.month, issue.day, issue.now)
    beside.write_text(dataset.describe(described, path.name, written), encoding="utf-8")
    return path, beside


def _document(work: Work, issue: Issue, given: Scope, found: Iterable[PersonMonth]) -> Document:
    if given.kind == "person":
        someone = next(iter(found))
        above = someone.person.supervisor_id
        document = paper.person(issue, someone, people.get(work.db, above) if above else None)
        for _ in found:  # the generator's last step tells that somebody has a record
            pass
        return document
    if given.kind == "team" and (supervisor := people.get(work.db, given.id)):
        return paper.team(issue, supervisor, found)
    return paper.units(issue, given.name, found)
