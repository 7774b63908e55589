"""Checking in and out, told as talk, on both databases."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from integration import audit, people, workdays
from integration.ledger import compare
from integration.ledger import of as ledgers_of
from integration.messages import Reply, clean, render
from integration.workdays import DayPlan
from plugins.hadir import places, rules, service
from plugins.hadir.tables import attendance_correction, attendance_event
from tests.cast import NIP, at

MONDAY, TUESDAY = "2026-11-23", "2026-11-24"


def wib(clock, day=MONDAY):
    return at(f"{day}T{clock}+07:00")


def events(hadir, username="siti"):
    """(day, kind, time in UTC, place, active) of everything that was ever recorded, oldest first."""
    columns = attendance_event.c
    query = select(columns.day, columns.kind, columns.at, columns.place, columns.active).join(people.person)
    with hadir.database.read() as db:
        rows = db.execute(query.where(people.person.c.nip == NIP[username]).order_by(columns.id)).all()
    return [(f"{row.day}", row.kind, f"{row.at:%d %H:%M}", row.place, row.active) for row in rows]


def ledger(hadir):
    """(action, object, after) of every audit row."""
    with hadir.database.read() as db:
        return [(row.action, row.object, row.after) for row in db.execute(select(audit.audit).order_by(audit.audit.c.id))]


def works(hadir, username, schedule):
    with hadir.database.write() as db:
        db.execute(update(people.person).where(people.person.c.nip == NIP[username]).values(schedule=schedule))


# ---------------------------------------------------------------- coming


def test_an_ordinary_morning(chat, hadir):
    assert chat("siti").says("/hadir masuk wfh") == "Masuk tercatat pukul 07.28 WIB (WFH)."
    assert events(hadir) == [(MONDAY, "in", "23 00:28", "wfh", True)]


def test_late(chat):
    assert chat("siti").says("/hadir masuk", at=wib("07:46")) == "Masuk tercatat pukul 07.46 WIB (WFO), terlambat 16 menit."
    assert chat("dewi").says("/hadir masuk wfa", at=wib("08:46")).endswith("(WFA), terlambat 1 jam 16 menit.")
    assert chat("budi").says("/hadir masuk", at=wib("09:30")).endswith("terlambat 2 jam.")


def test_the_minute_on_the_clock_decides(chat):
    assert chat("siti").says("/hadir masuk", at=wib("07:30:59")) == "Masuk tercatat pukul 07.30 WIB (WFO)."
    assert "terlambat 1 menit" in chat("dewi").says("/hadir masuk", at=wib("07:31:00"))


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("", "wfo"),
        ("WFO", "wfo"),
        ("kantor", "wfo"),
        ("Rumah", "wfh"),
        ("wfh, menunggu tukang", "wfh"),
        ("w.f.h", "wfh"),
        ("wfa di perpustakaan", "wfa"),
        ("dinas", "dinas"),
        ("dinas luar ke Bogor", "dinas"),
        ("DL", "dinas"),
        ("ada rapat pagi", "wfo"),
    ],
)
def test_places(chat, hadir, words, place):
    assert chat("siti").says(f"/hadir masuk {words}").startswith("Masuk tercatat pukul 07.28 WIB")
    assert events(hadir)[0][3] == place


def test_aliases_capitals_and_stray_spaces(chat):
    assert "tercatat pukul 07.28" in chat("siti").says("/hadir   MASUK    WFH  ")
    assert "tercatat pukul 07.28" in chat("dewi").says("/hadir in home")
    assert "tercatat pukul 07.28" in chat("budi").says("/Hadir datang")
    assert "tercatat pukul 16.05" in chat("siti").says("/hadir out", at=wib("16:05"))


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("whf", "WFH"),
        ("wffh", "WFH"),
        ("wgh", "WFH"),
        ("wfx", "WFA"),
        ("dians", "Dinas"),
        ("kantr", "WFO"),
    ],
)
def test_a_mistyped_place_is_asked_about_but_the_time_counts_at_once(chat, hadir, typed, label):
    siti = chat("siti")
    answer = siti.says(f"/hadir masuk {typed} tukang")
    assert answer.startswith(f"Masuk tercatat pukul 07.28 WIB. Pilih tempatnya: “{typed}” maksudnya ")
    assert events(hadir)[0][3] == ""
    assert siti.presses(label, at=wib("09:00")) == f"Masuk tercatat pukul 07.28 WIB ({label})."
    assert "Catatan: tukang" in siti.says("/hadir status")
    assert [event[4] for event in events(hadir)] == [False, True]


def test_a_place_is_chosen_once_and_only_by_whose_it_is(chat, hadir):
    siti = chat("siti")
    siti.says("/hadir masuk wgh")
    wfh, wfo = siti.last.buttons[0], siti.last.buttons[-1]
    assert "sudah dipilih" in chat("dewi").presses(wfh)
    siti.presses(wfh)
    assert "sudah dipilih" in siti.presses(wfo)
    assert [event[3] for event in events(hadir) if event[4]] == ["wfh"]


def test_what_only_looks_like_a_place_can_be_a_note(chat):
    siti = chat("siti")
    siti.says("/hadir masuk dinasti menonton")
    siti.presses("Bukan, itu catatan; saya WFO")
    assert "Catatan: dinasti menonton" in siti.says("/hadir status")


def test_the_planned_place_is_taken_when_none_is_named(chat, hadir):
    def home_on_mondays(request):
        return {
            key: DayPlan(plan.day, plan.start, plan.end, plan.break_minutes, place="wfh")
            for key, plan in request.plans.items()
            if plan.start
        }

    hadir.workdays.providers = (home_on_mondays,)
    assert "(WFH)" in chat("siti").says("/hadir masuk")
    assert "(WFO)" in chat("dewi").says("/hadir masuk wfo")


def test_the_place_alone_is_enough_for_people_in_a_hurry(chat):
    assert chat("siti").says("/hadir WFH menunggu tukang") == "Masuk tercatat pukul 07.28 WIB (WFH)."
    assert "Catatan: menunggu tukang" in chat("siti").says("/hadir status")
    assert chat("dewi").says("/hadir dinas luar") == "Masuk tercatat pukul 07.28 WIB (Dinas)."


@given(st.text())
def test_whatever_is_typed_has_a_place_a_note_or_a_doubt(text):
    said = places.read(text)
    assert said.place in ("", *rules.PLACES)
    assert set(said.meant) <= set(rules.PLACES)
    assert not (said.place and said.meant)
    assert said.note == clean(said.note).strip()
    assert len(said.note) <= len(text)


@given(st.sampled_from(sorted(places.WORDS)), st.text(alphabet="abc 123", max_size=20))
def test_a_place_is_understood_in_any_case_with_any_note(word, note):
    assert places.read(f"{word.upper()} {note}") == places.Said(places.WORDS[word], " ".join(note.split()))


def test_a_second_check_in_changes_nothing(chat, hadir):
    siti = chat("siti")
    siti.says("/hadir masuk wfh")
    assert siti.says("/hadir masuk wfo", at=wib("07:40")) == (
        "Masuk Anda sudah tercatat pukul 07.28 WIB (WFH); tidak ada yang diubah. Keliru? Ketik `/hadir koreksi`."
    )
    assert [button.value for button in siti.last.buttons] == ["koreksi"]
    assert len(events(hadir)) == 1
    assert len(ledger(hadir)) == 1


def test_a_check_in_after_the_check_out_changes_nothing(chat, hadir):
    siti = chat("siti")
    siti.says("/hadir masuk")
    siti.says("/hadir pulang", at=wib("16:02"))
    answer = siti.says("/hadir masuk", at=wib("16:03"))
    assert answer.startswith("Anda sudah masuk pukul 07.28 WIB (WFO) dan pulang pukul 16.02 WIB; tidak ada yang diubah.")
    assert len(events(hadir)) == 2


def test_five_at_once_make_one_row(chat, hadir):
    talkers = [chat("siti") for _ in range(5)]
    said = together([lambda talker=talker: talker.says("/hadir masuk wfh") for talker in talkers])
    assert said.count("Masuk tercatat pukul 07.28 WIB (WFH).") == 1
    assert sum("sudah tercatat pukul 07.28 WIB (WFH)" in text for text in said) == 4
    assert len(events(hadir)) == 1
    assert len(ledger(hadir)) == 1


def test_everybody_at_once(chat, hadir):
    said = together([lambda name=name: chat(name).says("/hadir masuk") for name in ("siti", "dewi", "budi", "rina", "agus")])
    assert said == ["Masuk tercatat pukul 07.28 WIB (WFO)."] * 5


def together(actions):
    """Start all actions at the same moment; their results in order."""
    results, barrier = [None] * len(actions), threading.Barrier(len(actions))

    def run(number, action):
        barrier.wait()
        results[number] = action()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


# ---------------------------------------------------------------- going


def test_an_ordinary_evening(chat, hadir):
    siti = chat("siti")
    siti.says("/hadir masuk wfh")
    assert siti.says("/hadir pulang", at=wib("16:05")) == "Pulang tercatat pukul 16.05 WIB (WFH), waktu kerja 7 jam 37 menit."
    assert events(hadir)[1] == (MONDAY, "out", "23 09:05", "", True)


def test_leaving_early(chat):
    siti = chat("siti")
    siti.says("/hadir masuk")
    assert siti.says("/hadir pulang", at=wib("15:02")) == "Pulang tercatat pukul 15.02 WIB (WFO), lebih awal 58 menit."


def test_leaving_in_the_morning_says_that_it_is_not_the_last_word(chat):
    siti = chat("siti")
    siti.says("/hadir masuk")
    answer = "Pulang tercatat pukul 07.47 WIB (WFO), lebih awal 8 jam 13 menit. `/hadir pulang` nanti menggantikannya."
    assert siti.says("/hadir pulang", at=wib("07:47")) == answer
    assert "menggantikannya" in siti.says("/hadir pulang", at=wib("14:00"))
    assert "menggantikannya" not in siti.says("/hadir pulang", at=wib("14:01"))


def test_the_same_press_twice(chat, hadir):
    siti = chat("siti")
    siti.says("/hadir masuk")
    siti.says("/hadir pulang", at=wib("16:02"))
    assert siti.says("/hadir pulang", at=wib("16:02:59")) == "Pulang Anda sudah tercatat pukul 16.02 WIB (WFO)."
    assert len(events(hadir)) == 2


def test_a_later_check_out_counts_and_the_earlier_stays_in_history(chat, hadir):
    siti = chat("siti")
    siti.says("/hadir masuk")
    siti.says("/hadir pulang", at=wib("16:02"))
    answer = siti.says("/hadir pulang", at=wib("17:30"))
    assert (
        answer == "Pulang tercatat pukul 17.30 WIB (WFO), waktu kerja 9 jam 2 menit. Ini menggantikan pulang pukul 16.02 WIB."
    )
    assert events(hadir)[1:] == [(MONDAY, "out", "23 09:02", "", False), (MONDAY, "out", "23 10:30", "", True)]


def test_an_earlier_check_out_than_the_recorded_one_changes_nothing(chat, hadir):
    siti = chat("siti")
    siti.says("/hadir masuk")
    siti.says("/hadir pulang", at=wib("16:02"))
    assert "sudah tercatat pukul 16.02" in siti.says("/hadir pulang", at=wib("15:00"))
    assert len(events(hadir)) == 2


def test_five_check_outs_at_once_make_one(chat, hadir):
    chat("siti").says("/hadir masuk")
    said = together([lambda: chat("siti").says("/hadir pulang", at=wib("16:02")) for _ in range(5)])
    assert sum(text.startswith("Pulang tercatat") for text in said) == 1
    assert sum(text.startswith("Pulang Anda sudah tercatat") for text in said) == 4
    assert len(events(hadir)) == 2


def test_five_later_check_outs_at_once_replace_it_once(chat, hadir):
    siti = chat("siti")
    siti.says("/hadir masuk")
    siti.says("/hadir pulang", at=wib("16:02"))
    said = together([lambda: chat("siti").says("/hadir pulang", at=wib("17:00")) for _ in range(5)])
    assert sum("menggantikan pulang pukul 16.02" in text for text in said) == 1
    assert sum("sudah tercatat pukul 17.00" in text for text in said) == 4
    assert [row[-1] for row in events(hadir)] == [True, False, True]


def test_a_check_out_without_a_check_in(chat, hadir):
    siti = chat("siti")
    answer = siti.says("/hadir pulang", at=wib("16:05"))
    assert answer == "Pulang tercatat pukul 16.05 WIB. Masuk Anda belum tercatat; lengkapi dengan `/hadir koreksi`."
    assert events(hadir) == [(MONDAY, "out", "23 09:05", "", True)]


def test_a_slip_in_the_morning_does_not_end_the_day(chat, hadir):
    """Pulang pressed instead of Masuk: the check-in is still taken, and the day is open again."""
    siti = chat("siti")
    siti.says("/hadir pulang", at=wib("07:20"))
    assert siti.says("/hadir masuk", at=wib("07:21")).startswith("Masuk tercatat pukul 07.21 WIB (WFO).")
    assert "masuk pukul 07.21 WIB (WFO) dan belum pulang" in siti.says("/hadir status", at=wib("08:00"))
    assert siti.says("/hadir pulang", at=wib("16:00")).startswith("Pulang tercatat pukul 16.00 WIB (WFO), waktu kerja ")


# ---------------------------------------------------------------- the right day


def test_a_forgotten_check_out_is_mentioned_once_with_its_cure(chat, hadir):
    siti = chat("siti")
    siti.says("/hadir masuk")
    assert siti.says("/hadir masuk", at=wib("07:25", TUESDAY)) == (
        "Masuk tercatat pukul 07.25 WIB (WFO). Pulang Senin 23 Nov belum tercatat; lengkapi dengan `/hadir koreksi`."
    )
    assert "Senin" not in siti.says("/hadir masuk", at=wib("07:26", TUESDAY))
    siti.says("/hadir pulang", at=wib("16:01", TUESDAY))
    assert "belum tercatat" not in siti.says("/hadir masuk", at=wib("07:25", "2026-11-25"))
    assert [row[:2] for row in events(hadir)] == [
        (MONDAY, "in"),
        (TUESDAY, "in"),
        (TUESDAY, "out"),
        ("2026-11-25", "in"),
    ]


def test_a_weekend_lies_between(chat):
    siti = chat("siti")
    siti.says("/hadir masuk", at=wib("07:25", "2026-11-20"))
    assert "Pulang Jumat 20 Nov belum tercatat" in siti.says("/hadir masuk")


def test_it_is_not_mentioned_when_its_correction_waits(chat, hadir):
    siti = chat("siti")
    siti.says("/hadir masuk")
    with hadir.database.write() as db:
        siti_id = db.scalar(select(people.person.c.id).where(people.person.c.nip == NIP["siti"]))
        asked = {"person_id": siti_id, "day": wib("12:00").date(), "kind": "out", "at": wib("16:00"), "reason": "lupa"}
        db.execute(attendance_correction.insert().values(**asked, requested_at=wib("18:00")))
    assert siti.says("/hadir masuk", at=wib("07:25", TUESDAY)) == "Masuk tercatat pukul 07.25 WIB (WFO)."
    status = siti.says("/hadir status", at=wib("07:30", TUESDAY))
    assert "- Koreksi menunggu keputusan: pulang Senin 23 Nov pukul 16.00 WIB" in status


def test_a_night_shift_over_midnight(chat, hadir):
    works(hadir, "siti", "sif-malam")
    siti = chat("siti")
    assert siti.says("/hadir masuk", at=wib("21:40")) == "Masuk tercatat pukul 21.40 WIB (WFO)."
    assert "sudah tercatat pukul 21.40" in siti.says("/hadir masuk", at=wib("00:30", TUESDAY))
    answer = siti.says("/hadir pulang", at=wib("06:05", TUESDAY))
    assert answer == "Pulang tercatat pukul 06.05 WIB (WFO), waktu kerja 7 jam 55 menit. Dihitung untuk Senin 23 Nov."
    assert {row[0] for row in events(hadir)} == {MONDAY}


def test_late_for_a_night_shift_after_midnight(chat, hadir):
    works(hadir, "siti", "sif-malam")
    answer = chat("siti").says("/hadir masuk", at=wib("00:30", TUESDAY))
    assert answer == "Masuk tercatat pukul 00.30 WIB (WFO), terlambat 2 jam 30 menit. Dihitung untuk Senin 23 Nov."


def test_the_evening_before_a_shift_from_midnight(chat, hadir):
    midnight = {"schedule": "sif-nol", "start": 0, "end": 480, "break_minutes": 30, "on_holidays": True, "source": "Sif nol"}
    with hadir.database.write() as db:
        for weekday in range(7):
            row = midnight | {"weekday": weekday, "valid_from": wib("12:00").date()}
            db.execute(workdays.work_hours.insert().values(row))
    works(hadir, "siti", "sif-nol")
    try:
        siti = chat("siti")
        assert (
            siti.says("/hadir masuk", at=wib("23:40")) == "Masuk tercatat pukul 23.40 WIB (WFO). Dihitung untuk Selasa 24 Nov."
        )
        assert siti.says("/hadir pulang", at=wib("08:02", TUESDAY)).startswith("Pulang tercatat pukul 08.02 WIB (WFO)")
        assert {row[0] for row in events(hadir)} == {TUESDAY}
    finally:
        with hadir.database.write() as db:
            db.execute(workdays.work_hours.delete().where(workdays.work_hours.c.schedule == "sif-nol"))


def test_overtime_past_midnight(chat, hadir):
    siti = chat("siti")
    siti.says("/hadir masuk")
    assert siti.says("/hadir pulang", at=wib("00:45", TUESDAY)).endswith("Dihitung untuk Senin 23 Nov.")


def test_the_office_zone_decides_not_the_servers(chat, hadir):
    """07:20 on Tuesday in Jayapura: 05:20 in Jakarta, still Monday in UTC."""
    assert chat("yosef").says("/hadir masuk", at=at("2026-11-24T07:20+09:00")) == "Masuk tercatat pukul 07.20 WIT (WFO)."
    assert (
        chat("wayan")
        .says("/hadir masuk", at=at("2026-11-24T07:31+08:00"))
        .startswith("Masuk tercatat pukul 07.31 WITA (WFO), terl")
    )
    assert events(hadir, "yosef")[0][:2] == (TUESDAY, "in")
    assert events(hadir, "wayan")[0][:2] == (TUESDAY, "in")


# ---------------------------------------------------------------- special days


def test_holidays_weekends_and_leave_are_named(chat, hadir):
    siti = chat("siti")
    assert (
        siti.says("/hadir masuk", at=wib("09:00", "2026-12-25"))
        == "Masuk tercatat pukul 09.00 WIB (WFO). Hari libur: Hari Raya Natal."
    )
    assert chat("dewi").says("/hadir masuk", at=wib("09:00", "2026-11-22")).endswith("Ini bukan hari kerja Anda.")

    def on_leave(request):
        return {key: DayPlan(plan.day, plan.start, plan.end, excuse="cuti") for key, plan in request.plans.items()}

    hadir.workdays.providers = (on_leave,)
    assert (
        chat("budi").says("/hadir masuk", at=wib("09:00"))
        == "Masuk tercatat pukul 09.00 WIB (WFO). Anda hari ini tercatat cuti."
    )


def test_ramadan_hours(chat):
    siti = chat("siti")
    assert siti.says("/hadir masuk", at=wib("07:58", "2026-02-19")) == "Masuk tercatat pukul 07.58 WIB (WFO)."
    assert siti.says("/hadir pulang", at=wib("14:50", "2026-02-19")).endswith("lebih awal 10 menit.")


# ---------------------------------------------------------------- notes


NASTY = "@all **tebal** =1+1 [x](http://y) `a`\x00\x07 \u202egnol\u202c <script> " + "😀" * 100


def test_notes_are_kept_and_harmless(chat, hadir):
    siti = chat("siti")
    siti.says(f"/hadir masuk wfh {NASTY}")
    siti.says("/hadir status")
    assert isinstance(siti.last, Reply)
    escaped = render(siti.last.text, lambda words: words.replace("@", "(at)").replace("*", "(star)"))
    assert "(at)all (star)(star)tebal(star)(star) =1+1" in escaped
    assert "\x00" not in escaped
    assert "\u202e" not in escaped


def test_ten_thousand_emoji_are_cut_with_a_hint(chat, hadir):
    answer = chat("siti").says("/hadir masuk wfh " + "😀" * 10_000)
    assert answer == "Masuk tercatat pukul 07.28 WIB (WFH). Catatan Anda dipotong menjadi 500 karakter."
    assert "dipotong" in chat("siti").says("/hadir pulang " + "x" * 501, at=wib("16:00"))
    with hadir.database.read() as db:
        assert {len(note) for note in db.scalars(select(attendance_event.c.note))} == {500}
    assert chat("dewi").says("/hadir masuk " + "😀" * 10_000).startswith("Masuk tercatat pukul 07.28 WIB (WFO).")


def test_a_note_is_in_no_log_and_no_audit_row(chat, hadir, capfd):
    chat("siti").says("/hadir masuk wfh rahasia-sekali")
    chat("siti").says("/hadir pulang rahasia-juga", at=wib("16:00"))
    printed = capfd.readouterr()
    assert "rahasia" not in printed.out + printed.err
    assert "rahasia" not in str(ledger(hadir))


# ---------------------------------------------------------------- the ledger


def test_every_row_agrees_with_its_last_audit_row(chat, hadir):
    siti = chat("siti")
    siti.says("/hadir masuk wfh")
    for clock in ("16:02", "17:30", "18:45"):
        siti.says("/hadir pulang", at=wib(clock))
    assert problems(hadir) == []
    assert len(events(hadir)) == 4
    assert [action for action, *_ in ledger(hadir)] == ["attendance.check_in", *["attendance.check_out"] * 5]


def test_a_time_changed_behind_the_services_back_shows(chat, hadir):
    chat("siti").says("/hadir masuk", at=wib("08:46"))
    with hadir.database.write() as db:
        db.execute(update(attendance_event).values(at=wib("07:00")))
    assert [problem.kind for problem in problems(hadir)] == ["differs"]


def problems(hadir):
    """What the comparison of the plugin's tables with the audit finds."""
    with hadir.database.read() as db, hadir.database.read() as second:
        found = list(compare(db, second, ledgers_of(hadir.plugins)))
    return [row for row in found if isinstance(row, audit.Problem)]


