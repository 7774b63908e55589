"""A folder of this machine as storage."""

from __future__ import annotations

import builtins
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from integration.errors import DeliveryError
from integration.ports import Changed, Link, Progress, StoredFile, Version
from integration.safe_names import names_in, same
from integration.streams import counted, pieces

_UNFINISHED = ".hadir-"
_PIECE = 1 << 20


class FolderStorage:
    """Files under `root`. A file appears whole or not at all; no path leads out of the folder.

    It keeps no earlier versions, and knows no accounts: who may read the folder is the machine's matter.
    """

    name = "local"

    def __init__(self, root: Path) -> None:
        self._root = root

    # ------------------------------------------------------------ content

    def put(self, path: str, content: bytes, media_type: str, *, expected: str | None = None) -> StoredFile:
        return self.put_stream(path, (content,), len(content), media_type, expected=expected)

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
        target = self._inside(path)
        with _delivering(path):
            target.parent.mkdir(parents=True, exist_ok=True)
            with _written_beside(target, counted(pieces(content, _PIECE), size), progress) as temporary, self._alone():
                if expected is None or self._is(target, expected):
                    temporary.replace(target)
                elif not _same_content(temporary, target):
                    raise Changed(self._stored(target) if target.exists() else None)
                return self._stored(target)

    def get(self, path: str) -> bytes:
        target = self._inside(path)
        with _delivering(path):
            return target.read_bytes()

    def open(self, path: str) -> Iterator[bytes]:
        target = self._inside(path)
        with _delivering(path):
            file = target.open("rb")
        return _read(file, path)

    # ------------------------------------------------------------ the tree

    def stat(self, path: str) -> StoredFile | None:
        target = self._inside(path)
        with _delivering(path):
            return self._stored(target) if target.exists() else None

    def list(self, folder: str, *, folders: bool = False) -> Sequence[StoredFile]:
        """A folder that does not exist is empty."""
        target = self._inside(folder) if folder else self._root
        with _delivering(folder):
            if not target.is_dir():
                return []
            found = [self._stored(each) for each in target.iterdir() if self._shows(each)]
        return sorted((each for each in found if folders or not each.folder), key=lambda each: (not each.folder, each.path))

    def find(self, words: Sequence[str], folder: str, limit: int) -> Sequence[StoredFile]:
        wanted = [same(word) for word in words]
        top = self._inside(folder) if folder else self._root
        with _delivering(folder):
            files = (Path(place, name) for place, _, names in os.walk(top) for name in names)
            found = [
                self._stored(each) for each in files if all(word in same(each.name) for word in wanted) and self._shows(each)
            ]
        return sorted(found, key=lambda file: file.modified, reverse=True)[:limit]

    def make_folder(self, path: str) -> None:
        with _delivering(path):
            self._inside(path).mkdir(parents=True, exist_ok=True)

    def move(self, path: str, to: str) -> StoredFile:
        source, target = self._inside(path), self._inside(to)
        with _delivering(path):
            source.stat()
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._alone():
                if target.exists():
                    raise Changed(self._stored(target))
                source.rename(target)
                return self._stored(target)

    def delete(self, path: str) -> None:
        """A folder is left alone: with it would go all that it holds."""
        target = self._inside(path)
        with _delivering(path):
            target.unlink(missing_ok=True)

    # ------------------------------------------------------------ what a folder of a machine lacks

    def versions(self, path: str) -> Sequence[Version]:
        return []

    def restore(self, path: str, version: str) -> StoredFile:
        raise DeliveryError(f"{path}: a folder of this machine keeps no earlier versions", permanent=True)

    def changed_by(self, path: str) -> str:
        """A folder of this machine does not tell."""
        self._existing(path)
        return ""

    def share(self, path: str, *, expires: datetime | None = None) -> Link:
        """A `file:` link; it works for whoever can read the folder, and never expires."""
        return Link(self._existing(path).resolve().as_uri())

    def unshare(self, path: str) -> None:
        self._inside(path)

    def grant(self, path: str, accounts: Sequence[str], *, edit: bool | Collection[str]) -> None:
        self._existing(path)

    def link_for_members(self, path: str) -> str:
        self._existing(path)
        return ""

    @contextmanager
    def within(self, seconds: float = 1.5) -> Iterator[None]:
        yield

    # ------------------------------------------------------------ helpers

    def _existing(self, path: str) -> Path:
        target = self._inside(path)
        if not target.exists():
            raise DeliveryError(f"{path}: there is no such file", permanent=True)
        return target

    def _is(self, target: Path, expected: str) -> bool:
        return target.exists() and _version(target.stat()) == expected if expected else not target.exists()

    def _shows(self, file: Path) -> bool:
        """Neither unfinished, nor a link that leads out of the folder or nowhere."""
        return not file.name.startswith(_UNFINISHED) and file.exists() and self._holds(file)

    def _stored(self, file: Path) -> StoredFile:
        status, path = file.stat(), file.relative_to(self._root).as_posix()
        modified = datetime.fromtimestamp(status.st_mtime, UTC)
        if file.is_dir():
            return StoredFile(path, 0, modified, folder=True)
        return StoredFile(path, status.st_size, modified, _version(status))

    def _inside(self, path: str) -> Path:
        """The file that `path` names; raises `DeliveryError` (permanent) for one that is not safe."""
        names = names_in(path)
        target = self._root.joinpath(*names)
        if any(name.startswith(_UNFINISHED) for name in names) or not self._holds(target):
            raise DeliveryError(f"{path!r} is not a path inside the storage", permanent=True)
        return target

    def _holds(self, target: Path) -> bool:
        """A link planted in the folder could point anywhere."""
        return target.resolve().is_relative_to(self._root.resolve())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One at a time over all processes between a look at a file and the change of it."""
        place = os.open(self._root, os.O_RDONLY)
        try:
            fcntl.flock(place, fcntl.LOCK_EX)
            yield
        finally:
            os.close(place)


def _version(status: os.stat_result) -> str:
    """A file that we put in the place of another is another file, so its number differs even in the same moment."""
    return f"{status.st_mtime_ns:x}-{status.st_size:x}-{status.st_ino:x}"


def _same_content(one: Path, other: Path) -> bool:
    if not other.is_file() or one.stat().st_size != other.stat().st_size:
        return False
    digests = []
    for path in (one, other):
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").digest())
    return digests[0] == digests[1]


def _read(file: BinaryIO, path: str) -> Iterator[bytes]:
    with file, _delivering(path):
        yield from pieces(file, _PIECE)


@contextmanager
def _written_beside(target: Path, content: Iterable[bytes], progress: Progress | None) -> Iterator[Path]:
    """The content in a file beside the target, for the caller to rename: a reader sees the old content or the new."""
    descriptor, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=target.parent)
    temporary, passed = Path(name), 0
    try:
        with os.fdopen(descriptor, "wb") as file:
            for each in content:
                file.write(each)
                passed += len(each)
                if progress:
                    progress(passed)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(target: Path, content: builtins.bytes) -> None:
    """Write beside the target, then rename."""
    with _written_beside(target, (content,), None) as temporary:
        temporary.replace(target)


@contextmanager
def _delivering(path: str) -> Iterator[None]:
    """What is missing or in the way stays so; a full disk or a dead mount may recover."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, FileExistsError) as error:
        raise DeliveryError(f"{path}: {error.strerror}", permanent=True) from None
    except OSError as error:
        raise DeliveryError(f"{path}: {error.strerror}") from None
