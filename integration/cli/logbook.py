"""`hadir logbook …`: what an administrator does with the logbook from a terminal. Each part of it has a module of its own."""

from __future__ import annotations

import click

from integration.cli.logbook_export import columns, export
from integration.cli.logbook_form import form
from integration.cli.logbook_lock import lock, unlock
from integration.cli.logbook_targets import targets


@click.group()
def logbook() -> None:
    """The day's reports: what their form asks, and which months are closed."""


for _command in (export, columns, form, lock, unlock, targets):
    logbook.add_command(_command)
