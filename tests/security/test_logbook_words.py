"""Words of people in `/logbook`, wherever others read them: in chats, on pages, in terminals, in files and datasets."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pytest
from flask.testing import FlaskClient
from markdown_it import MarkdownIt
from sqlalchemy import insert, select, update

from integration import own_data, people
from integration.adapters.browser import markup
from integration.adapters.browser.forms import form_link
from integration.adapters.mattermost.chat import markdown
from integration.adapters.mattermost.render import label
from integration.adapters.nextcloud.talk import render as talk
from integration.app import create_app
from integration.cli.answers import as_text
from integration.core import Hadir
from integration.messages import Answer, Button, Form, Reply, clean, reply_from_json
from integration.outbox import outbox
from integration.scheduler import work
from plugins.logbook.imports import problems
from plugins.logbook.recap import export, export_columns
from plugins.logbook.review.shown import pack
from plugins.logbook.tables import logbook_entry, logbook_evidence, skp_target
from tests import cast, paper
from tests.plugins.logbook.drawn import drawn, filed, person, proved, target
from tests.plugins.logbook.drawn import wrote as wrote_row
from tests.plugins.logbook.proved import House, house
from tests.plugins.logbook.reviewed import entry
from tests.post import change, person_id
from tests.security.test_commands import OWN_PAGE
from tests.security.test_words import HOSTILE, LIVE

Chat = Callable[[str], cast.Talker]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TROUBLE = "sedang bermasalah"
PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"}

# What a terminal obeys and what turns words around; line breaks are ours.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ue000-\ue011]")
# In Talk a mention is `@` with a name right behind it, and `{…}` a file or a name that the server puts there.
LIVE_IN_TALK = re.compile(
    r"@(?!\u200b)|\{(?!\u200b)|(?<!\\)<(?:!|script|img|b>)|(?<!\\)\]\(|https?://|(?<![\w\u200b])www\.|(?<!\\)`kode|"
    r"(?<!\\)~~coret|(?<!\\)\*\*tebal|(?<!\\)_miring|&#64;|&commat;"
)
OWN_ADDRESS = re.compile(r"http://127\.0\.0\.1:8080/p/[\w./-]+", re.ASCII)


# ---------------------------------------------------------------- in answers, messages, forms and pages


def told(hadir: Hadir) -> list[Reply]:
    """Every message to anybody."""
    with hadir.database.read() as db:
        payloads = [each for each in db.scalars(select(outbox.c.payload)) if "message" in each]
    return [reply_from_json(each["message"]) for each in payloads]


def conversation(hadir: Hadir, chat: Chat, words: str) -> list[tuple[cast.Talker, Answer | None]]:
    """Everything that one may say in words of one's own, and everything in which somebody reads it; who is answered what."""
    answers = list[tuple[cast.Talker, Answer | None]]()
    siti, budi, hendra, rina = map(chat, ("siti", "budi", "hendra", "rina"))

    def says(who: cast.Talker, line: str) -> None:
        assert TROUBLE not in who.says(line), line
        answers.append((who, who.last))

    def submits(who: cast.Talker, **values: Any) -> None:
        assert isinstance(who.last, Form), who.last
        assert TROUBLE not in who.submits(**values)
        answers.append((who, who.last))

    def presses(who: cast.Talker, action: str, value: str) -> None:
        assert TROUBLE not in who.presses(Button("x", f"logbook.{action}", value)), action
        answers.append((who, who.last))

    says(siti, "/logbook target tambah RHK-1")
    submits(siti, code="RHK-1", title=words, quantity="3", measure=words[:40])
    for _ in range(2):
        says(siti, "/logbook tambah")
        submits(siti, activity=words, result=words, quantity="3 berkas", time="1 jam")
    with hadir.database.read() as db:
        ids = list(db.scalars(select(logbook_entry.c.id).order_by(logbook_entry.c.id)))
    assert ids, answers[-1]
    first = ids[0]
    with hadir.database.write() as db:
        value = db.scalar(select(skp_target.c.id))
        db.execute(update(logbook_entry).values(target_id=value, measure="berkas"))
        row = {"entry_id": first, "kind": "file", "name": words[:200], "path": "Hadir/a.pdf", "added_at": hadir.clock()}
        db.execute(insert(logbook_evidence).values(row))
    says(siti, f"/logbook templat simpan 1 {words}")
    says(siti, f"/logbook susulan 2/11 {words}")
    says(budi, f"/logbook komentar @siti 1 {words}")
    presses(budi, "review_choose", pack([entry(hadir, id) for id in ids]))
    presses(budi, "review_return", pack([entry(hadir, first)]))
    submits(budi, note=words)
    presses(budi, "rate", f"{person_id(hadir, 'siti')}:2026-10")
    submits(budi, rating="above", note=words)
    says(siti, "/logbook kirim semua")
    presses(siti, "edit", str(first))
    submits(siti, activity=f"{words} lagi", then="send")
    own = "|lihat|lihat hari ini|bukti|bukti 1|target|target ubah RHK-1|target hapus RHK-1|templat|komentar|komentar 1"
    own += "|nilai saya|rekap|salin|ubah 1|tambah"
    for line in own.split("|"):
        says(siti, f"/logbook {line}".strip())
    others = "|tim|periksa|periksa @siti|komentar @siti|komentar @siti 1|nilai"
    others += "|nilai @siti oktober|rekap @siti|rekap unit|target @siti"
    for who in (budi, hendra, rina):
        for line in others.split("|"):
            says(who, f"/logbook {line}".strip())
    return answers


