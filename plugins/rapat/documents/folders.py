"""The folder of a meeting's date, `Hadir/<unit>/Rapat/2026/2026-11-24 Koordinasi SPBE`, and what lies in it.

An organiser may name another one than that of the year: `Hadir/<unit>/Rapat/SPBE/2026-11-24 Koordinasi SPBE`. Until a date is
given its own folder, that one stands in its row with a "/" at the end.
"""

from __future__ import annotations

import re

from sqlalchemy import select, update

from integration import people, tree
from integration.messages import clean
from integration.plugin import Work
from integration.safe_names import safe_name, same
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.tables import meeting_occurrence as _occurrence

UNDANGAN, MATERIAL = "Undangan.pdf", "Bahan"
ATTENDANCE_PDF, ATTENDANCE_XLSX = "Daftar hadir.pdf", "Daftar hadir.xlsx"
MINUTES_MD, MINUTES_PDF = "Notulen.md", "Notulen.pdf"
RECORDING = "Rekaman.md"
PDF, MARKDOWN = "application/pdf", "text/markdown"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Of a long title so much is in the folder's name: a path must fit on everybody's computer.
_LONGEST_TITLE = 90
_YEAR = re.compile(r"\d{4}")


def wished(work: Work, unit_id: int, names: str) -> str:
    """What a date's row holds until it has a folder; `names` are safe, as in `SPBE/Tahap 1`, "" for the usual one."""
    return f"{tree.unit_folder(work.db, unit_id, work.now)}/Rapat/{names}/" if names else ""


def folder(work: Work, meeting: Meeting, occurrence: Occurrence) -> str:
    """The folder of that date, given now if it had none and kept for ever: a new title does not move it."""
    if occurrence.folder:
        return occurrence.folder
    # Who gives a folder waits for who does so just now in the same unit, so that no two get one.
    work.db.execute(select(people.unit.c.id).where(people.unit.c.id == meeting.unit_id).with_for_update(key_share=True))
    given = work.db.scalar(select(_occurrence.c.folder).where(_occurrence.c.id == occurrence.id))
    if given and not given.endswith("/"):
        return str(given)
    path = _free(work, _planned(work, meeting, occurrence, _wished(work, meeting, given or "")))
    work.db.execute(update(_occurrence).where(_occurrence.c.id == occurrence.id).values(folder=path))
    return path


def path(work: Work, meeting: Meeting, occurrence: Occurrence, name: str) -> str:
    """`…/2026-11-24 Koordinasi SPBE/Undangan.pdf`; `name` is one of those above."""
    return f"{folder(work, meeting, occurrence)}/{name}"


def _wished(work: Work, meeting: Meeting, own: str) -> str:
    """The folder that the organiser has named, "" for none; a date that was added later goes where the others are."""
    c = _occurrence.c
    others = select(c.folder).where(c.meeting_id == meeting.id, c.folder != "").order_by(c.original).limit(1)
    found = own or work.db.scalar(others) or ""
    if found.endswith("/"):
        return str(found[:-1])
    above = found.rpartition("/")[0]
    return "" if _YEAR.fullmatch(above.rpartition("/")[2]) else above


def _planned(work: Work, meeting: Meeting, occurrence: Occurrence, wished: str) -> str:
    day = occurrence.starts_at.astimezone(meeting.tz).date()
    words = " ".join(clean(occurrence.title).split())[:_LONGEST_TITLE].strip() or "Rapat"
    base = wished or tree.folder(work.db, meeting.unit_id, "Rapat", day.year, work.now)
    return f"{base}/{safe_name(f'{day.isoformat()} {words}')}"


def _free(work: Work, wanted: str) -> str:
    """`wanted`, or with a number behind it where another meeting of the day has that name."""
    base, _, name = wanted.rpartition("/")
    that_day = _occurrence.c.folder.startswith(f"{base}/{name[:10]}", autoescape=True)
    taken = {same(found) for found in work.db.scalars(select(_occurrence.c.folder).where(that_day))}
    if same(wanted) not in taken:
        return wanted
    return next(each for number in range(2, len(taken) + 3) if same(each := f"{wanted} ({number})") not in taken)
