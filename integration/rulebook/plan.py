"""What a file of rules would change: its versions against those of the database. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from integration.rulebook import DEFAULTS
from integration.rulebook.check import Key, Wanted
from integration.rulebook.models import MODELS

_Rows = Mapping[Key, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Change:
    """A version that is added (no `before`), replaced, or taken back (no `after`)."""

    key: Key
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(slots=True)
class Plan:
    """`problems` forbid the whole, `notes` do not. `unchanged` counts the versions that are as the file says."""

    changes: list[Change] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchanged: int = 0


def compare(wanted: Sequence[Wanted], there: _Rows, choices: Sequence[Any], today: date) -> Plan:
    """`there` are all versions as known now, `choices` who uses which rule."""
    plan = Plan()
    for each in wanted:
        before = there.get(each.key)
        if (each.remove and before is None) or (before is not None and not each.remove and _same(each.row, before)):
            plan.unchanged += 1
        else:
            plan.changes.append(Change(each.key, before, None if each.remove else each.row))
    after = {**there, **{change.key: change.after for change in plan.changes}}
    left = {key: row for key, row in after.items() if row is not None}
    places = {each.key: each.where for each in wanted}
    plan.problems += [*_overlaps(left, places), *_needed(plan.changes, left, choices, places)]
    plan.notes += _notes(plan.changes, there, left, today)
    return plan


def _same(row: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    model = MODELS[row["kind"]]
    names = ("article", "valid_from", "valid_until", "comment")
    return model.model_validate(row["content"]) == model.model_validate(before["content"]) and all(
        row[name] == before[name] for name in names
    )


def _overlaps(rows: _Rows, places: Mapping[Key, str]) -> Iterator[str]:
    """Two versions of a name that hold on the same day; one without an end is ended, or interrupted, by a later one."""
    touched = {key[:2] for key in places}
    for name, found in groupby(sorted(key for key in rows if key[:2] in touched), key=lambda key: key[:2]):
        keys = sorted(found, key=lambda key: (rows[key]["valid_from"], key in places))
        for number, key in enumerate(keys):
            other = next((other for other in keys[:number] if _overlap(rows[other], rows[key])), None)
            if other is not None:
                place = places.get(key) or places.get(other) or f"[[rule]] {name[1]}"
                yield (
                    f"{place}: version {key[2]} of {name[1]} ({_span(rows[key])}) overlaps version {other[2]} "
                    f"({_span(rows[other])}); give one of them another valid_from or valid_until, or the same version "
                    "to replace it"
                )


def _overlap(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> bool:
    ends = earlier["valid_until"]
    return bool(earlier["valid_from"] == later["valid_from"] or (ends is not None and later["valid_from"] <= ends))


def _span(row: Mapping[str, Any]) -> str:
    """`from 2026-03-16 until 2026-03-17`"""
    return f"from {row['valid_from']}" + (f" until {row['valid_until']}" if row["valid_until"] else "")


def _needed(changes: Iterable[Change], left: _Rows, choices: Sequence[Any], places: Mapping[Key, str]) -> Iterator[str]:
    """A rule that somebody uses may not go altogether."""
    names = {key[:2] for key in left}
    for change in changes:
        kind, name, _version = change.key
        if change.after is None and (kind, name) not in names:
            used = name == DEFAULTS[kind] or any((row.kind, row.name) == (kind, name) for row in choices)
            if used:
                yield f"{places[change.key]}: {name} is in use, this is its last version; first: hadir rules use {kind} NAME"


def _notes(changes: Sequence[Change], there: _Rows, left: _Rows, today: date) -> Iterator[str]:
    known = {key[:2] for key in there}
    for kind, name in dict.fromkeys(change.key[:2] for change in changes):
        rows = [row for key, row in left.items() if key[:2] == (kind, name)]
        if rows and (kind, name) not in known:
            yield f"nobody uses {name} yet: hadir rules use {kind} {name} --from DATE"
        if rows and all(row["valid_until"] for row in rows):
            last = max(row["valid_until"] for row in rows)
            yield f"{name} ends on {last}; after that {DEFAULTS[kind]} holds where it was chosen"
    firsts = [row["valid_from"] for change in changes for row in (change.before, change.after) if row]
    if firsts and min(firsts) < today:
        yield (
            f"days before today ({today}) keep the rules that were known then; to judge them anew: "
            f"hadir reevaluate --from {min(firsts)} --until {today - timedelta(days=1)} --why TEXT"
        )
