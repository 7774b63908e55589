"""`/rapat` on a running Mattermost: planned in a line, answered, changed, held with a code, written down, followed up.

Started like `test_mattermost.py`. The tests are one story, in this order. HADIR_PICTURES names a folder for pictures of the
web client, on a desk and on a phone.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
import requests
from sqlalchemy import select, update

from integration import people
from plugins.rapat.tables import meeting_presence
from tests import cast
from tests.live.mattermost import User
from tests.live.office import only
from tests.live.running import Office
from tests.live.web_client import pictures
from tests.service import until

pytestmark = pytest.mark.live

MANIFEST = only("rapat")
SETTINGS = {"jitsi_url": "https://vicon.kantor.example", "jitsi_app_id": "hadir", "jitsi_app_secret": "j" * 40}
TITLE = "Koordinasi SPBE"
# Chats and scanners that open every address are shown nothing.
BROWSER = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Firefox/140.0"}


@pytest.fixture(scope="module")
def channel(office: Office) -> dict[str, Any]:
    """`~spbe`, with Siti, Dewi and the bot in it; Dewi is in Makassar."""
    made: dict[str, Any] = office.siti.api(
        "POST", "/channels", {"team_id": office.town.team["id"], "name": "spbe", "display_name": "SPBE", "type": "O"}
    )
    bot = office.hadir.ports.chats["mattermost"].bot["id"]  # type: ignore[attr-defined]  # it is Mattermost's
    office.town.admin("POST", f"/channels/{made['id']}/members", {"user_id": bot})
    office.siti.api("POST", f"/channels/{made['id']}/members", {"user_id": office.dewi.id})
    with office.hadir.database.write() as db:
        db.execute(update(people.person).where(people.person.c.name == "Dewi Lestari").values(zone="Asia/Makassar"))
    office.clock.set(cast.at("2026-11-23T08:00+07:00"))
    return made


def posted(user: User, channel: dict[str, Any], words: str) -> dict[str, Any]:
    """What the bot writes into the channel."""

    def fits(data: dict[str, Any]) -> bool:
        post = json.loads(data["post"])
        return post["channel_id"] == channel["id"] and words in post["message"]

    post: dict[str, Any] = json.loads(user.hears("posted", fits)["post"])
    return post


def labels(post: dict[str, Any]) -> list[str]:
    return [action["name"] for attached in post["props"].get("attachments", ()) for action in attached.get("actions") or ()]


def typed(opened: dict[str, Any], **values: str) -> dict[str, str]:
    """The dialog as it opened, with these values in the place of what stood there."""
    given = {each["name"]: each.get("default") or "" for each in opened["dialog"]["elements"]}
    assert values.keys() <= given.keys()
    return given | values


def invited(user: User) -> dict[str, Any]:
    """The invitation, as it stands in their conversation with the bot now."""
    direct = next(each for each in user.api("GET", f"/users/{user.id}/teams/{user.team}/channels") if each["type"] == "D")
    posts: dict[str, Any] = user.api("GET", f"/channels/{direct['id']}/posts")["posts"]
    found: dict[str, Any] = next(post for post in posts.values() if post["message"].startswith("Undangan: "))
    return found


def announcement(user: User, channel: dict[str, Any]) -> dict[str, Any]:
    """What stands in the channel about the first meeting, outside any thread, as it is now."""
    posts: dict[str, Any] = user.api("GET", f"/channels/{channel['id']}/posts")["posts"]
    fits = [post for post in posts.values() if TITLE in post["message"] and not post["root_id"]]
    assert len(fits) == 1
    return fits[0]


def now(user: User, post: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = user.api("GET", f"/posts/{post['id']}")
    return found


# The tests below are one story, in this order.


def test_a_line_plans_it_and_everybody_is_asked(office: Office, channel: dict[str, Any]) -> None:
    siti, budi, dewi = office.siti, office.budi, office.dewi
    siti.types(f'/rapat besok 09.00 "{TITLE}" @{budi.username} @{dewi.username} ~spbe 90m')
    planned = siti.whispered("Dijadwalkan")
    assert "09.00–10.30 WIB / 10.00–11.30 WITA" in planned["message"]
    assert "Budi Santoso, Dewi Lestari" in planned["message"]
    assert labels(planned) == ["Batalkan", "Ubah"]
    asked, theirs = budi.told(TITLE), dewi.told(TITLE)
    assert labels(asked) == ["Hadir", "Tidak", "Ragu", "Undangan (PDF)"]
    assert [file["name"] for file in asked["metadata"]["files"]] == [f"{TITLE}.ics"]
    assert "10.00–11.30 WITA / 09.00–10.30 WIB" in theirs["message"]
    announced = posted(dewi, channel, TITLE)
    assert not announced["root_id"]
    assert "Undangan dikirim kepada 2 orang" in siti.told("Undangan dikirim")["message"]
    for post in (announced, asked):
        assert f"{office.callback}/p/rapat.gabung/" in post["message"]
        assert "vicon" not in post["message"]
        assert "jwt" not in json.dumps(post)
    pictures(budi, office.town.name, "messages/@hadir", "rapat-undangan")
    pictures(dewi, office.town.name, "channels/spbe", "rapat-pengumuman")


def test_answers_by_button(office: Office, channel: dict[str, Any]) -> None:
    siti, budi, dewi = office.siti, office.budi, office.dewi
    asked, theirs = invited(budi), invited(dewi)
    budi.presses(asked, "Hadir")
    dewi.presses(theirs, "Tidak")
    answered = now(dewi, theirs)
    assert "Jawaban Anda: **tidak hadir**" in answered["message"]
    assert labels(answered) == ["Beri alasan", "Hadir", "Ragu", "Undangan (PDF)"]
    dewi.presses(answered, "Beri alasan")
    assert not dewi.submits(dewi.dialog(), reason="dinas ke Maros").get("error")
    dewi.told("Dicatat untuk")
    siti.types("/rapat lihat")
    shown = siti.whispered(TITLE)
    assert "1 hadir, 1 tidak hadir, 0 ragu, 0 belum menjawab" in shown["message"]
    siti.presses(shown, "Siapa saja?")
    assert "Dewi Lestari (dinas ke Maros)" in siti.whispered("Maros")["message"]


def test_the_organiser_moves_it_in_the_dialog(office: Office, channel: dict[str, Any]) -> None:
    siti, budi, dewi = office.siti, office.budi, office.dewi
    siti.types("/rapat ubah 1")
    opened = siti.dialog()
    assert siti.submits(opened, **typed(opened, time="25.00"))["errors"]["time"]
    assert not siti.submits(opened, **typed(opened, time="13.30", agenda="1. Peta layanan")).get("error")
    assert "13.30–15.00 WIB" in siti.whispered("Diubah")["message"]
    for someone in (budi, dewi):
        told = someone.told("Perubahan: ")
        assert "mohon jawab lagi" in told["message"]
        assert labels(told)[:3] == ["Hadir", "Tidak", "Ragu"]
    assert posted(dewi, channel, "Perubahan: ")["root_id"]
    until(lambda: "13.30–15.00 WIB" in announcement(dewi, channel)["message"])
    assert "09.00–10.30" not in announcement(dewi, channel)["message"]
    assert "kepada 2 orang" in siti.told("Perubahan dikirim")["message"]
    pictures(budi, office.town.name, "messages/@hadir", "rapat-diubah")


def test_one_date_of_a_series_is_moved_and_one_called_off(office: Office, channel: dict[str, Any]) -> None:
    siti, dewi = office.siti, office.dewi
    siti.types(f'/rapat tiap senin 08.30 "Apel virtual" @{dewi.username} 30m mulai 30/11 sampai 21 desember')
    assert "4 tanggal, terakhir 21 Desember 2026" in siti.whispered("Dijadwalkan")["message"]
    assert "(sisa 4 tanggal)" in dewi.told("Undangan: **Apel virtual**")["message"]
    siti.types("/rapat ubah 2 7/12")
    opened = siti.dialog()
    assert not siti.submits(opened, **typed(opened, time="10.00")).get("error")
    assert "Tanggal lain tetap" in siti.whispered("Diubah")["message"]
    assert "→ **Senin, 7 Desember 2026, pukul 11.00–11.30 WITA" in dewi.told("Perubahan: ")["message"]
    siti.types("/rapat batal 2 14/12 ada upacara")
    siti.presses(siti.whispered("Batalkan"), "Hanya Senin 14 Des")
    assert "ditiadakan" in siti.whispered("Senin 14 Des")["message"]
    off = dewi.told("Dibatalkan hanya untuk tanggal ini")["message"]
    assert "Alasan: ada upacara" in off
    siti.types("/rapat daftar")
    assert "dan 2 tanggal lagi" in siti.whispered("Apel virtual")["message"]


def test_who_is_there_writes_themselves_down(office: Office, channel: dict[str, Any]) -> None:
    siti, budi, dewi = office.siti, office.budi, office.dewi
    office.clock.set(cast.at("2026-11-24T13:16+07:00"))
    office.runs_job("rapat.remind")
    soon = budi.told("Seperempat jam lagi")
    assert labels(soon) == ["Hadir"]
    joining = re.search(r"\((http\S+/p/rapat.gabung/\S+)\)", soon["message"])
    assert joining
    gone = requests.get(joining[1], headers=BROWSER, allow_redirects=False, timeout=30).headers["Location"]
    assert re.match(r"https://vicon.kantor.example/\S+jwt=", gone), "with a token of one's own"
    assert "vicon" not in requests.get(joining[1], timeout=30).text, "to a program that looks at addresses"
    office.clock.set(cast.at("2026-11-24T13:30+07:00"))
    office.runs_job("rapat.remind")
    begun = posted(dewi, channel, "dimulai sekarang")
    assert begun["root_id"]
    dewi.presses(begun, "Hadir")
    assert labels(dewi.told("Hadir tercatat pukul 14.30 WITA")) == ["Keluar rapat"]
    siti.types("/rapat layar")
    link = re.search(r"\((http\S+)\)", siti.whispered("layar")["message"])
    assert link
    code = re.search(r">\s*(\d{3} \d{3})\s*<", requests.get(link[1], headers=BROWSER, timeout=30).text)
    assert code
    budi.types("/rapat hadir 000 000")
    assert "sisa percobaan" in budi.whispered()["message"]
    budi.types(f"/rapat hadir {code[1]}")
    assert "Hadir tercatat pukul 13.30 WIB" in budi.whispered()["message"]
    siti.types("/rapat hadir")
    assert "Hadir tercatat" in siti.whispered()["message"]
    with office.hadir.database.read() as db:
        assert len(list(db.execute(select(meeting_presence)))) == 3


def test_minutes_are_written_published_and_followed_up(office: Office, channel: dict[str, Any]) -> None:
    siti, dewi = office.siti, office.dewi
    office.clock.set(cast.at("2026-11-24T15:05+07:00"))
    siti.types("/rapat notulen 1")
    link = re.search(r"\[Buka formulir\]\((http\S+)\)", siti.whispered("formulir")["message"])
    assert link
    page = requests.get(link[1], timeout=30).text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    [found] = re.findall(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.DOTALL)
    text = html.unescape(found)
    assert "3 orang" in text
    assert "### Peta layanan" in text
    text = text.replace("## Keputusan\n", "## Keputusan\n\n- Peta layanan dipakai mulai Senin\n")
    text += f"\n- [ ] Kirim surat edaran @{dewi.username} Jumat\n"
    assert requests.post(link[1], data=fields | {"text": text}, timeout=30).ok
    saved = siti.told("Notulen tersimpan")
    assert "1 keputusan, 1 tindak lanjut" in saved["message"]
    siti.presses(saved, "Terbitkan")
    published = posted(dewi, channel, "Notulen")
    assert published["root_id"]
    assert "1. Peta layanan dipakai mulai Senin" in published["message"]
    mine = dewi.told("Kirim surat edaran")
    pictures(dewi, office.town.name, "messages/@hadir", "rapat-tugas")
    pictures(dewi, office.town.name, "channels/spbe", "rapat-kanal")
    dewi.presses(mine, "Selesai")
    dewi.told("Selesai: Kirim surat edaran")
    siti.types("/rapat tugas rapat 1")
    assert "0 belum, 1 selesai" in siti.whispered()["message"]


def test_the_series_is_called_off(office: Office, channel: dict[str, Any]) -> None:
    siti, dewi = office.siti, office.dewi
    siti.types("/rapat batal 2 diganti briefing")
    siti.presses(siti.whispered("Batalkan **Apel virtual**?"), "Semua 3 tanggal")
    assert "dibatalkan" in siti.whispered()["message"]
    off = dewi.told("Dibatalkan: **Apel virtual**")
    assert "Alasan: diganti briefing" in off["message"]
    assert labels(off) == []


def test_a_single_meeting_is_called_off_where_it_was_announced(office: Office, channel: dict[str, Any]) -> None:
    siti, dewi = office.siti, office.dewi
    siti.types(f'/rapat lusa 10.00 "Bedah data" @{dewi.username} ~spbe 1 jam')
    siti.whispered("Dijadwalkan")
    announced = posted(dewi, channel, "Bedah data")
    dewi.told("Undangan: **Bedah data**")
    siti.types("/rapat batal 3 data belum lengkap")
    siti.presses(siti.whispered("Batalkan"), "Ya, batalkan")
    off = dewi.told("Dibatalkan: **Bedah data**")
    assert "Alasan: data belum lengkap" in off["message"]
    assert labels(off) == []
    until(lambda: "batal" in now(dewi, announced)["message"].lower())
    dewi.types("/rapat lihat 3")
    assert "batal" in dewi.whispered("Bedah data")["message"].lower()


def test_a_meeting_that_begins_now(office: Office, channel: dict[str, Any]) -> None:
    siti, dewi = office.siti, office.dewi
    siti.types(f'/rapat mulai "Gangguan server" @{dewi.username} ~spbe')
    siti.whispered("dimulai sekarang")
    asked = dewi.told("Gangguan server")
    assert f"{office.callback}/p/rapat.gabung/" in asked["message"]
    assert not posted(dewi, channel, "Gangguan server")["root_id"]
    dewi.types("/rapat hadir")
    assert "Hadir tercatat" in dewi.whispered()["message"]
