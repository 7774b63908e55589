"""Why somebody cannot come, as our own data say. The meeting is on Tuesday, 24 November 2026, 09.00–10.00 WIB."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, update

from integration import people, scheduler
from integration.core import Hadir
from integration.ports import Span
from integration.workdays import holiday
from plugins.rapat import clashes, meetings
from plugins.rapat.clashes import Clash
from plugins.rapat.tables import meeting_answer, meeting_occurrence
from tests.cast import at
from tests.plugins.izin.post import approved
from tests.plugins.jadwal.published import publish
from tests.plugins.rapat.office import NINE, person, plans, span
from tests.post import change, crowd, person_id

MORNING, NIGHT = span("09:30", "11:00"), span("19:00", "20:00")


def found(
    hadir: Hadir, *who: str, dates: tuple[Span, ...] = (NINE,), mode: str = "virtual", except_meeting: int = 99
) -> list[Clash]:
    with hadir.database.read() as db:
        everybody = [person(hadir, each) for each in who]
        return clashes.find(scheduler.work(hadir, db), everybody, dates, mode, except_meeting).clashes  # type: ignore[arg-type]


def why(hadir: Hadir, *who: str, **more: object) -> list[tuple[str, str, str]]:
    """(username, kind, word) of each clash."""
    names = {f"p:{person_id(hadir, each)}": each for each in who}
    return [(names[each.who], each.kind, each.word) for each in found(hadir, *who, **more)]  # type: ignore[arg-type]


def answers(hadir: Hadir, meeting_id: int, who: str, answer: str, occurrence_id: int = 0) -> None:
    with hadir.database.write() as db:
        invitee = meetings.invited(db, meeting_id, person_id(hadir, who))
        assert invitee is not None
        row = {"meeting_id": meeting_id, "invitee_id": invitee.id, "occurrence_id": occurrence_id, "answer": answer}
        db.execute(insert(meeting_answer).values(row | {"via": "chat", "at": hadir.clock()}))


def test_nobody_has_anything(hadir):
    assert why(hadir, "siti", "wayan", "yosef") == []


def test_another_meeting_counts_for_those_invited_until_they_decline(hadir):
    other = plans(hadir, "siti", "dewi", by="rina", when=MORNING, state="planned")
    assert why(hadir, "siti", "dewi", "rina", "wayan") == [(w, "meeting", "") for w in ("siti", "dewi", "rina")]
    assert found(hadir, "siti")[0].span == MORNING
    answers(hadir, other.id, "siti", "declined")
    answers(hadir, other.id, "dewi", "tentative")
    assert why(hadir, "siti", "dewi") == [("dewi", "meeting", "")]


def test_who_declined_a_series_and_comes_to_one_date_has_that_one(hadir):
    series = plans(hadir, "siti", by="rina", when=MORNING, state="planned", dates=2)
    with hadir.database.read() as db:
        second = meetings.occurrences(db, series.id)[1]
    answers(hadir, series.id, "siti", "declined")
    answers(hadir, series.id, "siti", "accepted", second.id)
    wednesday = span("09:00", "10:00", "2026-11-25")
    assert [each.date for each in found(hadir, "siti", dates=(NINE, wednesday))] == [wednesday]


@pytest.mark.parametrize("state", ["polling", "asking", "cancelled", "dropped"])
def test_a_meeting_that_may_never_be_keeps_nobody(hadir, state):
    plans(hadir, "siti", by="rina", when=MORNING, state=state)
    assert why(hadir, "siti") == []


def test_of_two_that_are_checked_at_once_only_the_later_one_asks(hadir):
    first, second = (plans(hadir, "siti", by=by, when=NINE) for by in ("rina", "budi"))
    assert why(hadir, "siti", except_meeting=first.id) == []
    assert why(hadir, "siti", except_meeting=second.id) == [("siti", "meeting", "")]


def test_a_date_that_was_called_off_and_one_that_only_touches_keep_nobody(hadir):
    other = plans(hadir, "siti", by="rina", when=NINE, state="planned")
    assert why(hadir, "siti", dates=(span("10:00", "11:00"), span("08:00", "09:00"))) == []
    with hadir.database.write() as db:
        db.execute(update(meeting_occurrence).where(meeting_occurrence.c.meeting_id == other.id).values(state="cancelled"))
    assert why(hadir, "siti") == []


def test_absences_are_named_by_their_public_word(hadir, chat):
    approved(hadir, chat, "/izin cuti 24/11 tahunan keluarga sakit keras")
    approved(hadir, chat, "/izin izin 24/11 09.30-11.00 ke bank", username="dewi")
    chat("wayan").says("/izin cuti 24/11 tahunan")  # not decided: it keeps nobody, and nobody hears of it
    assert why(hadir, "siti", "dewi", "wayan") == [("siti", "away", "cuti"), ("dewi", "away", "izin")]
    assert "keluarga" not in str(found(hadir, "siti", "dewi"))
    assert why(hadir, "dewi", dates=(span("11:00", "12:00"),)) == []


def test_holidays_free_days_and_the_hours_of_each_zone(hadir):
    with hadir.database.write() as db:
        db.execute(insert(holiday).values(day=date(2026, 11, 26), name="Hari Jadi", kind="office"))
        hadir.workdays.forget()
    saturday = span("09:00", "10:00", "2026-11-28")
    thursday = span("09:00", "10:00", "2026-11-26")
    assert why(hadir, "siti", dates=(thursday, saturday)) == [("siti", "holiday", "Hari Jadi"), ("siti", "off", "")]
    assert why(hadir, "siti", dates=(NIGHT,)) == [("siti", "hours", "")]
    late = span("15:00", "16:00")  # 16.00 WITA is the end in Makassar, and 17.00 in Jayapura is after it
    assert why(hadir, "siti", "wayan", "yosef", dates=(late,)) == [("wayan", "hours", ""), ("yosef", "hours", "")]
    early = span("07:00", "07:30")
    assert why(hadir, "siti", "wayan", "yosef", dates=(early,)) == [("siti", "hours", "")]
    with hadir.database.write() as db:
        db.execute(holiday.delete().where(holiday.c.day == date(2026, 11, 26)))


def test_a_shift_of_the_night_before_reaches_into_the_morning(hadir):
    publish(hadir, {"siti": "O/sif-malam O . . .", "dewi": "O O/sif-malam . . ."})
    dawn, evening = span("05:00", "06:00"), span("22:30", "23:30")
    assert why(hadir, "siti", "dewi", dates=(dawn,)) == [("dewi", "hours", "")]
    assert why(hadir, "siti", "dewi", dates=(evening,)) == [("siti", "hours", "")]


def test_who_works_from_home_is_noted_where_all_meet_in_a_room(hadir):
    publish(hadir)
    assert why(hadir, "budi", "dewi", mode="room") == [("budi", "home", "wfh")]
    assert why(hadir, "budi", "dewi", mode="both") == []


def test_who_has_not_begun_or_has_left_is_no_matter(hadir):
    change(hadir, "siti", started_on=date(2026, 12, 1))
    assert why(hadir, "siti") == []


def test_thousands_of_people_cost_as_many_statements_as_three(hadir, statements):
    many = crowd(hadir, 600)
    with hadir.database.read() as db:
        everybody = people.everyone(db, date(2026, 11, 24), many)
        work = scheduler.work(hadir, db)
        dates = [Span(NINE.start + timedelta(days=n), NINE.end + timedelta(days=n)) for n in range(3)]
        statements.clear()
        few = clashes.find(work, everybody[:3], dates, "room", 99)
        for_few = len(statements)
        statements.clear()
        looked = clashes.find(work, everybody, dates, "room", 99)
    assert (few.clashes, looked.clashes) == ([], [])
    assert len(statements) <= for_few + 2 <= 12


def test_dates_of_years_are_not_read_as_one_long_time(hadir):
    weekly = tuple(Span(NINE.start + timedelta(weeks=n), NINE.end + timedelta(weeks=n)) for n in range(6))
    plans(hadir, "siti", by="rina", when=weekly[4], state="planned")
    assert [each.date for each in found(hadir, "siti", dates=weekly)] == [weekly[4]]
    assert at("2026-12-22T09:00+07:00") == weekly[4].start
