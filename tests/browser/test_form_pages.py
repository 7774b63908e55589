"""Form pages as people's phones show them: every kind of field, what is wrong, what became of it; with and without script."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from integration.adapters.browser.forms import form_link
from integration.app import assemble, connect, create_app, load_plugins
from integration.core import Hadir
from integration.messages import Field, Form, Sender
from integration.settings import load
from tests import cast
from tests.adapters.browser.desk import PLUGIN
from tests.browser.conftest import PATIENCE_MS, PICTURES
from tests.browser.test_access import problems
from tests.conftest import SECRET
from tests.live.recording import serving

pytestmark = pytest.mark.browser

SITI = Sender("nextcloud", "id-siti", "siti")
# A small old phone, the usual one, a large one; and one held sideways.
SIZES = [(320, 568), (360, 740), (390, 844), (740, 360)]
EVERYTHING = Form(
    "desk.paper",
    "Perbaiki catatan hadir",
    (
        Field("name", "Nama", hint="@nama, nama, atau NIP", max_length=40),
        Field("why", "Alasan", "textarea", hint="Satu kalimat cukup", max_length=300),
        Field("size", "Masuk atau pulang", "select", choices=(("s", "Masuk"), ("l", "Pulang"))),
        Field("day", "Hari", "date", hint="Misalnya kemarin, Senin, 24/11"),
        Field("hour", "Jam (WIB)", "time", hint="Misalnya 07.30", required=False),
    ),
    value="v1",
    intro="Atasan Anda memutuskan. Yang tercatat sekarang tetap terlihat.",
    submit="Ajukan",
)
WITH_A_FILE = Form(
    "desk.scan", "Surat dokter", (Field("why", "Alasan"), Field("letter", "Surat", "file", hint="PDF atau foto"))
)

Open = Callable[..., Page]


@pytest.fixture
def clock() -> cast.Clock:
    return cast.Clock()


@pytest.fixture
def hadir(sqlite_template: Path, tmp_path: Path, clock: cast.Clock) -> Iterator[Hadir]:
    shutil.copy(sqlite_template, tmp_path / "pages.db")
    settings = load({}, database_url=f"sqlite:///{tmp_path / 'pages.db'}", secret_key=SECRET, home=tmp_path)
    service = assemble(settings, clock=clock, plugins=(*load_plugins(("hadir",)), PLUGIN))
    with service.database.write() as db:
        cast.settle(db, "nextcloud")
    yield connect(service)
    service.database.dispose()


@pytest.fixture
def opened(hadir: Hadir, chromium: Browser) -> Iterator[Open]:
    """`opened(form, size)` is a fresh form of Siti's on a phone; a foreign address that the page asks for is an error."""
    app: Flask = create_app(hadir)
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    with serving(app.wsgi_app) as url:
        hadir.settings = hadir.settings.model_copy(update={"public_url": url})

        def visit(form: Form | str, size: tuple[int, int] = (390, 844), scheme: str = "light", *, script: bool = True) -> Page:
            context = chromium.new_context(
                viewport={"width": size[0], "height": size[1]},
                locale="id-ID",
                color_scheme=scheme,  # type: ignore[arg-type]  # one of its two words
                java_script_enabled=script,
                has_touch=True,
            )
            contexts.append(context)
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.on("request", lambda request: asked.append(request.url))
            page.goto(form if isinstance(form, str) else form_link(hadir, form, SITI))
            return page

        yield visit
        for context in contexts:
            context.close()
        assert [address for address in asked if not address.startswith((url, "data:"))] == []


def judged(page: Page, name: str = "") -> None:
    """The page is accessible, and needs no scrolling sideways."""
    page.wait_for_load_state("load")  # the words are there before the style sheet is
    assert problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if PICTURES and name:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def fill(page: Page, name: str = "Siti") -> None:
    page.get_by_label("Nama").fill(name)
    page.get_by_label("Alasan").fill("Jaringan kantor mati")
    page.get_by_label("Masuk atau pulang").select_option("Masuk")
    page.get_by_label("Hari").fill("2026-11-23")
    page.get_by_label("Jam (WIB)").fill("07:30")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_kind_of_field_and_every_error_is_accessible(opened: Open, size: tuple[int, int], scheme: str) -> None:
    name = f"isian-{scheme}-{size[0]}"
    page = opened(EVERYTHING, size, scheme)
    judged(page, name)
    page.get_by_role("button", name="Ajukan").click()
    expect(page.get_by_text("Mohon diisi.").first).to_be_visible()
    assert page.title().startswith("Perlu diperbaiki")
    judged(page, f"{name}-salah")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name="Hari").click()
    expect(page.get_by_label("Hari")).to_be_focused()
    fill(page, "salah")
    page.get_by_role("button", name="Ajukan").click()
    expect(page.get_by_text("Nama itu salah.")).to_be_visible()
    expect(page.get_by_label("Alasan")).to_have_value("Jaringan kantor mati")
    expect(page.get_by_label("Hari")).to_have_value("2026-11-23")
    expect(page.get_by_label("Jam (WIB)")).to_have_value("07:30")
    judged(page)
    fill(page)
    page.get_by_role("button", name="Ajukan").click()
    expect(page.get_by_role("heading", name="Terkirim")).to_be_visible()
    judged(page, f"{name}-terkirim")


