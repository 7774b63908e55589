"""`/hadir`: what the plugin declares."""

from __future__ import annotations

from pathlib import Path

from integration import outages
from integration.guidance import help_reply
from integration.messages import Command, Reply, Text, join
from integration.plugin import Context, Plugin, Subcommand
from plugins.hadir import (
    commands,
    corrections,
    filing,
    jobs,
    own_data,
    places,
    preferences,
    service,
    showing,
    summary,
    tables,
    team_commands,
    why,
)
from plugins.hadir.compliance import commands as compliance_commands
from plugins.hadir.corrections import commands as correction_commands
from plugins.hadir.corrections import escalation
from plugins.hadir.discipline import commands as discipline_commands
from plugins.hadir.discipline import jobs as discipline_jobs
from plugins.hadir.discipline import service as discipline_service
from plugins.hadir.outages import commands as outage_commands
from plugins.hadir.recap import commands as recap_commands
from plugins.hadir.reports import commands as report_commands
from plugins.hadir.rules import PLACES


def _help(context: Context, _command: Command) -> Reply:
    places = context.t("Places: WFO at the office, WFH at home, WFA elsewhere, Dinas on official travel.")
    menu = context.t("- `/hadir` — Open the menu with buttons")
    return Reply(join("\n", [menu, help_reply(PLUGIN, context.t).text, Text(""), places]))


def _aloud(place: str) -> frozenset[str] | None:
    """Who writes nothing but "WFH" says where they work; "dinas" is many things."""
    return frozenset({""}) if place != "dinas" else None


PLUGIN = Plugin(
    name="hadir",
    description="Record and see attendance",
    hint="masuk | pulang | status | tim | rekap | koreksi | bantuan",
    home=commands.home,
    subcommands=(
        Subcommand(
            "masuk",
            commands.check_in,
            "Check in; place: wfo, wfh, wfa, dinas (none: as planned, else WFO)",
            arguments="[wfo|wfh|wfa|dinas] [note]",
            example="/hadir masuk wfh",
            aliases=("in", "checkin", "check-in", "datang"),
            writes=True,
            aloud=frozenset({"", *places.WORDS}),
        ),
        Subcommand(
            "pulang",
            commands.check_out,
            "Check out; the latest one counts",
            arguments="[note]",
            aliases=("out", "checkout", "check-out", "keluar"),
            writes=True,
            aloud=frozenset({""}),
        ),
        Subcommand("status", commands.status, "Your own day", aliases=("saya", "me")),
        Subcommand(
            "tim",
            team_commands.team_now,
            "Who of your team is in; another unit: add its name",
            arguments="[unit] [all]",
            aliases=("team", "unit"),
        ),
        *correction_commands.SUBCOMMANDS,
        *recap_commands.SUBCOMMANDS,
        *why.SUBCOMMANDS,
        *discipline_commands.SUBCOMMANDS,
        *summary.SUBCOMMANDS,
        *outage_commands.SUBCOMMANDS,
        *compliance_commands.SUBCOMMANDS,
        *own_data.SUBCOMMANDS,
        Subcommand(
            "pengingat",
            preferences.reminders,
            "Turn your reminders off; `hidup` turns them on",
            arguments="off|on",
            example="/hadir pengingat mati",
            aliases=("reminder", "reminders"),
            writes=True,
        ),
        Subcommand(
            "bahasa",
            preferences.language,
            "Choose your language: id or en",
            arguments="id|en",
            example="/hadir bahasa id",
            aliases=("language", "lang"),
            writes=True,
        ),
        *showing.SUBCOMMANDS,
        Subcommand("bantuan", _help, "This help", aliases=("help", "?", "tolong")),
        Subcommand("izin", commands.leave(""), "", aliases=("ijin",), hidden=True),
        *(Subcommand(word, commands.leave(word), "", hidden=True) for word in ("cuti", "sakit")),
        *(
            Subcommand(place, commands.check_in_at(place), "", writes=True, hidden=True, aloud=_aloud(place))
            for place in PLACES
        ),
    ),
    translations=Path(__file__).parent / "translations",
    tables=(
        tables.attendance_event,
        tables.attendance_correction,
        tables.attendance_preference,
        tables.attendance_summary,
        discipline_service.discipline_notice,
        outages.heartbeat,
        outages.outage,
    ),
    buttons={
        "place": commands.choose_place,
        **correction_commands.BUTTONS,
        **recap_commands.BUTTONS,
        **report_commands.BUTTONS,
        **compliance_commands.BUTTONS,
    },
    forms={**correction_commands.FORMS},
    tasks={**compliance_commands.TASKS},
    jobs=(*jobs.JOBS, *escalation.JOBS, *filing.JOBS, *discipline_jobs.JOBS),
    activities=service.where,
    place=service.place,
    ledgers={
        "attendance_event": (tables.attendance_event, service.AUDITED),
        "attendance_correction": (tables.attendance_correction, corrections.LEDGER),
        "outage": (outages.outage, outages.AUDITED),
    },
)
