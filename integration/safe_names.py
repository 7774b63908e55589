"""Names of files and folders that every storage takes, made from words of people; and paths of them, taken apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from integration.errors import DeliveryError

_LONGEST_BYTES = 235  # file systems take 255; versions and temporary names need some
_LONGEST_NAME_BYTES = 250  # what Nextcloud's own table takes
_LONGEST_PATH_BYTES = 3000
# Names that Windows cannot hold, where people's computers synchronise the office's folders.
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
# Endings that Nextcloud keeps for uploads which are under way.
_UNFINISHED = (".part", ".filepart")


def safe_name(name: str) -> str:
    """`name` as the name of one file: no folders, no control characters, not hidden, not reserved, not too long."""
    name = unicodedata.normalize("NFC", name)
    kept = "".join("-" if char in '/\\:*?"<>|' or not char.isprintable() else char for char in name).strip(" .")
    if kept.lower().endswith(_UNFINISHED):
        kept += "-"
    if _DEVICE.match(kept):
        kept = f"_{kept}"
    return _shortened(kept) or "file"


def beside(name: str, words: str) -> str:
    """A name for something that lies beside `name`: `rekap.xlsx` and "2" make `rekap (2).xlsx`."""
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > 10:
        stem, dot, ending = name, "", ""
    added = f" ({words}){dot}{ending}"
    while len((stem + added).encode()) > _LONGEST_BYTES and len(stem) > 1:
        stem = stem[:-1]
    return stem.rstrip(" .") + added


def free_name(name: str, taken: Collection[str]) -> str:
    """`name`, or the first of `name (2)`, `name (3)` … that is none of `taken` for a computer which ignores upper case."""
    seen = {same(each) for each in taken}
    if same(name) not in seen:
        return name
    return next(new for number in range(2, len(seen) + 3) if same(new := beside(name, str(number))) not in seen)


def same(name: str) -> str:
    """Equal for names that some computer takes for one: upper case, and letters put together from accents."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def names_in(path: str) -> list[str]:
    """The names in a path inside a storage, in the form in which it keeps them (NFC).

    Raises `DeliveryError` (permanent) for a path that leads out, or that some storage could not hold.
    """
    names = unicodedata.normalize("NFC", path).split("/")
    if not all(map(_is_name, names)) or sum(len(name.encode()) + 1 for name in names) > _LONGEST_PATH_BYTES:
        raise DeliveryError(f"{path!r} is not a path inside the storage", permanent=True)
    return names


def _is_name(name: str) -> bool:
    try:
        fits = 0 < len(name.encode()) <= _LONGEST_NAME_BYTES
    except UnicodeEncodeError:
        return False
    return fits and name not in (".", "..") and not re.search(r"[\x00-\x1f\x7f\\]", name)


def _shortened(kept: str) -> str:
    stem, dot, ending = kept.rpartition(".")
    while len(kept.encode()) > _LONGEST_BYTES:
        stem = stem[:-1]
        kept = f"{stem}{dot}{ending}" if stem else ending[:50]
    return kept
