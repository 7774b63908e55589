"""The worker's part of an import: reading a file, taking it, and forgetting those that nobody answered.

Begun again after a crash they do no harm: what a step leaves behind, and its state, are one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integration import deciders, people
from integration.i18n import Translate
from integration.messages import Reply
from integration.people import Person
from integration.plugin import Job, Run
from integration.work import Build, Work
from integration.workdays import local_day
from plugins.logbook.entries import Entry
from plugins.logbook.imports import (
    checking,
    opening,
    outcome,
    store,
    taking,
    target_rows,
    target_taking,
    target_undoing,
    telling,
    undoing,
)
from plugins.logbook.imports import reading as understanding
from plugins.logbook.imports.opening import Unreadable
from plugins.logbook.imports.problems import Problems
from plugins.logbook.imports.reading import Reading
from plugins.logbook.imports.store import Import

READ, TAKE, UNDO = "import_read", "import_take", "import_undo"
# More of them are taken out by the worker.
UNDONE_AT_ONCE = 2_000


@dataclass(slots=True)
class _Found:
    """A file as it stands against the database at this moment."""

    file: Import
    sender: Person
    reading: Reading
    problems: Problems
    plan: checking.Plan | target_rows.Plan | None = None


def queue(work: Work, found: Import, task: str) -> None:
    """Have the worker go on with it, one file of a person at a time."""
    stream = f"logbook:import:{found.person_id}"
    given = {"import": found.id, "round": found.round}
    work.later(f"logbook.{task}", stream, f"logbook:import:{found.id}:{task}:{found.round}:{work.now.isoformat()}", given)


# ---------------------------------------------------------------- reading


def read(run: Run, given: Mapping[str, Any]) -> None:
    """1. read the file apart; 2. hold it against the database; 3. ask the sender, in one transaction with the new state."""
    found = _look(run, given, "reading")
    if found is None:
        return
    with run.begin() as work:
        mapping = _kept(found)
        if not store.move(work.db, found.file.id, ("reading",), "asked", mapping=mapping):
            return
        now = store.get(work.db, found.file.id)
        assert now is not None  # noqa: S101  # its row has just been changed here
        answer = telling.understood(work.speak(found.sender), now, found.reading, found.problems, found.plan)
        store.move(work.db, now.id, ("asked",), "asked", report=str(answer.text))
        key = f"logbook:import:{now.id}:asked:{now.round}"
        work.tell(found.sender, key, lambda _: answer)


def _look(run: Run, given: Mapping[str, Any], state: str) -> _Found | None:
    """The file read and checked; None where it is not in that state any more, or could not be read: then that was said."""
    with run.read() as work:
        file = store.get(work.db, int(given["import"]))
        sender = people.get(work.db, file.person_id) if file else None
        if file is None or sender is None or file.state != state or file.round != given["round"]:
            return None
        content, t = store.content(work.db, file.id), work.speak(sender)
    try:
        sheets = opening.read(content, t)
    except Unreadable as why:
        _refuse(run, file, sender, why)
        return None
    with run.read() as work:
        return _checked(work, t, file, sender, sheets)


def _checked(work: Work, t: Translate, file: Import, sender: Person, sheets: list[opening.Sheet]) -> _Found:
    wrong, today = Problems(), local_day(work.now, sender)
    read = understanding.understand(t, file.kind, sheets, file.chosen, file.year, today, wrong)
    found = _Found(file, sender, read, wrong)
    if file.kind == "entries":
        found.plan = checking.check(work, t, sender, read.entries, wrong)
    else:
        found.plan = target_rows.check(work, t, sender, read.targets, file.year or today.year, wrong)
    return found


def _kept(found: _Found) -> dict[str, Any]:
    """What the next step and the form of columns need."""
    read, file = found.reading, found.file
    columns = [[column.key, telling.shown(column)] for column in read.columns]
    clean = not found.problems and not read.lacking and found.plan is not None and bool(found.plan.wanted)
    return {**file.mapping, "round": file.round, "fields": read.mapping, "columns": columns, "clean": clean}


def _refuse(run: Run, file: Import, sender: Person, why: Unreadable) -> None:
    with run.begin() as work:
        if store.end(work, file.id, ("reading", "taking"), "dropped"):
            t = work.speak(sender)
            answer = Reply(t("**{name}** cannot be read. {why}", name=file.name, why=why.text), refused=True)
            work.tell(sender, f"logbook:import:{file.id}:refused", lambda _: answer)


# ---------------------------------------------------------------- taking


def take(run: Run, given: Mapping[str, Any]) -> None:
    """Read again what was confirmed, and write all of it with the new state, or nothing."""
    found = _look(run, given, "taking")
    if found is None:
        return
    with run.begin() as work:
        if found.problems or found.plan is None:
            _ask_again(work, found)
        elif isinstance(found.plan, target_rows.Plan):
            _take_targets(work, found, found.plan)
        else:
            _take_entries(work, found, found.plan)


def _ask_again(work: Work, found: _Found) -> None:
    """Something has come between: the sender sees what."""
    file = found.file
    if store.move(work.db, file.id, ("taking",), "asked", mapping=_kept(found)):
        answer = telling.understood(work.speak(found.sender), file, found.reading, found.problems, found.plan)
        work.tell(found.sender, f"logbook:import:{file.id}:again:{work.now.isoformat()}", lambda _: answer)


def _take_entries(work: Work, found: _Found, plan: checking.Plan) -> None:
    file, sender = found.file, found.sender
    if not store.end(work, file.id, ("taking",), "taken", entries=len(plan.wanted)):
        return
    written = taking.take(work, file, sender, plan)
    owners = taking.owners(work, written)
    t = work.speak(sender)
    answer = outcome.taken_entries(t, file, written, owners, sender)
    work.tell(sender, f"logbook:import:{file.id}:taken", lambda _: answer)
    for owner in owners.values():
        own = [each for each in written if each.person_id == owner.id]
        if owner.id != sender.id:
            key = f"logbook:import:{file.id}:owner:{owner.id}"
            work.tell(owner, key, _for_owner(sender, own))
        _ask_superiors(work, file, owner, own)


def _for_owner(sender: Person, own: list[Entry]) -> Build:
    return lambda t: outcome.for_owner(t, sender, own)


def _ask_superiors(work: Work, file: Import, owner: Person, own: list[Entry]) -> None:
    """To approve what was sent, and to give leave to what is past the time."""
    sent = [each for each in own if each.state == "sent"]
    drafts = [each for each in own if each.state == "draft"]
    for reader in deciders.asked_now(work, owner).people if sent or drafts else ():
        key = f"logbook:import:{file.id}:{{}}:{owner.id}:{reader.id}"
        if sent:
            work.tell(reader, key.format("decide"), lambda t: outcome.for_supervisor(t, file, owner, sent))
        if drafts:
            work.tell(reader, key.format("leave"), lambda t: outcome.for_leave(t, file, owner, drafts))


def _take_targets(work: Work, found: _Found, plan: target_rows.Plan) -> None:
    file, sender = found.file, found.sender
    if not store.end(work, file.id, ("taking",), "taken", targets=plan.added + plan.changed):
        return
    reason = target_undoing.reason(file)
    target_taking.take(work.db, lambda rows: target_taking.audit_all(work, sender.id, sender.nip, rows, reason), plan, work.now)
    answer = outcome.taken_targets(work.speak(sender), file, plan)
    work.tell(sender, f"logbook:import:{file.id}:taken", lambda _: answer)
    target_taking.tell(work, plan.wanted, sender, f"logbook:import:{file.id}", outcome.targets_for_owner)


def undo(run: Run, given: Mapping[str, Any]) -> None:
    """Of so many that nobody waits for the answer; a second time finds nothing."""
    with run.begin() as work:
        file = store.get(work.db, int(given["import"]))
        sender = people.get(work.db, file.person_id) if file else None
        if file is not None and sender is not None and file.state == "taken":
            answer = undoing.undone(work, work.speak(sender), file, sender)
            work.tell(sender, f"logbook:import:{file.id}:undone:{work.now.isoformat()}", lambda _: answer)


# ---------------------------------------------------------------- forgetting


def forget(run: Run) -> None:
    with run.begin() as work:
        store.forgotten(work)


TASKS = {READ: read, TAKE: take, UNDO: undo}
JOBS = (Job("forget_imports", "20 18 * * *", forget, catch_up_minutes=24 * 60),)
