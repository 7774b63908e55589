"""Every sentence of this adapter has its Indonesian one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from integration import i18n
from integration.adapters import browser

FOLDER = Path(browser.__file__).parent
_IN_TEMPLATE = re.compile(r"""\bt\((?:"([^"]*)"|'([^']*)')""")


def test_every_sentence_is_translated() -> None:
    with (i18n.CORE / "id.po").open("rb") as file:
        translated = {message.id for message in read_po(file) if message.string}
    sentences = {*_in_templates(), *_in_code()}
    assert len(sentences) > 50
    assert sentences - translated == set()


def _in_templates() -> Iterator[str]:
    for path in FOLDER.rglob("*.html"):
        for found in _IN_TEMPLATE.finditer(path.read_text(encoding="utf-8")):
            yield found[1] or found[2]


def _in_code() -> Iterator[str]:
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("t", "self.t"):
                yield from (str(word.value) for word in node.args if isinstance(word, ast.Constant))
