"""`/rapat cari-waktu`: Budi asks Siti and Dewi on Monday, 23 November 2026, 07.28 WIB."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from integration import scheduler
from integration.messages import Button, Channel, Form, FormErrors, plain
from plugins.rapat.polls import ending, store
from plugins.rapat.polls.commands import FORM
from plugins.rapat.tables import meeting
from tests.cast import at
from tests.plugins.izin.post import approved
from tests.plugins.rapat.house import Rooms
from tests.plugins.rapat.office import (
    UMUM,
    Channels,
    about,
    asked,
    goes_out,
    ids,
    later,
    now,
    plans,
    span,
    starts,
    state,
    works,
)
from tests.post import audited, button, crowd, inbox, labels, runs, texts, told

LINE = '/rapat cari-waktu "Evaluasi SPBE" @siti @dewi selasa 09.00, rabu 13.00, kamis 10.00 90m'
TUESDAY, WEDNESDAY, THURSDAY = "Sel 24 Nov 09.00", "Rab 25 Nov 13.00", "Kam 26 Nov 10.00"


@pytest.fixture
def poll(hadir, chat):
    """What Budi was told when he asked."""
    answer = chat("budi").says(LINE)
    works(hadir)
    return answer


@pytest.fixture
def job(hadir, clock):
    return runs(hadir, clock, ending.JOBS[0])


def ballot(hadir, who: str):
    return next(m for m in reversed(inbox(hadir, who)) if any(".poll_vote" in b.action for b in m.buttons))


def votes(hadir, chat, who: str, *said: str) -> str:
    """`votes("siti", "bisa", "tidak")`: to the first time, the second …; the last answer."""
    heard = ""
    for time, word in zip((TUESDAY, WEDNESDAY, THURSDAY), said, strict=False):
        heard = chat(who).presses(button(ballot(hadir, who), f"{time}: {word}"))
    return heard


def table(chat, who: str = "budi") -> list[str]:
    return chat(who).says("/rapat cari-waktu").splitlines()


# ---------------------------------------------------------------- asking


def test_everybody_is_asked_about_every_time(hadir, poll):
    assert poll.splitlines() == [
        "Saya tanyakan kepada Siti Rahayu, Dewi Lestari kapan bisa hadir di “Evaluasi SPBE”.",
        "- Selasa 24 Nov, 09.00–10.30 WIB",
        "- Rabu 25 Nov, 13.00–14.30 WIB",
        "- Kamis 26 Nov, 10.00–11.30 WIB",
        "Lihat siapa bisa kapan: `/rapat cari-waktu`",
    ]
    assert told(hadir) == {"siti": 1, "dewi": 1}
    assert texts(inbox(hadir, "siti"))[0].splitlines() == [
        "Budi Santoso mencari waktu untuk “Evaluasi SPBE”. Kapan Anda bisa?",
        "- Selasa 24 Nov, 09.00–10.30 WIB",
        "- Rabu 25 Nov, 13.00–14.30 WIB",
        "- Kamis 26 Nov, 10.00–11.30 WIB",
        "",
        "Mohon dijawab sebelum Selasa 24 Nov, 07.00 WIB.",
    ]
    times = [f"{time}: {word}" for time in (TUESDAY, WEDNESDAY, THURSDAY) for word in ("bisa", "mungkin", "tidak")]
    assert labels(ballot(hadir, "siti")) == ["Bisa semua", *times]
    assert not goes_out(hadir)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Evaluasi SPBE @siti selasa 09.00, 13.00", ["24/11 09.00", "24/11 13.00"]),
        ("“Evaluasi” @siti, @dewi 09.00 selasa; rabu jam 1 siang", ["24/11 09.00", "25/11 13.00"]),
        ('"Evaluasi" selasa 09.00-11.00 atau 26/11 09.00 WITA @siti', ["24/11 09.00", "26/11 08.00"]),
        ('"Evaluasi" @siti kamis 10.00, selasa 09.00, kamis 10.00 2 jam', ["24/11 09.00", "26/11 10.00"]),
    ],
)
def test_times_are_read_as_people_write_them(hadir, chat, line, expected):
    siti = chat("budi")
    said = siti.says(f"/rapat cari-waktu {line}")
    assert "Saya tanyakan kepada Siti Rahayu" in said
    works(hadir)
    shown = [text for text in texts(inbox(hadir, "siti"))[0].splitlines() if text.startswith("- ")]
    days = {"Selasa 24 Nov": "24/11", "Rabu 25 Nov": "25/11", "Kamis 26 Nov": "26/11"}
    assert [f"{days[each[2:].partition(',')[0]]} {each.partition(', ')[2][:5]}" for each in shown] == expected


def test_what_cannot_be_read_is_said_and_nothing_is_asked(hadir, chat):
    for line, why in (
        ('"Evaluasi" @siti selasa', "bukan hari dengan jam"),
        ('"Evaluasi" @siti kapan-kapan saja', "bukan hari dengan jam"),
        ('"Evaluasi" @siti hari ini 06.00', "sudah lewat"),
        ('"Evaluasi" @siti 31/2 09.00', "31"),
        ('"Evaluasi" @tidakada selasa 09.00', "tidakada"),
        ('"Evaluasi" selasa 09.00', "diundang"),
        ("@siti selasa 09.00", "judul"),
        ('"Evaluasi" tamu@instansi.example selasa 09.00', "Tamu tidak dapat menjawab"),
        ('"E" @siti senin depan 08.00, selasa 08.00, rabu 08.00, kamis 08.00, jumat 08.00, 30/11 10.00', "paling banyak 5"),
    ):
        assert why in chat("budi").says(f"/rapat cari-waktu {line}"), line
    assert ids(hadir) == []


def test_the_form_does_the_same_and_says_what_is_wrong(hadir, chat):
    budi = chat("budi")
    assert budi.says("/rapat cari-waktu baru") == "Cari waktu"
    assert isinstance(budi.last, Form)
    form = budi.last
    assert form.action == f"rapat.{FORM}"
    assert "times" in budi.submits(form, title="Evaluasi", invite="@siti", times="entah")
    assert isinstance(budi.last, FormErrors)
    assert set(budi.last.by_field) == {"times"}
    budi.submits(form, title="", invite="", times="", length="-1")
    assert isinstance(budi.last, FormErrors)
    assert set(budi.last.by_field) == {"title", "invite", "length"}
    assert "Saya tanyakan" in budi.submits(
        form, title="Evaluasi", invite="@siti\nDewi Lestari", times="selasa 09.00\nrabu 13.00"
    )
    works(hadir)
    assert told(hadir) == {"siti": 1, "dewi": 1}


def test_without_times_three_are_found_that_suit_all(hadir, chat):
    approved(hadir, chat, "/izin cuti 24/11 tahunan", username="dewi")
    assert "saya carikan tiga yang cocok" in chat("budi").says('/rapat cari-waktu "Evaluasi" @dewi @yosef 2 jam')
    works(hadir)
    assert [text for text in texts(inbox(hadir, "budi"))[-1].splitlines() if text.startswith("- ")] == [
        "- Rabu 25 Nov, 08.00–10.00 WIB: bisa 1, mungkin 0, tidak 0",
        "- Kamis 26 Nov, 08.00–10.00 WIB: bisa 1, mungkin 0, tidak 0",
        "- Senin 30 Nov, 08.00–10.00 WIB: bisa 1, mungkin 0, tidak 0",
    ]
    assert "Rabu 25 Nov, 10.00–12.00 WIT" in texts(inbox(hadir, "yosef"))[0]


def test_where_there_is_no_time_at_all_it_ends_at_once(hadir, chat):
    chat("budi").says('/rapat cari-waktu "Evaluasi" @dewi 10 jam')
    works(hadir)
    assert state(hadir) == "dropped"
    assert "Persingkat rapatnya" in texts(inbox(hadir, "budi"))[-1]
    assert "dewi" not in [who for who, count in told(hadir).items() if count]


# ---------------------------------------------------------------- answering


def test_an_answer_can_be_changed_and_only_the_organiser_sees_all(hadir, chat, poll):
    assert "- Selasa 24 Nov, 09.00–10.30 WIB: **bisa**" in votes(hadir, chat, "siti", "bisa")
    assert "- Selasa 24 Nov, 09.00–10.30 WIB: **tidak**" in votes(hadir, chat, "siti", "tidak", "mungkin")
    assert "**" not in texts([ballot(hadir, "dewi")])[0]
    assert table(chat) == [
        "**Evaluasi SPBE**: 1 dari 3 sudah menjawab, sampai Selasa 24 Nov, 07.00 WIB.",
        "- Selasa 24 Nov, 09.00–10.30 WIB: bisa 1, mungkin 0, tidak 1 (Siti Rahayu)",
        "- Rabu 25 Nov, 13.00–14.30 WIB: bisa 1, mungkin 1, tidak 0",
        "- Kamis 26 Nov, 10.00–11.30 WIB: bisa 1, mungkin 0, tidak 0",
        "",
        "Belum menjawab: Dewi Lestari, Siti Rahayu",
    ]
    assert "**tidak**" in chat("siti").says("/rapat cari-waktu")  # her own
    press = button(ballot(hadir, "siti"), f"{TUESDAY}: bisa")
    assert chat("rina").presses(press) == "Rapat ini sudah tidak ada."
    assert "Tidak ada yang sedang mencari waktu" in chat("rina").says("/rapat cari-waktu")
    assert [row.after["vote"] for row in audited(hadir, "meeting.voted")] == ["yes", "no", "maybe"]


def test_when_all_have_answered_the_best_time_is_taken_and_checked(hadir, chat, poll):
    """Siti has something else then; whoever has said yes is not asked about it."""
    plans(hadir, "siti", by="rina", when=span("13:30", "15:00", "2026-11-25"), state="planned")
    votes(hadir, chat, "siti", "mungkin", "bisa", "tidak")
    assert state(hadir) == "polling"
    votes(hadir, chat, "dewi", "tidak", "bisa", "bisa")
    assert state(hadir) == "checking"
    assert about(hadir, "budi", "ditetapkan Rabu 25 Nov, 13.00–14.30 WIB")
    works(hadir)
    assert (state(hadir), starts(hadir)) == ("planned", ["25/11 13.00"])
    assert goes_out(hadir)
    assert now(hadir).ends_at == at("2026-11-25T14:30+07:00")
    late = chat("siti").presses(button(ballot(hadir, "siti"), f"{TUESDAY}: bisa"))
    assert late == "Waktu “Evaluasi SPBE” sudah ditetapkan: Rabu 25 Nov, 13.00–14.30 WIB."


def test_who_was_in_doubt_is_checked_like_anybody(hadir, chat, poll):
    plans(hadir, "siti", by="rina", when=span("13:30", "15:00", "2026-11-25"), state="planned")
    votes(hadir, chat, "siti", "tidak", "mungkin", "tidak")
    votes(hadir, chat, "dewi", "tidak", "bisa", "tidak")
    works(hadir)
    assert state(hadir) == "asking"
    assert "- rapat lain: Siti Rahayu (13.30–15.00 WIB)" in plain(asked(hadir).text)


def test_a_tie_is_the_organisers_to_settle(hadir, chat, poll):
    chat("siti").presses(button(ballot(hadir, "siti"), "Bisa semua"))
    chat("dewi").presses(button(ballot(hadir, "dewi"), "Bisa semua"))
    assert state(hadir) == "polling"
    message = inbox(hadir, "budi")[-1]
    assert texts([message])[0].splitlines()[0] == "Beberapa waktu sama baiknya. Silakan pilih satu:"
    assert labels(message) == [f"Pilih {time}" for time in (TUESDAY, WEDNESDAY, THURSDAY)] + ["Batalkan pencarian"]
    pick = button(message, f"Pilih {THURSDAY}")
    assert "Hanya penyelenggara" in chat("siti").presses(pick)
    assert "ditetapkan Kamis 26 Nov, 10.00–11.30 WIB" in chat("budi").presses(pick)
    works(hadir)
    assert (state(hadir), starts(hadir)) == ("planned", ["26/11 10.00"])
    assert "sudah ditetapkan" in chat("budi").presses(pick)


def test_the_organiser_may_settle_before_anybody_has_answered(hadir, chat, poll):
    budi = chat("budi")
    budi.says("/rapat cari-waktu")
    budi.presses(f"Pilih {WEDNESDAY}")
    works(hadir)
    assert starts(hadir) == ["25/11 13.00"]


def test_a_room_that_is_taken_meanwhile_leaves_it_to_the_organiser(hadir, chat, poll):
    chat("agus").says("/rapat ruang tambah Garuda 20")
    with hadir.database.write() as db:
        db.execute(update(meeting).where(meeting.c.id == 1).values(room_id=1))
    plans(hadir, "kartika", by="rina", when=span("14:00", "15:00", "2026-11-25"), state="planned", room_id=1)
    votes(hadir, chat, "siti", "tidak", "bisa", "mungkin")
    assert "**bisa**" in votes(hadir, chat, "dewi", "tidak", "bisa", "mungkin")
    assert state(hadir) == "polling"
    message = inbox(hadir, "budi")[-1]
    assert texts([message])[0].splitlines()[0] == "Ruangnya terpakai pada waktu terbaik. Silakan pilih:"
    assert "bisa 3" in texts([message])[0]  # the last answer was kept
    said = chat("budi").presses(button(message, f"Pilih {WEDNESDAY}"))
    assert "Garuda sudah dipakai: Rabu 25 Nov, 14.00–15.00 WIB, oleh Rina Marlina." in said
    assert state(hadir) == "polling"
    chat("budi").presses(button(message, f"Pilih {THURSDAY}"))
    assert starts(hadir) == ["26/11 10.00"]


def test_times_of_other_lengths_keep_theirs(hadir, chat):
    budi = chat("budi")
    budi.says('/rapat cari-waktu "Evaluasi" @siti selasa 09.00-09.30, rabu 13.00-15.00')
    works(hadir)
    budi.says("/rapat cari-waktu")
    budi.presses(f"Pilih {WEDNESDAY}")
    works(hadir)
    assert (now(hadir).starts_at, now(hadir).ends_at) == (at("2026-11-25T13:00+07:00"), at("2026-11-25T15:00+07:00"))
    assert now(hadir).last_end == now(hadir).ends_at


# ---------------------------------------------------------------- time goes by


def test_who_is_silent_is_reminded_once_by_day_and_then_it_ends(hadir, chat, job, poll):
    """It ends on Tuesday at 07.00, two hours before the first time."""
    votes(hadir, chat, "siti", "bisa", "tidak", "tidak")
    job("2026-11-23T10:00+07:00")
    assert told(hadir) == {"siti": 1, "dewi": 1}
    job("2026-11-23T22:00+07:00")
    assert told(hadir) == {"siti": 1, "dewi": 1}  # nobody is woken
    job("2026-11-23T19:30+07:00")
    job("2026-11-23T19:40+07:00")
    assert told(hadir) == {"siti": 1, "dewi": 2}
    job("2026-11-24T07:00+07:00")
    assert (state(hadir), starts(hadir)) == ("checking", ["24/11 09.00"])


def test_with_no_answer_the_organiser_chooses_and_late_answers_count(hadir, chat, job, poll):
    job("2026-11-24T07:00+07:00")
    job("2026-11-24T07:10+07:00")
    assert len(about(hadir, "budi", "Pencarian selesai dan tidak ada waktu")) == 1
    assert state(hadir) == "polling"
    votes(hadir, chat, "siti", "bisa")
    job("2026-11-24T07:20+07:00")
    assert state(hadir) == "checking"


def test_a_time_that_has_passed_is_neither_answered_nor_taken(hadir, chat, clock, job, poll):
    old = inbox(hadir, "siti")[0]
    budi = chat("budi")
    budi.says("/rapat cari-waktu")
    later(hadir, clock, "2026-11-24T09:30+07:00")
    assert "sudah lewat" in budi.presses(f"Pilih {TUESDAY}")
    assert "sudah lewat" in chat("siti").presses(button(old, f"{TUESDAY}: bisa"))
    assert "- Selasa 24 Nov, 09.00–10.30 WIB: sudah lewat" in table(chat)
    assert "Selasa" not in chat("siti").presses(button(old, f"{WEDNESDAY}: tidak"))
    job("2026-11-26T12:00+07:00")
    assert state(hadir) == "dropped"
    assert about(hadir, "budi", "sudah lewat tanpa ada yang dipilih")
    assert about(hadir, "siti", "dibatalkan")


def test_a_cancelled_search_is_told_to_those_who_were_asked(hadir, chat, poll):
    budi = chat("budi")
    budi.says("/rapat cari-waktu")
    drop = next(b for b in budi.last.buttons if str(b.label) == "Batalkan pencarian")
    assert "Hanya penyelenggara" in chat("siti").presses(drop)
    assert budi.presses(drop) == "Pencarian waktu untuk “Evaluasi SPBE” dibatalkan."
    assert budi.presses(drop) == "Pencarian waktu untuk “Evaluasi SPBE” dibatalkan."
    assert [len(about(hadir, who, "dibatalkan")) for who in ("siti", "dewi")] == [1, 1]
    assert "dibatalkan" in chat("siti").presses(button(ballot(hadir, "siti"), f"{TUESDAY}: bisa"))
    works(hadir)
    assert state(hadir) == "dropped"


def test_who_was_asked_hears_of_it_when_the_meeting_itself_is_cancelled(hadir, chat, job, poll):
    """By `/rapat batal`, or after a time was chosen that did not suit."""
    plans(hadir, "dewi", by="rina", when=span("13:30", "15:00", "2026-11-25"), state="planned")
    votes(hadir, chat, "siti", "tidak", "bisa", "tidak")
    votes(hadir, chat, "dewi", "tidak", "mungkin", "tidak")
    works(hadir)
    chat("budi").presses(button(asked(hadir), "Batalkan"))
    for minute in ("40", "50"):
        job(f"2026-11-23T07:{minute}+07:00")
    assert [len(about(hadir, who, "dibatalkan")) for who in ("siti", "dewi", "budi")] == [1, 1, 0]


# ---------------------------------------------------------------- more people


def test_people_are_added_later(hadir, chat, poll):
    assert "Mereka juga saya tanyai" in chat("budi").says("/rapat cari-waktu tambah @rina")
    assert "sudah diundang" in chat("budi").says("/rapat cari-waktu tambah @siti")
    works(hadir)
    assert told(hadir) == {"siti": 1, "dewi": 1, "rina": 1}
    assert "Anda sedang tidak mencari waktu" in chat("siti").says("/rapat cari-waktu tambah @rina")
    chat("budi").says('/rapat cari-waktu "Lain" @siti jumat 09.00')
    assert "Tulis nomornya di belakang nama: 1 (“Evaluasi SPBE”), 2 (“Lain”)." in chat("budi").says(
        "/rapat cari-waktu tambah @kartika"
    )
    assert "“Lain”" in chat("budi").says("/rapat cari-waktu tambah @kartika 2")
    answer = chat("budi")
    assert answer.says("/rapat cari-waktu").startswith("Yang sedang mencari waktu:")
    assert "Jum" not in answer.presses("Evaluasi SPBE")


def test_a_whole_channel_is_asked(hadir, chat):
    hadir.ports.chats["mattermost"] = Channels(people={"c-umum": ["siti", "dewi", "budi"]})
    line = '/rapat cari-waktu "Evaluasi" ~ini selasa 09.00, rabu 13.00'
    assert "kepada ~umum" in chat("budi").says(line, channel=Channel("c-umum", "umum", "team-1"))
    works(hadir)
    assert told(hadir) == {"siti": 1, "dewi": 1}
    assert now(hadir).channel_id == UMUM.id


def test_a_channel_of_others_is_not_asked(hadir, chat, poll):
    """Its id is known to whoever writes its name, and is no membership."""
    hadir.ports.chats["mattermost"] = Channels(people={"c-lain": ["kartika", "yosef"]})
    assert "Mereka juga saya tanyai" in chat("budi").says("/rapat cari-waktu tambah ~lain", channels={"lain": "c-lain"})
    works(hadir)
    assert told(hadir) == {"budi": 1, "siti": 1, "dewi": 1}
    assert about(hadir, "budi", "Anda bukan anggota ~lain")


def test_where_calls_are_held_in_channels_only_that_is_said(hadir, chat):
    hadir.ports.videos["calls"] = Rooms(name="calls", needs_channel=True)
    said = chat("budi").says('/rapat cari-waktu "Evaluasi" @siti selasa 09.00, rabu 13.00')
    assert "Mattermost Calls berlangsung di sebuah kanal" in said
    assert now(hadir).provider == ""
    hadir.ports.videos["jitsi"] = Rooms(name="jitsi")
    assert "Calls" not in chat("budi").says('/rapat cari-waktu "Lain" @siti selasa 09.00, rabu 13.00')
    assert now(hadir, 2).provider == "jitsi"


def test_forged_values_change_nothing(hadir, chat, poll):
    for action in ("poll_vote", "poll_all", "poll_pick", "poll_drop", "poll_show"):
        for value in ("", "x", "99", "1 perhaps", "1 yes no", "9" * 30, "-1"):
            assert "bermasalah" not in chat("rina").presses(Button("x", f"rapat.{action}", value))
            assert "bermasalah" not in chat("siti").presses(Button("x", f"rapat.{action}", value))
    assert state(hadir) == "polling"
    assert audited(hadir, "meeting.voted") == []


def test_an_answer_among_hundreds_costs_as_much_as_among_three(hadir, chat, statements, poll):
    def cost() -> int:
        press = button(ballot(hadir, "siti"), f"{TUESDAY}: bisa")
        statements.clear()
        chat("siti").presses(press)
        return len(statements)

    few = cost()
    crowd(hadir, 300)
    form = chat("budi")
    form.says("/rapat cari-waktu baru")
    form.submits(title="Besar", invite="unit Bidang Aplikasi", times="selasa 09.00, rabu 13.00")
    works(hadir)
    assert len(told(hadir)) == 5
    assert len(store_of(hadir, 2).voters) == 306
    assert cost() <= few + 1


def store_of(hadir, meeting_id: int):
    with hadir.database.read() as db:
        return store.get(scheduler.work(hadir, db), meeting_id)
