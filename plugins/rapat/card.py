"""`/rapat lihat`: one meeting with everything that one may know of it, and a button for each thing one can do."""

from __future__ import annotations

from integration.i18n import Translate
from integration.messages import Button, Command, Reply, Text, join, plain
from integration.plugin import Context
from plugins.rapat import answered, answering, answers, joining, meetings, organizers, which, wording
from plugins.rapat.invitations import cards
from plugins.rapat.meetings import Invitee, Meeting, Occurrence
from plugins.rapat.wording import bold


def show(context: Context, command: Command) -> Reply:
    """`lihat [number | words] [day]`; alone the meeting of this channel, or the next one."""
    found = which.one(context, command.words, lambda each: f"lihat {each.id}")
    return found if isinstance(found, Reply) else card(context, found.meeting, found.date)


def card(context: Context, found: Meeting, date: Occurrence) -> Reply:
    t = context.t
    mine = meetings.invited(context.db, found.id, context.person.id)
    view = cards.on(context, cards.view(context, found), date)
    link = joining.address(context, found, mine, context.person) if _is_on(found, date) else ""
    lines = [t("{title} (number {number})", title=bold(date.title), number=found.id), *_state(t, found, date)]
    lines += cards.body(view, t, zone=context.person.zone, link=link)
    if found.number:
        lines.append(t("Letter: {number}", number=found.number))
    lines += _answers(context, found, date, mine)
    return Reply(join("\n", lines), buttons=_buttons(context, found, date, mine))


def _is_on(found: Meeting, date: Occurrence) -> bool:
    return found.state == "planned" and date.state == "planned"


def _state(t: Translate, found: Meeting, date: Occurrence) -> list[Text]:
    """What is not as usual."""
    known = {
        "polling": t("A time is still being looked for."),
        "checking": t("The invitations have not gone out yet: I check who is free."),
        "asking": t("The invitations have not gone out yet: the organiser has to decide."),
        "dropped": t("**Called off**, before anybody was invited."),
    }
    if found.state == "cancelled":
        return [_off(t, t("**Called off.**"), found.cancel_reason)]
    if found.state in known:
        return [known[found.state]]
    return [_off(t, t("**This date does not take place.**"), date.cancel_reason)] if date.state != "planned" else []


def _off(t: Translate, said: Text, reason: str) -> Text:
    return join(" ", [said, t("Reason: “{reason}”", reason=reason)]) if reason else said


def _answers(context: Context, found: Meeting, date: Occurrence, mine: Invitee | None) -> list[Text]:
    """One's own answer, and how many have said what."""
    t, of = context.t, date.id if found.is_series else answers.ALL
    lines = []
    if mine is not None and mine.role != "organizer":
        lines.append(t("Your answer: {answer}", answer=answered.word(t, answers.mine(context.db, mine, of).answer)))
    if found.state in ("planned", "cancelled"):
        lines.append(answered.numbers(t, answers.counts(context.db, found.id, of)))
    return lines


def _buttons(context: Context, found: Meeting, date: Occurrence, mine: Invitee | None) -> tuple[Button, ...]:
    t, now = context.t, context.now
    begun, over = date.starts_at <= now, date.ends_at <= now
    on, organizer = _is_on(found, date), found.organizer_id == context.person.id
    leads = organizers.leads(context, found)
    buttons: list[Button] = []
    if on and mine is not None and not organizer and not over:
        buttons += answering.buttons(t, found, now)
    if on and begun:
        buttons += [_say(t("Attendance list"), f"daftar-hadir {found.id}"), _say(t("Minutes"), f"notulen {found.id}")]
    if on and leads:
        buttons.append(Button(t("Who?"), answered.LIST, str(found.id)))
    if leads and found.state in ("polling", "checking", "asking", "planned") and found.last_end > now:
        buttons += [_say(t("Change"), f"ubah {found.id}"), _say(t("Call it off"), f"batal {found.id}", "danger")]
    return tuple(buttons)


def _say(label: str, words: str, style: str = "") -> Button:
    return wording.say(plain(label), words, style)
