"""A message can carry a file of the storage: only its path waits in the outbox, and it is read when the message is sent."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from integration import people, scheduler
from integration.adapters.browser.tables import room_message
from integration.core import Hadir
from integration.messages import File, Reply, Text
from integration.outbox import outbox
from tests import cast

PATH, CONTENT = "Izin/Bidang Aplikasi/2026/surat.pdf", b"%PDF-1.7 surat dokter"


def queue(hadir: Hadir, *, stored: bool) -> None:
    with hadir.database.write() as db:
        work = scheduler.work(hadir, db)
        budi = people.by_username(db, "browser", "budi")
        assert budi is not None
        letter = File("surat.pdf", "application/pdf", path=PATH)
        work.tell(budi, "letter", lambda _: Reply(Text("Ini suratnya."), files=(letter,)))
        if stored:
            work.file(PATH, CONTENT, "application/pdf", "letter-file")


def said(hadir: Hadir) -> list[dict[str, str]]:
    with hadir.database.read() as db:
        bodies = db.scalars(select(room_message.c.body)).all()
    return [file for body in bodies for file in body["files"]]


def test_it_comes_with_what_is_in_it(hadir: Hadir, deliver: Callable[[], int], clock: cast.Clock) -> None:
    queue(hadir, stored=True)
    with hadir.database.read() as db:
        waiting = str(db.scalar(select(outbox.c.payload).where(outbox.c.key == "letter")))
    assert base64.b64encode(CONTENT).decode() not in waiting
    for _ in range(3):  # the message may be sent for the first time before the file has arrived
        deliver()
        clock.now += timedelta(minutes=10)
    [file] = said(hadir)
    assert base64.b64decode(file["content"]) == CONTENT
    assert (file["name"], file["media_type"]) == ("surat.pdf", "application/pdf")


def test_a_file_that_is_not_there_yet_is_waited_for(hadir: Hadir, deliver: Callable[[], int], clock: cast.Clock) -> None:
    queue(hadir, stored=False)
    deliver()
    with hadir.database.read() as db:
        row = db.execute(select(outbox).where(outbox.c.key == "letter")).one()
    assert (row.state, said(hadir)) == ("waiting", [])
    assert "surat.pdf" in row.error
    with hadir.database.write() as db:
        scheduler.work(hadir, db).file(PATH, CONTENT, "application/pdf", "letter-file")
    for _ in range(3):
        clock.now += timedelta(minutes=10)
        deliver()
    assert len(said(hadir)) == 1
