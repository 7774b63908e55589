"""Nextcloud's files as storage: one folder of the service account, usually a group folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from integration.adapters.nextcloud import shares
from integration.adapters.nextcloud.client import PERSON_WAITS_SECONDS, Client
from integration.adapters.nextcloud.errors import NextcloudError, suppress_missing
from integration.adapters.nextcloud.folders import make_folders, names_inside, with_folders
from integration.adapters.nextcloud.uploads import PIECE_BYTES, Upload, checksum
from integration.ports import Changed, Link, Progress, StoredFile, Version
from integration.safe_names import same
from integration.streams import counted, pieces

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud
    from integration.adapters.nextcloud.dav import Node


class NextcloudStorage:
    """Files under `folder` (empty: the account's root), which is made when it is first written to.

    `key` (16 bytes or more) makes the passwords of links: the same link has the same password, so that a repeat of
    `share` shuts nobody out. `clock` gives the time of change that a file shows. A `version` is an ETag: it differs for
    writes that are a second apart, or of another size.
    """

    name = "nextcloud"

    def __init__(
        self, client: Client, folder: str, *, key: bytes, clock: Callable[[], datetime], piece_bytes: int = PIECE_BYTES
    ) -> None:
        self._client = client
        self._folder = names_inside(folder) if folder else []
        self._key = key
        self._clock = clock
        self._piece_bytes = piece_bytes

    def within(self, seconds: float = PERSON_WAITS_SECONDS) -> AbstractContextManager[None]:
        return self._client.within(seconds)

    # ------------------------------------------------------------ content

    def put(self, path: str, content: bytes, media_type: str, *, expected: str | None = None) -> StoredFile:
        """Write the file in one call where its folder exists. Nextcloud shows the type that the name's ending says."""
        target, modified = self._inside(path), self._now()
        digest = checksum(hashlib.sha256(content).hexdigest())
        write = partial(_upload, target, content, media_type, modified, digest, expected)
        try:
            version = with_folders(self._client, target, lambda: self._client.call(write))
        except NextcloudError as error:
            if error.status != 412:
                raise
            return self._ours_or_changed(target, len(content), digest)
        return StoredFile(self._outside(target), len(content), modified, version)

    def put_stream(
        self,
        path: str,
        content: BinaryIO | Iterable[bytes],
        size: int,
        media_type: str,
        *,
        expected: str | None = None,
        progress: Progress | None = None,
    ) -> StoredFile:
        target, modified = self._inside(path), self._now()
        source = counted(pieces(content, self._piece_bytes), size)
        if size <= self._piece_bytes:
            stored = self.put(path, b"".join(source), media_type, expected=expected)
            if progress:
                progress(size)
            return stored
        make_folders(self._client, target)
        version, digest = Upload(self._client, target, size, modified, expected).run(source, progress)
        if not version:
            return self._ours_or_changed(target, size, digest)
        return StoredFile(self._outside(target), size, modified, version)

    def get(self, path: str) -> bytes:
        target = self._inside(path)
        return self._client.call(lambda cloud: cloud.download(target))

    def open(self, path: str) -> Iterator[bytes]:
        """Each piece is a call of its own: a broken line costs one piece, and a slow reader keeps no connection busy."""
        target = self._inside(path)
        first = self._client.call(lambda cloud: cloud.piece(target, 0, self._piece_bytes, ""))
        return self._pieces(target, *first)

    def _pieces(self, target: str, content: bytes, total: int, version: str) -> Iterator[bytes]:
        passed = 0
        while content:
            yield content
            passed += len(content)
            if passed >= total:
                return
            try:
                content, _, _ = self._client.call(partial(_piece, target, passed, self._piece_bytes, version))
            except NextcloudError as error:
                if error.status != 412:
                    raise
                raise NextcloudError(f"{target} was changed while it was read", status=412) from None

    # ------------------------------------------------------------ the tree

    def stat(self, path: str) -> StoredFile | None:
        node = self._look(self._inside(path))
        return self._stored(node) if node else None

    def list(self, folder: str, *, folders: bool = False) -> Sequence[StoredFile]:
        """A folder that does not exist is empty."""
        target = self._inside(folder) if folder else "/".join(self._folder)
        try:
            _, *nodes = self._client.call(lambda cloud: cloud.look(target, 1))
        except NextcloudError as error:
            if error.status == 404:
                return []
            raise
        found = [self._stored(node) for node in nodes if folders or not node.folder]
        return sorted(found, key=lambda each: (not each.folder, each.path))

    def find(self, words: Sequence[str], folder: str, limit: int) -> Sequence[StoredFile]:
        """Nextcloud's own search; what it takes for a sign of its own is compared here. In no folder is nothing."""
        target = self._inside(folder) if folder else "/".join(self._folder)
        wanted = [same(word) for word in words]
        asked = [word.translate(_SIGNS) for word in wanted]
        many = limit if asked == wanted else limit * 10
        try:
            nodes = self._client.call(lambda cloud: cloud.search(target, asked, many))
        except NextcloudError as error:
            if error.status == 404:
                return []
            raise
        found = [node for node in nodes if all(word in same(node.path.rpartition("/")[2]) for word in wanted)]
        return [self._stored(node) for node in found[:limit]]

    def make_folder(self, path: str) -> None:
        make_folders(self._client, f"{self._inside(path)}/")
        node = self._look(self._inside(path))
        if node is None or not node.folder:
            raise NextcloudError(f"{path}: a file has that name", permanent=True)

    def move(self, path: str, to: str) -> StoredFile:
        source, target = self._inside(path), self._inside(to)
        before = self._existing(source)
        try:
            with_folders(self._client, target, lambda: self._client.call(lambda cloud: cloud.move(source, target)))
        except NextcloudError as error:
            after = self._look(target) if error.status in (404, 412) else None
            if after is None:
                raise
            if after.file_id != before.file_id:
                raise Changed(self._stored(after)) from None
        return self._stored(self._existing(target))

    def delete(self, path: str) -> None:
        """Move the file to Nextcloud's bin. A folder is left alone: with it would go all that it holds."""
        target = self._inside(path)
        node = self._look(target)
        if node is None:
            return
        if node.folder:
            raise NextcloudError(f"{path}: that is a folder, not a file", permanent=True)
        with suppress_missing():
            self._client.call(lambda cloud: cloud.remove(target))

    # ------------------------------------------------------------ earlier contents

    def versions(self, path: str) -> Sequence[Version]:
        file = self._existing(self._inside(path))
        kept = self._client.call(lambda cloud: cloud.kept(file.file_id))
        return [Version(each.id, each.size, each.modified) for each in kept if each.modified != file.modified]

    def restore(self, path: str, version: str) -> StoredFile:
        target = self._inside(path)
        file = self._existing(target)
        self._client.call(lambda cloud: cloud.restore(file.file_id, version))
        return self._stored(self._existing(target))

    def changed_by(self, path: str) -> str:
        """The account, where this Nextcloud keeps versions: two calls."""
        return self._with_author(self._existing(self._inside(path))).by

    # ------------------------------------------------------------ who may see it

    def share(self, path: str, *, expires: datetime | None = None) -> Link:
        """The link of ours for this file, with its password; a repeat gives the same link with the new last day.

        Nextcloud ends a link at a midnight: it is the first one not before `expires`, in the server's own zone.
        """
        target = "/" + self._inside(path)
        return shares.link(self._client, target, partial(shares.link_password, self._key, target), expires)

    def unshare(self, path: str) -> None:
        with suppress_missing():
            shares.end_link(self._client, "/" + self._inside(path))

    def grant(self, path: str, accounts: Sequence[str], *, edit: bool | Collection[str]) -> None:
        """Accounts are user ids, or `group:<id>`. Twenty new ones in ten minutes are all that Nextcloud takes: then
        `DeliveryError` says when to go on, and what was granted stays.
        """
        target = self._inside(path)
        whole = shares.EDIT_FOLDER if self._existing(target).folder else shares.EDIT_FILE
        editors = edit if not isinstance(edit, bool) else accounts if edit else ()
        rights = {account: whole if account in editors else shares.READ for account in accounts}
        shares.grant(self._client, f"/{target}", rights)

    def link_for_members(self, path: str) -> str:
        return f"{self._client.url}/index.php/f/{self._existing(self._inside(path)).file_id}"

    # ------------------------------------------------------------ helpers

    def _ours_or_changed(self, target: str, size: int, digest: str) -> StoredFile:
        """What is there in the place of what was expected: our own content, after a lost answer, or somebody else's."""
        node = self._look(target)
        if node and not node.folder and (node.size, node.checksum) == (size, digest):
            return self._stored(node)
        raise Changed(self._with_author(node) if node else None)

    def _with_author(self, node: Node) -> StoredFile:
        """With who wrote it, where this Nextcloud keeps versions."""
        stored = self._stored(node)
        with suppress(NextcloudError):
            kept = self._client.call(lambda cloud: cloud.kept(node.file_id))
            return replace(stored, by=next((each.author for each in kept if each.modified == node.modified), ""))
        return stored

    def _look(self, target: str) -> Node | None:
        try:
            return self._client.call(lambda cloud: cloud.look(target))[0]
        except NextcloudError as error:
            if error.status == 404:
                return None
            raise

    def _existing(self, target: str) -> Node:
        node = self._look(target)
        if node is None:
            raise NextcloudError(f"{self._outside(target)}: there is no such file", status=404, permanent=True)
        return node

    def _stored(self, node: Node) -> StoredFile:
        path = self._outside(node.path)
        return StoredFile(path, node.size, node.modified, "" if node.folder else node.etag, folder=node.folder)

    def _inside(self, path: str) -> str:
        return "/".join((*self._folder, *names_inside(path)))

    def _outside(self, target: str) -> str:
        return "/".join(target.split("/")[len(self._folder) :])

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC).replace(microsecond=0)


# What a search takes for "any letter", "anything" and "the next one to the letter": there each stands for any letter.
_SIGNS = str.maketrans("%\\", "__")


async def _upload(
    target: str, content: bytes, media_type: str, modified: datetime, digest: str, expected: str | None, cloud: Cloud
) -> str:
    return await cloud.upload(target, content, media_type, modified, digest, expected)


async def _piece(target: str, first: int, size: int, version: str, cloud: Cloud) -> tuple[bytes, int, str]:
    return await cloud.piece(target, first, size, version)
