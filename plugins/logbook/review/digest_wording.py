"""A supervisor's digest in words: pages that fit into a message, and the buttons about exactly what a page shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from integration.dates import show_month
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, fill, join, plain
from integration.people import Person
from integration.phrases import day_name, duration, short_day
from plugins.logbook import entries, writing
from plugins.logbook.entries import Entry
from plugins.logbook.review import shown
from plugins.logbook.review.digest import Digest

ALL, OPEN, RETURN, SAY = "logbook.review_all", "logbook.review_open", "logbook.review_return", "logbook.say"
# A message of Mattermost holds some 16,000 characters, escaped ones counting twice; on a phone a third of that is long.
_PAGE, _LINES = 7_000, 110
_ENTRIES, _SHORT, _NAMES = 12, 70, 40
# Until the next working day, and over a long holiday.
DAYS = 14


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stay together, under a heading that is said once a page; `waits` may be approved from here."""

    heading: Text
    lines: Sequence[Text]
    waits: Sequence[Entry] = ()

    @property
    def size(self) -> int:
        return sum(len(plain(line)) + 1 for line in self.lines)


def reply(t: Translate, digest: Digest, page: int = 1, more: Sequence[Button] = ()) -> Reply:
    """One page of it; one that is not there means the last. `more` are buttons behind its own."""
    pages = list(_pages(_blocks(t, digest)))
    page = max(1, min(page, len(pages)))
    blocks = pages[page - 1] if pages else []
    lines = [_title(t, digest), *(_first(t, digest) if page == 1 else []), *_said(blocks)]
    buttons = _buttons(t, [each for block in blocks for each in block.waits])
    return Reply(join("\n", lines), (*buttons, *_turn(t, digest, page, len(pages)), *more))


def _title(t: Translate, digest: Digest) -> Text:
    return t("**Reports of your team** — {day}", day=day_name(t, digest.day))


def _first(t: Translate, digest: Digest) -> list[Text]:
    """What stands on the first page alone: how many there are, and what is in a hurry."""
    if digest.closing is None:
        return [_counts(t, digest)]
    day, month = digest.closing
    said = {"month": show_month(month, t), "day": day_name(t, day)}
    return [_counts(t, digest), t("**{month} closes after {day}:** please decide before that.", **said)]


def _counts(t: Translate, digest: Digest) -> Text:
    """`Masuk 3 orang · belum 2 orang · menunggu keputusan Anda 7 kegiatan`"""
    waits = sum(len(those) for _, those in digest.waiting)
    said = [t("sent: {count} people", count=len(digest.came))] if digest.came or digest.missing else []
    said += [t("nothing yet: {count} people", count=len(digest.missing))] if digest.missing else []
    said += [t("waiting for you: {count} activities", count=waits)] if waits else []
    return join(" · ", said)


def _said(blocks: Iterable[Block]) -> Iterator[Text]:
    heading = Text("")
    for block in blocks:
        if block.heading != heading:
            heading = block.heading
            yield Text(f"\n{heading}")
        yield from block.lines


