"""Tries the calendar and the mail with an invitation that is called off at once: what it meets, and the cure."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

from integration.calendars import ics
from integration.core import Hadir
from integration.doctor import Check
from integration.errors import DeliveryError
from integration.ports import Attendee, Calendar, Event, Letter, Mail, Span

_SERVER_CURE = "set up a mail server in the calendar's server, or one of Hadir's own (HADIR_SMTP_HOST, HADIR_SMTP_FROM)"
_CURES = {
    "nextcloud": "see that the server answers, that the app password is valid, and that the account has an e-mail address",
    "caldav": "see that HADIR_CALDAV_URL names a calendar in which HADIR_CALDAV_USER may write, with HADIR_CALDAV_PASSWORD",
    "local": "make the folder `calendar` under HADIR_HOME writable",
}


def mail(server: Mail | None) -> Check:
    """Whether the mail server is there and takes us for whom we say we are; nothing is sent."""
    if server is None:
        return Check("mail", "skip", "no mail server is set up (HADIR_SMTP_HOST)")
    try:
        return Check("mail", "ok", server.check())
    except DeliveryError as error:
        return Check("mail", "fail", str(error), "correct HADIR_SMTP_HOST, _PORT, _SECURITY, _USER, _PASSWORD and _FROM")


def invitation(hadir: Hadir, to: str) -> list[Check]:
    """An invitation to `to` for tomorrow, and its cancellation, delivered here and now."""
    calendar = hadir.ports.calendar
    if calendar is None:
        return [Check("calendar", "fail", "no calendar is connected")]
    event = _event(hadir, to)
    first = _step(hadir, calendar, event, "invitation")
    if first.status == "fail":
        return [first]
    return [first, _step(hadir, calendar, replace(event, sequence=1), "cancellation")]


def _event(hadir: Hadir, to: str) -> Event:
    start = (hadir.clock() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    text = "Hadir tries whether its invitations arrive. A cancellation follows at once; nobody has to come."
    return Event(
        f"hadir-test-{uuid.uuid4().hex}",
        "Hadir: test invitation",
        Span(start, start + timedelta(minutes=30)),
        hadir.settings.zone,
        description=text,
        attendees=(Attendee(to.lower()),),
    )


def _step(hadir: Hadir, calendar: Calendar, event: Event, what: str) -> Check:
    cancel = what == "cancellation"
    try:
        unreached = calendar.cancel(event) if cancel else calendar.put(event)
    except DeliveryError as error:
        return Check(what, "fail", f"{calendar.name}: {error}", _CURES.get(calendar.name, ""))
    if calendar.schedules and unreached:
        detail = f"{calendar.name}: the event is there, but its mail server did not take the mail to {', '.join(unreached)}"
        return Check(what, "fail" if hadir.ports.mail is None else "warn", detail, _SERVER_CURE)
    if calendar.schedules:
        return Check(what, "ok", f"{calendar.name} has brought it to the calendar and the mailbox")
    if hadir.ports.mail is None:
        cure = "to mail invitations: HADIR_SMTP_HOST and HADIR_SMTP_FROM"
        return Check(what, "warn", f"{calendar.name}: the event is there, but nobody is told of it by mail", cure)
    return _mailed(hadir, hadir.ports.mail, event, what, cancel=cancel)


def _mailed(hadir: Hadir, mail: Mail, event: Event, what: str, *, cancel: bool) -> Check:
    method: ics.Method = "CANCEL" if cancel else "REQUEST"
    style = ics.Style(now=hadir.clock(), organizer=mail.sender, method=method, cancelled=cancel)
    subject = f"{'Called off: ' if cancel else ''}{event.title}"
    to = event.attendees[0].email
    letter = Letter(to, subject, event.description, f"{event.uid}:{method}", ics.to_ical(event, style), method)
    try:
        mail.send(letter)
    except DeliveryError as error:
        return Check(what, "fail", str(error), "correct HADIR_SMTP_HOST, _PORT, _SECURITY, _USER, _PASSWORD and _FROM")
    return Check(what, "ok", f"the mail server took the mail to {to}")
