"""`/berkas` in Talk on a running Nextcloud: saved, found, shared, taken back, a conversation's folder and its drop folder.

See `talk_people.py` for what it wants. The tests are one story, in this order.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import requests

from integration.outbox import outbox
from integration.scheduler import plugin_jobs, run_job
from plugins.berkas.tables import coupled_channel
from tests.live import talk_people
from tests.live.nextcloud_town import Town
from tests.live.talk_people import Person, eventually

pytestmark = [pytest.mark.live, talk_people.wanted, pytest.mark.timeout(900)]
CONTENT = b"Isi undangan rapat.\n" * 40


@pytest.fixture(scope="module")
def room(town: Town, siti: Person, hendra: Person) -> str:
    """A conversation of all, with the bot and the service account in it."""
    token = town.group("hendra", "rapat", town.account, siti.id)
    hendra.switches_on(token, town.bot())
    siti.reads(token, "Hadir aktif di percakapan ini")
    return token


@pytest.fixture(scope="module")
def private(town: Town) -> dict[str, str]:
    """Everybody's conversation with the service account."""
    return {who: someone.opens(town.account) for who, someone in town.people.items()}


def folder(town: Town) -> str:
    return f"Hadir/{town.unit}/Berkas/{datetime.now(UTC) + timedelta(hours=7):%Y}"


def test_a_file_is_saved_by_answering_it(
    town: Town, room: str, private: dict[str, str], siti: Person, hendra: Person, dewi: Person
) -> None:
    shared = hendra.shares_file(room, "undangan rakor.txt", CONTENT)
    hendra.shares_file(room, "lain.txt", b"bukan ini")
    siti.types(room, "/berkas simpan", answering=shared)
    saved = siti.reads_once(private["siti"], "Tersimpan")
    assert "undangan rakor.txt" in saved["message"]
    assert siti.drive("GET", f"{folder(town)}/undangan rakor.txt").content == CONTENT
    assert dewi.drive("GET", f"{folder(town)}/undangan rakor.txt").content == CONTENT, "a colleague's too"
    assert siti.drive("GET", f"{folder(town)}/lain.txt").status_code == 404


def test_undone_by_a_number(town: Town, private: dict[str, str], siti: Person) -> None:
    saved = siti.reads(private["siti"], "Tersimpan", 0)
    siti.chooses(private["siti"], saved, "Batalkan")
    siti.reads(private["siti"], "undangan rakor.txt")
    eventually(lambda: siti.drive("GET", f"{folder(town)}/undangan rakor.txt").status_code == 404, "the end of the file")


def test_the_last_ones_are_offered_by_numbers(town: Town, room: str, private: dict[str, str], siti: Person) -> None:
    siti.types(room, "/berkas simpan")
    asked = siti.reads(private["siti"], "Lampiran mana", 0)
    assert "lain.txt" in asked["message"]
    siti.chooses(private["siti"], asked, "undangan rakor.txt")
    siti.reads(private["siti"], "Tersimpan")
    assert siti.drive("GET", f"{folder(town)}/undangan rakor.txt").content == CONTENT
    siti.types(room, "/berkas simpan")
    siti.reads(private["siti"], "lain.txt", 0)


def test_a_bare_word_as_an_answer_to_the_file_sent_to_the_account(town: Town, private: dict[str, str], dewi: Person) -> None:
    shared = dewi.shares_file(private["dewi"], "surat tugas.txt", b"surat")
    dewi.types(private["dewi"], "simpan", answering=shared)
    dewi.reads_once(private["dewi"], "Tersimpan")
    assert dewi.drive("GET", f"{folder(town)}/surat tugas.txt").content == b"surat"


