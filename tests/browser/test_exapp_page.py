"""The person's page in Nextcloud in a real browser: for everybody, on a phone, inside Nextcloud's frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.wrappers import Request, Response

from integration.app import create_app
from tests import cast
from tests.adapters.nextcloud.exapp_house import headers, settled
from tests.browser.conftest import CHROMIUM, PATIENCE_MS
from tests.live.recording import serving

pytestmark = pytest.mark.browser
CHECK = (Path(__file__).parent / "access.js").read_text()
PHONE = (390, 844)
EMBEDDED = "/index.php/apps/app_api/embedded/hadir/hadir"
PROXY = "/index.php/apps/app_api/proxy/hadir/"
# What Nextcloud puts around an app: its head, an empty place, and the script that the app has named.
AROUND = f"""<!doctype html><html lang="id"><head><meta charset="utf-8"><title>Hadir - Nextcloud</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>html, body {{ height: 100%; margin: 0 }} #content {{ height: 90% }}</style></head>
<body><div id="content"></div><script src="{PROXY}exapp/menu.js"></script></body></html>"""

Visit = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[Visit]:
    """`visit("siti")` is Siti, signed in at a Nextcloud whose proxy stands before the page."""
    assert Path(CHROMIUM).exists()
    path = tmp_path / "hadir.db"
    path.write_bytes(sqlite_template.read_bytes())
    hadir = settled(f"sqlite:///{path}", tmp_path, cast.Clock(), "http://127.0.0.1:9", public_url="http://127.0.0.1:9")
    web = create_app(hadir)

    def nextcloud(environ: Any, start: Any) -> Any:
        request = Request(environ)
        if request.path == EMBEDDED:
            return Response(AROUND, content_type="text/html")(environ, start)
        account = request.cookies.get("account", "")
        for name, value in headers(account).items():
            environ[f"HTTP_{name.replace('-', '_')}"] = value
        environ["PATH_INFO"] = "/" + request.path.removeprefix(PROXY)
        return web(environ, start)

    with ExitStack() as closing:
        address = closing.enter_context(serving(nextcloud))

        def opened(account: str, path: str = f"{PROXY}exapp/page", scheme: str = "light", **options: Any) -> Page:
            width, height = options.pop("size", PHONE)
            context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **options)
            closing.callback(context.close)
            context.add_cookies([{"name": "account", "value": account, "url": address}])
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.goto(address + path)
            return page

        yield opened
    hadir.database.dispose()


def problems(page: Page) -> list[Any]:
    found: list[Any] = page.evaluate(CHECK)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("it has to be scrolled sideways")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, (1280, 800)])
def test_everybody_can_use_it(visit: Visit, scheme: str, size: tuple[int, int]) -> None:
    page = visit("siti", scheme=scheme, size=size)
    assert problems(page) == []
    page.get_by_role("button", name="Masuk WFH").first.click()
    expect(page.get_by_role("status")).to_contain_text("Masuk tercatat pukul 07.28 WIB (WFH).")
    page.get_by_label("Ketik perintah").fill("/hadir tampil")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("hanya bila Anda mau")
    page.get_by_text("Semua yang bisa diketik").click()
    expect(page.get_by_text("/izin cuti").first).to_be_visible()
    assert problems(page) == []


def test_it_works_without_javascript(visit: Visit) -> None:
    page = visit("siti", java_script_enabled=False)
    page.get_by_role("button", name="Masuk WFO").first.click()
    expect(page.get_by_role("status")).to_contain_text("Masuk tercatat")


def test_a_form_is_one_press_away(visit: Visit) -> None:
    page = visit("siti")
    page.get_by_label("Ketik perintah").fill("/hadir koreksi")
    page.get_by_role("button", name="Kirim").click()
    link = page.get_by_role("link", name="Buka formulir")
    expect(link).to_have_attribute("target", "_blank")
    assert "/form/" in (link.get_attribute("href") or "")
    assert problems(page) == []


def test_somebody_unknown_reads_what_happens_next(visit: Visit) -> None:
    page = visit("tamu")
    expect(page.get_by_role("main")).to_contain_text("belum ada di daftar kantor")
    assert problems(page) == []


def test_it_opens_in_the_frame_of_the_menu(visit: Visit) -> None:
    page = visit("siti", EMBEDDED)
    inside = page.frame_locator("iframe[title=Hadir]")
    expect(inside.get_by_role("heading", name="Siti Rahayu")).to_be_visible()
    inside.get_by_role("button", name="Masuk WFH").first.click()
    expect(inside.get_by_role("status")).to_contain_text("Masuk tercatat")
