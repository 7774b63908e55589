"""A month's rating: above, as, or below what was expected. Given by those above in line, known to them and to the person.

A month is rated in its last three days or when it is over. The rating may be changed; the audit keeps every one of them,
never the note.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from integration import people, workdays
from integration.dates import last_of_month, show_month
from integration.db import insert_once
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, clean, fill, join
from integration.people import Person
from integration.phrases import long_day
from integration.work import Build, Work
from plugins.logbook.review.teams import Team, in_parts
from plugins.logbook.tables import logbook_rating as _rating

RATINGS = ("above", "as", "below")
LONGEST = 1000
RATE = "logbook.rate"
# Columns that every audit row repeats, so that a change behind the service's back shows.
LEDGER = ("person_id", "month", "rating", "decider_id")
# A month may be rated from so many days before its end on, and is asked for in the digest until that day of the next.
_BEFORE_END, _ASKED_UNTIL = timedelta(days=2), 10
_DAYS = 14


@dataclass(frozen=True, slots=True)
class Rating:
    """A row of `logbook_rating`; `month` is its first day."""

    id: int
    person_id: int
    month: date
    rating: str
    note: str
    decider_id: int
    decided_at: datetime


def of_month(db: Connection, person_ids: Collection[int], month: date) -> dict[int, Rating]:
    """By person. One statement for up to 5,000 people."""
    wanted = select(_rating).where(_rating.c.month == month)
    rows = [row for part in in_parts(person_ids) for row in db.execute(wanted.where(_rating.c.person_id.in_(part)))]
    return {row.person_id: Rating(*row) for row in rows}


def latest(db: Connection, person_id: int, most: int = 12) -> list[Rating]:
    """The person's own, the newest month first."""
    wanted = select(_rating).where(_rating.c.person_id == person_id).order_by(_rating.c.month.desc()).limit(most)
    return [Rating(*row) for row in db.execute(wanted)]


def name(t: Translate, rating: str) -> Text:
    return {"above": t("above expectation"), "as": t("as expected"), "below": t("below expectation")}[rating]


# ---------------------------------------------------------------- which month, and who may


def default_month(today: date) -> date:
    """The month that is rated today: this one in its last days, else the one before."""
    first = today.replace(day=1)
    return first if may_be_rated(first, today) else (first - timedelta(days=1)).replace(day=1)


def may_be_rated(month: date, today: date) -> bool:
    return today >= last_of_month(month) - _BEFORE_END


def check(work: Work, decider: Person, person: Person, month: date) -> None:
    """Raises `UserError` unless `decider` may rate that month of this person now."""
    t = work.speak(decider)
    if decider.id == person.id:
        raise UserError(t("Nobody rates themselves. Your ratings: {how}", how=Text("`/logbook nilai saya`")))
    if not people.is_above(work.db, decider.id, person.id):
        raise UserError(t("{name} is rated by the supervisors alone.", name=person.name))
    if not may_be_rated(month, workdays.local_day(work.now, decider)):
        raise UserError(
            t(
                "{month} is not over yet: it can be rated from {day} on.",
                month=show_month(month, t),
                day=long_day(t, last_of_month(month) - _BEFORE_END),
            )
        )
    if (person.started_on or month) > last_of_month(month) or (person.ended_on or month) < month:
        raise UserError(t("{name} did not work here in {month}.", name=person.name, month=show_month(month, t)))


# ---------------------------------------------------------------- rating


def put(work: Work, decider: Person, person: Person, month: date, rating: str, note: str) -> tuple[Rating, bool]:
    """Rate the month, or change its rating, and tell the person; False where exactly that stands already.

    Raises `UserError` as `check`, and for a note that is too long.
    """
    check(work, decider, person, month)
    note = clean(note).strip()
    if len(note) > LONGEST:
        raise UserError(work.speak(decider)("Please use at most {length} characters.", length=LONGEST))
    values: dict[str, Any] = {"rating": rating, "note": note, "decider_id": decider.id, "decided_at": work.now}
    new = insert_once(work.db, _rating, {"person_id": person.id, "month": month, **values})
    before = None if new else _held(work.db, person.id, month)
    if before is not None and (before.rating, before.note) == (rating, note):
        return before, False
    if before is not None:
        work.db.execute(update(_rating).where(_rating.c.id == before.id).values(values))
    after = Rating(new[0] if new else before.id if before else 0, person.id, month, **values)
    work.audit("logbook.rated", f"logbook_rating:{after.id}", before=_kept(before) if before else None, after=_kept(after))
    _tell(work, decider, person, after, changed=before is not None)
    return after, True


def _held(db: Connection, person_id: int, month: date) -> Rating | None:
    wanted = select(_rating).where(_rating.c.person_id == person_id, _rating.c.month == month)
    row = db.execute(wanted.with_for_update()).first()
    return Rating(*row) if row else None


def _kept(rating: Rating) -> Mapping[str, Any]:
    return {key: getattr(rating, key) for key in LEDGER} | {"month": rating.month.isoformat()}


def _tell(work: Work, decider: Person, person: Person, rating: Rating, *, changed: bool) -> None:
    if workdays.works_here(person, workdays.local_day(work.now, person)):
        key = f"logbook:rating:{rating.id}:{decider.id}:{work.now:%Y%m%dT%H%M%S%f}"
        work.tell(person, key, _told(decider, rating, changed))


def _told(decider: Person, rating: Rating, changed: bool) -> Build:
    def build(t: Translate) -> Reply:
        values = {"name": decider.name, "month": show_month(rating.month, t), "rating": name(t, rating.rating)}
        said = t("{name} has rated your work in {month}: **{rating}**.", **values)
        if changed:
            said = t("{name} has changed the rating of your work in {month}: **{rating}**.", **values)
        lines = [said, *([t("Note: “{note}”", note=rating.note)] if rating.note else [])]
        return Reply(join("\n", lines))

    return build


# ---------------------------------------------------------------- at the month's end


def buttons(work: Work, team: Team, rated: Collection[int] | None = None) -> tuple[Button, ...]:
    """`Nilai November 2026 (5)`, while there is somebody to rate and it is the time for it.

    `rated` are the ids of those who have a rating of `default_month` already, where they were read for many teams.
    """
    today = workdays.local_day(work.now, team.reader)
    if not team.own or not asked_today(today):
        return ()
    month = default_month(today)
    left = _left(team, month, rated) if rated is not None else unrated(work.db, team, month)
    return (button(work.speak(team.reader), month, len(left)),) if left else ()


def asked_today(today: date) -> bool:
    """In a month's last three days, and in the first ten of the next."""
    return today.day <= _ASKED_UNTIL or may_be_rated(today.replace(day=1), today)


def unrated(db: Connection, team: Team, month: date) -> list[Person]:
    """Those of one's own people who worked in that month and have no rating of it, by name."""
    return _left(team, month, of_month(db, [each.id for each in team.own], month))


def _left(team: Team, month: date, rated: Collection[int]) -> list[Person]:
    end = last_of_month(month)
    here = [each for each in team.own if (each.started_on or month) <= end and (each.ended_on or month) >= month]
    return [each for each in here if each.id not in rated]


def button(t: Translate, month: date, count: int) -> Button:
    label = t("Rate {month} ({count})", month=show_month(month, t), count=count)
    return Button(fill("{label}", label=label), RATE, f"0:{month:%Y-%m}", days=_DAYS)


def value(person: Person, month: date) -> str:
    """Of the button that rates one person."""
    return f"{person.id}:{month:%Y-%m}"
