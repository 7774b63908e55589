"""The form of a kind of absence: what is known is filled in, what was typed comes back with what is wrong about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from integration import approval, form_values, workdays
from integration.dates import ClockTime, Hours, Span, parse_span, show_day, take_hours
from integration.errors import UserError
from integration.messages import Answer, ButtonPress, Field, Form, FormErrors, FormSubmission, Reply, Text, plain
from integration.people import Person
from integration.plugin import Context
from integration.rulebook.models import LeaveType
from plugins.izin import absences, asking, drafts, lists, types, wording
from plugins.izin.absences import NUMBER_LENGTH, REASON_LENGTH
from plugins.izin.checks import BY_THE_HOUR, Clash, Wrong
from plugins.izin.drafts import Draft

_DAYS_LENGTH = 150


def edit(context: Context, press: ButtonPress) -> Answer:
    """The form with what was typed before; what cannot be read stands in its fields as it was."""
    kind, _, rest = press.value.partition(" ")
    if kind == asking.AGAIN:
        return _again(context, approval.number(context, rest))
    if kind not in types.KINDS:
        raise UserError(context.t("This request does not exist any more."))
    said = tuple(rest.split())
    try:
        return show(context, drafts.read(context, kind, said))
    except UserError:
        today = workdays.local_day(context.now, context.person)
        known = types.of_kind(context, context.person, kind, today)
        leave, words = types.take(known, said)
        days, more = _at_a_word(" ".join(words), _DAYS_LENGTH)
        return show(context, Draft(kind, leave or (known[0] if known else None), reason=more), said=days)


def _at_a_word(words: str, most: int) -> tuple[str, str]:
    """What fits, and the rest."""
    if len(words) <= most:
        return words, ""
    end = words.rfind(" ", 0, most + 1)
    end = end if end > 0 else most
    return words[:end], words[end:].strip()


def _again(context: Context, absence_id: int) -> Answer:
    """Everything of an earlier request of one's own, so that only what was wrong with it has to be changed."""
    found, person = absences.get(context, absence_id), context.person
    if found is None or found.person_id != person.id:
        raise UserError(context.t("This request is not yours."))
    leave = types.by_code(context, person, found.type, workdays.local_day(context.now, person))
    hours = Hours(_clock(found.start, person), _clock(found.end, person)) if found.start and found.end else None
    draft = Draft(found.kind, leave, Span(found.first, found.last), hours, found.letter_number, found.reason)
    return show(context, draft)


def _clock(at: datetime, person: Person) -> ClockTime:
    local = at.astimezone(person.tz)
    return ClockTime(local.hour, local.minute)


def show(context: Context, draft: Draft, said: str = "") -> Answer:
    """The form of a kind, filled as far as it is known; `said` are days that could not be read."""
    t = context.t
    today = workdays.local_day(context.now, context.person)
    known = types.of_kind(context, context.person, draft.kind, today)
    if not known or draft.leave is None:
        return Reply(t("The rules of this office know no such absence."), refused=True)
    fields = [_days(context, draft, said), *_letter(context, draft, known), _reason_field(context, draft, known)]
    if draft.kind in BY_THE_HOUR:
        hint = t("For a part of one day, for example 08.00–10.00")
        fields.insert(1, Field("hours", t("Hours"), "text", _hours_said(draft.hours), hint=hint, required=False, max_length=40))
    if len(known) > 1:
        choices = tuple((each.code, plain(types.name(t, each))) for each in known)
        fields.insert(0, Field("type", t("Type"), "select", draft.leave.code, choices=choices))
    title = plain(types.name(t, known[0])) if len(known) == 1 else lists.title(t, draft.kind)
    intro = lists.balance_line(context, known[0]) or Text("")
    return Form("izin.ask", title, tuple(fields), value=draft.kind, intro=intro, submit=t("Send"))


def _days(context: Context, draft: Draft, said: str) -> Field:
    given = said or _days_said(context, draft)
    return Field("days", context.t("Days"), "text", given, hint=_days_hint(context, draft), max_length=_DAYS_LENGTH)


def _letter(context: Context, draft: Draft, known: Sequence[LeaveType]) -> list[Field]:
    """What is too long, here and in the reason, stands there whole: whoever wrote it knows best what can go."""
    if not any(each.needs_number for each in known):
        return []
    label, hint, most = (
        context.t("Number of the letter"),
        context.t("It can follow later"),
        max(NUMBER_LENGTH, len(draft.number)),
    )
    return [Field("number", label, "text", draft.number, hint=hint, required=False, max_length=most)]


def _reason_field(context: Context, draft: Draft, known: Sequence[LeaveType]) -> Field:
    """Hours that the kind has no field for are kept with it."""
    t, reason = context.t, draft.reason
    if draft.kind not in BY_THE_HOUR and draft.hours is not None:
        reason = f"{_hours_said(draft.hours)} {reason}".strip()
    hint = t("Only the person who decides and the personnel officers read it")
    needed = len(known) == 1 and types.needs_reason(known[0])
    most = max(REASON_LENGTH, len(reason))
    return Field("reason", t("Reason"), "textarea", reason, hint=hint, required=needed, max_length=most)


def _days_said(context: Context, draft: Draft) -> str:
    """The span as it can be read again."""
    span = draft.span
    if span is None:
        return ""
    if span.first is None:
        return plain(context.t("{days} days", days=span.count))
    first = f"{span.first:%d/%m/%Y}"
    if span.last is None:
        return plain(context.t("{days} days from {first}", days=span.count, first=first))
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
    values = {name: form_values.one_line(text) for name, text in submission.values.items()}
    errors: dict[str, str] = {}
    leave = form_values.read(errors, "type", lambda: _type(context, kind, values.get("type", "")))
    span = form_values.read(errors, "days", lambda: _span(context, kind, leave, values.get("days", "")))
    hours = form_values.read(errors, "hours", lambda: _hours(context, values.get("hours", "")))
    number = form_values.read(errors, "number", lambda: asking.letter_number(context.t, values.get("number", "")))
    why = form_values.read(errors, "reason", lambda: _reason(context, leave, values.get("reason", "")))
    if errors or leave is None or span is None or number is None or why is None:
        return _mended(submission, errors)
    try:
        return asking.take(context, Draft(kind, leave, span, hours, number, why))
    except Clash as clash:
        return _mended(submission, {"days": asking.taken(context, clash.wish, clash.other)})
    except Wrong as wrong:
        return _mended(submission, {wrong.field: wording.explain(context, wrong)})


def _mended(submission: FormSubmission, errors: Mapping[str, str]) -> FormErrors:
    """The form stays open; what belongs to a field that it does not have is said of the whole."""
    return FormErrors({name if name in submission.values else "": text for name, text in errors.items()})


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
    return form_values.reason(context.t, text, REASON_LENGTH, required=leave is not None and types.needs_reason(leave))
