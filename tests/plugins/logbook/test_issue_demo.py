"""The day of an office of thirty, played by its people in the demo as it is made for whoever tries it: reported, given back,
corrected, approved by those above, and the month's end.

The demo was made on Monday, 23 November 2026, at noon. Everything is typed, pressed and filled in as in its room.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from integration import people, scheduler
from integration.app import assemble, connect
from integration.core import Hadir
from integration.demo import logbook as story
from integration.messages import Button, Form, Reply, Sender, plain, reply_from_json
from integration.outbox import outbox
from integration.settings import load
from plugins.logbook import entries
from plugins.logbook.entries import Entry
from plugins.logbook.review import digest_job
from plugins.logbook.tables import logbook_entry
from tests import cast
from tests.cast import at
from tests.conftest import SECRET
from tests.plugins.logbook.drawn import deliver, hour, minute

NOON, TODAY = at("2026-11-23T12:00+07:00"), date(2026, 11, 23)
# The guard's day begins at night.
GUARD = "joko"
FOLDER = "Hadir/Bidang Aplikasi/Logbook/2026/11"


@dataclass
class Visitor(cast.Talker):
    """Somebody in the demo's room."""

    platform: str = "browser"

    @property
    def sender(self) -> Sender:
        return Sender("browser", self.username, self.username)

    def press(self, action: str) -> str:
        """The first button of the last answer that does this."""
        return self.presses(next(each for each in buttons(self.last) if each.action == action))


def buttons(answer: object) -> Sequence[Button]:
    return answer.buttons if isinstance(answer, Reply) else ()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """`hadir demo` has an SQLite database of its own."""
    return sqlite_url


@pytest.fixture
def clock() -> cast.Clock:
    return cast.Clock(NOON)


@pytest.fixture
def office(demo_home: Callable[[datetime], Path], tmp_path: Path, clock: cast.Clock) -> Iterator[Hadir]:
    home = shutil.copytree(demo_home(NOON), tmp_path / "office")
    service = connect(assemble(load({}, secret_key=SECRET, home=home), clock=clock))
    yield service
    service.database.dispose()


@pytest.fixture
def everybody(office: Hadir) -> dict[str, Visitor]:
    return {username: Visitor(office, username) for username in usernames(office).values()}


def usernames(hadir: Hadir) -> dict[int, str]:
    with hadir.database.read() as db:
        return {
            row.person_id: row.username for row in db.execute(select(people.account.c.person_id, people.account.c.username))
        }


def inbox(hadir: Hadir, username: str) -> list[Reply]:
    """What was sent to somebody, and not read when the demo began."""
    (who,) = (id for id, name in usernames(hadir).items() if name == username)
    waits = outbox.c.state == "waiting", outbox.c.kind == "chat"
    with hadir.database.read() as db:
        payloads = db.scalars(select(outbox.c.payload).where(*waits).order_by(outbox.c.id)).all()
    return [reply_from_json(each["message"]) for each in payloads if each.get("person") == who]


def reported(hadir: Hadir, **wanted: object) -> list[Entry]:
    conditions = [logbook_entry.c[name] == value for name, value in wanted.items()]
    with hadir.database.read() as db:
        return entries.fetch(db, entries.query().where(*conditions).order_by(logbook_entry.c.id))


def approve_all(visitor: Visitor) -> int:
    """Page by page, until nothing waits; how often was pressed."""
    for presses in range(20):
        visitor.says("/logbook periksa")
        if not any(each.action == "logbook.review_all" for each in buttons(visitor.last)):
            return presses
        assert "Disetujui" in visitor.press("logbook.review_all")
    raise AssertionError("there is no end to it")


