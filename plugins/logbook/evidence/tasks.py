"""What the worker does for evidence that somebody asked for: look for files in the storage, send them.

The storage is asked between transactions, never in one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from integration import people, tree
from integration.dates import show_day
from integration.errors import DeliveryError, UserError
from integration.i18n import Translate
from integration.messages import Button, File, Reply, Text, fill, join, plain
from integration.people import Person
from integration.plugin import Job, Run
from integration.ports import Storage, StoredFile
from integration.safe_names import names_in
from integration.work import Work
from plugins.logbook import entries, seeing, writing
from plugins.logbook.entries import Entry
from plugins.logbook.evidence import gone as evidence_gone
from plugins.logbook.evidence import index as evidence_index
from plugins.logbook.evidence import keeping as evidence
from plugins.logbook.evidence import links as evidence_links
from plugins.logbook.evidence import removing as evidence_removing
from plugins.logbook.evidence import wording
from plugins.logbook.evidence.gone import MOST_FOUND, Looked

FIND, SEND = "evidence_find", "evidence_send"
# What a chat takes; a larger file is opened where it lies.
LARGEST_SENT = 20_000_000
_SHARED = ("Berkas", "Rapat")


# ---------------------------------------------------------------- a file that lies in the storage already


def may_use(work: Work, person: Person, entry: Entry, path: str) -> bool:
    """Whether the path is one of those that are open to the person: the unit's shared files, their own evidence, and what
    is known of their day.
    """
    try:
        names_in(path)
    except DeliveryError:
        return False
    own = tree.planned_unit_folder(work.db, person.unit_id)
    open_to = [*(f"{own}/{name}" for name in _SHARED), evidence.person_folder(work, person, entry)]
    if any(path.startswith(f"{folder}/") for folder in open_to):
        return True
    return any(path in each.files for each in work.workdays.did(work.db, person, entry.day))


def none(t: Translate, words: str) -> Text:
    said = t("There is no file “{name}” in your unit's shared folder.", name=words.rpartition("/")[2][:100])
    return fill("{said} {cure}", said=said, cure=t("Send it from your phone or computer instead: {command}", command=_COMMAND))


_COMMAND = Text("`/logbook bukti`")


def find(run: Run, given: Mapping[str, Any]) -> None:
    """Attach the file that is meant, or ask which."""
    words = str(given["words"])
    with run.read() as work:
        person, entry = _asked(work, given)
        folders = [f"{tree.planned_unit_folder(work.db, person.unit_id)}/{name}" for name in _SHARED] if person else []
        if person is None or entry is None:
            return
        exact = may_use(work, person, entry, words)
    found = _found(_storage(run), words, folders, exact)
    key = f"logbook:evidence:find:{person.id}:{entry.id}:{mark(words, str(given['asked']))}"
    with run.begin() as work:
        if len(found) != 1:
            work.tell(person, key, lambda t: _choice(t, entry, words, found))
            return
        try:
            added = evidence.add_stored(work, person, entry, found[0].path, found[0].size)
        except UserError as error:
            said = Text(error.args[0])
            work.tell(person, key, lambda _: Reply(said, refused=True))
            return
        work.tell(person, key, lambda t: _kept(t, added))


def mark(words: str, asked: str) -> str:
    """Tells one question from another, and not a question from its repeat."""
    return hashlib.sha256(f"{asked} {words}".encode()).hexdigest()[:16]


def _found(storage: Storage, words: str, folders: Sequence[str], exact: bool) -> list[StoredFile]:
    if exact:
        there = storage.stat(words)
        return [there] if there is not None and not there.folder else []
    if "/" in words:
        return []
    found = {each.path: each for folder in folders for each in storage.find(words.split()[:10], folder, MOST_FOUND)}
    named = [each for each in found.values() if each.path.rpartition("/")[2].lower() == words.lower()]
    return named if len(named) == 1 else list(found.values())[:MOST_FOUND]


def _choice(t: Translate, entry: Entry, words: str, found: Sequence[StoredFile]) -> Reply:
    if not found:
        add = Button(t("Choose a file"), "logbook.evidence_add", str(entry.id), days=2)
        return Reply(none(t, words), buttons=(add,), refused=True)
    lines = [t("Which file belongs to “{activity}”?", activity=writing.short(entry.content))]
    lines += [fill("- {path}", path=each.path) for each in found]
    buttons = [Button(each.path.rpartition("/")[2][:40], "logbook.evidence_use", f"{entry.id} {each.path}") for each in found]
    return Reply(join("\n", lines), buttons=tuple(buttons))


def _kept(t: Translate, added: evidence.Added) -> Reply:
    name, activity = added.evidence.name, writing.short(added.entry.content)
    drop = Button(
        plain(t("Remove {name}", name=name))[:40], "logbook.evidence_drop", f"{added.entry.id} {added.evidence.id}", "danger"
    )
    said = t("Evidence of “{activity}” is kept: {names}.", activity=activity, names=name)
    return Reply(said, buttons=(drop,))


def _asked(work: Work, given: Mapping[str, Any]) -> tuple[Person | None, Entry | None]:
    return people.get(work.db, int(given["person"])), entries.get(work.db, int(given["entry"]))


def _storage(run: Run) -> Storage:
    if run.ports.storage is None:
        raise DeliveryError("no storage is connected")
    return run.ports.storage


# ---------------------------------------------------------------- sent to whoever may see it


def send(run: Run, given: Mapping[str, Any]) -> None:
    """Each file with its link, or itself; `see` has looked whether the person may have them."""
    with run.read() as work:
        person, entry = _asked(work, given)
        kept = evidence.of_entry(work.db, entry.id) if entry else []
        waiting, moved = evidence_gone.deliveries(work, kept)
        if person is None or entry is None or not _may_still(work, person, entry):
            return
    looked = []
    for each in kept:
        is_file = each.kind == "file"
        now = evidence_gone.look(_storage(run), evidence_gone.placed(each, moved), waiting) if is_file else Looked(each)
        looked.append(now)
    with run.begin() as work:
        evidence_gone.note(work, looked)
        looked = [replace(each, link=each.link if _opens(work, person, each) else "") for each in looked]
        key = f"logbook:evidence:send:{person.id}:{entry.id}:{given['asked']}"
        work.tell(person, key, lambda t: _sent(t, entry, looked))


def _opens(work: Work, person: Person, each: Looked) -> bool:
    """An address helps only those who may open the folder: a unit's `Logbook` is open to its leaders alone."""
    return each.there is not None and tree.opens(work.db, person, each.there.path)


