"""`python -m bench.meetings [--rounds N]`: measures `/rapat` and writes bench/MEETINGS.md."""

from __future__ import annotations

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, event, func, insert, select, text, update

from bench import data, load
from bench.machine import Machine, databases, over
from bench.outbox import masuk
from integration import people, scheduler
from integration.app import assemble, utc_now
from integration.audit import audit
from integration.core import Hadir
from integration.dates import ClockTime
from integration.db import Database
from integration.dispatch import parse
from integration.messages import Answer, FormSubmission, Reply, Sender, plain
from integration.outbox import outbox
from integration.ports import Span
from integration.settings import load as settings
from plugins.rapat import planning, publish, recurrence, tables
from plugins.rapat.planning import Plan, Who
from plugins.rapat.recurrence import Rule
from tests import postgres
from tests.sink import Sink, mattermost
from tests.standin import USER, Cloud, standing_in

RESULTS = Path(__file__).parent / "MEETINGS.md"
SIZES = (5, 500, 5_000)
INVITED = 500
ATTENDEE_SECONDS, AT_ONCE = 0.075, 4
PAST, COMING = 5_000, 20
PRESSES = 30
PATIENCE_SECONDS = 600.0
# Somebody whom the load of check-ins does not reach.
ORGANIZER = data.PEOPLE
JAKARTA = "Asia/Jakarta"


@dataclass(frozen=True, slots=True)
class Submitted:
    """Milliseconds from the form that comes in to the answer, and those of the same statements by themselves; how many."""

    size: int
    ours: list[float]
    floor: list[float]
    statements: int


@dataclass(frozen=True, slots=True)
class Sent:
    """Seconds until everybody had the message and the event; those until everybody had the message; `/hadir masuk`."""

    seconds: float
    chat: float
    at_once: int
    memory: float
    quiet: load.Figures
    busy: load.Figures


# ---------------------------------------------------------------- the office


def settle(hadir: Hadir) -> None:
    """30,000 people; two units of the sizes that are invited, and an organiser in neither."""
    data.settle(hadir.database)
    with hadir.database.write() as db:
        db.execute(people.unit.insert(), [{"id": 1000 + size, "name": f"Badan {size}"} for size in SIZES[1:]])
        first = 1
        for size in SIZES[1:]:
            theirs = people.person.c.id.between(first, first + size - 1)
            db.execute(update(people.person).where(theirs).values(unit_id=1000 + size))
            first += size


def sender() -> Sender:
    return Sender("mattermost", f"bench-{ORGANIZER}", f"pegawai.{ORGANIZER}")


def form(size: int) -> FormSubmission:
    names = ", ".join(f"@pegawai.{20_000 + n}" for n in range(size)) if size < SIZES[1] else f"unit Badan {size}"
    day = (datetime.now(UTC) + timedelta(days=30)).date()
    values = {"title": "Koordinasi SPBE", "day": day.isoformat(), "time": "09.00", "length": "90 menit"}
    return FormSubmission("rapat.new", values | {"invite": names, "mode": "virtual", "place": "", "repeat": "", "agenda": ""})


def forget(database: Database) -> None:
    """Take away every meeting and what it queued, so that the next one begins with the same tables."""
    with database.write() as db:
        for table in (*reversed(tables.TABLES), outbox, audit):
            db.execute(delete(table))


# ---------------------------------------------------------------- the answer to the form


