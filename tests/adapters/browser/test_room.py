"""The demo's chat room: real commands, real buttons, real forms, and only for this machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from integration import installation
from integration.app import create_app
from integration.audit import audit
from integration.core import Hadir
from tests import cast
from tests.adapters.browser.desk import ORIGIN, Visitor

pytestmark = pytest.mark.in_turn

Room = Callable[[str], Visitor]


def test_a_typed_command_is_answered_and_stays_after_a_reload(room: Room) -> None:
    siti = room("siti")
    assert "07.28 WIB (WFH)" in siti.types("/hadir masuk wfh")
    assert "/hadir masuk wfh" in siti.sees()
    assert "07.28 WIB (WFH)" in siti.sees()


def test_a_repeat_with_the_same_key_is_answered_again_but_not_done_twice(room: Room) -> None:
    siti = room("siti")
    siti.types("/hadir masuk wfh", key="the-same-key")
    siti.types("/hadir masuk wfh", key="the-same-key")
    assert siti.sees().count("/hadir masuk wfh") == 1
    assert siti.sees().count("07.28 WIB (WFH)") == 1


def test_a_line_without_a_slash_gets_a_button_that_says_it_properly(room: Room) -> None:
    siti = room("siti")
    assert "/hadir masuk wfh" in siti.types("masuk wfh")
    assert "07.28 WIB (WFH)" in siti.presses("/hadir masuk wfh")


def test_the_name_of_a_plugin_needs_only_its_slash(room: Room) -> None:
    siti = room("siti")
    siti.types("hadir masuk wfh")
    assert "07.28 WIB (WFH)" in siti.presses("/hadir masuk wfh")


def test_the_buttons_of_the_menu_work(room: Room) -> None:
    siti = room("siti")
    siti.types("/hadir")
    assert "07.28 WIB (WFO)" in siti.presses("Masuk WFO")
    assert "Tombol: Masuk WFO" in siti.sees()


def test_an_answer_can_take_the_place_of_the_message(room: Room) -> None:
    siti = room("siti")
    siti.types("/desk ask")
    siti.presses("Ya")
    assert "Disetujui: 7" in siti.sees()
    assert "Setuju?" not in siti.sees()


def test_words_of_people_are_shown_as_they_were_typed(room: Room) -> None:
    siti = room("siti")
    siti.types("/hadir masuk wfh <b>**hai**</b> @all")
    assert "<b>**hai**</b> @all" in siti.sees()
    page = siti.client.get("/room/siti").text
    assert "<b>**hai" not in page


def test_ten_thousand_emoji_are_stored_and_shown(room: Room) -> None:
    siti = room("siti")
    assert "07.28 WIB (WFH)" in siti.types("/hadir masuk wfh " + "😀" * 10_000)
    assert "😀" * 10_000 in siti.sees()
    assert siti.posts("say", text="x" * 17_000, key="some-key").status_code == 400


def test_a_file_can_be_downloaded_by_its_reader_alone(room: Room, app: Flask) -> None:
    siti = room("siti")
    siti.types("/desk file")
    link = re.search(r'href="(/room/siti/files/[^"]+)"', siti.client.get("/room/siti").text)
    assert link
    file = siti.client.get(link[1])
    assert file.data == b"a,b\n1,2\n"
    assert "attachment" in file.headers["Content-Disposition"]
    assert siti.client.get(link[1].replace("siti", "budi")).status_code == 404
    assert siti.client.get(link[1] + "9").status_code == 404


# ---------------------------------------------------------------- forms


def test_a_picture_is_shown_where_it_is_said_and_everything_else_is_not(room) -> None:
    siti = room("siti")
    siti.types("/desk picture")
    page = siti.client.get("/room/siti").text
    shown = re.findall(r'<img src="([^"]+)" alt="([^"]+)" width="(\d+)" height="(\d+)"', page)
    assert [each[1:] for each in shown] == [
        ("Lihat gambar besar: jadwal.png", "640", "480"),
        ("Lihat gambar besar: foto.jpg", "640", "480"),
    ]
    for address, *_ in shown:
        assert f'<a class="picture" href="{address}" target="_blank"' in page
        picture, saved = siti.client.get(address), siti.client.get(f"{address}?download=1")
        assert picture.mimetype in ("image/png", "image/jpeg")
        assert picture.headers["Content-Disposition"].startswith("inline")
        assert saved.headers["Content-Disposition"].startswith("attachment")
        assert picture.headers["X-Content-Type-Options"] == "nosniff"
    svg = siti.client.get(re.findall(r'href="(/room/siti/files/[^"]+)"', page)[-1])
    assert svg.mimetype == "image/svg+xml"
    assert svg.headers["Content-Disposition"].startswith("attachment")


def test_a_form_opens_and_keeps_what_was_typed_when_it_is_wrong(room: Room) -> None:
    siti = room("siti")
    assert "Formulir meja" in siti.types("/desk fill")
    assert "Nama itu salah." in siti.submits(name="salah", why="karena <i>")
    assert 'value="salah"' in siti.last["form"]
    assert "karena &lt;i&gt;" in siti.last["form"]
    assert 'aria-invalid="true"' in siti.last["form"]
    assert "Stored: Siti karena <i> 2026-11-23 07:30 v1" in siti.submits(name="Siti")
    assert "Formulir terkirim: Formulir meja" in siti.sees()


def test_what_a_browser_promises_to_check_is_checked_again(room: Room) -> None:
    siti = room("siti")
    siti.types("/desk fill")
    said = siti.submits(name="n" * 21, why="", size="xxl")
    assert "Terlalu panjang: 21 dari paling banyak 20 karakter." in said
    assert "Mohon diisi." in said
    assert "Mohon pilih salah satu." in said


def test_a_refusal_as_a_whole_keeps_the_form(room: Room) -> None:
    siti = room("siti")
    siti.types("/desk fill")
    assert "Rak sudah penuh." in siti.submits(name="penuh", why="x")
    assert "Stored" in siti.submits(name="Siti")


def test_a_form_counts_once(room: Room) -> None:
    siti = room("siti")
    siti.types("/desk fill")
    body = {"token": siti.sheet(), "values": {"name": "Siti", "why": "x", "size": "s", "day": "2026-11-23"}}
    assert siti.posts("submit", key="first-key", **body).status_code == 200
    again = siti.posts("submit", key="other-key", **body)
    assert (again.status_code, again.json) == (403, {"error": "Ini sudah dikirim sebelumnya dan dihitung satu kali."})


def test_a_form_belongs_to_its_person(room: Room, hadir: Hadir) -> None:
    siti, budi = room("siti"), room("budi")
    siti.types("/desk fill")
    refused = budi.posts(
        "submit", token=siti.sheet(), values={"name": "x", "why": "y", "size": "s", "day": "z"}, key="some-key"
    )
    assert refused.status_code == 403
    assert _refusals(hadir) == [("browser:budi", "room.submit", "not theirs")]


# ---------------------------------------------------------------- between people


def test_a_correction_goes_to_the_supervisor_who_approves_and_both_are_told(
    room: Room, clock: cast.Clock, deliver: Callable[[], int]
) -> None:
    siti, budi = room("siti"), room("budi")
    siti.types("/hadir masuk wfo")
    clock.now += timedelta(days=1)
    siti.types("/hadir koreksi kemarin pulang")
    assert "Budi Santoso" in siti.submits(time="16:05", reason="lupa menekan tombol")
    deliver()
    assert budi.client.get("/").text.count('data-unread="budi"><span class="count">1</span>') == 1
    assert "lupa menekan tombol" in budi.sees()
    budi.presses("Setujui")
    deliver()
    assert "Disetujui: Siti Rahayu" in budi.sees()
    assert "lupa menekan tombol" not in budi.sees()
    assert "Budi Santoso" in siti.sees().rpartition("Hadir")[2]


def test_unread_messages_are_counted_until_they_are_seen(room: Room, deliver: Callable[[], int]) -> None:
    siti, budi = room("siti"), room("budi")
    siti.types("/hadir koreksi hari ini masuk 07.00 antre di pos jaga")
    deliver()
    answer = siti.client.get("/room/siti/messages").json
    assert answer["unread"] == {"budi": 1}
    newest = budi.client.get("/room/budi/messages").json["messages"][-1]["id"]
    assert budi.posts("seen", up_to=newest).status_code == 204
    assert siti.client.get("/room/siti/messages").json["unread"] == {}


def test_a_page_that_shows_everything_is_told_nothing(room: Room) -> None:
    siti = room("siti")
    siti.types("/hadir")
    state = siti.last["state"]
    assert siti.client.get(f"/room/siti/messages?state={state}").json == {"unread": {}}
    assert "messages" in siti.client.get("/room/siti/messages?state=old").json


# ---------------------------------------------------------------- who is let in


def test_somebody_elses_button_is_refused_and_written_down(room: Room, hadir: Hadir) -> None:
    siti, budi = room("siti"), room("budi")
    siti.types("/desk ask")
    assert budi.posts("press", token=siti.token("Ya"), key="some-key").status_code == 403
    assert budi.posts("press", token="forged", key="some-key").status_code == 403
    assert _refusals(hadir) == [("browser:budi", "room.press", "not theirs"), ("browser:budi", "room.press", "forged")]


def test_an_old_button_says_that_it_has_expired(room: Room, clock: cast.Clock) -> None:
    siti = room("siti")
    siti.types("/desk ask")
    token = siti.token("Ya")
    clock.now += timedelta(days=1)
    assert 'disabled title="Kedaluwarsa"' in siti.client.get("/room/siti").text
    refused = siti.posts("press", token=token, key="some-key")
    assert (refused.status_code, "kedaluwarsa" in refused.json["error"]) == (403, True)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.10:8080", "[bad"])
def test_only_a_loopback_name_is_answered(app: Flask, host: str) -> None:
    assert app.test_client().get("/", headers={"Host": host}).status_code in (400, 403)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:8080"])
def test_this_machine_is_answered(app: Flask, host: str) -> None:
    assert app.test_client().get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://localhost:1", "https://localhost"])
def test_a_post_must_come_from_a_page_of_the_room(room: Room, origin: str | None) -> None:
    siti = room("siti")
    siti.headers = {"Origin": origin} if origin else {}
    assert siti.posts("say", text="/hadir masuk", key="some-key").status_code == 403
    siti.headers = {"Origin": ORIGIN}
    assert "/hadir masuk" not in siti.sees()


@pytest.mark.parametrize(
    "body", [{}, {"text": "x"}, {"text": "", "key": "some-key"}, {"text": 5, "key": "some-key"}, {"text": "x", "key": "<>"}]
)
def test_what_no_page_of_ours_sends_is_refused(room: Room, body: dict[str, object]) -> None:
    assert room("siti").posts("say", **body).status_code == 400


def test_nobody_of_that_name_gets_a_way_back(app: Flask) -> None:
    page = app.test_client().get("/room/nobody")
    assert page.status_code == 404
    assert 'href="/"' in page.text


def test_pages_carry_a_strict_policy_and_no_inline_script(room: Room) -> None:
    siti = room("siti")
    siti.types("/desk ask")
    page = siti.client.get("/room/siti")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", page.text)


def test_there_is_no_room_where_there_is_no_demo(hadir: Hadir) -> None:
    with hadir.database.write() as db:
        installation.put(db, installation.DEMO, False)
    client = create_app(hadir).test_client()
    assert client.get("/").status_code == 404
    assert client.get("/room/siti").status_code == 404


def test_the_list_groups_people_by_unit_and_says_who_supervises_whom(app: Flask) -> None:
    page = app.test_client().get("/").text
    assert page.index("Bidang Aplikasi") < page.index("Subbagian Kepegawaian")
    assert "Atasan: Budi Santoso" in page
    assert "Atasan dari 4 orang" in page
    assert "Pengelola kepegawaian" in page


def test_completion_comes_from_the_plugins_declarations(hadir: Hadir, app: Flask) -> None:
    page = app.test_client().get("/room/siti").text
    for plugin in hadir.plugins:
        for subcommand in plugin.subcommands:
            assert (f'data-command="/{plugin.name} {subcommand.word}"' in page) is not subcommand.hidden


def _refusals(hadir: Hadir) -> list[tuple[str, str, str]]:
    with hadir.database.read() as db:
        query = select(audit.c.actor, audit.c.object, audit.c.reason).where(audit.c.action == "refused").order_by(audit.c.id)
        return [tuple(row) for row in db.execute(query)]
