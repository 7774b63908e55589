"""`Notulen.md` in the meeting's folder: laid there when the meeting begins, edited by people, and read back.

Every version that the file ever held is known by the storage's own version of it, so a change is one since then. What was
written into the file meets what was written in the form in `store.save`; the file is never written over unread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select

from integration import people
from integration.errors import DeliveryError, UserError
from integration.i18n import Translate
from integration.messages import Reply, Text
from integration.people import Person
from integration.plugin import Run, Work
from integration.ports import Changed, Storage, StoredFile
from plugins.rapat import meetings, organizers
from plugins.rapat.documents import folders
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.minutes import showing, store, versions
from plugins.rapat.minutes.chosen import SIGN
from plugins.rapat.wording import say

FILE = "Notulen.md"
MEDIA_TYPE = "text/markdown"
# How long after the meeting its file is still looked at by itself; later it has to be asked for.
RECENT = timedelta(days=14)
SYNC = "minutes_file"
_TRIES = 4
# What a text file does not have.
_BINARY = b"\x00"


class Unreadable(Exception):
    """The file is no minutes; `what` is "large" (of `size` bytes) or "binary"."""

    def __init__(self, what: str, size: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.size = size


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the file: `new` is a version that was read from it, `put` one that was written into it."""

    new: store.Saved | None = None
    put: bool = False
    unreadable: Unreadable | None = None
    by: Person | None = None


def to_file(work: Work, occurrence: Occurrence, version: int) -> None:
    """Queue that the file follows the minutes."""
    key = f"meeting:{occurrence.meeting_id}:minutes:{occurrence.id}:{version}:file"
    work.later(f"rapat.{SYNC}", f"minutes:{occurrence.id}", key, {"occurrence": occurrence.id})


def fetch(work: Work, occurrence: Occurrence, asker: Person) -> None:
    """Queue that the file is read now, because somebody asks for it."""
    key = f"meeting:{occurrence.meeting_id}:minutes:{occurrence.id}:fetch:{asker.id}:{work.now.isoformat()}"
    given = {"occurrence": occurrence.id, "asker": asker.id, "key": key}
    work.later(f"rapat.{SYNC}", f"minutes:{occurrence.id}", key, given)


def task(run: Run, given: Mapping[str, Any]) -> None:
    """Bring file and minutes in step; whoever asked for it is told what was found."""
    storage = run.ports.storage
    if storage is None:
        return
    occurrence_id, asker_id = int(given["occurrence"]), given.get("asker")
    try:
        outcome = sync(run, storage, occurrence_id)
    except DeliveryError as error:
        if not error.permanent or asker_id is None:
            raise
        outcome = Outcome()
    if asker_id is not None:
        _answer(run, occurrence_id, int(asker_id), f"{given['key']}:answer", outcome)


# ---------------------------------------------------------------- in step


def sync(run: Run, storage: Storage, occurrence_id: int) -> Outcome:
    """Read what people have written into the file, then put the latest minutes there; raises `DeliveryError`.

    1. The file's version is compared with the one that was seen last; what is new in it becomes a version of the minutes.
    2. The latest minutes are put in its place, only if it is still as it was seen: else again from 1, on the version that it
       held before, so that nothing in it is taken for deleted.
    """
    new: store.Saved | None = None
    by: Person | None = None
    for _ in range(_TRIES):
        path, known, last = _known(run, occurrence_id)
        if path is None or last is None:
            return Outcome()
        there = storage.stat(path)
        held = ""
        if there is not None and (known is None or there.version != known.file_version):
            try:
                content = _content(storage, there)
            except Unreadable as error:
                _tell_unreadable(run, occurrence_id, there, error)
                return Outcome(unreadable=error, by=by)
            saved, by = _read(run, occurrence_id, known, there, content)
            if saved is not None:
                new = saved if saved.changed else new
                last, held = saved.version, store.normal(content)
        elif there is not None and known is not None and known.id == last.id:
            return Outcome(new, by=by)
        if there is not None and held == last.text:
            return _seen(run, last, there, Outcome(new, by=by))
        try:
            put = storage.put(path, last.text.encode(), MEDIA_TYPE, expected=there.version if there else "")
        except Changed:
            continue
        return _seen(run, last, put, Outcome(new, put=True, by=by))
    return Outcome(new, by=by)


