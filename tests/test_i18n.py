"""Every sentence for people is there in Indonesian, with the same values in it, and no catalogue keeps dead ones."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from integration.app import load_plugins
from integration.i18n import CORE, Catalogues
from integration.messages import plain

ROOT = Path(__file__).parent.parent
PLUGINS = load_plugins()
SOURCES = sorted(path for folder in ("integration", "plugins") for path in (ROOT / folder).rglob("*.py"))
TEMPLATES = sorted(path for path in (ROOT / "integration" / "adapters").rglob("*.html"))
IN_TEMPLATE = re.compile(r"""\bt\(\s*(?:"([^"]+)"|'([^']+)')""")
CATALOGUES = sorted({CORE / "id.po", *(plugin.translations / "id.po" for plugin in PLUGINS)})
TRANSLATORS = {"t", "_t", "_"}


def messages() -> dict[str, Message]:
    found: dict[str, Message] = {}
    for path in CATALOGUES:
        with path.open("rb") as file:
            found |= {str(message.id): message for message in read_po(file, locale="id") if message.id}
    return found


def sentences() -> Iterator[tuple[str, str]]:
    """(message id, where) of every call of a translator with a literal, and of what plugins declare."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _called(node.func) in TRANSLATORS:
                for text in _literals(node.args[0]):
                    yield text, f"{path.relative_to(ROOT)}:{node.lineno}"
    for path in TEMPLATES:
        for double, single in IN_TEMPLATE.findall(path.read_text(encoding="utf-8")):
            yield double or single, str(path.relative_to(ROOT))
    for plugin in PLUGINS:
        yield plugin.description, plugin.name
        for subcommand in plugin.subcommands:
            if not subcommand.hidden:
                yield subcommand.help, f"{plugin.name} {subcommand.word}"


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Call):  # work.speak(person)("…")
        return "t" if _called(function.func) == "speak" else ""
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_sentence_is_there_in_indonesian() -> None:
    known = messages()
    missing = sorted({f"{where}: {text!r}" for text, where in sentences() if not (text in known and known[text].string)})
    assert missing == []


def test_no_catalogue_keeps_a_sentence_that_nobody_says() -> None:
    literals = {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    } | {text for text, _ in sentences()}
    assert sorted(text for text in messages() if text not in literals) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_translation_has_the_values_of_its_original(path: Path) -> None:
    with path.open("rb") as file:
        for message in read_po(file, locale="id"):
            if message.id:
                assert placeholders(str(message.string)) == placeholders(str(message.id)), message.id
                assert not message.fuzzy, message.id
                assert str(message.string).endswith("\n") == str(message.id).endswith("\n"), message.id


def test_a_sentence_in_two_catalogues_reads_the_same_in_both() -> None:
    seen: dict[str, str] = {}
    for path in CATALOGUES:
        lines = path.read_text(encoding="utf-8").splitlines()
        ids = [line for line in lines if line.startswith('msgid "') and line != 'msgid ""']
        assert sorted({line for line in ids if ids.count(line) > 1}) == [], path
        with path.open("rb") as file:
            for message in read_po(file, locale="id"):
                assert seen.setdefault(str(message.id), str(message.string)) == str(message.string) or not message.id


def test_an_unknown_language_speaks_the_offices() -> None:
    catalogues = Catalogues([], "id")
    assert plain(catalogues.speak("fr")("Nothing was sent.")) == "Tidak ada yang dikirim."
    assert plain(catalogues.speak("en")("Nothing was sent.")) == "Nothing was sent."
    assert plain(Catalogues([], "en").speak("")("Nothing was sent.")) == "Nothing was sent."
    assert catalogues.speak("en").locale == "en"


def test_a_value_is_escaped_and_a_missing_one_is_a_bug() -> None:
    t = Catalogues([]).speak("id")
    assert plain(t("You are {name}, {unit}.", name="{unit}", unit="x")) == "Anda {unit}, x."
    with pytest.raises(KeyError):
        t("You are {name}, {unit}.", name="x")
