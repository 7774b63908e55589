"""The attendance list in a chat message."""

from __future__ import annotations

from datetime import datetime

from integration import workdays
from integration.i18n import Translate
from integration.messages import Text, fill, join
from plugins.rapat.attending.listing import Absent, Attendance, Present
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.wording import away, bold, when_short

MOST_SHOWN = 40


def shown(t: Translate, meeting: Meeting, occurrence: Occurrence, listed: Attendance, zone: str) -> Text:
    """The list with its sums; of a long one the beginning, for the whole is in the file."""
    head = bold(t("Attendance list: {title}", title=occurrence.title))
    lines = [head, when_short(t, occurrence.span, zone), sums(t, listed)]
    if listed.present:
        lines += [Text(""), *(_present(t, number, each, zone) for number, each in enumerate(listed.present[:MOST_SHOWN], 1))]
        lines += _more(t, len(listed.present))
    if listed.absent:
        missing = t("Absent") if listed.over else t("Not recorded yet")
        lines += [Text(""), bold(missing), *(_absent(t, each, over=listed.over) for each in listed.absent[:MOST_SHOWN])]
        lines += _more(t, len(listed.absent))
    return join("\n", lines)


def sums(t: Translate, listed: Attendance) -> Text:
    """`23 hadir (4 di ruang, 2 tamu), 5 tidak hadir.`; while it goes on `5 belum tercatat`."""
    if not listed.present:
        return t("Nobody is on the list yet.")
    count = len(listed.absent)
    return t(
        "{present} present ({room} in the room, {guests} guests), {missing}.",
        present=len(listed.present),
        room=listed.in_room,
        guests=listed.guests,
        missing=t("{count} absent", count=count) if listed.over else t("{count} not recorded yet", count=count),
    )


def _more(t: Translate, number: int) -> list[Text]:
    return [t("and {count} more", count=number - MOST_SHOWN)] if number > MOST_SHOWN else []


def _present(t: Translate, number: int, each: Present, zone: str) -> Text:
    times = Text(f"{_clock(each.in_at, zone)}–{_clock(each.out_at, zone) if each.out_at else '…'}")
    marks = [how(t, each)]
    if each.guest and each.office:
        marks.insert(0, fill("{office}", office=each.office))
    return fill("{number}. {name} · {times} · {marks}", number=number, name=each.name, times=times, marks=join(", ", marks))


def how(t: Translate, each: Present) -> Text:
    """On what it rests, in a word or two."""
    words = {
        "code": t("code in the room"),
        "provider": t("seen online"),
        "organizer": t("added by the organiser"),
    }
    place = t("in the room") if each.place == "room" else t("online")
    return Text(words.get(each.how, place))


def _absent(t: Translate, each: Absent, *, over: bool) -> Text:
    """Who may still come needs no reason."""
    if not (over or each.excuse or each.answer == "declined"):
        return fill("- {name}", name=each.name)
    return fill("- {name}: {why}", name=each.name, why=why(t, each))


def why(t: Translate, each: Absent) -> Text:
    """The public word of that day, else what they answered, else that nobody knows."""
    if each.excuse:
        return away(t, each.excuse)
    if each.answer == "declined":
        return fill("{reason}", reason=each.reason) if each.reason else Text(t("declined"))
    return Text(t("no reason given"))


def _clock(moment: datetime, zone: str) -> str:
    return workdays.clock(moment, zone).partition(" ")[0]
