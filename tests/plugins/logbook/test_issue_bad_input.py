"""What cannot be, through every door: days to come, more hours than a day has, somebody else's target, texts without an end.

It is Monday, 23 November 2026, three in the afternoon. Each answer says what is wrong and what to do, and nothing that was
typed is lost.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from integration.core import Hadir
from integration.messages import Answer, Button, Form, FormErrors, Reply, plain
from plugins.logbook.tables import (
    logbook_comment,
    logbook_entry,
    logbook_evidence,
    logbook_late,
    logbook_rating,
    logbook_template,
    skp_target,
)
from tests import cast
from tests.cast import at
from tests.plugins.logbook.wrote import defaults, entry, form, newest, returns, target, wrote
from tests.post import inbox

Chat = Callable[[str], cast.Talker]
ALL = (logbook_entry, logbook_comment, logbook_evidence, logbook_late, logbook_rating, logbook_template, skp_target)
ENDLESS = ("kata " * 4_000).strip()  # 19,999 characters


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is said depends on no database."""
    return sqlite_url


@pytest.fixture(autouse=True)
def afternoon(clock: cast.Clock) -> None:
    clock.now = at("2026-11-23T15:00+07:00")


def everything(hadir: Hadir) -> list[int]:
    """How many rows there are of all that people write."""
    with hadir.database.read() as db:
        return [db.scalar(select(func.count()).select_from(table)) or 0 for table in ALL]


def refused(answer: Answer | None) -> bool:
    return isinstance(answer, FormErrors) or (isinstance(answer, Reply) and answer.refused)


def test_no_door_leads_into_tomorrow(hadir: Hadir, chat: Chat) -> None:
    siti, budi = chat("siti"), chat("budi")
    siti.says("/logbook apel 15 menit")
    siti.says("/logbook templat simpan 1 apel")
    there = everything(hadir)
    for line in (
        "besok menyusun laporan 2 jam",
        "24/11 menyusun laporan 2 jam",
        "menyusun laporan 2 jam\nbesok rapat 1 jam",
        "salin hari ini ke besok",
        "templat pakai apel besok",
        "susulan besok dinas luar kota",
        "bukti besok 1 https://drive.example/a",
        "kirim besok",
    ):
        heard = siti.says(f"/logbook {line}")
        assert any(words in heard for words in ("belum tiba", "Belum ada", "belum ada")), (line, heard)
        assert "sedang bermasalah" not in heard
        assert everything(hadir) == there, line
    for line in ("periksa besok", "tim besok", "komentar @siti besok 1 bagus"):
        heard = budi.says(f"/logbook {line}")
        assert "sedang bermasalah" not in heard, line
        assert everything(hadir) == there, line
    siti.says("/logbook tambah")
    shown = form(siti)
    for day in ("2026-11-24", "besok", "24/11/2027"):
        heard = siti.submits(shown, activity="rapat", time="1 jam", day=day)
        assert heard.startswith("{'day'"), heard
    # One's own day counts: in Jayapura it is Tuesday already.
    assert "Terkirim" in chat("yosef").says("/logbook 24/11 jaga malam 1 jam", at("2026-11-23T23:30+07:00"))
    assert "belum tiba" in siti.says("/logbook 24/11 jaga malam 1 jam", at("2026-11-23T23:30+07:00"))


