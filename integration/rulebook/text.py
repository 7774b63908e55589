"""Rules as a TOML file that `hadir rules load` reads again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_HEAD = ("kind", "name", "version", "article", "valid_from", "valid_until", "comment")


def file_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """One [[rule]] for each row of the table `rule`."""
    return "\n".join("\n".join(_block(row)) + "\n" for row in rows)


def _block(row: Mapping[str, Any]) -> Iterator[str]:
    yield "[[rule]]"
    for name in _HEAD:
        if row[name]:
            yield f"{name} = {_value(row[name]) if isinstance(row[name], str) else row[name].isoformat()}"
    yield "[rule.content]"
    yield from content(row["content"])


def content(values: Mapping[str, Any]) -> Iterator[str]:
    """Lists of short tables stand inline, one a line; types of leave, which are long, as tables of their own."""
    long = {name: value for name, value in values.items() if name == "types"}
    for name, value in values.items():
        if value is not None and name not in long:
            yield from _assignment(name, value)
    for name, tables in long.items():
        for table in tables:
            yield f"\n[[rule.content.{name}]]"
            for key, value in table.items():
                if value is not None:
                    yield from _assignment(key, value)


def _assignment(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield f"{name} = ["
        yield from (f"    {_value(each)}," for each in value)
        yield "]"
    else:
        yield f"{name} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{_key(name)} = {_value(each)}" for name, each in value.items() if each is not None)
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    # What JSON writes for text, numbers and truth values is TOML as well, once DEL is escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else json.dumps(name)