def nothing_lives(text: str, live: re.Pattern[str], where: str) -> None:
    found = live.search(text)
    assert found is None, (where, found, text[max(0, found.start() - 80) : found.end() + 80])


class Read(HTMLParser):
    """A page as a browser reads it: no element, no event handler and no address is anybody's but ours."""

    ELEMENTS = re.compile(
        r"html|head|meta|title|link|body|header|main|section|footer|nav|h[123]|p|div|span|strong|em|code|pre|br|hr|[uo]l|li|a|img|"
        r"table|thead|tbody|t[rhd]|form|fieldset|legend|label|input|textarea|select|option|button|details|summary|small|"
        r"blockquote"
    )
    ADDRESSES = frozenset({"href", "src", "action", "formaction", "srcset", "content", "style"})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert self.ELEMENTS.fullmatch(tag), (tag, attrs)
        for name, value in attrs:
            assert not name.startswith("on"), (tag, attrs)
            assert name not in self.ADDRESSES or not re.search(r"evil|javascript:|alert", value or ""), (tag, attrs)


def page_is_ours(page: str, where: str) -> None:
    Read().feed(page)
    nothing_lives(page, re.compile(r"<(?:strong|em|s|del|code|a)\b[^>]*>(?:tebal|miring|coret|kode|klik)"), where)
    nothing_lives(page, CONTROLS, where)


def pages_of(hadir: Hadir, browser: FlaskClient, who: cast.Talker, answer: Answer | None) -> Iterator[str]:
    """What a browser shows of an answer: itself, the form as a page, and the plugin's pages that it leads to."""
    if isinstance(answer, Reply):
        yield markup.to_html(answer.text)
        for address in OWN_ADDRESS.findall(str(answer.text)):
            yield browser.get(urlsplit(address).path, headers=PHONE).get_data(as_text=True)
    if isinstance(answer, Form):
        page = browser.get(urlsplit(form_link(hadir, answer, who.sender)).path, headers=PHONE)
        assert page.status_code == 200, answer
        yield page.get_data(as_text=True)


