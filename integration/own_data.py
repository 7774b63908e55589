"""Everything kept about one person, from every table there is: what UU 27/2022 (articles 7 and 13) entitles them to.

Tables are found by their keys and not listed, so no plugin's table can be forgotten: rows that point to the person, rows
that belong to those rows, audit rows about any of them, messages. Where the person only decided or wrote something about
somebody else (`ACTING`), that row is another's; then it is told that, what and when, and nothing of its content.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, RowMapping, Table, and_, or_, select

from integration.accounts import link_request
from integration.audit import audit
from integration.choices import choice
from integration.db import metadata
from integration.i18n import Translate
from integration.messages import clean, plain
from integration.outbox import outbox
from integration.people import Person, account, person, unit
from integration.roster.model import protect

# Columns in which somebody stands who acted on another's row. Every other key to a person says whose row it is.
ACTING = frozenset({"supervisor_id", "decider_id", "made_by", "published_by", "entered_by", "secretary_id", "closed_by_id"})
_AT_ONCE = 500

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class OwnData:
    """Rows as plain values by table name; `acted` says where the person acted on somebody else's row."""

    person: Person
    made_at: datetime
    tables: Mapping[str, Rows]

    @property
    def count(self) -> int:
        return sum(map(len, self.tables.values()))


def collect(db: Connection, who: Person, now: datetime) -> OwnData:
    """Everything about `who`. As many statements as there are tables that know people, and a few more."""
    found = {"person": _person(db, who)}
    for table in metadata.sorted_tables:
        columns = [column for column in _keys_to(table, person) if column.name not in ACTING]
        if columns and table is not person:
            found[table.name] = _rows(db, table, or_(*(column == who.id for column in columns)))
    for table in metadata.sorted_tables:
        if table.name not in found and (rows := _belonging(db, table, found) or _marked(db, table, who)):
            found[table.name] = rows
    found["link_request"] = _requests(db, who)
    accounts = _accounts(db, who)
    found["outbox"] = _messages(db, who, found) + _said(db, accounts) + _tasks(db, who)
    found["choice"] = _choices(db, accounts)
    found["acted"] = list(_acted(db, who))
    found["audit"] = _audited(db, who, found)
    return OwnData(who, now, {name: rows for name, rows in found.items() if rows})


def _keys_to(table: Table, target: Table) -> list[Column[Any]]:
    return [column for column in table.columns if any(key.column.table is target for key in column.foreign_keys)]


def _rows(db: Connection, table: Table, where: Any) -> Rows:
    """Whole rows without bytes, which are seals and never words of people."""
    columns = [column for column in table.columns if not isinstance(column.type, LargeBinary)]
    query = select(*columns).where(where).order_by(*table.primary_key.columns)
    return [_values(row) for row in db.execute(query).mappings()]


def _values(row: RowMapping) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _person(db: Connection, who: Person) -> Rows:
    rows = _rows(db, person, person.c.id == who.id)
    above = db.scalar(select(person.c.name).where(person.c.id == who.supervisor_id)) if who.supervisor_id else None
    return [row | {"unit": who.unit, "supervisor": above} for row in rows]


def _belonging(db: Connection, table: Table, found: Mapping[str, Rows]) -> Rows:
    """Rows of a table that knows no person but who acted, and rows of the person's: what others say of one's own entry too.

    Where two keys lead to people the nearer one says whose row it is: an answer belongs to who was invited, and not to who
    has organised the meeting to which both keys lead.
    """
    if table in (unit, audit, outbox) or any(column.name not in ACTING for column in _keys_to(table, person)):
        return []
    rows: dict[Any, dict[str, Any]] = {}
    for column in table.columns:
        for key in column.foreign_keys:
            ids = [row["id"] for row in found.get(key.column.table.name, ()) if "id" in row]
            if key.column.name == "id" and key.column.table is not person and not _farther(table, key.column.table):
                for some in _parts(ids):
                    rows |= {json.dumps(row, sort_keys=True): row for row in _rows(db, table, column.in_(some))}
    return list(rows.values())


def _farther(table: Table, target: Table) -> bool:
    """Whether another table to which `table` points, and which knows people, points to `target` itself."""
    others = {key.column.table for key in table.foreign_keys} - {target}
    return any(_keys_to(other, target) and _keys_to(other, person) for other in others)


def _marked(db: Connection, table: Table, who: Person) -> Rows:
    """Rows that name the person without a key: in `who` as `p:<id>`, in `scope` as `person:<id>` and perhaps more behind it."""
    if "scope" in table.c:
        scope, name = table.c.scope, f"person:{who.id}"
        return _rows(db, table, or_(scope == name, scope.like(f"{name}:%")))
    return _rows(db, table, table.c.who == f"p:{who.id}") if "who" in table.c and not _keys_to(table, person) else []


