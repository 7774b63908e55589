"""What Talk's webhook brings, read and checked for its shape; whether Talk sent it is decided in `routes`.

The body is in the manner of ActivityPub: `Create` is a message, `Activity` a system message or a file with what was
written under it, `Join` and `Leave` say that the bot was switched on or off in a conversation.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integration import bodies
from integration.messages import Channel, Sender, clean
from integration.ports import Said

PLATFORM = "nextcloud"
LONGEST_ID = 64  # of a Nextcloud account; tokens and message ids are shorter
_PLACE = re.compile(r"\{([a-z0-9-]{1,60})\}")
_TOKEN = re.compile(r"[A-Za-z0-9]{2,32}")
_NUMBER = re.compile(r"[0-9]{1,20}")


class BadBody(Exception):
    """The body is not one of Talk's; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Room:
    """A conversation; `direct`: one between the service account and somebody."""

    token: str
    name: str
    direct: bool


@dataclass(frozen=True, slots=True)
class Switched:
    """The bot was switched on or off in a conversation."""

    on: bool
    room: Room


def read(raw: bytes, account: str, names: Collection[str], at: datetime) -> Said | Switched | None:
    """What the body says; None for what is no matter of ours: guests, bots, the service account itself, system messages.

    `account` is the service account's id, `names` are those under which people call us. Raises `BadBody`.
    """
    body = _object(raw)
    kind = body.get("type")
    if kind in ("Join", "Leave"):
        return Switched(kind == "Join", _room(body.get("object"), account))
    if kind not in ("Create", "Activity"):
        return None  # a reaction, or what a later Talk may send
    who, note = _person(body.get("actor")), body.get("object")
    if not isinstance(note, dict):
        raise BadBody("object is missing")
    if who in ("", account) or note.get("name") not in ("message", ""):
        return None
    return _said(who, note, _room(body.get("target"), account, who), names, at)


def _said(who: str, note: Mapping[str, Any], room: Room, names: Collection[str], at: datetime) -> Said:
    content = _object(_string(note, "content"))
    parent = _parent(note.get("inReplyTo"))
    id = _matching(_NUMBER, note.get("id"), "object.id")
    return said(Message(who, room, id, content.get("message"), content.get("parameters"), parent), names, at)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as Talk has it: what it took out of the text stands in `parameters`. `parent`: what it answers."""

    who: str
    room: Room
    id: str
    text: object
    parameters: object
    parent: str = ""


def said(message: Message, names: Collection[str], at: datetime) -> Said:
    """The message in everybody's terms; raises `BadBody`."""
    text, called = without_name(words(message.text, message.parameters), names)
    parameters = message.parameters if isinstance(message.parameters, dict) else {}
    room, who = message.room, message.who
    name = "" if room.direct else room.name
    return Said(
        sender=Sender(PLATFORM, who, who),
        channel=Channel(room.token, name, direct=room.direct, thread=message.parent, message=message.id),
        message_id=message.id,
        text=text,
        at=at,
        replies_to=message.parent,
        addressed=called,
        files=sum(isinstance(each, dict) and each.get("type") == "file" for each in parameters.values()),
    )


def without_name(text: str, names: Collection[str]) -> tuple[str, bool]:
    """What stands behind a mention of us, and whether there was one. The bot cannot be mentioned, but people type it."""
    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)
    called = re.match(rf'@"?(?:{known})"?(?:[\s,:;]+|$)', text, re.IGNORECASE) if known else None
    return (text[called.end() :].strip(), True) if called else (text, False)


def words(message: object, parameters: object) -> str:
    """The text with what Talk took out of it put back: `@siti` for a person who was mentioned, nothing for a file."""
    if not isinstance(message, str):
        raise BadBody("there is no message")
    known = parameters if isinstance(parameters, dict) else {}
    return clean(_PLACE.sub(lambda place: _spoken(place, known.get(place[1])), message)).strip()


def _spoken(place: re.Match[str], parameter: object) -> str:
    if not isinstance(parameter, dict):
        return place[0]  # somebody typed it
    if parameter.get("type") == "file":
        return ""
    name = parameter.get("mention-id") or parameter.get("id") or ""
    return f"@{name}" if isinstance(name, str) and place[1].startswith("mention-") else str(parameter.get("name", ""))


def is_direct(name: str, account: str, who: str = "") -> bool:
    """Talk names a conversation of two after them, as a list in JSON; `who` speaks in it, "" for anybody.

    A group may be called so by anybody. What others say there is not said to us for that, and whoever it is named after
    gets no more by it than answers in private.
    """
    try:
        both = json.loads(name) if name.startswith("[") and len(name) < 300 else None
    except ValueError:
        return False
    return isinstance(both, list) and len(both) == 2 and account in both and (not who or who in both)


def _room(found: object, account: str, who: str = "") -> Room:
    if not isinstance(found, dict):
        raise BadBody("the conversation is missing")
    name = clean(_string(found, "name"))
    return Room(_matching(_TOKEN, found.get("id"), "the conversation's id"), name, is_direct(name, account, who))


def answered_words(raw: bytes) -> str:
    """The words of the bot's message that this one answers; "" if it answers none of a bot.

    Where only the bot is, Talk tells us neither the number of what it said nor, later, whose number this is; but it
    repeats the words.
    """
    try:
        note = _object(raw).get("object")
        answered = note.get("inReplyTo") if isinstance(note, dict) else None
        return _words_of_a_bot(answered) if isinstance(answered, dict) else ""
    except BadBody:
        return ""  # what was said counts all the same


def _words_of_a_bot(answered: Mapping[str, Any]) -> str:
    actor, note = answered.get("actor"), answered.get("object")
    if not isinstance(actor, dict) or not isinstance(note, dict) or not _string(actor, "id").startswith("bots/"):
        return ""
    content = _object(_string(note, "content"))
    return words(content.get("message"), content.get("parameters"))


def words_id(text: str) -> str:
    """Stands for a message whose number we do not know; the same however its spaces came through."""
    return f"words:{hashlib.sha256(''.join(text.split()).encode()).hexdigest()[:40]}:"


def _person(actor: object) -> str:
    """The id of a user of this server; "" for a guest, a bot, and somebody from another server."""
    if not isinstance(actor, dict):
        raise BadBody("actor is missing")
    kind, _, id = _string(actor, "id").partition("/")
    if kind != "users" or actor.get("type") != "Person":
        return ""
    if not 0 < len(id) <= LONGEST_ID or not id.isprintable():
        raise BadBody("actor.id is no account")
    return id


def _parent(found: object) -> str:
    """The message that it answers, "" if none."""
    note = found.get("object") if isinstance(found, dict) else None
    id = note.get("id") if isinstance(note, dict) else None
    return id if isinstance(id, str) and _NUMBER.fullmatch(id) else ""


def _object(raw: bytes | str) -> dict[str, Any]:
    try:
        return bodies.json_object(raw)
    except ValueError as error:
        raise BadBody(str(error)) from None


def _string(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name, "")
    if not isinstance(value, str):
        raise BadBody(f"{name} is no text")
    return value


def _matching(pattern: re.Pattern[str], value: object, what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadBody(f"{what} is missing or strange")
    return value
