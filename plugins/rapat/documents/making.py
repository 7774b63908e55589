"""What the worker does for a meeting's papers: read its rows, draw outside of every transaction, and file.

A document is drawn between two transactions, for it takes a while; one that was filed under its key before stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from integration.documents import sign
from integration.documents.sign import Certificate, Mark, SigningError
from integration.plugin import Run, Work
from plugins.rapat import meetings
from plugins.rapat.documents import attendance_list, attendance_xlsx, gather, material, minutes_pdf
from plugins.rapat.documents import undangan as letter
from plugins.rapat.documents.folders import ATTENDANCE_PDF, ATTENDANCE_XLSX, MINUTES_PDF, PDF, UNDANGAN, XLSX, path
from plugins.rapat.documents.invitation import Undangan
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.minutes import versions

log = structlog.get_logger()


def undangan(run: Run, given: Mapping[str, Any]) -> None:
    """Draw the letter, sign it where the office has a certificate, and file it."""
    with run.read() as work:
        meeting, occurrence = _of(work, given)
        found = gather.undangan(work, meeting) if meeting else None
        if meeting is None or occurrence is None or found is None:
            return
        key = f"meeting:{meeting.id}:{material.state(work, meeting)}:undangan:{occurrence.id}"
    content, signed_by = signed_letter(found)
    with run.begin() as work:
        target = path(work, meeting, occurrence, UNDANGAN)
        if work.file(target, content, PDF, key, tell=(meeting.organizer_id,)) and signed_by:
            after = {"path": target, "signer": signed_by.name, "issuer": signed_by.issuer}
            work.audit("meeting.undangan_signed", f"meeting:{meeting.id}", after=after)


def _of(work: Work, given: Mapping[str, Any]) -> tuple[Meeting | None, Occurrence | None]:
    occurrence = meetings.occurrence(work.db, int(given["occurrence"]))
    return (meetings.get(work.db, occurrence.meeting_id) if occurrence else None), occurrence


def signed_letter(found: Undangan) -> tuple[bytes, Certificate | None]:
    """The letter, with the electronic signature that the settings give; without one it is signed by hand.

    One that cannot be made is logged: the invitation is better without it than not at all.
    """
    made, issue = letter.make(found), found.issue
    if issue.settings.signing_pkcs12 is None:
        return made.content, None
    try:
        certificate = sign.open_certificate(issue.settings, issue.now)
        place = sign.place_for(made.places, certificate)
        mark = Mark(place, issue.t, issue.zone) if place else None
        subject = letter.subject_of(issue.t, found.title)
        where = issue.settings.agency_place
        return sign.sign(made.content, certificate, issue.now, reason=subject, place=where, mark=mark), certificate
    except SigningError as error:
        log.warning("undangan_not_signed", error=str(error))
        return made.content, None


def attendance(run: Run, given: Mapping[str, Any]) -> None:
    with run.read() as work:
        meeting, occurrence = _of(work, given)
        if meeting is None or occurrence is None:
            return
        found = gather.attendance(work, meeting, occurrence)
    pdf, xlsx = attendance_list.make(found), attendance_xlsx.make(found)
    key = f"meeting:{meeting.id}:attendance:{occurrence.id}:{given['turn']}"
    tell = (meeting.organizer_id,)
    with run.begin() as work:
        work.file(path(work, meeting, occurrence, ATTENDANCE_PDF), pdf, PDF, f"{key}:pdf", tell=tell)
        work.file(path(work, meeting, occurrence, ATTENDANCE_XLSX), xlsx, XLSX, f"{key}:xlsx", tell=tell)


def minutes(run: Run, given: Mapping[str, Any]) -> None:
    """Of minutes that have a later published version by now, that one's own task is next."""
    with run.read() as work:
        meeting, occurrence = _of(work, given)
        version = versions.get(work.db, occurrence.id, int(given["version"])) if occurrence else None
        if meeting is None or occurrence is None or version is None:
            return
        found = gather.minutes(work, meeting, occurrence, version)
    content = minutes_pdf.make(found)
    with run.begin() as work:
        key = f"meeting:{meeting.id}:minutes:{occurrence.id}:{version.version}:pdf"
        work.file(path(work, meeting, occurrence, MINUTES_PDF), content, PDF, key, tell=(meeting.organizer_id,))
