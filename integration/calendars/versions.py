"""Which version of an event a calendar holds, and which is to be written in its place."""

from __future__ import annotations

from dataclasses import replace

import icalendar

from integration.calendars.ics import MARK, Style, content_mark, to_ical
from integration.calendars.reading import answered, is_cancelled, leave_alone, left_alone, number, whole
from integration.ports import Event


def holds(calendar: icalendar.Calendar | None, event: Event, *, cancelled: bool, organizer: str) -> bool:
    """Whether this version is there already."""
    master = whole(calendar)
    return master is not None and str(master.get(MARK, "")) == content_mark(event, cancelled=cancelled, organizer=organizer)


def is_stale(calendar: icalendar.Calendar | None, event: Event) -> bool:
    """Whether a later version is there, or the event was called off in this one."""
    master = whole(calendar)
    if master is None:
        return False
    there = number(master.get("SEQUENCE", 0))
    return there > event.sequence or (there == event.sequence and is_cancelled(master))


def next_version(event: Event, style: Style) -> bytes | None:
    """What to write in the place of `style.known`; None if nothing has to be: it is there already, or a later one is."""
    master = whole(style.known)
    if style.cancelled:
        if master is None or is_cancelled(master):
            return None
        event = replace(event, sequence=max(event.sequence, number(master.get("SEQUENCE", 0))))
    elif is_stale(style.known, event) or (_held(event, style) and not style.resend):
        return None
    return to_ical(event, style)


def _held(event: Event, style: Style) -> bool:
    return holds(style.known, event, cancelled=style.cancelled, organizer=style.organizer)


def leaving_alone(calendar: icalendar.Calendar | None) -> bytes | None:
    """The same version again, with a word to the server to tell those no more who have declined; None if there is nobody.

    Nothing else differs, so that it is no news for anybody.
    """
    master = whole(calendar)
    if calendar is None or master is None:
        return None
    declined = frozenset(email for email, said in answered(master).items() if said == "DECLINED")
    if not declined - left_alone(calendar):
        return None
    leave_alone(calendar, declined)
    return bytes(calendar.to_ical())
