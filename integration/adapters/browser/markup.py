"""A message's Markdown as HTML. The words of people are put in after Markdown has run, so they mean nothing to it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from integration.messages import render

# Private-use characters around a number stand for somebody's words while Markdown runs. `clean` removes them elsewhere.
_OPEN, _CLOSE = "\ue010", "\ue011"
_HOLE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")


def to_html(text: str) -> str:
    """HTML of a reply's text; whatever `quote` marked shows exactly as it was typed."""
    words: list[str] = []

    def keep(said: str) -> str:
        words.append(said)
        return f"{_OPEN}{len(words) - 1}{_CLOSE}"

    page = str(_MARKDOWN.render(render(text, keep)))
    return _HOLE.sub(lambda hole: escaped(words[int(hole[1])]), page)


def escaped(words: str) -> str:
    """Plain words as HTML, line breaks kept."""
    return html.escape(words).replace("\n", "<br>")


def _open(_self: RendererHTML, _tokens: Sequence[Token], _at: int, _options: Any, _env: Any) -> str:
    # A wide table scrolls by itself, also by keyboard; the page does not.
    return '<div class="wide" tabindex="0"><table>'


def _close(_self: RendererHTML, _tokens: Sequence[Token], _at: int, _options: Any, _env: Any) -> str:
    return "</table></div>"


def _code(_self: RendererHTML, tokens: Sequence[Token], at: int, _options: Any, _env: Any) -> str:
    return f'<pre class="wide" tabindex="0"><code>{html.escape(tokens[at].content)}</code></pre>'


def _heading(_self: RendererHTML, tokens: Sequence[Token], at: int, _options: Any, _env: Any) -> str:
    # A message must not break the page's own order of headings.
    return '<p class="heading">' if tokens[at].nesting == 1 else "</p>"


def _link(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    tokens[at].attrSet("rel", "noreferrer noopener")
    tokens[at].attrSet("target", "_blank")
    return str(self.renderToken(tokens, at, options, env))


def _machine() -> MarkdownIt:
    machine = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"]).disable("image")
    rules = {
        "table_open": _open,
        "table_close": _close,
        "fence": _code,
        "code_block": _code,
        "heading_open": _heading,
        "heading_close": _heading,
        "link_open": _link,
    }
    for name, rule in rules.items():
        machine.add_render_rule(name, rule)
    return machine


_MARKDOWN = _machine()
