"""`/jadwal tim`: a unit's week as a table and as a picture; of absences only that somebody is not there."""

from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image
from sqlalchemy import select

from integration import people
from integration.adapters.mattermost.render import escape
from integration.messages import render
from plugins.jadwal import picture
from tests.cast import APLIKASI, NIP, at
from tests.plugins.jadwal.published import publish
from tests.post import change, inbox, labels


@pytest.fixture
def rota(hadir):
    return publish(hadir)


def table(text):
    """Name → what stands behind it."""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return {name.strip("*"): cells for name, *cells in rows if not name.startswith("-")}


def away(hadir, who, **excuse):
    """`who` is excused on Tuesday."""
    with hadir.database.read() as db:
        id = people.search(db, NIP[who])[0].id

    def provide(request):
        return {key: replace(plan, **excuse) for key, plan in request.plans.items() if key[0] == id and key[1].day == 24}

    hadir.workdays.providers += (provide,)


def add_people(hadir, count):
    with hadir.database.write() as db:
        unit = db.scalar(select(people.unit.c.id).where(people.unit.c.name == APLIKASI))
        row = {"unit_id": unit, "zone": "Asia/Jakarta", "roles": ["pegawai"]}
        rows = [row | {"nip": f"{number}", "name": f"Orang {number:03} dengan nama yang panjang"} for number in range(count)]
        db.execute(people.person.insert(), rows)


# ---------------------------------------------------------------- the table


def test_the_week_of_ones_own_unit(chat, rota):
    siti = chat("siti")
    text = siti.says("/jadwal tim")
    assert text.splitlines()[0] == "**Bidang Aplikasi** — 23–27 November 2026"
    assert table(text) == {
        "Nama": ["**Sen 23**", "Sel 24", "Rab 25", "Kam 26", "Jum 27"],
        "Budi Santoso": ["O", "H", "O", "O", "H"],
        "Dewi Lestari": ["H", "O ★", "H", "O", "O"],
        "Hendra Gunawan": ["O", "O", "O", "O", "O"],
        "I Wayan Sudarta": ["O", "O", "H", "O", "H"],
        "Siti Rahayu": ["O", "H", "O", "H", "O"],
        "Yosef Wenda": ["H", "O", "O", "H", "O ★"],
        "Di kantor": ["4", "4", "4", "4", "4"],
    }
    assert text.splitlines()[-1] == "O kantor · H rumah · ★ siaga"
    assert labels(siti.last) == ["Gambar", "← 16–20 November 2026", "→ 30 Nov–4 Des 2026"]


def test_without_a_rota_it_says_so(chat):
    lines = chat("siti").says("/jadwal tim").splitlines()
    assert lines[1] == "Jadwal WFO/WFH untuk pekan ini belum terbit."
    assert lines[-1] == "K kerja, tempat belum diatur"
    assert "Di kantor" not in "".join(lines)


def test_a_colleague_sees_that_somebody_is_not_there_and_never_why(chat, hadir, rota):
    away(hadir, "siti", excuse="sakit", excuse_source="SKD-7/2026")
    for reader in ("dewi", "budi", "rina"):
        text = chat(reader).says("/jadwal tim bidang aplikasi")
        assert table(text)["Siti Rahayu"] == ["O", "–", "O", "H", "O"]
        assert "sakit" not in text
        assert "SKD" not in text
        assert "– tidak di kantor" in text


def test_holidays_are_marked_for_everybody(chat, hadir):
    text = chat("siti").says("/jadwal tim 25/12")
    assert table(text)["Siti Rahayu"] == ["K", "K", "K", "L", "L"]
    assert "L libur" in text


def test_a_weekend_is_shown_where_somebody_works(chat, hadir):
    publish(hadir, {"siti": "O O O O O O/sif-pagi"})
    assert table(chat("siti").says("/jadwal tim"))["Siti Rahayu"] == ["O", "O", "O", "O", "O", "O"]


@pytest.mark.parametrize(
    "said", ["tim pekan depan", "tim 1/12", "tim aplikasi minggu depan", "tim pekan depan bidang aplikasi"]
)
def test_another_week(chat, rota, said):
    assert chat("siti").says(f"/jadwal {said}").startswith("**Bidang Aplikasi** — 30 Nov–4 Des 2026")


def test_weeks_by_button_keep_the_unit(chat, rota):
    rina = chat("rina")
    rina.says("/jadwal tim aplikasi")
    assert rina.presses("→ 30 Nov–4 Des 2026").startswith("**Bidang Aplikasi** — 30 Nov–4 Des 2026")
    assert rina.presses("← 23–27 November 2026").startswith("**Bidang Aplikasi** — 23–27 November 2026")


def test_on_a_weekend_the_coming_week(chat, rota):
    assert "30 Nov–4 Des" in chat("siti").says("/jadwal tim", at=at("2026-11-28T10:00+07:00"))


def test_whose_unit_one_sees(chat, rota):
    siti = chat("siti")
    assert siti.says("/jadwal tim kepegawaian") == "Anda dapat melihat unit Anda sendiri (Bidang Aplikasi): `/jadwal tim`"
    assert siti.last.refused
    assert chat("rina").says("/jadwal tim aplikasi").startswith("**Bidang Aplikasi**")  # personnel
    assert chat("hendra").says("/jadwal tim kepegawaian").startswith("**Subbagian Kepegawaian**")  # somebody below him is there
    assert chat("budi").says("/jadwal tim kepegawaian").startswith("Anda dapat melihat unit Anda sendiri")
    assert chat("rina").says("/jadwal tim gudang") == "Tidak ada unit bernama “gudang”."
    assert chat("rina").says("/jadwal tim b") == "Unit yang mana: Bidang Aplikasi, Subbagian Kepegawaian?"


