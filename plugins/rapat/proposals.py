"""`/rapat usul`: propose a point for the agenda, see what was proposed, take one's own back; organisers settle them."""

from __future__ import annotations

from collections.abc import Sequence

from integration import phrases
from integration.guidance import after_first
from integration.i18n import Translate
from integration.messages import Answer, Button, ButtonPress, Command, Reply, Text, fill, join
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.rapat import agenda, meetings, organizers, which
from plugins.rapat.agenda import Point
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.minutes import chosen, showing
from plugins.rapat.minutes.chosen import SIGN
from plugins.rapat.wording import below, say

MOST_BUTTONS = 4


def propose(context: Context, command: Command) -> Answer:
    """`usul [n] [text]`: without a text what was proposed."""
    found = _meant(context, command)
    if isinstance(found, Reply):
        return found
    meeting, occurrence, text = found
    if not text:
        return _listed(context, meeting, occurrence)
    return _proposed(context, meeting, occurrence, text)


def _meant(context: Context, command: Command) -> tuple[Meeting, Occurrence, str] | Reply:
    """The next date of the meeting that is named first, or of the only one that comes; and the rest of the line."""
    coming = chosen.coming(context)
    first, rest = (command.words[0], after_first(command.text)) if command.words else ("", "")
    named, _ = chosen.split([first]) if first else ("", ())
    number = int(named.removeprefix(SIGN).removeprefix("#")) if named else 0
    if named.startswith(SIGN):
        return (*chosen.by_id(context, number), rest)
    here = [each for each in coming if named and each.meeting_id == number]
    if named.startswith("#") or here:
        found = chosen.chosen(context, [first], lambda _: here, "usul")
        return found if isinstance(found, Reply) else (*found, rest)
    if context.channel.id and len(coming) > 1:
        known = meetings.many(context.db, [each.meeting_id for each in coming])
        coming = [each for each in coming if known[each.meeting_id].channel_id == context.channel.id] or coming
    if len(coming) == 1:
        return (*chosen.by_id(context, coming[0].id), command.text.strip())
    if not coming:
        t = context.t
        return Reply(t("You have no meeting in the next two weeks for which you could propose something."), refused=True)
    return _which(context, coming, command.text.strip())


def _which(context: Context, coming: Sequence[Occurrence], text: str) -> Reply:
    """What was typed is in the buttons."""
    shown = coming[: chosen.MOST_CHOICES]
    buttons = tuple(say(chosen.label(context, each), f"usul {SIGN}{each.id} {text}".strip()) for each in shown)
    return Reply(context.t("Which meeting do you mean?"), buttons=buttons, refused=True)


def _proposed(context: Context, meeting: Meeting, occurrence: Occurrence, text: str) -> Reply:
    t, words = context.t, " ".join(text.strip('"“”').split())
    title = showing.title(t, occurrence, context.person.zone)
    if "cancelled" in (meeting.state, occurrence.state):
        return Reply(t("{title} was called off.", title=title), refused=True)
    if occurrence.ends_at <= context.now:
        return Reply(
            t("{title} is over. What should be spoken of next time, propose for the next date.", title=title), refused=True
        )
    if len(words) > agenda.LONGEST:
        return Reply(
            t(
                "At most {most} characters, please; these are {length}. Longer material goes into the meeting's folder.",
                most=agenda.LONGEST,
                length=len(words),
            ),
            refused=True,
        )
    open_ones = [point for point in agenda.proposed(context.db, occurrence) if point.state == "open"]
    if len(open_ones) >= agenda.MOST_OPEN:
        return Reply(t("The agenda of {title} is full. Its organiser can settle some points first.", title=title), refused=True)
    point = agenda.propose(context, meeting, occurrence, context.person.id, words)
    if point is None:
        return Reply(t("“{words}” stands on the agenda of {title} already.", words=words, title=title))
    _tell_organizer(context, meeting, occurrence, point)
    back = Button(t("Take it back"), "rapat.agenda_withdraw", str(point.id), days=14)
    more = say(t("The agenda"), f"usul {SIGN}{occurrence.id}")
    return Reply(t("Proposed for {title}: “{words}”", title=title, words=words), buttons=(back, more))


def _tell_organizer(context: Context, meeting: Meeting, occurrence: Occurrence, point: Point) -> None:
    """Of the first one of a day; the others are on the list then."""
    organizer = organizers.of(context, meeting)
    if organizer is None or organizer.id == context.person.id:
        return

    def build(t: Translate) -> Reply:
        title = showing.title(t, occurrence, organizer.zone)
        text = t("{name} proposes for {title}: “{words}”", name=context.person.name, title=title, words=point.text)
        return Reply(text, buttons=(say(t("The agenda"), f"usul {SIGN}{occurrence.id}", days=14),))

    day = local_day(context.now, organizer)
    context.tell(organizer, f"meeting:{meeting.id}:agenda:{occurrence.id}:{day.isoformat()}:{organizer.id}", build)


# ---------------------------------------------------------------- the list


