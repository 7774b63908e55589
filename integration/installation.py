"""What this installation remembers about itself: whether it is a demo, credentials that setup was given."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import JSON, Column, Connection, String, Table, delete, select

from integration.db import metadata
from integration.signing import Signer

installation = Table(
    "installation",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("value", JSON, nullable=False),
)

DEMO = "demo"


class SecretLost(Exception):
    """A stored credential was encrypted under another HADIR_SECRET_KEY."""


def get(db: Connection, key: str, default: Any = None) -> Any:
    """The plain data stored under `key`, or `default`."""
    row = db.execute(select(installation.c.value).where(installation.c.key == key)).first()
    return default if row is None else row.value


def put(db: Connection, key: str, value: Any) -> None:
    """Store plain data under `key`, in the place of what was there."""
    db.execute(delete(installation).where(installation.c.key == key))
    db.execute(installation.insert().values(key=key, value=value))


def put_secret(db: Connection, signer: Signer, key: str, secret: str) -> None:
    """Store a credential, encrypted under the installation's secret key."""
    put(db, key, _box(signer).encrypt(secret.encode()).decode())


def get_secret(db: Connection, signer: Signer, key: str) -> str:
    """The credential, or "" if there is none; raises `SecretLost`."""
    stored = get(db, key)
    try:
        return _box(signer).decrypt(stored.encode()).decode() if stored else ""
    except InvalidToken:
        raise SecretLost(f"{key} was stored under another HADIR_SECRET_KEY: restore that key, or run setup again") from None


def is_demo(db: Connection) -> bool:
    return bool(get(db, DEMO))


def _box(signer: Signer) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(signer.key("installation")))
