"""People with a Talk client on a running Nextcloud, and its `occ`.

HADIR_LIVE_NEXTCLOUD_URL names the server, HADIR_LIVE_NEXTCLOUD_ADMIN_USER and _ADMIN_PASSWORD an administrator,
HADIR_LIVE_OCC a command that runs `occ` there, because only that installs a bot. The server must reach this machine's loopback.
HADIR_LIVE_NEXTCLOUD_SQL, where it is given, runs a statement on its database: only there does a message become a day old.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.service import until

NEEDED = tuple(f"HADIR_LIVE_{name}" for name in ("NEXTCLOUD_URL", "NEXTCLOUD_ADMIN_USER", "NEXTCLOUD_ADMIN_PASSWORD", "OCC"))
PASSWORD = "Percobaan-1234!"

wanted = pytest.mark.skipif(not all(map(os.environ.get, NEEDED)), reason=f"{', '.join(NEEDED)} name no running Nextcloud")


def occ(*words: str, **environment: str) -> str:
    """As an administrator types it; gives what it prints."""
    command = [*shlex.split(os.environ["HADIR_LIVE_OCC"]), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=os.environ | environment)
    assert done.returncode == 0, f"occ {words[0]}: {done.stdout}{done.stderr}"
    return done.stdout


def grows_old(message: int) -> None:
    """As if it had been said two days ago."""
    command = os.environ.get("HADIR_LIVE_NEXTCLOUD_SQL") or pytest.skip("HADIR_LIVE_NEXTCLOUD_SQL: nothing grows old there")
    then = datetime.now(UTC) - timedelta(days=2)
    statement = f"UPDATE oc_comments SET creation_timestamp = '{then:%Y-%m-%d %H:%M:%S}' WHERE id = {message}"  # noqa: S608  # a number and a time
    subprocess.run([*shlex.split(command), statement], capture_output=True, text=True, check=True, timeout=60)


@dataclass
class Person:
    """Somebody with a Talk client and a drive. `read`: the message up to which they have read, by conversation.

    `settled` waits until the service has said all that it has to say.
    """

    url: str
    id: str
    password: str = PASSWORD
    read: dict[str, int] = field(default_factory=dict)
    settled: Callable[[], None] = lambda: None

    def __call__(self, method: str, where: str, /, **body: Any) -> Any:
        headers = {"OCS-APIRequest": "true", "Accept": "application/json"}
        login = (self.id, self.password)
        answer = requests.request(method, f"{self.url}/ocs/v2.php{where}", json=body, headers=headers, auth=login, timeout=30)
        assert answer.ok or answer.status_code == 304, f"{method} {where}: {answer.status_code} {answer.text[:300]}"
        return answer.json()["ocs"]["data"] if answer.status_code != 304 else []

    # ------------------------------------------------------------ conversations

    def opens(self, account: str) -> str:
        token: str = self("POST", "/apps/spreed/api/v4/room", roomType=1, invite=account)["token"]
        return token

    def founds(self, name: str, *members: str) -> str:
        """A group conversation with these accounts in it."""
        token: str = self("POST", "/apps/spreed/api/v4/room", roomType=2, roomName=name)["token"]
        for member in members:
            self.adds(token, member)
        return token

    def adds(self, room: str, member: str) -> None:
        self("POST", f"/apps/spreed/api/v4/room/{room}/participants", newParticipant=member, source="users")

    def removes(self, room: str, member: str) -> None:
        self("DELETE", f"/apps/spreed/api/v4/room/{room}/attendees", attendeeId=self._attendee(room, member))

    def promotes(self, room: str, member: str) -> None:
        """Make somebody a moderator."""
        self("POST", f"/apps/spreed/api/v4/room/{room}/moderators", attendeeId=self._attendee(room, member))

    def _attendee(self, room: str, member: str) -> int:
        found = self("GET", f"/apps/spreed/api/v4/room/{room}/participants")
        return int(next(each["attendeeId"] for each in found if each["actorId"] == member))

    def switches_on(self, room: str, bot: int) -> None:
        self("POST", f"/apps/spreed/api/v1/bot/{room}/{bot}")

    def closes(self, room: str) -> None:
        self("DELETE", f"/apps/spreed/api/v4/room/{room}")

    def types(self, room: str, text: str, *, answering: int = 0) -> int:
        """Say it; what was there before is not read again."""
        id = int(self("POST", f"/apps/spreed/api/v1/chat/{room}", message=text, replyTo=answering)["id"])
        self.read[room] = id
        return id

    def takes_away(self, room: str, message: int) -> None:
        """Delete it, as its author or a moderator."""
        self("DELETE", f"/apps/spreed/api/v1/chat/{room}/{message}")

    def messages(self, room: str) -> list[dict[str, Any]]:
        """The newest first."""
        found: list[dict[str, Any]] = self("GET", f"/apps/spreed/api/v1/chat/{room}?lookIntoFuture=0&limit=100&setReadMarker=0")
        return found

    def reads(self, room: str, words: str, after: int | None = None) -> dict[str, Any]:
        """The first message of somebody else with these words, now or soon, after what this person typed last."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            found[:] = [each for each in self._others(room, after) if words in str(each["message"])]
            return bool(found)

        try:
            until(there, f"{words!r} for {self.id}")
        except AssertionError as never:
            raise AssertionError(f"{never}; there is {[each['message'] for each in self._others(room, after)]}") from None
        return found[-1]

    def reads_once(self, room: str, words: str, after: int | None = None) -> dict[str, Any]:
        """Like `reads`, and no second one is on its way."""
        found = self.reads(room, words, after)
        self.settled()
        again = [each["message"] for each in self._others(room, after) if words in str(each["message"])]
        assert len(again) == 1, again
        return found

    def chooses(self, room: str, offered: dict[str, Any], label: str) -> int:
        """Answer the message with the number behind which `label` stands."""
        lines = str(offered["message"]).splitlines()
        number = next((line.partition(".")[0] for line in lines if line.partition(". ")[2].startswith(label)), "")
        assert number, f"{label!r} is none of {lines}"
        return self.types(room, number, answering=int(offered["id"]))

    def _others(self, room: str, after: int | None) -> list[dict[str, Any]]:
        start = self.read.get(room, 0) if after is None else after
        return [m for m in self.messages(room) if m["actorId"] != self.id and int(m["id"]) > start and not m["systemMessage"]]

    # ------------------------------------------------------------ files

    def drive(self, method: str, path: str, content: bytes = b"", **headers: str) -> requests.Response:
        """A call below this person's files. A new team folder is not there until somebody has looked at the root."""
        answer = self._asked(method, path, content, headers)
        if answer.status_code == 404:
            self._asked("PROPFIND", "", b"", {"Depth": "1"})
            answer = self._asked(method, path, content, headers)
        return answer

    def _asked(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> requests.Response:
        where = f"{self.url}/remote.php/dav/files/{self.id}/{path}"
        return requests.request(method, where, data=content, headers=headers, auth=(self.id, self.password), timeout=30)

    def shares_file(self, room: str, name: str, content: bytes) -> int:
        """Attach a file to the conversation, as Talk's own client does; the id of the message."""
        assert self.drive("PUT", name, content).status_code in (201, 204)
        self("POST", "/apps/files_sharing/api/v1/shares", path=f"/{name}", shareType=10, shareWith=room)
        shared: list[dict[str, Any]] = []

        def there() -> bool:
            shared[:] = [each for each in self.messages(room) if _file(each).get("name") == name]
            return bool(shared)

        until(there, f"{name} in the conversation")
        return int(shared[0]["id"])

    def fetches(self, message: dict[str, Any]) -> bytes:
        """The file that a message brought."""
        answer = self.drive("GET", str(_file(message)["path"]))
        assert answer.ok, answer.text[:200]
        return answer.content


def _file(message: dict[str, Any]) -> dict[str, Any]:
    parameters = message["messageParameters"]
    found = parameters.get("file") if isinstance(parameters, dict) else None
    return found or {}


def eventually(holds: Callable[[], object], what: str) -> None:
    """`until`, asking a server and not a variable: less often."""

    def slowly() -> object:
        found = holds()
        if not found:
            time.sleep(0.5)
        return found

    until(slowly, what)
