"""`/rapat`: what the plugin declares. Each part of it brings its own subcommands, buttons, forms, jobs and tasks."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from integration import parts
from integration.guidance import help_reply
from integration.messages import Command, Reply, Text, join
from integration.plugin import Context, Plugin, Subcommand
from plugins.rapat import (
    answered,
    answering,
    answers_heard,
    asking,
    checking,
    commands,
    filing,
    following,
    joining,
    letter_copy,
    looking,
    proposals,
    publish,
    recordings,
    reminders,
    tables,
)
from plugins.rapat.attending import closing, days, lists, screen
from plugins.rapat.attending import commands as attending
from plugins.rapat.minutes import commands as minutes
from plugins.rapat.minutes import jobs as minutes_jobs
from plugins.rapat.minutes import secretary
from plugins.rapat.polls import commands as polls
from plugins.rapat.rooms import commands as rooms
from plugins.rapat.tasks import changing as task_changes
from plugins.rapat.tasks import commands as tasks
from plugins.rapat.tasks import reminders as task_reminders

# In the order of the help. A part has some of SUBCOMMANDS, BUTTONS, FORMS, JOBS, TASKS, PAGES.
PARTS: tuple[ModuleType, ...] = (
    commands,
    polls,
    rooms,
    asking,
    checking,
    looking,
    joining,
    attending,
    screen,
    lists,
    closing,
    publish,
    answering,
    answered,
    letter_copy,
    reminders,
    following,
    filing,
    recordings,
    proposals,
    minutes,
    secretary,
    minutes_jobs,
    tasks,
    task_changes,
    task_reminders,
)


def _help(context: Context, _command: Command) -> Reply:
    menu = context.t("- `/rapat` — Open the menu with buttons; shows your next meetings")
    line = context.t("In one line: {example}", example=Text("`/rapat besok 09.00 Koordinasi SPBE @dewi ~umum 90m`"))
    return Reply(join("\n", [menu, help_reply(PLUGIN, context.t).text, Text(""), line]))


def _plugin() -> Plugin:
    return PLUGIN


PLUGIN = Plugin(
    name="rapat",
    description="Meetings from the invitation to the minutes",
    hint="baru | mulai | daftar | lihat | ubah | batal | hadir | bantuan",
    home=commands.home,
    subcommands=(
        *parts.listed(PARTS, "SUBCOMMANDS"),
        Subcommand("bantuan", _help, "This help", aliases=("help", "?", "tolong")),
    ),
    otherwise=commands.in_one_line(_plugin),
    otherwise_writes=True,
    translations=Path(__file__).parent / "translations",
    tables=tables.TABLES,
    buttons=parts.joined(PARTS, "BUTTONS"),
    forms=parts.joined(PARTS, "FORMS"),
    jobs=parts.listed(PARTS, "JOBS"),
    tasks=parts.joined(PARTS, "TASKS"),
    pages=parts.joined(PARTS, "PAGES"),
    activities=days.did,
    answered=answers_heard.heard,
    answered_late=answers_heard.heard_late,
)
