"""What lies in Mattermost's messages and who is in its channels: the ports `Attachments`, `Members`, `Named`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote as url_quote

from integration.adapters.mattermost.connection import Connection
from integration.adapters.mattermost.errors import MattermostError
from integration.errors import NotMember
from integration.messages import Channel
from integration.ports import Attachment, Profile

# How far back in a channel is looked, and how many of a long thread: one call each.
POSTS_SEEN = 60
_USERS_A_PAGE = 200
_PAGES = 50


class MattermostFiles(Connection):
    """The part of `MattermostChat` that reads channels; every method may raise `MattermostError`, or `NotMember`."""

    # ------------------------------------------------------------ attachments

    def attachments(self, channel: Channel, limit: int) -> Sequence[Attachment]:
        """Of the message, else of its thread, else of the last posts of the channel; each is one call."""
        for posts in self._looked_through(channel):
            found = [each for post in posts for each in _of_post(post)]
            if found:
                return found[:limit]
        return []

    def download(self, attachment: Attachment) -> Iterator[bytes]:
        """The content in pieces; more than the server said there would be is an error."""
        try:
            yield from self.client.stream(f"/files/{url_quote(attachment.id, safe='')}", attachment.size)
        except MattermostError as error:
            raise self._no_entry(error, f"the file {attachment.id}") from error

    def _looked_through(self, channel: Channel) -> Iterator[list[dict[str, Any]]]:
        """Posts, the newest first, each list only once the one before held nothing."""
        if channel.message:
            yield self._posts(channel, f"/posts/{url_quote(channel.message, safe='')}")
        if channel.thread:
            yield self._posts(channel, f"/posts/{url_quote(channel.thread, safe='')}/thread")
        elif channel.id:
            yield self._posts(channel, f"/channels/{url_quote(channel.id, safe='')}/posts", {"per_page": POSTS_SEEN})

    def _posts(self, channel: Channel, endpoint: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        try:
            answer = self._with_fresh_token(lambda: self.client.get(endpoint, params=params))
        except MattermostError as error:
            if error.status == 404:  # deleted meanwhile, or a post that only one person sees
                return []
            raise self._no_entry(error, f"the channel {channel.id}") from error
        posts = list(answer["posts"].values()) if "posts" in answer else [answer]
        # Whoever typed in one channel gets nothing out of another, whatever message a platform names.
        here = [post for post in posts if post.get("channel_id") == channel.id]
        return sorted(here, key=lambda post: int(post["create_at"]), reverse=True)

    # ------------------------------------------------------------ members

    def members(self, channel_id: str) -> Sequence[Profile]:
        """Everybody in the channel but bots and those who were deactivated; one call for 200 of them."""
        found: list[Profile] = []
        for page in range(_PAGES):
            params = {"in_channel": channel_id, "per_page": _USERS_A_PAGE, "page": page}
            users = self._asked("/users", channel_id, params)
            found += [profile(user) for user in users if not user.get("is_bot") and not user.get("delete_at")]
            if len(users) < _USERS_A_PAGE:
                break
        return found

    def channel_name(self, channel_id: str) -> str:
        channel = self._asked(f"/channels/{url_quote(channel_id, safe='')}", channel_id)
        return str(channel.get("display_name") or channel["name"])

    def channel_named(self, name: str, account: str) -> Channel | None:
        """In the teams in which the bot is: a public channel, or one of the bot's own."""
        with self.client.within():
            return self._with_fresh_token(lambda: self._channel_named(url_quote(name.lower(), safe=""), account))

    def _channel_named(self, name: str, account: str) -> Channel | None:
        barred: MattermostError | None = None
        for team in self.client.get("/users/me/teams"):
            found = self._or_none(f"/teams/{team['id']}/channels/name/{name}", (400, 403, 404))
            if found is None or found.get("delete_at"):
                continue
            try:
                member = self._or_none(f"/channels/{found['id']}/members/{url_quote(account, safe='')}", (400, 404))
            except MattermostError as error:
                if error.status != 403:
                    raise
                barred = error
                continue
            if member is not None:
                return Channel(str(found["id"]), str(found["name"]))
        if barred is not None:
            raise self._no_entry(barred, name) from barred
        return None

    def _or_none(self, endpoint: str, missing: tuple[int, ...]) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self.client.get(endpoint)
        except MattermostError as error:
            if error.status in missing:
                return None
            raise
        return found

    def _asked(self, endpoint: str, channel_id: str, params: Mapping[str, Any] | None = None) -> Any:
        try:
            return self._with_fresh_token(lambda: self.client.get(endpoint, params=params))
        except MattermostError as error:
            raise self._no_entry(error, f"the channel {channel_id}") from error

    def _no_entry(self, error: MattermostError, what: str) -> Exception:
        """403 says that the bot is not in the channel; whoever asked can invite it."""
        if error.status != 403:
            return error
        name = self.bot["username"]
        return NotMember(f"@{name} is not in the channel of {what}", invite=f"/invite @{name}")


def profile(user: Mapping[str, Any]) -> Profile:
    name = " ".join(filter(None, (user.get("first_name"), user.get("last_name")))) or user.get("nickname") or user["username"]
    return Profile(id=user["id"], username=user["username"], email=user.get("email", "").lower(), name=name)


def _of_post(post: Mapping[str, Any]) -> list[Attachment]:
    files = (post.get("metadata") or {}).get("files") or []
    return [_attachment(post, file) for file in files if not file.get("delete_at")]


def _attachment(post: Mapping[str, Any], file: Mapping[str, Any]) -> Attachment:
    return Attachment(
        id=str(file["id"]),
        name=str(file.get("name") or "berkas"),
        size=int(file.get("size") or 0),
        media_type=str(file.get("mime_type") or "application/octet-stream"),
        message_id=str(post["id"]),
        by=str(post["user_id"]),
        at=datetime.fromtimestamp(int(post["create_at"]) / 1000, UTC),
    )
