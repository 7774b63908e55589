"""A folder of this machine as storage."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from integration.errors import DeliveryError
from integration.ports import StoredFile

_UNFINISHED = ".hadir-"
_LONGEST_NAME_BYTES = 255


class FolderStorage:
    """Files under `root`. A file appears whole or not at all; no path leads out of the folder."""

    name = "local"

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, path: str, content: bytes, media_type: str) -> StoredFile:
        target = self._inside(path)
        with _delivering(path):
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, content)
            return self._stored(target)

    def get(self, path: str) -> bytes:
        target = self._inside(path)
        with _delivering(path):
            return target.read_bytes()

    def list(self, folder: str) -> Sequence[StoredFile]:
        """The files directly in `folder`, by name; a folder that does not exist is empty."""
        target = self._inside(folder) if folder else self._root
        with _delivering(folder):
            if not target.is_dir():
                return []
            files = [file for file in sorted(target.iterdir()) if file.is_file() and not file.name.startswith(_UNFINISHED)]
            return [self._stored(file) for file in files]

    def share(self, path: str, *, expires: datetime | None = None) -> str:
        """A `file:` link; it works for whoever can read the folder, and never expires."""
        target = self._inside(path)
        if not target.is_file():
            raise DeliveryError(f"{path}: there is no such file", permanent=True)
        return target.resolve().as_uri()

    def delete(self, path: str) -> None:
        target = self._inside(path)
        with _delivering(path):
            target.unlink(missing_ok=True)

    def _stored(self, file: Path) -> StoredFile:
        status = file.stat()
        path = file.relative_to(self._root).as_posix()
        return StoredFile(path, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    def _inside(self, path: str) -> Path:
        """The file that `path` names; raises `DeliveryError` (permanent) for one that is not safe."""
        parts = path.split("/")
        safe = all(part not in ("", ".", "..") and _is_name(part) for part in parts) and not PurePosixPath(path).is_absolute()
        target = self._root.joinpath(*parts) if safe else self._root
        # A link planted in the folder could point anywhere.
        if not safe or not target.resolve().is_relative_to(self._root.resolve()):
            raise DeliveryError(f"{path!r} is not a path inside the storage", permanent=True)
        return target


def _is_name(part: str) -> bool:
    try:
        fits = len(part.encode()) <= _LONGEST_NAME_BYTES
    except UnicodeEncodeError:
        return False
    return fits and "\\" not in part and "\0" not in part and not part.startswith(_UNFINISHED)


def write_whole(target: Path, content: bytes) -> None:
    """Write beside the target, then rename: a reader sees the old content or the new."""
    descriptor, temporary = tempfile.mkstemp(prefix=_UNFINISHED, dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def _delivering(path: str) -> Iterator[None]:
    """What is missing or in the way stays so; a full disk or a dead mount may recover."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, FileExistsError) as error:
        raise DeliveryError(f"{path}: {error.strerror}", permanent=True) from None
    except OSError as error:
        raise DeliveryError(f"{path}: {error.strerror}") from None
