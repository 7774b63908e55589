"""Whether a webhook brings news: Talk numbers its messages, and brings each one at once or never.

The outbox knows which messages were heard, but only for so long, and not those which were none of ours then. A number that
was passed an hour ago can therefore only come from somebody who has kept a webhook, to send it again when it suits. What is
read in the conversations themselves is not asked here: that is how a message is found whose webhook got lost.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, update

from integration import installation
from integration.db import insert_once

# Messages that are sent at once overtake one another; nothing is on its way for so long.
PATIENCE = timedelta(hours=1)
_KEY = "nextcloud.talk_order"


def note(db: Connection, number: int, now: datetime) -> bool:
    """False for a message that is at least `PATIENCE` behind the others. Mostly one statement."""
    marks = [(datetime.fromisoformat(at), int(passed)) for at, passed in installation.get(db, _KEY, [])]
    if any(number <= passed and now - at >= PATIENCE for at, passed in marks):
        return False
    if not marks or now - marks[-1][0] >= PATIENCE:
        highest = max([number, *(passed for _, passed in marks)])
        _keep(db, [*marks[-1:], (now, highest)])
    return True


def _keep(db: Connection, marks: list[tuple[datetime, int]]) -> None:
    """Two who do this at once keep much the same."""
    value = [[at.isoformat(), passed] for at, passed in marks]
    if insert_once(db, installation.installation, {"key": _KEY, "value": value}) is None:
        table = installation.installation
        db.execute(update(table).where(table.c.key == _KEY).values(value=value))
