"""Attacks on `/logbook`: colleagues and other units' leaders, addresses in wrong hands, words that cost hours, two at once.

What each part of it promises is tried in `tests/plugins/logbook`; here it is what nobody promised. Today is Monday, 23
November 2026. Siti, Dewi and Wayan report to Budi, he to Hendra; Agus leads another unit with Yosef.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select, update

from integration import own_data, people
from integration.app import create_app
from integration.audit import audit
from integration.core import Hadir
from integration.errors import UserError
from integration.i18n import Catalogues
from integration.messages import Button, Form, FormSubmission
from integration.outbox import outbox
from plugins.logbook import locking, writing
from plugins.logbook.imports import durations, quantities
from plugins.logbook.own import amounts, lines
from plugins.logbook.review.shown import pack
from plugins.logbook.tables import (
    logbook_comment,
    logbook_entry,
    logbook_evidence,
    logbook_late,
    logbook_lock,
    logbook_rating,
    logbook_template,
    skp_target,
)
from tests import cast
from tests.plugins.logbook.drawn import person
from tests.plugins.logbook.reviewed import entry, states
from tests.plugins.logbook.sheets import csv, sends, works
from tests.plugins.logbook.wrote import approves, newest, returns, wrote
from tests.post import change, inbox, person_id
from tests.security.test_effort import LONG
from tests.security.test_races import at_once, press

Chat = Callable[[str], cast.Talker]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRET = "zqrahasialogbook"
TROUBLE = "sedang bermasalah"
PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"}


@pytest.fixture
def secret(hadir: Hadir, chat: Chat) -> Hadir:
    """Siti's reports in every state, with all that is said and kept of them; Agus leads Yosef in the other unit."""
    siti, budi = chat("siti"), chat("budi")
    siti.says(f"/logbook target tambah RHK-1 sasaran {SECRET}")
    siti.submits()
    wrote(siti, f"/logbook kegiatan {SECRET} 2 jam = 3 berkas #RHK-1 hasil: {SECRET}")
    siti.says(f"/logbook bukti 1 https://drive.example/{SECRET}")
    budi.says(f"/logbook komentar @siti 1 tanggapan {SECRET}")
    approves(budi, newest(hadir))
    returns(budi, wrote(siti, f"/logbook kembali {SECRET} 1 jam"), f"catatan {SECRET}")
    wrote(siti, f"/logbook terkirim {SECRET} 30 menit")
    wrote(siti, f"/logbook draf {SECRET} tanpa waktu")
    siti.says(f"/logbook templat simpan 1 {SECRET}"[:60])
    siti.says(f"/logbook susulan 2/11 {SECRET}")
    budi.says("/logbook nilai @siti oktober di bawah")
    budi.presses(Button("x", "logbook.rate", f"{person_id(hadir, 'siti')}:2026-10"))
    budi.submits(rating="below", note=f"nilai {SECRET}")
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).select_from(logbook_rating)) == 1
    other = person_id(hadir, "agus")
    with hadir.database.read() as db:
        unit_id = people.units_named(db, cast.KEPEGAWAIAN)[0][0]
    change(hadir, "agus", roles=["pegawai", "atasan", "pimpinan"])
    change(hadir, "yosef", unit_id=unit_id, supervisor_id=other)
    return hadir


def of_siti(hadir: Hadir) -> str:
    """All that the logbook keeps of Siti."""
    siti, found = person_id(hadir, "siti"), dict[str, Any]()
    mine = select(logbook_entry.c.id).where(logbook_entry.c.person_id == siti)
    with hadir.database.read() as db:
        for table in (logbook_entry, skp_target, logbook_late, logbook_rating, logbook_template):
            found[table.name] = db.execute(select(table).where(table.c.person_id == siti).order_by(table.c.id)).all()
        for table in (logbook_comment, logbook_evidence):
            found[table.name] = db.execute(select(table).where(table.c.entry_id.in_(mine)).order_by(table.c.id)).all()
        found["lock"] = db.execute(select(logbook_lock)).all()
    return str({name: [tuple(row) for row in rows] for name, rows in found.items()})


# ---------------------------------------------------------------- who is not of the line


