"""The demo's office: what is in it, that it is the same every time, and that nothing else is ever touched."""

from __future__ import annotations

import shutil
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select, update

from integration import demo, ledger, people, processes, scheduler, schema
from integration.adapters.browser import store
from integration.adapters.browser.tables import room_message
from integration.app import assemble, connect
from integration.audit import Problem, audit
from integration.cli import hadir as command_line
from integration.cli.demo import prepare
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.messages import plain
from integration.outbox import Kinds, outbox
from integration.settings import Settings, load
from plugins.hadir import recap
from plugins.hadir.tables import attendance_correction, attendance_event
from tests import cast
from tests.cast import at
from tests.conftest import SECRET

MONDAY_NOON = at("2026-11-23T12:00+07:00")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """`hadir demo` has an SQLite database of its own."""
    return sqlite_url


@pytest.fixture
def hadir(settings: Settings) -> Iterator[Hadir]:
    """A service on an empty database, at Monday noon."""
    service = assemble(settings, clock=cast.Clock(MONDAY_NOON))
    yield service
    service.database.dispose()


@pytest.fixture
def office(database_url: str, demo_home: Callable[[datetime], Path], tmp_path: Path) -> Iterator[Hadir]:
    home = shutil.copytree(demo_home(MONDAY_NOON), tmp_path / "office")
    service = assemble(load({}, secret_key=SECRET, home=home), clock=cast.Clock(MONDAY_NOON))
    yield service
    service.database.dispose()


def test_thirty_people_in_three_units_and_three_zones(office: Hadir) -> None:
    with office.database.read() as db:
        everyone = people.everyone(db, date(2026, 11, 23))
    assert len(everyone) == 30
    assert len({someone.unit for someone in everyone}) == 3
    assert {someone.zone for someone in everyone} == {"Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"}
    assert [someone.name for someone in everyone if someone.supervisor_id is None] == ["Hendra Gunawan"]
    assert {role for someone in everyone for role in someone.roles} == set(people.ROLES)
    assert [someone.name for someone in everyone if someone.schedule] == ["Joko Susilo"]


def test_an_nip_tells_a_birth_and_a_later_beginning(office: Hadir) -> None:
    with office.database.read() as db:
        numbers = list(db.scalars(select(people.person.c.nip)))
    for nip in numbers:
        born, began = datetime.strptime(nip[:8], "%Y%m%d"), datetime.strptime(nip[8:14], "%Y%m")  # noqa: DTZ007  # days only
        assert len(nip) == 18
        assert 20 <= began.year - born.year <= 32
        assert nip[14] in "12"


def test_twenty_working_days_are_there_with_all_that_happens_in_an_office(office: Hadir) -> None:
    with office.database.read() as db:
        events = db.execute(select(attendance_event).where(attendance_event.c.active)).all()
        guard = db.scalar(select(people.person.c.id).where(people.person.c.schedule == demo.NIGHT_SHIFT))
    worked = {event.day for event in events if event.day.weekday() < 5 and event.day < date(2026, 11, 23)}
    assert len(worked) == 20
    assert {event.place for event in events if event.kind == "in"} == {"wfo", "wfh", "wfa", "dinas"}
    assert max(event.at for event in events) <= MONDAY_NOON
    nights = [e for e in events if e.person_id == guard and e.kind == "out"]
    assert nights
    assert all(e.at.astimezone(ZoneInfo("Asia/Jakarta")).date() > e.day for e in nights)


def test_some_have_come_today_and_some_are_left_to_try_it(office: Hadir) -> None:
    today = date(2026, 11, 23)
    with office.database.read() as db:
        query = select(attendance_event.c.person_id).where(attendance_event.c.day == today, attendance_event.c.kind == "in")
        there = set(db.scalars(query))
        names = {username: store.account_of(db, username) for username in ("siti", "budi")}
    assert 20 <= len(there) < 30
    assert names["siti"] not in there
    assert names["budi"] in there


def test_before_dawn_nobody_has_come_yet(settings: Settings) -> None:
    service = assemble(settings, clock=cast.Clock(at("2026-11-23T04:00+07:00")))
    demo.seed(service)
    with service.database.read() as db:
        latest = db.scalar(select(func.max(attendance_event.c.day)).where(attendance_event.c.person_id > 0))
    service.database.dispose()
    assert latest == date(2026, 11, 22)  # the guard of the night


def test_corrections_in_every_state_and_one_waits_for_the_supervisor(office: Hadir) -> None:
    with office.database.read() as db:
        states = Counter(db.scalars(select(attendance_correction.c.state)))
    assert states == {"approved": 3, "rejected": 1, "waiting": 1}
    connect(office)
    assert Delivery(office, kinds=Kinds(("chat",))).step() == 1
    with office.database.read() as db:
        assert store.unread(db) == {"budi": 1}
        newest = db.execute(select(room_message).order_by(room_message.c.id.desc())).first()
    assert newest is not None
    assert "Dewi Lestari" in plain(newest.body["text"]).translate({0xE000: None, 0xE001: None})
    assert len(newest.body["buttons"]) == 2


def test_every_row_agrees_with_its_audit_row(office: Hadir) -> None:
    with office.database.read() as db, office.database.read() as second:
        compared = list(ledger.compare(db, second, ledger.of(office.plugins)))
        assert len(compared) > 1000
        assert [each for each in compared if isinstance(each, Problem)] == []
        assert db.scalar(select(func.count()).select_from(audit).where(audit.c.action == "people.added")) == 30


def test_the_story_is_told_in_order(office: Hadir) -> None:
    with office.database.read() as db:
        moments = list(db.scalars(select(audit.c.at).where(audit.c.actor_id.is_not(None)).order_by(audit.c.id)))
        asked = set(db.scalars(select(outbox.c.created_at)))
    assert len(moments) > 1000
    told = [moment for moment in moments if moment not in asked]
    assert told == sorted(told)


