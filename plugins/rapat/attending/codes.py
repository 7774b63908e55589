"""The six digits and the QR code that those in the room see, other ones every 30 seconds; and who guesses too often.

Nothing is kept for a code: it is made from the date, the half minute and the installation's secret. The half minute before
counts too, for who types slowly, and the one after, for servers whose clocks differ by up to 30 seconds. Three of a million
codes are right at a moment; after 5 wrong ones in ten minutes a person is not listened to any more, after 200 nobody at that
meeting, so that even 200 guesses of many hands find it once in 1,600 meetings. A wrong code counts at every meeting at which
its writer could have meant it; who is invited to none that is on now guesses with others like them, and shuts out only these.
Everybody can still be added by hand.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select, update

from integration.db import insert_or_nothing
from integration.plugin import Work
from integration.settings import Settings
from integration.signing import Signer
from plugins.rapat.meetings import Occurrence
from plugins.rapat.tables import meeting_guess as _guess

STEP_SECONDS = 30
MOST_WRONG, MOST_WRONG_TOGETHER = 5, 200
REMEMBERED = timedelta(minutes=10)
CODE = re.compile(r"\d{6}")
# In the place of a date's id: what one has guessed wherever it was, and who is invited to nothing that is on now.
_ALONE, OUTSIDE = 0, -1


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


def is_locked(db: Connection, who: str, now: datetime) -> bool:
    """Whether `who` has guessed too often, at whatever meetings."""
    return _wrong(db, now, _guess.c.occurrence_id == _ALONE, _guess.c.who == who) >= MOST_WRONG


def is_shut(db: Connection, occurrence_id: int, now: datetime) -> bool:
    """Whether all together have guessed too often at that date, or those who are `OUTSIDE`."""
    return _wrong(db, now, _guess.c.occurrence_id == occurrence_id) >= MOST_WRONG_TOGETHER


def _wrong(db: Connection, now: datetime, *where: ColumnElement[bool]) -> int:
    lately = _guess.c.since > now - REMEMBERED
    return int(db.scalar(select(func.coalesce(func.sum(_guess.c.wrong), 0)).where(lately, *where)) or 0)


def guessed_wrong(work: Work, who: str, occurrence_ids: Sequence[int]) -> int:
    """Count a wrong code once for `who` and once at each of these dates (none: `OUTSIDE`), in this transaction; how many more
    wrong ones `who` has.
    """
    at = [_ALONE, *(occurrence_ids or (OUTSIDE,))]
    mine = (_guess.c.who == who, _guess.c.occurrence_id.in_(at))
    rows = [{"occurrence_id": each, "who": who, "wrong": 0, "since": work.now} for each in at]
    work.db.execute(insert_or_nothing(work.db, _guess), rows)
    work.db.execute(update(_guess).where(*mine, _guess.c.since <= work.now - REMEMBERED).values(wrong=0, since=work.now))
    work.db.execute(update(_guess).where(*mine).values(wrong=_guess.c.wrong + 1))
    wrong = _wrong(work.db, work.now, _guess.c.occurrence_id == _ALONE, _guess.c.who == who)
    if wrong == MOST_WRONG:
        named = occurrence_ids[0] if len(occurrence_ids) == 1 else 0
        work.audit("meeting.guessing", f"meeting_occurrence:{named}", after={"who": who, "wrong": wrong})
    return max(0, MOST_WRONG - wrong)
