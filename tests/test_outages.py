"""Heartbeats with a clock that is handed in, declared outages and their command, and what doctor and metrics say."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from integration import audit, doctor, ledger, outages
from integration.app import connect, create_app
from integration.audit import Problem
from integration.core import Hadir
from integration.heartbeat import Heartbeat
from integration.outages import NOT_OVER, Outage
from tests.cast import Clock, Talker, at
from tests.terminal import Terminal

AFTER = timedelta(seconds=120)
BEAT = timedelta(seconds=30)
SEVEN = at("2026-11-23T07:00+07:00")


@pytest.fixture
def terminal(hadir: Hadir) -> Terminal:
    """The command's clock is the real one: what is declared here lies in the past."""
    return Terminal(hadir.settings)


def process(hadir: Hadir, clock: Clock, who: str = "satu") -> Heartbeat:
    return Heartbeat(hadir.database, clock, AFTER, who)


def lives(clock: Clock, beats: int, *processes: Heartbeat) -> None:
    """So many beats of each, half a minute apart."""
    for _ in range(beats):
        for each in processes:
            each.beat()
        clock.now += BEAT


def known(hadir: Hadir, *, removed: bool = False) -> list[Outage]:
    with hadir.database.read() as db:
        return outages.between(db, at("2020-01-01T00:00+00:00"), NOT_OVER, removed=removed)


def spans(hadir: Hadir) -> list[tuple[datetime, datetime | None]]:
    return [(each.first, each.last) for each in known(hadir)]


def actions(hadir: Hadir) -> list[str]:
    with hadir.database.read() as db:
        return list(db.scalars(select(audit.audit.c.action).where(audit.audit.c.object.like("outage:%"))))


# ---------------------------------------------------------------- the heartbeat


def test_the_first_start_ever_is_no_outage(hadir: Hadir, clock: Clock) -> None:
    lives(clock, 5, process(hadir, clock))
    assert known(hadir) == []


@pytest.mark.parametrize(("seconds", "found"), [(0, 0), (60, 0), (120, 0), (121, 1), (29 * 60, 1)])
def test_a_gap_longer_than_the_setting_is_one_outage(hadir: Hadir, clock: Clock, seconds: int, found: int) -> None:
    clock.now = SEVEN
    lives(clock, 5, process(hadir, clock))
    last = clock.now - BEAT
    clock.now = last + timedelta(seconds=seconds)
    back = clock.now
    lives(clock, 5, process(hadir, clock))
    assert spans(hadir) == [(last, back)] * found
    assert actions(hadir) == ["outage.found"] * found


def test_another_process_that_lives_means_no_outage(hadir: Hadir, clock: Clock) -> None:
    one, two = process(hadir, clock, "satu"), process(hadir, clock, "dua")
    lives(clock, 3, one, two)
    lives(clock, 20, two)
    lives(clock, 3, process(hadir, clock, "satu"), two)
    assert known(hadir) == []


