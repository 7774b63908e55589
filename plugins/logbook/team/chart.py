"""Hours by target as a drawing: horizontal bars with their words above, readable on a phone, in light and in dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

# In the drawing's own units; a phone shows it one to one.
_WIDTH, _ROW, _BAR, _TOP = 340, 44, 16, 4
# Letters of a line, the value's among them.
_LETTERS = 42
# The colours of the pages (hadir.css), which a picture cannot take over from them.
_STYLE = """
text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;fill:#16232a}
.v{font-weight:650;text-anchor:end}.b{fill:#0d6e6e}.r{fill:#e0f0ef}
@media (prefers-color-scheme:dark){text{fill:#e8eef0}.b{fill:#5fc9c0}.r{fill:#1c3a3b}}
"""


def svg(title: str, bars: Sequence[tuple[str, str, int]]) -> bytes:
    """`bars` are (words, value in words, minutes) from above; `title` says what it shows to those who do not see it."""
    most = max((minutes for _, _, minutes in bars), default=0) or 1
    rows = "".join(_row(number, *bar, most) for number, bar in enumerate(bars))
    height = _TOP + _ROW * len(bars)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    named = f' role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>'
    return f"{head}{named}<style>{_STYLE}</style>{rows}</svg>".encode()


def _row(number: int, words: str, value: str, minutes: int, most: int) -> str:
    top = _TOP + _ROW * number
    most_letters = _LETTERS - len(value)
    shown = words if len(words) <= most_letters else words[: most_letters - 1].rstrip() + "…"
    width = max(2, round(_WIDTH * minutes / most))
    return (
        f'<text x="0" y="{top + 13}">{escape(shown)}</text><text class="v" x="{_WIDTH}" y="{top + 13}">{escape(value)}</text>'
        f'<rect class="r" x="0" y="{top + 19}" width="{_WIDTH}" height="{_BAR}" rx="4"/>'
        f'<rect class="b" x="0" y="{top + 19}" width="{width}" height="{_BAR}" rx="4"/>'
    )
