"""`/berkas tautan`: one file, where those who may see it open it, who saved it from where, and what can be done with it."""

from __future__ import annotations

from sqlalchemy import select

from integration import people
from integration.errors import DeliveryError
from integration.messages import Button, ButtonPress, Command, Reply, Text, fill
from integration.plugin import Context
from integration.ports import Storage, StoredFile
from plugins.berkas import couplings, listing, places, saved, saving, wording
from plugins.berkas.wording import say

FETCH = "fetch"
_LONGEST_WORDS = 100


def link(context: Context, command: Command) -> Reply:
    """`tautan <file>`: what the file is, and where those who may see it open it."""
    t, text = context.t, command.text.strip()
    if not text:
        return Reply(t("Which file? For example: {example}", example=Text("`/berkas tautan undangan`")), refused=True)
    if "/" in text:
        return card(context, text) if may_see(context, text) else _none(context, text)
    found = listing.find(context, text[:_LONGEST_WORDS].split())
    if len(found.files) == 1:
        return card(context, found.files[0].path)
    if not found.files:
        return _none(context, text)
    return listing.shown(context, t("Which file do you mean?"), found, 1, f"cari {text[:_LONGEST_WORDS]}")


def _none(context: Context, text: str) -> Reply:
    t = context.t
    said = t("There is no file “{name}” that you may see.", name=wording.name_of(text)[:_LONGEST_WORDS])
    return Reply(said, buttons=(say(t("All files"), "daftar"),), refused=True)


def may_see(context: Context, path: str) -> bool:
    if not places.is_safe(path):
        return False
    return places.within(path, places.roots(context)) or saved.is_own(context.db, context.person.id, path)


def card(context: Context, path: str) -> Reply:
    """A file with its link, who saved it from where, and what can be done with it."""
    t = context.t
    row = saved.by_path(context.db, path)
    now, address, live = _live(context, path)
    if live and now is None:
        text = t("“{name}” is not there any more: it was moved or deleted.", name=wording.name_of(path))
        return Reply(text, buttons=(say(t("Search"), f"cari {_stem(path)}"),), refused=True)
    lines = [wording.bold(wording.name_of(path)), fill("{folder}", folder=wording.folder_of(path))]
    if now is not None and not now.folder:
        when = wording.day(t, now.modified, context.person, context.now)
        lines.append(fill("{size} · {when}", size=wording.size(now.size), when=when))
    lines += [_whence(context, row)] if row is not None else []
    lines += [_address(context, address, live)]
    return Reply(wording.listed(lines), buttons=_can_do(context, path, row))


def _live(context: Context, path: str) -> tuple[StoredFile | None, str, bool]:
    """The file as it is now, its address, and whether the storage answered."""
    storage: Storage | None = context.ports.storage
    try:
        if storage is None:
            raise DeliveryError("no storage is connected")
        with storage.within():
            now = storage.stat(path)
            return now, (storage.link_for_members(path) if now is not None else ""), True
    except DeliveryError:
        return None, "", False


def _address(context: Context, address: str, live: bool) -> Text:
    t = context.t
    if not live:
        return fill("{trouble} {cure}", trouble=wording.storage_trouble(t), cure=t("Please ask for the link again later."))
    if wording.is_address(address):
        return wording.link(t("Open the file"), address)
    return t("This office's drive has no links; I can send you the file.")


def _whence(context: Context, row: saved.File) -> Text:
    """`Disimpan Budi Santoso, hari ini 07.28 WIB, dari kanal umum (dilampirkan Siti Rahayu)`"""
    t = context.t
    names = _names(context, row)
    who, when = names.get("saved", "?"), wording.day(t, row.saved_at, context.person, context.now)
    text = t("Saved by {who}, {when}", who=who, when=when)
    if row.channel_name and "__" not in row.channel_name:
        channel = couplings.name_of(context.db, row.platform, row.channel, row.channel_name)
        text = t("{saved}, from {channel}", saved=text, channel=channel)
    if names.get("attached", who) != who:
        text = t("{saved}, attached by {who}", saved=text, who=names["attached"])
    return text


def _names(context: Context, row: saved.File) -> dict[str, str]:
    p, a = people.person.c, people.account.c
    saver = select(p.name).where(p.id == row.person_id).scalar_subquery()
    attacher = (
        select(p.name)
        .join_from(people.account, people.person)
        .where(a.platform == row.platform, a.external_id == row.attached_by)
        .limit(1)
        .scalar_subquery()
    )
    found = context.db.execute(select(saver, attacher)).one()
    return {what: name for what, name in zip(("saved", "attached"), found, strict=True) if name}


def _stem(path: str) -> str:
    return wording.name_of(path).rpartition(".")[0] or wording.name_of(path)


def _can_do(context: Context, path: str, row: saved.File | None) -> tuple[Button, ...]:
    t = context.t
    buttons = [Button(t("Share"), "berkas.share", path), Button(t("Send it to me"), "berkas.fetch", path)]
    if row is not None and saved.can_be_undone(row, context.person.id, context.now):
        buttons.append(saving.undo_button(t, [row.id]))
    return tuple(buttons)


# ---------------------------------------------------------------- the file itself


def fetch(context: Context, press: ButtonPress) -> Reply:
    """Have the file itself sent; the worker reads it when it sends it."""
    t, path = context.t, press.value
    if not may_see(context, path):
        return Reply(t("This file is not there for you any more."), refused=True)
    key = f"berkas:fetch:{context.person.id}:{places.key(path)[:16]}:{context.now.isoformat()}"
    given = {"person": context.person.id, "path": path, "key": f"{key}:sent"}
    context.later(f"berkas.{FETCH}", f"berkas:fetch:{context.person.id}", key, given)
    return Reply(t("“{name}” is on its way to you in a direct message.", name=wording.name_of(path)))