def test_thirty_hours_are_refused_and_stand_in_the_form_to_be_mended(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    for line in ("jaga posko 30 jam", "jaga posko 1900 menit", "jaga posko 24 jam 30 menit"):
        assert "24 jam" in siti.says(f"/logbook {line} hasil: aman"), line
        assert refused(siti.last), line
    assert newest(hadir) == 0
    siti.says("/logbook jaga posko 30 jam hasil: aman")
    siti.presses("Perbaiki")
    shown = form(siti)
    given = defaults(shown)
    assert (given["activity"], given["time"], given["result"]) == ("jaga posko", "30 jam", "aman")
    assert siti.submits(shown).startswith("{'time'")
    assert "Terkirim" in siti.submits(shown, time="10 jam")
    assert entry(hadir, newest(hadir)).content.minutes == 600
    # Little by little does not go further either: by a change, by a template, by what comes back.
    siti.says("/logbook jaga malam 14 jam")
    siti.says("/logbook ubah 1")
    assert "'time'" in siti.submits(time="10 jam 1 menit")
    last = newest(hadir)
    siti.presses(Button("x", "logbook.drop", str(last)))
    siti.says("/logbook jaga pagi 13 jam")
    assert "24 jam" in siti.presses(Button("x", "logbook.restore", str(last)))
    assert entry(hadir, last).state == "dropped"


def test_somebody_elses_target_is_nobodys_to_name(hadir: Hadir, chat: Chat) -> None:
    own, others, last_years = (
        target(hadir, "siti", "RHK-1"),
        target(hadir, "dewi", "RHK-9", "Rahasia Dewi"),
        target(hadir, "siti", "RHK-4", year=2025),
    )
    siti = chat("siti")
    for code in ("RHK-9", "RHK-4"):
        heard = siti.says(f"/logbook menyusun laporan {code.lower()} 1 jam #{code}")
        assert f"tidak ada {code} di target Anda tahun 2026" in heard
        assert "Rahasia" not in heard
        id = newest(hadir)
        assert (entry(hadir, id).state, entry(hadir, id).content.target_id) == ("draft", None)
        for other in (others, last_years):  # a button that nobody offered
            assert "bukan RHK Anda" in siti.presses(Button("x", "logbook.aim", f"{id}:{other}"))
            assert refused(siti.last)
        assert entry(hadir, id).content.target_id is None
    siti.says("/logbook tambah")
    shown = form(siti)
    for other in (others, last_years):
        assert siti.submits(shown, activity="rapat", time="1 jam", target=str(other)).startswith("{'target'")
    assert "RHK-1" in siti.presses(Button("x", "logbook.aim", f"{newest(hadir)}:{own}"))


def test_a_text_without_an_end_is_refused_wherever_it_is_typed(hadir: Hadir, chat: Chat) -> None:
    siti, budi = chat("siti"), chat("budi")
    id = wrote(siti)
    there = everything(hadir)
    for talker, line in (
        (siti, f"komentar 1 {ENDLESS}"),
        (siti, f"templat simpan 1 {ENDLESS}"),
        (siti, f"susulan 2/11 {ENDLESS}"),
        (siti, f"bukti 1 https://drive.example/{'a' * 19_000}"),
        (budi, f"komentar @siti 1 {ENDLESS}"),
        (budi, f"nilai @siti oktober di atas ekspektasi {ENDLESS}"),
    ):
        heard = talker.says(f"/logbook {line}")
        assert refused(talker.last) or isinstance(talker.last, Form), (line[:40], heard[:200])
        assert "sedang bermasalah" not in heard
        assert len(heard) < 1_000, line[:40]
        assert everything(hadir) == there, line[:40]
    siti.says(f"/logbook {ENDLESS}")
    back = inbox(hadir, "siti")[-1]
    assert "paling banyak 2000" in plain(back.text)
    assert [file.content.decode() for file in back.files] == [ENDLESS]  # it comes back whole
    assert everything(hadir) == there
    siti.says("/logbook ubah 1")
    shown = form(siti)
    heard = siti.submits(shown, activity=ENDLESS, result=ENDLESS, quantity=f"3 {ENDLESS}", time=ENDLESS, link=ENDLESS)
    assert isinstance(siti.last, FormErrors)
    assert set(siti.last.by_field) == {"activity", "result", "quantity", "time", "link"}
    assert all(len(plain(text)) < 300 for text in siti.last.by_field.values())
    siti.says("/logbook target tambah")
    assert "'title'" in siti.submits(code="RHK-1", title=ENDLESS, quantity="12 laporan")
    returns(budi, id, "x" * 1_000)  # as much as there is room for
    assert everything(hadir)[2:] == there[2:]