def test_several_processes_notice_the_same_gap_once(hadir: Hadir, clock: Clock) -> None:
    """At once, in threads of their own; on PostgreSQL their transactions overlap."""
    lives(clock, 3, process(hadir, clock))
    clock.now += timedelta(minutes=20)
    together = threading.Barrier(6)

    def start(number: int) -> None:
        mine = process(hadir, Clock(clock.now + timedelta(milliseconds=number)), f"mesin {number}")
        together.wait()
        mine.beat()

    threads = [threading.Thread(target=start, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(known(hadir)) == 1
    assert actions(hadir) == ["outage.found"]


def test_a_service_that_dies_at_every_start_is_down_all_the_time(hadir: Hadir, clock: Clock) -> None:
    lives(clock, 3, process(hadir, clock))
    last = clock.now - BEAT
    for _ in range(4):
        clock.now = last + timedelta(minutes=10) if clock.now < last + timedelta(minutes=10) else clock.now
        process(hadir, clock).beat()  # its only one: it dies before the next
        clock.now += timedelta(seconds=50)
    back = clock.now
    lives(clock, 5, process(hadir, clock))
    assert spans(hadir) == [(last, back)]
    assert set(actions(hadir)) == {"outage.found", "outage.longer"}


def test_a_database_that_was_away_is_an_outage_of_a_process_that_lived(hadir: Hadir, clock: Clock) -> None:
    mine = process(hadir, clock)
    lives(clock, 3, mine)
    last = clock.now - BEAT
    clock.now = last + timedelta(minutes=4)
    lives(clock, 3, mine)
    assert spans(hadir) == [(last, last + timedelta(minutes=4))]


def test_a_clock_that_is_set_back_makes_no_window(hadir: Hadir, clock: Clock) -> None:
    mine = process(hadir, clock)
    lives(clock, 3, mine)
    clock.now -= timedelta(hours=5)
    lives(clock, 5, mine)
    assert known(hadir) == []
    last = clock.now - BEAT
    clock.now += timedelta(minutes=10)
    lives(clock, 2, process(hadir, clock))
    assert [first for first, _ in spans(hadir)] == [last], "and real gaps are seen again"


def test_a_machine_whose_clock_goes_far_ahead_hides_no_outage(hadir: Hadir, clock: Clock) -> None:
    lives(Clock(clock.now + timedelta(days=3)), 3, process(hadir, Clock(clock.now + timedelta(days=3)), "maju"))
    lives(clock, 3, process(hadir, clock))
    clock.now += timedelta(minutes=10)
    lives(clock, 2, process(hadir, clock))
    assert len(known(hadir)) == 1


def test_an_outage_that_was_removed_does_not_come_back(hadir: Hadir, clock: Clock) -> None:
    lives(clock, 3, process(hadir, clock))
    clock.now += timedelta(minutes=10)
    process(hadir, clock).beat()
    with hadir.database.write() as db:
        outages.remove(db, known(hadir)[0].id, "jam mesin salah", "uji", clock.now)
    clock.now += timedelta(minutes=5)
    lives(clock, 3, process(hadir, clock))
    assert known(hadir) == []
    assert len(known(hadir, removed=True)) == 1


def test_a_machine_that_is_gone_is_forgotten(hadir: Hadir, clock: Clock) -> None:
    lives(clock, 2, process(hadir, clock, "lama"))
    clock.now += timedelta(days=10)
    lives(clock, 2, process(hadir, clock, "baru"))
    with hadir.database.read() as db:
        assert list(db.scalars(select(outages.heartbeat.c.who))) == ["baru"]


def test_a_beat_costs_two_statements(hadir: Hadir, clock: Clock, statements: list[str]) -> None:
    mine = process(hadir, clock)
    lives(clock, 2, mine)
    statements.clear()
    lives(clock, 1, mine)
    assert len(statements) == 2


# ---------------------------------------------------------------- windows


def declare(hadir: Hadir, first: str, last: str | None, clock: Clock) -> Outage:
    begin, end = (at(f"2026-11-{each}+07:00") if each else None for each in (first, last))
    assert begin
    with hadir.database.write() as db:
        return outages.declare(db, begin, end, "Mattermost mati", "terminal:uji", clock.now)


def test_windows_of_days_are_one_statement(hadir: Hadir, clock: Clock, statements: list[str]) -> None:
    clock.now = at("2026-11-30T08:00+07:00")
    declare(hadir, "23T07:12", "23T07:41", clock)
    declare(hadir, "23T09:00", "23T09:10", clock)
    declare(hadir, "18T09:00", "18T09:10", clock)
    declare(hadir, "30T07:30", None, clock)
    statements.clear()
    with hadir.database.read() as db:
        monday = outages.windows(db, date(2026, 11, 23), date(2026, 11, 23))
    assert len(statements) == 1
    assert [(f"{a:%H%M}", f"{b:%H%M}") for a, b in monday] == [("0012", "0041"), ("0200", "0210")]
    with hadir.database.read() as db:
        [goes_on] = outages.windows(db, date(2026, 11, 30), date(2026, 11, 30))
    assert goes_on == (at("2026-11-30T07:30+07:00"), NOT_OVER)


def test_windows_that_overlap_are_one(hadir: Hadir, clock: Clock) -> None:
    clock.now = at("2026-11-23T07:10+07:00")
    declare(hadir, "23T07:05", None, clock)
    lives(clock, 3, process(hadir, clock))
    clock.now += timedelta(minutes=10)
    lives(clock, 2, process(hadir, clock))
    with hadir.database.read() as db:
        assert len(outages.windows(db, date(2026, 11, 23), date(2026, 11, 23))) == 1


# ---------------------------------------------------------------- the command

ADD = ("outages", "add")
MORNING = ("2026-01-05 07:12", "2026-01-05 07:41")


def test_declaring_listing_and_taking_back(hadir: Hadir, terminal: Terminal) -> None:
    added = terminal(*ADD, *MORNING, "--why", "Mattermost mati")
    expected = "Outage 1 declared: 2026-01-05 07:12 WIB – 2026-01-05 07:41 WIB; 0 check-ins in or after it.\n"
    assert (added.exit_code, added.stdout) == (0, expected)
    [row] = terminal.data("outages", "list")
    assert (row["from"], row["until"]) == ("2026-01-05T00:12:00+00:00", "2026-01-05T00:41:00+00:00")
    assert (row["source"], row["why"], row["check_ins"]) == ("declared", "Mattermost mati", 0)
    listed = terminal("outages", "list", "--month", "2026-01").stdout
    assert "2026-01-05 07:12 WIB" in listed
    assert "29" in listed
    assert terminal("outages", "list", "--month", "2026-02").stdout == "No outages in 2026-02.\n"
    assert terminal("outages", "remove", "1", "--why", "salah hari").exit_code == 0
    assert terminal("outages", "list").stdout == "No outages.\n"
    assert terminal.data("outages", "list", "--all")[0]["removed"] is True
    assert actions(hadir) == ["outage.declared", "outage.removed"]


def test_one_that_goes_on_is_closed_later(hadir: Hadir, terminal: Terminal) -> None:
    assert "goes on" in terminal(*ADD, "2026-01-05 07.12", "--why", "x").stdout
    assert terminal("outages", "close", "1", "2026-01-05 07:41").exit_code == 0
    assert spans(hadir) == [(at("2026-01-05T07:12+07:00"), at("2026-01-05T07:41+07:00"))]
    again = terminal("outages", "close", "1")
    assert (again.exit_code, "over already" in again.stderr) == (1, True)


def test_how_many_check_ins_fall_under_it(hadir: Hadir, terminal: Terminal, chat: Callable[[str], Talker]) -> None:
    for who, clock in (("siti", "07:05"), ("dewi", "07:20"), ("budi", "08:30"), ("rina", "08:50")):
        chat(who).says("/hadir masuk", at=at(f"2026-01-05T{clock}+07:00"))
    assert "2 check-ins in or after it" in terminal(*ADD, *MORNING, "--why", "x").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("2026-01-05 07:41", "2026-01-05 07:12"), "ends before it begins"),
        (("2026-01-05 07:12", "07:12"), "ends before it begins"),
        (("2099-01-05 07:12",), "begins in the future"),
        (("2026-01-05 07:12", "2099-01-05 07:12"), "leave the end out"),
        (("2026-01-05 07:30", "08:00"), "overlaps the outage 1 (declared)"),
        (("2026-01-05 07:00", "07:13"), "hadir outages remove 1"),
        (("kemarin",), "2026-11-23 07:12"),
        (("2026-01-05",), "has no time of day"),
        (("2026-02-30 07:12",), "is no time"),
    ],
)
def test_what_cannot_be_is_refused_with_its_cure(hadir: Hadir, terminal: Terminal, words: tuple[str, ...], said: str) -> None:
    terminal(*ADD, *MORNING, "--why", "x")
    refused = terminal(*ADD, *words, "--why", "x")
    assert refused.exit_code != 0
    assert said in refused.stderr
    assert len(known(hadir)) == 1


