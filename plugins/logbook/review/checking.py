"""`/logbook periksa [@person] [day]`: the supervisor's digest at any time, or one person's reports."""

from __future__ import annotations

import re
from datetime import date

from integration import deciders, find
from integration.dates import at_an_end, take_day
from integration.errors import UserError
from integration.messages import Command, Reply, Text
from integration.people import Person
from integration.phrases import day_name
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.logbook import entries, seeing
from plugins.logbook.entries import REPORTED
from plugins.logbook.review import digest, digest_wording, rating, teams, walking

_PAGE = re.compile(r"(?:^|\s)(?:hal|halaman|page)\s+(\d{1,4})$", re.IGNORECASE)
_SAY = "logbook.say"


def command(context: Context, command: Command) -> Reply:
    text = " ".join(command.words)
    page = _PAGE.search(text)
    words = tuple((text[: page.start()] if page else text).split())
    today = local_day(context.now, context.person)
    day, rest = at_an_end(words, lambda some: take_day(some, today, context.t))
    if day is not None and day > today:
        raise UserError(context.t("{day} is still to come.", day=day_name(context.t, day)))
    if rest:
        return _of_person(context, command, " ".join(rest), day)
    return _of_team(context, day, int(page[1]) if page else 1)


def _of_team(context: Context, day: date | None, page: int) -> Reply:
    t, reader = context.t, context.person
    team = teams.of(context, [reader])[reader.id]
    if not team.everyone:
        own = t("Nobody reports to you, so there is nothing to check. Your own day: {how}", how=Text("`/logbook`"))
        return Reply(own, refused=True)
    found = digest.build(context, [team], day if day != local_day(context.now, reader) else None)[0]
    more = rating.buttons(context, team)
    if found.empty and not found.shut:
        return Reply(t("Nothing to check: no report waits, and nobody is missing."), more)
    return digest_wording.reply(t, found, page, more)


def _of_person(context: Context, command: Command, name: str, day: date | None) -> Reply:
    """What waits of one person; of a day that was named everything that was sent of it."""

    def say(nip: str) -> str:
        return f"periksa {nip}" + (f" {day:%d/%m/%Y}" if day else "")

    person = find.person(context, command.mentions, name, say, _SAY)
    if isinstance(person, Reply):
        return person
    seeing.check(context, person)
    if day is None and _decides(context, person) and any(digest.open_and_shut(context, person)):
        return walking.view(context, person)
    wanted = day or local_day(context.now, person)
    return walking.of_day(context, person, wanted, entries.standing(entries.of_day(context.db, person.id, wanted, REPORTED)))


def _decides(context: Context, person: Person) -> bool:
    return deciders.may_decide(context, context.person, person)


SUBCOMMANDS = (
    Subcommand(
        "periksa",
        command,
        "Check your team's reports: what came, what is missing; of one person: add a name",
        arguments="[@person] [day]",
        example="/logbook periksa",
        aliases=("check", "tinjau", "review"),
    ),
)
