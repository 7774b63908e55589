"""A file that somebody else is just writing: a real Nextcloud answers 423, and the file comes when they are done."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from integration import outbox
from integration.adapters.nextcloud.files import NextcloudStorage
from integration.app import assemble, connect
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.scheduler import work
from integration.settings import load
from tests import cast
from tests.adapters.nextcloud.account import account
from tests.adapters.nextcloud.slow_upload import uploading
from tests.conftest import SECRET
from tests.service import until

Somebody = Callable[[str], AbstractContextManager[None]]


@pytest.fixture
def somebody(request: pytest.FixtureRequest, storage: NextcloudStorage) -> Somebody:
    """Is writing the file of that name; in a recording they have done so."""

    def writes(path: str) -> AbstractContextManager[None]:
        return uploading(*account(), "/".join((*storage._folder, path)))

    on_a_server = "live" in request.node.name or os.environ.get("HADIR_RECORD_NEXTCLOUD")
    return writes if on_a_server else lambda path: nullcontext()


@pytest.fixture
def office(storage: NextcloudStorage, sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Hadir, cast.Clock]]:
    """An office that files into that storage."""
    shutil.copy(sqlite_template, tmp_path / "hadir.db")
    clock = cast.Clock()
    settings = load({}, database_url=f"sqlite:///{tmp_path / 'hadir.db'}", secret_key=SECRET, home=tmp_path)
    hadir = assemble(settings, clock=clock)
    connect(hadir)
    hadir.ports.storage = storage
    yield hadir, clock
    hadir.database.dispose()


def files(hadir: Hadir, content: str) -> None:
    with hadir.database.write() as db:
        assert work(hadir, db).file("Logbook/November.txt", content.encode(), "text/plain", f"uji:{content}")
    delivers(hadir)


def delivers(hadir: Hadir) -> None:
    while Delivery(hadir, kinds=outbox.Kinds(("storage",))).step():
        pass


def waiting(hadir: Hadir) -> list[str]:
    """Why those wait that are still to come."""
    with hadir.database.read() as db:
        return list(db.scalars(select(outbox.outbox.c.error).where(outbox.outbox.c.state == "waiting")))


def test_what_somebody_is_writing_is_filed_when_they_are_done(
    office: tuple[Hadir, cast.Clock], storage: NextcloudStorage, somebody: Somebody
) -> None:
    """Their line breaks, so the file is still ours: nothing goes beside it, nothing is lost, and the half of theirs is gone."""
    hadir, clock = office
    files(hadir, "satu")
    with somebody("Logbook/November.txt"):
        files(hadir, "dua")
        [why] = waiting(hadir)
        assert "423" in why

    def filed() -> bool:
        clock.now += timedelta(minutes=1)
        delivers(hadir)
        return not waiting(hadir)

    until(filed, "the file")
    assert storage.get("Logbook/November.txt") == b"dua"
    assert [file.path for file in storage.list("Logbook")] == ["Logbook/November.txt"]
