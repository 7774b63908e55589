"""Words of people stay words, wherever they are shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.messages import (
    Button,
    File,
    Reply,
    Text,
    clean,
    fill,
    join,
    plain,
    quote,
    render,
    reply_from_json,
    reply_to_json,
)


def shout(words: str) -> str:
    return f"<{words.upper()}>"


def test_our_words_are_left_alone_and_theirs_are_escaped() -> None:
    text = fill("**Halo** {name}, {count} pesan", name="*siti*", count=3)
    assert isinstance(text, Text)
    assert render(text, shout) == "**Halo** <*SITI*>, 3 pesan"
    assert plain(text) == "**Halo** *siti*, 3 pesan"


def test_a_text_within_a_text_is_escaped_once() -> None:
    inner = fill("_{name}_", name="budi")
    assert render(fill("Dari {who}", who=inner), shout) == "Dari _<BUDI>_"
    assert render(join(", ", [inner, quote("siti")]), shout) == "_<BUDI>_, <SITI>"
    assert quote(inner) is inner


def test_a_plain_string_is_somebodys_own() -> None:
    assert render("@all", shout) == "<@ALL>"


def test_braces_and_marks_in_a_value_do_nothing() -> None:
    assert plain(fill("{a} {b}", a="{b}", b="\ue000x\ue001{0}")) == "{b} x{0}"


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("satu\r\ndua\ttiga", "satu\ndua\ttiga"),
        ("kiri\u202ekanan\u2066x", "kirikananx"),
        ("\ud800", ""),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\ufeffnama", "nama"),
        ("😀" * 10_000, "😀" * 10_000),
    ],
)
def test_what_no_screen_should_be_given(words: str, kept: str) -> None:
    assert clean(words) == kept


@given(some.text())
def test_nothing_gets_out_of_its_quotes(words: str) -> None:
    seen: list[str] = []
    shown = render(fill("<{x}>", x=words), lambda part: seen.append(part) or "")  # type: ignore[func-returns-value]
    assert shown == "<>"
    assert seen == [clean(words)]
    assert all(char in "\n\t" or unicodedata.category(char) != "Cc" for char in seen[0])


@given(some.text(), some.text(), some.binary())
def test_a_reply_survives_the_outbox(text: str, label: str, content: bytes) -> None:
    reply = Reply(
        fill("Halo {x}", x=text), (Button(label, "hadir.say", "masuk", "good", 7.0),), (File("a.xlsx", "x/y", content),)
    )
    assert reply_from_json(reply_to_json(reply)) == reply