@pytest.mark.parametrize("size", SIZES)
def test_a_form_with_a_file_is_accessible(opened: Open, size: tuple[int, int]) -> None:
    page = opened(WITH_A_FILE, size)
    judged(page, f"isian-berkas-{size[0]}")
    page.get_by_role("button", name="Kirim").click()
    expect(page.get_by_text("Mohon diisi.").first).to_be_visible()
    judged(page)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_over_used_or_false_is_accessible_and_says_what_to_do(
    opened: Open, hadir: Hadir, clock: cast.Clock, size: tuple[int, int]
) -> None:
    address = form_link(hadir, EVERYTHING, SITI)
    page = opened(address, size)
    fill(page)
    page.get_by_role("button", name="Ajukan").click()
    expect(page.get_by_role("heading", name="Terkirim")).to_be_visible()
    page.goto(address)
    expect(page.get_by_role("heading", name="Formulir ini sudah dikirim")).to_be_visible()
    judged(page, f"isian-terpakai-{size[0]}")
    late = form_link(hadir, EVERYTHING, SITI)
    clock.now += timedelta(hours=2)
    page.goto(late)
    judged(page, f"isian-lewat-{size[0]}")
    page.goto(late.rpartition("/")[0] + "/" + "x" * 40)
    judged(page, f"isian-palsu-{size[0]}")


def test_it_works_without_script_and_by_keyboard_alone(opened: Open) -> None:
    page = opened(EVERYTHING, script=False)
    fill(page)
    page.get_by_role("button", name="Ajukan").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Terkirim")).to_be_visible()
    assert "Stored: Siti" in page.content()


def test_every_field_can_be_reached_with_focus_that_shows(opened: Open) -> None:
    page = opened(EVERYTHING)
    reached = []
    for _ in range(16):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("[document.activeElement.name, getComputedStyle(document.activeElement).outlineStyle]"))
    assert {name for name, _ in reached} >= {"name", "why", "size", "day", "hour"}
    assert {name for name, style in reached if name and style == "none"} == set()


def test_targets_are_large_enough_for_a_thumb_and_text_for_old_eyes(opened: Open) -> None:
    page = opened(EVERYTHING, (320, 568))
    for box in page.locator("input, select, textarea, button").all():
        size = box.bounding_box()
        assert size
        assert size["height"] >= 44
    # Smaller, and an iPhone zooms in as soon as a field is touched.
    size_of = "each => [...each].map(field => parseFloat(getComputedStyle(field).fontSize))"
    sizes = page.locator("input, select, textarea").evaluate_all(size_of)
    assert min(sizes) >= 16


def test_the_page_stays_usable_when_text_is_twice_as_large(opened: Open) -> None:
    page = opened(EVERYTHING, (390, 844))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    judged(page)


LONG = Form(
    "desk.paper",
    "Notulen",
    (Field("why", "Notulen", "textarea", "## Keputusan\n\n1. Ya\n" * 30, max_length=1 << 20), *EVERYTHING.fields[:1]),
    intro="“Koordinasi SPBE”, Senin 23 Nov. Tindak lanjut ditulis seperti `- [ ] siapkan ruangan @siti Jumat`.",
    submit="Simpan",
)


@pytest.mark.parametrize("size", [(320, 568), (390, 844)])
def test_a_long_text_has_room_and_is_given_back_when_it_comes_too_late(
    opened: Open, clock: cast.Clock, size: tuple[int, int]
) -> None:
    page = opened(LONG, size)
    judged(page, f"notulen-{size[0]}")
    box = page.get_by_label("Notulen").bounding_box()
    assert box
    assert box["height"] > 300
    page.get_by_label("Notulen").fill("Sudah saya ketik\npanjang lebar")
    clock.now += timedelta(hours=13)
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_label("Yang Anda ketik tidak terkirim")).to_have_value(re.compile("Sudah saya ketik\npanjang lebar"))
    judged(page, f"notulen-lewat-{size[0]}")


def test_a_correction_of_the_real_form_tells_who_decides(opened: Open, hadir: Hadir, clock: cast.Clock) -> None:
    clock.now = cast.at("2026-11-24T09:00+07:00")
    talker = cast.Talker(hadir, "siti", "nextcloud")
    talker.says("/hadir koreksi")
    assert isinstance(talker.last, Form)
    page = opened(talker.last)
    judged(page, "koreksi")
    page.get_by_label(re.compile("^Alasan")).fill("Lupa menekan tombol")
    page.get_by_label(re.compile("^Jam")).fill("07:25")
    page.get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("Budi Santoso")
    judged(page, "koreksi-terkirim")