@on_sqlite
@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_nothing_that_people_report_is_alive(hadir: Hadir, chat: Chat, number: int) -> None:
    """Names, units, activities, results, targets, templates, notes, comments, ratings, reasons: in answers and in messages to
    others, as each platform shows them.
    """
    words = HOSTILE[number]
    kept = " ".join(clean(words).split())
    change(hadir, "siti", name=kept[:200])
    with hadir.database.write() as db:
        db.execute(update(people.unit).where(people.unit.c.name == cast.APLIKASI).values(name=kept[:190]))
    answers = conversation(hadir, chat, words)
    messages = told(hadir)
    assert messages
    replies = [each for _, each in answers if isinstance(each, Reply)] + messages
    intros = [Reply(each.intro) for _, each in answers if isinstance(each, Form)]  # type: ignore[arg-type]  # one may be plain
    for reply in (*replies, *intros):
        nothing_lives(OWN_PAGE.sub("", markdown(hadir, reply)), LIVE, "Mattermost")
        there = OWN_ADDRESS.sub("", talk.markdown(reply.text, lambda: ""))
        nothing_lives(f"{there}\n{talk.numbered(['logbook'], reply.buttons)}", LIVE_IN_TALK, "Talk")
        nothing_lives(there, CONTROLS, "Talk")
        nothing_lives(as_text(reply), CONTROLS, "terminal")
        for button in reply.buttons:
            nothing_lives(label(button.label), re.compile(rf":(?:tada|siti):|\n|{CONTROLS.pattern}"), "button")
    browser, seen = create_app(hadir).test_client(), 0
    for who, answer in answers:
        for page in pages_of(hadir, browser, who, answer):
            page_is_ours(page, "page")
            seen += 1
    assert seen > len(answers) / 2


# ---------------------------------------------------------------- in files


@on_sqlite
def test_no_file_computes_or_opens_what_people_wrote(hadir: Hadir, chat: Chat, clock: cast.Clock, tmp_path: Path) -> None:
    """Names of people and units, activities, results, measures, titles, evidence: in the files of the month and in recaps.

    The words are as an older version or another program may have left them.
    """
    office = house(hadir, tmp_path)
    for number, words in enumerate(HOSTILE):
        raw = words.replace("\x00", "") or "x"
        aim = target(hadir, "siti", f"R-{number}", raw[:500])
        id = wrote_row(hadir, "siti", raw[:2000], result=raw[:1000], measure=raw[:40], target_id=aim)
        proved(hadir, id, kind="file", name=raw[:200], path="Hadir/a.pdf")
        proved(hadir, id, kind="link", name=raw[:200], url="https://drive.example/a")
    change(hadir, "siti", name='=HYPERLINK("http://evil.example")')
    change(hadir, "dewi", name="\u202e+1+cmd|' /C calc'!A0")
    with hadir.database.write() as db:
        db.execute(update(people.unit).where(people.unit.c.name == cast.APLIKASI).values(name="@SUM(1+1) ../../x"))
    drawn(hadir, clock)
    files = [(path, office.drive.get(path)) for path in filed(hadir)]
    assert all(".." not in path.split("/") for path, _ in files), files
    files += recaps(chat, office)
    assert sorted({path.rpartition(".")[2] for path, _ in files}) == ["md", "ods", "pdf", "xlsx"]
    for path, content in files:
        {"xlsx": in_xlsx, "ods": in_ods, "pdf": in_pdf, "md": in_md}[path.rpartition(".")[2]](path, content, tmp_path)


def recaps(chat: Chat, office: House) -> list[tuple[str, bytes]]:
    """The unit's month, as whoever looks after everybody gets it."""
    rina = chat("rina")
    for kind in ("xlsx", "ods", "pdf"):
        rina.presses(Button("x", f"logbook.recap_{kind}", f"2026-11:unit:{person(office.hadir, 'siti').unit_id}"))
    office.works()
    files = [file for message in office.radio.messages for file in message.files]
    assert len(files) == 3, files
    assert not [file.name for file in files if not re.fullmatch(r"[\w.,()@+ –-]+", file.name)]
    return [(file.name, file.content) for file in files]


EVIL = re.compile(r"evil|cmd|-2\+3|SUM\(1\+1\)|alert")


