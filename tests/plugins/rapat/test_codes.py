"""The six digits on the screen: which holds when, and what becomes of who guesses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from integration import scheduler
from integration.core import Hadir
from integration.settings import Settings
from plugins.rapat.attending import codes
from tests import cast
from tests.cast import at
from tests.plugins.rapat.house import NINE, arranged, change
from tests.post import audited

Chat = Callable[[str], cast.Talker]


def code(hadir: Hadir, occurrence_id: int, steps: int = 0) -> str:
    return codes.code(hadir.settings, occurrence_id, codes.step(hadir.clock()) + steps)


def wrong_code(hadir: Hadir, *occurrence_ids: int) -> str:
    right = {code(hadir, id, steps) for id in occurrence_ids for steps in (-1, 0, 1)}
    return next(f"{n:06}" for n in range(1_000_000) if f"{n:06}" not in right)


def test_a_code_holds_for_its_half_minute_and_the_next_and_on_a_clock_that_is_behind(settings: Settings) -> None:
    on_the_wall, shown = codes.code(settings, 7, codes.step(NINE)), NINE
    for seconds, holds in ((0, True), (29, True), (59, True), (60, False), (-30, True), (-31, False), (3600, False)):
        assert codes.is_right(settings, 7, on_the_wall, shown + timedelta(seconds=seconds)) is holds, seconds
    assert codes.seconds_left(NINE) == 30
    assert codes.seconds_left(NINE + timedelta(seconds=29)) == 1


def test_codes_of_other_meetings_moments_and_installations_are_others(settings: Settings) -> None:
    other = settings.model_copy(update={"secret_key": type(settings.secret_key)("x" * 64)})
    step = codes.step(NINE)
    found = [codes.code(settings, id, step + n) for id in (1, 2) for n in range(50)] + [codes.code(other, 1, step)]
    assert all(codes.CODE.fullmatch(each) for each in found)
    assert len(set(found)) >= 99
    assert not codes.is_right(settings, 1, "", NINE)
    assert not codes.is_right(settings, 1, "१२३४५६", NINE)


def test_who_has_the_code_was_in_the_room(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    _, date = arranged(hadir, "siti", "dewi")
    clock.now = NINE
    said = chat("siti").says(f"/rapat hadir kode {code(hadir, date.id)}")
    assert said == "Hadir tercatat pukul 09.00 WIB: Koordinasi SPBE."
    split = code(hadir, date.id)
    assert "Hadir tercatat" in chat("dewi").says(f"/rapat hadir {split[:3]} {split[3:]}")
    listed = chat("budi").says("/rapat daftar-hadir")
    assert "2 hadir (2 di ruang, 0 tamu), 1 belum tercatat." in listed
    assert "1. Siti Rahayu · 09.00–… · kode di ruang" in listed


def test_one_of_ours_who_is_not_invited_comes_in_by_the_code_only(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    _, date = arranged(hadir, "siti")
    clock.now = NINE
    assert "Tidak ada rapat Anda yang sedang berlangsung" in chat("wayan").says("/rapat hadir")
    assert "pukul 10.00 WITA" in chat("wayan").says(f"/rapat hadir {code(hadir, date.id)}")
    assert "I Wayan Sudarta" in chat("budi").says("/rapat daftar-hadir")


def test_of_two_meetings_the_code_says_which(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    arranged(hadir, "siti", title="Rapat A")
    _, second = arranged(hadir, "siti", title="Rapat B")
    clock.now = NINE
    assert "Rapat yang mana?" in chat("siti").says("/rapat hadir")
    assert chat("siti").says(f"/rapat hadir {code(hadir, second.id)}").endswith("Rapat B.")
    assert chat("siti").says("/rapat hadir").endswith("Rapat A."), "who is at one of them means the other"
    assert "Rapat yang mana?" in chat("siti").says("/rapat hadir"), "who is at both is asked"


def test_an_old_code_is_refused_with_the_cure(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    _, date = arranged(hadir, "siti")
    clock.now = NINE
    seen = code(hadir, date.id)
    clock.now += timedelta(seconds=61)
    assert "sisa percobaan: 4" in chat("siti").says(f"/rapat hadir {seen}")
    assert "Hadir tercatat" in chat("siti").says(f"/rapat hadir {code(hadir, date.id)}")


def test_five_wrong_codes_are_the_last_for_ten_minutes_and_the_button_still_works(
    hadir: Hadir, clock: cast.Clock, chat: Chat
) -> None:
    _, date = arranged(hadir, "siti", "dewi")
    clock.now = NINE
    siti, bad = chat("siti"), wrong_code(hadir, date.id)
    answers = [siti.says(f"/rapat hadir {bad}") for _ in range(5)]
    assert "sisa percobaan: 1" in answers[3]
    assert "Terlalu banyak kode salah" in answers[4]
    assert "Terlalu banyak kode salah" in siti.says(f"/rapat hadir {code(hadir, date.id)}")
    assert [row.after["wrong"] for row in audited(hadir, "meeting.guessing")] == [5]
    assert "Hadir tercatat" in chat("dewi").says(f"/rapat hadir {code(hadir, date.id)}")  # others are not locked
    assert "Hadir tercatat" in siti.says("/rapat hadir")
    clock.now += timedelta(minutes=10, seconds=1)
    assert "sudah tercatat" in siti.says(f"/rapat hadir {code(hadir, date.id)}")
    assert "sisa percobaan: 4" in siti.says(f"/rapat hadir {wrong_code(hadir, date.id)}")


def test_going_from_meeting_to_meeting_gives_no_more_guesses(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    dates = [arranged(hadir, "dewi", title=f"Rapat {n}")[1].id for n in range(3)]
    clock.now = NINE
    bad = wrong_code(hadir, *dates)
    for title in ("1", "2", "1", "2", "0"):
        last = chat("dewi").says(f"/rapat hadir Rapat {title} {bad}")
    assert "Terlalu banyak" in last
    assert "Terlalu banyak" in chat("dewi").says(f"/rapat hadir {code(hadir, dates[0])}")


def test_many_hands_guess_no_better_than_one(hadir: Hadir, clock: cast.Clock) -> None:
    _, date = arranged(hadir, "siti")
    clock.now = NINE
    with hadir.database.write() as db:
        work = scheduler.work(hadir, db)
        for n in range(codes.MOST_WRONG_TOGETHER):
            assert not codes.is_shut(db, date.id, clock.now)
            codes.guessed_wrong(work, f"p:{10_000 + n // 4}", [date.id])
        assert codes.is_shut(db, date.id, clock.now)
        assert not codes.is_shut(db, date.id + 1, clock.now)
        assert not codes.is_shut(db, date.id, clock.now + codes.REMEMBERED)


def test_guesses_without_a_meeting_are_counted_and_shut_out_nobody_who_is_invited(
    hadir: Hadir, clock: cast.Clock, chat: Chat
) -> None:
    one, other = (arranged(hadir, "siti", "dewi", title=title)[1] for title in ("Rapat A", "Rapat B"))
    clock.now = NINE
    bad = wrong_code(hadir, one.id, other.id)
    # Siti could have meant either of her two, wayan none: for each of them a guess is one guess.
    for username in ("siti", "wayan"):
        said = [chat(username).says(f"/rapat hadir {bad}") for _ in range(5)]
        assert "sisa percobaan: 4" in said[0]
        assert "Terlalu banyak" in said[4]
        assert "Terlalu banyak" in chat(username).says(f"/rapat hadir {code(hadir, one.id)}")
    with hadir.database.write() as db:
        work = scheduler.work(hadir, db)
        for n in range(codes.MOST_WRONG_TOGETHER):
            codes.guessed_wrong(work, f"p:{10_000 + n // 4}", [])
    assert "Terlalu banyak" in chat("yosef").says(f"/rapat hadir {code(hadir, one.id)}")  # one more who is not invited
    assert "Hadir tercatat" in chat("dewi").says(f"/rapat hadir {code(hadir, one.id)}")
    clock.now += codes.REMEMBERED
    assert "Hadir tercatat" in chat("yosef").says(f"/rapat hadir {code(hadir, one.id)}")


def test_no_code_opens_a_meeting_before_after_or_when_it_was_called_off(hadir: Hadir, clock: cast.Clock, chat: Chat) -> None:
    meeting, date = arranged(hadir, "siti")
    for moment in ("2026-11-23T08:44+07:00", "2026-11-23T11:00+07:00"):
        clock.now = at(moment)
        assert "tidak berlaku" in chat("siti").says(f"/rapat hadir {code(hadir, date.id)}")
    clock.now = NINE
    change(hadir, meeting.id, state="cancelled")
    assert "tidak berlaku" in chat("siti").says(f"/rapat hadir {code(hadir, date.id)}")