WORDS = (
    "lihat",
    "periksa",
    "komentar",
    "nilai",
    "rekap",
    "tim",
    "target",
    "target ubah RHK-1",
    "target hapus RHK-1",
    "target tambah RHK-9",
    "ekspor",
    "kunci november",
    "buka-kunci oktober",
    "bukti",
    "ubah",
    "hapus",
    "kirim",
    "salin",
    "templat",
    "susulan",
    "impor",
)


@on_sqlite
def test_colleagues_and_leaders_of_other_units_learn_and_change_nothing(secret: Hadir, chat: Chat) -> None:
    before = of_siti(secret)
    names = ("@siti", cast.NIP["siti"], "Siti Rahayu", cast.APLIKASI, "unit", "tim", "semua", "1", "@siti 1 baik", "1 @siti")
    for who in ("dewi", "agus", "yosef"):
        talker = chat(who)
        for word in WORDS:
            for name in names:
                line = f"/logbook {word} {name}"
                said = talker.says(line)
                assert TROUBLE not in said, line
                assert SECRET not in str(talker.last), (who, line)
        for file in inbox(secret, who):
            assert SECRET not in str(file), who
    assert of_siti(secret) == before


@on_sqlite
def test_a_leader_sees_nobody_above_in_their_own_line(hadir: Hadir, chat: Chat) -> None:
    """Though they are of the same unit; in every way to look."""
    change(hadir, "budi", roles=["pegawai", "atasan", "pimpinan"])
    budi, boss = chat("budi"), wrote(chat("hendra"), f"/logbook {SECRET} 1 jam")
    wrote(chat("siti"), "/logbook kegiatan siti 1 jam")
    for line in (
        f"periksa {cast.NIP['hendra']}",
        f"komentar @hendra {boss}",
        f"rekap {cast.NIP['hendra']}",
        "rekap unit",
        "tim",
        "tim unit",
        f"tim {cast.NIP['hendra']}",
        f"target {cast.NIP['hendra']}",
    ):
        budi.says(f"/logbook {line}")
        assert SECRET not in str(budi.last), line
        assert "Hendra Gunawan: " not in str(budi.last), line
    budi.says("/logbook rekap unit")
    assert "Siti Rahayu" in str(budi.last)
    assert "Hendra" not in str(budi.last)
    budi.says("/logbook tim unit")
    assert "Hendra" not in str(budi.last)
    for action, value in (("comment", str(boss)), ("evidence_see", str(boss)), ("review_approve", pack([entry(hadir, boss)]))):
        budi.presses(Button("x", f"logbook.{action}", value))
        assert SECRET not in str(budi.last), action
    assert states(hadir, boss) == ["sent"]


@on_sqlite
def test_the_page_of_a_team_is_for_whoever_leads_it_at_that_moment(secret: Hadir, chat: Chat) -> None:
    browser = create_app(secret).test_client()

    def get(address: str) -> str:
        return browser.get(urlsplit(address).path, headers=PHONE).get_data(as_text=True)

    found = re.search(r"\]\((http\S+/p/logbook\.tim/[\w.-]+)\)", chat("budi").says("/logbook tim"))
    assert found is not None
    address = found[1]
    assert SECRET in get(address)
    token = address.rpartition("/")[2].split(".")
    for number in range(len(token)):
        for other in ("unit", "orang", "0", "1", "9", "2026-11-23", "x", ""):
            if other != token[number]:
                forged = ".".join([*token[:number], other, *token[number + 1 :]])
                assert SECRET not in get(f"{address.rpartition('/')[0]}/{forged}"), forged
    for page in ("logbook.unit", "rapat.tim", "logbook.tim/..", "logbook"):
        assert SECRET not in get(address.replace("logbook.tim", page))
    change(secret, "siti", supervisor_id=person_id(secret, "hendra"))
    assert SECRET not in get(address)
    change(secret, "siti", supervisor_id=person_id(secret, "budi"))
    assert SECRET in get(address)
    change(secret, "budi", ended_on=date(2026, 11, 20))
    assert SECRET not in get(address)


# ---------------------------------------------------------------- where words may not go


