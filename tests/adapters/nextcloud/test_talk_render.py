"""What is shown in Talk: people's words do nothing there, and our own Markdown is readable on every client."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.adapters.nextcloud.talk import render as talk_render
from integration.messages import Button, Text, fill, join

NOTE = "… sisanya tidak muat."


def shown(text: str, limit: int = talk_render.MAX_TEXT) -> str:
    return talk_render.markdown(text, lambda: NOTE, limit)


@pytest.mark.parametrize(
    "words",
    [
        "@all",
        '@"all"',
        "@siti",
        "{mention-call1}",
        "{file}",
        "**tebal**",
        "[x](http://jahat.example)",
        "http://jahat.example",
        "https://jahat.example",
        "www.jahat.example",
        "# judul",
        "1. satu",
        "> kutipan",
        "```kode```",
        "<b>",
        "&lt;",
        "| a | b |",
        "a\n| b |\n|---|",
    ],
)
def test_words_of_people_do_nothing(words: str) -> None:
    there = shown(fill("Dari {name}.", name=words)).removeprefix("Dari ").removesuffix(".")
    for harmful in ("@all", '@"', "@siti", "{mention", "{file", "**", "](", "http://", "https://", "www.j", "```"):
        assert harmful not in there.replace("\\*\\*", "").replace("\\]", "").replace("\\`", "")
    assert "\n" not in there
    assert not there.startswith(("#", "1.", ">", "|"))


@given(st.text())
def test_words_of_people_are_one_line_that_mentions_nobody(words: str) -> None:
    there = shown(fill("{name}", name=words))
    assert "\n" not in there
    assert all(char == "\u200b" for char in (there[at + 1 : at + 2] for at in range(len(there)) if there[at] in "@{"))


@pytest.mark.parametrize("words", ["Siti Rahayu", "O'Brien, Ani", "07.28 WIB", "rekap nov.xlsx", "a:b", "3/4"])
def test_usual_words_stay_as_they_are(words: str) -> None:
    assert shown(fill("{name}", name=words)) == words


def test_an_address_is_written_out() -> None:
    text = Text("Isi di sini: **[Buka formulir](https://hadir.example/form/a_b-c)**")
    assert shown(text) == "Isi di sini: Buka formulir: https://hadir.example/form/a_b-c"
    assert shown(Text("[https://a.example](https://a.example)")) == "https://a.example"
    assert shown(fill("{name}(https://a.example)", name="[x]")) == "\\[x\\](https://a.example)"


def test_a_table_becomes_a_line_for_each_row() -> None:
    rows = [
        Text("Rekap:"),
        Text("| Hari | Masuk | Pulang | Ket. |"),
        Text("|:---|---:|:-:|---|"),
        Text("| Sen 23 | 07.28 | 16.02 | |"),
        fill("| {name} | – | 16.00 | WFH |", name="Sel | 24"),
        Text("Selesai."),
    ]
    assert shown(join("\n", rows)).split("\n") == [
        "Rekap:",
        "- **Sen 23** · Masuk: 07.28 · Pulang: 16.02",
        "- **Sel \\| 24** · Pulang: 16.00 · Ket.: WFH",
        "Selesai.",
    ]


def test_a_table_in_a_code_block_is_left_alone() -> None:
    text = "```\n| a | b |\n|---|---|\n| 1 | 2 |\n```"
    assert shown(Text(text)) == text


def test_what_is_too_long_is_cut_at_a_line_and_says_so() -> None:
    long = Text("\n".join(["baris yang cukup panjang"] * 5000))
    there = shown(long)
    assert len(there) <= talk_render.MAX_TEXT
    assert there.endswith(f"baris yang cukup panjang\n{NOTE}")
    fenced = shown(Text("```\n" + "x\n" * 40_000))
    assert fenced.count("```") == 2


def test_buttons_become_numbers_and_short_commands_are_named() -> None:
    buttons = (
        Button("Setujui", "hadir.approve", "1"),
        Button("Masuk WFH", "hadir.say", "masuk wfh"),
        Button("/hadir status", "hadir.say", "status"),
        Button("Lama", "hadir.say", "x" * 60),
        Button("@all", "lain.say", "status"),
    )
    assert talk_render.numbered(("hadir",), buttons).split("\n") == [
        "1. Setujui",
        "2. Masuk WFH (`/hadir masuk wfh`)",
        "3. /hadir status",
        "4. Lama",
        "5. @\u200ball",
    ]
