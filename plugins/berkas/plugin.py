"""`/berkas`: what the plugin declares."""

from __future__ import annotations

from pathlib import Path

from integration.guidance import help_reply
from integration.messages import Command, Reply, Text, join
from integration.plugin import Context, Plugin, Subcommand
from plugins.berkas import (
    card,
    carrying,
    channels,
    commands,
    couplings,
    jobs,
    listing,
    looking,
    making,
    members,
    saving,
    sending,
    share_tasks,
    shares,
    sharing,
    tables,
)


def _help(context: Context, _command: Command) -> Reply:
    menu = context.t("- `/berkas` — Open the menu with buttons")
    how = context.t("Send me a file as a message and type `simpan`: that is all it takes.")
    return Reply(join("\n", [menu, help_reply(PLUGIN, context.t).text, Text(""), how]))


PLUGIN = Plugin(
    name="berkas",
    description="The office's files: save, find, share",
    hint="simpan | cari | daftar | bagikan | tautan | kanal | baru | bantuan",
    home=commands.home,
    subcommands=(
        Subcommand(
            "simpan",
            saving.save,
            "Save the attachment of this message, thread or channel",
            arguments="[folder/] [name]",
            example="/berkas simpan",
            aliases=("save", "arsip"),
            writes=True,
        ),
        Subcommand("unggah", saving.upload_form, "Choose a file on a page", arguments="[folder/] [name]", aliases=("upload",)),
        Subcommand(
            "cari",
            listing.search,
            "Find files by words of their names",
            arguments="[words]",
            example="/berkas cari undangan rapat",
            aliases=("search", "find"),
        ),
        Subcommand(
            "daftar",
            listing.listing,
            "Look into a folder; “saya” for what you saved",
            arguments="[folder]",
            example="/berkas daftar",
            aliases=("list", "ls"),
        ),
        Subcommand("folder", listing.folders_open, "The folders that are open to you", aliases=("folders",), hidden=True),
        Subcommand(
            "tautan",
            card.link,
            "The link to a file, for those who may see it",
            arguments="[file]",
            example="/berkas tautan undangan",
            aliases=("link",),
        ),
        Subcommand(
            "bagikan",
            sharing.share,
            "Share a file by link and password; alone: your shares",
            arguments="[file] [@person | ~ini] [sampai day]",
            example="/berkas bagikan undangan @dewi sampai Jumat",
            aliases=("share",),
        ),
        Subcommand(
            "kanal",
            channels.channel,
            "The folder of this channel",
            arguments="[folder]",
            example="/berkas kanal",
            aliases=("channel",),
            writes=True,
        ),
        Subcommand(
            "baru",
            making.make,
            "Make a document, sheet, presentation or form",
            arguments="[dokumen | lembar | presentasi | formulir] [name]",
            example="/berkas baru dokumen notulen rapat",
            aliases=("new",),
            writes=True,
        ),
        Subcommand("templat", making.templates, "The office's templates", aliases=("template", "templates")),
        Subcommand("proses", saving.progress, "How far your transfers are", aliases=("progress",)),
        Subcommand("bantuan", _help, "This help", aliases=("help", "?", "tolong")),
    ),
    translations=Path(__file__).parent / "translations",
    tables=(
        tables.saved_file,
        tables.saved_upload,
        tables.coupled_channel,
        tables.channel_member,
        tables.dropped_file,
        tables.file_share,
    ),
    buttons={
        "chosen": saving.chosen,
        "undo": saving.undo,
        "fetch": card.fetch,
        "share": sharing.open_form,
        "share_ask": sharing.ask,
        "share_yes": sharing.confirmed,
        "share_end": sharing.withdraw,
        "couple": channels.pressed,
        "release_ask": channels.ask_release,
        "release": channels.release,
    },
    forms={"upload": saving.uploaded, "share": sharing.submitted},
    jobs=jobs.JOBS,
    tasks={
        saving.LOOK: looking.look,
        saving.SAVE: carrying.save,
        saving.UNDO: carrying.undo,
        card.FETCH: sending.send,
        sharing.SHARE: share_tasks.make,
        sharing.UNSHARE: share_tasks.end,
        channels.STEP: members.step,
        channels.RELEASE: members.release,
        making.MAKE: making.work_on,
    },
    ledgers={
        "coupled_channel": (tables.coupled_channel, couplings.LEDGER),
        "file_share": (tables.file_share, shares.LEDGER),
    },
    activities=commands.activities,
)