def _pages(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    page: list[Block] = []
    size = lines = 0
    for block in blocks:
        if page and (size + block.size > _PAGE or lines + len(block.lines) > _LINES):
            yield page
            page, size, lines = [], 0, 0
        page.append(block)
        size, lines = size + block.size, lines + len(block.lines)
    if page:
        yield page


# ---------------------------------------------------------------- what stands in it


def _blocks(t: Translate, digest: Digest) -> Iterator[Block]:
    for person, those in digest.came:
        yield Block(t("**Sent**"), [_of_day(t, digest, person, those), *_entries(t, those)], _waiting(digest, those))
    if digest.missing:
        yield from _missing(t, digest.missing)
    for person, those in digest.earlier:
        first = _person(t, digest, person, t("{count} activities", count=len(those)))
        yield Block(t("**Waiting from other days**"), [first, *_entries(t, those, digest.day)], _waiting(digest, those))
    for person, those in digest.returned:
        days = join(", ", [short_day(t, day) for day in sorted({each.day for each in those})[:_ENTRIES]])
        said = t("{count} activities ({days})", count=len(those), days=days)
        yield Block(t("**Given back, not corrected yet**"), [_person(t, digest, person, said)])
    for person, those in digest.shut:
        months = join(", ", [show_month(month, t) for month in sorted({each.day.replace(day=1) for each in those})])
        said = t("{count} activities ({days})", count=len(those), days=months)
        heading = t("**Of closed months** (a personnel officer can open them: `/logbook buka-kunci`)")
        yield Block(heading, [_person(t, digest, person, said)])


def _missing(t: Translate, missing: Sequence[Person]) -> Iterator[Block]:
    heading = t("**No report yet** ({count})", count=len(missing))
    for start in range(0, len(missing), _NAMES):
        names = join(", ", [fill("{name}", name=each.name) for each in missing[start : start + _NAMES]])
        yield Block(heading, [names])


def _of_day(t: Translate, digest: Digest, person: Person, those: Sequence[Entry]) -> Text:
    """`Siti Rahayu · 3 kegiatan, 6 jam 30 menit, disetujui`"""
    standing = entries.standing(those)
    minutes = sum(each.content.minutes for each in standing)
    said = t("{count} activities, {time}", count=len(standing), time=duration(t, minutes))
    if all(each.state == "approved" for each in those):
        said = fill("{said}, {approved}", said=said, approved=t("approved"))
    return _person(t, digest, person, said)


def _person(t: Translate, digest: Digest, person: Person, said: Text) -> Text:
    chief = digest.team.in_place_of(person)
    line = fill("- **{name}** · {said}", name=person.name, said=said)
    return t("{line} (in place of {name})", line=line, name=chief.name) if chief else line


def _entries(t: Translate, those: Sequence[Entry], today: date | None = None) -> Iterator[Text]:
    """A short line each, with its day if that is not `today`; a long list is cut, and said to be."""
    standing = entries.standing(those)
    for each in standing[:_ENTRIES]:
        line = brief(t, each)
        yield fill("   - {line}", line=fill("{day}: {line}", day=short_day(t, each.day), line=line) if today else line)
    if len(standing) > _ENTRIES:
        yield fill("   - {more}", more=t("… and {count} more", count=len(standing) - _ENTRIES))


def _waiting(digest: Digest, those: Sequence[Entry]) -> list[Entry]:
    """What may be approved from the lines of `_entries`: what is cut off is not approved unread."""
    return digest.decidable(entries.standing(those)[:_ENTRIES])


def brief(t: Translate, each: Entry) -> Text:
    """`menyusun laporan keuangan (2 jam)`; a change of an approved entry is called one."""
    line = fill("{what} ({time})", what=writing.short(each.content, _SHORT), time=duration(t, each.content.minutes))
    if each.revises_id is not None and each.state != "approved":
        return t("{line} – a change of what was approved", line=line)
    return t("{line} – late", line=line) if each.late else line


# ---------------------------------------------------------------- buttons


def _buttons(t: Translate, waits: Sequence[Entry]) -> tuple[Button, ...]:
    if not waits:
        return ()
    value = shown.pack(waits)
    return (
        Button(t("Approve all ({count})", count=len(waits)), ALL, value, "good", DAYS),
        Button(t("Open"), OPEN, str(waits[0].person_id), days=DAYS),
        Button(t("Give back"), RETURN, value, "danger", DAYS),
    )


def _turn(t: Translate, digest: Digest, page: int, pages: int) -> tuple[Button, ...]:
    """The way to the next page, and back to the first from the last."""
    if pages < 2:
        return ()
    following = page % pages + 1
    label = t("Page {page} of {pages}", page=following, pages=pages)
    return (Button(label, SAY, f"periksa {digest.day:%d/%m/%Y} halaman {following}", days=DAYS),)
