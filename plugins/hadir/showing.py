"""`/hadir tampil`: where one works, shown as one's own status and calendar entry elsewhere, for those who asked for it.

A check-in queues one row, and only for who has chosen; where nothing is connected that could show it, nothing is done.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, time, timedelta

from integration import people, presence, workdays
from integration.i18n import Translate
from integration.messages import Button, Command, Reply, Text, join, plain
from integration.people import Person
from integration.plugin import Context, Subcommand
from integration.presence import NOTHING, Choice
from integration.workdays import DayPlan
from plugins.hadir import service
from plugins.hadir.service import Event

SAY = "hadir.say"
YES = frozenset({"ya", "hidup", "nyala", "aktif", "tampil", "on", "yes", "mau"})
NO = frozenset({"tidak", "mati", "nonaktif", "berhenti", "hapus", "off", "no", "stop", "jangan"})
_WHAT = {"status": "status", "kalender": "calendar", "calendar": "calendar"}
_EMOJI = {"wfo": "🏢", "wfh": "🏠", "wfa": "💻", "dinas": "🧳"}
# Who works in the office is where everybody expects them: that needs no entry in a calendar.
_USUAL = "wfo"


# ---------------------------------------------------------------- queueing


def came(context: Context, event: Event, plan: DayPlan, *, again: bool = False) -> None:
    """After a check-in. One statement, and none where nothing is connected. `again`: it was shown or not before."""
    if context.ports.presence is None or not event.place:
        return
    key = f"presence:in:{event.id}" + (f":{context.written_at.isoformat()}" if again else "")
    _queue(context, context.person, event, plan, key)


def corrected(context: Context, someone: Person, event: Event) -> None:
    """After a correction was approved: what is shown of today follows it, while that day is open."""
    today = workdays.local_day(context.now, someone)
    if context.ports.presence is None or event.day != today:
        return
    found = service.days(context.db, [someone.id], today, today).get((someone.id, today))
    if event.kind == "out":
        _end(context, someone, event)
    elif found and found.open and event.place:
        plans = context.workdays.plans(context.db, [someone], today, today, context.now)
        _queue(context, someone, event, plans.get((someone.id, today)) or DayPlan(today), f"presence:in:{event.id}")


def _queue(context: Context, someone: Person, event: Event, plan: DayPlan, key: str) -> None:
    payload = {
        "do": "show",
        "text": plain(_words(context.speak(someone), event.place)),
        "emoji": _EMOJI[event.place],
        "start": event.at.isoformat(),
        "until": _until(someone, event, plan).isoformat(),
        "zone": someone.zone,
        "event": event.place != _USUAL,
    }
    presence.queue(context.db, someone.id, key, payload, context.written_at)


def left(context: Context, event: Event) -> None:
    """After a check-out. One statement, and none where nothing is connected."""
    if context.ports.presence is not None:
        _end(context, context.person, event)


def _end(context: Context, someone: Person, event: Event) -> None:
    payload = {"do": "end", "at": event.at.isoformat()}
    presence.queue(context.db, someone.id, f"presence:out:{event.id}", payload, context.written_at)


def _until(someone: Person, event: Event, plan: DayPlan) -> datetime:
    """The planned end; without one, or after it, the end of the day where the person is."""
    if plan.end and plan.end > event.at:
        return plan.end
    local = event.at.astimezone(someone.tz)
    return datetime.combine(local.date() + timedelta(days=1), time.min, someone.tz)


def _words(t: Translate, place: str) -> Text:
    return {
        "wfo": t("At the office (WFO)"),
        "wfh": t("Working from home (WFH)"),
        "wfa": t("Working elsewhere (WFA)"),
        "dinas": t("On official travel"),
    }[place]


# ---------------------------------------------------------------- choosing


def command(context: Context, said: Command) -> Reply:
    """`tampil [status|kalender] [ya|tidak]`; without words it says what would be done and how it is."""
    words = [word.lower() for word in said.words]
    wish = next((word in YES for word in words if word in YES | NO), None)
    asked = [_WHAT[word] for word in words if word in _WHAT]
    if wish is False:
        return _changed(context, asked or ["status", "calendar"], on=False)
    if asked:
        return _changed(context, asked, on=True) if wish else _how_it_is(context)
    return _how_it_is(context, refused=bool(words))


def _changed(context: Context, what: list[str], *, on: bool) -> Reply:
    """Taking it back is always possible; asking for it only where it can be done."""
    if on and (trouble := _trouble(context)):
        return Reply(trouble, refused=True)
    before = presence.choice(context.db, context.person.id)
    wished = replace(before, **dict.fromkeys(what, on))
    if wished != before:
        presence.choose(context.db, context.person.id, wished, context.written_at)
        context.audit("presence.chosen", f"person:{context.person.id}", before=asdict(before), after=asdict(wished))
        _show_now(context) if on else _take_away(context)
    return _how_it_is(context, first=_done(context, what, on=on))


def _show_now(context: Context) -> None:
    """Who is in already is shown now and not tomorrow."""
    today = service.today(context)
    if today.day.open and today.day.arrival:
        came(context, today.day.arrival, today.plan, again=True)


def _take_away(context: Context) -> None:
    key = f"presence:withdraw:{context.person.id}:{context.written_at.isoformat()}"
    presence.queue_withdrawal(context.db, context.person.id, key, context.written_at)


def _done(context: Context, what: list[str], *, on: bool) -> Text:
    t = context.t
    if on:
        return t("Done. It begins with your check-in, or now if you have checked in.")
    if len(what) == 2:
        return t("Done. Nothing is shown any more, and what Hadir shows of today is taken away.")
    return t("Done. That is not shown any more, and what Hadir shows of today is taken away.")


def _trouble(context: Context) -> Text | None:
    """Why nothing can be shown of this person."""
    port = context.ports.presence
    if port is None:
        return context.t(
            "That cannot be switched on: Hadir is not connected to your office's Nextcloud as an app. The administrator "
            "finds how in the handbook, under ExApp."
        )
    known = people.accounts(context.db, [context.person.id]).get(context.person.id, [])
    if any(each.platform == port.name and each.external_id for each in known):
        return None
    return context.t("Hadir does not know your Nextcloud account yet. Open Hadir once in Nextcloud's menu, then try again.")


def _how_it_is(context: Context, *, first: Text | None = None, refused: bool = False) -> Reply:
    t, chosen = context.t, presence.choice(context.db, context.person.id)
    trouble = _trouble(context)
    if trouble and chosen == NOTHING:
        return Reply(join("\n", [first, trouble] if first else [trouble]), refused=first is None)
    status = t("on") if chosen.status else t("off")
    calendar = t("on") if chosen.calendar else t("off")
    lines = [
        t("**Show in Nextcloud where you work** — only if you want it"),
        t(
            "- Status ({state}): when you check in, Hadir sets your status message, such as “{example}”, until your planned "
            "end or your check-out. It takes the place of the message that you have then.",
            state=status,
            example=_words(t, "wfh"),
        ),
        t(
            "- Calendar ({state}): when you check in WFH, WFA or Dinas, Hadir writes one entry of that day into your own "
            "calendar. It blocks no time.",
            state=calendar,
        ),
        t("Nothing else is done in your name. You can take it back at any time: `/hadir tampil tidak`"),
    ]
    heading = [first] if first else []
    worry = [trouble] if trouble else []
    return Reply(join("\n", [*heading, *lines, *worry]), buttons=_buttons(t, chosen), refused=refused)


def _buttons(t: Translate, chosen: Choice) -> tuple[Button, ...]:
    return (
        Button(t("Do not show my status"), SAY, "tampil status tidak")
        if chosen.status
        else Button(t("Show my status"), SAY, "tampil status ya"),
        Button(t("Do not write into my calendar"), SAY, "tampil kalender tidak")
        if chosen.calendar
        else Button(t("Write into my calendar"), SAY, "tampil kalender ya"),
    )


SUBCOMMANDS = (
    Subcommand(
        "tampil",
        command,
        "Show in Nextcloud where you work, if you want it; `tidak` takes it back",
        arguments="[status|kalender] [ya|tidak]",
        example="/hadir tampil status ya",
        aliases=("tampilkan", "show", "presence"),
        writes=True,
    ),
)
