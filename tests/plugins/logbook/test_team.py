"""`/logbook tim`: a line sees who has reported and on what; nobody sees beyond their line, and colleagues see nothing.

Today is Monday, 23 November 2026. Siti, Dewi, Wayan and Yosef report to Budi, he and Rina and Kartika to Hendra (pimpinan).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert

from integration import people
from integration.core import Hadir
from integration.messages import Reply
from integration.scheduler import work
from plugins.logbook import seeing
from plugins.logbook.team import day as team
from plugins.logbook.team.day import Scope
from tests import cast
from tests.cast import APLIKASI, KEPEGAWAIAN, NIP, Clock, Talker, at
from tests.plugins.izin.post import approved
from tests.plugins.logbook.drawn import person, target, wrote
from tests.post import crowd, labels

Chat = Callable[[str], Talker]
AFTERNOON = at("2026-11-23T14:05+07:00")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked of the database is asked of both in `test_the_condition_says_the_same_as_the_rule`."""
    return sqlite_url


@pytest.fixture
def afternoon(hadir: Hadir, clock: Clock) -> Clock:
    """Siti has sent two and had one given back, Dewi has a draft, Wayan and Yosef nothing."""
    clock.now = AFTERNOON
    report = target(hadir, "siti", "RHK-3", "Laporan keuangan tersusun")
    wrote(
        hadir,
        "siti",
        "menyusun laporan *keuangan* triwulan",
        minutes=150,
        target_id=report,
        sent_at=at("2026-11-23T14:00+07:00"),
    )
    wrote(hadir, "siti", "rapat koordinasi", minutes=60, sent_at=at("2026-11-23T11:05+07:00"))
    wrote(hadir, "siti", "surat", minutes=30, state="returned", note="kurang jelas", sent_at=at("2026-11-23T10:05+07:00"))
    wrote(hadir, "dewi", "rahasia dewi", state="draft", sent_at=None, round=0)
    return clock


def test_a_supervisor_sees_who_has_reported_on_what_and_what_came_last(chat: Chat, afternoon: Clock) -> None:
    budi = chat("budi")
    said = budi.says("/logbook tim")
    assert said.startswith("**Logbook Tim Anda** — Senin, 23 November 2026, 14.05 WIB\nTerisi 1 dari 4 (25%) · 4 jam")
    assert "**Sudah melapor (1)**\n- Siti Rahayu — 3 kegiatan, 4 jam, 1 dikembalikan" in said
    assert "**Baru draf (1)**\n- Dewi Lestari — 1 draf" in said
    assert "**Belum mengisi (2)**\n- I Wayan Sudarta\n- Yosef Wenda" in said
    assert "**Waktu per RHK**\n- RHK-3 Laporan keuangan tersusun: 2 jam 30 menit\n- Tanpa RHK: 1 jam 30 menit" in said
    last = said.partition("**Yang terbaru**\n")[2]
    assert last.startswith("- 14.00 Siti Rahayu: menyusun laporan *keuangan* triwulan (2 jam 30 menit, RHK-3)\n- 11.05 ")
    assert "/p/logbook.tim/garis.0.kini." in said
    assert "rahasia dewi" not in said  # a draft is its writer's own
    assert "kurang jelas" not in said
    assert isinstance(budi.last, Reply)
    assert labels(budi.last) == ["Yang perlu diperiksa"]


