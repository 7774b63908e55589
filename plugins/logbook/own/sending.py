"""`/logbook kirim`, and what follows on an entry: sent with a way back, or asked for what is still missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from integration import people
from integration.errors import UserError
from integration.messages import Button, ButtonPress, Reply, Text, fill, join
from integration.phrases import duration
from integration.plugin import Context
from integration.workdays import DayPlan, Plans, local_day
from plugins.logbook import entries, turns, wording, writing
from plugins.logbook.entries import Entry
from plugins.logbook.own import drafting, streak
from plugins.logbook.own.drafting import Day, Draft
from plugins.logbook.review import reviewing
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import Target
from plugins.logbook.wording import DAYS_OPEN, say

EDIT, ADD, DROP, RESTORE = "logbook.edit", "logbook.add", "logbook.drop", "logbook.restore"
SEND, TIME, AIM = "logbook.send", "logbook.time", "logbook.aim"
OFFERED = (30, 60, 90, 120, 180, 240)
_LONGEST_VALUE = 1500


# ---------------------------------------------------------------- one entry


@dataclass(frozen=True, slots=True)
class Known:
    """What has been read already, and need not be read again to say what stands now: `superior` is the supervisor's name, ""
    without one, `there` the day's entries before this one; `plans` are those of `streak.days`, None
    where something was reported of the day before.
    """

    plan: DayPlan
    plans: Plans | None
    superior: str
    there: Sequence[Entry]
    target: Target | None = None

    def day_with(self, entry: Entry) -> tuple[DayPlan, Iterable[Entry]]:
        """The day's plan, and its entries now."""
        return self.plan, ({each.id: each for each in self.there} | {entry.id: entry}).values()


def before(context: Context, day: date) -> Known:
    """What is read before somebody's entry of that day is written, in their turn (`turns.in_turn`)."""
    person, superior = context.person, turns.take_turn(context, context.person)
    there = entries.of_day(context.db, person.id, day)
    first = streak.is_first(context, day, there)
    plans = context.workdays.plans(context.db, [person], streak.begins(day) if first else day, day, context.now)
    return Known(plans[person.id, day], plans if first else None, superior, there)


def finished(
    context: Context, entry: Entry, *, send: bool, before: str = "", replaces: bool = False, known: Known | None = None
) -> Reply:
    """What is said once an entry was written: it goes to the supervisor if it is complete, else what is missing is asked.

    `before` is the state from which it was changed.
    """
    if send and entry.open:
        if not entry.content.minutes:
            return ask_time(context, entry, replaces=replaces)
        if writing.lacks(context, context.person, entry.content):
            return ask_fields(context, entry, replaces=replaces)
        entry = sent(context, [entry])[0]
    elif before == "sent":
        reviewing.tell_resent(context, context.person, [entry])
    return replace(told(context, entry, before, known), replaces=replaces)


def sent(context: Context, these: Sequence[Entry]) -> list[Entry]:
    """Send them; whoever gave one of them back hears at once that it was corrected."""
    done = writing.send(context, context.person, these)
    reviewing.tell_resent(context, context.person, done)
    return done


def told(context: Context, entry: Entry, before: str = "", known: Known | None = None) -> Reply:
    """What stands now, and what one may do about it."""
    t = context.t
    target = {known.target.id: known.target} if known and known.target else None
    details = wording.details(t, entry.content, target or targets.by_ids(context.db, [entry.content.target_id]))
    what = fill(
        "**{what}** — {details}{day}", what=wording.activity(entry.content), details=details, day=_of_day(context, entry)
    )
    total = _total(context, entry.day, *(known.day_with(entry) if known else ()))
    lines = [_headline(context, entry, what, before, known), total]
    if entry.state == "sent" and not before:
        lines += _streak(context, entry, known)
    return Reply(join("\n", lines), buttons=_ways(context, entry))


