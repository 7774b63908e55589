"""What people are told when a rota is published or withdrawn: once, and of their own days only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from integration import people, phrases
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, join
from integration.plugin import Work
from plugins.jadwal import notices, service, wording
from plugins.jadwal.rota.store import Rota
from plugins.jadwal.service import Change
from plugins.jadwal.solver.problem import OFFICE


def tell_published(work: Work, one: Rota, changes: Sequence[Change]) -> int:
    """Their places to who had none on these days, what changed to the others; how many were told."""
    own: dict[int, list[Change]] = {}
    for change in changes:
        own.setdefault(change.person_id, []).append(change)
    new = {person: mine for person, mine in own.items() if all(change.before is None for change in mine)}
    rest = [change for change in changes if change.person_id not in new]
    return _tell_new(work, one, new) + notices.tell(work, rest, f"rota:{one.id}")


def _tell_new(work: Work, one: Rota, new: Mapping[int, Sequence[Change]]) -> int:
    everyone = service.by_id(work.db, new)
    reachable = people.accounts(work.db, everyone)
    messages = [
        (person, f"rota:{one.id}:published:{id}", _places(new[id])) for id, person in everyone.items() if id in reachable
    ]
    work.tell_all(messages)
    return len(messages)


def _places(changes: Sequence[Change]) -> Callable[[Translate], Reply]:
    first, last = changes[0].day, changes[-1].day
    after = {change.day: change.after for change in changes if change.after is not None}
    by_place: dict[str, list[date]] = {}
    for day, row in sorted(after.items()):
        by_place.setdefault(row.place, []).append(day)
    standby = [day for day, row in sorted(after.items()) if row.standby]

    def build(t: Translate) -> Reply:
        lines = [t("**Your places for {span}**", span=wording.span(t, first, last))]
        for place, days in sorted(by_place.items()):
            if place != OFFICE:
                lines.append(t("{place}: {days}.", place=phrases.place(place), days=wording.day_list(t, days)))
        if standby:
            lines.append(t("Standby at the office: {days}.", days=wording.day_list(t, standby)))
        elsewhere = by_place.keys() - {OFFICE}
        lines.append(t("All other working days: WFO.") if elsewhere else t("All working days: WFO."))
        return Reply(join("\n", lines), buttons=(_week(t, first),))

    return build


def _week(t: Translate, first: date) -> Button:
    return Button(t("Show my week"), notices.SAY, f"pekan {first:%d/%m/%Y}", days=30)


def tell_withdrawn(work: Work, one: Rota, changes: Sequence[Change]) -> int:
    """Whoever had days in it."""
    everyone = service.by_id(work.db, {change.person_id for change in changes})
    reachable = people.accounts(work.db, everyone)

    def build(t: Translate) -> Reply:
        span = wording.span(t, one.first, one.last)
        said: Text = t("The schedule of {span} was revoked. No place is planned for you on these days for now.", span=span)
        return Reply(said)

    messages = [(person, f"rota:{one.id}:withdrawn:{id}", build) for id, person in everyone.items() if id in reachable]
    work.tell_all(messages)
    return len(messages)
