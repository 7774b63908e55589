"""The sealed record: whatever is changed behind the service's back shows, row by row."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, delete, select, update

from integration import audit, installation, ledger
from integration.audit import HEAD, Problem
from integration.cli import hadir as command_line
from integration.core import Hadir
from plugins.hadir.tables import attendance_event
from tests.cast import MONDAY_0728, Clock, Talker
from tests.conftest import SECRET

Chat = Callable[[str], Talker]


@pytest.fixture
def key(hadir: Hadir) -> bytes:
    return hadir.signer.key("audit")


def record(hadir: Hadir, count: int, first: int = 1) -> None:
    with hadir.database.write() as db:
        for number in range(first, first + count):
            audit.record(
                db,
                hadir.clock(),
                actor_id=None,
                actor="uji",
                action="made",
                object=f"thing:{number}",
                after={"é": number, "a": None},
            )


def seal(hadir: Hadir, limit: int = 1000) -> int:
    with hadir.database.write() as db:
        return audit.seal(db, hadir.signer.key("audit"), limit)


def problems(hadir: Hadir) -> list[Problem]:
    with hadir.database.read() as db:
        return [found for found in audit.verify(db, hadir.signer.key("audit")) if isinstance(found, Problem)]


def kinds(hadir: Hadir) -> list[str]:
    return [problem.kind for problem in problems(hadir)]


def behind_the_back(hadir: Hadir, change: Callable[[Connection], object]) -> None:
    with hadir.database.write() as db:
        change(db)


@pytest.fixture
def ten(hadir: Hadir) -> None:
    record(hadir, 10)
    assert seal(hadir) == 10


# ---------------------------------------------------------------- the chain


def test_an_empty_record_is_whole(hadir: Hadir) -> None:
    assert seal(hadir) == 0
    assert problems(hadir) == []


def test_sealed_rows_agree_and_are_sealed_once(hadir: Hadir, ten: None) -> None:
    assert seal(hadir) == 0
    record(hadir, 3, first=11)
    assert problems(hadir) == []
    assert seal(hadir) == 3
    assert problems(hadir) == []


def test_a_seal_covers_at_most_what_was_asked(hadir: Hadir) -> None:
    record(hadir, 5)
    assert [seal(hadir, 2) for _ in range(4)] == [2, 2, 1, 0]
    assert problems(hadir) == []


@pytest.mark.parametrize(
    "values",
    [
        {"actor": "orang lain"},
        {"at": MONDAY_0728 + timedelta(microseconds=1)},
        {"after": {"é": 5, "a": 0}},
        {"before": {}},
        {"reason": "karena"},
        {"object": "thing:6"},
        {"action": "unmade"},
        {"actor_id": 1},
    ],
)
def test_a_changed_row_is_named(hadir: Hadir, ten: None, values: dict[str, Any]) -> None:
    behind_the_back(hadir, lambda db: db.execute(update(audit.audit).where(audit.audit.c.seq == 5).values(values)))
    (problem,) = problems(hadir)
    assert (problem.kind, problem.what) == ("changed", "audit row 5 (number 5)")


def test_removed_rows_are_named(hadir: Hadir, ten: None) -> None:
    behind_the_back(hadir, lambda db: db.execute(delete(audit.audit).where(audit.audit.c.seq.in_((3, 4, 8)))))
    assert [problem.what for problem in problems(hadir)] == ["audit numbers 3 to 4", "audit number 8"]


def test_a_removed_end_is_noticed(hadir: Hadir, ten: None) -> None:
    behind_the_back(hadir, lambda db: db.execute(delete(audit.audit).where(audit.audit.c.seq > 8)))
    assert [(p.kind, p.what) for p in problems(hadir)] == [("removed", "audit numbers 9 to 10")]


def test_a_removed_whole_is_noticed(hadir: Hadir, ten: None) -> None:
    behind_the_back(hadir, lambda db: db.execute(delete(audit.audit)))
    assert kinds(hadir) == ["removed"]


def test_a_head_that_was_moved_back_is_noticed(hadir: Hadir, ten: None) -> None:
    def rewrite(db: Connection) -> None:
        seal_ = db.scalar(select(audit.audit.c.hash).where(audit.audit.c.seq == 8))
        assert seal_
        db.execute(delete(audit.audit).where(audit.audit.c.seq > 8))
        installation.put(db, HEAD, {**installation.get(db, HEAD), "seq": 8, "hash": seal_.hex()})

    behind_the_back(hadir, rewrite)
    assert kinds(hadir) == ["head"]


def test_an_inserted_row_is_noticed(hadir: Hadir, ten: None) -> None:
    row = {"at": MONDAY_0728, "actor": "x", "action": "made", "object": "thing:11", "seq": 11, "hash": b"\1" * 32}
    behind_the_back(hadir, lambda db: db.execute(audit.audit.insert().values(row)))
    assert kinds(hadir) == ["changed", "inserted"]


def test_a_row_that_was_unsealed_changed_and_sealed_again_is_noticed(hadir: Hadir, ten: None) -> None:
    change = update(audit.audit).where(audit.audit.c.seq == 4).values(actor="x", seq=None, hash=None)
    behind_the_back(hadir, lambda db: db.execute(change))
    seal(hadir)
    assert [problem.what for problem in problems(hadir)] == ["audit number 4"]


def test_two_rows_cannot_change_places(hadir: Hadir, ten: None) -> None:
    def swap(db: Connection) -> None:
        for old, new in ((4, 99), (5, 4), (99, 5)):
            db.execute(update(audit.audit).where(audit.audit.c.seq == old).values(seq=new))

    behind_the_back(hadir, swap)
    assert "changed" in kinds(hadir)


def test_another_secret_key_is_told_from_a_changed_row(hadir: Hadir, ten: None) -> None:
    with hadir.database.read() as db:
        found = [p for p in audit.verify(db, b"another key") if isinstance(p, Problem)]
    assert "HADIR_SECRET_KEY" in found[-1].detail


def test_two_workers_sealing_at_once_make_one_chain(hadir: Hadir) -> None:
    record(hadir, 60)
    threads = [threading.Thread(target=lambda: [seal(hadir, 7) for _ in range(6)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems(hadir) == []
    with hadir.database.read() as db:
        assert audit.sealed(db) == 60


def test_what_the_service_does_is_sealed_and_agrees(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    chat("siti").says("/hadir masuk wfh")
    chat("orang.asing").says("/hadir masuk")
    seal(hadir)
    assert problems(hadir) == []
    with hadir.database.read() as db:
        assert audit.sealed(db) >= 2


# ---------------------------------------------------------------- tables against the record


def compared(hadir: Hadir) -> list[tuple[str, str]]:
    ledgers = ledger.of(hadir.plugins)
    with hadir.database.read() as db, hadir.database.read() as second:
        found = [p for p in ledger.compare(db, second, ledgers) if isinstance(p, Problem)]
        found += ledger.deleted(second, ledgers, [r.object for r in db.execute(select(audit.audit.c.object))])
    return [(problem.kind, problem.what) for problem in found]


@pytest.fixture
def attended(hadir: Hadir, chat: Chat, clock: Clock) -> int:
    """Two people have checked in; the first one's event."""
    chat("siti").says("/hadir masuk wfh")
    chat("wayan").says("/hadir masuk wfo")
    with hadir.database.read() as db:
        number = db.scalar(select(attendance_event.c.id).order_by(attendance_event.c.id).limit(1))
    assert number
    return int(number)


