"""What travels through Mattermost and comes back: buttons and forms, signed so that nobody can make or redirect one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integration.messages import Button, Field, Form
from integration.signing import BadToken, Signer

# A form may stay open on a screen over lunch; what was typed into it should still count.
FORM_VALID = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Made:
    """For whom and where something is made. `to`: the only user who may press it, "" for anybody in the channel.

    `key`: the outbox key of the post, "" for a command's own answer; `post`: the id of that post, once a button on it
    was pressed. `hook`: the id of the command's response address, through which more than text can be answered for
    half an hour.
    """

    to: str = ""
    key: str = ""
    hook: str = ""
    post: str = ""


@dataclass(frozen=True, slots=True)
class SignedButton:
    action: str
    value: str
    made: Made


@dataclass(frozen=True, slots=True)
class Expected:
    """What a field of a form takes, as far as a submission is checked against it."""

    name: str
    required: bool
    max_length: int
    choices: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class SignedForm:
    """`made.to` is who may submit it. `ignored` are the fields of earlier steps, which clients send again with later ones."""

    action: str
    value: str
    made: Made
    nonce: str
    fields: tuple[Expected, ...]
    ignored: tuple[str, ...] = ()


def sign_button(signer: Signer, button: Button, made: Made, now: datetime) -> str:
    data = {"a": button.action, "v": button.value, "t": made.to, "k": made.key, "h": made.hook}
    return signer.sign("button", data, now=now, valid=timedelta(days=button.days))


def read_button(signer: Signer, token: str, now: datetime) -> SignedButton:
    """Raises `BadToken`."""
    data = signer.read("button", token, now=now)
    try:
        return SignedButton(data["a"], data["v"], Made(data["t"], data["k"], data["h"]))
    except KeyError:  # signed by us, but by another adapter or another version
        raise BadToken("forged") from None


def sign_form(signer: Signer, form: Form, made: Made, now: datetime, *, ignored: tuple[str, ...] = ()) -> str:
    """The state of a dialog: with what the fields take, because the submission is all that comes back."""
    data = {
        "a": form.action,
        "v": form.value,
        "m": [made.to, made.key, made.hook, made.post],
        "n": secrets.token_urlsafe(18),
        "f": [_expected(field) for field in form.fields],
        "i": ignored,
    }
    return signer.sign("dialog", data, now=now, valid=FORM_VALID)


def _expected(field: Field) -> list[Any]:
    choices = [value for value, _ in field.choices] if field.kind == "select" else None
    return [field.name, int(field.required), field.max_length, choices]


def read_form(signer: Signer, token: str, now: datetime) -> SignedForm:
    """Raises `BadToken`."""
    data = signer.read("dialog", token, now=now)
    try:
        fields = tuple(
            Expected(name, bool(required), length, None if choices is None else tuple(choices))
            for name, required, length, choices in data["f"]
        )
        return SignedForm(data["a"], data["v"], Made(*data["m"]), data["n"], fields, tuple(data["i"]))
    except (KeyError, TypeError, ValueError):
        raise BadToken("forged") from None
