"""Jobs look without being in anybody's way, and what they queue afterwards still holds by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from integration import jobs as core_jobs
from integration import people, scheduler
from integration.core import Hadir
from integration.messages import Channel
from integration.plugin import Job, Work
from integration.scheduler import JobRun, work
from plugins.hadir.plugin import PLUGIN
from tests.cast import Clock, Talker, at
from tests.post import channel, inbox, texts

Chat = Callable[[str], Talker]
ROOM = Channel(id="room", name="bidang-aplikasi", team_id="team")
MOMENTS = ("2026-11-23T07:15+07:00", "2026-11-23T16:40+07:00", "2026-11-22T18:20+07:00", "2026-12-01T01:20+07:00")


class Strict(JobRun):
    """Its reading transactions refuse to write."""

    @contextmanager
    def read(self) -> Iterator[Work]:
        sqlite = self.hadir.database.is_sqlite
        with self.hadir.database.read() as db:
            db.execute(text("PRAGMA query_only=ON" if sqlite else "SET TRANSACTION READ ONLY"))
            try:
                yield work(self.hadir, db)
            finally:
                if sqlite:
                    db.execute(text("PRAGMA query_only=OFF"))


class Meanwhile(JobRun):
    """Something happens between the looking and the queueing."""

    def __init__(self, hadir: Hadir, happens: Callable[[], object]) -> None:
        super().__init__(hadir, hadir.clock())
        self.happens = happens

    @contextmanager
    def begin(self) -> Iterator[Work]:
        self.happens()
        with super().begin() as here:
            yield here


def job(name: str) -> Job:
    return next(each for each in PLUGIN.jobs if each.name == name)


@pytest.mark.parametrize("moment", MOMENTS)
def test_who_only_looks_writes_nothing(hadir: Hadir, chat: Chat, clock: Clock, moment: str) -> None:
    chat("siti").says("/hadir masuk", at=at("2026-11-20T07:02+07:00"))
    chat("dewi").says("/hadir koreksi 20/11 masuk 07.10 lupa", at=at("2026-11-20T09:02+07:00"))
    chat("dewi").says("/izin sakit 20/11", at=at("2026-11-20T09:02+07:00"))
    clock.now = at(moment)
    for each in (*scheduler.plugin_jobs(hadir), *core_jobs.core_jobs(hadir)):
        if each.name != "core.calendar_answers":
            each.run(Strict(hadir, clock.now))


def test_looking_holds_nobody_up(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    clock.now = at("2026-11-23T07:15+07:00")
    with JobRun(hadir, clock.now).read() as here:
        assert not people.get(here.db, 0)
        assert "Masuk tercatat" in chat("siti").says("/hadir masuk")


def test_who_checks_in_while_a_reminder_is_made_does_not_get_it(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    clock.now = at("2026-11-23T07:15+07:00")
    job("reminders").run(Meanwhile(hadir, lambda: chat("siti").says("/hadir masuk", at=clock.now)))
    assert not [text for text in texts(inbox(hadir, "siti")) if "belum" in text]
    assert any("belum mencatat masuk" in text for text in texts(inbox(hadir, "dewi")))


def test_a_summary_that_is_stopped_while_it_is_made_is_not_posted(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    hendra = chat("hendra")
    clock.now = at("2026-11-23T09:00+07:00")
    hendra.says("/hadir ringkasan 09.00", at=clock.now, channel=ROOM)
    job("summaries").run(Meanwhile(hadir, lambda: hendra.says("/hadir ringkasan mati", at=clock.now)))
    assert channel(hadir, ROOM.id) == []
    hendra.says("/hadir ringkasan 09.00", at=clock.now, channel=ROOM)
    job("summaries").run(JobRun(hadir, clock.now))
    assert len(channel(hadir, ROOM.id)) == 1
