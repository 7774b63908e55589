"""`/berkas cari`, `daftar` and `tautan`: live from the storage within two seconds, else what our own table knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from integration import tree
from integration.errors import DeliveryError
from integration.messages import Button, Command, Reply, Text, fill
from integration.plugin import Context
from integration.ports import StoredFile
from plugins.berkas import places, saved, wording
from plugins.berkas.wording import say

PAGE = 5
# More than anybody turns pages for.
MOST = 100
_MOST_WORDS = 20  # a database takes no condition of any depth
# So many folders are asked one by one; beyond that all of the storage is, and what is not theirs is left out.
_ROOTS_ASKED = 4
_LONGEST_WORDS = 100
_PAGE_NUMBER = re.compile(r"^(.*?)\s*(?:halaman|page) (\d{1,3})$", re.IGNORECASE)
_OWN = frozenset({"saya", "sendiri", "mine"})


@dataclass(frozen=True, slots=True)
class Found:
    """Files and folders; `live` is False if they are only what our table knows."""

    files: Sequence[StoredFile]
    live: bool


# ---------------------------------------------------------------- cari


def search(context: Context, command: Command) -> Reply:
    """`cari <words>`"""
    t = context.t
    text, page = _paged(command.text)
    words = text[:_LONGEST_WORDS].split()
    if not words:
        return Reply(
            t("What is it called? For example: {example}", example=Text("`/berkas cari undangan rapat`")), refused=True
        )
    found = find(context, words)
    if not found.files:
        lines = [t("No file is called “{words}”, as far as you may look.", words=" ".join(words)), *_offline(context, found)]
        return Reply(wording.listed(lines), buttons=(say(t("All files"), "daftar"),), refused=not found.live)
    first = t("{count} files with “{words}”:", count=_count(found.files), words=" ".join(words))
    return shown(context, first, found, page, f"cari {' '.join(words)}")


def find(context: Context, words: Sequence[str]) -> Found:
    """Files with all the words in the name, where the person may look, the last changed first."""
    words = list(dict.fromkeys(words))[:_MOST_WORDS]
    folders = places.top(places.roots(context))
    asked = folders if len(folders) <= _ROOTS_ASKED else [""]
    storage = context.ports.storage
    try:
        if storage is None:
            raise DeliveryError("no storage is connected")
        with storage.within():
            files = [file for folder in asked for file in storage.find(words, folder, MOST)]
    except DeliveryError:
        rows = saved.remembered(context.db, folders, context.person.id, words, MOST)
        return Found([_as_file(row) for row in rows], live=False)
    mine = [file for file in files if places.within(file.path, folders)]
    return Found(sorted(mine, key=lambda file: file.modified, reverse=True)[:MOST], live=True)


# ---------------------------------------------------------------- daftar


def listing(context: Context, command: Command) -> Reply:
    """`daftar [folder]`, `daftar saya`"""
    text, page = _paged(command.text)
    if text.lower() in _OWN:
        return own(context, page)
    home, folders = places.home(context), places.roots(context)
    folder = folder_meant(text, home, folders)
    found = inside(context, folder) if folder else None
    if found is None:
        t = context.t
        none = t("There is no folder “{name}” that you may look into.", name=text[:_LONGEST_WORDS])
        return Reply(none, buttons=_top_buttons(folders), refused=True)
    if not found.files:
        return _empty(context, folder, found, folders)
    first = context.t("{folder}:", folder=wording.bold(folder))
    return shown(context, first, found, page, f"daftar {folder}", buttons=(_up(context, folder, folders),))


def folder_meant(text: str, home: str, folders: Sequence[str]) -> str:
    """The folder by what was typed: a whole path, one below where files of this place go; "" for none of theirs."""
    text = text.strip().strip("/")
    if not text:
        return home
    tops = [folder for folder in folders if wording.name_of(folder).lower() == text.lower()]
    whole = text.startswith(f"{tree.ROOT}/")
    tried = [text] if whole else [*tops, f"{home}/{text}"]
    return next((path for path in tried if places.within(path, [*folders, home])), "")


def inside(context: Context, folder: str) -> Found | None:
    """What lies in it; None if there is no such folder."""
    storage = context.ports.storage
    try:
        if storage is None:
            raise DeliveryError("no storage is connected")
        with storage.within():
            files = _seen(storage.list(folder, folders=True))
            missing = not files and folder != places.home(context) and storage.stat(folder) is None
            return None if missing else Found(files, live=True)
    except DeliveryError:
        rows = saved.remembered(context.db, [folder], 0, (), MOST)
        return Found([_as_file(row) for row in rows], live=False)


def _seen(files: Iterable[StoredFile]) -> list[StoredFile]:
    """Folders by name, then files, the last changed first; without hidden ones."""
    shown = [file for file in files if not wording.name_of(file.path).startswith(".")]
    folders = [file for file in shown if file.folder]
    rest = sorted((file for file in shown if not file.folder), key=lambda file: file.modified, reverse=True)
    return (folders + rest)[:MOST]


def _empty(context: Context, folder: str, found: Found, folders: Sequence[str]) -> Reply:
    t = context.t
    lines = [t("{folder} is empty.", folder=wording.bold(folder)), *_offline(context, found)]
    if found.live:
        lines.append(t("Send me a file and type {command}.", command=Text("`/berkas simpan`")))
    buttons = (*_top_buttons(folders, but=folder), say(t("Choose a file"), "unggah"))
    return Reply(wording.listed(lines), buttons=buttons)


def own(context: Context, page: int) -> Reply:
    """`daftar saya`: what one has saved oneself; our table knows."""
    t = context.t
    rows = saved.of_person(context.db, context.person.id, MOST)
    if not rows:
        text = t("You have saved no file yet. Send me a file and type {command}.", command=Text("`/berkas simpan`"))
        return Reply(text, buttons=(say(t("Choose a file"), "unggah"),))
    found = Found([_as_file(row) for row in rows], live=True)
    return shown(context, t("**Files that you saved**"), found, page, "daftar saya")


def _top_buttons(folders: Sequence[str], but: str = "") -> tuple[Button, ...]:
    """Where else one may look."""
    found = [folder for folder in places.top(folders) if folder != but]
    return tuple(say(f"📁 {_short(folder)}", f"daftar {folder}") for folder in found[:PAGE])


def _short(folder: str) -> str:
    """On a phone the end of a path is what counts."""
    return wording.label(folder.removeprefix(f"{tree.ROOT}/"))


def _up(context: Context, folder: str, folders: Sequence[str]) -> Button:
    above = wording.folder_of(folder)
    if places.within(above, folders):
        return say(context.t("Up"), f"daftar {above}")
    return say(context.t("Other folders"), "folder")


def folders_open(context: Context, _command: Command) -> Reply:
    """`folder`: where one may look."""
    t = context.t
    found = places.top(places.roots(context))
    lines = [t("**Folders that are open to you**"), *(fill("- {folder}", folder=folder) for folder in found)]
    return Reply(wording.listed(lines), buttons=_top_buttons(found))


# ---------------------------------------------------------------- a page of either


def _paged(text: str) -> tuple[str, int]:
    found = _PAGE_NUMBER.match(f" {text.strip()}")
    return (found[1].strip(), max(1, int(found[2]))) if found else (text.strip(), 1)


def shown(context: Context, first: Text, found: Found, page: int, command: str, buttons: tuple[Button, ...] = ()) -> Reply:
    t = context.t
    pages = -(-len(found.files) // PAGE)
    page = min(page, pages)
    here = found.files[(page - 1) * PAGE : page * PAGE]
    lines = [*_offline(context, found), first, *(line(context, file) for file in here)]
    more: tuple[Button, ...] = ()
    if page < pages:
        lines.append(t("Page {page} of {pages}.", page=page, pages=pages))
        more = (say(t("More"), f"{command} halaman {page + 1}"),)
    chosen = tuple(_button(file) for file in here)
    return Reply(wording.listed(lines), buttons=(*chosen, *more, *buttons))


def line(context: Context, file: StoredFile) -> Text:
    name = wording.name_of(file.path)
    if file.folder:
        return fill("- 📁 {name}", name=name)
    when = wording.day(context.t, file.modified, context.person, context.now)
    return fill("- {name} — {size} · {when}", name=name, size=wording.size(file.size), when=when)


def _button(file: StoredFile) -> Button:
    label = wording.label(wording.name_of(file.path))
    return say(f"📁 {label}", f"daftar {file.path}") if file.folder else say(label, f"tautan {file.path}")


def _count(files: Sequence[StoredFile]) -> Text:
    return Text(f"{len(files)}+" if len(files) >= MOST else str(len(files)))


def _offline(context: Context, found: Found) -> list[Text]:
    if found.live:
        return []
    why = context.t("Below is only what was saved through me.")
    return [fill("{trouble} {why}", trouble=wording.storage_trouble(context.t), why=why)]


def _as_file(row: saved.File) -> StoredFile:
    moment: datetime = row.saved_at
    return StoredFile(row.path, row.size, moment, row.version)
