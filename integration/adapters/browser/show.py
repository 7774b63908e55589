"""How the room shows what it keeps: rows of `room_message` as what a template needs, in the reader's zone and language."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from sqlalchemy import Row

from integration import pictures, workdays
from integration.adapters.browser import markup
from integration.core import Hadir
from integration.i18n import Translate
from integration.messages import Text, plain
from integration.people import Person
from integration.plugin import Plugin, Subcommand

# What a browser shows by itself; everything else is downloaded.
PICTURES = frozenset({"image/png", "image/jpeg"})


@dataclass(frozen=True, slots=True)
class ShownButton:
    label: str
    token: str
    style: str
    expired: bool


@dataclass(frozen=True, slots=True)
class ShownFile:
    """`width` and `height` are pixels where they are known, else 0: a page that knows them does not jump."""

    name: str
    number: int
    size: str
    is_picture: bool = False
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """`day` is set on the first message of a day; `kind` says how the person spoke: said, pressed, or sent a form."""

    id: int
    from_bot: bool
    kind: str
    refused: bool
    html: str
    clock: str
    iso: str
    day: str
    buttons: Sequence[ShownButton]
    files: Sequence[ShownFile]


def messages(hadir: Hadir, person: Person, t: Translate, rows: Sequence[Row[Any]], now: datetime) -> list[ShownMessage]:
    shown, last = [], None
    for row in rows:
        day = row.at.astimezone(person.tz).date()
        heading = "" if day == last else _day_name(day, workdays.local_day(now, person), t)
        shown.append(_message(hadir, person, row, heading, now))
        last = day
    return shown


def _day_name(day: date, today: date, t: Translate) -> str:
    name = format_date(day, "EEEE, d MMMM y", locale=t.locale)
    near = {0: t("Today"), 1: t("Yesterday")}.get((today - day).days)
    return f"{near} · {name}" if near else name


def _message(hadir: Hadir, person: Person, row: Row[Any], day: str, now: datetime) -> ShownMessage:
    body = row.body
    return ShownMessage(
        id=row.id,
        from_bot=row.from_bot,
        kind=body.get("kind", "said"),
        refused=body.get("refused", False),
        html=markup.to_html(Text(body["text"])) if row.from_bot else markup.escaped(body["text"]),
        clock=workdays.clock(row.at, person.zone),
        iso=row.at.isoformat(),
        day=day,
        buttons=[_button(hadir, row, number, now) for number in range(len(body.get("buttons", ())))],
        files=[_file(f, number) for number, f in enumerate(body.get("files", ()))],
    )


def _button(hadir: Hadir, row: Row[Any], number: int, now: datetime) -> ShownButton:
    button = row.body["buttons"][number]
    valid = timedelta(days=button["days"])
    # The same token at every look, so that a page that has not changed looks unchanged.
    data = {"m": row.id, "l": plain(button["label"]), "a": button["action"], "v": button["value"]}
    token = hadir.signer.sign("button", data, now=row.at, valid=valid)
    return ShownButton(plain(button["label"]), token, button["style"], expired=now >= row.at + valid)


def _file(file: Mapping[str, Any], number: int) -> ShownFile:
    size = _size(file["content"])
    if file["media_type"] not in PICTURES:
        return ShownFile(file["name"], number, size)
    width, height = pictures.pixels(base64.b64decode(file["content"][:4096]))
    return ShownFile(file["name"], number, size, True, width, height)


def _size(content: str) -> str:
    return f"{max(1, round(len(content) * 3 / 4 / 1024))} KB"


def state(rows: Sequence[Row[Any]]) -> str:
    """Different whenever any of the messages is."""
    content = json.dumps([[row.id, row.body] for row in rows], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Hint:
    """One line of completion: `command` is typed, `arguments` may follow, `example` is the whole of one."""

    command: str
    arguments: str
    help: str
    example: str


def hints(plugins: Sequence[Plugin], t: Translate) -> list[Hint]:
    """Every command of every plugin, as the plugins declare them."""
    return [
        Hint(f"/{plugin.name} {sub.word}", _may_follow(plugin, sub), plain(t(sub.help)), sub.example)
        for plugin in plugins
        for sub in plugin.subcommands
        if not sub.hidden
    ]


def _may_follow(plugin: Plugin, sub: Subcommand) -> str:
    """What stands behind the command in the example."""
    rest = sub.example.removeprefix(f"/{plugin.name} {sub.word}").strip()
    return rest or ("…" if sub.arguments else "")


def starters(plugins: Sequence[Plugin], most: int = 4) -> list[str]:
    """Lines to begin with: each plugin's menu, then the first things it can do."""
    menus = [f"/{plugin.name}" for plugin in plugins]
    lines = [sub.example or f"/{plugin.name} {sub.word}" for plugin in plugins for sub in plugin.subcommands if not sub.hidden]
    return [*menus, *lines[:most]]
