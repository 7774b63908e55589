"""Evidence of an entry: files in the office's storage and links. What is said about it to people is `evidence_commands`'.

Files that people send lie in `Hadir/<unit>/Logbook/<year>/<MM>/Bukti/<person>/`; a file that lies elsewhere already stays
there. Evidence of an approved entry is frozen with it: whoever changes it makes a revision, which has it all at first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from integration import tree
from integration.errors import UserError
from integration.form_values import one_line
from integration.messages import File, Text, clean
from integration.people import Person
from integration.safe_names import free_name, safe_name
from integration.work import Work
from plugins.logbook import entries, locking, turns
from plugins.logbook.entries import LIVE, Entry, get, month_of
from plugins.logbook.evidence import links as evidence_links
from plugins.logbook.evidence import rounds
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.tables import logbook_evidence as _evidence

MOST, LONGEST_NAME = 20, 200
FOLDER, INDEX = "Bukti", "Bukti.md"
# Of a long activity so much is in a file's name: a path must fit on everybody's computer.
_LONGEST_ACTIVITY = 60
_IDS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row of `logbook_evidence`, whose comment says what its columns mean; `size` in bytes, 0 where nobody knows."""

    id: int
    entry_id: int
    kind: str
    name: str
    path: str
    url: str
    checksum: str
    size: int
    added_at: datetime
    gone_at: datetime | None

    @property
    def same(self) -> tuple[str, ...]:
        """Equal for what is one and the same evidence."""
        return (self.url,) if self.kind == "link" else (self.path,)


COLUMNS = tuple(_evidence.c[field.name] for field in fields(Evidence))


def query() -> Select[Any]:
    """Every column of `Evidence` that stands; add a WHERE and pass it to `fetch`."""
    return select(*COLUMNS).where(_evidence.c.removed_at.is_(None))


def fetch(db: Connection, wanted: Select[Any]) -> list[Evidence]:
    return [Evidence(*row) for row in db.execute(wanted)]


# ---------------------------------------------------------------- reading


def of_entries(db: Connection, ids: Collection[int]) -> dict[int, list[Evidence]]:
    """{entry id: its evidence in the order in which it came}, without entries that have none.

    One statement for up to 5,000 entries; one more where there are revisions of which no evidence was said anything yet.
    """
    wanted = list(ids)
    found: dict[int, list[Evidence]] = {}
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        found |= _some(db, wanted[start : start + _IDS_AT_ONCE])
    return found


def of_entry(db: Connection, entry_id: int) -> list[Evidence]:
    return of_entries(db, [entry_id]).get(entry_id, [])


def _some(db: Connection, ids: Sequence[int]) -> dict[int, list[Evidence]]:
    rows = _with_entries(db, ids)
    known = {row.entry for row in rows if row.id is not None}
    inherited = {row.entry: row.revises_id for row in rows if row.entry not in known and row.revises_id is not None}
    found: dict[int, list[Evidence]] = {}
    for row in rows:
        if row.id is not None and row.removed_at is None:
            found.setdefault(row.entry, []).append(Evidence(*row[: len(COLUMNS)]))
    if inherited:
        earlier = _some(db, sorted(set(inherited.values())))
        found |= {id: earlier[before] for id, before in inherited.items() if before in earlier}
    return found


def _with_entries(db: Connection, ids: Sequence[int]) -> list[Row[Any]]:
    """Every entry with each row of its evidence, the ones taken away too."""
    joined = _entry.outerjoin(_evidence, _evidence.c.entry_id == _entry.c.id)
    wanted = select(*COLUMNS, _evidence.c.removed_at, _entry.c.id.label("entry"), _entry.c.revises_id).select_from(joined)
    return list(db.execute(wanted.where(_entry.c.id.in_(ids)).order_by(_entry.c.id, _evidence.c.id)))


# ---------------------------------------------------------------- whether it may be changed


def check(work: Work, person: Person, entry: Entry) -> None:
    """Raises `UserError` where `open_entry` would."""
    t = work.speak(person)
    if entry.person_id != person.id:
        raise UserError(t("This entry is somebody else's. Only its author can change the evidence."))
    if entry.state not in LIVE:
        raise UserError(t("This entry does not stand any more. Your day as it is now: {command}", command=Text("`/logbook`")))
    locking.refuse(work, person, entry.day)


