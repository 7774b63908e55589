"""The drop folder: what people put into `Masuk/` of a coupled folder is announced in the channel, once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, select, update

from integration import people
from integration.db import insert_or_nothing
from integration.errors import DeliveryError
from integration.i18n import Translate
from integration.messages import Reply, Text, fill
from integration.plugin import Job, Run, Work
from integration.ports import StoredFile
from plugins.berkas import couplings, places, wording
from plugins.berkas.couplings import Coupling
from plugins.berkas.tables import coupled_channel, dropped_file, saved_file

# A file that has not changed for so long is whole.
SETTLED = timedelta(seconds=60)
NAMED = 8
# What programs leave while they write, and what they hide.
_UNFINISHED = re.compile(r"^(\.|~\$|~\.)|~$|\.(part|partial|filepart|crdownload|tmp|temp|download|swp|lock)$", re.IGNORECASE)


def announce(run: Run) -> None:
    """The job: one call for each coupled folder."""
    with run.begin() as work:
        found = couplings.every(work.db)
    for coupling in found:
        try:
            look(run, coupling)
        except DeliveryError:
            continue  # it is looked at again in two minutes


def look(run: Run, coupling: Coupling) -> None:
    """What has come since the last look; the first one only remembers what is there."""
    if run.ports.storage is None:
        return
    listed = run.ports.storage.list(f"{coupling.folder}/{places.DROPS}")
    files = _with_authors(run, coupling, [file for file in listed if _counts(file)])
    with run.begin() as work:
        now = couplings.get(work.db, coupling.id)
        if now is not None and now.state == "open":
            _note(work, now, files)


def _with_authors(run: Run, coupling: Coupling, files: Sequence[StoredFile]) -> list[StoredFile]:
    """Those that may be named now are asked for one by one; a storage lists without saying whose they are."""
    if coupling.looked_at is None:
        return list(files)
    c = dropped_file.c
    with run.begin() as work:
        announced = (c.coupling_id == coupling.id, c.announced_at.is_not(None))
        told = set(work.db.scalars(select(c.path_key).where(*announced)))
    new = [file.path for file in files if places.key(file.path) not in told]
    authors = {path: _author(run, path) for path in new[:NAMED]}
    return [replace(file, by=authors.get(file.path) or file.by) for file in files]


def _author(run: Run, path: str) -> str:
    try:
        return run.ports.storage.changed_by(path) if run.ports.storage else ""
    except DeliveryError:
        return ""  # it is told without a name


def _counts(file: StoredFile) -> bool:
    return not file.folder and file.size > 0 and not _UNFINISHED.search(wording.name_of(file.path))


def _note(work: Work, coupling: Coupling, files: Sequence[StoredFile]) -> None:
    rows = {row.path_key: row for row in work.db.execute(select(dropped_file).where(dropped_file.c.coupling_id == coupling.id))}
    keys = {places.key(file.path): file for file in files}
    first = coupling.looked_at is None
    gone = [row.id for key, row in rows.items() if key not in keys]
    if gone:
        work.db.execute(delete(dropped_file).where(dropped_file.c.id.in_(gone)))
    _add(work, coupling, {key: file for key, file in keys.items() if key not in rows}, known=first)
    whole = [file for key, file in keys.items() if not first and _whole(work, file, rows.get(key))]
    if first:
        work.db.execute(update(coupled_channel).where(coupled_channel.c.id == coupling.id).values(looked_at=work.now))
    if whole:
        _post(work, coupling, whole)


def _add(work: Work, coupling: Coupling, files: dict[str, StoredFile], *, known: bool) -> None:
    """What lay there when the channel was coupled is no news, and what Hadir put there neither."""
    if not files:
        return
    table = saved_file.c
    ours = set(work.db.scalars(select(table.path_key).where(table.path_key.in_(list(files)), table.state == "saved")))
    rows = [
        {
            "coupling_id": coupling.id,
            "path_key": key,
            "size": file.size,
            "version": file.version[:190],
            "seen_at": work.now,
            "announced_at": work.now if known or key in ours else None,
        }
        for key, file in files.items()
    ]
    work.db.execute(insert_or_nothing(work.db, dropped_file), rows)


def _whole(work: Work, file: StoredFile, row: Row[Any] | None) -> bool:
    """Not announced yet, and as it was when it was last looked at, or for a while."""
    settled = work.now - file.modified > SETTLED
    if row is None or row.announced_at is not None:
        return settled and row is None
    if settled or (row.size, row.version) == (file.size, file.version[:190]):
        return True
    values = {"size": file.size, "version": file.version[:190], "seen_at": work.now}
    work.db.execute(update(dropped_file).where(dropped_file.c.id == row.id).values(values))
    return False


def _post(work: Work, coupling: Coupling, files: Sequence[StoredFile]) -> None:
    """One message for all of them; whoever announces first takes them."""
    keys = [places.key(file.path) for file in files]
    c = dropped_file.c
    mine = (c.coupling_id == coupling.id, c.path_key.in_(keys), c.announced_at.is_(None))
    new = {row.path_key: row.id for row in work.db.execute(select(c.path_key, c.id).where(*mine))}
    if not new or work.db.execute(update(dropped_file).where(*mine).values(announced_at=work.now)).rowcount != len(new):
        return
    files = [file for file in files if places.key(file.path) in new]
    names = _owners(work, files)
    key = f"berkas:drop:{coupling.id}:{min(new.values())}:{work.now.isoformat()}"
    work.post(coupling.platform, coupling.channel, key, lambda t: _announcement(t, coupling, files, names))
    work.audit("berkas.announced", f"coupled_channel_drops:{coupling.id}", after={"files": [file.path for file in files]})


def _owners(work: Work, files: Sequence[StoredFile]) -> dict[str, str]:
    """Names of people by what the storage calls them."""
    wanted = {file.by for file in files if file.by}
    if not wanted:
        return {}
    account, person = people.account.c, people.person.c
    query = select(account.username, account.external_id, person.name).join_from(people.account, people.person)
    rows = work.db.execute(query.where(account.platform == "nextcloud", account.username.in_([who.lower() for who in wanted])))
    return {row.username: row.name for row in rows}


def _announcement(t: Translate, coupling: Coupling, files: Sequence[StoredFile], names: dict[str, str]) -> Reply:
    folder = Text(f"`{places.DROPS}/`")
    first = (
        t("New in {folder}:", folder=folder)
        if len(files) == 1
        else t("{count} new files in {folder}:", count=len(files), folder=folder)
    )
    lines = [first, *(_line(t, file, names) for file in files[:NAMED])]
    if len(files) > NAMED:
        lines.append(t("- and {count} more", count=len(files) - NAMED))
    button = wording.say(t("See them"), f"daftar {coupling.folder}/{places.DROPS}")
    return Reply(wording.listed(lines), buttons=(button,))


def _line(t: Translate, file: StoredFile, names: dict[str, str]) -> Text:
    name, size = wording.name_of(file.path), wording.size(file.size)
    who = names.get(file.by.lower(), "")
    if who:
        return t("- {file} — {size}, from {who}", file=name, size=size, who=who)
    return fill("- {name} — {size}", name=name, size=size)


JOBS = (Job("drops", "*/2 * * * *", announce, catch_up_minutes=2),)
