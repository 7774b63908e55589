"""Who works here: units, people, their roles, supervisors and accounts on chat platforms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Date,
    ForeignKey,
    Integer,
    Row,
    Select,
    String,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    update,
)

from integration.db import metadata
from integration.messages import Sender

ROLES = ("pegawai", "atasan", "kepegawaian", "kepatuhan", "pimpinan", "admin")
SEES_EVERYONE = frozenset({"kepegawaian", "kepatuhan"})

LONGEST_NAME = 200
LONGEST_USERNAME = 190

unit = Table(
    "unit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
)

person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("nip", String(30), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("unit_id", ForeignKey("unit.id"), nullable=False, index=True),
    Column("supervisor_id", ForeignKey("person.id"), index=True),
    Column("email", String(254), nullable=False, server_default="", index=True),
    Column("zone", String(64), nullable=False),
    Column("roles", JSON, nullable=False),
    Column("locale", String(5), nullable=False, server_default=""),
    Column("schedule", String(40), nullable=False, server_default=""),
    Column("started_on", Date),
    Column("ended_on", Date),
)

# E-mail addresses and usernames are kept in lower case. `external_id` is empty until the person's first
# contact, or until the worker has asked the platform.
account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("platform", String(20), nullable=False),
    Column("username", String(190), nullable=False),
    Column("external_id", String(190)),
    UniqueConstraint("platform", "username"),
    UniqueConstraint("platform", "external_id"),
    UniqueConstraint("platform", "person_id"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """`zone` is an IANA name, `roles` a subset of `ROLES`, `schedule` empty for the office's own hours."""

    id: int
    nip: str
    name: str
    unit_id: int
    unit: str
    supervisor_id: int | None
    email: str
    zone: str
    roles: frozenset[str]
    locale: str = ""
    schedule: str = ""
    ended_on: date | None = None
    started_on: date | None = None

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def sees_everyone(self) -> bool:
        return bool(self.roles & SEES_EVERYONE)


def has_left(someone: Person, now: datetime) -> bool:
    """Whether their last day, as they count days, is over."""
    return someone.ended_on is not None and someone.ended_on < now.astimezone(someone.tz).date()


_COLUMNS: tuple[ColumnElement[Any], ...] = (
    person.c.id,
    person.c.nip,
    person.c.name,
    person.c.unit_id,
    unit.c.name.label("unit"),
    person.c.supervisor_id,
    person.c.email,
    person.c.zone,
    person.c.roles,
    person.c.locale,
    person.c.schedule,
    person.c.ended_on,
    person.c.started_on,
)


_ROLES_AT = [column.name for column in _COLUMNS].index("roles")

# A list of ids longer than this is asked for in parts: PostgreSQL takes 65,535 parameters, SQLite 32,766.
_IDS_AT_ONCE = 5_000


def _person(row: Row[Any]) -> Person:
    """`_COLUMNS` stand in the order of `Person`'s fields; by position, because a report reads everyone."""
    fields: list[Any] = list(row[: len(_COLUMNS)])
    fields[_ROLES_AT] = frozenset(fields[_ROLES_AT])
    return Person(*fields)


def people_query() -> Select[Any]:
    """Everything that `Person` holds, of everyone who ever worked here; add a WHERE and pass it to `fetch`."""
    return select(*_COLUMNS).join_from(person, unit)


def fetch(db: Connection, query: Select[Any]) -> list[Person]:
    return [_person(row) for row in db.execute(query)]


_BY_ID = people_query().where(person.c.id == bindparam("id"))


def get(db: Connection, person_id: int) -> Person | None:
    row = db.execute(_BY_ID, {"id": person_id}).first()
    return _person(row) if row else None


def working(query: Select[Any], day: date) -> Select[Any]:
    """Only those who had not left before `day`."""
    return query.where(or_(person.c.ended_on.is_(None), person.c.ended_on >= day))


_WITH_ACCOUNT = select(*_COLUMNS).join_from(account, person, account.c.person_id == person.c.id).join(unit)
# Built once, with parameters: this runs before every command of everybody.
_BY_SENDER = _WITH_ACCOUNT.where(account.c.platform == bindparam("platform"), account.c.external_id == bindparam("external_id"))


def by_sender(db: Connection, sender: Sender) -> Person | None:
    """Whose account speaks, if it has spoken before."""
    row = db.execute(_BY_SENDER, {"platform": sender.platform, "external_id": sender.id}).first()
    return _person(row) if row else None


def bind(db: Connection, sender: Sender) -> Person | None:
    """First contact: the imported username that nobody has used yet belongs to the id that speaks under it."""
    unused = and_(
        account.c.platform == sender.platform,
        account.c.username == sender.name.lower(),
        account.c.external_id.is_(None),
    )
    bound = update(account).where(unused).values(external_id=sender.id)
    return by_sender(db, sender) if db.execute(bound).rowcount == 1 else None


def by_username(db: Connection, platform: str, username: str) -> Person | None:
    query = _WITH_ACCOUNT.where(account.c.platform == platform, account.c.username == username.lower())
    row = db.execute(query).first()
    return _person(row) if row else None


