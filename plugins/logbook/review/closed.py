"""What still waits in a month that is closed: its figures were reported, perhaps signed, so nothing of it is decided any more
until a personnel officer opens the month again. Who leads is warned before, and told what stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import func, select

from integration import deciders, people, phrases
from integration.dates import last_of_month, show_month
from integration.messages import Text, fill, join
from integration.people import Person
from integration.work import Work
from integration.workdays import local_day
from plugins.logbook import locking
from plugins.logbook.entries import Entry
from plugins.logbook.review.teams import WAITS
from plugins.logbook.tables import logbook_entry as _entry

# A closing is announced so long before it: over a weekend and two days off.
_SOON = timedelta(days=4)
_NAMES = 5


def ids(work: Work, owners: Mapping[int, Person], found: Iterable[Entry]) -> set[int]:
    """Those of these entries whose month is closed to their writer. One statement, none of months that go on."""
    those = [(owners[each.person_id], each) for each in found]
    shut = locking.locked_of(work.db, work.settings, [(owner, each.day) for owner, each in those], work.now)
    return {each.id for _, each in those if (each.person_id, each.day.replace(day=1)) in shut}


def closing(work: Work, reader: Person, found: Iterable[Entry]) -> tuple[date, date] | None:
    """The last day on which something of it may still be approved, and the first of its month; None if that is not soon."""
    today, months = local_day(work.now, reader), {each.day.replace(day=1) for each in found}
    days = [(locking.closes_after(work.settings, month), month) for month in months]
    return min([(day, month) for day, month in days if day and today <= day <= today + _SOON], default=None)


def sentence(work: Work, reader: Person, owners: Mapping[int, Person], found: Iterable[Entry]) -> Text:
    """Of how many it is, whose and of which months, and who opens them again, and how."""
    t, found = work.speak(reader), sorted(found, key=lambda each: (each.day, each.id))
    whose = {id: owners[id] for id in dict.fromkeys(each.person_id for each in found)}
    names = [fill("{name}", name=each.name) for each in list(whose.values())[:_NAMES]]
    months = [show_month(month, t) for month in dict.fromkeys(each.day.replace(day=1) for each in found)]
    officers = phrases.first_names(people.with_role(work.db, deciders.OFFICER, local_day(work.now, reader)))
    return t(
        "{count} activities of {names} stay undecided, for the month is closed ({months}). {officers} can open it: {how}",
        count=len(found),
        names=join(", ", [*names, *([Text("…")] if len(whose) > _NAMES else [])]),
        months=join(", ", months),
        officers=officers or t("A personnel officer"),
        how=Text(f"`/logbook buka-kunci {found[0].day:%m/%Y} {owners[found[0].person_id].nip} alasan`"),
    )


def left(work: Work, reader: Person, scope: str, month: date) -> list[Text]:
    """A line about what waits there undecided, for whoever closes it by hand; none where nothing does."""
    kind, _, id = scope.partition(":")
    of = {"unit": people.person.c.unit_id, "person": people.person.c.id}
    whose = [of[kind] == int(id)] if kind in of else []
    query = select(func.count(), func.count(_entry.c.person_id.distinct())).select_from(_entry)
    query = query.join(people.person, people.person.c.id == _entry.c.person_id)
    query = query.where(WAITS, _entry.c.day.between(month, last_of_month(month)), *whose)
    count, writers = work.db.execute(query).one()
    said = {"count": count, "people": writers}
    t = work.speak(reader)
    return [t("{count} activities of {people} people in it wait, and cannot be decided on now.", **said)] if count else []
