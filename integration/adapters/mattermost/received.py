"""What Mattermost sends, read and checked for its shape; who may send it is decided in `routes`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from flask import request

from integration import bodies
from integration.adapters.mattermost.connection import PLATFORM
from integration.bodies import BadRequest
from integration.messages import Channel, Sender, clean

MAX_BODY_BYTES = 1 << 20
_MAX_FIELDS = 1000
_HOOK = re.compile(r"/hooks/commands/([a-z0-9]{26})$")
_SEPARATORS = re.compile(r"[,\s]+")

Fields = Mapping[str, list[str]]


def form_body() -> dict[str, list[str]]:
    """The fields of a form-encoded body; raises `BadRequest`."""
    if request.mimetype != "application/x-www-form-urlencoded":
        raise BadRequest(415, "send application/x-www-form-urlencoded, as Mattermost's slash commands do")
    body = bodies.whole(request, MAX_BODY_BYTES)
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError:
        raise BadRequest(400, "the body is not form-encoded UTF-8 with a sensible number of fields") from None


def json_body() -> dict[str, Any]:
    """The JSON object of a body; raises `BadRequest`."""
    if request.mimetype != "application/json":
        raise BadRequest(415, "send application/json")
    body = bodies.whole(request, MAX_BODY_BYTES)
    try:
        return bodies.json_object(body)
    except ValueError as error:
        raise BadRequest(400, f"the body is {error}") from None


def one(fields: Fields, name: str) -> str:
    """The field's first value, "" if there is none."""
    values = fields.get(name)
    return values[0] if values else ""


def text(words: str) -> str:
    """What somebody typed, without what no database and no screen wants."""
    return words if words.isprintable() else clean(words)


def command_sender(fields: Fields) -> Sender:
    return Sender(PLATFORM, text(one(fields, "user_id")), text(one(fields, "user_name")))


def command_channel(fields: Fields) -> Channel:
    id, name, team_id = (text(one(fields, name)) for name in ("channel_id", "channel_name", "team_id"))
    return _channel(id, name, team_id, thread=text(one(fields, "root_id")))


def callback_channel(body: Mapping[str, Any]) -> Channel:
    named = (_string(body, name) for name in ("channel_id", "channel_name", "team_id"))
    return _channel(*named, message=_string(body, "post_id"))


def _channel(id: str, name: str, team_id: str, *, thread: str = "", message: str = "") -> Channel:
    # A direct channel is named after its two users.
    return Channel(id, name, team_id, "__" in name, thread, message)


def callback_sender(body: Mapping[str, Any]) -> Sender:
    """Who pressed or submitted: the server sets `user_id`, whatever the browser sent. Raises `BadRequest`."""
    user = _string(body, "user_id")
    if not user:
        raise BadRequest(400, "user_id is missing")
    return Sender(PLATFORM, user, _string(body, "user_name"))


def mentions(fields: Fields) -> tuple[tuple[str, str], ...]:
    """(username, user id) of everybody mentioned; the fields repeat, once a mention."""
    return _pairs(fields, "user_mentions", "user_mentions_ids")


def channels(fields: Fields) -> tuple[tuple[str, str], ...]:
    """(name, channel id) of every channel mentioned; Mattermost tells only of those that the person may see."""
    return _pairs(fields, "channel_mentions", "channel_mentions_ids")


def _pairs(fields: Fields, names: str, ids: str) -> tuple[tuple[str, str], ...]:
    found = _flat(fields.get(names, ()))
    return tuple(zip(found, _flat(fields.get(ids, ())), strict=False)) if found else ()


def _flat(values: list[str] | tuple[()]) -> list[str]:
    return [part for value in values for part in _SEPARATORS.split(value) if part]


def hook(fields: Fields) -> str:
    """The id in the command's response address, "" if there is none; the host in it is not believed."""
    found = _HOOK.search(one(fields, "response_url"))
    return found[1] if found else ""


def _string(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return text(value) if isinstance(value, str) else ""


def token(body: Mapping[str, Any]) -> str:
    """The signed value in a button's context, "" if there is none."""
    context = body.get("context")
    return _string(context, "token") if isinstance(context, dict) else ""


def post(body: Mapping[str, Any]) -> str:
    return _string(body, "post_id")


def state(body: Mapping[str, Any]) -> str:
    return _string(body, "state")


def submission(body: Mapping[str, Any]) -> dict[str, Any]:
    submitted = body.get("submission")
    return submitted if isinstance(submitted, dict) else {}
