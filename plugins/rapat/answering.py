"""*Hadir*, *Tidak*, *Ragu*: answers by button, and why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from integration.errors import Refused, UserError
from integration.i18n import Translate
from integration.messages import Button, ButtonPress, Field, Form, FormErrors, FormSubmission, Reply, Text, join
from integration.plugin import Context, Handler
from integration.ports import Answered
from plugins.rapat import answers, joining, letter_copy, meetings
from plugins.rapat.answered import word
from plugins.rapat.answers import ALL, Said
from plugins.rapat.invitations import cards
from plugins.rapat.invitations.cards import View
from plugins.rapat.meetings import Invitee, Meeting, Occurrence
from plugins.rapat.wording import bold, when

LONGEST_REASON = 500
_ACTIONS: dict[Answered, str] = {"accepted": "rapat.accept", "declined": "rapat.decline", "tentative": "rapat.maybe"}
_STYLES: dict[Answered, Literal["", "good", "danger"]] = {"accepted": "good", "declined": "danger", "tentative": ""}
WHY = "rapat.why"
_LONGEST_DAYS = 400.0


# ---------------------------------------------------------------- buttons for messages


def buttons(t: Translate, meeting: Meeting, now: datetime, occurrence: Occurrence | None = None) -> tuple[Button, ...]:
    """*Hadir*, *Tidak*, *Ragu*: to all dates, or to one of them. They say to which time they are an answer."""
    value = f"{meeting.id}:{occurrence.id if occurrence else ALL}:{_stamp(meeting, occurrence)}"
    last = occurrence.ends_at if occurrence else meeting.last_end
    days = min(max((last - now) / timedelta(days=1) + 1, 1.0), _LONGEST_DAYS)
    labels: dict[Answered, Text] = {"accepted": t("I will come"), "declined": t("I cannot"), "tentative": t("Maybe")}
    return tuple(Button(label, _ACTIONS[said], value, _STYLES[said], days) for said, label in labels.items())


def invitation_buttons(
    t: Translate, meeting: Meeting, now: datetime, occurrence: Occurrence | None = None
) -> tuple[Button, ...]:
    """The same, and the letter."""
    found = buttons(t, meeting, now, occurrence)
    return (*found, letter_copy.button(t, meeting, found[0].days))


def _stamp(meeting: Meeting, occurrence: Occurrence | None) -> str:
    span = occurrence.span if occurrence else meeting.span
    return answers.stamp(meeting, span.start, span.end)


# ---------------------------------------------------------------- a button is pressed


def _button(answer: Answered) -> Handler:
    def press(context: Context, pressed: ButtonPress) -> Reply:
        meeting, occurrence, stamp = _meant(context, pressed.value)
        invitee, date = _me(context, meeting), occurrence.id if occurrence else ALL
        view = cards.view(context, meeting)
        if reply := _in_vain(context, view, occurrence, stamp):
            return reply
        before = answers.mine(context.db, invitee, date)
        said = Said(answer, before.reason if before.answer == answer else "", "chat")
        answers.record(context, invitee, said, date)
        return _answered(context, view, invitee, said, occurrence)

    return press


def _me(context: Context, meeting: Meeting) -> Invitee:
    """The invitation of whoever presses; raises `UserError` where they have none."""
    invitee = meetings.invited(context.db, meeting.id, context.person.id)
    if invitee is None:
        raise UserError(context.t("You are not invited to this meeting any more. Please ask its organiser."))
    return invitee


def _meant(context: Context, value: str) -> tuple[Meeting, Occurrence | None, str]:
    """The meeting of a button, its date if it is about one, and the time to which it is an answer."""
    parts = value.split(":")
    if len(parts) != 3 or not all(part.isdecimal() and len(part) < 10 for part in parts[:2]):
        raise Refused("no such answer")
    meeting = meetings.get(context.db, int(parts[0]))
    occurrence = meetings.occurrence(context.db, int(parts[1])) if int(parts[1]) else None
    if meeting is None or (int(parts[1]) and (occurrence is None or occurrence.meeting_id != meeting.id)):
        raise Refused("no such meeting")
    return meeting, occurrence, parts[2]


def _in_vain(context: Context, view: View, occurrence: Occurrence | None, stamp: str) -> Reply | None:
    """Why an answer would be none: called off, over, or of a time that the meeting has no more."""
    t, meeting, zone = context.t, view.meeting, context.person.zone
    if meeting.state != "planned":
        text = cards.cancelled(view, t, zone=zone)
        return Reply(text, replaces=True, refused=True)
    if occurrence is not None and occurrence.state == "cancelled":
        off = when(t, occurrence.span, view.zones, first=zone)
        text = t("Called off on this date only: {when}", when=off)
        return Reply(Text(f"{bold(meeting.title)}\n{text}"), replaces=True, refused=True)
    if (occurrence.ends_at if occurrence else meeting.last_end) <= context.now:
        text = t("{title} is over, so an answer says nothing any more.", title=bold(meeting.title))
        return Reply(text, replaces=True, refused=True)
    if stamp != _stamp(meeting, occurrence):
        asks = t("The time has changed since this message. Nothing was recorded; please answer to the new time.")
        text = Text(f"{_card(context, view, None)}\n\n{asks}")
        return Reply(text, invitation_buttons(t, meeting, context.now, occurrence), replaces=True, refused=True)
    return None


def _card(context: Context, view: View, invitee: Invitee | None) -> Text:
    meeting = view.meeting
    link = joining.address(context, meeting, invitee, context.person) if meeting.video else ""
    return join("\n", [bold(meeting.title), *cards.body(view, context.t, zone=context.person.zone, link=link)])


def _answered(context: Context, view: View, invitee: Invitee, said: Said, occurrence: Occurrence | None) -> Reply:
    """The card again, with the answer in the place of the question: it holds the link, so it must not go."""
    t, meeting = context.t, view.meeting
    lines = [_card(context, view, invitee), Text("")]
    if occurrence is not None and meeting.is_series:
        lines.append(t("On this date only: {when}", when=when(t, occurrence.span, view.zones, first=context.person.zone)))
    lines.append(t("Your answer: {answer}. You can change it at any time.", answer=Text(f"**{word(t, said.answer)}**")))
    if said.reason:
        lines.append(t("Reason: {reason}", reason=said.reason))
    given = _ACTIONS[_as_answer(said.answer)]
    others = [each for each in invitation_buttons(t, meeting, context.now, occurrence) if each.action != given]
    if said.answer != "accepted":
        others.insert(0, replace(others[0], label=t("Give a reason"), action=WHY, style=""))
    return Reply(join("\n", lines), tuple(others), replaces=True)


def _as_answer(text: str) -> Answered:
    return text if text in _ACTIONS else "tentative"


# ---------------------------------------------------------------- why not


def why(context: Context, pressed: ButtonPress) -> Form | Reply:
    """The button *Beri alasan*: a short form; nobody has to."""
    meeting, occurrence, stamp = _meant(context, pressed.value)
    invitee = _me(context, meeting)
    if reply := _in_vain(context, cards.view(context, meeting), occurrence, stamp):
        return reply
    said = answers.mine(context.db, invitee, occurrence.id if occurrence else ALL)
    text = Field(
        "reason",
        context.t("Reason"),
        kind="textarea",
        default=said.reason,
        hint=context.t("It stands on the attendance list, which all who are invited can read"),
        required=False,
        max_length=LONGEST_REASON,
    )
    return Form(WHY, context.t("Reason"), (text,), pressed.value, submit=context.t("Send"))


def give_reason(context: Context, form: FormSubmission) -> Reply | FormErrors:
    meeting, occurrence, stamp = _meant(context, form.value)
    reason = " ".join(form.values.get("reason", "").split())
    if len(reason) > LONGEST_REASON:
        return FormErrors({"reason": context.t("At most {count} characters.", count=LONGEST_REASON)})
    invitee, view = _me(context, meeting), cards.view(context, meeting)
    if reply := _in_vain(context, view, occurrence, stamp):
        return replace(reply, replaces=False)
    date = occurrence.id if occurrence else ALL
    before = answers.mine(context.db, invitee, date)
    said = Said(before.answer if before.answer in ("declined", "tentative") else "declined", reason, "chat")
    answers.record(context, invitee, said, date)
    text = context.t("Noted for {title}: {answer}.", title=bold(meeting.title), answer=word(context.t, said.answer))
    return Reply(text)


BUTTONS: dict[str, Handler] = {
    "accept": _button("accepted"),
    "decline": _button("declined"),
    "maybe": _button("tentative"),
    "why": why,
}
FORMS: dict[str, Handler] = {"why": give_reason}
