"""The meetings of the demo, as people hold them: one that is over with its minutes, a weekly one, one tomorrow, a poll.

Everything is typed, pressed and filled in by those who would, at its time; what the worker does in between is done at once,
except for papers and files, which the demo's own worker brings into its folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from integration import workdays
from integration.demo.acts import Stage
from integration.demo.days import STILL_OUT
from integration.messages import Form, Reply

# At a moment something is done.
Act = tuple[datetime, Callable[[], object]]
# (username, what they press)
Said = Sequence[tuple[str, str]]

ADMIN, LEADER, HEAD, ASKER = "agus", "budi", "ratna", "dewi"
ROOMS = (("Garuda", 20), ("Cendrawasih", 8))
# Who is asked to the two meetings of Bidang Aplikasi, and says what; who is not named has not answered.
INVITED = ("siti", "dewi", "wayan", "gede", "rizky")
SAID = (("siti", "accept"), ("dewi", "accept"), ("wayan", "accept"), ("gede", "maybe"), ("rizky", "decline"))
SAID_OF_NEXT = (("dewi", "accept"), ("wayan", "accept"), ("rizky", "maybe"))
CAME = (("budi", -9), ("siti", -4), ("dewi", -2), ("wayan", -1), ("gede", 7))
STAYED_AWAY = STILL_OUT | {"joko", "rizky", "togar"}
NOTES = """{before}Capaian triwulan dibacakan. Aplikasi layanan sudah dipakai tiga bidang; keluhan terbanyak soal kata sandi.

## Keputusan

- Uji coba aplikasi layanan diperluas ke semua bidang mulai awal bulan depan
- Laporan triwulan dikirim paling lambat akhir pekan depan

## Tindak lanjut

