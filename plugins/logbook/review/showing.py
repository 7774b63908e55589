"""A person's reports as those above read them: everything that was written, its evidence, and what was said of it.

What would be too long for one message is shown by fewer reports at a time, or in a line each; nothing is cut off unsaid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from integration.messages import Text, fill, plain
from integration.phrases import short_day
from integration.work import Context
from plugins.logbook import entries, wording
from plugins.logbook.declared import forms as form_fields
from plugins.logbook.declared.forms import FormVersion
from plugins.logbook.entries import LONGEST_ACTIVITY, LONGEST_RESULT, Entry
from plugins.logbook.evidence import keeping as evidence
from plugins.logbook.evidence.keeping import Evidence
from plugins.logbook.review import comments
from plugins.logbook.review.comments import Comment
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import Target

_ANSWER, _EVIDENCE, _COMMENTS = 500, 5, 5
# Of the 16,000 characters that a message holds, with room for what is escaped.
ROOM, _ALL_ROOM = 8_000, 10_000


@dataclass(frozen=True, slots=True)
class Known:
    """What belongs to some entries, read for all of them at once, in at most six statements. `revised`: what changes change."""

    targets: Mapping[int, Target]
    evidence: Mapping[int, Sequence[Evidence]]
    comments: Mapping[int, Sequence[Comment]]
    forms: Mapping[int, FormVersion]
    revised: Mapping[int, Entry]


def read(context: Context, found: Sequence[Entry]) -> Known:
    db, ids = context.db, [each.id for each in found]
    revised = [each.revises_id for each in found if each.revises_id is not None]
    return Known(
        targets.by_ids(db, [each.content.target_id for each in found]),
        evidence.of_entries(db, ids) if ids else {},
        comments.of_versions(db, found),
        form_fields.by_ids(db, [each.content.form_id for each in found]),
        entries.by_ids(db, revised) if revised else {},
    )


def fitting(context: Context, numbered: Sequence[tuple[int, Entry]], known: Known) -> tuple[list[Text], int]:
    """As many of these entries in full as fit into a message, at least one: their lines, and how many they are."""
    shown: list[Text] = []
    for count, (number, each) in enumerate(numbered):
        more = list(lines(context, number, each, known))
        if count and _size(shown) + _size(more) > ROOM:
            return shown, count
        shown += more
    return shown, len(numbered)


def all_of(context: Context, numbered: Sequence[tuple[int, Entry]], known: Known) -> list[Text]:
    """Every entry: in full as far as there is room, then in a line each, and at last their number."""
    shown, count = fitting(context, numbered, known)
    for index, (number, each) in enumerate(numbered[count:], count):
        line = fill("{number}. {line}", number=number, line=wording.entry_line(context.t, each, known.targets))
        if _size(shown) + _size([line]) > _ALL_ROOM:
            return [*shown, context.t("… and {count} more", count=len(numbered) - index)]
        shown.append(line)
    return shown


def _size(found: Sequence[Text]) -> int:
    return sum(len(plain(line)) + 1 for line in found)


def lines(context: Context, number: int, entry: Entry, known: Known) -> Iterator[Text]:
    """One entry in full, under its number."""
    t, content = context.t, entry.content
    proofs = known.evidence.get(entry.id, ())
    said = wording.details(t, content, known.targets, evidence=len(proofs))
    what = wording.activity(content, LONGEST_ACTIVITY)
    yield fill(
        "{number}. **{what}** — {day} · {said} · {state}",
        number=number,
        what=what,
        day=short_day(t, entry.day),
        said=said,
        state=_state(context, entry),
    )
    if content.result:
        yield fill("   - {line}", line=t("Result: {result}", result=_short(content.result, LONGEST_RESULT)))
    form = known.forms.get(content.form_id) if content.form_id is not None else None
    for label, answer in form_fields.shown(form, t, content.fields):
        yield fill("   - {label}: {answer}", label=label, answer=_short(answer, _ANSWER))
    if proofs:
        names = Text(", ".join(fill("{name}", name=each.name) for each in proofs[:_EVIDENCE]))
        yield fill("   - {line}", line=t("Evidence: {names}", names=names))
    if (before := known.revised.get(entry.revises_id or 0)) is not None and entry.state != "approved":
        was = wording.details(t, before.content, known.targets)
        yield fill("   - {line}", line=t("Before: {what} — {details}", what=wording.activity(before.content), details=was))
    for line in comments.lines(t, known.comments.get(entry.id, ()), context.person, context.now, _COMMENTS):
        yield fill("   {line}", line=line)


def _state(context: Context, entry: Entry) -> Text:
    t, said = context.t, wording.state(context.t, entry.state)
    if entry.revises_id is not None and entry.state != "approved":
        return t("{state}, a change of what was approved", state=said)
    return t("{state}, late", state=said) if entry.late else said


def _short(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
