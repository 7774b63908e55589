"""Deciding: approving what was shown, giving back with a note, once whoever presses, and nobody beyond the line.

It is Monday, 23 November 2026, 07.28 WIB. Siti, Dewi, Wayan and Yosef report to Budi, he and Rina and Kartika to Hendra.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from integration import deciders, people
from integration.audit import audit
from integration.core import Hadir
from integration.messages import Button, Form, FormErrors, Reply
from integration.scheduler import work
from plugins.logbook import allowed, seeing
from plugins.logbook.review import deciding
from plugins.logbook.review.shown import pack, unpack
from plugins.logbook.tables import logbook_entry as _entry
from tests import cast
from tests.cast import CAST, Clock, Talker, at
from tests.plugins.izin.post import approved as absent
from tests.plugins.logbook.drawn import changed, person, wrote
from tests.plugins.logbook.reviewed import entry, settled, states, thread, told
from tests.post import audited, button, change, inbox, labels

Chat = Callable[[str], Talker]
SECRET = "kata-kata Siti"
FRIDAY = date(2026, 11, 20)


def reply(talker: Talker) -> Reply:
    assert isinstance(talker.last, Reply)
    return talker.last


def test_a_day_is_approved_as_it_was_shown_and_the_person_hears_of_it_once(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    one, two = wrote(hadir, "siti", SECRET, minutes=150), wrote(hadir, "siti", "rapat koordinasi")
    dewi, draft = wrote(hadir, "dewi", "surat masuk"), wrote(hadir, "siti", "belum jadi", state="draft", round=0)
    budi = chat("budi")
    assert "menunggu Anda: 3 kegiatan" in budi.says("/logbook periksa")
    shown = reply(budi)
    # What comes after the list was shown is not approved by it, nor what was changed since.
    later = wrote(hadir, "siti", "menyusul")
    changed(hadir, dewi, activity="surat keluar", round=2)
    assert budi.presses(button(shown, "Setujui semua (3)")) == (
        "Disetujui: 2 kegiatan dari 1 orang.\n1 lainnya sudah diputuskan atau diubah, jadi tidak ikut disetujui."
    )
    assert labels(budi.last) == ["2 lagi menunggu"]
    assert states(hadir, one, two, dewi, later, draft) == ["approved", "approved", "sent", "sent", "draft"]
    found = entry(hadir, one)
    assert (found.decider_id, found.decided_at, found.changed_at) == (person(hadir, "budi").id, clock.now, clock.now)

    # A second press decides nothing, and nobody is told twice.
    assert "lainnya sudah diputuskan" in budi.presses(button(shown, "Setujui semua (3)"))
    assert reply(budi).refused
    clock.now += timedelta(minutes=1)
    chat("hendra").presses(Button("x", "logbook.review_approve", pack([entry(hadir, later)])))
    assert told(hadir, "siti") == []
    settled(hadir, clock)
    settled(hadir, clock)
    (message,) = told(hadir, "siti")
    assert message == "Budi Santoso, Hendra Gunawan menyetujui laporan Anda Senin 23 Nov: 3 kegiatan, 4 jam 30 menit."
    assert told(hadir, "dewi") == []


def test_a_report_comes_back_at_once_with_its_note_and_goes_to_the_supervisor_again(hadir: Hadir, chat: Chat) -> None:
    id = wrote(hadir, "siti", SECRET)
    budi, siti = chat("budi"), chat("siti")
    budi.says("/logbook periksa")
    assert budi.presses("Kembalikan") == "Kembalikan laporan"
    form = budi.last
    assert isinstance(form, Form)
    assert [field.name for field in form.fields] == ["note"]  # there is only one that could be meant
    for wrong in ("", "  ", "x" * 1001):
        assert "perlu diperbaiki" in budi.submits(form, note=wrong)
        assert isinstance(budi.last, FormErrors)
    assert states(hadir, id) == ["sent"]
    said = budi.submits(form, note="Sebutkan *bulannya*.")
    assert said == f"Dikembalikan: {SECRET}. Yang bersangkutan diberi tahu.\nSemua laporan sudah diperiksa."
    assert (entry(hadir, id).state, entry(hadir, id).note) == ("returned", "Sebutkan *bulannya*.")
    assert thread(hadir, id) == [("Budi Santoso", "returned", "Sebutkan *bulannya*.")]
    (message,) = inbox(hadir, "siti")
    assert told(hadir, "siti") == [
        f"Budi Santoso mengembalikan laporan Anda Senin 23 Nov: “{SECRET}”.\nCatatan: “Sebutkan *bulannya*.”"
    ]
    assert labels(message) == ["Ubah", "Balas"]
    # Somebody else's later word changes nothing.
    assert "Sudah dikembalikan oleh Budi Santoso" in chat("hendra").submits(form, note="Saya juga")
    assert len(thread(hadir, id)) == 1

    siti.presses(button(message, "Ubah"))
    siti.submits(activity="menyusun laporan November", time="2 jam", quantity="12 berkas", result="Lengkap")
    if entry(hadir, id).state == "returned":
        siti.presses("Kirim")
    assert (entry(hadir, id).state, entry(hadir, id).round) == ("sent", 2)
    # What was corrected is told at once, with its buttons; it does not wait for the digest.
    again = inbox(hadir, "budi")[-1]
    assert told(hadir, "budi")[-1] == (
        "Siti Rahayu sudah memperbaiki laporan yang dikembalikan:\n"
        "1. Senin 23 Nov: **menyusun laporan November** — 2 jam · 12 berkas · terkirim\n"
        "   - Hasil: Lengkap"
    )
    assert labels(again) == ["Setujui", "Kembalikan", "Komentar"]
    assert budi.presses(button(again, "Setujui")) == "Disetujui: menyusun laporan November."
    assert states(hadir, id) == ["approved"]
    # An old button of the first round means nothing any more.
    assert "Sudah disetujui oleh Budi Santoso" in budi.submits(form, note="terlambat")


def test_a_change_of_what_was_approved_replaces_it_when_it_is_approved(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    first = wrote(hadir, "siti", "laporan", state="approved", minutes=60)
    second = wrote(hadir, "siti", "laporan akhir", revises_id=first, version=2, minutes=90)
    clock.now += timedelta(hours=1)
    budi = chat("budi")
    assert "laporan akhir (1 jam 30 menit) – perubahan dari yang sudah disetujui" in budi.says("/logbook periksa")
    shown = reply(budi)
    chat("hendra").says("/logbook komentar @siti 1 angkanya berubah?")
    said = budi.presses("Buka")
    assert "terkirim, perubahan dari yang sudah disetujui\n   - Sebelumnya: laporan — 1 jam" in said
    assert "> Hendra Gunawan, 08.28 WIB: “angkanya berubah?”" in said
    budi.presses(button(shown, "Setujui semua (1)"))
    assert states(hadir, first, second) == ["replaced", "approved"]
    # Both are to be drawn again.
    assert [entry(hadir, id).changed_at for id in (first, second)] == [clock.now, clock.now]
    assert [row.object for row in audited(hadir, "logbook.replaced")] == [f"logbook_entry:{first}"]


def test_two_who_decide_at_once_decide_once(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    """Overlapping lists, approved and given back, in one and the other order: everything is decided, nobody waits for ever."""
    ids = [wrote(hadir, "siti", f"kegiatan {number}") for number in range(12)]
    all_of_them = [entry(hadir, id) for id in ids]
    presses: list[Callable[[], str]] = [
        lambda: chat("budi").presses(Button("x", "logbook.review_all", pack(all_of_them[:8]))),
        lambda: chat("hendra").presses(Button("x", "logbook.review_all", pack(all_of_them[4:]))),
        lambda: chat("rina").presses(Button("x", "logbook.review_all", pack(all_of_them))),
        lambda: chat("budi").submits(_returning(chat, all_of_them[6]), note="sekali"),
        lambda: chat("hendra").submits(_returning(chat, all_of_them[6]), note="sekali"),
    ]
    start, said = threading.Barrier(len(presses)), list[str]()

    def run(press: Callable[[], str]) -> None:
        start.wait()
        said.append(press())

    threads = [threading.Thread(target=run, args=(press,)) for press in presses]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(said) == len(presses)
    assert not [text for text in said if "sedang bermasalah" in text]
    assert set(states(hadir, *ids)) <= {"approved", "returned"}
    decisions = [row.object for row in (*audited(hadir, "logbook.approved"), *audited(hadir, "logbook.returned"))]
    assert sorted(decisions) == sorted(f"logbook_entry:{id}" for id in ids)
    assert len(thread(hadir, ids[6])) == len(audited(hadir, "logbook.returned")) <= 1
    settled(hadir, clock)
    assert len(told(hadir, "siti")) == 1 + len(audited(hadir, "logbook.returned"))


def _returning(chat: Chat, each: object) -> Form:
    return Form("logbook.review_return", "x", (), pack([each]))  # type: ignore[list-item]  # an entry


def test_who_may_see_and_who_may_decide(hadir: Hadir, chat: Chat) -> None:
    """The whole cast on one report of everybody: the rules, and what the buttons and the command really answer."""
    may = {
        "hendra": ("hendra", "budi", "siti", "dewi", "wayan", "yosef", "rina", "kartika", "agus"),
        "budi": ("budi", "siti", "dewi", "wayan", "yosef"),
        "rina": tuple(name for name, *_ in CAST),
        "kartika": tuple(name for name, *_ in CAST),
    }
    decides = {
        "hendra": set(may["hendra"]) - {"hendra"},
        "budi": {"siti", "dewi", "wayan", "yosef"},
        "rina": {name for name, *_ in CAST} - {"rina"},
    }
    names = [name for name, *_ in CAST]
    reports = {name: wrote(hadir, name, f"{SECRET} {name}") for name in names}
    with hadir.database.read() as db:
        w = work(hadir, db)
        cast_ = {name: person(hadir, name) for name in names}
        seen = {(a, b) for a in names for b in names if seeing.may_see(w, cast_[a], cast_[b])}
        speak = {(a, b) for a in names for b in names if seeing.may_speak(w, cast_[a], cast_[b])}
    assert seen == {(a, b) for a in names for b in (*may.get(a, ()), a)}
    assert speak == {(a, b) for a in names for b in (*decides.get(a, ()), a)}
    for who in names:
        for whose, id in reports.items():
            value, talker = pack([entry(hadir, id)]), chat(who)
            may_press = whose in decides.get(who, ())
            if not may_press:
                for action in ("logbook.review_all", "logbook.review_approve", "logbook.review_return"):
                    said = talker.presses(Button("x", action, value))
                    assert reply(talker).refused, (who, whose, action)
                    assert SECRET not in said, (who, whose, action)
                talker.presses(Button("x", "logbook.review_open", str(cast_[whose].id)))
                assert reply(talker).refused
            said = talker.says(f"/logbook periksa {cast.NIP[whose]}")
            assert (f"{SECRET} {whose}" in said) is ((who, whose) in seen), (who, whose)
            assert bool([label for label in labels(talker.last) if "Setujui" in label]) is may_press
    assert set(states(hadir, *reports.values())) == {"sent"}
    # Nobody at all: somebody who has left, and a list in which one report is not theirs.
    change(hadir, "hendra", ended_on=date(2026, 11, 22))
    assert SECRET not in chat("hendra").presses(Button("x", "logbook.review_all", pack([entry(hadir, reports["budi"])])))
    mixed = pack([entry(hadir, reports["siti"]), entry(hadir, reports["agus"])])
    assert "Laporan Agus Wijaya hanya diputuskan" in chat("budi").presses(Button("x", "logbook.review_all", mixed))
    assert set(states(hadir, *reports.values())) == {"sent"}


def test_while_the_supervisor_is_away_their_own_supervisor_decides(hadir: Hadir, chat: Chat) -> None:
    id = wrote(hadir, "siti", "surat")
    absent(hadir, chat, "/izin dinas hari ini sampai 27/11 ST-1/2026", "budi", by="hendra")
    hendra = chat("hendra")
    said = hendra.says("/logbook periksa")
    assert "**Siti Rahayu** · 1 kegiatan, 1 jam (menggantikan Budi Santoso)" in said
    hendra.presses("Setujui semua (1)")
    assert (entry(hadir, id).state, entry(hadir, id).decider_id) == ("approved", person(hadir, "hendra").id)


def test_nobody_to_lead_means_the_personnel_officer(hadir: Hadir, chat: Chat) -> None:
    wrote(hadir, "hendra", "kunjungan kerja")
    rina = chat("rina")
    assert "**Hendra Gunawan** · 1 kegiatan" in rina.says("/logbook periksa")
    change(hadir, "siti", supervisor_id=None)
    wrote(hadir, "siti", "surat")
    assert "Siti Rahayu" in rina.says("/logbook periksa")
    assert "Siti Rahayu" not in chat("budi").says("/logbook periksa")


def test_of_a_closed_month_nothing_is_decided_until_it_is_opened(hadir: Hadir, chat: Chat) -> None:
    """Shown while November's reports were decided on; then its own months closed."""
    old, new = wrote(hadir, "siti", "bulan lalu", date(2026, 9, 14)), wrote(hadir, "siti", "surat")
    budi, rina = chat("budi"), chat("rina")
    rina.says("/logbook buka-kunci september @siti salah input")
    assert "menunggu Anda: 2 kegiatan" in budi.says("/logbook periksa")
    shown = reply(budi)
    said = rina.says("/logbook kunci september @siti", at=at("2026-11-23T09:00+07:00"))
    assert said.endswith("1 kegiatan dari 1 orang di bulan itu belum diputuskan dan sekarang tidak bisa diputuskan.")

    # The list no longer offers it, and says where it is.
    said = budi.says("/logbook periksa", at=at("2026-11-23T09:01+07:00"))
    assert "menunggu Anda: 1 kegiatan" in said
    assert said.endswith("dapat membukanya: `/logbook buka-kunci`)\n- **Siti Rahayu** · 1 kegiatan (September 2026)")
    # Neither do buttons of before: one, one with a note that stays in its form, and all.
    cure = f"Minta Rina Marlina membukanya: `/logbook buka-kunci 09/2026 {cast.NIP['siti']} alasan`"
    alone = Button("x", "logbook.review_approve", pack([entry(hadir, old)]))
    assert budi.presses(alone).endswith(cure)
    budi.presses(Button("x", "logbook.review_return", pack([entry(hadir, old)])))
    assert "September 2026" in budi.submits(note="perbaiki")
    assert isinstance(budi.last, FormErrors)
    said = budi.presses(button(shown, "Setujui semua (2)"))
    assert said == (
        "Disetujui: 1 kegiatan dari 1 orang.\n"
        f"1 kegiatan Siti Rahayu belum diputuskan, dan bulannya sudah dikunci (September 2026). {cure}"
    )
    assert states(hadir, old, new) == ["sent", "approved"]
    assert cure in budi.says("/logbook periksa @siti")
    assert labels(budi.last) == []
    assert "menunggu diperiksa" not in budi.says("/logbook")

    rina.says("/logbook buka-kunci september @siti diminta atasannya", at=at("2026-11-23T10:00+07:00"))
    budi.says("/logbook periksa @siti", at=at("2026-11-23T10:01+07:00"))
    budi.presses("Setujui", at=at("2026-11-23T10:02+07:00"))
    assert states(hadir, old, new) == ["approved", "approved"]


