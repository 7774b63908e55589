"""Every button and every form that any plugin declares: pressed by the wrong person, by one who has left, with any value.

`OWNERS` says for each action whose it is; an action that is new has to be written down here before this passes again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from integration import people
from integration.app import load_plugins
from integration.core import Hadir
from integration.db import metadata
from integration.errors import Refused
from integration.messages import Answer, Button, ButtonPress, Channel, Form, FormErrors, FormSubmission, Reply, plain
from plugins.berkas import places
from plugins.berkas.tables import saved_file
from plugins.izin.tables import absence
from plugins.logbook.own.forms import stamp
from plugins.logbook.review.shown import pack
from tests import cast
from tests.plugins.izin.post import approved
from tests.plugins.jadwal import rotas
from tests.plugins.jadwal.published import publish
from tests.plugins.logbook.drawn import wrote
from tests.plugins.logbook.reviewed import entry
from tests.plugins.logbook.sheets import sends
from tests.plugins.rapat.house import arranged
from tests.plugins.rapat.invited import card, invites
from tests.plugins.rapat.invited import works as goes_out
from tests.plugins.rapat.office import plans, works
from tests.post import button, inbox, person_id
from tests.security.conftest import change

pytestmark = pytest.mark.in_turn

Chat = Callable[[str], cast.Talker]

EVERYBODY = frozenset(row[0] for row in cast.CAST)
LINE = frozenset({"budi", "hendra", "rina"})  # who decides for Siti and Dewi: those above them, and the personnel officer
SEES_SITI = LINE | {"siti", "kartika"}
SEES_OFFICE = frozenset({"rina", "kartika"})
SEES_UNIT = frozenset({"hendra", "budi", "siti", "dewi", "wayan", "yosef", "rina", "kartika"})
PLANS_UNIT = LINE
TROUBLE = "sedang bermasalah"
SECRET = "rahasia-siti"


@dataclass(frozen=True)
class Owned:
    """`scene` sets the table and gives the value; `owners` may press it, nobody for what is the presser's own anyway."""

    scene: Callable[[Hadir, Chat], str]
    owners: frozenset[str]
    values: Callable[[str], dict[str, str]] = lambda _value: {}


# ---------------------------------------------------------------- scenes


def nothing(_hadir: Hadir, _chat: Chat) -> str:
    return ""


def a_record(hadir: Hadir, chat: Chat) -> str:
    chat("siti").says("/hadir masuk wfh " + SECRET)
    return f"2026-11:person:{person_id(hadir, 'siti')}"


def the_office(hadir: Hadir, chat: Chat) -> str:
    a_record(hadir, chat)
    return "2026-11:0"


def a_correction(_hadir: Hadir, chat: Chat) -> str:
    chat("siti").says(f"/hadir koreksi 20/11 masuk 07.30 {SECRET}")
    return "1"


def a_request(_hadir: Hadir, chat: Chat) -> str:
    chat("siti").says(f"/izin cuti tahunan 1–3 Des {SECRET}")
    return "1"


def a_letter(hadir: Hadir, chat: Chat) -> str:
    value = a_request(hadir, chat)
    with hadir.database.write() as db:
        db.execute(update(absence).values(letter_path="Izin/1.pdf"))
    return value


def a_begun(hadir: Hadir, chat: Chat) -> str:
    approved(hadir, chat, f"/izin sakit kemarin - 27/11 {SECRET}")
    return "1"


def a_begun_back(hadir: Hadir, chat: Chat) -> str:
    return a_begun(hadir, chat) + " 2026-11-25"


def a_cancelling(hadir: Hadir, chat: Chat) -> str:
    a_begun(hadir, chat)
    chat("siti").presses(Button("x", "izin.cancel", "1"))
    return "1"


def a_swap(hadir: Hadir, chat: Chat) -> str:
    publish(hadir)
    chat("siti").says(f"/jadwal tukar @dewi selasa rabu {SECRET}")
    return "1"


def an_agreed_swap(hadir: Hadir, chat: Chat) -> str:
    a_swap(hadir, chat)
    chat("dewi").presses(button(inbox(hadir, "dewi")[-1], "Setuju"))
    return "1"


def a_wish(_hadir: Hadir, chat: Chat) -> str:
    chat("siti").says(f"/jadwal ingin setiap rabu wfh {SECRET}")
    return "1"


def a_wish_of_wednesday(hadir: Hadir, chat: Chat) -> str:
    return a_wish(hadir, chat) + " 2026-11-25"


def a_unit(hadir: Hadir, _chat: Chat) -> str:
    with hadir.database.read() as db:
        return str(people.units_named(db, cast.APLIKASI)[0][0])


def a_week(hadir: Hadir, chat: Chat) -> str:
    publish(hadir)
    return a_unit(hadir, chat) + " 2026-11-23"


def a_draft(hadir: Hadir, chat: Chat) -> str:
    rotas.draft(chat, hadir, line="/jadwal susun 1 minggu mulai senin")
    return "1"


def a_rota(hadir: Hadir, chat: Chat) -> str:
    message = rotas.draft(chat, hadir, line="/jadwal susun 1 minggu mulai senin")
    rotas.press(chat("hendra"), message, "Terbitkan")
    return "1"


