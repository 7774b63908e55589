"""`/izin`: what the plugin declares."""

from __future__ import annotations

from pathlib import Path

from integration.guidance import help_reply
from integration.messages import Command, Reply, Text, join
from integration.plugin import Context, Plugin, Subcommand
from plugins.izin import absences, commands, decisions, forms, letters, lists, plans, tables, waiting, withdrawals


def _help(context: Context, _command: Command) -> Reply:
    menu = context.t("- `/izin` — Open the menu with buttons; shows your balance")
    days = context.t("Days: today, tomorrow, Monday, 1–3 Des, 28 Des – 2 Jan, 2 days from Monday. Hours: 08.00–10.00.")
    return Reply(join("\n", [menu, help_reply(PLUGIN, context.t).text, Text(""), days]))


def _plugin() -> Plugin:
    return PLUGIN


PLUGIN = Plugin(
    name="izin",
    description="Leave, sick days, permission and official travel",
    hint="cuti | sakit | izin | dinas | saldo | daftar | batal | tim | bantuan",
    home=commands.home,
    subcommands=(
        Subcommand(
            "cuti",
            commands.ask("cuti"),
            "Ask for leave; without days it opens a form",
            arguments="[type] [days] [reason]",
            example="/izin cuti 1–3 Des tahunan",
            aliases=("leave",),
            writes=True,
        ),
        Subcommand(
            "sakit",
            commands.ask("sakit"),
            "Report ill; without days it is today",
            arguments="[days]",
            example="/izin sakit hari ini",
            aliases=("sick", "ill"),
            writes=True,
        ),
        Subcommand(
            "izin",
            commands.ask("izin"),
            "Ask for permission, for days or some hours",
            arguments="[days] [hours] [reason]",
            example="/izin izin besok 08.00-10.00 antar anak",
            aliases=("ijin", "permission"),
            writes=True,
        ),
        Subcommand(
            "dinas",
            commands.ask("dinas"),
            "Official travel; the letter's number may follow",
            arguments="[days] [purpose] [number]",
            example='/izin dinas besok "Rakor" ST-112/2026',
            aliases=("dl", "travel"),
            writes=True,
        ),
        Subcommand(
            "belajar",
            commands.ask("tugas_belajar"),
            "Study assignment",
            arguments="[days] [purpose] [number]",
            aliases=("tugas", "tugas-belajar", "tugas_belajar", "tubel", "study"),
            writes=True,
        ),
        Subcommand("saldo", lists.balance, "Your annual leave that is left", aliases=("sisa", "balance", "kuota")),
        Subcommand("daftar", lists.listing, "Your requests, and those that wait for your decision", aliases=("list", "status")),
        Subcommand("batal", withdrawals.which, "Withdraw or cancel", aliases=("tarik", "cancel", "withdraw")),
        Subcommand(
            "kembali",
            withdrawals.come_back,
            "You are back earlier than asked for",
            arguments="[day]",
            aliases=("back", "selesai"),
            writes=True,
        ),
        Subcommand(
            "surat", letters.letter, "Add the letter or its number", arguments="[number]", aliases=("letter",), writes=True
        ),
        Subcommand(
            "tim", lists.team, "Who is away in this and the next two weeks", arguments="[unit]", aliases=("team", "unit")
        ),
        Subcommand("bantuan", _help, "This help", aliases=("help", "?", "tolong")),
    ),
    otherwise=commands.without_kind(_plugin),
    translations=Path(__file__).parent / "translations",
    tables=(tables.absence, tables.leave_balance),
    buttons={"edit": forms.edit, **decisions.BUTTONS, **withdrawals.BUTTONS, **letters.BUTTONS},
    forms={"ask": forms.submitted, "letter": letters.submitted, **decisions.FORMS},
    jobs=(*waiting.JOBS, *letters.JOBS),
    ledgers={
        "absence": (tables.absence, absences.LEDGER),
        "leave_balance": (tables.leave_balance, ("person_id", "year", "days", "carried")),
    },
    day_plan=plans.day_plan,
    hours_changed=plans.hours_changed,
)
