"""Can everybody use it: names for everything, enough contrast, headings in order, focus that shows, targets big enough."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
CHECK = (Path(__file__).parent / "access.js").read_text()


@pytest.mark.parametrize(
    ("username", "scheme", "size"),
    [("slamet", "light", DESK), ("kartika", "dark", DESK), ("agus", "light", PHONE), ("markus", "dark", PHONE)],
)
def test_the_room_is_accessible(visitor: Visit, username: str, scheme: str, size: tuple[int, int]) -> None:
    nobody = visitor("/", size=size, color_scheme=scheme)
    assert problems(nobody.page) == []
    person = nobody.goes(f"/room/{username}")
    assert problems(person.page) == []
    person.picture(f"kosong-{scheme}-{'ponsel' if size == PHONE else 'meja'}")
    person.types("/hadir")
    person.presses("Status").reads("Pengingat")
    person.types("/hadir bantuan").reads("/hadir koreksi")
    person.types("masuk").reads("Maksud Anda ini?")
    person.picture(f"percakapan-{scheme}-{'ponsel' if size == PHONE else 'meja'}")
    assert problems(person.page) == []
    assert person.fits()
    person.types("/hadir koreksi")
    expect(person.window).to_be_visible()
    person.window.get_by_role("button", name="Kirim").click()
    expect(person.window.get_by_text("Mohon diisi.").first).to_be_visible()
    person.picture(f"formulir-{scheme}-{'ponsel' if size == PHONE else 'meja'}")
    assert problems(person.page) == []


def test_focus_shows_wherever_it_goes(visitor: Visit) -> None:
    nining = visitor("/room/nining")
    nining.types("/hadir").reads("")
    seen = []
    for _ in range(60):
        nining.page.keyboard.press("Tab")
        seen.append(nining.page.evaluate(_FOCUS))
    hidden = [where for where, shows in seen if not shows]
    assert hidden == []
    assert len({where for where, _ in seen}) > 20


def test_new_messages_are_announced(visitor: Visit) -> None:
    page = visitor("/room/nining").page
    log = page.get_by_role("log", name="Percakapan")
    expect(log).to_have_attribute("aria-live", "polite")


def problems(page: Page) -> list[Any]:
    found: list[Any] = page.evaluate(CHECK)
    return found


_FOCUS = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const shows = at === document.body || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
  return [at.outerHTML.slice(0, 90), shows];
}"""
