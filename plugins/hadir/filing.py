"""Last month's recap of every unit in the office's storage, where it lies beside the unit's other records.

Filed on the first, and again when the corrections of that month are over; the same path, so there is one file.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from integration import people, tree
from integration.messages import plain
from integration.plugin import Job, Run, Work
from plugins.hadir import recap
from plugins.hadir.recap import commands as recap_commands

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_recaps(run: Run) -> None:
    """Queue one workbook for each unit; it is made before the transaction that writes, so that nobody waits for it."""
    month = (run.planned.date().replace(day=1) - timedelta(days=1)).replace(day=1)
    with run.read() as work:
        units = [(row.id, row.name) for row in work.db.execute(select(people.unit.c.id, people.unit.c.name))]
    for unit_id, name in units:
        with run.read() as work:
            made = _made(work, unit_id, name, month)
        if made is not None:
            with run.begin() as work:
                _file(work, unit_id, name, month, run.planned.date(), made)


def _made(work: Work, unit_id: int, name: str, month: date) -> tuple[bytes, list[int]] | None:
    """The unit's workbook and the ids of its leaders; None for a unit in which nobody worked."""
    from plugins.hadir.recap import xlsx as recap_xlsx  # heavy, and needed twice a month

    staff = people.of_unit(work.db, unit_id, month)
    found = recap.months(work, staff, month)
    if all(someone.empty for someone in found):
        return None
    t = work.speak(None)
    imprint = recap_xlsx.Imprint("Hadir", work.now, work.settings.zone)
    content = recap_xlsx.build(t, found, plain(recap_commands.title(t, name, month)), month, imprint)
    return content, [person.id for person in staff if "pimpinan" in person.roles]


def _file(work: Work, unit_id: int, name: str, month: date, planned: date, made: tuple[bytes, list[int]]) -> None:
    content, leaders = made
    # `Hadir/Bidang Aplikasi/Rekap/2026/rekap-2026-11-bidang-aplikasi.xlsx`
    path = tree.path(work.db, unit_id, "Rekap", month.year, recap_commands.file_name(name, month), work.now)
    work.file(path, content, XLSX, f"recap:{unit_id}:{month:%Y-%m}:{planned}", tell=leaders)


# Late on the day by UTC: then the first has ended everywhere in Indonesia, and with it the last night shift.
JOBS = (Job("file_recaps", "0 18 1,16 * *", file_recaps, catch_up_minutes=7 * 24 * 60),)
