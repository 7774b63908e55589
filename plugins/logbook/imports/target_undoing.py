"""An import of targets taken back within a day: all of it, or nothing.

What it changed is read from its audit rows, which have every target as it was before and after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, func, select

from integration import deciders
from integration.audit import audit
from integration.i18n import Translate
from integration.messages import Reply, Text
from integration.people import Person
from integration.work import Work
from plugins.logbook import entries
from plugins.logbook.imports import outcome, store, taking, target_taking
from plugins.logbook.imports.store import Import
from plugins.logbook.imports.target_taking import Records
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.tables import skp_target as _target
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets import writing as target_writing
from plugins.logbook.targets.reading import Target
from plugins.logbook.targets.writing import Wanted

_ACTIONS = tuple(f"logbook.target_{word}" for word in ("added", "changed", "removed", "restored"))


@dataclass(frozen=True, slots=True)
class Written:
    """Where the audit rows of an import are found: who made it (None: an administrator), its `reason`, and from when on."""

    actor_id: int | None
    reason: str
    since: datetime

    @property
    def undone(self) -> str:
        """The reason of the rows that take it back."""
        return f"undo of {self.reason}"


def reason(found: Import) -> str:
    """Under which an import's audit rows stand."""
    return f"import {found.id}"


def written(found: Import) -> Written:
    return Written(found.person_id, reason(found), found.ended_at or found.sent_at)


# ---------------------------------------------------------------- what it was


@dataclass(frozen=True, slots=True)
class Step:
    """What an import did to a target: how it was (None: it was not), and how it was left, as the audit has it."""

    target_id: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]

    @property
    def goes(self) -> bool:
        """Whether the target did not stand before."""
        return self.before is None or bool(self.before.get("removed"))

    @property
    def wanted(self) -> Wanted:
        """The target as it was; what was only taken out says no more than that."""
        return _wanted(self.before if self.before and "code" in self.before else self.after)


@dataclass(slots=True)
class Plan:
    """What undoing comes to. `other`: targets that are not any more what the import left; `used`: {target id: entries}."""

    steps: list[tuple[Step, Target]] = field(default_factory=list)
    other: list[Target] = field(default_factory=list)
    used: dict[int, int] = field(default_factory=dict)

    @property
    def needed(self) -> list[Target]:
        return [target for step, target in self.steps if target.id in self.used]

    @property
    def whose(self) -> set[tuple[int, int]]:
        """(id of the person, year)"""
        return {(target.person_id, target.year) for _, target in self.steps}


def _wanted(kept: Mapping[str, Any]) -> Wanted:
    return Wanted(kept["code"], kept["title"], kept["measure"], _amount(kept))


def _amount(kept: Mapping[str, Any]) -> Decimal | None:
    return None if kept["quantity"] is None else Decimal(kept["quantity"])


def _rows(of: Written, reason: str, *columns: Any) -> Select[Any]:
    by = audit.c.actor_id.is_(None) if of.actor_id is None else audit.c.actor_id == of.actor_id
    return select(*columns).where(by, audit.c.at >= of.since, audit.c.reason == reason, audit.c.action.in_(_ACTIONS))


def steps(db: Connection, of: Written) -> list[Step]:
    """What the last such import changed, and was not undone since."""
    undone = db.scalar(_rows(of, of.undone, func.max(audit.c.id))) or 0
    rows = db.execute(_rows(of, of.reason, audit).where(audit.c.id > undone).order_by(audit.c.id)).all()
    last = max((row.at for row in rows), default=None)
    return [Step(int(row.object.partition(":")[2]), row.before, row.after) for row in rows if row.at == last]


def count(db: Connection, found: Import) -> int:
    of = written(found)
    return db.scalar(_rows(of, of.reason, func.count())) or 0