def a_day_by_hand(hadir: Hadir, chat: Chat) -> str:
    publish(hadir)
    budi = chat("budi")
    assert "diberi tahu" in budi.says("/jadwal atur @siti rabu wfa")
    assert isinstance(budi.last, Reply)
    return budi.last.buttons[0].value


def a_saved(hadir: Hadir, chat: Chat) -> str:
    """Siti's own, in a place that only she may see."""
    with hadir.database.write() as db:
        row = {"person_id": person_id(hadir, "siti"), "platform": "mattermost", "attachment": "f1", "size": 3}
        row |= {"attached_at": hadir.clock(), "asked_at": hadir.clock(), "saved_at": hadir.clock(), "media_type": "text/plain"}
        path = f"Hadir/Lain/{SECRET}.txt"
        row |= {"name": f"{SECRET}.txt", "folder": "Hadir/Lain", "path": path, "path_key": places.key(path), "state": "saved"}
        db.execute(saved_file.insert().values(row))
    return "1"


def a_saved_path(hadir: Hadir, chat: Chat) -> str:
    a_saved(hadir, chat)
    return f"Hadir/Lain/{SECRET}.txt"


def an_offer(hadir: Hadir, chat: Chat) -> str:
    a_saved(hadir, chat)
    with hadir.database.write() as db:
        db.execute(update(saved_file).values(state="offered", path="", path_key=""))
    return "1"


def a_share_wish(hadir: Hadir, chat: Chat) -> str:
    return f"person:{person_id(hadir, 'agus')}|2026-12-01|{a_saved_path(hadir, chat)}"


def a_share(hadir: Hadir, chat: Chat) -> str:
    chat("siti").presses(Button("x", "berkas.share_yes", a_share_wish(hadir, chat)))
    return "1"


def a_coupling(hadir: Hadir, chat: Chat) -> str:
    chat("budi").says("/berkas kanal Proyek", channel=Channel("c1", "proyek", "t1"))
    return "1"


def a_meeting(_hadir: Hadir, chat: Chat) -> str:
    chat("siti").says(f'/rapat besok 09.00 "{SECRET}" @dewi')
    return "1"


def a_meeting_as_it_is(hadir: Hadir, chat: Chat) -> str:
    return a_meeting(hadir, chat) + " 1"


def a_series(_hadir: Hadir, chat: Chat) -> str:
    chat("siti").says(f'/rapat tiap jumat 09.00 "{SECRET}" @dewi')
    return "1"


def a_date(hadir: Hadir, chat: Chat) -> str:
    return a_series(hadir, chat) + " 1"


def a_date_as_it_is(hadir: Hadir, chat: Chat) -> str:
    return a_series(hadir, chat) + " 1 1"


def a_clash(hadir: Hadir, chat: Chat) -> str:
    """Siti is asked whether Dewi, who has something else, is to be invited."""
    plans(hadir, "dewi", by="rina", state="planned")
    chat("siti").says(f'/rapat besok 09.00 "{SECRET}" @dewi')
    works(hadir)
    return "2 1"


def a_time_instead(hadir: Hadir, chat: Chat) -> str:
    return a_clash(hadir, chat) + " 2026-11-24T06:00:00+00:00"


def a_planned_meeting(hadir: Hadir, chat: Chat) -> str:
    """Siti's, with Dewi; everybody has been told."""
    a_meeting(hadir, chat)
    works(hadir)
    return "1 1"


def a_shift(hadir: Hadir, chat: Chat) -> str:
    return a_planned_meeting(hadir, chat) + " 3600 0 0"


def a_channel_again(hadir: Hadir, chat: Chat) -> str:
    a_clash(hadir, chat)
    return '2 [["channel","mattermost","c1","umum"]]'


def a_search(hadir: Hadir, chat: Chat) -> str:
    chat("siti").says(f'/rapat cari-waktu "{SECRET}" @dewi besok 09.00, lusa 13.00')
    works(hadir)
    return "1"


def a_vote(hadir: Hadir, chat: Chat) -> str:
    return a_search(hadir, chat) + " yes"


def a_meeting_now(hadir: Hadir, chat: Chat, there: tuple[str, ...] = ("dewi", "siti")) -> str:
    """Siti's, with Dewi."""
    _, date = arranged(hadir, "dewi", organizer="siti", title=SECRET, starts=(cast.at("2026-11-23T07:30+07:00"),))
    for who in there:
        assert "tercatat" in chat(who).presses(Button("x", "rapat.present", str(date.id)))
    return str(date.id)


def some_minutes(hadir: Hadir, chat: Chat) -> str:
    """A draft of Siti's about a meeting with Dewi, who has to do something."""
    value = a_meeting_now(hadir, chat, ())
    siti = chat("siti")
    siti.says("/rapat notulen tulis")
    siti.submits(text=f"# Notulen\n\n## Tindak lanjut\n- [ ] {SECRET} @dewi 30/11/2026\n")
    return f"{value}:2"


def a_task(hadir: Hadir, chat: Chat) -> str:
    some_minutes(hadir, chat)
    return "1"


def a_done_task(hadir: Hadir, chat: Chat) -> str:
    a_task(hadir, chat)
    chat("dewi").presses(Button("x", "rapat.task_done", "1"))
    return "1"