def open_entry(work: Work, person: Person, entry: Entry) -> Entry:
    """The entry whose evidence is to be changed: itself, or the revision of an approved one, made now if there is none.

    Raises `UserError`: somebody else's, thrown away, replaced, or of a month that is closed.
    """
    # First the person, then the entry, as `writing` does: otherwise two clicks could wait for one another.
    turns.in_turn(work, person)
    # Whoever changes an entry's evidence waits for who does so just now.
    work.db.execute(select(_entry.c.id).where(_entry.c.id == entry.id).with_for_update())
    entry = get(work.db, entry.id) or entry
    check(work, person, entry)
    if entry.state == "approved":
        entry = _revision(work, entry)
    _settle(work, entry)
    return entry


def _revision(work: Work, entry: Entry) -> Entry:
    from plugins.logbook import writing  # it may hand evidence on, and so know this module

    return entries.revision_of(work, entry.id) or writing.change(work, entry, entry.content)


def _waiting(work: Work, entry: Entry) -> Entry | None:
    """The revision of an approved entry that is not approved yet."""
    return entries.revision_of(work, entry.id)


def _settle(work: Work, entry: Entry) -> None:
    """From now on a revision has evidence of its own: first of all that of what it revises."""
    own = work.db.scalar(select(_evidence.c.id).where(_evidence.c.entry_id == entry.id).limit(1))
    if own is None and entry.revises_id is not None:
        carry_over(work, entry.revises_id, entry.id)


def carry_over(work: Work, from_id: int, to_id: int) -> None:
    """Give an entry the evidence of another one, as it stands; the files themselves are not copied."""
    found = of_entry(work.db, from_id)
    kept = ("kind", "name", "path", "url", "checksum", "size", "added_at", "gone_at")
    rows = [{"entry_id": to_id, **{name: getattr(each, name) for name in kept}} for each in found]
    if rows:
        work.db.execute(insert(_evidence), rows)


# ---------------------------------------------------------------- adding


@dataclass(frozen=True, slots=True)
class Added:
    """`fresh` is False for what was there already."""

    entry: Entry
    evidence: Evidence
    fresh: bool


def add_link(work: Work, person: Person, entry: Entry, url: str, name: str = "") -> Added:
    """`url` as people paste it, with or without `https://`. Raises `UserError`."""
    address = evidence_links.web_address(work, person, url)
    if known := _there(work, person, entry, lambda each: each.url == address):
        return known
    entry = open_entry(work, person, entry)
    shown = one_line(clean(name))[:LONGEST_NAME] or evidence_links.name_of(address)[:LONGEST_NAME]
    return _add(work, person, entry, {"kind": "link", "name": shown, "url": address})


def add_file(work: Work, person: Person, entry: Entry, file: File) -> Added:
    """Keep and file what `uploads.document` or `uploads.receive` took. The same content is kept once in a month."""
    checksum = hashlib.sha256(file.content).hexdigest()
    if known := _there(work, person, entry, lambda each: each.checksum == checksum):
        return known
    entry = open_entry(work, person, entry)
    if known := _there(work, person, entry, lambda each: each.checksum == checksum):
        return known  # sent twice at once
    for each in of_entry(work.db, entry.id):
        if each.gone_at is not None and (each.checksum == checksum or each.name == file.name):
            set_removed(work, entry, each, "logbook.evidence_replaced", work.now)
    values = {"kind": "file", "name": file.name[:LONGEST_NAME], "checksum": checksum, "size": len(file.content)}
    filed = _of_month(work, entry, checksum)
    added = _add(work, person, entry, values | {"path": filed or _new_path(work, person, entry, file)})
    if not filed:
        key = f"logbook:evidence:{added.evidence.id}"
        work.file(added.evidence.path, file.content, file.media_type, key, tell=(person.id,))
    return added


def _there(work: Work, person: Person, entry: Entry, is_it: Callable[[Evidence], bool]) -> Added | None:
    """What the entry has already, so that nothing is revised for it. Raises `UserError` as `open_entry`."""
    check(work, person, entry)
    now_open = (entry.state == "approved" and _waiting(work, entry)) or entry
    known = next((each for each in of_entry(work.db, now_open.id) if is_it(each) and each.gone_at is None), None)
    return Added(now_open, known, fresh=False) if known else None


