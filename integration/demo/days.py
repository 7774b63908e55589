"""What the people of the demo did: lines that were typed, and when. Pure, and the same at every making."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from integration.workdays import DayPlan

SEED = 21_2023
WORKING_DAYS = 20

# A share of days on which somebody is late; everybody else is so now and then.
LATE = {"rizky": 0.45, "togar": 0.3, "safruddin": 0.25}
EARLY = {"bambang": 0.3, "novita": 0.2}
WFH = {"hendra": 0.0, "ratna": 0.0, "tenri": 0.05, "joko": 0.0, "aisyah": 0.4, "maria": 0.4}
# (username, how many working days ago): what is said about the office would be dull without them.
ABSENT = {("rizky", 4), ("rizky", 11), ("safruddin", 7), ("markus", 3), ("markus", 2), ("novita", 15)}
FORGOT_TO_LEAVE = {("siti", 1), ("dewi", 1), ("rizky", 6), ("frans", 5), ("togar", 8), ("yusuf", 12), ("gede", 2)}
FORGOT_TO_COME = {("fitri", 4)}
# These are for whoever tries the demo: they have not come yet today.
STILL_OUT = frozenset({"siti", "wayan", "yosef", "aisyah"})
TRAVEL_NOTES = ("rapat koordinasi di kementerian", "monitoring jaringan di kabupaten", "bimbingan teknis")


@dataclass(frozen=True, slots=True)
class Line:
    """`text`, typed by `username` at `at`."""

    at: datetime
    username: str
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """A correction asked for `ago` working days ago's record, the morning after; `decision`: approve, reject or wait."""

    username: str
    ago: int
    kind: str
    time: str
    why: str
    decision: str
    note: str = ""


REQUESTS = (
    Request("rizky", 6, "pulang", "16.20", "lupa menekan tombol, rapat sampai sore", "approve"),
    Request("frans", 5, "pulang", "16.05", "jaringan di kantor putus", "approve"),
    Request("fitri", 4, "masuk wfo", "07.25", "ponsel tertinggal, absen manual ada di pos jaga", "approve"),
    Request(
        "togar", 8, "pulang", "17.30", "lembur menyusun laporan", "reject", "Tidak ada surat perintah lembur pada hari itu."
    ),
    Request("dewi", 1, "pulang", "16.10", "lupa mencatat karena antar anak ke dokter", "wait"),
)


@dataclass(frozen=True, slots=True)
class Absence:
    """Asked for `ahead` days before it begins; `first` and `last` are working days ago. `line` follows `/izin`."""

    username: str
    first: int
    last: int
    line: str
    ahead: int = 10


ABSENCES = (
    Absence("dewi", 14, 13, "sakit {days} demam tinggi", ahead=0),
    Absence("hendra", 9, 8, 'dinas {days} "Rapat koordinasi nasional" ST-101/2026', ahead=4),
    Absence("marice", 17, 15, "cuti {days} tahunan acara keluarga"),
    Absence("maria", 34, 30, "cuti {days} tahunan menikahkan adik"),
    Absence("frans", 45, 41, 'dinas {days} "Bimbingan teknis SPBE" ST-87/2026', ahead=5),
    Absence("slamet", 60, 54, "cuti {days} tahunan pulang kampung"),
    Absence("yusuf", 120, 118, "sakit {days} opname", ahead=0),
    Absence("aisyah", 160, 112, "cuti {days} melahirkan persalinan anak kedua", ahead=20),
    Absence("bambang", 190, 186, "cuti {days} penting orang tua sakit keras", ahead=1),
    Absence("beatrix", 205, 203, 'dinas {days} "Pendampingan kabupaten" ST-12/2026', ahead=3),
)


def away(working_days: Sequence[date]) -> set[tuple[str, date]]:
    """Who is away on which working day."""
    known = [each for each in ABSENCES if each.first <= len(working_days)]
    return {(each.username, working_days[-n]) for each in known for n in range(each.last, each.first + 1)}


def lines(plans: Mapping[str, Mapping[date, DayPlan]], working_days: Sequence[date], now: datetime) -> Iterator[Line]:
    """Everything that was typed before `now`, each person's in order. `plans` are keyed by username."""
    ago = {day: len(working_days) - number for number, day in enumerate(working_days)}
    absent = away(working_days)
    for username, days in plans.items():
        dice = random.Random(f"{SEED} {username}")  # noqa: S311  # the same days at every making, no secret
        for day, plan in sorted(days.items()):
            for line in _day(dice, username, plan, ago.get(day, 0)):
                waits = ago.get(day, 0) == 0 and day > working_days[-1] and username in STILL_OUT
                if line.at < now and (username, day) not in absent and not waits:
                    yield line


def _day(dice: random.Random, username: str, plan: DayPlan, ago: int) -> Iterator[Line]:
    # Every day throws the same number of dice, so that one person's exception moves nobody else's days.
    late, early, absent, place = dice.random(), dice.random(), dice.random(), dice.random()
    before, after, minutes, note = dice.randint(2, 35), dice.randint(0, 45), dice.randint(3, 75), dice.choice(TRAVEL_NOTES)
    seconds = timedelta(seconds=dice.randint(0, 59))
    away = (username, ago) in ABSENT or (absent < 0.008 and (username, ago) not in FORGOT_TO_COME | FORGOT_TO_LEAVE)
    if plan.start is None or plan.end is None or away:
        return
    arrival = plan.start + timedelta(minutes=minutes if late < LATE.get(username, 0.06) else -before) + seconds
    departure = plan.end + timedelta(minutes=-minutes if early < EARLY.get(username, 0.04) else after) + seconds
    if (username, ago) not in FORGOT_TO_COME:
        yield Line(arrival, username, f"/hadir masuk {_place(username, place, note, plan.place)}")
    if (username, ago) not in FORGOT_TO_LEAVE:
        yield Line(departure, username, "/hadir pulang")


def _place(username: str, roll: float, note: str, planned: str) -> str:
    """Where a rota says so people are, unless something else comes up."""
    home = WFH.get(username, 0.18)
    if home <= roll < home + 0.05 and username not in ("joko", "hendra"):
        return f"dinas {note}"
    if roll > 0.98 and roll >= home:
        return "wfa"
    return planned or ("wfh" if roll < home else "wfo")
