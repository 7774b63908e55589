"""Evidence in words: a line of each, names, and the button that takes one away."""

from __future__ import annotations

from collections.abc import Sequence

from integration.i18n import Translate
from integration.messages import Button, Text, fill, join, plain
from plugins.logbook.evidence import links as evidence_links
from plugins.logbook.evidence.keeping import Evidence

_LABEL = 40


def label(words: str) -> str:
    return words if len(words) <= _LABEL else words[: _LABEL - 1] + "…"


def drop_button(t: Translate, entry_id: int, each: Evidence) -> Button:
    return Button(label(plain(t("Remove {name}", name=each.name))), "logbook.evidence_drop", f"{entry_id} {each.id}")


def line(t: Translate, each: Evidence) -> Text:
    """`- undangan.pdf (812 KB)`, with the mark of one that is gone; a link as words to tap."""
    if each.kind == "link":
        return fill("- [{name}]({url})", name=each.name, url=evidence_links.tappable(each.url))
    if each.gone_at is not None:
        return t("- {name} — not found in the storage any more. Please send it again.", name=each.name)
    return fill("- {name} ({size})", name=each.name, size=size(each.size)) if each.size else fill("- {name}", name=each.name)


def size(number: int) -> Text:
    """`812 KB`, `2,1 MB`"""
    if number < 1 << 20:
        return Text(f"{max(1, round(number / 1024))} KB")
    return Text(f"{number / (1 << 20):.1f} MB".replace(".", ","))


def names(found: Sequence[Evidence]) -> Text:
    return join(", ", [fill("{name}", name=each.name) for each in found])
