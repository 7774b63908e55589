"""The files of a recap, made by the worker and sent in a direct message: XLSX, ODS, PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select

from integration import deciders, meant, people, tree
from integration.dates import show_month
from integration.errors import UserError
from integration.i18n import Translate
from integration.meant import Recap, Target, decode
from integration.messages import File, Reply, Sender, Text, fill, plain
from integration.people import Person
from integration.plugin import Context, Run
from integration.work import Work
from plugins.logbook import entries, seeing
from plugins.logbook.drawing.material import Issue, PersonFile, UnitFile, person_file, unit_file
from plugins.logbook.drawing.scopes import Scope
from plugins.logbook.tables import logbook_entry as _entry

if TYPE_CHECKING:
    from integration.documents.sign import Certificate

Kind = Literal["xlsx", "ods", "pdf"]
FILES = "recap_files"
KINDS: tuple[Kind, ...] = ("xlsx", "ods", "pdf")
_MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "pdf": "application/pdf",
}
_RECAP = Recap("logbook", "rekap")


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read: `material` is what to draw, `signer` whose name stands below it, `folder` where such files lie."""

    target: Target
    month: date
    material: Sequence[PersonFile] | UnitFile
    signer: Person | None
    folder: str


def send(run: Run, given: Mapping[str, Any]) -> None:
    """Make the file and send it; whoever may not see the people any more is told so."""
    kind: Kind = given["kind"]
    with run.read() as work:
        reader = people.get(work.db, int(given["person"]))
        if reader is None or people.has_left(reader, work.now):
            return
        found = _read(work, reader, str(given["value"]))
    key = f"logbook:recap:{reader.id}:{given['value']}:{kind}:{given['asked']}"
    if isinstance(found, Text):
        with run.begin() as work:
            work.tell(reader, key, lambda _: Reply(found, refused=True))
        return
    drawn = _drawn(found, kind)
    with run.begin() as work:
        for file, certificate in drawn:
            if certificate is not None:
                after = {"by": reader.id, "signer": certificate.name, "issuer": certificate.issuer, "name": file.name}
                work.audit("logbook.signed", f"logbook_recap:{given['value']}", after=after)
        work.tell(reader, key, lambda t: _message(t, found, [file for file, _ in drawn]))


def _read(work: Work, reader: Person, value: str) -> _Found | Text:
    """What the reader may see of it, or why nothing."""
    context = _context(work, reader)
    try:
        month, target = decode(context, value)
        team, _ = visible(context, target, month)
    except UserError as error:
        return Text(error.args[0])
    material = _of_person(work, team[0], month) if target.kind == "person" else _of_many(work, target, team, month)
    unit_id = target.id if target.kind == "unit" else team[0].unit_id
    folder = f"{tree.planned_unit_folder(work.db, unit_id)}/Logbook/{month:%Y/%m}"
    return _Found(target, month, material, _signer(work, target, team), folder)


def visible(context: Context, target: Target, month: date) -> tuple[list[Person], int]:
    """The people of the recap whose reports the reader may see, and how many others there are. Raises `UserError`.

    A leader does not see those above, though `meant` counts their unit as a whole.
    """
    found, others = _RECAP.visible(context, target, month)
    if target.kind == "person":
        seeing.check(context, found[0])
    above = set(context.db.scalars(deciders.above(context.person.id))) if _leads(context) else set()
    below = meant.below(context.db, context.person.id) if above else set()
    seen = [each for each in found if each.id not in above or each.id in below or each.id == context.person.id]
    return seen, others + len(found) - len(seen)


def _leads(context: Context) -> bool:
    return "pimpinan" in context.person.roles and not context.person.sees_everyone


def _context(work: Work, reader: Person) -> Context:
    """What the reader would be asked with; of the platform nothing is needed here."""
    return Context(
        db=work.db,
        now=work.now,
        settings=work.settings,
        workdays=work.workdays,
        catalogues=work.catalogues,
        person=reader,
        sender=Sender("", "", ""),
        t=work.speak(reader),
    )


def _message(t: Translate, found: _Found, files: Sequence[File]) -> Reply:
    month, name = show_month(found.month, t), fill("{name}", name=found.target.name)
    name = t("team of {name}", name=name) if found.target.kind == "team" else name
    if not files:
        return Reply(t("{name} has reported nothing in {month}.", name=name, month=month))
    return Reply(t("The recap of {month}: {name}.", month=month, name=name), files=tuple(files))


