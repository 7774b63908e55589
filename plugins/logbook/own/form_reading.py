"""The form of an activity as it came back: every field says what is wrong with it, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integration.dates import parse_day
from integration.errors import UserError
from integration.form_values import one_of
from integration.form_values import read as read_field
from integration.i18n import Translate
from integration.messages import File, FormErrors, FormSubmission, Text
from integration.plugin import Context
from integration.workdays import local_day
from plugins.logbook import entries, limits
from plugins.logbook.declared import forms as form_fields
from plugins.logbook.declared.forms import FormVersion
from plugins.logbook.entries import Content, Entry
from plugins.logbook.evidence import links as evidence_links
from plugins.logbook.own import amounts, contents, templates
from plugins.logbook.own.drafting import Draft
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import Target

NOBODY = "-"  # the choice of no target, or of no place: a select may not be empty
SEND, KEEP = "send", "draft"


@dataclass(frozen=True, slots=True)
class Read:
    day: date
    content: Content
    link: str
    send: bool
    target: Target | None = None
    files: tuple[File, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it can be sent as it is: whatever else is wanted, the form has asked for."""
        return self.send and self.content.minutes > 0


def values_of(submission: FormSubmission) -> dict[str, str]:
    return {name: str(value) for name, value in submission.values.items()}


def read(context: Context, submission: FormSubmission, shown: date | None, line: Entry | Draft | None) -> Read | FormErrors:
    """Every field says what is wrong with it, all at once. `shown` is the day under which the form was opened."""
    t, values, errors = context.t, values_of(submission), dict[str, str]()
    stands = shown if line is not None else None
    day = read_field(errors, "day", lambda: _day(context, values.get("day", "").strip() or str(shown or ""), stands))
    keep = read_field(errors, "then", lambda: one_of(t, values.get("then") or SEND, (SEND, KEEP)))
    activity = read_field(errors, "activity", lambda: _text(context, values, "activity", entries.LONGEST_ACTIVITY, True))
    minutes = read_field(errors, "time", lambda: _minutes(context, values.get("time", ""), send=keep == SEND))
    result = read_field(errors, "result", lambda: _text(context, values, "result", entries.LONGEST_RESULT, False))
    quantity = read_field(errors, "quantity", lambda: _quantity(context, values.get("quantity", "")))
    target = read_field(errors, "target", lambda: _target(context, values.get("target", ""), day, shown))
    place = read_field(errors, "place", lambda: _place(t, values.get("place", "")))
    link = read_field(errors, "link", lambda: _link(context, values.get("link", "")))
    form, answers = _answers(context, submission, line, errors)
    if errors or day is None or quantity is None or target is None:
        return FormErrors(errors)
    content = Content(
        activity or "",
        result or "",
        quantity[0],
        quantity[1],
        minutes or 0,
        target[0].id if target[0] else None,
        place or "",
        line.content.source if line else "",
        form.id if form else None,
        answers if form else None,
    )
    return Read(day, content, link or "", keep == SEND, target[0], tuple(form_fields.chosen(form, submission.files)))


def _answers(
    context: Context, submission: FormSubmission, line: Entry | Draft | None, errors: dict[str, str]
) -> tuple[FormVersion | None, dict[str, str]]:
    written = isinstance(line, Entry) and line.content.fields is not None
    form_id = line.content.form_id if line else None
    form = form_fields.of_entry(context.db, context.person, form_id, written=written)
    answers, problems = form_fields.read(
        form, context, values_of(submission), submission.files, line.content.fields if line else None
    )
    errors |= problems
    return form, answers


def _day(context: Context, text: str, stands: date | None) -> date:
    """Of the day on which an entry `stands` already its writing asks."""
    day = parse_day(text, local_day(context.now, context.person), context.t)
    if day != stands:
        limits.check(context, context.person, day)
    return day


def _text(context: Context, values: Mapping[str, str], name: str, longest: int, required: bool) -> str:
    text = values.get(name, "").strip()
    if required and not text:
        raise UserError(context.t("Please say what you did."))
    contents.check_length(context, context.person, text, longest)
    return text


def _minutes(context: Context, text: str, *, send: bool) -> int:
    if text.strip() in ("", "0", "-"):
        if send:
            raise UserError(context.t("How long did it take? Write for example: {example}", example=Text("`2 jam`")))
        return 0
    minutes = amounts.parse_minutes(text, context.t)
    contents.check_minutes(context, context.person, minutes)
    return minutes


def _quantity(context: Context, text: str) -> tuple[Decimal | None, str]:
    quantity, measure = amounts.parse_quantity(text, context.t)
    contents.check_length(context, context.person, measure, contents.LONGEST_MEASURE)
    contents.check_quantity(context, context.person, quantity)
    return quantity, measure


def _target(context: Context, value: str, day: date | None, shown: date | None) -> tuple[Target | None]:
    """The one that was chosen, or none; for a day of another year than the form was `shown` for, that of the same code."""
    if value in ("", NOBODY):
        return (None,)
    day = day or local_day(context.now, context.person)
    if value.isdecimal() and len(value) < 10:
        meant: int | None = int(value)
        if shown is not None and shown.year != day.year:
            meant = templates.target_in(context, context.person, int(value), day)
        return (contents.check_target(context, context.person, day.year, meant or int(value)),)
    return (targets.by_code(context.db, context.t, context.person.id, day.year, value),)


def _place(t: Translate, value: str) -> str:
    return "" if value in ("", NOBODY) else one_of(t, value, entries.PLACES)


def _link(context: Context, text: str) -> str:
    return " ".join(evidence_links.web_address(context, context.person, each) for each in text.split())
