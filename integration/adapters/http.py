"""Calls to a web service, for the adapters that have no library: time-outs, a pool, repeats where they are safe, and errors
that say what happened and tell no secret: an address is named by its host alone, because the rest may hold a token.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from integration import __version__
from integration.errors import DeliveryError

CONNECT_SECONDS, READ_SECONDS = 3.0, 15.0
# How long one answer may take in all, however slowly it drips, and how large it may be.
ANSWER_SECONDS, ANSWER_BYTES = 30.0, 16 << 20
PERSON_WAITS_SECONDS = 2.0
TRIES = 3
LONGEST_PAUSE_SECONDS = 5.0
# Until setup has mended an address or a password nobody knocks again.
SETUP_SECONDS = 300.0
_PASSING = frozenset({502, 503, 504})
_REFUSED = frozenset({401, 403})
_PERMANENT = frozenset({400, 405, 409, 410, 413, 414, 415, 422, 501})
_PIECE_BYTES = 1 << 16


class HttpError(DeliveryError):
    """A service refused or did not answer: `status` is 0 without an answer; `body` is what it said, for the adapter alone,
    and `date` when, by its own clock.
    """

    def __init__(
        self, text: str, *, status: int = 0, permanent: bool = False, retry_after: float | None = None, unsent: bool = False
    ) -> None:
        super().__init__(text, permanent=permanent, retry_after=retry_after)
        self.status = status
        self.unsent = unsent
        self.body = b""
        self.date: datetime | None = None


class Http:
    """A service by its name for people; `settings` are those that its address and its credentials stand in."""

    def __init__(self, name: str, settings: str, *, read_seconds: float = READ_SECONDS) -> None:
        self.name = name
        self.settings = settings
        self._read_seconds = read_seconds
        self._session = session()
        self._limit = threading.local()

    def ask(
        self,
        method: str,
        url: str,
        *,
        again: bool = False,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        data: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> requests.Response:
        """The answer to one call, read whole. `again`: it may be repeated when its answer got lost. Raises `HttpError`."""
        request = {"params": params, "headers": headers, "json": json, "data": data, "auth": auth}
        for tried in range(1, TRIES + 1):
            try:
                return self._once(method, url, request)
            except HttpError as error:
                pause = _pause(error, tried, again=again)
                if pause is None or pause >= self._left():
                    raise
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def data(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        """The object that a call is answered with in JSON; raises `HttpError` also for anything else."""
        response = self.ask(method, url, **options)
        try:
            found = response.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise self.strange(response)
        return found

    @contextmanager
    def within(self, seconds: float = PERSON_WAITS_SECONDS) -> Iterator[None]:
        """Calls of this thread inside the block end within about `seconds`, because a person is waiting."""
        self._limit.until = time.monotonic() + seconds
        try:
            yield
        finally:
            del self._limit.until

    def close(self) -> None:
        """Give the pooled connections back."""
        self._session.close()

    def strange(self, response: requests.Response) -> HttpError:
        """For an answer that this service does not give: a proxy's page, another program."""
        kind = response.headers.get("Content-Type", "").partition(";")[0] or "no content type"
        text = f"{host(response.url)} answered with something that {self.name} does not say ({kind}): is {self.settings} right?"
        return HttpError(text, status=response.status_code, retry_after=60)

    # ------------------------------------------------------------ one call

    def _once(self, method: str, url: str, request: dict[str, Any]) -> requests.Response:
        left = max(self._left(), 0.05)
        timeout = (min(CONNECT_SECONDS, left), min(self._read_seconds, left))
        until = time.monotonic() + min(ANSWER_SECONDS, left)
        try:
            with self._session.request(method, url, timeout=timeout, allow_redirects=False, stream=True, **request) as response:
                self._read(response, until)
        except requests.exceptions.SSLError:
            raise HttpError(f"the certificate of {host(url)} is not trusted, or its name is another", retry_after=60) from None
        except requests.Timeout as error:
            unsent = isinstance(error, requests.exceptions.ConnectTimeout)
            # 408: whoever waited long enough does not wait again at once.
            raise HttpError(f"{self.name} at {host(url)} did not answer in time", status=408, unsent=unsent) from None
        except (requests.RequestException, ValueError) as error:
            unsent = "NewConnectionError" in str(error)
            text = f"{self.name} at {host(url)} cannot be reached ({type(error).__name__})"
            raise HttpError(text, unsent=unsent) from None
        if response.status_code >= 300:
            raise self._refusal(response)
        return response

    def _read(self, response: requests.Response, until: float) -> None:
        pieces, size = [], 0
        for piece in response.iter_content(_PIECE_BYTES):
            pieces.append(piece)
            size += len(piece)
            if size > ANSWER_BYTES:
                raise HttpError(f"{self.name} at {host(response.url)} answers with too much", permanent=True)
            if time.monotonic() > until:
                raise HttpError(f"{self.name} at {host(response.url)} did not answer in time", status=408)
        response._content = b"".join(pieces)  # as `response.content` keeps it, which sets no limits

    def _refusal(self, response: requests.Response) -> HttpError:
        error = self._refused(response)
        error.body, error.date = response.content, date_of(response)
        return error

    def _refused(self, response: requests.Response) -> HttpError:
        status, where = response.status_code, host(response.url)
        if status < 400:
            text = f"{where} redirects to {host(response.headers.get('Location', ''))}: is {self.settings} right?"
            return HttpError(text, status=status, retry_after=SETUP_SECONDS)
        wait = retry_after(response)
        if status in _REFUSED:
            text = f"{self.name} at {where} refuses the credentials ({status}): {self.settings}"
            return HttpError(text, status=status, retry_after=wait or SETUP_SECONDS)
        text = f"{self.name} at {where} answered {status}"
        return HttpError(text, status=status, permanent=status in _PERMANENT, retry_after=wait)

    def _left(self) -> float:
        return float(getattr(self._limit, "until", float("inf"))) - time.monotonic()


def session(pool: int = 8) -> requests.Session:
    """No cookies, no proxy of the environment and no .netrc, the administrator's own certificates, a pool."""
    made = requests.Session()
    made.trust_env = False
    made.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True
    made.headers["User-Agent"] = f"Hadir/{__version__}"
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_maxsize=pool)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    return made


def host(url: str) -> str:
    """Scheme and host of an address, without an account, path or query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else "another address"


def date_of(response: requests.Response) -> datetime | None:
    """When it was answered, by the service's own clock."""
    return _moment(response.headers.get("Date", ""))


def retry_after(response: requests.Response) -> float | None:
    """The seconds that a service wants us to wait; it says them as a number, or as a time beside its own."""
    said, now = response.headers.get("Retry-After", ""), date_of(response)
    if said.isascii() and said.isdigit():
        return float(said)
    then = _moment(said)
    return max((then - now).total_seconds(), 1.0) if then and now else None


def _moment(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
        except (TypeError, ValueError):
            continue
        return found if found.tzinfo else None
    return None


def _pause(error: HttpError, tried: int, *, again: bool) -> float | None:
    """Seconds to wait before the next try; None if there is none."""
    if tried >= TRIES or error.permanent:
        return None
    if error.status == 429:
        pause = error.retry_after or 1.0
        return pause if pause <= LONGEST_PAUSE_SECONDS else None
    if error.status in _PASSING and again:
        pause = error.retry_after or 0.3 * 3.0 ** (tried - 1)
        return pause if pause <= LONGEST_PAUSE_SECONDS else None
    lost = error.status == 0 and error.retry_after is None
    return 0.3 * 3.0 ** (tried - 1) if lost and (again or error.unsent) else None
