"""The page of a team's day: whose address opens it, what it shows as it comes, and that a day can be turned to and no further.

Today is Monday, 23 November 2026, 14.05 in Jakarta.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from integration import people
from integration.app import create_app
from integration.audit import audit
from integration.core import Hadir
from integration.scheduler import work
from plugins.logbook.team import chart
from tests.cast import APLIKASI, Clock, Talker, at
from tests.plugins.logbook.drawn import changed, target, wrote
from tests.post import change, person_id

Chat = Callable[[str], Talker]
Visits = Callable[[str], str]
BROWSER = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The page reads what `/logbook tim` reads, which is tested on both databases."""
    return sqlite_url


@pytest.fixture
def clock() -> Clock:
    return Clock(at("2026-11-23T14:05+07:00"))


@pytest.fixture
def browser(hadir: Hadir) -> FlaskClient:
    return create_app(hadir).test_client()


@pytest.fixture
def visits(browser: FlaskClient) -> Visits:
    """`visits(address)` is the page's HTML."""

    def get(address: str) -> str:
        return browser.get(urlsplit(address).path, headers=BROWSER).get_data(as_text=True)

    return get


def address_in(said: str) -> str:
    found = re.search(r"\]\((http\S+/p/logbook\.tim/\S+)\)", said)
    assert found is not None, said
    return found[1]


def words(page: str) -> str:
    """What one reads on the page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def links(page: str) -> dict[str, str]:
    """Addresses of the page's links by their words."""
    found = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', page)
    return {html.unescape(label): html.unescape(url) for url, label in found}


