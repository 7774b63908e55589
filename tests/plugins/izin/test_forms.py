"""A form with a mistake stays open with everything that was typed: as a dialog in Mattermost and as a page in a browser.

Now it is Monday, 23 November 2026, 07.28 WIB.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from integration.adapters.browser.forms import form_link
from integration.adapters.mattermost.signed import Made, sign_form
from integration.app import connect, create_app
from integration.core import Hadir
from integration.messages import Button, Form, FormErrors, Reply, plain
from plugins.izin.tables import absence
from tests.adapters.browser.desk import standing, text_of
from tests.adapters.mattermost.conftest import Desk
from tests.cast import Talker
from tests.plugins.izin.post import approved, rows
from tests.post import inbox, labels

pytestmark = pytest.mark.in_turn

Chat = Callable[[str], Talker]

# (kind, what is typed, the field that is wrong, what is said of it)
MISTAKES = {
    "taken days": ("cuti", {"type": "tahunan", "days": "10-11 des"}, "days", "Pilih hari lain, atau tarik dahulu yang itu"),
    "the same again": ("cuti", {"type": "tahunan", "days": "9-10 des"}, "days", "Anda sudah mengajukan ini"),
    "other kind, taken days": ("dinas", {"days": "9 des", "number": "ST-1/2026"}, "days", "Pada hari itu Anda sudah punya"),
    "backwards": ("cuti", {"type": "tahunan", "days": "3 des - 1 des"}, "days", "Tukar urutannya"),
    "no such day": ("cuti", {"type": "tahunan", "days": "31 feb"}, "days", "bukan tanggal yang ada"),
    "no day": ("cuti", {"type": "tahunan", "days": "kapan-kapan"}, "days", "tidak terbaca"),
    "past": ("cuti", {"type": "tahunan", "days": "kemarin"}, "days", "hari yang sudah lewat"),
    "long past": ("sakit", {"days": "2 nov"}, "days", "dapat diajukan mundur sampai"),
    "free": ("cuti", {"type": "tahunan", "days": "25 des"}, "days", "Hari Raya Natal"),
    "far": ("cuti", {"type": "tahunan", "days": "1 des 2028"}, "days", "lebih dari setahun lagi"),
    "longer than it is given": ("cuti", {"type": "penting", "days": "1 des - 5 jan"}, "days", "paling lama 1 bulan"),
    "no beginning": ("izin", {"days": "2 hari"}, "days", "Mulai kapan?"),
    "zero length": ("izin", {"days": "besok", "hours": "10.00-10.00"}, "hours", "Jam selesai harus sesudah jam mulai"),
    "hours backwards": ("izin", {"days": "besok", "hours": "10.00-08.00"}, "hours", "Jam selesai harus sesudah jam mulai"),
    "hours of two days": ("izin", {"days": "besok-lusa", "hours": "08.00-10.00"}, "hours", "Jam hanya untuk satu hari"),
    "hours of the night": ("izin", {"days": "besok", "hours": "20.00-21.00"}, "hours", "di luar jam kerja"),
    "no hours": ("izin", {"days": "besok", "hours": "pagi"}, "hours", "Jam ini tidak terbaca"),
    "no reason": ("izin", {"days": "besok", "reason": ""}, "reason", ""),
}
KEPT = {"reason": "antar ibu ke rumah sakit"}


def form_of(siti: Talker, kind: str) -> Form:
    siti.says({"sakit": "/izin sakit 31 feb"}.get(kind, f"/izin {kind}"))
    if not isinstance(siti.last, Form):
        siti.presses("Perbaiki")
    assert isinstance(siti.last, Form)
    return siti.last


def filled(kind: str, typed: dict[str, str], form: Form) -> dict[str, str]:
    return {field.name: "" for field in form.fields} | KEPT | typed


@pytest.fixture
def siti(hadir: Hadir, chat: Chat) -> Talker:
    approved(hadir, chat, "/izin cuti 9-10 des")
    return chat("siti")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_page_shows_the_mistake_and_keeps_every_word(hadir: Hadir, siti: Talker, mistake: str) -> None:
    kind, typed, _field, said = MISTAKES[mistake]
    form = form_of(siti, kind)
    http = create_app(connect(hadir)).test_client()
    path = urlsplit(form_link(hadir, form, siti.sender)).path
    sent = filled(kind, typed, form)
    page = http.post(path, data=sent)
    assert page.status_code == 422
    assert said in text_of(page.text)
    assert standing(page.text) == sent
    assert len(rows(hadir)) == 1
    assert http.post(path, data=sent | right(form)).status_code == 200
    assert len(rows(hadir)) == 2


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_dialog_stays_open_with_the_mistake_at_its_field(hadir: Hadir, siti: Talker, mistake: str) -> None:
    kind, typed, field, said = MISTAKES[mistake]
    form = form_of(siti, kind)
    desk = Desk(hadir, create_app(connect(hadir)))
    dialog = {"state": sign_form(hadir.signer, form, Made(to="id-siti"), hadir.clock())}
    sent = filled(kind, typed, form)
    told = desk.submits("siti", dialog, **sent).get_json()
    assert list(told) == ["errors"]  # nothing else leaves a dialog open
    assert list(told["errors"]) == [field]
    assert said in told["errors"][field]
    assert len(rows(hadir)) == 1
    assert "errors" not in desk.submits("siti", dialog, **sent | right(form)).get_json()
    assert len(rows(hadir)) == 2


def right(form: Form) -> dict[str, str]:
    good = {"type": "tahunan", "days": "besok", "hours": "", "reason": "keluarga", "number": ""}
    return {field.name: good[field.name] for field in form.fields}


def test_what_belongs_to_no_field_is_said_of_the_whole(siti: Talker) -> None:
    """A kind with a single type has no field for it."""
    form = form_of(siti, "izin")
    values = {field.name: "besok" if field.name == "days" else "x" for field in form.fields if field.name != "reason"}
    siti.submits(Form(form.action, form.title, (), value=form.value), **values | {"hours": ""})
    assert isinstance(siti.last, FormErrors)
    assert set(siti.last.by_field) == {""}


@pytest.mark.parametrize("kind", ["belajar", "dinas"])
def test_a_number_that_is_too_long_is_not_cut(hadir: Hadir, siti: Talker, kind: str) -> None:
    form = form_of(siti, kind)
    siti.submits(form, days="besok", reason="Rakor", number="ST-" + "1" * 98)
    assert isinstance(siti.last, FormErrors)
    assert "paling banyak 100" in siti.last.by_field["number"]
    assert len(rows(hadir)) == 1


# ---------------------------------------------------------------- one line that goes on in a form


def test_taken_days_can_be_mended_or_the_first_be_withdrawn(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    siti.says("/izin cuti 9-10 des")
    assert "sudah punya: Cuti tahunan, Rabu 9 – Kamis 10 Des 2026 (menunggu)" in siti.says("/izin dinas 10 des Rakor ST-1/2026")
    assert labels(siti.last) == ["Tarik kembali", "Perbaiki"]
    siti.presses("Perbaiki")
    form = siti.last
    assert isinstance(form, Form)
    assert {field.name: field.default for field in form.fields} == {
        "days": "10/12/2026", "hours": "", "number": "ST-1/2026", "reason": "Rakor",
    }  # fmt: skip


def test_a_long_line_loses_nothing_on_its_way_into_the_form(chat: Chat) -> None:
    siti = chat("siti")
    why = " ".join(f"alasan{number}" for number in range(90))
    assert "paling banyak 500" in siti.says(f"/izin cuti 1-3 des {why}")
    siti.presses("Perbaiki")
    assert isinstance(siti.last, Form)
    assert siti.last.fields[-1].default == why
    assert siti.last.fields[-1].max_length == len(why)
    siti.says(f"/izin cuti 31 feb {why}")
    siti.presses("Perbaiki")
    assert isinstance(siti.last, Form)
    days, reason = (field.default for field in siti.last.fields[-2:])
    assert f"{days} {reason}" == f"31 feb {why}"
    assert len(days) <= 150


def test_hours_of_a_whole_day_are_kept_with_the_reason(chat: Chat) -> None:
    siti = chat("siti")
    siti.says("/izin cuti 1 des 08.00-10.00 ke bank")
    siti.presses("Perbaiki")
    assert isinstance(siti.last, Form)
    assert siti.last.fields[-1].default == "08.00–10.00 ke bank"


@pytest.mark.parametrize(
    ("line", "again"),
    [
        ("/izin izin besok 08.00-10.00 antar 2 anak jam 9",
         {"days": "24/11/2026", "hours": "08.00–10.00", "reason": "antar 2 anak jam 9"}),
        ("/izin dinas 1-2 des Rakor di 3 kota ST-9/2026",
         {"days": "01/12/2026 – 02/12/2026", "hours": "", "number": "ST-9/2026", "reason": "Rakor di 3 kota"}),
        ("/izin cuti penting 1-2 des ibu", {"type": "penting", "days": "01/12/2026 – 02/12/2026", "reason": "ibu"}),
    ],
)  # fmt: skip
def test_what_was_rejected_can_be_asked_anew_with_every_word(
    hadir: Hadir, chat: Chat, line: str, again: dict[str, str]
) -> None:
    siti, budi = chat("siti"), chat("budi")
    siti.says(line)
    budi.presses(next(each for each in inbox(hadir, "budi")[-1].buttons if each.label == "Tolak"))
    budi.submits(reason="Hari itu ada rapat.")
    [button] = inbox(hadir, "siti")[-1].buttons
    assert button.label == "Ajukan lagi"
    siti.presses(button)
    assert isinstance(siti.last, Form)
    assert {field.name: field.default for field in siti.last.fields} == again
    dewi = chat("dewi")
    assert dewi.presses(button) == "Permintaan ini bukan milik Anda."
    assert isinstance(dewi.last, Reply)


@pytest.mark.parametrize("value", ["again", "again x", "again 99", "again -1", "hapus 1", ""])
def test_a_button_that_was_tampered_with_opens_nothing(siti: Talker, value: str) -> None:
    siti.presses(Button("x", "izin.edit", value))
    assert isinstance(siti.last, Reply)
    assert siti.last.refused
    assert "izin" not in plain(siti.last.text) or "Permintaan" in plain(siti.last.text)


def test_a_type_that_the_rules_do_not_know_any_more_is_said(hadir: Hadir, siti: Talker) -> None:
    with hadir.database.write() as db:
        db.execute(update(absence).values(type="lama"))
    assert "tidak ada dalam aturan kantor" in siti.presses(Button("x", "izin.edit", "again 1"))
