"""Deciding on corrections: *Setujui*, *Tolak* with a reason, and the list for whom a message was lost."""

from __future__ import annotations

from collections.abc import Callable

from integration import approval, phrases
from integration.i18n import Translate
from integration.messages import Answer, Button, ButtonPress, FormErrors, FormSubmission, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context
from plugins.hadir import corrections, showing
from plugins.hadir.corrections import SHOWN_AT_ONCE, Correction, Wrong, deciders
from plugins.hadir.corrections.wording import decide_buttons, refusal, state_line, summary, withdraw_button

LIST = "koreksi daftar"


def _open(context: Context, value: str) -> tuple[Correction, Person]:
    """The request and who asked, if this person may decide on it at this moment."""
    return approval.opened(context, value, lambda id: corrections.get(context, id))


def approve(context: Context, press: ButtonPress) -> Reply:
    correction, requester = _open(context, press.value)
    approved = corrections.decide(context, correction, "approved")
    if approved is None:
        return _decided_before(context, correction)
    try:
        event = corrections.apply(context, approved)
    except Wrong as wrong:
        raise refusal(context, wrong) from None
    showing.corrected(context, requester, event)
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
    what = fill("{name}: {what}", name=requester.name, what=summary(t, correction, requester))
    reader = t("{name} reads it.", name=requester.name)
    return approval.rejection(t, "hadir.correction_reject", t("Reject the correction"), what, correction.id, reader)


def reject(context: Context, submission: FormSubmission) -> Answer:
    correction, requester = _open(context, submission.value)
    note = approval.reason_given(context, submission)
    if isinstance(note, FormErrors):
        return note
    rejected = corrections.decide(context, correction, "rejected", note)
    if rejected is None:
        return _decided_before(context, correction)
    _tell_requester(context, requester, rejected)
    _tell_others(context, requester, rejected)
    what = summary(context.t, rejected, requester)
    return _done(context, context.t("Rejected: {name}, {what}. Reason: “{note}”", name=requester.name, what=what, note=note))


def _decided_before(context: Context, correction: Correction) -> Reply:
    now = corrections.get(context, correction.id) or correction
    more = approval.more_waiting(context, len(deciders.to_decide(context)), "hadir.say", LIST)
    return approval.too_late(state_line(context, now), more)


def _done(context: Context, text: Text) -> Reply:
    return approval.done(context, text, len(deciders.to_decide(context)), "hadir.say", LIST)


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
    told, build = deciders.told(context, correction, requester), _decided(context, requester, correction)
    approval.tell_others(context, told, lambda id: deciders.key(correction, "decided", id), build)


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
    lines += approval.more_of_list(t, len(found) - SHOWN_AT_ONCE)


def _waiting_line(context: Context, index: int, correction: Correction, requester: Person) -> Text:
    """One request; of one that has waited too long also since when."""
    what = summary(context.t, correction, requester)
    line = fill("{index}. {name}: {what} — “{reason}”", index=index, name=requester.name, what=what, reason=correction.reason)
    if correction.requested_at > context.now - deciders.patience(context):
        return line
    return fill("{line} {since}", line=line, since=approval.waiting_since(context, correction.requested_at))


def _own(context: Context, lines: list[Text], buttons: list[Button]) -> None:
    t, found = context.t, corrections.own(context)
    if not found:
        return
    lines.append(t("**Your requests**"))
    for correction in found:
        what = summary(t, correction, context.person)
        state = approval.outcome(t, correction.state, correction.decision_note)
        lines.append(fill("- {what}: {state}", what=what, state=state))
        if correction.state == "waiting":
            label = t("Withdraw {what}", what=phrases.short_day(t, correction.day))
            buttons.append(withdraw_button(t, correction, label))


BUTTONS = {"correction_approve": approve, "correction_reject": ask_why}
FORMS = {"correction_reject": reject}
