"""mattermostdriver with what it lacks: time-outs, a pool, repeats where they are safe, errors that say what happened."""

from __future__ import annotations

import codecs
import json
import os
import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import mattermostdriver.client
import requests
from mattermostdriver import Driver
from requests.adapters import HTTPAdapter

from integration.adapters.mattermost.errors import MattermostError, decoded, host, refusal, unsent, why

CONNECT_SECONDS, READ_SECONDS = 3.0, 15.0
PERSON_WAITS_SECONDS = 2.0
TRIES = 3
LONGEST_PAUSE_SECONDS = 5.0
# Of a file: how much is read at once, and how slowly one may come after the first minute.
PIECE_BYTES, PATIENCE_SECONDS, SLOWEST_BYTES_A_SECOND = 1 << 18, 60.0, 16 << 10
# Before an object of an array.
_BETWEEN = re.compile(r"[\s,]*(?=\{)")
_TRANSIENT = frozenset({502, 503, 504})
# POSTs that change nothing, or nothing more when they come twice (a post carries its pending_post_id).
_REPEATABLE_POSTS = frozenset({"/posts", "/channels/direct", "/users/usernames", "/users/ids"})


class Client(mattermostdriver.client.Client):  # type: ignore[misc]  # the driver ships no types
    """The driver's client on a session of our own; every endpoint of the driver goes through `make_request`."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(options)
        self._session = _session()
        self._limit = threading.local()

    def close(self) -> None:
        """Give the pooled connections back."""
        self._session.close()

    @contextmanager
    def within(self, seconds: float = PERSON_WAITS_SECONDS) -> Iterator[None]:
        """Calls of this thread inside the block end within about `seconds`, because a person is waiting."""
        self._limit.until = time.monotonic() + seconds
        try:
            yield
        finally:
            del self._limit.until

    def make_request(
        self,
        method: str,
        endpoint: str,
        options: Any = None,
        params: Mapping[str, Any] | None = None,
        data: Any = None,
        files: Any = None,
        basepath: str | None = None,
    ) -> requests.Response:
        """One call to the API, repeated where that is safe; `options` is the JSON body. Raises `MattermostError`."""
        method = method.upper()
        base = self.url if basepath is None else self.url.removesuffix(self._basepath) + basepath
        body: dict[str, Any] = {"params": params, "data": data, "files": files}
        if options is not None and method not in ("GET", "DELETE") and not files:
            body["json"] = options
        for tried in range(1, TRIES + 1):
            try:
                return self._once(method, base + endpoint, body)
            except MattermostError as error:
                pause = _pause(error, tried, repeatable=method != "POST" or endpoint in _REPEATABLE_POSTS)
                if pause is None or pause >= self._left():
                    raise
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def stream(self, endpoint: str, size: int) -> Iterator[bytes]:
        """The body of a GET in pieces, `size` bytes of it and no more; only its beginning is repeated.

        Raises `MattermostError` also for a body that breaks off, or drips.
        """
        response = self._opened(endpoint)
        began, passed = time.monotonic(), 0
        try:
            for piece in response.iter_content(PIECE_BYTES):
                passed += len(piece)
                seconds = time.monotonic() - began
                if passed > size:
                    raise MattermostError(
                        f"{host(response.url)} sends more than the {size} bytes that it named", permanent=True
                    )
                if seconds > PATIENCE_SECONDS and passed < seconds * SLOWEST_BYTES_A_SECOND:
                    raise MattermostError(f"{host(response.url)} sends too slowly ({passed} bytes in {seconds:.0f} s)")
                yield piece
        except requests.RequestException as error:
            raise MattermostError(why(response.url, error)) from None
        finally:
            response.close()
        if passed < size:
            raise MattermostError(f"{host(response.url)} broke off in the middle of its answer")

    def _opened(self, endpoint: str) -> requests.Response:
        for tried in range(1, TRIES + 1):
            try:
                return self._answered("GET", self.url + endpoint, {})
            except MattermostError as error:
                pause = _pause(error, tried, repeatable=True)
                if pause is None or pause >= self._left():
                    raise
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def objects(self, endpoint: str) -> Iterator[dict[str, Any]]:
        """The objects of a JSON array one by one, however long it is. Raises `MattermostError` also if it breaks off."""
        response = self._opened(endpoint)
        try:
            yield from json_objects(response.iter_content(PIECE_BYTES))
        except requests.RequestException as error:
            raise MattermostError(why(response.url, error)) from None
        except ValueError:
            text = f"{host(response.url)} did not answer with a list in JSON; is the address right?"
            raise MattermostError(text, status=response.status_code) from None
        finally:
            response.close()

    def get(self, endpoint: str, options: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        return decoded(self.make_request("GET", endpoint, options=options, params=params))

    def post(self, endpoint: str, options: Any = None, params: Any = None, data: Any = None, files: Any = None) -> Any:
        return decoded(self.make_request("POST", endpoint, options=options, params=params, data=data, files=files))

    def put(self, endpoint: str, options: Any = None, params: Any = None, data: Any = None) -> Any:
        return decoded(self.make_request("PUT", endpoint, options=options, params=params, data=data))

    def delete(self, endpoint: str, options: Any = None, params: Any = None, data: Any = None) -> Any:
        return decoded(self.make_request("DELETE", endpoint, options=options, params=params, data=data))

    def _left(self) -> float:
        """Seconds until a waiting person's patience ends; no limit for others."""
        until = getattr(self._limit, "until", None)
        return float("inf") if until is None else max(until - time.monotonic(), 0.05)

    def _once(self, method: str, url: str, body: dict[str, Any]) -> requests.Response:
        response = self._answered(method, url, body)
        try:
            _read(response)
        except requests.RequestException as error:
            raise MattermostError(why(url, error), error_id=unsent(error)) from None
        return response

    def _answered(self, method: str, url: str, body: dict[str, Any]) -> requests.Response:
        """The answer, not read yet if it is a good one."""
        left = self._left()
        timeout = (min(CONNECT_SECONDS, left), min(READ_SECONDS, left))
        try:
            response = self._session.request(
                method, url, headers=self.auth_header(), timeout=timeout, allow_redirects=False, stream=True, **body
            )
            if response.status_code >= 300:
                _read(response)
        except requests.exceptions.SSLError as error:
            raise MattermostError(f"the certificate of {host(url)} is not trusted: {error}") from None
        except requests.RequestException as error:
            raise MattermostError(why(url, error), error_id=unsent(error)) from None
        if response.status_code >= 300:
            raise refusal(response)
        return response


