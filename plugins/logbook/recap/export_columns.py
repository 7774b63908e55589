"""The columns of an export as an office maps them in a TOML file: every problem with its line and its cure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from integration.documents.dataset import Dialect
from integration.messages import clean
from integration.presets import toml
from integration.presets.values import meant
from integration.rulebook.lines import Lines, Place
from integration.settings import Settings
from plugins.logbook.entries import REPORTED

SHIPPED = Path(__file__).parent / "ekinerja.toml"
LARGEST_FILE, MOST_COLUMNS, LONGEST = 1 << 20, 100, 200
VALUES = (
    "nip", "name", "unit", "date", "activity", "result", "quantity", "measure", "minutes", "hours", "target_code",
    "target_title", "place", "state", "evidence", "sent_on", "decided_on", "approver_nip", "approver_name", "version", "late",
    "id",
)  # fmt: skip
FIELD = "field:"
_SEPARATORS = {";": ";", ",": ",", "tab": "\t", "|": "|"}
_ENCODINGS = {"utf-8": "utf-8", "utf-8-bom": "utf-8-sig", "utf-16": "utf-16", "windows-1252": "cp1252"}
_DATES = {
    "yyyy-mm-dd": "%Y-%m-%d",
    "dd/mm/yyyy": "%d/%m/%Y",
    "dd-mm-yyyy": "%d-%m-%Y",
    "dd.mm.yyyy": "%d.%m.%Y",
    "mm/dd/yyyy": "%m/%d/%Y",
    "yyyymmdd": "%Y%m%d",
}
_DECIMALS = {".": ".", ",": ","}


class WrongColumns(ValueError):
    """The file cannot be used; `problems` (English, for administrators) say where and what to do."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        super().__init__(f"{name}: {'; '.join(problems)}")
        self.name, self.problems = name, tuple(problems)


@dataclass(frozen=True, slots=True)
class Column:
    """`value` is one of `VALUES` or `field:<name>`; without one every row has `text`. `words` replace values by others."""

    title: str
    value: str = ""
    text: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def form_field(self) -> str:
        """The field of the unit's form that is meant, "" for none."""
        return self.value.removeprefix(FIELD) if self.value.startswith(FIELD) else ""


@dataclass(frozen=True, slots=True)
class Columns:
    """`date` is a format of `strftime`; `states` are those of the entries that are exported."""

    columns: tuple[Column, ...]
    states: tuple[str, ...] = ("approved",)
    dialect: Dialect = field(default_factory=Dialect)
    date: str = "%Y-%m-%d"

    def uses(self, *values: str) -> bool:
        return any(column.value in values for column in self.columns)


def of_settings(settings: Settings) -> Columns:
    """The office's own, or those that we ship. Raises `WrongColumns`."""
    return load(settings.logbook_columns or SHIPPED)


