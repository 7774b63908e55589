"""`/izin` and its kinds: in one line, or with a form in which what was said is filled in already."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from integration import guidance, phrases, workdays
from integration.dates import Hours, Span, parse_span, show_day, take_hours, take_span
from integration.errors import UserError
from integration.form_values import one_line, read, reason
from integration.messages import (
    Answer,
    Button,
    ButtonPress,
    Command,
    Field,
    Form,
    FormErrors,
    FormSubmission,
    Reply,
    Text,
    fill,
    join,
    plain,
)
from integration.plugin import Context, Handler, Plugin
from integration.rulebook.models import LeaveType
from plugins.izin import asking, counting, drafts, lists, types, wording
from plugins.izin.absences import NUMBER_LENGTH, REASON_LENGTH
from plugins.izin.checks import BY_THE_HOUR, Wish, Wrong
from plugins.izin.drafts import Draft

_LINE = 600
_AHEAD = 14
_FIGURE = re.compile(r"\d")


def ask(kind: str) -> Handler:
    """`cuti …`, `sakit …`, …: a whole request is taken at once; a part of one opens the form."""

    def handler(context: Context, command: Command) -> Answer:
        try:
            draft = drafts.read(context, kind, command.words)
            if kind == "sakit" and draft.span is None and draft.hours is None and not _FIGURE.search(draft.reason):
                return _ill_now(context, draft)
            return _take(context, draft) if draft.complete else _form(context, draft)
        except Wrong as wrong:
            return _refused(context, kind, command, wording.explain(context, wrong))
        except UserError as error:
            return _refused(context, kind, command, error.args[0])

    return handler


def _refused(context: Context, kind: str, command: Command, why: str) -> Reply:
    """What was typed goes into the form, so that it need not be typed again."""
    mend = Button(context.t("Mend it"), asking.EDIT, f"{kind} {' '.join(command.words)}"[:_LINE])
    return Reply(why if isinstance(why, Text) else fill("{why}", why=why), buttons=(mend,), refused=True)


def _take(context: Context, draft: Draft) -> Reply:
    leave, span = draft.leave, draft.span
    assert leave is not None  # noqa: S101  # a complete draft has both
    assert span is not None  # noqa: S101
    resolved = counting.resolve(context, context.person, leave, span)
    assert resolved is not None  # noqa: S101  # a complete draft has a first day
    first, last = resolved
    said = reason(context.t, draft.reason, REASON_LENGTH, required=False)
    # The rules of the first day decide, which may be others than today's.
    leave = types.by_code(context, context.person, leave.code, first) or leave
    return asking.ask(context, Wish(leave, first, last, draft.hours, said, draft.number[:NUMBER_LENGTH]))


def _ill_now(context: Context, draft: Draft) -> Answer:
    """`sakit` alone, or with what it is: today, at once. Who is ill should not have to press a second time; a button takes it
    back, and the supervisor decides anyway. (With a figure in it the words may be a day that could not be read.)

    Is there nothing left to work today, it is the next working day that may be meant: that is asked.
    """
    today = workdays.local_day(context.now, context.person)
    days = counting.plans(context, context.person, today, today + timedelta(days=_AHEAD))
    plan = days[today]
    if plan.start is not None and plan.end is not None and context.now < plan.end:
        return _take(context, replace(draft, span=Span(today, today)))
    coming = next((day for day in sorted(days) if day > today and counting.is_working(days[day])), None)
    if coming is None:
        return _form(context, draft)
    t = context.t
    later = Button(t("Ill on {day}", day=phrases.short_day(t, coming)), asking.SAY, f"sakit {coming:%d/%m/%Y}", "good")
    other = Button(t("Other days"), asking.EDIT, "sakit")
    text = t("You have no working hours left today. Are you ill on {day}?", day=phrases.day_name(t, coming))
    return Reply(text, buttons=(later, other))


# ---------------------------------------------------------------- the form


def edit(context: Context, press: ButtonPress) -> Answer:
    """The form with what was typed before; what cannot be read stands in its fields as it was."""
    kind, _, rest = press.value.partition(" ")
    if kind not in types.KINDS:
        raise UserError(context.t("This request does not exist any more."))
    said = tuple(rest.split())
    try:
        return _form(context, drafts.read(context, kind, said))
    except UserError:
        today = workdays.local_day(context.now, context.person)
        known = types.of_kind(context, context.person, kind, today)
        leave, words = types.take(known, said)
        return _form(context, Draft(kind, leave or (known[0] if known else None)), said=" ".join(words))


def _form(context: Context, draft: Draft, said: str = "") -> Answer:
    t = context.t
    today = workdays.local_day(context.now, context.person)
    known = types.of_kind(context, context.person, draft.kind, today)
    if not known or draft.leave is None:
        return Reply(t("The rules of this office know no such absence."), refused=True)
    fields = [Field("days", t("Days"), "text", said[:150] or _days_said(context, draft), hint=_days_hint(context, draft))]
    if len(known) > 1:
        choices = tuple((each.code, plain(types.name(t, each))) for each in known)
        fields.insert(0, Field("type", t("Type"), "select", draft.leave.code, choices=choices))
    if draft.kind in BY_THE_HOUR:
        hint = t("For a part of one day, for example 08.00–10.00")
        fields.append(Field("hours", t("Hours"), "text", _hours_said(draft.hours), hint=hint, required=False, max_length=40))
    if any(each.needs_number for each in known):
        hint = t("It can follow later")
        fields.append(
            Field("number", t("Number of the letter"), "text", draft.number[:NUMBER_LENGTH], hint=hint, required=False)
        )
    needed = any(types.needs_reason(each) for each in known) and len(known) == 1
    hint = t("Only the person who decides and the personnel officers read it")
    said = draft.reason[:REASON_LENGTH]
    fields.append(Field("reason", t("Reason"), "textarea", said, hint=hint, required=needed, max_length=REASON_LENGTH))
    title = plain(types.name(t, known[0])) if len(known) == 1 else lists.title(t, draft.kind)
    intro = lists.balance_line(context, known[0]) or Text("")
    return Form("izin.ask", title, tuple(fields), value=draft.kind, intro=intro, submit=t("Send"))


def _days_said(context: Context, draft: Draft) -> str:
    """The span as it can be read again."""
    span = draft.span
    if span is None:
        return ""
    first = f"{span.first:%d/%m/%Y}" if span.first else ""
    if span.last is None:
        return plain(context.t("{days} days from {first}", days=span.count, first=first)) if first else ""
    return first if span.last == span.first else f"{first} – {span.last:%d/%m/%Y}"


def _days_hint(context: Context, draft: Draft) -> Text:
    if draft.span is not None and draft.span.first is None:
        return context.t("For example: {days} days from Monday", days=draft.span.count)
    # The days of this month may have passed.
    next_month = workdays.local_day(context.now, context.person).replace(day=1) + timedelta(days=31)
    month = show_day(next_month, context.t, "MMM")
    return context.t("For example: tomorrow, 1–3 {month}, 2 days from Monday", month=month)


def _hours_said(hours: Hours | None) -> str:
    if hours is None:
        return ""
    return f"{hours.start.hour:02}.{hours.start.minute:02}–{hours.end.hour:02}.{hours.end.minute:02}"


def submitted(context: Context, submission: FormSubmission) -> Answer:
    """The form came back: everything is read again, and every field says what is wrong with it."""
    kind = submission.value
    values = {name: one_line(text) for name, text in submission.values.items()}
    errors: dict[str, str] = {}
    leave = read(errors, "type", lambda: _type(context, kind, values.get("type", "")))
    span = read(errors, "days", lambda: _span(context, kind, leave, values.get("days", "")))
    hours = read(errors, "hours", lambda: _hours(context, values.get("hours", "")))
    why = read(errors, "reason", lambda: _reason(context, leave, values.get("reason", "")))
    if errors or leave is None or span is None or why is None:
        return FormErrors(errors)
    try:
        return _take(context, Draft(kind, leave, span, hours, values.get("number", "")[:NUMBER_LENGTH], why))
    except Wrong as wrong:
        return FormErrors({wrong.field: wording.explain(context, wrong)})


def _type(context: Context, kind: str, code: str) -> LeaveType:
    today = workdays.local_day(context.now, context.person)
    known = types.of_kind(context, context.person, kind, today)
    found = next((each for each in known if each.code == code or (not code and len(known) == 1)), None)
    if found is None:
        raise UserError(context.t("Please choose one of the list."))
    return found


def _span(context: Context, kind: str, leave: LeaveType | None, text: str) -> Span:
    span, rest = drafts.take_days(context, kind, leave, tuple(text.split()))
    if span is None or rest:
        span = parse_span(text, workdays.local_day(context.now, context.person), context.t)
    if span.first is None:
        raise UserError(context.t("From which day on? For example: {days} days from Monday", days=span.count))
    return span


def _hours(context: Context, text: str) -> Hours | None:
    if not text:
        return None
    hours, rest = take_hours(tuple(text.split()), context.t)
    if hours is None or rest:
        raise UserError(context.t("These hours cannot be read. Write for example 08.00–10.00."))
    return hours


def _reason(context: Context, leave: LeaveType | None, text: str) -> str:
    return reason(context.t, text, REASON_LENGTH, required=leave is not None and types.needs_reason(leave))


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
