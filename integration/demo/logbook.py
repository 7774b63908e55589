"""The reports of the demo's last working days: targets, a line or two a day, approved by those above, one given back.

Yesterday's still wait, so that whoever tries it has something to check; and those who have not come yet today have a day left
to report. The last days of last month are there as well, and most of its ratings: a month to sum up, to rate and to close.
Everything is typed and pressed by those who would, at its time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from integration import workdays
from integration.demo.acts import Stage
from integration.demo.days import ABSENT, SEED, STILL_OUT, away
from integration.demo.meetings import Act, Days
from integration.errors import UserError
from integration.messages import Button, Form, Reply
from integration.workdays import Plans

PLUGIN = "logbook"
DAYS, MONTH_END = 6, 3
LEADERS = ("hendra", "ratna", "budi", "tenri")
# Who looks after the reports of whoever nobody leads.
OFFICER = "rina"
# Who is given a report back, and has not corrected it yet; who has sent something today already.
RETURNED, NOTE = "rizky", "Mohon tulis modul mana yang diuji dan berapa temuannya."
EARLY = ("bambang", "maria", "gede")
# Who takes the day as it was drafted for them: meetings that they attended. Their supervisor asks something about it.
DRAFTED, ASKS = "siti", "budi"
QUESTION, ANSWER = "Mohon tautan hasilnya dilampirkan.", "Siap, saya lampirkan besok pagi."
# Last month's ratings: these, the others "as expected"; and for some there is none yet, so that it can be tried.
RATED = {"gede": "di atas ekspektasi pekerjaan selalu tuntas", "tenri": "di atas ekspektasi", "rizky": "di bawah ekspektasi"}
UNRATED = frozenset({"siti", "bambang"})
# (code, what is to be reached, how many, of what) of a unit's people; what they do for it, with the time it takes.
Work = tuple[str, str, str, str, tuple[str, ...]]
OF_UNIT: dict[str, tuple[Work, ...]] = {
    "Bidang Aplikasi": (
        (
            "RHK-1",
            "Aplikasi layanan berjalan sesuai rencana",
            "24",
            "modul",
            (
                "menguji modul permohonan 3 jam = 1 modul",
                "memperbaiki temuan uji modul laporan 2,5 jam",
                "menulis kode modul arsip 4 jam = 1 modul",
            ),
        ),
        (
            "RHK-2",
            "Dokumen dan panduan aplikasi tersedia",
            "12",
            "dokumen",
            ("menyusun panduan pengguna 2 jam hasil: draf bab 2", "memperbarui dokumen arsitektur 90 menit = 1 dokumen"),
        ),
    ),
    "Sekretariat": (
        (
            "RHK-1",
            "Administrasi perkantoran tertib",
            "240",
            "berkas",
            (
                "mengagendakan surat masuk dan keluar 3 jam",
                "menata arsip aktif 2 jam = 12 berkas",
                "memeriksa kelengkapan berkas 2,5 jam",
            ),
        ),
        (
            "RHK-2",
            "Laporan keuangan tersusun",
            "12",
            "laporan",
            ("menyusun laporan keuangan bulanan 3 jam = 1 laporan", "rekonsiliasi kas 2 jam"),
        ),
    ),
    "Bidang Layanan Wilayah Timur": (
        (
            "RHK-1",
            "Layanan wilayah terpenuhi tepat waktu",
            "180",
            "layanan",
            (
                "melayani permohonan kabupaten 4 jam = 5 layanan",
                "memantau jaringan wilayah 2 jam",
                "menjawab aduan pengguna 90 menit",
            ),
        ),
        ("RHK-2", "Pendampingan kabupaten terlaksana", "6", "kegiatan", ("mendampingi operator kabupaten 3 jam = 1 kegiatan",)),
    ),
}


def acts(stage: Stage, days: Days, plans: Plans) -> Iterator[Act]:
    """All of it, each at its moment; nothing where the logbook is not installed."""
    past = list(days.past[-DAYS:])
    if PLUGIN not in stage.hadir.dispatcher.plugins or not past:
        return
    told = [*(day for day in _last_month(days)[-MONTH_END:] if day not in past), *past]
    first = days.at(told[0], "07.05")
    yield first, partial(_targets, stage, sorted({day.year for day in (*told, days.now.date())}), first)
    for day in told:
        yield from _day(stage, days, plans, day)
    for number, leader in enumerate((*LEADERS, OFFICER)):
        for day in told[:-1]:
            at = days.at(day, "17.40") + number * timedelta(minutes=4)
            yield at, partial(_approve, stage, leader, at)
    yield from _given_back(stage, days, past)
    yield from _talked_about(stage, days, past)
    yield from _rated(stage, days)
    yield from _today(stage, days, plans)


def _last_month(days: Days) -> list[date]:
    """Its working days, as far back as the story goes."""
    before = days.now.astimezone(days.tz).date().replace(day=1) - timedelta(days=1)
    return [day for day in days.past if (day.year, day.month) == (before.year, before.month)]


# ---------------------------------------------------------------- targets


def _targets(stage: Stage, years: Sequence[int], at: datetime) -> None:
    for username, person in stage.people.items():
        for code, title, quantity, measure, _ in OF_UNIT.get(person.unit, ()):
            for year in years:
                _target(stage, username, {"code": code, "title": title, "quantity": quantity, "measure": measure}, year, at)


def _target(stage: Stage, username: str, values: dict[str, str], year: int, at: datetime) -> None:
    form = stage.says(username, "/logbook target tambah", at)
    if not isinstance(form, Form):
        raise ValueError("the demo's targets have no form")
    answer = stage.submits(username, form, values | {"year": str(year)}, at)
    if not isinstance(answer, Reply) or answer.refused:
        raise ValueError(f"the demo's {username} has no target {values['code']}")


# ---------------------------------------------------------------- what they report


def _day(stage: Stage, days: Days, plans: Plans, day: date) -> Iterator[Act]:
    """Whoever worked, a line or two in the last hour of their own day."""
    ago = len(days.past) - days.past.index(day)
    gone = away(days.past)
    for username, person in stage.people.items():
        plan = plans[person.id, day]
        if not plan.works or plan.end is None or (username, day) in gone or (username, ago) in ABSENT:
            continue
        dice = random.Random(f"{SEED} {username} {day}")  # noqa: S311  # the same days at every making, no secret
        at = min(plan.end, workdays.at(day, 16 * 60, person.tz)) - timedelta(minutes=dice.randint(2, 40))
        for number, line in enumerate(_lines(dice, person.unit)):
            moment = at + timedelta(minutes=number)
            yield moment, partial(stage.understood, username, f"/logbook {line}", moment)
        if username == DRAFTED:
            yield at + timedelta(minutes=5), partial(_send_drafted, stage, username, at + timedelta(minutes=5))


def _lines(dice: random.Random, unit: str) -> list[str]:
    """One line on a target, and on most days one on another."""
    found = []
    for code, _, _, _, doings in dice.sample(OF_UNIT.get(unit, ()), k=min(len(OF_UNIT.get(unit, ())), dice.choice((1, 2, 2)))):
        doing, result, said = dice.choice(doings).partition(" hasil:")
        found.append(f"{doing} #{code}{result}{said}")
    return found


def _send_drafted(stage: Stage, username: str, at: datetime) -> None:
    """What is known of the day, like a meeting; on most days there is nothing."""
    stage.says(username, "/logbook kirim semua", at)
    stage.read(at)


def _today(stage: Stage, days: Days, plans: Plans) -> Iterator[Act]:
    """A few have reported already; those who are left to try it have not."""
    today = days.now.astimezone(days.tz).date()
    for number, username in enumerate(each for each in EARLY if each not in STILL_OUT):
        person, at = stage.people[username], days.now - timedelta(minutes=12 + 9 * number)
        plan = plans.get((person.id, today))
        if plan is None or not plan.works or plan.start is None or at < plan.start or at.astimezone(person.tz).date() != today:
            continue
        line = _lines(random.Random(f"{SEED} {username} {today}"), person.unit)[0]  # noqa: S311  # as above
        yield at, partial(stage.understood, username, f"/logbook {line}", at)


# ---------------------------------------------------------------- what becomes of it


def _approve(stage: Stage, leader: str, at: datetime) -> None:
    """Everything that waits, page by page."""
    for page in range(10):
        moment = at + timedelta(seconds=page)
        answer = stage.says(leader, "/logbook periksa", moment)
        button = _button(answer, "logbook.review_all")
        if button is None:
            return
        stage.presses(leader, button, moment)
        stage.work(moment)
        stage.read(moment)


def _given_back(stage: Stage, days: Days, past: Sequence[date]) -> Iterator[Act]:
    """The leader of `RETURNED` looks at the last of their reports before it would be approved with the others."""
    leader = next(each for each in LEADERS if stage.people[each].id == stage.people[RETURNED].supervisor_id)
    for day in past[-2:-1]:
        at = days.at(day, "17.20")
        yield at, partial(_give_back, stage, leader, at)


def _give_back(stage: Stage, leader: str, at: datetime) -> None:
    button = _button(stage.says(leader, f"/logbook periksa @{RETURNED}", at), "logbook.review_return")
    if button is None:
        return  # nothing of theirs waits: they were away
    form = stage.presses(leader, button, at)
    if isinstance(form, Form):
        choices = {field.name: field.choices[0][0] for field in form.fields if field.kind == "select" and field.choices}
        stage.submits(leader, form, choices | {"note": NOTE}, at)
    stage.work(at)
    stage.read(at)


def _talked_about(stage: Stage, days: Days, past: Sequence[date]) -> Iterator[Act]:
    """A question about a report, and its answer."""
    for day in past[-2:-1]:
        said = ((ASKS, f"@{DRAFTED} ", QUESTION, "17.30"), (DRAFTED, "", ANSWER, "17.36"))
        for username, whose, words, clock in said:
            at = days.at(day, clock)
            yield at, partial(_say, stage, username, f"/logbook komentar {whose}{day:%d/%m/%Y} 1 {words}", at)


def _say(stage: Stage, username: str, line: str, at: datetime) -> None:
    """Of somebody who was away there is nothing to speak about."""
    try:
        stage.says(username, line, at)
    except UserError:
        return
    stage.read(at)


def _rated(stage: Stage, days: Days) -> Iterator[Act]:
    """Last month's ratings, given on the first working day after it."""
    of = _last_month(days)
    after = [day for day in days.past if of and day > of[-1]]
    ids = {person.id: username for username, person in stage.people.items()}
    led = [(ids[person.supervisor_id], username) for username, person in stage.people.items() if person.supervisor_id]
    for number, (leader, username) in enumerate(each for each in led if after and each[1] not in UNRATED):
        at = days.at(after[0], "08.40") + number * timedelta(minutes=1)
        rating = RATED.get(username, "sesuai ekspektasi")
        yield at, partial(_rate, stage, leader, f"/logbook nilai @{username} {of[-1]:%m/%Y} {rating}", at)


def _rate(stage: Stage, leader: str, line: str, at: datetime) -> None:
    stage.understood(leader, line, at)
    stage.read(at)


def _button(answer: object, action: str) -> Button | None:
    return next((each for each in getattr(answer, "buttons", ()) if each.action == action), None)