def driver(url: str, token: str) -> Driver:
    """A driver for the server at `url` (`https://chat.example`, with a path if it has one); calls nothing yet."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    basepath = f"{parts.path.rstrip('/')}/api/v4"
    options = {"scheme": parts.scheme, "url": parts.hostname, "port": port, "basepath": basepath, "token": token}
    made = Driver(options, client_cls=Client)
    made.client.token = token
    return made


def json_objects(pieces: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """What stands in a JSON array of objects that comes in pieces; raises ValueError if that is not what it is."""
    decode, characters = json.JSONDecoder().raw_decode, codecs.getincrementaldecoder("utf-8")()
    text, begun = "", False
    for piece in pieces:
        text = (text + characters.decode(piece)).lstrip()
        if not begun and text:
            if text[0] != "[":
                raise ValueError("no array")
            text, begun = text[1:], True
        at = 0
        while found := _BETWEEN.match(text, at):
            at = found.end()
            try:
                value, at = decode(text, at)
            except ValueError:  # the rest is in the next piece
                break
            yield value
        text = text[at:]
    if not begun or text.strip() != "]":
        raise ValueError("the array does not end")


def _read(response: requests.Response) -> None:
    """Read the whole body; one that breaks off must not keep its connection."""
    try:
        _ = response.content
    except requests.RequestException:
        response.close()
        raise


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy and no .netrc behind the administrator's back …
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True  # … but their own CA
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_connections=2, pool_maxsize=32)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _pause(error: MattermostError, tried: int, *, repeatable: bool) -> float | None:
    """Seconds to wait before the next try; None if there is none."""
    if tried >= TRIES:
        return None
    if error.status == 429:
        pause = error.retry_after or 1.0
        return pause if pause <= LONGEST_PAUSE_SECONDS else None
    lost = error.status in _TRANSIENT or (error.status == 0 and not error.permanent)
    if (lost and repeatable) or error.error_id == "unsent":
        return 0.2 * 3.0 ** (tried - 1)
    return None