def add_stored(work: Work, person: Person, entry: Entry, path: str, size: int = 0) -> Added:
    """A file that lies in the office's storage already; whoever calls has seen that the person may use it."""
    if known := _there(work, person, entry, lambda each: each.path == path):
        return known
    entry = open_entry(work, person, entry)
    return _add(work, person, entry, {"kind": "file", "name": _name_of(path), "path": path, "size": size})


def add_known(work: Work, entry: Entry, paths: Iterable[str]) -> None:
    """Files that belong to the activity from which the entry was drafted (`Activity.files`); nobody is asked."""
    for path in list(dict.fromkeys(paths))[:MOST]:
        if len(path) <= _evidence.c.path.type.length:  # type: ignore[attr-defined]  # it is a String
            _add(work, None, entry, {"kind": "file", "name": _name_of(path), "path": path})


def _add(work: Work, person: Person | None, entry: Entry, values: dict[str, Any]) -> Added:
    """Raises `UserError` to the person, if one is waiting for it, where there is too much."""
    mine = of_entry(work.db, entry.id)
    same = (values["url"],) if values["kind"] == "link" else (values["path"],)
    known = next((each for each in mine if each.same == same and each.gone_at is None), None)
    if known is not None:
        return Added(entry, known, fresh=False)
    if person is not None and len(mine) >= MOST:
        t = work.speak(person)
        raise UserError(t("An entry has at most {most} pieces of evidence. Put them together in one PDF or folder.", most=MOST))
    row = {"path": "", "url": "", "checksum": "", "size": 0, "entry_id": entry.id, "added_at": work.now} | values
    id = work.db.execute(insert(_evidence).values(row).returning(_evidence.c.id)).scalar_one()
    entry = rounds.another(work, entry.id)
    after = {"evidence": id, "kind": row["kind"], "size": row["size"]}
    work.audit("logbook.evidence_added", f"logbook_entry:{entry.id}", after=after)
    (evidence,) = fetch(work.db, query().where(_evidence.c.id == id))
    return Added(entry, evidence, fresh=True)


def _of_month(work: Work, entry: Entry, checksum: str) -> str:
    """Where the person has filed the same content in that month, "" if nowhere."""
    mine = _entry.c.person_id == entry.person_id, _entry.c.day.between(*month_of(entry.day))
    wanted = query().join_from(_evidence, _entry).where(*mine, _evidence.c.checksum == checksum, _evidence.c.gone_at.is_(None))
    found = fetch(work.db, wanted.order_by(_evidence.c.id).limit(1))
    return found[0].path if found else ""


def person_folder(work: Work, person: Person, entry: Entry) -> str:
    """`Hadir/Bidang Aplikasi/Logbook/2026/11/Bukti/Siti Rahayu 198501012010010003`"""
    base = tree.folder(work.db, entry.unit_id, "Logbook", entry.day.year, work.now)
    return f"{base}/{entry.day:%m}/{FOLDER}/{safe_name(f'{person.name} {person.nip}')}"


def _new_path(work: Work, person: Person, entry: Entry, file: File) -> str:
    folder = person_folder(work, person, entry)
    what = one_line(clean(entry.content.activity))[:_LONGEST_ACTIVITY].strip()
    mine = _entry.c.person_id == person.id, _entry.c.day.between(*month_of(entry.day))
    paths = work.db.scalars(select(_evidence.c.path).join_from(_evidence, _entry).where(*mine, _evidence.c.kind == "file"))
    taken = {_name_of(path) for path in paths if path.startswith(f"{folder}/")}
    return f"{folder}/{free_name(safe_name(f'{entry.day.isoformat()} {what} – {file.name}'), taken)}"


def _name_of(path: str) -> str:
    return path.rpartition("/")[2][:LONGEST_NAME]


def set_removed(work: Work, entry: Entry, evidence: Evidence, action: str, removed_at: datetime | None) -> None:
    """Take it away at that moment, or with None put it back; with its audit row."""
    work.db.execute(update(_evidence).where(_evidence.c.id == evidence.id).values(removed_at=removed_at))
    rounds.another(work, entry.id)
    work.audit(action, f"logbook_entry:{entry.id}", after={"evidence": evidence.id, "kind": evidence.kind})
