"""Whose storage the tests use: an account that only exists here, or the one whose address is given."""

from __future__ import annotations

import contextlib
import os

import pytest

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.files import NextcloudStorage
from tests import cast

KEY = b"k" * 32
USER, PASSWORD = "hadir", "sandi-aplikasi-rahasia"
ROOT = "Hadir Bersama/Uji otomatis"


def storage_of(client: Client, root: str = ROOT) -> NextcloudStorage:
    """Its pieces are small, so that small files come in several."""
    return NextcloudStorage(client, root, key=KEY, clock=lambda: cast.MONDAY_0728, piece_bytes=20_000)


def account() -> tuple[str, str, str]:
    names = [f"HADIR_LIVE_NEXTCLOUD_{name}" for name in ("URL", "USER", "PASSWORD")]
    if not all(map(os.environ.get, names)):
        pytest.skip(f"{', '.join(names)} name no running Nextcloud")
    url, user, password = (os.environ[name] for name in names)
    return url.rstrip("/"), user, password


def empty(client: Client, root: str) -> None:
    with contextlib.suppress(NextcloudError):
        client.call(lambda cloud: cloud.remove(root))