- [ ] Menyiapkan data dukung laporan triwulan @siti {soon}
- [ ] Menyusun panduan singkat aplikasi layanan @wayan {later}
- [ ] Mengundang narasumber keamanan @rizky {late}
- [ ] Membagikan bahan paparan @dewi {soon}
"""
_SELF_DONE = "Membagikan bahan paparan"


@dataclass(frozen=True, slots=True)
class Days:
    """Working days: `past` up to the last one before today, oldest first; `coming` from tomorrow on."""

    past: Sequence[date]
    coming: Sequence[date]
    now: datetime
    tz: ZoneInfo

    def at(self, day: date, clock: str) -> datetime:
        hour, minute = map(int, clock.split("."))
        return workdays.at(day, hour * 60 + minute, self.tz)


def acts(stage: Stage, days: Days) -> Iterator[Act]:
    """All of it, each at its moment."""
    past, coming = days.past, days.coming
    yield days.at(past[-6], "09.41"), partial(_rooms, stage, days.at(past[-6], "09.41"))
    yield from _held(stage, days, made=days.at(past[-5], "10.07"), day=past[-2])
    weekly = days.at(past[-9], "13.11")
    yield weekly, partial(_weekly, stage, days, weekly)
    yield from _roll_call(stage, days, weekly)
    made = days.at(past[-1], "14.03")
    line = f'/rapat {coming[0]:%d/%m/%Y} 13.30 "Persiapan uji coba aplikasi layanan" {_names(INVITED)} di ruang Cendrawasih 60m'
    yield made, partial(_invite, stage, LEADER, line, made, SAID_OF_NEXT)
    yield from _answers(stage, made, SAID_OF_NEXT)
    asked = days.now - timedelta(minutes=40)
    yield asked, partial(_poll, stage, days, asked)


def _names(usernames: Sequence[str]) -> str:
    return " ".join(f"@{username}" for username in usernames)


def _rooms(stage: Stage, at: datetime) -> None:
    for name, seats in ROOMS:
        stage.understood(ADMIN, f'/rapat ruang tambah "{name}" {seats}', at)


# ---------------------------------------------------------------- invitations


def _invite(stage: Stage, username: str, line: str, at: datetime, said: Said = ()) -> None:
    """The meeting, checked at once; who has something else is invited all the same. Who `said` something answers later."""
    stage.understood(username, line, at)
    stage.work(at)
    for row in stage.queued(at):
        if button := _button(stage, row, "rapat.check_invite"):
            answer = stage.presses(username, button, at)
            stage.deliver(row, answer if isinstance(answer, Reply) else None)
            stage.work(at)
    answering = {stage.people[username].id for username, _ in said}
    for row in stage.queued(at):
        if row.payload.get("person") not in answering:
            stage.deliver(row)


def _answers(stage: Stage, made: datetime, said: Said) -> Iterator[Act]:
    """Presses in the messages that came at `made`, some minutes later."""
    for number, (username, answer) in enumerate(said, 1):
        at = made + number * timedelta(minutes=3)
        yield at, partial(_answer, stage, made, username, answer, at)


def _answer(stage: Stage, made: datetime, username: str, answer: str, at: datetime) -> None:
    mine = [row for row in stage.queued(made) if row.payload.get("person") == stage.people[username].id]
    for row in mine:
        if button := _button(stage, row, f"rapat.{answer}"):
            said = stage.presses(username, button, at)
            stage.deliver(row, said if isinstance(said, Reply) else None)
    stage.work(at)
    stage.read(at)


def _button(stage: Stage, row: Row[Any], action: str) -> Any:
    return next((each for each in stage.buttons(row) if each.action == action), None)


# ---------------------------------------------------------------- the one that is over


def _held(stage: Stage, days: Days, made: datetime, day: date) -> Iterator[Act]:
    line = f'/rapat {day:%d/%m/%Y} 09.00 "Koordinasi SPBE" {_names(INVITED)} di ruang Garuda 90m nomor 005/118/2026'
    yield made, partial(_invite, stage, LEADER, line, made, SAID)
    yield from _answers(stage, made, SAID)
    start = days.at(day, "09.00")
    for username, minutes in CAME:
        at = start + timedelta(minutes=minutes, seconds=len(username) * 7)
        yield at, partial(stage.understood, username, "/rapat hadir", at)
    closed, written = days.at(day, "11.00"), days.at(day, "11.23")
    yield closed, partial(_close, stage, closed)
    yield written, partial(_minutes, stage, days, written)
    ticked = days.at(days.past[-1], "10.31")
    yield ticked, partial(_tick, stage, ticked)


def _close(stage: Stage, at: datetime) -> None:
    stage.run("rapat", "attendance", at)
    stage.work(at)
    stage.read(at)


def _minutes(stage: Stage, days: Days, at: datetime) -> None:
    """Written on the page, published with the button below."""
    form = stage.says(LEADER, "/rapat notulen", at)
    if not isinstance(form, Form):
        raise ValueError("the demo's minutes have no form")
    head = form.fields[0].default.partition("\n## Keputusan")[0].rstrip("\n") + "\n\n"
    written = {"soon": days.coming[1], "later": days.coming[4], "late": days.past[-1]}
    text = NOTES.format(before=head, **{name: f"{day:%d/%m/%Y}" for name, day in written.items()})
    saved = stage.submits(LEADER, form, {form.fields[0].name: text}, at)
    button = (
        next((each for each in saved.buttons if each.action == "rapat.minutes_publish"), None)
        if isinstance(saved, Reply)
        else None
    )
    if button is None:
        raise ValueError("the demo's minutes could not be saved")
    stage.presses(LEADER, button, at + timedelta(minutes=2))
    for moment in (at, at + timedelta(minutes=2)):
        stage.work(moment)
        stage.read(moment)


def _tick(stage: Stage, at: datetime) -> None:
    mine = stage.says(ASKER, "/rapat tugas", at)
    button = next((each for each in getattr(mine, "buttons", ()) if each.action == "rapat.task_done"), None)
    if button is None:
        raise ValueError(f"the demo's {ASKER} has nothing to tick: {_SELF_DONE}")
    stage.presses(ASKER, button, at)
    stage.work(at)
    stage.read(at)


# ---------------------------------------------------------------- the others


def _weekly(stage: Stage, days: Days, at: datetime) -> None:
    units = " ".join(f'unit "{name}"' for name in sorted({person.unit for person in stage.people.values()}))
    last = days.now.astimezone(days.tz).date() + timedelta(weeks=8)
    _invite(stage, HEAD, f'/rapat tiap senin 08.00 "Apel virtual" {units} 30m sampai {last:%d/%m/%Y}', at)


def _roll_call(stage: Stage, days: Days, made: datetime) -> Iterator[Act]:
    """Who came to the weekly one since it was made; whoever has not come to work today did not come to it either."""
    today = days.now.astimezone(days.tz).date()
    for monday in (day for day in (*days.past, today) if day > made.astimezone(days.tz).date() and day.weekday() == 0):
        for number, username in enumerate(each for each in stage.people if each not in STAYED_AWAY):
            at = days.at(monday, "07.49") + number * timedelta(seconds=23)
            if at < days.now:
                yield at, partial(stage.says, username, "/rapat hadir", at)


def _poll(stage: Stage, days: Days, at: datetime) -> None:
    first, second = days.coming[2], days.coming[3]
    line = f'/rapat cari-waktu "Evaluasi layanan" @siti @rizky @budi {first:%d/%m/%Y} 09.00, {second:%d/%m/%Y} 13.30 60m'
    stage.understood(ASKER, line, at)
    stage.work(at)
    stage.read(at)
