"""Who was at a meeting and who was not (daftar hadir), as plain data for its PDF and its workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from integration.i18n import Translate
from integration.messages import Text, plain
from integration.ports import Span
from plugins.rapat.documents.issue import Issue, Signer


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who was there, `online` or in the room. `office` is a guest's; `position` too, or the unit of one of ours."""

    name: str
    nip: str = ""
    office: str = ""
    position: str = ""
    online: bool = False
    came: datetime | None = None
    left: datetime | None = None
    guest: bool = False


@dataclass(frozen=True, slots=True)
class Absentee:
    """Somebody invited who did not come; `reason` as far as the list may say it."""

    name: str
    nip: str = ""
    office: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceList:
    """`present` and `absent` in the order in which they are numbered; `invited` is how many were. As long as the meeting is
    not `over` those absent may still come.
    """

    issue: Issue
    title: str
    span: Span
    place: str
    organizer: Signer
    present: Sequence[Attendee]
    absent: Sequence[Absentee]
    invited: int
    number: str = ""
    over: bool = True

    @property
    def online(self) -> int:
        return sum(someone.online for someone in self.present)

    @property
    def guests(self) -> int:
        return sum(someone.guest for someone in self.present)


def facts(found: AttendanceList) -> list[tuple[str, str]]:
    """What the head says: when, where, who leads, and the sums."""
    t, issue = found.issue.t, found.issue
    pairs = [
        (t("Letter number"), found.number),
        (t("Day, date"), issue.date_of(found.span)),
        (t("Time"), issue.clocks(found.span)),
        (t("Place"), found.place),
        (t("Chaired by"), found.organizer.name),
        (t("Present"), sums(t, found)),
        (
            missing(found),
            plain(t("{count} of {invited} invited", count=len(found.absent), invited=found.invited)),
        ),
    ]
    return [(plain(name), words) for name, words in pairs if words]


def sums(t: Translate, found: AttendanceList) -> str:
    """`12 (8 daring, 4 di ruang; 2 tamu)`"""
    count, online = len(found.present), found.online
    if not count:
        return "0"
    said = t("{count} ({online} online, {room} in the room)", count=count, online=online, room=count - online)
    guests = f"; {plain(t('{count} guests', count=found.guests))}" if found.guests else ""
    return plain(said) + guests


def missing(found: AttendanceList) -> Text:
    """What those are who are not on it."""
    t = found.issue.t
    return t("Absent from the meeting") if found.over else t("Not recorded yet")


def heads(t: Translate, zone: str) -> list[str]:
    """The titles of the columns of those who came, without the one for the signature."""
    titles = [
        t("No."),
        t("Name"),
        t("NIP or office"),
        t("Position or unit"),
        t("In ({zone})", zone=zone),
        t("Out ({zone})", zone=zone),
        t("How they attended"),
    ]
    return [plain(title) for title in titles]


def name_of(t: Translate, someone: Attendee) -> str:
    """`Maria Goreti (tamu)`"""
    return plain(t("{name} (guest)", name=someone.name)) if someone.guest else someone.name


def way(t: Translate, someone: Attendee) -> str:
    return plain(t("online") if someone.online else t("in the room"))


def title_of(found: AttendanceList) -> str:
    return plain(found.issue.t("Attendance list: {title}", title=found.title))
