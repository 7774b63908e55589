"""`/hadir tim`: who is in, from where; for those who lead them also how late, and the notes."""

from __future__ import annotations

from collections.abc import Sequence

from integration import find, people, phrases
from integration.i18n import Translate
from integration.messages import Button, Command, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context
from integration.workdays import local_day
from plugins.hadir import team
from plugins.hadir.commands import SAY
from plugins.hadir.team import Group, Member

# People of a group before the list is cut, and of a whole list that was asked for: a message holds some 16,000 characters.
SHORT, LONG = 15, 150
_NOTE_SHOWN = 80
_LONGEST_NAME = 200
_ALL = frozenset({"semua", "lengkap", "all"})


def team_now(context: Context, command: Command) -> Reply:
    """`tim [unit] [semua]`"""
    words = list(command.words)
    full = bool(words) and words[-1].lower() in _ALL
    name = " ".join(words[:-1] if full else words).strip("\"'“”")[:_LONGEST_NAME]
    return _named(context, name, full) if name else _own(context, full)


def _own(context: Context, full: bool) -> Reply:
    found, leads = team.around(context, context.person)
    own = leads and not context.person.roles & {"pimpinan", *people.SEES_EVERYONE}
    title = context.t("Your team") if own else fill("{unit}", unit=context.person.unit)
    return _list(context, title, found, leads, None if full else "tim semua")


def _named(context: Context, name: str, full: bool) -> Reply:
    """A unit by its name: one's own, or any for those who see everybody's record."""
    t, viewer = context.t, context.person
    if not viewer.sees_everyone and name.lower() not in viewer.unit.lower():
        return Reply(t("You can see your own unit ({unit}): `/hadir tim`", unit=viewer.unit), refused=True)
    units = people.units_named(context.db, name)
    if not viewer.sees_everyone:
        units = [unit for unit in units if unit[0] == viewer.unit_id]
    if not units:
        return Reply(find.no_unit(context, name), refused=True)
    if len(units) > 1:
        return find.which_unit(context, units, lambda name: f"tim {name} semua" if full else f"tim {name}", SAY)
    found = people.of_unit(context.db, units[0][0], local_day(context.now, viewer))
    leads = viewer.sees_everyone or "pimpinan" in viewer.roles
    rest = None if full else f"tim {units[0][1]} semua"
    return _list(context, fill("{unit}", unit=units[0][1]), found, leads, rest)


# ---------------------------------------------------------------- the list


def _list(context: Context, title: Text, found: Sequence[Person], leads: bool, rest: str | None) -> Reply:
    """`rest` are the words that show everything; None if they were said."""
    t, members = context.t, team.members(context, found)
    if not members:
        return Reply(t("There is nobody in this team yet."))
    day = phrases.day_name(t, local_day(context.now, context.person))
    lines = [t("**{title}** — {day}, {time}", title=title, day=day, time=phrases.clock(context.now, context.person))]
    cut, left = False, LONG
    for group in team.GROUPS:
        chosen = [member for member in members if _shown_as(member, leads) == group]
        most = SHORT if rest else left
        cut, left = cut or len(chosen) > most, max(0, left - len(chosen))
        lines += _group(context, group, chosen, leads, most) if chosen else []
    buttons = (Button(t("Show all"), SAY, rest),) if cut and rest else ()
    return Reply(join("\n", lines), buttons=buttons)


def _shown_as(member: Member, leads: bool) -> Group:
    """Lateness is for those who lead; colleagues see who is in."""
    return "present" if member.group == "late" and not leads else member.group


def _group(context: Context, group: Group, members: Sequence[Member], leads: bool, most: int) -> list[Text]:
    t = context.t
    heading = Text(f"\n**{_heading(t, group)} ({len(members)})**")
    lines = [_line(context, member, leads) for member in members[:most]]
    if hidden := len(members) - len(lines):
        lines.append(t("- … and {count} more", count=hidden))
    return [heading, *lines]


def _heading(t: Translate, group: Group) -> Text:
    return {
        "present": t("In"),
        "late": t("Late"),
        "expected": t("Not in yet"),
        "absent": t("Did not come"),
        "away": t("Not on duty"),
    }[group]


def _line(context: Context, member: Member, leads: bool) -> Text:
    facts = _away(context, member) if leads and member.group == "away" else _facts(context, member, leads)
    line = fill("- {name}", name=member.person.name)
    line = Text(f"{line} — {join(', ', facts)}") if facts else line
    return Text(f"{line} · {_note(context, member)}") if _note(context, member) else line


def _facts(context: Context, member: Member, leads: bool) -> list[Text]:
    t, person, arrival, departure = context.t, member.person, member.today.day.arrival, member.today.day.departure
    facts = [phrases.clock(arrival.at, person), _place(t, member, arrival.place, leads)] if arrival else []
    if leads and member.late:
        facts.append(t("{duration} late", duration=phrases.duration(t, member.late)))
    if leads and member.today.plan.asked:
        facts.append(phrases.asked(t, member.today.plan))
    if leads and member.result.outage:
        facts.append(t("service disruption"))
    if departure and not member.today.day.open:
        facts.append(t("left {time}", time=phrases.clock(departure.at, person)))
    start = member.today.plan.start
    if member.group == "expected" and start and start > context.now:
        facts.append(t("from {time}", time=phrases.clock(start, person)))
    return [fact for fact in facts if fact]


def _place(t: Translate, member: Member, place: str, leads: bool) -> Text:
    """Where somebody is; for those who lead, with the plan's place if it is another."""
    if not leads or not member.result.off_plan:
        return phrases.place(place)
    return t("{place} (plan: {planned})", place=phrases.place(place), planned=phrases.place(member.today.plan.place))


def _away(context: Context, member: Member) -> list[Text]:
    """Why somebody is not on duty: a public word, never the private reason."""
    plan = member.today.plan
    if plan.excuse:
        return [phrases.excuse(context.t, plan.excuse)]
    return [fill("{free}", free=plan.free)] if plan.free else []


def _note(context: Context, member: Member) -> Text:
    """What the person wrote today, for their direct supervisor only."""
    if member.person.supervisor_id != context.person.id:
        return Text("")
    day = member.today.day
    notes = [event.note for event in (day.arrival, day.departure) if event and event.note]
    shown = "; ".join(note if len(note) <= _NOTE_SHOWN else note[:_NOTE_SHOWN] + "…" for note in notes)
    return fill("“{note}”", note=shown) if shown else Text("")
