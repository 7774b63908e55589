"""Files of strangers: what is no letter, whose form it is, how often it works, where a file may come to lie."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update

from integration import people
from integration.adapters.browser.forms import form_link
from integration.app import connect, create_app
from integration.core import Hadir
from integration.messages import File, Form, FormSubmission, plain
from integration.outbox import outbox
from integration.uploads import LARGEST_BYTES, LARGEST_PDF_BYTES
from plugins.izin.tables import absence
from tests import cast
from tests.adapters.browser.test_uploads import send
from tests.photos import bomb
from tests.plugins.izin.post import approved
from tests.post import inbox
from tests.security.conftest import change
from tests.security.test_words import HOSTILE

pytestmark = pytest.mark.in_turn

Chat = Callable[[str], cast.Talker]

PDF = b"%PDF-1.7 surat dokter"
NO_LETTERS = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "html before the beginning of a PDF": b"<script>alert(1)</script>%PDF-1.7",
    "white space before it": b" %PDF-1.7",
    "zip": b"PK\x03\x04 macro.docm",
    "program": b"MZ\x90\x00",
    "elf": b"\x7fELF",
    "gif": b"GIF89a<script>",
    "nothing": b"",
    "half a beginning": b"%PD",
    "too large": b"%PDF-" + bytes(LARGEST_PDF_BYTES),
    "a picture by its beginning alone": b"\xff\xd8\xff\xe0<script>",
    "a bomb": bomb(30_000),
    "a photo of an iPhone": b"\x00\x00\x00\x24ftypheic" + bytes(40),
}


@pytest.fixture
def app(hadir: Hadir) -> Flask:
    return create_app(connect(hadir))


@pytest.fixture
def ill(hadir: Hadir, chat: Chat) -> None:
    approved(hadir, chat, "/izin sakit 23/11 - 27/11 demam berdarah")


def sheet(hadir: Hadir, chat: Chat, who: str = "siti") -> str:
    """The address of the form for a letter."""
    talker = chat(who)
    talker.says("/izin surat")
    assert isinstance(talker.last, Form), talker.last
    return urlsplit(form_link(hadir, talker.last, talker.sender)).path


def sent(app: Flask, path: str, content: bytes, name: str = "surat.pdf", which: str = "1", number: str = ""):
    parts = {"which": which, "number": number}
    body = b"".join(f'--g\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in parts.items())
    head = f'--g\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
    body += head.encode() + content + b"\r\n--g--\r\n"
    return app.test_client().post(path, data=body, content_type="multipart/form-data; boundary=g")


def stored(hadir: Hadir) -> list[str]:
    """Where files were queued to go."""
    with hadir.database.read() as db:
        return [each["path"] for each in db.scalars(select(outbox.c.payload).where(outbox.c.kind == "storage"))]


def kept(hadir: Hadir) -> tuple[str, str]:
    with hadir.database.read() as db:
        row = db.execute(select(absence.c.letter_path, absence.c.letter_number)).one()
    return row.letter_path, row.letter_number


# ---------------------------------------------------------------- what is no letter


@pytest.mark.parametrize("what", NO_LETTERS)
def test_what_is_no_letter_is_not_kept(app: Flask, hadir: Hadir, chat: Chat, ill: None, what: str) -> None:
    done = sent(app, sheet(hadir, chat), NO_LETTERS[what])
    assert done.status_code in (413, 422)
    assert (stored(hadir), kept(hadir)) == ([], ("", ""))


def test_a_name_with_another_ending_decides_nothing(app: Flask, hadir: Hadir, chat: Chat, ill: None) -> None:
    """A real PDF that also is something else comes to lie as a PDF, under a name of ours."""
    assert sent(app, sheet(hadir, chat), PDF + b"<script>alert(1)</script>", "surat.html").status_code == 200
    [path] = stored(hadir)
    assert path.endswith(".pdf")
    assert "html" not in path


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "a/b.pdf", "..\\..\\x.pdf", "\u202efdp.exe", "x" * 3_000 + ".pdf", ".htaccess", "a;b.pdf"]
)
def test_the_name_of_a_file_leads_nowhere(app: Flask, hadir: Hadir, chat: Chat, ill: None, name: str) -> None:
    assert sent(app, sheet(hadir, chat), PDF, name).status_code == 200
    [path] = stored(hadir)
    assert path == f"Izin/{cast.APLIKASI}/2026/2026-11-23 {cast.NIP['siti']} 1.pdf"


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_the_name_of_a_unit_leads_nowhere(app: Flask, hadir: Hadir, chat: Chat, ill: None, number: int) -> None:
    words = "".join(char for char in HOSTILE[number] if char != "\x00")[:150]
    with hadir.database.write() as db:
        db.execute(update(people.unit).where(people.unit.c.name == cast.APLIKASI).values(name=f"../{words}/../"))
    assert sent(app, sheet(hadir, chat), PDF).status_code == 200
    [path] = stored(hadir)
    parts = PurePosixPath(path).parts
    assert (len(parts), parts[0], parts[2]) == (4, "Izin", "2026")
    assert not parts[1].startswith(".")


# ---------------------------------------------------------------- whose form it is


def test_a_form_is_used_once(app: Flask, hadir: Hadir, chat: Chat, ill: None) -> None:
    path = sheet(hadir, chat)
    assert sent(app, path, PDF).status_code == 200
    assert sent(app, path, PDF + b"2").status_code == 403
    assert len(stored(hadir)) == 1


def test_a_file_that_cannot_be_taken_does_not_use_it_up(app: Flask, hadir: Hadir, chat: Chat, ill: None) -> None:
    path = sheet(hadir, chat)
    assert sent(app, path, b"<svg/>").status_code == 422
    assert sent(app, path, PDF).status_code == 200


def test_a_form_expires(app: Flask, hadir: Hadir, chat: Chat, ill: None, clock: cast.Clock) -> None:
    path = sheet(hadir, chat)
    clock.now += timedelta(minutes=61)
    assert sent(app, path, PDF).status_code == 403
    assert stored(hadir) == []


def test_a_form_of_who_has_left_keeps_nothing(app: Flask, hadir: Hadir, chat: Chat, ill: None, clock: cast.Clock) -> None:
    path = sheet(hadir, chat)
    change(hadir, "siti", ended_on=clock.now.date() - timedelta(days=1))
    sent(app, path, PDF)
    assert (stored(hadir), kept(hadir)) == ([], ("", ""))


@pytest.mark.parametrize("which", ["1", "2", "999999999", "-1", "0", "x", "1 OR 1=1", ""])
def test_a_letter_goes_to_nobody_elses_absence(app: Flask, hadir: Hadir, chat: Chat, ill: None, which: str) -> None:
    """Dewi's own form, with the number of Siti's absence written into it; and sent past the page."""
    chat("dewi").says("/izin cuti tahunan 1–3 Des")
    path = sheet(hadir, chat, "dewi")
    if which != "2":
        assert sent(app, path, PDF, which=which).status_code == 422
        submission = FormSubmission(
            "izin.letter", {"which": which, "number": "ST-1"}, "", files={"file": File("a.pdf", "application/pdf", PDF)}
        )
        hadir.dispatcher.handle(chat("dewi").sender, submission, hadir.clock())
    with hadir.database.read() as db:
        rows = db.execute(select(absence.c.letter_path, absence.c.letter_number)).all()
    assert {tuple(row) for row in rows} == {("", "")}
    assert stored(hadir) == []


@pytest.mark.parametrize("state", ["rejected", "withdrawn", "cancelled"])
def test_nothing_is_added_to_what_is_over(hadir: Hadir, chat: Chat, ill: None, state: str) -> None:
    with hadir.database.write() as db:
        db.execute(update(absence).values(state=state))
    submission = FormSubmission("izin.letter", {"which": "1", "number": "ST-1"}, "")
    hadir.dispatcher.handle(chat("siti").sender, submission, hadir.clock())
    assert kept(hadir) == ("", "")


# ---------------------------------------------------------------- many, and who hears of it


def test_many_files_take_the_place_of_one_another(app: Flask, hadir: Hadir, chat: Chat, ill: None, clock: cast.Clock) -> None:
    for number in range(6):
        clock.now += timedelta(seconds=1)
        assert sent(app, sheet(hadir, chat), PDF + bytes([number])).status_code == 200
    assert len(set(stored(hadir))) == 1


def test_only_those_who_decide_hear_where_it_lies(app: Flask, hadir: Hadir, chat: Chat, ill: None) -> None:
    sent(app, sheet(hadir, chat), PDF, number="ST-77/2026")
    told = {who for who, *_ in cast.CAST if any("ST-77" in plain(each.text) for each in inbox(hadir, who))}
    assert told == {"budi"}
    dewi = chat("dewi")
    for line in ("/izin tim", "/jadwal tim", "/hadir tim semua", "/izin daftar", "/hadir kenapa @siti"):
        assert "ST-77" not in dewi.says(line, mentions={"siti": "id-siti"})


def test_a_page_of_files_can_be_no_larger_than_its_files(app: Flask, hadir: Hadir, chat: Chat, ill: None) -> None:
    path = sheet(hadir, chat)
    fields = 3  # of the form
    done = sent(app, path, b"%PDF-" + bytes((fields + 1) * LARGEST_BYTES))
    assert done.status_code in (413, 422)
    assert stored(hadir) == []
    assert send  # the browser's own way is tested beside it
