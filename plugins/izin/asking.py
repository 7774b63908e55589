"""Asking: a wish is checked, written and sent to those who decide; what they read, and what the asker is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from integration import approval, deciders, phrases, workdays
from integration.deciders import Asked
from integration.errors import UserError
from integration.form_values import reason
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context, Work
from integration.rulebook.models import LeaveType
from plugins.izin import absences, checks, counting, types, wording
from plugins.izin.absences import NUMBER_LENGTH, REASON_LENGTH, Absence
from plugins.izin.checks import Looked, Wish
from plugins.izin.drafts import Draft

WITHDRAW = "izin.withdraw"
EDIT = "izin.edit"
SAY = "izin.say"
# In the value of an `EDIT` button, before the number of the request that is asked for anew.
AGAIN = "again"


def take(context: Context, draft: Draft) -> Reply:
    """Ask for what a complete draft says; raises `UserError`, `Wrong` or `checks.Clash`."""
    leave, span = draft.leave, draft.span
    assert leave is not None  # noqa: S101  # a complete draft has both
    assert span is not None  # noqa: S101
    resolved = counting.resolve(context, context.person, leave, span)
    assert resolved is not None  # noqa: S101  # a complete draft has a first day
    first, last = resolved
    said = reason(context.t, draft.reason, REASON_LENGTH, required=False)
    # The rules of the first day decide, which may be others than today's.
    leave = types.by_code(context, context.person, leave.code, first) or leave
    return ask(context, Wish(leave, first, last, draft.hours, said, letter_number(context.t, draft.number)))


def letter_number(t: Translate, text: str) -> str:
    """Raises `UserError` if it is too long to be one."""
    if len(text) > NUMBER_LENGTH:
        raise UserError(t("Please use at most {length} characters.", length=NUMBER_LENGTH))
    return text


def ask(context: Context, wish: Wish) -> Reply:
    """Take the request; raises `Wrong`, or `checks.Clash` if the days are taken already."""
    absences.lock(context, context.person.id)
    looked = checks.look(context, context.person, wish)
    found = absences.add(context, "absence.requested", _row(context.person, looked))
    asked = deciders.asked_now(context, context.person)
    for decider in asked.people:
        context.tell(decider, message_key(found, "asked", decider.id), _request(context, found, looked, asked))
    add = paper_buttons(context.t, looked.wish.leave, found, looked.counted.calendar)
    return Reply(join("\n", _sent(context, found, looked, asked)), buttons=(withdraw_button(context.t, found), *add))


def enter(context: Context, wish: Wish) -> tuple[Absence, Looked]:
    """What was approved on paper, also for past days; the person is told. Raises `Wrong` or `checks.Clash`."""
    absences.lock(context, context.person.id)
    looked = checks.look(context, context.person, wish, backdated=True)
    row = _row(context.person, looked) | {"state": "approved", "source": "officer", "decided_at": context.now}
    found = absences.add(context, "absence.entered", row)

    def message(t: Translate) -> Reply:
        return Reply(t("A personnel officer has entered: {what}.", what=wording.what(context, t, found, context.person)))

    context.tell(context.person, message_key(found, "entered", found.person_id), message)
    return found, looked


def message_key(found: Absence, what: str, person_id: int) -> str:
    """The outbox key of a message; `what` is asked, reminded, escalated, decided, withdrawn, shortened …"""
    return f"absence:{found.id}:{found.round}:{what}:{person_id}"


def _row(person: Person, looked: Looked) -> dict[str, object]:
    wish = looked.wish
    return {
        "person_id": person.id,
        "type": wish.leave.code,
        "kind": wish.leave.kind,
        "first": wish.first,
        "last": wish.last,
        "start": looked.start,
        "end": looked.end,
        "reason": wish.reason,
        "letter_number": wish.number,
    }


def taken(context: Context, wish: Wish, other: Absence) -> Text:
    """The same request again is no mistake; another one for the same days needs the first one gone."""
    t = context.t
    what = wording.what(context, t, other, context.person)
    same = (other.type, other.first, other.last) == (wish.leave.code, wish.first, wish.last)
    if same and (other.start is None) == (wish.hours is None):
        return t("You have asked for this already: {what} ({state}).", what=what, state=wording.state(t, other))
    text = t(
        "You have something else then: {what} ({state}). Choose other days, or withdraw that one first: {command}",
        what=what,
        state=wording.state(t, other),
        command=Text("`/izin batal`"),
    )
    if other.type != wish.leave.code or other.start is not None or wish.last <= other.last:
        return text
    longer = t("To stay away longer, ask only for the days after {day}.", day=phrases.day_name(t, other.last))
    return fill("{text} {longer}", text=text, longer=longer)


# ---------------------------------------------------------------- what the asker reads


def _sent(context: Context, found: Absence, looked: Looked, asked: Asked) -> list[Text]:
    t, leave, person = context.t, looked.wish.leave, context.person
    first = t(
        "{name} sent: {when}. {who}",
        name=types.name(t, leave),
        when=wording.when_of(t, looked, person),
        who=approval.who_decides(t, asked),
    )
    lines = [fill("{wish} {first}", wish=t("Get well soon!"), first=first) if leave.kind == "sakit" else first]
    if found.first <= workdays.local_day(context.now, person):
        lines.append(t("It counts once it is approved, also for days that have passed by then."))
    lines += [wording.left(t, leave, balance) for balance in looked.balances if balance not in looked.short]
    lines += wording.warnings(t, looked, person, deciding=False)
    return [*lines, *papers(t, leave, found, looked.counted.calendar)]


def papers(t: Translate, leave: LeaveType | None, found: Absence, days: int) -> list[Text]:
    """What is still missing of letters."""
    lines = []
    if leave and leave.needs_number and not found.letter_number:
        command = Text("`/izin surat ST-112/2026`")
        lines.append(t("The number of the letter can follow, for example: {command}", command=command))
    if wants_letter(leave, found, days):
        lines.append(t("Please bring the letter later: {command}", command=Text("`/izin surat`")))
    return lines


def paper_buttons(t: Translate, leave: LeaveType | None, found: Absence, days: int) -> tuple[Button, ...]:
    """What is still missing can be added with a press."""
    return (Button(t("Add the letter"), SAY, "surat", days=60),) if papers(t, leave, found, days) else ()


def wants_letter(leave: LeaveType | None, found: Absence, days: int) -> bool:
    """Whether a letter is wanted and neither it nor its number is there."""
    if leave is None or leave.letter_after is None or found.letter_path or found.letter_number:
        return False
    return days > leave.letter_after


def withdraw_button(t: Translate, found: Absence, label: str | None = None) -> Button:
    return approval.withdraw_button(t, WITHDRAW, found.id, label)


# ---------------------------------------------------------------- what the decider reads


def _request(context: Context, found: Absence, looked: Looked, asked: Asked) -> Callable[[Translate], Reply]:
    requester = context.person

    def build(t: Translate) -> Reply:
        lines = [*request_lines(context, t, found, requester, wording.length(t, looked))]
        lines += [wording.left(t, looked.wish.leave, balance) for balance in looked.balances if balance not in looked.short]
        lines += wording.warnings(t, looked, requester, deciding=True)
        if asked.superior is not None and asked.how != "superior":
            lines.append(t("{name} is away; you are asked in the place.", name=asked.superior.name))
        return Reply(join("\n", lines), buttons=decide_buttons(t, found))

    return build


def request_lines(work: Work, t: Translate, found: Absence, requester: Person, length: Text | None = None) -> list[Text]:
    """The request as its decider reads it, with the reason in the person's words."""
    title = {
        "cancelling": t("**Cancelling requested** by {name} ({unit})", name=requester.name, unit=requester.unit),
    }.get(found.state) or t("**Absence requested** by {name} ({unit})", name=requester.name, unit=requester.unit)
    lines = [
        title,
        t("Type: {type}", type=types.name_of(work, t, requester, found)),
        t("Days: {when}{length}", when=wording.when(t, found, requester), length=length or Text("")),
    ]
    if found.letter_number:
        lines.append(t("Letter: {number}", number=found.letter_number))
    if found.reason:
        lines.append(t("Reason: “{reason}”", reason=found.reason))
    return lines


def decide_buttons(t: Translate, found: Absence, number: str = "") -> tuple[Button, ...]:
    """Approve and reject; `number` tells the buttons of a list apart."""
    yes, no = ("izin.cancel_yes", "izin.cancel_no") if found.state == "cancelling" else ("izin.approve", "izin.reject")
    return approval.decide_buttons(t, yes, no, found.id, number)


def still_waits(work: Work, t: Translate, found: Absence, requester: Person, superior: Person | None, reader: Person) -> Reply:
    """The request to somebody who has not decided yet, or who may step in; since when, in the reader's zone."""
    lines = [approval.still_waits(t, found.asked_at, requester, superior, reader), *request_lines(work, t, found, requester)]
    return Reply(join("\n", lines), buttons=decide_buttons(t, found))


def span_days(found: Absence) -> int:
    """Calendar days of an absence."""
    return (found.last - found.first + timedelta(days=1)).days
