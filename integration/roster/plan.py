"""What an import would change: the file's people beside those whom the database knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from integration import people
from integration.people import ROLES
from integration.roster.model import PLATFORMS, Entry, Findings


@dataclass(frozen=True, slots=True)
class KnownAccount:
    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Known:
    """A person as the database has them, in the words of the file; `supervisor` is an NIP or ""."""

    id: int
    nip: str
    name: str
    unit: str
    supervisor: str
    roles: tuple[str, ...]
    email: str
    zone: str
    ended_on: date | None
    accounts: Mapping[str, KnownAccount]


@dataclass(frozen=True, slots=True)
class Change:
    """One person added (`person_id` is None), changed or ended; `before` and `after` hold the fields that differ."""

    nip: str
    name: str
    person_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(slots=True)
class Plan:
    """`missing` work here and are not in the file; `dropped` are ids of accounts that make room for others."""

    added: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    ended: list[Change] = field(default_factory=list)
    left: int = 0
    missing: list[Known] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    new_units: list[str] = field(default_factory=list)
    unused_units: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        return [*self.added, *self.changed, *self.ended]


def known_people(db: Connection) -> dict[str, Known]:
    """Everyone who ever worked here, by NIP."""
    person, unit, above = people.person, people.unit, people.person.alias()
    query = (
        select(person, unit.c.name.label("unit"), above.c.nip.label("supervisor"))
        .join_from(person, unit)
        .outerjoin(above, above.c.id == person.c.supervisor_id)
    )
    accounts = _accounts(db)
    return {row.nip: _known(row, accounts.get(row.id, {})) for row in db.execute(query.order_by(person.c.id))}


def _known(row: Any, accounts: Mapping[str, KnownAccount]) -> Known:
    return Known(
        id=row.id,
        nip=row.nip,
        name=row.name,
        unit=row.unit,
        supervisor=row.supervisor or "",
        roles=tuple(role for role in ROLES if role in row.roles),
        email=row.email,
        zone=row.zone,
        ended_on=row.ended_on,
        accounts=accounts,
    )


def _accounts(db: Connection) -> dict[int, dict[str, KnownAccount]]:
    account = people.account
    found: dict[int, dict[str, KnownAccount]] = {}
    query = select(account.c.id, account.c.person_id, account.c.platform, account.c.username)
    for row in db.execute(query.where(account.c.platform.in_(PLATFORMS))):
        found.setdefault(row.person_id, {})[row.platform] = KnownAccount(row.id, row.username)
    return found


def compare(
    entries: list[Entry], known: Mapping[str, Known], units: Iterable[str], found: Findings, *, today: date, end: date | None
) -> Plan:
    """The changes that make the database agree with the file; `end` is the last day of those who are missing."""
    plan = Plan()
    listed = {entry.nip: entry for entry in entries if entry.nip}
    plan.missing = [who for who in known.values() if who.nip not in listed and not _gone(who, today)]
    leaving = {who.nip for who in plan.missing} if end else set()
    staying = [who for who in known.values() if who.nip not in leaving and (who.nip in listed or not _gone(who, today))]
    for entry in listed.values():
        _sort_in(plan, entry, known.get(entry.nip), today)
    if end:
        plan.ended = [_ended(who, end) for who in plan.missing if who.ended_on is None or who.ended_on > end]
    _check_holders(plan, listed, known, staying, found)
    _check_supervisors(listed, known, {who.nip for who in staying}, found)
    _compare_units(plan, entries, units, [who for who in staying if who.nip not in listed])
    return plan


def _gone(who: Known, today: date) -> bool:
    return who.ended_on is not None and who.ended_on < today


def _sort_in(plan: Plan, entry: Entry, who: Known | None, today: date) -> None:
    wanted = _wanted(entry)
    if who is None:
        plan.added.append(Change(entry.nip, entry.name, None, {}, wanted))
        return
    current = _current(who)
    if _gone(who, today):
        wanted["ended_on"] = None
    differs = [name for name, value in wanted.items() if current[name] != value]
    if differs:
        before, after = ({name: state[name] for name in differs} for state in (current, wanted))
        plan.changed.append(Change(entry.nip, entry.name, who.id, before, after))
        plan.dropped += [who.accounts[name].id for name in differs if name in who.accounts]
    else:
        plan.left += 1


def _wanted(entry: Entry) -> dict[str, Any]:
    fields = {
        "name": entry.name,
        "unit": entry.unit,
        "supervisor": entry.supervisor,
        "roles": list(entry.roles),
        "email": entry.email,
        "zone": entry.zone,
    }
    return fields | entry.usernames


def _current(who: Known) -> dict[str, Any]:
    fields = {
        "name": who.name,
        "unit": who.unit,
        "supervisor": who.supervisor,
        "roles": list(who.roles),
        "email": who.email,
        "zone": who.zone,
        "ended_on": who.ended_on.isoformat() if who.ended_on else None,
    }
    return dict.fromkeys(PLATFORMS, "") | fields | {name: account.username for name, account in who.accounts.items()}


def _ended(who: Known, end: date) -> Change:
    before = {"ended_on": who.ended_on.isoformat() if who.ended_on else None}
    return Change(who.nip, who.name, who.id, before, {"ended_on": end.isoformat()})


# ---------------------------------------------------------------- who has a username or an address already


def _check_holders(
    plan: Plan, listed: Mapping[str, Entry], known: Mapping[str, Known], staying: list[Known], found: Findings
) -> None:
    """A username or address in the file must be free: its holder keeps it unless the file gives them another or they left."""
    here = {who.nip for who in staying}
    kept = {
        (p, account.username): who for who in staying for p, account in who.accounts.items() if not _renamed(who, p, listed)
    }
    addresses = {who.email: who for who in staying if who.email and who.nip not in listed}
    for entry in listed.values():
        for platform, username in entry.usernames.items():
            holder = kept.get((platform, username))
            if holder and holder.nip != entry.nip:
                found.problem(entry.row, platform, f"{username} is the username of {_named(holder)}")
        if entry.email in addresses:
            found.problem(entry.row, "email", f"{entry.email} is the address of {_named(addresses[entry.email])}")
    taken = {(platform, username) for entry in listed.values() for platform, username in entry.usernames.items()}
    for who in known.values():
        if who.nip not in here:
            plan.dropped += [account.id for platform, account in who.accounts.items() if (platform, account.username) in taken]


def _renamed(who: Known, platform: str, listed: Mapping[str, Entry]) -> bool:
    return who.nip in listed and platform in listed[who.nip].usernames


def _named(who: Known) -> str:
    return f"{who.name} ({who.nip})"


# ---------------------------------------------------------------- supervisors


def _check_supervisors(listed: Mapping[str, Entry], known: Mapping[str, Known], staying: set[str], found: Findings) -> None:
    for entry in listed.values():
        if not entry.supervisor or entry.supervisor in listed:
            continue
        if entry.supervisor not in known:
            found.problem(
                entry.row, "atasan", f"nobody has the NIP {entry.supervisor}, neither in this file nor in the database"
            )
        elif entry.supervisor not in staying:
            found.warn(entry.row, "atasan", f"{_named(known[entry.supervisor])} no longer works here")
    above = {nip: who.supervisor for nip, who in known.items()} | {nip: entry.supervisor for nip, entry in listed.items()}
    for circle in _circles(above):
        rows = [listed[nip] for nip in circle if nip in listed]
        if rows:
            line = " → ".join([*circle, circle[0]])
            found.problem(rows[0].row, "atasan", f"the line of supervisors goes round in a circle: {line}")
    _check_roles(listed, Counter(above.values()), found)


def _check_roles(listed: Mapping[str, Entry], supervised: Mapping[str, int], found: Findings) -> None:
    for entry in listed.values():
        if supervised.get(entry.nip) and "atasan" not in entry.roles:
            found.warn(entry.row, "peran", f"supervises {supervised[entry.nip]} and has no role atasan")


def _circles(above: Mapping[str, str]) -> Iterator[list[str]]:
    """Every circle once, from its first member in the order of `above`."""
    settled: set[str] = set()
    for start in above:
        line: dict[str, None] = {}
        nip = start
        while nip in above and nip not in settled and nip not in line:
            line[nip] = None
            nip = above[nip]
        if nip in line:
            members = list(line)
            yield members[members.index(nip) :]
        settled.update(line)


# ---------------------------------------------------------------- units


def _compare_units(plan: Plan, entries: list[Entry], units: Iterable[str], others: list[Known]) -> None:
    have = list(units)
    wanted = {entry.unit: None for entry in entries if entry.unit}
    plan.new_units = [name for name in wanted if name not in set(have)]
    used = wanted.keys() | {who.unit for who in others}
    plan.unused_units = sorted(name for name in have if name not in used)
