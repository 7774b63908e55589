"""The address that Talk's webhook calls. It runs inside the request of whoever typed: verify, queue, answer; work later."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from flask import Blueprint, Response, request
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from integration import audit, bodies, choices, outbox
from integration.adapters.nextcloud.talk import order, received
from integration.adapters.nextcloud.talk.access import RELOAD_SECONDS, KnownTalk, Talk
from integration.adapters.nextcloud.talk.received import PLATFORM, BadBody, Switched
from integration.bodies import BadRequest
from integration.core import Hadir
from integration.db import insert_once
from integration.deliveries import chat as chat_delivery
from integration.dispatch import used_nonce
from integration.hearing import inbox
from integration.messages import Reply, Sender, Text, fill, reply_to_json
from integration.ports import Said

log = structlog.get_logger()

PATH = "/nextcloud/talk"
# Of the longest message, answering the longest message, escaped twice.
MAX_BODY_BYTES = 1 << 20
_SHORTEST_RANDOM = 32
# The same news of a conversation counts once, for as long as anybody may have kept it. There is little of it.
_REMEMBERED = timedelta(days=3650)
_NOBODY = Sender(PLATFORM, "", "")


def blueprint(hadir: Hadir, *, reload_seconds: float = RELOAD_SECONDS) -> Blueprint:
    routes = Blueprint("nextcloud", __name__)
    routes.add_url_rule(PATH, "talk", _Webhook(hadir, KnownTalk(hadir, reload_seconds)).answer, methods=["POST"])
    return routes


class _Webhook:
    def __init__(self, hadir: Hadir, known: KnownTalk) -> None:
        self._hadir = hadir
        self._known = known

    def answer(self) -> Response:
        """200 for everything that Talk may say: it counts other answers as errors of the bot, and repeats nothing."""
        now = self._hadir.clock()
        try:
            self._hear(bodies.whole(request, MAX_BODY_BYTES), now)
        except BadRequest as refused:
            return _plain(refused.text, refused.status)
        except SQLAlchemyError:
            # What was typed is not lost: a look at what was missed finds it in the conversation.
            log.exception("talk_message_not_queued")
            return _plain("the database cannot be reached", 503)
        return _plain("", 200)

    def _hear(self, raw: bytes, now: datetime) -> None:
        talk = self._verified(raw, now)
        if not request.headers.get("X-Nextcloud-Talk-Backend"):
            raise BadRequest(400, "X-Nextcloud-Talk-Backend is missing")
        try:
            heard = received.read(raw, talk.account, talk.names, now)
            answered = received.answered_words(raw) if isinstance(heard, Said) and heard.replies_to else ""
        except BadBody as error:
            # Signed, and yet nothing that this version understands: worth a look, not a refusal.
            log.warning("talk_body_not_understood", reason=str(error))
            raise BadRequest(400, f"the body is not understood: {error}") from None
        if isinstance(heard, Said):
            self._queue(self._answering(heard, answered), now)
        elif isinstance(heard, Switched):
            self._note(heard, talk, now)

    def _verified(self, raw: bytes, now: datetime) -> Talk:
        random = request.headers.get("X-Nextcloud-Talk-Random", "")
        signature = request.headers.get("X-Nextcloud-Talk-Signature", "")
        talk = self._known.get()
        if talk is None or not _signed(talk, random, raw, signature):
            talk = self._known.get(again=True)  # setup may just have made another secret
        if talk is None:
            raise BadRequest(401, "Talk is not set up here; run: hadir setup nextcloud")
        if not _signed(talk, random, raw, signature):
            self._hadir.dispatcher.refuse(_NOBODY, "talk", "wrong signature", now)
            raise BadRequest(401, "wrong signature; run: hadir doctor")
        return talk

    def _queue(self, said: Said, now: datetime) -> None:
        if inbox.concerns(self._hadir, said):
            with self._hadir.database.write() as db:
                fresh = order.note(db, int(said.message_id), now)
                if fresh:
                    inbox.queue(db, said, now)
            if not fresh:
                self._hadir.dispatcher.refuse(said.sender, "talk", "a message from before, sent again", now)
                raise BadRequest(403, "this message is from before; Talk sends each one once, at once")

    def _answering(self, said: Said, words: str) -> Said:
        """With what stands for the message that it answers, where that is one of the bot's whose number we do not know."""
        if not words:
            return said
        with self._hadir.database.read() as db:
            meant = choices.meant(db, PLATFORM, said.channel.id, said.replies_to, received.words_id(words))
        return replace(said, replies_to=meant)

    def _note(self, switched: Switched, talk: Talk, now: datetime) -> None:
        if switched.room.direct:
            return  # we did that ourselves
        nonce = hashlib.sha256(request.headers["X-Nextcloud-Talk-Random"].encode()).hexdigest()
        with self._hadir.database.write() as db:
            if insert_once(db, used_nonce, {"nonce": nonce, "expires_at": now + _REMEMBERED}) is None:
                return  # the same webhook again
            _record(db, switched, now)
            if switched.on:
                self._greet(db, switched.room.token, nonce, talk, now)

    def _greet(self, db: Connection, token: str, nonce: str, talk: Talk, now: datetime) -> None:
        payload = {"platform": PLATFORM, "channel": token, "message": reply_to_json(self._greeting(talk))}
        stream = f"channel:{PLATFORM}:{token}"
        outbox.enqueue(db, kind=chat_delivery.KIND, stream=stream, key=f"talk:{nonce}", payload=payload, now=now)

    def _greeting(self, talk: Talk) -> Reply:
        t = self._hadir.catalogues.speak(self._hadir.settings.locale)
        commands = Text(", ".join(f"`/{plugin.name}`" for plugin in self._hadir.plugins))
        return Reply(
            t(
                "Hadir is on in this conversation. Type {commands}; answers that are only yours come in private. For files, "
                "and so that nothing is missed during an outage, please add the account {account} here too.",
                commands=commands,
                account=fill("**{account}**", account=talk.account),
            ),
            private=False,
        )


def _record(db: Connection, switched: Switched, now: datetime) -> None:
    action = "talk.joined" if switched.on else "talk.left"
    room = switched.room
    audit.record(
        db, now, actor_id=None, actor=PLATFORM, action=action, object=f"room:{room.token}", after={"name": room.name[:200]}
    )


def _signed(talk: Talk, random: str, raw: bytes, signature: str) -> bool:
    if len(random) < _SHORTEST_RANDOM:
        return False
    expected = hmac.new(talk.secret.encode(), random.encode("utf-8", "replace") + raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.strip().lower().encode("utf-8", "replace"))


def _plain(text: str, status: int) -> Response:
    return Response(text, status, content_type="text/plain; charset=utf-8")