def in_xlsx(path: str, content: bytes, _folder: Path) -> None:
    words = 0
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            words += isinstance(cell.value, str) and bool(EVIL.search(cell.value))
            assert cell.data_type != "f" or not EVIL.search(str(cell.value)), (path, cell.value)
            assert not cell.hyperlink or "evil" not in (cell.hyperlink.target or ""), path
            nothing_lives(str(cell.value), CONTROLS, path)
    assert words, path


def in_md(path: str, content: bytes, _folder: Path) -> None:
    """The index of evidence, as a viewer of Markdown shows it."""
    page = MarkdownIt("commonmark", {"html": True}).render(content.decode())
    assert EVIL.search(page), path
    assert not re.search(r"<script|<img", page), path
    assert not re.search(r'href="(?!\.\./\.\./)[^"]*evil', page), path  # but to the month's files, which bear the name
    nothing_lives(content.decode(), CONTROLS, path)


def in_ods(path: str, content: bytes, _folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("content.xml").decode()
    assert EVIL.search(text), path
    assert not [each for each in re.findall(r'table:formula="([^"]*)"', text) if EVIL.search(each)], path
    assert not re.search(r'xlink:href="(?!#)[^"]*evil', text), path
    assert not re.search(r"<script|<img", text), path
    nothing_lives(text, CONTROLS, path)


def in_pdf(path: str, content: bytes, folder: Path) -> None:
    assert b"/JavaScript" not in content, path
    assert b"evil.example" not in b"".join(re.findall(rb"/URI \(.*?\)", content)), path
    copy = folder / "copy.pdf"
    copy.write_bytes(content)
    text = paper.words(copy).replace("\f", "")
    assert EVIL.search(text), path
    nothing_lives(text, CONTROLS, path)


COMPUTED = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


@on_sqlite
def test_no_dataset_computes_what_people_wrote(hadir: Hadir, tmp_path: Path) -> None:
    """The export for e-Kinerja, everything kept of a person, and the list of what is wrong with a file that was sent."""
    for number, words in enumerate((*HOSTILE, " =1+1", "\t=1+1", "'=1+1", "\uff1d1+1")):
        raw = words.replace("\x00", "")
        aim = target(hadir, "siti", f"@R-{number}", raw[:500])
        id = wrote_row(hadir, "siti", raw[:2000], result=raw[:1000], measure=raw[:40], target_id=aim, state="approved")
        proved(hadir, id, kind="file", name=raw[:200], path="Hadir/a.pdf")
    change(hadir, "siti", name="=1+1")
    columns, wrong = export_columns.read(
        "".join(f'[[column]]\ntitle = "{each}"\nvalue = "{each}"\n' for each in export_columns.VALUES)
    )
    assert wrong == []
    with hadir.database.read() as db:
        scope = export.Scope(date(2026, 11, 1), 0, "=Kantor")
        export.write(work(hadir, db), columns, scope, tmp_path / "a.csv")
        mine = own_data.as_zip(own_data.collect(db, person(hadir, "siti"), hadir.clock()), hadir.catalogues.speak("id"))
    found = problems.Problems()
    found.found[" =1+1", "\t@SUM(1+1)", "“=1+1” bukan tanggal"] = [3]
    texts = [(tmp_path / "a.csv").read_text(encoding="utf-8")]
    texts.append(problems.file(hadir.catalogues.speak("id"), found).content.decode("utf-8-sig").replace(";", ","))
    with zipfile.ZipFile(io.BytesIO(mine)) as archive:
        texts += [archive.read(name).decode("utf-8-sig") for name in archive.namelist() if name.endswith(".csv")]
    assert len(texts) > 4
    for text in texts:
        computed = [cell for cell in cells(text) if COMPUTED.match(cell)]
        assert computed == []
    assert "'=1+1" in {cell for text in texts for cell in cells(text)}


def cells(text: str) -> Sequence[str]:
    rows = csv.reader(io.StringIO(text, newline=""))
    return [cell for row in rows for cell in row if not re.fullmatch(r"-?[\d.]+", cell)]
