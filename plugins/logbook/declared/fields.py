"""One declared field of a form, how its answers are written for people, and how it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from integration.i18n import Translate
from integration.messages import Text, fill

Kind = Literal["text", "number", "choice", "date", "person", "file"]
KINDS: tuple[Kind, ...] = ("text", "number", "choice", "date", "person", "file")
# Fields of a form are named so in the chat, and collide with none of the entry's own.
PREFIX = "isian_"
SHORT = 150


@dataclass(frozen=True, slots=True)
class Declared:
    """One field. `longest` is of a text; `least`, `most` and `decimals` are a number's; `choices` a choice's."""

    name: str
    label: str
    kind: Kind
    required: bool = False
    hint: str = ""
    choices: tuple[str, ...] = ()
    longest: int = SHORT
    least: Decimal | None = None
    most: Decimal | None = None
    decimals: int = 0

    @property
    def key(self) -> str:
        """Its name in a form of the chat."""
        return PREFIX + self.name


def written(t: Translate, each: Declared, answer: str) -> str:
    """An answer as people write it: `1250.5` as `1250,5` in Indonesian, `2026-11-20` as `20/11/2026`."""
    if each.kind == "number" and t.locale == "id":
        return answer.replace(".", ",")
    if each.kind == "date" and answer:
        return f"{date.fromisoformat(answer):%d/%m/%Y}"
    return answer


def decimals_of(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def number_range(t: Translate, each: Declared) -> Text:
    """`Angka 0 sampai 100, paling banyak 2 desimal.`"""
    low, high = (None if bound is None else Text(written(t, each, f"{bound:f}")) for bound in (each.least, each.most))
    if low is not None and high is not None:
        said = t("A number from {low} to {high}", low=low, high=high)
    elif low is not None:
        said = t("A number from {low} on", low=low)
    else:
        said = t("A number up to {high}", high=high) if high is not None else t("A number")
    if not each.decimals:
        return fill("{said}, {whole}.", said=said, whole=t("without decimals"))
    return fill("{said}, {decimals}.", said=said, decimals=t("at most {count} decimals", count=each.decimals))


def to_json(each: Declared) -> dict[str, Any]:
    """What differs from a plain field, for a row of `logbook_form`."""
    kept: dict[str, Any] = {"name": each.name, "label": each.label, "kind": each.kind}
    kept |= {"required": True} if each.required else {}
    kept |= {"hint": each.hint} if each.hint else {}
    kept |= {"choices": list(each.choices)} if each.choices else {}
    kept |= {"longest": each.longest} if each.kind == "text" and each.longest != SHORT else {}
    kept |= {"decimals": each.decimals} if each.decimals else {}
    bounds = {"min": each.least, "max": each.most}
    return kept | {name: f"{bound:f}" for name, bound in bounds.items() if bound is not None}


def from_json(kept: Mapping[str, Any]) -> Declared:
    least, most = (Decimal(kept[name]) if name in kept else None for name in ("min", "max"))
    return Declared(
        kept["name"],
        kept["label"],
        kept["kind"],
        kept.get("required", False),
        kept.get("hint", ""),
        tuple(kept.get("choices", ())),
        kept.get("longest", SHORT),
        least,
        most,
        kept.get("decimals", 0),
    )
