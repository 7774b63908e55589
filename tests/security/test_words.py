"""Words of people in every place where others read them: replies, messages, forms, workbooks, file names, terminals."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, text, update

from integration import outbox, people
from integration.adapters.browser import markup
from integration.adapters.local.storage import FolderStorage
from integration.adapters.mattermost.chat import markdown
from integration.cli.answers import as_text, save
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.messages import Button, Channel, File, Form, Reply, clean, plain, reply_from_json
from integration.safe_names import safe_name
from plugins.hadir.tables import attendance_correction, attendance_event
from tests import cast
from tests.adapters.mattermost.conftest import Desk, actions
from tests.security.conftest import change, person_id

Chat = Callable[[str], cast.Talker]

HOSTILE = (
    "@all @channel @here @budi halo",
    "<!channel> <!here> <script>alert(1)</script> <img src=x onerror=alert(1)>",
    "[klik](http://evil.example) ![x](http://evil.example/x.png) http://evil.example www.evil.example",
    "**tebal** _miring_ ~~coret~~ `kode` ```\nblok\n``` # judul > kutip | tabel |",
    '=HYPERLINK("http://evil.example","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\\@all \\\\@all &commat;all &#64;all \uff20all",
    ":tada: :siti: #tag ~town-square $\\frac{a}{b}$",
    "\u202eterbalik\u202c \u200bnol\u200b \ufeff \u2028garis\u2029baru \x00nul \x1b[31mmerah\x1b[0m \x07",
    "\ue000palsu\ue001 \ue010 0\ue011 \ue0100\ue011",
    "👻" * 40,
    "{name} {0} %s %(x)s {{7*7}} ${7*7} {t.__class__}",
    "a\r\nSet-Cookie: x=1\r\n\r\n<b>",
    "\uffff\ufffe\ufdd0 \U0001ffff",
)
LIVE = re.compile(
    r"@(?:all|channel|here|budi|SUM)|<(?:!|script|img|b>)|(?<!\\)\]\(|https?://|(?<![\w\u200b])www\.|(?<!\\)`kode|:(?:tada|siti):|#tag|~town|~~coret"
    r"|(?<!\\)\*\*tebal|\$\\|\x00|\x1b|\x07|\u202e|\u2028|&#64;|&commat;|[\ue000\ue001\ue010\ue011]|\ufeff"
)
REQUESTS = (
    "status",
    "tim semua",
    "tim {unit} semua",
    "rekap",
    "rekap tim",
    "rekap unit",
    "rekap {unit}",
    "rekap {name}",
    "rekap orang",
    "ringkasan {unit} 09.00",
    "ringkasan {unit}",
    "ringkasan",
    "koreksi daftar",
    "koreksi",
    "masuk {words}",
    "pulang {words}",
    "koreksi 20/11 masuk 07.30 {words}",
    "koreksi {words}",
    "rekap {words}",
    "tim {words}",
    "ringkasan {words}",
    "bahasa {words}",
    "pengingat {words}",
    "{words}",
    "masukk {words}",
    "wfhh {words}",
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is decided in no database."""
    return sqlite_url


def stored(hadir: Hadir, words: str) -> None:
    """The words are Siti's name, her unit's and another's, her note, and the reason of her correction."""
    words = " ".join(clean(words).split())
    change(hadir, "siti", name=words[:200])
    with hadir.database.write() as db:
        db.execute(people.unit.insert().values(name=f"{words} lain"[:200]))
        first = people.unit.c.name == cast.APLIKASI
        db.execute(update(people.unit).where(first).values(name=f"{words}"[:190]))


