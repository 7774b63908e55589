"""`/hadir disiplin`: where one stands against the thresholds, and who of the team has a day that counts."""

from __future__ import annotations

from collections.abc import Sequence

from integration import deciders, find, people
from integration.errors import UserError
from integration.messages import Button, Command, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.hadir.discipline import service as discipline_service
from plugins.hadir.discipline import wording as discipline_wording
from plugins.hadir.discipline.service import Record

MOST_PEOPLE = 40
_TEAM = frozenset({"tim", "team", "bawahan"})
_SELF = frozenset({"saya", "aku", "sendiri", "me"})
_SAY = "hadir.say"


def show(context: Context, command: Command) -> Reply:
    """`disiplin [@person|tim]`: without words one's own standing, and the team's for a supervisor."""
    words = " ".join(command.words).strip("\"'“”")
    if words.lower() in _TEAM:
        return _team(context)
    if words and words.lower() not in _SELF:
        return _other(context, command, words)
    team = people.subordinates(context.db, context.person.id, local_day(context.now, context.person))
    own, *others = _records(context, [context.person, *team])
    lines = _standing(context, own)
    if team:
        lines += [Text(""), *_those(context, others)]
    buttons = (Button(context.t("Correction"), _SAY, "koreksi"),) if own.correctable else ()
    return Reply(join("\n", lines), buttons=buttons)


def _records(context: Context, team: Sequence[Person]) -> list[Record]:
    return discipline_service.records(context, team, local_day(context.now, context.person).year)


# ---------------------------------------------------------------- one person


def _standing(context: Context, record: Record) -> list[Text]:
    t, own = context.t, record.person.id == context.person.id
    year = Text(str(record.stands.year))
    lines = [] if own else [fill("**{name}** ({unit})", name=record.person.name, unit=record.person.unit)]
    if record.stands.latest is None:
        return [*lines, t("No working day without explanation in {year}.", year=year), *discipline_wording.held(t, record)]
    lines += [*discipline_wording.counts(t, record), *discipline_wording.which(t, record)]
    if own:
        asked = deciders.asked_now(context, context.person)
        names = [each.name for each in asked.people] if asked.how != "officers" else []
        lines.append(discipline_wording.cure(t, record, names))
    return lines


def _other(context: Context, command: Command, words: str) -> Reply:
    meant = find.mentioned(context, command.mentions, words)
    found = [meant] if meant else people.search(context.db, words)
    if not found:
        raise UserError(
            context.t("There is nobody named “{name}”. Write for example: {example}", name=words[:60], example=_EXAMPLE)
        )
    if len(found) > 1:
        return find.which_person(context, found, lambda nip: f"disiplin {nip}", _SAY)
    [person] = found
    if not people.may_see_record(context.db, context.person, person):
        raise UserError(
            context.t(
                "The days of {name} are seen by the person, the supervisors and the personnel officers.", name=person.name
            )
        )
    return Reply(join("\n", _standing(context, _records(context, [person])[0])))


_EXAMPLE = Text("`/hadir disiplin @siti`")


# ---------------------------------------------------------------- the team


def _team(context: Context) -> Reply:
    team = people.subordinates(context.db, context.person.id, local_day(context.now, context.person))
    if not team:
        raise UserError(
            context.t(
                "Nobody is listed with you as their supervisor. Your own days: {command}", command=Text("`/hadir disiplin`")
            )
        )
    return Reply(join("\n", _those(context, _records(context, team))))


def _those(context: Context, team: Sequence[Record]) -> list[Text]:
    """Those of the team with a day that counts, the most days first."""
    t = context.t
    some = sorted((each for each in team if each.stands.latest), key=lambda each: (-len(each.stands.days), each.person.name))
    if not some:
        return [t("Your team: nobody has a working day without explanation this year.")]
    lines = [
        t("**Your team: without explanation this year**"),
        *(discipline_wording.line(t, record) for record in some[:MOST_PEOPLE]),
    ]
    return [*lines, t("- … and {count} more", count=len(some) - MOST_PEOPLE)] if len(some) > MOST_PEOPLE else lines


SUBCOMMANDS = (
    Subcommand(
        "disiplin",
        show,
        "Working days without explanation, and the next threshold",
        arguments="[@person|tim]",
        example="/hadir disiplin",
        aliases=("discipline", "alpa", "mangkir"),
    ),
)
