"""Keeps minutes: every save is a version with the one on which it was written, so nobody's text is ever lost.

The boxes of action items and the rows of the tasks agree in every version: what the writer ticked counts, whatever the
others did meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integration import people
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text, clean, plain
from integration.people import Person
from integration.plugin import Work
from integration.workdays import local_day
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.minutes import markdown, merging, template, understanding, versions
from plugins.rapat.minutes.understanding import MOST_ITEMS, Unclear
from plugins.rapat.minutes.versions import Version
from plugins.rapat.tasks import keeping
from plugins.rapat.tasks.keeping import Kept

# Bytes of the text. More is no minutes but a document, and belongs into the meeting's folder.
LARGEST = 1 << 20
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a text. `others` have changed the minutes since it was begun (ids), `conflicts`: in how many places
    both versions were kept. So many `items` are followed, and `left_out` are not.
    """

    version: Version
    changed: bool
    others: tuple[int, ...] = ()
    conflicts: int = 0
    decisions: int = 0
    items: int = 0
    left_out: int = 0
    unclear: tuple[Unclear, ...] = ()
    kept: Kept | None = None


def ensure(work: Work, meeting: Meeting, occurrence: Occurrence) -> Version:
    """The latest version; a template with agenda and open tasks if there is none yet.

    As long as nothing was published, what Hadir filled in and nobody has changed follows the attendance list and the agenda.
    """
    found = versions.latest(work.db, occurrence.id)
    if found is None:
        return _begun(work, meeting, occurrence)
    before = versions.of_template(work.db, occurrence.id)
    if before is None or versions.published(work.db, occurrence.id) is not None:
        return found
    text = template.refreshed(found.text, before.text, template.build(work, meeting, occurrence))
    if text == found.text:
        return found
    return versions.add(work, occurrence.id, found.version + 1, found.version, text, None, "template") or found


def _begun(work: Work, meeting: Meeting, occurrence: Occurrence) -> Version:
    new = versions.add(work, occurrence.id, 1, 0, template.build(work, meeting, occurrence), None, "template")
    if new is not None:
        keeping.carry(work, keeping.before(work.db, occurrence))
    found = new or versions.latest(work.db, occurrence.id)
    assert found is not None  # noqa: S101  # it was written just now, here or elsewhere
    return found


def normal(text: str) -> str:
    """As it is kept: no control characters, one line feed at the end, no spaces at the ends of lines."""
    whole = clean(text).replace("\r", "").strip("\n")
    return "\n".join(line.rstrip() for line in whole.split("\n")) + "\n" if whole.strip() else ""


def too_large(t: Translate, size: int) -> Text | None:
    """What is wrong with so many bytes, if anything."""
    if size <= LARGEST:
        return None
    return t(
        "The minutes have {size} MB; at most {most} MB can be kept. Put long attachments into the meeting's folder as files, "
        "and name them here.",
        size=Text(f"{size / LARGEST:.1f}".replace(".", ",")),
        most=LARGEST >> 20,
    )


def save(
    work: Work, meeting: Meeting, occurrence: Occurrence, text: str, base: int, author: Person | None, source: str
) -> Saved:
    """Keep what somebody wrote on version `base`, together with what others have written since.

    Raises `UserError` for an empty text, and for one that is too long; nothing is kept then.
    """
    t, mine = work.speak(author), normal(text)
    if not mine:
        raise UserError(t("Empty minutes are not kept. What was there before is still there."))
    if (wrong := too_large(t, len(mine.encode()))) is not None:
        raise UserError(wrong)
    for _ in range(_TRIES):
        before = versions.latest(work.db, occurrence.id) or _begun(work, meeting, occurrence)
        saved = _Save(work, meeting, occurrence, author, source).on(before, base, mine)
        if saved is not None:
            return saved
    raise UserError(t("Somebody else is changing the same record. Please try again."))


@dataclass(frozen=True, slots=True)
class _Save:
    work: Work
    meeting: Meeting
    occurrence: Occurrence
    author: Person | None
    source: str

    def on(self, before: Version, base: int, mine: str) -> Saved | None:
        """None if somebody was quicker with the next version."""
        db = self.work.db
        begun = versions.get(db, self.occurrence.id, base)
        begun_text = begun.text if begun else ""
        others = versions.others_since(db, self.occurrence.id, base, self.author)
        then, now, theirs = (markdown.without_ticks(each) for each in (begun_text, mine, before.text))
        merged = merging.merge(then, now, theirs, _marks(self.work, self.author, others))
        ticked = understanding.wishes(begun_text, mine)
        if merged.text == theirs and not _news(ticked, before.text):
            return Saved(before, False, others)
        version = versions.add(self.work, self.occurrence.id, before.version + 1, base, merged.text, self.author, self.source)
        return self._settled(version, merged, ticked, others) if version is not None else None

    def _settled(self, version: Version, merged: merging.Merged, ticked: dict[str, bool], others: tuple[int, ...]) -> Saved:
        """The rows of the tasks follow the text, and the text's boxes follow the rows."""
        work, author = self.work, self.author
        parsed = markdown.parse(merged.text)
        items = parsed.items[:MOST_ITEMS]
        meant = understanding.read(work, self.meeting, self.occurrence, items, author)
        wanted = understanding.wanted(meant, ticked)
        kept = keeping.bring(work, self.meeting, self.occurrence, wanted, author.id if author else None)
        rendered = markdown.with_ticks(merged.text, lambda item: kept.done(item.line))
        if rendered != merged.text:
            version = versions.set_text(work.db, version, rendered)
        self._audit(version, merged.conflicts)
        today = local_day(work.now, author) if author else work.now.astimezone(self.meeting.tz).date()
        return Saved(
            version,
            True,
            others,
            merged.conflicts,
            decisions=len(parsed.decisions),
            items=len(items),
            left_out=len(parsed.items) - len(items),
            unclear=tuple(understanding.unclear([each for each in meant if not kept.done(each[0].line)], today)),
            kept=kept,
        )

    def _audit(self, version: Version, conflicts: int) -> None:
        after = {"occurrence": self.occurrence.id, "version": version.version, "base": version.base, "source": version.source}
        after |= {"conflicts": conflicts} if conflicts else {}
        self.work.audit("meeting.minutes", f"meeting:{self.meeting.id}", after=after)


def _news(ticked: dict[str, bool], text: str) -> bool:
    """Whether a box that was ticked or opened stands otherwise in the text."""
    boxes = {markdown.fold(item.words): item.done for item in markdown.parse(text).items} if ticked else {}
    return any(boxes.get(words) is not done for words, done in ticked.items())


def _marks(work: Work, author: Person | None, others: Sequence[int]) -> merging.Marks:
    """In the office's language: they stand in the record."""
    t = work.speak(None)
    other = people.get(work.db, others[0]) if others else None

    def line(words: Text) -> str:
        return f"> [2 {' '.join(plain(words).split())}]"

    mine = line(t("versions — {name}:", name=author.name if author else t("from the file")))
    theirs = line(t("versions — {name}:", name=other.name if other else t("somebody")))
    end = line(t("versions — end. Keep one of them and delete these three lines"))
    return merging.Marks(mine, theirs, end, f"({plain(t('deleted'))})")
