"""Deciding on leave to write late; who waits too long is brought to mind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from integration import approval, phrases, reminding
from integration.batches import Found, tell_in_batches
from integration.i18n import Translate
from integration.messages import Answer, Button, ButtonPress, FormErrors, FormSubmission, Reply, Text
from integration.people import Person
from integration.plugin import Build, Context, Job, Run, Work
from integration.workdays import local_day
from plugins.logbook.own import late
from plugins.logbook.own.late import Late
from plugins.logbook.own.late_wording import ASK, LIST, REJECT, about, became, request, write_button

BATCH = 100


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
    return approval.rejection(t, REJECT, t("Reject the request"), about(t, made, requester), made.id, reader)


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
            return Reply(said, buttons=(write_button(t, decided.day),))
        said = t("{name} has rejected your request to write of {day}. Reason: “{note}”", **_said(decider, day, decided))
        return Reply(said, buttons=(Button(t("Ask again"), ASK, decided.day.isoformat(), days=7),))

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
    return approval.too_late(became(context, late.get(context, made.id) or made), more)


def _done(context: Context, text: Text) -> Reply:
    return approval.done(context, text, len(late.to_decide(context)), "logbook.say", LIST)


# ---------------------------------------------------------------- what has waited too long


def escalate(run: Run) -> None:
    """Tell of the requests that have waited: who decides is reminded after a day, others are told after three."""
    tell_in_batches(run, _find)


def _find(work: Work, after: int) -> Found:
    found = late.waiting(work, work.now - reminding.REMIND_AFTER, after, BATCH)
    due = reminding.due(work, found, late.key, lambda _late, _requester: 3 * reminding.REMIND_AFTER)
    requests = {late.key(each.request, each.what, each.reader.id): each.request.id for each in due}
    notices = [(each.reader, late.key(each.request, each.what, each.reader.id), _waits(each)) for each in due]
    return Found(found[-1].id if len(found) == BATCH else -1, notices, partial(_still, requests=requests))


def _waits(each: reminding.Told[Late]) -> Build:
    def build(t: Translate) -> Reply:
        superior = each.superior if each.what == "escalated" else each.reader
        first = approval.still_waits(t, each.request.requested_at, each.requester, superior, each.reader)
        return request(each.request, each.requester, first)(t)

    return build


def _still(work: Work, keys: Collection[str], *, requests: Mapping[str, int]) -> set[str]:
    """Those about requests that nobody has decided meanwhile."""
    open_ids = late.still_waiting(work, {requests[key] for key in keys})
    return {key for key in keys if requests[key] in open_ids}


BUTTONS = {"late_approve": approve, "late_reject": ask_why}
FORMS = {"late_reject": reject}
JOBS = (Job("late_reports", "*/15 * * * *", escalate, catch_up_minutes=60),)