def _listed(context: Context, meeting: Meeting, occurrence: Occurrence) -> Reply:
    t, title = context.t, showing.title(context.t, occurrence, context.person.zone)
    own, found = agenda.of_text(meeting), agenda.proposed(context.db, occurrence)
    how = t("To propose something: {command}", command=Text(f"`/rapat usul {meeting.id} …`"))
    if not own and not found:
        return Reply(join("\n", [t("Nothing is on the agenda of {title} yet.", title=title), how]))
    lines = [t("**Agenda** of {title}", title=title), *(fill("- {words}", words=words) for words in own)]
    lines += [_line(context, occurrence, number, point) for number, point in enumerate(found, 1)]
    return Reply(below([*lines, how]), buttons=tuple(_buttons(context, meeting, found)))


def _line(context: Context, occurrence: Occurrence, number: int, point: Point) -> Text:
    t = context.t
    line = fill("{number}. {words} — {name}", number=number, words=point.text, name=point.name)
    if point.occurrence_id not in (None, occurrence.id) and point.starts_at is not None:
        since = phrases.short_day(t, point.starts_at.astimezone(context.person.tz).date())
        line = t("{line} (since {day})", line=line, day=since)
    return t("{line} (dealt with)", line=line) if point.state == "done" else line


def _buttons(context: Context, meeting: Meeting, found: Sequence[Point]) -> list[Button]:
    t, buttons = context.t, list[Button]()
    leads = organizers.leads(context, meeting)
    open_ones = [(number, point) for number, point in enumerate(found, 1) if point.state == "open"]
    for number, point in open_ones:
        if len(buttons) >= 2 * MOST_BUTTONS:
            break
        if leads:
            buttons.append(Button(t("Dealt with {number}", number=number), "rapat.agenda_done", str(point.id), days=14))
        if point.person_id == context.person.id:
            buttons.append(Button(t("Take back {number}", number=number), "rapat.agenda_withdraw", str(point.id), days=14))
        elif leads:
            buttons.append(Button(t("Drop {number}", number=number), "rapat.agenda_drop", str(point.id), days=14))
    return buttons


# ---------------------------------------------------------------- settling them


def _point(context: Context, value: str) -> tuple[Point, Meeting] | None:
    point = agenda.get(context.db, meetings.id_of(value))
    meeting = meetings.get(context.db, point.meeting_id) if point else None
    return (point, meeting) if point and meeting and which.may_see(context, meeting) else None


def withdraw(context: Context, press: ButtonPress) -> Reply:
    found = _point(context, press.value)
    if found is None or found[0].person_id != context.person.id:
        return Reply(context.t("Only whoever proposed a point takes it back."), refused=True)
    return _settled(context, *found, "withdrawn")


def drop(context: Context, press: ButtonPress) -> Reply:
    return _by_leader(context, press, "dropped")


def dealt(context: Context, press: ButtonPress) -> Reply:
    return _by_leader(context, press, "done")


def back(context: Context, press: ButtonPress) -> Reply:
    """Undo: who took it off puts it on again."""
    found = _point(context, press.value)
    t = context.t
    if found is None:
        return Reply(t("There is no such point any more."), refused=True)
    point, meeting = found
    own = point.person_id == context.person.id and point.state == "withdrawn"
    if not own:
        chosen.must_lead(context, meeting)
        if point.state == "withdrawn":
            return Reply(t("Only whoever proposed a point takes it back."), refused=True)
    return _settled(context, point, meeting, "open")


def _by_leader(context: Context, press: ButtonPress, state: agenda.State) -> Reply:
    found = _point(context, press.value)
    if found is None:
        return Reply(context.t("There is no such point any more."), refused=True)
    chosen.must_lead(context, found[1])
    return _settled(context, *found, state)


def _settled(context: Context, point: Point, meeting: Meeting, state: agenda.State) -> Reply:
    t, words = context.t, point.text
    if point.state not in ("open", state) and state != "open":
        return Reply(t("“{words}” is not on the agenda any more.", words=words), refused=True)
    now = _date_of(context, meeting)
    if point.state != state:
        agenda.settle(context, point, state, now if state == "done" else None)
    said = {
        "open": t("On the agenda again: “{words}”", words=words),
        "done": t("Dealt with: “{words}”", words=words),
        "withdrawn": t("Taken back: “{words}”", words=words),
        "dropped": t("Off the agenda: “{words}”", words=words),
    }[state]
    undo = (Button(t("Undo"), "rapat.agenda_back", str(point.id), days=14),) if state != "open" else ()
    return Reply(said, buttons=undo)


def _date_of(context: Context, meeting: Meeting) -> Occurrence | None:
    """The date at which a point is dealt with: the one under way, or the last one, else the next."""
    every = [each for each in meetings.occurrences(context.db, meeting.id) if each.state == "planned"]
    begun = [each for each in every if each.starts_at <= context.now]
    return begun[-1] if begun else next(iter(every), None)


SUBCOMMANDS = (
    Subcommand(
        "usul",
        propose,
        "Propose a point for the agenda",
        arguments="[number] [text]",
        example="/rapat usul Evaluasi absensi November",
        aliases=("agenda", "usulan", "propose"),
        writes=True,
    ),
)
BUTTONS = {"agenda_withdraw": withdraw, "agenda_drop": drop, "agenda_done": dealt, "agenda_back": back}
