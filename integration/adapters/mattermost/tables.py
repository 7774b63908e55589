"""What setup learns of a Mattermost server: the token of each team's command, as a hash."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from integration.db import metadata

mattermost_command = Table(
    "mattermost_command",
    metadata,
    Column("command_id", String(26), primary_key=True),
    Column("team_id", String(26), nullable=False),
    Column("trigger", String(128), nullable=False),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
)
