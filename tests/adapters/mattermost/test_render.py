"""What people write, shown by Mattermost without harm: nobody mentioned, nothing linked, nothing formatted."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from integration.adapters.mattermost.render import MAX_LABEL, MAX_TEXT, attachments, escape, label, markdown
from integration.messages import Button, Text, fill, quote, render

COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ZWSP = "\u200b"

NASTY = [
    "@all",
    "@channel @here @siti",
    "siti@kantor.example",
    r"\@all",
    "**tebal** _miring_ ~~coret~~ `kode`",
    "***",
    "___",
    "---",
    "===",
    "# judul",
    "> kutipan",
    "- butir",
    "+ butir",
    "1. butir",
    "1) butir",
    "    kode",
    "```\nkode\n```",
    "~~~\nkode\n~~~",
    "[tautan](http://evil.example)",
    "![gambar](http://evil.example/x.png)",
    "[tautan]: http://evil.example",
    "http://evil.example www.evil.example evil.example/x ftp://x mailto:a@b.cd",
    "<http://evil.example|klik>",
    "<!channel> <@id> <script>alert(1)</script> <!-- x -->",
    "&lt;b&gt; &#64;all &commat;all",
    ":tada: :+1: 07:28:tada:",
    "~town-square #tagar",
    "| a | b |\n|---|---|\n| c | d |",
    "$x$ $MM_ATMENTION0$",
    "baris\nbaris\r\nbaris\u2028baris",
    "\\",
    "\\\\*x\\\\*",
    "😀" * 10_000,
    "\u202eabc\u2066\u0000\u0007\x1b[31m",
    "\ue000a\ue001\ue000",
    "\ud800",
    "",
]


def shown(words: str) -> str:
    return render(quote(words), escape)


def read(source: str) -> str:
    """What a reader sees of Markdown that holds nothing but text; fails if it holds more."""
    blocks = COMMONMARK.parse(source)
    assert [block.type for block in blocks] in ([], ["paragraph_open", "inline", "paragraph_close"]), source
    parts = [child for block in blocks for child in block.children or []]
    assert {part.type for part in parts} <= {"text", "text_special"}, source
    return "".join(part.content for part in parts)


def one_line(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip()


def seen(words: str) -> str:
    """The words as a reader should see them: on one line, without what is no text."""
    return one_line(render(quote(words), lambda quoted: quoted))


def harmless(source: str) -> None:
    assert not re.search(r"@\w", source)
    assert not re.search(r"~\w", source)
    assert not re.search(r"#\w", source.replace("&#36;", ""))
    assert not re.search(r"(?<!\d):[a-zA-Z0-9_+-]+:", source)
    assert not re.search(r"(?i)\w:/|www\d{0,3}\.\w|\.\w{2,4}/", source)
    assert not re.search(r"&(?!lt;|#36;)#?\w+;", source)
    assert "<" not in source
    assert "\n" not in source


@pytest.mark.parametrize("words", NASTY, ids=lambda words: repr(words[:20]))
def test_the_nasty_list(words: str) -> None:
    source = shown(words)
    harmless(source)
    assert one_line(read(source).replace(ZWSP, "")) == seen(words)


MARKS = st.lists(st.sampled_from([*"\\`*_{}[]()#+-.!|~<>&;:@$/=\"' \n\t12aw,", "www.", "http", "😀", "é"]), max_size=40).map(
    "".join
)


@given(MARKS | st.text(max_size=60))
def test_any_words_stay_what_they_are(words: str) -> None:
    source = shown(words)
    harmless(source)
    assert one_line(read(source).replace(ZWSP, "")) == seen(words)


@given(MARKS, MARKS)
def test_two_peoples_words_do_not_join(one: str, other: str) -> None:
    text = fill("Dari {one} dan {other}.", one=one, other=other)
    assert one_line(read(render(text, escape)).replace(ZWSP, "")) == one_line(render(text, lambda quoted: quoted))


@pytest.mark.parametrize(
    "name",
    [
        "Siti Rahayu",
        "Dr. Siti-Nurhaliza, S.Kom., M.T.",
        "O'Brien",
        "I Wayan Sudarta (plt.)",
        "Rapat 07:28 – selesai; 2/3 hadir!",
    ],
)
def test_ordinary_names_are_left_alone(name: str) -> None:
    assert shown(name) == name


def test_an_underscore_stays_one() -> None:
    assert read(shown("S.Kom_2")) == "S.Kom_2"


def test_our_own_markdown_is_kept() -> None:
    assert render(fill("**{name}** @x", name="*a*"), escape) == r"**\*a\*** @x"


@given(st.integers(0, 3 * MAX_TEXT), st.sampled_from(["x", "é ", "😀", "a\n", "\\"]))
def test_a_text_never_exceeds_the_limit(count: int, unit: str) -> None:
    whole = Text(unit * count)
    cut = markdown(whole, lambda: "… terpotong")
    assert len(cut) <= MAX_TEXT
    assert cut == whole or cut.endswith("\n… terpotong")


def test_a_label_is_short_and_plain() -> None:
    assert label("/hadir masuk :tada:\nwfh") == f"/hadir masuk :{ZWSP}tada:{ZWSP} wfh".replace(f":{ZWSP} ", ": ")
    assert len(label("x" * 500)) == MAX_LABEL


@pytest.mark.parametrize("unit", ["a", "ab ", "a,", "@", "www.", ":", "&#", "1:", ".ab", " ", "a:1", "[", "\\"])
def test_long_words_do_not_hold_the_service(unit: str) -> None:
    """An expression that tries every way to match would not end before the test's time-out."""
    assert escape(unit * 20_000 + "1*")


def test_a_press_on_a_post_that_was_replaced_does_not_mean_its_new_button() -> None:
    def ids(*buttons: Button) -> list[str]:
        ((shown),) = attachments(buttons, "http://hadir", lambda button: button.value)
        return [action["id"] for action in shown["actions"]]

    before = ids(Button("Setujui", "logbook.approve", "3:1"), Button("Kembalikan", "logbook.return", "3:1"))
    after = ids(Button("Setujui", "logbook.approve", "4:1"), Button("Kembalikan", "logbook.return", "3:1"))
    assert before[0] != after[0]
    assert before[1] == after[1]
    assert all(re.fullmatch("[A-Za-z0-9]+", each) for each in (*before, *after))
    assert len(set(ids(Button("A", "x.y", "1"), Button("B", "x.y", "1")))) == 2