def a_point(hadir: Hadir, chat: Chat) -> str:
    """Dewi's, for Siti's meeting."""
    a_meeting_now(hadir, chat, ())
    assert SECRET in chat("dewi").says(f"/rapat usul {SECRET}")
    return "1"


def a_point_taken_back(hadir: Hadir, chat: Chat) -> str:
    a_point(hadir, chat)
    chat("dewi").presses(Button("x", "rapat.agenda_withdraw", "1"))
    return "1"


def an_invitation(hadir: Hadir, _chat: Chat) -> str:
    """Siti has invited Dewi."""
    invites(hadir, "dewi", by="siti", title=SECRET)
    goes_out(hadir)
    return card(hadir, "dewi").buttons[0].value


def answered_by_siti(action: str) -> Callable[[Hadir, Chat], str]:
    """An invitation to which she has said the same: everybody's answer is their own."""

    def scene(hadir: Hadir, chat: Chat) -> str:
        value = an_invitation(hadir, chat)
        press(hadir, "siti", action, value, REASON)
        return value

    return scene


def a_list_of_answers(hadir: Hadir, chat: Chat) -> str:
    an_invitation(hadir, chat)
    return "1"


def with_dewi_there(hadir: Hadir, chat: Chat) -> str:
    return a_meeting_now(hadir, chat, ("dewi",))


def a_presence(hadir: Hadir, chat: Chat) -> str:
    return a_meeting_now(hadir, chat) + " 1 off"


def opens_a_month(_hadir: Hadir, _chat: Chat) -> str:
    return "buka-kunci"


A_MONTH = {"month": "oktober 2026", "whom": "semua", "reason": "laporan tertinggal"}


def a_report(hadir: Hadir, _chat: Chat) -> str:
    """Siti's, sent, as a button of her supervisor's means it."""
    return pack([entry(hadir, wrote(hadir, "siti", SECRET))])


def a_report_without_a_time(_hadir: Hadir, chat: Chat) -> str:
    chat("siti").says(f"/logbook {SECRET} menunggu waktunya di sini")
    return "1"


def a_report_that_was_dropped(hadir: Hadir, chat: Chat) -> str:
    a_report_by_number(hadir, chat)
    chat("siti").presses(Button("x", "logbook.drop", "1"))
    return "1"


def a_draft_with_a_time(hadir: Hadir, chat: Chat) -> str:
    a_report_without_a_time(hadir, chat)
    siti = chat("siti")
    siti.presses(Button("x", "logbook.edit", "1"))
    siti.submits(time="1 jam", then="draft")
    return "1"


def a_report_in_its_form(hadir: Hadir, chat: Chat) -> str:
    a_report_by_number(hadir, chat)
    chat("siti").presses(Button("x", "logbook.edit", "1"))
    return f"1 {stamp(entry(hadir, 1))}"


def a_template(hadir: Hadir, chat: Chat) -> str:
    chat("siti").says(f"/logbook {SECRET} mengulang pekerjaan 1 jam")
    chat("siti").says("/logbook templat simpan 1 ulang")
    return "1"


def a_template_of_today(hadir: Hadir, chat: Chat) -> str:
    return f"{a_template(hadir, chat)}:2026-11-23"


def a_template_that_was_removed(hadir: Hadir, chat: Chat) -> str:
    a_template(hadir, chat)
    chat("siti").says("/logbook templat hapus ulang")
    return "1"


def a_late_request(_hadir: Hadir, chat: Chat) -> str:
    chat("siti").says(f"/logbook susulan 2/11 {SECRET}")
    return "1"


def evidence_of_a_report(hadir: Hadir, chat: Chat) -> str:
    a_report(hadir, chat)
    siti = chat("siti")
    siti.presses(Button("x", "logbook.evidence_add", "1"))
    siti.submits(link=f"https://drive.example/{SECRET}")
    return "1"


def one_evidence(hadir: Hadir, chat: Chat) -> str:
    return evidence_of_a_report(hadir, chat) + " 1"


def evidence_that_was_removed(hadir: Hadir, chat: Chat) -> str:
    value = one_evidence(hadir, chat)
    chat("siti").presses(Button("x", "logbook.evidence_drop", value))
    return value


def a_file_as_evidence(hadir: Hadir, chat: Chat) -> str:
    a_report(hadir, chat)
    return "1 Hadir/Bidang Aplikasi/Berkas/2026/undangan.pdf"


def a_target(_hadir: Hadir, chat: Chat) -> str:
    siti = chat("siti")
    siti.says(f"/logbook target tambah RHK-1 {SECRET}")
    siti.submits()
    return "1"


def a_target_by_form(hadir: Hadir, chat: Chat) -> str:
    return f"{person_id(hadir, 'siti')}:{a_target(hadir, chat)}"


def a_target_that_was_removed(hadir: Hadir, chat: Chat) -> str:
    value = a_target(hadir, chat)
    chat("siti").presses(Button("x", "logbook.target_remove", value))
    return value


def an_import(hadir: Hadir, chat: Chat) -> str:
    """Siti's file, read, which waits for her answer."""
    sends(chat("siti"), f"Tanggal;Kegiatan\n3/11/2026;{SECRET} satu\n".encode(), "lama.csv")
    works(hadir)
    return "1:1"


