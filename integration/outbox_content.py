"""The bytes of files that wait in the outbox, beside their rows: read once, by who delivers, and gone when it is done.

A row is looked at and written several times on its way, and each time a database would carry the bytes along. The row's
payload says under `contents` how many there are; a file of a message says under `kept` which of them is its own. Rows of
older versions hold their files in the payload itself, as base64 under `content`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Integer, LargeBinary, String, Table, delete, insert, select

from integration.db import metadata
from integration.errors import DeliveryError

_content = Table(
    "outbox_content",
    metadata,
    Column("key", String(190), ForeignKey("outbox.key", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)


def apart(payload: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """A payload without the bytes of the files in its message, and these bytes."""
    message = payload.get("message")
    if not isinstance(message, Mapping) or not any("content" in file for file in message.get("files", ())):
        return dict(payload), []
    contents: list[bytes] = []
    files = [_without(file, contents) for file in message["files"]]
    return {**payload, "message": {**message, "files": files}}, contents


def _without(file: Mapping[str, Any], contents: list[bytes]) -> dict[str, Any]:
    if "content" not in file:
        return dict(file)
    contents.append(base64.b64decode(file["content"]))
    rest = {name: value for name, value in file.items() if name != "content"}
    return {**rest, "kept": len(contents) - 1}


def keep(db: Connection, key: str, contents: Sequence[bytes]) -> None:
    """Keep what belongs to the row with that key."""
    db.execute(insert(_content), [{"key": key, "number": n, "content": content} for n, content in enumerate(contents)])


def of(db: Connection, key: str, payload: Mapping[str, Any]) -> list[bytes]:
    """All bytes that belong to the row; no statement where it has none. Raises `DeliveryError` if they are gone."""
    count = payload.get("contents", 0)
    if not count:
        return []
    found = list(db.scalars(select(_content.c.content).where(_content.c.key == key).order_by(_content.c.number)))
    if len(found) != count:
        raise DeliveryError("its files are gone: another worker has delivered it")
    return found


def message(db: Connection, key: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row's message as `messages.reply_to_json` wrote it, with its files. Raises `DeliveryError` if they are gone."""
    contents, said = of(db, key, payload), payload["message"]
    return {**said, "files": [_with(file, contents) for file in said["files"]]} if contents else said


def _with(file: Mapping[str, Any], contents: Sequence[bytes]) -> dict[str, Any]:
    if "kept" not in file:
        return dict(file)
    rest = {name: value for name, value in file.items() if name != "kept"}
    return {**rest, "content": base64.b64encode(contents[file["kept"]]).decode()}


def forget(db: Connection, keys: Iterable[str]) -> None:
    """What has arrived needs no copy here."""
    if chosen := list(keys):
        db.execute(delete(_content).where(_content.c.key.in_(chosen)))