@on_sqlite
def test_words_stand_nowhere_but_in_the_logbook_and_in_messages_of_the_line(
    capsys: pytest.CaptureFixture[str], secret: Hadir, chat: Chat
) -> None:
    chat("siti").says("/logbook hapus 3")
    chat("budi").says("/logbook periksa @siti")
    with secret.database.read() as db:
        rows = [str(tuple(row)) for row in db.execute(select(audit))]
        told = {row.payload.get("person"): str(row.payload) for row in db.execute(select(outbox.c.payload)) if row.payload}
        keys = str(list(db.scalars(select(outbox.c.key))))
    # The title of a target is no secret of the person's: it is their official plan, and every change of it is kept.
    leaks = [row for row in rows if SECRET in row and "logbook.target" not in row]
    assert leaks == []
    assert SECRET not in keys
    line = {person_id(secret, name) for name in ("siti", "budi", "hendra", "rina")}
    assert {who for who, payload in told.items() if SECRET in payload and who is not None} <= line
    assert SECRET not in capsys.readouterr().out
    for who in ("dewi", "agus", "kartika"):
        with secret.database.read() as db:
            assert SECRET not in str(own_data.collect(db, person(secret, who), secret.clock())), who
    # The note of a rating is for the person and the line: whoever else sees the reports does not see the rating.
    for who in ("kartika", "rina"):
        talker = chat(who)
        for say in ("rekap @siti oktober", "nilai @siti oktober", "rekap oktober Bidang Aplikasi", "periksa @siti"):
            talker.says(f"/logbook {say}")
            assert f"nilai {SECRET}" not in str(talker.last), (who, say)
            assert "di bawah ekspektasi" not in str(talker.last), (who, say)


# ---------------------------------------------------------------- what was shown, and what is closed


@on_sqlite
def test_nothing_is_approved_that_was_not_shown(hadir: Hadir, chat: Chat) -> None:
    siti, budi, hendra = chat("siti"), chat("budi"), chat("hendra")
    id = wrote(siti, "/logbook menyusun laporan 1 jam")
    shown = Button("x", "logbook.review_all", pack([entry(hadir, id)]))
    siti.presses(Button("x", "logbook.edit", str(id)))
    siti.submits(activity="sesuatu yang lain", time="8 jam")
    budi.presses(shown)
    assert states(hadir, id) == ["sent"]
    siti.presses(Button("x", "logbook.drop", str(id)))
    for who in (budi, hendra):
        who.presses(Button("x", "logbook.review_all", pack([entry(hadir, id)])))
    assert states(hadir, id) == ["dropped"]
    siti.presses(Button("x", "logbook.restore", str(id)))
    budi.presses(shown)
    assert states(hadir, id) == ["sent"]
    # A file of reports is approved as a whole, but for what was changed since.
    sends(siti, csv([("Tanggal", "Kegiatan", "Waktu"), ("19/11/2026", "a", "1 jam"), ("20/11/2026", "b", "1 jam")]), "a.csv")
    works(hadir)
    siti.presses(Button("x", "logbook.import_take", "1:1"))
    works(hadir)
    with hadir.database.write() as db:
        e = logbook_entry.c
        first, second = db.scalars(select(e.id).where(e.import_id == 1).order_by(e.id))
        db.execute(update(logbook_entry).where(e.id == first).values(round=2, minutes=1440))  # as a change of it would
    budi.presses(Button("x", "logbook.import_approve", f"1:{person_id(hadir, 'siti')}"))
    assert states(hadir, first, second) == ["sent", "approved"]