def _parts(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _requests(db: Connection, who: Person) -> Rows:
    """What the person's accounts said before they were known."""
    accounts = _accounts(db, who)
    theirs = [and_(link_request.c.platform == platform, link_request.c.external_id == id) for platform, id in accounts]
    return _rows(db, link_request, or_(*theirs)) if theirs else []


def _messages(db: Connection, who: Person, found: Mapping[str, Rows]) -> Rows:
    """Messages to the person that are still kept; of files only their names, they are another copy of what is here.

    Of those about what somebody else asked for only that they were sent: what they say, reasons for example, is theirs.
    """
    rows = _rows(db, outbox, outbox.c.stream == f"person:{who.id}")
    others = {row["id"] for row in rows if _is_of_others(row["key"], found)}
    return [row | {"payload": {} if row["id"] in others else _without_files(row["payload"])} for row in rows]


def _accounts(db: Connection, who: Person) -> list[tuple[str, str]]:
    query = select(account.c.platform, account.c.external_id).where(account.c.person_id == who.id)
    return [(platform, id) for platform, id in db.execute(query) if id]


def _said(db: Connection, accounts: Sequence[tuple[str, str]]) -> Rows:
    """What the person typed as messages. Of the answers only that they were sent: they may hold what others asked for."""
    names = [f"{platform}:{id}" for platform, id in accounts]
    typed = _rows(db, outbox, outbox.c.stream.in_([f"said:{name}"[:190] for name in names]))
    answers = _rows(db, outbox, outbox.c.stream.in_([f"account:{name}"[:190] for name in names]))
    return typed + [row | {"payload": {}} for row in answers]


def _tasks(db: Connection, who: Person) -> Rows:
    """What the worker does because the person asked for it: their streams end with their number, and so do others'."""
    rows = _rows(db, outbox, and_(outbox.c.kind == "task", outbox.c.stream.like(f"%:{who.id}")))
    return [row for row in rows if row["payload"].get("given", {}).get("person") == who.id]


def _choices(db: Connection, accounts: Sequence[tuple[str, str]]) -> Rows:
    """Where numbers can be chosen. What is chosen by them is about others as well, and stands in the messages."""
    theirs = [and_(choice.c.platform == platform, choice.c.account == id) for platform, id in accounts]
    columns = (choice.c.id, choice.c.platform, choice.c.channel, choice.c.account, choice.c.message_id, choice.c.made_at)
    rows = db.execute(select(*columns).where(or_(*theirs)).order_by(choice.c.id)).mappings() if theirs else ()
    return [_values(row) for row in rows]


def _is_of_others(key: str, found: Mapping[str, Rows]) -> bool:
    """Whether a message's key, `correction:7:asked:3`, names a row that belongs to people, and not to this one."""
    word, _, rest = key.partition(":")
    number = rest.partition(":")[0]
    tables = [table for name, table in metadata.tables.items() if name == word or name.endswith(f"_{word}")]
    owned = [table.name for table in tables if any(column.name not in ACTING for column in _keys_to(table, person))]
    return bool(owned) and not any(str(row.get("id")) == number for name in owned for row in found.get(name, ()))


def _without_files(payload: Any) -> Any:
    message = payload.get("message") if isinstance(payload, dict) else None
    if not isinstance(message, dict) or not message.get("files"):
        return payload
    files = [{"name": file["name"], "media_type": file["media_type"]} for file in message["files"]]
    return payload | {"message": message | {"files": files}}


def _acted(db: Connection, who: Person) -> Iterator[dict[str, Any]]:
    for table in metadata.sorted_tables:
        for column in _keys_to(table, person):
            if column.name in ACTING:
                key = next(iter(table.primary_key.columns))
                for id in db.scalars(select(key).where(column == who.id).order_by(key)):
                    yield {"table": table.name, "id": _value(id), "as": column.name}


def _audited(db: Connection, who: Person, found: Mapping[str, Rows]) -> Rows:
    """What the person changed, and every change of their rows."""
    objects = [f"{name}:{row['id']}" for name, rows in found.items() if name != "acted" for row in rows if "id" in row]
    own = set(objects)
    rows = {row["id"]: row if row["object"] in own else _briefly(row) for row in _rows(db, audit, audit.c.actor_id == who.id)}
    for some in _parts(objects):
        rows |= {row["id"]: row for row in _rows(db, audit, audit.c.object.in_(some))}
    return [row for _, row in sorted(rows.items())]


def _briefly(row: Mapping[str, Any]) -> dict[str, Any]:
    """That it was done; before, after and why are about somebody else."""
    return {name: row[name] for name in ("id", "at", "actor", "action", "object")}


# ---------------------------------------------------------------- as a file


def as_zip(data: OwnData, t: Translate) -> bytes:
    """A ZIP file: a page that says what is inside, everything as JSON, and each table as CSV."""
    file = io.BytesIO()
    moment = data.made_at.timetuple()[:6]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(data, t):
            archive.writestr(zipfile.ZipInfo(name, moment), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def file_name(who: Person) -> str:
    return f"data-{who.nip}.zip"


def _files(data: OwnData, t: Translate) -> Iterator[tuple[str, str]]:
    yield "README.txt" if t.locale == "en" else "BACA-SAYA.txt", _page(data, t)
    everything = {"nip": data.person.nip, "made_at": data.made_at.isoformat(), "tables": data.tables}
    yield "data.json", json.dumps(everything, ensure_ascii=False, indent=2) + "\n"
    for name, rows in data.tables.items():
        yield f"{name}.csv", _csv(rows)


def _page(data: OwnData, t: Translate) -> str:
    who, at = data.person, f"{data.made_at:%d/%m/%Y %H:%M} UTC"
    lines = [
        t("Everything that Hadir keeps about {name} (NIP {nip}), made on {at}.", name=who.name, nip=who.nip, at=at),
        t("Every table is a CSV file; data.json holds all of them for programs. Times are UTC."),
        t("“acted” lists what you did for others, without what is theirs. “audit” is the record of changes."),
        t("If something is wrong, ask for a correction or write to the personnel officers (UU 27/2022)."),
        "",
        *(f"{name}.csv: {len(rows)}" for name, rows in data.tables.items()),
    ]
    return "\n".join(clean(plain(line)) for line in lines) + "\n"


def _csv(rows: Iterable[Mapping[str, Any]]) -> str:
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
    return text.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return protect(value) if isinstance(value, str) else value
