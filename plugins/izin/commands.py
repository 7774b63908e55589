"""`/izin` and its kinds in one line; what is missing or wrong in it goes on in a form."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from integration import guidance, phrases, workdays
from integration.dates import Span, take_span
from integration.errors import UserError
from integration.messages import Answer, Button, Command, Reply, Text, fill, join, plain
from integration.plugin import Context, Handler, Plugin
from integration.rulebook.models import LeaveType
from plugins.izin import asking, counting, drafts, forms, lists, types, wording
from plugins.izin.checks import Clash, Wrong
from plugins.izin.drafts import Draft

# Of a line that goes into the form again: more than a reason may be long, so that what is too long can be shortened.
_LINE = 2000
_AHEAD = 14
_FIGURE = re.compile(r"\d")


def ask(kind: str) -> Handler:
    """`cuti …`, `sakit …`, …: a whole request is taken at once; a part of one opens the form."""

    def handler(context: Context, command: Command) -> Answer:
        try:
            draft = drafts.read(context, kind, command.words)
            if kind == "sakit" and draft.span is None and draft.hours is None and not _FIGURE.search(draft.reason):
                return _ill_now(context, draft)
            return asking.take(context, draft) if draft.complete else forms.show(context, draft)
        except Clash as clash:
            return _taken(context, kind, command, clash)
        except Wrong as wrong:
            return _refused(context, kind, command, wording.explain(context, wrong))
        except UserError as error:
            return _refused(context, kind, command, error.args[0])

    return handler


def _refused(context: Context, kind: str, command: Command, why: str) -> Reply:
    said = why if isinstance(why, Text) else fill("{why}", why=why)
    return Reply(said, buttons=(_mend(context, kind, command),), refused=True)


def _mend(context: Context, kind: str, command: Command) -> Button:
    """What was typed goes into the form, so that it need not be typed again."""
    return Button(context.t("Mend it"), asking.EDIT, f"{kind} {' '.join(command.words)}"[:_LINE])


def _taken(context: Context, kind: str, command: Command, clash: Clash) -> Reply:
    """Either request may be the wrong one: the first can be taken back, the other be given other days."""
    withdraw = asking.withdraw_button(context.t, clash.other)
    buttons = (withdraw, _mend(context, kind, command))
    return Reply(asking.taken(context, clash.wish, clash.other), buttons=buttons, refused=True)


def _ill_now(context: Context, draft: Draft) -> Answer:
    """`sakit` alone, or with what it is: today, at once. Who is ill should not have to press a second time; a button takes it
    back, and the supervisor decides anyway. (With a figure in it the words may be a day that could not be read.)

    Is there nothing left to work today, it is the next working day that may be meant: that is asked.
    """
    today = workdays.local_day(context.now, context.person)
    days = counting.plans(context, context.person, today, today + timedelta(days=_AHEAD))
    plan = days[today]
    if plan.start is not None and plan.end is not None and context.now < plan.end:
        return asking.take(context, replace(draft, span=Span(today, today)))
    coming = next((day for day in sorted(days) if day > today and counting.is_working(days[day])), None)
    if coming is None:
        return forms.show(context, draft)
    t = context.t
    later = Button(t("Ill on {day}", day=phrases.short_day(t, coming)), asking.SAY, f"sakit {coming:%d/%m/%Y}", "good")
    other = Button(t("Other days"), asking.EDIT, "sakit")
    text = t("You have no working hours left today. Are you ill on {day}?", day=phrases.day_name(t, coming))
    return Reply(text, buttons=(later, other))


# ---------------------------------------------------------------- days without a kind


def without_kind(plugin: Callable[[], Plugin]) -> Handler:
    """`/izin 2 hari mulai Senin`, `/izin melahirkan 1 Des`: which kind is asked with buttons; else the nearest words."""

    def handler(context: Context, command: Command) -> Answer:
        today = workdays.local_day(context.now, context.person)
        leave, rest = types.take(types.rules(context, context.person, today).types, command.words)
        if leave is not None:
            return _offer(context, leave, rest)
        span, _ = take_span(command.words, today, context.t)
        if span is None:
            return guidance.did_you_mean(plugin())(context, command)
        return _which_kind(context, command, today)

    return handler


def _offer(context: Context, leave: LeaveType, rest: tuple[str, ...]) -> Answer:
    t = context.t
    line = " ".join((leave.kind, leave.code, *rest))[:_LINE]
    words = Text("") if not rest else fill(" {words}", words=" ".join(rest))
    text = t("Do you want to ask for {name}{words}?", name=types.name(t, leave), words=words)
    return Reply(
        text, buttons=(Button(t("Yes, ask"), asking.SAY, _spoken(line), "good"), Button(t("Mend it"), asking.EDIT, line))
    )


def _which_kind(context: Context, command: Command, today: date) -> Reply:
    t, rest = context.t, " ".join(command.words)
    buttons = [
        Button(plain(types.name(t, known[0])), asking.SAY, _spoken(f"{kind} {rest}")[:_LINE])
        for kind in types.KINDS
        if (known := types.of_kind(context, context.person, kind, today))
    ]
    return Reply(t("“{words}”: what kind of absence?", words=rest), buttons=tuple(buttons), refused=True)


def _spoken(line: str) -> str:
    """The word of the subcommand for the kind that begins the line."""
    return "belajar" + line.removeprefix("tugas_belajar") if line.startswith("tugas_belajar") else line


# ---------------------------------------------------------------- the menu


def home(context: Context, _command: Command) -> Reply:
    """`/izin` alone: balance, what waits, and a button for each kind."""
    t = context.t
    lines = [*lists.menu_lines(context), t("Or in one line: {example}", example=Text("`/izin cuti 1–3 Des`"))]
    buttons = (
        Button(t("Ill today"), asking.SAY, "sakit hari ini"),
        Button(t("Leave"), asking.SAY, "cuti"),
        Button(t("Permission"), asking.SAY, "izin"),
        Button(t("Official travel"), asking.SAY, "dinas"),
        Button(t("Requests"), asking.SAY, "daftar"),
        Button(t("Team"), asking.SAY, "tim"),
    )
    return Reply(join("\n", lines), buttons=buttons)
