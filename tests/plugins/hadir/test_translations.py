"""Every sentence in the code has an Indonesian translation, every translation is used, and both have the same gaps."""

import string
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from plugins.hadir.plugin import PLUGIN

ROOT = Path(__file__).parents[3]
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
CATALOGUES = {"core": ROOT / "integration", "hadir": ROOT / "plugins" / "hadir"}


def used(name):
    """Message ids → where they are used; the plugin's declarations are translated when they are shown."""
    found = {}
    for file, line, message, *_ in extract_from_dir(CATALOGUES[name], METHODS, keywords={"t": None, "_t": None}):
        found.setdefault(message, f"{file}:{line}")
    if name == "hadir":
        found.setdefault(PLUGIN.description, "plugin.py")
        for subcommand in PLUGIN.subcommands:
            if subcommand.help:
                found.setdefault(subcommand.help, "plugin.py")
    return found


def entries(name):
    """(message id, translation, whether it is marked fuzzy), in the order of the file, repeats included."""
    with (CATALOGUES[name] / "translations" / "id.po").open("rb") as file:
        catalogue = read_po(file, locale="id", abort_invalid=True)
    return [(message.id, message.string, message.fuzzy) for message in catalogue if message.id]


def gaps(message):
    return sorted(field for _, field, _, _ in string.Formatter().parse(message) if field is not None)


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_sentence_is_translated_and_every_translation_used(name):
    known, wanted = {message for message, *_ in entries(name)}, used(name)
    assert {message: wanted[message] for message in wanted if message not in known} == {}
    assert sorted(known - set(wanted)) == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_translations_are_whole(name):
    for message, translation, fuzzy in entries(name):
        assert translation, message
        assert not fuzzy, message
        assert gaps(message) == gaps(translation), message
        assert message.count("`") == translation.count("`"), message
        assert message.count("**") == translation.count("**"), message


@pytest.mark.parametrize("name", CATALOGUES)
def test_no_sentence_is_translated_twice(name):
    lines = (CATALOGUES[name] / "translations" / "id.po").read_text(encoding="utf-8").splitlines()
    ids = [line for line in lines if line.startswith("msgid ") and line != 'msgid ""']
    assert sorted({line for line in ids if ids.count(line) > 1}) == []
