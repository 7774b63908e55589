"""What calendars, ours and strangers', hold: events, answers, what a server could not deliver (RFC 5545, 5546, 6638)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import icalendar

from integration.ports import Answer, Answered

_ANSWERS: Mapping[str, Answered] = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


def parse(content: bytes | str) -> icalendar.Calendar:
    """Raises `ValueError` if it is no calendar."""
    try:
        found = icalendar.Calendar.from_ical(content)
    except (KeyError, IndexError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise ValueError(f"no calendar: {type(error).__name__}") from None
    if not isinstance(found, icalendar.Calendar):
        raise ValueError("no calendar")
    return found


def whole(calendar: icalendar.Calendar | None) -> icalendar.Event | None:
    """The event itself, without its changed occurrences."""
    return known(calendar).get(None)


def known(calendar: icalendar.Calendar | None) -> dict[datetime | None, icalendar.Event]:
    """Its components by the occurrence that they change, None for the whole."""
    found: dict[datetime | None, icalendar.Event] = {}
    for component in calendar.events if calendar else ():
        found.setdefault(moment(component, "RECURRENCE-ID"), component)
    return found


def is_cancelled(component: icalendar.Event) -> bool:
    return str(component.get("STATUS", "")).upper() == "CANCELLED"


def undelivered(calendar: icalendar.Calendar | None, now: datetime) -> list[str]:
    """Whom the server says it could not reach (RFC 6638 SCHEDULE-STATUS 3.x, 5.x); nobody for what is over.

    A server tells nobody of what is over, and that is no trouble.
    """
    master = whole(calendar)
    if master is None or ("RRULE" not in master and (end := moment(master, "DTEND")) and end < now):
        return []
    failed: dict[str, None] = {}
    for component in calendar.events if calendar else ():
        for address in _attendees(component):
            status = str(address.params.get("SCHEDULE-STATUS", ""))
            if status.startswith(("3.", "5.")) and address.params.get("CUTYPE") != "ROOM":
                failed[_email(address)] = None
    return list(failed)


def left_alone(calendar: icalendar.Calendar | None) -> frozenset[str]:
    """Whom the server was told to leave alone (`versions.leaving_alone`); who has changed their mind is not."""
    master = whole(calendar)
    if master is None:
        return frozenset()
    said = answered(master)
    marked = [_email(address) for address in _attendees(master) if address.params.get("SCHEDULE-AGENT") == "CLIENT"]
    return frozenset(email for email in marked if said[email] == "DECLINED")


def leave_alone(calendar: icalendar.Calendar, emails: frozenset[str]) -> None:
    """Write so into the calendar at hand."""
    for component in calendar.events:
        for address in _attendees(component):
            if _email(address) in emails:
                address.params["SCHEDULE-AGENT"] = "CLIENT"


def answers(calendar: icalendar.Calendar | None) -> list[Answer]:
    """Who has answered, to the whole or otherwise to one occurrence."""
    found: list[Answer] = []
    components = known(calendar)
    general = answered(components.get(None))
    for at, component in sorted(components.items(), key=lambda each: _sortable(each[0])):
        for email, said in answered(component).items():
            if said in _ANSWERS and (at is None or general.get(email) != said):
                found.append(Answer(email, _ANSWERS[said], at))
    return found


def replies(content: bytes, sender: str) -> list[tuple[str, Answer]]:
    """(uid, answer) of a METHOD:REPLY that `sender` mailed; only what they say for themselves counts."""
    try:
        calendar = parse(content)
    except ValueError:
        return []
    if str(calendar.get("METHOD", "")).upper() != "REPLY":
        return []
    found: list[tuple[str, Answer]] = []
    for component in calendar.events:
        said = answered(component).get(sender.lower(), "")
        if said in _ANSWERS and component.get("UID"):
            version = number(component["SEQUENCE"]) if "SEQUENCE" in component else None
            at = moment(component, "RECURRENCE-ID")
            answer = Answer(sender.lower(), _ANSWERS[said], at, via="mail", sequence=version)
            found.append((str(component["UID"]), answer))
    return found


def answered(component: icalendar.Event | None) -> dict[str, str]:
    if component is None:
        return {}
    return {_email(address): str(address.params.get("PARTSTAT", "")).upper() for address in _attendees(component)}


def moment(component: icalendar.Event, name: str) -> datetime | None:
    found: Any = component.get(name)
    value = getattr(found, "dt", None)
    return instant(value) if isinstance(value, date) else None


def _attendees(component: icalendar.Event) -> list[Any]:
    found: Any = component.get("ATTENDEE", [])
    return list(found) if isinstance(found, list) else [found]


def _email(address: object) -> str:
    return re.sub(r"^mailto:", "", str(address).strip(), flags=re.IGNORECASE).lower()


def number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0


def _sortable(at: datetime | None) -> datetime:
    return at or datetime.min.replace(tzinfo=UTC)


def instant(value: date) -> datetime:
    """Another program's file may hold whole days or times without a zone."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
