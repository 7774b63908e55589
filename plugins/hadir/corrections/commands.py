"""`/hadir koreksi`: asking for a correction, in one line or with a form, and taking the request back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from integration import approval, phrases, workdays
from integration.dates import ClockTime, Words, parse_day, parse_time, take_day, take_time
from integration.deciders import asked_now
from integration.errors import UserError
from integration.form_values import one_line, one_of, read
from integration.form_values import reason as read_reason
from integration.i18n import Translate
from integration.messages import Answer, ButtonPress, Command, Field, Form, FormErrors, FormSubmission, Reply, Text
from integration.people import Person
from integration.plugin import Context, Subcommand
from plugins.hadir import corrections
from plugins.hadir.corrections import KINDS, REASON_LENGTH, Correction, Wrong, deciders
from plugins.hadir.corrections import decisions as correction_decisions
from plugins.hadir.corrections.wording import (
    decide_buttons,
    explain,
    recorded,
    refusal,
    request,
    state_line,
    summary,
    withdraw_button,
)
from plugins.hadir.rules import PLACES
from plugins.hadir.service import Event

KIND_WORDS = {"masuk": "in", "datang": "in", "in": "in", "pulang": "out", "keluar": "out", "out": "out"}
_SAME = "same"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a line has said so far."""

    day: date | None = None
    kind: str = ""
    time: ClockTime | None = None
    place: str = ""
    reason: str = ""


def correct(context: Context, command: Command) -> Answer:
    """A whole request is taken at once; a part of one opens the form with that part filled in."""
    if command.words and command.words[0].lower() in ("daftar", "list"):
        return correction_decisions.listing(context)
    draft = _read_line(context, command.words)
    try:
        if draft.day:
            corrections.check_day(context, draft.day)
        if draft.day and draft.kind and draft.time and draft.reason:
            return _ask(context, draft.day, draft.kind, draft.time, draft.place, draft.reason)
    except Wrong as wrong:
        raise refusal(context, wrong) from None
    return _form(context, draft)


def _read_line(context: Context, words: Words) -> Draft:
    """Day, kind, place and time in any order; what follows once day, kind and time are known is the reason."""
    today = workdays.local_day(context.now, context.person)
    day: date | None = None
    kind, place, time = "", "", None
    while words and not (day and kind and time):
        before, word = words, words[0].lower()
        if not kind and word in KIND_WORDS:
            kind, words = KIND_WORDS[word], words[1:]
        elif not place and word in PLACES:
            place, words = word, words[1:]
        if day is None and words is before:
            day, words = take_day(words, today, context.t)
        if time is None and words is before:
            time, words = take_time(words, context.t)
        if words is before:
            break
    return Draft(day, kind, time, place, one_line(" ".join(words)))


# ---------------------------------------------------------------- the form


def _form(context: Context, draft: Draft) -> Form:
    t, person = context.t, context.person
    day, kind = corrections.suggest(context, draft.day, draft.kind)
    places = ((_SAME, t("unchanged")), *((code, phrases.place(code)) for code in PLACES))
    clock = f"{draft.time.hour:02}:{draft.time.minute:02}" if draft.time else ""
    zone = workdays.zone_name(draft.time.zone if draft.time and draft.time.zone else person.zone, context.now)
    return Form(
        action="hadir.correction",
        title=t("Correct attendance"),
        intro=recorded(t, day, corrections.on_day(context, person.id, day), person),
        submit=t("Send"),
        fields=(
            Field("day", t("Day"), "date", day.isoformat(), hint=t("For example: yesterday, Monday, 24/11")),
            Field("kind", t("Check-in or check-out"), "select", kind, choices=(("in", t("Check-in")), ("out", t("Check-out")))),
            Field("time", t("Time ({zone})", zone=Text(zone)), "time", clock, hint=t("For example: 07.30 or 16.05")),
            Field("place", t("Place"), "select", draft.place or _SAME, choices=places, required=False),
            Field("reason", t("Reason"), "textarea", draft.reason[:REASON_LENGTH], max_length=REASON_LENGTH),
        ),
        value=draft.time.zone if draft.time else "",
    )