@on_sqlite
def test_what_was_approved_is_never_overwritten(hadir: Hadir, chat: Chat) -> None:
    siti, budi = chat("siti"), chat("budi")
    id = wrote(siti, "/logbook menyusun laporan 1 jam")
    siti.says("/logbook bukti 1 https://drive.example/a")
    siti.presses(Button("x", "logbook.evidence_drop", f"{id} 1"))
    siti.presses(Button("x", "logbook.edit", str(id)))
    old_form = siti.last
    assert isinstance(old_form, Form)
    approves(budi, id)
    approved = entry(hadir, id)

    def evidence() -> str:
        with hadir.database.read() as db:
            rows = db.execute(select(logbook_evidence).where(logbook_evidence.c.entry_id == id))
            return str([tuple(row) for row in rows])

    before = evidence()
    values = {"activity": "dipalsukan", "time": "9 jam", "then": "send"}
    for value in (old_form.value, f"{id} ", f"{id} x", str(id), f"{id} {'0' * 12}"):
        with contextlib.suppress(UserError):
            hadir.dispatcher.handle(siti.sender, FormSubmission("logbook.entry", values, value), hadir.clock())
    for action, value in (
        ("drop", str(id)),
        ("restore", str(id)),
        ("send", str(id)),
        ("time", f"{id}:240"),
        ("aim", f"{id}:0"),
        ("drop_all", str(id)),
        ("evidence_back", f"{id} 1"),
        ("evidence_use", f"{id} Hadir/Bidang Aplikasi/Berkas/x.pdf"),
        ("evidence_drop", f"{id} 1"),
    ):
        siti.presses(Button("x", f"logbook.{action}", value))
        now = entry(hadir, id)
        assert (now.state, now.content, now.decider_id) == ("approved", approved.content, approved.decider_id), action
        assert evidence() == before, action
    # A change of it is a row of its own; thrown away and back, sent twice, it is one, and the approved one counts.
    siti.presses(Button("x", "logbook.edit", str(id)))
    siti.submits(activity="perubahan", time="2 jam")
    e = logbook_entry.c
    with hadir.database.read() as db:
        changes = list(db.scalars(select(e.id).where(e.revises_id == id, e.state == "sent")))
    assert len(changes) == 1
    assert entry(hadir, id).content == approved.content
    approves(budi, changes[0])
    assert states(hadir, id) == ["replaced"]
    for action in ("drop", "restore", "send", "edit"):
        siti.presses(Button("x", f"logbook.{action}", str(id)))
    assert states(hadir, id, changes[0]) == ["replaced", "approved"]


