"""Deciding on swaps: *Setujui*, and *Tolak* with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from integration import approval
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Answer, Button, ButtonPress, FormErrors, FormSubmission, Reply, Text, join
from integration.people import Person
from integration.plugin import Context
from plugins.jadwal import service, swaps
from plugins.jadwal.notices import SAY
from plugins.jadwal.swaps import Exchange, Swap, check, deciders, listing, wording
from plugins.jadwal.swaps.wrong import Wrong


def pair(context: Context, found: Swap) -> tuple[Person, Person]:
    """Requester and partner."""
    both = service.by_id(context.db, [found.requester_id, found.partner_id])
    return both[found.requester_id], both[found.partner_id]


def _open(context: Context, value: str) -> tuple[Swap, Person, Person]:
    """The swap and the two, if this person may decide on it at this moment."""
    found = swaps.get(context, approval.number(context, value))
    if found is None:
        raise UserError(context.t("This swap does not exist any more."))
    requester, partner = pair(context, found)
    if context.person.id in (requester.id, partner.id):
        raise UserError(context.t("Nobody decides on their own swap."))
    if not deciders.may_decide(context, context.person, requester, partner):
        raise approval.not_decider(context, requester)
    return found, requester, partner


def approve(context: Context, press: ButtonPress) -> Reply:
    """Exchange the days, if that is still possible."""
    found, requester, partner = _open(context, press.value)
    if found.state != "agreed":
        return _decided_before(context, found)
    try:
        exchanges = check.again(context, found, requester, partner)
    except Wrong as wrong:
        raise UserError(_no_more(context, wrong, found)) from None
    approved = swaps.move(context, found, "approved", decider=context.person, days=exchanges)
    if approved is None:
        return _decided_before(context, found)
    if not swaps.apply(context, approved, exchanges):
        raise UserError(wording.explain(context.t, Wrong("changed"), context.person))
    _tell(context, approved, requester, partner, exchanges)
    return _done(context, context.t("Approved: {what}.", what=wording.between(context.t, approved, requester, partner)))


def _no_more(context: Context, wrong: Wrong, found: Swap) -> Text:
    """Approving fails, rejecting does not: both have to know how it ends."""
    why = wording.explain(context.t, wrong, context.person)
    first, cure = context.t("This swap is not possible any more:"), context.t("Reject it, so that both know.")
    return join("\n", [first, why, cure])


def ask_why(context: Context, press: ButtonPress) -> Answer:
    """A rejection needs a reason, so the button opens a form."""
    found, requester, partner = _open(context, press.value)
    if found.state != "agreed":
        return _decided_before(context, found)
    t, what = context.t, wording.between(context.t, found, requester, partner)
    return approval.rejection(t, "jadwal.swap_reject", t("Reject the swap"), what, found.id, t("Both read it."))


def reject(context: Context, submission: FormSubmission) -> Answer:
    found, requester, partner = _open(context, submission.value)
    note = approval.reason_given(context, submission)
    if isinstance(note, FormErrors):
        return note
    rejected = swaps.move(context, found, "rejected", decider=context.person, note=note) if found.state == "agreed" else None
    if rejected is None:
        return _decided_before(context, found)
    _tell(context, rejected, requester, partner, ())
    what = wording.between(context.t, rejected, requester, partner)
    return _done(context, context.t("Rejected: {what}. Reason: “{note}”", what=what, note=note))


def _decided_before(context: Context, found: Swap) -> Reply:
    now = swaps.get(context, found.id) or found
    return approval.too_late(wording.state_line(context, now), listing.more(context))


def _done(context: Context, text: Text) -> Reply:
    return Reply(text, buttons=listing.more(context), replaces=True)


# ---------------------------------------------------------------- who hears of it


def _tell(context: Context, decided: Swap, requester: Person, partner: Person, exchanges: Sequence[Exchange]) -> None:
    """Both, and those who were asked as well."""
    for person, other, mine in ((requester, partner, True), (partner, requester, False)):
        build = _result(decided, other, exchanges, context.person, mine)
        context.tell(person, deciders.key(decided, decided.state, person.id), build)
    told = deciders.told(context, decided, requester, partner)
    build = _decided(context, decided, requester, partner)
    approval.tell_others(context, told, lambda id: deciders.key(decided, "decided", id), build)


def _result(
    decided: Swap, other: Person, exchanges: Sequence[Exchange], decider: Person, mine: bool
) -> Callable[[Translate], Reply]:
    def message(t: Translate) -> Reply:
        if decided.state == "rejected":
            return Reply(
                t("{decider} has rejected your swap of {what}. Reason: “{note}”", decider=decider.name,
                  what=wording.with_whom(t, decided, other), note=decided.decision_note))  # fmt: skip
        what = wording.with_whom(t, decided, other)
        first = t("{decider} has approved your swap of {what}. You:", decider=decider.name, what=what)
        button = Button(t("Show my week"), SAY, f"pekan {decided.days[0]:%d/%m/%Y}", days=30)
        return Reply(join("\n", [first, *wording.lines(t, exchanges, mine=mine)]), buttons=(button,))

    return message


def _decided(context: Context, decided: Swap, requester: Person, partner: Person) -> Callable[[Translate], Reply]:
    def message(t: Translate) -> Reply:
        values = {"name": context.person.name, "what": wording.between(t, decided, requester, partner)}
        if decided.state == "approved":
            return Reply(t("{name} has approved the swap: {what}.", **values))
        return Reply(t("{name} has rejected the swap: {what}.", **values))

    return message


BUTTONS = {"swap_approve": approve, "swap_reject": ask_why}
FORMS = {"swap_reject": reject}
