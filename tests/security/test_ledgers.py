"""`hadir audit verify` after somebody was at the database with SQL: every table by which a day is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Boolean, Connection, Date, Integer, Table, delete, insert, select, update

from integration import explained, ledger, outages, people, schedules
from integration.app import load_plugins
from integration.audit import By, Problem
from integration.cli import hadir as command_line
from integration.core import Hadir
from integration.db import Instant
from integration.messages import Button, Channel
from integration.office_calendar import holiday, person_schedule, season, work_hours
from integration.people import Person
from integration.presets import days_off
from integration.presets.days_off import DayOff
from integration.rulebook import store
from integration.rulebook.tables import reevaluation, rule, rule_choice
from integration.scheduler import work as work_of
from plugins.berkas.tables import channel_member
from plugins.izin import counting
from plugins.izin.balance import Opening
from plugins.jadwal.tables import rota_day
from plugins.logbook.declared import forms as form_fields
from plugins.logbook.declared.fields import Declared
from tests import cast
from tests.plugins.jadwal import rotas
from tests.post import button, inbox, person_id

pytestmark = pytest.mark.in_turn

Chat = Callable[[str], cast.Talker]
KEPT = (rule, holiday, season, work_hours)


@pytest.fixture(autouse=True)
def _as_it_was(hadir: Hadir) -> Iterator[None]:
    """These tables are not emptied between tests."""
    with hadir.database.read() as db:
        before = {table: [dict(row._mapping) for row in db.execute(select(table))] for table in KEPT}
    yield
    with hadir.database.write() as db:
        for table, rows in before.items():
            db.execute(delete(table))
            db.execute(insert(table), rows)


def problems(hadir: Hadir) -> list[Problem]:
    """As `hadir audit verify` looks."""
    ledgers = ledger.of(hadir.plugins)
    with hadir.database.read() as db, hadir.database.read() as second:
        found: list[Any] = list(ledger.compare(db, second, ledgers))
        found += explained.problems(second)
        for plugin in hadir.plugins:
            for check in plugin.checks:
                found += check(second)
    return [each for each in found if isinstance(each, Problem)]


@pytest.fixture
def office(hadir: Hadir, chat: Chat) -> Hadir:
    """Something of everything, each made as it is made in an office."""
    chat("siti").says("/izin cuti tahunan 1–3 Des")
    chat("budi").presses(button(inbox(hadir, "budi")[-1], "Setujui"))
    chat("siti").says("/hadir koreksi 20/11 masuk 07.30 lupa")
    chat("siti").says("/jadwal ingin setiap rabu wfh")
    chat("siti").says("/hadir masuk wfh")
    files(hadir, chat)
    reports(hadir, chat)
    chat("rina").says('/jadwal daftar-wfh tambah @siti "menyusun laporan"', mentions={"siti": "id-siti"})
    message = rotas.draft(chat, hadir, line="/jadwal susun 2 minggu mulai senin")
    rotas.press(chat("hendra"), message, "Terbitkan")
    by = By("terminal", "uji", hadir.clock())
    rows = {row["kind"]: row for row in store.shipped()}
    with hadir.database.write() as db:
        unit_id = people.units_named(db, cast.APLIKASI)[0][0]
        store.choose(db, "attendance", "dasar", unit_id, date(2026, 12, 1), by)
        store.reevaluate(db, date(2026, 11, 2), date(2026, 11, 6), None, None, by)
        store.enter(db, rows["attendance"] | {"name": "kantor", "version": "1"}, None, by)
        days_off.put(db, DayOff(date(2026, 12, 24), "Hari kantor", "office"), By("terminal", "uji", hadir.clock()))
        outages.declare(db, cast.at("2026-11-20T07:00+07:00"), cast.at("2026-11-20T08:00+07:00"), "listrik", "terminal", by.now)
        siti = people.get(db, person_id(hadir, "siti"))
        assert siti is not None
        counting.set_opening(work_of(hadir, db), siti.id, 2026, Opening(12, 3))
        scheduled(hadir, db, siti)
    return hadir


def files(hadir: Hadir, chat: Chat) -> None:
    """A channel with a folder, and a file that Siti shares."""
    chat("budi").says("/berkas kanal Proyek", channel=Channel("c1", "proyek", "t1"))
    path = "Hadir/Bidang Aplikasi/Berkas/2026/undangan.pdf"
    chat("siti").presses(Button("x", "berkas.share_yes", f"person:{person_id(hadir, 'dewi')}|2026-12-01|{path}"))
    with hadir.database.write() as db:
        db.execute(delete(channel_member))  # nothing is to hold the coupling but itself


def reports(hadir: Hadir, chat: Chat) -> None:
    """Reports, what was said of one, a rating, leave for an old one, a month that was opened again, and a form."""
    from integration.cli import logbook_form

    siti = chat("siti")
    siti.says("/logbook target tambah")
    siti.submits(code="RHK-1", title="Menguji aplikasi", quantity="12 laporan")
    chat("siti").says("/logbook menguji aplikasi 2 jam")
    chat("budi").says("/logbook komentar @siti 1 bagus")
    chat("budi").says("/logbook nilai @siti oktober sesuai")
    chat("siti").says("/logbook menulis panduan 1 jam")  # of which nothing was said yet
    chat("siti").says("/logbook susulan 11/11/2026 lupa melapor")
    chat("rina").says("/logbook buka-kunci oktober @siti lupa melapor")
    with hadir.database.write() as db:
        made = form_fields.put(db, "office", [Declared("surat", "Nomor surat", "text")], hadir.clock())
        assert made is not None
        logbook_form._record(db, None, made, "uji", hadir.clock())


def scheduled(hadir: Hadir, db: Connection, siti: Person) -> None:
    from integration.cli import schedule

    schedules.put(db, siti, date(2026, 12, 7), "sif-pagi", by="terminal", now=hadir.clock())
    schedule._audit(hadir, db, siti, {"schedule": ""}, {"schedule": "sif-pagi", "from": "2026-12-07"})


def test_what_an_office_does_agrees(office: Hadir, chat: Chat) -> None:
    assert problems(office) == []
    dewi = chat("dewi")
    with office.database.read() as db:
        rows = db.execute(select(rota_day.c.day, rota_day.c.person_id, rota_day.c.place).where(rota_day.c.active)).all()
    siti, other = person_id(office, "siti"), person_id(office, "dewi")
    place = {(row.person_id, row.day): row.place for row in rows}
    days = [d for p, d in place if p == siti and (other, d) in place and place[siti, d] != place[other, d]]
    for day in sorted(days):
        chat("siti").says(f"/jadwal tukar @dewi {day:%d/%m/%Y}", mentions={"dewi": "id-dewi"})
        if labels := [each for each in inbox(office, "dewi") if each.buttons and "mengajak" in str(each.text)]:
            dewi.presses(button(labels[-1], "Setuju"))
            chat("budi").presses(button(inbox(office, "budi")[-1], "Setujui"))
            break
    chat("budi").says("/jadwal atur @wayan 2/12 wfa", mentions={"wayan": "id-wayan"})
    chat("siti").says("/izin batal")
    assert problems(office) == []
    message = rotas.draft(chat, office, line="/jadwal susun 1 minggu mulai senin")
    for label in ("Terbitkan", "Terbitkan juga", "Tetap terbitkan"):
        for each in (message, chat("hendra").last):
            if each is not None and label in [str(b.label) for b in getattr(each, "buttons", ())]:
                chat("hendra").presses(button(each, label))
    assert problems(office) == []


def test_every_ledger_of_a_plugin_is_tried_here() -> None:
    tables = {table for plugin in load_plugins() for table, _ in plugin.ledgers.values()}
    missing = {table.name for table in tables} - set(TRIED)
    assert not missing


# Of each table the columns that decide; of those of the ledgers all that are compared.
LEDGERS = {
    table.name: (table, columns)
    for plugin in load_plugins()
    for table, columns in plugin.ledgers.values()
    if table.name != "rota"
}
OTHERS: dict[str, tuple[Table, tuple[str, ...]]] = {
    "rota": (next(t for p in load_plugins() for n, (t, _) in p.ledgers.items() if n == "rota"), ("first", "last", "state")),
    "rota_day": (rota_day, ("place", "standby")),
    "rule": (rule, ("content", "valid_from", "valid_until", "entered_at", "removed", "name")),
    "rule_choice": (rule_choice, ("name", "valid_from", "entered_at", "kind")),
    "reevaluation": (reevaluation, ("first", "last", "at", "person_id")),
    "person_schedule": (person_schedule, ("schedule", "valid_from", "entered_at", "removed")),
    "holiday": (holiday, ("name", "kind")),
    "season": (season, ("last",)),
    "work_hours": (work_hours, ("start", "end", "break_minutes", "removed", "dynamic")),
}
TRIED = LEDGERS | OTHERS
EMPTY_HERE = {"swap"}  # tried with its own tests
CELLS = [(name, column) for name, (_, columns) in TRIED.items() for column in columns if name not in EMPTY_HERE]


def other(table: Table, column: str, value: Any) -> Any:
    """Another value that the column takes."""
    kind = table.c[column].type
    if column == "content":
        return {**value, "note": "x"}
    if column == "fields":
        return []
    if isinstance(kind, Boolean):
        return not value
    if isinstance(kind, Instant):
        return (value or datetime.fromisoformat("2026-01-01T00:00+00:00")) - timedelta(days=300)
    if isinstance(kind, Date):
        return (value or date(2026, 1, 1)) + timedelta(days=1)
    if isinstance(kind, Integer):
        return (value or 0) + 1
    if isinstance(value, Decimal):
        return value + 1
    return {"wfo": "wfh", "wfh": "wfo", "wfa": "wfh"}.get(value, "x" if value != "x" else "y")


@pytest.mark.parametrize(("name", "column"), CELLS)
def test_a_changed_cell_shows(office: Hadir, name: str, column: str) -> None:
    table = TRIED[name][0]
    key = next(iter(table.primary_key.columns))
    query = select(table).order_by(key.desc())
    if name == "rota_day":
        query = query.where(table.c.active)
    with office.database.write() as db:
        row = db.execute(query).first()
        assert row is not None, f"no {name}"
        value = other(table, column, row._mapping[column])
        if column in ("person_id", "decider_id", "requester_id", "partner_id", "correction_id"):
            value = None if table.c[column].nullable and row._mapping[column] is not None else person_id(office, "kartika")
        db.execute(update(table).where(key == row._mapping[key.name]).values({column: value}))
    assert problems(office)


@pytest.mark.parametrize("name", sorted(set(TRIED) - EMPTY_HERE - {"rota", "season", "work_hours", "rule"}))
def test_a_row_that_is_gone_shows(office: Hadir, name: str) -> None:
    table = TRIED[name][0]
    key = next(iter(table.primary_key.columns))
    query = select(key).order_by(key.desc())
    if name == "rota_day":
        query = query.where(table.c.active, table.c.place == "wfh")
    with office.database.write() as db:
        gone = db.scalar(query)
        db.execute(delete(table).where(key == gone))
    known = LEDGERS.get(name)
    with office.database.read() as db:
        audited = list(ledger.deleted(db, ledger.of(office.plugins), [f"{name}:{gone}"])) if known else []
    assert problems(office) or audited


@pytest.mark.parametrize("name", ["rule", "work_hours"])
def test_an_entered_row_that_is_gone_shows(office: Hadir, name: str) -> None:
    table = TRIED[name][0]
    with office.database.write() as db:
        newest = db.scalar(select(table.c.id).order_by(table.c.id.desc()))
        db.execute(delete(table).where(table.c.id == newest))
    assert problems(office)


def test_rows_that_nobody_entered_show(office: Hadir) -> None:
    """A holiday for oneself, a rule for one's unit, an outage for the morning, hours for the person."""
    added: list[tuple[Table, dict[str, Any]]] = [
        (holiday, {"day": date(2026, 11, 23), "name": "Hari libur", "kind": "national"}),
        (season, {"name": "ramadan", "first": date(2026, 11, 1), "last": date(2026, 11, 30)}),
        (rule_choice, {"kind": "attendance", "name": "dasar", "valid_from": date(2026, 1, 1)}),
        (
            reevaluation,
            {"first": date(2026, 1, 1), "last": date(2026, 11, 1), "at": office.clock(), "actor": "x", "reason": "x"},
        ),
        (
            person_schedule,
            {
                "person_id": person_id(office, "dewi"),
                "valid_from": date(2026, 1, 1),
                "schedule": "",
                "entered_at": office.clock(),
                "by": "x",
            },
        ),
        (
            outages.outage,
            {
                "first": cast.at("2026-11-23T07:00+07:00"),
                "last": cast.at("2026-11-23T08:00+07:00"),
                "source": "declared",
                "entered_by": "x",
                "entered_at": office.clock(),
            },
        ),
    ]
    before = 0
    for table, row in added:
        with office.database.write() as db:
            db.execute(insert(table).values(row))
        now = len(problems(office))
        assert now > before, table.name
        before = now


def test_the_command_says_so(office: Hadir, tmp_path: Path) -> None:
    env = {
        "HADIR_DATABASE_URL": office.settings.database_url,
        "HADIR_SECRET_KEY": "t" * 64,
        "HADIR_HOME": str(tmp_path / "home"),
    }
    assert CliRunner().invoke(command_line, ["audit", "verify"], env=env).exit_code == 0
    with office.database.write() as db:
        db.execute(insert(holiday).values(day=date(2026, 11, 23), name="Hari libur", kind="national"))
    done = CliRunner().invoke(command_line, ["audit", "verify"], env=env)
    assert (done.exit_code, "holiday:2026-11-23" in done.output) == (1, True), done.output
