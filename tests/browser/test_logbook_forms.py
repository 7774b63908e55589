"""A day's report on a phone: the activity's form with everything that is wrong in it, its correction, the page for evidence,
and the page for old reports. Nothing needs scrolling sideways, and what was typed stays.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urljoin

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from integration.app import utc_now
from tests.browser.conftest import PATIENCE_MS, Visitor
from tests.browser.test_access import problems
from tests.photos import photo
from tests.plugins.logbook.sheets import HEADER, xlsx

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
SMALL, PHONE = (320, 568), (390, 844)
WORK = "Merapikan daftar inventaris ruang rapat dan gudang arsip lantai dua"


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


def save(visitor: Visitor) -> None:
    visitor.window.get_by_role("button", name="Simpan").click()


@pytest.mark.parametrize(("who", "size"), [("nining", SMALL), ("slamet", PHONE)])
def test_an_activity_is_written_refused_mended_and_changed(visitor: Visit, who: str, size: tuple[int, int]) -> None:
    someone = visitor(f"/room/{who}", size=size)
    someone.types("/logbook tambah")
    expect(someone.window).to_be_visible(timeout=PATIENCE_MS)
    fine(someone, f"logbook-formulir-{size[0]}")
    someone.window.get_by_label("Apa yang Anda kerjakan?").fill(WORK)
    someone.window.get_by_label("Berapa lama?").fill("30 jam")
    someone.window.get_by_label("Hari", exact=True).fill(str((utc_now() + timedelta(days=3)).date()))
    someone.window.get_by_label("Jumlah").fill("banyak sekali")
    save(someone)
    for words in ("24 jam", "belum tiba"):
        expect(someone.window).to_contain_text(words, timeout=PATIENCE_MS)
    expect(someone.window.get_by_label("Apa yang Anda kerjakan?")).to_have_value(WORK)
    expect(someone.window.get_by_label("Jumlah")).to_have_value("banyak sekali")
    fine(someone, f"logbook-formulir-keliru-{size[0]}")
    someone.window.get_by_label("Berapa lama?").fill("1 jam 15 menit")
    someone.window.get_by_label("Hari", exact=True).fill(str((utc_now() + timedelta(hours=7)).date()))
    someone.window.get_by_label("Jumlah").fill("2 daftar")
    save(someone)
    expect(someone.window).to_be_hidden(timeout=PATIENCE_MS)
    sent = last(someone, "Terkirim ke Ratna Dewi Anggraini")
    expect(sent).to_contain_text("1 jam 15 menit · 2 daftar")
    fine(someone, f"logbook-terkirim-{size[0]}")

    # Changed in the same form: what stands there stands in it.
    sent.get_by_role("button", name="Ubah", exact=True).click()
    expect(someone.window.get_by_label("Apa yang Anda kerjakan?")).to_have_value(WORK)
    expect(someone.window.get_by_label("Berapa lama?")).to_have_value("1 jam 15 menit")
    someone.window.get_by_label("Hasil").fill("Daftar inventaris")
    save(someone)
    expect(someone.window).to_be_hidden(timeout=PATIENCE_MS)
    expect(someone.page.locator(".message.bot").last).to_contain_text("Terkirim", timeout=PATIENCE_MS)
    fine(someone)


def test_evidence_and_old_reports_are_sent_by_pages_that_fit_a_phone(visitor: Visit) -> None:
    fitri = visitor("/room/fitri", size=PHONE)
    fitri.types("/logbook menata arsip aktif 2 jam").reads("Terkirim")
    page = form_page(fitri, "/logbook bukti 1")
    fine(page, "logbook-bukti")
    page.page.locator("input[type=file]").first.set_input_files(
        FilePayload(name="rak arsip.jpg", mimeType="image/jpeg", buffer=photo(640, 480))
    )
    page.page.locator("form button").last.click()
    expect(page.page.get_by_role("status")).to_contain_text("rak arsip.jpg", timeout=PATIENCE_MS)
    fine(page, "logbook-bukti-tersimpan")

    year = utc_now().year - 1
    rows = [HEADER, [1, f"3/2/{year}", "Menata arsip", "Rak tertata", None, None, "2 jam", None, None, None]]
    page = form_page(fitri, "/logbook impor")
    fine(page, "logbook-impor")
    page.page.locator("input[type=file]").first.set_input_files(
        FilePayload(name="laporan lama.xlsx", mimeType="application/octet-stream", buffer=xlsx(rows))
    )
    page.page.locator("form button").last.click()
    expect(page.page.get_by_role("status")).to_be_visible(timeout=PATIENCE_MS)
    shown = last(fitri, "laporan lama.xlsx sudah dibaca")
    fine(fitri, "logbook-impor-dibaca")
    shown.get_by_role("button", name="Tidak jadi").click()
    last(fitri, "tidak jadi dimasukkan")


def form_page(visitor: Visitor, line: str) -> Visitor:
    """The page that a line leads to: behind the link of its answer."""
    links = visitor.page.locator(".message.bot a[href*='/form/']")
    before = links.count()
    visitor.types(line)
    expect(links).to_have_count(before + 1, timeout=PATIENCE_MS)
    page = visitor.page.context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(urljoin(visitor.demo.address, str(links.last.get_attribute("href"))))
    return Visitor(page, visitor.demo)
