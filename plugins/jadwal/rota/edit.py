"""`/jadwal atur @person day wfh`: one day of a published rota or of a draft, set by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from sqlalchemy import update

from integration import find, phrases, workdays
from integration.dates import Words, take_day
from integration.errors import UserError
from integration.messages import Button, ButtonPress, Command, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context, Subcommand
from plugins.jadwal import notices, service, wording
from plugins.jadwal.notices import SAY
from plugins.jadwal.rota import conflicts, data, store
from plugins.jadwal.rota.access import check, opened
from plugins.jadwal.rota.publish import one_at_a_time
from plugins.jadwal.rota.store import Rota
from plugins.jadwal.service import PLACES, Change, RotaDay
from plugins.jadwal.solver import limits as solver_limits
from plugins.jadwal.solver.problem import OFFICE, Conflict, monday
from plugins.jadwal.tables import rota_day

EXAMPLE = Text("`/jadwal atur @siti besok wfh`")
_DRAFT = frozenset({"rancangan", "draft", "draf"})
# What the button says after the rota's number: person, day, the place it was left at, the place before, standby before.
_UNDO = re.compile(r"(\d{1,9}):(\d{4}-\d\d-\d\d):(wf[oha]):(wf[oha]):([01])", re.ASCII)


def edit(context: Context, command: Command) -> Reply:
    """`atur @person day wfo|wfh|wfa [rancangan]`, the words in any order."""
    name, day, place, draft = _read(context, command.words)
    said = f"{day:%d/%m/%Y} {place}{' rancangan' if draft else ''}"
    person = find.person(context, command.mentions, name, lambda nip: f"atur {nip} {said}", SAY)
    if isinstance(person, Reply):
        return person
    check(context, person.unit_id)
    _check_day(context, person, day)
    one_at_a_time(context, person.unit_id)
    one, row = _row(context, person, day, draft)
    return _set(context, one, row, person, place)


def _check_day(context: Context, person: Person, day: date) -> None:
    """What has passed stays as it was planned then, whichever way it is asked for."""
    if day < workdays.local_day(context.now, person):
        shown = phrases.short_day(context.t, day)
        raise UserError(context.t("{day} is over. A past day is corrected with `/hadir koreksi`.", day=shown))


def _read(context: Context, words: Words) -> tuple[str, date, str, bool]:
    """Name, day, place, and whether a draft is meant; raises `UserError` for what is missing."""
    today, rest = workdays.local_day(context.now, context.person), list[str]()
    day: date | None = None
    place, draft = "", False
    while words:
        word, found = words[0].lower(), None
        if word in PLACES:
            place, words = word, words[1:]
            continue
        if word in _DRAFT:
            draft, words = True, words[1:]
            continue
        if day is None and not word.startswith("@"):
            found, left = take_day(words, today, context.t, "future")
        if found is not None:
            day, words = found, left
            continue
        rest, words = [*rest, words[0]], words[1:]
    if not rest or day is None or not place:
        raise UserError(context.t("Say who, which day and where: {example}", example=EXAMPLE))
    return " ".join(rest), day, place, draft


def _row(context: Context, person: Person, day: date, draft: bool) -> tuple[Rota, RotaDay]:
    """The day that holds, else that of a draft; raises `UserError` if no rota says anything of it."""
    held = None if draft else service.days(context.db, [person.id], day, day).get((person.id, day))
    if held is not None:
        one = store.get(context.db, held.rota_id)
        assert one is not None  # noqa: S101  # its day was just read
        return one, held
    for one in reversed(store.current(context.db, [person.unit_id], day, 50)):
        row = store.days_of(context.db, one).get((person.id, day)) if one.state == "draft" else None
        if row is not None:
            return one, row
    raise UserError(
        context.t(
            "No rota has {day} for {name}: a day off, an absence, or no rota yet. See `/jadwal rancangan`.",
            day=phrases.short_day(context.t, day),
            name=person.name,
        )
    )


# ---------------------------------------------------------------- the change


def _set(context: Context, one: Rota, row: RotaDay, person: Person, place: str, standby: bool | None = None) -> Reply:
    """Without `standby` it stays as it is, if the place lets it."""
    t, day = context.t, phrases.short_day(context.t, row.day)
    if row.place == place:
        return Reply(t("{name} is planned as {place} on {day} already.", name=person.name, place=phrases.place(place), day=day))
    standing = row.standby if standby is None else standby
    new = replace(row, place=place, standby=standing and place == OFFICE, source="hand")
    if not (_set_draft(context, row, new) if one.state == "draft" else service.replace_days(context, [new], [row])):
        raise UserError(t("Somebody has just changed this day. Please look at it again: `/jadwal tim`"))
    _audit(context, one, row, new)
    lines = [_done(context, one, row, new, person), *_warnings(context, one, new, person)]
    if one.state != "draft":
        count = notices.tell(
            context, [Change(person.id, row.day, row, new)], f"{_key(context, row)}", except_id=context.person.id
        )
        lines.append(t("{name} is told.", name=person.name) if count else Text(""))
    back = f"{one.id}:{person.id}:{row.day}:{place}:{row.place}:{int(row.standby)}"
    undo = Button(t("Undo"), "jadwal.rota_undo", back, days=2)
    return Reply(join("\n", [line for line in lines if line]), buttons=(undo,))


def _set_draft(context: Context, before: RotaDay, new: RotaDay) -> bool:
    """False if somebody else was quicker."""
    day = rota_day.c
    same = (day.id == before.id, ~day.active, day.place == before.place, day.standby == before.standby)
    values = {"place": new.place, "standby": new.standby, "source": new.source}
    return context.db.execute(update(rota_day).where(*same).values(values)).rowcount == 1


def _key(context: Context, row: RotaDay) -> str:
    return f"rota_day:{row.id}:{context.now:%Y%m%d%H%M%S}"


def _audit(context: Context, one: Rota, before: RotaDay, after: RotaDay) -> None:
    def kept(row: RotaDay) -> dict[str, object]:
        return {"day": row.day.isoformat(), "place": row.place, "standby": row.standby}

    object = f"person:{after.person_id}"
    context.audit("rota.day_set", object, before=kept(before), after=kept(after) | {"rota": one.id, "state": one.state})


def _done(context: Context, one: Rota, before: RotaDay, after: RotaDay, person: Person) -> Text:
    t = context.t
    changed = fill(
        "{day}: {before} → **{after}**",
        day=phrases.short_day(t, after.day),
        before=wording.assignment(t, before),
        after=wording.assignment(t, after),
    )
    if one.state == "draft":
        return t("{name}, in draft no. {number}: {changed}.", name=person.name, number=one.id, changed=changed)
    return t("{name}: {changed}.", name=person.name, changed=changed)


def _warnings(context: Context, one: Rota, new: RotaDay, person: Person) -> list[Text]:
    """Limits of this day, and of this person's week, that the rota breaks now."""
    t, request = context.t, one.request
    if request is None:
        return []
    _, rules = context.rules().rota(one.unit_id, one.first)
    now = data.gather(context, request, rules)
    days = store.days_of(context.db, one)
    away = {cell for cell, row in days.items() if row.place != OFFICE and cell[0] in now.team and cell[1] in now.problem.days}
    absent = {(member.id, day) for member in now.problem.members for day in member.absent}
    found = [conflict for conflict in solver_limits.broken(now.problem, away - absent) if _concerns(conflict, new)]
    lines = [Text(f"⚠ {conflicts.line(t, conflict, now.team)}") for conflict in found]
    standing = sum(row.standby for (_, day), row in days.items() if day == new.day)
    if standing < request.standby:
        lines.append(t("⚠ Only {count} of {wanted} stand by on that day now.", count=standing, wanted=request.standby))
    return lines