def test_tables_that_only_the_service_wrote_agree(hadir: Hadir, attended: int) -> None:
    assert compared(hadir) == []


@pytest.mark.parametrize("values", [{"at": MONDAY_0728 - timedelta(minutes=20)}, {"place": "wfo"}, {"active": False}])
def test_a_record_that_was_changed_with_sql_shows(hadir: Hadir, attended: int, values: dict[str, Any]) -> None:
    change = update(attendance_event).where(attendance_event.c.id == attended).values(values)
    behind_the_back(hadir, lambda db: db.execute(change))
    assert compared(hadir) == [("differs", f"attendance_event:{attended}")]


def test_a_record_that_was_added_with_sql_shows(hadir: Hadir, attended: int) -> None:
    def add(db: Connection) -> None:
        row = db.execute(select(attendance_event).where(attendance_event.c.id == attended)).one()._mapping
        db.execute(attendance_event.insert().values({**row, "id": 900, "kind": "out"}))

    behind_the_back(hadir, add)
    assert compared(hadir) == [("unrecorded", "attendance_event:900")]


def test_a_record_that_was_deleted_with_sql_shows(hadir: Hadir, attended: int) -> None:
    behind_the_back(hadir, lambda db: db.execute(delete(attendance_event).where(attendance_event.c.id == attended)))
    assert compared(hadir) == [("deleted", f"attendance_event:{attended}")]


# ---------------------------------------------------------------- the command


@pytest.fixture
def cli(database_url: str, hadir: Hadir, tmp_path: Any) -> Callable[..., Result]:
    env = {"HADIR_DATABASE_URL": database_url, "HADIR_SECRET_KEY": SECRET, "HADIR_HOME": str(tmp_path / "home")}
    return lambda *words: CliRunner().invoke(command_line, ["audit", *words], env=env)


def test_the_command_says_that_all_is_well(hadir: Hadir, attended: int, cli: Callable[..., Result]) -> None:
    seal(hadir)
    done = cli("verify")
    assert (done.exit_code, "everything agrees" in done.output) == (0, True)
    report = json.loads(cli("verify", "--json").output)
    assert (report["ok"], report["sealed"], report["problems"]) == (True, 2, [])


def test_the_command_names_every_wrong_row_and_fails(hadir: Hadir, attended: int, cli: Callable[..., Result]) -> None:
    seal(hadir)

    def meddle(db: Connection) -> None:
        db.execute(update(audit.audit).where(audit.audit.c.seq == 1).values(actor="x"))
        db.execute(delete(attendance_event).where(attendance_event.c.id == attended))

    behind_the_back(hadir, meddle)
    done = cli("verify")
    assert done.exit_code == 1
    assert "changed: audit row" in done.output
    assert f"deleted: attendance_event:{attended}" in done.output
    report = json.loads(cli("verify", "--json").output)
    assert sorted(problem["kind"] for problem in report["problems"]) == ["changed", "deleted"]


def test_the_history_of_one_thing_is_shown(hadir: Hadir, attended: int, cli: Callable[..., Result]) -> None:
    shown = cli("show", f"attendance_event:{attended}")
    assert "2026-11-23 07:28:00 WIB" in shown.output
    assert "place=wfh" in shown.output
    (first,) = json.loads(cli("show", f"attendance_event:{attended}", "--json").output)
    assert first["after"]["kind"] == "in"
    assert cli("show", "attendance_event:999").exit_code == 1
