"""`/hadir`: what the plugin declares."""

from __future__ import annotations

from pathlib import Path

from integration.messages import Command, Reply
from integration.plugin import Context, Plugin, Subcommand
from plugins.hadir import tables


def _home(context: Context, _command: Command) -> Reply:
    return Reply(context.t("Hello {name}.", name=context.person.name))


PLUGIN = Plugin(
    name="hadir",
    description="Attendance",
    hint="masuk",
    home=_home,
    subcommands=(Subcommand("masuk", _home, "Check in", writes=True),),
    translations=Path(__file__).parent / "translations",
    tables=(tables.attendance_event,),
)
