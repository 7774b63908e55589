"""Invitations by mail, for a calendar that sends none itself: who gets what, in the words of the reader."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from integration.calendars import ics
from integration.i18n import Catalogues, Translate
from integration.messages import Text, fill, plain
from integration.people import person
from integration.phrases import day_name
from integration.ports import Attendee, Event, Letter
from integration.zones import zone_name

_AT_ONCE = 500
# In a larger company everybody reads only their own name: the letters would grow with the square of it.
MOST_NAMED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """From whom, when, and as which revision of the event: the same one is mailed once."""

    sender: str
    now: datetime
    revision: int
    locale: str
    catalogues: Catalogues


def letters(db: Connection, old: Event | None, new: Event, sending: Sending, *, cancelled: bool) -> list[Letter]:
    """What has to be mailed about a change from `old` to `new`, one letter for each address."""
    before, after = _people(old), _people(new)
    locales = _locales(db, before | after, sending.locale)
    if cancelled:
        return [_letter(email, new, "CANCEL", sending, locales[email]) for email in sorted(before | after)]
    gone = [_letter(email, old, "CANCEL", sending, locales[email]) for email in sorted(before - after) if old]
    if old == new:
        return gone
    off = _only_called_off(old, new)
    staying = (
        _letter(email, new, "CANCEL", sending, locales[email], off=off)
        if off
        else _letter(email, new, "REQUEST", sending, locales[email], changed=email in before)
        for email in sorted(after)
    )
    return [*gone, *staying]


def letters_to(db: Connection, emails: Iterable[str], event: Event, sending: Sending, *, cancelled: bool) -> list[Letter]:
    """The invitation (or its cancellation) for those whom the calendar's own server could not reach."""
    chosen = sorted({*emails})
    locales = _locales(db, set(chosen), sending.locale)
    method: ics.Method = "CANCEL" if cancelled else "REQUEST"
    return [_letter(email, event, method, sending, locales[email]) for email in chosen]


def stream(uid: str, email: str) -> str:
    """A cancellation never overtakes the invitation."""
    return f"mail:{_short(uid, email)}"


def _people(event: Event | None) -> set[str]:
    """Whom to write to; a room reads no mail."""
    if event is None:
        return set()
    return {attendee.email for attendee in _all(event) if attendee.kind == "person" and ics.is_address(attendee.email)}


def _all(event: Event) -> Iterator[Attendee]:
    yield from event.attendees
    for _, change in event.changes:
        yield from change.attendees if change else ()


def _only_called_off(old: Event | None, new: Event) -> list[datetime]:
    """The occurrences that were called off, if nothing else has changed."""
    if old is None:
        return []
    off = [at for at, change in new.changes if change is None and (at, None) not in old.changes]
    rest = tuple(each for each in new.changes if each[0] not in off)
    same = replace(new, changes=rest, sequence=old.sequence) == old
    return off if same else []


def _letter(
    email: str,
    event: Event,
    method: ics.Method,
    sending: Sending,
    locale: str,
    *,
    changed: bool = False,
    off: Iterable[datetime] = (),
) -> Letter:
    t = sending.catalogues.speak(locale)
    starts = sorted(off) or _asked_to(email, event)
    event = _for(email, event)
    key = f"invitation:{_short(event.uid, email, str(sending.revision), method)}"
    style = ics.Style(now=sending.now, organizer=sending.sender, method=method, cancelled=method == "CANCEL")
    content = ics.occurrences(event, starts, style) if starts else ics.to_ical(event, style)
    subject, text = plain(_subject(t, event, method, changed)), plain(_text(t, event, method, starts))
    return Letter(email, subject, text, key, content, method)


def _for(email: str, event: Event) -> Event:
    """The event as one of many sees it."""
    changes = tuple((at, _for(email, change) if change else None) for at, change in event.changes)
    attendees = event.attendees
    if len(attendees) > MOST_NAMED:
        attendees = tuple(each for each in attendees if each.email == email or each.kind == "room")
    return replace(event, attendees=attendees, changes=changes)


def _asked_to(email: str, event: Event) -> list[datetime]:
    """Who is not of the series gets the occurrences that they were asked to; nothing for those who are."""
    if any(attendee.email == email for attendee in event.attendees):
        return []
    return [at for at, change in event.changes if change and any(a.email == email for a in change.attendees)]


def _subject(t: Translate, event: Event, method: ics.Method, changed: bool) -> Text:
    title = " ".join(event.title.split())
    if method == "CANCEL":
        return t("Called off: {title}", title=title)
    return t("Changed: {title}", title=title) if changed else t("Invitation: {title}", title=title)


def _text(t: Translate, event: Event, method: ics.Method, starts: list[datetime]) -> Text:
    times = [_when(t, ics.occurrence(event, at)) for at in starts]
    lines = [fill("{title}", title=event.title), *(times or [_when(t, event)])]
    if event.recurrence and not starts:
        lines.append(t("It repeats; your calendar shows every date."))
    if method == "CANCEL":
        lines += [Text(""), t("This is called off. You need not do anything.")]
        return Text("\n".join(lines))
    lines += [fill("{place}", place=event.place)] if event.place else []
    lines += [fill("{url}", url=event.url)] if event.url else []
    lines += [Text(""), fill("{words}", words=event.description)] if event.description else []
    return Text("\n".join([*lines, "", t("Please accept or decline in your mail or calendar program.")]))


def _when(t: Translate, event: Event) -> Text:
    """`Senin, 23 November 2026, 09.00–10.00 WIB`"""
    zone = ZoneInfo(event.zone)
    start, end = event.span.start.astimezone(zone), event.span.end.astimezone(zone)
    until = f"{end:%H.%M}" if end.date() == start.date() else plain(f"{day_name(t, end.date())}, {end:%H.%M}")
    times = Text(f"{start:%H.%M}–{until} {zone_name(event.zone, start)}")
    return fill("{day}, {times}", day=day_name(t, start.date()), times=times)


def _locales(db: Connection, emails: set[str], usual: str) -> dict[str, str]:
    """The language of everybody; strangers are written to in the office's."""
    found = dict.fromkeys(emails, usual)
    chosen = sorted(emails)
    for first in range(0, len(chosen), _AT_ONCE):
        some = chosen[first : first + _AT_ONCE]
        for row in db.execute(select(person.c.email, person.c.locale).where(person.c.email.in_(some))):
            found[row.email] = row.locale or usual
    return found


def _short(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]
