"""`/jadwal`: what the plugin declares."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from integration import parts
from integration.guidance import help_reply
from integration.messages import Answer, Command, Reply, Text, join
from integration.plugin import Context, Plugin, Subcommand
from plugins.jadwal import holidays, provider, register, swaps, tables, team_commands, upkeep, week, weekly, wishes
from plugins.jadwal.register import commands as register_commands
from plugins.jadwal.rota import commands as rota_commands
from plugins.jadwal.rota import store as rota_store
from plugins.jadwal.rota import verify
from plugins.jadwal.swaps import commands as swap_commands
from plugins.jadwal.wishes import commands as wish_commands

# In the order of the help.
PARTS: tuple[ModuleType, ...] = (
    team_commands,
    swap_commands,
    wish_commands,
    holidays,
    register_commands,
    rota_commands,
    weekly,
    upkeep,
)


def _help(context: Context, _command: Command) -> Reply:
    own = context.t("- `/jadwal besok` — Your own schedule of a day, a week or a month; alone: this week")
    return Reply(join("\n", [own, help_reply(PLUGIN, context.t).text, Text(""), _places(context)]))


def _places(context: Context) -> Text:
    return context.t("Places: WFO at the office, WFH at home, WFA elsewhere.")


def _said(context: Context, command: Command) -> Answer:
    return week.said(context, command, PLUGIN)


PLUGIN = Plugin(
    name="jadwal",
    description="Working hours, WFH and WFO days, holidays",
    hint="tim | tukar | ingin | libur | bantuan",
    home=week.home,
    otherwise=_said,
    subcommands=(
        *parts.listed(PARTS, "SUBCOMMANDS"),
        Subcommand("bantuan", _help, "This help", aliases=("help", "?", "tolong")),
    ),
    translations=Path(__file__).parent / "translations",
    tables=tables.TABLES,
    buttons=parts.joined(PARTS, "BUTTONS"),
    forms=parts.joined(PARTS, "FORMS"),
    jobs=parts.listed(PARTS, "JOBS"),
    tasks=parts.joined(PARTS, "TASKS"),
    ledgers={
        "rota": (tables.rota, rota_store.LEDGER),
        "swap": (tables.swap, swaps.LEDGER),
        "remote_register": (tables.remote_register, register.LEDGER),
        "rota_wish": (tables.rota_wish, wishes.LEDGER),
    },
    checks=(verify.problems,),
    day_plan=provider.day_plan,
    hours_changed=provider.hours_changed,
)
