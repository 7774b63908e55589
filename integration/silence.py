"""Who wants no reminders: `/hadir pengingat mati` is said once, and holds for what every plugin would remind of."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ColumnElement, ForeignKey, Table, exists, text

from integration.db import metadata

attendance_preference = Table(
    "attendance_preference",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("reminders", Boolean, nullable=False, server_default=text("true")),
)


def wanted(person_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether this person, of a query about people, has not turned reminders off."""
    quiet = attendance_preference.c
    return ~exists().where(quiet.person_id == person_id, quiet.reminders.is_(False))
