"""`/berkas` alone: what fits the moment."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, select

from integration.activities import Activity
from integration.messages import Button, Command, Reply
from integration.people import Person
from integration.plugin import Context
from integration.ports import Attachments
from plugins.berkas import channels, couplings, places, saved, saving, wording
from plugins.berkas.tables import saved_file
from plugins.berkas.wording import say

LATEST = 3
NAMED = 5


def home(context: Context, _command: Command) -> Reply:
    """What is on its way, what was saved last, where files go from here, and a button for each thing one can do."""
    t = context.t
    going, last = saved.on_the_way(context.db, context.person.id), saved.of_person(context.db, context.person.id, LATEST)
    lines = [t("**The office's files**"), t("From here they go into {folder}.", folder=places.home(context))]
    lines += [saving.how_far(t, row) for row in going]
    if last:
        lines.append(t("Saved last: {names}", names=wording.names(t, [wording.name_of(row.path) for row in last])))
    return Reply(wording.listed(lines), buttons=_buttons(context, bool(going)))


def _buttons(context: Context, going: bool) -> tuple[Button, ...]:
    t, here = context.t, context.channel
    chat = context.ports.chats.get(context.sender.platform)
    save = say(t("Save attachment"), "simpan") if isinstance(chat, Attachments) else say(t("Choose a file"), "unggah")
    buttons = [save, say(t("Files"), "daftar"), say(t("My files"), "daftar saya"), say(t("New document"), "baru")]
    buttons.append(say(t("My shares"), "bagikan"))
    if here.id and not here.direct:
        if couplings.of_channel(context.db, context.sender.platform, here.id):
            buttons.append(say(t("Channel folder"), "kanal"))
        elif channels.MAY_COUPLE & context.person.roles:
            buttons.append(say(t("Give this channel a folder"), "kanal"))
    return (say(t("How far is it?"), "proses"), *buttons) if going else tuple(buttons)


def activities(db: Connection, person: Person, day: date) -> list[Activity]:
    """What a person saved and made on a day, for the logbook: in Indonesian, the language of the record."""
    start = datetime.combine(day, time(), person.tz)
    c = saved_file.c
    query = select(c.path).where(c.person_id == person.id, c.state == "saved", c.saved_at >= start)
    paths = list(db.scalars(query.where(c.saved_at < start + timedelta(days=1)).order_by(c.saved_at, c.id)))
    if not paths:
        return []
    names = ", ".join(wording.name_of(path) for path in paths[:NAMED])
    more = f", dan {len(paths) - NAMED} lagi" if len(paths) > NAMED else ""
    return [Activity(f"berkas:{person.id}:{day}", f"Menyimpan {len(paths)} berkas: {names}{more}", files=tuple(paths))]
