"""Minutes: the template, two who write at once, the file in the folder, publishing, and who may do and read what."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from integration.adapters.browser.forms import form_link
from integration.adapters.local.storage import FolderStorage
from integration.app import create_app
from integration.core import Hadir
from integration.deliveries import chat as chat_delivery
from integration.deliveries import mail as mail_delivery
from integration.deliveries import storage as storage_delivery
from integration.deliveries import task as task_delivery
from integration.deliveries.delivery import Delivery
from integration.errors import DeliveryError
from integration.messages import ButtonPress, Form, Reply, plain
from integration.outbox import outbox
from integration.ports import StoredFile
from integration.scheduler import run_job
from plugins.rapat import meetings
from plugins.rapat.minutes import jobs, store, versions
from plugins.rapat.minutes.versions import Version
from plugins.rapat.planning import Who
from plugins.rapat.tasks import keeping
from tests import cast
from tests.calendars import mail_of, post_office
from tests.cast import at
from tests.chats import Radio
from tests.plugins.rapat.house import NINE, arranged, change_date, work_off
from tests.post import audited, button, inbox, labels, person_id, texts

Chat = Callable[[str], cast.Talker]
WEEK = timedelta(days=7)
AFTER = at("2026-11-23T11:00+07:00")


@pytest.fixture
def drive(tmp_path: Path, hadir: Hadir) -> FolderStorage:
    (tmp_path / "drive").mkdir()
    hadir.ports.storage = FolderStorage(tmp_path / "drive")
    return hadir.ports.storage


@pytest.fixture
def works(hadir: Hadir) -> Callable[[], Radio]:
    """The worker delivers all that can be delivered now; what arrived."""
    radio = Radio()
    hadir.ports.chats["mattermost"] = radio
    for part in (chat_delivery, task_delivery, storage_delivery, mail_delivery):
        hadir.deliverers[part.KIND] = part.deliver

    def work() -> Radio:
        delivery = Delivery(hadir)
        for _ in range(60):
            if not delivery.step():
                break
        return radio

    return work


def opened(talker: cast.Talker, line: str = "/rapat notulen") -> Form:
    talker.says(line)
    assert isinstance(talker.last, Form), talker.last
    return talker.last


def text_of(form: Form) -> str:
    return form.fields[0].default


def latest(hadir: Hadir, occurrence_id: int) -> Version:
    with hadir.database.read() as db:
        found = versions.latest(db, occurrence_id)
    assert found is not None
    return found


def below(text: str, heading: str, *lines: str) -> str:
    """The text with lines below a heading."""
    assert f"## {heading}\n" in text, text
    return text.replace(f"## {heading}\n", f"## {heading}\n\n" + "\n".join(lines) + "\n", 1)


# ---------------------------------------------------------------- writing


def test_the_form_is_a_template_of_agenda_attendance_and_what_is_open(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    meeting, first = arranged(hadir, "siti", "dewi", starts=(NINE, NINE + WEEK), title="Koordinasi SPBE")
    chat("siti").says(f"/rapat usul {meeting.id} Anggaran 2027")
    clock.now = NINE
    chat("siti").says("/rapat hadir")
    clock.now = AFTER
    form = opened(chat("budi"))
    assert form.is_long
    text = text_of(form)
    for line in (
        "# Notulen: Koordinasi SPBE",
        "- Hari: Senin, 23 November 2026",
        "- Waktu: 09.00–10.30 WIB",
        "- Pimpinan rapat: Budi Santoso",
        "1. Anggaran 2027",
        "1 orang: Siti Rahayu",
        "### Anggaran 2027",
        "## Keputusan",
        "## Tindak lanjut",
    ):
        assert line in text, text
    written = below(
        text, "Tindak lanjut", "- [ ] siapkan ruangan @siti 30/11/2026", "- [ ] kirim surat @dewi Jumat", "- [ ] rapikan"
    )
    written = below(written, "Keputusan", "1. SPBE dipakai mulai Januari").replace(
        "### Anggaran 2027\n", "### Anggaran 2027\nDisetujui.\n"
    )
    said = chat("budi").submits(form, text=written)
    assert "versi 2): 1 keputusan, 3 tindak lanjut." in said
    assert "“rapikan”: belum ada penanggung jawab" in said
    # The next date has what the last one left open, and not what was dealt with.
    talker = chat("budi")
    assert "Terbitkan notulen" in talker.says("/rapat notulen terbitkan")
    assert "terbit" in talker.presses("Terbitkan")
    clock.now = NINE + WEEK
    later = text_of(opened(chat("budi")))
    assert "## Tindak lanjut rapat lalu" in later
    assert "- [ ] siapkan ruangan @siti 30/11/2026" in later
    assert "- [ ] rapikan" in later
    assert "Anggaran 2027" not in later
    with hadir.database.read() as db:
        assert {row.carried for row in keeping.of_occurrence(db, first.id)} == {1}


def test_the_attendance_follows_until_somebody_writes_it_otherwise(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    _, date = arranged(hadir, "siti", "dewi")
    clock.now = NINE
    first = opened(chat("budi"))
    assert "(diisi dari daftar hadir)" in text_of(first)
    chat("siti").says("/rapat hadir")
    assert "1 orang: Siti Rahayu" in text_of(opened(chat("budi")))
    chat("budi").submits(first, text=below(text_of(first), "Pembahasan", "Panjang lebar."))
    chat("dewi").says("/rapat hadir")
    form = opened(chat("budi"))
    text = text_of(form)
    assert "2 orang: Siti Rahayu, Dewi Lestari" in text
    assert "Panjang lebar." in text
    chat("budi").submits(form, text=text.replace("2 orang: Siti Rahayu, Dewi Lestari", "Semua hadir"))
    assert "Semua hadir" in text_of(opened(chat("budi")))
    assert latest(hadir, date.id).source == "form"


def test_two_who_write_at_once_lose_nothing(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    _, date = arranged(hadir, "siti", "dewi")
    clock.now = AFTER
    assert "notulis" in chat("budi").says("/rapat notulis @dewi")
    assert "meminta Anda menjadi notulis" in texts(inbox(hadir, "dewi"))[-1]
    one, other = opened(chat("budi")), opened(chat("dewi"))
    chat("budi").submits(one, text=below(text_of(one), "Keputusan", "1. dari Budi"))
    said = chat("dewi").submits(other, text=below(text_of(other), "Keputusan", "1. dari Dewi"))
    assert "Digabung dengan tulisan Budi Santoso" in said
    assert {"1. dari Budi", "1. dari Dewi"} <= set(latest(hadir, date.id).text.split("\n"))

    one, other = opened(chat("budi")), opened(chat("dewi"))
    chat("budi").submits(one, text=text_of(one).replace("dari Budi", "dari Budi, diperbaiki"))
    talker = chat("dewi")
    said = talker.submits(other, text=text_of(other).replace("dari Budi", "dari Budi, dihapus"))
    assert "Di 1 tempat kedua versi disimpan" in said
    assert "Anda dan Dewi Lestari mengubah baris yang sama" in texts(inbox(hadir, "budi"))[-1]
    text = latest(hadir, date.id).text
    assert "> [2 versi — Dewi Lestari:]\n1. dari Budi, dihapus\n> [2 versi — Budi Santoso:]\n1. dari Budi, diperbaiki\n" in text
    assert "Terbitkan" not in labels(talker.last)
    assert "dua versi" in chat("budi").says("/rapat notulen terbitkan")

    form = opened(chat("budi"))
    assert "1 tempat punya dua versi" in plain(form.intro)
    chosen = "\n".join(line for line in text_of(form).split("\n") if not line.startswith("> [2") and "dihapus" not in line)
    talker = chat("budi")
    talker.submits(form, text=chosen)
    assert "Terbitkan" in labels(talker.last)
    talker.says("/rapat notulen versi")
    assert len(labels(talker.last)) == 5
    assert "Dewi Lestari" in plain(talker.last.text)  # type: ignore[union-attr]  # it is a reply
    talker.presses("Versi 3")
    file = inbox(hadir, "budi")[-1].files[0]
    assert b"1. dari Dewi" in file.content


def test_two_saves_in_one_moment_are_both_kept(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    _, date = arranged(hadir, "siti", "dewi")
    clock.now = AFTER
    chat("budi").says("/rapat notulis @dewi")
    form, start = opened(chat("budi")), threading.Barrier(2)

    def save(who: str) -> None:
        start.wait()
        text = below(text_of(form), "Keputusan", f"1. dari {who}")
        chat(who).submits(form, text=below(text, "Tindak lanjut", f"- [ ] kerjakan bagian {who} @{who} Jumat"))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(save, ("budi", "dewi")))
    found = latest(hadir, date.id)
    assert found.version == 3
    assert {"1. dari budi", "1. dari dewi"} <= set(found.text.split("\n"))
    with hadir.database.read() as db:
        assert sorted(row.text for row in keeping.of_occurrence(db, date.id) if row.state == "open") == [
            "kerjakan bagian budi",
            "kerjakan bagian dewi",
        ]


def test_what_is_refused_comes_back_with_all_that_was_typed(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    _, date = arranged(hadir, "siti")
    clock.now = AFTER
    form = opened(chat("budi"))
    assert "Notulen kosong tidak disimpan" in chat("budi").submits(form, text="  \n ")
    assert "paling besar 1 MB" in chat("budi").submits(form, text="é" * 600_000)
    many = below(text_of(form), "Tindak lanjut", *(f"- [ ] tugas nomor {number} @siti" for number in range(520)))
    large = many + "kalimat panjang tentang anggaran\n" * 29_000
    assert store.LARGEST - 100_000 < len(large) < store.LARGEST
    said = chat("budi").submits(form, text=large)
    assert "Hanya 500 tindak lanjut pertama yang dipantau" in said
    assert latest(hadir, date.id).text.endswith("anggaran\n")
    assert "Tidak ada yang berubah" in chat("budi").submits(form, text=large)
    assert latest(hadir, date.id).version == 2
    assert "hanya penyelenggara" in chat("siti").submits(form, text="x").lower()
    assert "yang diundang" in chat("yosef").submits(form, text="x")
    assert "pesan lama" in chat("budi").submits(Form("rapat.minutes", "", form.fields, value="x:y"))


def test_a_page_has_room_and_time_and_gives_back_what_it_does_not_take(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    _, date = arranged(hadir, "siti")
    clock.now = AFTER
    talker = chat("budi")
    form = opened(talker)
    client: FlaskClient = create_app(hadir).test_client()
    path = "/form/" + form_link(hadir, form, talker.sender).rpartition("/form/")[2]
    page = client.get(path).text
    assert "# Notulen: Koordinasi SPBE" in page
    assert 'rows="18"' in page
    clock.now += timedelta(hours=5)  # lunch, and another meeting
    text = text_of(form) + "penutup\n" * 120_000
    assert client.post(path, data={"text": text}).status_code == 200
    assert latest(hadir, date.id).text.endswith("penutup\n")
    again = client.post(path, data={"text": "sesudah terkirim <b>"})
    assert again.status_code == 403
    assert "sesudah terkirim &lt;b&gt;" in again.text
    second = "/form/" + form_link(hadir, opened(chat("budi")), talker.sender).rpartition("/form/")[2]
    wrong = client.post(second, data={"text": "é" * 600_000})
    assert wrong.status_code == 422
    assert "é" * 1000 in wrong.text
    clock.now += timedelta(hours=13)
    late = client.post(second, data={"text": "terlambat sekali"})
    assert late.status_code == 403
    assert "terlambat sekali" in late.text


# ---------------------------------------------------------------- the file


def notes(drive: FolderStorage, hadir: Hadir, occurrence_id: int) -> str:
    with hadir.database.read() as db:
        date = meetings.occurrence(db, occurrence_id)
    assert date is not None
    assert date.folder
    return f"{date.folder}/Notulen.md"


def run(hadir: Hadir, clock: cast.Clock, moment: str) -> None:
    """The job that looks at files, at that moment."""
    clock.now = at(moment)
    assert run_job(hadir, jobs.JOBS[0], clock.now)


def test_the_file_in_the_folder_is_laid_edited_and_read_back(
    hadir: Hadir, chat: Chat, clock: cast.Clock, drive: FolderStorage, works: Callable[[], Radio]
) -> None:
    _, date = arranged(hadir, "siti", "dewi")
    run(hadir, clock, "2026-11-23T08:55+07:00")
    with hadir.database.read() as db:
        assert versions.latest(db, date.id) is None
    run(hadir, clock, "2026-11-23T09:00+07:00")
    path = notes(drive, hadir, date.id)
    laid = drive.get(path).decode()
    assert laid.startswith("# Notulen: Koordinasi SPBE")
    run(hadir, clock, "2026-11-23T09:05+07:00")
    assert latest(hadir, date.id).version == 1

    drive.put(path, below(laid, "Keputusan", "1. dari berkas").replace("\n", "\r\n").encode("utf-8-sig"), "text/markdown")
    form = opened(chat("budi"))
    chat("budi").submits(form, text=below(text_of(form), "Tindak lanjut", "- [ ] dari formulir @siti Jumat"))
    works()
    both = latest(hadir, date.id)
    assert {"1. dari berkas", "- [ ] dari formulir @siti Jumat"} <= set(both.text.split("\n"))
    assert drive.get(path).decode() == both.text
    assert "mengubah berkas notulen" in texts(inbox(hadir, "budi"))[-1]

    drive.put(path, both.text.replace("- [ ] dari formulir", "- [x] dari formulir").encode(), "text/markdown")
    assert "sedang dibaca" in chat("budi").says("/rapat notulen ambil")
    works()
    assert "Berkas “Koordinasi SPBE”" in texts(inbox(hadir, "budi"))[-1]
    with hadir.database.read() as db:
        assert [row.state for row in keeping.of_occurrence(db, date.id)] == ["done"]
    clock.now += timedelta(seconds=1)
    chat("budi").says("/rapat notulen ambil")
    works()
    assert "Tidak ada yang baru" in texts(inbox(hadir, "budi"))[-1]

    kept = latest(hadir, date.id)
    drive.put(path, b"", "text/markdown")
    run(hadir, clock, "2026-11-23T12:00+07:00")
    assert drive.get(path).decode() == kept.text
    for content, told in ((b"PK\x03\x04\x00\x00\xff\xfe", "bukan teks"), (b"x" * (store.LARGEST + 1), "paling besar 1 MB")):
        drive.put(path, content, "application/octet-stream")
        run(hadir, clock, f"2026-11-23T12:{10 + len(told):02}+07:00")
        assert told in texts(inbox(hadir, "budi"))[-1]
        assert drive.get(path) == content
    assert latest(hadir, date.id).version == kept.version
    drive.put(path, "# Notulen\n\n## Keputusan\n- ke–putusan\n".encode("cp1252"), "text/markdown")
    run(hadir, clock, "2026-11-23T13:00+07:00")
    assert "- ke–putusan" in latest(hadir, date.id).text
    drive.put(path, b"x\n", "text/markdown")
    run(hadir, clock, "2027-01-23T13:00+07:00")
    assert latest(hadir, date.id).text != "x\n"


class Crossing(FolderStorage):
    """A drive on which somebody saves in the very moment in which we do; `down` answers nothing."""

    crossed = ""
    down = False

    def put(self, path: str, content: bytes, media_type: str, *, expected: str | None = None) -> StoredFile:
        if self.crossed:
            told, self.crossed = self.crossed, ""
            super().put(path, super().get(path) + told.encode(), media_type)
        return super().put(path, content, media_type, expected=expected)

    def stat(self, path: str) -> StoredFile | None:
        if self.down:
            raise DeliveryError("the drive is down")
        return super().stat(path)


def test_a_file_that_is_saved_while_it_is_written_is_read_first(
    hadir: Hadir, chat: Chat, clock: cast.Clock, drive: FolderStorage, works: Callable[[], Radio]
) -> None:
    storage = Crossing(drive._root)
    hadir.ports.storage = storage
    _, date = arranged(hadir, "siti")
    run(hadir, clock, "2026-11-23T09:00+07:00")
    path = notes(storage, hadir, date.id)
    form = opened(chat("budi"))
    chat("budi").submits(form, text=below(text_of(form), "Keputusan", "1. dari formulir"))
    storage.crossed = "\ndari tetangga\n"
    works()
    found = latest(hadir, date.id).text.split("\n")
    assert {"1. dari formulir", "dari tetangga"} <= set(found)
    assert storage.get(path).decode().split("\n") == found
    storage.down = True
    storage_before = latest(hadir, date.id).version
    run(hadir, clock, "2026-11-23T09:10+07:00")
    assert latest(hadir, date.id).version == storage_before


# ---------------------------------------------------------------- publishing


def test_published_minutes_reach_thread_people_and_folder_once(
    hadir: Hadir, chat: Chat, clock: cast.Clock, drive: FolderStorage, works: Callable[[], Radio]
) -> None:
    meeting, date = arranged(hadir, "siti", "dewi", "wayan", channel="c-umum")
    clock.now = AFTER
    form = opened(chat("budi"))
    text = below(text_of(form), "Keputusan", "1. SPBE dipakai mulai @channel Januari")
    text = below(text, "Tindak lanjut", "- [ ] siapkan ruangan @siti @dewi Jumat", "- [ ] rapikan @budi 1/12")
    budi = chat("budi")
    budi.submits(form, text=text)
    publish = button(budi.last, "Terbitkan")  # type: ignore[arg-type]  # it is a reply
    assert "belum diterbitkan" in chat("siti").says(f"/rapat notulen {meeting.id}")
    assert "Hanya penyelenggara" in chat("siti").presses(publish)
    assert "terbit" in budi.presses(publish)
    assert "tidak ada yang berubah" in budi.presses(publish)
    heard = works()
    posts = [text for to, text, _ in heard.heard if to == "c-umum"]
    assert len(posts) == 1
    assert "1. SPBE dipakai mulai @channel Januari" in posts[0]
    assert "siapkan ruangan — Siti Rahayu, Jumat 27 Nov" in posts[0]
    told = [text for text in texts(inbox(hadir, "siti")) if "Tindak lanjut Anda" in text]
    assert len(told) == 1
    assert "siapkan ruangan — Jumat 27 Nov" in told[0]
    assert not [text for text in texts(inbox(hadir, "wayan")) if "Notulen" in text]
    folder = notes(drive, hadir, date.id).rpartition("/")[0]
    assert drive.get(f"{folder}/Notulen.pdf").startswith(b"%PDF")
    assert drive.get(f"{folder}/Notulen.md").decode() == latest(hadir, date.id).text
    assert "SPBE dipakai mulai" in chat("siti").says(f"/rapat notulen {meeting.id}")
    assert "Januari" not in str([row.after for row in audited(hadir, "meeting.minutes")])

    # A ticked box is no news; another day of a task is, for whom it concerns, and a decision for all.
    form = opened(chat("budi"))
    chat("budi").submits(form, text=text_of(form).replace("- [ ] rapikan", "- [x] rapikan"))
    assert "tidak ada yang berubah" in chat("budi").presses(publish)
    form = opened(chat("budi"))
    text = text_of(form).replace("@dewi Jumat", "Jumat").replace("Januari", "Februari")
    chat("budi").submits(form, text=text)
    talker = chat("budi")
    assert "versi yang lebih baru" in talker.presses(publish)
    assert "terbit" in talker.presses("Terbitkan")
    heard = works()
    posts = [text for to, text, _ in heard.heard if to == "c-umum"]
    assert len(posts) == 2
    assert "**Notulen berubah**" in posts[1]
    assert "+ Keputusan: SPBE dipakai mulai @channel Februari" in posts[1]
    assert "– Bukan keputusan lagi: SPBE dipakai mulai @channel Januari" in posts[1]
    assert "Tidak ada lagi tindak lanjut untuk Anda" in texts(inbox(hadir, "dewi"))[-1]
    assert len([text for text in texts(inbox(hadir, "siti")) if "Notulen" in text]) == 1
    again = [row for row in rows(hadir) if row.endswith(":publish")]
    assert len(again) == 2


def rows(hadir: Hadir) -> list[str]:
    with hadir.database.read() as db:
        return list(db.scalars(select(outbox.c.key).order_by(outbox.c.id)))


def test_without_a_channel_everybody_invited_reads_it_in_one_message(
    hadir: Hadir, chat: Chat, clock: cast.Clock, works: Callable[[], Radio]
) -> None:
    guests = [Who(email="andi@mitra.example", name="Andi"), Who(email="lia@mitra.example")]
    meeting, _ = arranged(hadir, "siti", "dewi", guests=guests)
    clock.now = AFTER
    form = opened(chat("budi"))
    text = below(below(text_of(form), "Keputusan", "- Ya"), "Tindak lanjut", "- rapikan @siti")
    talker = chat("budi")
    talker.submits(form, text=text)
    with post_office() as office:
        hadir.ports.mail = mail_of(office)
        assert "2 tamu menerimanya lewat surel." in talker.presses("Terbitkan")
        works()
        for username in ("siti", "dewi", "budi"):
            told = [text for text in texts(inbox(hadir, username)) if "**Notulen**" in text]
            assert len(told) == 1
            assert "1. Ya" in told[0]
        assert "rapikan" in texts(inbox(hadir, "siti"))[-1]
        assert "rapikan" not in texts(inbox(hadir, "dewi"))[-1]
        with hadir.database.read() as db:
            given = next(
                row.payload["given"]
                for row in db.execute(select(outbox.c.key, outbox.c.payload))
                if row.key.endswith(":publish")
            )
        before = len(rows(hadir))
        work_off(hadir, "rapat.minutes_publish", given)
        assert len(rows(hadir)) == before
        # Guests, who have no chat here, get it by mail.
        assert sorted(to for to, _ in office.letters) == ["andi@mitra.example", "lia@mitra.example"]
        assert office.to("andi@mitra.example") == ["Notulen “Koordinasi SPBE”, Senin 23 Nov, 09.00–10.30 WIB"]
        mail = next(letter for to, letter in office.letters if to == "andi@mitra.example").get_content().replace("\r\n", "\n")
        assert mail.startswith("Yth. Andi,\n\nberikut notulen “Koordinasi SPBE”")
        assert "## Keputusan\n\n- Ya" in mail
        # What is ticked now is ticked in what everybody reads, and is nothing that were to be published.
        siti = chat("siti")
        assert "☑" not in siti.says(f"/rapat notulen {meeting.id}")
        siti.presses(next(each for each in inbox(hadir, "siti")[-1].buttons if each.action == "rapat.task_done"))
        for username in ("siti", "dewi", "budi"):
            assert "- ☑ rapikan @siti" in chat(username).says(f"/rapat notulen {meeting.id} baca")
        talker.says(f"/rapat notulen {meeting.id} baca")
        assert "Terbitkan" not in labels(talker.last)
        # A later version is for who reads it here; guests have had theirs, and without a mail server one is told so.
        talker.submits(opened(talker), text=text_of(opened(talker)).replace("- Ya", "- Tidak"))
        assert "surel" not in talker.presses("Terbitkan")
        works()
        assert len(office.letters) == 2
    hadir.ports.mail = None
    _, other = arranged(hadir, "siti", title="Evaluasi", guests=guests[:1])
    form = opened(talker, "/rapat notulen evaluasi")
    talker.submits(form, text=below(text_of(form), "Keputusan", "- Ya"))
    assert "1 tamu tidak punya akun di sini. Kirimkan PDF-nya dari folder rapat." in talker.presses("Terbitkan")


def test_a_draft_is_remembered_once_on_a_working_day(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    arranged(hadir, "siti")
    clock.now = AFTER
    form = opened(chat("budi"))
    chat("budi").submits(form, text=below(text_of(form), "Keputusan", "- Ya"))
    for moment in ("2026-11-23T23:20+07:00", "2026-11-24T09:20+07:00", "2026-11-24T10:20+07:00", "2026-11-25T09:20+07:00"):
        clock.now = at(moment)
        assert run_job(hadir, jobs.JOBS[1], clock.now)
    told = [message for message in inbox(hadir, "budi") if "belum diterbitkan" in plain(message.text)]
    assert len(told) == 1
    assert "terbit" in chat("budi").presses(button(told[0], "Terbitkan"))


# ---------------------------------------------------------------- which, and who


def test_which_meeting_is_meant_and_who_may_write(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    first, one = arranged(hadir, "siti", title="Koordinasi SPBE")
    second, two = arranged(hadir, "siti", title="Evaluasi anggaran", starts=(NINE - timedelta(days=3),))
    other, _ = arranged(hadir, "budi", title="Rapat Rina", organizer="rina")
    clock.now = AFTER
    assert opened(chat("budi")).value.startswith(f"{one.id}:")
    assert opened(chat("budi"), "/rapat notulen evaluasi").value.startswith(f"{two.id}:")
    assert opened(chat("budi"), f"/rapat notulen {second.id}").value.startswith(f"{two.id}:")
    assert opened(chat("budi"), "/rapat notulen Jumat lalu").value.startswith(f"{two.id}:")
    assert "Tidak ada rapat Anda" in chat("budi").says("/rapat notulen entah apa")
    assert "belum diterbitkan" in chat("siti").says("/rapat notulen")
    assert "belum diterbitkan" in chat("budi").says(f"/rapat notulen {other.id}")
    assert "Hanya penyelenggara" in chat("budi").says(f"/rapat notulen {other.id} tulis")
    assert "Tidak ada" in chat("yosef").says("/rapat notulen")
    assert "yang diundang" in chat("yosef").says(f"/rapat notulen tanggal:{one.id}")
    forged = ButtonPress("rapat.minutes_send", f"{one.id}:1")
    assert isinstance(hadir.dispatcher.handle(chat("yosef").sender, forged, clock.now), Reply)
    assert inbox(hadir, "yosef") == []

    assert "Hanya penyelenggara" in chat("siti").says(f"/rapat notulis @siti {first.id}")
    assert "tidak diundang" in chat("budi").says(f"/rapat notulis @rina {first.id}")
    assert "Penyelenggara sendiri" in chat("budi").says(f"/rapat notulis {first.id}")
    boss = chat("budi")
    assert boss.says(f"/rapat notulis @sti {first.id}") == (
        "Tidak ada pegawai bernama “@sti” dalam daftar. Maksud Anda Siti Rahayu (@siti)?"
    )
    assert "Siti Rahayu menjadi notulis" in boss.presses(labels(boss.last)[0])
    assert "Notulis" in chat("siti").says(f"/rapat notulis {first.id}")
    assert opened(chat("siti"), f"/rapat notulen {first.id}").value.startswith(f"{one.id}:")
    assert "Penyelenggara sendiri" in chat("budi").says(f"/rapat notulis hapus {first.id}")
    assert "belum diterbitkan" in chat("siti").says(f"/rapat notulen {first.id}")
    assert [row.after for row in audited(hadir, "meeting.secretary")] == [
        {"secretary_id": person_id(hadir, "siti")},
        {"secretary_id": None},
    ]
    change_date(hadir, two.id, state="cancelled")
    assert "dibatalkan" not in chat("budi").says(f"/rapat notulen tanggal:{two.id}")  # what was begun can be finished
