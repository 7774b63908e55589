"""An access token that is good for an hour: asked for when it is needed, kept until shortly before its end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from integration.adapters.http import Http, HttpError

_EARLY = timedelta(minutes=2)
_SHORTEST, _LONGEST = 60, 3600


class Bearer:
    """`fetch` gives what the token's server answers: `access_token`, and `expires_in` in seconds."""

    def __init__(self, fetch: Callable[[], Mapping[str, Any]], clock: Callable[[], datetime], http: Http) -> None:
        self._fetch = fetch
        self._clock = clock
        self._http = http
        self._token = ""
        self._until = datetime.min.replace(tzinfo=UTC)
        self._lock = threading.Lock()

    def data(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        """The object that a call is answered with; {} for an answer without content. Raises `HttpError`.

        A token that is refused may have been revoked: once it is tried with a new one.
        """
        try:
            return self._with(self.token(), method, url, options)
        except HttpError as error:
            if error.status != 401:
                raise
        self.forget()
        return self._with(self.token(), method, url, options)

    def token(self) -> str:
        with self._lock:
            now = self._clock()
            if not self._token or now >= self._until:
                found = self._fetch()
                token, seconds = found.get("access_token"), found.get("expires_in")
                if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
                    raise HttpError(f"{self._http.name} gives no access token: {self._http.settings}", retry_after=300)
                good = min(max(seconds, _SHORTEST), _LONGEST) if isinstance(seconds, int) else _SHORTEST
                self._token, self._until = token, now + max(timedelta(seconds=good) - _EARLY, timedelta(seconds=30))
            return self._token

    def forget(self) -> None:
        with self._lock:
            self._token = ""

    def _with(self, token: str, method: str, url: str, options: Mapping[str, Any]) -> dict[str, Any]:
        response = self._http.ask(method, url, headers={"Authorization": f"Bearer {token}"}, **options)
        if not response.content.strip():
            return {}
        try:
            found = response.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise self._http.strange(response)
        return found