@on_sqlite
def test_a_closed_month_is_closed_to_every_way_of_writing(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    clock.now = cast.at("2026-11-30T09:00+07:00")
    siti, budi = chat("siti"), chat("budi")
    approved, sent, dropped = (wrote(siti, f"/logbook kegiatan {name} 1 jam") for name in ("satu", "dua", "tiga"))
    draft = wrote(siti, "/logbook kegiatan tanpa waktu")
    siti.says("/logbook bukti 2 https://drive.example/a")
    siti.says("/logbook bukti 2 https://drive.example/b")
    siti.presses(Button("x", "logbook.evidence_drop", f"{sent} 2"))
    siti.presses(Button("x", "logbook.drop", str(dropped)))
    approves(budi, approved)
    rows = [("Tanggal", "Kegiatan", "Waktu"), ("3/11/2026", "lama", "1 jam"), ("27/11/2026", "baru", "1 jam")]
    sends(siti, csv(rows), "a.csv", year="2026")
    works(hadir)
    siti.presses(Button("x", "logbook.import_take", "1:1"))
    works(hadir)
    sends(siti, csv([*rows, ("27/11/2026", "lagi", "1 jam")]), "b.csv", year="2026")
    works(hadir)
    siti.presses(Button("x", "logbook.edit", str(sent)))
    form = siti.last
    assert isinstance(form, Form)
    value = form.value
    clock.now = cast.at("2026-12-01T09:00+07:00")
    with hadir.database.write() as db:
        db.execute(update(logbook_entry).where(logbook_entry.c.id == draft).values(minutes=30))
        for month in (date(2026, 11, 1), date(2026, 2, 1)):
            locking.say(db, locking.OFFICE, month, True, "uji", hadir.clock(), person_id(hadir, "rina"))
    before = of_siti(hadir)
    values = {"activity": "setelah dikunci", "time": "2 jam", "then": "send"}
    for given in (value, "new 2026-11-30", "new 2026-02-03"):
        hadir.dispatcher.handle(siti.sender, FormSubmission("logbook.entry", values, given), hadir.clock())
        assert of_siti(hadir) == before, given
    for action, given in (
        ("drop", str(sent)),
        ("drop", str(draft)),
        ("restore", str(dropped)),
        ("send", str(draft)),
        ("send", "2026-11-30"),
        ("time", f"{draft}:60"),
        ("evidence_drop", f"{sent} 1"),
        ("evidence_drop", f"{approved} 1"),
        ("evidence_back", f"{sent} 2"),
        ("evidence_use", f"{sent} Hadir/Bidang Aplikasi/Berkas/x.pdf"),
        ("import_take", "2:1"),
        ("import_undo", "1"),
    ):
        siti.presses(Button("x", f"logbook.{action}", given))
        works(hadir)
        assert of_siti(hadir) == before, action
    for line in (
        "kemarin kegiatan lain 1 jam",
        "kirim semua kemarin",
        "hapus 1 kemarin",
        "bukti 1 https://drive.example/c",
        "salin kemarin ke kemarin",
        "susulan 2/11 lupa",
    ):
        siti.says(f"/logbook {line}")
        assert of_siti(hadir) == before, line
    budi.presses(Button("x", "logbook.review_return", pack([entry(hadir, sent)])))
    if isinstance(budi.last, Form):
        budi.submits(note="perbaiki")
    assert of_siti(hadir) == before


@on_sqlite
def test_in_a_circle_of_supervisors_nobody_decides_on_their_own(hadir: Hadir, chat: Chat) -> None:
    siti, budi = chat("siti"), chat("budi")
    id = wrote(siti, f"/logbook {SECRET} 1 jam")
    siti.says("/logbook susulan 2/11 lupa")
    change(hadir, "budi", supervisor_id=person_id(hadir, "siti"))
    value = pack([entry(hadir, id)])
    for own in ("siti", "circle of one"):
        if own != "siti":
            change(hadir, "siti", supervisor_id=person_id(hadir, "siti"))
        for action, given in (
            ("review_all", value),
            ("review_approve", value),
            ("review_return", value),
            ("review_open", str(person_id(hadir, "siti"))),
            ("late_approve", "1"),
            ("rate", f"{person_id(hadir, 'siti')}:2026-10"),
        ):
            siti.presses(Button("x", f"logbook.{action}", given))
            assert not isinstance(siti.last, Form) or action == "review_open", action
        for line in ("", "tim", "periksa", "periksa @siti", "nilai", "nilai @siti oktober sesuai", "rekap tim"):
            for who in (siti, budi):
                assert TROUBLE not in who.says(f"/logbook {line}".strip()), line
    r = logbook_rating.c
    with hadir.database.read() as db:
        assert db.scalar(select(logbook_late.c.state)) == "waiting"
        assert db.scalar(select(func.count()).where(r.decider_id == r.person_id)) == 0
    assert states(hadir, id) == ["sent"]


# ---------------------------------------------------------------- evidence of others


@on_sqlite
def test_no_path_reaches_what_is_not_the_persons_own(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    id = wrote(siti, "/logbook menyusun laporan 1 jam")
    base = "Hadir/Bidang Aplikasi"
    for path in (
        f"{base}/Logbook/2026/11/Bukti/Dewi Lestari {cast.NIP['dewi']}/a.pdf",
        f"{base}/Berkas/../Izin/surat-sakit.pdf",
        f"{base}/Berkas/../../Bidang Lain/a.pdf",
        f"{base}/Berkas//etc/passwd",
        f"{base}/Berkas/./../../x",
        f"{base}/Izin/2026/surat.pdf",
        "Hadir/Subbagian Kepegawaian/Berkas/a.pdf",
        "/etc/passwd",
        f"{base}/Berkas",
        f"{base}/Berkas\\..\\Izin\\a.pdf",
        f"{base}/Berkas/a\x00.pdf",
        "",
    ):
        siti.presses(Button("x", "logbook.evidence_use", f"{id} {path}"))
        with hadir.database.read() as db:
            assert db.scalar(select(func.count()).select_from(logbook_evidence)) == 0, path
    for link in (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://a:b@drive.example/x",
        "//drive.example",
        "data:text/html,x",
    ):
        siti.says(f"/logbook bukti 1 {link}")
        with hadir.database.read() as db:
            assert db.scalar(select(func.count()).select_from(logbook_evidence)) == 0, link


# ---------------------------------------------------------------- at the same time


def test_of_two_at_once_one_stands(hadir: Hadir, chat: Chat) -> None:
    """Approving against changing, dropping and sending again; what stands is one of them as a whole, and the audit agrees."""
    siti, budi = chat("siti"), chat("budi")
    for round in range(3):
        id = wrote(siti, f"/logbook kegiatan ke{round} 1 jam")
        seen = entry(hadir, id)
        siti.presses(Button("x", "logbook.edit", str(id)))
        form = siti.last
        assert isinstance(form, Form)
        values = {field.name: field.default for field in form.fields} | {"activity": f"diubah {round}", "time": "3 jam"}
        changing = FormSubmission(form.action, values, form.value)
        at_once(
            press(hadir, "budi", "logbook.review_all", pack([seen])),
            press(hadir, "hendra", "logbook.review_approve", pack([seen])),
            lambda changing=changing: hadir.dispatcher.handle(siti.sender, changing, hadir.clock()),  # type: ignore[misc]
            press(hadir, "siti", "logbook.drop", str(id)),
        )
        now = entry(hadir, id)
        if now.state == "approved":
            assert now.content == seen.content
            with hadir.database.read() as db:
                is_approved = audit.c.action == "logbook.approved", audit.c.object == f"logbook_entry:{id}"
                assert db.scalar(select(func.count()).select_from(audit).where(*is_approved)) == 1
        assert agrees(hadir)
    draft = wrote(siti, "/logbook kegiatan panjang tanpa waktu")
    at_once(*(press(hadir, "siti", "logbook.time", f"{draft}:60") for _ in range(4)))
    assert (entry(hadir, draft).state, entry(hadir, draft).round) == ("sent", 1)
    assert budi.says("/logbook periksa")
    assert agrees(hadir)


def test_a_day_has_24_hours_for_two_at_once_as_well(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    dropped = []
    for number in range(3):
        dropped.append(wrote(siti, f"/logbook kegiatan ke{number} 10 jam"))
        siti.presses(Button("x", "logbook.drop", str(dropped[-1])))
    at_once(*(press(hadir, "siti", "logbook.restore", str(id)) for id in dropped))
    assert sorted(states(hadir, *dropped)) == ["dropped", "sent", "sent"]
    assert agrees(hadir)


def test_a_file_is_taken_once_and_a_change_made_once(hadir: Hadir, chat: Chat) -> None:
    siti, budi = chat("siti"), chat("budi")
    sends(siti, csv([("Tanggal", "Kegiatan", "Waktu"), ("20/11/2026", "satu", "1 jam")]), "a.csv")
    works(hadir)
    at_once(
        *(press(hadir, "siti", "logbook.import_take", "1:1") for _ in range(4)),
        press(hadir, "siti", "logbook.import_drop", "1:1"),
    )
    works(hadir)
    with hadir.database.read() as db:
        count = db.scalar(select(func.count()).select_from(logbook_entry))
        confirmed = db.scalar(select(func.count()).select_from(audit).where(audit.c.action == "logbook.import_confirmed"))
    assert count == confirmed
    assert count in (0, 1)
    id = wrote(siti, "/logbook menyusun laporan 1 jam")
    approves(budi, id)
    siti.presses(Button("x", "logbook.edit", str(id)))
    form = siti.last
    assert isinstance(form, Form)
    values = {field.name: field.default for field in form.fields} | {"activity": "diubah"}
    again = FormSubmission(form.action, values, form.value)
    at_once(*(lambda: hadir.dispatcher.handle(siti.sender, again, hadir.clock()) for _ in range(3)))
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).where(logbook_entry.c.revises_id == id)) == 1
    # Changed and given evidence at once, by two clicks of the same person: no one waits for the other for ever.
    id = wrote(siti, "/logbook memeriksa berkas 1 jam")
    approves(budi, id)
    siti.presses(Button("x", "logbook.edit", str(id)))
    form = siti.last
    assert isinstance(form, Form)
    values = {field.name: field.default for field in form.fields} | {"activity": "diubah juga"}
    changing = FormSubmission(form.action, values, form.value)
    proving = FormSubmission("logbook.evidence", {"link": "https://drive.example/a"}, str(id))
    both = (changing, proving, changing, proving)
    heard = at_once(*(lambda each=each: hadir.dispatcher.handle(siti.sender, each, hadir.clock()) for each in both))
    assert not [each for each in heard if TROUBLE in str(each)]
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).where(logbook_entry.c.revises_id == id)) == 1
    assert agrees(hadir)


