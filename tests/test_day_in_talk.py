"""A working day of an office that has Talk and nothing else: everything is typed, forms are pages, choices are numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from integration import people
from integration.settings import Settings
from plugins.hadir.tables import attendance_event
from tests import cast
from tests.adapters.browser.desk import standing, text_of
from tests.adapters.nextcloud.talk_town import ACCOUNT, FILES, Office, office


@pytest.fixture
def talk(settings: Settings, clock: cast.Clock) -> Iterator[Office]:
    with office(settings, clock) as opened:
        yield opened


def page(text: str) -> str:
    """The path of the form to which an answer links."""
    found = re.search(r"Buka formulir: (https://\S+/form/\S+)", text)
    assert found, text
    return urlsplit(found[1]).path


def test_a_check_in_is_typed_and_answered_in_private(talk: Office) -> None:
    room = talk.town.group("Bidang Aplikasi", "siti", "budi")
    talk.work()
    answer = talk.types("siti", "/hadir masuk wfh", room)
    assert "Masuk tercatat pukul 07.28 WIB (WFH)" in answer
    talk.types("budi", "/hadir masuk wfo", room)
    assert [line for line in talk.town.heard(room) if "07.28" in line] == []
    assert talk.town.heard(room)[1:] == ["Jawaban untuk Anda sendiri dikirim lewat pesan pribadi."]
    with talk.hadir.database.read() as db:
        assert len(db.execute(select(attendance_event)).all()) == 2


def test_a_correction_from_the_command_to_the_decision(talk: Office, clock: cast.Clock) -> None:
    clock.now = cast.at("2026-11-24T09:00+07:00")
    talk.types("budi", "/hadir")
    path = page(talk.types("siti", "/hadir koreksi kemarin"))
    client = talk.web.test_client()
    values = standing(client.get(path).text)
    wrong = client.post(path, data=values | {"reason": "", "time": "07.30"})
    assert wrong.status_code == 422
    assert standing(wrong.text)["time"] == "07:30"
    done = client.post(path, data=values | {"reason": "Lupa, jaringan mati", "time": "07.30", "day": "kemarin"})
    assert done.status_code == 200, text_of(done.text)
    assert f"callUser={ACCOUNT}" in done.text
    before = len(talk.town.reads("budi"))
    talk.work()
    [asked] = talk.town.reads("budi")[before:]
    assert re.search(r"Balas dengan angka:\n1\. Setujui\n2\. Tolak", asked), asked
    told = len(talk.town.reads("siti"))
    answer = talk.types("budi", "1")
    assert "disetujui" in answer.lower()
    assert any("disetujui" in line.lower() for line in talk.town.reads("siti")[told:])
    assert "sudah" in talk.types("budi", "1").lower()
    assert client.get(path).status_code == 403


def test_a_leave_request_a_menu_and_a_picture(talk: Office) -> None:
    path = page(talk.types("siti", "/izin cuti"))
    assert "Cuti" in text_of(talk.web.test_client().get(path).text)
    assert "Balas dengan angka:" in talk.types("siti", "hadir")
    talk.types("budi", "/jadwal tim")
    shared = [m for m in talk.town.direct("budi").messages if m["messageParameters"] and m["actorId"] == ACCOUNT]
    assert len(shared) == sum(name.startswith(FILES) for name in talk.town.files)


def test_every_command_of_every_plugin_answers_by_text(talk: Office) -> None:
    for plugin in talk.hadir.plugins:
        for sub in plugin.subcommands:
            answer = talk.types("budi", sub.example or f"/{plugin.name} {sub.word}")
            assert answer, (plugin.name, sub.word)
            assert "|---" not in answer, (plugin.name, sub.word)
            assert len(answer) <= 32_000


def test_first_contact_links_the_account_and_a_stranger_is_asked_about(talk: Office) -> None:
    talk.town.people["orangbaru"] = ""
    assert "belum" in talk.types("orangbaru", "masuk")
    talk.types("dewi", "masuk wfh")
    with talk.hadir.database.read() as db:
        named = dict(db.execute(select(people.account.c.username, people.account.c.external_id)).all())
    assert named["dewi"] == "dewi"
    assert named["siti"] is None
