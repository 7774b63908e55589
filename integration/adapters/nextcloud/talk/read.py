"""What lies in Talk's conversations and who is in them: the ports `Attachments`, `Members`, `Named`, and messages as `Said`."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.talk import calls, received
from integration.adapters.nextcloud.talk.received import BadBody, Message, Room
from integration.errors import NotMember
from integration.messages import Channel
from integration.ports import Attachment, Profile, Said

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

T = TypeVar("T")

# How far back in a conversation is looked for files.
MESSAGES_SEEN = 100
PIECE_BYTES = 4 << 20


class TalkReader:
    """The part of `TalkChat` that reads conversations; every method may raise `NextcloudError`, or `NotMember`."""

    def __init__(self, client: Client, account: str) -> None:
        self._client = client
        self._account = account

    # ------------------------------------------------------------ attachments

    def attachments(self, channel: Channel, limit: int) -> Sequence[Attachment]:
        """Of the message, else of the one that it answers, else of the last messages of the conversation."""
        for messages in self._looked_through(channel):
            found = [file for message in messages if (file := attachment_of(message))]
            if found:
                return found[:limit]
        return []

    def download(self, attachment: Attachment) -> Iterator[bytes]:
        """The content in pieces. What was shared in a conversation lies among the files of everybody in it."""
        first, version = 0, ""
        while first < attachment.size or first == 0:
            piece, total, version = self._piece(attachment, first, version)
            if not piece:
                return
            yield piece
            first += len(piece)
            if first >= total:
                return

    def _piece(self, attachment: Attachment, first: int, version: str) -> tuple[bytes, int, str]:
        return self._client.call(lambda cloud: cloud.piece(attachment.id, first, PIECE_BYTES, version))

    def _looked_through(self, channel: Channel) -> Iterator[Sequence[Mapping[str, Any]]]:
        """Messages, the newest first, each list only once the one before held nothing."""
        if channel.message:
            yield self._one(channel.id, channel.message)
        if channel.thread:
            yield self._one(channel.id, channel.thread)
        elif channel.id:
            yield self._asked(channel.id, lambda cloud: calls.messages(cloud, channel.id, limit=MESSAGES_SEEN))

    def _one(self, token: str, id: str) -> Sequence[Mapping[str, Any]]:
        found = self._asked(token, lambda cloud: calls.messages(cloud, token, before=id, including=True, limit=1))
        return [message for message in found if str(message["id"]) == id]

    # ------------------------------------------------------------ members

    def members(self, channel_id: str) -> Sequence[Profile]:
        """Everybody in the conversation with an account on this server, but ourselves. Talk tells nobody's e-mail."""
        found = self._asked(channel_id, lambda cloud: calls.participants(cloud, channel_id))
        users = [who for who in found if who.get("actorType") == "users" and who.get("actorId") != self._account]
        return [Profile(str(u["actorId"]), str(u["actorId"]), "", str(u.get("displayName") or u["actorId"])) for u in users]

    def channel_name(self, channel_id: str) -> str:
        return str(self._asked(channel_id, lambda cloud: calls.room(cloud, channel_id))["displayName"])

    def channel_named(self, name: str, account: str) -> Channel | None:
        """Among the conversations of the service account; spaces may be written as `-` or `_`, because nobody quotes a name."""
        with self._client.within():
            rooms = self._client.call(lambda cloud: calls.rooms(cloud, 0))
            for room in rooms:
                shown = str(room.get("displayName") or "")
                if room.get("type") not in (calls.GROUP, calls.PUBLIC) or _spoken(shown) != _spoken(name):
                    continue
                token = str(room["token"])
                if any(who.id == account for who in self.members(token)):
                    return Channel(token, shown)
        return None

    # ------------------------------------------------------------ helpers

    def _must_be_in(self, token: str) -> None:
        """Raise `NotMember` unless the service account is in the conversation: the bot alone cannot post a file."""
        self._asked(token, lambda cloud: calls.room(cloud, token))

    def _asked(self, token: str, work: Callable[[Cloud], Awaitable[T]]) -> T:
        try:
            return self._client.call(work, urgent=True)
        except NextcloudError as error:
            if error.status not in (403, 404):
                raise
            text = f"the account {self._account} is not in the conversation {token}: add it there as a participant"
            raise NotMember(text, account=self._account) from None


def _spoken(name: str) -> str:
    return " ".join(re.split(r"[-_\s]+", name.casefold())).strip()


def attachment_of(message: Mapping[str, Any]) -> Attachment | None:
    """The file that was shared by this message, if it was one. Its id is its path among the service account's files."""
    parameters = message.get("messageParameters")
    file = parameters.get("file") if isinstance(parameters, dict) else None
    if not isinstance(file, dict) or file.get("type") != "file" or message.get("systemMessage"):
        return None
    return Attachment(
        id=str(file["path"]),
        name=str(file.get("name") or "berkas"),
        size=int(file.get("size") or 0),
        media_type=str(file.get("mimetype") or "application/octet-stream"),
        message_id=str(message["id"]),
        by=str(message.get("actorId", "")),
        at=_at(message),
    )


def said_of(message: Mapping[str, Any], room: Room, account: str, names: Collection[str]) -> Said | None:
    """What a person of this server typed; None for anything else.

    Talk lets a moderator edit everybody's messages: what somebody else made of it is not what they said.
    """
    who = str(message.get("actorId", ""))
    typed = message.get("actorType") == "users" and message.get("messageType") == "comment"
    if not typed or message.get("systemMessage") or who in ("", account) or _edited_by_another(message):
        return None
    parent = message.get("parent")
    answered = str(parent["id"]) if isinstance(parent, dict) and "id" in parent else ""
    found = Message(who, room, str(message["id"]), message.get("message"), message.get("messageParameters"), answered)
    try:
        return received.said(found, names, max(_at(message), _edited_at(message)))
    except BadBody:
        return None


def _edited_by_another(message: Mapping[str, Any]) -> bool:
    editor = (message.get("lastEditActorType"), message.get("lastEditActorId"))
    return bool(message.get("lastEditTimestamp")) and editor != ("users", message.get("actorId"))


def _edited_at(message: Mapping[str, Any]) -> datetime:
    """An edited message keeps its time, but what it says now was said when it was edited."""
    return datetime.fromtimestamp(int(message.get("lastEditTimestamp") or 0), UTC)


def _at(message: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(message["timestamp"]), UTC)


# ---------------------------------------------------------------- people


async def profile(cloud: Cloud, id: str, username: str) -> Profile | None:
    """We keep usernames in lower case, Nextcloud does not."""
    card = await _card(cloud, id or username)
    if card is None and username:
        ids = [each for each in await calls.accounts_like(cloud, username) if each.lower() == username.lower()]
        card = await _card(cloud, ids[0]) if ids else None
    if card is None:
        return None
    mails = [str(action.get("hyperlink", "")) for action in card.get("actions", ()) if action.get("appId") == "email"]
    email = next((mail.removeprefix("mailto:").lower() for mail in mails if mail.startswith("mailto:")), "")
    account = str(card["userId"])
    return Profile(account, account, email, str(card.get("displayName") or account))


async def _card(cloud: Cloud, account: str) -> calls.Data | None:
    try:
        return await calls.card(cloud, account)
    except Exception as error:
        if getattr(error, "status_code", 0) == 404:
            return None
        raise
