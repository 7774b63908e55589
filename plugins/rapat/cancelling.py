"""`/rapat batal`: asks, then calls off a meeting or a date of it; and the button that takes a new one back.

Nothing brings a meeting back that was called off: people have been told. It is planned anew.
"""

from __future__ import annotations

from integration import phrases
from integration.errors import UserError
from integration.form_values import one_line
from integration.messages import Answer, Button, ButtonPress, Command, Reply, Text, join, plain
from integration.plugin import Context
from plugins.rapat import changing, making, meetings, organizers, which, wording
from plugins.rapat.changing import Stale
from plugins.rapat.meetings import Meeting, Occurrence

LONGEST_REASON = 300
YES, DATE = "rapat.cancel_yes", "rapat.date_off"


def cancel(context: Context, command: Command) -> Answer:
    """`batal [number | words] [day] [reason]`: whoever organises it is asked once more."""
    reason = " ".join(command.words[1:])
    found = which.one(context, command.words, lambda each: f"batal {each.id} {reason}".strip(), organized=True, past=False)
    return found if isinstance(found, Reply) else _ask(context, found)


def _ask(context: Context, found: which.Found) -> Reply:
    t, meeting = context.t, found.meeting
    reason = _reason(context, " ".join(found.rest))
    if refusal := _refused(context, meeting):
        return refusal
    dates = changing.coming(context, meeting.id)
    lines = [t("Call off {title}?", title=wording.bold(meeting.title)), *_what(context, meeting, found.date, len(dates))]
    lines += organizers.note(context, meeting)
    if reason:
        lines.append(t("Reason: “{reason}”", reason=reason))
    elif meeting.state == "planned":
        lines.append(t("A reason can follow the command: {example}", example=Text(f"`/rapat batal {meeting.id} …`")))
    return Reply(join("\n", lines), buttons=_buttons(context, found, len(dates), reason))


def _refused(context: Context, meeting: Meeting) -> Reply | None:
    t = context.t
    if meeting.state in ("cancelled", "dropped"):
        return Reply(t("“{title}” was called off already.", title=meeting.title), refused=True)
    if meeting.last_end <= context.now:
        return Reply(t("“{title}” is over; there is nothing to call off.", title=meeting.title), refused=True)
    return None


def _what(context: Context, meeting: Meeting, date: Occurrence, dates: int) -> list[Text]:
    """When it would be, and who hears of it."""
    t = context.t
    lines = [wording.when(t, date.span, [context.person.zone])]
    if meeting.is_series and dates > 1:
        lines.append(t("It is a series with {count} dates to come.", count=dates))
    if meeting.state == "planned":
        count = len(meetings.invitees(context.db, meeting.id)) - 1
        lines.append(t("{count} people are told. This cannot be undone: it would have to be planned anew.", count=count))
    else:
        lines.append(t("Nobody has been invited yet, so nobody is told."))
    return lines


def _buttons(context: Context, found: which.Found, dates: int, reason: str) -> tuple[Button, ...]:
    t, meeting, date = context.t, found.meeting, found.date
    whole = f"{meeting.id} {reason}".strip()
    if not meeting.is_series or dates < 2:
        return (Button(plain(t("Yes, call it off")), YES, whole, "danger"),)
    day = phrases.short_day(t, date.starts_at.astimezone(meeting.tz).date())
    only = Button(plain(t("Only {day}", day=day)), DATE, f"{meeting.id} {date.id} {reason}".strip(), "danger")
    every = Button(plain(t("All {count} dates", count=dates)), YES, whole, "danger")
    if found.named_date:
        return (only,)
    return (only, every)


def _reason(context: Context, text: str) -> str:
    reason = one_line(text).strip('"“”')
    if len(reason) > LONGEST_REASON:
        raise UserError(
            context.t("At most {most} characters, please; these are {length}.", most=LONGEST_REASON, length=len(reason))
        )
    return reason


# ---------------------------------------------------------------- the buttons


def cancelled(context: Context, press: ButtonPress) -> Reply:
    t, found = context.t, making.own(context, press.value)
    if refusal := _refused(context, found):
        return refusal
    reason = press.value.partition(" ")[2][:LONGEST_REASON]
    try:
        now = changing.cancel(context, found, reason)
    except Stale as stale:
        return _stale(context, stale)
    again = (wording.say(plain(t("Plan a new one")), "baru"),)
    if now.state == "dropped":
        return Reply(t("“{title}” is called off. Nobody had been invited.", title=now.title), buttons=again, replaces=True)
    return Reply(t("“{title}” is called off. Everybody invited is told.", title=now.title), buttons=again, replaces=True)


def date_off(context: Context, press: ButtonPress) -> Reply:
    """One date of a series."""
    t, found = context.t, making.own(context, press.value)
    _, _, rest = press.value.partition(" ")
    number, _, reason = rest.partition(" ")
    date = meetings.occurrence(context.db, int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    if date is None or date.meeting_id != found.id:
        raise UserError(t("This date does not exist."))
    if refusal := _refused(context, found):
        return refusal
    day = phrases.short_day(t, date.starts_at.astimezone(found.tz).date())
    if date.state != "planned":
        return Reply(t("{day} was called off already.", day=day), refused=True)
    if date.starts_at <= context.now:
        return Reply(t("{day} has begun already; it can no longer be called off.", day=day), refused=True)
    try:
        changing.call_off(context, found, [date], reason[:LONGEST_REASON])
    except Stale as stale:
        return _stale(context, stale)
    return Reply(t("“{title}” does not take place on {day}. The other dates stay.", title=found.title, day=day), replaces=True)


def _stale(context: Context, stale: Stale) -> Reply:
    text = context.t("The meeting has just been changed. Please look at it again.")
    number = stale.now.id if stale.now else 0
    return Reply(text, buttons=(wording.say(plain(context.t("Show")), f"lihat {number}"),), refused=True)


def undo(context: Context, press: ButtonPress) -> Reply:
    """*Call it off* below a new meeting: at once while nobody was invited, else it is asked."""
    found = making.own(context, press.value)
    if found.state in changing.UNTOLD:
        return cancelled(context, press)
    date = meetings.next_one(context.db, found.id, context.now) or meetings.occurrences(context.db, found.id)[-1]
    return _ask(context, which.Found(found, date))


BUTTONS = {"undo": undo, "cancel_yes": cancelled, "date_off": date_off}