def test_found_and_opened(town: Town, private: dict[str, str], dewi: Person) -> None:
    dewi.types(private["dewi"], "/berkas cari rakor")
    found = dewi.reads(private["dewi"], "undangan rakor.txt")
    dewi.chooses(private["dewi"], found, "undangan rakor.txt")
    assert re.search(r"http://\S+/(f|index\.php/f)/\d+", dewi.reads(private["dewi"], "undangan rakor.txt")["message"])
    dewi.types(private["dewi"], f"/berkas tautan {folder(town)}/undangan rakor.txt")
    dewi.reads(private["dewi"], "/f/")


def test_shared_by_link_with_the_password_apart(town: Town, private: dict[str, str], siti: Person, dewi: Person) -> None:
    siti.types(private["siti"], f"/berkas bagikan rakor @{dewi.id}")
    siti.chooses(private["siti"], siti.reads(private["siti"], "Bagikan"), "Ya, bagikan")
    link = dewi.reads(private["dewi"], "/s/", 0)["message"]
    password = dewi.reads(private["dewi"], "Kata sandi", 0)["message"].rpartition("`")[0].rpartition("`")[2]
    assert password not in link
    token = re.search(r"/s/(\w+)", link)
    assert token
    address = f"{town.url}/public.php/dav/files/{token[1]}"
    assert requests.get(address, timeout=30).status_code in (401, 403)
    assert requests.get(address, auth=("anonymous", password), timeout=30).content == CONTENT
    done = siti.reads(private["siti"], "dibagikan kepada Dewi Lestari")
    assert password not in done["message"]
    siti.chooses(private["siti"], done, "Cabut")
    eventually(
        lambda: requests.get(address, auth=("anonymous", password), timeout=30).status_code in (401, 404), "the end of it"
    )


def test_a_conversation_without_the_account_says_how(town: Town, private: dict[str, str], hendra: Person) -> None:
    closed = town.group("hendra", "tertutup")
    hendra.switches_on(closed, town.bot())
    hendra.types(closed, "/berkas simpan")
    said = hendra.reads(private["hendra"], "bukan anggota percakapan", 0)["message"]
    assert town.account in said


def test_a_conversations_folder_is_kept_in_step(
    town: Town, room: str, private: dict[str, str], siti: Person, hendra: Person, dewi: Person
) -> None:
    name = f"{town.run} Proyek"
    hendra.types(room, f"/berkas kanal {name}")
    told = hendra.reads(private["hendra"], "punya folder", 0)["message"]
    assert "2 anggota" in told
    hendra.reads(room, "punya folder")
    assert (_sees(hendra, name), _sees(siti, name), _sees(dewi, name)) == (True, True, False)
    hendra.adds(room, dewi.id)
    town.runs_job("berkas.members")
    assert _sees(dewi, name)
    hendra.removes(room, dewi.id)
    town.runs_job("berkas.members", datetime.now(UTC) + timedelta(minutes=10))
    assert not _sees(dewi, name)
    assert _sees(siti, name)


def test_what_is_dropped_is_announced_once(town: Town, room: str, siti: Person) -> None:
    name = f"{town.run} Proyek"
    assert siti.drive("PUT", f"{name}/Masuk/foto kegiatan.txt", b"baru").status_code == 201
    last = siti.types(room, "saya taruh di Masuk")
    for minutes in (2, 4, 6):
        with town.inside() as hadir:
            [job] = [job for job in plugin_jobs(hadir) if job.name == "berkas.drops"]
            hadir.clock = lambda minutes=minutes: datetime.now(UTC) + timedelta(minutes=minutes)  # type: ignore[misc]
            run_job(hadir, job, hadir.clock())
            with hadir.database.write() as db:  # it was queued at that later time
                db.execute(outbox.update().where(outbox.c.state == "waiting").values(due_at=datetime.now(UTC)))
    said = siti.reads_once(room, "foto kegiatan.txt", last)["message"]
    assert "dari Siti Rahayu" in said
    assert town.rows(coupled_channel)[0].trouble == ""


def _sees(someone: Person, name: str) -> bool:
    """Whether the folder lies among their files."""
    return name in someone.drive("PROPFIND", "", Depth="1").text.replace("%20", " ")
