"""Deciding on corrections: *Setujui*, *Tolak* with a reason, and the list for whom a message was lost."""

from __future__ import annotations

from collections.abc import Callable

from integration import people
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import (
    Answer,
    Button,
    ButtonPress,
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
from integration.plugin import Context
from plugins.hadir import corrections, deciders, wording
from plugins.hadir.correction_wording import decide_buttons, refusal, state_line, summary, waiting_since, withdraw_button
from plugins.hadir.corrections import REASON_LENGTH, SHOWN_AT_ONCE, Correction, Wrong

LIST = "koreksi daftar"


def number(context: Context, value: str) -> int:
    """The id in a button of ours; raises `UserError`."""
    if not value.isdecimal() or len(value) > 9:
        raise UserError(context.t("This request does not exist any more."))
    return int(value)


def _open(context: Context, value: str) -> tuple[Correction, Person]:
    """The request and who asked, if this person may decide on it at this moment."""
    correction = corrections.get(context, number(context, value))
    requester = people.get(context.db, correction.person_id) if correction else None
    if correction is None or requester is None:
        raise UserError(context.t("This request does not exist any more."))
    if requester.id == context.person.id:
        raise UserError(context.t("Nobody decides on their own request."))
    if not deciders.may_decide(context, context.person, requester):
        raise UserError(context.t("Only the supervisors of {name} and personnel officers decide on this.", name=requester.name))
    return correction, requester


def approve(context: Context, press: ButtonPress) -> Reply:
    correction, requester = _open(context, press.value)
    approved = corrections.decide(context, correction, "approved")
    if approved is None:
        return _decided_before(context, correction)
    try:
        corrections.apply(context, approved)
    except Wrong as wrong:
        raise refusal(context, wrong) from None
    _tell_requester(context, requester, approved)
    _tell_others(context, requester, approved)
    what = summary(context.t, approved, requester)
    return _done(context, context.t("Approved: {name}, {what}.", name=requester.name, what=what))


def ask_why(context: Context, press: ButtonPress) -> Answer:
    """A rejection needs a reason, so the button opens a form."""
    correction, requester = _open(context, press.value)
    if correction.state != "waiting":
        return _decided_before(context, correction)
    t = context.t
    return Form(
        action="hadir.correction_reject",
        title=t("Reject the correction"),
        intro=fill("{name}: {what}", name=requester.name, what=summary(t, correction, requester)),
        submit=t("Reject"),
        fields=(
            Field(
                "reason",
                t("Reason"),
                "textarea",
                hint=plain(t("{name} reads it.", name=requester.name)),
                max_length=REASON_LENGTH,
            ),
        ),
        value=str(correction.id),
    )


def reject(context: Context, submission: FormSubmission) -> Answer:
    correction, requester = _open(context, submission.value)
    note = " ".join(str(submission.values.get("reason", "")).split())
    if not note or len(note) > REASON_LENGTH:
        told = context.t("Please give a reason of at most {length} characters.", length=REASON_LENGTH)
        return FormErrors({"reason": told})
    rejected = corrections.decide(context, correction, "rejected", note)
    if rejected is None:
        return _decided_before(context, correction)
    _tell_requester(context, requester, rejected)
    _tell_others(context, requester, rejected)
    what = summary(context.t, rejected, requester)
    return _done(context, context.t("Rejected: {name}, {what}. Reason: “{note}”", name=requester.name, what=what, note=note))


def _decided_before(context: Context, correction: Correction) -> Reply:
    now = corrections.get(context, correction.id) or correction
    return Reply(state_line(context, now), replaces=True, refused=True)


def _done(context: Context, text: Text) -> Reply:
    more = len(deciders.to_decide(context))
    label = context.t("{count} more waiting", count=more)
    return Reply(text, buttons=(Button(label, "hadir.say", LIST),) if more else (), replaces=True)


def _tell_requester(context: Context, requester: Person, correction: Correction) -> None:
    if requester.ended_on is not None and requester.ended_on < context.now.date():
        return

    def message(t: Translate) -> Reply:
        what = summary(t, correction, requester)
        if correction.state == "approved":
            return Reply(t("{name} has approved your correction: {what}.", name=context.person.name, what=what))
        again = Button(t("Ask again"), "hadir.say", _line(correction), days=7)
        text = t(
            "{name} has rejected your correction: {what}. Reason: “{note}”",
            name=context.person.name,
            what=what,
            note=correction.decision_note,
        )
        return Reply(text, buttons=(again,))

    context.tell(requester, f"correction:{correction.id}:{correction.state}", message)


def _tell_others(context: Context, requester: Person, correction: Correction) -> None:
    """Those who were asked as well need not look at it any more."""
    for someone in deciders.told(context, correction, requester):
        if someone.id != context.person.id:
            context.tell(someone, deciders.key(correction, "decided", someone.id), _decided(context, requester, correction))


def _decided(context: Context, requester: Person, correction: Correction) -> Callable[[Translate], Reply]:
    def message(t: Translate) -> Reply:
        values = {"name": context.person.name, "requester": requester.name, "what": summary(t, correction, requester)}
        if correction.state == "approved":
            return Reply(t("{name} has approved the request of {requester}: {what}.", **values))
        return Reply(t("{name} has rejected the request of {requester}: {what}.", **values))

    return message


def _line(correction: Correction) -> str:
    """The words that open the form for the same day and kind."""
    return f"koreksi {correction.day:%d/%m/%Y} {'masuk' if correction.kind == 'in' else 'pulang'}"


# ---------------------------------------------------------------- the list


def listing(context: Context) -> Reply:
    """What waits for this person's decision, then the person's own requests."""
    lines: list[Text] = []
    buttons: list[Button] = []
    _to_decide(context, lines, buttons)
    _own(context, lines, buttons)
    if not lines:
        return Reply(
            context.t("There are no corrections. To ask for one: {command}", command=Text("`/hadir koreksi`")),
            buttons=(Button(context.t("Ask for a correction"), "hadir.say", "koreksi"),),
        )
    return Reply(join("\n", lines), buttons=tuple(buttons))


def _to_decide(context: Context, lines: list[Text], buttons: list[Button]) -> None:
    t, found = context.t, deciders.to_decide(context)
    if not found:
        return
    lines.append(t("**Waiting for your decision**"))
    for index, (correction, requester) in enumerate(found[:SHOWN_AT_ONCE], 1):
        lines.append(_waiting_line(context, index, correction, requester))
        buttons.extend(decide_buttons(t, correction, str(index)))
    if len(found) > SHOWN_AT_ONCE:
        lines.append(t("… and {count} more", count=len(found) - SHOWN_AT_ONCE))


def _waiting_line(context: Context, index: int, correction: Correction, requester: Person) -> Text:
    """One request; of one that has waited too long also since when."""
    what = summary(context.t, correction, requester)
    line = fill("{index}. {name}: {what} — “{reason}”", index=index, name=requester.name, what=what, reason=correction.reason)
    if correction.requested_at > context.now - deciders.patience(context):
        return line
    since = waiting_since(context.t, correction, context.person)
    return fill("{line} {since}", line=line, since=context.t("(waiting since {since})", since=since))


def _own(context: Context, lines: list[Text], buttons: list[Button]) -> None:
    t, found = context.t, corrections.own(context)
    if not found:
        return
    lines.append(t("**Your requests**"))
    for correction in found:
        what = summary(t, correction, context.person)
        lines.append(fill("- {what}: {state}", what=what, state=_state(t, correction)))
        if correction.state == "waiting":
            label = t("Withdraw {what}", what=wording.short_day(t, correction.day))
            buttons.append(withdraw_button(t, correction, label))


def _state(t: Translate, correction: Correction) -> Text:
    if correction.state == "rejected":
        return t("rejected: “{note}”", note=correction.decision_note)
    return {"waiting": t("waiting"), "approved": t("approved"), "withdrawn": t("withdrawn")}[correction.state]


BUTTONS = {"correction_approve": approve, "correction_reject": ask_why}
FORMS = {"correction_reject": reject}