def load(path: Path) -> Columns:
    """Raises `WrongColumns`."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise WrongColumns(str(path), [f"the file is larger than {LARGEST_FILE >> 20} MB: is it the file of columns?"])
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise WrongColumns(str(path), [f"it cannot be read: {error.strerror or error}"]) from None
    except UnicodeDecodeError:
        raise WrongColumns(str(path), ["it is not UTF-8 text: save it as UTF-8"]) from None
    found, problems = read(text)
    if problems:
        raise WrongColumns(str(path), problems)
    return found


def read(text: str) -> tuple[Columns, list[str]]:
    """The columns of a file, and what is wrong with it; they are whole only if nothing is wrong."""
    if wrong := toml.too_long(text):
        return Columns(()), [wrong]
    try:
        content = toml.loads(text)
    except ValueError as error:
        return Columns(()), [f"the file is not TOML: {error}"]
    return _Reader(Lines(text)).columns(content)


class _Reader:
    """Notes every problem with its line."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._problems: list[tuple[int, str]] = []

    def columns(self, content: Mapping[str, Any]) -> tuple[Columns, list[str]]:
        self._known(content, ("states", "csv", "column"), ())
        states = self._states(content.get("states", ["approved"]))
        dialect, date = self._csv(content.get("csv", {}))
        found = self._columns(content.get("column", []))
        problems = [f"line {line}: {said}" for line, said in sorted(self._problems)]
        return Columns(tuple(found), states, dialect, date), problems[: toml.MOST_PROBLEMS]

    def _wrong(self, place: Place, said: str) -> None:
        self._problems.append((self._lines.of(place), said))

    def _known(self, given: Mapping[str, Any], known: Sequence[str], place: Place) -> None:
        for name in given:
            if name not in known:
                self._wrong((*place, name), f"unknown {name}{meant(name, known)}")

    def _states(self, given: Any) -> tuple[str, ...]:
        if not isinstance(given, list) or not given or not all(isinstance(each, str) for each in given):
            self._wrong(("states",), 'states: write a list of words in quotes, like ["approved"]')
            return ()
        for each in given:
            if each not in REPORTED:
                self._wrong(("states",), f"states: unknown {each}{meant(each, REPORTED)}")
        return tuple(dict.fromkeys(given))

    def _csv(self, given: Any) -> tuple[Dialect, str]:
        if not isinstance(given, dict):
            self._wrong(("csv",), "csv: write it as a heading, [csv]")
            return Dialect(), _DATES["yyyy-mm-dd"]
        self._known(given, ("separator", "encoding", "date", "decimal", "header"), ("csv",))
        separator = self._one(given, "separator", ",", _SEPARATORS)
        decimal = self._one(given, "decimal", ".", _DECIMALS)
        header = given.get("header", True)
        if not isinstance(header, bool):
            self._wrong(("csv", "header"), f"header: {header!r} is neither true nor false, without quotes")
        dialect = Dialect(separator, self._one(given, "encoding", "utf-8", _ENCODINGS), decimal, header is True)
        return dialect, self._one(given, "date", "yyyy-mm-dd", _DATES)

    def _one(self, given: Mapping[str, Any], name: str, usual: str, known: Mapping[str, str]) -> str:
        value = given.get(name, usual)
        if isinstance(value, str) and value in known:
            return known[value]
        there = ", ".join(f'"{each}"' for each in known)
        self._wrong(("csv", name), f"{name}: {value!r} is none of {there}")
        return known[usual]

    def _columns(self, given: Any) -> list[Column]:
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
            self._wrong(("column",), "column: write every column under a heading [[column]], in double brackets")
            return []
        if not given:
            self._problems.append((1, "there is no column: write [[column]] with title and value for each"))
        if len(given) > MOST_COLUMNS:
            self._wrong(("column", MOST_COLUMNS), f"{len(given)} columns are too many: at most {MOST_COLUMNS}")
            return []
        found: dict[str, int] = {}
        columns = []
        for number, each in enumerate(given):
            column = self._column(number, each)
            if column is not None and column.title.casefold() in found:
                first = self._lines.of(("column", found[column.title.casefold()], "title"))
                said = f"title: {column.title!r} is there already, in line {first}; call one of them otherwise"
                self._wrong(("column", number, "title"), said)
            if column is not None:
                found.setdefault(column.title.casefold(), number)
                columns.append(column)
        return columns

    def _column(self, number: int, given: Mapping[str, Any]) -> Column | None:
        place: Place = ("column", number)
        self._known(given, ("title", "value", "text", "words"), place)
        title = self._words(given, "title", place) if "title" in given else ""
        if "title" not in given:
            self._wrong(place, 'this column has no title: write title = "…"')
        if "value" in given and "text" in given:
            self._wrong((*place, "text"), "this column has both value and text: keep one")
            return None
        if "value" not in given and "text" not in given:
            self._wrong(place, f'this column has no value: write one of {", ".join(VALUES)}, {FIELD}NAME; or text = "…"')
            return None
        if "text" in given:
            return Column(title, text=self._words(given, "text", place, empty=True))
        return Column(title, self._value(given["value"], place), words=self._replaced(given, place))

    def _value(self, given: Any, place: Place) -> str:
        if isinstance(given, str) and (given in VALUES or (given.startswith(FIELD) and given != FIELD)):
            return given
        near = meant(given, VALUES) if isinstance(given, str) else "; write it in quotes"
        self._wrong((*place, "value"), f"value: there is no {given!r}{near}")
        return ""

    def _replaced(self, given: Mapping[str, Any], place: Place) -> dict[str, str]:
        words = given.get("words", {})
        if isinstance(words, dict) and all(isinstance(each, str) for each in words.values()):
            return {key: clean(value)[:LONGEST] for key, value in words.items()}
        self._wrong((*place, "words"), 'words: write what replaces what, like {wfo = "Kantor"}')
        return {}

    def _words(self, given: Mapping[str, Any], name: str, place: Place, *, empty: bool = False) -> str:
        value = given[name]
        if isinstance(value, str) and len(value) <= LONGEST and (empty or value.strip()):
            return clean(value).strip()
        least = "" if empty else "1 to "
        self._wrong((*place, name), f"{name}: write {least}{LONGEST} characters in quotes")
        return ""


def unknown_fields(found: Columns, known: Callable[[], set[str]]) -> list[str]:
    """Fields of forms that no form has ever asked for; `known` is asked only if there are any."""
    wanted = [column.form_field for column in found.columns if column.form_field]
    names = known() if wanted else set()
    return [f"no form has a field {each}{meant(each, sorted(names)) if names else ''}" for each in wanted if each not in names]
