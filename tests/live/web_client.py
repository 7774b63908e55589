"""What people see: pictures of Mattermost's own web client, if they are asked for (HADIR_PICTURES names a folder)."""

from __future__ import annotations

import os
from pathlib import Path

from tests.live.mattermost import User

CHROMIUM = "/usr/bin/chromium"
SIZES = {"meja": (1366, 820), "ponsel": (390, 844)}


def pictures(user: User, team: str, where: str, name: str, line: str = "", shows: str = "") -> None:
    """A picture of a channel or conversation (`channels/umum`, `messages/@hadir`) at each size; nothing without a folder.

    With a `line`, of what the bot whispers to it, in which `shows` stands: that can be seen only where it was typed, and only
    while the window is open.
    """
    folder = os.environ.get("HADIR_PICTURES")
    if not folder:
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for size, (width, height) in SIZES.items():
            context = browser.new_context(viewport={"width": width, "height": height}, locale="id-ID")
            url = user.api.url
            cookies = {"MMAUTHTOKEN": user.api.token, "MMUSERID": user.id, "MMCSRF": "uji"}
            context.add_cookies([{"name": key, "value": value, "url": url} for key, value in cookies.items()])
            context.add_init_script("localStorage.setItem('__landingPageSeen__', 'true')")
            page = context.new_page()
            page.goto(f"{url}/{team}/{where}")
            page.locator("#post_textbox").wait_for(timeout=60_000)
            page.locator(".post").last.wait_for()
            # In front of it a spinner stands until all has been laid out.
            page.locator("[id^=initialPageLoading]").first.wait_for(state="hidden")
            page.locator(".post__body").last.wait_for(state="visible")
            if line:
                page.locator("#post_textbox").fill(line)
                page.locator("#post_textbox").press("Enter")
                page.get_by_text(shows).last.wait_for()
            page.screenshot(path=Path(folder) / f"{name}-{size}.png")
        browser.close()
