"""An answer in the shape that each of Mattermost's three callbacks wants."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from integration import outbox, people
from integration.adapters.mattermost import forms, render
from integration.adapters.mattermost.chat import MARK, MattermostChat, button_attachments, markdown, post_mark
from integration.adapters.mattermost.known import KnownCommands
from integration.adapters.mattermost.signed import Made, SignedForm, sign_form
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.messages import Answer, Form, FormErrors, Reply, Sender, Text, bare, join, plain, quote, reply_to_json
from integration.phrases import form_page

log = structlog.get_logger()

# The address of a web page with the form, for that person; None if there is no such page.
FormLink = Callable[[Form, Sender], str | None]
Body = dict[str, Any]


class Answers:
    """`chat` gives the connected platform, or None; it is asked only when an answer needs more than the answer."""

    def __init__(
        self, hadir: Hadir, known: KnownCommands, chat: Callable[[], MattermostChat | None], form_link: FormLink | None
    ) -> None:
        self._hadir = hadir
        self._known = known
        self._chat = chat
        self._form_link = form_link

    # ------------------------------------------------------------ one for each callback

    def to_command(self, answer: Answer, sender: Sender, hook: str, trigger: str, now: datetime) -> Body:
        """`hook` is the id of the command's response address, `trigger` lets a dialog open."""
        made = Made(to=sender.id, hook=hook)
        reply = self._opened(answer, sender, made, trigger, now)
        return self._as_command(reply, made, now) if reply else {}

    def to_button(self, answer: Answer, sender: Sender, made: Made, trigger: str, now: datetime) -> Body:
        """`made.post` is the post on which the button was."""
        reply = self._opened(answer, sender, replace(made, to=sender.id), trigger, now)
        if reply is None:
            return {}
        if reply.replaces and made.key:
            return {"update": {"message": markdown(self._hadir, reply), "props": self._props(reply, made, now)}}
        # Mattermost hangs an `ephemeral_text` as a reply under the post, in a thread that nobody has open.
        if self._delivered(reply, sender, made.hook, f"answer:{uuid.uuid4().hex}", now):
            return {}
        return {"ephemeral_text": markdown(self._hadir, reply), "skip_slack_parsing": True}

    def to_form(self, answer: Answer, sender: Sender, form: SignedForm, now: datetime) -> Body:
        """A dialog shows nothing but errors: what else there is to say comes as a message beside it."""
        if isinstance(answer, FormErrors):
            return self.errors(answer)
        if isinstance(answer, Form):
            seen = tuple(field.name for field in form.fields) + form.ignored
            state = sign_form(self._hadir.signer, answer, form.made, now, ignored=seen)
            return {"type": "form", "form": forms.dialog(answer, state)}
        if answer.replaces and form.made.key and self._updated(answer, form.made, now):
            return {}
        if answer.refused and not answer.buttons:
            return {"error": bare(answer.text)}
        told = self._delivered(answer, sender, form.made.hook, f"answer:{form.nonce}", now)
        return {} if told else {"error": bare(answer.text)}

    def errors(self, errors: FormErrors) -> Body:
        by_field = {name: bare(text) for name, text in errors.by_field.items()}
        whole = by_field.pop("", "")
        return {"errors": by_field} | ({"error": whole} if whole else {})

    def unavailable(self) -> Text:
        """What anybody may be told when not even the sender can be verified."""
        t = self._hadir.catalogues.speak(self._hadir.settings.locale)
        return t("Nothing was recorded: the service cannot reach its database. Please try again in a minute.")

    # ------------------------------------------------------------ the parts

    def _as_command(self, reply: Reply, made: Made, now: datetime) -> Body:
        return render.command_answer(reply, markdown(self._hadir, reply), self._attachments(reply, made, now))

    def _attachments(self, reply: Reply, made: Made, now: datetime) -> list[Body]:
        if not reply.buttons:
            return []
        callback = self._known.callback() or self._hadir.settings.public_url.rstrip("/")
        return button_attachments(self._hadir, callback, reply.buttons, made, now)

    def _props(self, reply: Reply, made: Made, now: datetime) -> Body:
        """Empty props take the old buttons away."""
        attached = self._attachments(reply, Made(to=made.to, key=made.key), now)
        return {MARK: post_mark(made.key), "attachments": attached} if attached else {}

    def _opened(self, answer: Answer, sender: Sender, made: Made, trigger: str, now: datetime) -> Reply | None:
        """A reply as it is; a form is opened, and only if that fails is there something to say."""
        if isinstance(answer, Reply):
            return answer
        if isinstance(answer, FormErrors):
            return Reply(join("\n", [quote(plain(text)) for text in answer.by_field.values()]), refused=True)
        if (answer.takes_files or answer.is_long) and (page := self._page(answer, sender)):
            return page
        try:
            chat = self._chat()
            if chat is None:
                raise DeliveryError("Mattermost is not connected; run: hadir setup mattermost")
            chat.open_form(trigger, answer, made, now)
        except DeliveryError as error:
            log.warning("form_not_opened", error=str(error))
            return self._instead_of(answer, sender)
        return None

    def _page(self, form: Form, sender: Sender) -> Reply | None:
        """Mattermost's dialogs take no file and no long text: the same form as a page does."""
        t = self._hadir.catalogues.speak(self._hadir.settings.locale)
        link = self._form_link(form, sender) if self._form_link else None
        if link is None:
            return None
        if not form.takes_files:
            return Reply(t("There is room to write on this page: {link}", link=form_page(t, link)))
        return Reply(t("Please fill the form in on this page; a file can be added there: {link}", link=form_page(t, link)))

    def _instead_of(self, form: Form, sender: Sender) -> Reply:
        t = self._hadir.catalogues.speak(self._hadir.settings.locale)
        link = self._form_link(form, sender) if self._form_link else None
        if link:
            return Reply(
                t("The form could not be opened here. Please fill it in on this page: {link}", link=form_page(t, link))
            )
        return Reply(
            t("The form could not be opened because Mattermost did not answer in time. Nothing was sent; please try again."),
            refused=True,
        )

    def _updated(self, reply: Reply, made: Made, now: datetime) -> bool:
        """Put the answer to a form in the place of the post whose button opened the form; False if that failed."""
        chat = self._chat()
        try:
            if chat is not None:
                chat.update(made.post, markdown(self._hadir, reply), self._props(reply, made, now))
            return chat is not None
        except DeliveryError as error:
            log.info("post_not_updated", error=str(error))
            return False

    def _delivered(self, reply: Reply, sender: Sender, hook: str, key: str, now: datetime) -> bool:
        """Say it where the command was typed while that is possible, else in a direct message; False if neither is."""
        chat = self._chat() if hook else None
        if chat is not None:
            try:
                chat.respond(hook, self._as_command(reply, Made(to=sender.id, hook=hook), now))
                return True
            except DeliveryError as error:
                log.info("response_address_failed", error=str(error))
        return self._queued(reply, sender, key, now)

    def _queued(self, reply: Reply, sender: Sender, key: str, now: datetime) -> bool:
        try:
            with self._hadir.database.write() as db:
                person = people.by_sender(db, sender)
                if person is None:
                    return False
                payload = {"person": person.id, "message": reply_to_json(reply)}
                outbox.enqueue(db, kind="chat", stream=f"person:{person.id}", key=key, payload=payload, now=now)
                return True
        except SQLAlchemyError:
            log.exception("answer_not_queued")
            return False
