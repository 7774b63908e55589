"""The rotas of the demo, as leaders make them: who may work from home is entered, a rota asked for and published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from integration import workdays
from integration.demo.acts import Stage
from integration.messages import Reply

OFFICER = "rina"
REGISTER = (
    ("kartika", "menyusun laporan"),
    ("agus", "menyusun laporan, mengelola server"),
    ("nining", "mengelola arsip, menyusun laporan"),
    ("togar", "mengelola arsip"),
    ("fitri", "menyusun laporan"),
    ("siti", "mengembangkan aplikasi, layanan pengguna"),
    ("dewi", "mengembangkan aplikasi, layanan pengguna"),
    ("rizky", "layanan pengguna"),
    ("gede", "mengembangkan aplikasi"),
    ("novita", "menyusun laporan"),
    ("marice", "menyusun laporan, layanan wilayah"),
)
# So that Siti and Dewi have something to swap.
WISHES = (("siti", "selasa wfh"), ("siti", "rabu wfo"), ("dewi", "selasa wfo"), ("dewi", "rabu wfh"))
# Who makes the rota of their unit, and what it has to keep. Two weeks: this one and the next.
ROTAS = (
    ("ratna", 'wfh "menyusun laporan", "mengelola arsip"'),
    ("budi", 'tugas "layanan pengguna" 1'),
    ("tenri", "siaga 1"),
)
_NOON, _BETWEEN = 12 * 60 + 5, timedelta(minutes=3)


def moment(past: Sequence[date], monday: date, tz: ZoneInfo) -> datetime:
    """At noon of the last working day before this week, when nobody comes or goes."""
    return workdays.at(max(day for day in past if day < monday), _NOON, tz)


def publish(stage: Stage, monday: date, at: datetime) -> None:
    """The register, wishes, and a rota of every unit from `monday` on; raises `ValueError` if one was not understood."""
    for username, duties in REGISTER:
        stage.understood(OFFICER, f'/jadwal daftar-wfh tambah @{username} "{duties}" SK 21/2026', at)
        stage.read(at)
        at += timedelta(seconds=30)
    for username, wish in WISHES:
        stage.understood(username, f"/jadwal ingin {wish}", at)
    for leader, limits in ROTAS:
        stage.understood(leader, f"/jadwal susun 2 minggu mulai {monday:%d/%m/%Y} {limits}", at)
        stage.work(at)
        _publish(stage, leader, at, at + _BETWEEN)
        at += 2 * _BETWEEN


def _publish(stage: Stage, leader: str, made: datetime, at: datetime) -> None:
    """The leader presses *Terbitkan* in the very message that brought the draft."""
    [draft] = stage.queued(made)
    button = next(each for each in stage.buttons(draft) if each.style == "good")
    answer = stage.presses(leader, button, at)
    if not isinstance(answer, Reply) or answer.refused:
        raise ValueError(f"the demo's rota of {leader} could not be published")
    stage.deliver(draft, answer)
    stage.read(at)
