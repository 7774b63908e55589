"""Every command of every plugin with hostile words: nothing breaks, nothing that was typed is alive where others read it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from integration.adapters.mattermost.chat import markdown
from integration.app import load_plugins
from integration.core import Hadir
from integration.messages import Button, Form, FormSubmission, Reply, plain, reply_from_json
from integration.outbox import outbox
from tests import cast
from tests.plugins.jadwal import rotas
from tests.plugins.jadwal.published import publish
from tests.post import button, inbox
from tests.security.test_words import HOSTILE, LIVE, stored

pytestmark = pytest.mark.in_turn

Chat = Callable[[str], cast.Talker]
# The address of a page of Hadir's own, as an answer offers it to tap.
OWN_PAGE = re.compile(r"\*\*\[[\w ]+\]\(http://127\.0\.0\.1:8080/p/[\w./-]+\)\*\*", re.ASCII)
TROUBLE = "sedang bermasalah"
COMMANDS = [f"/{plugin.name} {each.word}" for plugin in load_plugins() for each in plugin.subcommands]
NEW = [line for line in COMMANDS if not line.startswith("/hadir data")]

# Days, hours and figures that no calendar has, and some that it has.
DAYS = (
    "0001-01-01",
    "1/1/0001",
    "31/12/9999",
    "9999-12-31",
    "1–31/12/9999",
    "2 hari mulai 31/12/9999",
    "99999999999999999999 hari mulai senin",
    "1000000 hari mulai senin",
    "-5 hari mulai senin",
    "0 hari mulai senin",
    "1e9 hari",
    "32/13/2026",
    "29/2/2027",
    "besok kemarin lusa",
    "28 Feb – 1 Jan",
    "00.00-00.00",
    "24.00-25.00",
    "besok 23.59-00.01",
    "besok 99999.9-1.1",
    "besok ٠٨.٠٠-١٠.٠٠",
    "besok ²³.⁰⁰-1",
    "tahunan 1 s.d. 99999999 Des",
    "Desember 99999",
    "pekan 99/99/9999",
    "pekan 31/12/9999",
    "pekan 1/1/0001",
    "12/9999",
    "00/2026",
    "1/1/2026 1/1/2026 1/1/2026 1/1/2026",
    "4 minggu mulai 31/12/9999",
    "99999999999 minggu mulai senin",
    "4 minggu mulai senin 999999% minimal 99999999999 siaga 99999999999999999999",
    "4 minggu mulai senin -5% minimal -1 siaga -2 1e5 hari seminggu",
    "no. 99999999999999999999",
    "no. -1",
)


@pytest.mark.parametrize("line", NEW)
def test_no_day_and_no_number_breaks_a_command(chat: Chat, line: str) -> None:
    for who in ("siti", "rina"):
        talker = chat(who)
        for words in DAYS:
            for said in (f"{line} {words}", f"{line} @dewi {words} wfh"):
                assert TROUBLE not in talker.says(said), said


@pytest.mark.parametrize("line", NEW)
def test_no_words_break_a_command(chat: Chat, line: str) -> None:
    long = (
        "x" * 20_000,
        "👻" * 10_000,
        "kata " * 4_000,
        "@" * 20_000,
        '"' * 5_000,
        "\u0301" * 10_000,
        "1 " * 5_000,
        "%_\\" * 3_000,
    )
    for who in ("siti", "rina"):
        talker = chat(who)
        for words in (*HOSTILE, *long, "a\x00b", "a\ud800b"):
            for said in (f"{line} {words}", f"{line} besok {words}"):
                answer = talker.says(said)
                assert TROUBLE not in answer, said[:100]
                if isinstance(talker.last, Reply):
                    assert len(plain(talker.last.text)) < 16_000, said[:100]


# ---------------------------------------------------------------- alive


def shown(hadir: Hadir, answer: Any) -> Iterator[str]:
    if isinstance(answer, Form):
        yield markdown(hadir, Reply(answer.intro))  # type: ignore[arg-type]
    if isinstance(answer, Reply):
        yield OWN_PAGE.sub("", markdown(hadir, answer))


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_nothing_that_people_wrote_is_alive(hadir: Hadir, chat: Chat, number: int) -> None:
    """Names, units, reasons, notes, wishes, duties, letters: in answers, and in messages to others."""
    words = HOSTILE[number]
    publish(hadir)
    stored(hadir, words)
    siti, dewi, budi, rina = map(chat, ("siti", "dewi", "budi", "rina"))
    talk: list[tuple[cast.Talker, str]] = [
        (siti, f"/izin cuti tahunan 1–3 Des {words}"),
        (siti, f"/izin izin 8/12 08.00-10.00 {words}"),
        (siti, f'/izin dinas 9/12 "{words}" ST-1/2026'),
        (siti, f"/izin surat {words}"),
        (siti, f"/jadwal tukar @dewi selasa rabu {words}"),
        (siti, f"/jadwal ingin setiap rabu wfh {words}"),
        (rina, f'/jadwal daftar-wfh tambah @siti "{words}" SK {words} oleh {words}'),
        (rina, "/jadwal daftar-wfh bidang"),
        *((who, line) for who in (siti, dewi, budi, rina) for line in COMMANDS if "data" not in line),
    ]
    for talker, line in talk:
        said = talker.says(line)
        assert TROUBLE not in said, line
        for text in shown(hadir, talker.last):
            found = LIVE.search(text)
            assert found is None, (line, found, text[max(0, found.start() - 60) : found.end() + 60])
    with hadir.database.read() as db:
        payloads = [each for each in db.scalars(select(outbox.c.payload)) if "message" in each]
    assert payloads
    for payload in payloads:
        text = markdown(hadir, reply_from_json(payload["message"]))
        found = LIVE.search(text)
        assert found is None, (found, text)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_every_new_workbook_computes_nothing_of_theirs(hadir: Hadir, chat: Chat, number: int) -> None:
    hadir.dispatcher.shows_files = frozenset({"mattermost"})
    stored(hadir, HOSTILE[number])
    chat("siti").says(f"/hadir masuk wfh {HOSTILE[number]}")
    message = rotas.draft(chat, hadir, who="hendra", line="/jadwal susun 1 minggu mulai senin")
    hendra, rina = chat("hendra"), chat("rina")
    hendra.presses(button(message, "Unduh XLSX"))
    rina.says("/hadir kepatuhan")
    books = [hendra.last]
    rina.presses("Unduh XLSX")
    books.append(rina.last)
    rina.says("/hadir kepatuhan")
    rina.presses("Unduh PDF")
    pdf = rina.last
    rina.presses(Button("x", "hadir.recap_xlsx", "2026-11:unit:1"))
    books.append(rina.last)
    for answer in books:
        assert isinstance(answer, Reply), answer
        [file] = answer.files
        for sheet in openpyxl.load_workbook(io.BytesIO(file.content)):
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type != "f" or str(cell.value).startswith("=SUBTOTAL(109,"), (file.name, cell.value)
                    assert cell.hyperlink is None
    assert isinstance(pdf, Reply)
    assert pdf.files[0].content.startswith(b"%PDF")


def test_a_pdf_reads_no_markup(hadir: Hadir, chat: Chat) -> None:
    """ReportLab's paragraphs would read these as bold, as a file of the server, as a page of the net."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from tests import paper
    from tests.security.conftest import change

    hadir.dispatcher.shows_files = frozenset({"mattermost"})
    for who, name in (
        ("siti", '<b>Siti</b> & <font size="99">besar</font>'),
        ("dewi", '<img src="file:///etc/passwd"/> &amp; <para>'),
        ("wayan", "<a href='http://evil.example'>x</a> <!-- "),
    ):
        change(hadir, who, name=name)
        chat(who).says("/hadir masuk wfh")
    rina = chat("rina")
    rina.says("/hadir rekap bidang aplikasi")
    rina.presses("Unduh PDF")
    assert isinstance(rina.last, Reply)
    [file] = rina.last.files
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rekap.pdf"
        path.write_bytes(file.content)
        text = "".join(paper.words(path).split())
    assert "<b>Siti</b>&<font" in text
    assert "<img" in text
    assert b"/URI" not in file.content
    assert b"/JavaScript" not in file.content
    assert "root:" not in text


def test_a_form_keeps_what_a_forger_wrote_out_of_reach(hadir: Hadir, chat: Chat) -> None:
    """A form's hidden value and its unknown fields are nobody's: what counts is who sends it."""
    values = {"person_id": "1", "state": "approved", "days": "1–3 Des", "type": "tahunan", "decider_id": "1", "reason": "x"}
    siti = chat("siti")
    hadir.dispatcher.handle(siti.sender, FormSubmission("izin.ask", values, "cuti"), hadir.clock())
    from plugins.izin.tables import absence

    with hadir.database.read() as db:
        row = db.execute(select(absence)).one()
    assert (row.state, row.decider_id, row.source) == ("waiting", None, "chat")
    assert inbox(hadir, "budi")
