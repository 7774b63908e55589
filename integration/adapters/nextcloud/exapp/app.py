"""Hadir as an app of Nextcloud (an ExApp, through AppAPI): who calls us, and as whom we call. Off without HADIR_EXAPP_SECRET.

One secret opens both ways: Nextcloud proves by it that it is the caller, and with it Hadir may act as any account. So it
never stands in a log, an audit row or an exception, and neither does any header.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar
from weakref import WeakKeyDictionary

from integration import __version__
from integration.adapters.nextcloud import access
from integration.adapters.nextcloud.client import SILENCE_SECONDS, TRY_SECONDS, Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.core import Hadir
from integration.errors import DeliveryError

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

T = TypeVar("T")

# The AppAPI whose calls were recorded.
AA_VERSION = "32.0.0"
# As long as the app is not registered, or switched off, nobody knocks more often: AppAPI slows down whoever guesses.
_REFUSED_PAUSE, _QUIET_SECONDS = 300.0, 60.0
_STATE = "/ocs/v1.php/apps/app_api/ex-app/state"
_LONGEST_HEADER = 2_000
_LONGEST_ACCOUNT = 190
NOBODY = ""


class Headers(Protocol):
    def get(self, name: str, /) -> str | None: ...


class Forged(Exception):
    """A request that does not come from our Nextcloud; the text says why, and holds nothing of what was sent."""


@dataclass(frozen=True, slots=True)
class ExApp:
    """As what we are registered."""

    id: str
    secret: str = field(repr=False)
    version: str = __version__


def find(hadir: Hadir) -> ExApp | None:
    """None where the mode is off."""
    secret = hadir.settings.exapp_secret.get_secret_value()
    return ExApp(hadir.settings.exapp_id, secret) if secret else None


# ---------------------------------------------------------------- who calls us


def caller(app: ExApp, headers: Headers) -> str:
    """The account for which Nextcloud calls, "" for Nextcloud itself; raises `Forged`.

    `headers` as WSGI has them: text whose characters are bytes. The version may be an older one: AppAPI learns of an
    upgrade from our own next call.
    """
    id = headers.get("EX-APP-ID")
    if not id or not headers.get("EX-APP-VERSION"):
        raise Forged("headers of AppAPI are missing")
    known = _same(id, app.id)
    account, secret = _credentials(headers.get("AUTHORIZATION-APP-API") or "")
    if not (_same(secret, app.secret) & known):
        raise Forged("another app's id" if not known else "wrong secret")
    return account


def _same(given: str, ours: str) -> bool:
    """In the same time, whatever was given."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), ours.encode())


def _credentials(header: str) -> tuple[str, str]:
    """(account, secret) of base64 `account:secret`; accounts hold no colon."""
    if not header:
        raise Forged("AUTHORIZATION-APP-API is missing")
    if len(header) > _LONGEST_HEADER:
        raise Forged("AUTHORIZATION-APP-API is too long")
    try:
        text = base64.b64decode(header.encode("ascii"), validate=True).decode()
    except (binascii.Error, UnicodeError):
        raise Forged("AUTHORIZATION-APP-API is malformed") from None
    account, colon, secret = text.partition(":")
    if not colon or len(account) > _LONGEST_ACCOUNT or not account.isprintable():
        raise Forged("AUTHORIZATION-APP-API is malformed")
    return account, secret


# ---------------------------------------------------------------- as whom we call


class AppClient:
    """Calls Nextcloud as the app itself or, on somebody's behalf, as that account; for any number of threads."""

    def __init__(self, url: str, app: ExApp, *, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._app = app
        self._client = _Client(url, app.id, app.secret, silence_seconds=silence_seconds)
        self._quiet_until = 0.0
        self.url = self._client.url

    def call(
        self,
        work: Callable[[Cloud, dict[str, str]], Awaitable[T]],
        account: str = NOBODY,
        *,
        seconds: float = TRY_SECONDS,
        anew: bool = False,
    ) -> T:
        """What `work` returns for a cloud and the headers that each of its calls has to bring; raises `DeliveryError`.

        `anew` asks also a Nextcloud that refused us a moment ago, because it has called us meanwhile.
        """
        if time.monotonic() < self._quiet_until and not anew:
            raise Refused
        headers = self._headers(account)
        try:
            result = self._client.call(lambda cloud: work(cloud, headers), seconds=seconds)
            self._quiet_until = 0.0
            return result
        except NextcloudError as error:
            if error.status != 401:
                raise
        if account and self.enabled():
            raise DeliveryError(f"Nextcloud has no account {account!r}", permanent=True)
        self._quiet_until = time.monotonic() + _QUIET_SECONDS
        raise Refused

    def enabled(self) -> bool:
        """Whether Nextcloud knows the app and its secret, and it is switched on; raises `DeliveryError` for other trouble."""
        headers = self._headers(NOBODY)
        try:
            return bool(self._client.call(lambda cloud: cloud.ocs("GET", _STATE, headers=headers)))
        except NextcloudError as error:
            if error.status != 401:
                raise
            return False

    def close(self) -> None:
        self._client.close()

    def _headers(self, account: str) -> dict[str, str]:
        return {
            "AA-VERSION": AA_VERSION,
            "EX-APP-ID": self._app.id,
            "EX-APP-VERSION": self._app.version,
            "AUTHORIZATION-APP-API": base64.b64encode(f"{account}:{self._app.secret}".encode()).decode(),
        }


class Refused(DeliveryError):
    """AppAPI does not let us act: not registered, switched off, or another secret.

    This locks nobody out of the service account, whose app password is another key.
    """

    def __init__(self) -> None:
        super().__init__(
            "Nextcloud refuses the app (401): is it registered and switched on, with this HADIR_EXAPP_SECRET?",
            retry_after=_REFUSED_PAUSE,
        )


class _Client(Client):
    def _connected(self) -> Cloud:
        from integration.adapters.nextcloud import cloud  # heavy: only where it is needed

        return cloud.connect(self.url, self.user, "-", self._silence_seconds, as_app=True)


def status_of(error: Exception) -> int:
    """The status of an error of nc-py-api's or of ours, 0 if it has none."""
    return int(getattr(error, "status_code", 0) or getattr(error, "status", 0) or 0)


def client(hadir: Hadir) -> AppClient | None:
    """The client of this process; None where the mode is off or no Nextcloud is set up. Raises `SecretLost`."""
    app, found = find(hadir), access.access(hadir)
    if app is None or found is None:
        return None
    known = _clients.setdefault(hadir.signer, {})
    return known.setdefault((found.url, app.id), AppClient(found.url, app))


_clients: WeakKeyDictionary[object, dict[tuple[str, str], AppClient]] = WeakKeyDictionary()
