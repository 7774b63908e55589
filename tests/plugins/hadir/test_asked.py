"""An absence that nobody has decided on: it excuses nothing yet, and nobody is treated as if it had not been asked for.

Now it is Monday, 23 November 2026, 07.28 WIB; Siti's supervisor is Budi, Dewi is her colleague.
"""

from __future__ import annotations

from datetime import date

import pytest

from integration import people, scheduler
from plugins.hadir.plugin import PLUGIN
from tests.cast import at
from tests.plugins.izin.post import approved
from tests.plugins.jadwal.published import publish
from tests.post import button, change, inbox, texts

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
JOB = next(job for job in PLUGIN.jobs if job.name == "reminders")


def wib(clock, day="2026-11-23"):
    return at(f"{day}T{clock}+07:00")


@pytest.fixture
def plan(hadir):
    """`plan("siti", day)`: what is expected of her."""

    def of(name, day=MONDAY):
        with hadir.database.read() as db:
            return hadir.workdays.plan(db, people.search(db, name)[0], day, hadir.clock())

    return of


@pytest.fixture
def runs(hadir, clock):
    """The reminders' job at that moment."""

    def run(moment):
        clock.now = moment
        assert scheduler.run_job(hadir, JOB, moment)

    return run


def reminders(hadir, name):
    return [text for text in texts(inbox(hadir, name)) if "belum mencatat" in text]


# ---------------------------------------------------------------- the plan


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("/izin cuti 23-24 nov", "cuti"),
        ("/izin sakit", "sakit"),
        ('/izin dinas hari ini "Rakor" ST-112/2026', "dinas"),
        ("/izin belajar 23-24 nov S2 800/7/2026", "tugas_belajar"),
    ],
)
def test_what_waits_is_known_and_excuses_nothing(hadir, chat, plan, line, asked):
    chat("siti").says(line)
    found = plan("siti")
    assert (found.asked, found.asked_whole, found.excuse, found.works) == (asked, True, "", True)
    assert plan("dewi").asked == ""
    chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    found = plan("siti")
    assert (found.asked, found.excuse, found.works) == ("", asked, False)


@pytest.mark.parametrize("how", ["rejected", "withdrawn"])
def test_what_is_rejected_or_withdrawn_waits_no_more(hadir, chat, plan, how):
    siti, budi = chat("siti"), chat("budi")
    siti.says("/izin sakit")
    if how == "rejected":
        budi.presses(button(inbox(hadir, "budi")[0], "Tolak"))
        budi.submits(reason="Tidak ada surat")
    else:
        siti.says("/izin batal")
        siti.presses(siti.last.buttons[0])
    assert plan("siti").asked == ""


def test_hours_that_wait_are_those_hours_only(chat, plan):
    chat("siti").says("/izin izin hari ini 09.00-10.00 bank")
    found = plan("siti")
    assert (found.asked, found.asked_whole) == ("izin", False)
    assert found.asked_times == ((wib("09:00"), wib("10:00")),)


def test_approved_hours_stand_beside_hours_that_wait(hadir, chat, plan):
    approved(hadir, chat, "/izin izin hari ini 14.00-16.00 sekolah")
    chat("siti").says("/izin izin hari ini 09.00-10.00 bank")
    found = plan("siti")
    assert found.excused == ((wib("14:00"), wib("16:00")),)
    assert (found.asked, found.asked_times) == ("izin", ((wib("09:00"), wib("10:00")),))


def test_a_shift_keeps_what_waits(hadir, chat, plan):
    """The hours of a shift are another plan; whichever plugin is asked first, nothing is lost."""
    publish(hadir, {"siti": "O O/sif-malam O O O"})
    chat("siti").says("/izin cuti 24 nov")
    found = plan("siti", TUESDAY)
    assert (found.schedule, found.asked) == ("sif-malam", "cuti")


def test_the_judgement_is_the_same_with_and_without_a_request(hadir, chat):
    later = wib("17:00")
    before = chat("rina").says("/hadir kenapa 23/11 @siti", at=later).splitlines()
    chat("siti").says("/izin sakit")
    after = chat("rina").says("/hadir kenapa 23/11 @siti", at=later).splitlines()
    assert [line for line in after if "menunggu" not in line] == before
    assert "tanpa keterangan" in after[0]


# ---------------------------------------------------------------- reminders


def test_who_reported_ill_is_not_reminded_before_anybody_decides(hadir, chat, runs):
    chat("siti").says("/izin sakit", at=wib("07:05"))
    runs(wib("07:15"))
    assert (len(reminders(hadir, "siti")), len(reminders(hadir, "dewi"))) == (0, 1)


