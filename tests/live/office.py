"""The office of the live story, as it was when it was recorded and as it is when the recording is replayed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from integration import people
from integration.app import manifest
from plugins.jadwal.tables import rota, rota_day


def only(*triggers: str) -> dict[str, Any]:
    """What setup makes of the manifest when these are all of its commands."""
    return manifest() | {"commands": [command for command in manifest()["commands"] if command["trigger"] in triggers]}


# Each story is about its own commands. Setup makes the others in the same way, and a new plugin needs no new recording.
ONE_COMMAND = only("hadir")
PLANS = only("izin", "jadwal")
NAMES = {"budi": "Budi Santoso", "siti": "Siti Rahayu", "dewi": "Dewi Lestari"}


def settle(db: Connection, usernames: dict[str, str]) -> None:
    """Budi leads Siti and Dewi; only their usernames are known, as after an import.

    `usernames` by first name. The order of the rows belongs to the recording: their numbers are part of signed buttons.
    """
    unit = db.execute(people.unit.insert().values(name="Bidang Aplikasi")).inserted_primary_key[0]
    boss = None
    for number, (who, name) in enumerate(NAMES.items(), 1):
        row = {"nip": f"19850101201001{number:04}", "name": name, "unit_id": unit, "supervisor_id": boss}
        row |= {"email": f"{usernames[who]}@kantor.example", "zone": "Asia/Jakarta", "roles": ["pegawai"]}
        person = db.execute(people.person.insert().values(row)).inserted_primary_key[0]
        boss = boss or person
        db.execute(people.account.insert().values(person_id=person, platform="mattermost", username=usernames[who]))


def publish(db: Connection) -> None:
    """A rota of the week: Siti is at home on Tuesday, Dewi on Wednesday."""
    ids = {row.name: row.id for row in db.execute(select(people.person.c.name, people.person.c.id))}
    monday, unit = date(2026, 11, 23), db.scalar(select(people.unit.c.id))
    row = {"unit_id": unit, "first": monday, "last": monday + timedelta(6), "state": "published", "statement": {}}
    number = db.execute(rota.insert().values(row | {"made_at": datetime(2026, 11, 20, tzinfo=UTC)})).inserted_primary_key[0]
    for who, home in (("budi", None), ("siti", 1), ("dewi", 2)):
        for n in range(5):
            plan = {"person_id": ids[NAMES[who]], "day": monday + timedelta(n), "place": "wfh" if n == home else "wfo"}
            plan |= {"rota_id": number, "standby": False, "schedule": "", "source": "solver", "active": True}
            db.execute(rota_day.insert().values(plan))
