"""The worker carries files from the chat into the storage, and takes them back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from integration import people
from integration.errors import DeliveryError, NotMember
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, fill
from integration.people import Person
from integration.plugin import Run
from integration.ports import Attachment, Attachments, Changed, Storage, StoredFile
from integration.safe_names import free_name
from plugins.berkas import saved, saving, wording

# How often the table hears of a transfer, and how often the person does.
STEP_BYTES = 4 << 20
FIRST_WORD, NEXT_WORD = timedelta(seconds=15), timedelta(minutes=2)
_NAMES_TRIED = 20
# The version of a file that lay there before with the same content: it is not ours to take away.
_OTHERS = "="


class _CalledOff(Exception):
    """Whoever asked has taken it back meanwhile."""


def save(run: Run, given: Mapping[str, Any]) -> None:
    """Carry the files over one after the other; those of an earlier try are there already. Then say how it went."""
    ids, trouble = list(given["files"]), _Trouble(run, int(given["person"]), list(given["files"]))
    for file_id in ids:
        with run.begin() as work:
            file = saved.get(work.db, file_id)
        if file is not None and file.state == "waiting":
            trouble.guard(file, lambda file=file: _carry(run, file))  # type: ignore[misc]  # called at once
    with run.begin() as work:
        rows, someone = saved.several(work.db, ids), people.get(work.db, int(given["person"]))
        rows = [row for row in rows if row.state in ("saved", "failed")]
        if someone is not None and rows:
            key = f"berkas:saved:{rows[0].asked_at.isoformat()}:{'-'.join(map(str, ids))}"[:190]
            work.tell(someone, key, lambda t: _result(t, rows, trouble.reasons))


# ---------------------------------------------------------------- one file


def _carry(run: Run, file: saved.File) -> None:
    storage = _storage(run)
    meter = _Meter(run, file)
    try:
        stored = _put(run, storage, file, meter)
    except Exception:
        if meter.called_off:
            return  # storages word it in their own ways
        raise
    with run.begin() as work:
        if saved.arrived(work, file, stored):
            return
    storage.delete(stored.path)  # called off with the last byte


def _put(run: Run, storage: Storage, file: saved.File, meter: _Meter) -> StoredFile:
    """The file under its name; under the next free one where another file lies. The same content is the same file."""
    before = {wording.name_of(each.path) for each in storage.list(file.folder, folders=True)}
    taken, name = set(before), wording.name_of(file.path) or file.name
    for _ in range(_NAMES_TRIED):
        path = f"{file.folder}/{name}"
        with run.begin() as work:
            saved.aim(work, file.id, path)
        try:
            content = meter.through(_content(run, file))
            stored = storage.put_stream(path, content, file.size, file.media_type, expected="", progress=meter.passed)
            return replace(stored, version=_OTHERS) if name in before and path != file.path else stored
        except Changed:
            taken.add(name)
            name = free_name(file.name, taken)
    raise DeliveryError(f"no free name for {file.name!r} in {file.folder!r}", permanent=True)


def _content(run: Run, file: saved.File) -> Iterable[bytes]:
    if not file.attachment:
        with run.begin() as work:
            content = saved.upload(work.db, file.id)
        if content is None:
            raise DeliveryError("the uploaded content is gone", permanent=True)
        return (content,)
    chat = run.ports.chats.get(file.platform)
    if not isinstance(chat, Attachments):
        raise DeliveryError(f"{file.platform} is not connected")
    which = (file.attachment, file.name, file.size, file.media_type, file.message, file.attached_by, file.attached_at)
    return chat.download(Attachment(*which))


def _storage(run: Run) -> Storage:
    if run.ports.storage is None:
        raise DeliveryError("no storage is connected")
    return run.ports.storage


class _Meter:
    """Writes down how far a transfer is, tells of a long one, and notices when it was called off."""

    def __init__(self, run: Run, file: saved.File) -> None:
        self._run, self._file = run, file
        self._noted = 0
        self._told: datetime | None = None
        self._words = 0
        self.called_off = False

    def passed(self, count: int) -> None:
        step = max(STEP_BYTES, self._file.size // 100)
        if count - self._noted < step or count >= self._file.size:
            return
        self._noted = count
        with self._run.begin() as work:
            self.called_off = not saved.passed(work, self._file.id, count)
            self._told = self._told or work.now - NEXT_WORD + FIRST_WORD
            someone = people.get(work.db, self._file.person_id)
            if someone is not None and not self.called_off and work.now - self._told >= NEXT_WORD:
                self._told, self._words = work.now, self._words + 1
                key = f"berkas:way:{self._file.id}:{self._file.asked_at.isoformat()}:{self._words}"
                work.tell(someone, key, lambda t: self._word(t, count))

    def _word(self, t: Translate, count: int) -> Reply:
        share, size = 100 * count // self._file.size, wording.size(self._file.size)
        text = t("Still being saved: {name}, {share} % of {size}.", name=self._file.name, share=share, size=size)
        return Reply(text, buttons=(wording.say(t("How far is it?"), "proses"), saving.undo_button(t, [self._file.id])))

    def through(self, content: Iterable[bytes]) -> Iterator[bytes]:
        for piece in content:
            if self.called_off:
                raise _CalledOff
            yield piece


# ---------------------------------------------------------------- what goes wrong


class _Trouble:
    """What a repeat cannot mend ends the file and is told; for the rest the outbox tries again, and that is told once."""

    def __init__(self, run: Run, person: int, ids: Sequence[int]) -> None:
        self._run, self._person = run, person
        self._key = f"berkas:delay:{'-'.join(map(str, ids))}"[:190]
        self.reasons: dict[int, DeliveryError] = {}

    def guard(self, file: saved.File, carry: Callable[[], None]) -> None:
        try:
            carry()
        except DeliveryError as error:
            if not error.permanent:
                self._tell_delay(file)
                raise
            self.reasons[file.id] = error
            with self._run.begin() as work:
                saved.failed(work, file, wording.why(error))

    def _tell_delay(self, file: saved.File) -> None:
        with self._run.begin() as work:
            someone = people.get(work.db, self._person)
            if someone is not None:
                work.tell(someone, self._key, lambda t: _delayed(t, file))


def _delayed(t: Translate, file: saved.File) -> Reply:
    text = t("“{name}” could not be saved yet: chat or drive do not answer. It is tried again by itself.", name=file.name)
    return Reply(text, buttons=(wording.say(t("How far is it?"), "proses"), saving.undo_button(t, [file.id])))


def _reason(t: Translate, file: saved.File, error: DeliveryError | None) -> Text:
    if isinstance(error, NotMember):
        return wording.not_member(t, error, direct=False)
    return t("“{name}” could not be saved: it is not in the chat any more, or may not be read.", name=file.name)


# ---------------------------------------------------------------- how it went


def _result(t: Translate, rows: Sequence[saved.File], reasons: Mapping[int, DeliveryError]) -> Reply:
    there = [row for row in rows if row.state == "saved"]
    lost = [_reason(t, row, reasons.get(row.id)) for row in rows if row.state == "failed"]
    if not there:
        return Reply(wording.listed(lost), refused=True)
    if len(there) == 1:
        return Reply(wording.listed([_one(t, there[0]), *lost]), buttons=_buttons(t, there))
    first = t("{count} files were saved in {folder}:", count=len(there), folder=wording.folder_of(there[0].path))
    lines = [fill("- {name} — {size}", name=wording.name_of(row.path), size=wording.size(row.size)) for row in there]
    return Reply(wording.listed([first, *lines, *lost]), buttons=_buttons(t, there))


def _one(t: Translate, row: saved.File) -> Text:
    name, folder = wording.name_of(row.path), wording.folder_of(row.path)
    text = t("Saved: {name} ({size}), in {folder}.", name=wording.bold(name), size=wording.size(row.size), folder=folder)
    if name == row.name:
        return text
    return fill("{text} {why}", text=text, why=t("There was another file named “{name}” already.", name=row.name))


def _buttons(t: Translate, rows: Sequence[saved.File]) -> tuple[Button, ...]:
    undo = saving.undo_button(t, [row.id for row in rows])
    if len(rows) > 1:
        shown = rows[: wording.NAMES_SHOWN]
        return (*(wording.say(wording.label(wording.name_of(row.path)), f"tautan {row.path}") for row in shown), undo)
    path = rows[0].path
    return (Button(t("Share"), "berkas.share", path), wording.say(t("Link"), f"tautan {path}"), undo)


# ---------------------------------------------------------------- and back


def undo(run: Run, given: Mapping[str, Any]) -> None:
    """Move what was saved to the storage's bin, unless somebody has worked on it."""
    storage = _storage(run)
    for file_id in given["files"]:
        with run.begin() as work:
            file = saved.get(work.db, file_id)
        if file is not None and file.state == "undoing":
            _take_back(run, storage, file)


def _take_back(run: Run, storage: Storage, file: saved.File) -> None:
    now = storage.stat(file.path)
    changed = now is not None and file.version != now.version and bool(file.version == _OTHERS or now.version)
    if now is not None and not changed:
        storage.delete(file.path)
    with run.begin() as work:
        if not changed:
            saved.undone(work, file)
        elif saved.stays(work, file):
            _say_it_stays(work, file)


def _say_it_stays(work: Any, file: saved.File) -> None:
    someone: Person | None = people.get(work.db, file.person_id)
    if someone is not None:
        key = f"berkas:stays:{file.id}:{work.now.isoformat()}"
        work.tell(someone, key, lambda t: Reply(_stays(t, file)))


def _stays(t: Translate, file: saved.File) -> Text:
    name, folder = wording.name_of(file.path), wording.folder_of(file.path)
    return t("“{name}” was there before or was changed since, so it stays where it is: {folder}.", name=name, folder=folder)