def _streak(context: Context, entry: Entry, known: Known | None) -> list[Text]:
    if known is None:
        return streak.in_a_row(context, entry.day, [entry], None)
    return streak.in_a_row(context, entry.day, [entry], known.there, known.plans) if known.plans else []


def _of_day(context: Context, entry: Entry) -> Text:
    """Of today it need not be said."""
    if entry.day == local_day(context.now, context.person):
        return Text("")
    return fill(" ({day})", day=_day(context, entry))


def _headline(context: Context, entry: Entry, what: Text, before: str, known: Known | None) -> Text:
    t = context.t
    if entry.state == "draft":
        return t("Kept as a draft: {what}. Send it when it is done.", what=what)
    if entry.state == "returned":
        return t("Kept: {what}. Send it again when it is done.", what=what)
    if entry.state != "sent":
        return fill("{what} · {state}", what=what, state=wording.state(t, entry.state))
    if before == "approved" or entry.revises_id is not None:
        return t("Changed: {what}. Your supervisor is asked again; until then what was approved counts.", what=what)
    superior = known.superior if known else _superior(context)
    if not superior:
        return t("Sent: {what}. You have no supervisor in the list: the personnel officers read it.", what=what)
    return t("Sent to {name}: {what}.", name=superior, what=what)


def _superior(context: Context) -> str:
    above = people.get(context.db, context.person.supervisor_id) if context.person.supervisor_id else None
    return above.name if above else ""


def _day(context: Context, entry: Entry) -> Text:
    return wording.day(context.t, entry.day, local_day(context.now, context.person))


def _total(context: Context, day: date, plan: DayPlan | None = None, there: Iterable[Entry] | None = None) -> Text:
    """What the day comes to; with what is known of it, nothing is read."""
    found = entries.standing(entries.of_day(context.db, context.person.id, day) if there is None else there)
    shown = wording.day(context.t, day, local_day(context.now, context.person))
    planned = (plan or context.plan(context.person, day)).minutes
    total = wording.total(context.t, wording.minutes_of(found), planned)
    return fill("{total} ({day}).", total=total, day=shown)


def _ways(context: Context, entry: Entry) -> tuple[Button, ...]:
    t, buttons = context.t, list[Button]()
    if entry.open:
        buttons.append(Button(t("Send"), SEND, str(entry.id), "good", DAYS_OPEN))
    if entry.state != "dropped":
        buttons.append(Button(t("Change"), EDIT, str(entry.id), days=DAYS_OPEN))
    if entry.state in entries.CHANGEABLE:
        label = t("Take it back") if entry.state == "sent" else t("Delete")
        buttons.append(Button(label, DROP, str(entry.id), days=DAYS_OPEN))
    buttons.append(say(t("See the day"), f"lihat {entry.day:%d/%m/%Y}"))
    return tuple(buttons)


def nothing_changed(context: Context, entry: Entry) -> Reply:
    return Reply(join("\n", [context.t("Nothing was changed."), told(context, entry).text]), buttons=_ways(context, entry))


# ---------------------------------------------------------------- what is missing


def ask_time(context: Context, entry: Entry, first: Text | None = None, *, replaces: bool = False) -> Reply:
    """The one thing that a line forgets most: a press, and it is sent."""
    t = context.t
    text = t("How long did “{what}” take? It is kept as a draft until then.", what=wording.activity(entry.content))
    times = [Button(duration(t, each), TIME, f"{entry.id}:{each}", days=DAYS_OPEN) for each in OFFERED]
    other = Button(t("Another time"), EDIT, str(entry.id), days=DAYS_OPEN)
    drop = Button(t("Delete"), DROP, str(entry.id), days=DAYS_OPEN)
    shown = join("\n", [first, text]) if first else text
    return Reply(shown, buttons=(*times, other, drop), replaces=replaces)


