"""Markdown of ours becomes HTML; words of people stay words."""

from __future__ import annotations

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.adapters.browser.markup import to_html
from integration.messages import Text, clean, fill, quote


def test_our_markdown_is_shown() -> None:
    assert to_html(Text("**Masuk** pukul `07.28`\nbaris dua")) == (
        "<p><strong>Masuk</strong> pukul <code>07.28</code><br />\nbaris dua</p>\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "**tebal**",
        "[x](javascript:alert(1))",
        "| a | b |",
        "# besar",
        "@all",
        "![x](http://x/y.png)",
    ],
)
def test_words_of_people_stay_words(words: str) -> None:
    html = to_html(fill("Catatan: {words}", words=words))
    assert unescape(html) == f"<p>Catatan: {words}</p>\n"
    assert "<script" not in html


def test_a_plain_string_is_somebodys_words() -> None:
    assert to_html("**tebal**") == "<p>**tebal**</p>\n"


@given(st.text(max_size=200))
def test_no_words_make_markup(words: str) -> None:
    html = to_html(fill("- {words}\n- {words}", words=words))
    assert html.count("<li>") == 2
    assert html.count("<") == html.count("<br>") + 6  # two list items and their list
    assert unescape(html.partition("<li>")[2].partition("</li>")[0]).replace("<br>", "\n") == clean(words)


def test_a_table_scrolls_by_itself_and_its_cells_are_escaped() -> None:
    html = to_html(fill("| Nama | Masuk |\n|---|--:|\n| {name} | 07.28 |", name="<b>Siti</b> | Dewi"))
    assert '<div class="wide" tabindex="0"><table>' in html
    assert "&lt;b&gt;Siti&lt;/b&gt; | Dewi" in html
    assert html.count("<td") == 2


def test_a_block_of_code_keeps_its_columns() -> None:
    html = to_html(fill("```\n{name}   07.28\n```", name="A&B"))
    assert html == '<pre class="wide" tabindex="0"><code>A&amp;B   07.28\n</code></pre>'


def test_html_and_pictures_of_ours_are_not_let_through() -> None:
    assert "<b>" not in to_html(Text("<b>x</b>"))
    assert "<img" not in to_html(Text("![x](https://example.org/x.png)"))


def test_a_heading_in_a_message_is_no_heading_of_the_page() -> None:
    assert to_html(Text("# Rekap")) == '<p class="heading">Rekap</p>'


def test_a_link_does_not_say_where_it_was_followed() -> None:
    assert 'rel="noreferrer noopener"' in to_html(Text("[buka](https://example.org)"))


def test_private_use_characters_of_people_do_not_reach_the_holes() -> None:
    assert to_html(quote("\ue0100\ue011 a")) == "<p>0 a</p>\n"