def test_who_came_and_then_reported_ill_is_not_reminded_to_check_out(hadir, chat, runs):
    for name in ("siti", "dewi"):
        chat(name).says("/hadir masuk", at=wib("07:20"))
    chat("siti").says("/izin sakit", at=wib("11:00"))
    runs(wib("16:15"))
    assert (len(reminders(hadir, "siti")), len(reminders(hadir, "dewi"))) == (0, 1)


def test_who_is_refused_in_time_is_reminded(hadir, chat, runs):
    chat("siti").says("/izin sakit", at=wib("06:30"))
    budi = chat("budi")
    budi.presses(button(inbox(hadir, "budi")[0], "Tolak"), at=wib("06:40"))
    budi.submits(reason="Tidak ada surat", at=wib("06:41"))
    runs(wib("07:15"))
    assert len(reminders(hadir, "siti")) == 1


@pytest.mark.parametrize(("hours", "count"), [("07.00-10.00", 0), ("13.00-14.00", 1)])
def test_hours_that_wait_silence_the_end_that_they_cover(hadir, chat, runs, hours, count):
    chat("siti").says(f"/izin izin hari ini {hours} bank", at=wib("06:30"))
    runs(wib("07:15"))
    assert len(reminders(hadir, "siti")) == count


# ---------------------------------------------------------------- what is said


def test_one_reads_it_in_the_menu_the_status_and_the_reasons(chat):
    siti = chat("siti")
    siti.says("/izin sakit")
    for line in ("/hadir", "/hadir status"):
        assert "- Permohonan sakit: menunggu persetujuan. Lihat: `/izin daftar`" in siti.says(line).splitlines()
    said = siti.says("/hadir kenapa 23/11", at=wib("17:00"))
    assert "- Permohonan sakit: menunggu persetujuan; berlaku setelah disetujui." in said.splitlines()
    assert "`/izin`" not in said


def test_of_a_day_to_come(chat):
    siti = chat("siti")
    siti.says("/izin cuti 24-25 nov")
    assert siti.says("/hadir kenapa besok").endswith("Permohonan cuti: menunggu persetujuan; berlaku setelah disetujui.")


@pytest.mark.parametrize("leader", ["budi", "hendra"])
def test_leaders_read_it_in_the_team(chat, leader):
    chat("siti").says("/izin sakit")
    assert "- Siti Rahayu — sakit: menunggu persetujuan" in chat(leader).says("/hadir tim", at=wib("08:15")).splitlines()


def test_colleagues_do_not(hadir, chat, runs):
    chat("siti").says("/izin sakit demam berdarah")
    assert "- Siti Rahayu" in chat("dewi").says("/hadir tim", at=wib("08:15")).splitlines()
    chat("budi").says("/hadir ringkasan 09.00")
    for line in ("/hadir tim", "/hadir tim semua", "/izin tim", "/jadwal tim"):
        said = chat("dewi").says(line, at=wib("08:15"))
        assert not {"sakit", "persetujuan"} & set(said.lower().replace(":", " ").split()), said
    assert "hanya dapat dilihat" in chat("dewi").says("/hadir kenapa 23/11 @siti", at=wib("17:00"))


# ---------------------------------------------------------------- days that count for discipline


def test_days_that_a_request_would_explain_are_named(hadir, chat):
    """Siti is known from Wednesday, 18 November, and did not come: nobody decided on her leave, then she was ill."""
    change(hadir, "siti", started_on=date(2026, 11, 18))
    siti, budi = chat("siti"), chat("budi")
    siti.says("/izin cuti 19 nov", at=wib("09:00", "2026-11-18"))
    siti.says("/izin sakit 20 nov")
    said = siti.says("/hadir disiplin").splitlines()
    assert said[0].endswith("**3** (PP 94/2021), 1 menunggu persetujuan cuti, 1 menunggu persetujuan sakit")
    assert "Menunggu persetujuan cuti: 19 Nov" in said
    assert "Menunggu persetujuan sakit: 20 Nov" in said
    [mend] = [line for line in said if line.startswith("Masih dapat dikoreksi")]
    assert mend == "Masih dapat dikoreksi: 18 Nov (sampai 2 Des)"
    [line] = [line for line in budi.says("/hadir disiplin tim").splitlines() if "Siti" in line]
    assert line.startswith("- Siti Rahayu: 3 (18, 19, 20 Nov)")
    assert line.endswith("; 1 menunggu persetujuan cuti; 1 menunggu persetujuan sakit")
    budi.presses(button(inbox(hadir, "budi")[0], "Setujui"))
    assert siti.says("/hadir disiplin").splitlines()[0].endswith("**2** (PP 94/2021), 1 menunggu persetujuan sakit")


def test_hours_that_wait_explain_no_day(hadir, chat):
    change(hadir, "siti", started_on=date(2026, 11, 20))
    chat("siti").says("/izin izin 20 nov 09.00-10.00 bank")
    said = chat("siti").says("/hadir disiplin")
    assert "**1**" in said
    assert "persetujuan" not in said
