"""`/logbook target`: one's own targets and how far along, those of people below in line, and adding, changing, taking out."""

from __future__ import annotations

from integration import people, phrases
from integration.messages import Answer, Button, Command, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.logbook import entries, wording
from plugins.logbook.imports import starting
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.targets import changing as target_changing
from plugins.logbook.targets import lines as target_lines
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets import wording as target_wording
from plugins.logbook.targets import writing as target_writing
from plugins.logbook.targets.lines import SAY, Said
from plugins.logbook.targets.reading import Target

_ADD = frozenset({"tambah", "baru", "buat", "add", "new"})
_CHANGE = frozenset({"ubah", "ganti", "edit", "change"})
_REMOVE = frozenset({"hapus", "cabut", "buang", "remove", "delete"})
_IMPORT = frozenset({"impor", "import", "unggah", "upload", "berkas"})
_TEAM = frozenset({"tim", "team", "unit"})
_TEAM_SHOWN = 60
_LAST_SHOWN = 5
_ACTIVITY_SHOWN = 80


def target(context: Context, command: Command) -> Answer:
    """`target [@person] [year] | RHK-3 | tim | tambah … | ubah RHK-3 | hapus RHK-3 | impor`"""
    first = command.words[0].lower() if command.words else ""
    words = command.words[1:]
    if first in _TEAM:
        return _team(context, target_lines.read(words))
    if first in _IMPORT:
        return starting.targets(context, words)
    verb = next(
        (
            do
            for known, do in ((_ADD, target_changing.add), (_CHANGE, target_changing.change), (_REMOVE, target_changing.remove))
            if first in known
        ),
        None,
    )
    said = target_lines.read(words if verb else command.words)
    return verb(context, command, said) if verb else _look(context, command, said)


# ---------------------------------------------------------------- looking


def _look(context: Context, command: Command, said: Said) -> Answer:
    year = said.year or target_lines.this_year(context)
    words = " ".join(said.rest)
    owner = target_lines.owner(
        context, command, said.name or ("" if _own_code(context, words, year) else words), f"target {{nip}} {year}"
    )
    if isinstance(owner, Reply):
        return owner
    known = targets.find(targets.of_person(context.db, owner.id, year), words) if words else []
    return _one(context, owner, known[0]) if len(known) == 1 else _list(context, owner, year)


def _own_code(context: Context, words: str, year: int) -> bool:
    """Whether the words are a code and no name: one of theirs, or with figures in it."""
    return any(char.isdecimal() for char in words) or bool(
        words and targets.find(targets.of_person(context.db, context.person.id, year), words)
    )


def _list(context: Context, owner: Person, year: int) -> Reply:
    t, mine = context.t, owner.id == context.person.id
    found = targets.progress(context.db, targets.of_person(context.db, owner.id, year))
    if not found:
        return _nothing(context, owner, year)
    whose = t("**Your SKP targets {year}**", year=year)
    if not mine:
        whose = t("**SKP targets {year}** of {name}", year=year, name=owner.name)
    lines = [whose, *target_wording.lines(t, found), *target_wording.without(t, targets.without(context.db, owner.id, year))]
    return Reply(wording.under(lines), buttons=_buttons(context, owner, year))


def _nothing(context: Context, owner: Person, year: int) -> Reply:
    t = context.t
    if owner.id == context.person.id:
        text = t("You have no SKP targets for {year} yet. Add them one by one, or send your SKP as a spreadsheet.", year=year)
    else:
        text = t("{name} has no SKP targets for {year} yet.", name=owner.name, year=year)
    return Reply(text, buttons=_buttons(context, owner, year))


