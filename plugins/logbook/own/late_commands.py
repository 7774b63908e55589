"""Asking for leave to write late, and the list of what waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from integration import approval, deciders, phrases
from integration.dates import parse_day, take_day
from integration.errors import UserError
from integration.form_values import read as read_field
from integration.form_values import reason as read_reason
from integration.i18n import Translate
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
    plain,
)
from integration.people import Person
from integration.plugin import Build, Context, Subcommand
from integration.workdays import local_day
from plugins.logbook import limits, wording
from plugins.logbook.own import drafting, late
from plugins.logbook.own.late import REASON_LENGTH, Late
from plugins.logbook.own.late_wording import APPROVE, REJECT, WITHDRAW, about, became, request, write_button

FORM = "logbook.late"
_SHOWN = 5


# ---------------------------------------------------------------- asking


def command(context: Context, given: Command) -> Answer:
    """`susulan 10/11 dinas ke lapangan`; without a day or a reason the form; `daftar`: what waits."""
    if given.words and given.words[0].lower() in ("daftar", "list"):
        return listing(context)
    day, rest = take_day(given.words, local_day(context.now, context.person), context.t)
    reason = " ".join(rest)
    if day is not None:
        late.check_day(context, day)
    if day is None or not reason:
        return form(context, day, reason)
    return _asked(context, day, read_reason(context.t, reason, REASON_LENGTH))


def form(context: Context, day: date | None, reason: str = "") -> Form:
    t = context.t
    latest = limits.first_free(context, context.person) - timedelta(days=1)
    fields = (
        Field("day", t("Day"), "date", (day or latest).isoformat(), plain(t("For example: 10/11 or last Monday"))),
        Field("reason", t("Reason"), "textarea", reason[:REASON_LENGTH], plain(_read_by(t)), max_length=REASON_LENGTH),
    )
    return Form(FORM, t("Write of an earlier day"), fields, submit=t("Ask"))


def _read_by(t: Translate) -> Text:
    return t("Only those who decide read it.")


def ask_pressed(context: Context, press: ButtonPress) -> Answer:
    return form(context, drafting.day_of(press.value))


def submitted(context: Context, submission: FormSubmission) -> Answer:
    t, errors, values = context.t, dict[str, str](), submission.values
    today = local_day(context.now, context.person)
    day = read_field(errors, "day", lambda: _day(context, str(values.get("day", "")), today))
    reason = read_field(errors, "reason", lambda: read_reason(t, values.get("reason", ""), REASON_LENGTH))
    if errors or day is None or reason is None:
        return FormErrors(errors)
    return _asked(context, day, reason)


def _day(context: Context, text: str, today: date) -> date:
    day = parse_day(text, today, context.t)
    late.check_day(context, day)
    return day


def _asked(context: Context, day: date, reason: str) -> Reply:
    t = context.t
    made, new = late.ask(context, day, reason)
    shown = phrases.day_name(t, day)
    if not new and made.state == "approved":
        said = t("{day} is open to you already.", day=shown)
        return Reply(said, buttons=(write_button(t, day),), refused=True)
    withdraw, asked = approval.withdraw_button(t, WITHDRAW, made.id), deciders.asked_now(context, context.person)
    if not new:
        said = t("Your request for {day} waits already. {who}", day=shown, who=approval.who_decides(t, asked))
        return Reply(said, buttons=(withdraw,), refused=True)
    for decider in asked.people:
        context.tell(decider, late.key(made, "asked", decider.id), request(made, context.person))
    said = t("Asked: to write of {day}. {who}", day=shown, who=approval.who_decides(t, asked))
    return Reply(said, buttons=(withdraw,))


def withdraw_pressed(context: Context, press: ButtonPress) -> Reply:
    t, made = context.t, late.get(context, approval.number(context, press.value))
    if made is None or made.person_id != context.person.id:
        raise UserError(t("This request is not yours."))
    withdrawn = late.decide(context, made, "withdrawn")
    if withdrawn is None:
        return approval.too_late(became(context, late.get(context, made.id) or made))
    shown = phrases.day_name(t, made.day)
    for decider in late.told(context, withdrawn, context.person):
        context.tell(decider, late.key(made, "withdrawn", decider.id), _withdrawn(context.person, made))
    return Reply(t("Withdrawn: the request to write of {day}.", day=shown), replaces=True)


def _withdrawn(requester: Person, made: Late) -> Build:
    def build(t: Translate) -> Reply:
        day = phrases.day_name(t, made.day)
        return Reply(t("{name} has withdrawn the request to write of {day}.", name=requester.name, day=day))

    return build


# ---------------------------------------------------------------- the list


def listing(context: Context) -> Reply:
    """What waits for the reader's decision, and the reader's own requests."""
    t, waiting = context.t, late.to_decide(context)
    lines, buttons = list[Text](), list[Button]()
    for number, (made, requester) in enumerate(waiting[:_SHOWN], 1):
        said = about(t, made, requester)
        lines.append(fill("{number}. {about} {since}", number=number, about=said, since=_since(context, made)))
        buttons += approval.decide_buttons(t, APPROVE, REJECT, made.id, str(number))
    lines += approval.more_of_list(t, len(waiting) - _SHOWN)
    own = late.own(context)
    lines += [t("Your requests to write of earlier days:")] if own else []
    for made in own:
        state = approval.outcome(t, made.state, made.decision_note)
        lines.append(fill("- {day}: {state}", day=phrases.day_name(t, made.day), state=state))
        if made.state == "waiting":
            label = t("Withdraw {day}", day=phrases.short_day(t, made.day))
            buttons.append(approval.withdraw_button(t, WITHDRAW, made.id, label))
    if not lines:
        return Reply(t("No request waits. To write of an earlier day: {how}", how=Text("`/logbook susulan`")))
    return Reply(wording.under(lines), buttons=tuple(buttons))


def _since(context: Context, made: Late) -> Text:
    return approval.waiting_since(context, made.requested_at)


SUBCOMMANDS: Sequence[Subcommand] = (
    Subcommand(
        "susulan",
        command,
        "Ask your supervisor to let you write of an earlier day",
        arguments="[day] [reason] | daftar",
        example="/logbook susulan 2/11 dinas ke lapangan",
        aliases=("terlambat",),
        writes=True,
    ),
)
BUTTONS = {"late_ask": ask_pressed, "late_withdraw": withdraw_pressed}
FORMS = {"late": submitted}
