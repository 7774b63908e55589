"""The address at which a meeting's folder is opened: what people are told of it now, or as soon as the storage tells it."""

from __future__ import annotations

from dataclasses import replace

import structlog

from integration.errors import DeliveryError
from integration.plugin import Run, Work
from plugins.rapat import events, facts
from plugins.rapat.facts import Facts
from plugins.rapat.meetings import Meeting

log = structlog.get_logger()

TASK = "rapat.folder"
_SECONDS = 10


def bring(run: Run, meeting: Meeting, told: Facts, folder: str) -> Facts:
    """What this version says, with the folder's address if the storage tells it now; else the task `rapat.folder` goes on
    asking, and the path says it too. Of a later date's folder nobody is told by itself. Never raises `DeliveryError`.
    """
    if run.ports.storage is None or not folder:
        return told
    try:
        address = found(run, folder)
    except DeliveryError as error:
        log.warning("folder_without_address", folder=folder, error=str(error))
        if not error.permanent and told.papers == "":
            _follow(run, meeting, folder)
        return told
    if not address or address == told.opens(folder):
        return told
    with run.read() as work:
        too_late = told.papers == "" and events.are_out(work.db, meeting)
    if too_late:  # begun again: those who were told, and the calendar, have to hear of it too
        _follow(run, meeting, folder)
        return told
    known = replace(told, folder=folder, papers=address)
    with run.begin() as work:
        facts.rewrite(work.db, meeting, known)
    return known


def found(run: Run, folder: str) -> str:
    """The address, of a folder that is made for that; "" where the storage has none. Raises `DeliveryError`."""
    storage = run.ports.storage
    if storage is None:
        return ""
    with storage.within(_SECONDS):
        storage.make_folder(folder)
        return storage.link_for_members(folder)


def made_late(work: Work, meeting: Meeting, folder: str) -> bool:
    """A new version for those who were told of a folder without its address; False if there is one already."""
    if not facts.next_version(work, meeting):
        return False
    work.audit("meeting.linked", f"meeting:{meeting.id}", after={"folder": folder, "version": meeting.version + 1})
    return True


def _follow(run: Run, meeting: Meeting, folder: str) -> None:
    """In a stream of its own: nobody waits for an invitation because the storage is down."""
    given = {"meeting": meeting.id, "version": meeting.version, "folder": folder}
    with run.begin() as work:
        work.later(TASK, f"meeting-folder:{meeting.id}", f"meeting:{meeting.id}:{meeting.version}:folder", given)
