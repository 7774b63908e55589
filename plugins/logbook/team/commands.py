"""`/logbook tim`: who of a team has reported, on what they worked, what came last; and the page that shows it as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from integration import find, phrases
from integration.dates import at_an_end, take_day
from integration.messages import Button, Command, Reply, Text, fill, join
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.logbook.entries import Entry
from plugins.logbook.team import day as team
from plugins.logbook.team import pages
from plugins.logbook.team import wording as team_wording
from plugins.logbook.team.day import Group, Member, Scope, TeamDay

SAY = "logbook.say"
NAME = "tim"
# A message holds some 16,000 characters; what is longer stands on the page.
_SHOWN, _NEWEST, _BARS = 15, 5, 5
# From so many people of several units on, units are listed instead of those who have reported.
_MANY = 25
_LONGEST_NAME = 200
_QUOTES = "\"'“”"


def team_day(context: Context, command: Command) -> Reply:
    """`tim [unit|@person] [day]`"""
    today = local_day(context.now, context.person)
    day, words = at_an_end(command.words, lambda words: take_day(words, today, context.t))
    day = day or today
    if day > today:
        return Reply(context.t("{day} is still to come.", day=phrases.day_name(context.t, day)), refused=True)
    name = " ".join(words).strip(_QUOTES)[:_LONGEST_NAME]
    meant = _meant(context, command, name, day) if name else (Scope("line"), context.t("Your team"))
    if isinstance(meant, Reply):
        return meant
    found = team.members_of(context, context.person, meant[0], day)
    if not found and not name and context.person.sees_everyone:  # who leads nobody sees the unit, as those of others
        meant = Scope("unit", context.person.unit_id), fill("{unit}", unit=context.person.unit)
        found = team.members_of(context, context.person, meant[0], day)
    if not found:
        return _nobody(context, named=bool(name))
    # What waits for this person to be decided stands behind `periksa`.
    buttons = (Button(context.t("To be checked"), SAY, "periksa"),)
    return Reply(_text(context, meant, team.day_of(context, found, day)), buttons=buttons)


def _meant(context: Context, command: Command, name: str, day: date) -> tuple[Scope, Text] | Reply:
    """The unit or the person that is meant; nobody learns here of a person or unit beyond their line more than that name."""

    def say(whole: str) -> str:
        return f"{NAME} {whole} {day:%d/%m/%Y}"

    if not name.startswith("@") and not name.isdigit():
        unit = find.unit(context, name, say, SAY)
        if not isinstance(unit, Reply):
            return Scope("unit", unit[0]), fill("{unit}", unit=unit[1])
        if unit.buttons:
            return unit
    person = find.person(context, command.mentions, name, say, SAY)
    if isinstance(person, Reply):
        return person
    return Scope("person", person.id), fill("{name}", name=person.name)


def _nobody(context: Context, *, named: bool) -> Reply:
    t = context.t
    own = Button(t("My day"), SAY, "lihat")
    if named:
        return Reply(t("You see the reports of those below you, and none of them is there."), buttons=(own,), refused=True)
    return Reply(t("Nobody reports to you, so there is no team to show."), buttons=(own,), refused=True)


# ---------------------------------------------------------------- the answer


def _text(context: Context, meant: tuple[Scope, Text], found: TeamDay) -> Text:
    t, (scope, title) = context.t, meant
    day, time = phrases.day_name(t, found.day), phrases.clock(context.now, context.person)
    lines = [t("**Logbook {title}** — {day}, {time}", title=title, day=day, time=time)]
    lines += [team_wording.sum_of(t, found)]
    units = found.by_unit()
    if scope.kind != "unit" and len(units) > 1 and len(found.members) > _MANY:
        lines += [Text(""), *(_unit(context, name, part) for _, name, part in units)]
        groups: Sequence[Group] = ("draft", "nothing")
    else:
        groups = team.GROUPS
    for group in groups:
        lines += _group(context, group, found.of(group))
    lines += _targets(context, found)
    lines += _newest(context, found)
    lines += [Text(""), pages.link(context, scope, found.day)]
    return join("\n", lines)


def _unit(context: Context, name: str, part: TeamDay) -> Text:
    return fill("- {name}: {share}", name=name, share=team_wording.share(context.t, part))


def _group(context: Context, group: Group, members: Sequence[Member]) -> list[Text]:
    if not members:
        return []
    t = context.t
    return [
        Text(f"\n**{team_wording.heading(t, group)} ({len(members)})**"),
        *team_wording.people_of(t, group, members, _SHOWN),
    ]


def _targets(context: Context, found: TeamDay) -> list[Text]:
    t, bars = context.t, found.bars(_BARS)
    if not bars:
        return []
    lines = [fill("- {bar}: {hours}", bar=team_wording.bar(t, each), hours=phrases.duration(t, each.minutes)) for each in bars]
    return [Text(f"\n**{t('Hours by target')}**"), *lines]


def _newest(context: Context, found: TeamDay) -> list[Text]:
    t, newest = context.t, found.newest(_NEWEST)
    if not newest:
        return []
    return [Text(f"\n**{t('What came last')}**"), *(_entry(context, found, *each) for each in newest)]


def _entry(context: Context, found: TeamDay, member: Member, entry: Entry) -> Text:
    t = context.t
    about = team_wording.about(t, found, entry)
    line = fill(
        "- {when} {name}: {activity}",
        when=team_wording.when(context, context.person, entry),
        name=member.person.name,
        activity=team_wording.activity(entry),
    )
    return Text(f"{line} ({about})") if about else line


SUBCOMMANDS = (
    Subcommand(
        NAME,
        team_day,
        "Your team's reports of today, and a page that shows them as they come",
        arguments="[unit|@person] [day]",
        example="/logbook tim",
        aliases=("team", "unit"),
    ),
)