def an_import_that_is_taken(hadir: Hadir, chat: Chat) -> str:
    chat("siti").presses(Button("x", "logbook.import_take", an_import(hadir, chat)))
    works(hadir)
    return "1"


def an_import_that_wants_leave(hadir: Hadir, chat: Chat) -> str:
    """Of days that are past the time for reports."""
    return f"{an_import_that_is_taken(hadir, chat)}:{person_id(hadir, 'siti')}"


def an_import_for_the_supervisor(hadir: Hadir, chat: Chat) -> str:
    value = an_import_that_wants_leave(hadir, chat)
    chat("budi").presses(Button("x", "logbook.import_leave", value))
    return value


def a_recap_of_reports(hadir: Hadir, chat: Chat) -> str:
    a_report(hadir, chat)
    return f"2026-11:person:{person_id(hadir, 'siti')}"


def a_report_by_number(hadir: Hadir, chat: Chat) -> str:
    a_report(hadir, chat)
    return "1"


def siti_who_reports(hadir: Hadir, chat: Chat) -> str:
    a_report(hadir, chat)
    return str(person_id(hadir, "siti"))


def a_month_of_siti(hadir: Hadir, chat: Chat) -> str:
    return siti_who_reports(hadir, chat) + ":2026-10"


NEW_TIME = {"title": "Rapat", "day": "1/12/2026", "time": "10.00", "length": "1 jam", "mode": "virtual"}
REASON = {"reason": "tidak bisa"}
AN_ENTRY = {"activity": "menyusun laporan", "time": "1 jam", "then": "send"}

