"""A small real plugin, `/uji`: a menu, a form, a request that a supervisor approves, and an echo of what was said."""

from __future__ import annotations

import json
from pathlib import Path

from integration import people
from integration.errors import UserError
from integration.messages import Button, ButtonPress, Command, Field, Form, FormErrors, FormSubmission, Reply, Text, fill
from integration.plugin import Context, Plugin, Subcommand

FIELDS = (
    Field("hari", "Hari", hint="besok, 25/11"),
    Field("arah", "Masuk atau pulang", "select", default="in", choices=(("in", "Masuk"), ("out", "Pulang"))),
    Field("alasan", "Alasan yang panjang sekali untuk label", "textarea", required=False, max_length=40),
)


def home(_context: Context, _command: Command) -> Reply:
    buttons = (
        Button("Formulir", "uji.formulir", style="good"),
        Button("Halo", "uji.say", "halo"),
        Button("Menu", "uji.say", "menu"),
    )
    return Reply(Text("Menu"), buttons=buttons)


def echo(context: Context, command: Command) -> Reply:
    heard = {
        "words": command.words,
        "text": command.text,
        "mentions": command.mentions,
        "channel": [command.channel.id, command.channel.name, command.channel.direct],
        "now": context.now.isoformat(),
        "person": context.person.name,
    }
    return Reply(Text(json.dumps(heard)))


def hello(context: Context, command: Command) -> Reply:
    return Reply(fill("Halo {name}: {note}", name=context.person.name, note=command.text))


def long(_context: Context, _command: Command) -> Reply:
    return Reply(Text("```\n" + "baris\n" * 20_000 + "```"))


def public(_context: Context, _command: Command) -> Reply:
    return Reply(Text("Untuk semua"), private=False)


def form(context: Context, _said: object) -> Form:
    return Form("uji.kirim", "Koreksi kehadiran pegawai negeri", FIELDS, value="v1", intro="Isi @all")


def submit(context: Context, sent: FormSubmission) -> Reply | Form | FormErrors:
    if sent.values["hari"] == "kemarin dulu":
        return FormErrors({"hari": "Hari itu sudah lewat."})
    if sent.values["hari"] == "libur":
        raise UserError(context.t("Hari itu libur, {name}.", name=context.person.name))
    if sent.values["hari"] == "lanjut":
        return Form("uji.kirim", "Langkah 2", (Field("hari", "Hari"),))
    context.audit("uji.submitted", "uji:1", after=dict(sent.values), reason=sent.value)
    boss = people.get(context.db, context.person.supervisor_id or 0)
    if boss:
        context.tell(boss, f"ask:{context.person.id}", lambda t: _question(context.person.name))
    return Reply(fill("Diajukan: {reason}", reason=sent.values.get("alasan", "")))


def _question(name: str) -> Reply:
    return Reply(fill("Setujui koreksi {name}?", name=name), buttons=(Button("Setujui", "uji.setujui", "1", style="good"),))


def approve(context: Context, press: ButtonPress) -> Reply:
    context.audit("uji.approved", f"uji:{press.value}")
    return Reply(fill("Disetujui oleh {name}", name=context.person.name), replaces=True)


def ask_again(_context: Context, _press: ButtonPress) -> Reply:
    return Reply(Text("Yakin?"), buttons=(Button("Ya", "uji.setujui", "1"),), replaces=True)


def why(_context: Context, press: ButtonPress) -> Form:
    return Form("uji.tolak", "Tolak", (Field("alasan", "Alasan", "textarea"),), value=press.value)


def reject(_context: Context, sent: FormSubmission) -> Reply:
    return Reply(fill("Ditolak: {why}", why=sent.values["alasan"]), replaces=True)


def scan(_context: Context, _said: object) -> Form:
    return Form("uji.kirim", "Surat", (Field("surat", "Surat", "file"),))


def minutes(_context: Context, _said: object) -> Form:
    return Form("uji.kirim", "Notulen", (Field("alasan", "Isi", "textarea", "baris\n" * 1000, max_length=1 << 20),))


UJI = Plugin(
    name="uji",
    description="Uji",
    hint="",
    home=home,
    subcommands=(
        Subcommand("echo", echo, "Echo"),
        Subcommand("halo", hello, "Hello"),
        Subcommand("panjang", long, "Long"),
        Subcommand("umum", public, "Public"),
        Subcommand("form", form, "Form"),
        Subcommand("surat", scan, "Form with a file"),
        Subcommand("notulen", minutes, "Form with a long text"),
        Subcommand("menu", home, "Menu"),
    ),
    translations=Path(__file__).parent / "translations",
    buttons={"formulir": form, "setujui": approve, "tanya": ask_again, "tolak": why},
    forms={"kirim": submit, "tolak": reject},
)
