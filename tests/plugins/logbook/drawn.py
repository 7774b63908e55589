"""An office whose months are drawn: entries as rows, the job's minute, the worker's tasks and deliveries."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from integration import outbox, people
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.scheduler import JobRun
from plugins.logbook.drawing import sweep
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.tables import logbook_evidence, skp_target
from tests import cast

SITI = f"Hadir/Bidang Aplikasi/Logbook/2026/11/Siti Rahayu – NIP {cast.NIP['siti']} – 2026-11"
UNIT = "Hadir/Bidang Aplikasi/Logbook/2026/11/Logbook Bidang Aplikasi – 2026-11.xlsx"


def person(hadir: Hadir, who: str) -> people.Person:
    with hadir.database.read() as db:
        return people.fetch(db, people.people_query().where(people.person.c.nip == cast.NIP[who]))[0]


def target(hadir: Hadir, who: str, code: str, title: str) -> int:
    row = {"person_id": person(hadir, who).id, "year": 2026, "code": code, "code_key": code.lower(), "title": title}
    with hadir.database.write() as db:
        return int(db.execute(skp_target.insert().values(row | {"changed_at": hadir.clock()})).inserted_primary_key[0])


def wrote(hadir: Hadir, who: str, activity: str, day: date = date(2026, 11, 23), **values: Any) -> int:
    """An entry that was sent now, or what `values` make of it; its id."""
    writer, now = person(hadir, who), hadir.clock()
    row = {
        "person_id": writer.id,
        "unit_id": writer.unit_id,
        "day": day,
        "state": "sent",
        "activity": activity,
        "minutes": 60,
        "round": 1,
        "created_at": now,
        "changed_at": now,
        "sent_at": now,
    }
    with hadir.database.write() as db:
        return int(db.execute(_entry.insert().values(row | values)).inserted_primary_key[0])


def changed(hadir: Hadir, entry: int, **values: Any) -> None:
    with hadir.database.write() as db:
        db.execute(update(_entry).where(_entry.c.id == entry).values({"changed_at": hadir.clock()} | values))


def proved(hadir: Hadir, entry: int, **values: Any) -> None:
    with hadir.database.write() as db:
        db.execute(logbook_evidence.insert().values({"entry_id": entry, "added_at": hadir.clock()} | values))


def moved(hadir: Hadir, who: str, unit: str) -> None:
    """From now on that is the person's unit."""
    with hadir.database.write() as db:
        unit_id = db.execute(select(people.unit.c.id).where(people.unit.c.name == unit)).scalar_one()
        db.execute(update(people.person).where(people.person.c.nip == cast.NIP[who]).values(unit_id=unit_id))


# ---------------------------------------------------------------- time, and who works meanwhile


def minute(hadir: Hadir) -> int:
    """The job's next minute: how many drawings it has queued."""
    before = len(tasks(hadir))
    sweep.look(JobRun(hadir, hadir.clock()))
    return len(tasks(hadir)) - before


def hour(hadir: Hadir) -> int:
    """The hourly look at months that have closed."""
    before = len(tasks(hadir))
    sweep.close(JobRun(hadir, hadir.clock()))
    return len(tasks(hadir)) - before


def deliver(hadir: Hadir, *kinds: str) -> None:
    """Everything that is due: drawings, then files."""
    worker = Delivery(hadir, kinds=outbox.Kinds(kinds or ("task", "storage")))
    while worker.step():
        pass


def drawn(hadir: Hadir, clock: cast.Clock) -> int:
    """A quiet minute: the job looks, the worker draws and files; how many drawings there were."""
    clock.now += timedelta(minutes=1)
    queued = minute(hadir)
    deliver(hadir)
    return queued


def tasks(hadir: Hadir) -> list[str]:
    """The streams of the drawings that were ever queued."""
    return [row.stream for row in _rows(hadir, "task") if row.payload["task"] == "logbook.draw"]


def filed(hadir: Hadir) -> list[str]:
    """The paths of the files that were ever queued, in that order."""
    return [row.payload["path"] for row in _rows(hadir, "storage")]


def _rows(hadir: Hadir, kind: str) -> Sequence[Any]:
    table = outbox.outbox.c
    with hadir.database.read() as db:
        query = select(table.stream, table.payload, table.state, table.error).where(table.kind == kind).order_by(table.id)
        return db.execute(query).all()


# ---------------------------------------------------------------- a whole month


ACTIVITIES = (
    "Menyusun laporan keuangan triwulan III dan mencocokkan saldo kas dengan buku bank",
    "Rapat koordinasi persiapan migrasi aplikasi kepegawaian",
    "Memeriksa berkas usulan kenaikan pangkat",
    "Menjawab surat dari daerah",
)
RESULTS = ("Laporan keuangan triwulan III", "Notulen rapat", "12 berkas diperiksa, 2 dikembalikan", "")


def month_of(hadir: Hadir, who: str, days: int = 22, targets: Sequence[int] = ()) -> None:
    """`days` working days of November with up to four activities each, in every state."""
    working = [day for n in range(30) if (day := date(2026, 11, 1) + timedelta(n)).weekday() < 5][:days]
    states = itertools.cycle(["approved", "approved", "approved", "sent", "approved", "returned"])
    for day, number in itertools.product(working, range(4)):
        values = {
            "state": next(states),
            "minutes": (150, 90, 120, 45)[number],
            "result": RESULTS[number],
            "quantity": (Decimal(1), None, Decimal("12.5"), Decimal(3))[number],
            "measure": ("laporan", "", "berkas", "surat")[number],
            "place": ("wfo", "wfh", "wfo", "dinas")[number],
            "target_id": targets[number % len(targets)] if targets and number < 3 else None,
        }
        wrote(hadir, who, ACTIVITIES[number], day, **values)
