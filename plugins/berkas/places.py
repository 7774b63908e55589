"""Where files lie, and which folders a person may look into.

Colleagues share what lies in `Berkas` and `Rapat` of their unit. What is about people (recaps, logbooks) lies beside it: only
the unit's leader, personnel and compliance officers find that here. Leave letters lie outside of every folder named here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, or_, select

from integration import tree, workdays
from integration.errors import DeliveryError
from integration.people import Person
from integration.plugin import Context
from integration.safe_names import names_in, safe_name, same
from plugins.berkas.tables import LONGEST_PATH, channel_member, coupled_channel

CHANNELS, TEMPLATES, DROPS = f"{tree.ROOT}/Kanal", f"{tree.ROOT}/Templat", "Masuk"
SHARED = ("Berkas", "Rapat")
_DEEPEST = 4
# A name from a chat or a phone that would not fit into a column.
LONGEST_NAME = 200


def key(path: str) -> str:
    """By which a path is found again: the same for names that some computer takes for one."""
    return hashlib.sha256(same(path).encode()).hexdigest()


def is_safe(path: str) -> bool:
    """Whether it is a path inside the storage at all."""
    try:
        return bool(names_in(path)) and len(path) <= LONGEST_PATH
    except (DeliveryError, ValueError):
        return False


def below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def unit_folder(db: Connection, someone: Person) -> str:
    return tree.planned_unit_folder(db, someone.unit_id)


def settle(context: Context) -> None:
    """Give the unit its folder, if it had none: something is going to lie in it."""
    tree.unit_folder(context.db, context.person.unit_id, context.now)


def home(context: Context) -> str:
    """Where a file goes that is saved here: the folder of the coupled channel, else the unit's of this year."""
    coupled = folder_of_channel(context.db, context.sender.platform, context.channel.id)
    if coupled:
        return coupled
    year = workdays.local_day(context.now, context.person).year
    return f"{unit_folder(context.db, context.person)}/{SHARED[0]}/{year}"


def folder_of_channel(db: Connection, platform: str, channel: str) -> str:
    """The folder that the channel is coupled to, "" if it is not."""
    if not channel:
        return ""
    c = coupled_channel.c
    found = db.scalar(select(c.folder).where(c.platform == platform, c.channel == channel, c.state == "open"))
    return str(found or "")


def subfolder(base: str, words: str) -> str:
    """A folder below `base` from what somebody typed; too deep a path is cut."""
    names = [safe_name(part) for part in words.split("/") if part.strip(" .")][:_DEEPEST]
    return "/".join([base, *names])


# ---------------------------------------------------------------- who may look where


def roots(context: Context) -> list[str]:
    """The folders below which the person may see everything: the unit's first, then those of channels."""
    db, person = context.db, context.person
    own = unit_folder(db, person)
    if person.sees_everyone:
        found = [own, *(folder for folder in tree.unit_folders(db) if folder != own)]
    elif "pimpinan" in person.roles:
        found = [own]
    else:
        found = [f"{own}/{name}" for name in SHARED]
    return [*found, *channel_folders(context)]


def channel_folders(context: Context) -> list[str]:
    """Folders of coupled channels in which the person is, and of the one in which they speak just now."""
    c, member = coupled_channel.c, channel_member.c
    mine = c.id.in_(select(member.coupling_id).where(member.person_id == context.person.id))
    here = and_(c.platform == context.sender.platform, c.channel == context.channel.id, c.channel != "")
    query = select(c.folder).where(c.state == "open", or_(mine, here))
    return list(context.db.scalars(query.order_by(c.folder)))


def within(path: str, folders: Iterable[str]) -> bool:
    return is_safe(path) and any(below(path, folder) for folder in folders)


def top(folders: Sequence[str]) -> list[str]:
    """Those that lie below none of the others."""
    return [each for each in folders if not any(each != other and below(each, other) for other in folders)]