def _may_still(work: Work, person: Person, entry: Entry) -> bool:
    """The storage may have been out of reach for hours: whoever has left or leads no more meanwhile gets nothing."""
    owner = people.get(work.db, entry.person_id)
    here = not people.has_left(person, work.now)
    return here and owner is not None and seeing.may_see(work, person, owner)


def _sent(t: Translate, entry: Entry, looked: Sequence[Looked]) -> Reply:
    shown = show_day(entry.day, t, "EEEE d MMM")
    lines = [t("**Evidence of “{activity}”**, {day}", activity=writing.short(entry.content), day=shown)]
    files = []
    for each in looked:
        name = each.evidence.name
        if each.evidence.kind == "link":
            lines.append(fill("- [{name}]({url})", name=name, url=evidence_links.tappable(each.evidence.url)))
        elif each.waiting:
            lines.append(t("- {name} — still on its way to the storage; please ask again in a minute.", name=name))
        elif each.there is None:
            lines.append(t("- {name} — not found in the storage any more; its author is told.", name=name))
        else:
            lines.append(_found_file(t, name, each, each.there))
            if each.there.size <= LARGEST_SENT:
                files.append(File(name, "application/octet-stream", path=each.there.path))
    return Reply(join("\n", lines), files=tuple(files[:MOST_FOUND]))


def _found_file(t: Translate, name: str, each: Looked, there: StoredFile) -> Text:
    """With its address for those who can open it there; the others get the file itself, as far as a chat takes it."""
    url = evidence_links.tappable(each.link)
    if url.startswith("http"):
        return fill("- [{name}]({url})", name=name, url=url)
    if there.size > LARGEST_SENT:
        how = t("too large for the chat ({size}); ask the leader of the unit, who can open it.", size=wording.size(there.size))
        return fill("- {name} — {how}", name=name, how=how)
    return fill("- {name}", name=name)


TASKS = {FIND: find, SEND: send, **evidence_removing.TASKS}
# What was changed gets into the index a few minutes later.
JOBS = (*evidence_gone.JOBS, Job("evidence_index", "*/5 * * * *", evidence_index.draw, catch_up_minutes=1440))
