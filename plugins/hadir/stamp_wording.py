"""What `masuk` and `pulang` say: the time that was recorded, how it counts, and what is special about the day."""

from __future__ import annotations

from integration import phrases
from integration.messages import Text
from integration.plugin import Context
from integration.workdays import DayPlan, local_day
from plugins.hadir import places, reason_wording, stamps
from plugins.hadir.evaluation.results import Result
from plugins.hadir.service import Event


def arrived(context: Context, result: stamps.CheckIn, judged: Result) -> Text:
    time = stamp(context, result.event, result.event)
    if not judged.late:
        return context.t("Checked in at {time}.", time=time)
    return context.t("Checked in at {time}, {duration} late.", time=time, duration=phrases.duration(context.t, judged.late))


def instead_of(context: Context, result: stamps.CheckIn) -> list[Text]:
    """The check-in that no longer counts: it was made earlier and heard later, or the other was outside the hours."""
    if result.replaced is None:
        return []
    return [context.t("It replaces your check-in at {time}.", time=phrases.clock(result.replaced.at, context.person))]


def left(context: Context, result: stamps.CheckOut, judged: Result) -> Text:
    time = stamp(context, result.event, result.day.arrival)
    if judged.early:
        duration = phrases.duration(context.t, judged.early)
        return context.t("Checked out at {time}, {duration} early.", time=time, duration=duration)
    if not judged.worked:
        return context.t("Checked out at {time}.", time=time)
    duration = phrases.duration(context.t, judged.worked)
    return context.t("Checked out at {time}, working time {duration}.", time=time, duration=duration)


# From so many minutes on somebody may have pressed the wrong button, or goes on later.
_VERY_EARLY = 120


def may_leave_later(context: Context, judged: Result) -> list[Text]:
    """Nobody has to fear that a check-out in the morning was the last word."""
    return [context.t("A later `/hadir pulang` replaces it.")] if judged.early >= _VERY_EARLY else []


def about_day(context: Context, plan: DayPlan) -> list[Text]:
    """What is special about the day: another date than the calendar's, a holiday, leave."""
    t, parts = context.t, []
    if plan.day != local_day(context.now, context.person):
        parts.append(t("It counts for {day}.", day=phrases.short_day(t, plan.day)))
    if plan.excuse:
        parts.append(t("You are recorded as away: {excuse}.", excuse=phrases.excuse(t, plan.excuse)))
    elif plan.free:
        parts.append(t("It is a holiday: {name}.", name=plan.free))
    elif not plan.start:
        parts.append(t("It is not a working day."))
    return parts


# What a check-in is told at once of why it counts as it does.
_AT_ONCE = frozenset({"outage_late", "permission_late", "flexible_late", "stamp_outside"})


def about_stamp(context: Context, plan: DayPlan, judged: Result) -> list[Text]:
    """An outage that excuses, the end that flexible hours move, a place that is not the plan's; in a few words."""
    t, person = context.t, context.person
    said = [reason_wording.say(t, reason, plan, person) for reason in judged.reasons if reason.code in _AT_ONCE]
    other = elsewhere(context, plan, judged.place) if judged.off_plan else None
    return [*said, other] if other else said


def set_aside(context: Context, plan: DayPlan, judged: Result) -> list[Text]:
    """A check-out outside the hours in which stamps count."""
    outside = (reason for reason in judged.reasons if reason.code == "stamp_outside" and reason.values["kind"] == "out")
    return [reason_wording.say(context.t, reason, plan, context.person) for reason in outside]


def elsewhere(context: Context, plan: DayPlan, place: str) -> Text | None:
    """The rota names another place: never refused."""
    if not plan.works or not plan.place or not place or plan.place == place:
        return None
    return context.t("Your plan says {place}; recorded all the same.", place=phrases.place(plan.place))


def cut(context: Context) -> Text:
    return context.t("Your note was cut to {length} characters.", length=places.NOTE_LENGTH)


def stamp(context: Context, event: Event | None, arrival: Event | None) -> Text:
    """`07.28 WIB (WFH)`: the event's time, and the place of the day if one is known."""
    time = phrases.clock(event.at, context.person) if event else Text("–")
    place = phrases.place(arrival.place) if arrival else ""
    return Text(f"{time} ({place})") if place else time