def picture(page: str) -> ElementTree.Element:
    found = re.search(r'<img class="chart" src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert found is not None
    return ElementTree.fromstring(base64.b64decode(found[1]))  # noqa: S314  # a drawing of ours


def test_what_comes_in_stands_on_the_page_when_it_renews_itself(hadir: Hadir, chat: Chat, visits: Visits) -> None:
    address = address_in(chat("budi").says("/logbook tim"))
    before = visits(address)
    assert '<meta http-equiv="refresh" content="30">' in before
    assert "Logbook tim Budi Santoso" in words(before)
    assert "Terisi 0 dari 4 (0%)" in words(before)
    assert "Belum ada laporan." in words(before)
    assert 'class="chart"' not in before

    report = target(hadir, "siti", "RHK-3", "Laporan <keuangan> | tersusun")
    wrote(hadir, "siti", "menyusun <b>laporan</b>", minutes=150, target_id=report)
    wrote(hadir, "siti", "rapat", minutes=30, state="approved", sent_at=at("2026-11-23T09:00+07:00"))
    after = visits(address)
    assert "Terisi 1 dari 4 (25%) · 3 jam" in words(after)
    assert "14.05 Siti Rahayu: menyusun <b>laporan</b> (2 jam 30 menit, RHK-3, terkirim)" in words(after)
    assert "09.00 Siti Rahayu: rapat (30 menit, disetujui)" in words(after)
    assert "<b>laporan" not in after
    assert "RHK-3 Laporan <keuangan> | tersusun 2 jam 30 menit" in words(after)  # the chart's figures as a table
    drawing = picture(after)
    shown = [each.text for each in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert shown == ["RHK-3 Laporan <keuangan> |…", "2 jam 30 menit", "Tanpa RHK", "30 menit"]
    assert drawing.get("role") == "img"
    alt = re.search(r'class="chart"[^>]*alt="([^"]+)"', after)
    assert alt is not None
    assert html.unescape(alt[1]).startswith("Waktu per RHK: RHK-3 Laporan <keuangan> | tersusun 2 jam 30 menit; Tanpa RHK")


def test_it_is_asked_anew_who_may_see_what_whenever_it_is_opened(hadir: Hadir, chat: Chat, visits: Visits) -> None:
    wrote(hadir, "siti", "menguji aplikasi")
    address = address_in(chat("budi").says("/logbook tim"))
    assert "menguji aplikasi" in visits(address)
    change(hadir, "siti", supervisor_id=person_id(hadir, "rina"))
    assert "menguji aplikasi" not in visits(address)
    for username in ("dewi", "wayan", "yosef"):
        change(hadir, username, supervisor_id=person_id(hadir, "rina"))
    assert "di sini tidak ada" in words(visits(address))
    change(hadir, "budi", ended_on=date(2026, 11, 20))
    assert "menguji" not in visits(address)


def test_nobody_elses_address_opens_it_and_no_made_up_one(hadir: Hadir, chat: Chat, browser: FlaskClient) -> None:
    wrote(hadir, "siti", "menguji aplikasi")
    address = urlsplit(address_in(chat("budi").says("/logbook tim"))).path
    until = address.rsplit("/", 1)[1].split(".")[3]
    with hadir.database.read() as db:
        works = work(hadir, db)
        dewi = people.get(db, person_id(hadir, "dewi"))
        boss = people.get(db, person_id(hadir, "budi"))
        unit = people.units_named(db, APLIKASI)[0][0]
        scopes = ("garis.0", f"orang.{person_id(hadir, 'budi')}")
        hers = [works.page("logbook.tim", f"{scope}.kini.{until}", days=1, person=dewi) for scope in scopes]
        nobodys = works.page("logbook.tim", f"unit.{unit}.kini.{until}", days=1)
        odd = [
            works.page("logbook.tim", value, days=1, person=boss) for value in ("garis.0", f"unit.1.2026-02-30.{until}", "x")
        ]
    for url in (*hers, nobodys, *odd, address.replace("garis.0", f"unit.{unit}"), address[:-1]):
        got = browser.get(urlsplit(url).path, headers=BROWSER)
        assert "menguji" not in got.get_data(as_text=True)
        assert got.status_code in (200, 403)
    own = browser.get(
        urlsplit(works.page("logbook.tim", f"unit.{unit}.kini.{until}", days=1, person=dewi)).path, headers=BROWSER
    )
    assert "dari 1" in own.get_data(as_text=True)  # she sees herself, and no colleague
    assert "menguji" not in own.get_data(as_text=True)


def test_days_are_turned_back_and_forth_but_not_into_the_future(hadir: Hadir, chat: Chat, visits: Visits) -> None:
    wrote(hadir, "siti", "laporan jumat", date(2026, 11, 20))
    page = visits(address_in(chat("budi").says("/logbook tim")))
    assert list(links(page))[0] == "← Minggu 22 Nov"
    assert not [label for label in links(page) if label.endswith("→")]
    sunday = visits(links(page)["← Minggu 22 Nov"])
    assert "Tidak ada yang wajib melapor" in words(sunday)
    assert "refresh" not in sunday  # what is over comes in rarely
    friday = visits(links(visits(links(sunday)["← Sabtu 21 Nov"]))["← Jumat 20 Nov"])
    assert "laporan jumat" in words(friday)
    assert list(links(friday))[:3] == ["← Kamis 19 Nov", "Sabtu 21 Nov →", "Hari ini"]
    assert "Senin, 23 November 2026" in words(visits(links(friday)["Hari ini"]))


def test_an_address_and_whatever_it_leads_to_end_after_a_week(hadir: Hadir, chat: Chat, clock: Clock, visits: Visits) -> None:
    first = visits(address_in(chat("budi").says("/logbook tim")))
    clock.now += timedelta(days=6, hours=23)
    later = visits(links(first)["← Minggu 22 Nov"])
    assert "Minggu, 22 November 2026" in words(later)
    clock.now += timedelta(hours=2)
    for url in links(later).values():
        assert "sudah tidak berlaku" in words(visits(url)) or "kedaluwarsa" in words(visits(url))


def test_left_open_overnight_it_is_the_new_day(chat: Chat, clock: Clock, visits: Visits) -> None:
    address = address_in(chat("budi").says("/logbook tim"))
    clock.now += timedelta(days=1)
    assert "Selasa, 24 November 2026" in words(visits(address))


def test_a_leader_goes_from_the_line_to_the_units_below(hadir: Hadir, chat: Chat, visits: Visits) -> None:
    wrote(hadir, "siti", "menguji aplikasi", minutes=90)
    page = visits(address_in(chat("hendra").says("/logbook tim")))
    assert "Bidang Aplikasi 1/5 (20%) 1 jam 30 menit" in words(page)
    assert "Subbagian Kepegawaian 0/3 (0%)" in words(page)
    unit = visits(links(page)["Subbagian Kepegawaian"])
    assert "Logbook Subbagian Kepegawaian" in words(unit)
    assert "menguji" not in words(unit)
    one = visits(address_in(chat("hendra").says("/logbook tim @siti")))
    assert "Logbook Siti Rahayu" in words(one)
    assert "menguji aplikasi" in words(one)


def test_looking_writes_nothing_and_a_changed_entry_shows_as_it_is(hadir: Hadir, chat: Chat, visits: Visits) -> None:
    entry = wrote(hadir, "siti", "menguji aplikasi")
    address = address_in(chat("budi").says("/logbook tim"))
    with hadir.database.read() as db:
        rows = len(db.execute(select(audit.c.id)).all())
    assert "terkirim" in words(visits(address))
    changed(hadir, entry, state="returned", note="mohon dirinci")
    assert "dikembalikan" in words(visits(address))
    assert "dirinci" not in visits(address)
    changed(hadir, entry, state="dropped")
    assert "menguji" not in visits(address)
    with hadir.database.read() as db:
        assert len(db.execute(select(audit.c.id)).all()) == rows


def test_a_team_of_one_of_every_state_in_the_readers_language(hadir: Hadir, chat: Chat, visits: Visits) -> None:
    change(hadir, "budi", locale="en")
    wrote(hadir, "dewi", "draf rahasia", state="draft", sent_at=None)
    page = words(visits(address_in(chat("budi").says("/logbook tim"))))
    assert "Only drafts (1) Dewi Lestari — 1 drafts" in page
    assert "Nothing yet (3)" in page
    assert "draf rahasia" not in page


def test_a_chart_holds_any_words_and_any_number_of_bars() -> None:
    rows = [("<&\"'> " + "panjang " * 20, "1 jam", 60), ("", "", 0), ("kecil", "1 menit", 1)]
    drawing = ElementTree.fromstring(chart.svg("Waktu <&>", rows))  # noqa: S314  # a drawing of ours
    bars = [each for each in drawing.iter("{http://www.w3.org/2000/svg}rect") if each.get("class") == "b"]
    assert [each.get("width") for each in bars] == ["340", "2", "6"]
    texts = [each.text or "" for each in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0].endswith("…")
    assert len(texts[0]) <= 39
    assert ElementTree.fromstring(chart.svg("Kosong", [])).get("viewBox") == "0 0 340 4"  # noqa: S314  # ours
