"""Large files go to Nextcloud in pieces, and become one file with the last call: it is there whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.ports import Progress

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

# The least that Nextcloud takes as a piece where it stores in S3, and of these ten thousand. Several copies of one are held.
PIECE_BYTES = 5 << 20
_ASSEMBLY_SECONDS = 660.0


def checksum(digest: str) -> str:
    """What Nextcloud keeps with a file, until somebody else writes it."""
    return f"SHA256:{digest}"


@dataclass(frozen=True, slots=True)
class Upload:
    """Where the content goes: `target` from the account's root; `expected` as for `Storage.put`."""

    client: Client
    target: str
    size: int
    modified: datetime
    expected: str | None

    def run(self, content: Iterable[bytes], progress: Progress | None) -> tuple[str, str]:
        """(ETag or "" if another is there than expected, checksum). The pieces are gone in the end, whatever happens.

        What a process leaves behind that was killed, Nextcloud itself removes within a day.
        """
        name, digest = f"hadir-{uuid4().hex}", hashlib.sha256()
        self._begin(name)
        try:
            self._send(name, content, digest.update, progress)
            return self._finish(name, checksum(digest.hexdigest())), checksum(digest.hexdigest())
        except BaseException:
            with suppress(NextcloudError):
                self.client.call(lambda cloud: cloud.end_upload(name))
            raise

    def _begin(self, name: str) -> None:
        try:
            self.client.call(lambda cloud: cloud.begin_upload(name, self.target))
        except NextcloudError as error:
            if error.status != 405:  # the answer to the first try was lost
                raise

    def _send(self, name: str, content: Iterable[bytes], count: Callable[[bytes], None], progress: Progress | None) -> None:
        passed = 0
        for number, piece in enumerate(content, 1):
            count(piece)
            self.client.call(partial(_send_piece, self, name, number, piece))
            passed += len(piece)
            if progress:
                progress(passed)

    def _finish(self, name: str, digest: str) -> str:
        """The ETag; "" where the answer leaves open whether the file is ours."""
        try:
            return self.client.call(partial(_finish, self, name, digest), seconds=_ASSEMBLY_SECONDS)
        except NextcloudError as error:
            if error.status in (404, 412):  # the pieces are gone, or somebody's file is there: perhaps our own
                with suppress(NextcloudError):
                    self.client.call(lambda cloud: cloud.end_upload(name))
                return ""
            raise


async def _send_piece(upload: Upload, name: str, number: int, piece: bytes, cloud: Cloud) -> None:
    await cloud.upload_piece(name, number, piece, upload.target, upload.size)


async def _finish(upload: Upload, name: str, digest: str, cloud: Cloud) -> str:
    return await cloud.finish_upload(name, upload.target, upload.size, upload.modified, digest, upload.expected)
