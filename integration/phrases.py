"""Times, days, lengths, places and names in words: the same wherever Hadir speaks of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from integration import workdays
from integration.dates import show_day
from integration.i18n import Translate
from integration.messages import Text, fill, join
from integration.people import Person
from integration.workdays import DayPlan

_PLACES = {"wfo": Text("WFO"), "wfh": Text("WFH"), "wfa": Text("WFA"), "dinas": Text("Dinas")}
NAMES_SHOWN = 3


# ---------------------------------------------------------------- times


def clock(moment: datetime, person: Person) -> Text:
    """`07.28 WIB` where the person's office is."""
    return Text(workdays.clock(moment, person.zone))


def clock_of_day(moment: datetime, day: date, person: Person) -> Text:
    """`07.28` for a table of days, and `06.05+1` for the morning after."""
    local = moment.astimezone(person.tz)
    return Text(f"{local:%H.%M}" + (f"+{(local.date() - day).days}" if local.date() > day else ""))


def clock_and_day(t: Translate, moment: datetime | None, reader: Person, now: datetime) -> Text:
    """`08.31 WIB`, with its day if it is not today's."""
    if moment is None:
        return Text("–")
    day, shown = workdays.local_day(moment, reader), clock(moment, reader)
    if day == workdays.local_day(now, reader):
        return shown
    return fill("{clock} ({day})", clock=shown, day=short_day(t, day))


def since(t: Translate, moment: datetime, reader: Person) -> Text:
    """`Senin 23 Nov, 09.00 WIB`, in the reader's zone."""
    return fill("{day}, {clock}", day=short_day(t, workdays.local_day(moment, reader)), clock=clock(moment, reader))


def hours(start: datetime, end: datetime, person: Person) -> Text:
    """`07.30–16.00 WIB` where the person's office is."""
    return Text(f"{bare_hours(start, end, person)} {workdays.zone_name(person.zone, end)}")


def bare_hours(start: datetime, end: datetime, person: Person) -> Text:
    """`07.30–16.00`, where the zone is said elsewhere."""
    return Text(f"{start.astimezone(person.tz):%H.%M}–{end.astimezone(person.tz):%H.%M}")


def duration(t: Translate, minutes: int) -> Text:
    """`16 menit`, `1 jam 16 menit`, `2 jam`."""
    whole, rest = divmod(minutes, 60)
    if not whole:
        return t("{minutes} min", minutes=rest)
    return t("{hours} h {minutes} min", hours=whole, minutes=rest) if rest else t("{hours} h", hours=whole)


# ---------------------------------------------------------------- days


def day_name(t: Translate, day: date) -> Text:
    """`Senin, 23 November 2026`"""
    return show_day(day, t)


def short_day(t: Translate, day: date) -> Text:
    """`Senin 23 Nov`"""
    return show_day(day, t, "EEEE d MMM")


def long_day(t: Translate, day: date) -> Text:
    """`23 November 2026`"""
    return show_day(day, t, "d MMMM y")


# ---------------------------------------------------------------- forms


def form_page(t: Translate, link: str) -> Text:
    """The address of a form's page as words to tap: by itself it would fill a phone's screen."""
    label = t("Open the form")
    return Text(f"**[{label}]({link})**")


# ---------------------------------------------------------------- places, absences, people


def place(code: str) -> Text:
    """`WFO`, `WFH`, `WFA`, `Dinas`; empty for an unknown place."""
    return _PLACES.get(code, Text(""))


def excuse(t: Translate, word: str) -> Text:
    """The public word for being away: `cuti`, `dinas luar`; one that is unknown as it is."""
    known = {
        "cuti": t("leave"),
        "sakit": t("sick"),
        "izin": t("permission"),
        "dinas": t("official travel"),
        "tugas_belajar": t("study assignment"),
    }
    return known.get(word) or fill("{word}", word=word)


def asked(t: Translate, plan: DayPlan) -> Text:
    """`cuti: menunggu persetujuan`, of a plan with an absence that waits."""
    return t("{excuse}: waiting for approval", excuse=excuse(t, plan.asked))


def first_names(found: Iterable[Person], most: int = NAMES_SHOWN) -> Text:
    """The names of the first of them: who decides, whom to ask."""
    return join(", ", [fill("{name}", name=someone.name) for someone in list(found)[:most]])


def names(t: Translate, these: Sequence[str], most: int) -> Text:
    """`Ani, Budi, dan 3 lagi`"""
    shown = [fill("{name}", name=name) for name in these[:most]]
    more = len(these) - len(shown)
    return join(", ", [*shown, t("and {count} more", count=more)] if more else shown)
