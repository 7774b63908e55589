"""`/hadir masuk`, `pulang`, `status` and the menu: what is said about one's own day."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from integration import phrases
from integration.i18n import Translate
from integration.messages import Button, ButtonPress, Command, Reply, Text, fill, join
from integration.plugin import Context, Handler
from plugins.hadir import places, rules, service, showing, stamp_wording, stamps, why
from plugins.hadir.evaluation.judging import judge
from plugins.hadir.evaluation.results import Result
from plugins.hadir.service import Event, Today

SAY = "hadir.say"
CHOOSE = "hadir.place"
_CHOSEN = re.compile(rf"([0-9]{{1,9}}) ({'|'.join(rules.PLACES)}) ([wn])")


def check_in(context: Context, command: Command) -> Reply:
    """`masuk [place] [note]`; a place that cannot be read is asked for afterwards, because the time must not wait."""
    said = places.read(command.text)
    result = stamps.check_in(context, said.place, said.note[: places.NOTE_LENGTH], doubtful=bool(said.meant))
    if not result.new:
        return _already_in(context, result)
    if result.day.open:
        showing.came(context, result.event, result.plan)
    judged = judge(context, context.person, result.plan, result.day)
    parts = [
        stamp_wording.arrived(context, result, judged),
        *stamp_wording.instead_of(context, result),
        *stamp_wording.about_day(context, result.plan),
        *stamp_wording.about_stamp(context, result.plan, judged),
    ]
    buttons = [why.button(context, result.plan.day)] if judged.late else []
    if said.meant and not result.event.place:
        text, choices = _which_place(context, result.event, said)
        parts.append(text)
        buttons = choices
    if len(said.note) > places.NOTE_LENGTH:
        parts.append(stamp_wording.cut(context))
    if result.forgotten is not None:
        day = phrases.short_day(context.t, result.forgotten)
        parts.append(context.t("Your check-out of {day} is missing: add it with `/hadir koreksi`.", day=day))
        buttons.append(_correct(context.t))
    return Reply(join(" ", parts), buttons=tuple(buttons))


def check_in_at(place: str) -> Handler:
    """`/hadir wfh …` for those who leave `masuk` out."""

    def handler(context: Context, command: Command) -> Reply:
        return check_in(context, replace(command, text=f"{place} {command.text}"))

    return handler


def choose_place(context: Context, press: ButtonPress) -> Reply:
    """The answer to "is that the place …?": `event id, place, w` (the word was the place) or `n` (it was a note)."""
    chosen = _CHOSEN.fullmatch(press.value)
    event = stamps.choose_place(context, int(chosen[1]), chosen[2], dropped_word=chosen[3] == "w") if chosen else None
    if event is None:
        return Reply(context.t("The place was chosen already; nothing was changed."), replaces=True)
    plan = context.plan(context.person, event.day)
    showing.came(context, event, plan)
    parts = [context.t("Checked in at {time}.", time=stamp_wording.stamp(context, event, event))]
    if elsewhere := stamp_wording.elsewhere(context, plan, event.place):
        parts.append(elsewhere)
    return Reply(join(" ", parts), replaces=True)


def check_out(context: Context, command: Command) -> Reply:
    """`pulang [note]`"""
    note = places.note(command.text)
    result = stamps.check_out(context, note[: places.NOTE_LENGTH])
    if not result.new:
        standing = stamp_wording.stamp(context, result.event, result.day.arrival)
        return Reply(context.t("Your check-out at {time} is recorded already.", time=standing))
    showing.left(context, result.event)
    judged = judge(context, context.person, result.plan, result.day)
    parts = [
        stamp_wording.left(context, result, judged),
        *stamp_wording.about_day(context, result.plan),
        *stamp_wording.set_aside(context, result.plan, judged),
        *stamp_wording.may_leave_later(context, judged),
    ]
    if result.replaced:
        time = phrases.clock(result.replaced.at, context.person)
        parts.append(context.t("It replaces your check-out at {time}.", time=time))
    if len(note) > places.NOTE_LENGTH:
        parts.append(stamp_wording.cut(context))
    if result.day.arrival:
        return Reply(join(" ", parts))
    parts.append(context.t("Your check-in is missing: add it with `/hadir koreksi`."))
    return Reply(join(" ", parts), buttons=(_correct(context.t),))


def home(context: Context, _command: Command) -> Reply:
    """`/hadir` alone: where one stands, and the buttons that fit the moment."""
    today = service.today(context)
    buttons = (*_stamps(context, today), *_always(context))
    return Reply(join("\n", [_heading(context, today), _state(context, today), *_asked(context, today)]), buttons=buttons)


def status(context: Context, _command: Command) -> Reply:
    """`status`: one's own day in full, with what waits and whether reminders come."""
    today = service.today(context)
    judged = judge(context, context.person, today.plan, today.day)
    lines = [_heading(context, today), _state(context, today), *_asked(context, today), *_details(context, today, judged)]
    lines += [*_waiting(context), _reminders(context)]
    explained = (why.button(context, today.plan.day),) if judged.fault or judged.off_plan or judged.outage else ()
    return Reply(join("\n", lines), buttons=(*_stamps(context, today), *explained))


# ---------------------------------------------------------------- what masuk and pulang say


def _already_in(context: Context, result: stamps.CheckIn) -> Reply:
    t, day = context.t, result.day
    came = stamp_wording.stamp(context, result.event, result.event)
    if day.departure and not day.open:
        left = phrases.clock(day.departure.at, context.person)
        text = t("You checked in at {time} and checked out at {left} already; nothing was changed.", time=came, left=left)
    else:
        text = t("You checked in at {time} already; nothing was changed.", time=came)
    cure = t("Is it wrong? `/hadir koreksi`")
    return Reply(join(" ", [text, cure]), buttons=(_correct(t),))


