"""What absences keep. The reason and the note of a decision are private: no other table, audit row or log repeats them."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from integration.db import Instant, metadata

# `type` is a code of the leave rules, `kind` its public word. `start` and `end` say which part of the one day, empty for
# whole days. state: waiting → approved | rejected | withdrawn; approved → cancelled before it begins, or by way of
# cancelling (counts until the supervisor confirms) once it has begun. `asked_at` is when its present question was asked,
# `round` how many there were: both name the messages about it.
absence = Table(
    "absence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("type", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("start", Instant),
    Column("end", Instant),
    Column("reason", String(1000), nullable=False, server_default=""),
    Column("letter_number", String(100), nullable=False, server_default=""),
    Column("letter_path", String(500), nullable=False, server_default=""),
    Column("state", String(12), nullable=False, server_default="waiting"),
    Column("source", String(12), nullable=False, server_default="chat"),
    Column("requested_at", Instant, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("round", Integer, nullable=False, server_default="1"),
    Column("decider_id", ForeignKey("person.id")),
    Column("decided_at", Instant),
    Column("decision_note", String(1000), nullable=False, server_default=""),
)
Index("ix_absence_person_id_last", absence.c.person_id, absence.c.last)
# What changes plans, and what waits for somebody: few rows each among those of years.
Index(
    "ix_absence_open",
    absence.c.last,
    absence.c.first,
    absence.c.person_id,
    sqlite_where=text("state in ('waiting', 'approved', 'cancelling')"),
    postgresql_where=text("state in ('waiting', 'approved', 'cancelling')"),
)
Index(
    "ix_absence_waits",
    absence.c.asked_at,
    sqlite_where=text("state in ('waiting', 'cancelling')"),
    postgresql_where=text("state in ('waiting', 'cancelling')"),
)

# What a personnel officer knows of a year that Hadir did not see whole: the days of its own that were left when Hadir
# began to count, and those carried into it.
leave_balance = Table(
    "leave_balance",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("year", Integer, nullable=False),
    Column("days", Integer, nullable=False),
    Column("carried", Integer, nullable=False),
    UniqueConstraint("person_id", "year"),
)
