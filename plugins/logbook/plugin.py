"""`/logbook`: what the plugin declares. Each part of it brings its own subcommands, buttons, forms, jobs, tasks and pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType

from integration import meant, parts
from integration.guidance import help_reply
from integration.messages import Command, Reply, Text, join
from integration.plugin import Context, Plugin, Subcommand
from plugins.logbook import commands, lock_commands, locking, tables, writing
from plugins.logbook.declared import forms as form_fields
from plugins.logbook.drawing import work as drawing
from plugins.logbook.evidence import commands as evidence_commands
from plugins.logbook.imports import starting as imports
from plugins.logbook.own import copying, late, late_commands, late_deciding, template_commands
from plugins.logbook.recap import commands as recap
from plugins.logbook.recap import export_commands
from plugins.logbook.review import (
    checking,
    closed_job,
    comment_commands,
    comments,
    digest_job,
    outcome,
    overdue,
    rating,
    rating_commands,
    reminders,
    reviewing,
    walking,
    words,
)
from plugins.logbook.targets import commands as target_commands
from plugins.logbook.targets import writing as target_writing
from plugins.logbook.team import commands as team_commands
from plugins.logbook.team import pages

# In the order of the help. A part has some of SUBCOMMANDS, BUTTONS, FORMS, JOBS, TASKS, PAGES.
PARTS: tuple[ModuleType, ...] = (
    commands,
    copying,
    template_commands,
    late_commands,
    late_deciding,
    evidence_commands,
    target_commands,
    imports,
    checking,
    words,
    walking,
    reviewing,
    comment_commands,
    rating_commands,
    digest_job,
    reminders,
    overdue,
    closed_job,
    outcome,
    recap,
    export_commands,
    team_commands,
    lock_commands,
    pages,
    drawing,
)


# What only those can use who lead somebody, or look after everybody's reports: others need not read about it.
_OF_LEADERS, _OF_OFFICERS = frozenset({"periksa", "setujui", "kembalikan", "tim"}), frozenset({"ekspor", "kunci", "buka-kunci"})


def _help(context: Context, _command: Command) -> Reply:
    """One line first, for it is all that most ever need; what is not for this person is left out, for a phone is small."""
    t, person = context.t, context.person
    line = t("In one line: {example}", example=Text("`/logbook menyusun laporan keuangan 2 jam #RHK-3`"))
    menu = t("- `/logbook` — Your day, drafted from what is known")
    others = frozenset[str]() if person.sees_everyone else _OF_OFFICERS
    if not person.sees_everyone and not meant.below(context.db, person.id):
        others |= _OF_LEADERS
    shown = replace(PLUGIN, subcommands=tuple(each for each in PLUGIN.subcommands if each.word not in others))
    return Reply(join("\n", [line, Text(""), menu, help_reply(shown, t).text]))


PLUGIN = Plugin(
    name="logbook",
    description="The day's work, reported and filed",
    hint="tambah | kirim | lihat | rekap | target | tim | bantuan",
    home=commands.home,
    subcommands=(
        *parts.listed(PARTS, "SUBCOMMANDS"),
        Subcommand("bantuan", _help, "This help", aliases=("help", "?", "tolong")),
    ),
    otherwise=commands.in_one_line,
    otherwise_writes=True,
    translations=Path(__file__).parent / "translations",
    tables=tables.TABLES,
    buttons=parts.joined(PARTS, "BUTTONS"),
    forms=parts.joined(PARTS, "FORMS"),
    jobs=parts.listed(PARTS, "JOBS"),
    tasks=parts.joined(PARTS, "TASKS"),
    pages=parts.joined(PARTS, "PAGES"),
    ledgers={
        "logbook_entry": (tables.logbook_entry, writing.LEDGER),
        "skp_target": (tables.skp_target, target_writing.LEDGER),
        "logbook_late": (tables.logbook_late, late.LEDGER),
        "logbook_lock": (tables.logbook_lock, locking.LEDGER),
        "logbook_form": (tables.logbook_form, form_fields.LEDGER),
        "logbook_comment": (tables.logbook_comment, comments.LEDGER),
        "logbook_rating": (tables.logbook_rating, rating.LEDGER),
    },
)
