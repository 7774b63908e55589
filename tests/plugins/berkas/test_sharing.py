"""`/berkas bagikan`: a link for some, its password apart, an end to it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from integration import scheduler
from integration.audit import audit
from integration.errors import DeliveryError
from integration.messages import Button, Form
from integration.outbox import outbox
from plugins.berkas import share_tasks
from plugins.berkas.tables import file_share
from tests.cast import NIP
from tests.plugins.berkas.conftest import DIRECT
from tests.post import audited, button, change, labels

FOLDER = "Hadir/Bidang Aplikasi/Berkas/2026"
PATH = f"{FOLDER}/undangan.pdf"


@pytest.fixture
def file(office, cloud):
    cloud.put(PATH, b"isi undangan", "")
    return cloud


def states(hadir):
    with hadir.database.read() as db:
        return list(db.scalars(select(file_share.c.state).order_by(file_share.c.id)))


def shared(at, works, line="/berkas bagikan undangan @dewi"):
    siti = at("siti")
    siti.says(line)
    said = siti.presses("Ya, bagikan")
    works()
    return said


def test_link_and_password_come_apart(at, office, file, works, hadir):
    siti = at("siti")
    said = siti.says("/berkas bagikan undangan @dewi sampai 30/11")
    assert said.startswith("Bagikan **undangan.pdf** kepada Dewi Lestari sampai 30 November 2026?")
    assert siti.presses("Ya, bagikan").startswith("**undangan.pdf** sedang dibagikan kepada Dewi Lestari")
    assert office.told("dewi") == []  # nothing leaves within a request
    works()
    password, link = office.told("dewi")
    assert password.startswith("Kata sandi untuk **undangan.pdf** yang dibagikan Siti Rahayu: `sandi-")
    assert link.startswith("Siti Rahayu membagikan **undangan.pdf** kepada Anda.")
    assert "https://awan.example/s/1" in link
    assert "sandi-" not in link
    assert "https" not in password
    assert office.told("siti") == ["**undangan.pdf** dibagikan kepada Dewi Lestari sampai 30 November 2026."]
    _, expires = file.links[PATH]
    assert expires.isoformat() == "2026-11-30T17:00:00+00:00"  # midnight in Jakarta
    assert states(hadir) == ["made"]


def test_the_password_is_in_no_row_and_no_log(at, office, file, works, hadir, capsys):
    shared(at, works)
    assert any("sandi-" in text for text in office.told("dewi"))
    with hadir.database.read() as db:
        for table in (outbox, audit, file_share):
            assert "sandi-" not in str([tuple(row) for row in db.execute(select(table))]), table.name
    printed = capsys.readouterr()
    assert "sandi-" not in printed.out + printed.err


def test_the_usual_end_and_the_longest(at, file):
    siti = at("siti")
    assert "sampai 7 Desember 2026?" in siti.says("/berkas bagikan undangan @dewi")
    assert siti.says("/berkas bagikan undangan @dewi sampai 1/6/2027") == "Tautan paling lama berlaku sampai 21 Februari 2027."
    assert "sudah lewat" in siti.says("/berkas bagikan undangan @dewi sampai 1/11/2026")
    assert "“entah”" in siti.says("/berkas bagikan undangan @dewi sampai entah")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("/berkas bagikan undangan @siti", "Itu Anda sendiri"),
        ("/berkas bagikan undangan @tidakada", "Tidak ada"),
        ("/berkas bagikan anggaran @dewi", "Tidak ada berkas “anggaran”"),
        ("/berkas bagikan @dewi", "Berkas yang mana?"),
        ("/berkas bagikan undangan ~lain", "Ketik perintahnya di kanal itu sendiri"),
        ("/berkas bagikan Hadir/Subbagian Kepegawaian/Rekap/x.xlsx @dewi", "Tidak ada berkas"),
    ],
)
def test_refusals_name_the_cure(at, file, line, why):
    assert why in at("siti").says(line)


def test_without_anybody_it_opens_a_form(at, office, file, works):
    siti = at("siti")
    assert siti.says("/berkas bagikan undangan") == "Bagikan berkas"
    assert isinstance(siti.talker.last, Form)
    form = siti.talker.last
    assert "Siapa" in siti.talker.submits(form, to="wa bu zz") or "Tidak ada" in str(siti.talker.last)
    assert "until" in siti.talker.submits(form, to="dewi", until="31/02")
    assert siti.talker.submits(form, to=f"dewi, {NIP['budi']}, dewi").startswith("**undangan.pdf** sedang dibagikan")
    works()
    assert len(office.told("dewi")) == len(office.told("budi")) == 2


def test_a_second_click_and_a_new_day(at, office, file, works, hadir):
    siti = at("siti")
    siti.says("/berkas bagikan undangan @dewi")
    yes = button(siti.last, "Ya, bagikan")
    siti.presses(yes)
    siti.presses(yes)
    works()
    assert siti.presses(yes) == "**undangan.pdf** sudah dibagikan kepada Dewi Lestari."
    works()
    assert len(office.told("dewi")) == 2
    shared(at, works, "/berkas bagikan undangan @dewi sampai 31/12")
    assert (states(hadir), len(audited(hadir, "berkas.share_prolonged"))) == (["made"], 1)
    assert file.links[PATH][1].isoformat() == "2026-12-31T17:00:00+00:00"


def test_to_a_channel_the_password_goes_to_each_member(at, office, file, works):
    office.people["c-umum"] = ["siti", "dewi", "budi", "tamu"]
    shared(at, works, "/berkas bagikan undangan ~ini")
    [post] = office.told("c-umum")
    assert "https://awan.example/s/1" in post
    assert "sandi-" not in post
    assert all("sandi-" in office.told(who)[0] and len(office.told(who)) == 1 for who in ("dewi", "budi"))
    assert "1 orang di kanal itu belum saya kenal" in office.told("siti")[0]


def test_a_channel_without_the_bot(at, office, file, works, hadir):
    office.outside.add("c-umum")
    shared(at, works, "/berkas bagikan undangan ~ini")
    assert "/invite @hadir" in office.told("siti")[0]
    assert (states(hadir), file.links) == (["failed"], {})


def test_withdrawing_ends_the_link(at, office, file, works, hadir):
    shared(at, works)
    siti = at("siti")
    assert "- undangan.pdf → Dewi Lestari, sampai" in siti.says("/berkas bagikan")
    end = siti.last.buttons[0]
    assert at("dewi").presses(end) == "Hanya yang membagikan yang bisa mencabutnya."
    assert siti.presses(end) == "Dicabut: undangan.pdf untuk Dewi Lestari. Tautannya berakhir."
    assert siti.presses(end) == "Ini sudah dicabut."
    works()
    assert (states(hadir), file.links) == (["ended"], {})
    assert "tidak sedang membagikan" in siti.says("/berkas bagikan")


def test_withdrawing_from_one_gives_the_others_a_new_link(at, office, file, works, hadir):
    shared(at, works, "/berkas bagikan undangan @dewi @budi")
    siti = at("siti")
    siti.says("/berkas bagikan")
    siti.presses(button(siti.last, "Cabut: Dewi Lestari"))
    works()
    assert "https://awan.example/s/2" in office.told("budi")[-1]
    assert "berubah" in office.told("budi")[-1]
    assert not any("/s/2" in text for text in office.told("dewi"))
    assert sorted(states(hadir)) == ["ended", "made"]


def test_what_is_over_ends_by_itself(at, office, file, works, hadir, clock):
    shared(at, works, "/berkas bagikan undangan @dewi sampai 25/11")
    shared(at, works, "/berkas bagikan undangan @budi sampai 30/11")
    clock.now += timedelta(days=4)
    share_tasks.end_what_is_over(scheduler.JobRun(hadir, clock.now))
    works()
    assert sorted(states(hadir)) == ["ended", "made"]
    assert "/s/2" in office.told("budi")[-1]
    clock.now += timedelta(days=4)
    share_tasks.end_what_is_over(scheduler.JobRun(hadir, clock.now))
    works()
    assert (states(hadir), file.links) == (["ended", "ended"], {})


@pytest.mark.parametrize("leaver", ["siti", "dewi"])
def test_who_leaves_takes_the_share_along(at, office, file, works, hadir, clock, leaver):
    shared(at, works)
    change(hadir, leaver, ended_on=date(2026, 11, 23))
    clock.now += timedelta(days=2)
    share_tasks.end_what_is_over(scheduler.JobRun(hadir, clock.now))
    works()
    assert (states(hadir), file.links) == (["ended"], {})


def test_somebody_who_left_gets_nothing(at, file, hadir):
    change(hadir, "dewi", ended_on=date(2026, 11, 20))
    assert "sudah tidak bekerja di sini" in at("siti").says(f"/berkas bagikan undangan {'@dewi'}")


def test_who_left_before_the_worker_came_shares_nothing(at, office, file, works, hadir):
    siti = at("siti")
    siti.says("/berkas bagikan undangan @dewi")
    siti.presses("Ya, bagikan")
    change(hadir, "siti", ended_on=date(2026, 11, 20))
    works()
    assert (states(hadir), office.told("dewi"), file.links) == (["failed"], [], {})


def test_a_file_that_was_moved_meanwhile(at, office, file, works, hadir):
    siti = at("siti")
    siti.says("/berkas bagikan undangan @dewi")
    file.delete(PATH)
    siti.presses("Ya, bagikan")
    works()
    assert "dipindah atau dihapus" in office.told("siti")[0]
    assert (states(hadir), office.told("dewi")) == (["failed"], [])


def test_a_drive_that_is_down_delays_it(at, office, file, works, hadir, clock):
    siti = at("siti")
    siti.says("/berkas bagikan undangan @dewi")
    yes = button(siti.last, "Ya, bagikan")
    file.down = True
    siti.presses(yes)
    works()
    assert (states(hadir), office.told("dewi")) == (["waiting"], [])
    file.down = False
    clock.now += timedelta(minutes=5)
    works()
    assert len(office.told("dewi")) == 2


def test_a_drive_that_refuses_is_told(at, office, file, works, hadir):
    siti = at("siti")
    siti.says("/berkas bagikan undangan @dewi")
    file.share = lambda *_given, **_named: (_ for _ in ()).throw(DeliveryError("no", permanent=True))
    siti.presses("Ya, bagikan")
    works()
    assert "ditolak penyimpanan atau chat" in office.told("siti")[0]
    assert states(hadir) == ["failed"]


def test_a_drive_without_links_sends_the_file(at, office, drive, works, hadir):
    drive.put(PATH, b"isi undangan", "")
    siti = at("siti", DIRECT)
    siti.says("/berkas bagikan undangan @dewi")
    siti.presses("Ya, bagikan")
    works()
    assert [file.content for file in office.last("dewi").files] == [b"isi undangan"]
    assert "dikirim kepada Dewi Lestari sebagai berkas" in office.told("siti")[0]
    assert "- undangan.pdf → Dewi Lestari, dikirim sebagai berkas" in siti.says("/berkas bagikan")
    assert labels(siti.last) == []
    assert "tidak bisa dicabut" in siti.presses(Button("x", "berkas.share_end", "1"))


def test_a_value_that_nobody_made(at, file, hadir):
    siti = at("siti")
    for value in (f"person:99|2026-12-01|{PATH}", f"person:4|2030-12-01|{PATH}", f"channel:mattermost:c-x|2026-12-01|{PATH}"):
        assert "tidak terbuka" in siti.presses(Button("x", "berkas.share_yes", value))
    assert labels(siti.last) == []
