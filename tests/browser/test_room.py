"""The room's own manners: keyboard, slow and broken networks, small screens, forms without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Route, expect

from integration.adapters.browser.forms import form_link
from integration.app import assemble
from integration.core import Hadir
from integration.dispatch import parse
from integration.messages import Form, Sender
from integration.settings import load
from tests.browser.conftest import PHONE, Demo, Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


@pytest.fixture
def behind(demo: Demo) -> Iterator[Hadir]:
    """The same office, as another process on its database."""
    hadir = assemble(load({}, home=demo.home, port=int(demo.address.rpartition(":")[2])))
    yield hadir
    hadir.database.dispose()


def _correction_form(hadir: Hadir, username: str) -> str:
    """The address of the page that a chat platform without forms would show."""
    sender = Sender("browser", username, username)
    form = hadir.dispatcher.handle(sender, parse("hadir", "koreksi"), hadir.clock())
    assert isinstance(form, Form)
    return form_link(hadir, form, sender)


# ---------------------------------------------------------------- keyboard and completion


def test_commands_are_completed_from_the_keyboard(visitor: Visit) -> None:
    gede = visitor("/room/gede")
    box = gede.page.get_by_label("Pesan kepada Hadir")
    expect(box).to_be_focused()
    gede.page.keyboard.type("/hadir ma")
    expect(gede.page.get_by_role("option")).to_have_count(1)
    gede.page.keyboard.press("Tab")
    expect(box).to_have_value("/hadir masuk ")
    box.fill("/")
    gede.page.keyboard.press("ArrowDown")
    gede.page.keyboard.press("ArrowDown")
    expect(gede.page.get_by_role("option", selected=True)).to_contain_text("/hadir pulang")
    gede.picture("petunjuk-perintah")
    gede.page.keyboard.press("Escape")
    expect(gede.page.get_by_role("listbox")).to_be_hidden()


def test_everything_is_done_without_a_mouse(visitor: Visit) -> None:
    ayu = visitor("/room/ayu")
    ayu.page.keyboard.type("/hadir koreksi")
    ayu.page.keyboard.press("Escape")
    ayu.page.keyboard.press("Enter")
    expect(ayu.window).to_be_visible()
    ayu.page.keyboard.press("Escape")
    expect(ayu.window).to_be_hidden()
    expect(ayu.page.get_by_label("Pesan kepada Hadir")).to_be_focused()


def test_a_form_with_something_in_it_is_not_closed_by_a_slip(visitor: Visit) -> None:
    maria = visitor("/room/maria")
    maria.types("/hadir koreksi")
    maria.window.get_by_label("Alasan").fill("panjang sekali")
    asked: list[str] = []
    maria.page.on("dialog", lambda question: (asked.append(question.message), question.dismiss()))
    maria.page.keyboard.press("Escape")
    expect(maria.window.get_by_label("Alasan")).to_have_value("panjang sekali")
    assert "Isian Anda akan hilang" in asked[0]


# ---------------------------------------------------------------- networks


def test_a_message_that_did_not_go_out_keeps_its_text_and_is_sent_once(visitor: Visit) -> None:
    aisyah = visitor("/room/aisyah")
    aisyah.page.route("**/say", lambda route: route.abort())
    aisyah.types("/hadir masuk wfh dari rumah")
    failed = aisyah.page.locator(".message.failed")
    expect(failed).to_contain_text("/hadir masuk wfh dari rumah")
    aisyah.picture("gagal-terkirim")
    aisyah.page.unroute("**/say")
    failed.get_by_role("button", name="Coba lagi").click()
    aisyah.reads("(WFH)")
    expect(aisyah.page.locator(".message.own")).to_have_count(1)


def test_an_answer_that_got_lost_is_asked_for_again_and_nothing_happens_twice(visitor: Visit) -> None:
    wayan = visitor("/room/wayan")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    wayan.page.route("**/say", lose_the_answer)
    wayan.types("/hadir masuk wfo")
    expect(wayan.page.locator(".message.failed")).to_be_visible()
    wayan.page.unroute("**/say")
    wayan.page.locator(".message.failed").get_by_role("button", name="Coba lagi").click()
    wayan.reads("WITA (WFO)")
    expect(wayan.page.locator(".message.failed")).to_have_count(0)
    expect(wayan.page.locator(".message.own")).to_have_count(1)
    expect(wayan.page.locator(".message.bot", has_text="(WFO)")).to_have_count(1)


def test_two_presses_of_enter_send_one_message(visitor: Visit) -> None:
    gede = visitor("/room/gede")
    held: list[Route] = []
    gede.page.route("**/say", lambda route: held.append(route))
    gede.types("/hadir status")
    gede.types("/hadir bantuan")
    expect(gede.page.get_by_label("Pesan kepada Hadir")).to_have_value("/hadir bantuan")
    assert len(held) == 1
    held[0].continue_()
    gede.reads("Pengingat")


def test_a_lost_connection_is_said_and_mends_itself(visitor: Visit) -> None:
    gede = visitor("/room/gede")
    gede.page.route("**/messages*", lambda route: route.abort())
    expect(gede.page.get_by_text("Sambungan terputus")).to_be_visible()
    gede.page.unroute("**/messages*")
    expect(gede.page.get_by_text("Sambungan terputus")).to_be_hidden()


def test_what_was_being_typed_survives_a_reload(visitor: Visit) -> None:
    gede = visitor("/room/gede")
    gede.page.get_by_label("Pesan kepada Hadir").fill("/hadir masuk dengan catatan panj")
    gede.page.reload()
    expect(gede.page.get_by_label("Pesan kepada Hadir")).to_have_value("/hadir masuk dengan catatan panj")


# ---------------------------------------------------------------- small screens


@pytest.mark.parametrize("path", ["/", "/room/siti", "/room/budi", "/room/nobody"])
def test_nothing_scrolls_sideways_on_a_phone(visitor: Visit, path: str) -> None:
    assert visitor(path, size=PHONE).fits()


def test_wide_tables_scroll_by_themselves_on_a_phone(visitor: Visit) -> None:
    budi = visitor("/room/budi", size=PHONE)
    for line in ("/hadir tim semua", "/hadir rekap", "/hadir bantuan"):
        budi.types(line)
        budi.reads("")
        expect(budi.page.locator(".message.waiting")).to_have_count(0)
    budi.picture("tim-ponsel")
    assert budi.fits()
    inside = "[...document.querySelectorAll('.bubble')].every(b => b.getBoundingClientRect().right <= innerWidth)"
    assert budi.page.evaluate(inside)


def test_a_very_long_word_breaks(visitor: Visit) -> None:
    gede = visitor("/room/gede", size=PHONE)
    gede.types("/hadir masuk wfo " + "😀" * 300 + "x" * 600)
    gede.reads("(WFO)")
    gede.types("/hadir status").reads("xxx")
    assert gede.fits()


# ---------------------------------------------------------------- form pages


def test_a_form_page_works_without_javascript(visitor: Visit, behind: Hadir) -> None:
    yusuf = visitor("/", size=PHONE, java_script_enabled=False)
    link = _correction_form(behind, "yusuf")
    yusuf.page.goto(link)
    yusuf.picture("halaman-formulir-ponsel")
    yusuf.page.get_by_label("Hari").fill("2099-01-01")
    yusuf.page.get_by_label("Alasan").fill("lupa <b>sekali</b>")
    yusuf.page.get_by_role("button", name="Kirim").click()
    expect(yusuf.page.get_by_role("alert")).to_be_visible()
    expect(yusuf.page.get_by_label("Alasan")).to_have_value("lupa <b>sekali</b>")
    yusuf.picture("halaman-formulir-salah-ponsel")
    yesterday = yusuf.page.get_by_label("Hari")
    yesterday.fill(str(behind.clock().date()))
    yusuf.page.get_by_label("Masuk atau pulang").select_option("in")
    yusuf.page.get_by_label("Jam").fill("00:01")
    yusuf.page.get_by_role("button", name="Kirim").click()
    expect(yusuf.page.get_by_role("heading", name="Terkirim")).to_be_visible()
    expect(yusuf.page.get_by_text("Budi Santoso")).to_be_visible()
    yusuf.page.goto(link)
    expect(yusuf.page.get_by_role("heading", name="Formulir ini sudah dikirim")).to_be_visible()


def test_a_form_page_follows_the_readers_colours(visitor: Visit, behind: Hadir) -> None:
    page = visitor("/", color_scheme="dark").page
    page.goto(_correction_form(behind, "bambang"))
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = map(int, re.findall(r"\d+", ground)[:3])
    assert max(red, green, blue) < 64