def ask_fields(context: Context, entry: Entry, *, replaces: bool = False) -> Reply:
    """Fields that the unit wants of every report."""
    t, lacking = context.t, ", ".join(writing.lacks(context, context.person, entry.content))
    text = t(
        "“{what}” is kept as a draft. Your unit also wants: {fields}.", what=wording.activity(entry.content), fields=lacking
    )
    complete = Button(t("Complete it"), EDIT, str(entry.id), "good", DAYS_OPEN)
    drop = Button(t("Delete"), DROP, str(entry.id), days=DAYS_OPEN)
    return Reply(text, buttons=(complete, drop), replaces=replaces)


def time_pressed(context: Context, press: ButtonPress) -> Reply:
    """`12:90`"""
    entry, minutes = _valued(context, press.value)
    if entry.state != "draft" or entry.content.minutes:
        return replace(told(context, entry), replaces=True)  # a second press
    if minutes not in OFFERED:
        raise UserError(drafting.gone(context, context.person))
    entry = writing.change(context, entry, replace(entry.content, minutes=minutes))
    return finished(context, entry, send=True, replaces=True)


def aim_pressed(context: Context, press: ButtonPress) -> Reply:
    """`12:7`: the target that was meant; 0: none."""
    entry, target = _valued(context, press.value)
    if entry.state != "draft":
        return replace(told(context, entry), replaces=True)
    if target and entry.content.target_id != target:
        entry = writing.change(context, entry, replace(entry.content, target_id=target))
    return finished(context, entry, send=True, replaces=True)


def _valued(context: Context, value: str) -> tuple[Entry, int]:
    found = re.fullmatch(r"(\d{1,9}):(\d{1,9})", value)
    if found is None:
        raise UserError(drafting.gone(context, context.person))
    return entries.mine(context, context.person, int(found[1])), int(found[2])


# ---------------------------------------------------------------- several


@dataclass(slots=True)
class _Outcome:
    sent: list[Entry] = field(default_factory=list)
    # What could not go, because something is missing.
    waiting: list[Entry] = field(default_factory=list)


def send_lines(context: Context, day: date, lines: Sequence[Entry | Draft]) -> _Outcome:
    """Store what was drafted and send everything that is complete; the rest is kept."""
    outcome, ready = _Outcome(), list[Entry]()
    for line in lines:
        entry = drafting.take(context, context.person, day, line) if isinstance(line, Draft) else line
        if not entry.open:
            continue
        complete = entry.content.minutes and not writing.lacks(context, context.person, entry.content)
        (ready if complete else outcome.waiting).append(entry)
    outcome.sent = sent(context, ready)
    return outcome


def reply(context: Context, found: Day, lines: Sequence[Entry | Draft], *, replaces: bool = False) -> Reply:
    """Send them, and say what was sent, what is missing, and what came back and wants a correction."""
    t = context.t
    outcome = send_lines(context, found.day, lines)
    day = wording.day(t, found.day, local_day(context.now, context.person))
    said: list[Text] = []
    if outcome.sent:
        minutes = duration(t, wording.minutes_of(outcome.sent))
        superior = _superior(context)
        if superior:
            said.append(t("{count} sent to {name}, {time}.", count=len(outcome.sent), name=superior, time=minutes))
        else:
            said.append(t("{count} sent, {time}.", count=len(outcome.sent), time=minutes))
        said.append(_total(context, found.day, found.plan))
        said += streak.in_a_row(context, found.day, outcome.sent, found.entries)
    elif not outcome.waiting:
        said.append(_nothing(context, found, day))
    if outcome.waiting:
        return _ask_rest(context, outcome.waiting, said, replaces=replaces)
    buttons = (say(t("See the day"), f"lihat {found.day:%d/%m/%Y}"), say(t("Add an activity"), f"tambah {found.day:%d/%m/%Y}"))
    return Reply(join("\n", said), buttons=buttons, replaces=replaces)


