"""Delivers outbox rows of the kind "storage": a file into the office's storage, in the place of what Hadir put there before.

What people have changed by hand, or put there themselves, is never overwritten: then the new version goes beside it, and
whoever changed it is told, as are those for whom it is. A repeat finds its own content and changes nothing.

payload: `path` (safe names, `/`), `media_type`, optionally `tell` (ids of the people for whom it is); the bytes lie beside
the row (`outbox_content`).
result: `path` and `size` in bytes of what was put.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, or_, select

from integration import outbox_content, people, stored
from integration.core import Hadir
from integration.dates import show_day
from integration.errors import DeliveryError
from integration.i18n import Translate
from integration.messages import Reply, Text, plain
from integration.outbox import Delivered, Row
from integration.people import Person
from integration.plugin import Work
from integration.ports import Changed, Storage, StoredFile
from integration.safe_names import beside, names_in
from integration.scheduler import work

KIND = "storage"
# So many versions beside one another are put in the same minute only by somebody who plays.
_TRIES = 9


@dataclass(frozen=True, slots=True)
class _File:
    """What is to be put: `path` in the form in which storages keep it."""

    path: str
    content: bytes
    media_type: str

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def deliver(hadir: Hadir, row: Row) -> Mapping[str, Any]:
    """Put the file; raises `DeliveryError`."""
    storage, payload = _storage(hadir), row.payload
    path = "/".join(names_in(payload["path"]))
    with hadir.database.read() as db:
        file = _File(path, _content(db, row), payload["media_type"])
        expected = stored.expected(db, storage.name, path)
    theirs: StoredFile | None = None
    try:
        put = _in_its_place(storage, file, expected)
    except Changed as changed:
        theirs = changed.now
        put = _beside(hadir, storage, file, row)

    def record(db: Connection) -> None:
        here = work(hadir, db)
        kept = stored.remember(db, storage.name, put, hashlib.sha256(file.content).hexdigest(), here.now)
        if theirs:
            _tell(here, storage, file, put, theirs, row)
            after = {"path": file.path, "put": put.path, "changed_by": theirs.by}
            here.audit("storage.put_beside", f"stored_file:{kept}", after=after, reason="the file was changed by hand")

    return Delivered({"path": put.path, "size": put.size}, record)


def _content(db: Connection, row: Row) -> bytes:
    if "content" in row.payload:  # queued by an older version
        return base64.b64decode(row.payload["content"])
    (content,) = outbox_content.of(db, row.key, row.payload)
    return content


def _storage(hadir: Hadir) -> Storage:
    if hadir.ports.storage is None or hadir.ports.storage.name == "local":
        hadir.reconnect()
    if hadir.ports.storage is None:
        raise DeliveryError("no storage is connected", permanent=True)
    return hadir.ports.storage


# ---------------------------------------------------------------- where it goes


def _in_its_place(storage: Storage, file: _File, expected: str | None) -> StoredFile:
    """Raises `Changed` where somebody else's content is. What people have thrown away is put there again."""
    try:
        return storage.put(file.path, file.content, file.media_type, expected=expected)
    except Changed as changed:
        if changed.now is not None:
            raise
    return storage.put(file.path, file.content, file.media_type, expected="")


def _beside(hadir: Hadir, storage: Storage, file: _File, row: Row) -> StoredFile:
    """`rekap (versi Hadir 22 Nov 08.30).xlsx`: the moment is that of the row, so that a repeat means the same file."""
    t, moment = hadir.catalogues.speak(hadir.settings.locale), row.created_at.astimezone(ZoneInfo(hadir.settings.zone))
    said = plain(t("Hadir's version {moment}", moment=Text(f"{show_day(moment.date(), t, 'd MMM')} {moment:%H.%M}")))
    for number in range(1, _TRIES + 1):
        name = beside(file.name, said if number == 1 else f"{said}, {number}")
        path = f"{file.folder}/{name}" if file.folder else name
        try:
            return storage.put(path, file.content, file.media_type, expected="")
        except Changed:
            continue
    raise DeliveryError(f"{file.path} was changed by hand, and there is no free name beside it", permanent=True)


# ---------------------------------------------------------------- who is told


def _tell(here: Work, storage: Storage, file: _File, put: StoredFile, theirs: StoredFile, row: Row) -> None:
    """Once for each row; the administrators where nobody else is known."""
    editor = _owner(here.db, storage.name, theirs.by)
    readers = people.everyone(here.db, here.now.date(), row.payload.get("tell", ()))
    told = readers if readers or editor else people.with_role(here.db, "admin", here.now.date())
    for person in told:
        if editor is None or person.id != editor.id:
            here.tell(person, f"beside:{row.id}:{person.id}", lambda t: Reply(_changed(t, file, put, editor)))
    if editor is not None:
        here.tell(editor, f"beside:{row.id}:{editor.id}", lambda t: Reply(_yours(t, file, put)))


def _owner(db: Connection, platform: str, account: str) -> Person | None:
    """Whose account of the storage that is, if we know."""
    if not account:
        return None
    found = people.account.c
    mine = or_(found.external_id == account, (found.external_id.is_(None)) & (found.username == func.lower(account)))
    person_id = db.scalar(select(found.person_id).where(found.platform == platform, mine))
    return people.get(db, person_id) if person_id is not None else None


def _yours(t: Translate, file: _File, put: StoredFile) -> Text:
    return t(
        "Your changes in {file} are kept. Hadir has a newer version of that file: it lies beside it as {name}, in {folder}.",
        file=file.name,
        name=put.path.rpartition("/")[2],
        folder=file.folder,
    )


def _changed(t: Translate, file: _File, put: StoredFile, editor: Person | None) -> Text:
    return t(
        "{file} was changed by {who}, so it stays as it is. Hadir's new version lies beside it as {name}, in {folder}.",
        file=file.name,
        who=editor.name if editor else t("somebody"),
        name=put.path.rpartition("/")[2],
        folder=file.folder,
    )