def test_absences_are_named_by_their_public_word_and_expect_no_report(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    approved(hadir, chat, "/izin sakit hari ini demam berdarah", "yosef")
    chat("dewi").says("/izin cuti tahunan hari ini - besok menikah")
    said = chat("budi").says("/logbook tim")
    assert "Terisi 0 dari 3 (0%)" in said
    assert "**Tidak bertugas (1)**\n- Yosef Wenda — sakit" in said
    assert "Dewi Lestari — cuti: menunggu persetujuan" in said
    assert "demam" not in said
    assert "menikah" not in said


def test_on_a_day_off_nobody_is_to_report_and_what_came_counts_all_the_same(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    sunday = date(2026, 11, 22)
    assert "Tidak ada yang wajib melapor." in chat("budi").says("/logbook tim kemarin")
    wrote(hadir, "siti", "lembur", sunday)
    said = chat("budi").says("/logbook tim 22/11")
    assert "Terisi 1 dari 1 (100%)" in said
    assert "Dewi Lestari — hari libur" in said or "Dewi Lestari — libur" in said
    assert "Jumat" in chat("budi").says("/logbook tim 20/11")
    assert "belum tiba" in chat("budi").says("/logbook tim besok")


def test_everybody_approved_and_the_share_is_whole(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    for name in ("siti", "dewi", "wayan"):
        wrote(hadir, name, "menguji aplikasi", state="approved")
    assert "Terisi 3 dari 4 (75%)" in chat("budi").says("/logbook tim")
    wrote(hadir, "yosef", "menguji aplikasi", state="approved")
    said = chat("budi").says("/logbook tim")
    assert "Terisi 4 dari 4 (100%)" in said
    assert "semua disetujui" in said
    assert "Belum mengisi" not in said


def test_a_change_that_waits_adds_nothing_to_the_hours(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    first = wrote(hadir, "siti", "menguji", state="approved", minutes=120)
    wrote(hadir, "siti", "menguji lagi", revises_id=first, version=2, minutes=300)
    assert "Terisi 1 dari 4 (25%) · 2 jam" in chat("budi").says("/logbook tim")


# ---------------------------------------------------------------- whose line


def test_a_leader_sees_the_line_below_and_the_units_in_it(hadir: Hadir, chat: Chat, afternoon: Clock) -> None:
    said = chat("hendra").says("/logbook tim")
    assert "Terisi 1 dari 8" in said
    assert "Siti Rahayu" in said
    assert "Agus Wijaya" in said  # below Rina
    of_unit = chat("hendra").says(f"/logbook tim {KEPEGAWAIAN}")
    assert f"**Logbook {KEPEGAWAIAN}**" in of_unit
    assert "Terisi 0 dari 3" in of_unit
    assert "Siti" not in of_unit
    one = chat("hendra").says("/logbook tim @budi")
    assert "**Logbook Budi Santoso**" in one
    assert "Siti Rahayu" in one
    assert "Terisi 1 dari 5" in one


@pytest.mark.parametrize("who", ["siti", "dewi", "agus"])
def test_who_leads_nobody_sees_no_colleague(chat: Chat, afternoon: Clock, who: str) -> None:
    talker = chat(who)
    assert "Tidak ada yang melapor kepada Anda" in talker.says("/logbook tim")
    assert isinstance(talker.last, Reply)
    assert talker.last.refused
    for words in ("@wayan", "@budi", NIP["yosef"], KEPEGAWAIAN if who != "agus" else APLIKASI):
        said = talker.says(f"/logbook tim {words}")
        assert "di sini tidak ada" in said
        assert "menyusun" not in said
    own = talker.says(f"/logbook tim {APLIKASI if who != 'agus' else KEPEGAWAIAN}")
    assert "dari 1 (" in own  # of their own unit they see themselves alone
    assert "Yosef" not in own


def test_a_supervisor_sees_neither_another_line_nor_whoever_is_above(chat: Chat, afternoon: Clock) -> None:
    for words in (KEPEGAWAIAN, "@rina", "@hendra"):
        said = chat("budi").says(f"/logbook tim {words}")
        assert "di sini tidak ada" in said
    assert "Terisi 1 dari 6" in chat("rina").says(f"/logbook tim {APLIKASI}")  # personnel sees everybody
    assert f"**Logbook {KEPEGAWAIAN}**" in chat("kartika").says("/logbook tim")  # leads nobody, and sees all units


def test_the_condition_says_the_same_as_the_rule(sqlite_url: str, postgres_url: str) -> None:
    """`team.visible` asks of many what `seeing.may_see` asks of one; on both databases."""
    from integration.app import assemble
    from integration.settings import load
    from tests import postgres
    from tests.conftest import SECRET

    postgres.empty(postgres_url)
    for url in (sqlite_url, postgres_url):
        hadir = assemble(load({}, database_url=url, secret_key=SECRET), clock=cast.Clock())
        with hadir.database.write() as db:
            cast.settle(db)
        with hadir.database.read() as db:
            everybody = people.everyone(db, date(2026, 11, 23))
            for viewer in (*everybody, *(replace(each, roles=each.roles | {"pimpinan"}) for each in everybody)):
                query = people.people_query().where(team.visible(viewer))
                seen = {each.nip for each in people.fetch(db, query)}
                assert seen == {each.nip for each in everybody if seeing.may_see(work(hadir, db), viewer, each)}
            boss = next(each for each in everybody if each.nip == NIP["hendra"])
            for scope in (Scope("line"), Scope("unit", boss.unit_id), Scope("person", boss.id)):
                assert team.members_of(work(hadir, db), boss, scope, date(2026, 11, 23))
        hadir.database.dispose()


def test_who_has_left_is_there_on_the_days_before_and_not_after(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    with hadir.database.write() as db:
        db.execute(people.person.update().where(people.person.c.nip == NIP["yosef"]).values(ended_on=date(2026, 11, 20)))
    assert "Yosef Wenda" in chat("budi").says("/logbook tim 20/11")
    assert "Yosef Wenda" not in chat("budi").says("/logbook tim")


# ---------------------------------------------------------------- many


def test_a_large_line_is_shown_by_units_and_fits_into_a_message(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    crowd(hadir, 120)
    with hadir.database.write() as db:
        budi = people.search(db, NIP["budi"])[0]
        other = db.execute(insert(people.unit).values(name="Bidang Data").returning(people.unit.c.id)).scalar_one()
        db.execute(
            people.person.update()
            .where(people.person.c.supervisor_id == budi.id, people.person.c.id >= 1100)
            .values(unit_id=other)
        )
    said = chat("budi").says("/logbook tim")
    assert "- Bidang Aplikasi: Terisi 0 dari 104 (0%)\n- Bidang Data: Terisi 0 dari 20 (0%)" in said
    assert "**Belum mengisi (124)**" in said
    assert "- … dan 109 orang lagi" in said
    assert len(said) < 4000


def test_a_hundred_people_cost_as_many_statements_as_ten(hadir: Hadir, chat: Chat, clock: Clock, statements: list[str]) -> None:
    crowd(hadir, 10)
    chat("budi").says("/logbook tim")
    statements.clear()
    chat("budi").says("/logbook tim")
    few = len(statements)
    with hadir.database.write() as db:
        boss = person(hadir, "budi")
        rows = [
            {"id": n, "nip": f"8{n}", "name": f"Staf {n}", "unit_id": boss.unit_id, "supervisor_id": boss.id}
            for n in range(2000, 2080)
        ]
        db.execute(insert(people.person), [row | {"zone": "Asia/Jakarta", "roles": ["pegawai"]} for row in rows])
    statements.clear()
    chat("budi").says("/logbook tim")
    assert len(statements) <= few
