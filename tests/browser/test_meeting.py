"""The whole life of a meeting on phones: planned, answered, held with a code on the wall, written down, followed up."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from integration.app import utc_now
from tests.browser.conftest import PATIENCE_MS, Visitor
from tests.browser.test_access import problems

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
PHONE = (390, 844)
TITLE = "Uji formulir layanan"


def fine(visitor: Visitor, picture: str = "") -> None:
    """What is shown is accessible and needs no scrolling sideways."""
    assert problems(visitor.page) == []
    assert visitor.fits()
    if picture:
        visitor.picture(picture)


def last(visitor: Visitor, text: str) -> Locator:
    """The newest message of the bot that says so."""
    found = visitor.page.locator(".message.bot", has_text=text).last
    expect(found).to_be_visible(timeout=PATIENCE_MS)
    return found


def press(visitor: Visitor, text: str, button: str) -> None:
    last(visitor, text).get_by_role("button", name=button, exact=True).click()


def test_a_meeting_is_planned_in_the_form_changed_and_called_off(visitor: Visit) -> None:
    tenri, asri = visitor("/room/tenri", size=PHONE), visitor("/room/asri", size=PHONE)
    tenri.types("/rapat")
    press(tenri, "Apel virtual", "Rapat baru")
    expect(tenri.window).to_be_visible()
    tenri.window.get_by_label("Judul").fill(TITLE)
    tenri.window.get_by_label("Hari").fill("2020-02-03")
    tenri.window.get_by_label("Waktu").fill("09.00")
    tenri.window.get_by_label("Undang").fill("@asri, @novita")
    tenri.window.get_by_role("button", name="Jadwalkan").click()
    expect(tenri.window).to_contain_text("sudah lewat", timeout=PATIENCE_MS)
    expect(tenri.window.get_by_label("Judul")).to_have_value(TITLE)
    fine(tenri, "rapat-formulir")
    tenri.window.get_by_label("Hari").fill(str((utc_now() + timedelta(days=2)).date()))
    tenri.window.get_by_role("button", name="Jadwalkan").click()
    expect(tenri.window).to_be_hidden(timeout=PATIENCE_MS)
    number = re.search(r"nomor (\d+)", last(tenri, f"Dijadwalkan: {TITLE}").inner_text())
    assert number

    # On a day that does not suit everybody the organiser is asked first.
    settled = re.compile(rf"{TITLE}.*(Undangan dikirim kepada|Undangan belum dikirim: \d)", re.DOTALL)
    answer = tenri.page.locator(".message.bot", has_text=settled).last
    expect(answer).to_be_visible(timeout=PATIENCE_MS)
    if answer.get_by_role("button", name="Tetap undang").count():
        answer.get_by_role("button", name="Tetap undang").click()
    last(asri, f"Undangan: {TITLE}")
    fine(asri, "rapat-undangan")
    press(asri, TITLE, "Ragu")
    expect(last(asri, "Jawaban Anda: ragu")).to_contain_text(TITLE)

    tenri.types(f"/rapat batal {number[1]} ada tamu")
    press(tenri, f"Batalkan {TITLE}?", "Ya, batalkan")
    expect(last(asri, "dibatalkan")).to_contain_text("ada tamu")
    asri.types(f"/rapat lihat {number[1]}")
    expect(last(asri, f"{TITLE} (nomor {number[1]})")).to_contain_text("batal", ignore_case=True)


def test_a_meeting_now_from_the_code_on_the_wall_to_the_filed_minutes(visitor: Visit, tmp_path: Path) -> None:
    hendra, beatrix, safruddin = (visitor(f"/room/{name}", size=PHONE) for name in ("hendra", "beatrix", "safruddin"))
    hendra.types(f'/rapat mulai "{TITLE}" @beatrix @safruddin')
    hendra.reads(f"{TITLE} dimulai sekarang")
    press(beatrix, TITLE, "Hadir")
    expect(last(beatrix, "Jawaban Anda: hadir")).to_contain_text("WIT")
    press(safruddin, TITLE, "Tidak")
    expect(last(safruddin, "Jawaban Anda: tidak")).to_contain_text("WITA")

    # The wall: its code brings somebody in, its QR code a guest.
    hendra.types("/rapat layar")
    address = last(hendra, "layar proyektor").get_by_role("link", name="Buka layar").get_attribute("href")
    assert address
    wall = hendra.page.context.new_page()
    wall.set_default_timeout(PATIENCE_MS)
    wall.goto(address)
    expect(wall.get_by_text(re.compile(r"^\d{3} \d{3}$"))).to_be_visible()
    assert problems(wall) == []
    shown = wall.get_by_text(re.compile(r"^\d{3} \d{3}$")).inner_text()
    beatrix.types(f"/rapat hadir {shown}").reads("Hadir tercatat pukul")
    beatrix.types("/rapat hadir").reads("Anda sudah tercatat hadir")
    fine(beatrix, "rapat-hadir")
    expect(wall.get_by_text("1 dari 3")).to_be_visible(timeout=2 * PATIENCE_MS)  # it asks for itself again
    beatrix.types("/rapat hadir 000 000").reads("sisa percobaan")

    # The minutes: what is missing from them stays, a decision and two tasks are found.
    hendra.types("/rapat hadir").reads("Hadir tercatat pukul")
    hendra.types("/rapat notulen")
    box = hendra.window.get_by_label("Notulen")
    expect(box).to_have_value(re.compile(r"## Keputusan"))
    text = box.input_value()
    text = text.replace("## Keputusan\n", "## Keputusan\n\n- Formulir dipakai mulai Senin\n")
    text += "\n- [ ] Perbaiki kolom NIP @beatrix besok\n- [ ] Kirim surat edaran @safruddin\n"
    box.fill(text)
    fine(hendra, "rapat-notulen")
    hendra.window.get_by_role("button", name="Simpan").click()
    expect(hendra.window).to_be_hidden(timeout=PATIENCE_MS)
    expect(last(hendra, "Notulen tersimpan")).to_contain_text("1 keputusan, 2 tindak lanjut")
    press(hendra, "Notulen tersimpan", "Terbitkan")
    press(beatrix, "Perbaiki kolom NIP", "Selesai")
    expect(last(beatrix, "Selesai: Perbaiki kolom NIP")).to_be_visible()
    safruddin.types("/rapat tugas")
    last(safruddin, f"Kirim surat edaran · {TITLE}")
    fine(safruddin, "rapat-tugas")
    hendra.types("/rapat tugas rapat uji formulir")
    expect(last(hendra, "1 belum, 1 selesai")).to_contain_text("Kirim surat edaran")

    # The list, as it will be signed.
    hendra.types("/rapat daftar-hadir uji formulir")
    expect(last(hendra, "Daftar hadir:")).to_contain_text("Beatrix Latuheru")
    fine(hendra, "rapat-daftar-hadir")
    press(hendra, "Daftar hadir:", "Kirim PDF dan Excel")
    link = hendra.page.locator("a.file", has_text=".pdf").last
    expect(link).to_be_visible(timeout=PATIENCE_MS)
    with hendra.page.expect_download() as download:
        link.click()
    download.value.save_as(path := tmp_path / "daftar.pdf")
    assert path.read_bytes().startswith(b"%PDF-")
