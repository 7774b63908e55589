"""The worker looks into the chat for what `/berkas simpan` can mean, and begins to save it or asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from integration import people
from integration.errors import DeliveryError, NotMember
from integration.i18n import Translate
from integration.messages import Button, Channel, Reply, Text, fill
from integration.people import Person
from integration.plugin import Build, Run, Work
from integration.ports import Attachment, Attachments
from plugins.berkas import saved, saving, wording
from plugins.berkas.tables import LONGEST_PATH, saved_file

# So many attachments of a channel are looked at, and so many asked about.
SEEN, OFFERED = 10, 5
# Whoever attached something a moment ago means that.
JUST_NOW = timedelta(minutes=15)
# Who waits longer than this has gone on; a surprise later helps nobody.
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Asked:
    """What `saving.save` was asked."""

    person: int
    platform: str
    account: str
    channel: Channel
    folder: str
    name: str
    at: datetime
    key: str

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Asked:
        person, asked = int(given["person"]), str(given["asked"])
        channel, at = Channel(*given["channel"]), datetime.fromisoformat(asked)
        key = f"berkas:looked:{person}:{asked}"
        return cls(person, given["platform"], given["account"], channel, given["folder"], given["name"], at, key)

    @property
    def whence(self) -> dict[str, Any]:
        where = {"channel": self.channel.id[:190], "channel_name": self.channel.name[:190]}
        return {"person_id": self.person, "platform": self.platform, "asked_at": self.at, **where}


def look(run: Run, given: Mapping[str, Any]) -> None:
    """A repeat finds its own rows and says nothing twice."""
    asked = Asked.read(given)
    chat = run.ports.chats.get(asked.platform)
    if not isinstance(chat, Attachments):
        return _tell(run, asked, lambda t: _upload_instead(t, t("Files of this chat cannot be read from here.")))
    try:
        found = list(chat.attachments(asked.channel, SEEN))
    except NotMember as error:
        refusal = error  # the name ends with the block
        return _tell(run, asked, lambda t: _upload_instead(t, wording.not_member(t, refusal, asked.channel.direct)))
    except DeliveryError as error:
        return _not_read(run, asked, error)
    if not found:
        return _tell(run, asked, _nothing)
    with run.begin() as work:
        _begin(work, asked, found)


def _not_read(run: Run, asked: Asked, error: DeliveryError) -> None:
    with run.begin() as work:
        late = work.now > asked.at + PATIENCE
    if not (late or error.permanent):
        raise error
    _tell(run, asked, lambda t: _upload_instead(t, t("The chat did not let me read the file. Please try again later.")))


# ---------------------------------------------------------------- which are meant


def _begin(work: Work, asked: Asked, found: Sequence[Attachment]) -> None:
    someone = people.get(work.db, asked.person)
    if someone is None:
        return
    usable = [each for each in found if not _unusable(work, each)]
    if not usable:
        work.tell(someone, asked.key, lambda t: Reply(_why_not(t, work, found[0]), refused=True))
        return
    meant = _obvious(asked, usable)
    if meant:
        _save(work, asked, someone, meant)
    else:
        _ask(work, asked, someone, usable[:OFFERED])


def _unusable(work: Work, attachment: Attachment) -> bool:
    fits = 0 < attachment.size <= work.settings.berkas_largest_mb * wording.MB
    return not fits or len(attachment.id) > LONGEST_PATH


def _why_not(t: Translate, work: Work, attachment: Attachment) -> Text:
    if not attachment.size:
        return t("“{name}” is empty, so nothing was saved.", name=attachment.name)
    most, size = work.settings.berkas_largest_mb, wording.size(attachment.size)
    return t("“{name}” has {size}; at most {most} MB can be saved here.", name=attachment.name, size=size, most=most)


def _obvious(asked: Asked, found: Sequence[Attachment]) -> list[Attachment]:
    """The attachments that can only be meant; none if that has to be asked.

    All of the message on which the command was used; all of a thread's only message with some; the only one there is; and
    what whoever asks has just attached.
    """
    newest = [each for each in found if each.message_id == found[0].message_id]
    if len(found) == 1 or found[0].message_id == asked.channel.message:
        return newest
    if asked.channel.thread and len(newest) == len(found):
        return newest
    own = found[0].by == asked.account and asked.at - found[0].at < JUST_NOW
    return newest if own else []


def _save(work: Work, asked: Asked, someone: Person, meant: Sequence[Attachment]) -> None:
    keys = {saved.key_of(each): each for each in reversed(meant)}  # what was attached first is saved first
    there, begun = saved.known(work.db, asked.platform, keys), []
    for key, each in keys.items():
        wanted = saved.values(each, asked.whence, asked.folder, asked.name)
        row = saved.ask(work, wanted) if key not in there else None
        if row is not None:
            begun.append(row)
    if begun:
        saving.queue(work, begun)
    others = [row for row in saved.known(work.db, asked.platform, keys).values() if row.id not in begun]
    others = [row for row in others if not (row.person_id == someone.id and row.asked_at == asked.at)]
    if others:
        work.tell(someone, f"{asked.key}:known", lambda t: _already(t, others))


def _already(t: Translate, rows: Sequence[saved.File]) -> Reply:
    lines = [saving.already(None, row, t) for row in rows]
    buttons = [wording.say(wording.label(row.name), f"tautan {row.path}") for row in rows[:OFFERED] if row.path]
    return Reply(wording.listed(lines), buttons=tuple(buttons))


def _ask(work: Work, asked: Asked, someone: Person, found: Sequence[Attachment]) -> None:
    if not _first_time(work, asked):
        return
    ids = [saved.offer(work, saved.values(each, asked.whence, asked.folder, asked.name)) for each in found]

    def build(t: Translate) -> Reply:
        lines = [t("Which attachment do you mean? It is put into {folder}.", folder=asked.folder)]
        lines += [_line(t, someone, each, work.now) for each in found]
        buttons = [Button(wording.label(each.name), "berkas.chosen", str(id)) for each, id in zip(found, ids, strict=True)]
        if len(ids) > 1:
            buttons.append(Button(t("All {count}", count=len(ids)), "berkas.chosen", ",".join(map(str, ids))))
        return Reply(wording.listed(lines), buttons=tuple(buttons))

    work.tell(someone, asked.key, build)


def _first_time(work: Work, asked: Asked) -> bool:
    """After a crash the question may have been asked: its rows are there."""
    where = (saved_file.c.person_id == asked.person, saved_file.c.asked_at == asked.at)
    return work.db.execute(select(saved_file.c.id).where(*where).limit(1)).first() is None


def _line(t: Translate, reader: Person, each: Attachment, now: datetime) -> Text:
    when = wording.day(t, each.at, reader, now)
    return fill("- {name} — {size} · {when}", name=each.name, size=wording.size(each.size), when=when)


# ---------------------------------------------------------------- answers


def _nothing(t: Translate) -> Reply:
    text = t("There is no attachment here. Send the file first, then repeat the command; or choose it on a page.")
    return Reply(text, buttons=(_upload(t),), refused=True)


def _upload_instead(t: Translate, text: Text) -> Reply:
    return Reply(text, buttons=(_upload(t),), refused=True)


def _upload(t: Translate) -> Button:
    return wording.say(t("Choose a file"), "unggah")


def _tell(run: Run, asked: Asked, build: Build) -> None:
    with run.begin() as work:
        someone = people.get(work.db, asked.person)
        if someone is not None:
            work.tell(someone, asked.key, build)
