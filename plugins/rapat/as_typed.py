"""A meeting as its form shows it, and whether what comes back is still that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from integration import form_values, workdays
from integration.errors import UserError
from integration.messages import Reply, plain
from integration.plugin import Context
from integration.ports import Span
from plugins.rapat import changing, reading, recurrence, wording
from plugins.rapat.meetings import Meeting
from plugins.rapat.reading import When
from plugins.rapat.times import length_said


def refused(context: Context, meeting: Meeting) -> Reply | None:
    t = context.t
    again = (wording.say(plain(t("Plan a new one")), "baru"),)
    if meeting.state in ("cancelled", "dropped"):
        return Reply(t("“{title}” was called off already.", title=meeting.title), buttons=again, refused=True)
    if meeting.last_end <= context.now:
        return Reply(t("“{title}” is over; only what comes can be changed.", title=meeting.title), buttons=again, refused=True)
    if meeting.state == "polling":
        text = t("For “{title}” a time is still being looked for. Choose one first, or call it off.", title=meeting.title)
        return Reply(text, buttons=(wording.say(plain(t("Show")), f"lihat {meeting.id}"),), refused=True)
    return None


def values_of(context: Context, found: Meeting) -> dict[str, str]:
    """The meeting as its form shows it; of a series from its next date on."""
    return {
        "title": found.title,
        **when_of(context, span_of(context, found), found.zone),
        "mode": found.mode,
        "place": found.place,
        "provider": found.provider,
        "repeat": plain(recurrence.said(recurrence.from_rrule(found.recurrence, found.zone), context.t))
        if found.is_series
        else "",
        "agenda": found.agenda,
        "number": found.number,
    }


def span_of(context: Context, found: Meeting) -> Span:
    """When it is; of a series the next date that is as the others are."""
    if not found.is_series:
        return found.span
    dates = changing.coming(context, found.id)
    regular = next((each for each in dates if not each.changed), None) or (dates[0] if dates else None)
    start = regular.original if regular else found.starts_at
    return Span(start, start + (found.ends_at - found.starts_at))


def when_of(context: Context, span: Span, zone: str) -> dict[str, str]:
    start = span.start.astimezone(ZoneInfo(zone))
    own = "" if zone == context.person.zone else f" {workdays.zone_name(zone, start)}"
    minutes = round((span.end - span.start).total_seconds() / 60)
    return {
        "day": start.date().isoformat(),
        "time": f"{start:%H.%M}{own}",
        "length": plain(length_said(context.t, minutes)),
    }


def when(context: Context, zone: str, was: Span, typed: Mapping[str, str], errors: dict[str, str]) -> When | None:
    """What the form says of the time; without a zone it is the meeting's. `was` is what it has shown: with the same beginning
    it may last longer or shorter, also after it has begun.
    """
    known = when_of(context, was, zone)
    if all(same(name, typed[name], known[name]) for name in ("day", "time")) and not typed.get("repeat"):
        return form_values.read(errors, "length", lambda: _lasting(context, zone, was, typed["length"]))
    values = {**typed}
    if zone != context.person.zone and not any(word in typed["time"].lower() for word in ("wib", "wit", "utc", "gmt")):
        values["time"] = f"{typed['time']} {workdays.zone_name(zone, context.now)}"
    return reading.read_when(context, values, errors)


def _lasting(context: Context, zone: str, was: Span, text: str) -> When:
    end = was.start + timedelta(minutes=reading.read_minutes(context, text))
    if end <= context.now:
        raise UserError(reading.past(context, end, zone))
    return When(Span(was.start, end), zone, None)


def same(name: str, typed: str, known: str) -> bool:
    """A date comes back as the platform shows it."""
    if name == "day" and known:
        year, month, day = known.split("-")
        return typed.strip() in (known, f"{day}/{month}/{year}")
    return form_values.one_line(typed).replace(":", ".") == known
