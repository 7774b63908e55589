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
from plugins.jadwal.register import duties
from plugins.jadwal.rota import duties as rota_duties
from plugins.jadwal.rota import line as rota_line
from plugins.jadwal.rota import request as rota_request
from plugins.jadwal.rota.line import Line
from plugins.jadwal.rota.request import Request

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
        ('"bidang aplikasi" 4 minggu', Line(unit="bidang aplikasi", weeks=4)),
        ("Bidang Humas, Protokol 4 minggu", Line(unit="Bidang Humas, Protokol", weeks=4)),
        ("tugas loket 2", Line(duties={"loket": 2})),
        ('tugas "pelayanan loket" 2 orang', Line(duties={"pelayanan loket": 2})),
        ("tugas pelayanan loket minimal 2", Line(duties={"pelayanan loket": 2})),
        ("tugas loket 2, arsip 1 mulai senin", Line(duties={"loket": 2, "arsip": 1}, first=date(2026, 11, 30))),
        ("tugas loket 2 dan arsip=1 siaga 1", Line(duties={"loket": 2, "arsip": 1}, standby=1)),
        ("loket=2 arsip = 1", Line(duties={"loket": 2, "arsip": 1})),
        ('"pelayanan loket"=2 50%', Line(duties={"pelayanan loket": 2}, share=Decimal("0.5"))),
        ('"pelayanan loket" 2 4 minggu', Line(duties={"pelayanan loket": 2}, weeks=4)),
        ("bidang aplikasi tugas loket 1 4 minggu", Line(unit="bidang aplikasi", duties={"loket": 1}, weeks=4)),
        ("tugas loket 1, bidang umum 4 minggu", Line(unit="bidang umum", duties={"loket": 1}, weeks=4)),
        ('wfh "menyusun laporan" bidang umum', Line(home=["menyusun laporan"], unit="bidang umum")),
        ("wfh untuk tugas menyusun laporan 2 minggu", Line(home=["menyusun laporan"], weeks=2)),
        ("wfh laporan, analisis tugas loket 2", Line(home=["laporan", "analisis"], duties={"loket": 2})),
        ("dari rumah laporan mulai senin", Line(home=["laporan"], first=date(2026, 11, 30))),
        ("wfh 2 hari seminggu", Line(days=2)),
        ("wfh 50% minimal 3", Line(share=Decimal("0.5"), present=3)),
    ],
)
def test_the_words_stand_in_any_order(text: str, line: Line) -> None:
    assert read(text) == line


@pytest.mark.parametrize(
    "text",
    [
        "9 minggu",
        "0 minggu",
        "150%",
        "mulai",
        "mulai kapan",
        "mulai 31/11",
        "tugas",
        "tugas loket",
        "tugas 2",
        "tugas loket 2 minggu",
        "wfh",
    ],
)
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
        on_duty=st.sampled_from([(), (("loket", 2), ("menyusun laporan", 1))]),
        home_duties=st.sampled_from([(), ("arsip", "menyusun laporan")]),
    )
)
def test_a_request_survives_the_database_and_ends_on_a_sunday(request: Request) -> None:
    assert rota_request.from_json(request.to_json()) == request
    assert request.last.weekday() == 6
    assert 7 * (request.weeks - 1) < (request.last - request.first).days + 1 <= 7 * request.weeks


def test_a_rota_of_before_there_were_duties_is_read_as_it_was() -> None:
    old = {
        "unit_id": 3,
        "first": "2026-11-30",
        "weeks": 4,
        "away_share": "0.5",
        "least_present": 1,
        "standby": 0,
        "days_a_week": 2,
    }
    request = rota_request.from_json(old)
    assert (request.on_duty, request.home_duties) == ((), ())
    assert request.to_json() == old


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("loket 2, arsip 1", (("loket", 2), ("arsip", 1))),
        ("loket=2; arsip: 1 orang", (("loket", 2), ("arsip", 1))),
        ('"pelayanan loket" 2\nminimal arsip 1', (("pelayanan loket", 2), ("arsip", 1))),
        ("pelayanan loket 2 1", (("pelayanan loket 2", 1),)),
    ],
)
def test_duties_in_a_form(text: str, found: tuple[tuple[str, int], ...]) -> None:
    assert rota_duties.read_duties(text, T) == found
    assert rota_duties.read_duties(rota_duties.shown(found), T) == found


@pytest.mark.parametrize("text", ["loket", "2", "loket dua", "loket 2, arsip"])
def test_a_duty_without_a_number(text: str) -> None:
    with pytest.raises(UserError, match="number behind each duty"):
        rota_duties.read_duties(text, T)


KNOWN = ("pelayanan loket", "loket pajak", "menyusun laporan", "arsip")


@pytest.mark.parametrize(
    ("said", "found"),
    [("Arsip", "arsip"), ("laporan", "menyusun laporan"), ("pajak", "loket pajak"), ("susun", ""), ("mengarsip", "")],
)
def test_a_part_of_a_duty_is_enough_if_only_one_has_it(said: str, found: str) -> None:
    with contextlib.nullcontext() if found else pytest.raises(UserError):
        assert duties.resolve(T, said, KNOWN) == found


def test_an_unknown_duty_is_answered_with_the_nearest() -> None:
    with pytest.raises(UserError, match="can mean") as several:
        duties.resolve(T, "loket", KNOWN)
    assert "pelayanan loket" in str(several.value)
    with pytest.raises(UserError, match="Similar") as near:
        duties.resolve(T, "arisp", KNOWN)
    assert "arsip" in str(near.value)
    assert "pajak" not in str(near.value)
    with pytest.raises(UserError, match="Known") as unknown:
        duties.resolve(T, "xyz", KNOWN)
    assert "arsip" in str(unknown.value)
    with pytest.raises(UserError, match="Nobody of this unit is registered for any duty"):
        duties.resolve(T, "arsip", ())
