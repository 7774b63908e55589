"""What this installation knows of its Talk: the bot's secret and name, and who the service account is."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from integration import installation
from integration.adapters.nextcloud import access
from integration.core import Hadir
from integration.installation import SecretLost

RELOAD_SECONDS = 3.0
BOT = "Hadir"  # as the manifest names it, unless setup stored another name


@dataclass(frozen=True, slots=True)
class Talk:
    """`account`: the id of the service account; `bot`: the name under which the bot is installed."""

    account: str
    secret: str = field(repr=False)
    bot: str = BOT

    @property
    def names(self) -> tuple[str, ...]:
        """What people call us."""
        return (self.account, self.bot, BOT)


def find(hadir: Hadir) -> Talk | None:
    """From the settings, else from what setup stored; None if there is no Nextcloud or no bot. Raises `SecretLost`."""
    found = access.access(hadir)
    if found is None:
        return None
    with hadir.database.read() as db:
        secret = hadir.settings.nextcloud_talk_secret.get_secret_value() or installation.get_secret(
            db, hadir.signer, "nextcloud.talk_secret"
        )
        bot = str(installation.get(db, "nextcloud.talk_bot", BOT))
    return Talk(found.user, secret, bot) if secret else None


class KnownTalk:
    """The same in memory: a webhook costs no statement for its secret. Setup may make another one meanwhile."""

    def __init__(self, hadir: Hadir, reload_seconds: float = RELOAD_SECONDS) -> None:
        self._hadir = hadir
        self._reload_seconds = reload_seconds
        self._talk: Talk | None = None
        self._loaded = float("-inf")
        self._lock = threading.Lock()

    def get(self, *, again: bool = False) -> Talk | None:
        """With `again` it looks again, but not more often than every few seconds. Raises `SQLAlchemyError`."""
        with self._lock:
            since = time.monotonic() - self._loaded
            if since == float("inf") or ((again or self._talk is None) and since >= self._reload_seconds):
                self._load()
            return self._talk

    def _load(self) -> None:
        try:
            self._talk = find(self._hadir)
        except SecretLost:
            self._talk = None
        self._loaded = time.monotonic()
