"""Names of files and folders that every storage takes, made from words of people."""

from __future__ import annotations

_LONGEST_BYTES = 235  # file systems take 255; versions and temporary names need some


def safe_name(name: str) -> str:
    """`name` as the name of one file: no folders, no control characters, not hidden, not too long."""
    kept = "".join("-" if char in '/\\:*?"<>|' or not char.isprintable() else char for char in name).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    while len(kept.encode()) > _LONGEST_BYTES:
        stem = stem[:-1]
        kept = f"{stem}{dot}{ending}" if stem else ending[:50]
    return kept or "file"
