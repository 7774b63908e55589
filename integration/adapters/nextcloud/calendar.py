"""A calendar of the service account: Nextcloud itself brings its events into attendees' calendars and mails them.

What a real Nextcloud 32 does, and what follows for us:
- It mails inside the PUT, before it stores anything. A PUT whose answer was lost may still be at work: it is not repeated
  at once, and never before a look at what is there.
- It mails about a change only if LAST-MODIFIED (or SEQUENCE) differs too, also to tell somebody that they were removed.
- A mail that its SMTP server refused shows as SCHEDULE-STATUS=5.0 of that attendee; SCHEDULE-FORCE-SEND invites just them.
- Who throws an invitation away declines it, and has it in the bin of their calendar. An update would be put there anew, and
  fails (500) for everybody, after some of the mails went out. They are left alone from then on, as others who declined.
- A deleted event leaves its UID in the bin, and a new one with it fails after the mails went out. So nothing is deleted:
  an event that is called off stays with STATUS:CANCELLED, which tells everybody just as well.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

import icalendar

from integration.adapters.nextcloud.client import PERSON_WAITS_SECONDS, Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.calendars import busy_times, ics, reading, versions
from integration.calendars import dav as calendar_dav
from integration.ports import Answer, Event, Span

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

FOLDER, TITLE = "hadir", "Hadir"
# A PUT takes about 75 ms for each attendee, because it mails.
_PUT_SECONDS, _ATTENDEE_SECONDS = 60.0, 0.5
_SETTLE_SECONDS = 30.0
_TRIES = 3
_ASKED_AT_ONCE = 100
_CHANGED_MEANWHILE, _UID_ELSEWHERE, _IN_A_BIN = 412, 400, 500
# What its databases say when a calendar would hold two objects of one UID.
_SAME_UID = ("calobjects_by_uid_index", "UNIQUE constraint failed: oc_calendarobjects")
# The answer did not come, or not from Nextcloud: it may still be at work.
_UNCERTAIN = frozenset({0, 500, 502, 504})


@dataclass(frozen=True, slots=True)
class _Copy:
    """An event as it is there; `calendar` is None if nobody can read it, `etag` is "" if there is nothing."""

    address: str
    etag: str = ""
    calendar: icalendar.Calendar | None = None


class NextcloudCalendar:
    """Events in the calendar `folder` of the account, which is made when it is first written to. `clock` says when."""

    name = "nextcloud"
    schedules = True

    def __init__(self, client: Client, *, clock: Callable[[], datetime], folder: str = FOLDER) -> None:
        self._client = client
        self._clock = clock
        self._folder = folder
        self._home = f"/calendars/{client.user}"
        self._organizer = ""
        self._made = False

    def put(self, event: Event, *, resend: Collection[str] = ()) -> Sequence[str]:
        """Write the event; whom Nextcloud could not mail."""
        return self._write(event, cancelled=False, resend=resend)

    def cancel(self, event: Event) -> Sequence[str]:
        """Call it off, and leave it there as called off."""
        return self._write(event, cancelled=True)

    def busy(self, people: Iterable[str], span: Span) -> dict[str, list[Span]]:
        """What the calendars of all these people say, and nothing else of them."""
        asked = [address.lower() for address in people if ics.is_address(address)]
        found: dict[str, list[Span]] = {}
        for first in range(0, len(asked), _ASKED_AT_ONCE):
            some = asked[first : first + _ASKED_AT_ONCE]
            answer = self._client.call(partial(self._ask, people=some, span=span))
            found |= _read(partial(_busy, answer, span), self._client.url)
        return {address: found[address] for address in asked if address in found}

    def answers(self, uid: str) -> Sequence[Answer]:
        """As Nextcloud has written them into our own copy."""
        return reading.answers(self._client.call(lambda cloud: self._copy(cloud, self._address(uid))).calendar)

    @contextmanager
    def within(self, seconds: float = PERSON_WAITS_SECONDS) -> Iterator[None]:
        with self._client.within(seconds):
            yield

    # ------------------------------------------------------------ writing

    def _write(self, event: Event, *, cancelled: bool, resend: Collection[str] = ()) -> list[str]:
        seconds = _PUT_SECONDS + _ATTENDEE_SECONDS * len(event.attendees)
        style = ics.Style(now=self._clock(), cancelled=cancelled, resend=tuple(resend))
        copy = self._client.call(lambda cloud: self._written(cloud, event, style, seconds), seconds=seconds + 60)
        return reading.undelivered(copy.calendar, style.now)

    async def _written(self, cloud: Cloud, event: Event, wished: ics.Style, seconds: float) -> _Copy:
        """The copy that is there in the end. May run again after any error: it begins with a look."""
        organizer = await self._own_address(cloud)
        copy = await self._copy(cloud, self._address(event.uid))
        restored = not copy.etag and not wished.cancelled and await self._prepared(cloud, event.uid)
        for _ in range(_TRIES):
            if restored:
                copy = await self._elsewhere(cloud, event.uid) or copy
            failed = {*reading.undelivered(copy.calendar, wished.now)}
            # From the bin it comes back called off for everybody, although it does not look so.
            again = [a.email for a in event.attendees] if restored else [a for a in wished.resend if a in failed]
            style = replace(wished, organizer=organizer, known=copy.calendar, resend=again)
            body = versions.next_version(event, style)
            if body is None:
                return copy
            status = await self._put(cloud, copy, body, seconds)
            if status == _UID_ELSEWHERE:
                copy = await self._elsewhere(cloud, event.uid) or _refused(event)
            elif status == _IN_A_BIN:
                copy = await self._leaving_alone(cloud, event, copy, seconds)
            elif status == _CHANGED_MEANWHILE:
                copy = await self._copy(cloud, copy.address)
            else:
                return await self._copy(cloud, copy.address)
        raise NextcloudError(f"the event {event.uid!r} was changed by somebody else at every try")

    async def _leaving_alone(self, cloud: Cloud, event: Event, copy: _Copy, seconds: float) -> _Copy:
        """The copy in which Nextcloud is told to leave those alone who have declined: one of them threw it away."""
        body = versions.leaving_alone(copy.calendar)
        if body is None:
            text = f"somebody who is invited to {event.uid!r} has it in the bin of their calendar: they must empty that bin"
            raise NextcloudError(f"{text}, because Nextcloud cannot put it into their calendar otherwise", retry_after=3600)
        await self._put(cloud, copy, body, seconds)
        return await self._copy(cloud, copy.address)

    async def _put(self, cloud: Cloud, copy: _Copy, body: bytes, seconds: float) -> int:
        """201 or 204; 400 if the UID is elsewhere in the calendar, 412 if somebody wrote meanwhile, 500 if somebody who is
        invited has it in their bin.
        """
        condition = {"If-Match": copy.etag} if copy.etag else {"If-None-Match": "*"}
        headers = {"Content-Type": calendar_dav.CALENDAR_TYPE, **condition}
        try:
            response = await cloud.webdav("PUT", copy.address, data=body, headers=headers, timeout=(3.0, seconds))
        except Exception as error:
            return _status_of(error, cloud.host, seconds)
        if response.status_code not in (201, 204):
            raise _strange(cloud.host, response)
        return int(response.status_code)

    async def _prepared(self, cloud: Cloud, uid: str) -> bool:
        """There is a calendar for a new event; whether the event was in the bin, and is back."""
        if not self._made:
            await self._make(cloud)
            self._made = True
        thrown_away = await self._listed(cloud, f"{self._home}/trashbin/objects/", calendar_dav.with_uid(uid))
        for found in thrown_away:
            if _uid(found.content) == uid:
                name = unquote(urlsplit(found.href).path.rsplit("/", 1)[-1])
                root = urlsplit(self._client.url).path.rstrip("/")
                headers = {"Destination": quote(f"{root}/remote.php/dav{self._home}/trashbin/restore/file")}
                await cloud.webdav("MOVE", f"{self._home}/trashbin/objects/{name}", headers=headers)
                return True
        return False

    async def _make(self, cloud: Cloud) -> None:
        headers = {"Content-Type": calendar_dav.XML_TYPE}
        try:
            await cloud.webdav(
                "MKCALENDAR", f"{self._home}/{self._folder}/", data=calendar_dav.make_calendar(TITLE), headers=headers
            )
        except Exception as error:
            if _code(error) != 405:  # it is there already
                raise

    # ------------------------------------------------------------ reading

    async def _own_address(self, cloud: Cloud) -> str:
        """As whom we organise: Nextcloud sends nothing for an ORGANIZER who is somebody else."""
        if not self._organizer:
            headers = {"Depth": "0", "Content-Type": calendar_dav.XML_TYPE}
            address = f"/principals/users/{self._client.user}/"
            response = await cloud.webdav("PROPFIND", address, data=calendar_dav.own_addresses(), headers=headers)
            found = calendar_dav.addresses(response.text or "")
            if not found:
                raise NextcloudError(
                    f"the account {self._client.user} of Nextcloud has no e-mail address, and cannot invite: give it one",
                    retry_after=300,
                )
            self._organizer = found[0]
        return self._organizer

    async def _copy(self, cloud: Cloud, address: str) -> _Copy:
        try:
            response = await cloud.webdav("GET", address)
        except Exception as error:
            if _code(error) != 404 or not _said_by_nextcloud(error):
                raise
            return _Copy(address)
        if not str(response.headers.get("Content-Type", "")).startswith("text/calendar"):
            raise _strange(cloud.host, response)
        return _Copy(address, str(response.headers.get("ETag", "")), _readable(response.text or ""))

    async def _elsewhere(self, cloud: Cloud, uid: str) -> _Copy | None:
        """The event under another name than we would give it."""
        for found in await self._listed(cloud, f"{self._home}/{self._folder}/", calendar_dav.with_uid(uid)):
            if _uid(found.content) == uid:
                name = unquote(urlsplit(found.href).path.rsplit("/", 1)[-1])
                return _Copy(f"{self._home}/{self._folder}/{name}", found.etag, _readable(found.content))
        return None

    async def _listed(self, cloud: Cloud, address: str, question: bytes) -> list[calendar_dav.Found]:
        headers = {"Depth": "1", "Content-Type": calendar_dav.XML_TYPE}
        try:
            response = await cloud.webdav("REPORT", address, data=question, headers=headers)
        except Exception as error:
            if _code(error) in (404, 405, 501):  # a Nextcloud without a bin
                return []
            raise
        return calendar_dav.objects(response.text or "")

    async def _ask(self, cloud: Cloud, people: list[str], span: Span) -> str:
        organizer = await self._own_address(cloud)
        question = calendar_dav.ask_free_busy(organizer, people, span, "free-busy@hadir", self._clock())
        headers = {"Content-Type": calendar_dav.CALENDAR_TYPE}
        response = await cloud.webdav("POST", f"{self._home}/outbox/", data=question, headers=headers)
        return response.text or ""

    def _address(self, uid: str) -> str:
        return f"{self._home}/{self._folder}/{ics.file_name(uid)}"


# ---------------------------------------------------------------- what Nextcloud said


def _busy(answer: str, span: Span) -> dict[str, list[Span]]:
    answered = calendar_dav.free_busy_answers(answer)
    return {address: busy_times.free_busy(reading.parse(content), span) for address, content in answered}


def _read(read: Callable[[], dict[str, list[Span]]], url: str) -> dict[str, list[Span]]:
    try:
        return read()
    except ValueError as error:
        raise NextcloudError(f"{url} answered with something that Nextcloud does not say ({error})") from None


def _readable(content: str) -> icalendar.Calendar | None:
    try:
        return reading.parse(content)
    except ValueError:
        return None


def _uid(content: str) -> str:
    master = reading.whole(_readable(content))
    return str(master.get("UID", "")) if master is not None else ""


def _code(error: Exception) -> int:
    return int(getattr(error, "status_code", 0) or getattr(error, "status", 0) or 0)


def _said_by_nextcloud(error: Exception) -> bool:
    """A proxy in front of a Nextcloud that is down may say "not found" too."""
    return "<s:exception>" in (getattr(getattr(error, "response", None), "text", None) or "")


def _status_of(error: Exception, host: str, seconds: float) -> int:
    """What a PUT that failed means: a status that the caller can handle, or it is raised in our terms."""
    from integration.adapters.nextcloud.cloud import translated  # heavy; here it is loaded already

    code, said = _code(error), getattr(getattr(error, "response", None), "text", None) or ""
    if code == _CHANGED_MEANWHILE or (code == _UID_ELSEWHERE and "uid already exists" in said):
        return code
    if code == _IN_A_BIN and any(sign in said for sign in _SAME_UID):
        return code
    known = translated(error, host)
    if known.status not in _UNCERTAIN:
        raise known from None
    # Not `lost`: that would be repeated at once, while Nextcloud may still be mailing.
    pause = max(known.retry_after or 0, _SETTLE_SECONDS, seconds - _PUT_SECONDS)
    raise NextcloudError(f"{known}; whether the event has arrived is looked up before it is sent again", retry_after=pause)


def _refused(event: Event) -> _Copy:
    raise NextcloudError(f"Nextcloud has the UID {event.uid!r} already, and does not show where", permanent=True)


def _strange(host: str, response: Any) -> NextcloudError:
    kind = response.headers.get("Content-Type") or f"status {response.status_code}"
    return NextcloudError(f"{host} answered with something that Nextcloud does not say ({kind}); is the address right?")