def test_evidence_comes_back_into_no_entry_that_is_just_approved(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    for number in range(3):
        id = wrote(siti, f"/logbook kegiatan ke{number} 1 jam")
        siti.says(f"/logbook bukti {number + 1} https://drive.example/{number}")
        with hadir.database.read() as db:
            evidence_id = db.scalar(select(func.max(logbook_evidence.c.id)))
        siti.presses(Button("x", "logbook.evidence_drop", f"{id} {evidence_id}"))
        at_once(
            press(hadir, "budi", "logbook.review_approve", pack([entry(hadir, id)])),
            press(hadir, "siti", "logbook.evidence_back", f"{id} {evidence_id}"),
        )
        with hadir.database.read() as db:
            both = audit.c.action.in_(("logbook.approved", "logbook.evidence_put_back"))
            query = select(audit.c.action).where(audit.c.object == f"logbook_entry:{id}", both)
            actions = list(db.scalars(query.order_by(audit.c.id)))
        assert actions in (["logbook.approved"], ["logbook.evidence_put_back", "logbook.approved"]), actions
        assert agrees(hadir)


def agrees(hadir: Hadir) -> bool:
    """Whether every entry is as its last audit row says."""
    from integration import ledger
    from integration.audit import Problem

    ledgers = {"logbook_entry": (logbook_entry, writing.LEDGER)}
    with hadir.database.read() as db, hadir.database.read() as second:
        return not [each for each in ledger.compare(db, second, ledgers) if isinstance(each, Problem)]


# ---------------------------------------------------------------- what a line costs


MORE = {
    "commas": "," * 16_000,
    "semicolons": "a" + ";" * 16_000 + "a",
    "equals": "=" * 16_000,
    "numbers of a result": "a = 1" + "1," * 8_000 + "!",
    "codes": "#a." * 5_000,
    "brackets": "(" * 8_000 + ")" * 8_000,
    "times": "2 jam " * 3_000,
    "spans": "a 08.00-10.00 " * 1_200,
    "results": ", hasil" * 2_300,
    "counted": "a = 1 hasil" * 1_400,
    "amounts": "a b, jumlah 1 a" * 1_000,
    "links": "https://a.b/" + "(" * 16_000,
    "many links": "http://" * 2_300,
    "a long time": "9" * 16_000 + " jam",
    "a long quantity": "menulis 2 jam = " + "9" * 9_000 + " laporan",
}


@on_sqlite
@pytest.mark.timeout(60)
def test_reading_a_hostile_line_ends(hadir: Hadir, chat: Chat) -> None:
    """What grows with the square of its length would not: nine seconds for a line of commas."""
    t = Catalogues([Path(__file__).parent]).speak("en")
    for text in (*LONG.values(), *MORE.values()):
        for read in (
            lambda text=text: lines.read(text, date(2026, 11, 23), t),
            lambda text=text: lines.several(text),
            lambda text=text: amounts.parse_minutes(text, t),
            lambda text=text: amounts.parse_quantity(text, t),
            lambda text=text: durations.read(text),
            lambda text=text: quantities.read(text),
        ):
            with contextlib.suppress(UserError, ValueError):
                read()
    siti = chat("siti")
    for text in MORE.values():
        for word in ("", "tambah ", "susulan ", "target ", "kirim ", "bukti 1 "):
            assert TROUBLE not in siti.says(f"/logbook {word}{text}")
            assert len(str(getattr(siti.last, "text", ""))) < 16_000
    with hadir.database.read() as db:
        assert all(len(each) <= 2_000 for each in db.scalars(select(logbook_entry.c.activity)))
