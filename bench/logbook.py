"""`python -m bench.logbook [--seconds N] [--rounds N] [--days N]`: measures `/logbook` and writes bench/LOGBOOK.md.

Sending, the supervisor's digest and the draft of a day, beside years of entries; the files of a month are measured by
`bench.logbook_files`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, text, update

from bench import data, load
from bench.checkin import HEAD as COMPARE_HEAD
from bench.checkin import Row, line
from bench.machine import Machine, databases, ratio
from integration import people, scheduler
from integration.adapters.mattermost.tables import mattermost_command
from integration.app import assemble, utc_now
from integration.audit import audit
from integration.cli.opened import quiet
from integration.core import Hadir
from integration.db import Database
from integration.dispatch import parse
from integration.messages import Reply, Sender, plain
from integration.outbox import outbox
from integration.settings import load as settings
from integration.workdays import local_day
from plugins.berkas.tables import saved_file
from plugins.hadir.tables import attendance_event
from plugins.logbook.review import digest, digest_wording
from plugins.logbook.tables import logbook_entry
from plugins.rapat import tables as rapat
from tests import postgres

RESULTS = Path(__file__).parent / "LOGBOOK.md"
CONNECTIONS = 16
# 30,000 people × 67 days: two million entries.
DAYS = 67
TEAM = 50
TIMES = 30
SEND = load.Line("logbook", "menyusun+laporan+keuangan+2+jam+%23RHK-3", "menyusun laporan keuangan")
# Who is asked about their day and their team: nobody whom the load of reports reaches.
LEADER = data.PEOPLE - TEAM
DRAFTER = data.PEOPLE
_LONG_AGO = datetime(2026, 1, 2, tzinfo=UTC)


# ---------------------------------------------------------------- the office


def settle(database: Database, days: int) -> int:
    """30,000 people in teams of 50 with a target each, their command `/logbook`, and what they reported; how many entries."""
    data.settle(database)
    person = people.person.c
    with database.write() as db:
        db.execute(update(mattermost_command).values(trigger="logbook"))
        db.execute(text(_LEADERS), {"size": TEAM + 1})
        db.execute(update(people.person).where(person.id > LEADER).values(supervisor_id=LEADER))
        db.execute(update(people.person).where(person.id == LEADER).values(supervisor_id=None))
        db.execute(text(_TARGETS), {"at": _LONG_AGO, "year": datetime.now(UTC).year})
    add_past(database, days)
    with database.write() as db:  # Hadir deletes no entry; `forget_today` does, and each time is asked what revises it
        db.execute(text("CREATE INDEX bench_revises ON logbook_entry (revises_id) WHERE revises_id IS NOT NULL"))
    with database.read() as db:
        return int(db.scalar(text("SELECT count(*) FROM logbook_entry")) or 0)


_LEADERS = """
UPDATE person SET supervisor_id = ((id - 1) / CAST(:size AS integer)) * CAST(:size AS integer) + 1
WHERE ((id - 1) / CAST(:size AS integer)) * CAST(:size AS integer) + 1 <> id
"""
_TARGETS = """
INSERT INTO skp_target (person_id, year, code, code_key, title, measure, changed_at)
SELECT id, :year, 'RHK-3', 'rhk-3', 'Laporan keuangan tersusun', '', :at FROM person
"""
_PAST = """
INSERT INTO logbook_entry (person_id, unit_id, day, state, version, activity, result, measure, minutes, target_id, place,
    source, late, round, created_at, changed_at, sent_at, decided_at, decider_id, note)
SELECT person.id, unit_id, :day, 'approved', 1, 'Menyusun laporan keuangan', '', '', 120, skp_target.id, 'wfo', '', :late, 1,
    :at, :at, :at, :at, supervisor_id, ''