OWNERS: dict[str, Owned] = {
    "hadir.place": Owned(nothing, frozenset()),
    "hadir.correction_withdraw": Owned(a_correction, frozenset({"siti"})),
    "hadir.correction_approve": Owned(a_correction, LINE),
    "hadir.correction_reject": Owned(a_correction, LINE, lambda _: REASON),
    "hadir.correction": Owned(nothing, frozenset()),
    "hadir.recap": Owned(a_record, SEES_SITI),
    "hadir.recap_xlsx": Owned(a_record, SEES_SITI),
    "hadir.recap_pdf": Owned(a_record, SEES_SITI),
    "hadir.compliance": Owned(the_office, SEES_OFFICE),
    "hadir.compliance_xlsx": Owned(the_office, SEES_OFFICE),
    "hadir.compliance_pdf": Owned(the_office, SEES_OFFICE),
    "jadwal.picture": Owned(a_week, SEES_UNIT),
    "jadwal.swap": Owned(nothing, frozenset()),
    "jadwal.swap_agree": Owned(a_swap, frozenset({"dewi"})),
    "jadwal.swap_refuse": Owned(a_swap, frozenset({"dewi"})),
    "jadwal.swap_withdraw": Owned(an_agreed_swap, frozenset({"siti"})),
    "jadwal.swap_approve": Owned(an_agreed_swap, LINE),
    "jadwal.swap_reject": Owned(an_agreed_swap, LINE, lambda _: REASON),
    "jadwal.wish_remove": Owned(a_wish, frozenset({"siti"})),
    "jadwal.wish_only": Owned(a_wish_of_wednesday, frozenset({"siti"})),
    "jadwal.register": Owned(nothing, frozenset({"rina"}), lambda _: {"person": cast.NIP["siti"], "duties": "laporan"}),
    "jadwal.rota": Owned(
        a_unit,
        PLANS_UNIT,
        lambda _: {"first": "30/11", "weeks": "1", "share": "50", "present": "1", "standby": "0", "days": "2"},
    ),
    "jadwal.rota_publish": Owned(a_draft, PLANS_UNIT),
    "jadwal.rota_change": Owned(a_draft, PLANS_UNIT),
    "jadwal.rota_discard": Owned(a_draft, PLANS_UNIT),
    "jadwal.rota_show": Owned(a_draft, PLANS_UNIT),
    "jadwal.rota_xlsx": Owned(a_draft, PLANS_UNIT),
    "jadwal.rota_picture": Owned(a_draft, PLANS_UNIT),
    "jadwal.rota_withdraw": Owned(a_rota, PLANS_UNIT),
    "jadwal.rota_undo": Owned(a_day_by_hand, PLANS_UNIT),
    "berkas.chosen": Owned(an_offer, frozenset({"siti"})),
    "berkas.undo": Owned(a_saved, frozenset({"siti"})),
    "berkas.fetch": Owned(a_saved_path, frozenset({"siti"})),
    "berkas.share": Owned(a_saved_path, frozenset({"siti"}), lambda _: {"to": cast.NIP["agus"], "until": "1/12/2026"}),
    "berkas.share_ask": Owned(a_share_wish, frozenset({"siti"})),
    "berkas.share_yes": Owned(a_share_wish, frozenset({"siti"})),
    "berkas.share_end": Owned(a_share, frozenset({"siti"})),
    "berkas.couple": Owned(nothing, frozenset()),
    "berkas.release_ask": Owned(a_coupling, frozenset({"budi", "agus"})),
    "berkas.release": Owned(a_coupling, frozenset({"budi", "agus"})),
    "berkas.upload": Owned(nothing, frozenset()),
    "rapat.new": Owned(nothing, frozenset()),
    "rapat.form": Owned(nothing, frozenset()),
    "rapat.here": Owned(nothing, frozenset()),
    "rapat.undo": Owned(a_meeting, frozenset({"siti"})),
    "rapat.cancel_yes": Owned(a_meeting, frozenset({"siti"})),
    "rapat.date_off": Owned(a_date, frozenset({"siti"})),
    "rapat.holidays": Owned(a_series, frozenset({"siti"})),
    "rapat.change_open": Owned(a_meeting, frozenset({"siti"})),
    "rapat.date_open": Owned(a_date, frozenset({"siti"})),
    "rapat.change": Owned(a_meeting_as_it_is, frozenset({"siti"}), lambda _: NEW_TIME),
    "rapat.change_date": Owned(a_date_as_it_is, frozenset({"siti"}), lambda _: NEW_TIME),
    "rapat.check_invite": Owned(a_clash, frozenset({"siti"})),
    "rapat.check_time": Owned(a_time_instead, frozenset({"siti"})),
    "rapat.check_drop": Owned(a_clash, frozenset({"siti"})),
    "rapat.check_keep": Owned(a_planned_meeting, frozenset({"siti"})),
    "rapat.check_shift": Owned(a_shift, frozenset({"siti"})),
    "rapat.check_again": Owned(a_channel_again, frozenset({"siti"})),
    "rapat.poll": Owned(nothing, frozenset()),
    "rapat.poll_vote": Owned(a_vote, frozenset({"siti", "dewi"})),
    "rapat.poll_all": Owned(a_search, frozenset({"siti", "dewi"})),
    "rapat.poll_show": Owned(a_search, frozenset({"siti", "dewi"})),
    "rapat.poll_pick": Owned(a_search, frozenset({"siti"})),
    "rapat.poll_drop": Owned(a_search, frozenset({"siti"})),
    "rapat.accept": Owned(answered_by_siti("rapat.accept"), frozenset({"siti", "dewi"})),
    "rapat.decline": Owned(answered_by_siti("rapat.decline"), frozenset({"siti", "dewi"})),
    "rapat.maybe": Owned(answered_by_siti("rapat.maybe"), frozenset({"siti", "dewi"})),
    "rapat.why": Owned(answered_by_siti("rapat.why"), frozenset({"siti", "dewi"}), lambda _: REASON),
    "rapat.answers": Owned(a_list_of_answers, frozenset({"siti"})),
    "rapat.letter": Owned(a_list_of_answers, frozenset({"siti", "dewi"})),
    "rapat.present": Owned(a_meeting_now, frozenset({"siti", "dewi"})),
    "rapat.leave": Owned(with_dewi_there, frozenset({"dewi"})),
    "rapat.attendance": Owned(a_meeting_now, frozenset({"siti", "dewi"})),
    "rapat.attendance_pdf": Owned(a_meeting_now, frozenset({"siti", "dewi"})),
    "rapat.attendance_add": Owned(
        a_meeting_now, frozenset({"siti"}), lambda _: {"who": cast.NIP["agus"], "came": "07.30", "reason": "HP mati"}
    ),
    "rapat.attendance_remove": Owned(a_meeting_now, frozenset({"siti"}), lambda _: {"who": "Dewi", "reason": "salah"}),
    "rapat.minutes": Owned(some_minutes, frozenset({"siti"}), lambda _: {"text": "# Notulen\n- [x] beres"}),
    "rapat.minutes_publish": Owned(some_minutes, frozenset({"siti"})),
    "rapat.minutes_send": Owned(some_minutes, frozenset({"siti"})),
    "rapat.task_done": Owned(a_task, frozenset({"siti", "dewi"})),
    "rapat.task_undo": Owned(a_done_task, frozenset({"siti", "dewi"})),
    "rapat.task_change": Owned(a_task, frozenset({"siti"}), lambda _: {"task": "1", "what": "due", "due": "7/12/2026"}),
    "rapat.agenda_withdraw": Owned(a_point, frozenset({"dewi"})),
    "rapat.agenda_done": Owned(a_point, frozenset({"siti"})),
    "rapat.agenda_drop": Owned(a_point, frozenset({"siti"})),
    "rapat.agenda_back": Owned(a_point_taken_back, frozenset({"dewi"})),
    "rapat.attendance_undo": Owned(a_presence, frozenset({"siti"})),
    "izin.edit": Owned(nothing, frozenset()),
    "izin.ask": Owned(nothing, frozenset()),
    "izin.approve": Owned(a_request, LINE),
    "izin.reject": Owned(a_request, LINE, lambda _: REASON),
    "izin.cancel_yes": Owned(a_cancelling, LINE),
    "izin.cancel_no": Owned(a_cancelling, LINE),
    "izin.withdraw": Owned(a_request, frozenset({"siti"})),
    "izin.cancel": Owned(a_begun, frozenset({"siti"})),
    "izin.back": Owned(a_begun_back, frozenset({"siti"})),
    "izin.see_letter": Owned(a_letter, LINE | {"siti"}),
    "logbook.add": Owned(nothing, frozenset()),
    "logbook.mend": Owned(nothing, frozenset()),
    "logbook.as_it_is": Owned(nothing, frozenset()),
    "logbook.edit": Owned(a_report_by_number, frozenset({"siti"})),
    "logbook.entry": Owned(a_report_in_its_form, frozenset({"siti"}), lambda _: AN_ENTRY),
    "logbook.send": Owned(a_draft_with_a_time, frozenset({"siti"})),
    "logbook.time": Owned(lambda h, c: a_report_without_a_time(h, c) + ":60", frozenset({"siti"})),
    "logbook.aim": Owned(lambda h, c: a_draft_with_a_time(h, c) + ":0", frozenset({"siti"})),
    "logbook.drop": Owned(a_report_by_number, frozenset({"siti"})),
    "logbook.move": Owned(lambda h, c: a_report_by_number(h, c) + ":2026-11-20", frozenset({"siti"})),
    "logbook.drop_all": Owned(a_draft_with_a_time, frozenset({"siti"})),
    "logbook.restore": Owned(a_report_that_was_dropped, frozenset({"siti"})),
    "logbook.template_use": Owned(a_template_of_today, frozenset({"siti"})),
    "logbook.template_remove": Owned(a_template, frozenset({"siti"})),
    "logbook.template_back": Owned(a_template_that_was_removed, frozenset({"siti"})),
    "logbook.late": Owned(nothing, frozenset()),
    "logbook.late_ask": Owned(nothing, frozenset()),
    "logbook.late_approve": Owned(a_late_request, LINE),
    "logbook.late_reject": Owned(a_late_request, LINE, lambda _: {"reason": "tidak"}),
    "logbook.late_withdraw": Owned(a_late_request, frozenset({"siti"})),
    "logbook.review_all": Owned(a_report, LINE),
    "logbook.review_approve": Owned(a_report, LINE),
    "logbook.review_return": Owned(a_report, LINE, lambda _: {"note": "kurang lengkap"}),
    "logbook.review_choose": Owned(a_report, LINE, lambda _: {"what": "return", "note": "kurang lengkap"}),
    "logbook.review_open": Owned(siti_who_reports, LINE),
    "logbook.comment": Owned(a_report_by_number, LINE | {"siti"}, lambda _: {"text": "tolong dicek"}),
    "logbook.rate": Owned(a_month_of_siti, frozenset({"budi", "hendra"}), lambda _: {"rating": "as", "note": "baik"}),
    "logbook.lock": Owned(opens_a_month, frozenset({"rina"}), lambda _: A_MONTH),
    "logbook.evidence": Owned(a_report_by_number, frozenset({"siti"}), lambda _: {"link": "https://drive.example/a"}),
    "logbook.evidence_add": Owned(a_report_by_number, frozenset({"siti"})),
    "logbook.evidence_use": Owned(a_file_as_evidence, frozenset({"siti"})),
    "logbook.evidence_drop": Owned(one_evidence, frozenset({"siti"})),
    "logbook.evidence_back": Owned(evidence_that_was_removed, frozenset({"siti"})),
    "logbook.evidence_see": Owned(evidence_of_a_report, SEES_SITI),
    "logbook.target": Owned(a_target_by_form, LINE | {"siti"}, lambda _: {"title": "Laporan", "quantity": "4", "measure": ""}),
    "logbook.target_remove": Owned(a_target, LINE | {"siti"}),
    "logbook.target_restore": Owned(a_target_that_was_removed, LINE | {"siti"}),
    "logbook.import_file": Owned(nothing, frozenset()),
    "logbook.import_take": Owned(an_import, frozenset({"siti"})),
    "logbook.import_columns": Owned(an_import, frozenset({"siti"}), lambda _: {"day": "tanggal", "activity": "kegiatan"}),
    "logbook.import_drop": Owned(an_import, frozenset({"siti"})),
    "logbook.import_undo": Owned(an_import_that_is_taken, frozenset({"siti"})),
    "logbook.import_leave": Owned(an_import_that_wants_leave, LINE),
    "logbook.import_approve": Owned(an_import_for_the_supervisor, LINE),
    "logbook.recap": Owned(a_recap_of_reports, SEES_SITI),
    "logbook.recap_xlsx": Owned(a_recap_of_reports, SEES_SITI),
    "logbook.recap_ods": Owned(a_recap_of_reports, SEES_SITI),
    "logbook.recap_pdf": Owned(a_recap_of_reports, SEES_SITI),
    "izin.letter": Owned(a_request, frozenset({"siti"}), lambda value: {"which": value, "number": "ST-1/2026"}),
}
BUTTONS = sorted(f"{plugin.name}.{action}" for plugin in load_plugins() for action in plugin.buttons)
FORMS = sorted(f"{plugin.name}.{action}" for plugin in load_plugins() for action in plugin.forms)
ACTIONS = sorted({*BUTTONS, *FORMS})
# Others' own things, too: whose presser can only ever touch what is theirs.
SOMEBODYS = [action for action in ACTIONS if action in OWNERS and OWNERS[action].owners]


