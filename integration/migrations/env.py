"""Alembic's entry: one history for the core and all plugins, run by `hadir db upgrade`."""

from __future__ import annotations

from alembic import context

from integration.db import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
