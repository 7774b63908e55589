"""Events as iCalendar (RFC 5545, 5546, 6638): what is written into calendars and mailed.

Every event carries a mark of its content, so that a calendar can be asked whether it holds this very version, whatever
the server made of its lines.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

import icalendar

from integration.calendars.reading import answered, known, left_alone, moment
from integration.errors import DeliveryError
from integration.ports import Attendee, Event, event_to_json

PRODUCT = "-//Hadir//Hadir//EN"
MARK = "X-HADIR-CONTENT"
LONGEST_ADDRESS = 254
_LONGEST_STEM = 200
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")
_ADDRESS = re.compile(r"[^\s@\"'<>,;:\\()\[\]\x00-\x1f\x7f]+@[^\s@\"'<>,;:\\()\[\]\x00-\x1f\x7f]+")

Method = Literal["", "REQUEST", "CANCEL"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How an event is written. `organizer` is an address, "" for none; `now` is when.

    `known`: what the calendar holds of it; answers are kept where the time has stayed, and what has not changed keeps its
    time of change. `agent`: whether the server is told to leave invitations to us. `resend`: who must be invited again
    although nothing changed.
    """

    now: datetime
    organizer: str = ""
    organizer_name: str = "Hadir"
    cancelled: bool = False
    method: Method = ""
    known: icalendar.Calendar | None = None
    agent: Literal["", "CLIENT"] = ""
    resend: Collection[str] = ()


# ---------------------------------------------------------------- writing


def to_ical(event: Event, style: Style) -> bytes:
    """The event with its changed occurrences and the definition of its zones; raises `DeliveryError` (permanent)."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    if style.method:
        calendar.add("method", style.method)
    try:
        for component in _components(event, style):
            calendar.add_component(component)
        _add_zones(calendar)
        return bytes(calendar.to_ical())
    except (ValueError, KeyError, OverflowError) as error:
        raise DeliveryError(f"{event.uid!r} is no event that a calendar can hold: {error}", permanent=True) from None


def occurrences(event: Event, starts: Iterable[datetime], style: Style) -> bytes:
    """Single occurrences of a series, by the starts that they had: for those who are asked to them alone, and to call
    them off for those who have the series.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", style.method or "CANCEL")
    for at in starts:
        calendar.add_component(_component(occurrence(event, at), style, at, None, series=event))
    _add_zones(calendar)
    return bytes(calendar.to_ical())


def _add_zones(calendar: icalendar.Calendar) -> None:
    """Before the events: some readers want to know a zone before its first use."""
    calendar.subcomponents[:0] = [_zone(zone) for zone in sorted(calendar.get_missing_tzids())]


@cache
def _zone(name: str) -> icalendar.Timezone:
    """Made once: it takes twenty times as long as the event."""
    return icalendar.Timezone.from_tzid(name)


def _components(event: Event, style: Style) -> Iterator[icalendar.Event]:
    there = known(style.known)
    yield _component(event, style, None, there)
    changed = {at for at, _ in event.changes}
    for at, change in event.changes:
        if change is not None:
            yield _component(change, style, at, there, series=event)
    if not style.cancelled and _same_time(there.get(None), event):
        for at in sorted(at for at in there if at is not None and at not in changed):
            if answered(there[at]) != answered(there[None]):
                yield _component(_moved(event, at), style, at, there, series=event)


def _component(
    event: Event,
    style: Style,
    at: datetime | None,
    known: Mapping[datetime | None, icalendar.Event] | None,
    *,
    series: Event | None = None,
) -> icalendar.Event:
    """`at`: of which occurrence of `series`, None for the whole event."""
    zone = ZoneInfo(event.zone)
    old = (known or {}).get(at)
    mark = content_mark(event, cancelled=style.cancelled, organizer=style.organizer)
    same = old is not None and (str(old.get(MARK, "")) == mark or (at is not None and series and not _planned(series, at)))
    made = icalendar.Event()
    made.add("uid", _line(series.uid if series else event.uid))
    made.add("dtstamp", style.now)
    kept = moment(old, "LAST-MODIFIED") if same and old is not None and not (style.resend and at is None) else None
    made.add("last-modified", kept or style.now)
    made.add("sequence", event.sequence)
    made.add("summary", _line(event.title))
    made.add("dtstart", event.span.start.astimezone(zone))
    made.add("dtend", event.span.end.astimezone(zone))
    made.add("status", "CANCELLED" if style.cancelled else "CONFIRMED")
    _describe(made, event)
    if at is not None:
        made.add("recurrence-id", at.astimezone(ZoneInfo(series.zone if series else event.zone)))
    elif event.recurrence:
        made.add("rrule", _rule(event))
        called_off = [gone.astimezone(zone) for gone, change in event.changes if change is None]
        if called_off:
            made.add("exdate", called_off)
    _invite(made, event, style, old if _same_time(old, event) else None)
    made.add(MARK, mark)
    return made


