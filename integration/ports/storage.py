"""A tree of files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

# Told how many bytes have passed so far.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`version` differs after every change of the content that the storage saw, "" where it does not tell.

    `by` is who changed it last, as the storage names them; "" where it does not tell, or where it was not asked: it is
    for a file that comes with `Changed`, and otherwise `Storage.changed_by` asks.
    """

    path: str
    size: int
    modified: datetime
    version: str = ""
    by: str = ""
    folder: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """An earlier content of a file."""

    id: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """An address that opens a file; `password` is "" where none is needed. Neither shows up in a log."""

    url: str = field(repr=False)
    password: str = field(default="", repr=False)


class Changed(Exception):
    """The file is not what the caller knew: somebody else wrote, moved or deleted it. Nothing was written."""

    def __init__(self, now: StoredFile | None) -> None:
        super().__init__("the file was changed by somebody else" if now else "the file is gone")
        self.now = now


class Storage(Protocol):
    """A tree of files; `path` is relative, with `/`, already made of safe names."""

    name: str

    def put(self, path: str, content: bytes, media_type: str, *, expected: str | None = None) -> StoredFile:
        """Write the whole file in place of what is there. With `expected` only if the file still has that `version`
        ("": only if there is none): raises `Changed` otherwise. If the very same content is there, it is no change but
        the repeat of a put whose answer was lost.
        """
        ...

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
        """`put` for what does not fit into memory; the file appears whole or not at all."""
        ...

    def get(self, path: str) -> bytes: ...
    def open(self, path: str) -> Iterator[bytes]:
        """The content in pieces."""
        ...

    def stat(self, path: str) -> StoredFile | None:
        """The file or folder, or None."""
        ...

    def list(self, folder: str, *, folders: bool = False) -> Sequence[StoredFile]:
        """What lies directly in `folder`, by name: its files, and with `folders` these too (first)."""
        ...

    def find(self, words: Sequence[str], folder: str, limit: int) -> Sequence[StoredFile]:
        """Files below `folder` whose names have all the words in them, whatever the case; the last changed first."""
        ...

    def make_folder(self, path: str) -> None: ...
    def move(self, path: str, to: str) -> StoredFile:
        """Raises `Changed` if there is something at `to`."""
        ...

    def versions(self, path: str) -> Sequence[Version]:
        """Earlier contents, the newest first; empty where the storage keeps none."""
        ...

    def restore(self, path: str, version: str) -> StoredFile: ...
    def changed_by(self, path: str) -> str:
        """Who wrote the content that the file has, as the storage names them; "" where it does not tell."""
        ...

    def share(self, path: str, *, expires: datetime | None = None) -> Link:
        """The link of ours to the file or folder; a repeat gives the same one with the new end."""
        ...

    def unshare(self, path: str) -> None:
        """End the link of ours, if there is one."""
        ...

    def grant(self, path: str, accounts: Sequence[str], *, edit: bool | Collection[str]) -> None:
        """Make these accounts (ids on the storage; `group:<id>` for a group of it) the ones with whom `path` is shared by
        us, and no others. `edit`: whether they may change it, or those of them who may. A storage may ask for patience
        after some: what was granted stays, a repeat goes on.
        """
        ...

    def delete(self, path: str) -> None: ...
    def link_for_members(self, path: str) -> str:
        """The address at which those who may see the file open it; "" where there is none."""
        ...

    def within(self, seconds: float = 1.5) -> AbstractContextManager[None]:
        """Calls of this thread inside the block end in about that time, because a person is waiting: for two seconds at
        most, and this is not all that the answer takes.
        """
        ...
