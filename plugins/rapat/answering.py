"""*Hadir*, *Tidak*, *Ragu*: answers by button, and those that come from calendars and by mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select

from integration import people
from integration.errors import Refused, UserError
from integration.i18n import Translate
from integration.messages import Button, ButtonPress, Field, Form, FormErrors, FormSubmission, Reply, Text, fill, join
from integration.plugin import Context, Handler, Work
from integration.ports import Answer, Answered
from integration.workdays import local_day, works_here
from plugins.rapat import answers, events, joining, meetings
from plugins.rapat.answers import ALL, Counts, Said
from plugins.rapat.invitations import cards
from plugins.rapat.invitations.cards import View
from plugins.rapat.meetings import Invitee, Meeting, Occurrence
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.tables import meeting_occurrence as _occurrence
from plugins.rapat.wording import bold, when

LONGEST_REASON = 500
_ACTIONS: dict[Answered, str] = {"accepted": "rapat.accept", "declined": "rapat.decline", "tentative": "rapat.maybe"}
_STYLES: dict[Answered, Literal["", "good", "danger"]] = {"accepted": "good", "declined": "danger", "tentative": ""}
WHY, LIST = "rapat.why", "rapat.answers"
_LONGEST_DAYS = 400.0
_MOST_NAMES = 100


# ---------------------------------------------------------------- buttons for messages


def buttons(t: Translate, meeting: Meeting, now: datetime, occurrence: Occurrence | None = None) -> tuple[Button, ...]:
    """*Hadir*, *Tidak*, *Ragu*: to all dates, or to one of them. They say to which time they are an answer."""
    value = f"{meeting.id}:{occurrence.id if occurrence else ALL}:{_stamp(meeting, occurrence)}"
    last = occurrence.ends_at if occurrence else meeting.last_end
    days = min(max((last - now) / timedelta(days=1) + 1, 1.0), _LONGEST_DAYS)
    labels: dict[Answered, Text] = {"accepted": t("I will come"), "declined": t("I cannot"), "tentative": t("Maybe")}
    return tuple(Button(label, _ACTIONS[said], value, _STYLES[said], days) for said, label in labels.items())


def _stamp(meeting: Meeting, occurrence: Occurrence | None) -> str:
    span = occurrence.span if occurrence else meeting.span
    return answers.stamp(meeting, span.start, span.end)


def word(t: Translate, answer: str) -> Text:
    """An answer in a word or two; "" for none."""
    words = {"accepted": t("coming"), "declined": t("not coming"), "tentative": t("maybe")}
    return words.get(answer) or t("no answer yet")


def numbers(t: Translate, found: Counts) -> Text:
    """`12 hadir, 2 tidak, 1 ragu, 5 belum menjawab`"""
    return t(
        "{accepted} coming, {declined} not coming, {tentative} maybe, {waiting} no answer yet",
        accepted=found.accepted,
        declined=found.declined,
        tentative=found.tentative,
        waiting=found.waiting,
    )


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
        return Reply(text, buttons(t, meeting, context.now, occurrence), replaces=True, refused=True)
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
    others = [each for each in buttons(t, meeting, context.now, occurrence) if each.action != _ACTIONS[_as_answer(said.answer)]]
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


# ---------------------------------------------------------------- who said what


def show_list(context: Context, pressed: ButtonPress) -> Reply:
    """For the organiser: who comes and who does not, with their reasons."""
    meeting = meetings.get(context.db, int(pressed.value)) if pressed.value.isdecimal() and len(pressed.value) < 10 else None
    if meeting is None:
        raise Refused("no such meeting")
    if not meeting.is_led_by(context.person.id):
        raise UserError(context.t("Only the organiser sees who has answered what."))
    date = meetings.next_one(context.db, meeting.id, context.now)
    return Reply(listed(context, meeting, date))


def listed(work: Context, meeting: Meeting, occurrence: Occurrence | None) -> Text:
    """A line for each answer, with the names of those who gave it."""
    t, date = work.t, occurrence.id if occurrence else ALL
    said, named = answers.of(work.db, meeting.id, date), names(work, meeting)
    lines = [bold(meeting.title), numbers(t, answers.counts(work.db, meeting.id, date))]
    for answer in ("accepted", "declined", "tentative", ""):
        found = [(named[id], each) for id, each in said.items() if each.answer == answer and id in named]
        if found:
            lines.append(Text(f"**{word(t, answer)}** ({len(found)}): ") + _names(t, found))  # type: ignore[arg-type]
    return join("\n", [Text(line) for line in lines])


def _names(t: Translate, found: list[tuple[str, Said]]) -> Text:
    shown = [fill("{name} ({reason})", name=n, reason=s.reason) if s.reason else fill("{name}", name=n) for n, s in found]
    more = len(shown) - _MOST_NAMES
    joined = join(", ", shown[:_MOST_NAMES])
    return t("{names} and {count} more", names=joined, count=more) if more > 0 else joined


def names(work: Work, meeting: Meeting) -> dict[int, str]:
    """What those invited are called, by the invitee's id; without the organiser."""
    person = people.person.c
    query = select(_invitee.c.id, person.name, _invitee.c.name, _invitee.c.email)
    query = query.join_from(_invitee, people.person, _invitee.c.person_id == person.id, isouter=True)
    mine = (_invitee.c.meeting_id == meeting.id, _invitee.c.removed_at.is_(None), _invitee.c.role != "organizer")
    rows = work.db.execute(query.where(*mine).order_by(person.name, _invitee.c.id))
    return {row[0]: row[1] or row[2] or row[3] for row in rows}