def search(db: Connection, words: str, *, limit: int = 10) -> list[Person]:
    """The people that `words` can mean: an NIP, a username on any platform, else parts of a name in any order.

    An NIP may be written in its official groups (`19850101 201001 1 001`). Those who work here come before
    those who have left, names that begin with the words before others.
    """
    words = " ".join(words.strip().lstrip("@").lower().split())
    if not words or len(words) > LONGEST_NAME:
        return []
    return _by_nip(db, words) or _by_any_username(db, words, limit) or _by_name(db, words, limit)


def _by_nip(db: Connection, words: str) -> list[Person]:
    nip = words.replace(" ", "")
    return fetch(db, people_query().where(person.c.nip == nip)) if nip.isdigit() else []


def _by_any_username(db: Connection, username: str, limit: int) -> list[Person]:
    """One who works here wins over a namesake who has left."""
    has_account = select(account.c.person_id).where(account.c.username == username)
    found = fetch(db, people_query().where(person.c.id.in_(has_account)).order_by(person.c.id).limit(limit))
    return [someone for someone in found if someone.ended_on is None] or found


def _by_name(db: Connection, words: str, limit: int) -> list[Person]:
    name = func.lower(person.c.name)
    query = people_query().where(*(name.like(f"%{_like(word)}%", escape="\\") for word in words.split()))
    first = (person.c.ended_on.is_not(None), name.not_like(f"{_like(words)}%", escape="\\"), person.c.name, person.c.id)
    return fetch(db, query.order_by(*first).limit(limit))


def _like(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def units_named(db: Connection, words: str) -> list[tuple[int, str]]:
    """(id, name) of the units that `words` can mean; an exact name wins over a part of one."""
    rows = [(row.id, row.name) for row in db.execute(select(unit.c.id, unit.c.name).order_by(unit.c.name))]
    wanted = words.strip().lower()
    exact = [row for row in rows if row[1].lower() == wanted]
    return exact or [row for row in rows if wanted and wanted in row[1].lower()]


def of_unit(db: Connection, unit_id: int, day: date) -> list[Person]:
    return fetch(db, working(people_query().where(person.c.unit_id == unit_id), day).order_by(person.c.name))


def subordinates(db: Connection, supervisor_id: int, day: date) -> list[Person]:
    """Those whose direct supervisor this is."""
    return fetch(db, working(people_query().where(person.c.supervisor_id == supervisor_id), day).order_by(person.c.name))


def is_above(db: Connection, supervisor_id: int, person_id: int) -> bool:
    """Whether `supervisor_id` stands anywhere in the person's line of supervisors."""
    line = select(person.c.id, person.c.supervisor_id).where(person.c.id == person_id).cte("line", recursive=True)
    above = person.alias()
    line = line.union(select(above.c.id, above.c.supervisor_id).where(above.c.id == line.c.supervisor_id))
    return bool(db.scalar(select(func.count()).select_from(line).where(line.c.supervisor_id == supervisor_id)))


def may_see_record(db: Connection, viewer: Person, other: Person) -> bool:
    """Own record, those below in line, everyone for personnel and compliance, the unit for its leader."""
    if viewer.id == other.id or viewer.sees_everyone:
        return True
    if "pimpinan" in viewer.roles and viewer.unit_id == other.unit_id:
        return True
    return is_above(db, viewer.id, other.id)


def with_role(db: Connection, role: str, day: date) -> list[Person]:
    """Those who work here and have the role, by name. Roles are plain words, so the quoted word finds the one in the list."""
    has_role = cast(person.c.roles, String).contains(f'"{role}"', autoescape=True)
    return fetch(db, working(people_query(), day).where(has_role).order_by(person.c.name))


@dataclass(frozen=True, slots=True)
class Account:
    person_id: int
    platform: str
    username: str
    external_id: str | None


def accounts(db: Connection, person_ids: Iterable[int]) -> dict[int, list[Account]]:
    query = select(account.c.person_id, account.c.platform, account.c.username, account.c.external_id).order_by(account.c.id)
    found: dict[int, list[Account]] = {}
    for ids in _in_parts(person_ids):
        for row in db.execute(query.where(account.c.person_id.in_(ids))):
            found.setdefault(row.person_id, []).append(Account(*row))
    return found


def _in_parts(ids: Iterable[int]) -> Iterator[list[int]]:
    ids = list(ids)
    return (ids[start : start + _IDS_AT_ONCE] for start in range(0, len(ids), _IDS_AT_ONCE))


def set_locale(db: Connection, person_id: int, locale: str) -> None:
    db.execute(update(person).where(person.c.id == person_id).values(locale=locale))


def everyone(db: Connection, day: date, person_ids: Sequence[int] | None = None) -> list[Person]:
    """Those who work here on `day`: all of them, or those among `person_ids`."""
    query = working(people_query(), day)
    if person_ids is None:
        return fetch(db, query)
    return [someone for ids in _in_parts(person_ids) for someone in fetch(db, query.where(person.c.id.in_(ids)))]
