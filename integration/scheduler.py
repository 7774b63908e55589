"""Scheduled jobs. Every worker's scheduler fires; a unique row (job, planned time) decides who runs it."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from integration.db import Instant, metadata

job_run = Table(
    "job_run",
    metadata,
    Column("job", String(80), primary_key=True),
    Column("planned_at", Instant, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("outcome", String(10), nullable=False, server_default="running"),
)
