"""What attendance keeps. Events are never changed in place: a newer one makes the older inactive."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, text

from integration.db import Instant, metadata
from integration.silence import attendance_preference as attendance_preference

# kind: in | out. place: wfo | wfh | wfa | dinas, or empty when unknown (a check-out, a correction without one).
# source: chat | correction | import. At most one event a person, day and kind is active.
attendance_event = Table(
    "attendance_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("kind", String(3), nullable=False),
    Column("at", Instant, nullable=False),
    Column("place", String(10), nullable=False, server_default=""),
    Column("note", String(500), nullable=False, server_default=""),
    Column("source", String(12), nullable=False),
    Column("platform", String(20), nullable=False, server_default=""),
    Column("recorded_at", Instant, nullable=False),
    Column("correction_id", ForeignKey("attendance_correction.id")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)
Index(
    "uq_attendance_event_active",
    attendance_event.c.person_id,
    attendance_event.c.day,
    attendance_event.c.kind,
    unique=True,
    sqlite_where=text("active"),
    postgresql_where=text("active"),
)
Index("ix_attendance_event_day", attendance_event.c.day, attendance_event.c.person_id)

# state: waiting → approved | rejected | withdrawn, decided once.
attendance_correction = Table(
    "attendance_correction",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("kind", String(3), nullable=False),
    Column("at", Instant, nullable=False),
    Column("place", String(10), nullable=False, server_default=""),
    Column("reason", String(1000), nullable=False),
    Column("state", String(10), nullable=False, server_default="waiting"),
    Column("requested_at", Instant, nullable=False),
    Column("decider_id", ForeignKey("person.id")),
    Column("decided_at", Instant),
    Column("decision_note", String(1000), nullable=False, server_default=""),
)
Index(
    "uq_attendance_correction_waiting",
    attendance_correction.c.person_id,
    attendance_correction.c.day,
    attendance_correction.c.kind,
    unique=True,
    sqlite_where=attendance_correction.c.state == "waiting",
    postgresql_where=attendance_correction.c.state == "waiting",
)

# The channel to which a unit's daily summary goes, and when: minutes after local midnight in `zone`.
attendance_summary = Table(
    "attendance_summary",
    metadata,
    Column("unit_id", ForeignKey("unit.id"), primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("channel_id", String(190), nullable=False),
    Column("minute", Integer, nullable=False),
    Column("zone", String(64), nullable=False),
)
