"""The help of every plugin: lines that people may type as they stand, in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import update

from integration import people
from integration.app import load_plugins
from integration.core import Hadir
from integration.plugin import Plugin
from tests.cast import NIP, Talker

PLUGINS = load_plugins(())
Chat = Callable[[str], Talker]


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
@pytest.mark.parametrize("locale", ["id", "en"])
def test_help_is_a_line_each_that_one_may_type_as_it_stands(hadir: Hadir, chat: Chat, plugin: Plugin, locale: str) -> None:
    """No brackets and no bars: nobody has to know what those mean. Short enough for three lines of a phone.

    Rina looks after everybody's records, so nothing is left out for her.
    """
    with hadir.database.write() as db:
        db.execute(update(people.person).where(people.person.c.nip == NIP["rina"]).values(locale=locale))
    lines = [line for line in chat("rina").says(f"/{plugin.name} bantuan").splitlines() if line.startswith("- ")]
    assert len(lines) == 1 + sum(not subcommand.hidden for subcommand in plugin.subcommands)
    for line in lines:
        found = re.fullmatch(r"- `(/[^`]+)` — (.+)", line)
        assert found, line
        assert not re.search(r"[][|<>]", line), line
        assert len(found[1]) <= 60, line
        assert len(found[2]) <= 100, line


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_every_example_is_one_of_its_own_command(plugin: Plugin) -> None:
    for subcommand in plugin.subcommands:
        assert not subcommand.example or f"{subcommand.example} ".startswith(f"/{plugin.name} {subcommand.word} ")


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_an_example_is_understood(chat: Chat, plugin: Plugin) -> None:
    """Whatever the answer is, it is no question about what was meant."""
    for subcommand in plugin.subcommands:
        said = chat("hendra").says(subcommand.example or f"/{plugin.name} {subcommand.word}")
        assert "Maksud Anda" not in said, subcommand.word
        assert "tidak mengenal" not in said, subcommand.word