FROM person JOIN skp_target ON skp_target.person_id = person.id
"""


def add_past(database: Database, days: int) -> None:
    """An approved entry of everybody on each of the days before today."""
    today = datetime.now(UTC).date()
    for back in range(1, days + 1):
        with database.write() as db:
            db.execute(text(_PAST), {"day": today - timedelta(days=back), "at": _LONG_AGO, "late": False})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("ANALYZE"))


def forget_today(db: Connection) -> int:
    """Take away what a run recorded, so that the next begins with the same tables; how many entries there were."""
    gone = db.execute(delete(logbook_entry).where(logbook_entry.c.created_at > _LONG_AGO + timedelta(days=1))).rowcount
    db.execute(delete(outbox))
    db.execute(delete(audit))
    return gone


# ---------------------------------------------------------------- sending


def sending(name: str, past: int, database: Database, url: str, seconds: int, rounds: int, home: Path) -> Row:
    """Everybody reports in one line, over 16 connections; Hadir and the floor in turn."""
    figures: dict[str, list[load.Figures]] = {"hadir": [], "floor": []}
    with load.server("hadir", url, home) as hadir, load.server("floor", url, home) as floor:
        for server in (hadir, floor):  # neither what is read once nor what is compiled once is measured
            load.run(server, CONNECTIONS, 3, line=SEND)
        with database.write() as db:
            forget_today(db)
        for number in range(rounds):
            order = (("hadir", hadir), ("floor", floor))
            for which, server in order if number % 2 == 0 else reversed(order):
                run = load.run(server, CONNECTIONS, seconds, line=SEND)
                with database.write() as db:
                    run.check(recorded=forget_today(db))
                figures[which].append(run)
    ratios = ratio([run.per_second for run in figures["hadir"]], [run.per_second for run in figures["floor"]])
    return Row(name, past, CONNECTIONS, load.median(figures["hadir"]), load.median(figures["floor"]), ratios)


# ---------------------------------------------------------------- the digest, and the draft


def times(call: Callable[[], object]) -> list[float]:
    """Milliseconds of each of so many calls, after one that is not counted."""
    call()
    found = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        call()
        found.append((time.perf_counter() - begun) * 1000)
    return found


def digesting(hadir: Hadir) -> list[float]:
    """What a supervisor of 50 is told at the day's end: 40 have sent four entries each, ten nothing."""
    today = _today()
    ids = range(LEADER + 1, LEADER + TEAM - 9)
    with hadir.database.write() as db:
        db.execute(insert(logbook_entry), [_entry(id, today, number) for id in ids for number in range(4)])

    def digest_of_team() -> None:
        with hadir.database.read() as db:
            work = scheduler.work(hadir, db)
            leader = people.get(db, LEADER)
            if leader is None:
                raise RuntimeError("the leader is gone")
            made = digest.of(work, leader, today)
            reply = digest_wording.reply(work.speak(leader), made)
        if len(made.came) != len(ids) or "Pegawai" not in plain(reply.text):
            raise RuntimeError(f"{len(made.came)} of {len(ids)} stand in the digest")

    return times(digest_of_team)


def drafting(hadir: Hadir) -> list[float]:
    """`/logbook` of somebody who checked in, was at four meetings, did three tasks, saved five files and wrote two entries."""
    with hadir.database.write() as db:
        _busy_day(db, _today())
    sender, command = Sender("mattermost", f"bench-{DRAFTER}", f"pegawai.{DRAFTER}"), parse("logbook", "")

    def open_day() -> None:
        answer = hadir.dispatcher.handle(sender, command, hadir.clock())
        if not isinstance(answer, Reply) or "Koordinasi 3" not in plain(answer.text):
            raise RuntimeError(f"this is no draft: {answer!r}")

    return times(open_day)


def _today() -> date:
    return local_day(datetime.now(UTC), _JAKARTAN)


_JAKARTAN = people.Person(0, "", "", 1, "", None, "", "Asia/Jakarta", frozenset())


