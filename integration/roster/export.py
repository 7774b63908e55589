"""The people who work here as CSV, in the columns that an import reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection

from integration.roster.model import COLUMNS, PLATFORMS, protect
from integration.roster.plan import Known, known_people
from integration.zones import ZONES_BY_NAME

_SHORT_ZONES = {zone: name for name, zone in ZONES_BY_NAME.items()}


def as_csv(people: Iterable[Known]) -> str:
    """Header and one line a person; what a spreadsheet would compute is protected by an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for who in people:
        writer.writerow([protect(cell) for cell in _cells(who)])
    return text.getvalue()


def working_people(db: Connection, day: date) -> list[Known]:
    """Those who had not left before `day`, by unit and name."""
    here = [who for who in known_people(db).values() if who.ended_on is None or who.ended_on >= day]
    return sorted(here, key=lambda who: (who.unit, who.name, who.nip))


def _cells(who: Known) -> list[str]:
    usernames = [who.accounts[platform].username if platform in who.accounts else "" for platform in PLATFORMS]
    zone = _SHORT_ZONES.get(who.zone, who.zone)
    return [who.nip, who.name, who.unit, who.supervisor, ";".join(who.roles), who.email, zone, *usernames]
