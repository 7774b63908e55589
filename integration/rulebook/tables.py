"""Rules as dated rows. A row is never changed: what replaces it has a later `entered_at`."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, false

from integration.db import Instant, metadata

# `content` is what the model of `kind` holds. `entered_at` is empty for what was known from the beginning: the presets of
# a new installation. `removed` takes back an earlier row of the same kind, name and version.
rule = Table(
    "rule",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("name", String(40), nullable=False),
    Column("version", String(40), nullable=False),
    Column("article", String(200), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("content", JSON, nullable=False),
    Column("entered_at", Instant),
    Column("removed", Boolean, nullable=False, server_default=false()),
    Column("comment", String(1000), nullable=False, server_default=""),
)
Index("ix_rule_kind", rule.c.kind, rule.c.name)

# Which named rule holds for whom: a unit's own choice, else that of the whole office (no unit). An empty name ends a
# unit's own choice.
rule_choice = Table(
    "rule_choice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("unit_id", ForeignKey("unit.id")),
    Column("name", String(40), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("entered_at", Instant),
)

# Past days keep the rules that were known when they ended, unless somebody re-evaluated them on purpose: then those that
# were known `at` that moment. Without unit and person it was for everybody.
reevaluation = Table(
    "reevaluation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("unit_id", ForeignKey("unit.id")),
    Column("person_id", ForeignKey("person.id")),
    Column("at", Instant, nullable=False),
    Column("actor", String(190), nullable=False),
    Column("reason", String(1000), nullable=False),
)