def _entry(person_id: int, day: date, number: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    about = {"activity": f"Menguji aplikasi layanan, bagian {number}", "minutes": 90, "place": "wfo", "round": 1}
    times = {"created_at": now, "changed_at": now, "sent_at": now}
    return {"person_id": person_id, "unit_id": person_id % 100 + 1, "day": day, "state": "sent", **about, **times}


def _busy_day(db: Connection, day: date) -> None:
    start = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    arrival = {"person_id": DRAFTER, "day": day, "kind": "in", "at": start, "place": "wfo", "recorded_at": start}
    db.execute(insert(attendance_event).values(arrival | {"source": "chat", "active": True}))
    for number in range(4):
        _meeting(db, number, start + timedelta(hours=number))
    for number in range(5):
        file = {"person_id": DRAFTER, "platform": "mattermost", "attached_at": start, "name": f"berkas-{number}.pdf"}
        place = {"folder": "Hadir/Unit 1", "path": f"Hadir/Unit 1/berkas-{number}.pdf", "path_key": f"berkas-{number}"}
        state = {"state": "saved", "asked_at": start, "saved_at": start, "media_type": "application/pdf", "size": 1000}
        db.execute(insert(saved_file).values(file | place | state))
    db.execute(insert(logbook_entry), [_entry(DRAFTER, day, number) for number in range(2)])


def _meeting(db: Connection, number: int, start: datetime) -> None:
    end = start + timedelta(minutes=45)
    span = {"starts_at": start, "ends_at": end}
    about = {"title": f"Koordinasi {number}", "organizer_id": LEADER, "unit_id": 1, "zone": "Asia/Jakarta", "mode": "virtual"}
    known = {"uid": f"{number}@bench", "state": "planned", "last_end": end, "created_at": start, "changed_at": start}
    meeting = db.execute(insert(rapat.meeting).values(about | known | span).returning(rapat.meeting.c.id)).scalar_one()
    date_of = {"meeting_id": meeting, "original": start, **span}
    held = rapat.meeting_occurrence
    occurrence = db.execute(insert(held).values(date_of).returning(held.c.id)).scalar_one()
    here = {"who": f"p:{DRAFTER}", "person_id": DRAFTER, "name": "x", "place": "online", "how": "button", "in_at": start}
    db.execute(insert(rapat.meeting_presence).values(here | {"occurrence_id": occurrence, "out_at": end}))
    if number < 3:
        task = {"meeting_id": meeting, "occurrence_id": occurrence, "key": f"{number}", "text": f"Menyiapkan bahan {number}"}
        done = {"person_id": DRAFTER, "state": "done", "closed_at": end, "closed_by_id": DRAFTER, "published_at": start}
        db.execute(insert(rapat.meeting_task).values(task | done))


# ---------------------------------------------------------------- report


@dataclass(frozen=True, slots=True)
class Measured:
    """`sent` beside its floor; milliseconds of a digest and of a draft."""

    sent: Row
    digest: list[float]
    draft: list[float]


def measure(name: str, url: str, seconds: int, rounds: int, days: int, home: Path) -> Measured:
    url = url.replace("postgresql:", "postgresql+psycopg:")
    database = Database(url)
    past = settle(database, days)
    sent = sending(name, past, database, url, seconds, rounds, home)
    database.dispose()
    hadir = assemble(settings({}, database_url=url, secret_key=load.SECRET, home=home / "hadir"), clock=utc_now)
    measured = Measured(sent, digesting(hadir), drafting(hadir))
    hadir.database.dispose()
    return measured


LIST_HEAD = "| database | digest of 50 ms | slowest | draft of a day ms | slowest |\n|---|---|---|---|---|"


def list_line(name: str, found: Measured) -> str:
    made, drafted = statistics.median(found.digest), statistics.median(found.draft)
    return f"| {name} | **{made:.1f}** | {max(found.digest):.1f} | **{drafted:.1f}** | {max(found.draft):.1f} |"


def report(machine: Machine, found: dict[str, Measured], seconds: int, rounds: int) -> str:
    server = subprocess.run([str(postgres.binaries() / "postgres"), "--version"], capture_output=True, text=True, check=True)
    made = machine.made("python -m bench logbook", "granian", "flask", "sqlalchemy", "psycopg", database=server.stdout.strip())
    sent = "\n".join(line(each.sent) for each in found.values())
    lists = "\n".join(list_line(name, each) for name, each in found.items())
    past = max(each.sent.past_rows for each in found.values())
    return f"""# Reports: sent, put together, drafted

{made}

## Sending

*Hadir* is the real `POST /mattermost/commands` of `/logbook menyusun laporan keuangan 2 jam #RHK-3`: token check, person, the
line read, the day's limits and the lock, the person's own target, the entry, its audit row, commit, and the day's sum in the
answer. *Floor* is the smallest honest endpoint (`bench/floor.py`: token check, person look-up, two inserts, one commit) on the
same server program, database and tables. Every request is another person's, {past:,} entries of the past lie beside; {rounds}
rounds of {seconds} s each, the two in turn, after three seconds that are not counted; figures are medians. The load (wrk, one
thread) runs on the same machine. Every commit reaches the disk. The column "past days" counts entries.

{COMPARE_HEAD}
{sent}

Goal: p99 under 100 ms at {CONNECTIONS} connections with two million past entries.

## The digest, and the draft of a day

The digest of a supervisor of {TEAM}, of whom 40 have sent four entries each, as it is read and worded; and `/logbook` of
somebody who checked in, was at four meetings, did three tasks of meetings, saved five files and wrote two entries. In one
process, without HTTP, beside the same past entries. Medians of {TIMES}.

{LIST_HEAD}
{lists}

Goals: 200 ms and 50 ms.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.logbook", description=__doc__)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--days", type=int, default=DAYS, help="of the past on which everybody reported")
    options = parser.parse_args()
    quiet()
    machine, found = Machine(), dict[str, Measured]()
    with tempfile.TemporaryDirectory(prefix="hadir-bench-") as folder, databases(Path(folder)) as urls:
        for name, url in urls.items():
            found[name] = each = measure(name, url, options.seconds, options.rounds, options.days, Path(folder))
            print(COMPARE_HEAD, line(each.sent), LIST_HEAD, list_line(name, each), sep="\n", flush=True)
    if options.days == DAYS:  # fewer are for trying it out
        RESULTS.write_text(report(machine, found, options.seconds, options.rounds), encoding="utf-8")


if __name__ == "__main__":
    main()
