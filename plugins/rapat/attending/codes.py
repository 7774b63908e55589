"""The six digits and the QR code that those in the room see, other ones every 30 seconds; and who guesses too often.

Nothing is kept for a code: it is made from the date, the half minute and the installation's secret. The half minute before
counts too, for who types slowly, and the one after, for servers whose clocks differ by up to 30 seconds. Three of a million
codes are right at a moment; after 5 wrong ones in ten minutes a person is not listened to any more, after 200 nobody at that
meeting, so that even 200 guesses of many hands find it once in 1,600 meetings. Everybody can still be added by hand.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from integration.db import insert_once
from integration.plugin import Work
from integration.settings import Settings
from integration.signing import Signer
from plugins.rapat.meetings import Occurrence
from plugins.rapat.tables import meeting_guess as _guess

STEP_SECONDS = 30
MOST_WRONG, MOST_WRONG_TOGETHER = 5, 200
REMEMBERED = timedelta(minutes=10)
CODE = re.compile(r"\d{6}")


def step(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def seconds_left(now: datetime) -> int:
    """Until the code changes, 1 to 30."""
    return STEP_SECONDS - int(now.timestamp()) % STEP_SECONDS


def code(settings: Settings, occurrence_id: int, at_step: int) -> str:
    """Six digits."""
    key = Signer(settings.secret_key.get_secret_value()).key("meeting-code")
    digest = hmac.digest(key, f"{occurrence_id}:{at_step}".encode(), "sha256")
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06}"


def is_right(settings: Settings, occurrence_id: int, typed: str, now: datetime) -> bool:
    steps = (step(now) - 1, step(now), step(now) + 1)
    right = [hmac.compare_digest(code(settings, occurrence_id, each).encode(), typed.encode()) for each in steps]
    return any(right)


def meant(settings: Settings, occurrences: Iterable[Occurrence], typed: str, now: datetime) -> Occurrence | None:
    """In the room of which of them the code stands now."""
    return next((each for each in occurrences if is_right(settings, each.id, typed, now)), None)


# ---------------------------------------------------------------- guessing


def is_locked(db: Connection, who: str, now: datetime, occurrence_id: int = 0) -> bool:
    """Whether `who` has guessed too often, at whatever meeting, or all together at this one."""
    lately = _guess.c.since > now - REMEMBERED
    mine = select(func.coalesce(func.sum(_guess.c.wrong), 0)).where(_guess.c.who == who, lately)
    if (db.scalar(mine) or 0) >= MOST_WRONG:
        return True
    theirs = select(func.coalesce(func.sum(_guess.c.wrong), 0)).where(_guess.c.occurrence_id == occurrence_id, lately)
    return (db.scalar(theirs) or 0) >= MOST_WRONG_TOGETHER


def guessed_wrong(work: Work, who: str, occurrence_id: int = 0) -> int:
    """Count a wrong code, in this transaction; how many more of them `who` has. 0: no meeting was named."""
    row = {"occurrence_id": occurrence_id, "who": who, "wrong": 1, "since": work.now}
    if insert_once(work.db, _guess, row) is None:
        mine = (_guess.c.occurrence_id == occurrence_id) & (_guess.c.who == who)
        old = mine & (_guess.c.since <= work.now - REMEMBERED)
        work.db.execute(update(_guess).where(old).values(wrong=0, since=work.now))
        work.db.execute(update(_guess).where(mine).values(wrong=_guess.c.wrong + 1))
    lately = (_guess.c.who == who) & (_guess.c.since > work.now - REMEMBERED)
    wrong = work.db.scalar(select(func.sum(_guess.c.wrong)).where(lately)) or 0
    if wrong == MOST_WRONG:
        work.audit("meeting.guessing", f"meeting_occurrence:{occurrence_id}", after={"who": who, "wrong": wrong})
    return max(0, MOST_WRONG - int(wrong))
