"""The handbook speaks of what there is, and of all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from integration.app import load_plugins
from integration.cli import hadir
from integration.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PEOPLE, ADMINISTRATORS = DOCS / "panduan.md", DOCS / "administrator.md"
BOOKS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", PEOPLE, ADMINISTRATORS, DOCS / "developer.md"]
TOP: click.Command = hadir

_CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
_SLASH = re.compile(r"(?:^|[\s\"'(“])/(?P<plugin>[a-z]+) +(?P<word>[a-z-]+|\?)", re.MULTILINE)
_MAKE = re.compile(r"(?:^|&& |; )make ([a-z-]+)", re.MULTILINE)
# What a shell takes as the beginning or the end of a command.
_BEFORE, _AFTER = {"&&", "||", "|", ";", "$", "sudo", "exec", "hadir"}, {"&&", "||", "|", ";", ">", ">>"}
# What `Plugin.otherwise` takes: days, weeks and months; what somebody has done.
DATES = {"besok", "senin", "pekan", "desember", "tiap", "menyusun", "menjawab", "rekonsiliasi"}
# Shown to say what is answered to a typing error.
TYPING_ERRORS = {"msuk", "kirm"}


def code(path: Path) -> Iterator[str]:
    """What stands in a book as code, without its comments, a continued line as one."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for block, span in _CODE.findall(text):
        yield re.sub(r"(?m)(^|\s)#.*$", "", (block or span).replace("\\\n", " "))


def commands(command: click.Command = TOP, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], click.Command]:
    """Every command below, by its words."""
    if not isinstance(command, click.Group):
        return {path: command}
    found: dict[tuple[str, ...], click.Command] = {}
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        found |= commands(below, (*path, name))
    return found


def typed(path: Path) -> Iterator[list[str]]:
    """The words of every `hadir …` in a book; `/hadir …` is something else."""
    for line in (line for block in code(path) for line in block.splitlines()):
        words = line.split()
        for place, word in enumerate(words):
            begins = place == 0 or words[place - 1] in _BEFORE or "=" in words[place - 1]
            if word.endswith("bin/hadir") or (word == "hadir" and begins):
                rest = words[place + 1 :]
                yield rest[: next((n for n, word in enumerate(rest) if word in _AFTER), len(rest))]


def meant(words: list[str]) -> tuple[tuple[str, ...], click.Command] | None:
    """The command that the words begin with, followed as deep as it goes."""
    command, path = TOP, ()
    for word in words:
        if not isinstance(command, click.Group):
            break
        below = command.get_command(click.Context(command), word)
        if below is None:
            return None if not path else (path, command)
        command, path = below, (*path, word)
    return path, command


@pytest.mark.parametrize("book", BOOKS, ids=lambda path: path.name)
def test_every_command_that_a_book_mentions_exists(book: Path) -> None:
    for words in typed(book):
        if not words or not re.fullmatch(r"[a-z][a-z-]*", words[0]):
            continue
        found = meant(words)
        assert found, f"{book.name}: hadir {' '.join(words)}"
        path, command = found
        rest = words[len(path) :]
        if isinstance(command, click.Group) and rest and re.fullmatch(r"[a-z][a-z-]*", rest[0]):
            pytest.fail(f"{book.name}: hadir {' '.join(words)}: {' '.join(path)} has no {rest[0]}")
        known = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
        for word in rest:
            name = word.partition("=")[0].strip('[]().,"“”')
            if name.startswith("--") and len(name) > 2:
                assert name in known, f"{book.name}: hadir {' '.join(words)}: no option {name}"


def test_every_command_is_in_the_administrators_book() -> None:
    told: set[tuple[str, ...]] = set()
    for words in (words for book in (ADMINISTRATORS, ROOT / "README.md") for words in typed(book)):
        # `outbox list|retry` speaks of both.
        for last in words[1].split("|") if len(words) > 1 else [""]:
            found = meant([*words[:1], last, *words[2:]])
            told |= {found[0]} if found else set()
    assert sorted(" ".join(path) for path in commands() if path not in told) == []


def test_every_command_has_a_sentence_of_help() -> None:
    for path, command in commands().items():
        assert command.get_short_help_str(), " ".join(path)


@pytest.mark.parametrize("book", BOOKS, ids=lambda path: path.name)
def test_every_slash_command_that_a_book_mentions_exists(book: Path) -> None:
    plugins = {
        plugin.name: {w for s in plugin.subcommands for w in (s.word, *s.aliases)} | (DATES if plugin.otherwise else set())
        for plugin in load_plugins()
    }
    for block in code(book):
        for match in _SLASH.finditer(block):
            if match["plugin"] in plugins:
                assert match["word"] in plugins[match["plugin"]] | TYPING_ERRORS, f"{book.name}: {match[0]}"


def test_every_subcommand_is_in_a_book() -> None:
    """Those for everybody belong into the people's; some are for administrators."""
    blocks = [block for book in (PEOPLE, ADMINISTRATORS) for block in code(book)]
    told = {(match["plugin"], match["word"]) for block in blocks for match in _SLASH.finditer(block)}
    there = {
        (plugin.name, subcommand.word)
        for plugin in load_plugins()
        for subcommand in plugin.subcommands
        if not subcommand.hidden
    }
    assert sorted(there - told) == []


def test_every_setting_is_in_the_administrators_book_and_no_other() -> None:
    # HADIR_LIVE_… and HADIR_TEST_… are for the tests against running servers.
    named = set(re.findall(r"HADIR_[A-Z0-9_]*[A-Z0-9]", ADMINISTRATORS.read_text(encoding="utf-8")))
    named = {name.removesuffix("_FILE") for name in named if not name.startswith(("HADIR_LIVE_", "HADIR_TEST_"))}
    assert named == {f"HADIR_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("book", BOOKS, ids=lambda path: path.name)
def test_links_between_the_books_lead_somewhere(book: Path) -> None:
    text = book.read_text(encoding="utf-8") if book.exists() else ""
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (book.parent / target).exists(), f"{book.name}: {target}"


def test_every_make_target_that_a_book_mentions_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for book in BOOKS:
        for block in code(book):
            for name in _MAKE.findall(block):
                assert name in targets, f"{book.name}: make {name}"
