"""The import rules of pyproject.toml speak of every part of the core."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
# Where settings, adapters, plugins and core meet, and what only they use.
MEETING = {"adapters", "app", "cli", "demo", "fonts", "health", "migrations", "serving", "web", "worker"}


def contract(name: str) -> dict[str, Any]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    [found] = [each for each in contracts if each["name"] == name]
    return found


def test_every_module_of_the_core_is_under_the_rule() -> None:
    rule = contract("the core knows neither adapters nor plugins")
    folder = ROOT / "integration"
    there = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    named = [module.removeprefix("integration.") for module in rule["source_modules"]]
    assert sorted(named) == sorted(there - MEETING - {"__init__"})


def test_every_plugin_is_under_the_rule() -> None:
    there = {f"plugins.{path.parent.name}" for path in (ROOT / "plugins").glob("*/plugin.py")}
    assert set(contract("plugins do not know one another")["modules"]) == there
