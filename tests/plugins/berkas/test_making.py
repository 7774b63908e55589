"""`/berkas baru`: documents from nothing and from the office's templates."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

import pytest

from plugins.berkas import office_files
from tests.plugins.berkas.conftest import GENERAL
from tests.post import audited, labels

FOLDER = "Hadir/Bidang Aplikasi/Berkas/2026"


@pytest.mark.parametrize(
    ("line", "name", "kind"),
    [
        ("dokumen notulen rapat", "notulen rapat.odt", office_files.TEXT),
        ("excel anggaran 2027", "anggaran 2027.ods", office_files.SHEET),
        ("presentasi", "Presentasi 23 November 2026.odp", office_files.SLIDES),
        ("formulir cuti & <izin>", "cuti & -izin-.odt", office_files.TEXT),
        ("dokumen laporan.odt", "laporan.odt", office_files.TEXT),
    ],
)
def test_each_kind_is_a_valid_file(at, office, cloud, works, line, name, kind):
    assert at("siti").says(f"/berkas baru {line}") == "Sedang dibuat. Tautannya datang lewat pesan langsung."
    works()
    told = office.told("siti")[0]
    assert told.startswith(f"Sudah dibuat: **{name}**, di {FOLDER}.\n[Buka berkas](https://awan.example/f/")
    content = cloud.get(f"{FOLDER}/{name}")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, archive.read(first).decode()) == ("mimetype", zipfile.ZIP_STORED, kind)
        manifest = ElementTree.fromstring(archive.read("META-INF/manifest.xml"))  # noqa: S314  # our own
        listed = {value for entry in manifest for key, value in entry.attrib.items() if key.endswith("full-path")}
        assert listed == {"/", "content.xml", "styles.xml"}
        for part in ("content.xml", "styles.xml"):
            ElementTree.fromstring(archive.read(part))  # noqa: S314  # our own


def test_a_menu_without_words(at, office, cloud):
    siti = at("siti")
    siti.says("/berkas baru")
    assert labels(siti.last) == ["Dokumen", "Lembar", "Presentasi", "Formulir", "Templat kantor"]


def test_the_offices_template_is_copied(at, office, cloud, works):
    cloud.put("Hadir/Templat/Nota Dinas.docx", b"kop surat", "")
    cloud.put("Hadir/Templat/Dokumen.odt", b"kop kantor", "")
    siti = at("siti")
    assert "- Nota Dinas" in siti.says("/berkas templat")
    siti.presses("Nota Dinas")
    works()
    assert cloud.get(f"{FOLDER}/Nota Dinas 23 November 2026.docx") == b"kop surat"
    siti.says("/berkas baru dokumen undangan")  # the office's own in the place of ours
    works()
    assert cloud.get(f"{FOLDER}/undangan.odt") == b"kop kantor"


def test_an_unknown_template_names_what_there_is(at, office, cloud, works):
    cloud.put("Hadir/Templat/Nota Dinas.docx", b"x", "")
    at("siti").says("/berkas baru kuitansi")
    works()
    assert "Tidak ada templat “kuitansi”" in office.told("siti")[0]
    assert labels(office.last("siti"))[:2] == ["Nota Dinas", "Dokumen"]


def test_no_templates_yet_and_a_drive_that_is_down(at, office, cloud):
    assert "Administrator menaruhnya di `Hadir/Templat`" in at("siti").says("/berkas templat")
    cloud.down = True
    assert "tidak menjawab" in at("siti").says("/berkas templat")


def test_a_name_that_is_taken_gets_a_number(at, office, cloud, works):
    cloud.put(f"{FOLDER}/notulen.odt", b"of somebody else", "")
    at("siti").says("/berkas baru dokumen notulen")
    works()
    assert cloud.get(f"{FOLDER}/notulen.odt") == b"of somebody else"
    assert cloud.stat(f"{FOLDER}/notulen (2).odt")


def test_it_goes_into_the_channels_folder_and_can_be_taken_back(at, office, cloud, works, hadir):
    office.people[GENERAL.id] = ["budi", "siti"]
    at("budi").says("/berkas kanal SPBE")
    works()
    siti = at("siti")
    siti.says("/berkas baru lembar anggaran")
    works()
    assert cloud.stat("Hadir/Kanal/SPBE/anggaran.ods")
    siti.presses(next(b for b in office.last("siti").buttons if b.label == "Batalkan"))
    works()
    assert cloud.stat("Hadir/Kanal/SPBE/anggaran.ods") is None
    assert len(audited(hadir, "berkas.undone")) == 1
