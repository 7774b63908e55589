"""Files with a form: recognised by their content, and nothing that was typed is lost when one cannot be taken."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask

from integration import uploads
from integration.adapters.browser.forms import form_link
from integration.core import Hadir
from integration.messages import Sender
from tests.adapters.browser.desk import scan, standing, text_of
from tests.photos import photo, picture

SITI = Sender("mattermost", "id-siti", "siti")
PDF, JPG = b"%PDF-1.7 surat", picture()


@pytest.fixture
def path(hadir: Hadir) -> str:
    return urlsplit(form_link(hadir, scan(), SITI)).path


def send(app: Flask, path: str, why: str = "demam", **files: tuple[bytes, str]):
    """As a browser sends it; the test client's own encoder would leave a large body's temporary file open."""
    parts = [b'Content-Disposition: form-data; name="why"\r\n\r\n' + why.encode()]
    for name, (content, named) in files.items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{named}"\r\nContent-Type: image/png\r\n\r\n'
        parts.append(head.encode() + content)
    body = b"".join(b"--grenze\r\n" + part + b"\r\n" for part in parts) + b"--grenze--\r\n"
    return app.test_client().post(path, data=body, content_type="multipart/form-data; boundary=grenze")


def test_a_file_arrives_with_its_real_type_and_name(app: Flask, path: str) -> None:
    done = send(app, path, letter=(JPG, "IMG 2026.JPEG"), more=(PDF, "../../surat:dokter"))
    assert done.status_code == 200
    said = text_of(done.text)
    assert "letter=IMG 2026.JPEG image/jpeg" in said
    assert f"-surat-dokter.pdf application/pdf {len(PDF)}" in said
    assert "/" not in said.split("more=")[1].split(" application")[0]


def test_the_page_asks_for_files_as_a_browser_sends_them(app: Flask, path: str) -> None:
    page = app.test_client().get(path).text
    assert 'enctype="multipart/form-data"' in page
    assert 'name="letter" type="file" accept=".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png" required' in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("content", "named", "said"),
    [
        (b"MZ\x90 program", "surat.pdf", "bukan berkas PDF, JPG, atau PNG"),
        (b"<svg onload=x>", "foto.png", "bukan berkas PDF, JPG, atau PNG"),
        (b"", "kosong.pdf", "Berkasnya kosong"),
        (PDF + b"0" * uploads.LARGEST_PDF_BYTES, "besar.pdf", "PDF terlalu besar, paling besar 5 MB"),
        (JPG + b"0" * uploads.LARGEST_BYTES, "besar.jpg", "Berkas terlalu besar, paling besar 25 MB"),
        (b"\x00\x00\x00\x24ftypheic....", "IMG_1.HEIC", "berformat HEIC"),
        (JPG[:200], "putus.jpg", "rusak atau tidak lengkap"),
    ],
)
def test_what_cannot_be_taken_is_explained_and_the_words_stay(app: Flask, path: str, content, named, said) -> None:
    page = send(app, path, letter=(content, named))
    assert page.status_code == 422
    assert said in text_of(page.text)
    assert standing(page.text)["why"] == "demam"
    assert send(app, path, letter=(PDF, "surat.pdf")).status_code == 200


def test_a_photo_straight_from_the_telephone_is_taken(app: Flask, path: str) -> None:
    """Larger than any letter may be once it is kept."""
    content = photo() + bytes(9 << 20)
    assert len(content) > uploads.LARGEST_PDF_BYTES
    done = send(app, path, letter=(content, "IMG_1.jpg"))
    assert done.status_code == 200
    size = int(text_of(done.text).split("image/jpeg ")[1].split()[0])
    assert 10_000 < size < 1 << 20


def test_a_refusal_of_the_whole_asks_for_the_file_too(app: Flask, path: str) -> None:
    page = send(app, path, why="penuh", letter=(PDF, "surat.pdf"))
    assert page.status_code == 422
    assert "Rak sudah penuh." in text_of(page.text)
    assert "Mohon pilih berkasnya lagi." in text_of(page.text)
    assert standing(page.text)["why"] == "penuh"


def test_a_missing_file_is_asked_for(app: Flask, path: str) -> None:
    page = send(app, path)
    assert page.status_code == 422
    assert "Mohon diisi." in text_of(page.text)


def test_a_good_file_has_to_be_chosen_again_when_something_else_is_wrong(app: Flask, path: str) -> None:
    page = send(app, path, why="salah", letter=(PDF, "surat.pdf"))
    assert page.status_code == 422
    assert "Alasan itu salah." in text_of(page.text)
    assert "Mohon pilih berkasnya lagi." in text_of(page.text)


def test_a_form_without_files_takes_no_large_body(app: Flask, hadir: Hadir) -> None:
    from tests.adapters.browser.desk import paper

    plain_path = urlsplit(form_link(hadir, paper(), SITI)).path
    answer = app.test_client().post(plain_path, data={"name": "x" * (2 << 20)})
    assert answer.status_code == 413


def test_more_than_the_forms_files_may_hold_is_refused(app: Flask, path: str) -> None:
    huge = PDF + b"0" * (5 * uploads.LARGEST_BYTES)
    page = send(app, path, letter=(huge, "surat.pdf"))
    assert page.status_code == 413
    assert "lebih dari 101 MB, jadi tidak dibaca" in text_of(page.text)
    assert send(app, path, letter=(PDF, "surat.pdf")).status_code == 200


def test_the_room_gives_the_page_that_takes_files(room) -> None:
    siti = room("siti")
    assert "Silakan isi formulirnya di halaman ini" in siti.types("/desk scan")
    assert "Buka formulir" in siti.sees()
    link = re.search(r'href="[^"]*(/form/[^"]+)"', siti.client.get("/room/siti").text)
    assert link
    assert 'type="file"' in siti.client.get(link[1]).text
