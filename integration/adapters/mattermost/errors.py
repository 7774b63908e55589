"""What goes wrong with Mattermost, in our terms: what it refuses, and what never arrives."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests

from integration.errors import DeliveryError

# Refusals that a repeat cannot mend. 401 can be mended by setup, so what waits for it is kept waiting.
_PERMANENT = frozenset({400, 403, 404, 405, 410, 413, 414, 415, 422, 501})


class MattermostError(DeliveryError):
    """Mattermost refused or did not answer: `status` is 0 without an answer, `error_id` the server's own name for it."""

    def __init__(
        self, text: str, *, status: int = 0, error_id: str = "", permanent: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(text, permanent=permanent, retry_after=retry_after)
        self.status = status
        self.error_id = error_id


def decoded(response: requests.Response) -> Any:
    """The JSON of an answer; something else came from a proxy, or from the wrong address."""
    try:
        return response.json()
    except ValueError:
        kind = response.headers.get("Content-Type", "no content type")
        raise MattermostError(
            f"{host(response.url)} answered with {kind} where Mattermost answers with JSON; is the address right?",
            status=response.status_code,
        ) from None


def refusal(response: requests.Response) -> MattermostError:
    status = response.status_code
    if status < 400:
        place = response.headers.get("Location", "?")
        return MattermostError(f"{host(response.url)} redirects to {place}: use that address", status=status, permanent=True)
    try:
        body = response.json()
    except ValueError:
        body = {}
    said = body if isinstance(body, dict) else {}
    message = str(said.get("message") or response.text[:200].strip() or response.reason)
    return MattermostError(
        f"Mattermost answered {status}: {message}",
        status=status,
        error_id=str(said.get("id", "")),
        permanent=status in _PERMANENT,
        retry_after=_retry_after(response.headers.get("Retry-After", "")) if status in (429, 503) else None,
    )


def _retry_after(text: str) -> float | None:
    """Relative seconds, as Mattermost sends them; a date from a proxy in front of it is ignored."""
    return float(text) if text.isascii() and text.isdigit() else None


def unsent(error: requests.RequestException) -> str:
    """Whether the request certainly never reached the server: then even a POST may be repeated."""
    refused = isinstance(error, requests.exceptions.ConnectTimeout) or "NewConnectionError" in str(error)
    return "unsent" if refused else ""


def why(url: str, error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.Timeout):
        return f"Mattermost at {host(url)} did not answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return f"Mattermost at {host(url)} broke off in the middle of its answer"
    return f"Mattermost at {host(url)} cannot be reached ({type(error).__name__})"


def host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
