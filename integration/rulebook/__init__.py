"""The rules in force: which version of which named rule decides a person's day, and since when it was known.

Two dates belong to a rule: `valid_from`, the first day that it rules, and `entered_at`, when it was written down. A day
that is over keeps the version that was known when it ended (the end of that day in the person's zone), whatever is
entered later for that day; `reevaluation` rows move that moment, on purpose. So a result needs no copy of its rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from integration.people import Person
from integration.rulebook.known import known_at, live
from integration.rulebook.models import MODELS, AttendanceRules, ComplianceRules, DisciplineRules, LeaveRules, RotaRules
from integration.rulebook.tables import reevaluation, rule, rule_choice

# The named rule of each kind where nobody has chosen another.
DEFAULTS = {
    "attendance": "dasar",
    "leave": "bkn-24-2017",
    "discipline": "pp-94-2021",
    "rota": "se-1-2024",
    "compliance": "dasar",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a named rule; `content` is an instance of the kind's model.

    Without `valid_until` it holds until the next version begins, and again after one that has an end.
    """

    kind: str
    name: str
    version: str
    article: str
    valid_from: date
    valid_until: date | None
    content: Any
    entered_at: datetime | None = None
    removed: bool = False
    comment: str = ""

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Rules:
    """What was read of the database at one moment."""

    versions: Mapping[tuple[str, str], Sequence[Rule]]  # by kind and name, last written first
    choices: Sequence[Any]  # newest valid_from first, then last written first
    reevaluations: Sequence[Any]
    read_at: datetime
    _found: dict[tuple[str, int, date, datetime], Rule] = field(default_factory=dict, compare=False, repr=False)

    def attendance(self, person: Person, day: date) -> tuple[Rule, AttendanceRules]:
        found = self._of(person, "attendance", day)
        return found, found.content

    def leave(self, person: Person, day: date) -> tuple[Rule, LeaveRules]:
        found = self._of(person, "leave", day)
        return found, found.content

    def discipline(self, person: Person, day: date) -> tuple[Rule, DisciplineRules]:
        found = self._of(person, "discipline", day)
        return found, found.content

    def rota(self, unit_id: int, day: date) -> tuple[Rule, RotaRules]:
        """As known now: a rota is made ahead."""
        found = self.in_force("rota", unit_id, day, self.read_at)
        return found, found.content

    def compliance(self, day: date) -> ComplianceRules:
        """The office's own, as known now."""
        content: ComplianceRules = self.in_force("compliance", 0, day, self.read_at).content
        return content

    def _of(self, person: Person, kind: str, day: date) -> Rule:
        return self.in_force(kind, person.unit_id, day, self.known_at(person, day))

    def known_at(self, person: Person, day: date) -> datetime:
        """The moment whose knowledge decides on `day`, in UTC."""
        return known_at(self.reevaluations, person, day)

    def in_force(self, kind: str, unit_id: int, day: date, known_at: datetime) -> Rule:
        """The version of the chosen rule that holds on a day.

        Where that has none for the day, the default rule's; on days before any rule, the oldest there is of the default.
        Raises LookupError if there is none of that kind at all.
        """
        key = (kind, unit_id, day, known_at)
        if key not in self._found:
            self._found[key] = self._search(*key)
        return self._found[key]

    def _search(self, kind: str, unit_id: int, day: date, known_at: datetime) -> Rule:
        known: list[Rule] = []
        for name in (self.chosen(kind, unit_id, day, known_at), DEFAULTS[kind]):
            known = live(self.versions.get((kind, name), ()), known_at, _version)
            holding = [version for version in known if version.holds(day)]
            if holding:
                return max(holding, key=_valid_from)
        if not known:
            raise LookupError(f"there is no rule {kind}/{DEFAULTS[kind]}; run `hadir db upgrade`")
        return min(known, key=_valid_from)

    def chosen(self, kind: str, unit_id: int, day: date, known_at: datetime) -> str:
        """The name of the rule that a unit uses: its own choice, else the whole office's, else the default."""
        for scope in (unit_id, None):
            name = next((row.name for row in self.choices if _counts(row, kind, scope, day, known_at)), "")
            if name:
                return str(name)
        return DEFAULTS[kind]


def _counts(choice: Any, kind: str, scope: int | None, day: date, known_at: datetime) -> bool:
    known = choice.entered_at is None or choice.entered_at <= known_at
    return bool(choice.kind == kind and choice.unit_id == scope and known and choice.valid_from <= day)


def _version(rule: Rule) -> str:
    return rule.version


def _valid_from(rule: Rule) -> date:
    return rule.valid_from


def versions(db: Connection) -> dict[tuple[str, str], list[Rule]]:
    """Every version of every rule by kind and name, last written first. One statement."""
    found: dict[tuple[str, str], list[Rule]] = {}
    for row in db.execute(select(rule).order_by(rule.c.id.desc())):
        found.setdefault((row.kind, row.name), []).append(_rule(row))
    return found


def choices(db: Connection) -> Sequence[Any]:
    """Which rule is used by whom: the newest valid_from first, then last written first. One statement."""
    return db.execute(select(rule_choice).order_by(rule_choice.c.valid_from.desc(), rule_choice.c.id.desc())).all()


def reevaluations(db: Connection) -> Sequence[Any]:
    """The spans of days that were judged anew on purpose. One statement."""
    return db.execute(select(reevaluation)).all()


def read(db: Connection, now: datetime) -> Rules:
    """Three statements; services keep what they read (`integration.kept`)."""
    return Rules(versions(db), choices(db), reevaluations(db), now)


def _rule(row: Any) -> Rule:
    return Rule(
        kind=row.kind,
        name=row.name,
        version=row.version,
        article=row.article,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        content=MODELS[row.kind].model_validate(row.content),
        entered_at=row.entered_at,
        removed=row.removed,
        comment=row.comment,
    )
