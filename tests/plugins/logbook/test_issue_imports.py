"""What comes between the preview of a file and its confirmation; other kinds of files through the whole conversation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from integration.core import Hadir
from integration.settings import Settings
from plugins.logbook.tables import logbook_entry
from tests.cast import Talker
from tests.plugins.logbook.sheets import HEADER, csv, heard, ods, read, xlsx
from tests.plugins.logbook.wrote import of_day, target
from tests.post import button, labels

Chat = Callable[[str], Talker]
THIRD, FOURTH = date(2025, 2, 3), date(2025, 2, 4)
ROWS = [
    HEADER,
    [1, "3/2/2025", "Menyusun laporan", "Laporan", 2, "laporan", "2 jam", "RHK-3", None, None],
    [2, "4/2/2025", "Rapat", None, None, None, "08.00–09.30", None, None, None],
]
CONFIRM = "Benar, masukkan"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Rows that are written once; what two do at the same moment is asked of both databases in `test_imports`."""
    return sqlite_url


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Months stay open until somebody closes them."""
    return settings.model_copy(update={"logbook_lock_day": 0})


def count(hadir: Hadir) -> int:
    with hadir.database.read() as db:
        return db.scalar(select(func.count()).select_from(logbook_entry)) or 0


def test_what_has_changed_since_the_preview_is_shown_again_and_nothing_is_half_imported(hadir: Hadir, chat: Chat) -> None:
    siti, rina = chat("siti"), chat("rina")
    target(hadir, "siti", "RHK-3", year=2025)
    read(siti, xlsx(ROWS))
    shown = siti.last
    assert CONFIRM in labels(shown)

    # An officer closes the month, and the target of the first row is taken out.
    assert "dikunci" in rina.says("/logbook kunci februari 2025 @siti")
    assert "RHK-3" in siti.says("/logbook target hapus RHK-3 2025")
    siti.presses("Keluarkan")
    siti.presses(button(shown, CONFIRM))  # type: ignore[arg-type]  # a reply
    said = heard(siti)
    assert "Perlu diperbaiki dulu" in said
    assert "Februari 2025" in said
    assert "baris 2, kolom H “RHK”" in said
    assert CONFIRM not in labels(siti.last)
    assert count(hadir) == 0
    assert "Masih ada yang perlu diperbaiki" in siti.presses(button(shown, CONFIRM))  # type: ignore[arg-type]  # the old button

    # What stood in the way is out of it: the same file goes in whole.
    target(hadir, "siti", "RHK-5", year=2025)
    rina.says("/logbook buka-kunci februari 2025 @siti laporan lama")
    rows = [HEADER, [*ROWS[1][:7], "RHK-5", None, None], ROWS[2]]
    read(siti, xlsx(rows))
    siti.presses(CONFIRM)
    assert "2 kegiatan masuk" in heard(siti)
    assert count(hadir) == 2


def test_an_ods_and_a_csv_go_the_whole_way_and_the_same_is_known_whatever_it_is_saved_as(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    plain_rows = [row[:7] for row in ROWS]
    assert "**2 kegiatan** dari 3 Februari 2025 sampai 4 Februari 2025." in read(siti, ods(plain_rows), "lama.ods")
    siti.presses(CONFIRM)
    assert "**lama.ods**: 2 kegiatan masuk ke logbook" in heard(siti)
    (first,), (second,) = of_day(hadir, "siti", THIRD), of_day(hadir, "siti", FOURTH)
    assert (first.content.activity, first.content.minutes, first.content.quantity) == ("Menyusun laporan", 120, Decimal(2))
    assert (second.content.minutes, second.state) == (90, "draft")
    assert "Semuanya sudah ada di logbook" in read(siti, csv(plain_rows, ";", "cp1252"), "lama.csv")
    more = [*plain_rows, [3, "5/2/2025", "Input data", None, None, None, "1 jam"]]
    assert "- 2 sudah ada di logbook dan dilewati." in read(siti, csv(more, ","), "lagi.csv")
    siti.presses(CONFIRM)
    assert "1 kegiatan masuk" in heard(siti)
    assert count(hadir) == 3
