"""Reading a file of rules: every problem with its line and its cure, not only the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ValidationError

from integration.messages import clean
from integration.presets import toml, values
from integration.presets.check import no_date
from integration.rulebook.lines import Lines, Place
from integration.rulebook.models import MODELS, Band, LeaveType, Penalty, Threshold

Key = tuple[str, str, str]

_BARE_DATE = re.compile(r"(?m)^([ \t]*[\w-]+[ \t]*=[ \t]*)(\d+-\d+-\d+)([ \t]*(?:#.*)?)$")
_BARE_TIME = re.compile(r"(?m)^([ \t]*[\w-]+[ \t]*=[ \t]*)(\d{1,2}[:.]\d{2})([ \t]*(?:#.*)?)$")
_SINGLE = re.compile(r"(?m)^[ \t]*\[rule\](?=[ \t]*(?:#.*)?$)")
_BELOW: Mapping[str, type[BaseModel]] = {
    "late": Band,
    "early": Band,
    "no_check_in": Penalty,
    "no_check_out": Penalty,
    "absent": Penalty,
    "unmade": Penalty,
    "types": LeaveType,
    "thresholds": Threshold,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One version of a rule as it shall be, or shall not be any more; `row` holds columns of `rule`, content as written."""

    row: Mapping[str, Any]
    where: str
    remove: bool = False

    @property
    def key(self) -> Key:
        return key_of(self.row)


def key_of(row: Mapping[str, Any]) -> Key:
    return row["kind"], row["name"], row["version"]