def _buttons(context: Context, owner: Person, year: int) -> tuple[Button, ...]:
    """What can be done with the list; `of` names whose it is where it is not one's own."""
    t, mine = context.t, owner.id == context.person.id
    of = "" if mine else f" {owner.nip}"
    found = []
    if target_writing.may_change(context.db, context.person, owner):
        found.append(Button(t("Add a target"), SAY, f"target tambah{of} {year}"))
    if mine:
        found.append(Button(t("From a spreadsheet"), SAY, f"target impor {year}"))
    for other in targets.years(context.db, owner.id)[:3]:
        if other != year:
            found.append(Button(str(other), SAY, f"target{of} {other}"))
    if mine and people.subordinates(context.db, owner.id, local_day(context.now, owner)):
        found.append(Button(t("My team's"), SAY, "target tim"))
    return tuple(found)


def _one(context: Context, owner: Person, found: Target) -> Reply:
    """One target: how far along, and what was done for it last."""
    t = context.t
    [progress] = targets.progress(context.db, [found])
    lines = [
        fill("**{code}** ({year}) {title}", code=found.code, year=Text(found.year), title=found.title),
        target_wording.how_far(t, progress),
    ]
    wanted = entries.query().where(_entry.c.person_id == owner.id, _entry.c.target_id == found.id)
    wanted = wanted.where(_entry.c.state.in_(("sent", "approved")))
    last = entries.fetch(context.db, wanted.order_by(_entry.c.day.desc(), _entry.c.id.desc()).limit(_LAST_SHOWN))
    if last:
        lines.append(t("Last activities:"))
    for each in last:
        day, words = phrases.long_day(t, each.day), each.content.activity[:_ACTIVITY_SHOWN]
        lines.append(fill("- {day}: {words}", day=day, words=words))
    return Reply(join("\n", lines), buttons=_change_buttons(context, owner, found))


def _change_buttons(context: Context, owner: Person, found: Target) -> tuple[Button, ...]:
    if not target_writing.may_change(context.db, context.person, owner):
        return ()
    of = "" if owner.id == context.person.id else f" {owner.nip}"
    words = f"{found.code_key}{of} {found.year}"
    t = context.t
    return Button(t("Change"), SAY, f"target ubah {words}"), Button(t("Take out"), SAY, f"target hapus {words}", "danger")


# ---------------------------------------------------------------- the team


def _team(context: Context, said: Said) -> Reply:
    """Those who report to this person, and the unit for its leader: by name, never by rank."""
    t, today, year = context.t, local_day(context.now, context.person), said.year or target_lines.this_year(context)
    staff = {each.id: each for each in people.subordinates(context.db, context.person.id, today)}
    if "pimpinan" in context.person.roles:
        staff |= {each.id: each for each in people.of_unit(context.db, context.person.unit_id, today)}
    staff.pop(context.person.id, None)
    if not staff:
        return Reply(t("Nobody reports to you in the list of employees."), refused=True)
    found = targets.of_people(context.db, list(staff), year)
    progress = targets.progress(context.db, [each for rows in found.values() for each in rows])
    lines = [t("**Your team's SKP targets {year}**", year=year)]
    named = sorted(staff.values(), key=lambda each: each.name)
    for someone in [each for each in named if each.id in found][:_TEAM_SHOWN]:
        own = [each for each in progress if each.target.person_id == someone.id]
        lines.append(fill("- {name}: {summary}", name=someone.name, summary=target_wording.summary(t, own)))
    if len(found) > _TEAM_SHOWN:
        lines.append(t("… and {count} more", count=len(found) - _TEAM_SHOWN))
    if lacking := [each.name for each in named if each.id not in found]:
        lines.append(t("Without targets: {names}", names=phrases.names(t, lacking, 20)))
    return Reply(join("\n", lines))


SUBCOMMANDS = (
    Subcommand(
        "target",
        target,
        "Your SKP targets and how far along; add, change or send them as a spreadsheet",
        arguments="[code | @person | tim | tambah | ubah code | hapus code | impor] [year]",
        example="/logbook target",
        aliases=("skp", "rhk", "targets"),
    ),
)
BUTTONS = {"target_remove": target_changing.removed, "target_restore": target_changing.restored}
FORMS = {"target": target_changing.submitted}
