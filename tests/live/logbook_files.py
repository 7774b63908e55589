"""A month of the logbook in a unit's team folder, as people see it there, and the running service that files it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote, unquote

import requests
from python_calamine import load_workbook
from sqlalchemy import Table, select

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.setup.admin import Admin
from integration.db import Database
from integration.outbox import outbox
from plugins.logbook.tables import logbook_drawing, logbook_entry
from tests.live.nextcloud_town import Town
from tests.live.talk_people import Person, eventually


def names(someone: Person, folder: str) -> set[str]:
    """What lies in a folder, as that person sees it."""
    listed = someone.drive("PROPFIND", quote(folder), Depth="1")
    assert listed.status_code in (207, 404), listed.text
    found = {unquote(href).rstrip("/").rpartition("/")[2] for href in re.findall(r"<d:href>([^<]*)</d:href>", listed.text)}
    return found - {folder.rpartition("/")[2]}


def versions(someone: Person, path: str) -> int:
    """How many earlier versions of a file the server keeps."""
    where = f"{someone.url}/remote.php/dav/versions/{someone.id}/versions/{file_id(someone, path)}"
    answer = requests.request("PROPFIND", where, headers={"Depth": "1"}, auth=(someone.id, someone.password), timeout=60)
    assert answer.status_code == 207, answer.text
    return answer.text.count("<d:href>") - 1


def file_id(someone: Person, path: str) -> str:
    wanted = '<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><oc:fileid/></d:prop></d:propfind>'
    asked = someone.drive("PROPFIND", quote(path), wanted.encode(), Depth="0")
    id = re.search(r"<oc:fileid>(\d+)<", asked.text)
    assert id, asked.text
    return id[1]


def mark(someone: Person, path: str) -> str:
    """Another one whenever a file was written."""
    return someone.drive("HEAD", quote(path)).headers.get("ETag", "")


def marks(someone: Person, files: dict[str, str]) -> dict[str, str]:
    return {kind: mark(someone, path) for kind, path in files.items()}


def fetched(someone: Person, path: str) -> bytes:
    answer = someone.drive("GET", quote(path))
    assert answer.ok, answer.text[:300]
    return answer.content


def words(content: bytes) -> str:
    """Everything that stands in a workbook, read by a library that wrote none of it."""
    book = load_workbook(BytesIO(content))
    return "\n".join(str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row)


def drawn(town: Town) -> None:
    """Wait until the running service has drawn and filed all that was changed."""

    def all_filed() -> bool:
        changed = {each.person_id: each.changed_at for each in sorted(rows(town), key=lambda each: each.changed_at)}
        shown = {each.scope: each.drawn_at for each in rows(town, logbook_drawing)}
        own = {id: [at for scope, at in shown.items() if scope.startswith(f"person:{id}:")] for id in changed}
        unit = [at for scope, at in shown.items() if scope.startswith("unit:")]
        seen = all(own[id] and own[id][0] > at for id, at in changed.items()) and unit and unit[0] > max(changed.values())
        return bool(seen) and not waiting(town)

    comes(all_filed, "the end of the drawing")


def waiting(town: Town) -> list[Any]:
    return [each for each in rows(town, outbox) if each.state == "waiting" and each.kind == "storage"]


def team_folder(town: Town) -> int:
    with closing(Client(town.url, *town.admin)) as client:
        [found] = [each.id for each in Admin(client).folders() if each.mount.endswith(town.unit)]
    return found


def comes(holds: Callable[[], object], what: str) -> None:
    """`eventually`, for what the service looks for once a minute and then waits a while with."""
    for _ in range(2):
        with suppress(AssertionError):
            eventually(holds, what)
            return
    eventually(holds, what)


def rows(town: Town, table: Table = logbook_entry) -> list[Any]:
    """In their order; while the service writes, too."""
    database = Database(town.database)
    try:
        with database.read() as db:
            return list(db.execute(select(table).order_by(*table.primary_key.columns)))
    finally:
        database.dispose()


def due_now(town: Town) -> None:
    """Nobody here has the minutes after which a file is tried again by itself."""
    late = (outbox.c.state == "waiting", outbox.c.kind == "storage")
    with town.inside() as hadir, hadir.database.write() as db:
        db.execute(outbox.update().where(*late).values(due_at=datetime.now(UTC)))
