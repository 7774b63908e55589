"""The picture of a draft and of a published rota."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from PIL import Image

from integration import scheduler
from integration.messages import plain
from plugins.jadwal import team
from plugins.jadwal.rota import store as rota_store
from plugins.jadwal.team import Draft
from tests.plugins.jadwal.published import publish
from tests.plugins.jadwal.rotas import absent, draft, places, press
from tests.post import inbox, labels

MONDAY = date(2026, 11, 30)


def sent(talker, hadir):
    """The message that brings the picture which was just asked for."""
    assert plain(talker.last.text).startswith("jadwal-2026-")
    return inbox(hadir, talker.username)[-1]


def image(message):
    [file] = message.files
    assert file.media_type == "image/png"
    return Image.open(BytesIO(file.content))


def test_a_draft_is_a_picture_that_says_so(chat, hadir):
    message, talker = draft(chat, hadir), chat("hendra")
    press(talker, message, "Gambar")
    shown = sent(talker, hadir)
    assert plain(shown.text) == "**Bidang Aplikasi** — 30 Nov–4 Des 2026\nRancangan no. 1, belum terbit"
    assert [file.name for file in shown.files] == ["jadwal-2026-11-30.png"]
    assert image(shown).width == 1080


def test_the_buttons_lead_through_the_weeks_of_the_rota_and_no_further(chat, hadir):
    message, talker = draft(chat, hadir, line="/jadwal susun 2 minggu mulai senin"), chat("hendra")
    press(talker, message, "Gambar")
    first = sent(talker, hadir)
    buttons = talker.last.buttons or first.buttons
    assert [each.label for each in buttons] == ["→ 7–11 Desember 2026"]
    talker.presses(buttons[0])
    second = sent(talker, hadir)
    assert plain(second.text).startswith("**Bidang Aplikasi** — 7–11 Desember 2026")
    assert [each.label for each in talker.last.buttons or second.buttons] == ["← 30 Nov–4 Des 2026"]


def test_a_draft_shows_its_own_places_and_not_what_is_published(chat, hadir):
    publish(hadir, {"siti": "A A A A A"}, MONDAY)
    absent(hadir, date(2026, 12, 1), dewi="cuti")
    draft(chat, hadir)
    with hadir.database.read() as db:
        one = rota_store.current(db, None, MONDAY)[0]
        shown = team.week(
            scheduler.work(hadir, db), (one.unit_id, one.unit), MONDAY, Draft(one.first, one.last, rota_store.days_of(db, one))
        )
    assert {cell.code for _, cells in shown.rows for cell in cells} == {"O", "H", "-"}
    assert [person.name for person, cells in shown.rows if cells[1].code == "-"] == ["Dewi Lestari"]
    drafted = places(hadir, active=False)
    for person, cells in shown.rows:
        for day, cell in zip(shown.days, cells, strict=True):
            assert cell.code == {"wfo": "O", "wfh": "H", None: "-"}[drafted.get((person.id, day))]


def test_a_published_rota_is_a_picture_too(chat, hadir):
    message, talker = draft(chat, hadir), chat("hendra")
    press(talker, message, "Terbitkan")
    assert labels(talker.last) == ["Gambar", "Unduh XLSX", "Cabut"]
    talker.presses("Gambar")
    shown = sent(talker, hadir)
    assert plain(shown.text) == "**Bidang Aplikasi** — 30 Nov–4 Des 2026"
    assert image(shown).width == 1080


def test_a_discarded_draft_has_none(chat, hadir):
    message, talker = draft(chat, hadir), chat("hendra")
    press(talker, message, "Buang")
    assert press(talker, message, "Gambar") == "Jadwal no. 1 bukan rancangan lagi: dibuang."


@pytest.mark.parametrize("value", ["1 2026-13-99", "1 ", "1 kapan", "1 1999-01-01"])
def test_a_week_that_is_none_is_the_nearest_of_the_rota(chat, hadir, value):
    message, talker = draft(chat, hadir), chat("hendra")
    one = next(each for each in message.buttons if each.label == "Gambar")
    talker.presses(replace(one, value=value))
    assert plain(sent(talker, hadir).text).startswith("**Bidang Aplikasi** — 30 Nov–4 Des 2026")
