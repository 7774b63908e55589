"""A plugin that is put together of parts: modules that each bring subcommands, buttons, forms, jobs of their own.

A part has some of SUBCOMMANDS and JOBS, which are tuples, and of BUTTONS, FORMS, TASKS and PAGES, which are by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any


def listed(parts: Iterable[ModuleType], name: str) -> tuple[Any, ...]:
    """Everything that the parts have under this name, in their order."""
    return tuple(each for part in parts for each in getattr(part, name, ()))


def joined(parts: Iterable[ModuleType], name: str) -> dict[str, Any]:
    """What the parts have under this name by their own names; raises `ValueError` if two have the same."""
    found, whose = dict[str, Any](), dict[str, str]()
    for part in parts:
        for key, handler in getattr(part, name, {}).items():
            if key in found:
                raise ValueError(f"{whose[key]} and {part.__name__} both have {name} {key}")
            found[key], whose[key] = handler, part.__name__
    return found
