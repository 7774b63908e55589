"""nc-py-api itself, with what it lacks. Heavy to import: only `client.py` does, when the first call is made."""

from __future__ import annotations

import html
import os
import re
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit
from xml.parsers.expat import ExpatError

from integration import __version__
from integration.adapters.nextcloud.errors import NextcloudError


def _import_quietly() -> None:
    """nc-py-api reads a stray `.env` into the environment when it is imported; not with us."""
    before = os.environ.get("PYTHON_DOTENV_DISABLED")
    os.environ["PYTHON_DOTENV_DISABLED"] = "1"
    try:
        import nc_py_api  # noqa: F401
    finally:
        if before is None:
            del os.environ["PYTHON_DOTENV_DISABLED"]
        else:
            os.environ["PYTHON_DOTENV_DISABLED"] = before


_import_quietly()

from nc_py_api import AsyncNextcloud, NextcloudException  # noqa: E402
from nc_py_api._exceptions import check_error  # noqa: E402
from nc_py_api._session import AsyncNcSession  # noqa: E402
from niquests.exceptions import RequestException, SSLError, Timeout, TooManyRedirects  # noqa: E402

CONNECT_SECONDS = 3.0
# Seconds until the next attempt may help, where Nextcloud does not say. It slows down whoever guesses passwords.
_USUAL_PAUSE = {"password": 300.0, "space": 60.0, "maintenance": 60.0}
# Refusals that a repeat cannot mend. 401 can be mended by setup, 507 by whoever makes room, so what waits is kept waiting.
_PERMANENT = frozenset({400, 403, 404, 405, 409, 410, 412, 413, 414, 415, 422, 501})
_ONLY_ITS_OWN = frozenset({403, 404, 405, 409, 410})
# The statuses that OCS writes inside its answers, as HTTP would say them.
_OCS = {996: 500, 997: 401, 998: 404, 999: 500}
_FOLDER = "that is a folder, not a file"
_MESSAGE = re.compile(r"<s:message>(.*?)</s:message>", re.DOTALL)


class _Session(AsyncNcSession):  # type: ignore[misc]  # nc-py-api ships no types
    """No cookies, no redirects, no proxy behind the administrator's back, no UDP, no calls to certificate authorities."""

    def _get_adapter_kwargs(self, dav: bool) -> dict[str, Any]:
        own = {"allow_incoming_cookies": False, "disable_http3": True, "revocation_configuration": None}
        return {**super()._get_adapter_kwargs(dav), **own}

    def _create_adapter(self, dav: bool = False) -> Any:
        adapter = super()._create_adapter(dav)
        adapter.trust_env = False
        adapter.max_redirects = 0
        adapter.headers["User-Agent"] = f"Hadir/{__version__}"
        return adapter


class Cloud(AsyncNextcloud):  # type: ignore[misc]  # nc-py-api ships no types
    """The library's client on a session of our own, with the calls in which it does not look closely enough."""

    def __init__(self, **options: Any) -> None:
        self._session = _Session(**options)
        super(AsyncNextcloud, self).__init__(self._session)  # AsyncNextcloud's own would make another session
        self.host = _host(self._session.cfg.endpoint)

    async def upload(self, path: str, content: bytes, media_type: str, modified: datetime) -> None:
        """Write the whole file and its time of change in one call."""
        headers = {"X-OC-MTime": str(int(modified.timestamp())), "Content-Type": media_type}
        response = await self._dav("PUT", path, data=content, headers=headers)
        if "OC-FileId" not in response.headers:
            raise _strange(self.host, _kind(response))

    async def download(self, path: str) -> bytes:
        """The content of a file; a folder, or a page of somebody else's, is refused."""
        response = await self._dav("GET", path)
        if "OC-ETag" not in response.headers:
            # Nextcloud answers so for a folder, a proxy with a page of its own.
            raise _strange(self.host, _kind(response)) if response.content else NextcloudError(_FOLDER, permanent=True)
        content: bytes = response.content or b""
        return content

    async def close(self) -> None:
        await self._session.adapter.close()
        await self._session.adapter_dav.close()

    async def _dav(self, method: str, path: str, **options: Any) -> Any:
        user = await self._session.user
        response = await self._session.adapter_dav.request(method, quote(f"/files/{user}/{path}"), **options)
        check_error(response, method)
        return response