def _seen(run: Run, version: versions.Version, file: StoredFile, outcome: Outcome) -> Outcome:
    """The file holds this very version."""
    with run.begin() as work:
        versions.put_in_file(work.db, version, file.version)
    return outcome


def _known(run: Run, occurrence_id: int) -> tuple[str | None, versions.Version | None, versions.Version | None]:
    """Where the file lies, the version that it had when it was seen last, and the latest one."""
    with run.read() as work:
        occurrence = meetings.occurrence(work.db, occurrence_id)
        last = versions.latest(work.db, occurrence_id)
        known = versions.in_file(work.db, occurrence_id)
    if occurrence is None or last is None:
        return None, None, None
    if occurrence.folder:
        return f"{occurrence.folder}/{FILE}", known, last
    with run.begin() as work:  # it is given its folder
        meeting, occurrence = _of(work, occurrence_id)
        return folders.path(work, meeting, occurrence, FILE), known, last


def _content(storage: Storage, there: StoredFile) -> str:
    """The text; raises `Unreadable` for what is none."""
    if there.size > store.LARGEST:
        raise Unreadable("large", there.size)
    content = storage.get(there.path)
    if len(content) > store.LARGEST:
        raise Unreadable("large", len(content))
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):  # how an old editor of Windows saves "Unicode"
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise Unreadable("binary") from None
    if _BINARY in content:
        raise Unreadable("binary")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _old(content)


def _old(content: bytes) -> str:
    """The code page of old editors, if that makes a text."""
    text = content.decode("cp1252", errors="replace")
    odd = sum(not (char.isprintable() or char in "\r\n\t") or char == "\ufffd" for char in text)
    if odd * 50 > len(text):
        raise Unreadable("binary")
    return text


def _read(
    run: Run, occurrence_id: int, known: versions.Version | None, there: StoredFile, content: str
) -> tuple[store.Saved | None, Person | None]:
    """What stands in the file becomes a version on the one that it held before; None if it is empty."""
    with run.begin() as work:
        meeting, occurrence = _of(work, occurrence_id)
        by = _whose(work, there)
        try:
            saved = store.save(work, meeting, occurrence, content, known.version if known else 0, by, "file")
        except UserError:  # it was emptied: what was there before is put back
            return None, by
        if saved.changed:
            _tell_read(work, meeting, occurrence, saved, by)
        return saved, by


def _of(work: Work, occurrence_id: int) -> tuple[Meeting, Occurrence]:
    occurrence = meetings.occurrence(work.db, occurrence_id)
    meeting = meetings.get(work.db, occurrence.meeting_id) if occurrence else None
    if occurrence is None or meeting is None:
        raise DeliveryError(f"there is no date {occurrence_id} any more", permanent=True)
    return meeting, occurrence


def _whose(work: Work, there: StoredFile) -> Person | None:
    """Who wrote it, as far as the storage tells and we know the account."""
    storage = work.ports.storage
    if not there.by or storage is None:
        return None
    found = people.account.c  # of the storage itself: the same name elsewhere may be somebody else's
    mine = or_(found.external_id == there.by, (found.external_id.is_(None)) & (found.username == func.lower(there.by)))
    person_id = work.db.scalar(select(found.person_id).where(found.platform == storage.name, mine).limit(1))
    return people.get(work.db, person_id) if person_id is not None else None


# ---------------------------------------------------------------- who is told