def plan(db: Connection, done: Sequence[Step]) -> Plan:
    """The targets as they are now, held until the end of the transaction."""
    found, by_id = Plan(), {each.target_id: each for each in done}
    for ids in taking.parts(sorted(by_id)):
        held = select(*targets.COLUMNS).where(_target.c.id.in_(ids)).order_by(_target.c.id).with_for_update()
        found.steps += [(by_id[row.id], targets.of_row(row)) for row in db.execute(held)]
    found.other = [target for step, target in found.steps if not _is_left(step, target)]
    for ids in taking.parts([target.id for step, target in found.steps if step.goes]):
        used = select(_entry.c.target_id, func.count()).where(_entry.c.target_id.in_(ids), _entry.c.state.in_(entries.LIVE))
        found.used |= {row[0]: row[1] for row in db.execute(used.group_by(_entry.c.target_id))}
    return found


def _is_left(step: Step, target: Target) -> bool:
    """Whether nobody has changed it since."""
    return _wanted(step.after) == target_writing.wanted_of(target) and bool(step.after["removed_at"]) == target.removed


def undo(db: Connection, records: Records, found: Plan, now: datetime) -> None:
    """Every target is again what it was; one that was not there is taken out."""
    was = [(target, step.wanted) for step, target in found.steps if step.before is not None]
    target_taking.change(db, records, [(target, wanted) for target, wanted in was if _differs(target, wanted)], now)
    gone = [_as(target, step.wanted) for step, target in found.steps if step.goes]
    target_taking.remove(db, records, gone, now)


def _differs(target: Target, wanted: Wanted) -> bool:
    return target.removed or target_writing.wanted_of(target) != wanted


def _as(target: Target, wanted: Wanted) -> Target:
    return replace(target, code=wanted.code, title=wanted.title, measure=wanted.measure, quantity=wanted.quantity)


# ---------------------------------------------------------------- in chat


def undone(work: Work, t: Translate, found: Import, sender: Person) -> Reply:
    """`undo` of what the sender brought in, and what they hear."""
    if not store.move(work.db, found.id, ("taken",), "taken"):  # a second click waits here for the first
        return Reply(t("**{name}** was undone already.", name=found.name), refused=True)
    of = written(found)
    made = plan(work.db, steps(work.db, of))
    why = _refused(work, t, found, sender, made)
    if why is not None:
        return Reply(why, refused=True)
    undo(work.db, lambda rows: target_taking.audit_all(work, sender.id, sender.nip, rows, of.undone), made, work.now)
    store.move(work.db, found.id, ("taken",), store.UNDONE)
    work.audit("logbook.import_undone", f"logbook_import:{found.id}", after={"state": store.UNDONE, "targets": len(made.steps)})
    key = f"logbook:import:{found.id}:undone"
    target_taking.tell(work, made.whose, sender, key, outcome.targets_taken_back)
    return Reply(t("Undone: the targets are as they were before **{name}**.", name=found.name), replaces=True)


def _refused(work: Work, t: Translate, found: Import, sender: Person, made: Plan) -> Text | None:
    """Why nothing is undone, and what to do."""
    if not made.steps:
        return t("Nothing of **{name}** is left to be undone.", name=found.name)
    owners = {target.person_id for _, target in made.steps}
    if others := owners - deciders.may_decide_of(work, sender, owners) - {sender.id}:
        name = min(each.name for each in deciders.people_by_id(work, others).values())
        return t("Only {name}, their superiors and personnel officers change these targets.", name=name)
    if made.other:
        return t(
            "Nothing was undone: {targets} was changed since. Change single targets with {how}.",
            targets=targets.codes(made.other),
            how=Text("`/logbook target ubah`"),
        )
    if made.needed:
        return t(
            "Nothing was undone: {count} activities are reported for {targets}. Give them another target first "
            "({change}), or take single targets out ({remove}): what was reported for them stays.",
            count=sum(made.used.values()),
            targets=targets.codes(made.needed),
            change=Text("`/logbook ubah`"),
            remove=Text("`/logbook target hapus`"),
        )
    return None