# ---------------------------------------------------------------- what is in them


def _of_person(work: Work, person: Person, month: date) -> list[PersonFile]:
    """One for each unit that the person reported for in the month: mostly one."""
    first, last = entries.month_of(month)
    wanted = select(_entry.c.unit_id).where(_entry.c.person_id == person.id, _entry.c.day.between(first, last))
    units = work.db.scalars(wanted.where(_entry.c.state.in_(entries.REPORTED)).distinct().order_by(_entry.c.unit_id))
    files = [person_file(work, Scope("person", unit_id, month, person.id)) for unit_id in units]
    return [each for each in files if each is not None]


def _of_many(work: Work, target: Target, team: Sequence[Person], month: date) -> UnitFile:
    """What these people reported, by name; of a unit also what people did for it who belong to another by now."""
    ids = {each.id for each in team}
    units = {target.id} if target.kind == "unit" else {each.unit_id for each in team}
    files = [unit_file(work, Scope("unit", unit_id, month)) for unit_id in sorted(units)]
    found = [each for file in files for each in file.people if each.person.id in ids]
    t = work.speak(None)
    name = target.name if target.kind == "unit" else plain(t("team of {name}", name=target.name))
    issue = Issue(t, work.settings, month, name, work.now, all(file.issue.final for file in files))
    return UnitFile(issue, sorted(found, key=lambda each: (each.person.name, each.person.id)))


def _signer(work: Work, target: Target, team: Sequence[Person]) -> Person | None:
    """The supervisor of a team; of a unit its only leader: with none or several nobody is guessed."""
    if target.kind == "team":
        return people.get(work.db, target.id)
    heads = [each for each in team if "pimpinan" in each.roles]
    return heads[0] if len(heads) == 1 else None


# ---------------------------------------------------------------- drawing, outside of every transaction


def _drawn(found: _Found, kind: Kind) -> list[tuple[File, Certificate | None]]:
    """The files, each with who has signed it electronically."""
    material = found.material
    if isinstance(material, UnitFile):
        if not any(each.lines for each in material.people):
            return []
        content, certificate = _many(material, kind, found)
        return [(File(_name(material.issue, material.issue.unit, kind), _MEDIA[kind], content), certificate)]
    drawn = []
    for each in material:
        words = f"{each.found.person.name} {each.issue.unit if len(material) > 1 else ''}"
        content, certificate = _one(each, kind, found.folder)
        drawn.append((File(_name(each.issue, words, kind), _MEDIA[kind], content), certificate))
    return drawn


def _name(issue: Issue, words: str, kind: Kind) -> str:
    """`logbook-2026-11-siti-rahayu.xlsx`: letters and figures only."""
    kept = "".join(char if char.isascii() and char.isalnum() else " " for char in words.lower()).split()
    return "-".join(["logbook", f"{issue.month:%Y-%m}", *kept])[:80] + f".{kind}"


def _one(file: PersonFile, kind: Kind, folder: str) -> tuple[bytes, Certificate | None]:
    from integration.documents import ods, xlsx  # heavy: only who asks for a document pays for it
    from integration.documents.sheets import Made
    from plugins.logbook.drawing import paper, person_sheets, wording

    if kind == "pdf":
        return paper.make(file)
    issue = file.issue
    sheets = person_sheets.sheets(file, folder)
    made = Made(wording.title(issue, file.found.person.name), "", "Hadir", issue.now)
    return (xlsx.write(sheets, issue.t, made) if kind == "xlsx" else ods.write(sheets, made)), None


def _many(file: UnitFile, kind: Kind, found: _Found) -> tuple[bytes, Certificate | None]:
    from integration.documents import ods
    from integration.documents.sheets import Made
    from plugins.logbook.drawing import unit_book, wording
    from plugins.logbook.recap import paper as recap_paper
    from plugins.logbook.recap import sheets as recap_sheets

    if kind == "pdf":
        return recap_paper.make(file, found.signer, of_unit=found.target.kind == "unit")
    if kind == "xlsx":
        return unit_book.make(file, found.folder), None
    made = Made(wording.title(file.issue, file.issue.unit), "", "Hadir", file.issue.now)
    return ods.write(recap_sheets.make(file, found.folder), made), None


TASKS = {FILES: send}
