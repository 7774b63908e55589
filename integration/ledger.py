"""Whether tables agree with the audit: a row that was changed, added or deleted with SQL has no audit row that says so.

A plugin names such tables in `Plugin.ledgers`: the last audit row of `table:id` holds, in `after`, the columns that
are compared. A row whose last `after` is empty is one that the service itself deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from integration.audit import Problem, audit, stream
from integration.plugin import Plugin

_AT_ONCE = 400

Ledgers = Mapping[str, tuple[Table, tuple[str, ...]]]


def of(plugins: Iterable[Plugin]) -> dict[str, tuple[Table, tuple[str, ...]]]:
    """All ledgers, by the name that stands before the colon in an audit row's object."""
    return {name: ledger for plugin in plugins for name, ledger in plugin.ledgers.items()}


def rows(db: Connection, ledgers: Ledgers) -> int:
    """How many rows `compare` is going to read."""
    return sum(db.scalar(select(func.count()).select_from(table)) or 0 for table, _ in ledgers.values())


def compare(db: Connection, second: Connection, ledgers: Ledgers) -> Iterator[Problem | Row[Any]]:
    """Every row of every ledger, and before it what is wrong with it. `second` is used while `db` streams."""
    for name, (table, columns) in ledgers.items():
        query = select(table.c.id, *(table.c[column] for column in columns)).order_by(table.c.id)
        every = stream(db, query)
        while batch := list(islice(every, _AT_ONCE)):
            last = last_states(second, [f"{name}:{row.id}" for row in batch], columns)
            for row in batch:
                yield from _problems(f"{name}:{row.id}", row, columns, last)
                yield row


def deleted(second: Connection, ledgers: Ledgers, objects: Iterable[str]) -> Iterator[Problem]:
    """Of the audited `objects`, those rows that should be there and are not."""
    ids: dict[str, set[int]] = {}
    for name, _, number in (object.partition(":") for object in objects):
        if name in ledgers and number.isdigit():
            ids.setdefault(name, set()).add(int(number))
    for name, wanted in ids.items():
        table = ledgers[name][0]
        missing = wanted - set(second.scalars(select(table.c.id).where(table.c.id.in_(wanted))))
        states = last_states(second, [f"{name}:{number}" for number in missing])
        for object, after in sorted(states.items()):
            if after is not None:
                yield Problem("deleted", object, "the row is gone, and no audit row says so")


def last_states(db: Connection, objects: list[str], columns: Collection[str] = ()) -> dict[str, dict[str, Any] | None]:
    """The `after` of each object's last audit row, for those that have one.

    With `columns`, of the last one that says any of these: something may be audited of a row that leaves it as it is, as
    what was put beside it or that somebody has looked at it.
    """
    newest = select(func.max(audit.c.id)).where(audit.c.object.in_(objects)).group_by(audit.c.object)
    query = select(audit.c.object, audit.c.after)
    found = {row.object: row.after for row in db.execute(query.where(audit.c.id.in_(newest)))}
    vague = [object for object, after in found.items() if columns and not _says(after, columns)]
    earlier = db.execute(query.where(audit.c.object.in_(vague)).order_by(audit.c.id)) if vague else ()
    return found | {row.object: row.after for row in earlier if _says(row.after, columns)}


def _says(after: Mapping[str, Any] | None, columns: Collection[str]) -> bool:
    return after is None or any(column in after for column in columns)


def _problems(object: str, row: Row[Any], columns: tuple[str, ...], last: Mapping[str, Any]) -> Iterator[Problem]:
    if object not in last:
        yield Problem("unrecorded", object, "the row is there, and no audit row says how it came")
        return
    after = last[object]
    if after is None:
        yield Problem("unrecorded", object, "the audit says that the row was deleted, and it is there")
        return
    wrong = [column for column in columns if column in after and not _same(row._mapping[column], after[column])]
    wrong += [column for column in columns if column not in after]
    if wrong:
        yield Problem("differs", object, "not as the audit has it: " + ", ".join(wrong))


def _same(value: object, recorded: Any) -> bool:
    """Whether a column's value is the one in the audit, where dates and instants are ISO text, decimals text."""
    if isinstance(value, datetime) and isinstance(recorded, str):
        return datetime.fromisoformat(recorded) == value
    if isinstance(value, date) and isinstance(recorded, str):
        return date.fromisoformat(recorded) == value
    if isinstance(value, Decimal) and isinstance(recorded, str):
        return Decimal(recorded) == value
    return bool(value == recorded)
