"""PDF with the agency's header and signatures, and datasets with their description; read back by programs not ours."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from integration.documents import dataset, fonts, rich, sign
from integration.documents.dataset import Dataset, Origin, Variable
from integration.documents.letterhead import Letterhead
from integration.documents.pdf import Document, Imprint
from integration.documents.rich import Run
from integration.documents.sign import Mark, SigningError
from integration.documents.signatures import Signature
from integration.documents.table import Cell, Column, Table
from integration.i18n import Catalogues
from integration.messages import clean
from integration.settings import Settings, load
from tests import paper
from tests.cast import JAKARTA, MONDAY_0728, at
from tests.certificates import PASSWORD, pkcs12_file

T = Catalogues([]).speak("id")
HEAD = Letterhead("Direktorat Aplikasi", "Kementerian Contoh", "Jalan Merdeka 1, Jakarta")
COLUMNS = (Column("No.", 25, "right"), Column("Nama", 150, grow=True), Column("Ket.", 150))


def document(head: Letterhead = HEAD, *, wide: bool = False) -> Document:
    return Document(T, head, Imprint("Rekap November 2026", "Direktorat Aplikasi", "Dibuat 30/11/2026"), wide=wide)


def saved(made: Document, folder: Path) -> Path:
    path = folder / "dokumen.pdf"
    path.write_bytes(made.finish())
    return path


def rows(count: int) -> list[list[str]]:
    return [[str(number), f"Pegawai {number}", "hadir"] for number in range(1, count + 1)]


# ---------------------------------------------------------------- pages


def test_the_first_page_says_whose_it_is_and_what(tmp_path: Path) -> None:
    made = document()
    made.begin("Rekap kehadiran", "November 2026")
    made.facts([("Nama", "Siti Rahayu"), ("NIP", "198501012010010003")])
    text = paper.words(saved(made, tmp_path))
    for words in ("Kementerian Contoh", "Direktorat Aplikasi", "Jalan Merdeka 1", "REKAP KEHADIRAN", "Siti Rahayu"):
        assert words in text
    assert "Halaman 1 dari 1" in text


def test_the_file_says_its_title_author_and_language(tmp_path: Path) -> None:
    path = saved(document(), tmp_path)
    about = paper.about(path)
    assert (about["Title"], about["Author"]) == ("Rekap November 2026", "Direktorat Aplikasi")
    assert about["Page size"].endswith("(A4)")
    assert b"/Lang (id)" in path.read_bytes()


def test_a_table_goes_on_with_its_heads_and_every_page_is_numbered(tmp_path: Path) -> None:
    made = document()
    made.begin("Daftar")
    made.table(Table(COLUMNS), rows(150))
    path = saved(made, tmp_path)
    pages = paper.words(path).rstrip("\f").split("\f")
    assert len(pages) == int(paper.about(path)["Pages"]) == made.pages > 2
    for number, page in enumerate(pages, 1):
        assert "Nama" in page
        assert f"Halaman {number} dari {len(pages)}" in page
    assert re.findall(r"Pegawai (\d+)", " ".join(pages)) == [str(number) for number in range(1, 151)]


def test_a_row_longer_than_a_page_is_cut_and_loses_nothing(tmp_path: Path) -> None:
    words = " ".join(f"kata{number}" for number in range(3000))
    made = document()
    made.begin("Panjang")
    made.table(Table(COLUMNS), [["1", "Siti", words], ["2", "Dewi", "hadir"]])
    text = paper.words(saved(made, tmp_path))
    assert made.pages > 1
    assert all(f"kata{number}" in text for number in range(3000))
    assert text.index("kata2999") < text.index("Dewi")


def test_a_long_name_is_wrapped_into_its_column(tmp_path: Path) -> None:
    name = "Dr. Ir. Muhammad Abdurrahman Wahid Hasyim Asy'ari Kusumawardhana, S.Kom., M.T.I., Ph.D."
    for line in fonts.wrap(name, 8.5, 100):
        assert fonts.width(line, 8.5) <= 100
    made = document()
    made.begin("Daftar")
    made.table(Table((Column("Nama", 80), Column("Ket.", 80))), [[name, "x"]])
    text = " ".join(paper.words(saved(made, tmp_path)).split())
    assert "Kusumawardhana," in text


@given(st.text(max_size=200), st.floats(20, 300))
def test_wrapping_loses_no_letter_and_never_overflows(text: str, room: float) -> None:
    lines = fonts.wrap(text, 8, room)
    assert "".join(lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert all(len(line) == 1 or fonts.width(line, 8) <= room for line in lines)


def test_words_are_drawn_and_never_interpreted(tmp_path: Path) -> None:
    made = document()
    made.begin("<b>Rapat</b> & lainnya", "Ⓐ \u202eterbalik")
    made.table(Table(COLUMNS), [["1", "<font color=red>Siti</font> &amp;", '=HYPERLINK("http://x")']])
    text = paper.words(saved(made, tmp_path))
    assert "<B>RAPAT</B> & LAINNYA" in text
    assert "<font color=red>Siti</font> &amp;" in text
    assert '=HYPERLINK("http://x")' in text
    assert "\u202e" not in text


def test_the_font_is_embedded_and_has_every_latin_name(tmp_path: Path) -> None:
    name = "Žižek Đặng Thị Ngọc Ánh Þórður Łukasz Ñuñez Çelik Ǻ Ḥasan ʻAlī"
    made = document()
    made.begin("Nama")
    made.paragraph(name)
    path = saved(made, tmp_path)
    assert name in paper.words(path)
    assert paper.fonts(path)
    for font in paper.fonts(path):
        assert font[-5:-2] == ["yes", "yes", "yes"], "embedded, a subset, with its letters' meaning"


def test_columns_too_wide_for_the_page_are_made_to_fit(tmp_path: Path) -> None:
    made = document()
    fitted = Table((Column("A", 600), Column("B", 300))).fitted(made.room)
    assert sum(column.width for column in fitted.columns) == pytest.approx(made.room)
    with pytest.raises(ValueError, match="a row has 1 columns"):
        made.table(Table(COLUMNS), [["nur eins"]])


def test_a_cell_may_span_columns(tmp_path: Path) -> None:
    made = document()
    made.begin("Jumlah")
    made.table(Table(COLUMNS), [[Cell("Jumlah", "#E3EDF6", bold=True, span=2), "12"]])
    assert "Jumlah" in paper.words(saved(made, tmp_path))


# ---------------------------------------------------------------- header and signatures


def test_a_logo_stands_in_the_header(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    Image.new("RGBA", (60, 80), (0, 80, 160, 255)).save(logo)
    made = document(replace(HEAD, logo=logo))
    made.begin("Rekap")
    assert b"/Image" in made.finish()


@pytest.mark.parametrize("content", [None, b"bukan gambar"])
def test_a_logo_that_cannot_be_read_is_left_out(tmp_path: Path, content: bytes | None) -> None:
    logo = tmp_path / "logo.png"
    if content:
        logo.write_bytes(content)
    made = document(replace(HEAD, logo=logo))
    made.begin("Rekap")
    assert "Direktorat Aplikasi" in paper.words(saved(made, tmp_path))


def test_without_an_agency_there_is_no_header(tmp_path: Path) -> None:
    made = document(Letterhead())
    made.begin("Rekap")
    assert paper.words(saved(made, tmp_path)).split()[0] == "REKAP"


def test_the_signature_block_has_place_date_position_name_and_nip(tmp_path: Path) -> None:
    made = document()
    made.begin("Rekap")
    made.signatures(
        "Jakarta, 30 November 2026",
        [Signature("Pegawai", "Siti Rahayu", "198501012010010003"), Signature("Atasan langsung", caption="Mengetahui,")],
    )
    text = paper.words(saved(made, tmp_path))
    for words in ("Jakarta, 30 November 2026", "Siti Rahayu", "NIP 198501012010010003", "Mengetahui,", "Atasan langsung"):
        assert words in text
    assert "NIP ......" in text, "an unknown name leaves a line to write on"


@pytest.mark.parametrize("count", range(20, 60))
def test_a_signature_block_is_never_alone_on_a_page(tmp_path: Path, count: int) -> None:
    made = document()
    made.begin("Rekap")
    made.table(Table(COLUMNS), rows(count), before_signatures=True)
    made.signatures("Jakarta, 30 November 2026", [Signature("Kepala", "Hendra Gunawan", "1970")])
    last = paper.words(saved(made, tmp_path)).rstrip("\f").split("\f")[-1]
    assert "Hendra Gunawan" in last
    assert f"Pegawai {count}" in last


# ---------------------------------------------------------------- electronic signatures


def settings(tmp_path: Path, file: Path | None, password: str = PASSWORD) -> Settings:
    return load({"HADIR_HOME": str(tmp_path)}, signing_pkcs12=file, signing_password=password)


def signed_page(tmp_path: Path, certificate: sign.Certificate, *, mark: bool = False) -> tuple[bytes, Path]:
    """The unsigned bytes, and the signed file."""
    made = document()
    made.begin("Rekap")
    made.signatures("Jakarta, 30 November 2026", [Signature("Kepala", "Rina Marlina", "1983")])
    content = made.finish()
    place = sign.place_for(made.places, certificate) if mark else None
    path = tmp_path / "bertanda.pdf"
    shown = Mark(place, T, JAKARTA) if place else None
    path.write_bytes(sign.sign(content, certificate, MONDAY_0728, reason="Rekap", place="Jakarta", mark=shown))
    return content, path


@pytest.mark.parametrize("curve", [False, True], ids=["rsa", "curve"])
def test_a_signature_is_valid_for_a_tool_that_is_not_ours(tmp_path: Path, curve: bool) -> None:
    file = pkcs12_file(tmp_path, MONDAY_0728, curve=curve)
    certificate = sign.open_certificate(settings(tmp_path, file), MONDAY_0728)
    content, path = signed_page(tmp_path, certificate)
    found = paper.signatures(path)
    assert found["Signature Validation"] == "Signature is Valid."
    assert found["Signature Type"] == "ETSI.CAdES.detached"
    assert found["Signer Certificate Common Name"] == "Rina Marlina"
    assert found["Signing Time"].startswith("Nov 23 2026")
    assert "Total document signed" in found
    assert path.read_bytes().startswith(content), "the unsigned document is in it as it was"


def test_a_changed_document_is_no_longer_valid(tmp_path: Path) -> None:
    certificate = sign.open_certificate(settings(tmp_path, pkcs12_file(tmp_path, MONDAY_0728)), MONDAY_0728)
    _, path = signed_page(tmp_path, certificate)
    path.write_bytes(path.read_bytes().replace(b"Rekap November 2026", b"Rekap Desember 2026", 1))
    assert paper.signatures(path)["Signature Validation"] != "Signature is Valid."


def test_a_signature_may_show_in_its_holders_place(tmp_path: Path) -> None:
    certificate = sign.open_certificate(settings(tmp_path, pkcs12_file(tmp_path, MONDAY_0728)), MONDAY_0728)
    _, path = signed_page(tmp_path, certificate, mark=True)
    assert paper.signatures(path)["Signature Validation"] == "Signature is Valid."
    text = " ".join(paper.words(path).split())
    assert "Ditandatangani secara elektronik oleh" in text
    assert "23/11/2026 07.28 WIB" in text


def test_somebody_elses_mark_does_not_stand_in_a_persons_place(tmp_path: Path) -> None:
    made = document()
    made.begin("Rekap")
    made.signatures("Jakarta", [Signature("Kepala", "Hendra Gunawan", "1970")])
    file = pkcs12_file(tmp_path, MONDAY_0728, name="Segel Elektronik Kementerian")
    certificate = sign.open_certificate(settings(tmp_path, file), MONDAY_0728)
    place = sign.place_for(made.places, certificate)
    assert place is not None
    assert place.name == ""
    assert place.right < min(other.left for other in made.places if other.name)


@pytest.mark.parametrize(
    ("file", "password", "said"),
    [
        ("none", PASSWORD, "HADIR_SIGNING_PKCS12_FILE must name a PKCS#12 file"),
        ("missing", PASSWORD, "which cannot be read: No such file"),
        ("text", PASSWORD, "is not a PKCS#12 file"),
        ("good", "salah", "the password is wrong; set HADIR_SIGNING_PASSWORD_FILE"),
        ("good", "", "a password is needed"),
        ("expired", PASSWORD, "expired on 2026-11-22"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_said(tmp_path: Path, file: str, password: str, said: str) -> None:
    path: Path | None = tmp_path / "tidak-ada.p12"
    if file == "none":
        path = None
    elif file == "text":
        path = tmp_path / "surat.txt"
        path.write_text("bukan sertifikat")
    elif file != "missing":
        path = pkcs12_file(tmp_path, MONDAY_0728, days=365 if file == "good" else -1)
    with pytest.raises(SigningError) as error:
        sign.open_certificate(settings(tmp_path, path, password), MONDAY_0728)
    assert said in str(error.value)


def test_a_certificate_of_tomorrow_does_not_sign_yet(tmp_path: Path) -> None:
    file = pkcs12_file(tmp_path, at("2028-11-23T07:28+07:00"))
    with pytest.raises(SigningError, match="is not valid before"):
        sign.open_certificate(settings(tmp_path, file), MONDAY_0728)


def test_a_file_without_a_password_needs_none(tmp_path: Path) -> None:
    file = pkcs12_file(tmp_path, MONDAY_0728, password="")
    assert sign.open_certificate(settings(tmp_path, file, ""), MONDAY_0728).name == "Rina Marlina"


def test_what_is_no_pdf_cannot_be_signed(tmp_path: Path) -> None:
    certificate = sign.open_certificate(settings(tmp_path, pkcs12_file(tmp_path, MONDAY_0728)), MONDAY_0728)
    with pytest.raises(SigningError, match="could not be signed"):
        sign.sign(b"bukan PDF", certificate, MONDAY_0728)


# ---------------------------------------------------------------- datasets

VARIABLES = (
    Variable("nama", "Nama", "string", "Nama pegawai", concept="Pegawai"),
    Variable("menit", "Terlambat", "integer", "Menit terlambat", measure="durasi", unit="menit", minimum=0),
    Variable("status", "Status", "string", "Hasil", codes={"hadir": "hadir"}, required=False, public=True),
)


def described(**changes: object) -> Dataset:
    given = Dataset(
        name="rekap",
        title="Rekap",
        description="Rekap kehadiran",
        variables=VARIABLES,
        first=date(2026, 11, 1),
        last=date(2026, 11, 30),
        produced_at=MONDAY_0728,
        origin=Origin("Direktorat Aplikasi", "datin@kantor.example", dataset.PERSONAL),
        source="Hadir",
        observation="pegawai per hari",
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def test_a_dataset_is_rfc_4180_and_formula_like_text_stays_text() -> None:
    target = io.BytesIO()
    names = ['=HYPERLINK("x")', "+62", "-1", "@siti", 'Siti "Ayu", S.Kom', "dua\nbaris", "Đặng"]
    written = dataset.write_csv(target, VARIABLES, [[name, 0, None] for name in names])
    content = target.getvalue()
    assert content.startswith(b"nama,menit,status\r\n")
    assert (written.rows, written.bytes, written.sha256) == (7, len(content), hashlib.sha256(content).hexdigest())
    read = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    assert [row[0] for row in read[1:]] == ['\'=HYPERLINK("x")', "'+62", "'-1", "'@siti", *names[4:]]
    assert read[1][1:] == ["0", ""]


def test_values_are_written_so_that_programs_read_them() -> None:
    target = io.BytesIO()
    dataset.write_csv(target, VARIABLES, [[date(2026, 11, 23), True, datetime.fromisoformat("2026-11-23T07:28:00+07:00")]])
    assert target.getvalue().splitlines()[1] == b"2026-11-23,true,2026-11-23T07:28:00+07:00"


def test_a_large_dataset_is_counted_right() -> None:
    target = io.BytesIO()
    written = dataset.write_csv(target, VARIABLES, (["Pegawai", number, "hadir"] for number in range(20_000)))
    assert written.rows == 20_000
    assert written.bytes == len(target.getvalue())
    assert written.sha256 == hashlib.sha256(target.getvalue()).hexdigest()


def test_the_description_says_what_the_columns_mean() -> None:
    target = io.BytesIO()
    written = dataset.write_csv(target, VARIABLES, [["Siti", 16, "hadir"]])
    found = json.loads(dataset.describe(described(), "rekap.csv", written))
    resource = found["resources"][0]
    assert (resource["path"], resource["bytes"], resource["hash"]) == ("rekap.csv", written.bytes, f"sha256:{written.sha256}")
    assert [field["name"] for field in resource["schema"]["fields"]] == ["nama", "menit", "status"]
    assert resource["schema"]["fields"][1] == {
        "name": "menit",
        "title": "Terlambat",
        "description": "Menit terlambat",
        "type": "integer",
        "unit": "menit",
        "constraints": {"required": True, "minimum": 0},
    }
    satu_data = found["satu_data"]
    assert satu_data["periode"] == {"awal": "2026-11-01", "akhir": "2026-11-30"}
    assert (satu_data["produsen_data"], satu_data["kontak"]) == ("Direktorat Aplikasi", "datin@kantor.example")
    assert (satu_data["klasifikasi_akses"], satu_data["jumlah_baris"]) == ("terbatas", 1)
    assert satu_data["variabel"][2]["klasifikasi"] == [{"kode": "hadir", "arti": "hadir"}]
    assert satu_data["variabel"][1]["satuan"] == "menit"
    assert satu_data["variabel"][0]["aturan_validasi"] == "wajib diisi"


def test_only_data_that_anybody_may_see_are_open() -> None:
    public = tuple(replace(variable, public=True) for variable in VARIABLES)
    target = io.BytesIO()
    written = dataset.write_csv(target, public, [])
    licence = Origin("Direktorat", "", "CC BY 4.0")
    found = json.loads(dataset.describe(described(variables=public, origin=licence), "rekap.csv", written))
    assert found["satu_data"]["klasifikasi_akses"] == "terbuka"
    assert found["licenses"][0]["title"] == "CC BY 4.0"


# ---------------------------------------------------------------- running text, letters, codes


def lines_of(runs: list[Run], room: float) -> list[str]:
    return ["".join(run.text for run in line) for line in rich.wrap(runs, 10, room)]


@given(st.lists(st.builds(Run, st.text(max_size=80), st.booleans(), st.booleans())), st.floats(40, 500))
def test_running_text_fits_its_column_and_no_letter_is_lost(runs: list[Run], room: float) -> None:
    found = lines_of(runs, room)
    for line in rich.wrap(runs, 10, room):
        assert sum(fonts.width(run.text, 10, run.bold) for run in line) <= room + 0.01
    said = "".join("".join(fonts.drawable(clean(run.text)).split()) for run in runs)
    assert "".join("".join(line.split()) for line in found) == said


def test_styles_meet_without_a_space_and_lines_break_where_they_are_broken() -> None:
    runs = [Run("Rapat "), Run("tebal", bold=True), Run(", lalu\nbaris "), Run("baru", italic=True), Run(".")]
    assert lines_of(runs, 400) == ["Rapat tebal, lalu", "baris baru."]
    assert lines_of([], 400) == [""]


def test_letters_that_the_font_lacks() -> None:
    assert fonts.drawable("Ñandú – “é” ✓") == "Ñandú – “é” ✓"
    assert fonts.drawable("e\u0301") == "é"
    assert fonts.drawable("会議 Иван") == "?? ????"
    assert fonts.drawable("Rapat ✅🎉 mulai") == "Rapat  mulai"
    assert fonts.drawable("ﬁle １２") == "file 12"


def test_words_longer_than_a_page_go_on(tmp_path: Path) -> None:
    made = document()
    made.begin("Daftar")
    made.facts([("Agenda", "\n".join(f"butir {n}." for n in range(200))), ("Tempat", "Aula")])
    text = paper.words(saved(made, tmp_path))
    assert all(f"butir {n}." in text for n in range(200))
    assert text.count("Agenda") == 1
    assert made.pages > 2


def test_a_signature_block_takes_the_last_row_along(tmp_path: Path) -> None:
    """Whatever the number of rows, nobody signs a page on which nothing stands."""
    for count in range(40, 56):
        made = document()
        made.begin("Daftar")
        made.table(Table(COLUMNS), rows(count), before_signatures=True)
        made.signatures("Jakarta, 30 November 2026", (Signature("Kepala", "Siti Rahayu"),))
        last = paper.words(saved(made, tmp_path)).rstrip("\f").split("\f")[-1]
        assert "Siti Rahayu" in last
        assert f"Pegawai {count} " in last


def test_rows_are_tall_enough_for_a_hand(tmp_path: Path) -> None:
    made = document()
    made.begin("Daftar")
    made.table(Table(COLUMNS, row_height=60), rows(30))
    made.finish()
    assert made.pages == 3
