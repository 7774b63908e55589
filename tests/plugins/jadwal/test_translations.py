"""Every sentence of the plugin has an Indonesian translation, every translation is used, and both have the same gaps."""

import string
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from plugins.jadwal.plugin import PLUGIN

HOME = Path(__file__).parents[3] / "plugins" / "jadwal"
CATALOGUE = HOME / "translations" / "id.po"


def used():
    """Message ids → where they are used; the declarations are translated when they are shown."""
    found = {}
    for file, line, message, *_ in extract_from_dir(HOME, [("**.py", "python")], keywords={"t": None}):
        found.setdefault(message, f"{file}:{line}")
    declared = [PLUGIN.description, *(each.help for each in PLUGIN.subcommands if each.help)]
    return dict.fromkeys(declared, "plugin.py") | found


def entries():
    with CATALOGUE.open("rb") as file:
        return [(message.id, message.string, message.fuzzy) for message in read_po(file, locale="id") if message.id]


def gaps(message):
    return sorted(field for _, field, _, _ in string.Formatter().parse(message) if field is not None)


def test_every_sentence_is_translated_and_every_translation_used():
    known, wanted = {message for message, *_ in entries()}, used()
    assert {message: wanted[message] for message in wanted if message not in known} == {}
    assert sorted(known - set(wanted)) == []


def test_translations_are_whole():
    for message, translation, fuzzy in entries():
        assert translation, message
        assert not fuzzy, message
        assert gaps(message) == gaps(translation), message
        assert message.count("`") == translation.count("`"), message
        assert message.count("**") == translation.count("**"), message


def test_no_sentence_is_translated_twice():
    lines = CATALOGUE.read_text(encoding="utf-8").splitlines()
    ids = [line for line in lines if line.startswith("msgid ") and line != 'msgid ""']
    assert sorted({line for line in ids if ids.count(line) > 1}) == []