def _which_place(context: Context, event: Event, said: places.Said) -> tuple[Text, list[Button]]:
    t = context.t
    buttons = [Button(phrases.place(place), CHOOSE, f"{event.id} {place} w") for place in said.meant]
    buttons.append(Button(t("No, a note; I am at WFO"), CHOOSE, f"{event.id} wfo n"))
    word = said.note.partition(" ")[0]
    return t("Choose the place; is “{word}” meant to be {places}?", word=word, places=_places(said.meant)), buttons


def _places(meant: tuple[str, ...]) -> Text:
    return join(" / ", [phrases.place(place) for place in meant])


# ---------------------------------------------------------------- where one stands


def _heading(context: Context, today: Today) -> Text:
    t, plan = context.t, today.plan
    day = phrases.day_name(t, plan.day)
    if plan.excuse:
        return t("**{day}** — recorded as away: {excuse}", day=day, excuse=phrases.excuse(t, plan.excuse))
    if plan.free:
        return t("**{day}** — holiday: {name}", day=day, name=plan.free)
    if not plan.start or not plan.end:
        return t("**{day}** — not a working day", day=day)
    return t("**{day}** — working hours {hours}", day=day, hours=phrases.hours(plan.start, plan.end, context.person))


def _state(context: Context, today: Today) -> Text:
    t, day = context.t, today.day
    came = stamp_wording.stamp(context, day.arrival, day.arrival)
    if day.open:
        return t("You checked in at {time} and have not checked out yet.", time=came)
    if day.departure is None:
        return t("You have not checked in yet.") if today.plan.works else t("Nothing is recorded.")
    left = phrases.clock(day.departure.at, context.person)
    if day.arrival is None:
        return t("You checked out at {left}, but your check-in is missing: `/hadir koreksi`", left=left)
    return t("You checked in at {time} and checked out at {left}.", time=came, left=left)


def _asked(context: Context, today: Today) -> list[Text]:
    """An absence of today that nobody has decided on yet."""
    plan = today.plan
    if not plan.asked:
        return []
    return [context.t("- {absence}: `/izin daftar`", absence=phrases.asked(context.t, plan))]


def _details(context: Context, today: Today, judged: Result) -> list[Text]:
    t, plan, arrival, departure = context.t, today.plan, today.day.arrival, today.day.departure
    lines = [Text(f"- {said}") for said in stamp_wording.about_stamp(context, plan, judged)]
    if judged.late:
        lines.append(t("- Late: {duration}", duration=phrases.duration(t, judged.late)))
    if judged.early:
        lines.append(t("- Left early: {duration}", duration=phrases.duration(t, judged.early)))
    if arrival:
        until = departure.at if departure and not today.day.open else context.now
        worked = phrases.duration(t, rules.minutes_worked(plan, arrival.at, until))
        lines.append(
            t("- Working time so far, without breaks: {duration}", duration=worked)
            if today.day.open
            else t("- Working time, without breaks: {duration}", duration=worked)
        )
    notes = [event.note for event in (arrival, departure) if event and event.note]
    return lines + [t("- Note: {note}", note=note) for note in notes]


def _waiting(context: Context) -> list[Text]:
    return [
        context.t(
            "- Correction waiting: {what}", what=_correction(context, row.day, row.kind, phrases.clock(row.at, context.person))
        )
        for row in service.waiting(context.db, context.person.id)
    ]


def _correction(context: Context, day: date, kind: str, time: Text) -> Text:
    t, when = context.t, phrases.short_day(context.t, day)
    return (
        t("check-in of {day} at {time}", day=when, time=time)
        if kind == "in"
        else t("check-out of {day} at {time}", day=when, time=time)
    )


def _reminders(context: Context) -> Text:
    if service.silent(context.db, [context.person.id]):
        return context.t("- Reminders are off; turn them on: `/hadir pengingat hidup`")
    return context.t("- Reminders are on; turn them off: `/hadir pengingat mati`")


_LEAVE_LINE = 600  # characters that `/izin` takes; a button holds no more


def leave(word: str) -> Handler:
    """Who is ill types so; a menu or a check-in would be no answer. What was typed is kept for `/izin`."""

    def handler(context: Context, command: Command) -> Reply:
        typed = f"{word} {command.text}".strip()[:_LEAVE_LINE]
        shown = fill("`{line}`", line=f"/izin {typed}".strip())
        said = context.t("Leave, sick days and permissions are asked for here: {command}", command=shown)
        return Reply(said, buttons=(Button(f"/izin {typed}".strip()[:40], "izin.say", typed),), refused=True)

    return handler


# ---------------------------------------------------------------- buttons


def _stamps(context: Context, today: Today) -> tuple[Button, ...]:
    """To come, to leave, or nothing once both are done; who left early may leave once more."""
    t, end, departure = context.t, today.plan.end, today.day.departure
    if today.day.open or (departure and end and context.now < end):
        return (Button(t("Check out"), SAY, "pulang", "good"),)
    if departure:
        return ()
    return tuple(_place_button(t, place) for place in rules.PLACES)


def _place_button(t: Translate, place: str) -> Button:
    label = t("Check in {place}", place=phrases.place(place)) if place != "dinas" else t("Official travel")
    return Button(label, SAY, f"masuk {place}", "good" if place == "wfo" else "")


def _always(context: Context) -> tuple[Button, ...]:
    t = context.t
    buttons = (Button(t("Status"), SAY, "status"), _correct(t), Button(t("Recap"), SAY, "rekap"))
    leads = context.person.roles & {"atasan", "pimpinan"}
    return (*buttons, Button(t("Team"), SAY, "tim")) if leads else buttons


def _correct(t: Translate) -> Button:
    return Button(t("Correction"), SAY, "koreksi")
