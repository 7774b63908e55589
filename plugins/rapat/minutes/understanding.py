"""What the action items of a text say, beside the boxes: whose they are, until when, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from sqlalchemy import select

from integration.people import Person
from integration.plugin import Work
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.minutes import markdown, meaning
from plugins.rapat.minutes.markdown import Item, fold
from plugins.rapat.minutes.meaning import Meant
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.tasks.matching import Wanted

MOST_ITEMS = 500
_ALIKE = 0.6
_MOST_PAIRS = 4000


@dataclass(frozen=True, slots=True)
class Unclear:
    """An item of which something is missing: `person` (none said), `day`, `both` of them, `name` (nobody is called so, or
    several are), `wrong_day` (one that cannot be) or `late` (one that is over). `said` is what was written, or why not.
    """

    words: str
    what: str
    said: str = ""


def wishes(before: str, after: str) -> dict[str, bool]:
    """The boxes that the writer has ticked or opened, by the words of the item; a new item that is ticked is a wish too."""
    old = {fold(item.words): item for item in markdown.parse(before).items}
    new = markdown.parse(after).items
    gone = [item for words, item in old.items() if words not in {fold(each.words) for each in new}]
    found: dict[str, bool] = {}
    for item in new:
        was = old.get(fold(item.words)) or _alike(item, gone if len(gone) * len(new) <= _MOST_PAIRS else [])
        if item.done != (was.done if was else False):
            found[fold(item.words)] = item.done
    return found


def _alike(item: Item, gone: Sequence[Item]) -> Item | None:
    ratios = [(SequenceMatcher(None, fold(item.words), fold(each.words), autojunk=False).ratio(), each) for each in gone]
    best = max(ratios, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= _ALIKE else None


def read(
    work: Work, meeting: Meeting, occurrence: Occurrence, items: Sequence[Item], author: Person | None
) -> list[tuple[Item, Meant]]:
    """What each item means to say; a name is looked for among the invited first."""
    invited = select(_invitee.c.person_id).where(
        _invitee.c.meeting_id == meeting.id, _invitee.c.person_id.is_not(None), _invitee.c.removed_at.is_(None)
    )
    day, t = occurrence.starts_at.astimezone(meeting.tz).date(), work.speak(author)
    names = meaning.Names(work.db, frozenset(work.db.scalars(invited)) if items else frozenset(), day)
    return [(item, meaning.read(item.words, day, t, names)) for item in items]


def wanted(meant: Sequence[tuple[Item, Meant]], ticked: Mapping[str, bool]) -> list[Wanted]:
    """One task for each person of each item."""
    return [
        Wanted(item.line, said.text, person_id, name, said.due, ticked.get(fold(item.words)), item.earlier)
        for item, said in meant
        for person_id, name in said.people or ((None, ""),)
    ]


def unclear(meant: Sequence[tuple[Item, Meant]], today: date) -> list[Unclear]:
    """What is missing in items that have still to be done."""
    return [each for item, said in meant for each in _unclear(said, today, earlier=item.earlier)]


def _unclear(meant: Meant, today: date, *, earlier: bool) -> Iterator[Unclear]:
    for person_id, name in meant.people:
        if person_id is None:
            yield Unclear(meant.text, "name", name)
    if not meant.people and meant.due is None and not meant.wrong_day:
        yield Unclear(meant.text, "both")
        return
    if not meant.people:
        yield Unclear(meant.text, "person")
    if meant.due is None:
        yield Unclear(meant.text, "wrong_day" if meant.wrong_day else "day", meant.wrong_day)
    elif meant.due < today and not earlier:
        yield Unclear(meant.text, "late", meant.day_said)
