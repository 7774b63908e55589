"""What a call to Nextcloud can end with, in our terms."""

from __future__ import annotations

import contextlib
import html
import json
import re
from typing import Any
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError

from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.library import NextcloudException, RequestException, SSLError, Timeout, TooManyRedirects

# By this the doctor knows what waits for a new app password.
PASSWORD_REFUSED = "refuses the app password (401)"  # noqa: S105  # words, not a password
# Seconds until the next attempt may help, where Nextcloud does not say. It slows down whoever guesses passwords.
USUAL_PAUSE = {"password": 300.0, "space": 60.0, "maintenance": 60.0, "shares": 120.0}
# Refusals that a repeat cannot mend. 401 can be mended by setup, 507 by whoever makes room, so what waits is kept waiting.
_PERMANENT = frozenset({400, 403, 404, 405, 409, 410, 412, 413, 414, 415, 422, 501})
_ONLY_ITS_OWN = frozenset({403, 404, 405, 409, 410, 412})
# The statuses that OCS writes inside its answers, as HTTP would say them.
_OCS = {996: 500, 997: 401, 998: 404, 999: 500}
_MESSAGE = re.compile(r"<s:message>(.*?)</s:message>", re.DOTALL)


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
            return strange(host, type(error).__name__)
        case _:
            raise error


def _refusal(error: Any, host: str) -> NextcloudError:
    status = _OCS.get(error.status_code, error.status_code)
    headers = getattr(error.response, "headers", None) or {}
    if status == 408:
        return NextcloudError(f"Nextcloud at {host} did not answer in time")
    if status < 400 or (status in _ONLY_ITS_OWN and not _is_nextclouds(error)):
        return strange(host, f"status {status}")
    return NextcloudError(
        _words(status, error, host),
        status=status,
        permanent=status in _PERMANENT,
        retry_after=retry_after(headers.get("Retry-After", "")) or USUAL_PAUSE.get(_reason(status, error)),
    )


def _is_nextclouds(error: Any) -> bool:
    """A proxy in front of a Nextcloud that is down may say "not found" too: that says nothing about a file."""
    said = getattr(error.response, "text", None) or ""
    return error.response is None or "<s:exception>" in said or '"ocs"' in said


def _words(status: int, error: Any, host: str) -> str:
    reason = _reason(status, error)
    if reason == "password":
        return f"Nextcloud at {host} {PASSWORD_REFUSED}: it was revoked or is wrong, make a new one"
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
    text = getattr(error.response, "text", None) or ""
    found = _MESSAGE.search(text)
    words = html.unescape(found[1]) if found else _said_in_json(text) or str(error.reason or "no reason given")
    return " ".join(words.split())[:200]


def _said_in_json(text: str) -> str:
    """As OCS and the pages of apps say it."""
    with contextlib.suppress(ValueError, LookupError, TypeError):
        said = json.loads(text)
        return str(said["ocs"]["meta"]["message"] if "ocs" in said else said["message"])
    return ""


def strange(host: str, what: str) -> NextcloudError:
    return NextcloudError(f"{host} answered with something that Nextcloud does not say ({what}); is the address right?")


def kind(response: Any) -> str:
    return str(response.headers.get("Content-Type") or f"status {response.status_code}")


def _redirect(error: Any) -> str:
    place = urlsplit(getattr(error.response, "headers", {}).get("Location", ""))
    return f"{place.scheme}://{place.netloc}" if place.netloc else place.path or "another address"


def retry_after(text: str) -> float | None:
    """Relative seconds; a date from a proxy is ignored."""
    return float(text) if text.isascii() and text.isdigit() else None
