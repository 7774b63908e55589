"""A real demo, as `hadir demo` starts it, and people who use it with a real Chromium."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=id",
]
DESK, PHONE = (1280, 800), (360, 740)
# A slow machine is no failure.
PATIENCE_MS = 20_000
# Where pictures go, if anywhere: HADIR_PICTURES=docs/pictures makes those of the handbook.
PICTURES = os.environ.get("HADIR_PICTURES", "")


@dataclass(frozen=True)
class Demo:
    address: str
    home: Path


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A running demo on a fresh office."""
    home = tmp_path_factory.mktemp("demo")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HADIR_")}
    command = [sys.executable, "-m", "integration.cli", "demo", "--no-browser", "--port", "0", "--days", "20"]
    with (
        (home / "stderr").open("wb") as errors,
        subprocess.Popen(
            command, env={**environment, "HADIR_HOME": str(home)}, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            yield Demo(_address(process, home), home)
        finally:
            process.terminate()
            process.wait(timeout=40)


def _address(process: subprocess.Popen[str], home: Path) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://\S+:\d+", line):
            _wait_for(f"{found[0]}/healthz")
            return found[0]
    raise AssertionError((home / "stderr").read_text())


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310  # the demo that was just started
        except OSError:
            assert time.monotonic() < deadline, f"{url} never answered"
            time.sleep(0.2)
        else:
            return


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, env={**os.environ, "LANGUAGE": "id", "LC_ALL": "id_ID.UTF-8"}
        )
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody in the room: `siti.types("/hadir masuk wfh")`, `siti.reads("WFH")`."""

    page: Page
    demo: Demo

    def goes(self, path: str) -> Visitor:
        self.page.goto(self.demo.address + path)
        return self

    def types(self, line: str) -> Visitor:
        self.page.get_by_label("Pesan kepada Hadir").fill(line)
        self.page.keyboard.press("Enter")
        return self

    def presses(self, name: str) -> Visitor:
        self.page.get_by_role("button", name=name, exact=True).last.click()
        return self

    def reads(self, text: str) -> Visitor:
        """Wait until the newest message of the bot that says so is there."""
        expect(self.page.locator(".message.bot", has_text=text).last).to_be_visible(timeout=PATIENCE_MS)
        return self

    @property
    def window(self) -> Locator:
        return self.page.get_by_role("dialog")

    def fits(self) -> bool:
        """Whether the page needs no scrolling sideways; the room scrolls only inside itself."""
        room = "!document.body.matches('.room') || (scrollY === 0 && document.documentElement.scrollHeight <= innerHeight)"
        return bool(self.page.evaluate(f"document.documentElement.scrollWidth <= innerWidth && ({room})"))

    def picture(self, name: str) -> None:
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png")


@pytest.fixture
def visitor(chromium: Browser, demo: Demo) -> Iterator[Callable[..., Visitor]]:
    """`visitor("/room/siti")` has a browser of their own; an error in the page's script is an error of the test."""
    contexts, wrong = [], []

    def visit(path: str = "/", size: tuple[int, int] = DESK, **options: Any) -> Visitor:
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, locale="id-ID", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        return Visitor(page, demo).goes(path)

    yield visit
    for context in contexts:
        context.close()
    assert wrong == []
