"""Delivers outbox rows of the kind "chat": a message to a person, wherever they chat, or to a channel.

payload: `message` (`messages.reply_to_json`, with the bytes of its files in `outbox_content`) and either `person` (their
id), or `platform` and `channel`, or `platform` and `account` (the platform's id of somebody who spoke there);
optionally `until` (ISO instant): after it the message helps nobody and is dropped; and for a channel `under` (the key of an
earlier row, below whose message it is to stand) or `instead_of` (the key of an earlier row, whose message says this from then
on; where it is gone, or can no longer be changed, nothing happens).
result: `message_id` and `channel_id` as the platform names them; adapters recognise posts of ours by it. `thread`: below which
message it stands. Of a row `instead_of` another: `edited`, the id of that one's message, or why it was `dropped`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from integration import outbox_content, people
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.messages import Reply, reply_from_json
from integration.outbox import Row, outbox
from integration.people import Account
from integration.ports import ChatPlatform, Edits, Profile, Recipient, Sent

KIND = "chat"
_LONGEST_REASON = 300


def deliver(hadir: Hadir, row: Row) -> Mapping[str, Any]:
    """Send the message; raises `DeliveryError`."""
    until = row.payload.get("until")
    if until and datetime.fromisoformat(until) < hadir.clock():
        return {"dropped": "too late"}
    if row.payload.get("instead_of"):
        return _edit(hadir, row)
    sent = send(hadir, row.payload, _message(hadir, row), row.key)
    stands = {"thread": sent.thread} if sent.thread else {}
    return {"message_id": sent.message_id, "channel_id": sent.channel_id, **stands}


def _message(hadir: Hadir, row: Row) -> Reply:
    if not row.payload.get("contents"):
        return reply_from_json(row.payload["message"])
    with hadir.database.read() as db:
        return reply_from_json(outbox_content.message(db, row.key, row.payload))


def send(hadir: Hadir, payload: Mapping[str, Any], message: Reply, key: str) -> Sent:
    """Send `message` to whom the payload names; raises `DeliveryError`."""
    to = _recipient(hadir, payload)
    return _chat(hadir, to.platform).send(to, _with_files(hadir, message), key)


def _chat(hadir: Hadir, platform: str) -> ChatPlatform:
    if platform not in hadir.ports.chats:
        hadir.reconnect()
    chat = hadir.ports.chats.get(platform)
    if chat is None:
        raise DeliveryError(f"{platform} is not connected: hadir setup {platform}", permanent=True)
    return chat


def _edit(hadir: Hadir, row: Row) -> Mapping[str, Any]:
    """A message that can no longer be changed keeps what it says: that is no failure, and nobody is called for it."""
    key, sent = row.payload["instead_of"], _sent(hadir, row.payload["channel"], row.payload["instead_of"])
    try:
        chat = _chat(hadir, row.payload["platform"])
        if sent is None or not isinstance(chat, Edits):
            return {"dropped": "cannot be changed"}
        chat.edit(sent, _message(hadir, row), key)
    except DeliveryError as error:
        if not error.permanent:
            raise
        return {"dropped": str(error)[:_LONGEST_REASON]}
    return {"edited": sent.message_id}


def _with_files(hadir: Hadir, message: Reply) -> Reply:
    """The message with what the storage holds of it. A file that is not there yet may still be on its way."""
    if not any(file.path for file in message.files):
        return message
    storage = hadir.ports.storage
    if storage is None:
        raise DeliveryError("no storage is connected")
    try:
        files = [replace(file, content=storage.get(file.path), path="") if file.path else file for file in message.files]
    except DeliveryError as error:
        raise DeliveryError(str(error)) from error
    return replace(message, files=tuple(files))


def _recipient(hadir: Hadir, payload: Mapping[str, Any]) -> Recipient:
    person_id = payload.get("person")
    if person_id is None and "account" in payload:
        return Recipient(payload["platform"], "person", payload["account"])
    if person_id is None:
        thread = _thread(hadir, payload["channel"], payload.get("under", ""))
        return Recipient(payload["platform"], "channel", payload["channel"], thread=thread)
    account = _account(hadir, person_id)
    return Recipient(account.platform, "person", account.external_id or _look_up(hadir, account), person_id)


def _thread(hadir: Hadir, channel_id: str, under: str) -> str:
    """The message that was sent under the key `under`, or the one below which that stands; "" if nobody knows any more."""
    sent = _sent(hadir, channel_id, under) if under else None
    return (sent.thread or sent.message_id) if sent else ""


def _sent(hadir: Hadir, channel_id: str, key: str) -> Sent | None:
    """What was sent to that channel under `key`."""
    with hadir.database.read() as db:
        found: Mapping[str, Any] | None = db.scalar(select(outbox.c.result).where(outbox.c.key == key))
    if not found or found.get("channel_id") != channel_id or not found.get("message_id"):
        return None
    return Sent(str(found["message_id"]), channel_id, str(found.get("thread", "")))


def _account(hadir: Hadir, person_id: int) -> Account:
    """The account to write to: of those on connected platforms, one from which the person has already spoken."""
    with hadir.database.read() as db:
        accounts = people.accounts(db, [person_id]).get(person_id, [])
    if not any(account.platform in hadir.ports.chats for account in accounts):
        hadir.reconnect()
    reachable = [account for account in accounts if account.platform in hadir.ports.chats]
    if not reachable:
        known = ", ".join(f"{account.platform}:{account.username}" for account in accounts) or "none"
        raise DeliveryError(f"person {person_id} has no account on a connected platform (known: {known})", permanent=True)
    return next((account for account in reachable if account.external_id), reachable[0])


def _check_owner(hadir: Hadir, account: Account, profile: Profile) -> None:
    """Anybody can rename themselves to an imported username; the e-mail address then says that they are somebody else."""
    with hadir.database.read() as db:
        owner = people.get(db, account.person_id)
    if owner and owner.email and profile.email and owner.email != profile.email.lower():
        raise DeliveryError(
            f"{account.platform}:{account.username} has another e-mail address than person {account.person_id}: "
            "correct the people file, or say whose account it is with `hadir people link`",
            permanent=True,
        )


def _look_up(hadir: Hadir, account: Account) -> str:
    """The id behind an imported username, asked for once and kept."""
    profile = hadir.ports.chats[account.platform].profile(username=account.username)
    if profile is None:
        raise DeliveryError(
            f"{account.platform} knows nobody named {account.username!r}: correct the people file", permanent=True
        )
    _check_owner(hadir, account, profile)
    table = people.account.c
    mine = (table.person_id == account.person_id, table.platform == account.platform, table.external_id.is_(None))
    try:
        with hadir.database.write() as db:
            db.execute(update(people.account).where(*mine).values(external_id=profile.id))
    except IntegrityError:
        raise DeliveryError(
            f"{account.platform}:{account.username} is an account that is linked to somebody else", permanent=True
        ) from None
    return profile.id
