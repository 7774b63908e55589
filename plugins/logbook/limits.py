"""Of which days one may still write: not of tomorrow, freely of the last working days, of earlier ones with leave; and how
much fits into one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from integration import approval, deciders
from integration.dates import show_day
from integration.errors import UserError
from integration.messages import Text
from integration.people import Person
from integration.phrases import duration
from integration.work import Work
from integration.workdays import Plans, local_day
from plugins.logbook import entries, locking
from plugins.logbook.entries import Entry
from plugins.logbook.own.contents import TooMuch
from plugins.logbook.tables import logbook_late as _late

# So far back the last working days are looked for; who was away for longer begins there.
_LONGEST_BACK = 120
_FIRST_LOOK = 14
MOST_A_DAY = 100


class TooLate(UserError):
    """The day is beyond the limit and nobody has let it through yet; unless it is `asked` already, one may ask (`late`)."""

    def __init__(self, text: str, day: date, asked: bool) -> None:
        super().__init__(text)
        self.day, self.asked = day, asked


def check(work: Work, person: Person, day: date) -> bool:
    """Whether what is written of that day is late, with the supervisor's leave.

    Raises `UserError`: for a day to come, a closed month, a day before the service; `TooLate` where leave is wanted.
    """
    check_open(work, person, day)
    if day == local_day(work.now, person) or day >= first_free(work, person):
        return False
    state = _late_state(work, person, day)
    if state == "approved":
        return True
    raise TooLate(_too_late(work, person, day, asked=state == "waiting"), day, state == "waiting")


def check_open(work: Work, person: Person, day: date) -> None:
    """Raises `UserError` for a day of which nobody could give leave to write: to come, before the service, a closed month."""
    t, today = work.speak(person), local_day(work.now, person)
    if day > today:
        raise UserError(
            t(
                "{day} is still to come. A report is of what was done: write it from that day on.",
                day=show_day(day, t, "EEEE d MMMM y"),
            )
        )
    if person.started_on is not None and day < person.started_on:
        raise UserError(t("Your service here began on {day}.", day=show_day(person.started_on, t, "d MMMM y")))
    locking.refuse(work, person, day)


def why_closed(work: Work, person: Person, day: date) -> UserError | None:
    """Why nothing may be written of that day, None if something may."""
    try:
        check(work, person, day)
    except UserError as error:
        return error
    return None


def first_free(work: Work, person: Person) -> date:
    """The first day of which one writes without asking: so many of one's own working days back as the office allows.

    Who was on leave begins before it. After a night that ends today, the day on which it began counts as today.
    """
    today, wanted = local_day(work.now, person), work.settings.logbook_late_days
    back = max(_FIRST_LOOK, 2 * wanted)
    while True:
        plans = work.workdays.plans(work.db, [person], today - timedelta(days=back), today, work.now)
        found = _counted_back(plans, person, today, wanted, back)
        if found is not None or back >= _LONGEST_BACK:
            return found or today - timedelta(days=back)
        back = min(_LONGEST_BACK, 3 * back)


def _counted_back(plans: Plans, person: Person, today: date, wanted: int, back: int) -> date | None:
    yesterday = today - timedelta(days=1)
    end = plans[person.id, yesterday].end
    first = yesterday if end is not None and end.astimezone(person.tz).date() >= today else today
    for count in range(1, back + 1):
        if not wanted:
            return first
        day = today - timedelta(days=count)
        if plans[person.id, day].works:
            first, wanted = min(first, day), wanted - 1
    return None if wanted else first


def _late_state(work: Work, person: Person, day: date) -> str:
    open_ = _late.c.state.in_(("waiting", "approved"))
    query = select(_late.c.state).where(_late.c.person_id == person.id, _late.c.day == day, open_)
    return work.db.scalar(query) or ""


def _too_late(work: Work, person: Person, day: date, *, asked: bool) -> Text:
    t, shown = work.speak(person), show_day(day, work.speak(person), "EEEE d MMMM y")
    if asked:
        who = approval.who_decides(t, deciders.asked_now(work, person))
        return t("{day} is past the time for reports. Your request to write of it waits. {who}", day=shown, who=who)
    how = Text(f"`/logbook susulan {day:%d/%m/%Y}`")
    return t("{day} is past the time for reports. Ask your supervisor for leave: {how} and why.", day=shown, how=how)


# ---------------------------------------------------------------- how much fits into a day


def check_total(
    work: Work,
    person: Person,
    day: date,
    minutes: int,
    there: Sequence[Entry] | None = None,
    without: Entry | None = None,
) -> None:
    """Raises `UserError` for more than 24 hours in one day, or for more entries than anybody writes."""
    there = entries.of_day(work.db, person.id, day) if there is None else there
    others = [each for each in there if not _same(each, without)]
    t, total = work.speak(person), sum(each.content.minutes for each in entries.standing(others))
    if total + minutes > entries.MOST_MINUTES:
        raise TooMuch(
            t(
                "{day} would have {total}: a day has 24 hours. There are {there} already.",
                day=show_day(day, t, "EEEE d MMM"),
                total=duration(t, total + minutes),
                there=duration(t, total),
            )
        )
    if len(others) >= MOST_A_DAY:
        raise UserError(t("There are {count} entries on that day already; join some of them.", count=len(others)))


def _same(entry: Entry, other: Entry | None) -> bool:
    """Whether it is the other, what the other revises, or a revision of the other."""
    return other is not None and (entry.id in (other.id, other.revises_id) or entry.revises_id == other.id)
