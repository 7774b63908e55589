"""What can go wrong with Nextcloud, in the terms of the outbox."""

from __future__ import annotations

from contextlib import AbstractContextManager

from integration.errors import DeliveryError


class NextcloudError(DeliveryError):
    """Nextcloud refused or did not answer: `status` is 0 without an answer; `lost`: the connection broke or never was."""

    def __init__(
        self, text: str, *, status: int = 0, permanent: bool = False, retry_after: float | None = None, lost: bool = False
    ) -> None:
        super().__init__(text, permanent=permanent, retry_after=retry_after)
        self.status = status
        self.lost = lost
        self.locked_out = "nextcloud" if status == 401 else ""


class suppress_missing(AbstractContextManager[None]):  # noqa: N801 - read as a word, like contextlib's own
    """What is not there needs no end."""

    def __exit__(self, _kind: object, error: object, _trace: object) -> bool:
        return isinstance(error, NextcloudError) and error.status == 404
