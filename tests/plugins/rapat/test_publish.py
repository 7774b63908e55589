"""A meeting's record and everything outside: the video room, the calendar, the folder, in step, whatever fails on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from integration import scheduler
from integration.adapters.local.storage import FolderStorage
from integration.core import Hadir
from integration.deliveries import task as task_delivery
from integration.deliveries.delivery import Delivery
from integration.errors import DeliveryError
from integration.messages import plain
from integration.outbox import Kinds, outbox
from integration.ports import Room
from plugins.rapat import meetings, planning, publish
from plugins.rapat.planning import Who
from plugins.rapat.tables import meeting, meeting_version
from tests.cast import Clock, Talker, at
from tests.plugins.rapat.house import tasks
from tests.plugins.rapat.invited import (
    TUESDAY,
    Crash,
    Dying,
    Provider,
    about,
    card,
    changes,
    dates,
    firsts,
    invites,
    posts,
    scheduled,
    throng,
    to,
    works,
)
from tests.post import audited, button, inbox, labels, person_id

Chat = Callable[[str], Talker]

URL = "https://meet.kantor.example/spbe"
DOWN = DeliveryError("jitsi does not answer")


@pytest.fixture
def jitsi(hadir: Hadir) -> Provider:
    hadir.ports.videos["jitsi"] = found = Provider()
    return found


def room(hadir: Hadir, meeting_id: int = 1) -> Room | None:
    with hadir.database.read() as db:
        found = meetings.get(db, meeting_id)
    return found.video if found else None


def virtual(hadir: Hadir, *who: str, **more: Any) -> None:
    invites(hadir, *who, mode="virtual", place="", provider="jitsi", **more)


def test_the_link_is_in_everything(hadir: Hadir, jitsi: Provider) -> None:
    virtual(hadir, "siti", channel="c-umum")
    works(hadir)
    assert jitsi.made == [("Koordinasi SPBE", TUESDAY)]
    [(event, _)] = scheduled(hadir)
    assert (event.url, event.place) == (URL, "daring (Jitsi Meet)")
    assert f"Gabung: {URL}" in event.description
    assert f"Gabung: [buka rapat]({URL})" in about(hadir, "siti")[0]
    assert URL in about(hadir, "budi")[0]
    assert URL in posts(hadir)[0].payload["message"]["text"]


def test_a_provider_that_is_down_delays_the_link_only(hadir: Hadir, jitsi: Provider) -> None:
    jitsi.down = [DOWN, DOWN]
    virtual(hadir, "siti", "dewi", channel="c-umum")
    works(hadir)
    assert "Tautan untuk bergabung menyusul." in about(hadir, "siti")[0]
    assert "Jitsi Meet tidak menjawab" in about(hadir, "budi")[0]
    assert scheduled(hadir)[0][0].url == ""
    works(hadir)  # the outbox tries again
    first, second = about(hadir, "siti")
    assert "- Tautan untuk bergabung sudah ada." in second
    assert f"[buka rapat]({URL})" in second
    assert [event.url for event, _ in scheduled(hadir)] == ["", URL]
    assert len({event.uid for event, _ in scheduled(hadir)}) == 1
    assert len(posts(hadir)) == 2
    assert audited(hadir, "meeting.linked")[0].after == {"provider": "jitsi", "version": 2}
    works(hadir)
    assert len(about(hadir, "siti")) == 2


class Drive(FolderStorage):
    """A folder of files that has addresses, and does not always answer."""

    up = True

    def link_for_members(self, path: str) -> str:
        if not self.up:
            raise DeliveryError("the drive does not answer")
        super().link_for_members(path)
        return f"https://cloud.kantor.example/f/{sum(path.encode())}"


def test_a_drive_that_is_down_delays_the_link_to_the_papers_only(hadir: Hadir, chat: Chat, tmp_path: Path) -> None:
    hadir.ports.storage = drive = Drive(tmp_path / "files")
    drive.up = False
    invites(hadir, "siti", channel="c-umum")
    works(hadir)
    works(hadir)
    [first] = about(hadir, "siti")
    folder = dates(hadir)[0].folder
    url = f"https://cloud.kantor.example/f/{sum(folder.encode())}"
    assert f"Berkas: {folder}" in first
    drive.up = True
    works(hadir)  # the outbox tries again
    _, second = about(hadir, "siti")
    assert "- Tautan ke berkas rapat sudah ada." in second
    assert f"Berkas: [buka folder]({url})" in second
    events = [event.description for event, _ in scheduled(hadir)]
    assert [f"Berkas: {where}" in text for text, where in zip(events, (folder, url), strict=True)] == [True, True]
    assert len(posts(hadir)) == 2
    assert audited(hadir, "meeting.linked")[0].after == {"folder": folder, "version": 2}
    siti = chat("siti")
    assert f"[buka folder]({url})" in siti.presses(button(card(hadir, "siti"), "Hadir"))
    assert f"[buka folder]({url})" in siti.says("/rapat lihat 1")
    changes(hadir, place="Aula")
    drive.up = False  # what is known already is told again
    works(hadir)
    assert f"[buka folder]({url})" in about(hadir, "siti")[2]
    assert "Tautan ke berkas" not in about(hadir, "siti")[2]
    works(hadir)
    assert len(about(hadir, "siti")) == 3


def test_a_room_to_which_everybody_has_an_own_address(hadir: Hadir, jitsi: Provider) -> None:
    jitsi.url = ""
    jitsi.down = [DOWN]
    virtual(hadir, "siti", "dewi")
    works(hadir)
    siti, dewi = about(hadir, "siti")[-1], about(hadir, "dewi")[-1]
    assert "/p/rapat.gabung/1." in siti
    assert siti.split("(http")[1] != dewi.split("(http")[1]
    assert "Tautan untuk bergabung sudah ada." in siti


def test_a_provider_that_is_not_connected(hadir: Hadir) -> None:
    virtual(hadir, "siti")
    works(hadir)
    assert "tidak punya tautan: Jitsi Meet tidak tersambung ke Hadir" in about(hadir, "budi")[0]
    assert labels(inbox(hadir, "budi")[0]) == ["Ubah"]
    assert firsts(hadir, "siti") == ["Undangan: Koordinasi SPBE"]
    assert tasks(hadir, "rapat.room") == []


def test_a_provider_that_answers_nonsense(hadir: Hadir, jitsi: Provider) -> None:
    jitsi.url = "javascript:alert(1)](http://evil) **x**"
    virtual(hadir, "siti")
    works(hadir)
    [message] = inbox(hadir, "siti")
    assert "](javascript" not in str(message.text)
    assert "\ue000javascript:alert(1)](http://evil) **x**\ue001" in str(message.text)


def test_the_room_goes_along(hadir: Hadir, jitsi: Provider) -> None:
    virtual(hadir, "siti")
    works(hadir)
    changes(hadir, title="Rapat SPBE", **to("2026-11-26"))
    works(hadir)
    assert jitsi.made[-1][0] == "Rapat SPBE"
    assert jitsi.made[-1][1].start == at("2026-11-26T13:00+07:00")
    changes(hadir, mode="room", place="Aula", provider="")
    works(hadir)
    assert (jitsi.gone, room(hadir)) == ([scheduled(hadir)[0][0].uid], None)
    assert scheduled(hadir)[-1][0].url == ""


def test_another_provider_takes_the_room_of_the_first_away(hadir: Hadir, jitsi: Provider) -> None:
    hadir.ports.videos["zoom"] = zoom = Provider(name="zoom", url="https://zoom.example/j/1")
    virtual(hadir, "siti")
    works(hadir)
    changes(hadir, provider="zoom")
    works(hadir)
    assert (len(jitsi.gone), len(zoom.made), zoom.gone) == (1, 1, [])
    assert "- Video: Jitsi Meet → **Zoom**" in about(hadir, "siti")[1]
    assert "zoom.example" in about(hadir, "siti")[1]


def test_called_off_ends_the_room_even_if_it_takes_a_while(hadir: Hadir, jitsi: Provider) -> None:
    virtual(hadir, "siti")
    works(hadir)
    changes(hadir, state="cancelled", sequence=1)
    works(hadir)
    assert len(jitsi.gone) == 1
    assert firsts(hadir, "siti")[1] == "Dibatalkan: Koordinasi SPBE"


def test_a_room_that_is_made_when_nobody_needs_it_any_more(hadir: Hadir, jitsi: Provider) -> None:
    """The meeting is called off in the very moment in which the provider makes its room."""
    jitsi.down = [DOWN]
    virtual(hadir, "siti")
    jitsi.meanwhile = lambda: changes(hadir, state="cancelled", sequence=1)
    works(hadir)
    works(hadir)
    assert (room(hadir), len(jitsi.made), len(jitsi.gone)) == (None, 1, 1)
    assert firsts(hadir, "siti") == ["Undangan: Koordinasi SPBE", "Dibatalkan: Koordinasi SPBE"]


def test_a_repeat_of_the_task_changes_nothing(hadir: Hadir, jitsi: Provider) -> None:
    virtual(hadir, "siti", channel="c-umum")
    works(hadir)
    before = rows(hadir)
    with hadir.database.write() as db:
        mine = outbox.c.kind == "task", outbox.c.key.like("meeting:1:1:publish:%")
        db.execute(update(outbox).where(*mine).values(state="waiting"))
    works(hadir)
    assert rows(hadir) == before


def rows(hadir: Hadir) -> list[str]:
    with hadir.database.read() as db:
        return list(db.scalars(select(outbox.c.key).order_by(outbox.c.key)))


@pytest.mark.parametrize("missing", ["room", "folder"])
def test_a_crash_at_any_point_keeps_the_link_from_nobody(hadir: Hadir, jitsi: Provider, tmp_path: Path, missing: str) -> None:
    """What the link leads to is not there when people are first told, and is there when the worker begins again."""
    hadir.ports.storage = drive = Drive(tmp_path / "files")
    crowd, crashes = throng(hadir, 55), 0
    for commits in range(9):  # one transaction later each time, from before the first to between two batches of people
        jitsi.down, drive.up = ([DOWN], True) if missing == "room" else ([], False)
        made = invites(hadir, channel="c-umum", mode="virtual", place="", provider="jitsi", title=f"Rapat {commits}")
        with hadir.database.write() as db:
            planning.invite(scheduler.work(hadir, db), made.id, crowd)
        try:
            publish.publish(Dying(hadir, commits), {"meeting": made.id, "version": 1})
        except Crash:
            crashes += 1
        drive.up = True
        works(hadir)
        works(hadir)
        said = URL if missing == "room" else "[buka folder](https://cloud"
        for who in (crowd[0], crowd[-1]):
            heard = [text for text in _heard(hadir, who.person_id) if f"Rapat {commits}" in text.splitlines()[0]]
            assert 1 <= len(heard) <= 2, (commits, heard)
            assert [said in text for text in heard] == [False, True][-len(heard) :], (commits, heard)
        last = [event for event, _ in scheduled(hadir) if event.uid == made.uid][-1]
        assert (last.url == URL) if missing == "room" else ("https://cloud" in last.description), commits
        shown = [text for text in _posted(hadir) if f"Rapat {commits}" in text.splitlines()[0]]
        assert sum(said in text for text in shown) == 1, (commits, shown)
    assert crashes > 6


def _heard(hadir: Hadir, person_id: int | None) -> list[str]:
    with hadir.database.read() as db:
        rows = db.scalars(select(outbox.c.payload).where(outbox.c.stream == f"person:{person_id}").order_by(outbox.c.id))
        return [plain(row["message"]["text"]) for row in rows]


def _posted(hadir: Hadir) -> list[str]:
    return [plain(row.payload["message"]["text"]) for row in posts(hadir)]


def test_who_is_added_while_the_link_is_missing_keeps_it_from_nobody(hadir: Hadir, jitsi: Provider) -> None:
    jitsi.down = [DOWN, DOWN]
    virtual(hadir, "siti")
    works(hadir)
    with hadir.database.write() as db:
        work = scheduler.work(hadir, db)
        planning.invite(work, 1, [Who(person_id(hadir, "dewi"))])
        publish.bring(work, 1)
    publish.publish(scheduler.JobRun(hadir, hadir.clock()), tasks(hadir, "rapat.publish")[-1])  # before the room is tried again
    works(hadir)
    for who in ("siti", "dewi"):
        assert [URL in text for text in about(hadir, who)] == [False, True], who


def test_the_worker_does_it(hadir: Hadir, clock: Clock, jitsi: Provider) -> None:
    """With the real deliverer, a lease and a stream: the room's failure holds up nobody, and is tried again."""
    hadir.deliverers[task_delivery.KIND] = task_delivery.deliver
    jitsi.down = [DOWN, DOWN]
    virtual(hadir, "siti")
    delivery = Delivery(hadir, kinds=Kinds(("task",)))
    while delivery.step():
        pass
    assert firsts(hadir, "siti") == ["Undangan: Koordinasi SPBE"]
    clock.now = at("2026-11-23T08:00+07:00")
    while delivery.step():
        pass
    assert len(about(hadir, "siti")) == 2
    assert not [key for key, state in states(hadir) if state == "dead" and "publish" in key]


def states(hadir: Hadir) -> list[tuple[str, str]]:
    with hadir.database.read() as db:
        return [(row.key, row.state) for row in db.execute(select(outbox.c.key, outbox.c.state))]


def test_what_is_not_settled_stays_inside(hadir: Hadir) -> None:
    invites(hadir, "siti")
    with hadir.database.write() as db:
        db.execute(update(meeting).values(state="asking"))
    works(hadir)
    assert about(hadir, "siti") == []
    changes(hadir, place="Aula")
    with hadir.database.read() as db:
        assert list(db.scalars(select(meeting_version.c.version))) == [1]


def test_bringing_costs_few_statements(hadir: Hadir, statements: list[str]) -> None:
    """However many are invited: people wait for the answer to what they typed."""
    invites(hadir, "siti", "dewi")
    statements.clear()
    changes(hadir, place="Aula")
    assert len(statements) <= 10, statements


def test_plain_words_only_in_the_calendar(hadir: Hadir) -> None:
    invites(hadir, "siti", title="*tebal* `kode` \ue000x\ue001")
    works(hadir)
    [(event, _)] = scheduled(hadir)
    assert event.description == plain(event.description)
