"""Nobody makes their own result better alone, and what is over does not change by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from integration import people
from integration.app import load_plugins
from integration.audit import audit
from integration.core import Hadir
from integration.messages import Button, Reply, plain
from integration.outbox import outbox
from integration.scheduler import JobRun
from plugins.hadir import recap
from plugins.hadir.tables import attendance_event
from plugins.izin.tables import absence
from tests import cast
from tests.plugins.izin.post import approved
from tests.plugins.jadwal.published import places, publish
from tests.post import button, inbox, person_id
from tests.security.conftest import change

Chat = Callable[[str], cast.Talker]
TUESDAY = cast.at("2026-11-24T09:00+07:00")
TASKS = next(plugin.tasks for plugin in load_plugins() if plugin.name == "hadir")
EVERYBODY = frozenset(row[0] for row in cast.CAST)


def result(hadir: Hadir, who: str, day: date, now: Any = None) -> Any:
    """The judgement of a day, as everybody reads it."""
    from integration.scheduler import work

    with hadir.database.read() as db:
        here = work(hadir, db)
        if now is not None:
            here.now = now
        person = people.get(db, person_id(hadir, who))
        assert person is not None
        return recap.day(here, person, day).result


# ---------------------------------------------------------------- rotas


def test_undo_does_not_reach_a_day_that_has_passed(hadir: Hadir, chat: Chat) -> None:
    """The button lives for two days; the day it is about may be over by then."""
    publish(hadir)
    budi = chat("budi")
    budi.says("/jadwal atur @siti hari ini wfh")
    assert isinstance(budi.last, Reply)
    undo = budi.last.buttons[0]
    before = places(hadir, "siti")
    assert "sudah lewat" in budi.presses(undo, at=TUESDAY)
    assert places(hadir, "siti") == before
    assert budi.presses(undo)
    assert places(hadir, "siti") != before


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_nobody_sets_a_day_that_is_over(hadir: Hadir, chat: Chat, who: str) -> None:
    publish(hadir)
    before = places(hadir, "siti")
    for words in ("kemarin", "senin lalu", "23/11/2026"):
        chat(who).says(f"/jadwal atur Siti {words} wfa", at=TUESDAY)
    assert places(hadir, "siti") == before


def test_a_rota_that_is_revoked_leaves_what_was(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    publish(hadir)
    before = places(hadir, "siti").split()
    clock.now = cast.at("2026-11-25T10:00+07:00")
    chat("hendra").presses(Button("x", "jadwal.rota_withdraw", "1"))
    assert places(hadir, "siti").split() == [*before[:3], ".", "."]


def test_a_day_that_has_begun_for_one_of_them_is_not_swapped(hadir: Hadir, chat: Chat) -> None:
    """At 22.30 in Jakarta it is tomorrow in Jayapura."""
    publish(hadir)
    late = cast.at("2026-11-24T22:30+07:00")
    before = places(hadir, "dewi"), places(hadir, "yosef")
    chat("dewi").says("/jadwal tukar Yosef rabu kamis", at=late)
    assert inbox(hadir, "yosef") == []
    assert (places(hadir, "dewi"), places(hadir, "yosef")) == before


# ---------------------------------------------------------------- absences


def test_an_absence_counts_only_once_it_is_approved(hadir: Hadir, chat: Chat) -> None:
    monday = date(2026, 11, 23)
    chat("siti").says("/izin sakit hari ini")
    assert result(hadir, "siti", monday, TUESDAY).status == "absent"
    chat("budi").presses(button(inbox(hadir, "budi")[-1], "Setujui"))
    assert result(hadir, "siti", monday, TUESDAY).status == "sick"


def test_days_that_have_passed_are_given_back_by_the_supervisor_only(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    """Leave that was taken does not come back into the balance because its owner says so."""
    approved(hadir, chat, "/izin cuti tahunan 23/11 - 25/11")
    clock.now = cast.at("2026-11-26T09:00+07:00")
    siti = chat("siti")
    for action, value in (("withdraw", "1"), ("back", "1 2026-11-24"), ("back", "1 2026-11-23"), ("cancel_yes", "1")):
        siti.presses(Button("x", f"izin.{action}", value))
    siti.says("/izin kembali 24/11")
    siti.presses(Button("x", "izin.cancel", "1"))
    with hadir.database.read() as db:
        row = db.execute(select(absence)).one()
    assert (row.state, row.first, row.last) == ("cancelling", date(2026, 11, 23), date(2026, 11, 25))
    assert result(hadir, "siti", date(2026, 11, 24)).status == "leave"


def test_permissions_of_a_day_cannot_be_piled_up(hadir: Hadir, chat: Chat) -> None:
    approved(hadir, chat, "/izin izin besok 08.00-10.00 bank")
    for hours in ("08.00-10.00", "09.00-11.00", "07.00-09.00", "09.59-10.30", "07.30-16.00"):
        chat("siti").says(f"/izin izin besok {hours} sekolah")
    chat("siti").says("/izin cuti tahunan besok")
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).select_from(absence)) == 1


@pytest.mark.parametrize("line", ["/izin cuti tahunan 20/11", "/izin izin 20/11 08.00-10.00 bank", "/izin dinas 2/11 rapat"])
def test_what_is_asked_for_afterwards_waits(hadir: Hadir, chat: Chat, line: str) -> None:
    before = result(hadir, "siti", date(2026, 11, 20))
    chat("siti").says(line)
    with hadir.database.read() as db:
        assert set(db.scalars(select(absence.c.state))) <= {"waiting"}
    assert result(hadir, "siti", date(2026, 11, 20)) == before


def test_a_head_without_a_supervisor_approves_nothing_for_himself(hadir: Hadir, chat: Chat) -> None:
    chat("hendra").says("/izin cuti tahunan 1–3 Des")
    hendra = chat("hendra")
    for action in ("izin.approve", "izin.reject", "izin.cancel_yes"):
        hendra.presses(Button("x", action, "1"))
    with hadir.database.read() as db:
        assert db.scalar(select(absence.c.state)) == "waiting"
    assert any(message.buttons for message in inbox(hadir, "rina"))


def test_two_who_are_each_others_superiors_decide_for_one_another_and_not_for_themselves(hadir: Hadir, chat: Chat) -> None:
    """A ring in the list of people must not make anybody stand above themselves."""
    change(hadir, "hendra", supervisor_id=person_id(hadir, "siti"))
    chat("siti").says("/izin cuti tahunan 1–3 Des")
    chat("siti").presses(Button("x", "izin.approve", "1"))
    with hadir.database.read() as db:
        assert db.scalar(select(absence.c.state)) == "waiting"


# ---------------------------------------------------------------- zones, places, corrections


def test_moving_to_another_zone_is_not_for_oneself(hadir: Hadir, chat: Chat) -> None:
    """No command writes who somebody is: zone, unit, supervisor, roles, schedule, the last day."""
    with hadir.database.read() as db:
        before = [tuple(row) for row in db.execute(select(people.person).order_by(people.person.c.id))]
    for who in ("siti", "budi", "rina", "agus"):
        for plugin in hadir.plugins:
            for each in plugin.subcommands:
                for words in ("zona Asia/Jayapura", "WIT", "@siti WIT", "atasan dewi", "en"):
                    if each.word != "bahasa":
                        chat(who).says(f"/{plugin.name} {each.word} {words}")
    with hadir.database.read() as db:
        assert [tuple(row) for row in db.execute(select(people.person).order_by(people.person.c.id))] == before


def test_a_correction_of_a_correction_needs_a_decision_each(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    siti.says("/hadir masuk", at=cast.at("2026-11-23T09:00+07:00"))
    at = cast.at("2026-11-23T10:00+07:00")
    siti.says("/hadir koreksi hari ini masuk 08.00 lupa", at=at)
    chat("budi").presses(button(inbox(hadir, "budi")[-1], "Setujui"), at=at)
    siti.says("/hadir koreksi hari ini masuk 07.30 salah tulis", at=at)
    with hadir.database.read() as db:
        active = db.execute(select(attendance_event).where(attendance_event.c.active)).one()
    assert f"{active.at.astimezone(cast.at('2026-11-23T00:00+07:00').tzinfo):%H.%M}" == "01.00"  # 08.00 WIB


# ---------------------------------------------------------------- files that were asked for


@pytest.mark.parametrize(
    "then", [{"roles": ["pegawai"]}, {"ended_on": date(2026, 11, 22)}, {"unit_id": "Subbagian Kepegawaian"}], ids=str
)
def test_a_file_that_is_made_later_is_not_for_who_lost_the_right(hadir: Hadir, chat: Chat, then: dict[str, Any]) -> None:
    """The worker may come to it minutes later: who may see it is asked again."""
    with hadir.database.read() as db:
        unit_id = people.units_named(db, cast.APLIKASI)[0][0]
        if "unit_id" in then:
            then = {"unit_id": people.units_named(db, then["unit_id"])[0][0]}
    given = {"person": person_id(hadir, "hendra"), "value": f"2026-11:{unit_id}", "name": "x", "kind": "pdf", "key": "k"}
    change(hadir, "hendra", **then)
    TASKS["compliance"](JobRun(hadir, hadir.clock()), given)
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).select_from(outbox)) == 0


def test_who_still_may_gets_it_once(hadir: Hadir, chat: Chat) -> None:
    with hadir.database.read() as db:
        unit_id = people.units_named(db, cast.APLIKASI)[0][0]
    given = {"person": person_id(hadir, "hendra"), "value": f"2026-11:{unit_id}", "name": "x", "kind": "pdf", "key": "k"}
    for _ in range(2):
        TASKS["compliance"](JobRun(hadir, hadir.clock()), given)
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).select_from(outbox)) == 1


# ---------------------------------------------------------------- what changes leaves a trace


def test_a_deduction_that_changes_has_an_audit_row(hadir: Hadir, chat: Chat) -> None:
    """After each thing that anybody can say or press, a result that became another is explained by a row."""
    publish(hadir)
    day = date(2026, 11, 23)
    chat("siti").says("/hadir masuk", at=cast.at("2026-11-23T09:00+07:00"))
    before, rows = result(hadir, "siti", day, TUESDAY), _rows(hadir)
    for line in (
        "/izin izin 23/11 07.30-09.00 bank",
        "/jadwal tukar Dewi senin",
        "/jadwal ingin senin wfh",
        "/hadir koreksi 23/11 masuk 07.30 lupa",
        "/hadir pulang",
        "/izin surat ST-1/2026",
    ):
        chat("siti").says(line, at=TUESDAY)
        after = result(hadir, "siti", day, TUESDAY)
        assert after == before or _rows(hadir) > rows, line
        assert after.deduction >= before.deduction, line
        before, rows = after, _rows(hadir)


def _rows(hadir: Hadir) -> int:
    with hadir.database.read() as db:
        return db.scalar(select(func.count()).select_from(audit)) or 0


def test_a_reason_is_read_by_who_decides(hadir: Hadir, chat: Chat) -> None:
    """Else the tests of what others may not read would look at a silent service."""
    chat("siti").says("/izin izin besok 08.00-10.00 antar anak")
    assert "antar anak" in plain(inbox(hadir, "budi")[-1].text)
    with hadir.database.write() as db:
        db.execute(update(absence).values(reason="lain"))
    assert timedelta(0) == TUESDAY - TUESDAY
