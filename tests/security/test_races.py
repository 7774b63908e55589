"""At the same time: two who decide, who withdraws while it is approved, twice the same, a job that is done again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from integration import outages
from integration.app import load_plugins
from integration.audit import audit
from integration.core import Hadir
from integration.dispatch import parse
from integration.messages import Answer, ButtonPress, FormSubmission
from integration.outbox import outbox
from integration.scheduler import JobRun
from plugins.izin.tables import absence
from plugins.jadwal.tables import rota, rota_day, swap
from tests import cast
from tests.plugins.izin.post import approved, problems
from tests.plugins.jadwal import rotas
from tests.plugins.jadwal.published import places, publish
from tests.post import button, inbox

Chat = Callable[[str], cast.Talker]
Act = Callable[[], Answer]
JADWAL = next(plugin for plugin in load_plugins() if plugin.name == "jadwal")


def at_once(*acts: Act) -> list[Answer]:
    """All of them begin together."""
    gate = Barrier(len(acts))

    def run(act: Act) -> Answer:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def press(hadir: Hadir, who: str, action: str, value: str = "1") -> Act:
    sender = cast.Talker(hadir, who).sender
    return lambda: hadir.dispatcher.handle(sender, ButtonPress(action, value), hadir.clock())


def say(hadir: Hadir, who: str, text: str) -> Act:
    name, _, rest = text.removeprefix("/").partition(" ")
    sender = cast.Talker(hadir, who).sender
    return lambda: hadir.dispatcher.handle(sender, parse(name, rest), hadir.clock())


def send(hadir: Hadir, who: str, action: str, **values: str) -> Act:
    sender = cast.Talker(hadir, who).sender
    return lambda: hadir.dispatcher.handle(sender, FormSubmission(action, values, "1"), hadir.clock())


def done(hadir: Hadir, actions: Sequence[str]) -> int:
    with hadir.database.read() as db:
        return db.scalar(select(func.count()).select_from(audit).where(audit.c.action.in_(actions))) or 0


# ---------------------------------------------------------------- absences


@pytest.mark.parametrize("round", range(3))
def test_one_of_many_decisions_stands(hadir: Hadir, chat: Chat, round: int) -> None:
    chat("siti").says("/izin cuti tahunan 1–3 Des")
    at_once(
        press(hadir, "budi", "izin.approve"),
        press(hadir, "hendra", "izin.approve"),
        press(hadir, "siti", "izin.withdraw"),
        send(hadir, "rina", "izin.reject", reason="tidak"),
    )
    # What was approved may be cancelled by its owner: then two things happened, one after the other.
    first = done(hadir, ["absence.approved", "absence.rejected", "absence.withdrawn"])
    assert first == 1
    assert done(hadir, ["absence.cancelled"]) <= done(hadir, ["absence.approved"])
    assert problems(hadir) == []


def test_the_same_days_are_asked_for_once(hadir: Hadir) -> None:
    at_once(*(say(hadir, "siti", "/izin cuti tahunan 1–3 Des") for _ in range(4)))
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).select_from(absence)) == 1
        assert db.scalar(select(func.count()).select_from(outbox)) == 1


def test_parts_of_a_day_that_overlap_are_asked_for_once(hadir: Hadir) -> None:
    at_once(
        say(hadir, "siti", "/izin izin besok 08.00-10.00 bank"),
        say(hadir, "siti", "/izin izin besok 09.00-11.00 sekolah"),
        say(hadir, "siti", "/izin izin besok 09.30-12.00 dokter"),
    )
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).select_from(absence)) == 1


def test_two_requests_do_not_both_have_the_last_day(hadir: Hadir, chat: Chat) -> None:
    """Twelve days are there: of two that take ten each, asked for together, the second is warned that it is too many."""
    answers = at_once(
        say(hadir, "siti", "/izin cuti tahunan 1/12/2026 - 14/12/2026"), say(hadir, "siti", "/izin cuti tahunan 15/12 - 30/12")
    )
    assert sum("melebihi sisa" in str(getattr(each, "text", "")) for each in answers) == 1


def test_coming_back_while_it_is_cancelled(hadir: Hadir, chat: Chat) -> None:
    approved(hadir, chat, "/izin cuti tahunan 23/11 - 27/11")
    tomorrow = "1 2026-11-24"
    at_once(
        press(hadir, "siti", "izin.back", tomorrow),
        press(hadir, "siti", "izin.cancel"),
        press(hadir, "siti", "izin.back", "1 2026-11-25"),
    )
    with hadir.database.read() as db:
        row = db.execute(select(absence)).one()
    assert row.first <= row.last
    assert problems(hadir) == []


# ---------------------------------------------------------------- swaps and rotas


@pytest.mark.parametrize("round", range(3))
def test_a_swap_ends_once(hadir: Hadir, chat: Chat, round: int) -> None:
    publish(hadir)
    chat("siti").says("/jadwal tukar @dewi selasa rabu")
    chat("dewi").presses(button(inbox(hadir, "dewi")[-1], "Setuju"))
    before = places(hadir, "siti"), places(hadir, "dewi")
    at_once(
        press(hadir, "budi", "jadwal.swap_approve"),
        press(hadir, "hendra", "jadwal.swap_approve"),
        press(hadir, "siti", "jadwal.swap_withdraw"),
        send(hadir, "rina", "jadwal.swap_reject", reason="tidak"),
    )
    assert done(hadir, ["swap.approved", "swap.rejected", "swap.withdrawn"]) == 1
    with hadir.database.read() as db:
        state = db.scalar(select(swap.c.state))
    assert ((places(hadir, "siti"), places(hadir, "dewi")) == before) is (state != "approved")
    assert [each for each in problems(hadir) if each.what != "rota:1"] == []  # which came in behind the audit


def test_a_day_that_is_set_while_it_is_swapped(hadir: Hadir, chat: Chat) -> None:
    """Whoever is second hears that the day has changed: nobody has two days, nobody none."""
    publish(hadir)
    chat("siti").says("/jadwal tukar @dewi selasa rabu")
    chat("dewi").presses(button(inbox(hadir, "dewi")[-1], "Setuju"))
    at_once(
        press(hadir, "budi", "jadwal.swap_approve"),
        say(hadir, "hendra", "/jadwal atur Siti besok wfa"),
        say(hadir, "rina", "/jadwal atur Dewi besok wfa"),
    )
    with hadir.database.read() as db:
        per = db.execute(
            select(rota_day.c.person_id, rota_day.c.day, func.count())
            .where(rota_day.c.active)
            .group_by(rota_day.c.person_id, rota_day.c.day)
        ).all()
    assert {count for *_, count in per} == {1}
    assert len(per) == 30


def test_a_draft_is_published_once(hadir: Hadir, chat: Chat) -> None:
    rotas.draft(chat, hadir, line="/jadwal susun 1 minggu mulai senin")
    at_once(
        press(hadir, "hendra", "jadwal.rota_publish"),
        press(hadir, "budi", "jadwal.rota_publish"),
        press(hadir, "rina", "jadwal.rota_discard"),
        say(hadir, "rina", "/jadwal atur Siti 1/12 wfo rancangan"),
    )
    assert done(hadir, ["rota.published", "rota.discarded"]) == 1
    with hadir.database.read() as db:
        state = db.scalar(select(rota.c.state))
        active = db.scalar(select(func.count()).select_from(rota_day).where(rota_day.c.active))
    assert bool(active) is (state == "published")


def test_a_day_set_in_a_draft_while_it_is_published_is_in_the_audit(hadir: Hadir, chat: Chat) -> None:
    rotas.draft(chat, hadir, line="/jadwal susun 1 minggu mulai senin")
    at_once(
        press(hadir, "hendra", "jadwal.rota_publish"),
        *(
            say(hadir, "rina", f"/jadwal atur {who} 1/12 {place} rancangan")
            for who in ("Siti", "Dewi")
            for place in ("wfa", "wfo")
        ),
    )
    with hadir.database.read() as db:
        assert [problem for check in JADWAL.checks for problem in check(db)] == []


def test_a_task_that_is_begun_again_makes_one_draft(hadir: Hadir, chat: Chat) -> None:
    """The worker died after the draft was written and before its delivery was: the same row is delivered again."""
    chat("hendra").says("/jadwal susun 1 minggu mulai senin")
    at_once(*(lambda: JADWAL.tasks["rota"](JobRun(hadir, hadir.clock()), {"rota": 1}) for _ in range(2)))  # type: ignore[arg-type, return-value]
    JADWAL.tasks["rota"](JobRun(hadir, hadir.clock()), {"rota": 1})
    with hadir.database.read() as db:
        rows = db.execute(select(rota_day.c.person_id, rota_day.c.day)).all()
        told = db.scalar(select(func.count()).select_from(outbox).where(outbox.c.key.like("rota:1:draft:%")))
    assert len(rows) == len(set(rows)) > 0
    assert told == 1


# ---------------------------------------------------------------- outages


def test_one_gap_is_one_outage_however_many_notice(hadir: Hadir) -> None:
    first, last = hadir.clock() - timedelta(hours=2), hadir.clock()

    def notice(number: int) -> Act:
        def run() -> Answer:
            with hadir.database.write() as db:
                outages.found(db, first, last + timedelta(seconds=number), timedelta(minutes=5))
                outages.beat(db, f"host-{number}", last)
            return None  # type: ignore[return-value]

        return run

    at_once(*(notice(number) for number in range(4)))
    with hadir.database.read() as db:
        assert len(outages.between(db, first, last)) == 1
        assert outages.windows(db, date(2026, 11, 23), date(2026, 11, 23))
