"""`/hadir tim`: who sees whom, and how much of them."""

import pytest
from sqlalchemy import select

from integration import people
from integration.workdays import DayPlan
from tests.cast import APLIKASI, KEPEGAWAIAN, at


def wib(clock, day="2026-11-23"):
    return at(f"{day}T{clock}+07:00")


@pytest.fixture
def morning(chat):
    """Siti at home in time with a note, Dewi late; the others have not come."""
    chat("siti").says("/hadir masuk wfh menunggu tukang")
    chat("dewi").says("/hadir masuk", at=wib("07:46"))
    return wib("08:15")


def sections(text):
    """Heading of each group → its lines."""
    found, heading = {}, ""
    for line in text.splitlines()[1:]:
        if line.startswith("**"):
            heading = line.strip("*")
            found[heading] = []
        elif line:
            found[heading].append(line.removeprefix("- "))
    return found


def test_a_supervisor_sees_the_direct_subordinates_in_full(chat, morning):
    text = chat("budi").says("/hadir tim", at=morning)
    assert text.splitlines()[0] == "**Tim Anda** — Senin, 23 November 2026, 08.15 WIB"
    assert sections(text) == {
        "Hadir (1)": ["Siti Rahayu — 07.28 WIB, WFH · “menunggu tukang”"],
        "Terlambat (1)": ["Dewi Lestari — 07.46 WIB, WFO, terlambat 16 menit"],
        "Belum masuk (2)": ["I Wayan Sudarta", "Yosef Wenda"],
    }


def test_a_colleague_sees_the_unit_without_lateness_and_notes(chat, morning):
    text = chat("dewi").says("/hadir tim", at=morning)
    assert text.splitlines()[0].startswith("**Bidang Aplikasi**")
    assert sections(text)["Hadir (2)"] == ["Dewi Lestari — 07.46 WIB, WFO", "Siti Rahayu — 07.28 WIB, WFH"]
    assert "terlambat" not in text.lower()
    assert "tukang" not in text


def test_a_leader_sees_the_unit_and_the_direct_subordinates_but_no_notes_of_others_people(chat, morning):
    text = chat("hendra").says("/hadir tim", at=morning)
    assert "Dewi Lestari — 07.46 WIB, WFO, terlambat 16 menit" in text
    assert "Rina Marlina" in text
    assert "tukang" not in text


def test_personnel_officers_name_a_unit(chat, morning):
    for name in ("Bidang Aplikasi", "bidang aplikasi", "aplikasi", '"Bidang Aplikasi"'):
        text = chat("rina").says(f"/hadir tim {name}", at=morning)
        assert text.startswith(f"**{APLIKASI}**")
        assert "Dewi Lestari — 07.46 WIB, WFO, terlambat 16 menit" in text
        assert "tukang" not in text


def test_two_units_with_that_name_are_a_choice(chat):
    rina = chat("rina")
    assert rina.says("/hadir tim b") == "Unit yang mana: Bidang Aplikasi, Subbagian Kepegawaian?"
    assert rina.presses(KEPEGAWAIAN).startswith(f"**{KEPEGAWAIAN}**")


def test_a_unit_that_is_none(chat):
    assert chat("rina").says("/hadir tim gudang @all") == "Tidak ada unit bernama “gudang @all”."


def test_others_see_their_own_unit_only(chat):
    siti = chat("siti")
    assert siti.says("/hadir tim kepegawaian") == "Anda hanya dapat melihat unit sendiri (Bidang Aplikasi): `/hadir tim`"
    assert siti.last.refused
    assert siti.says("/hadir tim aplikasi").startswith(f"**{APLIKASI}**")


def test_who_left_is_shown_with_both_times(chat, morning):
    chat("siti").says("/hadir pulang", at=wib("16:05"))
    assert "Siti Rahayu — 07.28 WIB, WFH, pulang 16.05 WIB" in chat("budi").says("/hadir tim", at=wib("16:10"))


def test_after_hours_who_did_not_come_is_absent(chat, morning):
    groups = sections(chat("budi").says("/hadir tim", at=wib("17:00")))
    assert groups["Tidak masuk (2)"] == ["I Wayan Sudarta", "Yosef Wenda"]