def test_a_day_is_played_through_from_the_draft_to_the_months_end(
    office: Hadir, everybody: dict[str, Visitor], clock: cast.Clock
) -> None:
    siti, budi, hendra, rina = (everybody[name] for name in ("siti", "budi", "hendra", "rina"))
    assert len(everybody) == 30

    # Monday afternoon: one keeps a draft first, all the others write a line on a target of theirs.
    clock.now = at("2026-11-23T13:10+07:00")
    siti.says("/hadir masuk wfh")
    siti.says("/logbook tambah menulis panduan pengguna #RHK-2")
    assert isinstance(siti.last, Form)
    siti.submits(time="2 jam", then="draft")
    assert "draf" in siti.says("/logbook")
    clock.now = at("2026-11-23T14:30+07:00")
    for username, visitor in everybody.items():
        if username not in ("siti", GUARD):
            clock.now += timedelta(seconds=7)
            assert "Terkirim" in visitor.says("/logbook menyelesaikan pekerjaan hari ini 3 jam #RHK-1"), username
    assert "terkirim ke Budi Santoso" in siti.says("/logbook kirim semua")
    assert {each.content.place for each in reported(office, day=TODAY, person_id=id_of(office, "siti"))} == {"wfh"}

    # Each of those above has one message about the day, where it is the hour for it.
    for moment in ("2026-11-23T16:30+08:00", "2026-11-23T16:30+07:00"):
        clock.now = at(moment)
        assert scheduler.run_job(office, digest_job.JOBS[0], clock.now)
    for leader, people_count in (("budi", 10), ("tenri", 8), ("ratna", 7), ("hendra", 3)):
        (told,) = [text for each in inbox(office, leader) if "Laporan tim Anda" in (text := plain(each.text))]
        assert f"masuk: {people_count} orang" in told, told[:300]
    assert any("Hendra Gunawan" in plain(each.text) for each in inbox(office, "rina"))

    # One comes back with a note, is corrected, and is told of at once.
    budi.says("/logbook periksa @siti")
    budi.press("logbook.review_return")
    shown = budi.last
    assert isinstance(shown, Form)
    which = {field.name: field.choices[-1][0] for field in shown.fields if field.kind == "select"}
    assert "Dikembalikan" in budi.submits(shown, None, None, **which, note="Mohon sebutkan bab mana")
    back = inbox(office, "siti")[-1]
    assert "Mohon sebutkan bab mana" in plain(back.text)
    siti.presses(next(each for each in back.buttons if each.action == "logbook.edit"))
    assert "Terkirim" in siti.submits(result="Bab 2 dan 3", then="send")
    again = inbox(office, "budi")[-1]
    assert "Bab 2 dan 3" in plain(again.text)

    # Everything is approved, from the bottom to the top, and nobody has approved their own.
    for leader in (*story.LEADERS, story.OFFICER):
        assert approve_all(everybody[leader]) >= 1, leader
        assert approve_all(everybody[leader]) == 0
    today = reported(office, day=TODAY)
    assert {each.state for each in today} == {"approved"}
    assert len({each.person_id for each in today}) == 29
    assert not [each.id for each in reported(office, state="approved") if each.decider_id == each.person_id]
    assert not [each for each in reported(office, state="sent") if each.day > story_begins()]
    assert "Terisi 28 dari 29" in hendra.says("/logbook tim")  # his line; the guard's day has not begun

    # The month is over, rated and closed; its files lie in the demo's folder.
    clock.now = at("2026-12-01T09:00+07:00")
    assert "Dinilai: Siti Rahayu, November 2026" in budi.says("/logbook nilai @siti november sesuai ekspektasi tepat waktu")
    assert "sesuai ekspektasi" in siti.says("/logbook nilai")
    clock.now = at("2026-12-11T00:08+07:00")
    minute(office)
    hour(office)
    clock.now += timedelta(minutes=2)
    deliver(office)
    files = sorted(each.name for each in (office.settings.home / "files" / FOLDER).iterdir() if each.is_file())
    assert len(files) == 1 + 11 * 3
    assert [name.rpartition(".")[2] for name in files if name.startswith("Siti Rahayu")] == ["ods", "pdf", "xlsx"]
    assert "November 2026 sudah dikunci" in siti.says("/logbook 23/11 menyusun laporan 1 jam")
    assert "Siti Rahayu" in rina.says("/logbook buka-kunci november @siti lupa satu kegiatan")
    assert "dikunci" not in siti.says("/logbook rekap november @siti")


def story_begins() -> date:
    """Before it the demo's reports were approved when it was made, but for what was given back."""
    return date(2026, 10, 1)


def id_of(hadir: Hadir, username: str) -> int:
    return next(id for id, name in usernames(hadir).items() if name == username)


def test_last_month_can_be_summed_up_rated_and_talked_about_at_once(office: Hadir, everybody: dict[str, Visitor]) -> None:
    """Whoever tries the demo need not wait for a month's end."""
    siti, budi, gede = (everybody[name] for name in ("siti", "budi", "gede"))
    rated = budi.says("/logbook nilai oktober")
    assert "I Gede Arya Putra: di atas ekspektasi" in rated
    assert "Siti Rahayu: –" in rated
    assert [each.action for each in buttons(budi.last)] == ["logbook.rate"]  # for those who have none yet
    assert "selalu tuntas" in gede.says("/logbook nilai")
    october = [each for each in reported(office, state="approved") if each.day < date(2026, 11, 1)]
    assert len({each.day for each in october}) == story.MONTH_END
    assert len({each.person_id for each in october}) > 25
    assert "Terisi 3 dari" in gede.says("/logbook rekap oktober")
    thread = siti.says("/logbook komentar 19/11 1")
    assert story.QUESTION in thread
    assert story.ANSWER in thread
