"""What people say and what Hadir answers, in no platform's terms.

An answer's text is our own Markdown with other people's words marked in it (`Text`). Who renders it
for a platform escapes the marked parts for that platform, so nobody has to remember to escape.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

# Two private-use characters enclose words that are not ours. `quote` removes them from its input.
_OPEN, _CLOSE = "\ue000", "\ue001"
_QUOTED = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
# A backtick of ours; one within somebody's words is theirs.
_TICK = re.compile(f"({_OPEN}[^{_OPEN}{_CLOSE}]*{_CLOSE})|`")
_KEPT_CONTROLS = "\n\t"
_DROPPED = ("Cc", "Cf", "Co", "Cs")
# Neither XML nor a workbook may hold these; other code points without a meaning may get one (an emoji of next year).
_NONCHARACTERS = dict.fromkeys((0xFFFE, 0xFFFF))


class Text(str):
    """Markdown that we wrote, in which the words of people are marked by `quote`."""

    __slots__ = ()


def clean(words: str) -> str:
    """`words` without control characters, bidirectional overrides, lone surrogates, noncharacters and our own marks."""
    if words.isprintable():
        return words
    return "".join(
        char
        for char in words.replace("\r\n", "\n")
        if char in _KEPT_CONTROLS or unicodedata.category(char) not in _DROPPED or char == "\u200d"
    ).translate(_NONCHARACTERS)


def quote(words: str) -> Text:
    """Mark `words` as somebody's own, to be escaped by whoever shows them."""
    return words if isinstance(words, Text) else Text(_OPEN + clean(words) + _CLOSE)


def fill(template: str, **values: object) -> Text:
    """`template` with `{name}` replaced; every value that is not a `Text` or a number is quoted."""
    return Text(template.format(**{name: _shown(value) for name, value in values.items()}))


def _shown(value: object) -> object:
    return value if isinstance(value, (Text, int, float)) else quote(str(value))


def join(separator: str, parts: list[Text] | tuple[Text, ...]) -> Text:
    """The parts as one `Text`; `separator` is ours."""
    return Text(separator.join(parts))


def render(text: str, escape: Callable[[str], str]) -> str:
    """`text` with every quoted part passed through `escape`; a plain `str` is quoted as a whole."""
    if not isinstance(text, Text):
        text = quote(text)
    return _QUOTED.sub(lambda match: escape(match[1]), text)


def plain(text: str) -> str:
    """`text` without marks, for a log line or a terminal that interprets nothing."""
    return render(text, lambda words: words)


def bare(text: str) -> str:
    """`plain`, and without the backticks around what one may type: for a form, where nothing draws them."""
    return plain(Text(_TICK.sub(lambda found: found[1] or "", text)) if isinstance(text, Text) else text)


# ---------------------------------------------------------------- what people say


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody as the platform names them: `id` never changes there, `name` (a username) may."""

    platform: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Channel:
    """Where something was said; `id` is empty for a terminal.

    `thread` is the message that began the thread, `message` the one that was used itself (typed, or answered); "" where
    the platform does not say.
    """

    id: str = ""
    name: str = ""
    team_id: str = ""
    direct: bool = False
    thread: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """`/name words…`; `text` is everything after the name as it was typed, line breaks included.

    `mentions` maps a username that was mentioned (without `@`) to its id on the platform, `channels` the name of a channel
    that was mentioned and that the person may see.
    """

    name: str
    words: tuple[str, ...] = ()
    text: str = ""
    channel: Channel = Channel()
    mentions: tuple[tuple[str, str], ...] = ()
    channels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A button of ours was pressed; `action` is `plugin.name`, `value` what we stored in it."""

    action: str
    value: str = ""
    channel: Channel = Channel()


@dataclass(frozen=True, slots=True)
class File:
    """With a `path` it is one of the storage's, without content here: it is read when the message is sent."""

    name: str
    media_type: str
    content: bytes = b""
    path: str = ""


@dataclass(frozen=True, slots=True)
class FormSubmission:
    """A form of ours came back; `values` maps field names to what was typed, always text.

    `files` holds what was chosen in fields of the kind "file"; for these `values` has the file's name.
    """

    action: str
    values: Mapping[str, str]
    value: str = ""
    channel: Channel = Channel()
    files: Mapping[str, File] = field(default_factory=dict)


Incoming = Command | ButtonPress | FormSubmission


# ---------------------------------------------------------------- what Hadir answers


@dataclass(frozen=True, slots=True)
class Button:
    """`action` names a handler (`plugin.name`), `value` is given back to it; `days` until it expires."""

    label: str
    action: str
    value: str = ""
    style: Literal["", "good", "danger"] = ""
    days: float = 0.5


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer or a message. `private`: only the person sees it.

    `replaces`: the reply takes the place of the message whose button was pressed, buttons and all.
    `refused`: nothing was done, and the text says why.
    """

    text: Text
    buttons: tuple[Button, ...] = ()
    files: tuple[File, ...] = ()
    private: bool = True
    replaces: bool = False
    refused: bool = False


# The most that Mattermost's dialogs take, and that anybody cares to type into a window of a chat.
LONG_TEXT = 3000


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `choices` are (value, label) pairs for a `select`.

    People's phones show every kind as plain text, so a handler parses `date` and `time` tolerantly. A form with a `file`
    is filled on a web page, because no chat platform's own form takes one; it takes letters and photos, or with `any_type`
    whatever there is, as it is. With `documents` it takes letters, photos and office documents, and tells them by what is in
    them.
    """

    name: str
    label: str
    kind: Literal["text", "textarea", "select", "date", "time", "file"] = "text"
    default: str = ""
    hint: str = ""
    required: bool = True
    max_length: int = 150
    choices: tuple[tuple[str, str], ...] = ()
    any_type: bool = False
    documents: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form to fill; `action` names the handler of its `FormSubmission`, `value` is given back to it."""

    action: str
    title: str
    fields: tuple[Field, ...]
    value: str = ""
    intro: str = ""
    submit: str = ""

    @property
    def takes_files(self) -> bool:
        return any(field.kind == "file" for field in self.fields)

    @property
    def is_long(self) -> bool:
        """Whether a field takes more text than a chat platform's own form: then it is written on a page, and takes its time."""
        return any(field.kind == "textarea" and field.max_length > LONG_TEXT for field in self.fields)


@dataclass(frozen=True, slots=True)
class FormErrors:
    """What is wrong with a submission, by field name ("" for the whole); nothing was stored."""

    by_field: Mapping[str, str]


Answer = Reply | Form | FormErrors


# ---------------------------------------------------------------- a reply that waits in the outbox


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """A `Reply` as plain data for an outbox row; files are base64."""
    import base64

    return {
        "text": str(reply.text),
        "buttons": [
            {"label": b.label, "action": b.action, "value": b.value, "style": b.style, "days": b.days} for b in reply.buttons
        ],
        "files": [
            {"name": f.name, "media_type": f.media_type}
            | ({"path": f.path} if f.path else {"content": base64.b64encode(f.content).decode()})
            for f in reply.files
        ],
    }


def reply_from_json(data: Mapping[str, Any]) -> Reply:
    """The inverse of `reply_to_json`."""
    import base64

    return Reply(
        text=Text(data["text"]),
        buttons=tuple(Button(**button) for button in data["buttons"]),
        files=tuple(
            File(f["name"], f["media_type"], base64.b64decode(f.get("content", "")), f.get("path", "")) for f in data["files"]
        ),
    )