def test_before_their_start_it_says_when_they_begin(chat):
    groups = sections(chat("budi").says("/hadir tim", at=wib("05:00")))
    assert "Siti Rahayu — mulai 07.30 WIB" in groups["Belum masuk (4)"]


def test_times_are_in_each_ones_own_zone(chat):
    chat("yosef").says("/hadir masuk", at=at("2026-11-23T07:20+09:00"))
    assert "Yosef Wenda — 07.20 WIT, WFO" in chat("budi").says("/hadir tim")


def test_holidays_and_leave(chat, hadir):
    groups = sections(chat("budi").says("/hadir tim", at=wib("09:00", "2026-12-25")))
    assert "Siti Rahayu — Hari Raya Natal" in groups["Tidak bertugas (4)"]

    def siti_on_leave(request):
        siti = request.db.scalar(select(people.person.c.id).where(people.person.c.name == "Siti Rahayu"))
        return {
            key: DayPlan(plan.day, plan.start, plan.end, excuse="cuti") for key, plan in request.plans.items() if key[0] == siti
        }

    hadir.workdays.providers = (siti_on_leave,)
    assert "Siti Rahayu — cuti" in chat("budi").says("/hadir tim")
    colleague = sections(chat("dewi").says("/hadir tim"))
    assert colleague["Tidak bertugas (1)"] == ["Siti Rahayu"]


def test_a_long_list_is_cut_and_can_be_shown_whole(chat, hadir):
    with hadir.database.write() as db:
        unit, budi = db.execute(
            select(people.person.c.unit_id, people.person.c.id).where(people.person.c.name == "Budi Santoso")
        ).one()
        for number in range(30):
            row = {
                "nip": f"{number}",
                "name": f"Orang {number:02}",
                "unit_id": unit,
                "supervisor_id": budi,
                "zone": "Asia/Jakarta",
            }
            db.execute(people.person.insert().values(row | {"roles": ["pegawai"]}))
    budi = chat("budi")
    groups = sections(budi.says("/hadir tim"))
    assert len(groups["Belum masuk (34)"]) == 16
    assert groups["Belum masuk (34)"][-1] == "… dan 19 orang lagi"
    assert len(sections(budi.presses("Lihat semua"))["Belum masuk (34)"]) == 34
    rina = chat("rina")
    rina.says("/hadir tim aplikasi")
    assert "Orang 29" in rina.presses("Lihat semua")


def test_a_whole_list_ends_where_a_message_ends(chat, hadir):
    with hadir.database.write() as db:
        unit = db.scalar(select(people.unit.c.id).where(people.unit.c.name == APLIKASI))
        row = {"unit_id": unit, "zone": "Asia/Jakarta", "roles": ["pegawai"]}
        rows = [row | {"nip": f"{number}", "name": f"Orang {number:03} {'dengan nama panjang ' * 3}"} for number in range(400)]
        db.execute(people.person.insert(), rows)
    siti = chat("siti")
    siti.says("/hadir masuk")
    text = siti.says("/hadir tim semua")
    assert len(text) < 16_000
    assert sections(text)["Hadir (1)"] == ["Siti Rahayu — 07.28 WIB, WFO"]
    assert sections(text)["Belum masuk (405)"][-1] == "… dan 256 orang lagi"
    assert siti.last.buttons == ()


def test_long_notes_are_cut(chat):
    chat("siti").says("/hadir masuk wfh " + "n" * 400)
    line = next(line for line in chat("budi").says("/hadir tim").splitlines() if "Siti" in line)
    assert len(line) < 150
    assert line.endswith("…”")


def test_in_english(chat, morning):
    budi = chat("budi")
    budi.says("/hadir bahasa en")
    text = budi.says("/hadir team", at=morning)
    assert text.splitlines()[0] == "**Your team** — Monday, 23 November 2026, 08.15 WIB"
    assert sections(text)["Late (1)"] == ["Dewi Lestari — 07.46 WIB, WFO, 16 min late"]


def test_someone_alone(chat, hadir):
    with hadir.database.write() as db:
        db.execute(people.unit.insert().values(name="Gudang"))
    assert chat("rina").says("/hadir tim gudang") == "Belum ada orang di tim ini."
