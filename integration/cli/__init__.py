"""`hadir …`: one click command a function, grouped in modules by what they are about; loaded when called."""

from __future__ import annotations

import importlib
import sys

import click

from integration import __version__
from integration.installation import SecretLost
from integration.settings import SettingsError

# command → module in this package. A command's function has the command's name (- as _).
COMMANDS = {
    "serve": "run",
    "web": "run",
    "worker": "run",
    "db": "database",
    "demo": "demo",
    "say": "talk",
    "chat": "talk",
    "setup": "setup",
    "doctor": "doctor",
    "people": "people",
    "day": "day",
    "rules": "rules",
    "reevaluate": "reevaluate",
    "holidays": "holidays",
    "rooms": "rooms",
    "leave": "leave",
    "logbook": "logbook",
    "outbox": "outbox",
    "outages": "outages",
    "calendar": "calendar",
    "audit": "audit",
    "report": "report",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = getattr(importlib.import_module(f"integration.cli.{module}"), cmd_name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hadir")
def hadir() -> None:
    """Attendance, meetings, logbooks and files for a self-hosted Mattermost or Nextcloud."""


def main() -> None:
    """The console script: a wrong setting is one clear line, not a traceback."""
    try:
        hadir()
    except (SettingsError, SecretLost) as error:
        click.echo(f"hadir: {error}", err=True)
        sys.exit(1)
