"""Minutes on paper: the Markdown that people write, decisions and action items as tables, a megabyte of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from plugins.rapat.documents import minutes_pdf
from plugins.rapat.documents.markdown import blocks
from plugins.rapat.documents.minutes_pdf import Action, Minutes
from tests import paper
from tests.plugins.rapat.documents import drawn
from tests.plugins.rapat.documents.drawn import HENDRA, SITI, SPAN

TEXT = """# Notulen Koordinasi SPBE

## Pembahasan

Rapat dibuka **Hendra** pukul *09.02*; bahan di [folder](https://awan.example/f/12), bukan di [sini](javascript:alert(1)).

1. Kemajuan
   - Modul presensi
   - [x] Modul rapat
2. Anggaran

> Jangan terlambat lagi.

| Modul | Kemajuan |
|---|---|
| Presensi | 100% <b>ya</b> |

```
def kode():
    return 1
```

![foto](https://awan.example/foto.png) ~~coret~~
"""


def minutes(folder: Path, **more: Any) -> Minutes:
    given: dict[str, Any] = {
        "issue": drawn.issue(folder),
        "title": "Koordinasi SPBE",
        "span": SPAN,
        "place": "Ruang Garuda; daring",
        "leader": HENDRA,
        "writer": SITI,
        "attendance": "12 orang (8 daring, 4 di ruang)",
        "text": TEXT,
        "agenda": ["Kemajuan", "Anggaran"],
        "decisions": ["Rilis bulan Desember."],
        "actions": [Action("Menyusun anggaran", "Budi Santoso", date(2026, 11, 30)), Action("Uji keamanan", done=True)],
    }
    return Minutes(**(given | more))


def test_head_text_tables_and_signatures(tmp_path: Path) -> None:
    content = minutes_pdf.make(minutes(tmp_path))
    said = drawn.words(content, tmp_path)
    for part in (
        "NOTULEN RAPAT Koordinasi SPBE Hari, tanggal : Selasa, 24 November 2026",
        "Pemimpin rapat : Hendra Gunawan Notulis : Siti Rahayu Kehadiran : 12 orang (8 daring, 4 di ruang)",
        "Agenda : 1. Kemajuan 2. Anggaran",
        "Rapat dibuka Hendra pukul 09.02; bahan di folder, bukan di",
        "1. Kemajuan • Modul presensi ✓ Modul rapat 2. Anggaran",
        "Jangan terlambat lagi.",
        "Modul Kemajuan Presensi 100% <b>ya</b>",
        "def kode(): return 1",
        "foto coret",
        "Keputusan No. Keputusan 1 Rilis bulan Desember.",
        "1 Menyusun anggaran Budi Santoso 30 Nov 2026 belum 2 Uji keamanan – – selesai",
        "Pemimpin rapat Notulis",
        "NIP 198501012010010001 NIP 198501012010010003",
    ):
        assert part in said, part
    assert "Notulen Koordinasi SPBE" not in said.partition("Halaman")[0]  # the page says so already
    found = drawn.links(content, tmp_path)
    assert "https://awan.example/f/12" in found
    assert "javascript" not in found


def test_one_who_leads_and_writes_signs_once(tmp_path: Path) -> None:
    said = drawn.words(minutes_pdf.make(minutes(tmp_path, writer=HENDRA, decisions=(), actions=())), tmp_path)
    assert said.count("NIP") == 1
    assert "Tindak lanjut" not in said


def test_a_megabyte(tmp_path: Path) -> None:
    part = "## Bagian {n}\n\n" + "Kalimat yang panjang tentang kemajuan aplikasi. " * 21 + "\n\n- satu\n- dua\n\n"
    text = "".join(part.format(n=n) for n in range(1000))
    assert len(text) > 1_000_000
    path = drawn.saved(minutes_pdf.make(minutes(tmp_path, text=text)), tmp_path)
    said = paper.words(path)
    assert "Bagian 0\n" in said
    assert "Bagian 999" in said
    assert "Rilis bulan Desember" in said
    assert int(paper.about(path)["Pages"]) > 150


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "#",
        "|a|\n|-|",
        "x" * 20_000,
        "> " * 300 + "dalam",
        "  - a\n" * 50 + "    " * 60 + "- b",
        "|" + "a|" * 40 + "\n|" + "-|" * 40 + "\n|" + "b|" * 40,
        "\x00\x1b[31m\u202eterbalik\u2066 \ud800",
        "[a](http://b c) <script>x</script> &amp; &#0; <http://x.y>",
        "1000000000. banyak",
        "***",
        "a\tb\r\nc",
    ],
)
def test_whatever_people_type_becomes_pages(tmp_path: Path, text: str) -> None:
    assert "NOTULEN RAPAT" in drawn.words(minutes_pdf.make(minutes(tmp_path, text=text)), tmp_path)


def test_an_agenda_of_two_thousand_lines_is_on_paper_to_the_last(tmp_path: Path) -> None:
    said = drawn.words(minutes_pdf.make(minutes(tmp_path, agenda=[f"butir-{n}" for n in range(2000)])), tmp_path)
    assert "2000. butir-1999" in said
    assert "1000. butir-999" in said


def test_blocks_know_where_they_stand() -> None:
    found = [(block.kind, block.depth, block.marker, block.words) for block in blocks(TEXT)]
    assert found[:2] == [("heading", 0, "", "Notulen Koordinasi SPBE"), ("heading", 0, "", "Pembahasan")]
    assert ("paragraph", 1, "1.", "Kemajuan") in found
    assert ("paragraph", 2, "✓", "Modul rapat") in found
    assert ("paragraph", 1, "2.", "Anggaran") in found
    assert [block.quoted for block in blocks("> a\n\nb")] == [True, False]
