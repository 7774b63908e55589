"""The page of a team's day, as a leader's phone and desk show it: by day and by night, and renewed without a script."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from integration import people
from integration.app import assemble, connect, create_app, load_plugins
from integration.core import Hadir
from integration.scheduler import work
from integration.settings import load
from plugins.logbook.team import pages
from plugins.logbook.team.day import Scope
from plugins.logbook.team.pages import Wanted
from tests import cast
from tests.browser.conftest import PATIENCE_MS
from tests.browser.test_form_pages import judged
from tests.conftest import SECRET
from tests.live.recording import serving
from tests.plugins.logbook.drawn import target, wrote
from tests.post import person_id

pytestmark = pytest.mark.browser

SMALL, PHONE, DESK = (320, 568), (390, 844), (1280, 800)
LONG = "Menyusun dokumen rencana induk Sistem Pemerintahan Berbasis Elektronik dengan peta jalan lima tahun dan lampirannya"
Open = Callable[..., Page]


@pytest.fixture
def clock() -> cast.Clock:
    return cast.Clock(cast.at("2026-11-23T14:05+07:00"))


@pytest.fixture
def hadir(sqlite_template: Path, tmp_path: Path, clock: cast.Clock) -> Iterator[Hadir]:
    """Hendra's line has worked: on targets with short and long names, and on none."""
    shutil.copy(sqlite_template, tmp_path / "pages.db")
    settings = load({}, database_url=f"sqlite:///{tmp_path / 'pages.db'}", secret_key=SECRET, home=tmp_path)
    service = assemble(settings, clock=clock, plugins=load_plugins(("logbook",)))
    with service.database.write() as db:
        cast.settle(db)
    report = target(service, "siti", "RHK-3", "Laporan keuangan tersusun tepat waktu")
    plan = target(service, "dewi", "RHK-1.2", LONG)
    wrote(service, "siti", "Menyusun laporan <b>keuangan</b> triwulan", minutes=150, target_id=report)
    wrote(service, "siti", LONG, minutes=45, state="approved", sent_at=clock.now - timedelta(hours=4))
    wrote(service, "dewi", LONG, minutes=200, target_id=plan, sent_at=clock.now - timedelta(minutes=50))
    wrote(service, "wayan", "Rapat", minutes=60, state="returned", sent_at=clock.now - timedelta(hours=1))
    wrote(service, "yosef", "Survei", state="draft", sent_at=None)
    wrote(service, "agus", "Memperbaiki jaringan", minutes=90, sent_at=clock.now - timedelta(minutes=10))
    yield connect(service)
    service.database.dispose()


@pytest.fixture
def opened(hadir: Hadir, chromium: Browser) -> Iterator[Open]:
    """`opened("hendra")` is their line's page, in a browser without scripts."""
    contexts: list[BrowserContext] = []
    with serving(create_app(hadir).wsgi_app) as url:
        hadir.settings = hadir.settings.model_copy(update={"public_url": url})

        def visit(who: str, size: tuple[int, int] = PHONE, scheme: str = "light", *, scripts: bool = True) -> Page:
            context = chromium.new_context(
                viewport={"width": size[0], "height": size[1]},
                locale="id-ID",
                color_scheme=scheme,  # type: ignore[arg-type]  # one of its two words
                java_script_enabled=scripts,
            )
            contexts.append(context)
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.goto(address(hadir, who))
            return page

        yield visit
        for context in contexts:
            context.close()


def address(hadir: Hadir, who: str) -> str:
    with hadir.database.read() as db:
        viewer = people.get(db, person_id(hadir, who))
        assert viewer is not None
        return pages.address(work(hadir, db), viewer, Wanted(Scope("line"), None, hadir.clock() + timedelta(days=7)))


@pytest.mark.parametrize("size", [SMALL, PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_day_is_read_on_every_screen(opened: Open, size: tuple[int, int], scheme: str) -> None:
    page = opened("hendra", size, scheme)
    expect(page.get_by_role("heading", name="Logbook tim Hendra Gunawan")).to_be_visible()
    chart = page.get_by_role("img", name="Waktu per RHK")
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    assert 240 <= box["width"] <= 34 * 16
    assert page.evaluate("document.querySelector('img.chart').naturalWidth") > 0  # it was drawn
    expect(page.get_by_role("cell", name="RHK-3 Laporan keuangan tersusun tepat waktu")).to_be_visible()
    judged(page, f"logbook-tim-{scheme}-{size[0]}")


def test_days_are_turned_and_the_page_renews_itself_without_a_script(opened: Open, hadir: Hadir, clock: cast.Clock) -> None:
    page = opened("budi", scripts=False)
    expect(page.get_by_text("Terisi 3 dari 4 (75%)")).to_be_visible()
    expect(page.locator('meta[http-equiv="refresh"]')).to_have_count(1)
    wrote(hadir, "yosef", "Survei lapangan selesai", minutes=120)
    page.reload()  # what the browser does by itself after half a minute
    expect(page.get_by_text("Terisi 4 dari 4 (100%)")).to_be_visible()
    page.get_by_role("link", name="← Minggu 22 Nov").click()
    expect(page.get_by_text("Tidak ada yang wajib melapor.")).to_be_visible()
    page.get_by_role("link", name="Senin 23 Nov →").click()
    expect(page.get_by_text("Survei lapangan selesai")).to_be_visible()