def everything(desk: Desk, words: str, dialogs: list[dict[str, Any]]) -> Iterator[str]:
    """Every text that Mattermost would show after each request of everybody, and every queued message."""
    hadir = desk.hadir
    with hadir.database.read() as db:
        unit, name = db.execute(select(people.unit.c.name, people.person.c.name).join_from(people.person, people.unit).where(
            people.person.c.nip == cast.NIP["siti"])).one()  # fmt: skip
    desk.types("siti", f"/hadir masuk wfh {words}")
    desk.types("siti", f"/hadir koreksi 19/11 masuk 07.30 {words}")
    for who in ("siti", "dewi", "budi", "rina", "hendra"):
        for line in REQUESTS:
            said = line.replace("{unit}", unit).replace("{name}", name).replace("{words}", words)
            response = desk.types(who, f"/hadir {said}")
            assert response.status_code == 200, (who, line)
            body = response.get_json()
            assert "sedang bermasalah" not in body.get("text", ""), (who, line)
            yield body.get("text", "")
            # The clients show a label without Markdown, and the server looks for no mention in one: only emoji remain.
            labels = actions(response) if body.get("attachments") else {}
            assert not [label for label in labels if re.search(r":(?:tada|siti):|[\x00-\x1f\u202a-\u202e]", label)]
    for row in desk.queued():
        if row.kind == "chat":
            message = reply_from_json(row.payload["message"])
            yield markdown(hadir, message)
    for opened in dialogs:
        yield opened["dialog"]["introduction_text"]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_nothing_that_people_wrote_is_alive_in_mattermost(desk: Desk, dialogs: list[dict[str, Any]], number: int) -> None:
    stored(desk.hadir, HOSTILE[number])
    for shown in everything(desk, HOSTILE[number], dialogs):
        found = LIVE.search(shown)
        assert found is None, (found, shown[max(0, found.start() - 60) : found.end() + 60])


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_is_alive_in_html(words: str) -> None:
    reply = Reply(plain_text("**{name}** — | {name} | `{name}`\n\n|a|b|\n|-|-|\n|{name}|{name}|\n", words))
    page = markup.to_html(reply.text)
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z]+)", page))
    assert tags <= {"p", "strong", "code", "br", "div", "table", "thead", "tbody", "tr", "th", "td"}, tags
    assert not re.search(r"<[^>]*\son\w+=|javascript:|<a ", page)


def plain_text(template: str, words: str) -> Any:
    from integration.messages import fill

    return fill(template, name=words)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_workbook_computes_nothing_of_theirs_and_opens(hadir: Hadir, chat: Chat, number: int) -> None:
    hadir.dispatcher.shows_files = frozenset({"mattermost"})
    stored(hadir, HOSTILE[number])
    with hadir.database.write() as db:  # as an older version or another program may have left it
        raw = HOSTILE[number].replace("\x00", "")[:200]
        if not any(0xD800 <= ord(char) < 0xE000 for char in raw):
            db.execute(update(people.person).where(people.person.c.nip == cast.NIP["dewi"]).values(name=raw))
    for who in ("siti", "dewi"):
        chat(who).says("/hadir masuk wfh")
    rina = chat("rina")
    rina.presses(Button("x", "hadir.recap_xlsx", "2026-11:unit:1"))
    assert isinstance(rina.last, Reply)
    [file] = rina.last.files
    assert re.fullmatch(r"rekap-2026-11[a-z0-9-]*\.xlsx", file.name), file.name
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or str(cell.value).startswith("=SUBTOTAL(109,"), cell.value
                assert cell.hyperlink is None


# ---------------------------------------------------------------- lengths and characters


@pytest.mark.parametrize(
    "words",
    [
        "👻" * 10_000,
        "x" * 1_000_000,
        "kata " * 100_000,
        "\u0301" * 16_000,
        "\u200d" * 16_000,
        "%_\\" * 5000,
        "\n" * 100_000 + "a",
    ],
)
def test_a_megabyte_is_stored_in_part_and_answered(desk: Desk, dialogs: list[dict[str, Any]], words: str) -> None:
    for line in (
        "masuk wfh ",
        "pulang ",
        "koreksi 20/11 masuk 07.30 ",
        "koreksi ",
        "rekap ",
        "tim ",
        "ringkasan ",
        "bahasa ",
        "",
    ):
        response = desk.types("siti", f"/hadir {line}{words}")
        assert response.status_code in (200, 413), line
        if response.status_code == 200:
            body = response.get_json()
            assert "sedang bermasalah" not in body.get("text", ""), (line, body["text"])
            assert len(response.data) < 1 << 20
            assert len(body.get("text", "")) <= 16_383
    with desk.hadir.database.read() as db:
        assert all(len(note) <= 500 for note in db.scalars(select(attendance_event.c.note)))
        assert all(len(reason) <= 500 for reason in db.scalars(select(attendance_correction.c.reason)))


