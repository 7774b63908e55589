"""Nextcloud Talk as a chat platform.

The service account speaks in the conversations that it has with each person, the bot everywhere else. What people type
comes by the bot's webhook, which is switched on in those conversations too; `said` reads what did not come that way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import structlog
from sqlalchemy import select

from integration import choices, people
from integration.adapters.nextcloud import access
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.talk import access as talk_access
from integration.adapters.nextcloud.talk import calls, render
from integration.adapters.nextcloud.talk.access import Talk
from integration.adapters.nextcloud.talk.ears import TalkEars
from integration.adapters.nextcloud.talk.read import profile
from integration.adapters.nextcloud.talk.received import PLATFORM, words, words_id
from integration.adapters.nextcloud.uploads import checksum
from integration.core import Hadir
from integration.i18n import Translate
from integration.messages import File, Reply, Sender, plain
from integration.outbox import outbox
from integration.ports import Profile, Recipient, Sent
from integration.safe_names import safe_name

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

log = structlog.get_logger()

FOLDER = "Hadir Talk"  # of the service account: what it has posted
# Pages of a conversation in which a message of ours is looked for.
_PAGES_OF_OURS = 3
# Room for the line above the numbers and the empty one.
_CHOICE_LINES = 200


def connect(hadir: Hadir) -> TalkChat | None:
    """The chat platform if Talk is set up; reads the database and calls nothing outside."""
    found, talk = access.access(hadir), talk_access.find(hadir)
    if found is None or talk is None:
        return None
    return TalkChat(hadir, access.client(hadir, found), talk, found.url)


@dataclass
class _Post:
    """One message of ours on its way: a text and files, each known by a reference that is the same in every repeat.

    `look`: it may be there already, because an earlier try got no answer. `answering`: the message that it answers, "" where
    it answers none.
    """

    token: str
    text: str
    files: Sequence[File]
    key: str
    as_bot: bool
    look: bool
    answering: str = ""
    references: list[str] = field(init=False)

    def __post_init__(self) -> None:
        parts = 1 + len(self.files)
        self.references = [hashlib.sha256(f"{self.key}/{part}".encode()).hexdigest() for part in range(parts)]


class TalkChat(TalkEars):
    """Everything that Hadir asks of Talk; every method may raise `NextcloudError`, a `DeliveryError`."""

    name = PLATFORM

    def __init__(self, hadir: Hadir, client: Client, talk: Talk, url: str) -> None:
        super().__init__(hadir, client, talk)
        self._rooms: dict[str, str] = {}
        self.address = f"{url}/index.php/apps/spreed/?callUser={quote(talk.account, safe='')}"

    # ------------------------------------------------------------ the port

    def send(self, to: Recipient, message: Reply, key: str) -> Sent:
        """Post `message`, at most once as far as the conversation can be read: Talk itself takes a repeat for a new one."""
        if to.kind == "channel":
            return self._send(to, to.id, message, key)
        with self._lock:
            known = self._rooms.get(to.id)
        try:
            return self._send(to, known or self._direct_room(to.id), message, key)
        except NextcloudError as error:
            if error.status != 404 or known is None:
                raise
        return self._send(to, self._direct_room(to.id), message, key)  # the conversation was deleted meanwhile

    def edit(self, sent: Sent, message: Reply, key: str) -> None:
        """By the service account, which has to be a moderator there: a bot cannot, and after a day nobody can."""
        if not sent.message_id.isdecimal():
            raise NextcloudError("nobody has told us the number of that message", permanent=True)
        text = self._text(Recipient(PLATFORM, "channel", sent.channel_id), message)
        self._client.call(lambda cloud: calls.edit(cloud, sent.channel_id, sent.message_id, text), urgent=True)

    def profile(self, *, id: str = "", username: str = "") -> Profile | None:
        """The account of that name, which is its id too; the e-mail is empty where its owner hides it."""
        return self._client.call(lambda cloud: profile(cloud, id, username), urgent=True)

    # ------------------------------------------------------------ a message of ours

    def _send(self, to: Recipient, token: str, message: Reply, key: str) -> Sent:
        made_at = self._hadir.clock().replace(microsecond=0)  # Talk counts whole seconds
        direct = to.kind == "person"
        if message.files and not direct:
            self._must_be_in(token)
        post = _Post(token, self._text(to, message), message.files, key, as_bot=not direct, look=self._may_be_there(key))
        if not direct and to.thread.isdecimal():  # of what the bot said where we may not read, nobody has told us the number
            post.answering = to.thread
        id = self._said_by_us(post)
        if message.buttons:
            with self._hadir.database.write() as db:
                account = to.id if direct else ""
                # Where nobody has told us the number, the words have to tell which message somebody answers.
                known = id if id != post.references[0] else words_id(words(post.text, {})) + id
                choices.offer(db, PLATFORM, token, account, known, message.buttons, made_at)
        return Sent(id, token, post.answering)

    def _said_by_us(self, post: _Post) -> str:
        """The id of the message, posted. Setup may have made a new secret while this process was running."""
        try:
            return self._client.call(lambda cloud: self._posted(cloud, post), urgent=True)
        except calls.BotRefused:
            fresh = talk_access.find(self._hadir)
            if fresh is None or fresh == self._talk:
                raise self._explained(post) from None
        self._talk = fresh
        return self._said_by_us(post)

    async def _posted(self, cloud: Cloud, post: _Post) -> str:
        """1. what of it is there already, 2. the text, 3. the files; gives the id of the text."""
        there = await self._ours(cloud, post.token, post.references) if post.look else {}
        post.look = True  # the client repeats this when no answer comes
        text, *files = post.references
        if text not in there and post.as_bot:
            await self._say_as_bot(cloud, post, text)
            there |= await self._ours(cloud, post.token, [text], pages=1)
        elif text not in there:
            there[text] = await calls.say(cloud, post.token, post.text, text)
        for reference, file in zip(files, post.files, strict=True):
            if reference not in there:
                await self._attach(cloud, post.token, file, reference)
        # Where the service account is no member the bot can speak, but nobody tells us the number of what it said.
        return there.get(text, text)

    async def _say_as_bot(self, cloud: Cloud, post: _Post, reference: str) -> None:
        """As an answer, if the message that it answers is there still."""
        said = post.token, post.text, reference, self._talk.secret
        if not await calls.say_as_bot(cloud, *said, answering=post.answering):
            post.answering = ""
            await calls.say_as_bot(cloud, *said)

    async def _ours(self, cloud: Cloud, token: str, references: Collection[str], pages: int = _PAGES_OF_OURS) -> dict[str, str]:
        """{reference: id} of those among our messages that are there; nothing where we may not read."""
        found: dict[str, str] = {}
        before = ""
        for _ in range(pages):
            page = await self._page(cloud, token, before)
            found |= {str(m["referenceId"]): str(m["id"]) for m in page if m.get("referenceId") in references}
            if len(page) < calls.PAGE or len(found) == len(references):
                break
            before = str(page[-1]["id"])
        return found

    async def _page(self, cloud: Cloud, token: str, before: str) -> Sequence[calls.Data]:
        try:
            return await calls.messages(cloud, token, before=before)
        except Exception as error:
            if getattr(error, "status_code", 0) in (403, 404):
                return []
            raise

    async def _attach(self, cloud: Cloud, token: str, file: File, reference: str) -> None:
        folder = f"{FOLDER}/{reference[:16]}"
        for path in (FOLDER, folder):
            await _make_folder(cloud, path)
        path = f"{folder}/{safe_name(file.name)}"
        digest = checksum(hashlib.sha256(file.content).hexdigest())
        await cloud.upload(path, file.content, file.media_type, self._hadir.clock(), digest, None)
        await calls.share(cloud, path, token, reference, json.dumps({"messageType": "comment"}))

    def _text(self, to: Recipient, message: Reply) -> str:
        t = self._speak(to)
        if not message.buttons:
            return render.markdown(message.text, lambda: plain(_cut_note(t)))
        plugins = [plugin.name for plugin in self._hadir.plugins]
        numbers = render.numbered(plugins, message.buttons)
        limit = render.MAX_TEXT - len(numbers) - _CHOICE_LINES
        text = render.markdown(message.text, lambda: plain(_cut_note(t)), limit)
        asks = plain(t("Reply with a number:"))
        return f"{text}\n\n{asks}\n{numbers}"

    def _speak(self, to: Recipient) -> Translate:
        locale = ""
        if to.kind == "person":
            with self._hadir.database.read() as db:
                person = people.by_sender(db, Sender(PLATFORM, to.id, to.id))
            locale = person.locale if person else ""
        return self._hadir.catalogues.speak(locale or self._hadir.settings.locale)

    def _may_be_there(self, key: str) -> bool:
        """Whether an earlier try may have come through; the first one need not look."""
        with self._hadir.database.read() as db:
            row = db.execute(select(outbox.c.attempts, outbox.c.error).where(outbox.c.key == key)).first()
        return row is None or row.attempts > 1 or bool(row.error)

    # ------------------------------------------------------------ conversations

    def _direct_room(self, account: str) -> str:
        """The conversation with `account`, made if there was none, with the bot listening."""
        try:
            room = self._client.call(lambda cloud: calls.direct_room(cloud, account), urgent=True)
        except NextcloudError as error:
            if error.status not in (400, 404):
                raise
            text = f"Nextcloud has no user {account} any more: link the person's account again (hadir people import)"
            raise NextcloudError(text, status=error.status, permanent=True) from None
        token = str(room["token"])
        self._listen(token)
        with self._lock:
            self._rooms[account] = token
        return token

    # ------------------------------------------------------------ errors

    def _explained(self, post: _Post) -> NextcloudError:
        return NextcloudError(
            f"the bot {self._talk.bot} may not speak in the conversation {post.token}: a moderator switches it on there "
            "(conversation settings > bots), then run: hadir outbox retry --all; if it is on, its secret has changed: "
            "hadir setup nextcloud",
            permanent=True,
        )


async def _make_folder(cloud: Cloud, path: str) -> None:
    try:
        await cloud.make_folder(path)
    except Exception as error:
        if getattr(error, "status_code", 0) != 405:  # it is there already
            raise


def _cut_note(t: Translate) -> Any:
    return t("… The rest does not fit into one message.")