def test_every_action_says_whose_it_is() -> None:
    assert set(ACTIONS) == OWNERS.keys()


# ---------------------------------------------------------------- pressing


def press(hadir: Hadir, who: str, action: str, value: str, values: dict[str, str], *, at: Any = None) -> list[Answer | None]:
    """What the button and the form of that action answer; None where the request is refused as forged."""
    sender = cast.Talker(hadir, who).sender
    said: list[Answer | None] = []
    for known, incoming in ((BUTTONS, ButtonPress(action, value)), (FORMS, FormSubmission(action, values, value))):
        if action in known:
            try:
                said.append(hadir.dispatcher.handle(sender, incoming, at or hadir.clock()))
            except Refused:
                said.append(None)
    return said


# What requests leave behind that change nothing: who was unknown, whose file is on its way.
_TRACES = {"link_request", "refusal", "used_nonce", "installation", "heartbeat"}


def standing(hadir: Hadir) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with hadir.database.read() as db:
        return {
            table.name: [tuple(row) for row in db.execute(select(table).order_by(*table.primary_key.columns))]
            for table in metadata.sorted_tables
            if table.name not in _TRACES
        }


def is_no(answer: Answer | None) -> bool:
    return answer is None or isinstance(answer, FormErrors) or (isinstance(answer, Reply) and answer.refused)


