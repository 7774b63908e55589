"""Minutes as text: what a line means, boxes, and two people's texts made one. Nothing that anybody wrote gets lost."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.core import Hadir
from integration.messages import plain
from plugins.rapat.minutes import markdown, meaning, merging
from plugins.rapat.minutes.following import with_day
from plugins.rapat.tasks.reminders import is_day
from tests.post import change, person_id

MARKS = merging.Marks("> [2 versi — Siti:]", "> [2 versi — Budi:]", "> [2 versi — selesai]", "(dihapus)")
TUESDAY = date(2026, 11, 24)

TEXT = """# Notulen: Koordinasi

## Pembahasan

### Tindak lanjut temuan BPK
- dibahas panjang
- [ ] kirim surat @dewi Jumat

## Keputusan
1. Aplikasi dipakai mulai **Januari**
2. Rapat tiap Senin,
   pukul 09.00
> catatan
- [x] sudah disetujui

## Tindak Lanjut:
- siapkan ruangan @siti 30/11/2026
  - kursi 20
* [x] pesan konsumsi
1. [X] kirim undangan
- [ ]

```
- [ ] bukan tugas
```

**Kesimpulan**
Lanjut minggu depan.
"""


def test_sections_decisions_and_items_are_read_as_they_were_meant() -> None:
    found = markdown.parse(TEXT)
    assert found.decisions == (
        "Aplikasi dipakai mulai Januari",
        "Rapat tiap Senin, pukul 09.00",
        "sudah disetujui",
        "Lanjut minggu depan.",
    )
    assert [(item.words, item.done) for item in found.items] == [
        ("kirim surat @dewi Jumat", False),
        ("sudah disetujui", True),
        ("siapkan ruangan @siti 30/11/2026", False),
        ("pesan konsumsi", True),
        ("kirim undangan", True),
    ]
    assert "tindak lanjut temuan bpk" in found.spoken_of()
    assert markdown.parse("").items == ()
    earlier = markdown.parse("## Tindak lanjut rapat lalu\n- [ ] lama\n## Tindak lanjut\n- [ ] baru\n").items
    assert [(item.words, item.earlier) for item in earlier] == [("lama", True), ("baru", False)]


def test_boxes_are_ticked_and_nothing_else_is_touched() -> None:
    done = {"siapkan ruangan @siti 30/11/2026": True, "pesan konsumsi": False}
    ticked = markdown.with_ticks(TEXT, lambda item: done.get(item.words))
    assert "- [x] siapkan ruangan @siti 30/11/2026" in ticked
    assert "* [ ] pesan konsumsi" in ticked
    assert "1. [X] kirim undangan" in ticked
    assert "- [ ] bukan tugas" in ticked
    assert markdown.without_ticks(ticked).replace("[ ] siapkan", "siapkan") == markdown.without_ticks(TEXT)
    assert with_day("- [ ] siapkan  @siti 30 Nov, ya", "30 Nov", "07/12/2026") == "- [ ] siapkan  @siti 07/12/2026, ya"
    assert with_day("- siapkan", "", "07/12/2026") == "- siapkan 07/12/2026"


SAID: list[tuple[str, str, list[str], date | None]] = [
    ("siapkan ruangan @siti Jumat", "siapkan ruangan", ["Siti Rahayu"], date(2026, 11, 27)),
    ("@siti siapkan ruangan paling lambat 30/11/2026.", "siapkan ruangan", ["Siti Rahayu"], date(2026, 11, 30)),
    ("kirim laporan @siti @budi 30 Nov", "kirim laporan", ["Siti Rahayu", "Budi Santoso"], date(2026, 11, 30)),
    ("kirim laporan (Dewi Lestari, 1/12)", "kirim laporan", ["Dewi Lestari"], date(2026, 12, 1)),
    ("kirim laporan — Budi — besok", "kirim laporan", ["Budi Santoso"], date(2026, 11, 25)),
    ("kirim laporan @Dewi Lestari 2026-12-01", "kirim laporan", ["Dewi Lestari"], date(2026, 12, 1)),
    ("kirim laporan PIC: Pak Lurah", "kirim laporan", ["Pak Lurah"], None),
    ("kirim laporan @entah", "kirim laporan", ["entah"], None),
    ("**kirim** surat ke budi@kantor.example", "kirim surat ke budi@kantor.example", [], None),
    ("kirim laporan @siti 31 Februari", "kirim laporan 31 Februari", ["Siti Rahayu"], None),
    ("koordinasi dengan tim (segera)", "koordinasi dengan tim (segera)", [], None),
    ("@siti Jumat", "@siti Jumat", ["Siti Rahayu"], date(2026, 11, 27)),
]


def test_who_and_until_when(hadir: Hadir) -> None:
    t = hadir.catalogues.speak("id")
    with hadir.database.read() as db:
        names = meaning.Names(db, frozenset(), TUESDAY)
        for words, text, people, due in SAID:
            meant = meaning.read(words, TUESDAY, t, names)
            assert (meant.text, [name for _, name in meant.people], meant.due) == (text, people, due), words
            assert bool(meant.wrong_day) is ("Februari" in words)
        wrong = meaning.read("kirim laporan @siti 31 Februari", TUESDAY, t, names).wrong_day
    assert "28 hari" in plain(wrong)


def test_a_namesake_who_is_invited_is_meant_and_else_the_name_stays(hadir: Hadir) -> None:
    change(hadir, "kartika", name="Kartika Lestari")
    dewi = person_id(hadir, "dewi")
    t = hadir.catalogues.speak("id")
    with hadir.database.read() as db:
        assert meaning.read("rapikan (Lestari)", TUESDAY, t, meaning.Names(db, frozenset(), TUESDAY)).people == ()
        assert meaning.read("rapikan (Lestari)", TUESDAY, t, meaning.Names(db, frozenset({dewi}), TUESDAY)).people == (
            (dewi, "Dewi Lestari"),
        )


# ---------------------------------------------------------------- two texts made one


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged", "conflicts"),
    [
        ("a\nb\n", "a\nb\nc\n", "0\na\nb\n", "0\na\nb\nc\n", 0),
        ("a\n", "a\nX\n", "a\nY\n", "a\nY\nX\n", 0),  # both have added: both stand there
        ("a\n", "a\nX\n", "a\nX\n", "a\nX\n", 0),
        ("a\nb\nc\n", "a\nc\n", "a\nb\nc\nd\n", "a\nc\nd\n", 0),
        ("a\nb\n", "a\nB\n", "a\nb\nmore\n", "a\nB\nmore\n", 0),  # one has changed a line, the other added below it
        (
            "a\nb\nc\n",
            "a\nmine\nc\n",
            "a\ntheirs\nc\n",
            f"a\n{MARKS.mine}\nmine\n{MARKS.theirs}\ntheirs\n{MARKS.end}\nc\n",
            1,
        ),
        ("a\nb\nc\n", "a\nc\n", "a\nB\nc\n", f"a\n{MARKS.mine}\n(dihapus)\n{MARKS.theirs}\nB\n{MARKS.end}\nc\n", 1),
        ("", "mine\n", "theirs\n", "theirs\nmine\n", 0),
    ],
)
def test_two_who_wrote_at_once(base: str, mine: str, theirs: str, merged: str, conflicts: int) -> None:
    found = merging.merge(base, mine, theirs, MARKS)
    assert (found.text, found.conflicts) == (merged, conflicts)
    assert merging.conflicts_in(found.text) == conflicts


_LINES = st.lists(st.sampled_from("abcdefgh"), max_size=12)


@settings(max_examples=300, deadline=None)
@given(_LINES, _LINES, _LINES)
def test_what_somebody_has_added_is_there_afterwards(base: list[str], mine: list[str], theirs: list[str]) -> None:
    texts = ["".join(f"{line}\n" for line in lines) for lines in (base, mine, theirs)]
    merged = merging.merge(*texts, MARKS)
    for lines in (mine, theirs):
        for line in set(lines) - set(base):
            assert line in merged.text.split("\n")
    assert merging.merge(texts[0], texts[1], texts[0], MARKS).text == texts[1]
    assert merging.merge(texts[0], texts[0], texts[2], MARKS).text == texts[2]


def test_a_megabyte_is_merged_whatever_its_lines_are() -> None:
    lines = [f"{number}. pembahasan nomor {number} tentang anggaran" for number in range(22_000)]
    text = "\n".join(lines) + "\n"
    mine = text.replace("nomor 500 ", "nomor lima ratus ")
    theirs = "awal\n" + text.replace("nomor 20000 ", "nomor dua puluh ribu ") + "akhir\n"
    merged = merging.merge(text, mine, theirs, MARKS)
    assert merged.conflicts == 0
    assert {"awal", "akhir"} <= set(merged.text.split("\n"))
    assert "lima ratus" in merged.text
    assert "dua puluh ribu" in merged.text
    same = "x\n" * 200_000
    assert merging.merge(same, same + "mine\n", "theirs\n" + same, MARKS).text == "theirs\n" + same + "mine\n"


# ---------------------------------------------------------------- days of reminders


def test_reminders_fall_on_working_days_only() -> None:
    """Due on Monday the 30th; weekends are free, and so is Friday the 27th."""
    free = {date(2026, 11, 27)}

    def works(day: date) -> bool:
        return day.weekday() < 5 and day not in free

    due = date(2026, 11, 30)
    days = [date(2026, 11, 23 + n) if n < 8 else date(2026, 12, n - 7) for n in range(25)]
    assert [day for day in days if works(day) and is_day(due, day, works)] == [
        date(2026, 11, 26),  # the last working day before it
        date(2026, 11, 30),
        date(2026, 12, 7),
        date(2026, 12, 14),
    ]
    saturday = date(2026, 11, 28)
    assert [day for day in days[:9] if works(day) and is_day(saturday, day, works)] == [date(2026, 11, 26), date(2026, 11, 30)]
    assert not is_day(None, due, works)
