"""Which months are closed: by themselves in everybody's own zone, by an officer's word, and opened again for one person.

Today is Monday, 23 November 2026, 07.28 in Jakarta; months close after the 10th of the next one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select

from integration import people
from integration.core import Hadir
from integration.messages import Form, FormErrors, Reply
from integration.people import Person
from integration.settings import load
from plugins.logbook import locking
from plugins.logbook.tables import logbook_lock
from tests.cast import APLIKASI, NIP, Clock, Talker, at
from tests.conftest import SECRET
from tests.post import audited, inbox, labels, texts
from tests.terminal import Terminal

Chat = Callable[[str], Talker]
OCTOBER = date(2026, 10, 15)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Rows that are read and written one by one; the race below asks both databases."""
    return sqlite_url


@pytest.fixture
def terminal(hadir: Hadir) -> Terminal:
    return Terminal(hadir.settings, hadir.clock)


def person(hadir: Hadir, username: str) -> Person:
    with hadir.database.read() as db:
        return people.search(db, NIP[username])[0]


def why(hadir: Hadir, username: str, day: date = OCTOBER, now: datetime | None = None) -> str:
    someone = person(hadir, username)
    with hadir.database.read() as db:
        return locking.locked(db, hadir.settings, someone, day, now or hadir.clock())


def test_a_month_closes_by_itself_at_midnight_of_everybodys_own_zone(hadir: Hadir) -> None:
    just_after_in_jayapura = at("2026-11-11T00:01+09:00")
    assert why(hadir, "yosef", now=just_after_in_jayapura) == "time"
    assert why(hadir, "wayan", now=just_after_in_jayapura) == ""
    assert why(hadir, "siti", now=just_after_in_jayapura) == ""
    assert why(hadir, "siti", now=at("2026-11-11T00:00+07:00")) == "time"
    assert why(hadir, "siti", date(2026, 11, 1), at("2026-11-30T23:59+07:00")) == ""
    assert why(hadir, "siti", date(2025, 1, 31)) == "time"


def test_months_never_close_by_themselves_where_the_office_wants_none_to(hadir: Hadir) -> None:
    settings = load({}, database_url=hadir.settings.database, secret_key=SECRET, logbook_lock_day=0)
    siti = person(hadir, "siti")
    with hadir.database.read() as db:
        assert locking.locked(db, settings, siti, date(2020, 1, 1), hadir.clock()) == ""
        assert locking.closes_after(settings, date(2026, 10, 1)) is None


def test_it_says_in_ones_own_language_what_is_closed_and_whom_to_ask(hadir: Hadir) -> None:
    said = locking.sentence(hadir.catalogues.speak("id"), "time", OCTOBER)
    assert said.startswith("Oktober 2026 sudah dikunci")
    assert "kepegawaian" in said
    assert locking.sentence(hadir.catalogues.speak("en"), "unit", OCTOBER).startswith("October 2026 was closed by")


def test_an_officer_opens_it_for_one_person_who_is_told(hadir: Hadir, chat: Chat) -> None:
    said = chat("rina").says(f"/logbook buka-kunci oktober {NIP['siti']} lupa melapor saat dinas")
    assert "Oktober 2026 dibuka lagi: Siti Rahayu" in said
    assert why(hadir, "siti") == ""
    assert why(hadir, "dewi") == "time"
    (message,) = texts(inbox(hadir, "siti"))
    assert "Oktober 2026 dibuka lagi untuk laporan Anda" in message
    (row,) = audited(hadir, "logbook.unlocked")
    assert row.reason == "lupa melapor saat dinas"
    assert row.after["locked"] is False
    assert row.before is None

    again = chat("rina").says(f"/logbook buka-kunci oktober {NIP['siti']} sekali lagi")
    assert "memang sudah terbuka" in again
    assert len(audited(hadir, "logbook.unlocked")) == 1
    assert len(inbox(hadir, "siti")) == 1


