"""Ratings: by those above in line, of a month that is nearly over, told to the person, changeable, and nobody else's affair.

It is Monday, 23 November 2026. Siti and Dewi report to Budi, he to Hendra; Rina keeps the personnel records.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from integration.audit import audit
from integration.core import Hadir
from integration.messages import Button, Form, Reply
from plugins.logbook.review.rating import default_month, may_be_rated
from plugins.logbook.tables import logbook_rating as _rating
from tests.cast import CAST, Clock, Talker, at
from tests.plugins.logbook import test_digest
from tests.plugins.logbook.drawn import person, wrote
from tests.plugins.logbook.reviewed import told
from tests.post import audited, button, change, inbox, labels

Chat = Callable[[str], Talker]
later = test_digest.later
NOTE = "sangat teliti bulan ini"
OCTOBER = date(2026, 10, 1)


def ratings(hadir: Hadir) -> list[tuple[int, str, str, str]]:
    with hadir.database.read() as db:
        rows = db.execute(select(_rating).order_by(_rating.c.person_id, _rating.c.month)).all()
    return [(row.person_id, f"{row.month:%m}", row.rating, row.note) for row in rows]


def test_a_month_is_rated_by_a_line_and_told_to_the_person_alone(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    budi, siti = chat("budi"), person(hadir, "siti").id
    assert budi.says(f"/logbook nilai @siti oktober di atas ekspektasi {NOTE}") == (
        "Dinilai: Siti Rahayu, Oktober 2026: di atas ekspektasi. Yang bersangkutan diberi tahu."
    )
    assert ratings(hadir) == [(siti, "10", "above", NOTE)]
    assert told(hadir, "siti") == [
        f"Budi Santoso menilai kinerja Anda bulan Oktober 2026: **di atas ekspektasi**.\nCatatan: “{NOTE}”"
    ]
    # The same again changes nothing; another one is told, and every one stays in the audit, without the note.
    assert "sudah bernilai di atas ekspektasi" in budi.says(f"/logbook nilai siti oktober di atas {NOTE}")
    clock.now = at("2026-11-23T08:00+07:00")
    chat("hendra").says("/logbook nilai @siti 10/2026 sesuai")
    assert ratings(hadir) == [(siti, "10", "as", "")]
    assert told(hadir, "siti")[1:] == ["Hendra Gunawan mengubah nilai kinerja Anda bulan Oktober 2026: **sesuai ekspektasi**."]
    changes = audited(hadir, "logbook.rated")
    assert [(row.before or {}).get("rating") for row in changes] == [None, "above"]
    assert [row.after["rating"] for row in changes] == ["above", "as"]
    with hadir.database.read() as db:
        assert not [row for row in db.execute(select(audit)) if NOTE in str(tuple(row))]
    assert "Oktober 2026: sesuai ekspektasi" in chat("siti").says("/logbook nilai")
    assert "- Siti Rahayu: sesuai ekspektasi" in budi.says("/logbook nilai")
    assert "Belum ada nilai bulanan" in chat("dewi").says("/logbook nilai saya")


def test_who_may_rate_whom_and_when(hadir: Hadir, chat: Chat) -> None:
    above = {"siti": {"budi", "hendra"}, "budi": {"hendra"}, "hendra": set[str](), "agus": {"rina", "hendra"}}
    for whose, who_may in above.items():
        for name, *_ in CAST:
            talker = chat(name)
            talker.says(f"/logbook nilai @{whose} september sesuai")
            assert isinstance(talker.last, Reply)
            assert talker.last.refused is (name not in who_may), (name, whose)
            for value in (f"{person(hadir, whose).id}:2026-10",):
                talker.presses(Button("x", "logbook.rate", value))
                assert isinstance(talker.last, Form) is (name in who_may), (name, whose)
                talker.submits(Form("logbook.rate", "x", (), value), rating="below", note=name)
    rated = {row[0] for row in ratings(hadir)}
    assert rated == {person(hadir, who).id for who in ("siti", "budi", "agus")}
    assert "diri sendiri" in chat("budi").says("/logbook nilai @budi sesuai")
    assert "bisa dinilai mulai 28 November 2026" in chat("budi").says("/logbook nilai @dewi november sesuai")
    assert "Siapa yang dinilai" in chat("budi").says("/logbook nilai sesuai")
    change(hadir, "yosef", started_on=date(2026, 11, 2))
    assert "tidak bertugas di sini" in chat("budi").says("/logbook nilai @yosef oktober sesuai")
    long = chat("budi").says("/logbook nilai @dewi oktober sesuai " + "x" * 1001)
    assert "1000" in long
    assert person(hadir, "dewi").id not in {row[0] for row in ratings(hadir)}


@pytest.mark.parametrize(
    ("today", "month", "may"),
    [
        (date(2026, 11, 27), OCTOBER, False),
        (date(2026, 11, 28), date(2026, 11, 1), True),
        (date(2026, 11, 30), date(2026, 11, 1), True),
        (date(2026, 12, 1), date(2026, 11, 1), False),
        (date(2027, 1, 5), date(2026, 12, 1), False),
        (date(2028, 2, 27), date(2028, 2, 1), True),
    ],
)
def test_the_month_that_is_rated(today: date, month: date, may: bool) -> None:
    assert default_month(today) == month
    assert may_be_rated(today.replace(day=1), today) is may


def test_the_digest_asks_for_ratings_at_the_months_end(hadir: Hadir, chat: Chat, later: Callable[[str], None]) -> None:
    wrote(hadir, "siti", "surat")
    later("2026-11-27T16:30+07:00")
    assert not [label for label in labels(inbox(hadir, "budi")[-1]) if "Nilai" in label]
    chat("budi").says("/logbook nilai @dewi november sesuai", at=at("2026-11-30T09:00+07:00"))
    later("2026-11-30T16:30+07:00")
    message = inbox(hadir, "budi")[-1]
    budi = chat("budi")
    assert budi.presses(button(message, "Nilai November 2026 (3)")) == "Nilai November 2026"
    form = budi.last
    assert isinstance(form, Form)
    assert [label for _, label in form.fields[0].choices] == ["I Wayan Sudarta", "Siti Rahayu", "Yosef Wenda"]
    siti = str(person(hadir, "siti").id)
    assert "daftar" in budi.submits(form, person="", rating="as", note=NOTE)
    assert "daftar" in budi.submits(form, person=siti, rating="", note=NOTE)
    assert "Yang bersangkutan diberi tahu" in budi.submits(form, person=siti, rating="above", note=NOTE)
    assert labels(budi.last) == ["Nilai November 2026 (2)"]
    # A form that was made for another: somebody who is not below.
    assert "hanya dinilai oleh atasannya" in budi.submits(form, person=str(person(hadir, "agus").id), rating="as", note="")
    assert told(hadir, "agus") == []


def test_nobody_to_rate_is_said(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    siti.presses(Button("x", "logbook.rate", "0:2026-10"))
    assert isinstance(siti.last, Reply)
    assert siti.last.refused
    for who in ("siti", "dewi", "wayan", "yosef"):
        chat("budi").says(f"/logbook nilai @{who} oktober sesuai")
    assert chat("budi").presses(Button("x", "logbook.rate", "0:2026-10")) == "Semua sudah dinilai untuk Oktober 2026."


def test_two_supervisors_at_once_leave_one_rating_and_its_history(hadir: Hadir, chat: Chat) -> None:
    start = threading.Barrier(2)
    said: list[str] = []

    def rate(who: str, rating: str) -> None:
        start.wait()
        said.append(chat(who).says(f"/logbook nilai @siti oktober {rating}"))

    threads = [threading.Thread(target=rate, args=each) for each in (("budi", "sesuai"), ("hendra", "di bawah"))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [text for text in said if text.startswith("Dinilai: Siti Rahayu")] == said
    ((_, _, rating, _),) = ratings(hadir)
    changes = audited(hadir, "logbook.rated")
    assert [row.before and row.before["rating"] for row in changes] == [None, changes[0].after["rating"]]
    assert changes[-1].after["rating"] == rating
    assert len(told(hadir, "siti")) == 2


def test_who_is_left_is_rated_as_expected_at_once(hadir: Hadir, chat: Chat) -> None:
    budi = chat("budi")
    budi.says("/logbook nilai @siti oktober di atas ekspektasi")
    assert "Sisanya sekaligus: `/logbook nilai semua sesuai ekspektasi`" in budi.says("/logbook nilai oktober")
    assert "hanya untuk nilai sesuai" in budi.says("/logbook nilai semua oktober di bawah")
    assert budi.says("/logbook nilai semua oktober sesuai") == (
        "Dinilai sesuai ekspektasi, Oktober 2026: 3 orang (Dewi Lestari, I Wayan Sudarta, Yosef Wenda). Mereka diberi tahu."
    )
    assert [rating for _, _, rating, _ in ratings(hadir)] == ["above", "as", "as", "as"]
    assert len(audited(hadir, "logbook.rated")) == 4
    assert len(told(hadir, "dewi")) == len(told(hadir, "siti")) == 1
    assert "Semua sudah dinilai" in budi.says("/logbook nilai semua oktober sesuai")
    assert "belum selesai" in budi.says("/logbook nilai semua november sesuai")
    assert "tidak ada bawahan Anda" in chat("siti").says("/logbook nilai semua sesuai")
