"""Asking for leave to write late, and deciding on it; who waits too long is brought to mind."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from functools import partial

from integration import approval, deciders, phrases
from integration.batches import Found, tell_in_batches
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
    join,
    plain,
)
from integration.people import Person
from integration.plugin import Build, Context, Job, Run, Subcommand, Work
from integration.workdays import local_day
from plugins.logbook import limits, wording
from plugins.logbook.own import drafting, late, sending
from plugins.logbook.own.late import REASON_LENGTH, Late
from plugins.logbook.wording import DAYS_OPEN

FORM, APPROVE, REJECT, WITHDRAW = "logbook.late", "logbook.late_approve", "logbook.late_reject", "logbook.late_withdraw"
LIST = "susulan daftar"
BATCH = 100
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
        return Reply(said, buttons=(_write(t, day),), refused=True)
    withdraw = approval.withdraw_button(t, WITHDRAW, made.id)
    if not new:
        return Reply(t("Your request for {day} waits already.", day=shown), buttons=(withdraw,), refused=True)
    asked = deciders.asked_now(context, context.person)
    for decider in asked.people:
        context.tell(decider, late.key(made, "asked", decider.id), _request(made, context.person))
    said = t("Asked: to write of {day}. {who}", day=shown, who=approval.who_decides(t, asked))
    return Reply(said, buttons=(withdraw,))


def _request(made: Late, requester: Person, first: Text | None = None) -> Build:
    def build(t: Translate) -> Reply:
        return Reply(_about(t, made, requester, first), buttons=approval.decide_buttons(t, APPROVE, REJECT, made.id))

    return build


def _about(t: Translate, made: Late, requester: Person, first: Text | None = None) -> Text:
    lines = [
        t("{name} asks to write a report of {day}.", name=requester.name, day=phrases.day_name(t, made.day)),
        t("Reason: “{reason}”", reason=made.reason),
    ]
    return join("\n", [*([first] if first else []), *lines])


def _write(t: Translate, day: date) -> Button:
    return Button(t("Write it"), sending.ADD, day.isoformat(), "good", DAYS_OPEN)


def withdraw_pressed(context: Context, press: ButtonPress) -> Reply:
    t, made = context.t, late.get(context, approval.number(context, press.value))
    if made is None or made.person_id != context.person.id:
        raise UserError(t("This request is not yours."))
    withdrawn = late.decide(context, made, "withdrawn")
    if withdrawn is None:
        return approval.too_late(_became(context, late.get(context, made.id) or made))
    shown = phrases.day_name(t, made.day)
    for decider in late.told(context, withdrawn, context.person):
        context.tell(decider, late.key(made, "withdrawn", decider.id), _withdrawn(context.person, made))
    return Reply(t("Withdrawn: the request to write of {day}.", day=shown), replaces=True)


def _withdrawn(requester: Person, made: Late) -> Build:
    def build(t: Translate) -> Reply:
        day = phrases.day_name(t, made.day)
        return Reply(t("{name} has withdrawn the request to write of {day}.", name=requester.name, day=day))

    return build


# ---------------------------------------------------------------- deciding


def _open(context: Context, value: str) -> tuple[Late, Person]:
    return approval.opened(context, value, lambda id: late.get(context, id))


def approve(context: Context, press: ButtonPress) -> Reply:
    made, requester = _open(context, press.value)
    decided = late.decide(context, made, "approved")
    if decided is None:
        return _decided_before(context, made)
    _tell(context, requester, decided)
    what = context.t("Approved: {name} may write of {day}.", name=requester.name, day=phrases.day_name(context.t, made.day))
    return _done(context, what)


def ask_why(context: Context, press: ButtonPress) -> Answer:
    made, requester = _open(context, press.value)
    if made.state != "waiting":
        return _decided_before(context, made)
    t = context.t
    reader = t("{name} reads it.", name=requester.name)
    return approval.rejection(t, REJECT, t("Reject the request"), _about(t, made, requester), made.id, reader)


def reject(context: Context, submission: FormSubmission) -> Answer:
    made, requester = _open(context, submission.value)
    note = approval.reason_given(context, submission)
    if isinstance(note, FormErrors):
        return note
    decided = late.decide(context, made, "rejected", note)
    if decided is None:
        return _decided_before(context, made)
    _tell(context, requester, decided)
    day = phrases.day_name(context.t, made.day)
    return _done(context, context.t("Rejected: {name}, {day}. Reason: “{note}”", name=requester.name, day=day, note=note))


def _tell(context: Context, requester: Person, decided: Late) -> None:
    """The person, and those who were asked as well."""
    decider = context.person
    if requester.ended_on is None or requester.ended_on >= local_day(context.now, requester):
        context.tell(requester, f"logbook_late:{decided.id}:{decided.state}", _outcome(decider, decided))
    others = late.told(context, decided, requester)
    approval.tell_others(
        context, others, lambda id: late.key(decided, "decided", id), _told_others(decider, requester, decided)
    )


def _outcome(decider: Person, decided: Late) -> Build:
    def build(t: Translate) -> Reply:
        day = phrases.day_name(t, decided.day)
        if decided.state == "approved":
            said = t("{name} lets you write of {day}.", name=decider.name, day=day)
            return Reply(said, buttons=(_write(t, decided.day),))
        said = t("{name} has rejected your request to write of {day}. Reason: “{note}”", **_said(decider, day, decided))
        return Reply(said, buttons=(Button(t("Ask again"), "logbook.late_ask", decided.day.isoformat(), days=7),))

    return build


def _said(decider: Person, day: Text, decided: Late) -> dict[str, object]:
    return {"name": decider.name, "day": day, "note": decided.decision_note}


def _told_others(decider: Person, requester: Person, decided: Late) -> Build:
    def build(t: Translate) -> Reply:
        state, day = approval.outcome(t, decided.state, decided.decision_note), phrases.day_name(t, decided.day)
        names = {"name": decider.name, "requester": requester.name}
        return Reply(
            t("{name} has decided on the request of {requester} to write of {day}: {state}.", **names, day=day, state=state)
        )

    return build


def _decided_before(context: Context, made: Late) -> Reply:
    more = approval.more_waiting(context, len(late.to_decide(context)), "logbook.say", LIST)
    return approval.too_late(_became(context, late.get(context, made.id) or made), more)


def _became(context: Context, made: Late) -> Text:
    if made.state != "withdrawn":
        return approval.already_decided(context, made)
    at = phrases.clock_and_day(context.t, made.decided_at, context.person, context.now)
    return context.t("This request was withdrawn at {at}.", at=at)


def _done(context: Context, text: Text) -> Reply:
    return approval.done(context, text, len(late.to_decide(context)), "logbook.say", LIST)


# ---------------------------------------------------------------- the list


def listing(context: Context) -> Reply:
    """What waits for the reader's decision, and the reader's own requests."""
    t, waiting = context.t, late.to_decide(context)
    lines, buttons = list[Text](), list[Button]()
    for number, (made, requester) in enumerate(waiting[:_SHOWN], 1):
        about = _about(t, made, requester)
        lines.append(fill("{number}. {about} {since}", number=number, about=about, since=_since(context, made)))
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


# ---------------------------------------------------------------- what has waited too long


def escalate(run: Run) -> None:
    """Tell of the requests that have waited: who decides is reminded after a day, others are told after three."""
    tell_in_batches(run, _find)


def _find(work: Work, after: int) -> Found:
    found = late.waiting(work, work.now - deciders.REMIND_AFTER, after, BATCH)
    due = deciders.due(work, found, late.key, lambda _late, _requester: 3 * deciders.REMIND_AFTER)
    about = {late.key(each.request, each.what, each.reader.id): each.request.id for each in due}
    notices = [(each.reader, late.key(each.request, each.what, each.reader.id), _waits(each)) for each in due]
    return Found(found[-1].id if len(found) == BATCH else -1, notices, partial(_still, about=about))


def _waits(each: deciders.Told[Late]) -> Build:
    def build(t: Translate) -> Reply:
        superior = each.superior if each.what == "escalated" else each.reader
        first = approval.still_waits(t, each.request.requested_at, each.requester, superior, each.reader)
        return _request(each.request, each.requester, first)(t)

    return build


def _still(work: Work, keys: Collection[str], *, about: Mapping[str, int]) -> set[str]:
    """Those about requests that nobody has decided meanwhile."""
    open_ids = late.still_waiting(work, {about[key] for key in keys})
    return {key for key in keys if about[key] in open_ids}


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
BUTTONS = {"late_ask": ask_pressed, "late_approve": approve, "late_reject": ask_why, "late_withdraw": withdraw_pressed}
FORMS = {"late": submitted, "late_reject": reject}
JOBS = (Job("late_reports", "*/15 * * * *", escalate, catch_up_minutes=60),)
