"""The worker's part: read a month in one transaction, draw it outside of all, and file it in another."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integration import people, tree
from integration.documents import ods, xlsx
from integration.documents.sheets import Made
from integration.plugin import Run, Work
from integration.safe_names import same
from plugins.logbook.drawing import material, names, paper, person_sheets, scopes, sweep, unit_book, wording
from plugins.logbook.drawing.material import PersonFile, UnitFile
from plugins.logbook.drawing.scopes import LATE, Changes, Drawing, Scope
from plugins.logbook.drawing.sweep import Wanted
from plugins.logbook.evidence import index

PDF = "application/pdf"
# Drawing only computes, which Python does in one thread at a time: two that draw would take turns by the millisecond and be
# slower than one after the other. Meanwhile the other reads and files.
_DRAWING = threading.Lock()


@dataclass(frozen=True, slots=True)
class State:
    """What was read: `file` is what to draw, None where there is nothing and never was; `changes` are what it shows."""

    before: Drawing | None
    changes: Changes
    at: datetime
    final: bool
    folder: str
    file: PersonFile | UnitFile | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file by its ending; `signer` and `issuer` are those of its electronic signature."""

    ending: str
    media_type: str
    content: bytes
    signer: str = ""
    issuer: str = ""


def draw(run: Run, given: Mapping[str, Any]) -> None:
    """Draw and file what the scope has now, unless its files show just that; while people still write, a little later.

    What changes during the drawing is found by the next look, and drawn once more. `left`: when an `entry` went elsewhere.
    """
    scope, left = Scope.of(given["scope"]), given.get("left")
    if left and scope.kind == "person":
        with run.begin() as work:
            index.draw_without(work, int(given["entry"]), scope.month)
    with run.read() as work:
        found = read(work, scope, datetime.fromisoformat(left) if left else None)
    if isinstance(found, Wanted):
        with run.begin() as work:
            work.queue([sweep.row(found)])
        return
    if found is None:
        return
    with _DRAWING:
        made = files_of(found)
    with run.begin() as work:
        put(work, scope, found, made)


# ---------------------------------------------------------------- reading


def read(work: Work, scope: Scope, left: datetime | None = None) -> State | Wanted | None:
    """None where the files show what there is; they may still show what has `left` the month at that moment."""
    before, final = scopes.drawing(work.db, scope), material.is_closed(work, scope)
    changes = scopes.changes_in(work.db, scope, (before.drawn_at if before else work.now) - LATE)
    unseen = scopes.unseen(before, changes)
    gone = before is not None and left is not None and left > before.drawn_at - LATE
    if before and not unseen and not gone and before.final >= final:
        return None
    # What changed long ago needs no rest; before the first drawing nothing else is looked for.
    if unseen and (waits := _postponed(scope, unseen, work.now)):
        return waits
    file = material.person_file(work, scope) if scope.kind == "person" else material.unit_file(work, scope)
    folder = f"{tree.planned_unit_folder(work.db, scope.unit_id)}/Logbook/{scope.month:%Y/%m}"
    if before and before.path:
        folder = before.path.rpartition("/")[0]
    shown = file if file and (_anything(file) or (before and before.path)) else None
    return State(before, changes, work.now, final, folder, shown)


def _postponed(scope: Scope, unseen: Changes, now: datetime) -> Wanted | None:
    wanted = sweep.wanted(scope, unseen, now)
    return wanted._replace(key=f"{wanted.key}:{wanted.due.isoformat()}") if wanted.due > now else None


def _anything(file: PersonFile | UnitFile) -> bool:
    if isinstance(file, PersonFile):
        return bool(file.found.lines)
    return any(each.lines for each in file.people)


# ---------------------------------------------------------------- drawing


def files_of(state: State) -> Sequence[Drawn]:
    file = state.file
    if file is None:
        return ()
    return _of_unit(file, state.folder) if isinstance(file, UnitFile) else _of_person(file, state.folder)


def _of_unit(file: UnitFile, folder: str) -> Sequence[Drawn]:
    return (Drawn("xlsx", xlsx.MEDIA_TYPE, unit_book.make(file, folder)),)


def _of_person(file: PersonFile, folder: str) -> Sequence[Drawn]:
    issue = file.issue
    sheets = person_sheets.sheets(file, folder)
    made = Made(wording.title(issue, file.found.person.name), "", "Hadir", issue.now)
    pdf, certificate = paper.make(file)
    signed_by = (certificate.name, certificate.issuer) if certificate else ("", "")
    return (
        Drawn("xlsx", xlsx.MEDIA_TYPE, xlsx.write(sheets, issue.t, made)),
        Drawn("ods", ods.MEDIA_TYPE, ods.write(sheets, made)),
        Drawn("pdf", PDF, pdf, *signed_by),
    )


# ---------------------------------------------------------------- filing


def put(work: Work, scope: Scope, state: State, drawn: Sequence[Drawn]) -> None:
    path = state.before.path if state.before else ""
    first = bool(drawn) and not path
    if first:
        path = _path(work, scope, state)
    now = Drawing(scope, state.changes, path, state.at, state.final)
    if not scopes.keep(work.db, now, state.before):
        return  # somebody else has drawn it: theirs stands
    told = _told(work, scope)
    for each in drawn:
        target = f"{path}.{each.ending}"
        work.file(target, each.content, each.media_type, f"logbook:{scope}:{state.at.isoformat()}:{each.ending}", tell=told)
        if each.signer:
            after = {"path": target, "signer": each.signer, "issuer": each.issuer}
            work.audit("logbook.signed", f"logbook:{scope}", after=after)
    if first and scope.kind == "person":
        index.draw_again(work, scope.person_id, scope.month)


def _path(work: Work, scope: Scope, state: State) -> str:
    """Given once: neither a new name of the person or the unit nor a folder that is shared from now on moves the files.

    Of two units that share a folder, files that would have one name get the unit's number.
    """
    folder = tree.folder(work.db, scope.unit_id, "Logbook", scope.month.year, work.now)
    file = state.file
    if isinstance(file, PersonFile):
        name = names.person_file(file.found.person, scope.month)
    else:
        name = names.unit_file(material.unit_name(work, scope.unit_id), scope.month)
    path = f"{folder}/{scope.month:%m}/{name}"
    others = scopes.drawings(work.db, scopes.neighbours(work.db, scope)).values()
    taken = {same(each.path) for each in others}
    return f"{path} ({scope.unit_id})" if same(path) in taken else path


def _told(work: Work, scope: Scope) -> list[int]:
    """Who hears that somebody has changed the file by hand: the person, or the unit's leaders."""
    if scope.kind == "person":
        return [scope.person_id]
    return [each.id for each in people.of_unit(work.db, scope.unit_id, scope.month) if "pimpinan" in each.roles]
