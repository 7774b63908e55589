"""What stands on the wall of the room, and where its QR code leads: the code (`rapat.layar`), checking in as a guest
(`rapat.masuk`, `rapat.tamu`) and leaving (`rapat.pulang`).

The QR code's address holds for about a minute and leads on to one that holds for ten, so that nobody has to type in a
hurry, and a photo of the screen is of no use soon after. One of ours has no session on these pages, and a name or an NIP can
be typed by anybody: they type the code in the chat, where we know who they are.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from integration import workdays
from integration.documents import qr
from integration.errors import Refused, UserError
from integration.i18n import Translate
from integration.messages import Command, Field, Reply, Text, fill
from integration.pages import Go, Link, Page, PageContext, PageRequest, Picture, Show, wrong
from integration.plugin import Context, Subcommand, Work
from plugins.rapat import joining, meetings, organizers
from plugins.rapat.attending import codes, presence, which
from plugins.rapat.attending.presence import Noted
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.wording import say, when, when_short

SCREEN, ENTER, GUEST, GO_HOME = "rapat.layar", "rapat.masuk", "rapat.tamu", "rapat.pulang"
_FILLING_IN = timedelta(minutes=10)
_DAY = timedelta(days=1)
_COUNT_SECONDS, _LOOK_SECONDS = 10, 60


# ---------------------------------------------------------------- the command


def screen_link(context: Context, command: Command) -> Reply:
    """`/rapat layar [meeting]`, for who organises it."""
    found = which.named(which.organized(context), command.words)
    if not found:
        text = context.t("Only the organiser shows the code, and you organise no meeting that is on or to come.")
        return Reply(text, buttons=(say(context.t("My meetings"), "daftar"),), refused=True)
    occurrence = found[0]
    text = context.t(
        "Code for those in the room of “{title}” ({when}): {link}\n"
        "Open it on the projector before you show it; the code changes every 30 seconds. Please keep the address to yourself.",
        title=occurrence.title,
        when=when_short(context.t, occurrence.span, context.person.zone),
        link=fill("**[{label}]({url})**", label=context.t("Open the screen"), url=Text(screen_address(context, occurrence))),
    )
    return Reply(text)


def screen_address(context: Context, occurrence: Occurrence) -> str:
    days = max(timedelta(hours=1), presence.window(occurrence).end - context.now) / _DAY
    return context.page(SCREEN, str(occurrence.id), days=days, person=context.person)


# ---------------------------------------------------------------- the screen


def screen(context: PageContext, _request: PageRequest) -> Page:
    """The code and how many are in; asks for itself again, by no script."""
    occurrence, meeting = _date(context)
    if not organizers.is_leader(context, meeting, context.person):
        raise Refused("not the organiser")
    if not presence.is_open(occurrence, context.now):
        return _not_open(context, occurrence, meeting)
    code = codes.code(context.settings, occurrence.id, codes.step(context.now))
    picture = Picture(qr.svg(_enter_address(context, occurrence)), context.t("QR code that leads to the attendance list"))
    invited = meetings.number_invited(context.db, meeting.id)
    text = context.t(
        "Scan the code, or type in the chat: {command}\n\nOn the list: **{count}** of {invited} invited.",
        command=Text(f"`/rapat hadir {code}`"),
        count=presence.count(context.db, occurrence.id),
        invited=invited,
    )
    refresh = min(codes.seconds_left(context.now), _COUNT_SECONDS)
    return Show(occurrence.title, text, big=f"{code[:3]} {code[3:]}", picture=picture, refresh_seconds=refresh, wide=True)


def _enter_address(work: Work, occurrence: Occurrence) -> str:
    """For as long as the code beside it holds."""
    until = (codes.step(work.now) + 3) * codes.STEP_SECONDS
    return work.page(ENTER, str(occurrence.id), days=(until - work.now.timestamp()) / _DAY.total_seconds())


def _not_open(context: PageContext, occurrence: Occurrence, meeting: Meeting) -> Page:
    span = presence.window(occurrence)
    if occurrence.state != "planned" or meeting.state != "planned":
        return Show(occurrence.title, context.t("This meeting was called off."), refused=True)
    if context.now >= span.end:
        return Show(occurrence.title, context.t("The list of this meeting is closed."), refused=True)
    zone = context.person.zone if context.person else meeting.zone
    text = context.t(
        "{when}. The code appears here at {clock}.",
        when=when(context.t, occurrence.span, [zone]),
        clock=Text(workdays.clock(span.start, zone)),
    )
    left = int((span.start - context.now).total_seconds()) + 1
    return Show(occurrence.title, text, refresh_seconds=min(left, _LOOK_SECONDS), wide=True)


# ---------------------------------------------------------------- where the QR code leads


def enter(context: PageContext, _request: PageRequest) -> Page:
    """The code was on the screen a moment ago: there is time now to type."""
    occurrence, _ = _date(context)
    value = f"{occurrence.id}.{secrets.token_hex(4)}"
    return Go(context.page(GUEST, value, days=_FILLING_IN / _DAY))


def guest(context: PageContext, request: PageRequest) -> Page:
    occurrence, meeting = _date(context)
    if not presence.is_open(occurrence, context.now) or meeting.state != "planned":
        return Show(occurrence.title, context.t("The list of this meeting is closed."), refused=True)
    fields = _guest_fields(context.t)
    errors = wrong(context.t, fields, request.values) if request.sent else {}
    if request.sent and not errors:
        return _guest_in(context, request, occurrence)
    text = context.t(
        "**You work here?** Type in the chat: {command} with the number on the screen, or press *Present* in the "
        "invitation.\n\n**You are a guest?** Please fill this in.",
        command=Text("`/rapat hadir`"),
    )
    return Show(occurrence.title, text, fields=fields, submit=context.t("I am present"), errors=errors)


def _guest_fields(t: Translate) -> tuple[Field, ...]:
    return (*joining.guest_fields(t), Field("position", t("Position"), required=False, max_length=100))


def _guest_in(context: PageContext, request: PageRequest, occurrence: Occurrence) -> Page:
    name, office, position = (" ".join(request.values.get(each, "").split()) for each in ("name", "office", "position"))
    known = presence.find(context.db, occurrence.id, presence.guest_key(name, office, position))
    if known is None and presence.count(context.db, occurrence.id, guests_only=True) >= presence.MOST_GUESTS:
        raise UserError(context.t("The guest list is full. Please ask the organiser to add you."))
    return _thanks(context, occurrence, presence.guest_in(context, occurrence, name, office, position))


def _thanks(context: PageContext, occurrence: Occurrence, noted: Noted) -> Page:
    if noted.removed:
        raise UserError(context.t("The organiser took this name off the list. Please ask in the room."))
    here, t = noted.here, context.t
    going = Link(t("I leave now"), context.page(GO_HOME, str(here.id), days=1))
    at = Text(_clock(context, occurrence, here.in_at))
    if noted.fresh or noted.back:
        text = t("Thank you, {name}. You are on the attendance list since {clock}.", name=here.name, clock=at)
        return Show(occurrence.title, text, links=(going,), done=True)
    text = t(
        "This name from this office is on the list already, since {clock}. If that is somebody else, go back and add your "
        "position.",
        clock=at,
    )
    return Show(occurrence.title, text, links=(going,), done=True)


def go_home(context: PageContext, request: PageRequest) -> Page:
    """A guest leaves; who opens the address does nothing yet."""
    here = presence.get(context.db, int(context.value))
    occurrence = meetings.occurrence(context.db, here.occurrence_id) if here else None
    if here is None or occurrence is None or here.removed_at is not None:
        raise UserError(context.t("You are not on the list of this meeting any more."))
    if here.out_at is None and request.sent and context.now < presence.window(occurrence).end:
        here = presence.leave(context, here)
    if here.out_at is not None:
        text = context.t("You left at {clock}. Thank you.", clock=Text(_clock(context, occurrence, here.out_at)))
        return Show(occurrence.title, text, done=True)
    if context.now >= presence.window(occurrence).end:
        return Show(occurrence.title, context.t("The list of this meeting is closed."), refused=True)
    text = context.t("{name}, do you leave the meeting now?", name=here.name)
    return Show(occurrence.title, text, submit=context.t("I leave now"))


# ---------------------------------------------------------------- shared


def _date(context: PageContext) -> tuple[Occurrence, Meeting]:
    """Of the date's id, with which every value here begins; raises `UserError`."""
    occurrence = meetings.occurrence(context.db, int(context.value.partition(".")[0]))
    meeting = meetings.get(context.db, occurrence.meeting_id) if occurrence else None
    if occurrence is None or meeting is None:
        raise UserError(context.t("There is no such meeting (any more)."))
    return occurrence, meeting


def _clock(context: PageContext, occurrence: Occurrence, moment: datetime) -> str:
    """A guest's zone is nobody's knowledge: the meeting's."""
    meeting = meetings.get(context.db, occurrence.meeting_id)
    return workdays.clock(moment, meeting.zone if meeting else context.settings.zone)


SUBCOMMANDS = (
    Subcommand(
        "layar",
        screen_link,
        "The code for those in the room, for the projector",
        arguments="[meeting]",
        example="/rapat layar",
        aliases=("kode", "qr", "screen"),
    ),
)
PAGES = {"layar": screen, "masuk": enter, "tamu": guest, "pulang": go_home}
