"""Reading a file that declares a form: every problem with its line and its cure, not only the first.

[[field]]
name = "pemohon"
label = "Pemohon layanan"
kind = "choice"
choices = ["Unit lain", "Instansi lain", "Masyarakat"]
required = true
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from integration.messages import LONG_TEXT, clean
from integration.presets import toml, values
from integration.rulebook.lines import Lines
from plugins.logbook.declared.fields import KINDS, SHORT, Declared, decimals_of

# With what every entry has, a form longer than this is not filled in a minute on a phone.
MOST_FIELDS = 8
# Mattermost's dialogs cut off the rest of a label and of a hint (bytes of UTF-8).
LABEL_BYTES, HINT_BYTES = 24, 150
LONGEST_NAME, LONGEST_CHOICE, MOST_CHOICES, MOST_DECIMALS = 30, 60, 50, 4
_LARGEST = Decimal(10) ** 12

# What every entry has: as fields' names, and as the labels that people see and that head a workbook's columns.
_LABELS = (
    """kegiatan hasil jumlah satuan waktu durasi menit jam rhk skp tempat bukti hari tanggal status catatan nama nip unit"""
)
_NAMES = """activity result quantity measure minutes target place source evidence day date state note person id form fields"""
RESERVED_LABELS = frozenset(_LABELS.split())
RESERVED_NAMES = RESERVED_LABELS | frozenset(_NAMES.split())
_KEYS = ("name", "label", "kind", "required", "hint", "choices", "longest", "min", "max", "decimals")
_ONLY = {"choices": "choice", "longest": "text", "min": "number", "max": "number", "decimals": "number"}
_SINGLE = re.compile(r"(?m)^[ \t]*\[field\](?=[ \t]*(?:#.*)?$)")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def read(text: str) -> tuple[tuple[Declared, ...], list[str]]:
    """The fields in the order of the file, and what is wrong with it; the fields are whole only if nothing is wrong."""
    if wrong := toml.too_long(text):
        return (), [wrong]
    problems = [
        f"line {_number(found)}: write [[field]], in double brackets, above every field" for found in _SINGLE.finditer(text)
    ]
    text = _SINGLE.sub("[[field]]", text)
    try:
        content = toml.loads(text)
    except ValueError as error:
        return (), [*problems, f"the file is not TOML: {error}"]
    lines = Lines(text)
    blocks = content.pop("field", [])
    problems += [_unknown(name, value, lines) for name, value in content.items()][: toml.MOST_PROBLEMS]
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return (), [*problems, "field: write every field under a heading [[field]], in double brackets"]
    if not blocks:
        return (), [*problems, "the file declares no field: write [[field]] blocks, or run hadir logbook form clear"]
    found = [_Block(number, block, lines).declared(problems) for number, block in enumerate(blocks[: MOST_FIELDS * 4])]
    fields = tuple(each for each in found if each is not None)
    problems += [*_twice(blocks, lines), *_too_many(blocks, lines)]
    return fields, sorted(problems, key=_line_of)[: toml.MOST_PROBLEMS]


def _unknown(name: str, value: Any, lines: Lines) -> str:
    line = lines.of((name,) if not isinstance(value, list) else (name, 0))
    return f"line {line}: unknown {name}{values.meant(name, ['field'])}; every field stands under [[field]]"


def _number(match: re.Match[str]) -> int:
    return match.string.count("\n", 0, match.start()) + 1


def _line_of(problem: str) -> int:
    found = re.match(r"line (\d+)", problem)
    return int(found[1]) if found else 0


def _too_many(blocks: list[Any], lines: Lines) -> Iterator[str]:
    if len(blocks) > MOST_FIELDS:
        yield (
            f"line {lines.of(('field', MOST_FIELDS))}: {len(blocks)} fields are too many for a form that is filled on a phone: "
            f"leave at most {MOST_FIELDS}"
        )


def _twice(blocks: list[Any], lines: Lines) -> Iterator[str]:
    for key in ("name", "label"):
        first: dict[str, int] = {}
        for number, block in enumerate(blocks):
            value = block.get(key)
            if not isinstance(value, str):
                continue
            other = first.setdefault(" ".join(value.split()).casefold(), number)
            if other != number:
                where = f"line {lines.of(('field', number, key))}: {key} {value!r}"
                yield f"{where} stands in the field of line {lines.of(('field', other))} already; give it another"


class _Block:
    """One [[field]]."""

    def __init__(self, number: int, block: Mapping[str, Any], lines: Lines) -> None:
        self._number, self._block, self._lines = number, block, lines
        self._problems: list[str] = []

    def declared(self, problems: list[str]) -> Declared | None:
        """The field, or None and what is wrong in `problems`."""
        for key in self._block:
            if key not in _KEYS:
                self._wrong(key, f"unknown key {key}{values.meant(key, _KEYS)}")
        name, label, kind = self._name(), self._label(), self._kind()
        required = self._flag("required")
        hint = self._words("hint", HINT_BYTES, "a hint")
        self._only(kind)
        choices = self._choices(required) if kind == "choice" else ()
        longest = self._whole("longest", 1, LONG_TEXT, SHORT) if kind == "text" else SHORT
        decimals = self._whole("decimals", 0, MOST_DECIMALS, 0) if kind == "number" else 0
        least, most = self._bounds(decimals) if kind == "number" else (None, None)
        problems += self._problems
        if self._problems:
            return None
        return Declared(name, label, kind, required, hint, choices, longest, least, most, decimals)  # type: ignore[arg-type]  # a kind

    def _wrong(self, key: str, text: str) -> None:
        self._problems.append(f"line {self._lines.of(('field', self._number, key))}: {text}")

    def _missing(self, key: str, cure: str) -> str:
        self._problems.append(f"line {self._lines.of(('field', self._number))}: {key} is missing: {cure}")
        return ""

    def _name(self) -> str:
        value = self._block.get("name")
        if value is None:
            return self._missing("name", 'write one for the records, like name = "pemohon"')
        if not isinstance(value, str) or not _NAME.fullmatch(value) or len(value) > LONGEST_NAME:
            cure = f'small letters, digits and _, at most {LONGEST_NAME}, beginning with a letter, like "nomor_surat"'
            self._wrong("name", f"{value!r} is not a name: {cure}")
            return ""
        if value in RESERVED_NAMES:
            self._wrong("name", f'{value!r} is what every entry has; choose another, like "{value}_layanan"')
        return value

    def _label(self) -> str:
        if "label" not in self._block:
            return self._missing("label", 'write what people read, like label = "Pemohon layanan"')
        label = self._words("label", LABEL_BYTES, "a label")
        if not label and isinstance(self._block["label"], str) and not self._block["label"].strip():
            self._wrong("label", "is empty: people must see what is asked")
        if label.casefold() in RESERVED_LABELS:
            self._wrong("label", f"{label!r} is what every entry has; say what of it is asked here")
        return label

    def _words(self, key: str, most: int, what: str) -> str:
        value = self._block.get(key, "")
        if not isinstance(value, str):
            self._wrong(key, f"{value!r} is not text: write it in quotes")
            return ""
        words = " ".join(clean(value).split())
        if (size := len(words.encode())) > most:
            self._wrong(key, f"{what} of {size} bytes is too long for a chat's form: shorten it to at most {most}")
            return ""
        return words

    def _kind(self) -> str:
        value = self._block.get("kind")
        if value is None:
            return self._missing("kind", f"one of {', '.join(KINDS)}")
        if value not in KINDS:
            self._wrong("kind", f"unknown kind {value!r}{values.meant(str(value), KINDS)}")
            return ""
        return str(value)

    def _only(self, kind: str) -> None:
        """Keys of another kind would be forgotten without a word."""
        for key, owner in _ONLY.items():
            if kind and key in self._block and kind != owner:
                self._wrong(key, f'{key} belongs to kind = "{owner}", and this field is a {kind}; take out one of them')

    def _flag(self, key: str) -> bool:
        value = self._block.get(key, False)
        if not isinstance(value, bool):
            self._wrong(key, f"{value!r} is neither true nor false, without quotes")
        return value is True

    def _whole(self, key: str, least: int, most: int, otherwise: int) -> int:
        value = self._block.get(key, otherwise)
        if type(value) is not int or not least <= value <= most:
            self._wrong(key, f"{value!r} does not fit: write a whole number from {least} to {most:,}, without quotes")
            return otherwise
        return value

    def _choices(self, required: bool) -> tuple[str, ...]:
        value = self._block.get("choices")
        if value is None:
            self._missing("choices", 'a choice needs them, like choices = ["Surat", "Nota dinas"]')
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self._wrong("choices", 'are not a list of texts: write choices = ["Surat", "Nota dinas"]')
            return ()
        found = tuple(" ".join(clean(each).split()) for each in value)
        for wrong in self._odd(found, required):
            self._wrong("choices", wrong)
        return found

    def _odd(self, found: tuple[str, ...], required: bool) -> Iterator[str]:
        if not found:
            yield "there is nothing to choose: write at least two choices"
        elif required and len(found) == 1:
            yield "a required choice of one asks nothing: add another choice, or take out required = true"
        if len(found) > MOST_CHOICES:
            yield f"{len(found)} choices are too many for a phone: leave at most {MOST_CHOICES}, or make it a text"
        if not all(found):
            yield "one of them is empty: take it out"
        if any(len(each) > LONGEST_CHOICE for each in found):
            yield f"one of them is longer than {LONGEST_CHOICE} characters: shorten it"
        folded = [each.casefold() for each in found]
        if twice := next((each for each, key in zip(found, folded, strict=True) if folded.count(key) > 1), ""):
            yield f"{twice!r} stands there twice: take one out"

    def _bounds(self, decimals: int) -> tuple[Decimal | None, Decimal | None]:
        least, most = (self._bound(key, decimals) for key in ("min", "max"))
        if least is not None and most is not None and least > most:
            self._wrong("min", f"min {least:f} is more than max {most:f}, so no number fits: turn them round")
        return least, most

    def _bound(self, key: str, decimals: int) -> Decimal | None:
        value = self._block.get(key)
        if value is None:
            return None
        if type(value) not in (int, float) or value != value or abs(value) > _LARGEST:
            self._wrong(key, f"{value!r} is not a number that can be used: write it without quotes, like {key} = 100")
            return None
        bound = Decimal(str(value))
        if decimals_of(bound) > decimals:
            self._wrong(
                key, f"{bound:f} has more decimals than the field takes ({decimals}): write decimals = {decimals_of(bound)} too"
            )
        return bound


def text_of(fields: tuple[Declared, ...]) -> str:
    """The fields as a file that `read` reads."""
    return "\n".join(_block_text(each) for each in fields)


def _block_text(each: Declared) -> str:
    lines = ["[[field]]", f"name = {_quoted(each.name)}", f"label = {_quoted(each.label)}", f"kind = {_quoted(each.kind)}"]
    lines += ["required = true"] if each.required else []
    lines += [f"hint = {_quoted(each.hint)}"] if each.hint else []
    lines += [f"choices = [{', '.join(map(_quoted, each.choices))}]"] if each.choices else []
    lines += [f"longest = {each.longest}"] if each.kind == "text" and each.longest != SHORT else []
    lines += [f"{key} = {bound:f}" for key, bound in (("min", each.least), ("max", each.most)) if bound is not None]
    lines += [f"decimals = {each.decimals}"] if each.decimals else []
    return "".join(f"{line}\n" for line in lines)


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
