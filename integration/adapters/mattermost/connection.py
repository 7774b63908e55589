"""How Mattermost is reached: the address and the token, and a new token where setup has made one meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from mattermostdriver import Driver

from integration import installation
from integration.adapters.mattermost.client import Client, driver
from integration.adapters.mattermost.errors import MattermostError
from integration.core import Hadir

PLATFORM = "mattermost"

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach Mattermost, and at which address Mattermost reaches us (`callback`, without a slash at the end)."""

    url: str
    token: str
    callback: str


def access(hadir: Hadir) -> Access | None:
    """From the settings, else from what setup stored; None if Mattermost is not set up."""
    settings = hadir.settings
    with hadir.database.read() as db:
        url = settings.mattermost_url or installation.get(db, "mattermost.url", "")
        token = settings.mattermost_bot_token.get_secret_value() or installation.get_secret(
            db, hadir.signer, "mattermost.bot_token"
        )
        callback = installation.get(db, "mattermost.callback_url", "") or settings.public_url
    return Access(url.rstrip("/"), token, callback.rstrip("/")) if url and token else None


class Connection:
    """The part of `MattermostChat` on which the others stand; every call may raise `MattermostError`."""

    name = PLATFORM

    def __init__(self, hadir: Hadir, access: Access) -> None:
        self._hadir = hadir
        self._bot: dict[str, Any] = {}
        self._use(access)

    def _use(self, access: Access) -> None:
        self.access = access
        self.driver: Driver = driver(access.url, access.token)
        self.client: Client = self.driver.client

    @property
    def bot(self) -> dict[str, Any]:
        """The bot's own user, asked for once."""
        if not self._bot:
            self._bot = self.driver.users.get_user("me")
        return self._bot

    def _with_fresh_token(self, call: Callable[[], _Result]) -> _Result:
        """Setup may have made a new token while this process was running."""
        try:
            return call()
        except MattermostError as error:
            fresh = access(self._hadir) if error.status == 401 else None
            if fresh is None or fresh == self.access:
                raise
            self.client.close()
            self._use(fresh)
            return call()