def _ask_rest(context: Context, waiting: Sequence[Entry], said: Sequence[Text], *, replaces: bool) -> Reply:
    first = waiting[0]
    ask = ask_fields if first.content.minutes else ask_time
    asked = ask(context, first)
    more = [context.t("{count} more want something, too: {how}", count=len(waiting) - 1, how=_day_command(first))]
    text = join("\n", [*said, asked.text, *(more if len(waiting) > 1 else [])])
    return Reply(text, buttons=asked.buttons, replaces=replaces)


def _day_command(entry: Entry) -> Text:
    return Text(f"`/logbook lihat {entry.day:%d/%m/%Y}`")


def _nothing(context: Context, found: Day, day: Text) -> Text:
    t = context.t
    if any(each.state == "returned" for each in found.entries):
        return t("What came back wants a correction first: press its button below the day, {how}.", how=_shown(found.day))
    if any(each.state in ("sent", "approved") for each in found.entries):
        return t("Everything of {day} is sent already.", day=day)
    how = Text("`/logbook menyusun laporan 2 jam`")
    return t("There is nothing to send of {day} yet. Write for example {how}", day=day, how=how)


def _shown(day: date) -> Text:
    return Text(f"`/logbook lihat {day:%d/%m/%Y}`")


def send_pressed(context: Context, press: ButtonPress) -> Reply:
    """Lines by their references, `12 2026-11-23/rapat:4`: exactly what was shown. `2026-11-23`: all of the day."""
    refs = press.value.split()
    day = drafting.day_of(refs[0]) if len(refs) == 1 else None
    if day is not None:
        found = drafting.of_day(context, context.person, day)
        return reply(context, found, found.open, replaces=True)
    named = [drafting.named(context, context.person, ref) for ref in refs]
    if not named:
        raise UserError(drafting.gone(context, context.person))
    if len(named) == 1 and isinstance(named[0][1], Entry):
        return finished(context, named[0][1], send=True, replaces=True)
    found = drafting.of_day(context, context.person, named[0][0])
    return reply(context, found, [line for _, line in named], replaces=True)


def send_value(found: Day) -> str:
    """What the button of a day means: the lines that it stands under, where they fit."""
    value = " ".join(drafting.reference(found.day, each) for each in found.open)
    return value if len(value) <= _LONGEST_VALUE else str(found.day)


# ---------------------------------------------------------------- taking back


def drop_pressed(context: Context, press: ButtonPress) -> Reply:
    day, line = drafting.named(context, context.person, press.value)
    return dropped(context, day, line, replaces=True)


def dropped(context: Context, day: date, line: Entry | Draft, *, replaces: bool = False) -> Reply:
    """Throw a line away, with the way back. Of a draft it is remembered that it is not wanted."""
    t, entry = context.t, drafting.take(context, context.person, day, line) if isinstance(line, Draft) else line
    if entry.state == "approved":
        how = Button(t("Change"), EDIT, str(entry.id), days=DAYS_OPEN)
        said = t(
            "“{what}” is approved and stays. You may change it; then your supervisor is asked.",
            what=writing.short(entry.content),
        )
        return Reply(said, buttons=(how,), refused=True)
    entry = writing.drop(context, entry)
    undo = Button(t("Undo"), RESTORE, str(entry.id), days=DAYS_OPEN)
    lines = [
        t("Deleted: {what} ({day}).", what=writing.short(entry.content), day=_day(context, entry)),
        _total(context, entry.day),
    ]
    return Reply(join("\n", lines), buttons=(undo, say(t("See the day"), f"lihat {entry.day:%d/%m/%Y}")), replaces=replaces)


def restore_pressed(context: Context, press: ButtonPress) -> Reply:
    _, line = drafting.named(context, context.person, press.value)
    if isinstance(line, Draft):
        raise UserError(drafting.gone(context, context.person))
    entry = writing.restore(context, line)
    return replace(told(context, entry), replaces=True)


BUTTONS = {"send": send_pressed, "time": time_pressed, "aim": aim_pressed, "drop": drop_pressed, "restore": restore_pressed}