@pytest.mark.parametrize("char", ["\x00", "\ud800", "\x1b", "\u202e", "\ufeff", "\uffff"])
def test_no_channel_lets_a_character_through_that_a_database_refuses(hadir: Hadir, chat: Chat, char: str) -> None:
    """The terminal, the room and the form page hand over what was typed: the core cleans it, whoever forgot."""
    siti = chat("siti")
    for line in (
        "masuk wfh a{}b",
        "pulang a{}b",
        "rekap a{}b",
        "tim a{}b",
        "ringkasan a{}b",
        "koreksi 20/11 masuk 07.30 a{}b",
        "a{}b",
        "koreksi a{}b",
    ):
        said = siti.says("/hadir " + line.format(char))
        assert "sedang bermasalah" not in said, line
        assert char not in said
    siti.says("/hadir koreksi 19/11 pulang")
    assert isinstance(siti.last, Form)
    assert "sedang bermasalah" not in siti.submits(time="16.05", reason=f"a{char}b")
    chat("budi").presses(Button("x", "hadir.correction_reject", "1"))
    budi = chat("budi")
    budi.presses(Button("x", "hadir.correction_reject", "1"))
    assert isinstance(budi.last, Form)
    assert "sedang bermasalah" not in budi.submits(reason=f"tidak{char}")
    with hadir.database.read() as db:
        kept = [*db.scalars(select(attendance_event.c.note)), *db.scalars(select(attendance_correction.c.reason))]
        kept += db.scalars(select(attendance_correction.c.decision_note))
    assert len([words for words in kept if words]) >= 4
    assert not [words for words in kept if char in words]


def test_wildcards_of_a_search_are_letters(hadir: Hadir, chat: Chat) -> None:
    rina = chat("rina")
    for words in ("%", "_", "%%", "s%i", "s_ti", "\\", "%' OR 1=1 --", "'; DROP TABLE person; --", '"', "siti%"):
        assert "Siti Rahayu" not in rina.says(f"/hadir rekap {words}"), words
    with hadir.database.read() as db:
        for words in ("%", "_", "\\", "' OR '1'='1"):
            assert people.search(db, words) == []
        assert db.scalar(text("SELECT count(*) FROM person")) == len(cast.CAST)
        assert people.with_role(db, 'kepegawaian" OR "', cast.MONDAY_0728.date()) == []
        assert people.with_role(db, "%", cast.MONDAY_0728.date()) == []


# ---------------------------------------------------------------- file names


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        ".",
        "",
        "a/../../b",
        "a\\..\\b",
        "con\x00",
        ".ssh",
        "x" * 5000,
        "👻" * 500,
        "a\r\nb: c",
        "\ud800",
        "~",
        "-rf",
    ],
)
def test_a_file_name_leads_nowhere(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "here"
    [path] = save([File(name, "text/plain", b"x")], folder)
    assert path.parent == folder
    assert path.read_bytes() == b"x"
    assert not safe_name(name).startswith(".")
    assert [found for found in tmp_path.rglob("*") if found.is_file()] == [path]


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/x", "a/../../x", "a//x", "", ".", "..", "a\\x", "a/\x00", "a/\ud800", "x" * 300, "link/x", ".hadir-x"],
)
def test_a_path_stays_inside_the_storage(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    storage = FolderStorage(root)
    for act in (lambda: storage.put(path, b"x", "text/plain"), lambda: storage.get(path), lambda: storage.delete(path)):
        with pytest.raises(DeliveryError):
            act()
    assert [found for found in tmp_path.rglob("*") if found.is_file()] == []


# ---------------------------------------------------------------- terminals


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_commands_the_terminal(hadir: Hadir, chat: Chat, words: str) -> None:
    siti = chat("siti")
    siti.says(f"/hadir masuk wfh {words}")
    for line in ("status", "", words, f"rekap {words}"):
        siti.says(f"/hadir {line}")
        printed = as_text(siti.last)  # type: ignore[arg-type]
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", printed), repr(printed)


def test_a_summary_in_a_channel_mentions_nobody(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    change(hadir, "siti", name="@all @channel <!here>")
    chat("rina").says("/hadir ringkasan bidang aplikasi 09.00", channel=Channel("c", "umum"))
    from integration.scheduler import JobRun
    from plugins.hadir import summary

    clock.now = cast.at("2026-11-23T09:05+07:00")
    summary.post_all(JobRun(hadir, clock.now))
    with hadir.database.read() as db:
        row = db.execute(select(outbox.outbox).where(outbox.outbox.c.key.like("summary:%"))).one()
    shown = markdown(hadir, reply_from_json(row.payload["message"]))
    assert "all" in shown
    assert not LIVE.search(shown)


def test_errors_in_forms_are_no_html(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    siti.says("/hadir koreksi")
    said = siti.submits(day="<script>alert(1)</script>", time="<b>", kind="<i>", reason="")
    assert "<script>" in said or "script" in said  # plain words; whoever shows them escapes them
    assert json.dumps(said)
    assert plain(said)
    assert person_id(hadir, "siti")
