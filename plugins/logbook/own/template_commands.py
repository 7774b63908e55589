"""`/logbook templat`: work that comes again, kept under a name, used with a press or brought by its rhythm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from integration.dates import take_day
from integration.errors import UserError
from integration.messages import Answer, Button, ButtonPress, Command, Reply, Text, fill, join
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.logbook import wording, writing
from plugins.logbook.own import asking, drafting, rhythm, templates
from plugins.logbook.own.templates import LONGEST_NAME, Template
from plugins.logbook.targets import reading as targets
from plugins.logbook.wording import DAYS_OPEN, say

USE, REMOVE, BACK = "logbook.template_use", "logbook.template_remove", "logbook.template_back"
_SAVE = frozenset({"simpan", "save", "tambah", "baru"})
_USE = frozenset({"pakai", "use", "gunakan"})
_REMOVE = frozenset({"hapus", "delete", "buang"})
_RHYTHM = frozenset({"irama", "jadwal", "atur", "ulang"})
_NONE = re.compile(r"(?:tanpa|tidak|stop|berhenti|hapus)(?: \w+)?", re.IGNORECASE)
_SHOWN = 6


def command(context: Context, given: Command) -> Answer:
    """Without words the list; `simpan 2 [name] [tiap senin]`, `pakai name [day]`, `hapus name`, `irama name tiap senin`."""
    word = given.words[0].lower() if given.words else ""
    rest = " ".join(given.words[1:])
    if not word or word in ("daftar", "list"):
        return listing(context)
    if word in _SAVE:
        return save(context, rest)
    if word in _REMOVE:
        return removed(context, _named(context, rest))
    if word in _RHYTHM:
        return _rhythm(context, rest)
    return _use(context, rest if word in _USE else " ".join(given.words))


def listing(context: Context) -> Reply:
    t, found = context.t, templates.of_person(context, context.person)
    how = Text("`/logbook templat simpan 1 tiap senin`")
    if not found:
        return Reply(t("You have no templates yet. Keep an entry of today as one: {how}", how=how))
    known = targets.by_ids(context.db, [each.content.target_id for each in found])
    lines = [t("**Your templates**")]
    for number, each in enumerate(found, 1):
        details = wording.details(t, each.content, known)
        comes = fill(" · {rhythm}", rhythm=each.rhythm.text) if each.rhythm else Text("")
        lines.append(
            fill("{number}. **{name}** — {details}{comes}", number=number, name=each.name, details=details, comes=comes)
        )
    lines.append(t("A new one: {how}", how=how))
    return Reply(wording.under(lines), buttons=_use_buttons(context, found))


def _use_buttons(context: Context, found: Sequence[Template]) -> tuple[Button, ...]:
    today = local_day(context.now, context.person)
    return tuple(
        Button(context.t("Use {name}", name=Text(each.name))[:60], USE, f"{each.id}:{today}", days=1) for each in found[:_SHOWN]
    )


# ---------------------------------------------------------------- keeping one


def save(context: Context, text: str) -> Reply:
    """`2 rapat mingguan tiap senin`: entry 2 of today, under that name."""
    t, today = context.t, local_day(context.now, context.person)
    found = re.match(r"(\d{1,3})\b\s*", text)
    if found is None:
        how = Text("`/logbook templat simpan 1 tiap senin`")
        raise UserError(t("Which entry of today? Write its number, for example {how}.", how=how))
    comes, name = rhythm.take(text[found.end() :], t)
    day = drafting.of_day(context, context.person, today)
    content = drafting.numbered(context, context.person, day, int(found[1])).content
    name = " ".join(name.split()) or wording.activity(content, 60)
    if len(name) > LONGEST_NAME:
        raise UserError(t("Too long: {length} of at most {most} characters.", length=len(name), most=LONGEST_NAME))
    made = templates.make(context, context.person, name, content, comes)
    when = _when(context, made)
    undo = Button(t("Delete the template"), REMOVE, str(made.id), days=DAYS_OPEN)
    return Reply(
        t("Template “{name}” is kept. {when}", name=made.name, when=when), buttons=(undo, say(t("Templates"), "templat"))
    )


def _when(context: Context, template: Template) -> Text:
    t = context.t
    if template.rhythm:
        return t("It comes into your draft by itself: {rhythm}.", rhythm=template.rhythm.text)
    return t("Use it with {how}", how=fill("`/logbook templat pakai {name}`", name=template.name))


def _rhythm(context: Context, text: str) -> Reply:
    t = context.t
    comes, name = rhythm.take(text, t)
    if comes is None:
        words = text.split()
        stop = next((n for n in range(len(words)) if _NONE.fullmatch(" ".join(words[n:]))), None)
        if stop is None:
            comes, name = rhythm.parse(" ".join(words[1:]), t), words[0] if words else ""
        else:
            name = " ".join(words[:stop])
    changed = templates.set_rhythm(context, _named(context, name), comes)
    return Reply(t("Template “{name}”. {when}", name=changed.name, when=_when(context, changed)))


# ---------------------------------------------------------------- using and removing


def _named(context: Context, text: str) -> Template:
    """By its number in the list or by a part of its name; raises `UserError`."""
    t, found, text = context.t, templates.of_person(context, context.person), " ".join(text.split()).strip("\"'“”")
    if text.isdecimal() and len(text) < 4 and 1 <= int(text) <= len(found):
        return found[int(text) - 1]
    exact = [each for each in found if each.name.casefold() == text.casefold()]
    near = exact or [each for each in found if text and text.casefold() in each.name.casefold()]
    if len(near) == 1:
        return near[0]
    names = join(", ", [fill("{name}", name=each.name) for each in (near or found)[:_SHOWN]])
    if not found:
        raise UserError(
            t("You have no templates yet. Keep an entry of today as one: {how}", how=Text("`/logbook templat simpan 1`"))
        )
    raise UserError(t("Which template do you mean? There are: {names}. See {how}", names=names, how=Text("`/logbook templat`")))


def _use(context: Context, text: str) -> Reply:
    today = local_day(context.now, context.person)
    words = tuple(text.split())
    for length in range(min(5, len(words) - 1), 0, -1):  # a day behind the name
        day, rest = take_day(words[-length:], today, context.t)
        if day is not None and not rest:
            return used(context, _named(context, " ".join(words[:-length])), day)
    return used(context, _named(context, text), today)


def used(context: Context, template: Template, day: date, *, replaces: bool = False) -> Reply:
    """A draft of that day; used again on the same day it is the same one."""
    content = templates.fitting(context, context.person, template, context.plan(context.person, day))
    entry = writing.add(context, context.person, day, content)
    return asking.finished(context, entry, send=False, replaces=replaces)


def use_pressed(context: Context, press: ButtonPress) -> Reply:
    number, _, written = press.value.partition(":")
    day = drafting.day_of(written)
    return used(context, _own(context, number), day or local_day(context.now, context.person), replaces=True)


def _own(context: Context, number: str) -> Template:
    found = next((each for each in templates.of_person(context, context.person) if str(each.id) == number), None)
    if found is None:
        raise UserError(context.t("This template does not exist any more. Yours: {how}", how=Text("`/logbook templat`")))
    return found


def removed(context: Context, template: Template, *, replaces: bool = False) -> Reply:
    templates.remove(context, template)
    t = context.t
    undo = Button(t("Put it back"), BACK, str(template.id), days=DAYS_OPEN)
    said = t("Template “{name}” is removed. Your entries stay.", name=template.name)
    return Reply(said, buttons=(undo, say(t("Templates"), "templat")), replaces=replaces)


def remove_pressed(context: Context, press: ButtonPress) -> Reply:
    return removed(context, _own(context, press.value), replaces=True)


def back_pressed(context: Context, press: ButtonPress) -> Reply:
    number = int(press.value) if press.value.isdecimal() and len(press.value) < 10 else 0
    back = templates.put_back(context, context.person, number)
    if back is None:
        raise UserError(context.t("This template does not exist any more. Yours: {how}", how=Text("`/logbook templat`")))
    return Reply(context.t("Template “{name}” is there again.", name=back.name), replaces=True)


SUBCOMMANDS = (
    Subcommand(
        "templat",
        command,
        "Work that comes again: keep it once, it drafts itself",
        arguments="[simpan number [name] [tiap senin] | pakai name [day] | hapus name | irama name tiap senin]",
        example="/logbook templat",
        aliases=("template", "rutin"),
        writes=True,
    ),
)
BUTTONS = {"template_use": use_pressed, "template_remove": remove_pressed, "template_back": back_pressed}
