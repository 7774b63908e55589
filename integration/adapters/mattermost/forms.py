"""A `Form` as a Mattermost dialog, and what comes back from one, checked again: it passed through a browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from integration.adapters.mattermost.render import escape
from integration.adapters.mattermost.signed import Expected, SignedForm
from integration.i18n import Translate
from integration.messages import Field, Form, clean, plain, render

MAX_NAME_BYTES = 24  # of the title and of a field's label
MAX_HELP_BYTES = 150
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MAX_DEFAULT = {"text": 150, "textarea": 3000}


def dialog(form: Form, state: str) -> dict[str, Any]:
    """The dialog that shows `form`; `state` comes back with it."""
    return {
        "callback_id": form.action,
        "title": _cut(plain(form.title), MAX_NAME_BYTES),
        "introduction_text": render(form.intro, escape) if form.intro else "",
        "elements": [_element(field) for field in form.fields],
        "submit_label": plain(form.submit),
        "notify_on_cancel": False,
        "state": state,
    }


def _element(field: Field) -> dict[str, Any]:
    # Phones show a date or time element as plain text, and least_version knows neither: text everywhere.
    kind = field.kind if field.kind in ("textarea", "select") else "text"
    element: dict[str, Any] = {
        "display_name": _cut(plain(field.label), MAX_NAME_BYTES),
        "name": field.name,
        "type": kind,
        "help_text": _cut(plain(field.hint), MAX_HELP_BYTES),
        "optional": not field.required,
    }
    if kind == "select":
        choices = [{"text": plain(label), "value": value} for value, label in field.choices]
        offered = any(choice["value"] == field.default for choice in choices)
        return element | {"options": choices, "default": field.default if offered else ""}
    return element | {"max_length": field.max_length, "default": _default(field)[: _MAX_DEFAULT[kind]]}


def _default(field: Field) -> str:
    """As people write it: `20/11/2026` and `16.05` for the ISO forms of a date and a time."""
    given = plain(field.default)
    if field.kind == "date" and _ISO_DATE.fullmatch(given):
        year, month, day = given.split("-")
        return f"{day}/{month}/{year}"
    return given.replace(":", ".") if field.kind == "time" else given


def _cut(words: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, which is how Mattermost counts here."""
    raw = words.encode()
    return words if len(raw) <= limit else raw[: limit - 3].decode(errors="ignore") + "…"


def check(form: SignedForm, submission: Mapping[str, Any], t: Translate) -> tuple[dict[str, str], dict[str, str]]:
    """(values, errors) by field name; an error under "" is about the whole."""
    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    unknown = submission.keys() - {field.name for field in form.fields} - set(form.ignored)
    if unknown:
        errors[""] = plain(t("The form has no field “{name}”.", name=min(unknown)[:40]))
    for field in form.fields:
        text = as_text(submission.get(field.name))
        if text is None or (wrong := _wrong(field, text, t)) is not None:
            errors[field.name] = plain(t("This cannot be read.") if text is None else wrong or "")
        else:
            values[field.name] = text
    return values, errors


def _wrong(field: Expected, text: str, t: Translate) -> str | None:
    if not text.strip():
        return t("Please fill this in.") if field.required else None
    if field.choices is not None:
        return None if text in field.choices else t("Please choose one of the options.")
    if len(text) > field.max_length:
        return t("At most {limit} characters, please; these are {length}.", limit=field.max_length, length=len(text))
    return None


def as_text(value: object) -> str | None:
    """A submitted value as text: clients send numbers, booleans and lists too. None: nothing that a client sends."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if value.isprintable() else clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return clean(",".join(value))
    return None
