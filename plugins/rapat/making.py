"""A meeting is planned: it is written down, and its organiser reads what was understood and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from integration import phrases
from integration.errors import UserError
from integration.messages import Button, ButtonPress, Reply, Text, fill, join, plain
from integration.plugin import Context
from integration.ports import Span
from plugins.rapat import changing, meetings, organizers, planning, reading, recurrence, wording
from plugins.rapat.invitations import cards
from plugins.rapat.meetings import Meeting
from plugins.rapat.naming import Named
from plugins.rapat.planning import Plan
from plugins.rapat.reading import Understood
from plugins.rapat.recurrence import Series
from plugins.rapat.rooms import booking
from plugins.rapat.rooms import wording as room_wording

UNDO, HOLIDAYS = "rapat.undo", "rapat.holidays"
NAMES_SHOWN = 5
_HOLIDAYS_SHOWN = 4


def plan(context: Context, understood: Understood, *, state: str = "checking") -> Reply:
    """Write it down; the check and the invitations are the worker's. Raises `UserError` if the room is taken."""
    wanted = understood.plan
    try:
        found = planning.create(context, context.person, wanted, state)
    except booking.Taken as taken:
        length = wanted.span.end - wanted.span.start
        spans = [Span(at, at + length) for at in wanted.starts]
        raise UserError(room_wording.taken(context, taken, spans, len(wanted.invitees) + 1)) from None
    lines = [*about(context, found, understood), *understood.notes, *without_video(context, wanted)]
    free = reading.holidays(context, wanted.starts, found.zone)
    lines += _holidays(context, free, found.zone)
    if state == "checking":
        lines.append(context.t("I check who is free; then the invitations go out. If somebody is not, I ask you first."))
    return Reply(join("\n", lines), buttons=_buttons(context, found, free))


def about(context: Context, found: Meeting, understood: Understood) -> list[Text]:
    """What was understood: title and number, when in all zones, where, who."""
    t = context.t
    zones = {found.zone, context.person.zone, *(each.zone for each in understood.named.people.values())}
    lines = [
        t("Planned: **{title}** (number {number})", title=found.title, number=found.id),
        wording.when(t, found.span, zones, first=context.person.zone),
    ]
    if understood.series is not None:
        lines += series(context, understood.series, found.zone)
    lines.append(t("Place: {place}", place=cards.place(found, t)))
    if understood.plan.folder:
        lines.append(t("Papers: {folder}", folder=f"Rapat/{understood.plan.folder}"))
    lines.append(t("Invited: {names}", names=_names(context, understood.named)))
    return lines


def without_video(context: Context, plan: Plan) -> list[Text]:
    """Where people are to meet online and nothing makes a room for that, only the organiser can say where."""
    if plan.mode == "room" or plan.provider or "://" in f"{plan.agenda} {plan.place}" or reading.providers(context):
        return []  # where one is there and cannot be had, that was said
    return [context.t("There is no video service here: write the address of your online room into the agenda.")]


def series(context: Context, said: Series, zone: str) -> list[Text]:
    """How often, how many and until when; and who has decided that."""
    t = context.t
    last = phrases.long_day(t, said.starts[-1].astimezone(ZoneInfo(zone)).date())
    rule = recurrence.said(said.rule, t, end=False)
    lines = [t("Series: {rule}, {count} dates, the last on {day}.", rule=rule, count=len(said.starts), day=last)]
    if said.assumed:
        lines.append(t("No end was given, so it ends with the year. To change that: write “until 30 June” or “10 times”."))
    if said.cut:
        lines.append(t("A series lasts five years and {count} dates at most.", count=recurrence.MOST_DATES))
    return lines


def _names(context: Context, named: Named) -> Text:
    t = context.t
    groups = [each.name if each.kind == "unit" else f"~{each.name.lstrip('~')}" for each in named.groups.values()]
    return phrases.names(t, [*(each.name for each in named.people.values()), *named.addresses, *groups], NAMES_SHOWN)


def _holidays(context: Context, free: Sequence[tuple[datetime, str]], zone: str) -> list[Text]:
    if not free:
        return []
    tz = ZoneInfo(zone)
    shown = [
        fill("{day} ({name})", day=phrases.short_day(context.t, at.astimezone(tz).date()), name=name)
        for at, name in free[:_HOLIDAYS_SHOWN]
    ]
    more = len(free) - len(shown)
    days = join(", ", [*shown, context.t("and {count} more", count=more)] if more > 0 else shown)
    return [context.t("On a holiday: {days}.", days=days)]


def _buttons(context: Context, found: Meeting, free: Sequence[tuple[datetime, str]]) -> tuple[Button, ...]:
    t = context.t
    undo = Button(plain(t("Call it off")), UNDO, str(found.id), "danger", days=7)
    change = wording.say(plain(t("Change")), f"ubah {found.id}", days=7)
    off = [Button(plain(t("Leave out the holidays")), HOLIDAYS, str(found.id), days=7)] if free and found.is_series else []
    return (undo, change, *off)


# ---------------------------------------------------------------- afterwards


def leave_out_holidays(context: Context, press: ButtonPress) -> Reply:
    """The dates of a series on holidays are called off; a second click finds none."""
    t = context.t
    found = own(context, press.value)
    if found.state not in changing.LIVE:
        raise UserError(t("This meeting was called off already."))
    dates = changing.coming(context, found.id)
    free = {start for start, _ in reading.holidays(context, [each.starts_at for each in dates], found.zone)}
    those = [each for each in dates if each.starts_at in free]
    if not those:
        return Reply(t("No date of “{title}” is on a holiday any more.", title=found.title), refused=True)
    if len(those) == len(dates):
        raise UserError(t("Every date is on a holiday. Call the meeting off, or change it."))
    changing.call_off(context, found, those)
    days = join(", ", [phrases.short_day(t, each.starts_at.astimezone(found.tz).date()) for each in those[:8]])
    text = t("Left out of “{title}”: {count} dates ({days}).", title=found.title, count=len(those), days=days)
    return Reply(text)


def own(context: Context, value: str) -> Meeting:
    """The meeting of a button of who leads it; raises `UserError` for anybody else."""
    number = value.split(" ", 1)[0]
    known = number.isascii() and number.isdigit() and len(number) < 10
    found = meetings.get(context.db, int(number)) if known else None
    if found is None or not organizers.leads(context, found):
        raise UserError(context.t("Only the organiser can do that."))
    return found


BUTTONS = {"holidays": leave_out_holidays}
