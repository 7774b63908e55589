"""Corrections in words: what is asked, what became of it, and why something cannot be asked."""

from __future__ import annotations

from datetime import date, datetime

from integration import approval, phrases
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Button, Text, fill, join
from integration.people import Person
from integration.plugin import Context
from plugins.hadir.corrections import Correction, Wrong
from plugins.hadir.service import Day, Event


def kind_name(t: Translate, kind: str) -> Text:
    return t("Check-in") if kind == "in" else t("Check-out")


def time_of(t: Translate, at: datetime, day: date, person: Person) -> Text:
    """`16.05 WIB`, with its date if it is not the working day's own: `06.05 WIB (Selasa 24 Nov)`."""
    local = at.astimezone(person.tz).date()
    shown = phrases.clock(at, person)
    return shown if local == day else fill("{clock} ({day})", clock=shown, day=phrases.short_day(t, local))


def summary(t: Translate, correction: Correction, requester: Person) -> Text:
    """`Senin 23 Nov, pulang 16.05 WIB`"""
    at = time_of(t, correction.at, correction.day, requester)
    day = phrases.short_day(t, correction.day)
    kind = t("check-in") if correction.kind == "in" else t("check-out")
    place = fill(" ({place})", place=phrases.place(correction.place)) if correction.place else Text("")
    return fill("{day}, {kind} {at}{place}", day=day, kind=kind, at=at, place=place)


def request(t: Translate, correction: Correction, requester: Person, standing: Event | None) -> Text:
    """The request as its decider reads it: what is recorded, what is asked, and the reason in the person's words."""
    at = time_of(t, correction.at, correction.day, requester)
    lines = [
        t("**Correction requested** by {name} ({unit})", name=requester.name, unit=requester.unit),
        t("Day: {day}", day=phrases.day_name(t, correction.day)),
        fill(
            "{kind}: {before} → **{at}**", kind=kind_name(t, correction.kind), before=_recorded(t, standing, requester), at=at
        ),
    ]
    if correction.place:
        now = phrases.place(standing.place) if standing and standing.place else Text("–")
        lines.append(t("Place: {before} → **{after}**", before=now, after=phrases.place(correction.place)))
    lines.append(t("Reason: “{reason}”", reason=correction.reason))
    return join("\n", lines)


def _recorded(t: Translate, event: Event | None, person: Person) -> Text:
    return time_of(t, event.at, event.day, person) if event else t("not recorded")


def still_waits(
    t: Translate, correction: Correction, requester: Person, superior: Person | None, reader: Person, standing: Event | None
) -> Text:
    """The request to somebody who has not decided yet, or who may step in for `superior`; since when, in the reader's zone."""
    first = approval.still_waits(t, correction.requested_at, requester, superior, reader)
    return join("\n", [first, request(t, correction, requester, standing)])


def recorded(t: Translate, day: date, found: Day, person: Person) -> Text:
    """One line about what a day holds now."""
    return t(
        "Recorded on {day}: check-in {arrival}, check-out {departure}.",
        day=phrases.day_name(t, day),
        arrival=_recorded(t, found.arrival, person),
        departure=_recorded(t, found.departure, person),
    )


def state_line(context: Context, correction: Correction) -> Text:
    """What became of a request, by whom and when."""
    if correction.state != "withdrawn":
        return approval.already_decided(context, correction)
    at = phrases.clock_and_day(context.t, correction.decided_at, context.person, context.now)
    return context.t("This request was withdrawn at {at}.", at=at)


def withdraw_button(t: Translate, correction: Correction, label: str | None = None) -> Button:
    return approval.withdraw_button(t, "hadir.correction_withdraw", correction.id, label)


def decide_buttons(t: Translate, correction: Correction, number: str = "") -> tuple[Button, ...]:
    """Approve and reject; `number` tells the buttons of a list apart."""
    return approval.decide_buttons(t, "hadir.correction_approve", "hadir.correction_reject", correction.id, number)


# ---------------------------------------------------------------- why not


def explain(context: Context, wrong: Wrong) -> Text:
    """Why a request cannot be taken, and what would be."""
    t, values = context.t, wrong.values
    if wrong.problem == "too_old":
        first = phrases.day_name(t, values["first"])
        return t(
            "Corrections go back {days} days, to {first}. For an older day ask a personnel officer: {officers}.",
            days=values["days"],
            first=first,
            officers=approval.officers(context),
        )
    if wrong.problem == "future_day":
        return t("{day} has not come yet; only the past can be corrected.", day=phrases.day_name(t, values["day"]))
    if wrong.problem == "again":
        return t("Somebody else is changing the same record. Please try again.")
    at = phrases.clock(values["at"], context.person)
    if wrong.problem == "future_time":
        return t("{at} has not come yet (it is {now} now). Give the time at which it happened.", at=at, now=_now(context))
    if wrong.problem == "unchanged":
        return t("{at} is what is recorded already; there is nothing to correct.", at=at)
    return _order(context, wrong)


def _order(context: Context, wrong: Wrong) -> Text:
    at, other = (phrases.clock(wrong.values[name], context.person) for name in ("at", "other"))
    if wrong.values["kind"] == "in":
        return context.t(
            "A check-in at {at} would lie after the check-out at {other}. The check-out has to be corrected first.",
            at=at,
            other=other,
        )
    return context.t(
        "A check-out at {at} would lie before the check-in at {other}. The check-in has to be corrected first.",
        at=at,
        other=other,
    )


def refusal(context: Context, wrong: Wrong) -> UserError:
    return UserError(explain(context, wrong))


def _now(context: Context) -> Text:
    return phrases.clock(context.now, context.person)
