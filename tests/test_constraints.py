"""The versions in constraints.txt are all of them, and those that the tests run with."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LINES = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
# A virtual environment brings it, whichever it is.
WITH_PYTHON = {"pip"}
PINNED = dict(line.split("==") for line in LINES)


def needed() -> dict[str, str]:
    """Name and installed version of everything that the project and its tests need, however indirectly."""
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(text) for text in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in WITH_PYTHON or (name, frozenset(requirement.extras)) in seen:
            continue
        seen.add((name, frozenset(requirement.extras)))
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            found[name] = "not installed"
            continue
        found[name] = installed.version
        for text in installed.requires or []:
            below = Requirement(text)
            if any(below.marker is None or below.marker.evaluate({"extra": extra}) for extra in ("", *requirement.extras)):
                waiting.append(below)
    return found


def test_every_line_is_one_version_and_no_address() -> None:
    for line in LINES:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+]+", line), line


def test_everything_that_is_needed_is_pinned_to_what_is_tested() -> None:
    pinned = {canonicalize_name(name): version for name, version in PINNED.items()}
    wrong = {name: (version, pinned.get(name)) for name, version in needed().items() if pinned.get(name) != version}
    assert wrong == {}