def _writers(work: Work, meeting: Meeting) -> list[Person]:
    ids = [id for id in (meeting.organizer_id, meeting.secretary_id) if id is not None]
    leader = organizers.of(work, meeting)
    return people.everyone(work.db, work.now.date(), ids) or ([leader] if leader else [])


def _tell_read(work: Work, meeting: Meeting, occurrence: Occurrence, saved: store.Saved, by: Person | None) -> None:
    """Those who write the minutes hear of it once for each hour in which the file was changed; of two versions always."""
    hour = work.now.strftime("%Y%m%d%H")
    turn = f"{saved.version.version}" if saved.conflicts else hour
    for reader in _writers(work, meeting):
        if by is None or reader.id != by.id or saved.conflicts:
            key = f"meeting:{meeting.id}:minutes:{occurrence.id}:read:{turn}:{reader.id}"
            work.tell(reader, key, lambda t, reader=reader: _read_reply(t, occurrence, saved, by, reader))  # type: ignore[misc]  # called at once


def _read_reply(t: Translate, occurrence: Occurrence, saved: store.Saved, by: Person | None, reader: Person) -> Reply:
    title = showing.title(t, occurrence, reader.zone)
    text = t(
        "{who} has changed the file with the minutes of {title}: version {number}.",
        who=showing.author(t, by),
        title=title,
        number=saved.version.version,
    )
    if saved.conflicts:
        more = t("In {count} places both versions are kept, marked “[2”: choose one.", count=saved.conflicts)
        text = Text(f"{text}\n{more}")
    return Reply(text, buttons=(say(t("Open the minutes"), f"notulen tulis {SIGN}{occurrence.id}", days=14),))


def _tell_unreadable(run: Run, occurrence_id: int, there: StoredFile, error: Unreadable) -> None:
    """Once for each version of the file."""
    with run.begin() as work:
        meeting, occurrence = _of(work, occurrence_id)
        readers = {reader.id: reader for reader in _writers(work, meeting)}
        if by := _whose(work, there):
            readers[by.id] = by
        for reader in readers.values():
            key = f"meeting:{meeting.id}:minutes:{occurrence_id}:unreadable:{there.version[:60]}:{reader.id}"
            work.tell(reader, key, lambda t, reader=reader: Reply(_why(t, occurrence, error, reader), refused=True))  # type: ignore[misc]  # called at once


def _why(t: Translate, occurrence: Occurrence, error: Unreadable, reader: Person) -> Text:
    title = showing.title(t, occurrence, reader.zone)
    if error.what == "large":
        wrong = store.too_large(t, error.size) or Text("")
        return t("The file with the minutes of {title} was not read. {wrong}", title=title, wrong=wrong)
    return t(
        "The file {file} of {title} is no text, so it was not read and stays as it is. Save it as plain text, or write here: "
        "{command}",
        file=FILE,
        title=title,
        command=Text("`/rapat notulen`"),
    )


def _answer(run: Run, occurrence_id: int, asker_id: int, key: str, outcome: Outcome) -> None:
    with run.begin() as work:
        asker = people.get(work.db, asker_id)
        _, occurrence = _of(work, occurrence_id)
        if asker is not None:
            work.tell(asker, key, lambda t: _found(t, occurrence, outcome, asker))


def _found(t: Translate, occurrence: Occurrence, outcome: Outcome, reader: Person) -> Reply:
    title = showing.title(t, occurrence, reader.zone)
    buttons = (say(t("Open the minutes"), f"notulen tulis {SIGN}{occurrence.id}", days=14),)
    if outcome.unreadable:
        return Reply(_why(t, occurrence, outcome.unreadable, reader), buttons=buttons, refused=True)
    if outcome.new is None:
        return Reply(t("In the file of {title} nothing is new.", title=title), buttons=buttons)
    number, count = outcome.new.version.version, outcome.new.items
    text = t("The file of {title} was read: version {number}, {items} action items.", title=title, number=number, items=count)
    return Reply(text, buttons=buttons)


TASKS = {SYNC: task}
