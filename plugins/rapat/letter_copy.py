"""The button *Undangan (PDF)*: the letter as it lies in the meeting's folder, by direct message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integration import people
from integration.errors import DeliveryError, Refused, UserError
from integration.i18n import Translate
from integration.messages import Button, ButtonPress, File, Reply
from integration.plugin import Context, Handler, Run
from integration.ports import StoredFile
from integration.workdays import local_day, works_here
from plugins.rapat import filing, meetings, which
from plugins.rapat.meetings import Meeting
from plugins.rapat.wording import bold

ACTION, TASK = "rapat.letter", "rapat.letter"


def button(t: Translate, meeting: Meeting, days: float) -> Button:
    return Button(t("Invitation (PDF)"), ACTION, str(meeting.id), days=days)


def ask(context: Context, pressed: ButtonPress) -> Reply:
    """For whoever is invited; the worker fetches it. Pressed again within a minute, it comes once."""
    meeting = meetings.get(context.db, meetings.id_of(pressed.value))
    if meeting is None:
        raise Refused("no such meeting")
    if not which.may_see(context, meeting):
        raise UserError(context.t("You are not invited to this meeting any more. Please ask its organiser."))
    key = f"meeting:{meeting.id}:{meeting.version}:letter:{context.person.id}:{context.now:%Y%m%dT%H%M}"
    given = {"meeting": meeting.id, "person": context.person.id, "key": f"{key}:sent"}
    context.later(TASK, f"letter:{context.person.id}", key, given)
    return Reply(context.t("The letter comes to you in a direct message in a moment."))


def send(run: Run, given: Mapping[str, Any]) -> None:
    """The task: send it if it lies there, else say why not. Raises `DeliveryError` while the storage does not answer."""
    with run.begin() as work:
        meeting = meetings.get(work.db, int(given["meeting"]))
        date = meetings.next_one(work.db, meeting.id, work.now) if meeting else None
        path = filing.path(work, meeting, date, filing.UNDANGAN) if meeting and date else ""
    if meeting is None:
        return
    there = _stat(run, path) if path else None
    with run.begin() as work:
        person = people.get(work.db, int(given["person"]))
        if person is None or not works_here(person, local_day(work.now, person)):
            return
        work.tell(person, str(given["key"]), lambda t: _reply(t, meeting, path if there else ""))


def _reply(t: Translate, meeting: Meeting, path: str) -> Reply:
    if not path:
        text = t("There is no letter for {title} in its folder (yet). Please try again in a minute.", title=bold(meeting.title))
        return Reply(text, refused=True)
    return Reply(bold(meeting.title), files=(File(filing.UNDANGAN, "application/pdf", path=path),))


def _stat(run: Run, path: str) -> StoredFile | None:
    if run.ports.storage is None:
        raise DeliveryError("no storage is connected")
    try:
        return run.ports.storage.stat(path)
    except DeliveryError as error:
        if not error.permanent:
            raise
        return None


BUTTONS: dict[str, Handler] = {"letter": ask}
TASKS = {"letter": send}
