"""The main job in a real browser: check in, correct, approve, download."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


def test_a_person_is_picked_from_the_list_and_checks_in_by_typing(visitor: Visit) -> None:
    siti = visitor("/")
    siti.picture("daftar")
    siti.page.get_by_label("Cari menurut nama, unit, atau peran").fill("siti")
    expect(siti.page.locator("#people li:visible")).to_have_count(1)
    siti.page.get_by_role("link", name="Siti Rahayu").click()
    siti.page.wait_for_url("**/room/siti")
    siti.types("/hadir masuk wfh").reads("(WFH)")
    assert siti.fits()
    siti.page.reload()
    siti.reads("(WFH)")


def test_a_person_checks_in_with_a_button_of_the_menu_and_out_again(visitor: Visit) -> None:
    yosef = visitor("/room/yosef", size=PHONE)
    yosef.types("/hadir")
    yosef.presses("Masuk WFO").reads("WIT (WFO)")
    yosef.types("/hadir")
    yosef.presses("Pulang").reads("pulang")
    yosef.picture("menu-ponsel")
    assert yosef.fits()


def test_a_correction_from_the_form_to_the_approval_and_the_recap(visitor: Visit, tmp_path: Path) -> None:
    siti, budi = visitor("/room/siti"), visitor("/room/budi", size=PHONE)
    siti.types("/hadir koreksi")
    expect(siti.window.get_by_role("heading", name="Koreksi kehadiran")).to_be_visible()
    siti.window.get_by_label("Jam").fill("16:31")
    siti.presses("Kirim")
    expect(siti.window.get_by_text("Mohon diisi.")).to_be_visible()
    expect(siti.window.get_by_label("Jam")).to_have_value("16:31")
    siti.picture("formulir")
    siti.window.get_by_label("Alasan").fill("lupa menekan tombol & <terburu-buru>")
    siti.window.get_by_role("button", name="Kirim").click()
    expect(siti.window).to_be_hidden()
    siti.reads("Budi Santoso")

    budi.reads("lupa menekan tombol & <terburu-buru>")
    budi.picture("persetujuan-ponsel")
    budi.page.locator(".message", has_text="terburu-buru").get_by_role("button", name="Setujui").click()
    budi.reads("Disetujui: Siti Rahayu")
    expect(budi.page.locator(".message", has_text="terburu-buru").get_by_role("button", name="Setujui")).to_have_count(0)
    siti.reads("Koreksi Anda disetujui Budi Santoso")
    siti.picture("percakapan")

    rina = visitor("/room/rina")
    rina.types("/hadir rekap @siti")
    rina.reads("Siti Rahayu")
    rina.picture("rekap")
    rina.page.locator(".message.bot").last.get_by_role("button", name=re.compile("XLSX|Excel")).click()
    link = rina.page.locator("a.file", has_text=".xlsx").last
    expect(link).to_be_visible()
    with rina.page.expect_download() as download:
        link.click()
    download.value.save_as(path := tmp_path / "rekap.xlsx")
    book = openpyxl.load_workbook(path)
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    assert any("Siti Rahayu" in cell for cell in cells)


def test_a_rejection_asks_why_and_the_person_reads_it(visitor: Visit) -> None:
    budi, dewi = visitor("/room/budi"), visitor("/room/dewi")
    budi.reads("antar anak ke dokter")
    budi.page.locator(".message", has_text="antar anak").get_by_role("button", name="Tolak").click()
    budi.window.get_by_label("Alasan").fill("Mohon lampirkan surat dokter.")
    budi.window.get_by_role("button", name="Tolak").click()
    budi.reads("Ditolak: Dewi Lestari")
    dewi.reads("Mohon lampirkan surat dokter.")


def test_a_message_for_somebody_else_is_counted_in_the_list(visitor: Visit) -> None:
    ayu = visitor("/room/ayu")
    badge = ayu.page.locator('[data-unread="tenri"]')
    frans = visitor("/room/frans")
    frans.types("/hadir koreksi hari ini masuk 00.01 <b>tes</b>")
    frans.reads("Andi Tenri Ampa")
    expect(badge).to_have_text(re.compile("1"), timeout=20_000)
    visitor("/room/tenri").reads("<b>tes</b>")
    expect(badge).to_be_hidden(timeout=20_000)