def test_who_left_or_has_not_come_yet_is_not_in_the_week(chat, hadir, rota):
    change(hadir, "siti", ended_on=at("2026-11-20T00:00+07:00").date())
    change(hadir, "dewi", started_on=at("2026-11-26T12:00+07:00").date())
    rows = table(chat("budi").says("/jadwal tim"))
    assert "Siti Rahayu" not in rows
    assert rows["Dewi Lestari"] == ["", "", "", "O", "O"]
    assert "Dewi Lestari" not in table(chat("budi").says("/jadwal tim pekan lalu"))


def test_a_large_unit_fits_into_a_message(chat, hadir):
    add_people(hadir, 200)
    text = chat("siti").says("/jadwal tim")
    assert len(text) < 16_000
    assert "… dan 86 lagi" in text


def test_names_are_no_markup(chat, hadir):
    change(hadir, "dewi", name="@all | **Dewi** [x](y)")
    answer = chat("siti")
    answer.says("/jadwal tim")
    shown = render(answer.last.text, escape)
    assert "\\*\\*Dewi\\*\\*" in shown
    assert "\\|" in shown
    assert "@all" not in shown


# ---------------------------------------------------------------- the picture


def pictures(files):
    return [Image.open(BytesIO(file.content)) for file in files]


def test_a_picture_is_sent_in_a_direct_message(chat, hadir, rota):
    siti = chat("siti")
    siti.says("/jadwal tim")
    assert siti.presses("Gambar") == "jadwal-2026-11-23.png: lihat di pesan langsung dari Hadir."
    [message] = inbox(hadir, "siti")
    [file] = message.files
    assert (file.name, file.media_type) == ("jadwal-2026-11-23.png", "image/png")
    [image] = pictures(message.files)
    assert image.format == "PNG"
    assert image.width == 1080
    assert len(file.content) < 100_000


def rows_with_ink(image):
    """How many rows of pixels hold dark ink within the column of names."""
    names = image.convert("L").crop((0, 0, 400, image.height))
    return sum(min(names.crop((0, y, 400, y + 1)).tobytes()) < 100 for y in range(image.height))


def test_everybodys_name_is_in_it(chat, hadir, rota):
    siti = chat("siti")
    siti.hadir.dispatcher.shows_files = frozenset({"mattermost"})
    siti.says("/jadwal gambar")
    [six] = pictures(siti.last.files)
    add_people(hadir, 6)
    siti.says("/jadwal gambar")
    [twelve] = pictures(siti.last.files)
    assert twelve.height > six.height
    assert rows_with_ink(twelve) > rows_with_ink(six) + 6 * 15
    assert six.convert("RGB").getcolors(200_000) is not None


def test_places_differ_without_any_colour(chat, hadir):
    """In grey, an office day and one at home still differ by their letters and by their lightness."""
    publish(hadir, {"siti": "O H A O* ."})
    siti = chat("siti")
    siti.hadir.dispatcher.shows_files = frozenset({"mattermost"})
    siti.says("/jadwal gambar")
    [image] = pictures(siti.last.files)
    grey = image.convert("L")
    width = (1080 - 64 - 400) / 5
    # Siti is the fifth of six by name.
    cells = []
    for column in range(4):
        left = int(432 + column * width)
        top = image.height - 32 - 38 - 24 - 62 - 62 * 2
        cells.append(grey.crop((left, top, left + int(width), top + 62)).tobytes())
    assert len(set(cells)) == 4
    lightness = sorted(Image.new("RGB", (1, 1), picture._FILL[code]).convert("L").getpixel((0, 0)) for code in "OHA")
    assert min(b - a for a, b in pairwise(lightness)) > 15


def test_many_people_are_several_pictures_of_about_one_size(chat, hadir):
    add_people(hadir, 60)
    siti = chat("siti")
    siti.hadir.dispatcher.shows_files = frozenset({"mattermost"})
    siti.says("/jadwal gambar")
    assert [file.name for file in siti.last.files] == [f"jadwal-2026-11-23-{n}.png" for n in (1, 2, 3)]
    heights = [image.height for image in pictures(siti.last.files)]
    assert max(heights) - min(heights) <= 62
    assert max(heights) < 2_400


@pytest.mark.parametrize("name", ["Nguyễn Thị Ánh", "Łukasz Żółć", "Gülşen Özdemir", "José Peña-Íñiguez", "Ørsted Æther"])
def test_every_latin_letter_has_its_shape(name):
    font = picture._font(30)
    missing = bytes(font.getmask("\ufffe"))
    assert [letter for letter in name if letter != " " and bytes(font.getmask(letter)) == missing] == []


def test_long_names_are_cut_to_their_column():
    font = picture._font(30)
    shown = picture.fitted("Raden Ayu Kartini Djojoadhiningrat binti Sosroningrat", font, 380)
    assert shown.endswith("…")
    assert font.getlength(shown) <= 380
    assert picture.fitted("Ani", font, 380) == "Ani"


def test_a_picture_of_another_unit_needs_the_right(chat, hadir, rota):
    rina = chat("rina")
    rina.says("/jadwal tim aplikasi")
    button = rina.last.buttons[0]
    assert chat("agus").presses(button).startswith("Anda dapat melihat unit Anda sendiri")
    assert inbox(hadir, "agus") == []
