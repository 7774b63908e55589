"""What was sent to whom, read from the outbox, who is told when a job runs, and other short cuts of the plugins' tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select, update

from integration import outbox_content, people, scheduler
from integration.audit import audit
from integration.core import Hadir
from integration.messages import Button, Reply, plain, reply_from_json
from integration.outbox import outbox
from integration.plugin import Job
from tests.cast import CAST, NIP, at


def person_id(hadir: Hadir, username: str) -> int:
    with hadir.database.read() as db:
        found: int = db.scalars(select(people.person.c.id).where(people.person.c.nip == NIP[username])).one()
    return found


def inbox(hadir: Hadir, username: str) -> list[Reply]:
    """The direct messages that were queued for a person, oldest first; those that were delivered without their files."""
    who = person_id(hadir, username)
    with hadir.database.read() as db:
        rows = db.execute(select(outbox.c.key, outbox.c.payload, outbox.c.state).order_by(outbox.c.id)).all()
        rows = [row for row in rows if row.payload.get("person") == who]
        return [
            reply_from_json(row.payload["message"] if row.state == "done" else outbox_content.message(db, row.key, row.payload))
            for row in rows
        ]


def texts(messages: list[Reply]) -> list[str]:
    return [plain(message.text) for message in messages]


def channel(hadir: Hadir, channel_id: str) -> list[str]:
    """The posts that were queued for a channel, oldest first."""
    with hadir.database.read() as db:
        rows = db.scalars(select(outbox.c.payload).order_by(outbox.c.id)).all()
    return [plain(reply_from_json(p["message"]).text) for p in rows if p.get("channel") == channel_id]


def button(message: Reply, label: str) -> Button:
    return next(b for b in message.buttons if str(b.label) == label)


def labels(answer: Any) -> list[str]:
    return [str(b.label) for b in answer.buttons]


def change(hadir: Hadir, username: str, **values: Any) -> None:
    """Change a person's row, as an import would."""
    with hadir.database.write() as db:
        db.execute(update(people.person).where(people.person.c.nip == NIP[username]).values(values))


def audited(hadir: Hadir, action: str) -> list[Any]:
    with hadir.database.read() as db:
        return list(db.execute(select(audit).where(audit.c.action == action).order_by(audit.c.id)))


def told(hadir: Hadir) -> dict[str, int]:
    """How many messages everybody has got, who got any."""
    return {name: len(messages) for name, *_ in CAST if (messages := inbox(hadir, name))}


def runs(hadir: Hadir, clock: Any, job: Job) -> Callable[[str], None]:
    """`later("2026-11-25T09:00+07:00")`: the job at that moment, and that it was done."""

    def later(moment: str) -> None:
        clock.now = at(moment)
        assert scheduler.run_job(hadir, job, clock.now)
        with hadir.database.read() as db:
            assert set(db.scalars(select(scheduler.job_run.c.outcome))) == {"done"}

    return later


def crowd(hadir: Hadir, number: int) -> list[int]:
    """So many more people below Budi; their ids."""
    with hadir.database.write() as db:
        budi = people.search(db, "budi")[0]
        staff = [
            {"id": n, "nip": f"9{n}", "name": f"Pegawai {n}", "unit_id": budi.unit_id, "supervisor_id": budi.id}
            | {"zone": "Asia/Jakarta", "roles": ["pegawai"]}
            for n in range(1000, 1000 + number)
        ]
        db.execute(insert(people.person), staff)
    return [row["id"] for row in staff]
