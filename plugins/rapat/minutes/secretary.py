"""`/rapat notulis`: the organiser names who takes the minutes."""

from __future__ import annotations

from sqlalchemy import update

from integration import find, people
from integration.guidance import SAY
from integration.i18n import Translate
from integration.messages import Answer, Command, Reply, Text
from integration.plugin import Context, Subcommand
from plugins.rapat import meetings, organizers
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.minutes import chosen, showing
from plugins.rapat.minutes.chosen import SIGN
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.wording import say

_NOBODY = frozenset({"hapus", "tidak", "batal", "-"})


def secretary(context: Context, command: Command) -> Answer:
    """`notulis [@name | hapus] [n]`"""
    t = context.t
    number, words = chosen.split(command.words)
    found = chosen.chosen(context, [number] if number else [], _all_led, "notulis", lead=True)
    if isinstance(found, Reply):
        return found
    meeting, occurrence = found
    if not words:
        return _who_writes(context, meeting, occurrence)
    if meeting.organizer_id != context.person.id and not organizers.stands_in(context, meeting):
        return Reply(t("Only the organiser names who takes the minutes."), refused=True)
    if words[0].lower() in _NOBODY and len(words) == 1:
        return _name(context, meeting, occurrence, None)
    someone = find.person(
        context, command.mentions, " ".join(words), lambda nip: f"notulis {nip} {SIGN}{occurrence.id}", f"rapat.{SAY}"
    )
    return someone if isinstance(someone, Reply) else _name(context, meeting, occurrence, someone)


def _all_led(context: Context) -> list[Occurrence]:
    """Dates that come first, those that were last after them: a secretary is named before the meeting, or after it."""
    return [*chosen.coming(context), *chosen.begun(context)]


def _who_writes(context: Context, meeting: Meeting, occurrence: Occurrence) -> Reply:
    t, title = context.t, showing.title(context.t, occurrence, context.person.zone)
    found = people.get(context.db, meeting.secretary_id) if meeting.secretary_id else None
    how = Text("`/rapat notulis @nama`")
    if found is None:
        return Reply(t("The organiser takes the minutes of {title}. Somebody else: {command}", title=title, command=how))
    return Reply(t("{name} takes the minutes of {title}. Somebody else: {command}", name=found.name, title=title, command=how))


def _name(context: Context, meeting: Meeting, occurrence: Occurrence, someone: people.Person | None) -> Reply:
    t, title = context.t, showing.title(context.t, occurrence, context.person.zone)
    if someone is not None and people.has_left(someone, context.now):
        return Reply(t("{name} does not work here any more.", name=someone.name), refused=True)
    if someone is not None and meetings.invited(context.db, meeting.id, someone.id) is None:
        text = t(
            "{name} is not invited to {title}. Invite them first: {command}",
            name=someone.name,
            title=title,
            command=Text("`/rapat ubah`"),
        )
        return Reply(text, refused=True)
    new = someone.id if someone is not None and someone.id != meeting.organizer_id else None
    if new != meeting.secretary_id:
        context.db.execute(update(_meeting).where(_meeting.c.id == meeting.id).values(secretary_id=new))
        context.audit(
            "meeting.secretary",
            f"meeting:{meeting.id}",
            before={"secretary_id": meeting.secretary_id},
            after={"secretary_id": new},
        )
        if new is not None and someone is not None:
            _tell_secretary(context, meeting, occurrence, someone)
    if new is None or someone is None:
        return Reply(t("The organiser takes the minutes of {title}.", title=title))
    return Reply(t("{name} takes the minutes of {title}, and may publish them.", name=someone.name, title=title))


def _tell_secretary(context: Context, meeting: Meeting, occurrence: Occurrence, someone: people.Person) -> None:
    def build(t: Translate) -> Reply:
        text = t(
            "{name} asks you to take the minutes of {title}. You may write and publish them.",
            name=context.person.name,
            title=showing.title(t, occurrence, someone.zone),
        )
        return Reply(text, buttons=(say(t("Write the minutes"), f"notulen tulis {SIGN}{occurrence.id}", days=14),))

    context.tell(someone, f"meeting:{meeting.id}:secretary:{someone.id}:{context.now.isoformat()}", build)


SUBCOMMANDS = (
    Subcommand(
        "notulis",
        secretary,
        "Who takes the minutes",
        arguments="[@name | hapus] [number]",
        example="/rapat notulis @dewi",
        aliases=("secretary", "sekretaris"),
        writes=True,
    ),
)
