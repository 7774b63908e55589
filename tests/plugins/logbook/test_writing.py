"""What is written on both databases: once however often one clicks, audited without words, and never beyond a day's limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import Connection, select, update

from integration import ledger, people
from integration.audit import Problem, audit
from integration.core import Hadir
from integration.errors import UserError
from integration.messages import Button, plain
from integration.people import Person
from integration.work import Work
from plugins.logbook import entries, limits, writing
from plugins.logbook.entries import Content, Entry
from plugins.logbook.plugin import PLUGIN
from plugins.logbook.tables import logbook_entry
from tests import cast
from tests.cast import at
from tests.plugins.logbook.wrote import TODAY, approves, entry, of_day, said, target, wrote
from tests.post import audited, change, person_id

Chat = Callable[[str], cast.Talker]


@contextmanager
def works(hadir: Hadir, who: str = "siti") -> Iterator[tuple[Work, Person]]:
    with hadir.database.write() as db:
        yield work(hadir, db), people.search(db, cast.NIP[who])[0]


def work(hadir: Hadir, db: Connection) -> Work:
    return Work(db=db, now=hadir.clock(), settings=hadir.settings, workdays=hadir.workdays, catalogues=hadir.catalogues)


def added(hadir: Hadir, content: Content, state: str = "sent", day: date = TODAY) -> Entry:
    with works(hadir) as (at_work, siti):
        return writing.add(at_work, siti, day, content, state=state)


def refused(hadir: Hadir, content: Content, day: date = TODAY) -> str:
    with pytest.raises(UserError) as caught, works(hadir) as (at_work, siti):
        writing.add(at_work, siti, day, content, state="sent")
    return plain(caught.value.args[0])


def test_an_entry_goes_its_way_and_every_step_has_its_audit_row_without_words(hadir: Hadir, chat: Chat) -> None:
    aim = target(hadir, "siti", "RHK-1")
    made = added(hadir, Content("rahasia dapur", "rahasia hasil", Decimal("2.5"), "km", 90, aim, "wfh"), "draft")
    with works(hadir) as (at_work, siti):
        other = writing.change(at_work, made, replace(made.content, minutes=60, result="rahasia lain"))
        (sent,) = writing.send(at_work, siti, [other])
        assert writing.send(at_work, siti, [sent]) == []  # a second click
        dropped = writing.drop(at_work, sent)
        assert writing.drop(at_work, dropped) == dropped
        back = writing.restore(at_work, dropped)
        assert writing.restore(at_work, back) == back
    assert (back.state, back.round, back.content.quantity) == ("sent", 1, Decimal("2.5"))
    with hadir.database.read() as db:
        rows = db.execute(select(audit).where(audit.c.object == f"logbook_entry:{made.id}").order_by(audit.c.id)).all()
    steps = ["drafted", "changed", "sent", "dropped", "restored"]
    assert [row.action for row in rows] == [f"logbook.{step}" for step in steps]
    assert not any("rahasia" in str(row) for row in rows)
    assert rows[-1].after["minutes"] == 60


def test_changing_what_was_sent_sends_it_again(hadir: Hadir, chat: Chat) -> None:
    """So nothing is approved that the supervisor has not seen."""
    made = added(hadir, Content("rapat", minutes=60))
    with works(hadir) as (at_work, _):
        other = writing.change(at_work, made, replace(made.content, minutes=90))
        with pytest.raises(writing.Changed):
            writing.change(at_work, made, replace(made.content, minutes=120))
    assert (other.state, other.round, other.content.minutes) == ("sent", 2, 90)


def test_what_an_activity_has_made_is_made_once(hadir: Hadir) -> None:
    content = Content("Rapat A", minutes=60, source="rapat:7")
    first, second = added(hadir, content), added(hadir, replace(content, activity="Rapat A lagi"))
    assert first == second
    with works(hadir) as (at_work, _):
        dropped = writing.drop(at_work, first)
    again = added(hadir, content)
    assert again.id != first.id
    with pytest.raises(UserError), works(hadir) as (at_work, _):
        writing.restore(at_work, dropped)


def test_many_clicks_at_once_are_one(hadir: Hadir, chat: Chat) -> None:
    """A line, a drafted activity, and a change of what was approved: each pressed eight times at the same moment."""
    ready = Barrier(8)

    def at_once(do: Callable[[], object]) -> None:
        def one() -> None:
            ready.wait(30)
            do()

        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(one) for _ in range(8)]:
                done.result(60)

    at_once(lambda: chat("siti").says("/logbook menyusun laporan 2 jam"))
    assert said(hadir, "siti") == [("menyusun laporan", 120, "sent")]
    at_once(lambda: added(hadir, Content("Rapat A", minutes=60, source="rapat:7")))
    assert len(of_day(hadir, "siti")) == 2
    first = of_day(hadir, "siti")[0]
    approves(chat("budi"), first.id)
    approved = entry(hadir, first.id)

    def revise() -> None:
        with works(hadir) as (at_work, _):
            writing.change(at_work, approved, replace(approved.content, minutes=30))

    at_once(revise)
    changes = [each for each in of_day(hadir, "siti") if each.revises_id == first.id]
    assert [(each.version, each.content.minutes, each.state) for each in changes] == [(2, 30, "sent")]
    at_once(lambda: chat("siti").presses(Button("x", "logbook.drop", str(changes[0].id))))
    assert len(audited(hadir, "logbook.dropped")) == 1


def test_a_day_never_has_more_than_24_hours_however_many_write_at_once(hadir: Hadir, chat: Chat) -> None:
    ready = Barrier(6)

    def one(number: int) -> str:
        ready.wait(30)
        return chat("siti").says(f"/logbook jaga pos {number} selama 10 jam")

    with ThreadPoolExecutor(6) as pool:
        heard = [each.result(60) for each in [pool.submit(one, number) for number in range(6)]]
    assert sum(minutes for _, minutes, _ in said(hadir, "siti")) == 1200
    assert sum("sehari 24 jam" in each for each in heard) == 4


def test_days_that_are_open(hadir: Hadir, clock: cast.Clock) -> None:
    """Three working days back; the weekend between counts for nothing. Wednesday the 18th is the first."""
    content = Content("rapat", minutes=60)
    assert not added(hadir, content, day=date(2026, 11, 18)).late
    assert "sudah lewat batas waktu laporan" in refused(hadir, content, date(2026, 11, 17))
    assert "belum tiba" in refused(hadir, content, date(2026, 11, 24))
    assert "September 2026" in refused(hadir, content, date(2026, 9, 30))
    change(hadir, "siti", started_on=date(2026, 11, 20))
    assert "Anda mulai bertugas di sini pada 20 November 2026" in refused(hadir, content, date(2026, 11, 19))
    hadir.settings = hadir.settings.model_copy(update={"logbook_late_days": 0})
    with works(hadir) as (at_work, siti):
        assert limits.first_free(at_work, siti) == TODAY


def test_who_was_on_leave_begins_before_it(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    clock.now = at("2026-11-18T08:00+07:00")
    chat("siti").says("/izin cuti tahunan 19/11 - 27/11 keluarga")
    with hadir.database.read() as db:
        assert db.scalar(select(people.person.c.id).where(people.person.c.nip == cast.NIP["siti"]))
    chat("budi").presses(Button("x", "izin.approve", "1"))
    clock.now = at("2026-11-30T08:00+07:00")
    with works(hadir) as (at_work, siti):
        assert limits.first_free(at_work, siti) == date(2026, 11, 16)


def test_what_cannot_be_is_refused(hadir: Hadir) -> None:
    others = target(hadir, "dewi", "RHK-9")
    assert "24 jam" in refused(hadir, Content("jaga", minutes=1800))
    assert "bukan RHK Anda" in refused(hadir, Content("rapat", minutes=60, target_id=others))
    assert "paling banyak 2000" in refused(hadir, Content("x" * 20_000, minutes=60))
    assert "Tuliskan apa" in refused(hadir, Content(" \n", minutes=60))
    assert "Berapa lama" in refused(hadir, Content("rapat"))
    assert "Jumlah" in refused(hadir, Content("rapat", minutes=60, quantity=Decimal(-1)))
    assert of_day(hadir, "siti") == []


def test_the_ledger_shows_what_was_changed_behind_the_services_back(hadir: Hadir, chat: Chat) -> None:
    id = wrote(chat("siti"))
    wrote(chat("siti"), "/logbook apel 15 menit https://awan.example/a")  # evidence is audited, too
    approves(chat("budi"), id)
    kept = {name: PLUGIN.ledgers[name] for name in ("logbook_entry", "logbook_late")}

    def problems() -> list[str]:
        with hadir.database.read() as db, hadir.database.read() as second:
            return [each.detail for each in ledger.compare(db, second, kept) if isinstance(each, Problem)]

    assert problems() == []
    with hadir.database.write() as db:
        db.execute(update(logbook_entry).where(logbook_entry.c.id == id).values(minutes=480))
    assert problems() == ["not as the audit has it: minutes"]


def test_standing_shows_a_change_in_the_place_of_what_it_changes(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    first = wrote(chat("siti"))
    clock.now += timedelta(minutes=1)
    wrote(chat("siti"), "/logbook apel 15 menit")
    approves(chat("budi"), first)
    approved = entry(hadir, first)
    with works(hadir) as (at_work, _):
        revision = writing.change(at_work, approved, replace(approved.content, minutes=30))
        found = entries.of_day(at_work.db, person_id(hadir, "siti"), TODAY)
    assert [each.content.minutes for each in entries.standing(found)] == [30, 15]
    assert [each.content.minutes for each in entries.counting(found)] == [120, 15]
    assert revision.revises_id == first