def connect(url: str, user: str, password: str, silence_seconds: float) -> Cloud:
    """A client that calls nothing yet. Every option is given here, so that no variable of the environment counts."""
    seconds = (CONNECT_SECONDS, silence_seconds)
    trusted = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True
    return Cloud(
        nextcloud_url=url,
        nc_auth_user=user,
        nc_auth_pass=password,
        dav_url_suffix="remote.php/dav",
        npa_timeout=seconds,
        npa_timeout_dav=seconds,
        npa_nc_cert=trusted,
        xdebug_session="",
    )


def translated(error: Exception, host: str) -> NextcloudError:
    """Any error that a call can end with, in our terms; what is none of Nextcloud's is raised as it is."""
    match error:
        case NextcloudError():
            return error
        case NextcloudException():
            return _refusal(error, host)
        case Timeout() | TimeoutError():
            return NextcloudError(f"Nextcloud at {host} did not answer in time")
        case SSLError():
            return NextcloudError(f"the certificate of {host} is not trusted, or its name is another")
        case TooManyRedirects():
            return NextcloudError(f"{host} redirects to {_redirect(error)}: use that address", permanent=True)
        case RequestException() | OSError():
            return NextcloudError(f"Nextcloud at {host} cannot be reached ({type(error).__name__})", lost=True)
        case ValueError() | LookupError() | TypeError() | AttributeError() | ExpatError():
            return _strange(host, type(error).__name__)
        case _:
            raise error


def _refusal(error: Any, host: str) -> NextcloudError:
    status = _OCS.get(error.status_code, error.status_code)
    headers = getattr(error.response, "headers", None) or {}
    if status == 408:
        return NextcloudError(f"Nextcloud at {host} did not answer in time")
    if status < 400 or (status in _ONLY_ITS_OWN and not _is_nextclouds(error)):
        return _strange(host, f"status {status}")
    return NextcloudError(
        _words(status, error, host),
        status=status,
        permanent=status in _PERMANENT,
        retry_after=_retry_after(headers.get("Retry-After", "")) or _USUAL_PAUSE.get(_reason(status, error)),
    )


def _is_nextclouds(error: Any) -> bool:
    """A proxy in front of a Nextcloud that is down may say "not found" too: that says nothing about a file."""
    said = getattr(error.response, "text", None) or ""
    return error.response is None or "<s:exception>" in said or '"ocs"' in said


def _words(status: int, error: Any, host: str) -> str:
    reason = _reason(status, error)
    if reason == "password":
        return f"Nextcloud at {host} refuses the app password (401): it was revoked or is wrong, make a new one"
    if reason == "space":
        return "Nextcloud has no space left (507): raise the quota or make room"
    if reason == "maintenance":
        return f"Nextcloud at {host} is in maintenance (503)"
    return f"Nextcloud answered {status}: {_said(error)}"


def _reason(status: int, error: Any) -> str:
    """A refusal that we have words for; "" for another."""
    if status == 503:
        headers = getattr(error.response, "headers", None) or {}
        return "maintenance" if "X-Nextcloud-Maintenance-Mode" in headers or "maintenance mode" in _said(error) else ""
    return {401: "password", 507: "space"}.get(status, "")


def _said(error: Any) -> str:
    """Nextcloud's own words about a refusal, at most a line of them."""
    found = _MESSAGE.search(getattr(error.response, "text", None) or "")
    words = html.unescape(found[1]) if found else str(error.reason or "no reason given")
    return " ".join(words.split())[:200]


def _strange(host: str, what: str) -> NextcloudError:
    return NextcloudError(f"{host} answered with something that Nextcloud does not say ({what}); is the address right?")


def _kind(response: Any) -> str:
    return str(response.headers.get("Content-Type") or f"status {response.status_code}")


def _redirect(error: Any) -> str:
    place = urlsplit(getattr(error.response, "headers", {}).get("Location", ""))
    return f"{place.scheme}://{place.netloc}" if place.netloc else place.path or "another address"


def _retry_after(text: str) -> float | None:
    """Relative seconds; a date from a proxy is ignored."""
    return float(text) if text.isascii() and text.isdigit() else None


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
