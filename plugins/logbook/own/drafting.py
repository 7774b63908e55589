"""A person's day: the entries there are, and below them what is known of it and not reported yet.

Nothing of a draft is stored until the person takes it: then its key stands in the entry's `source`, and it is drafted no more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text

from integration.activities import Activity
from integration.dates.words import YEARS
from integration.errors import UserError
from integration.messages import Text
from integration.people import Person
from integration.work import Work
from integration.workdays import DayPlan, local_day
from plugins.logbook import entries, writing
from plugins.logbook.declared import forms as form_fields
from plugins.logbook.entries import LONGEST_ACTIVITY, Content, Entry
from plugins.logbook.evidence import keeping as evidence
from plugins.logbook.own import templates
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import Target

_LONGEST_ID, _LONGEST_KEY = 10, 60
_SEEN = (*entries.LIVE, "dropped")
# In the very words of its index, so that SQLite takes that.
_REPORTS = text("source <> '' and revises_id is null and state <> 'dropped'")


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody did, as far as Hadir knows; `files` are paths in the office's storage."""

    key: str
    content: Content
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """`entries`: what came back, then in the order of writing, a change in the place of what it changes; `drafts` follow them
    in the numbering.
    """

    day: date
    plan: DayPlan
    entries: Sequence[Entry]
    drafts: Sequence[Draft]
    place: str
    targets: Mapping[int, Target]

    @property
    def lines(self) -> list[Entry | Draft]:
        return [*self.entries, *self.drafts]

    @property
    def open(self) -> list[Entry | Draft]:
        """What can be sent as it stands: drafts, and what was corrected since it came back."""
        return [each for each in self.lines if isinstance(each, Draft) or each.state == "draft" or corrected(each)]

    @property
    def minutes(self) -> int:
        return sum(each.content.minutes for each in self.entries)


def corrected(entry: Entry) -> bool:
    """Whether it came back and was changed since then."""
    return entry.state == "returned" and entry.decided_at is not None and entry.changed_at > entry.decided_at


def of_day(work: Work, person: Person, day: date) -> Day:
    """The person's day: some eight short statements."""
    seen = entries.of_day(work.db, person.id, day, _SEEN)
    known = work.workdays.did(work.db, person, day)
    plan = work.plan(person, day)
    place = _place(known, plan)
    due = templates.due(work, person, plan) if day <= local_day(work.now, person) else []
    taken = {each.content.source for each in seen}
    taken |= _elsewhere(work, person, {*(each.key for each in known if each.text), *(key for key, _ in due)} - taken)
    form = form_fields.current(work.db, person)
    drafts = [_draft(each, place, form.id if form else None) for each in known if each.text and each.key not in taken]
    said = {_same_words(each.content) for each in seen if each.state != "dropped"}
    drafts += [Draft(key, each) for key, each in due if key not in taken and _same_words(each) not in said]
    standing = entries.standing([each for each in seen if each.state != "dropped"])
    standing.sort(key=lambda each: each.state != "returned")  # what came back is to be seen first
    pointed = targets.by_ids(work.db, [*(e.content.target_id for e in standing), *(d.content.target_id for d in drafts)])
    return Day(day, plan, standing, drafts, place, pointed)


def _elsewhere(work: Work, person: Person, keys: Collection[str]) -> set[str]:
    """Those of these keys of which an entry was moved to another day."""
    if not keys:
        return set()
    return set(
        work.db.scalars(select(_entry.c.source).where(_entry.c.person_id == person.id, _entry.c.source.in_(keys), _REPORTS))
    )


def _same_words(content: Content) -> str:
    """What a template brings is not drafted beside an entry that says the same already."""
    return " ".join(content.activity.split()).casefold()


def place_of(work: Work, person: Person, day: date, plan: DayPlan | None = None, there: Sequence[Entry] = ()) -> str:
    """Where the person works on that day: as the last entry `there` says, as they checked in, else as it is planned."""
    said = next((each.content.place for each in reversed(there) if each.content.place), "")
    return said or _known_place(work.workdays.place(work.db, person, day) or (plan or work.plan(person, day)).place)


def _place(known: Sequence[Activity], plan: DayPlan) -> str:
    return _known_place(next((each.place for each in known if each.place and not each.text), "") or plan.place)


def _known_place(said: str) -> str:
    return said if said in entries.PLACES else ""


def _draft(activity: Activity, place: str, form_id: int | None) -> Draft:
    where = activity.place if activity.place in entries.PLACES else place
    content = Content(
        activity.text[:LONGEST_ACTIVITY],
        minutes=min(max(activity.minutes, 0), entries.MOST_MINUTES),
        place=where,
        source=activity.key,
        form_id=form_id,
    )
    return Draft(activity.key, content, activity.files)


# ---------------------------------------------------------------- one of its lines


def reference(day: date, line: Entry | Draft) -> str:
    """What a button calls a line: an entry by its id, a draft by its day and key."""
    return str(line.id) if isinstance(line, Entry) else f"{day}/{line.key}"


def latest(work: Work, day: date, line: Entry | Draft) -> tuple[date, Entry | Draft]:
    """A change instead of the approved entry that it changes, on the day to which that was moved."""
    if not isinstance(line, Entry):
        return day, line
    found = (line.state == "approved" and entries.revision_of(work, line.id)) or line
    return found.day, found


def named(work: Work, person: Person, ref: str) -> tuple[date, Entry | Draft]:
    """The line that a button called so, and its day; a draft that was taken meanwhile is the entry. Raises `UserError`."""
    if ref.isdecimal() and len(ref) < _LONGEST_ID:
        entry = entries.mine(work, person, int(ref))
        return entry.day, entry
    written, _, key = ref.partition("/")
    day = day_of(written)
    taken = entries.of_source(work, person, key[:_LONGEST_KEY]) if day and key else None
    if taken is not None:
        return taken.day, taken
    found = next((each for each in of_day(work, person, day).drafts if each.key == key), None) if day else None
    if day is None or found is None:
        raise UserError(gone(work, person))
    return day, found


def day_of(written: str) -> date | None:
    """A day from a button of ours."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def numbered(work: Work, person: Person, day: Day, number: int) -> Entry | Draft:
    """The line of that number, from 1; raises `UserError`."""
    if not 1 <= number <= len(day.lines):
        t, how = work.speak(person), Text(f"`/logbook lihat {day.day:%d/%m/%Y}`")
        if not day.lines:
            raise UserError(t("There is nothing on that day yet. Add something: {how}", how=Text("`/logbook tambah`")))
        raise UserError(
            t("There is no number {number}; the day has {count}: {how}", number=number, count=len(day.lines), how=how)
        )
    return day.lines[number - 1]


def gone(work: Work, person: Person) -> Text:
    return work.speak(person)("This entry does not exist any more. See your day: {how}", how=Text("`/logbook`"))


def take(work: Work, person: Person, day: date, draft: Draft, *, state: str = "draft", content: Content | None = None) -> Entry:
    """Store a draft, with its files as evidence; once, however often. With `content`, as the person has changed it."""
    before = entries.of_source(work, person, draft.key)
    if before is not None:
        return before
    entry = writing.add(work, person, day, content or draft.content, state=state)
    if draft.files:
        evidence.add_known(work, entry, draft.files)
        entry = entries.get(work.db, entry.id) or entry
    return entry


def open_numbers(day: Day) -> Collection[int]:
    """The numbers of the lines that may be changed as they stand."""
    return [number for number, each in enumerate(day.lines, 1) if isinstance(each, Draft) or each.state != "approved"]
