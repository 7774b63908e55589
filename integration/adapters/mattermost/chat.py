"""Mattermost as a chat platform: direct messages, channel posts with buttons and files, people's profiles, dialogs."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import quote as url_quote
from urllib.parse import urlsplit

from integration.adapters.mattermost import forms, render
from integration.adapters.mattermost.connection import access
from integration.adapters.mattermost.errors import MattermostError
from integration.adapters.mattermost.files import MattermostFiles, profile
from integration.adapters.mattermost.inbox import MattermostInbox
from integration.adapters.mattermost.signed import Made, sign_button, sign_form
from integration.core import Hadir
from integration.messages import Button, File, Form, Reply, plain
from integration.ports import Profile, Recipient, Sent

ACTIONS, DIALOGS = "/mattermost/actions", "/mattermost/dialogs"
_KEYS = uuid.UUID("7f1f2a1c-5d0a-4c36-9c1e-6b1f0c1d3a52")  # any namespace: it only has to stay
# A post says which key it was written for, so that its buttons are known even when the outbox lost its answer.
MARK = "hadir_key"
_NO_SUCH_ROOT = ("api.post.create_post.root_id.app_error", "api.post.create_post.channel_root_id.app_error")


def connect(hadir: Hadir) -> MattermostChat | None:
    """The chat platform if Mattermost is set up; reads the database and calls nothing outside."""
    found = access(hadir)
    return MattermostChat(hadir, found) if found else None


def post_mark(key: str) -> str:
    return str(uuid.uuid5(_KEYS, key))


class MattermostChat(MattermostFiles, MattermostInbox):
    """Everything that Hadir asks of Mattermost; every method may raise `MattermostError`, a `DeliveryError`."""

    @property
    def address(self) -> str:
        """Where people open Mattermost."""
        return self.access.url

    # ------------------------------------------------------------ the port

    def send(self, to: Recipient, message: Reply, key: str) -> Sent:
        """Post `message`. A repeat within half a minute gives the same post; later ones are told apart by `key`."""
        return self._with_fresh_token(lambda: self._send(to, message, key))

    def edit(self, sent: Sent, message: Reply, key: str) -> None:
        """What it carried besides, files and its mark, stays; the server may forbid it after a while (PostEditTimeLimit)."""
        self._with_fresh_token(lambda: self._edit(sent, message, key))

    def profile(self, *, id: str = "", username: str = "") -> Profile | None:
        """The active user with that id or username; the e-mail is empty where the server hides it."""
        return self._with_fresh_token(lambda: self._profile(id, username))

    # ------------------------------------------------------------ within a person's request: two seconds

    def open_form(self, trigger: str, form: Form, made: Made, now: datetime) -> None:
        """Open `form` for `made.to`, who has just done what `trigger` stands for."""
        state = sign_form(self._hadir.signer, form, made, now)
        request = {"trigger_id": trigger, "url": self.access.callback + DIALOGS, "dialog": forms.dialog(form, state)}
        with self.client.within():
            self.driver.integration_actions.open_dialog(request)

    def respond(self, hook: str, answer: dict[str, Any]) -> None:
        """Answer a command again, through its response address."""
        site = urlsplit(self.access.url).path
        with self.client.within():
            self.client.make_request("POST", f"/hooks/commands/{url_quote(hook, safe='')}", options=answer, basepath=site)

    def update(self, post: str, message: str, props: dict[str, Any]) -> None:
        """Put something else into a post of the bot's."""
        with self.client.within():
            self.driver.posts.patch_post(url_quote(post, safe=""), {"message": message, "props": props})

    def is_ours(self, post_id: str, key: str) -> bool:
        """Whether our bot wrote that post for `key`."""
        with self.client.within():
            post = self.driver.posts.get_post(url_quote(post_id, safe=""))
            return bool(post["user_id"] == self.bot["id"] and post.get("props", {}).get(MARK) == post_mark(key))

    # ------------------------------------------------------------ what it is made of

    def buttons(self, buttons: tuple[Button, ...], made: Made, now: datetime) -> list[dict[str, Any]]:
        return button_attachments(self._hadir, self.access.callback, buttons, made, now)

    def markdown(self, reply: Reply) -> str:
        return markdown(self._hadir, reply)

    def _send(self, to: Recipient, message: Reply, key: str) -> Sent:
        direct = to.kind == "person"
        channel = self._direct_channel(to.id) if direct else to.id
        props = self._props(message, Made(to=to.id if direct else "", key=key))
        try:
            post = {
                "channel_id": channel,
                "message": self.markdown(message),
                "props": props,
                "file_ids": [self._upload(channel, file) for file in message.files],
                "pending_post_id": f"{self.bot['id']}:{post_mark(key)}",
            }
            return self._post(post, "" if direct else to.thread)
        except MattermostError as error:
            raise self._explained(error, channel) from error

    def _props(self, message: Reply, made: Made) -> dict[str, Any]:
        props: dict[str, Any] = {MARK: post_mark(made.key)}
        if message.buttons:
            props["attachments"] = self.buttons(message.buttons, made, self._hadir.clock())
        return props

    def _edit(self, sent: Sent, message: Reply, key: str) -> None:
        """Of a channel's post only: the buttons of a direct message are signed for its reader."""
        patch = {"message": self.markdown(message), "props": self._props(message, Made(to="", key=key))}
        self.driver.posts.patch_post(url_quote(sent.message_id, safe=""), patch)

    def _post(self, post: dict[str, Any], thread: str) -> Sent:
        """Below `thread`, if somebody has not deleted it meanwhile."""
        channel: str = post["channel_id"]
        if thread:
            try:
                return Sent(self.driver.posts.create_post({**post, "root_id": thread})["id"], channel, thread)
            except MattermostError as error:
                if error.error_id not in _NO_SUCH_ROOT:
                    raise
        return Sent(self.driver.posts.create_post(post)["id"], channel)

    def _direct_channel(self, user: str) -> str:
        try:
            channel: dict[str, str] = self.driver.channels.create_direct_message_channel([self.bot["id"], user])
        except MattermostError as error:
            if error.status not in (400, 404):
                raise
            text = f"Mattermost has no user {user} any more: link the person's account again (hadir people import)"
            raise MattermostError(text, status=error.status, error_id=error.error_id, permanent=True) from error
        return channel["id"]

    def _upload(self, channel: str, file: File) -> str:
        uploaded = self.driver.files.upload_file(channel, {"files": (file.name, file.content, file.media_type)})
        stored: str = uploaded["file_infos"][0]["id"]
        return stored

    def _explained(self, error: MattermostError, channel: str) -> MattermostError:
        if error.status != 403:
            return error
        cure = f"the bot is not a member of the channel {channel}: write `/invite @{self.bot['username']}` there"
        return MattermostError(
            f"{cure}, then run: hadir outbox retry --all", status=403, error_id=error.error_id, permanent=True
        )

    def _profile(self, id: str, username: str) -> Profile | None:
        users = self.driver.users
        try:
            user = users.get_user(url_quote(id, safe="")) if id else users.get_user_by_username(url_quote(username, safe=""))
        except MattermostError as error:
            if error.status in (400, 404):
                return None
            raise
        return None if user.get("delete_at") else profile(user)


def button_attachments(
    hadir: Hadir, callback: str, buttons: tuple[Button, ...], made: Made, now: datetime
) -> list[dict[str, Any]]:
    return render.attachments(buttons, callback + ACTIONS, lambda button: sign_button(hadir.signer, button, made, now))


def markdown(hadir: Hadir, reply: Reply) -> str:
    def cut_note() -> str:
        t = hadir.catalogues.speak(hadir.settings.locale)
        return plain(t("… The rest does not fit into one message."))

    return render.markdown(reply.text, cut_note)
