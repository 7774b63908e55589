"""The screen in the room, the guest's page and the way into a meeting, as a projector and phones show them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from integration import people, scheduler
from integration.app import assemble, connect, create_app, load_plugins
from integration.core import Hadir
from integration.ports import Room
from integration.settings import load
from plugins.rapat import joining, meetings
from plugins.rapat.attending import codes, screen
from tests import cast
from tests.browser.conftest import PATIENCE_MS
from tests.browser.test_form_pages import judged
from tests.conftest import SECRET
from tests.live.recording import serving
from tests.plugins.rapat.house import NINE, Rooms, arranged
from tests.post import person_id

pytestmark = pytest.mark.browser

PHONE, SMALL, PROJECTOR, OLD_PROJECTOR = (390, 844), (320, 568), (1920, 1080), (1024, 768)
TITLE = "Rapat Koordinasi Penyelenggaraan Sistem Pemerintahan Berbasis Elektronik Triwulan IV"

Open = Callable[..., Page]


@pytest.fixture
def clock() -> cast.Clock:
    return cast.Clock()


@pytest.fixture
def hadir(sqlite_template: Path, tmp_path: Path, clock: cast.Clock) -> Iterator[Hadir]:
    shutil.copy(sqlite_template, tmp_path / "pages.db")
    settings = load({}, database_url=f"sqlite:///{tmp_path / 'pages.db'}", secret_key=SECRET, home=tmp_path)
    service = assemble(settings, clock=clock, plugins=load_plugins(("hadir", "rapat")))
    with service.database.write() as db:
        cast.settle(db)
    yield connect(service)
    service.database.dispose()


@pytest.fixture
def opened(hadir: Hadir, chromium: Browser) -> Iterator[Open]:
    """`opened(make)` is a page at the address that `make` gives; whatever else it asks for is an error."""
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    with serving(create_app(hadir).wsgi_app) as url:
        hadir.settings = hadir.settings.model_copy(update={"public_url": url})

        def visit(make: Callable[[], str], size: tuple[int, int] = PHONE, scheme: str = "light") -> Page:
            context = chromium.new_context(
                viewport={"width": size[0], "height": size[1]},
                locale="id-ID",
                color_scheme=scheme,  # type: ignore[arg-type]  # one of its two words
                java_script_enabled=True,
            )
            contexts.append(context)
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.on("request", lambda request: asked.append(request.url))
            page.goto(make())
            return page

        yield visit
        for context in contexts:
            context.close()
        foreign = [address for address in asked if not address.startswith((url, "data:"))]
        assert [address for address in foreign if "video.kantor.example" not in address] == []


def wall(hadir: Hadir, occurrence_id: int) -> Callable[[], str]:
    def make() -> str:
        with hadir.database.read() as db:
            boss = people.get(db, person_id(hadir, "budi"))
            return scheduler.work(hadir, db).page(screen.SCREEN, str(occurrence_id), days=1, person=boss)

    return make


def qr(hadir: Hadir, occurrence_id: int) -> Callable[[], str]:
    def make() -> str:
        with hadir.database.read() as db:
            found = meetings.occurrence(db, occurrence_id)
            assert found is not None
            return screen._enter_address(scheduler.work(hadir, db), found)

    return make


@pytest.mark.parametrize("size", [PROJECTOR, OLD_PROJECTOR, PHONE, SMALL])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_code_is_large_on_every_screen_and_changes_by_itself(
    opened: Open, hadir: Hadir, clock: cast.Clock, size: tuple[int, int], scheme: str
) -> None:
    _, date = arranged(hadir, "siti", "dewi", title=TITLE)
    clock.now = NINE + timedelta(seconds=28)
    page = opened(wall(hadir, date.id), size, scheme)
    now = codes.code(hadir.settings, date.id, codes.step(clock.now))
    expect(page.get_by_text(f"{now[:3]} {now[3:]}")).to_be_visible()
    judged(page, f"rapat-layar-{scheme}-{size[0]}")
    picture, height = page.get_by_role("img", name=re.compile("Kode QR")), size[1]
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(box["height"], abs=1)
    if size[0] >= 1024:  # nobody scrolls a wall
        assert page.evaluate("document.documentElement.scrollHeight") <= height
        assert box["width"] >= 0.3 * height
    clock.now += timedelta(seconds=3)
    then = codes.code(hadir.settings, date.id, codes.step(clock.now))
    expect(page.get_by_text(f"{then[:3]} {then[3:]}")).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.parametrize("size", [PHONE, SMALL])
def test_a_guest_signs_in_and_out_on_a_phone(opened: Open, hadir: Hadir, clock: cast.Clock, size: tuple[int, int]) -> None:
    _, date = arranged(hadir, "siti", title=TITLE)
    clock.now = NINE
    page = opened(qr(hadir, date.id), size)
    assert "/p/rapat.tamu/" in page.url
    judged(page, f"rapat-tamu-{size[0]}")
    page.get_by_role("button", name="Saya hadir").click()
    expect(page.get_by_role("alert")).to_be_focused()
    judged(page, f"rapat-tamu-salah-{size[0]}")
    page.get_by_label("Nama").fill("Andi <b>Wijaya</b>")
    page.get_by_label("Instansi").fill("PT Mitra Sejahtera")
    page.get_by_label("Instansi").press("Enter")
    expect(page.get_by_text("Terima kasih, Andi <b>Wijaya</b>.")).to_be_visible()
    judged(page, f"rapat-tamu-hadir-{size[0]}")
    page.get_by_role("link", name="Saya keluar sekarang").click()
    page.get_by_role("button", name="Saya keluar sekarang").click()
    expect(page.get_by_text("Anda tercatat keluar pukul 09.00 WIB.")).to_be_visible()
    judged(page, f"rapat-pulang-{size[0]}")


def test_the_way_in_waits_and_then_leads_into_the_room(opened: Open, hadir: Hadir, clock: cast.Clock) -> None:
    hadir.ports.videos["talk"] = Rooms()
    meeting, _ = arranged(hadir, "siti", provider="talk", room=Room("talk", "room-1"), title=TITLE)

    def general() -> str:
        with hadir.database.read() as db:
            return joining.address(scheduler.work(hadir, db), meeting)

    clock.now = NINE - timedelta(minutes=15, seconds=2)
    page = opened(general)
    page.context.route("**/video.kantor.example/**", lambda route: route.fulfill(body="<h1>Ruang video</h1>"))
    expect(page.get_by_text("Rapat belum mulai")).to_be_visible()
    judged(page, "rapat-gabung-awal")
    clock.now = NINE
    page.get_by_label("Nama").fill("Andi", timeout=PATIENCE_MS)  # the page went on by itself
    judged(page, "rapat-gabung-tamu")
    page.get_by_label("Instansi").fill("PT Mitra")
    page.get_by_role("button", name="Gabung rapat").click()
    expect(page.get_by_role("heading", name="Ruang video")).to_be_visible()
    assert urlsplit(page.url).hostname == "video.kantor.example"
    assert page.evaluate("document.referrer") == ""
