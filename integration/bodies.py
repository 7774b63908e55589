"""What a request brings, read within bounds, whoever sends it; which requests those are the adapters decide."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Request


class BadRequest(Exception):
    """A request that is not one of the platform's: the status that it is answered with, and what was expected."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def whole(request: Request, most: int) -> bytes:
    """The body, of at most `most` bytes; raises `BadRequest` (413, or 400 for one that breaks off)."""
    too_large = BadRequest(413, f"the body is larger than {most} bytes")
    if (request.content_length or 0) > most:
        raise too_large
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise too_large from None
    except HTTPException as error:  # the client went away in the middle
        raise BadRequest(400, error.description or "the body is incomplete") from None
    if len(body) > most:
        raise too_large
    return body


def json_object(raw: bytes | str) -> dict[str, Any]:
    """The JSON object; raises `ValueError` that says what it is instead."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found
