"""Rows of people, looked up by statements that are built once; and several such look-ups in one statement.

A check-in asks every plugin what it knows of one person's days. Building such a statement costs more than its answer, and
five hundred people who check in within a minute feel each round trip.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, bindparam, cast, literal, null, union_all

_ONE: BindParameter[Any] = bindparam("people")
_SOME: BindParameter[Any] = bindparam("people", expanding=True)


class OfPeople:
    """A query with the parameters that it names, of one person, of some, or of everybody: of more than `most` all rows come."""

    def __init__(self, query: Select[Any], person: ColumnElement[int], most: int) -> None:
        self.query, self.person = query, person
        self._most = most
        self._one, self._some = query.where(person == _ONE), query.where(person.in_(_SOME))

    def rows(self, db: Connection, ids: Collection[int], **values: Any) -> Iterable[Any]:
        if len(ids) > self._most:
            return db.execute(self.query, values)
        one = len(ids) == 1
        return db.execute(self._one if one else self._some, {"people": next(iter(ids)) if one else list(ids), **values})


class Together:
    """Several look-ups in one statement: each gets rows like its own, in no order. For few people, as the rows are wide."""

    def __init__(self, lookups: Sequence[OfPeople]) -> None:
        self._ends = list(accumulate(len(lookup.query.selected_columns) for lookup in lookups))
        self._one = union_all(*(_wide(lookups, each).where(each.person == _ONE) for each in lookups))
        self._some = union_all(*(_wide(lookups, each).where(each.person.in_(_SOME)) for each in lookups))

    def rows(self, db: Connection, ids: Collection[int], **values: Any) -> list[list[Any]]:
        """The rows of each, in the order of the look-ups."""
        one = len(ids) == 1
        found: list[list[Any]] = [[] for _ in self._ends]
        starts = [1, *(1 + end for end in self._ends)]
        for row in db.execute(self._one if one else self._some, {"people": next(iter(ids)) if one else list(ids), **values}):
            number = row[0]
            found[number].append(row[starts[number] : starts[number + 1]])
        return found


def _wide(lookups: Sequence[OfPeople], mine: OfPeople) -> Select[Any]:
    """Its query with its number before, and with nothing in the columns of the others."""
    columns = [
        column if each is mine else cast(null(), column.type) for each in lookups for column in each.query.selected_columns
    ]
    named = [column.label(f"c{place}") for place, column in enumerate(columns)]
    return mine.query.order_by(None).with_only_columns(literal(lookups.index(mine)).label("lookup"), *named)
