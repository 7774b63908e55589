"""The folder of a date, opened to those invited: everybody reads it, who leads the meeting may change what lies in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import func, select

from integration import people
from integration.errors import DeliveryError
from integration.i18n import Translate
from integration.messages import Reply, Text
from integration.people import Person
from integration.plugin import Run, Worded, Work
from integration.ports import Storage
from plugins.rapat import meetings, organizers
from plugins.rapat.documents import folders
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.tables import meeting_invitee as _invitee

log = structlog.get_logger()

# A cloud takes new rights slowly (Nextcloud twenty in ten minutes). Of more accounts those come first who lead and who were
# invited by name; the rest gets none, of which the organiser is told: documents reach everybody by message, too.
MOST_ACCOUNTS = 300


def state(work: Work, meeting: Meeting) -> str:
    """The same as long as neither the meeting nor those invited to it have changed."""
    active = func.sum(_invitee.c.removed_at.is_(None).cast(_invitee.c.id.type))
    row = work.db.execute(select(func.max(_invitee.c.id), active).where(_invitee.c.meeting_id == meeting.id)).one()
    return f"{meeting.version}.{row[0] or 0}.{row[1] or 0}"


def opening(work: Work, meeting: Meeting, occurrence: Occurrence, state: str) -> Worded:
    """The row that opens it to those who are invited in that `state`."""
    key = f"meeting:{meeting.id}:{state}:open:{occurrence.id}"
    return work.task("rapat.open_folder", f"folder:{occurrence.id}", key, {"occurrence": occurrence.id})


def open_folder(run: Run, given: Mapping[str, Any]) -> None:
    """Make the folder, and give the rights of whoever is invited now; who is not any more loses them."""
    storage = run.ports.storage
    if storage is None:
        return
    with run.read() as work:
        occurrence = meetings.occurrence(work.db, int(given["occurrence"]))
        meeting = meetings.get(work.db, occurrence.meeting_id) if occurrence else None
        if meeting is None or occurrence is None or meeting.state != "planned":
            return
        path = occurrence.folder
        accounts, leaders, all_of_them = _accounts(work, meeting, storage)
    if not path:
        with run.begin() as work:
            path = folders.folder(work, meeting, occurrence)
    storage.make_folder(f"{path}/{folders.MATERIAL}")
    try:
        storage.grant(path, accounts, edit=leaders)
    except DeliveryError as error:
        if not error.permanent:
            raise
        log.warning("folder_not_open_to_all", folder=path, error=str(error))
    with run.begin() as work:
        work.audit("meeting.folder_opened", f"meeting:{meeting.id}", after={"folder": path, "accounts": len(accounts)})
        if len(accounts) < all_of_them:
            _tell(work, meeting, occurrence, path, len(accounts), all_of_them)


def _accounts(work: Work, meeting: Meeting, storage: Storage) -> tuple[list[str], list[str], int]:
    """Accounts on the storage that get a right, who leads among them, and how many would have one. Nobody who has left."""
    invited = meetings.invitees(work.db, meeting.id)
    by_name = {each.person_id for each in invited if each.person_id is not None and not each.via}
    leader = organizers.of(work, meeting)
    leading = {id for id in (meeting.organizer_id, meeting.secretary_id, leader.id if leader else None) if id is not None}
    ids = {each.person_id for each in invited if each.person_id is not None} | leading
    working = people.everyone(work.db, work.now.astimezone(meeting.tz).date(), sorted(ids))
    ordered = sorted(working, key=lambda person: (person.id not in leading, person.id not in by_name, person.id))
    known = _known(work, storage, ordered)
    accounts = [known[person.id] for person in ordered if person.id in known]
    leaders = [known[person.id] for person in ordered if person.id in known and person.id in leading]
    return accounts[:MOST_ACCOUNTS], leaders, len(accounts)


def _known(work: Work, storage: Storage, found: Sequence[Person]) -> dict[int, str]:
    accounts = people.accounts(work.db, [person.id for person in found])
    return {
        person_id: account.external_id or account.username
        for person_id, each in accounts.items()
        for account in each
        if account.platform == storage.name
    }


def _tell(work: Work, meeting: Meeting, occurrence: Occurrence, path: str, count: int, total: int) -> None:
    """Once for a date: the organiser would else think that everybody can look into it."""
    organizer = organizers.of(work, meeting)
    if organizer is not None:
        work.tell(organizer, f"meeting:{meeting.id}:folder-full:{occurrence.id}", lambda t: Reply(_full(t, path, count, total)))


def _full(t: Translate, path: str, count: int, total: int) -> Text:
    return t(
        "Meeting folder {folder}: {count} of {total} invited can open it, because a drive takes no more rights at a time. "
        "The others get the documents as files.",
        folder=path,
        count=count,
        total=total,
    )


TASKS = {"open_folder": open_folder}