def submitted(context: Context, submission: FormSubmission) -> Answer:
    """The form came back: everything is read again, and every field says what is wrong with it."""
    errors: dict[str, str] = {}
    values = {name: str(text) for name, text in submission.values.items()}
    today = workdays.local_day(context.now, context.person)
    day = read(errors, "day", lambda: parse_day(values.get("day", ""), today, context.t))
    time = read(errors, "time", lambda: parse_time(values.get("time", ""), context.t))
    kind = read(errors, "kind", lambda: one_of(context.t, values.get("kind", ""), KINDS))
    place = read(errors, "place", lambda: one_of(context.t, values.get("place") or _SAME, (_SAME, *PLACES)))
    reason = read(errors, "reason", lambda: read_reason(context.t, values.get("reason", ""), REASON_LENGTH))
    if errors or day is None or time is None or kind is None or place is None or reason is None:
        return FormErrors(errors)
    if submission.value and not time.zone:
        time = ClockTime(time.hour, time.minute, submission.value)
    try:
        return _ask(context, day, kind, time, "" if place == _SAME else place, reason)
    except Wrong as wrong:
        return FormErrors({wrong.field: explain(context, wrong)})


# ---------------------------------------------------------------- the request


def _ask(context: Context, day: date, kind: str, time: ClockTime, place: str, reason: str) -> Reply:
    corrections.check_day(context, day)
    reason = read_reason(context.t, reason, REASON_LENGTH)
    found = corrections.on_day(context, context.person.id, day)
    at = corrections.moment(time, day, kind, context.plan(context.person, day), found, context.person)
    place = place if kind == "in" else ""
    waiting = corrections.waiting_for(context, day, kind)
    if waiting is not None:
        return _waits_already(context, waiting)
    corrections.check(context, day, kind, at, place, found)
    correction, new = corrections.ask(context, day, kind, at, place, reason)
    if not new:
        return _waits_already(context, correction)
    standing = found.arrival if kind == "in" else found.departure
    asked = _tell_deciders(context, correction, standing)
    text = context.t("Correction sent: {what}. {who}", what=summary(context.t, correction, context.person), who=asked)
    return Reply(text, buttons=(withdraw_button(context.t, correction),))


def _waits_already(context: Context, correction: Correction) -> Reply:
    text = context.t(
        "A correction of this day is waiting already: {what}. Withdraw it if you want to ask for something else.",
        what=summary(context.t, correction, context.person),
    )
    return Reply(text, buttons=(withdraw_button(context.t, correction),), refused=True)


def _tell_deciders(context: Context, correction: Correction, standing: Event | None) -> Text:
    """Send the request to those who decide; the sentence that says who they are."""
    asked = asked_now(context, context.person)
    for decider in asked.people:
        _tell_decider(context, decider, correction, standing)
    return approval.who_decides(context.t, asked)


def _tell_decider(context: Context, decider: Person, correction: Correction, standing: Event | None) -> None:
    def message(t: Translate) -> Reply:
        return Reply(request(t, correction, context.person, standing), buttons=decide_buttons(t, correction))

    context.tell(decider, deciders.key(correction, "asked", decider.id), message)


def withdraw(context: Context, press: ButtonPress) -> Reply:
    """The person takes the request back; those who were asked hear of it."""
    correction = corrections.get(context, approval.number(context, press.value))
    if correction is None or correction.person_id != context.person.id:
        raise UserError(context.t("This request is not yours."))
    withdrawn = corrections.decide(context, correction, "withdrawn")
    if withdrawn is None:
        now = corrections.get(context, correction.id)
        return approval.too_late(state_line(context, now or correction))
    for decider in deciders.told(context, withdrawn, context.person):
        _tell_withdrawn(context, decider, withdrawn)
    what = summary(context.t, withdrawn, context.person)
    return Reply(context.t("Withdrawn: {what}. Nothing was changed.", what=what), replaces=True)


def _tell_withdrawn(context: Context, decider: Person, correction: Correction) -> None:
    def message(t: Translate) -> Reply:
        what = summary(t, correction, context.person)
        return Reply(t("{name} has withdrawn the correction: {what}.", name=context.person.name, what=what))

    context.tell(decider, deciders.key(correction, "withdrawn", decider.id), message)


SUBCOMMANDS = (
    Subcommand(
        "koreksi",
        correct,
        "Ask your supervisor to correct a time; without words: a form; `daftar`: what waits",
        arguments="[day] [masuk|pulang] [time] [reason] | daftar",
        example="/hadir koreksi kemarin pulang 16.05 lupa menekan tombol",
        aliases=("correct", "correction", "perbaiki"),
        writes=True,
    ),
)
BUTTONS = {"correction_withdraw": withdraw, **correction_decisions.BUTTONS}
FORMS = {"correction": submitted, **correction_decisions.FORMS}
