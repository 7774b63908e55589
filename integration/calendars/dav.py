"""What is said to a CalDAV server (RFC 4791, 6638) and what it says, as text; nobody is called here."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from xml.sax.saxutils import escape

import icalendar

from integration.calendars.ics import PRODUCT
from integration.ports import Span

CALENDAR_TYPE = "text/calendar; charset=utf-8"
XML_TYPE = "application/xml; charset=utf-8"
_NAMES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"'
_DAV, _CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
_HEAD = '<?xml version="1.0" encoding="utf-8"?>'


class Found(NamedTuple):
    """A calendar object as a server lists it."""

    href: str
    etag: str
    content: str


def make_calendar(name: str) -> bytes:
    """Body of MKCALENDAR, for events only."""
    said = (
        f"{_HEAD}<c:mkcalendar {_NAMES}><d:set><d:prop><d:displayname>{escape(name)}</d:displayname>"
        '<c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set>'
        "</d:prop></d:set></c:mkcalendar>"
    )
    return said.encode()


def own_addresses() -> bytes:
    """Body of a PROPFIND on a principal."""
    return f"{_HEAD}<d:propfind {_NAMES}><d:prop><c:calendar-user-address-set/></d:prop></d:propfind>".encode()


def with_uid(uid: str) -> bytes:
    """Body of a REPORT: the object with that UID."""
    match = f'<c:prop-filter name="UID"><c:text-match collation="i;octet">{escape(uid)}</c:text-match></c:prop-filter>'
    return _query(match)


def within(span: Span) -> bytes:
    """Body of a REPORT: what has an occurrence in `span`."""
    start, end = (f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" for moment in (span.start, span.end))
    return _query(f'<c:time-range start="{start}" end="{end}"/>')


def _query(filter_: str) -> bytes:
    said = (
        f"{_HEAD}<c:calendar-query {_NAMES}><d:prop><d:getetag/><c:calendar-data/></d:prop><c:filter>"
        f'<c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">{filter_}</c:comp-filter></c:comp-filter>'
        "</c:filter></c:calendar-query>"
    )
    return said.encode()


def ask_free_busy(organizer: str, people: Iterable[str], span: Span, uid: str, now: datetime) -> bytes:
    """Body of a POST to a scheduling outbox: when are these people busy?"""
    question = icalendar.FreeBusy()
    question.add("uid", uid)
    question.add("dtstamp", now)
    question.add("dtstart", span.start.astimezone(UTC))
    question.add("dtend", span.end.astimezone(UTC))
    question.add("organizer", icalendar.vCalAddress(f"mailto:{organizer}"))
    for address in people:
        question.add("attendee", icalendar.vCalAddress(f"mailto:{address}"))
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST")
    calendar.add_component(question)
    return bytes(calendar.to_ical())


def objects(multistatus: str) -> list[Found]:
    """What a REPORT found; raises `ValueError` for an answer that is none."""
    found = []
    for response in _root(multistatus, "multistatus").iter(f"{_DAV}response"):
        content = _words(response, f"{_CALDAV}calendar-data")
        if content:
            found.append(Found(_words(response, f"{_DAV}href"), _words(response, f"{_DAV}getetag"), content))
    return found


def addresses(multistatus: str) -> list[str]:
    """The mail addresses of a principal, in lower case; raises `ValueError`."""
    sets = _root(multistatus, "multistatus").iter(f"{_CALDAV}calendar-user-address-set")
    hrefs = [(href.text or "").strip() for each in sets for href in each.iter(f"{_DAV}href")]
    return [href[7:].lower() for href in hrefs if href.lower().startswith("mailto:")]


def free_busy_answers(answer: str) -> Iterator[tuple[str, str]]:
    """(address, iCalendar) of everybody whom the server knows; raises `ValueError`."""
    for response in _root(answer, "schedule-response", _CALDAV).iter(f"{_CALDAV}response"):
        content = _words(response, f"{_CALDAV}calendar-data")
        address = _words(response, f"{_CALDAV}recipient/{_DAV}href")
        if content and _words(response, f"{_CALDAV}request-status").startswith("2."):
            yield address.lower().removeprefix("mailto:"), content


def _root(text: str, name: str, space: str = _DAV) -> ET.Element:
    try:
        root = ET.fromstring(text)  # noqa: S314  # the expat of today limits what entities may grow to
    except ET.ParseError:
        raise ValueError("no XML") from None
    if root.tag != space + name:
        raise ValueError(f"no {name}")
    return root


def _words(element: ET.Element, path: str) -> str:
    """The text of the first such element, wherever it stands below."""
    first, _, rest = path.replace("}/", "}|").partition("/{")
    found = next(element.iter(first), None)
    if found is not None and rest:
        found = next(found.iter("{" + rest), None)
    return (found.text or "").strip() if found is not None else ""