def test_neighbours_do_not_overlap(hadir: Hadir, terminal: Terminal) -> None:
    terminal(*ADD, *MORNING, "--why", "x")
    assert terminal(*ADD, "2026-01-05 07:41", "08:00", "--why", "y").exit_code == 0
    assert terminal(*ADD, "2026-01-05T09:00+09:00", "2026-01-05T09:12+09:00", "--why", "z").exit_code == 0
    assert len(known(hadir)) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("remove", "7", "--why", "x"), "there is no outage 7"),
        (("close", "7"), "there is no outage 7"),
        (("remove", "1"), "--why"),
        (("remove", "1", "--why", " "), "needs a reason"),
        (("list", "--month", "November"), "YYYY-MM"),
    ],
)
def test_wrong_numbers_and_missing_reasons(hadir: Hadir, terminal: Terminal, words: tuple[str, ...], said: str) -> None:
    terminal(*ADD, *MORNING, "--why", "x")
    refused = terminal("outages", *words)
    assert refused.exit_code != 0
    assert said in refused.stderr
    assert actions(hadir) == ["outage.declared"]


def test_removing_twice_changes_nothing(hadir: Hadir, terminal: Terminal) -> None:
    terminal(*ADD, *MORNING, "--why", "x")
    terminal("outages", "remove", "1", "--why", "x")
    assert "removed already" in terminal("outages", "remove", "1", "--why", "x").stderr
    assert actions(hadir) == ["outage.declared", "outage.removed"]


