"""Time zones as people call them, and moments on their clocks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
ZONES_BY_NAME = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}


def zone_name(zone: str, moment: datetime) -> str:
    """WIB, WITA or WIT; elsewhere the zone's own abbreviation."""
    return ZONE_NAMES.get(zone) or moment.astimezone(ZoneInfo(zone)).tzname() or zone


def clock(moment: datetime, zone: str) -> str:
    """`07.28 WIB`"""
    return f"{moment.astimezone(ZoneInfo(zone)):%H.%M} {zone_name(zone, moment)}"