def read(text: str) -> tuple[list[Wanted], list[str]]:
    """The rules of a file, and what is wrong with it; the rules are whole only if nothing is wrong."""
    if wrong := toml.too_long(text):
        return [], [wrong]
    problems: list[str] = []
    try:
        content = toml.loads(_prepared(text, problems))
    except ValueError as error:
        return [], [*problems, f"the file is not TOML: {error}"]
    lines = Lines(_SINGLE.sub("[[rule]]", text))
    for name in content:
        if name != "rule" and len(problems) < toml.MOST_PROBLEMS:
            line = lines.of((name,) if isinstance(content[name], dict) else (name, 0))
            problems.append(f"line {line}: unknown {name}{values.meant(name, ['rule'])}; every rule stands under [[rule]]")
    blocks = content.get("rule", [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return [], [*problems, "rule: write every rule under a heading [[rule]], in double brackets"]
    if len(blocks) > toml.MOST_BLOCKS:
        return [], [*problems, f"{len(blocks)} rules in one file are too many: write at most {toml.MOST_BLOCKS:,} into each"]
    found: list[Wanted] = []
    for number, block in enumerate(blocks):
        wanted = _Block(number, block, lines, problems).wanted()
        found += [wanted] if wanted is not None else []
        if len(problems) >= toml.MOST_PROBLEMS:
            break
    problems = sorted([*problems, *_twice(found)], key=_line_of)
    if len(problems) < toml.MOST_PROBLEMS:
        return found, problems
    return found, [*problems[: toml.MOST_PROBLEMS], "there may be more; mend these first and check the file again"]


def _prepared(text: str, problems: list[str]) -> str:
    """The text without what TOML would stop at, so that all of it can be checked."""

    def date_there_is(match: re.Match[str]) -> str:
        wrong = no_date(match[2])
        if wrong:
            problems.append(f"line {_number(match)}: {match[1].strip(' =')}: {wrong}")
        return f'{match[1]}"{values.TOLD}"{match[3]}' if wrong else match[0]

    def double_brackets(match: re.Match[str]) -> str:
        problems.append(f"line {_number(match)}: write [[rule]], in double brackets, above every rule")
        return "[[rule]]"

    prepared = _BARE_TIME.sub(r'\1"\2"\3', _BARE_DATE.sub(date_there_is, text))
    return _SINGLE.sub(double_brackets, prepared)


def _number(match: re.Match[str]) -> int:
    return match.string.count("\n", 0, match.start()) + 1


def _line_of(problem: str) -> int:
    found = re.match(r"line (\d+)", problem)
    return int(found[1]) if found else 0


def _twice(rules: list[Wanted]) -> Iterator[str]:
    first: dict[Key, Wanted] = {}
    for wanted in rules:
        other = first.setdefault(wanted.key, wanted)
        if other is not wanted:
            yield f"{wanted.where}: version {wanted.key[2]} of {wanted.key[1]} stands in {other.where} already"


# ---------------------------------------------------------------- one block


def _kind(value: Any) -> str:
    if not isinstance(value, str) or value not in MODELS:
        raise ValueError(f"unknown kind {value!r}{values.meant(str(value), MODELS)}")
    return str(value)


def _version(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 40:
        raise ValueError(f'{value!r} is not a version: write up to 40 characters in quotes, like "2" or "SK-12-2026"')
    return " ".join(clean(value).split())


def _comment(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 1000:
        raise ValueError("write up to 1,000 characters in quotes")
    return " ".join(clean(value).split())


def _content(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("write what the rule says under [rule.content]")
    return value


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "kind": _kind,
    "name": values.name(40),
    "version": _version,
    "article": values.source,
    "valid_from": values.day,
    "valid_until": values.day,
    "comment": _comment,
    "content": _content,
    "remove": values.flag,
}
_OPTIONAL: Mapping[str, Any] = {"valid_until": None, "comment": ""}


@dataclass
class _Block:
    number: int
    block: Mapping[str, Any]
    lines: Lines
    problems: list[str]

    def wanted(self) -> Wanted | None:
        before = len(self.problems)
        for name in self.block:
            if name not in _READERS and len(self.problems) < toml.MOST_PROBLEMS:
                self._wrong((name,), f"unknown key {name}{values.meant(name, _READERS)}", named=False)
        remove = self.block.get("remove") is True
        row = self._values(("kind", "name", "version") if remove else tuple(_READERS)[:-1])
        if "remove" in self.block and not isinstance(self.block["remove"], bool):
            self._wrong(("remove",), "is neither true nor false, without quotes")
        if not remove and row.get("kind") and isinstance(self.block.get("content"), dict):
            row["content"] = self._checked(row["kind"])
        self._dates(row)
        return Wanted(row, self._where(()), remove) if len(self.problems) == before else None

    def _values(self, names: tuple[str, ...]) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for name in names:
            try:
                row[name] = _READERS[name](self.block[name]) if name in self.block else _OPTIONAL[name]
            except KeyError:
                self._wrong((), f"{name} is missing")
            except ValueError as error:
                self._wrong((name,), str(error))
            except values.Known:  # a date that there is not was told before
                continue
        return row

    def _checked(self, kind: str) -> Mapping[str, Any]:
        """The content as JSON; every problem of it is told."""
        try:
            return MODELS[kind].model_validate(self.block["content"]).model_dump(mode="json", exclude_unset=True)
        except ValidationError as error:
            every = error.errors(include_url=False)
            for found in every[: toml.MOST_PROBLEMS]:
                place = ("content", *found["loc"])
                if found["type"] == "too_short" and any(
                    other["loc"][: len(found["loc"])] == found["loc"] for other in every if other is not found
                ):
                    continue  # it is short of what is wrong below
                named = found["type"] not in ("extra_forbidden", "missing")
                self._wrong(place, _in_words(found, kind), named=named)
        return {}

    def _dates(self, row: Mapping[str, Any]) -> None:
        first, last = row.get("valid_from"), row.get("valid_until")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            self._wrong(("valid_until",), f"{last} lies before valid_from ({first})")

    def _wrong(self, place: Place, what: str, *, named: bool = True) -> None:
        names = [str(part + 1) if isinstance(part, int) else part for part in place if part != "content"]
        said = f", {' '.join(names if named else names[:-1])}".rstrip(", ")
        self.problems.append(f"{self._where(place)}{said}: {what}")

    def _where(self, place: Place) -> str:
        return f"line {self.lines.of(('rule', self.number, *place))}: [[rule]] {self.number + 1}"


def _in_words(found: Any, kind: str) -> str:
    """What a model says against a value, in a plain sentence with the cure."""
    place, value, limits = found["loc"], found["input"], found.get("ctx", {})
    known = _BELOW.get(str(place[0]) if place else "", MODELS[kind]) if len(place) > 1 else MODELS[kind]
    sentences: Mapping[str, Callable[[], str]] = {
        "extra_forbidden": lambda: f"unknown key {place[-1]}{values.meant(str(place[-1]), known.model_fields)}",
        "missing": lambda: f"{place[-1]} is missing",
        "value_error": lambda: str(limits["error"]),
        "less_than_equal": lambda: f"{value} is too much: at most {limits['le']}",
        "greater_than_equal": lambda: f"{value} is too little: at least {limits['ge']}",
        "int_type": lambda: f"{value!r} is not a whole number: write it without quotes, like 30",
        "bool_type": lambda: f"{value!r} is neither true nor false, without quotes",
        "string_type": lambda: f"{value!r} is not text: write it in quotes",
        "string_too_short": lambda: "is empty",
        "string_too_long": lambda: f"is longer than {limits['max_length']} characters",
        "string_pattern_mismatch": lambda: f"{value!r} is not a code: letters, digits, - and _ without spaces",
        "literal_error": lambda: f"unknown word {value!r}; there are: {limits['expected']}",
        "time_parsing": lambda: f'{value!r} is not a time: write it from "00:00" to "23:59"',
        "decimal_parsing": lambda: f'{value!r} is not a number: write it like "0.5"',
        "too_short": lambda: "is empty; at least one is needed",
        "tuple_type": lambda: "write a list in brackets: [ … ]",
        "model_type": lambda: 'write it in braces, like { code = "TL1", percent = "1" }',
    }
    return sentences.get(found["type"], lambda: f"{value!r}: {found['msg']}")()
