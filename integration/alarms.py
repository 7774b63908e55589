"""What administrators are told by the worker itself: that something could not be delivered, or lets Hadir in no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from integration import outbox, people
from integration.core import Hadir
from integration.i18n import Translate
from integration.messages import Reply, Text, reply_to_json

# The streams of these messages; about those of them that cannot be delivered nobody is told.
ALARM = "alarm:"


def dead_letter(hadir: Hadir, db: Connection, now: datetime) -> None:
    def text(t: Translate) -> Text:
        return t("Some messages could not be delivered. See them with {command}.", command="hadir outbox list --state dead")

    _tell_administrators(hadir, db, "dead-letters", text, now)


def locked_out(hadir: Hadir, db: Connection, platform: str, now: datetime) -> None:
    def text(t: Translate) -> Text:
        return t(
            "{platform} lets Hadir in no more: its app password was revoked or is wrong. Nothing is lost; what is meant for "
            "{platform} waits. Make a new app password and give it with {command}.",
            platform=platform.capitalize(),
            command=f"hadir setup {platform}",
        )

    _tell_administrators(hadir, db, f"locked-out-{platform}", text, now)


def _tell_administrators(hadir: Hadir, db: Connection, what: str, words: Callable[[Translate], Text], now: datetime) -> None:
    """Once a day, in a stream of its own: theirs may be the one that is stuck."""
    for admin in people.with_role(db, "admin", now.date()):
        text = words(hadir.catalogues.speak(admin.locale or hadir.settings.locale))
        payload = {"person": admin.id, "message": reply_to_json(Reply(text))}
        stream, key = f"{ALARM}person:{admin.id}", f"{what}:{now:%Y-%m-%d}:{admin.id}"
        outbox.enqueue(db, kind="chat", stream=stream, key=key, payload=payload, now=now)