def test_a_correction_supersedes_what_stood_there(chat, hadir):
    """What corrections use: the new row counts, the old one stays, both are in the ledger."""
    chat("siti").says("/hadir masuk wfh")
    with hadir.database.write() as db:
        siti_id = db.scalar(select(people.person.c.id).where(people.person.c.nip == NIP["siti"]))
        work = hadir_work(hadir, db)
        day = wib("12:00").date()
        new, old = service.supersede(
            work,
            person_id=siti_id,
            day=day,
            kind="in",
            at=wib("07:00"),
            place="wfo",
            source="correction",
            action="attendance.corrected",
        )
        nothing, none = service.supersede(
            work, person_id=siti_id, day=day, kind="out", at=wib("16:00"), source="correction", action="attendance.corrected"
        )
        assert (old.place, new.place, none) == ("wfh", "wfo", None)
        assert service.days(db, [siti_id], day, day)[siti_id, day] == service.Day(new, nothing)
        assert [event.id for event in service.history(db, siti_id, day)] == [old.id, new.id, nothing.id]
    assert "masuk pukul 07.00 WIB (WFO) dan pulang pukul 16.00" in chat("siti").says("/hadir status", at=wib("17:00"))


def hadir_work(hadir, db):
    from integration.plugin import Work

    return Work(db=db, now=hadir.clock(), settings=hadir.settings, workdays=hadir.workdays, catalogues=hadir.catalogues)
