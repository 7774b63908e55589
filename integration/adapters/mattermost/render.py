"""An answer as Mattermost shows it: our Markdown with people's words made harmless, buttons as attachments.

The web client, the mobile clients and the server's mention parser read Markdown in three ways. A backslash
works in all of them before Markdown's own marks; before `@`, `~`, `#` and `:` it does not (the clients look for
mentions, channels, hashtags and emoji after the backslash is gone), so those are followed by a space of no width.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from integration.messages import Button, Reply, Text, render

MAX_TEXT = 16_383  # characters of a post, also of a command's answer in a channel
MAX_ANSWER_BYTES = 1 << 20  # Mattermost reads no further
MAX_LABEL = 60

_BREAK = "\u200b"
# Most names and notes; they skip the rest.
_HARMLESS = re.compile(r"[^\W\d_]*(?:[ ,'][^\W\d_]+)*")
_SPACES = re.compile(r"\s+")
_BACKSLASHED = re.compile(r"([`*_\[\]|])")
# A backslash of theirs must not escape what follows it, ours included.
_BROKEN = re.compile(r"([\\@~#])")
# A colon starts emoji (`:tada:`) and ends the scheme of an address; one in a time of day (07:28) does neither.
_COLON = re.compile(r":(?!\s|(?:(?<=\b\d:)|(?<=\b\d\d:))\d\d?(?![\d:]))")
_ENTITY = re.compile(r"&(?=#?\w{1,31};)")
# An address without a scheme: `www.` and `kantor.go.id/`.
_WWW = re.compile(r"(?i)(www\d{0,3})\.")
_HOST_SLASH = re.compile(r"(\.\w{2,4})/")
# What would make a heading, a quotation, a list, a table or a line of a paragraph that it begins.
_BLOCK = re.compile(r"^(?= ?(?:[-+>=]|\d+[.)]))")


def escape(words: str) -> str:
    """`words` of a person as one line that mentions nobody, links nowhere and formats nothing."""
    if _HARMLESS.fullmatch(words):
        return words
    words = _SPACES.sub(" ", words)
    words = _ENTITY.sub(f"&{_BREAK}", words)
    words = _BROKEN.sub(rf"\1{_BREAK}", words)
    words = _BACKSLASHED.sub(r"\\\1", words)
    words = words.replace("<", "&lt;").replace("$", "&#36;")
    words = _COLON.sub(f":{_BREAK}", words)
    words = _WWW.sub(rf"\1{_BREAK}.", words)
    words = _HOST_SLASH.sub(rf"\1{_BREAK}/", words)
    return _BLOCK.sub(_BREAK, words)


def markdown(text: str, cut_note: Callable[[], str], limit: int = MAX_TEXT) -> str:
    """`text` as Markdown of at most `limit` characters; what `cut_note` gives says that the rest is missing."""
    whole = render(text, escape)
    return whole if len(whole) <= limit else _cut(whole, cut_note(), limit)


def _cut(whole: str, note: str, limit: int) -> str:
    """Cut at the end of a line when one is near, and close a code block that the cut left open."""
    room = limit - len(note) - len("\n```\n")
    end = whole.rfind("\n", room - 500, room)
    kept = whole[: end if end > 0 else room].rstrip("\\")
    fence = "\n```" if kept.count("```") % 2 else ""
    return f"{kept}{fence}\n{note}"


def attachments(buttons: tuple[Button, ...], url: str, sign: Callable[[Button], str]) -> list[dict[str, Any]]:
    """The buttons as one attachment; `url` gets the presses, `sign` makes what comes back with them."""
    if not buttons:
        return []
    return [{"fallback": "", "actions": [_action(number, b, url, sign(b)) for number, b in enumerate(buttons)]}]


def _action(number: int, button: Button, url: str, token: str) -> dict[str, Any]:
    # Letters and digits only. A press on a post that was replaced a moment ago comes by this id: it must mean what it said.
    meaning = hashlib.sha256(f"{button.action} {button.value}".encode()).hexdigest()[:10]
    action = {
        "id": f"b{number}{meaning}",
        "type": "button",
        "name": label(button.label),
        "integration": {"url": url, "context": {"token": token}},
    }
    return action | {"style": button.style} if button.style else action


def label(words: str) -> str:
    """A button's label: shown without formatting, but for emoji."""
    words = _COLON.sub(f":{_BREAK}", _SPACES.sub(" ", render(Text(words), lambda quoted: quoted)))
    return words if len(words) <= MAX_LABEL else words[: MAX_LABEL - 1] + "…"


def command_answer(reply: Reply, text: str, attached: list[dict[str, Any]]) -> dict[str, Any]:
    """What a slash command is answered with; the rest of the Slack dialect stays off."""
    kind = "ephemeral" if reply.private else "in_channel"
    answer: dict[str, Any] = {"response_type": kind, "text": text, "skip_slack_parsing": True}
    return answer | {"attachments": attached} if attached else answer
