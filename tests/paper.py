"""What a program that is not ours reads in a PDF file: poppler's."""

from __future__ import annotations

import subprocess
from pathlib import Path


def words(path: Path) -> str:
    """The text, laid out as on the page."""
    return _run("pdftotext", "-layout", str(path), "-")


def about(path: Path) -> dict[str, str]:
    """The metadata."""
    return _pairs(_run("pdfinfo", str(path)))


def signatures(path: Path) -> dict[str, str]:
    """What is said of the (last) signature; empty without one. Whether the issuer is known is not asked."""
    done = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False)
    return _pairs(done.stdout.replace("  - ", "")) if "Signature #1" in done.stdout else {}


def fonts(path: Path) -> list[list[str]]:
    """name, … emb, sub, uni, object of every font."""
    return [line.split() for line in _run("pdffonts", str(path)).splitlines()[2:]]


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _pairs(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}
