"""Letters as photos: small and upright, silent about place and camera, whatever is sent; and as PDF."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from integration import pictures, uploads
from integration.i18n import Catalogues
from integration.messages import File, plain
from tests.photos import CAMERA, PLACE, bomb, photo, picture, resized

T = Catalogues([]).speak("id")
PDF = b"%PDF-1.7 surat"


def opened(content: bytes) -> Image.Image:
    with BytesIO(content) as source:
        image = Image.open(source)
        image.load()
        return image


def refused(content: bytes, name: str = "surat.jpg") -> str:
    with pytest.raises(uploads.Unusable) as error:
        uploads.receive(name, content, T)
    return plain(error.value.text)


# ---------------------------------------------------------------- photos


def test_a_photo_becomes_small_enough_to_read_and_to_keep() -> None:
    file = uploads.receive("IMG_2026.JPG", photo(), T)
    image = opened(file.content)
    assert (file.name, file.media_type, image.format) == ("IMG_2026.JPG", "image/jpeg", "JPEG")
    assert image.size == (1800, 2400)  # it was held upright
    assert len(file.content) < 1 << 20


def test_nothing_of_place_and_camera_is_kept() -> None:
    before = photo(400, 300)
    assert PLACE in before
    assert CAMERA in before
    after = uploads.receive("a.jpg", before, T).content
    assert PLACE not in after
    assert CAMERA not in after
    assert b"Exif" not in after
    assert not opened(after).getexif()


@pytest.mark.parametrize("turn", range(1, 9))
def test_however_the_camera_was_held_the_letter_stands_upright(turn: int) -> None:
    """As Pillow itself turns it."""
    from PIL import ImageOps

    with Image.open(BytesIO(photo(320, 200, turn))) as image:
        right = ImageOps.exif_transpose(image).convert("L").resize((8, 8))
    found = opened(uploads.receive("a.jpg", photo(320, 200, turn), T).content).convert("L").resize((8, 8))
    assert max(abs(a - b) for a, b in zip(right.tobytes(), found.tobytes(), strict=True)) < 12


def test_a_small_picture_is_not_made_larger() -> None:
    assert opened(uploads.receive("a.png", picture(300, 200, "PNG"), T).content).size == (300, 200)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_screenshot_of_any_kind_becomes_a_jpg(mode: str) -> None:
    file = uploads.receive("tangkapan layar.png", picture(kind="PNG", mode=mode), T)
    assert (file.name, file.media_type, opened(file.content).size) == ("tangkapan layar.jpg", "image/jpeg", (60, 40))


def test_sixteen_bits_of_grey_stay_grey() -> None:
    with BytesIO() as target:
        Image.new("I;16", (20, 20), 40_000).save(target, "PNG")
        content = target.getvalue()
    assert opened(uploads.receive("scan.png", content, T).content).getpixel((5, 5)) == 40_000 // 256


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_is_paper(mode: str) -> None:
    with BytesIO() as target:
        Image.new(mode, (20, 20)).save(target, "PNG")
        content = target.getvalue()
    assert opened(uploads.receive("scan.png", content, T).content).convert("L").getpixel((5, 5)) == 255


def test_colours_of_a_printer_can_be_read() -> None:
    assert opened(uploads.receive("a.jpg", picture(mode="CMYK"), T).content).mode == "RGB"


def test_a_panorama_stays_a_line() -> None:
    assert opened(uploads.receive("a.jpg", picture(9_600, 2), T).content).size == (2400, 1)


def test_the_size_is_read_without_the_picture() -> None:
    for kind in ("PNG", "JPEG"):
        assert pictures.pixels(picture(321, 123, kind)[:800]) == (321, 123)
    assert pictures.pixels(picture(321, 123, progressive=True)[:800]) == (321, 123)
    assert pictures.pixels(b"\xff\xd8\xff") == pictures.pixels(PDF) == pictures.pixels(b"") == (0, 0)


# ---------------------------------------------------------------- what cannot be taken, and what to do then


def test_a_photo_of_an_iphone_is_explained() -> None:
    for brand in (b"heic", b"mif1", b"heix"):
        said = refused(b"\x00\x00\x00\x24ftyp" + brand + b"\x00" * 99, "IMG_0001.HEIC")
        assert "HEIC" in said
        assert "screenshot" in said
        assert "Paling Kompatibel" in said


def test_a_photo_and_a_pdf_have_limits_of_their_own() -> None:
    large = picture() + bytes(uploads.LARGEST_BYTES)
    assert "paling besar 25 MB" in refused(large)
    assert "PDF terlalu besar, paling besar 5 MB" in refused(PDF + bytes(uploads.LARGEST_PDF_BYTES), "surat.pdf")
    padded = picture() + bytes(uploads.LARGEST_PDF_BYTES)  # as telephones hang a film on a photo
    assert len(uploads.receive("a.jpg", padded, T).content) < 10_000
    assert uploads.receive("a.pdf", PDF, T).content == PDF


@pytest.mark.parametrize("side", [6_400, 30_000, 2**31 - 1])
def test_a_bomb_is_not_unpacked(side: int) -> None:
    assert "pikselnya" in refused(bomb(side), "foto.png")


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ({}, (65_000, 65_000)),
        ({"progressive": True}, (7_000, 7_000)),
    ],
)
def test_a_jpg_that_says_it_is_enormous_is_not_unpacked(options: dict[str, bool], size: tuple[int, int]) -> None:
    assert "pikselnya" in refused(resized(picture(**options), *size))


@pytest.mark.parametrize("kind", ["camera", "scanner"])
def test_the_largest_that_are_taken_need_little_memory(tmp_path: Path, kind: str) -> None:
    """192 million pixels, which whole would be 770 MB, and a PNG of 40 million, in a process that may have 700 MB."""
    path = tmp_path / kind
    if kind == "camera":
        path.write_bytes(resized(picture(), 16_000, 12_000))
    else:
        path.write_bytes(picture(6_300, 6_300, "PNG", "RGBA", compress_level=1))
    script = (
        "import pathlib, resource, sys; from integration import pictures; import PIL.Image;"
        "resource.setrlimit(resource.RLIMIT_AS, (700 << 20,) * 2);"
        "print(pictures.pixels(pictures.letter(pathlib.Path(sys.argv[1]).read_bytes())))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout.strip(), done.stderr) == ("(2400, 1800)" if kind == "camera" else "(2400, 2400)", "")


def test_a_jpg_of_a_thousand_scans_is_no_photo() -> None:
    content = picture(progressive=True)
    assert "rusak" in refused(content[:-2] + b"\xff\xda" * 1_000 + content[-2:])


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_half_a_picture_is_asked_for_again(kind: str, part: float) -> None:
    content = picture(500, 400, kind)
    assert "rusak" in refused(content[: int(len(content) * part)])


def test_what_is_handed_on_is_looked_at_again() -> None:
    assert uploads.handed_on(File("a.exe", "text/html", PDF), T) == File("a.exe", "application/pdf", PDF)
    for content in (b"<html>", b"", PDF + bytes(uploads.LARGEST_PDF_BYTES)):
        with pytest.raises(uploads.Unusable):
            uploads.handed_on(File("a.pdf", "application/pdf", content), T)


@settings(deadline=None)
@given(st.binary(max_size=40), st.text(max_size=30))
def test_whatever_is_sent_is_a_known_type_or_refused(content: bytes, name: str) -> None:
    for beginning in (b"", b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"):
        try:
            file = uploads.receive(name, beginning + content, T)
        except uploads.Unusable:
            continue
        assert file.media_type in uploads.ACCEPTED
        assert "/" not in file.name
        assert file.name.lower().endswith((".pdf", ".jpg", ".jpeg"))


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # of damaged EXIF; the photo is taken without
@settings(deadline=None)
@given(st.data())
def test_a_photo_with_wrong_bytes_is_taken_or_refused(data: st.DataObject) -> None:
    content = bytearray(photo(64, 48) if data.draw(st.booleans()) else picture(kind="PNG"))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=20)):
        content[place] = data.draw(st.integers(0, 255))
    with suppress(uploads.Unusable):
        assert pictures.pixels(uploads.receive("a.jpg", bytes(content), T).content) != (0, 0)