def _concerns(conflict: Conflict, new: RotaDay) -> bool:
    if conflict.kind == "week":
        return conflict.person == new.person_id and conflict.day == monday(new.day)
    if conflict.kind == "remote":
        return (conflict.person, conflict.day) == (new.person_id, new.day)
    return conflict.day == new.day


# ---------------------------------------------------------------- back again


def undo(context: Context, press: ButtonPress) -> Reply:
    """The day as it was before, if it is still as this button's message left it."""
    number, _, rest = press.value.partition(":")
    one = opened(context, number)
    one_at_a_time(context, one.unit_id)
    one = opened(context, number)
    said = _UNDO.fullmatch(rest)
    rows = store.days_of(context.db, one) if said and one.state in ("draft", "published") else {}
    row = next((row for (id, day), row in rows.items() if said and (str(id), day.isoformat()) == (said[1], said[2])), None)
    if said is None or row is None or (row.place, row.source) != (said[3], "hand"):
        return Reply(context.t("This day was changed again since. Nothing was undone."), refused=True)
    person = service.by_id(context.db, [row.person_id])[row.person_id]
    _check_day(context, person, row.day)
    answer = _set(context, one, row, person, said[4], said[5] == "1")
    return replace(answer, buttons=(), replaces=True)


SUBCOMMANDS = (
    Subcommand(
        "atur",
        edit,
        "Set one day of a person by hand: wfo, wfh or wfa",
        arguments="@person day wfo|wfh|wfa",
        example="/jadwal atur @siti besok wfh",
        aliases=("set", "ubah"),
        writes=True,
    ),
)
BUTTONS = {"rota_undo": undo}
