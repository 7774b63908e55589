"""A ministry to measure with: people with Mattermost accounts, and past days of attendance."""

from __future__ import annotations

import hashlib
from datetime import date

from sqlalchemy import Connection, text

from integration import people, schema
from integration.adapters.mattermost.tables import mattermost_command
from integration.db import Database

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
    """Check-ins and check-outs of everybody on the days before `until`; how many days there are then."""
    with database.write() as db:
        for back in range(1, DAYS_WITH_ROWS + 1):
            db.execute(text(_PAST), {"day": date.fromordinal(until.toordinal() - back), "day_text": str(back)})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("ANALYZE"))
    with database.read() as db:
        return int(db.scalar(text("SELECT count(*) FROM attendance_event WHERE kind = 'in'")) or 0)


# Everybody came and went: a day without its check-out would be the exception that it is in life.
_PAST = """
INSERT INTO attendance_event (person_id, day, kind, at, place, note, source, platform, recorded_at, active)
SELECT id, :day, kind, '2026-01-02 00:20:00+00:00', 'wfo', :day_text, 'chat', 'mattermost', '2026-01-02 00:20:00+00:00', true
FROM person CROSS JOIN (SELECT 'in' AS kind UNION ALL SELECT 'out' AS kind) AS kinds
"""


def forget_today(db: Connection) -> int:
    """Take away what a run recorded, so that the next begins with the same tables; how many check-ins there were."""
    gone = db.execute(text("DELETE FROM attendance_event WHERE recorded_at > '2026-01-03'")).rowcount
    db.execute(text("DELETE FROM audit"))
    return gone
