"""What people are told when a published rota changes their days: once, only of days to come, only of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby

from integration import people, phrases, workdays
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Work
from plugins.jadwal import service, wording
from plugins.jadwal.service import Change

SHOWN = 10
SAY = "jadwal.say"


def tell(work: Work, changes: Sequence[Change], key: str, except_id: int = 0) -> int:
    """Tell everybody of the changes of their own days, one message each, never twice for the same `key` ("rota:12").

    Who is not here any more is told nothing, nor the one who did it (`except_id`). How many were told.
    """
    by_person = {id: list(own) for id, own in groupby(sorted(changes, key=_order), lambda change: change.person_id)}
    everyone = service.by_id(work.db, by_person)
    reachable = people.accounts(work.db, everyone)
    messages = []
    for id, person in everyone.items():
        own = _to_come(work, person, by_person[id])
        if own and id != except_id and id in reachable:
            messages.append((person, f"{key}:changed:{id}", _message(own)))
    work.tell_all(messages)
    return len(messages)


def _order(change: Change) -> tuple[int, date]:
    return change.person_id, change.day


def _to_come(work: Work, person: Person, changes: Sequence[Change]) -> list[Change]:
    today = workdays.local_day(work.now, person)
    if person.ended_on is not None and person.ended_on < today:
        return []
    return [change for change in changes if change.day >= today]


def _message(changes: Sequence[Change]) -> Callable[[Translate], Reply]:
    """The first rota of these days is told in one line, a change of known days day by day."""
    first, last = changes[0].day, changes[-1].day

    def build(t: Translate) -> Reply:
        button = Button(t("Show my week"), SAY, f"pekan {first:%d/%m/%Y}", days=30)
        if all(change.before is None for change in changes) and len(changes) > 1:
            span = wording.span(t, first, last)
            return Reply(t("Your places for {span} are published.", span=span), buttons=(button,))
        lines = [t("**Your schedule has changed**"), *(_line(t, change) for change in changes[:SHOWN])]
        if len(changes) > SHOWN:
            lines.append(t("- … and {count} more days", count=len(changes) - SHOWN))
        return Reply(join("\n", lines), buttons=(button,))

    return build


def _line(t: Translate, change: Change) -> Text:
    """A day that nothing was planned for was nothing before."""
    day, after = phrases.short_day(t, change.day), wording.assignment(t, change.after)
    if change.before is None:
        return fill("- {day}: **{after}**", day=day, after=after)
    return fill("- {day}: {before} → **{after}**", day=day, before=wording.assignment(t, change.before), after=after)