def test_the_last_word_counts_whether_it_is_of_a_person_or_of_everybody(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    rina = chat("rina")
    rina.says("/logbook buka-kunci oktober @siti salah target")
    clock.now = at("2026-11-23T08:00+07:00")
    assert "dikunci" in rina.says("/logbook kunci oktober")
    assert why(hadir, "siti") == "office"
    clock.now = at("2026-11-23T09:00+07:00")
    rina.says(f"/logbook buka-kunci oktober {APLIKASI} laporan keuangan terlambat")
    assert why(hadir, "siti") == ""
    assert why(hadir, "agus") == "office"
    clock.now = at("2026-11-23T10:00+07:00")
    rina.says("/logbook kunci oktober @siti")
    assert why(hadir, "siti") == "person"
    assert why(hadir, "dewi") == ""
    clock.now = at("2026-11-23T11:00+07:00")
    assert "dibuka lagi" in rina.says("/logbook buka-kunci oktober @siti masih ada yang kurang")
    assert why(hadir, "siti") == ""


def test_said_again_it_is_the_last_word_again(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    rina = chat("rina")
    rina.says("/logbook kunci oktober")
    clock.now = at("2026-11-23T08:00+07:00")
    rina.says("/logbook buka-kunci oktober @siti salah target")
    clock.now = at("2026-11-23T09:00+07:00")
    assert "dikunci" in rina.says("/logbook kunci oktober semua")
    assert why(hadir, "siti") == "office"
    assert [row.after["locked"] for row in audited(hadir, "logbook.locked")] == [True, True]


def test_a_line_that_is_not_whole_goes_on_in_a_form_and_nothing_typed_is_lost(hadir: Hadir, chat: Chat) -> None:
    rina = chat("rina")
    rina.says("/logbook buka-kunci oktober siti lupa melapor")
    form = rina.last
    assert isinstance(form, Form)
    given = {field.name: field.default for field in form.fields}
    assert given == {"month": "Oktober 2026", "whom": "", "reason": "siti lupa melapor"}
    assert rina.submits(form, whom="Rahayu", reason="").count("'reason'") == 1
    assert isinstance(rina.last, FormErrors)
    rina.submits(form, whom="siapa dia", month="kapan-kapan")
    assert isinstance(rina.last, FormErrors)
    assert set(rina.last.by_field) == {"month", "whom"}
    assert "Siti Rahayu" in rina.submits(form, whom="Siti Rahayu")
    assert why(hadir, "siti") == ""

    rina.says("/logbook buka-kunci")
    assert isinstance(rina.last, Form)
    rina.says("/logbook buka-kunci oktober semua")
    assert isinstance(rina.last, Form)
    assert rina.last.fields[1].default == "semua"


def test_what_was_closed_is_opened_again_by_its_button(hadir: Hadir, chat: Chat) -> None:
    rina = chat("rina")
    rina.says("/logbook kunci september Bidang Aplikasi laporan lengkap")
    assert isinstance(rina.last, Reply)
    assert labels(rina.last) == ["Buka lagi"]
    rina.presses("Buka lagi")
    assert isinstance(rina.last, Form)
    assert [field.default for field in rina.last.fields] == ["September 2026", APLIKASI, ""]


def test_a_month_that_is_still_written_is_not_closed_nor_one_to_come_opened(hadir: Hadir, chat: Chat) -> None:
    assert "belum berakhir" in chat("rina").says("/logbook kunci november")
    assert "belum mulai" in chat("rina").says("/logbook buka-kunci 12/2026 semua nanti saja")
    assert "oleh orang lain" in chat("rina").says("/logbook buka-kunci oktober @rina lupa")
    with hadir.database.read() as db:
        assert not db.execute(select(logbook_lock)).all()


@pytest.mark.parametrize("who", ["siti", "budi", "hendra", "kartika", "agus"])
def test_nobody_but_a_personnel_officer_closes_or_opens(hadir: Hadir, chat: Chat, who: str) -> None:
    for line in ("/logbook kunci oktober", "/logbook buka-kunci oktober @siti lupa"):
        said = chat(who).says(line)
        assert "Hanya bagian kepegawaian" in said
        assert "Rina Marlina" in said
    form = chat("rina")
    form.says("/logbook buka-kunci")
    assert isinstance(form.last, Form)
    assert "Hanya bagian kepegawaian" in chat(who).submits(form.last, whom="semua", reason="lupa")
    assert why(hadir, "siti") == "time"


def test_everybody_sees_how_their_months_stand_and_only_officers_whose(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    chat("rina").says("/logbook buka-kunci oktober @siti sakit lama")
    assert chat("siti").says("/logbook kunci") == "- Oktober 2026: terbuka\n- September 2026: dikunci"
    assert "sakit lama" not in chat("dewi").says("/logbook kunci")
    officer = chat("rina").says("/logbook kunci")
    assert "Oktober 2026, Siti Rahayu: dibuka 23 November 2026 — sakit lama" in officer
    clock.now = at("2026-12-01T08:00+07:00")
    assert "November 2026: terbuka sampai 10 Desember 2026" in chat("dewi").says("/logbook kunci")


def test_at_the_terminal(hadir: Hadir, terminal: Terminal) -> None:
    done = terminal("logbook", "unlock", "2026-10", "--person", NIP["siti"], "--why", "permintaan kepala")
    assert done.exit_code == 0
    assert "open for Siti Rahayu now" in done.output
    assert why(hadir, "siti") == ""
    again = terminal("logbook", "unlock", "2026-10", "--person", NIP["siti"], "--why", "x")
    assert "already; nothing changed" in again.output
    closed = terminal("logbook", "lock", "2026-09", "--unit", "Aplikasi", "--why", "lengkap")
    assert f"closed for {APLIKASI} now" in closed.output
    assert why(hadir, "siti", date(2026, 9, 1)) == "unit"
    assert [row.reason for row in audited(hadir, "logbook.locked")] == ["lengkap"]
    for words, said in (
        (("lock", "2026-11", "--why", "x"), "not over yet"),
        (("unlock", "2027-01", "--why", "x"), "not begun"),
        (("lock", "2026-10", "--unit", APLIKASI, "--person", NIP["siti"], "--why", "x"), "not both"),
        (("lock", "2026-10", "--person", "123", "--why", "x"), "nobody has the NIP"),
        (("lock", "2026-10", "--why", " "), "--why takes"),
    ):
        wrong = terminal("logbook", *words)
        assert wrong.exit_code != 0
        assert said in wrong.output