@contextmanager
def recorded(database: Database) -> Iterator[list[tuple[str, Any, bool]]]:
    """Every statement from here on as the driver gets it, with its parameters, and whether they are many."""
    seen: list[tuple[str, Any, bool]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            seen.append((statement, parameters, many))

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def submit(hadir: Hadir, size: int) -> Answer:
    answer = hadir.dispatcher.handle(sender(), form(size), hadir.clock())
    if not isinstance(answer, Reply) or answer.refused:
        raise RuntimeError(f"nothing was planned: {answer!r}")
    return answer


def replay(database: Database, statements: list[tuple[str, Any, bool]]) -> None:
    """The same statements in one transaction, without anything of ours around them."""
    with database.write() as db:
        raw: Any = db.connection.dbapi_connection
        cursor = raw.cursor()
        for statement, parameters, many in statements:
            (cursor.executemany if many else cursor.execute)(statement, parameters)
        cursor.close()


def submitted(hadir: Hadir, size: int) -> Submitted:
    database = hadir.database
    rewind = _marked(database)
    submit(hadir, size)  # what is read once is read
    forget(database)
    rewind()
    with recorded(database) as statements:
        submit(hadir, size)
    ours, floor = [], []
    for _ in range(PRESSES):
        forget(database)
        ours.append(timed(lambda: submit(hadir, size)))
        forget(database)
        rewind()
        floor.append(timed(lambda: replay(database, statements)))
    forget(database)
    return Submitted(size, ours, floor, len(statements))


def _marked(database: Database) -> Callable[[], None]:
    """Numbers go on from here again after `rewind`: the recorded statements name the rows that they made."""
    if database.is_sqlite:  # goes on from the greatest number that is there
        return lambda: None
    with database.read() as db:
        query = "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value FROM pg_sequences"
        marks = [tuple(row) for row in db.execute(text(query))]

    def rewind() -> None:
        with database.write() as db:
            for name, last in marks:
                mark = {"name": name, "last": last or 1, "called": last is not None}
                db.execute(text("SELECT setval(:name, :last, :called)"), mark)

    return rewind


# ---------------------------------------------------------------- lists and series


def fill_past(database: Database) -> None:
    """5,000 meetings of one person that are over, and some of this week."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    starts = [now - timedelta(hours=6 * n + 200) for n in range(PAST)]
    monday = now - timedelta(days=now.weekday())
    starts += [monday + timedelta(hours=7 * n) for n in range(COMING)]
    rows = [_meeting(n, at) for n, at in enumerate(starts, 1)]
    with database.write() as db:
        db.execute(insert(tables.meeting), rows)
        dates = [{"meeting_id": r["id"], "original": r["starts_at"]} | _times(r) for r in rows]
        db.execute(insert(tables.meeting_occurrence), dates)
        invited = [(r["id"], who) for r in rows for who in (ORGANIZER, *range(1, 10))]
        values = [{"meeting_id": m, "who": f"p:{p}", "person_id": p, "invited_at": now, "told": 1} for m, p in invited]
        db.execute(insert(tables.meeting_invitee), values)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("ANALYZE"))


def _times(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("starts_at", "ends_at")}


def _meeting(number: int, at: datetime) -> dict[str, Any]:
    end = at + timedelta(hours=1)
    times = {"starts_at": at, "ends_at": end, "last_end": end, "created_at": at, "changed_at": at}
    about = {"title": f"Rapat {number}", "organizer_id": ORGANIZER, "unit_id": 1, "zone": JAKARTA, "mode": "virtual"}
    return {"id": number, "uid": f"{number}@bench", "state": "planned", **about, **times}


def week(hadir: Hadir) -> list[float]:
    command = parse("rapat", "daftar minggu ini")

    def ask() -> None:
        answer = hadir.dispatcher.handle(sender(), command, hadir.clock())
        if not isinstance(answer, Reply) or "Rapat " not in plain(answer.text):
            raise RuntimeError(f"no list: {answer!r}")

    ask()
    return [timed(ask) for _ in range(PRESSES)]


def expansion(hadir: Hadir) -> list[float]:
    t = hadir.catalogues.speak("id")
    first = date(2026, 1, 5)
    rule = Rule("WEEKLY", weekdays=(0,), until=first + timedelta(days=5 * 365))

    def expand() -> None:
        found = recurrence.series(rule, first, ClockTime(8, 30), JAKARTA, t)
        if len(found.starts) != 261:
            raise RuntimeError(f"{len(found.starts)} dates")

    return [timed(expand) for _ in range(PRESSES)]


# ---------------------------------------------------------------- invitations


@contextmanager
def worker(url: str, home: Path, cloud: Cloud, chat: Sink) -> Iterator[load.Server]:
    """The deliverers of a worker, with that Nextcloud and that Mattermost."""
    environment = os.environ | {
        "HADIR_DATABASE_URL": url,
        "HADIR_HOME": str(home / "hadir"),
        "HADIR_SECRET_KEY": load.SECRET,
        "HADIR_LOG_LEVEL": "WARNING",
        "HADIR_NEXTCLOUD_URL": cloud.url,
        "HADIR_NEXTCLOUD_USER": USER,
        "HADIR_NEXTCLOUD_APP_PASSWORD": "sandi-aplikasi",
        "HADIR_MATTERMOST_URL": chat.url,
        "HADIR_MATTERMOST_BOT_TOKEN": "token-bot",
        "HADIR_PUBLIC_URL": "http://127.0.0.1:1",
    }
    with (home / "worker.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "bench.deliver"], env=environment, stdout=log, stderr=log)
    try:
        yield load.Server(0, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def invite(hadir: Hadir, number: int, title: str) -> None:
    """A meeting that goes out at once, with so many people."""
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=20)
    span = Span(start, start + timedelta(hours=1))
    with hadir.database.write() as db:
        organizer = people.get(db, ORGANIZER)
        if organizer is None:
            raise RuntimeError("nobody organises")
        who = [Who(n) for n in range(20_001, 20_001 + number)]
        plan = Plan(title=title, span=span, zone=JAKARTA, starts=(start,), mode="room", place="Aula", invitees=who)
        here = scheduler.work(hadir, db)
        publish.bring(here, planning.create(here, organizer, plan, "planned").id)


def waiting(database: Database, *kinds: str) -> int:
    with database.read() as db:
        undone = (outbox.c.kind.in_(kinds), outbox.c.state != "done")
        return int(db.scalar(select(func.count()).select_from(outbox).where(*undone)) or 0)


def until_none_waits(database: Database, begun: float, *kinds: str) -> float:
    """Seconds; tasks first, as they queue the others."""
    while waiting(database, "task", *kinds):
        if time.monotonic() > begun + PATIENCE_SECONDS:
            raise RuntimeError(f"{waiting(database, 'task', *kinds)} rows are still waiting")
        time.sleep(0.2)
    return time.monotonic() - begun


def until_told(chat: Sink, begun: float) -> float:
    """Seconds until so many messages have come as people are invited."""
    while len(invitations(chat)) < INVITED:
        if time.monotonic() > begun + PATIENCE_SECONDS:
            raise RuntimeError(f"{len(invitations(chat))} messages have come")
        time.sleep(0.2)
    return time.monotonic() - begun


def invitations(chat: Sink) -> list[str]:
    """To whom they went."""
    with chat.lock:
        posts = list(chat.posts)
    to = [post["channel_id"] for post in posts if "Undangan" in post["message"]]
    return [channel for channel in to if channel != f"direct-bench-{ORGANIZER}"]


def check(cloud: Cloud, chat: Sink, number: int) -> None:
    """Everybody has one message and stands in one event: else no figure is worth anything."""
    attendees = [name for body in cloud.events.values() for name in re.findall(r"mailto:(pegawai[^\r\n]+)", _unfolded(body))]
    told = invitations(chat)
    if len(attendees) != number + 1 or len(set(attendees)) != number + 1:
        raise RuntimeError(f"{len(attendees)} attendees for {number} invited")
    if len(told) != number or len(set(told)) != number:
        raise RuntimeError(f"{len(told)} messages for {number} invited")


def _unfolded(body: str) -> str:
    return body.replace("\r\n ", "")


def one_round(hadir: Hadir, server: load.Server, url: str, home: Path) -> Sent:
    database = hadir.database
    quiet = masuk(server, database)
    cloud = Cloud(attendee_seconds=ATTENDEE_SECONDS)
    with standing_in(cloud), mattermost() as chat, worker(url, home, cloud, chat) as process:
        _warm(hadir, cloud, chat)
        busy: list[load.Figures] = []
        pressing = threading.Thread(target=lambda: busy.append(masuk(server, database)))
        begun = time.monotonic()
        invite(hadir, INVITED, "Koordinasi SPBE")
        pressing.start()
        in_chat = until_told(chat, begun)
        seconds = until_none_waits(database, begun, "chat", "calendar")
        memory = process.memory()
        pressing.join()
        check(cloud, chat, INVITED)
        at_once = cloud.most_inside
    forget(database)
    return Sent(seconds, in_chat, at_once, memory, quiet, busy[0])


def _warm(hadir: Hadir, cloud: Cloud, chat: Sink) -> None:
    """One meeting of two, so that neither the start of the worker nor the loading of libraries is measured."""
    invite(hadir, 1, "Pemanasan")
    until_none_waits(hadir.database, time.monotonic(), "chat", "calendar", "storage")
    forget(hadir.database)
    cloud.events.clear()
    chat.posts.clear()


# ---------------------------------------------------------------- report


@dataclass(frozen=True, slots=True)
class Measured:
    submitted: list[Submitted]
    week: list[float]
    expansion: list[float]
    sent: list[Sent]


def measure(url: str, rounds: int, home: Path) -> Measured:
    url = url.replace("postgresql:", "postgresql+psycopg:")
    hadir = assemble(settings({}, database_url=url, secret_key=load.SECRET, home=home / "hadir"), clock=utc_now)
    settle(hadir)
    answers = [submitted(hadir, size) for size in SIZES]
    fill_past(hadir.database)
    lists, expanded = week(hadir), expansion(hadir)
    forget(hadir.database)
    with load.server("hadir", url, home) as server:
        masuk(server, hadir.database)
        sent = [one_round(hadir, server, url, home) for _ in range(rounds)]
    hadir.database.dispose()
    return Measured(answers, lists, expanded, sent)


SUBMIT_HEAD = "| database | invited | ms | slowest | the same statements bare | statements |\n|---|---|---|---|---|---|"
SENT_HEAD = (
    "| database | seconds until all have all | until all have the message | calls at a time | worker MB "
    "| p50 ms without / with | p99 ms without / with |\n|---|---|---|---|---|---|---|"
)
LIST_HEAD = "| database | week list ms | slowest | five years of weeks ms |\n|---|---|---|---|"


def submit_line(name: str, one: Submitted) -> str:
    median, floor = statistics.median(one.ours), statistics.median(one.floor)
    return f"| {name} | {one.size:,} | **{median:.1f}** | {max(one.ours):.1f} | {floor:.1f} | {one.statements} |"


def sent_line(name: str, rounds: list[Sent]) -> str:
    def two(of: Callable[[load.Figures], float]) -> str:
        quiet, busy = (statistics.median(of(each) for each in side) for side in _sides(rounds))
        return f"{quiet:.1f} / {busy:.1f}"

    return (
        f"| {name} | **{over([r.seconds for r in rounds])}** | {over([r.chat for r in rounds])} "
        f"| {max(r.at_once for r in rounds)} | {max(r.memory for r in rounds):.0f} "
        f"| {two(lambda f: f.p50)} | {two(lambda f: f.p99)} |"
    )


def _sides(rounds: list[Sent]) -> tuple[list[load.Figures], list[load.Figures]]:
    return [each.quiet for each in rounds], [each.busy for each in rounds]


def list_line(name: str, found: Measured) -> str:
    slowest, expanded = max(found.week), statistics.median(found.expansion)
    return f"| {name} | **{statistics.median(found.week):.1f}** | {slowest:.1f} | {expanded:.1f} |"


def report(machine: Machine, found: dict[str, Measured], rounds: int) -> str:
    server = subprocess.run([str(postgres.binaries() / "postgres"), "--version"], capture_output=True, text=True, check=True)
    packages = ("nc-py-api", "icalendar", "granian", "sqlalchemy", "psycopg")
    made = machine.made("python -m bench meetings", *packages, database=server.stdout.strip())
    submits = "\n".join(submit_line(name, one) for name, each in found.items() for one in each.submitted)
    sents = "\n".join(sent_line(name, each.sent) for name, each in found.items())
    lists = "\n".join(list_line(name, each) for name, each in found.items())
    alone = INVITED * ATTENDEE_SECONDS
    return f"""# Meetings: planned, listed, and everybody invited

{made}

## The answer to the form

`/rapat baru`, from the form that comes in to the answer, the commit on the disk included; in one process, without HTTP. Five
people are named, more are invited as a unit: its members, the check of everybody's time and the invitations are the worker's.
Beside it the same SQL statements with the same parameters, in one transaction of the driver alone: the floor. Medians of
{PRESSES}.

{SUBMIT_HEAD}
{submits}

Goal: under 300 ms however many are invited.

## {INVITED} people invited

The deliverers of one worker (`bench/deliver.py`) bring a meeting to a server on this machine that answers as a Mattermost does
(`tests/sink.py`), and to one that answers as a Nextcloud does and takes {ATTENDEE_SECONDS * 1000:.0f} ms for each attendee of
an event (`tests/standin.py`): {alone:.1f} s one after the other. Afterwards everybody had one message and stood in one event.
`/hadir masuk` is pressed by other people meanwhile, at an office's pace, as in [OUTBOX.md](OUTBOX.md). Everything shares
the machine. Medians of {rounds} rounds, and their range.

{SENT_HEAD}
{sents}

Goals: under 60 s, and `/hadir masuk` no slower (p99 at most 1.5 times that without).

## Lists and series

`/rapat daftar minggu ini` of somebody with {PAST:,} meetings that are over and {COMING} this week, each with ten people; and
all dates of a meeting every week for five years. Medians of {PRESSES}.

{LIST_HEAD}
{lists}

Goals: 50 ms each.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.meetings", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    machine, found = Machine(), dict[str, Measured]()
    with tempfile.TemporaryDirectory(prefix="hadir-bench-") as folder, databases(Path(folder)) as urls:
        for name, url in urls.items():
            found[name] = each = measure(url, options.rounds, Path(folder))
            print("\n".join(submit_line(name, one) for one in each.submitted), flush=True)
            print(list_line(name, each), sent_line(name, each.sent), sep="\n", flush=True)
    RESULTS.write_text(report(machine, found, options.rounds), encoding="utf-8")


if __name__ == "__main__":
    main()