def test_no_audit_row_repeats_words(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    one, two = wrote(hadir, "siti", SECRET), wrote(hadir, "siti", SECRET + " dua")
    budi = chat("budi")
    budi.presses(Button("x", "logbook.review_return", pack([entry(hadir, one)])))
    budi.submits(note="catatan rahasia")
    budi.presses(Button("x", "logbook.review_approve", pack([entry(hadir, two)])))
    settled(hadir, clock)
    with hadir.database.read() as db:
        rows = [str(tuple(row)) for row in db.execute(select(audit))]
    assert len([row for row in rows if "logbook." in row]) == 3
    assert not [row for row in rows if SECRET in row or "rahasia" in row]


def test_approvals_are_not_told_at_night(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    """Siti hears of what was approved at ten in the evening on the next morning."""
    id = wrote(hadir, "siti", "surat")
    clock.now = at("2026-11-23T22:05+07:00")
    chat("budi").presses(Button("x", "logbook.review_approve", pack([entry(hadir, id)])))
    settled(hadir, clock, timedelta(hours=2))
    assert told(hadir, "siti") == []
    clock.now = at("2026-11-24T05:01+07:00")
    settled(hadir, clock)
    assert len(told(hadir, "siti")) == 1


def test_somebody_who_has_left_is_not_told(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    id, other = wrote(hadir, "siti", "surat"), wrote(hadir, "siti", "rapat")
    change(hadir, "siti", ended_on=FRIDAY)
    chat("budi").presses(Button("x", "logbook.review_approve", pack([entry(hadir, id)])))
    chat("budi").presses(Button("x", "logbook.review_return", pack([entry(hadir, other)])))
    chat("budi").submits(Form("logbook.review_return", "x", (), pack([entry(hadir, other)])), note="x")
    settled(hadir, clock)
    assert states(hadir, id, other) == ["approved", "returned"]
    assert told(hadir, "siti") == []


@pytest.mark.parametrize(
    "value", ["", "0", "-1", "1..2", ".", "zzzzzzz", "1~", "1~99999", "zzzzzz.zzzzzz", "1 2", "²", ".".join("1" * 600)]
)
def test_a_value_that_nobody_packed_is_none(value: str) -> None:
    assert unpack(value) is None


def test_what_was_packed_is_unpacked(hadir: Hadir) -> None:
    ids = [wrote(hadir, "siti", "x", round=n % 3 + 1) for n in range(40)]
    with hadir.database.write() as db:
        db.execute(update(_entry).where(_entry.c.id == ids[-1]).values(id=2_000_000_000))
    found = [entry(hadir, id) for id in (*ids[:-1], 2_000_000_000)]
    assert unpack(pack(reversed(found))) == {each.id: each.round for each in found}
    assert len(pack(found)) < 200


def test_deciding_reads_and_writes_few_rows_however_many_are_approved(hadir: Hadir, statements: list[str]) -> None:
    ids = [wrote(hadir, who, f"kegiatan {n}") for who in ("siti", "dewi", "wayan", "yosef") for n in range(5)]
    found, budi = [entry(hadir, id) for id in ids], person(hadir, "budi")
    with hadir.database.write() as db:
        statements.clear()
        assert len(deciding.approve(work(hadir, db), budi, found)) == 20
    assert len(statements) == 6, statements


def test_the_condition_for_many_says_the_same_as_the_rule_for_one(hadir: Hadir) -> None:
    with hadir.database.read() as db:
        w, everyone = work(hadir, db), people.fetch(db, people.people_query())
        for decider in everyone:
            one = {each.id for each in everyone if deciders.may_decide(w, decider, each)}
            assert deciders.may_decide_of(w, decider, [each.id for each in everyone]) == one
        for requester in everyone:
            above = {each.id for each in everyone if deciders.may_decide(w, each, requester)}
            assert allowed.may_decide_above(w, requester, [each.id for each in everyone]) == above
