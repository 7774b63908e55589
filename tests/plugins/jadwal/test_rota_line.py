"""What an officer types after `/jadwal susun`."""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.errors import UserError
from integration.i18n import Catalogues
from plugins.jadwal import rota_line, rota_request
from plugins.jadwal.rota_line import Line
from plugins.jadwal.rota_request import Request

MONDAY = date(2026, 11, 23)
T = Catalogues([]).speak("en")


def read(text: str) -> Line:
    return rota_line.read(tuple(text.split()), MONDAY, T)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", Line()),
        ("bidang aplikasi", Line(unit="bidang aplikasi")),
        ("4 minggu", Line(weeks=4)),
        ("sebulan", Line(weeks=4)),
        ("mulai senin", Line(first=date(2026, 11, 30))),
        ("mulai rabu", Line(first=date(2026, 11, 25))),
        ("mulai 30/11 2 pekan", Line(first=date(2026, 11, 30), weeks=2)),
        ("2 minggu bidang umum mulai senin depan", Line(first=date(2026, 11, 30), weeks=2, unit="bidang umum")),
        ("50%", Line(share=Decimal("0.5"))),
        ("33,3 persen", Line(share=Decimal("0.333"))),
        ("50 % 2 hari seminggu", Line(share=Decimal("0.5"), days=2)),
        ("minimal 3 orang siaga 2", Line(present=3, standby=2)),
        ("Bidang Aplikasi untuk 4 minggu", Line(weeks=4, unit="Bidang Aplikasi")),
        ("from monday 2 weeks standby 1", Line(first=date(2026, 11, 30), weeks=2, standby=1)),
    ],
)
def test_the_words_stand_in_any_order(text: str, line: Line) -> None:
    assert read(text) == line


@pytest.mark.parametrize("text", ["9 minggu", "0 minggu", "150%", "mulai", "mulai kapan", "mulai 31/11"])
def test_what_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        read(text)


@given(st.text(max_size=60))
def test_no_line_breaks_it(text: str) -> None:
    with contextlib.suppress(UserError):
        assert isinstance(read(text), Line)


@pytest.mark.parametrize("text", ["3", "3 orang", " 3 "])
def test_counts(text: str) -> None:
    assert rota_line.read_count(text, T) == 3


@pytest.mark.parametrize("text", ["", "tiga", "-1", "3.5", "3 orang lagi", "99999"])
def test_what_is_no_count(text: str) -> None:
    with pytest.raises(UserError):
        rota_line.read_count(text, T)


@given(
    st.builds(
        Request,
        unit_id=st.integers(1, 99),
        first=st.dates(date(2020, 1, 1), date(2060, 1, 1)),
        weeks=st.integers(1, 8),
        away_share=st.sampled_from([Decimal("0"), Decimal("0.5"), Decimal("0.333"), Decimal("1")]),
        least_present=st.integers(0, 50),
        standby=st.integers(0, 50),
        days_a_week=st.integers(0, 7),
    )
)
def test_a_request_survives_the_database_and_ends_on_a_sunday(request: Request) -> None:
    assert rota_request.from_json(request.to_json()) == request
    assert request.last.weekday() == 6
    assert 7 * (request.weeks - 1) < (request.last - request.first).days + 1 <= 7 * request.weeks
