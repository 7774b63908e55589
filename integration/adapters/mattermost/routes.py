"""The three addresses that Mattermost calls: slash commands, buttons, dialogs. Verify, parse, dispatch, answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import structlog
from flask import Blueprint, Response
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from integration.adapters.mattermost import forms, received
from integration.adapters.mattermost.answers import Answers, FormLink
from integration.adapters.mattermost.chat import MattermostChat, connect
from integration.adapters.mattermost.connection import PLATFORM
from integration.adapters.mattermost.known import RELOAD_SECONDS, KnownCommands
from integration.adapters.mattermost.render import MAX_ANSWER_BYTES
from integration.adapters.mattermost.signed import FORM_VALID, SignedButton, SignedForm, read_button, read_form
from integration.bodies import BadRequest
from integration.core import Hadir
from integration.dispatch import Once, parse
from integration.errors import DeliveryError, Refused
from integration.messages import ButtonPress, FormErrors, FormSubmission, Sender, plain
from integration.outbox import outbox
from integration.signing import BadToken

log = structlog.get_logger()

Body = dict[str, Any]


def blueprint(hadir: Hadir, *, form_link: FormLink | None = None, reload_seconds: float = RELOAD_SECONDS) -> Blueprint:
    """The routes; `form_link` gives the address of a web page that shows a form, for when a dialog cannot be opened."""
    callbacks = Callbacks(hadir, KnownCommands(hadir.database, reload_seconds), form_link)
    routes = Blueprint("mattermost", __name__, url_prefix="/mattermost")
    routes.add_url_rule("/commands", "commands", _view(callbacks.command), methods=["POST"])
    routes.add_url_rule("/actions", "actions", _view(callbacks.action), methods=["POST"])
    routes.add_url_rule("/dialogs", "dialogs", _view(callbacks.dialog), methods=["POST"])
    return routes


def _view(handler: Callable[[], Body]) -> Callable[[], Response]:
    def view() -> Response:
        try:
            return _json(handler())
        except BadRequest as error:
            return _json({"error": error.text}, error.status)
        except Refused as error:
            return _json({"error": plain(str(error))}, 403)

    return view


def _json(body: Body, status: int = 200) -> Response:
    encoded = json.dumps(body)
    if len(encoded) >= MAX_ANSWER_BYTES and body.pop("attachments", None):
        encoded = json.dumps(body)
    return Response(encoded, status, content_type="application/json")


class Callbacks:
    """The handlers of the three addresses, each from the request at hand to the body of its answer."""

    def __init__(self, hadir: Hadir, known: KnownCommands, form_link: FormLink | None) -> None:
        self._hadir = hadir
        self._known = known
        self._answers = Answers(hadir, known, self._chat, form_link)

    def command(self) -> dict[str, Any]:
        """A slash command: the token in the form proves that Mattermost sent it."""
        now = self._hadir.clock()
        fields = received.form_body()
        trigger = received.one(fields, "command").removeprefix("/").lower()
        try:
            known = self._known.accepts(received.one(fields, "token"), received.one(fields, "team_id"), trigger)
        except SQLAlchemyError:
            log.exception("commands_unknown")
            return {"response_type": "ephemeral", "text": self._answers.unavailable()}
        if not known:
            log.warning("command_refused", team=received.one(fields, "team_id")[:40], trigger=trigger[:40])
            raise BadRequest(401, "wrong token for this team and command; run: hadir setup mattermost")
        sender = received.command_sender(fields)
        command = parse(
            trigger,
            received.text(received.one(fields, "text")),
            channel=received.command_channel(fields),
            mentions=received.mentions(fields),
            channels=received.channels(fields),
        )
        with self._audited(sender, f"command:{trigger}"):
            answer = self._hadir.dispatcher.handle(sender, command, now)
        return self._answers.to_command(answer, sender, received.hook(fields), received.one(fields, "trigger_id"), now)

    def action(self) -> dict[str, Any]:
        """A button: what it does is signed; who pressed it and on which post is checked here."""
        now = self._hadir.clock()
        body = received.json_body()
        sender = received.callback_sender(body)
        post = received.post(body)
        with self._audited(sender, f"button:{post}"):
            if str(body.get("type", "")).startswith("dialog"):
                raise Refused("a form was sent to the buttons' address")
            try:
                pressed = self._button(received.token(body), sender, post)
            except SQLAlchemyError:
                log.exception("button_unknown")
                return {"ephemeral_text": self._answers.unavailable()}
            press = ButtonPress(pressed.action, pressed.value, received.callback_channel(body))
            answer = self._hadir.dispatcher.handle(sender, press, now)
        return self._answers.to_button(answer, sender, replace(pressed.made, post=post), str(body.get("trigger_id", "")), now)

    def dialog(self) -> dict[str, Any]:
        """A form: its state is signed for one user and counts once; what was typed is checked again."""
        now = self._hadir.clock()
        body = received.json_body()
        sender = received.callback_sender(body)
        with self._audited(sender, "dialog"):
            if body.get("type") != "dialog_submission":
                raise Refused("not a form's submission")
            if body.get("cancelled") is True:
                return {}
            form = self._form(received.state(body), sender)
            t = self._hadir.catalogues.speak(self._hadir.settings.locale)
            values, errors = forms.check(form, received.submission(body), t)
            if errors:
                return self._answers.errors(FormErrors(errors))
            submitted = FormSubmission(form.action, values, form.value, received.callback_channel(body))
            once = Once(form.nonce, now + FORM_VALID)
            answer = self._hadir.dispatcher.handle(sender, submitted, now, once)
        return self._answers.to_form(answer, sender, form, now)

    # ------------------------------------------------------------ verification

    def _button(self, token: str, sender: Sender, post: str) -> SignedButton:
        try:
            pressed = read_button(self._hadir.signer, token, self._hadir.clock())
        except BadToken as bad:
            raise Refused(bad.reason) from None
        made = pressed.made
        if made.to and made.to != sender.id:
            raise Refused("made for somebody else")
        if not made.key and not made.to:
            raise Refused("forged")
        if made.key and not self._is_our_post(post, made.key):
            raise Refused("on a post that is not ours")
        return pressed

    def _is_our_post(self, post: str, key: str) -> bool:
        """The outbox knows the post; Mattermost itself is asked where the outbox does not (a crash, an old post)."""
        with self._hadir.database.read() as db:
            result = db.scalar(select(outbox.c.result).where(outbox.c.key == key))
        if result and result.get("message_id") == post:
            return True
        chat = self._chat()
        try:
            return chat is not None and chat.is_ours(post, key)
        except DeliveryError:
            return False

    def _form(self, state: str, sender: Sender) -> SignedForm:
        try:
            form = read_form(self._hadir.signer, state, self._hadir.clock())
        except BadToken as bad:
            raise Refused(bad.reason) from None
        if form.made.to != sender.id:
            raise Refused("made for somebody else")
        return form

    @contextmanager
    def _audited(self, sender: Sender, what: str) -> Iterator[None]:
        """Whatever is refused inside the block leaves an audit row."""
        try:
            yield
        except Refused as error:
            try:
                self._hadir.dispatcher.refuse(sender, what[:120], plain(str(error)), self._hadir.clock())
            except SQLAlchemyError:
                log.exception("refusal_not_recorded", what=what)
            raise

    def _chat(self) -> MattermostChat | None:
        """Setup may run after this process began."""
        chat = self._hadir.ports.chats.get(PLATFORM)
        if chat is None:
            chat = connect(self._hadir)
            if chat is not None:
                self._hadir.ports.chats[PLATFORM] = chat
        return chat if isinstance(chat, MattermostChat) else None