def words(answer: Answer | None) -> str:
    if isinstance(answer, Reply):
        return plain(answer.text)
    if isinstance(answer, Form):
        return plain(answer.intro) + " ".join(plain(field.default) for field in answer.fields)
    return str(dict(answer.by_field)) if isinstance(answer, FormErrors) else ""


@pytest.mark.parametrize("action", SOMEBODYS)
def test_nobody_else_can_press_it(hadir: Hadir, chat: Chat, action: str) -> None:
    owned = OWNERS[action]
    value = owned.scene(hadir, chat)
    before = standing(hadir)
    for who in sorted(EVERYBODY - owned.owners):
        for answer in press(hadir, who, action, value, owned.values(value)):
            assert is_no(answer), (who, words(answer))
            assert TROUBLE not in words(answer), who
            assert SECRET not in words(answer), who
        assert standing(hadir) == before, who


@pytest.mark.parametrize("action", SOMEBODYS)
def test_who_has_left_can_press_nothing(hadir: Hadir, chat: Chat, action: str) -> None:
    owned = OWNERS[action]
    value = owned.scene(hadir, chat)
    for who in owned.owners:
        change(hadir, who, ended_on=date(2026, 11, 22))
    before = standing(hadir)
    for who in sorted(owned.owners):
        for answer in press(hadir, who, action, value, owned.values(value)):
            assert is_no(answer), who
            assert SECRET not in words(answer), who
    after = standing(hadir)
    # They are strangers now: the first thing that a stranger says is a request to be linked.
    assert {row[4] for row in after.pop("audit") if row not in before["audit"]} == {"people.link_requested"}
    del before["audit"]
    assert after == before


@pytest.mark.parametrize("action", SOMEBODYS)
def test_who_owns_it_can_press_it(hadir: Hadir, chat: Chat, action: str) -> None:
    """Else the two tests above would show nothing."""
    owned = OWNERS[action]
    value = owned.scene(hadir, chat)
    who = sorted(owned.owners)[0]
    answers = press(hadir, who, action, value, owned.values(value))
    assert any(not is_no(answer) for answer in answers), [words(answer) for answer in answers]


@pytest.mark.parametrize("action", SOMEBODYS)
def test_a_role_that_was_taken_away_presses_nothing(hadir: Hadir, chat: Chat, action: str) -> None:
    """Buttons are old: what counts is who somebody is at this moment."""
    owned = OWNERS[action]
    strangers = owned.owners - {"siti", "dewi"}
    value = owned.scene(hadir, chat)
    for who in strangers:
        change(hadir, who, roles=["pegawai"])
    for who in EVERYBODY:
        change(hadir, who, supervisor_id=None)
    with hadir.database.read() as db:
        elsewhere = people.units_named(db, cast.KEPEGAWAIAN)[0][0]
    for who in strangers:
        change(hadir, who, unit_id=elsewhere)
    before = standing(hadir)
    for who in sorted(strangers):
        for answer in press(hadir, who, action, value, owned.values(value)):
            assert is_no(answer), (who, words(answer))
    assert standing(hadir) == before


# ---------------------------------------------------------------- values that nobody of ours wrote

VALUES = (
    "",
    "0",
    "-1",
    "999999999",
    "99999999999999999999",
    "1e9",
    "²",
    "١",
    " 1",
    "1 ",
    "1:",
    "1:2:3",
    "1 0001-01-01",
    "1 9999-12-31",
    "1 2026-13-45",
    "2026-11:person:999999999",
    "2026-11:person:-1",
    "2026-11:unit:0",
    "9999-12:unit:1",
    "2026-00:0",
    "1:9:0001-01-01:wfh:wfo:0",
    "1:x:2026-11-25:wfh:wfo:0",
    "1:1:2026-99-99:wfh:wfo:0",
    "1:999999:2026-11-25:wfh:wfo:0",
    "99999999:1",
    "cuti tahunan 31/12/9999",
    "cuti 99999999 hari mulai senin",
    "izin besok 99.99-88.88",
    "tahunan 1/1/0001",
    "wfh",
    "wfh 2026-11-23",
    "' OR 1=1 --",
    "\x00",
    "\ud800",
    "../../etc/passwd",
    "👻" * 5_000,
)
FIELDS = ("", "0", "-1", "1e999", "99999999999", "0001-01-01", "31/12/9999", "\x00\ud800", "<b>", "=1+1", "x" * 20_000)


