"""A ministry to measure with: people with Mattermost accounts, and past days of attendance."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, text

from integration import people, schema
from integration.adapters.mattermost.tables import mattermost_command
from integration.db import Database
from plugins.jadwal.tables import rota

PEOPLE = 30_000
DAYS_WITH_ROWS = 40  # 30,000 people × 40 days: 1.2 million days, 2.4 million events
TOKEN = "benchtokenbenchtokenbench0"  # noqa: S105 - guards nothing but this benchmark
TEAM = "3qcf7npg4jrg7gx8x5cawqigbh"


def settle(database: Database) -> None:
    """The schema, the people and the command's token."""
    schema.upgrade(database)
    with database.write() as db:
        db.execute(people.unit.insert(), [{"id": n, "name": f"Unit {n}"} for n in range(1, 101)])
        db.execute(people.person.insert(), [_person(n) for n in range(1, PEOPLE + 1)])
        db.execute(people.account.insert(), [_account(n) for n in range(1, PEOPLE + 1)])
        row = {
            "command_id": "c" * 26,
            "team_id": TEAM,
            "trigger": "hadir",
            "token_hash": hashlib.sha256(TOKEN.encode()).digest(),
        }
        db.execute(mattermost_command.insert().values(row))


def _person(number: int) -> dict[str, object]:
    return {
        "id": number,
        "nip": f"1985010120100{number:05d}",
        "name": f"Pegawai {number}",
        "unit_id": number % 100 + 1,
        "supervisor_id": None,
        "email": f"pegawai.{number}@kantor.example",
        "zone": "Asia/Jakarta",
        "roles": ["pegawai"],
    }


def _account(number: int) -> dict[str, object]:
    name = f"pegawai.{number}"
    return {"person_id": number, "platform": "mattermost", "username": name, "external_id": f"bench-{number}"}


def add_past(database: Database, until: date) -> int:
    """Check-ins and check-outs of everybody on the days before `until`, and their plans; how many days there are then."""
    with database.write() as db:
        _add_plans(db, until)
        for back in range(1, DAYS_WITH_ROWS + 1):
            db.execute(text(_PAST), {"day": date.fromordinal(until.toordinal() - back), "day_text": str(back)})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("ANALYZE"))
    with database.read() as db:
        return int(db.scalar(text("SELECT count(*) FROM attendance_event WHERE kind = 'in'")) or 0)


def _add_plans(db: Connection, until: date) -> None:
    """What a day's plan is looked up in: a rota of everybody for this week, and two past leaves each."""
    days = [until + timedelta(days=n) for n in range(-3, 4)]
    row = {"unit_id": 1, "first": days[0], "last": days[-1], "state": "published", "made_at": _MADE, "statement": {}}
    made = db.execute(rota.insert().values(row)).inserted_primary_key
    for day in days:
        db.execute(text(_ROTA), {"rota": made[0] if made else 1, "day": day})
    for back in (100, 200):
        first = until - timedelta(days=back)
        db.execute(text(_LEAVE), {"first": first, "last": first + timedelta(days=2)})


_MADE = datetime(2026, 1, 2, tzinfo=UTC)
_ROTA = """
INSERT INTO rota_day (rota_id, person_id, day, place, schedule, standby, source, active)
SELECT :rota, id, :day, CASE WHEN id % 3 = 0 THEN 'wfh' ELSE 'wfo' END, '', false, 'solver', true FROM person
"""
_LEAVE = """
INSERT INTO absence (person_id, type, kind, first, last, state, requested_at, asked_at)
SELECT id, 'tahunan', 'cuti', :first, :last, 'approved', '2026-01-02 00:20:00+00:00', '2026-01-02 00:20:00+00:00'
FROM person
"""

# Everybody came and went: a day without its check-out would be the exception that it is in life.
_PAST = """
INSERT INTO attendance_event (person_id, day, kind, at, place, note, source, platform, recorded_at, active)
SELECT id, :day, kind, '2026-01-02 00:20:00+00:00', 'wfo', :day_text, 'chat', 'mattermost', '2026-01-02 00:20:00+00:00', true
FROM person CROSS JOIN (SELECT 'in' AS kind UNION ALL SELECT 'out' AS kind) AS kinds
"""


def today(db: Connection) -> int:
    """How many check-ins a run has recorded so far."""
    return int(db.scalar(text("SELECT count(*) FROM attendance_event WHERE recorded_at > '2026-01-03'")) or 0)


def forget_today(db: Connection) -> int:
    """Take away what a run recorded, so that the next begins with the same tables; how many check-ins there were."""
    gone = db.execute(text("DELETE FROM attendance_event WHERE recorded_at > '2026-01-03'")).rowcount
    db.execute(text("DELETE FROM audit"))
    return gone