def _describe(made: icalendar.Event, event: Event) -> None:
    for name, value in (("description", _text(event.description)), ("location", _line(event.place))):
        if value:
            made.add(name, value)
    if re.fullmatch(r"https?://[^\s\"<>\\^`{|}\x00-\x1f\x7f]+", event.url):
        made.add("url", event.url)
    for minutes in event.alarm_minutes:
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", timedelta(minutes=-minutes))
        alarm.add("description", _line(event.title) or "-")
        made.add_component(alarm)


def _invite(made: icalendar.Event, event: Event, style: Style, old: icalendar.Event | None) -> None:
    if style.organizer:
        organizer = icalendar.vCalAddress(f"mailto:{style.organizer}")
        organizer.params["CN"] = _parameter(style.organizer_name)
        if style.agent:
            organizer.params["SCHEDULE-AGENT"] = style.agent
        made.add("organizer", organizer)
    answers, alone = answered(old), left_alone(style.known) if not style.agent else frozenset()
    for attendee in _once(event.attendees):
        answer = "" if style.cancelled else answers.get(attendee.email, "")
        address = _address(attendee, "DECLINED" if attendee.email in alone else answer, style)
        if attendee.email in alone:
            address.params["SCHEDULE-AGENT"] = "CLIENT"
        made.add("attendee", address)


def _address(attendee: Attendee, answer: str, style: Style) -> icalendar.vCalAddress:
    address = icalendar.vCalAddress(f"mailto:{attendee.email}")
    address.params["CUTYPE"] = "ROOM" if attendee.kind == "room" else "INDIVIDUAL"
    address.params["ROLE"] = "OPT-PARTICIPANT" if attendee.optional else "REQ-PARTICIPANT"
    address.params["PARTSTAT"] = answer or "NEEDS-ACTION"
    address.params["RSVP"] = "TRUE"
    if name := _parameter(attendee.name):
        address.params["CN"] = name
    if style.agent:
        address.params["SCHEDULE-AGENT"] = style.agent
    if attendee.email in style.resend:
        address.params["SCHEDULE-FORCE-SEND"] = "REQUEST"
    return address


def _once(attendees: Iterable[Attendee]) -> Iterator[Attendee]:
    """Everybody once, and nobody whose address is none."""
    seen: set[str] = set()
    for attendee in attendees:
        if attendee.email not in seen and is_address(attendee.email):
            seen.add(attendee.email)
            yield attendee


def _rule(event: Event) -> icalendar.vRecur:
    """The rule; UNTIL in UTC, as RFC 5545 wants it beside a start with a zone."""
    rule: icalendar.vRecur = icalendar.vRecur.from_ical(event.recurrence)
    if "FREQ" not in rule:
        raise ValueError(f"a recurrence without FREQ: {event.recurrence!r}")
    if until := rule.get("UNTIL"):
        rule["UNTIL"] = [_utc(until[0] if isinstance(until, list) else until, event.zone)]
    return rule


def _utc(until: date, zone: str) -> datetime:
    moment = until if isinstance(until, datetime) else datetime.combine(until, time(23, 59, 59))
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def occurrence(event: Event, at: datetime) -> Event:
    """What takes place in the place of the occurrence that began at `at`; one that was called off as it was planned."""
    return dict(event.changes).get(at) or _moved(event, at)


def _moved(event: Event, at: datetime) -> Event:
    """One occurrence of a series, as it was planned."""
    span = replace(event.span, start=at, end=at + (event.span.end - event.span.start))
    return replace(event, span=span, recurrence="", changes=())


def _planned(series: Event, at: datetime) -> bool:
    return any(start == at for start, _ in series.changes)


def _line(words: str) -> str:
    return " ".join(_CONTROL.sub(" ", words).split())


def _text(words: str) -> str:
    return _CONTROL.sub(" ", words.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _parameter(words: str) -> str:
    """A name in a parameter, where no quotation mark can stand."""
    return _line(words).replace('"', "'").replace("^", "")[:200]


def is_address(email: str) -> bool:
    """Whether a mail can be sent there, as far as its letters say."""
    return len(email) <= LONGEST_ADDRESS and bool(_ADDRESS.fullmatch(email))


def file_name(uid: str) -> str:
    """One UID, one name, whatever characters it has."""
    stem = quote(uid, safe="@-_")
    if len(stem) > _LONGEST_STEM:
        stem = hashlib.sha256(uid.encode()).hexdigest()
    return f"{stem}.ics"


def _same_time(component: icalendar.Event | None, event: Event) -> bool:
    """An answer holds as long as the time does."""
    if component is None:
        return False
    rule: Any = component.get("RRULE")
    new: Any = _rule(event).to_ical() if event.recurrence else None  # type: ignore[no-untyped-call]
    same_rule = (rule.to_ical() if rule is not None else None) == new or "RECURRENCE-ID" in component
    times = moment(component, "DTSTART"), moment(component, "DTEND")
    return same_rule and times == (event.span.start, event.span.end)


def content_mark(event: Event, *, cancelled: bool, organizer: str) -> str:
    """The same for the same version, and for no other."""
    content = json.dumps([event_to_json(event), cancelled, organizer], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]
