"""Last month's recap of every unit in the office's storage, where it lies beside the unit's other records.

Filed on the first, and again when the corrections of that month are over; the same path, so there is one file.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import PurePosixPath

from sqlalchemy import select

from integration import people
from integration.messages import plain
from integration.plugin import Job, Run, Work
from integration.safe_names import safe_name
from plugins.hadir import recap
from plugins.hadir.recap import commands as recap_commands

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_recaps(run: Run) -> None:
    """Queue one workbook for each unit; a transaction each, so that nobody waits for all of them."""
    month = (run.planned.date().replace(day=1) - timedelta(days=1)).replace(day=1)
    with run.begin() as work:
        units = [(row.id, row.name) for row in work.db.execute(select(people.unit.c.id, people.unit.c.name))]
    for unit_id, name in units:
        with run.begin() as work:
            _file(work, unit_id, name, month, run.planned.date())


def _file(work: Work, unit_id: int, name: str, month: date, planned: date) -> None:
    from plugins.hadir.recap import xlsx as recap_xlsx  # heavy, and needed twice a month

    found = recap.months(work, people.of_unit(work.db, unit_id, month), month)
    if all(someone.empty for someone in found):
        return
    t = work.speak(None)
    made = recap_xlsx.Imprint("Hadir", work.now, work.settings.zone)
    content = recap_xlsx.build(t, found, plain(recap_commands.title(t, name, month)), month, made)
    work.file(path(unit_id, name, month), content, XLSX, f"recap:{unit_id}:{month:%Y-%m}:{planned}")


def path(unit_id: int, unit: str, month: date) -> str:
    """`Hadir/Bidang Aplikasi/Rekap/2026/rekap-2026-11-bidang-aplikasi.xlsx`, for each unit a path of its own.

    A folder whose name is not quite the unit's carries the unit's number: "A/B" and "A-B" are two units.
    """
    folder = safe_name(unit)
    if folder != unit:
        folder = f"{folder} ({unit_id})"
    parts = ("Hadir", folder, "Rekap", f"{month:%Y}", recap_commands.file_name(unit, month))
    return str(PurePosixPath(*parts))


# Late on the day by UTC: then the first has ended everywhere in Indonesia, and with it the last night shift.
JOBS = (Job("file_recaps", "0 18 1,16 * *", file_recaps, catch_up_minutes=7 * 24 * 60),)
