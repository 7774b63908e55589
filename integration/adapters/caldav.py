"""A plain CalDAV server (Radicale, Baïkal, any other): events are kept there, and we mail the invitations ourselves.

Through `requests`, which is here already: the `caldav` package would bring an HTTP client, an XML parser and a tree of
objects for six calls whose addresses we know, and leaves time-outs, repeats and errors to us all the same. A server that
could schedule is told to leave that to us (SCHEDULE-AGENT=CLIENT), so that exactly one system mails.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import quote, urlsplit

import icalendar
import requests
from requests.auth import HTTPBasicAuth

from integration.adapters.http import session
from integration.calendars import busy_times, ics, reading, versions
from integration.calendars import dav as calendar_dav
from integration.errors import DeliveryError
from integration.ports import Answer, Event, Span

CONNECT_SECONDS, READ_SECONDS = 3.0, 15.0
TRIES = 3
_PAUSES = (0.3, 1.0)
_PASSING = frozenset({423, 429, 502, 503, 504})
# Refusals that a repeat cannot mend. A password or an address can be mended by setup, so what waits is kept waiting.
_PERMANENT = frozenset({400, 405, 410, 413, 414, 415, 422, 501})
_SETUP_SECONDS = 300.0


class CalDavError(DeliveryError):
    """The server refused or did not answer; `status` is 0 without an answer."""

    def __init__(self, text: str, *, status: int = 0, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(text, permanent=permanent, retry_after=retry_after)
        self.status = status


class CalDavCalendar:
    """The calendar at `url`, made if it is missing. `clock` says when, `organizer` (an address) who invites."""

    name = "caldav"
    schedules = False

    def __init__(self, url: str, user: str, password: str, *, clock: Callable[[], datetime], organizer: str = "") -> None:
        self._url = url.rstrip("/") + "/"
        self._session = _session(user, password)
        self._clock = clock
        self._organizer = organizer
        self._limit = threading.local()

    def put(self, event: Event, *, resend: Collection[str] = ()) -> Sequence[str]:
        """Write the event; who is invited is for us to mail."""
        return self._write(event, cancelled=False)

    def cancel(self, event: Event) -> Sequence[str]:
        """Call it off, and leave it there as called off."""
        return self._write(event, cancelled=True)

    def busy(self, people: Iterable[str], span: Span) -> dict[str, list[Span]]:
        """By our own events: the calendars of others are not ours to read."""
        response = self._ask("REPORT", "", calendar_dav.within(span), {"Depth": "1"}, missing=True)
        found = self._objects(response) if response is not None else []
        return busy_times.busy((found for found in map(_readable, found) if found), people, span)

    def answers(self, uid: str) -> Sequence[Answer]:
        """Those that stand in our copy."""
        return reading.answers(self._copy(quote(ics.file_name(uid)))[1])

    @contextmanager
    def within(self, seconds: float = 2.0) -> Iterator[None]:
        self._limit.until = time.monotonic() + seconds
        try:
            yield
        finally:
            del self._limit.until

    def close(self) -> None:
        """Give the pooled connections back."""
        self._session.close()

    # ------------------------------------------------------------ writing

    def _write(self, event: Event, *, cancelled: bool) -> list[str]:
        name = quote(ics.file_name(event.uid))
        for _ in range(TRIES):
            etag, known = self._copy(name)
            style = ics.Style(now=self._clock(), organizer=self._organizer, cancelled=cancelled, known=known, agent="CLIENT")
            body = versions.next_version(event, style)
            if body is None or self._put(name, body, etag):
                return []
            name = self._elsewhere(event.uid) or name
        raise CalDavError(f"{self._host}: the event {event.uid!r} was changed by somebody else at every try")

    def _put(self, name: str, body: bytes, etag: str) -> bool:
        """False if somebody wrote meanwhile, or the UID is there under another name."""
        headers = {"Content-Type": calendar_dav.CALENDAR_TYPE, **({"If-Match": etag} if etag else {"If-None-Match": "*"})}
        try:
            self._ask("PUT", name, body, headers)
        except CalDavError as error:
            if error.status in (404, 409) and not etag and self._make():
                self._ask("PUT", name, body, headers)
                return True
            if error.status in (412, 409) or (error.status == 400 and self._elsewhere(ics_uid(body))):
                return False
            raise
        return True

    def _make(self) -> bool:
        """Whether the calendar had to be made."""
        if self._ask("PROPFIND", "", b"", {"Depth": "0"}, missing=True) is not None:
            return False
        self._ask("MKCALENDAR", "", calendar_dav.make_calendar("Hadir"), {"Content-Type": calendar_dav.XML_TYPE})
        return True

    # ------------------------------------------------------------ reading

    def _copy(self, name: str) -> tuple[str, icalendar.Calendar | None]:
        """Its ETag ("" if there is nothing) and what it holds."""
        response = self._ask("GET", name, missing=True)
        if response is None:
            return "", None
        if not response.headers.get("Content-Type", "").startswith("text/calendar"):
            raise self._strange(response)
        return response.headers.get("ETag", "*"), _readable(response.content.decode("utf-8", "replace"))

    def _elsewhere(self, uid: str) -> str | None:
        """Under which name the server holds that UID."""
        headers = {"Depth": "1", "Content-Type": calendar_dav.XML_TYPE}
        response = self._ask("REPORT", "", calendar_dav.with_uid(uid), headers, missing=True)
        if response is None:
            return None
        for found in self._found(response):
            if ics_uid(found.content) == uid:
                return urlsplit(found.href).path.rsplit("/", 1)[-1]
        return None

    def _objects(self, response: requests.Response) -> list[str]:
        return [found.content for found in self._found(response)]

    def _found(self, response: requests.Response) -> list[calendar_dav.Found]:
        try:
            return calendar_dav.objects(response.content.decode("utf-8", "replace"))
        except ValueError:
            raise self._strange(response) from None

    # ------------------------------------------------------------ one call

    def _ask(
        self, method: str, name: str, body: bytes = b"", headers: dict[str, str] | None = None, *, missing: bool = False
    ) -> requests.Response | None:
        """One call, repeated where that helps; None for 404 if it may be `missing`. Every call may be repeated: a write
        names the version that it replaces.
        """
        for tried in range(1, TRIES + 1):
            try:
                return self._once(method, name, body, headers or {})
            except CalDavError as error:
                if error.status == 404 and missing:
                    return None
                pause = error.retry_after if error.status in _PASSING and error.retry_after else _PAUSES[min(tried - 1, 1)]
                passing = error.status in _PASSING or error.status == 0
                if not passing or error.permanent or tried == TRIES or pause > 5 or pause >= self._left():
                    raise
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _once(self, method: str, name: str, body: bytes, headers: dict[str, str]) -> requests.Response:
        left = max(self._left(), 0.05)
        seconds = (min(CONNECT_SECONDS, left), min(READ_SECONDS, left))
        try:
            response = self._session.request(
                method, self._url + name, data=body or None, headers=headers, timeout=seconds, allow_redirects=False
            )
        except requests.Timeout:
            # 408: whoever waited long enough does not wait again at once.
            raise CalDavError(f"the calendar server {self._host} did not answer in time", status=408) from None
        except requests.exceptions.SSLError:
            raise CalDavError(f"the certificate of {self._host} is not trusted, or its name is another", status=525) from None
        except requests.RequestException as error:
            raise CalDavError(f"the calendar server {self._host} cannot be reached ({type(error).__name__})") from None
        if response.status_code >= 300:
            raise self._refusal(response)
        return response

    def _refusal(self, response: requests.Response) -> CalDavError:
        status = response.status_code
        if status == 401:
            text = f"the calendar server {self._host} refuses the password (401): HADIR_CALDAV_USER, HADIR_CALDAV_PASSWORD"
            return CalDavError(text, status=401, retry_after=_SETUP_SECONDS)
        if status < 400:
            place = urlsplit(response.headers.get("Location", ""))
            where = f"{place.scheme}://{place.netloc}{place.path}" if place.netloc else place.path or "another address"
            return CalDavError(
                f"{self._host} redirects to {where}: use that in HADIR_CALDAV_URL", status=status, retry_after=300
            )
        said = response.headers.get("Retry-After", "")
        wait = float(said) if said.isascii() and said.isdigit() else None
        if status in (403, 404):
            wait = wait or _SETUP_SECONDS
        text = f"the calendar server {self._host} answered {status}"
        return CalDavError(text, status=status, permanent=status in _PERMANENT, retry_after=wait)

    def _strange(self, response: requests.Response) -> CalDavError:
        kind = response.headers.get("Content-Type") or f"status {response.status_code}"
        return CalDavError(f"{self._host} answered with something that no calendar server says ({kind})", retry_after=60)

    def _left(self) -> float:
        return float(getattr(self._limit, "until", float("inf"))) - time.monotonic()

    @property
    def _host(self) -> str:
        parts = urlsplit(self._url)
        return parts.netloc.rpartition("@")[2]


def _session(user: str, password: str) -> requests.Session:
    made = session()
    made.auth = HTTPBasicAuth(user.encode(), password.encode())  # as text it would be Latin-1
    return made


def _readable(content: str) -> icalendar.Calendar | None:
    try:
        return reading.parse(content)
    except ValueError:
        return None


def ics_uid(content: str | bytes) -> str:
    """The UID of an object, "" for one that nobody can read."""
    try:
        master = reading.whole(reading.parse(content))
    except ValueError:
        return ""
    return str(master.get("UID", "")) if master is not None else ""
