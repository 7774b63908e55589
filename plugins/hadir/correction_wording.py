"""Corrections in words: what is asked, what became of it, and why something cannot be asked."""

from __future__ import annotations

from datetime import date, datetime

from integration import people, workdays
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Button, Text, fill, join
from integration.people import Person
from integration.plugin import Context
from plugins.hadir import wording
from plugins.hadir.corrections import Correction, Wrong
from plugins.hadir.service import Day, Event


def kind_name(t: Translate, kind: str) -> Text:
    return t("Check-in") if kind == "in" else t("Check-out")


def time_of(t: Translate, at: datetime, day: date, person: Person) -> Text:
    """`16.05 WIB`, with its date if it is not the working day's own: `06.05 WIB (Selasa 24 Nov)`."""
    local = at.astimezone(person.tz).date()
    shown = wording.clock(at, person)
    return shown if local == day else fill("{clock} ({day})", clock=shown, day=wording.short_day(t, local))


def summary(t: Translate, correction: Correction, requester: Person) -> Text:
    """`Senin 23 Nov, pulang 16.05 WIB`"""
    at = time_of(t, correction.at, correction.day, requester)
    day = wording.short_day(t, correction.day)
    kind = t("check-in") if correction.kind == "in" else t("check-out")
    place = fill(" ({place})", place=wording.place(correction.place)) if correction.place else Text("")
    return fill("{day}, {kind} {at}{place}", day=day, kind=kind, at=at, place=place)


def request(t: Translate, correction: Correction, requester: Person, standing: Event | None) -> Text:
    """The request as its decider reads it: what is recorded, what is asked, and the reason in the person's words."""
    at = time_of(t, correction.at, correction.day, requester)
    lines = [
        t("**Correction requested** by {name} ({unit})", name=requester.name, unit=requester.unit),
        t("Day: {day}", day=wording.day_name(t, correction.day)),
        fill(
            "{kind}: {before} → **{at}**", kind=kind_name(t, correction.kind), before=_recorded(t, standing, requester), at=at
        ),
    ]
    if correction.place:
        now = wording.place(standing.place) if standing and standing.place else Text("–")
        lines.append(t("Place: {before} → **{after}**", before=now, after=wording.place(correction.place)))
    lines.append(t("Reason: “{reason}”", reason=correction.reason))
    return join("\n", lines)


def _recorded(t: Translate, event: Event | None, person: Person) -> Text:
    return time_of(t, event.at, event.day, person) if event else t("not recorded")


def still_waits(
    t: Translate, correction: Correction, requester: Person, superior: Person | None, reader: Person, standing: Event | None
) -> Text:
    """The request to somebody who has not decided yet, or who may step in for `superior`; since when, in the reader's zone."""
    since = waiting_since(t, correction, reader)
    if superior is None:
        first = t("A request of {name} has waited since {since}; you may decide on it.", name=requester.name, since=since)
    elif superior.id == reader.id:
        first = t("A request of {name} has waited for your decision since {since}.", name=requester.name, since=since)
    else:
        first = t(
            "A request of {name} has waited for {supervisor} since {since}; you may decide on it as well.",
            name=requester.name,
            supervisor=superior.name,
            since=since,
        )
    return join("\n", [first, request(t, correction, requester, standing)])


def waiting_since(t: Translate, correction: Correction, reader: Person) -> Text:
    """`Senin 23 Nov, 09.00 WIB`"""
    day = wording.short_day(t, workdays.local_day(correction.requested_at, reader))
    return fill("{day}, {clock}", day=day, clock=wording.clock(correction.requested_at, reader))


def recorded(t: Translate, day: date, found: Day, person: Person) -> Text:
    """One line about what a day holds now."""
    return t(
        "Recorded on {day}: check-in {arrival}, check-out {departure}.",
        day=wording.day_name(t, day),
        arrival=_recorded(t, found.arrival, person),
        departure=_recorded(t, found.departure, person),
    )


def state_line(context: Context, correction: Correction) -> Text:
    """What became of a request, by whom and when."""
    t = context.t
    at = _moment(context, correction.decided_at)
    if correction.state == "withdrawn":
        return t("This request was withdrawn at {at}.", at=at)
    decider = people.get(context.db, correction.decider_id) if correction.decider_id else None
    name = decider.name if decider else "?"
    if correction.state == "approved":
        return t("Already approved by {name} at {at}.", name=name, at=at)
    return t("Already rejected by {name} at {at}: “{note}”", name=name, at=at, note=correction.decision_note)


def _moment(context: Context, at: datetime | None) -> Text:
    if at is None:
        return Text("–")
    day = workdays.local_day(at, context.person)
    shown = wording.clock(at, context.person)
    if day == workdays.local_day(context.now, context.person):
        return shown
    return fill("{clock} ({day})", clock=shown, day=wording.short_day(context.t, day))


def withdraw_button(t: Translate, correction: Correction, label: str | None = None) -> Button:
    return Button(label or t("Withdraw"), "hadir.correction_withdraw", str(correction.id), days=60)


def decide_buttons(t: Translate, correction: Correction, number: str = "") -> tuple[Button, ...]:
    """Approve and reject; `number` tells the buttons of a list apart."""
    value, tail = str(correction.id), f" {number}" if number else ""
    return (
        Button(t("Approve") + tail, "hadir.correction_approve", value, style="good", days=60),
        Button(t("Reject") + tail, "hadir.correction_reject", value, style="danger", days=60),
    )


# ---------------------------------------------------------------- why not


def explain(context: Context, wrong: Wrong) -> Text:
    """Why a request cannot be taken, and what would be."""
    t, values = context.t, wrong.values
    if wrong.problem == "too_old":
        first = wording.day_name(t, values["first"])
        return t(
            "Corrections go back {days} days, to {first}. For an older day ask a personnel officer: {officers}.",
            days=values["days"],
            first=first,
            officers=_officers(context),
        )
    if wrong.problem == "future_day":
        return t("{day} has not come yet; only the past can be corrected.", day=wording.day_name(t, values["day"]))
    if wrong.problem == "again":
        return t("Somebody else is changing the same record. Please try again.")
    at = wording.clock(values["at"], context.person)
    if wrong.problem == "future_time":
        return t("{at} has not come yet (it is {now} now). Give the time at which it happened.", at=at, now=_now(context))
    if wrong.problem == "unchanged":
        return t("{at} is what is recorded already; there is nothing to correct.", at=at)
    return _order(context, wrong)


def _order(context: Context, wrong: Wrong) -> Text:
    at, other = (wording.clock(wrong.values[name], context.person) for name in ("at", "other"))
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
    return wording.clock(context.now, context.person)


def _officers(context: Context) -> Text:
    officers = people.with_role(context.db, "kepegawaian", workdays.local_day(context.now, context.person))
    names = [fill("{name}", name=officer.name) for officer in officers[:3]]
    return join(", ", names) if names else context.t("the administrator")