@pytest.mark.parametrize("action", BUTTONS)
def test_a_forged_value_breaks_nothing(hadir: Hadir, chat: Chat, action: str) -> None:
    """A signature keeps them out; behind it nothing relies on that."""
    owned = OWNERS[action]
    owned.scene(hadir, chat)
    for who in ("rina", "siti"):
        for value in VALUES:
            for answer in press(hadir, who, action, value, {}):
                assert TROUBLE not in words(answer), (who, value[:60])


@pytest.mark.parametrize("action", FORMS)
def test_a_forged_form_breaks_nothing(hadir: Hadir, chat: Chat, action: str) -> None:
    owned = OWNERS[action]
    good = owned.scene(hadir, chat)
    fields = fields_of(hadir, chat, action) | owned.values(good).keys()
    for who in ("rina", "siti"):
        for value in VALUES:
            for answer in press(hadir, who, action, value, owned.values(value)):
                assert TROUBLE not in words(answer), (who, value[:60])
        for text in FIELDS:
            for name in sorted(fields):
                for value in (good, "cuti", "izin", "dinas", "1:"):
                    answers = press(hadir, who, action, value, {**owned.values(good), name: text})
                    assert not [one for one in answers if TROUBLE in words(one)], (who, name, text[:60], value)
            assert not [one for one in press(hadir, who, action, good, dict.fromkeys(fields, text)) if TROUBLE in words(one)]


def fields_of(hadir: Hadir, chat: Chat, action: str) -> set[str]:
    """The fields of the form, as it opens."""
    opens = {
        "hadir.correction": "/hadir koreksi",
        "logbook.target": "/logbook target tambah",
        "logbook.import_file": "/logbook impor baru",
        "izin.ask": "/izin izin",
        "jadwal.rota": "/jadwal susun",
        "jadwal.swap": "/jadwal tukar baru",
        "jadwal.register": "/jadwal daftar-wfh tambah",
        "izin.letter": "/izin surat",
        "berkas.upload": "/berkas unggah",
        "logbook.entry": "/logbook tambah",
        "logbook.late": "/logbook susulan",
        "rapat.new": "/rapat baru",
        "rapat.poll": "/rapat cari-waktu baru",
        "rapat.change": "/rapat ubah 1",
        "rapat.change_date": "/rapat ubah 1 jumat",
        "berkas.share": f"/berkas bagikan Hadir/Lain/{SECRET}.txt",
    }
    if action not in opens:
        return {"reason"}
    talker = chat("siti" if action in ("izin.letter", "berkas.share", "rapat.change", "rapat.change_date") else "rina")
    talker.says(opens[action])
    assert isinstance(talker.last, Form), (action, talker.last)
    return {field.name for field in talker.last.fields}


# ---------------------------------------------------------------- the same twice, and after another decision


@pytest.mark.parametrize("action", [action for action in SOMEBODYS if action in BUTTONS])
def test_a_second_press_does_nothing_more(hadir: Hadir, chat: Chat, action: str) -> None:
    """What is decided stays decided, whoever presses again, and nobody is told twice."""
    owned = OWNERS[action]
    value = owned.scene(hadir, chat)
    first, *others = sorted(owned.owners)
    press(hadir, first, action, value, owned.values(value))
    before = standing(hadir)
    # What another person says, too, is one more comment; what the same says again is a second click.
    for who in (first, *others) if action != "logbook.comment" else (first,):
        press(hadir, who, action, value, owned.values(value))
    after = standing(hadir)
    # Whoever asks for a file or a picture gets it as often as they ask; nothing else may move. A letter's reading is audited.
    asked_again = action.endswith(("xlsx", "ods", "pdf", "picture", "letter"))
    seen = action in ("izin.see_letter", "logbook.evidence_see")
    may_move = {"outbox", "audit"} if seen else {"outbox", "outbox_content"} if asked_again else set()
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= may_move


DECISIONS = {
    a_correction: ("hadir.correction_approve", "hadir.correction_reject", "hadir.correction_withdraw"),
    a_request: ("izin.approve", "izin.reject", "izin.withdraw"),
    a_cancelling: ("izin.cancel_yes", "izin.cancel_no"),
    an_agreed_swap: ("jadwal.swap_approve", "jadwal.swap_reject", "jadwal.swap_withdraw"),
    a_late_request: ("logbook.late_approve", "logbook.late_reject", "logbook.late_withdraw"),
    a_swap: ("jadwal.swap_agree", "jadwal.swap_refuse", "jadwal.swap_withdraw"),
}


@pytest.mark.parametrize(
    ("scene", "first", "then"),
    [(scene, one, other) for scene, actions in DECISIONS.items() for one in actions for other in actions if one != other],
)
def test_the_first_decision_stands(hadir: Hadir, chat: Chat, scene: Any, first: str, then: str) -> None:
    """Whatever is pressed afterwards by those who might; but for what one may take back oneself after it was granted."""
    may_follow = {("izin.approve", "izin.withdraw"), ("jadwal.swap_agree", "jadwal.swap_withdraw")}
    if (first, then) in may_follow:
        return
    value = scene(hadir, chat)
    press(hadir, sorted(OWNERS[first].owners)[0], first, value, OWNERS[first].values(value))
    before = standing(hadir)
    for who in sorted(OWNERS[then].owners):
        press(hadir, who, then, value, OWNERS[then].values(value))
    assert standing(hadir) == before