# ---------------------------------------------------------------- from calendars and mail


def heard(work: Work, uid: str, answer: Answer) -> None:
    """`Plugin.answered`: what somebody said in their calendar or by mail goes into the same list."""
    found = _of_event(work, uid, answer)
    if found is None:
        return
    meeting, invitee, occurrence_id = found
    answers.record(work, invitee, Said(answer.answer, "", answer.via), occurrence_id)


def heard_late(work: Work, uid: str, answer: Answer) -> None:
    """`Plugin.answered_late`: an answer by mail to what was called off, or to a time that holds no more, is none; who gave it
    is told so where they chat.
    """
    meeting = meetings.by_uid(work.db, events.whole(uid))
    invitee = _invitee_of(work, meeting, answer.email) if meeting else None
    person = people.get(work.db, invitee.person_id) if invitee and invitee.person_id else None
    here = person is not None and works_here(person, local_day(work.now, person))
    if meeting is None or person is None or not here or meeting.last_end <= work.now:
        return
    view = cards.view(work, meeting)
    key = f"meeting:{meeting.id}:{meeting.version}:late:{person.id}"
    work.tell(person, key, lambda t: _too_late(t, view, person.zone, work.now), until=meeting.last_end)


def _too_late(t: Translate, view: View, zone: str, now: datetime) -> Reply:
    meeting = view.meeting
    if meeting.state != "planned":
        return Reply(cards.cancelled(view, t, zone=zone))
    asks = t("Your answer by mail was to an earlier time and was not recorded. Please answer to the new time.")
    return Reply(Text(f"{cards.in_short(view, t, zone)}\n{asks}"), buttons(t, meeting, now))


def _of_event(work: Work, uid: str, answer: Answer) -> tuple[Meeting, Invitee, int] | None:
    """The meeting, who of those invited it was, and the date; None where it is none of ours, or nothing counts any more."""
    meeting = meetings.by_uid(work.db, events.whole(uid))
    if meeting is None or meeting.state != "planned" or meeting.last_end <= work.now:
        return None
    invitee = _invitee_of(work, meeting, answer.email)
    if invitee is None:
        return None
    if answer.occurrence is None or not meeting.is_series:
        return meeting, invitee, ALL
    here = (_occurrence.c.meeting_id == meeting.id, _occurrence.c.original == answer.occurrence)
    date = work.db.scalar(select(_occurrence.c.id).where(*here))
    return (meeting, invitee, date) if date else None


def _invitee_of(work: Work, meeting: Meeting, email: str) -> Invitee | None:
    """Whose address that is: one of ours before a guest, and those who still work here before those who have left."""
    person = people.person.c
    query = select(_invitee.c.id).join_from(_invitee, people.person, _invitee.c.person_id == person.id, isouter=True)
    mine = (_invitee.c.meeting_id == meeting.id, _invitee.c.removed_at.is_(None))
    theirs = (person.email == email) | (_invitee.c.email == email)
    order = _invitee.c.person_id.is_(None), person.ended_on.is_not(None), _invitee.c.id
    found = work.db.scalars(query.where(*mine, theirs).order_by(*order).limit(1)).first()
    return meetings.invitee(work.db, found) if found else None


BUTTONS: dict[str, Handler] = {
    "accept": _button("accepted"),
    "decline": _button("declined"),
    "maybe": _button("tentative"),
    "why": why,
    "answers": show_list,
}
FORMS: dict[str, Handler] = {"why": give_reason}
