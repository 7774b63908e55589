"""Deciding: *Setujui*, *Tolak* with a reason, and the same for cancelling what has begun."""

from __future__ import annotations

from collections.abc import Callable

from integration import approval
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Answer, Button, ButtonPress, FormErrors, FormSubmission, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context
from plugins.izin import absences, asking, types, waiting, wording
from plugins.izin.absences import Absence

LIST = "daftar"


def opened(context: Context, value: str) -> tuple[Absence, Person]:
    """The request and who asked, if this person may decide on it at this moment."""
    return approval.opened(context, value, lambda id: absences.get(context, id))


# ---------------------------------------------------------------- requests


def approve(context: Context, press: ButtonPress) -> Reply:
    found, requester = opened(context, press.value)
    if requester.ended_on is not None and requester.ended_on < found.first:
        raise UserError(context.t("{name} has left the office before these days.", name=requester.name))
    approved = _decide(context, found, "waiting", "approved")
    if approved is None:
        return _decided_before(context, found)
    _tell_requester(context, requester, approved)
    _tell_others(context, requester, approved)
    return _done(context, context.t("Approved: {name}, {what}.", **_named(context, requester, approved)))


def ask_why(context: Context, press: ButtonPress) -> Answer:
    """A rejection needs a reason, so the button opens a form."""
    found, requester = opened(context, press.value)
    if found.state != "waiting":
        return _decided_before(context, found)
    t, what = context.t, fill("{name}: {what}", **_named(context, requester, found))
    reader = t("{name} reads it.", name=requester.name)
    return approval.rejection(t, "izin.reject", t("Reject the request"), what, found.id, reader)


def reject(context: Context, submission: FormSubmission) -> Answer:
    found, requester = opened(context, submission.value)
    note = approval.reason_given(context, submission)
    if isinstance(note, FormErrors):
        return note
    rejected = _decide(context, found, "waiting", "rejected", note)
    if rejected is None:
        return _decided_before(context, found)
    _tell_requester(context, requester, rejected)
    _tell_others(context, requester, rejected)
    said = context.t("Rejected: {name}, {what}. Reason: “{note}”", note=note, **_named(context, requester, rejected))
    return _done(context, said)


# ---------------------------------------------------------------- cancelling what has begun


def cancel(context: Context, press: ButtonPress) -> Reply:
    """The whole absence never was, on the person's own wish."""
    found, requester = opened(context, press.value)
    cancelled = _decide(context, found, "cancelling", "cancelled")
    if cancelled is None:
        return _decided_before(context, found)
    _tell_requester(context, requester, cancelled)
    _tell_others(context, requester, cancelled)
    return _done(context, context.t("Cancelled: {name}, {what}.", **_named(context, requester, cancelled)))


def keep(context: Context, press: ButtonPress) -> Reply:
    """It stays approved."""
    found, requester = opened(context, press.value)
    kept = _decide(context, found, "cancelling", "approved")
    if kept is None:
        return _decided_before(context, found)
    _tell_requester(context, requester, kept, stays=True)
    _tell_others(context, requester, kept)
    return _done(context, context.t("It stays approved: {name}, {what}.", **_named(context, requester, kept)))


# ---------------------------------------------------------------- what all of them do


def _decide(context: Context, found: Absence, expected: str, state: str, note: str = "") -> Absence | None:
    """None if somebody was quicker, or it is another question by now."""
    if found.state != expected:
        return None
    action = f"absence.{'kept' if (expected, state) == ('cancelling', 'approved') else state}"
    values = {"state": state, "decider_id": context.person.id, "decided_at": context.now}
    return absences.change(context, found, action, **values, **({"decision_note": note} if note else {}))


def _decided_before(context: Context, found: Absence) -> Reply:
    now = absences.get(context, found.id) or found
    more = approval.more_waiting(context, len(waiting.to_decide(context)), asking.SAY, LIST)
    return approval.too_late(wording.state_line(context, now), more)


def _named(context: Context, requester: Person, found: Absence) -> dict[str, object]:
    return {"name": requester.name, "what": wording.what(context, context.t, found, requester)}


def _done(context: Context, text: Text) -> Reply:
    return approval.done(context, text, len(waiting.to_decide(context)), asking.SAY, LIST)


def _tell_requester(context: Context, requester: Person, found: Absence, *, stays: bool = False) -> None:
    if requester.ended_on is not None and requester.ended_on < context.now.date():
        return

    def message(t: Translate) -> Reply:
        values = {"name": context.person.name, "what": wording.what(context, t, found, requester)}
        if found.state == "rejected":
            again = Button(t("Ask again"), asking.EDIT, f"{asking.AGAIN} {found.id}", days=7)
            text = t("{name} has rejected: {what}. Reason: “{note}”", note=found.decision_note, **values)
            return Reply(text, buttons=(again,))
        if found.state == "cancelled":
            return Reply(t("{name} has confirmed the cancelling: {what}.", **values))
        if stays:
            return Reply(t("{name} has not confirmed the cancelling; it stays approved: {what}.", **values))
        leave = types.by_code(context, requester, found.type, found.first)
        said = t("{name} has approved: {what}.", **values)
        days = asking.span_days(found)
        lines, add = asking.papers(t, leave, found, days), asking.paper_buttons(t, leave, found, days)
        return Reply(join("\n", [said, *lines]), buttons=add)

    context.tell(requester, asking.message_key(found, f"{found.state}", requester.id), message)


def _tell_others(context: Context, requester: Person, found: Absence) -> None:
    told = waiting.told(context, found, requester)
    approval.tell_others(
        context, told, lambda id: asking.message_key(found, "decided", id), _decided(context, requester, found)
    )


def _decided(context: Context, requester: Person, found: Absence) -> Callable[[Translate], Reply]:
    def message(t: Translate) -> Reply:
        what = wording.what(context, t, found, requester)
        values = {"name": context.person.name, "requester": requester.name, "what": what}
        if found.state == "rejected":
            return Reply(t("{name} has rejected the request of {requester}: {what}.", **values))
        if found.state == "cancelled":
            return Reply(t("{name} has confirmed the cancelling of {requester}: {what}.", **values))
        return Reply(t("{name} has approved the request of {requester}: {what}.", **values))

    return message


BUTTONS = {"approve": approve, "reject": ask_why, "cancel_yes": cancel, "cancel_no": keep}
FORMS = {"reject": reject}
