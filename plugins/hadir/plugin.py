"""`/hadir`: what the plugin declares."""

from __future__ import annotations

from pathlib import Path

from integration.guidance import help_reply
from integration.messages import Command, Reply, Text, join
from integration.plugin import Context, Plugin, Subcommand
from plugins.hadir import (
    commands,
    correction_commands,
    corrections,
    escalation,
    filing,
    jobs,
    preferences,
    recap_commands,
    service,
    summary,
    tables,
    team_commands,
)
from plugins.hadir.rules import PLACES


def _help(context: Context, _command: Command) -> Reply:
    places = context.t("Places: WFO at the office, WFH at home, WFA elsewhere, Dinas on official travel.")
    return Reply(join("\n", [help_reply(PLUGIN, context.t).text, Text(""), places]))


PLUGIN = Plugin(
    name="hadir",
    description="Record and see attendance",
    hint="masuk | pulang | status | tim | rekap | koreksi | bantuan",
    home=commands.home,
    subcommands=(
        Subcommand(
            "masuk",
            commands.check_in,
            "Check in; without a place it is the planned one, else WFO",
            arguments="[wfo|wfh|wfa|dinas] [note]",
            example="/hadir masuk wfh",
            aliases=("in", "checkin", "check-in", "datang"),
            writes=True,
        ),
        Subcommand(
            "pulang",
            commands.check_out,
            "Check out; the latest one counts",
            arguments="[note]",
            aliases=("out", "checkout", "check-out", "keluar"),
            writes=True,
        ),
        Subcommand("status", commands.status, "Your own day", aliases=("saya", "me")),
        Subcommand(
            "tim",
            team_commands.team_now,
            "Who of your team or unit is in",
            arguments="[unit] [all]",
            aliases=("team", "unit"),
        ),
        *correction_commands.SUBCOMMANDS,
        *recap_commands.SUBCOMMANDS,
        *summary.SUBCOMMANDS,
        Subcommand(
            "pengingat",
            preferences.reminders,
            "Turn your reminders off or on",
            arguments="off|on",
            aliases=("reminder", "reminders"),
            writes=True,
        ),
        Subcommand(
            "bahasa",
            preferences.language,
            "Choose your language",
            arguments="id|en",
            aliases=("language", "lang"),
            writes=True,
        ),
        Subcommand("bantuan", _help, "This help", aliases=("help", "?", "tolong")),
        *(Subcommand(place, commands.check_in_at(place), "", writes=True, hidden=True) for place in PLACES),
    ),
    translations=Path(__file__).parent / "translations",
    tables=(
        tables.attendance_event,
        tables.attendance_correction,
        tables.attendance_preference,
        tables.attendance_summary,
    ),
    buttons={"place": commands.choose_place, **correction_commands.BUTTONS, **recap_commands.BUTTONS},
    forms={**correction_commands.FORMS},
    jobs=(*jobs.JOBS, *escalation.JOBS, *filing.JOBS),
    ledgers={
        "attendance_event": (tables.attendance_event, service.AUDITED),
        "attendance_correction": (tables.attendance_correction, corrections.LEDGER),
    },
)