def test_it_is_the_same_every_time(office: Hadir) -> None:
    before = _events(office)
    demo.wipe(office.database)
    demo.seed(office)
    assert _events(office) == before


def test_only_a_demo_is_ever_emptied(hadir: Hadir) -> None:
    with hadir.database.write() as db:
        cast.settle(db)
    assert not demo.is_demo(hadir.database)
    assert not demo.is_empty(hadir.database)
    with pytest.raises(ValueError, match="only a demo"):
        demo.wipe(hadir.database)


def test_an_emptied_demo_is_empty_and_keeps_the_working_hours(office: Hadir) -> None:
    demo.wipe(office.database)
    assert demo.is_empty(office.database)
    demo.seed(office)
    assert demo.is_demo(office.database)


def test_an_installation_that_takes_no_corrections_gets_none(settings: Settings) -> None:
    strict = assemble(settings.model_copy(update={"correction_days": 0}), clock=cast.Clock(MONDAY_NOON))
    demo.seed(strict)
    with strict.database.read() as db:
        assert db.scalar(select(func.count()).select_from(attendance_correction)) == 0
    strict.database.dispose()


def test_a_full_year_of_the_office_is_judged_day_by_day(tmp_path: Path) -> None:
    """On one database only: what is told here is long, and the same on both."""
    settings = load({}, database_url=f"sqlite:///{tmp_path / 'hadir.db'}", secret_key=SECRET, home=tmp_path / "home")
    service = assemble(settings, clock=cast.Clock(MONDAY_NOON))
    schema.upgrade(service.database)
    demo.seed(service, 240)
    with service.database.read() as db:
        work = scheduler.work(service, db)
        team = people.everyone(db, date(2026, 11, 23))
        year = [recap.months(work, team, date(2026, month, 1)) for month in range(1, 11)]
        second = [recap.months(work, team, date(2026, month, 1)) for month in range(1, 11)]
        with service.database.read() as other:
            wrong = [each for each in ledger.compare(db, other, ledger.of(service.plugins)) if isinstance(each, Problem)]
    service.database.dispose()
    lines = [line for month in year for someone in month for line in someone.lines]
    status = Counter(line.result.status for line in lines)
    assert len(lines) == 30 * (date(2026, 10, 31) - date(2026, 1, 1)).days + 30
    assert {"present", "late", "early", "absent", "leave", "sick", "travel", "off"} <= set(status)
    assert status["present"] > 4500
    assert 20 < status["absent"] < 200
    assert status["expected"] == status["open"] == 0, "every day of those months is over"
    ramadan = {line.plan.season for line in lines if date(2026, 2, 19) <= line.day <= date(2026, 3, 20) and line.plan.works}
    assert ramadan == {"ramadan", ""}  # the guard's shift knows no season
    assert year == second
    assert wrong == []


# ---------------------------------------------------------------- the command


def test_the_command_leaves_a_real_office_alone(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "hadir.db")
    service = assemble(load({}, home=tmp_path, secret_key=SECRET))
    with service.database.write() as db:
        cast.settle(db)
        db.execute(update(people.person).values(locale="en"))
    service.database.dispose()
    result = _demo(tmp_path, "--no-browser", "--port", "0", "--reset")
    assert result.exit_code == 1
    service = assemble(load({}, home=tmp_path, secret_key=SECRET))
    with service.database.read() as db:
        assert len(people.everyone(db, date(2026, 11, 23))) == len(cast.CAST)
    service.database.dispose()


def test_a_taken_port_names_the_cure(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = _demo(tmp_path, "--no-browser", "--port", str(port))
    assert result.exit_code == 1
    assert f"hadir demo --port {port + 1}" in result.output
    assert not (tmp_path / "hadir.db").exists()


def test_a_demo_is_filled_once_kept_and_made_anew_only_when_asked(tmp_path: Path) -> None:
    settings = load({}, home=tmp_path, secret_key=SECRET)

    def people_after(*, reset: bool) -> int:
        assert processes.in_child(partial(prepare, settings, reset, 20)) == 0
        service = assemble(settings)
        with service.database.write() as db:
            number = len(people.everyone(db, date(2026, 11, 23)))
            db.execute(people.unit.insert().values(name="Unit baru"))
            units = db.scalar(select(func.count()).select_from(people.unit))
        service.database.dispose()
        return number * 100 + (units or 0)

    assert people_after(reset=False) == 3004
    assert people_after(reset=True) == 3004


def test_the_command_says_why_it_leaves_a_database_alone(
    tmp_path: Path, sqlite_template: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(sqlite_template, tmp_path / "hadir.db")
    settings = load({}, home=tmp_path, secret_key=SECRET)
    service = assemble(settings)
    with service.database.write() as db:
        cast.settle(db)
    service.database.dispose()
    assert processes.in_child(partial(prepare, settings, False, 20)) == 1
    assert "is not a demo, so the demo leaves it alone" in capfd.readouterr().err


def _demo(home: Path, *words: str) -> Result:
    return CliRunner().invoke(
        command_line, ["demo", "--days", "20", *words], env={"HADIR_HOME": str(home), "HADIR_SECRET_KEY": SECRET}
    )


def _events(hadir: Hadir) -> list[tuple[object, ...]]:
    columns = (
        people.person.c.nip,
        attendance_event.c.day,
        attendance_event.c.kind,
        attendance_event.c.at,
        attendance_event.c.place,
    )
    query = select(*columns).join_from(attendance_event, people.person, attendance_event.c.person_id == people.person.c.id)
    with hadir.database.read() as db:
        return [tuple(row) for row in db.execute(query.order_by(attendance_event.c.id))]