def test_an_outage_made_behind_the_services_back_shows(hadir: Hadir, terminal: Terminal) -> None:
    terminal(*ADD, *MORNING, "--why", "x")
    assert disagreements(hadir) == []
    row: dict[str, Any] = {"first": SEVEN, "last": SEVEN + AFTER, "source": "declared", "entered_by": "x", "entered_at": SEVEN}
    with hadir.database.write() as db:
        db.execute(outages.outage.insert().values(row))
        db.execute(outages.outage.update().where(outages.outage.c.id == 1).values(last=SEVEN))
    assert disagreements(hadir) == [("differs", "outage:1"), ("unrecorded", "outage:2")]


def disagreements(hadir: Hadir) -> list[tuple[str, str]]:
    with hadir.database.read() as db, hadir.database.read() as second:
        found = ledger.compare(db, second, ledger.of(hadir.plugins))
        return [(each.kind, each.what) for each in found if isinstance(each, Problem)]


# ---------------------------------------------------------------- doctor and metrics


def web_processes(hadir: Hadir) -> doctor.Check:
    [check] = doctor.web_processes(hadir)
    return check


def test_the_doctor_says_when_no_web_process_lives(hadir: Hadir, clock: Clock) -> None:
    assert web_processes(hadir).status == "skip"
    lives(clock, 2, process(hadir, clock))
    assert web_processes(hadir).status == "ok"
    clock.now += timedelta(minutes=7)
    check = web_processes(hadir)
    assert (check.status, check.detail) == ("fail", "the last sign of life was 7 minutes ago")
    assert "hadir web" in check.cure


def test_the_metrics_say_how_old_the_last_beat_is(hadir: Hadir, clock: Clock) -> None:
    page = create_app(connect(hadir)).test_client()
    assert "hadir_heartbeat_seconds" not in page.get("/metrics").text
    lives(clock, 2, process(hadir, clock))
    clock.now += timedelta(seconds=15)
    assert "hadir_heartbeat_seconds 45.0" in page.get("/metrics").text


def test_the_list_is_json_for_programs(terminal: Terminal) -> None:
    assert json.loads(terminal("outages", "list", "--json").stdout) == []
