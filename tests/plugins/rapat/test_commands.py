"""`/rapat` in talk: in one line, by the form, listed, shown; and everything that people get wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from integration.core import Hadir
from integration.messages import ButtonPress, Channel, Form, Reply, plain
from integration.people import account, person
from plugins.rapat.tables import meeting_room
from tests import cast
from tests.cast import at
from tests.plugins.rapat.house import arranged, tasks
from tests.plugins.rapat.planned import check, dates, invited, meeting, starts
from tests.post import change, crowd, inbox, labels, person_id

Chat = Callable[[str], cast.Talker]
UMUM = Channel("c1", "umum", "t1")


def form(talker: cast.Talker) -> dict[str, str]:
    """What stands in the form that was just opened."""
    assert isinstance(talker.last, Form), talker.last
    return {field.name: plain(field.default) for field in talker.last.fields}


def above(talker: cast.Talker) -> str:
    assert isinstance(talker.last, Form), talker.last
    return plain(talker.last.intro)


def nobody_was_asked(hadir: Hadir) -> bool:
    with hadir.database.read() as db:
        return not list(db.execute(meeting_room.metadata.tables["meeting"].select()))


# ---------------------------------------------------------------- planning


def test_the_line_of_the_issue(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    said = siti.says('/rapat besok 09.00 "Koordinasi SPBE" @dewi @wayan ~umum 90m', channels={"umum": "c1"})
    assert said.splitlines()[:4] == [
        "Dijadwalkan: **Koordinasi SPBE** (nomor 1)",
        "Selasa, 24 November 2026, pukul 09.00–10.30 WIB / 10.00–11.30 WITA",
        "Tempat: daring",
        "Diundang: Dewi Lestari, I Wayan Sudarta, ~umum",
    ]
    assert labels(siti.last) == ["Batalkan", "Ubah"]
    found = meeting(hadir)
    assert (found.state, found.channel_id) == ("checking", "")  # whether Siti is in ~umum is seen by the task
    assert invited(hadir) == [f"p:{person_id(hadir, name)}" for name in ("siti", "dewi", "wayan")]
    assert tasks(hadir, "rapat.check") == [
        {"meeting": 1, "version": 1, "groups": [["channel", "mattermost", "c1", "umum", "id-siti"]], "ask": True}
    ]


def test_a_series_without_an_end_gets_one_and_says_so(hadir: Hadir, chat: Chat) -> None:
    said = chat("wayan").says('/rapat tiap senin 08.00 "Apel virtual" @siti @yosef')
    assert "Senin, 30 November 2026, pukul 08.00–09.00 WITA / 07.00–08.00 WIB / 09.00–10.00 WIT" in said
    assert "tiap hari Senin, 5 tanggal, terakhir 28 Desember 2026" in said
    assert "sampai akhir tahun" in said
    assert starts(hadir) == ["30/11 08.00", "07/12 08.00", "14/12 08.00", "21/12 08.00", "28/12 08.00"]


def test_each_reads_the_time_in_their_own_zone(hadir: Hadir, chat: Chat) -> None:
    """An organiser in Makassar, people in all three zones, and a series that stays at 08.30 there."""
    chat("wayan").says('/rapat tiap senin 08.30 "Apel" @siti @yosef')
    check(hadir)
    assert "07.30–08.30 WIB · **Apel**" in chat("siti").says("/rapat daftar")
    assert "08.30–09.30 WITA · **Apel**" in chat("wayan").says("/rapat daftar")
    assert "09.30–10.30 WIT · **Apel**" in chat("yosef").says("/rapat daftar")
    assert "pukul 09.30–10.30 WIT / 07.30–08.30 WIB / 08.30–09.30 WITA" in chat("yosef").says("/rapat lihat 1")
    chat("siti").says("/rapat besok 13.00 WIT Rapat Papua @yosef")
    assert meeting(hadir, 2).zone == "Asia/Jayapura"
    assert dates(hadir, 2)[0].starts_at == at("2026-11-24T13:00+09:00")


def test_holidays_in_a_series_are_named_and_can_be_left_out(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    assert "Jatuh pada hari libur: Jumat 25 Des (Hari Raya Natal)." in siti.says("/rapat tiap jumat 9.00 Senam @dewi")
    pressed = siti.last
    assert "1 tanggal (Jumat 25 Des)" in siti.presses("Tiadakan yang libur")
    assert "25/12 09.00" not in starts(hadir)
    assert len(starts(hadir)) == 4
    siti.last = pressed
    assert "Tidak ada lagi" in siti.presses("Tiadakan yang libur")


def test_in_a_channel_without_names_the_channel_is_meant_once_that_is_said(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    assert siti.says("/rapat besok 10.00 Rapat tim", channel=UMUM).endswith("Undang semua anggota ~umum?")
    assert nobody_was_asked(hadir)
    asked = siti.last
    siti.presses("Pilih peserta")
    assert form(siti)["title"] == "Rapat tim"
    assert isinstance(asked, Reply)
    press = ButtonPress(asked.buttons[0].action, asked.buttons[0].value, UMUM)
    answer = hadir.dispatcher.handle(siti.sender, press, hadir.clock())
    assert isinstance(answer, Reply)
    assert "Diundang: ~umum" in plain(answer.text)
    assert meeting(hadir).channel_id == "c1"


def test_a_meeting_now(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    assert "Dengan siapa?" in siti.says("/rapat mulai")
    assert "**Bahas anggaran** dimulai sekarang" in siti.says('/rapat mulai "Bahas anggaran" @dewi', channel=UMUM)
    found = meeting(hadir)
    assert (found.state, found.starts_at, found.channel_id) == ("planned", hadir.clock(), "c1")
    assert len(tasks(hadir, "rapat.publish")) == 1
    assert tasks(hadir, "rapat.check")[0]["ask"] is False


def test_a_new_meeting_can_be_taken_back_at_once(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    siti.says("/rapat besok 9.00 Rapat @dewi")
    made = siti.last
    assert "Belum ada yang sempat diundang" in siti.presses("Batalkan")
    assert meeting(hadir).state == "dropped"
    siti.last = made
    assert "sudah dibatalkan" in siti.presses("Batalkan")
    check(hadir)
    assert inbox(hadir, "dewi") == []
    assert "tidak punya rapat" in chat("dewi").says("/rapat lihat")


def test_once_people_know_of_it_taking_it_back_is_asked(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    siti.says("/rapat besok 9.00 Rapat @dewi")
    made = siti.last
    check(hadir)
    assert meeting(hadir).state == "planned"
    siti.last = made
    assert "1 orang akan diberi tahu" in siti.presses("Batalkan")
    assert "Semua yang diundang diberi tahu" in siti.presses("Ya, batalkan")
    assert meeting(hadir).state == "cancelled"
    assert meeting(hadir).sequence == 1


# ---------------------------------------------------------------- the form


def test_the_form_plans_what_a_line_plans(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    assert siti.says("/rapat baru") == "Rapat baru"
    said = siti.submits(
        title="Koordinasi",
        day="besok",
        time="13.00–15.00",
        invite="@dewi, Budi Santoso; tamu@dinas.go.id",
        agenda="1. Satu\n2. Dua",
    )
    assert "Selasa, 24 November 2026, pukul 13.00–15.00 WIB" in said
    assert "Diundang: Dewi Lestari, Budi Santoso, tamu@dinas.go.id" in said or "Budi Santoso" in said
    assert meeting(hadir).agenda == "1. Satu\n2. Dua"
    assert "m:tamu@dinas.go.id" in invited(hadir)


def test_what_is_missing_is_asked_with_the_rest_filled_in(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    siti.says("/rapat besok 13.00 @dewi ~umum 2 jam", channels={"umum": "c1"})
    assert form(siti) | {"mode": "virtual"} == {
        "title": "",
        "day": "2026-11-24",
        "time": "13.00",
        "length": "2 jam",
        "invite": "@dewi, ~umum",
        "mode": "virtual",
        "place": "",
        "repeat": "",
        "agenda": "",
        "folder": "",
    }
    assert above(siti) == "Rapat tentang apa? Mohon isi judulnya."
    assert "Diundang: Dewi Lestari, ~umum" in siti.submits(title="Koordinasi")
    assert tasks(hadir, "rapat.check")[0]["groups"] == [["channel", "mattermost", "c1", "umum", "id-siti"]]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hari ini 07.00 Rapat @dewi", "Senin 23 Nov pukul 07.00 sudah lewat; sekarang pukul 07.28."),
        ("besok 13.00-11.00 Rapat @dewi", "akan selesai (11.00) sebelum dimulai (13.00)"),
        ("31 Februari 09.00 Rapat @dewi", "bukan tanggal yang ada"),
        ("besok 25.00 Rapat @dewi", "25.00"),
        ("besok 09.00 EST Rapat @dewi", "Zona EST tidak dikenal"),
        ("besok 09.00 WIB / 11.00 WITA Rapat @dewi", "09.00 WIB adalah 10.00 WITA, bukan 11.00 WITA"),
        ("besok 09.00 Rapat 30 jam @dewi", "paling lama sehari"),
        ("besok 09.00 Rapat sampai lusa @dewi", "paling lama sehari"),
        ("besok 09.00 Rapat -5m @dewi", "paling singkat 5 menit"),
        ("besok 09.00 Rapat 99999999m @dewi", "paling lama sehari"),
        ("tiap senin 09.00 Rapat 99999999 kali @dewi", "paling lama lima tahun dan 1300 tanggal"),
        ("besok 09.00 Rapat 99999999 kali @dewi", "“99999999 kali” tidak bisa dibaca"),
        ("besok 09.00 Rapat @tidakada", "Tidak ada pegawai bernama “@tidakada”"),
        ("besok 09.00 Rapat @dwi", "“@dwi” dalam daftar. Maksud Anda Dewi Lestari (@dewi)?"),
        ("besok 09.00 Rapat tamu@x", "“tamu@x” bukan alamat surel"),
        ("besok 09.00 Rapat @dewi a..b@x.id", "“a..b@x.id” bukan alamat surel"),
        ("besok 09.00 Rapat @agus", "Agus Wijaya sudah tidak"),
        ("besok 09.00 Rapat ~rahasia", "Kanal “~rahasia” tidak terlihat dari sini"),
        ("besok 09.00 Rapat ~ini", "Ini bukan kanal"),
        ("besok 09.00 Rapat unit Perencanaan", "Perencanaan"),
        ("besok 09.00 Rapat luring @dewi", "Di ruang mana?"),
        ("tiap jumat 9.00 Senam @dewi sampai 24 november", "sebelum tanggal pertamanya"),
        ("tiap tanggal 32 9.00 Rapat @dewi", "dari 1 sampai 31"),
        (f"besok 09.00 {'Panjang ' * 30} @dewi", "Paling banyak 200 karakter"),
        ("1 januari 2050 9.00 Rapat @dewi", "terlalu jauh"),
        ("besok 09.00 Rapat @siti", "Siapa yang diundang?"),
    ],
)
def test_bad_input_comes_back_in_the_form_with_the_cure(hadir: Hadir, chat: Chat, line: str, said: str) -> None:
    change(hadir, "agus", ended_on=date(2026, 11, 22))
    siti = chat("siti")
    siti.says(f"/rapat {line}")
    assert said in above(siti)
    typed = form(siti)
    assert typed["title"].split()[0] in line
    assert nobody_was_asked(hadir)
    # Sent again as it is, every field says what is wrong with it, and the form stays open.
    assert said.split("“")[0].split(" pukul")[0][:20] in siti.submits()
    assert nobody_was_asked(hadir)


def test_two_with_one_name_are_told_apart_by_their_nip(hadir: Hadir, chat: Chat) -> None:
    unknown = {"unit_id": 1, "zone": "Asia/Jakarta", "roles": ["pegawai"]}
    with hadir.database.write() as db:
        namesakes = [{"nip": "77", "name": "Joko Hartono"}, {"nip": "78", "name": "Joko Haryanto"}]
        db.execute(insert(person), [row | unknown for row in namesakes])
    siti = chat("siti")
    siti.says("/rapat besok 9.00 Rapat undang Joko dan Dewi Lestari")
    assert "“Joko” bisa berarti Joko Hartono (NIP 77), Joko Haryanto (NIP 78). Tulis NIP atau @nama-nya." in above(siti)
    assert "Diundang: Joko Haryanto, Dewi Lestari" in siti.submits(invite="78, Dewi Lestari")


def test_a_username_wins_over_names_and_everybody_comes_once(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    line = "/rapat besok 9.00 Rapat @budi @BUDI budi@kantor.example @siti @dewi,@dewi"
    assert "Diundang: Budi Santoso, Dewi Lestari" in siti.says(line)
    assert len(invited(hadir)) == 3


def test_a_mention_is_found_by_the_platforms_own_id(hadir: Hadir, chat: Chat) -> None:
    with hadir.database.write() as db:
        db.execute(account.update().where(account.c.username == "dewi").values(username="nama.lama"))
    said = chat("siti").says("/rapat besok 9.00 Rapat @dewi.baru", mentions={"dewi.baru": "id-dewi"})
    assert "Diundang: Dewi Lestari" in said


def test_a_title_is_never_more_than_a_title(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    siti.says('/rapat besok 9.00 "BEGIN:VEVENT\nEND:VCALENDAR @all" @dewi')
    assert meeting(hadir).title == "BEGIN:VEVENT END:VCALENDAR @all"


def test_a_word_that_was_mistyped_is_no_title(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    assert "Maksud Anda `/rapat daftar`" in siti.says("/rapat dafar")
    assert "Rapat baru" in labels(siti.last)
    siti.says("/rapat koordinasi")
    assert form(siti)["title"] == "koordinasi"
    assert nobody_was_asked(hadir)


def test_a_provider_that_is_not_there_is_said(hadir: Hadir, chat: Chat) -> None:
    assert "Zoom belum disiapkan di sini." in chat("siti").says("/rapat besok 9.00 Rapat via zoom @dewi")
    assert meeting(hadir).provider == ""


# ---------------------------------------------------------------- rooms


def rooms(hadir: Hadir) -> None:
    with hadir.database.write() as db:
        db.execute(insert(meeting_room), [{"name": "Garuda", "capacity": 2}, {"name": "Rajawali", "capacity": 30}])


def test_a_room_is_booked_once(hadir: Hadir, chat: Chat) -> None:
    rooms(hadir)
    said = chat("siti").says("/rapat besok 9.00 Rapat @dewi @yosef di ruang Garuda")
    assert "Garuda" in said
    assert "2" in said.splitlines()[-2]  # it is too small for three
    assert meeting(hadir).mode == "room"
    budi = chat("budi")
    refused = budi.says("/rapat besok 9.30 Lain @dewi di Garuda")
    assert "Garuda" in refused
    assert "Rajawali" in refused
    with hadir.database.read() as db:
        assert len(list(db.execute(meeting_room.metadata.tables["meeting"].select()))) == 1


# ---------------------------------------------------------------- lists and the card


def test_an_empty_day_says_what_one_can_do(chat: Chat) -> None:
    siti = chat("siti")
    assert "Tidak ada rapat dalam beberapa minggu" in siti.says("/rapat")
    assert labels(siti.last)[0] == "Rapat baru"
    assert siti.says("/rapat daftar hari ini") == "**Rapat hari ini**\nTidak ada."
    assert labels(siti.last) == ["Rapat baru", "Semua rapat"]


def test_lists(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    siti.says("/rapat besok 9.00 Koordinasi @dewi")
    siti.says("/rapat tiap rabu 10.00 Evaluasi @dewi 3 kali")
    assert "belum dikirim" in siti.says("/rapat daftar")
    assert "belum menjawab" not in chat("dewi").says("/rapat daftar")
    check(hadir)
    dewi = chat("dewi")
    assert dewi.says("/rapat daftar minggu ini").splitlines() == [
        "**Rapat pekan mulai 23 November 2026**",
        "**Selasa 24 Nov**",
        "- 09.00–10.00 WIB · **Koordinasi** [1] · daring · belum menjawab",
        "",
        "**Rabu 25 Nov**",
        "- 10.00–11.00 WIB · **Evaluasi** [2] · daring · belum menjawab",
    ]
    assert "Koordinasi" in dewi.says("/rapat daftar besok")
    assert "Evaluasi" not in dewi.says("/rapat daftar besok")
    assert dewi.says("/rapat daftar bulan").count("Evaluasi") == 1
    assert dewi.says("/rapat daftar desember").count("Evaluasi") == 2
    assert dewi.says("/rapat daftar saya").endswith("Tidak ada.")
    assert siti.says("/rapat daftar saya").count("Evaluasi") == 1
    assert "Contoh: hari ini, besok" in dewi.says("/rapat daftar kapan-kapan")
    assert "**Koordinasi** [1]" in dewi.says("/rapat")


def test_the_card_and_whom_it_is_shown(hadir: Hadir, chat: Chat) -> None:
    siti, dewi = chat("siti"), chat("dewi")
    siti.says('/rapat besok 9.00 "Koordinasi SPBE" @dewi nomor 005/12/2026')
    assert "sedang memeriksa" in siti.says("/rapat lihat 1")
    check(hadir)
    card = dewi.says("/rapat lihat spbe")
    assert "**Koordinasi SPBE** (nomor 1)" in card
    assert "005/12/2026" in card
    assert "Jawaban Anda: belum menjawab" in card
    assert "0 hadir, 0 tidak hadir, 0 ragu, 1 belum menjawab" in card
    assert "Ubah" not in labels(dewi.last)
    siti.says("/rapat lihat")
    assert {"Ubah", "Batalkan"} <= set(labels(siti.last))
    assert "Siapa saja?" not in labels(dewi.last)
    assert "Dewi Lestari" in siti.presses("Siapa saja?")
    for stranger in ("rina", "hendra"):
        assert "Tidak ada rapat nomor 1" in chat(stranger).says("/rapat lihat 1")
        assert "Tidak ada rapat Anda bernama" in chat(stranger).says("/rapat lihat spbe")
        assert "Tidak ada rapat nomor 1" in chat(stranger).says("/rapat batal 1")
    assert dewi.says("/rapat ubah 1") == "Hanya penyelenggara “Koordinasi SPBE” yang bisa melakukannya: Siti Rahayu."
    assert "Siti Rahayu" in dewi.says("/rapat batal koordinasi")
    assert "Tidak ada rapat" in chat("rina").says("/rapat batal koordinasi")
    assert "Tidak ada rapat nomor 99 yang mengundang Anda. Daftarnya: `/rapat daftar`" in dewi.says("/rapat lihat 99")
    assert "Koordinasi SPBE" in dewi.presses("Rapat saya")


# ---------------------------------------------------------------- how much it asks of the database


def test_five_thousand_people_cost_the_reply_no_more(hadir: Hadir, chat: Chat, statements: list[str]) -> None:
    siti = chat("siti")
    siti.says("/hadir status")
    statements.clear()
    siti.says("/rapat besok 9.00 Rapat @dewi @wayan")
    few = len(statements)
    crowd(hadir, 500)
    statements.clear()
    siti.says(f"/rapat besok 13.00 Rapat @dewi unit {cast.APLIKASI}")
    assert len(statements) <= few + 2
    assert few <= 9


def test_the_form_and_the_lists_ask_little(hadir: Hadir, chat: Chat, statements: list[str]) -> None:
    siti = chat("siti")
    siti.says("/hadir status")
    siti.says("/rapat baru")
    statements.clear()
    siti.submits(title="Rapat", day="besok", time="9.00", invite="@dewi")
    assert len(statements) <= 9
    check(hadir)
    statements.clear()
    chat("dewi").says("/rapat daftar minggu ini")
    assert len(statements) <= 6


def test_thousands_of_past_meetings_add_nothing_to_the_week(hadir: Hadir, chat: Chat, statements: list[str]) -> None:
    long_ago = [at("2020-01-06T09:00+07:00") + timedelta(days=n) for n in range(600)]
    arranged(hadir, "dewi", title="Lama", starts=long_ago)
    arranged(hadir, "dewi", title="Sekarang")
    dewi = chat("dewi")
    dewi.says("/rapat")
    statements.clear()
    said = dewi.says("/rapat daftar minggu ini")
    assert "Sekarang" in said
    assert "Lama" not in said
    assert len(statements) <= 6


def test_help_names_every_command(chat: Chat) -> None:
    said = chat("siti").says("/rapat bantuan")
    for word in ("baru", "mulai", "daftar", "lihat", "ubah", "batal"):
        assert f"`/rapat {word}" in said


def test_what_is_too_long_for_a_field_stands_in_it_whole(hadir: Hadir, chat: Chat) -> None:
    """A chat's own form cuts a line at 150 characters and a text at 3,000: longer ones get room, or a page."""
    siti = chat("siti")
    title, agenda = "Panjang " * 30, "butir\n" * 600
    siti.says(f"/rapat besok 09.00 {title} @dewi\n{agenda}")
    assert isinstance(siti.last, Form)
    kinds = {field.name: (field.kind, len(field.default) <= field.max_length) for field in siti.last.fields}
    assert (kinds["title"], kinds["agenda"], kinds["place"]) == (("textarea", True), ("textarea", True), ("text", True))
    assert siti.last.is_long
    assert form(siti)["agenda"].count("butir") == 600
    siti.says("/rapat baru")
    assert isinstance(siti.last, Form)
    assert not siti.last.is_long
