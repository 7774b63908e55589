"""`/logbook ekspor`: for personnel officers. The worker writes the file; a large one goes into the shared folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from integration import find, meant, people, tree, workdays
from integration.dates import show_month
from integration.errors import DeliveryError, UserError
from integration.i18n import Translate
from integration.messages import Command, File, Reply, Text
from integration.people import Person
from integration.plugin import Context, Run, Subcommand
from integration.work import Work
from plugins.logbook.recap import export, export_columns
from plugins.logbook.recap.export import Made, Scope
from plugins.logbook.recap.export_columns import Columns, WrongColumns

EXPORT = "export"
OFFICER = "kepegawaian"
# What a message carries; a larger export is put into the officer's own folder.
LARGEST_SENT = 5_000_000
_CSV, _JSON = "text/csv", "application/json"


def start(context: Context, command: Command) -> Reply:
    """`ekspor [month] [unit]`"""
    t, person = context.t, context.person
    if OFFICER not in person.roles:
        raise UserError(
            t("Exports are for personnel officers. The reports that you may see: {command}", command=Text("`/logbook rekap`"))
        )
    given, words = meant.month_and_rest(context, command.words)
    month = given or workdays.local_day(context.now, person).replace(day=1)
    meant.check_month(context, month)
    unit = _unit(context, " ".join(words), month)
    if isinstance(unit, Reply):
        return unit
    if isinstance(wrong := _columns(context, person), Text):
        raise UserError(wrong)
    id, name = unit
    asked, stream = context.now.isoformat(), f"logbook:export:{person.id}"
    wanted = {"person": person.id, "month": month.isoformat(), "unit": id, "name": name, "asked": asked}
    context.later(f"logbook.{EXPORT}", stream, f"{stream}:{month:%Y-%m}:{id}:{asked}", wanted)
    said = t(
        "The reports of {month}, {name}, are being exported. The file comes to you in a direct message.",
        month=show_month(month, t),
        name=name,
    )
    return Reply(said)


def _unit(context: Context, words: str, month: date) -> tuple[int, str] | Reply:
    """The unit, or (0, the office)."""
    if not words:
        return 0, context.settings.agency_name or "Kantor"
    return find.unit(context, words, lambda name: f"ekspor {month:%m/%Y} {name}", "logbook.say")


def _columns(work: Work, reader: Person) -> Columns | Text:
    """The office's columns, or what is wrong with them, for whoever looks after the file."""
    try:
        found = export_columns.of_settings(work.settings)
        problems = export_columns.unknown_fields(found, lambda: export.form_fields(work))
        if not problems:
            return found
        error = WrongColumns(str(work.settings.logbook_columns), problems)
    except WrongColumns as wrong:
        error = wrong
    return work.speak(reader)(
        "The columns of the export cannot be used; please pass this on to the administrator: {problems}",
        problems=f"{Path(error.name).name}: {'; '.join(error.problems[:5])}",
    )


# ---------------------------------------------------------------- the worker's part


def make(run: Run, given: Mapping[str, Any]) -> None:
    """Write the file in one reading, outside of every transaction that writes; who asked must still be an officer."""
    scope = Scope(date.fromisoformat(given["month"]), int(given["unit"]), str(given["name"]))
    with TemporaryDirectory(prefix="hadir-") as folder:
        with run.read() as work:
            reader = people.get(work.db, int(given["person"]))
            if reader is None or OFFICER not in reader.roles or people.has_left(reader, work.now):
                return
            columns = _columns(work, reader)
            made = None if isinstance(columns, Text) else export.write(work, columns, scope, Path(folder) / f"{scope.stem}.csv")
            place = f"{tree.planned_unit_folder(work.db, reader.unit_id)}/Logbook/{scope.month:%Y/%m}"
        key = f"logbook:exported:{reader.id}:{scope.month:%Y-%m}:{scope.unit_id}:{given['asked']}"
        if made is None or isinstance(columns, Text):
            _refuse(run, reader, key, columns)
        else:
            _hand_over(run, reader, key, scope, made, columns.states, place)


def _refuse(run: Run, reader: Person, key: str, why: object) -> None:
    with run.begin() as work:
        work.tell(reader, key, lambda _: Reply(Text(why), refused=True))


def _hand_over(run: Run, reader: Person, key: str, scope: Scope, made: Made, states: Sequence[str], place: str) -> None:
    """As a message; what is too large for one goes into the officer's own folder."""
    large = made.written.bytes > LARGEST_SENT
    path = _put(run, made, place, key) if large else ""
    files = () if large else _files(made)
    with run.begin() as work:
        if large:
            tree.unit_folder(work.db, reader.unit_id, work.now)
        work.audit("logbook.exported", scope.object, after=export.audited(scope, made, states) | {"by": reader.id})
        work.tell(reader, key, lambda t: _message(t, scope, made, files, path))


def _files(made: Made) -> tuple[File, ...]:
    csv, json = made.path.read_bytes(), made.beside.read_bytes()
    return (File(made.path.name, _CSV, csv), File(made.beside.name, _JSON, json))


def _put(run: Run, made: Made, folder: str, key: str) -> str:
    """Into the storage, under a name that no other export has; where it lies."""
    storage = run.ports.storage
    if storage is None:
        raise DeliveryError("no storage is connected")
    mark, path = hashlib.sha256(key.encode()).hexdigest()[:8], ""
    for file, media_type in ((made.beside, _JSON), (made.path, _CSV)):
        stem, _, ending = file.name.partition(".")
        path = f"{folder}/{stem}-{mark}.{ending}"
        with file.open("rb") as content:
            storage.put_stream(path, content, file.stat().st_size, media_type)
    return path


def _message(t: Translate, scope: Scope, made: Made, files: tuple[File, ...], path: str) -> Reply:
    month, name = show_month(scope.month, t), scope.name
    if not made.written.rows:
        return Reply(t("There is no approved report of {name} in {month}.", name=name, month=month))
    figures = {"month": month, "name": name, "count": made.written.rows, "people": made.people}
    said = t("Export {month}, {name}: {count} activities of {people} people.", **figures)
    if path:
        where = t("The file is large and lies in the shared folder: {path}", path=path)
        said = Text(f"{said}\n{where}")
    if made.written.lost:
        lost = t("{count} letters do not exist in this encoding and became “?”.", count=made.written.lost)
        said = Text(f"{said}\n{lost}")
    return Reply(said, files=files)


SUBCOMMANDS = (
    Subcommand(
        "ekspor",
        start,
        "For personnel officers: approved reports as CSV for e-Kinerja",
        arguments="[month] [unit]",
        example="/logbook ekspor bulan lalu",
        aliases=("export",),
        writes=True,
    ),
)
TASKS = {EXPORT: make}
