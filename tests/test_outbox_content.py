"""The bytes of files lie beside the rows that carry them: there until they are delivered, and not a moment longer."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from integration import outbox, outbox_care, outbox_content, people
from integration.adapters.local.storage import FolderStorage
from integration.core import Hadir
from integration.deliveries import chat as chat_delivery
from integration.deliveries import storage as storage_delivery
from integration.deliveries.delivery import LEASE, Delivery
from integration.messages import File, Reply, Text, reply_to_json
from integration.plugin import Notice
from integration.scheduler import work
from tests.cast import Clock
from tests.chats import Radio

RECAP = File("rekap.xlsx", "application/x", b"\x00isi\xff")
LETTER = File("surat.pdf", "application/pdf", b"%PDF")
KEPT = File("peta.png", "image/png", path="Hadir/peta.png")


@pytest.fixture
def radio(hadir: Hadir) -> Radio:
    hadir.deliverers[chat_delivery.KIND] = chat_delivery.deliver
    hadir.ports.chats["mattermost"] = radio = Radio()
    return radio


@pytest.fixture
def storage(hadir: Hadir) -> FolderStorage:
    hadir.deliverers[storage_delivery.KIND] = storage_delivery.deliver
    hadir.ports.storage = storage = FolderStorage(hadir.settings.home / "files")
    return storage


def tell(hadir: Hadir, key: str, *files: File) -> None:
    with hadir.database.write() as db:
        person = people.by_username(db, "mattermost", "siti")
        assert person
        assert work(hadir, db).tell(person, key, lambda _: Reply(Text("Ini"), files=files))


def put(hadir: Hadir, key: str, content: bytes) -> bool:
    with hadir.database.write() as db:
        return work(hadir, db).file("Rekap/november.xlsx", content, "application/x", key)


def deliver_all(hadir: Hadir) -> None:
    while Delivery(hadir).step():
        pass


def kept(hadir: Hadir) -> int:
    with hadir.database.read() as db:
        return db.scalar(select(func.count()).select_from(outbox_content._content)) or 0


def row(hadir: Hadir, key: str) -> Any:
    with hadir.database.read() as db:
        return db.execute(select(outbox.outbox).where(outbox.outbox.c.key == key)).one()


def older(hadir: Hadir, key: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """As an older version has queued it: with the file in the payload."""
    with hadir.database.write() as db:
        payload = change(db.scalars(select(outbox.outbox.c.payload).where(outbox.outbox.c.key == key)).one())
        db.execute(delete(outbox_content._content))
        db.execute(update(outbox.outbox).where(outbox.outbox.c.key == key).values(payload=payload))


def test_the_row_of_a_message_is_small_and_the_message_arrives_whole(hadir: Hadir, radio: Radio) -> None:
    tell(hadir, "k1", RECAP, LETTER)
    assert row(hadir, "k1").payload["contents"] == kept(hadir) == 2
    assert "content" not in str(row(hadir, "k1").payload["message"])
    deliver_all(hadir)
    assert [message.files for message in radio.messages] == [(RECAP, LETTER)]
    assert kept(hadir) == 0


def test_a_file_of_the_storage_in_a_message_is_none_of_ours(hadir: Hadir, radio: Radio, storage: FolderStorage) -> None:
    storage.put(KEPT.path, b"peta", KEPT.media_type, expected="")
    tell(hadir, "k1", KEPT, RECAP)
    assert kept(hadir) == 1
    deliver_all(hadir)
    assert [message.files for message in radio.messages] == [(File("peta.png", "image/png", b"peta"), RECAP)]


def test_a_file_for_the_storage_arrives_and_is_forgotten(hadir: Hadir, storage: FolderStorage) -> None:
    assert put(hadir, "k1", b"satu")
    assert not put(hadir, "k1", b"dua")
    assert row(hadir, "k1").payload == {"path": "Rekap/november.xlsx", "media_type": "application/x", "contents": 1}
    deliver_all(hadir)
    assert storage.get("Rekap/november.xlsx") == b"satu"
    assert kept(hadir) == 0


def test_an_empty_file_is_a_file(hadir: Hadir, radio: Radio, storage: FolderStorage) -> None:
    put(hadir, "k1", b"")
    tell(hadir, "k2", File("kosong.txt", "text/plain"))
    deliver_all(hadir)
    assert storage.get("Rekap/november.xlsx") == b""
    assert [message.files for message in radio.messages] == [(File("kosong.txt", "text/plain"),)]


def test_many_messages_at_once_may_have_files(hadir: Hadir, radio: Radio) -> None:
    with hadir.database.write() as db:
        siti, budi = (people.by_username(db, "mattermost", name) for name in ("siti", "budi"))
        assert siti
        assert budi
        here = work(hadir, db)
        here.tell_all(
            [Notice(siti, "k1", lambda _: Reply(Text("A"), files=(RECAP,))), Notice(budi, "k2", lambda _: Reply(Text("B")))]
        )
        here.tell_all([Notice(siti, "k1", lambda _: Reply(Text("A"), files=(LETTER, LETTER)))])
    assert kept(hadir) == 1
    deliver_all(hadir)
    assert sorted(radio.texts) == ["A", "B"]
    assert (RECAP,) in [message.files for message in radio.messages]


def test_a_dead_letter_keeps_its_file_until_it_is_tried_again(hadir: Hadir, storage: FolderStorage) -> None:
    del hadir.deliverers[storage_delivery.KIND]
    put(hadir, "k1", b"satu")
    deliver_all(hadir)
    assert (row(hadir, "k1").state, kept(hadir)) == ("dead", 1)
    number = row(hadir, "k1").id
    hadir.deliverers[storage_delivery.KIND] = storage_delivery.deliver
    with hadir.database.write() as db:
        assert outbox_care.retry(db, [number], hadir.clock()) == 1
    deliver_all(hadir)
    assert storage.get("Rekap/november.xlsx") == b"satu"
    assert kept(hadir) == 0


def test_rows_of_an_older_version_are_delivered(hadir: Hadir, radio: Radio, storage: FolderStorage) -> None:
    put(hadir, "k1", b"")
    tell(hadir, "k2")
    content = base64.b64encode(b"satu").decode()
    older(hadir, "k1", lambda payload: {"path": payload["path"], "media_type": payload["media_type"], "content": content})
    message = reply_to_json(Reply(Text("Ini"), files=(RECAP,)))
    older(hadir, "k2", lambda payload: {"person": payload["person"], "message": message})
    deliver_all(hadir)
    assert storage.get("Rekap/november.xlsx") == b"satu"
    assert [message.files for message in radio.messages] == [(RECAP,)]


def test_who_was_too_slow_finds_the_file_gone_and_decides_nothing(hadir: Hadir, storage: FolderStorage, clock: Clock) -> None:
    put(hadir, "k1", b"satu")
    slow = Delivery(hadir)
    (taken,) = slow._take(1)
    clock.now += LEASE
    deliver_all(hadir)
    slow._deliver(taken)
    assert (row(hadir, "k1").state, row(hadir, "k1").error) == ("done", "")
    assert storage.get("Rekap/november.xlsx") == b"satu"


def test_a_slow_worker_that_has_delivered_takes_nothing_from_who_repeats(
    hadir: Hadir, storage: FolderStorage, clock: Clock
) -> None:
    put(hadir, "k1", b"satu")
    slow = Delivery(hadir)
    (taken,) = slow._take(1)
    slow._deliver(taken)
    clock.now += LEASE
    (again,) = (second := Delivery(hadir))._take(1)
    slow._take(0, slow._let_go())
    assert (row(hadir, "k1").state, kept(hadir)) == ("waiting", 1)
    second._deliver(again)
    second._take(0, second._let_go())
    assert (row(hadir, "k1").state, kept(hadir)) == ("done", 0)


def test_what_is_thrown_away_takes_its_files_along(hadir: Hadir) -> None:
    put(hadir, "k1", b"satu")
    with hadir.database.write() as db:
        db.execute(
            update(outbox.outbox).values(state="done", finished_at=hadir.clock() - outbox_care.KEEP_DONE - timedelta(days=1))
        )
        assert outbox_care.purge(db, hadir.clock()) == 1
    assert kept(hadir) == 0
