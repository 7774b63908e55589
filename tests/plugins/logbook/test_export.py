"""The export for e-Kinerja: the office's own columns, nothing that a spreadsheet computes, and what it all means beside it."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from integration.core import Hadir
from integration.messages import File
from integration.scheduler import work
from integration.settings import Settings
from plugins.logbook.recap import export, export_columns, export_commands
from plugins.logbook.recap.export import Scope
from plugins.logbook.tables import logbook_entry, logbook_form
from tests import cast
from tests.plugins.logbook.drawn import person, proved, target, wrote
from tests.plugins.logbook.proved import House, house
from tests.post import audited, change, crowd, person_id
from tests.terminal import Terminal

Chat = Callable[[str], cast.Talker]
FRIDAY = date(2026, 11, 20)
# The database decides nothing there.
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SHORT = """
[[column]]
title = "NIP"
value = "nip"
[[column]]
title = "Kegiatan"
value = "activity"
"""


@pytest.fixture
def columns_file(tmp_path: Path) -> Path:
    return tmp_path / "kolom.toml"


@pytest.fixture
def settings(settings: Settings, columns_file: Path) -> Settings:
    update = {"logbook_columns": columns_file, "agency_name": "Dinas Komunikasi", "agency_contact": "data@kantor.example"}
    return settings.model_copy(update=update)


@pytest.fixture
def office(hadir: Hadir, tmp_path: Path, columns_file: Path) -> House:
    columns_file.write_bytes(export_columns.SHIPPED.read_bytes())
    return house(hadir, tmp_path)


@pytest.fixture
def terminal(hadir: Hadir, clock: cast.Clock) -> Terminal:
    return Terminal(hadir.settings, clock)


def approved(hadir: Hadir, who: str, activity: str, day: date = FRIDAY, **values: object) -> int:
    decided = {"state": "approved", "decider_id": person_id(hadir, "budi"), "decided_at": hadir.clock()}
    return wrote(hadir, who, activity, day, **decided | values)


def many(hadir: Hadir, ids: Sequence[int], each: int) -> None:
    """So many long entries of each of these people, approved."""
    unit_id = person(hadir, "siti").unit_id
    row = {"unit_id": unit_id, "day": FRIDAY, "state": "approved", "activity": "x" * 2000, "minutes": 60, "round": 1}
    row |= {"created_at": hadir.clock(), "changed_at": hadir.clock()}
    with hadir.database.write() as db:
        db.execute(logbook_entry.insert(), [row | {"person_id": id} for id in ids for _ in range(each)])


def exported(office: House) -> tuple[File, File]:
    csv_, described = office.radio.messages[-1].files
    return csv_, described


def rows(content: bytes, encoding: str = "utf-8-sig", separator: str = ";") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(encoding), newline=""), delimiter=separator))


def written(hadir: Hadir, path: Path, text: str, unit_id: int = 0) -> bytes:
    columns, problems = export_columns.read(text)
    assert problems == []
    with hadir.database.read() as db:
        export.write(work(hadir, db), columns, Scope(date(2026, 11, 1), unit_id, "Kantor"), path)
    return path.read_bytes()


# ---------------------------------------------------------------- in the chat


def test_a_personnel_officer_gets_the_file_and_what_it_means(hadir: Hadir, chat: Chat, office: House) -> None:
    rhk = target(hadir, "siti", "RHK-3", "Laporan keuangan")
    entry = approved(hadir, "siti", "=HYPERLINK(\"x\")\nbaris dua", minutes=90, quantity=Decimal("2.5"), measure="laporan",
                     result="+selesai", place="wfh", target_id=rhk)  # fmt: skip
    proved(hadir, entry, kind="link", name="hasil", url="https://drive.example/a")
    proved(hadir, entry, kind="file", name="hilang.pdf", path="x", gone_at=hadir.clock())
    approved(hadir, "agus", "rapat")
    wrote(hadir, "siti", "belum disetujui", FRIDAY)
    rina = chat("rina")
    assert "sedang diekspor" in rina.says("/logbook ekspor nov")
    office.works()
    assert office.told("rina")[-1] == "Ekspor November 2026, Dinas Komunikasi: 2 kegiatan dari 2 orang."
    file, described = exported(office)
    assert (file.name, described.name) == (
        "ekinerja-2026-11-dinas-komunikasi.csv",
        "ekinerja-2026-11-dinas-komunikasi.metadata.json",
    )
    siti, agus = rows(file.content)
    assert (siti["Nama"], agus["Nama"]) == ("Siti Rahayu", "Agus Wijaya")  # unit by unit
    assert siti["Kegiatan"] == '\'=HYPERLINK("x") baris dua'
    assert siti["Hasil"] == "'+selesai"
    assert (siti["Tanggal"], siti["Kuantitas"], siti["Waktu (menit)"], siti["Tempat"]) == ("20/11/2026", "2,5", "90", "WFH")
    assert (siti["Kode RHK"], siti["Rencana Hasil Kerja"]) == ("RHK-3", "Laporan keuangan")
    assert siti["Bukti"] == "https://drive.example/a"
    assert (siti["NIP Atasan"], siti["Disetujui Tanggal"]) == (cast.NIP["budi"], "23/11/2026")
    about = json.loads(described.content)
    resource = about["resources"][0]
    assert resource["dialect"]["delimiter"] == ";"
    assert resource["encoding"] == "utf-8"
    fields = {each["name"]: each for each in resource["schema"]["fields"]}
    assert fields["Tanggal"]["format"] == "%d/%m/%Y"
    assert fields["Kuantitas"]["decimalChar"] == ","
    assert "WFH" in fields["Tempat"]["constraints"]["enum"]
    assert about["satu_data"]["jumlah_baris"] == 2
    assert about["satu_data"]["klasifikasi_akses"] == "terbatas"
    (row,) = audited(hadir, "logbook.exported")
    assert (row.object, row.after["rows"], row.after["by"]) == ("logbook_export:2026-11:0", 2, person_id(hadir, "rina"))
    assert "HYPERLINK" not in str(row.after)


def test_a_unit_an_empty_month_and_those_who_are_no_officers(hadir: Hadir, chat: Chat, office: House) -> None:
    approved(hadir, "siti", "laporan")
    approved(hadir, "agus", "rapat")
    rina = chat("rina")
    rina.says("/logbook ekspor bulan ini Subbagian")
    office.works()
    assert [row["Nama"] for row in rows(exported(office)[0].content)] == ["Agus Wijaya"]
    rina.says("/logbook ekspor oktober")
    office.works()
    assert office.told("rina")[-1] == "Tidak ada laporan Dinas Komunikasi yang disetujui pada Oktober 2026."
    assert "belum tiba" in rina.says("/logbook ekspor des 2026")
    assert "Tidak ada unit" in rina.says("/logbook ekspor nov Bidang Antariksa")
    for who in ("siti", "budi", "hendra", "kartika", "agus"):
        assert "hanya untuk pengelola kepegawaian" in chat(who).says("/logbook ekspor")
    rina.says("/logbook ekspor")
    change(hadir, "rina", roles=["pegawai"])
    told = len(office.told("rina"))
    office.works()
    assert len(office.told("rina")) == told


@ONE_DATABASE
def test_wrong_columns_are_told_with_line_and_cure(hadir: Hadir, chat: Chat, office: House, columns_file: Path) -> None:
    columns_file.write_text('[[column]]\ntitle = "NIP"\nvalue = "nipp"\n')
    said = chat("rina").says("/logbook ekspor")
    assert "administrator" in said
    assert "kolom.toml: line 3: value: there is no 'nipp'; is it nip?" in said
    columns_file.write_text(SHORT)
    chat("rina").says("/logbook ekspor")
    columns_file.unlink()
    office.works()  # it went wrong meanwhile
    assert "cannot be read" in office.told("rina")[-1]


@ONE_DATABASE
def test_a_large_export_goes_into_the_shared_folder(hadir: Hadir, chat: Chat, office: House) -> None:
    many(hadir, [person_id(hadir, "siti")], 3_000)
    chat("rina").says("/logbook ekspor")
    office.works()
    said = office.told("rina")[-1]
    path = said.partition("folder bersama: ")[2]
    assert path.startswith("Hadir/Subbagian Kepegawaian/Logbook/2026/11/ekinerja-2026-11-dinas-komunikasi-")
    content = office.drive.get(path)
    assert len(content) > export_commands.LARGEST_SENT
    assert b"Siti Rahayu" in content
    assert len(office.drive.list(path.rpartition("/")[0])) == 2


# ---------------------------------------------------------------- columns


def test_the_columns_that_we_ship_can_be_used() -> None:
    found = export_columns.load(export_columns.SHIPPED)
    assert found.states == ("approved",)
    assert [column.title for column in found.columns][:4] == ["NIP", "Nama", "Unit Kerja", "Tanggal"]
    assert set(export._OF) == set(export_columns.VALUES) == set(export._MEANINGS)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: there is no column: write [[column]] with title and value for each"),
        ("[[column]", "the file is not TOML: Expected"),
        ('sates = ["approved"]\n' + SHORT, "line 1: unknown sates; is it states?"),
        ('states = ["draft"]\n' + SHORT, "line 1: states: unknown draft; there are: sent, returned, approved"),
        ('states = "approved"\n' + SHORT, 'line 1: states: write a list of words in quotes, like ["approved"]'),
        ('[csv]\nseparator = ":"\n' + SHORT, 'line 2: separator: \':\' is none of ";", ",", "tab", "|"'),
        ('[csv]\nencoding = "latin"\n' + SHORT, "line 2: encoding: 'latin' is none of"),
        ('[csv]\ndate = "%d"\n' + SHORT, "line 2: date: '%d' is none of \"yyyy-mm-dd\""),
        ('[csv]\nheader = "ya"\n' + SHORT, "line 2: header: 'ya' is neither true nor false, without quotes"),
        ("[csv]\ndecimals = 2\n" + SHORT, "line 2: unknown decimals; is it decimal?"),
        ("csv = 1\n" + SHORT, "line 1: csv: write it as a heading, [csv]"),
        ("[column]\ntitle = 1\n", "line 1: column: write every column under a heading [[column]], in double brackets"),
        ('[[column]]\nvalue = "nip"\n', 'line 1: this column has no title: write title = "…"'),
        ('[[column]]\ntitle = ""\nvalue = "nip"\n', "line 2: title: write 1 to 200 characters in quotes"),
        ('[[column]]\ntitle = "A"\n', "line 1: this column has no value: write one of nip, name,"),
        ('[[column]]\ntitle = "A"\nvalue = "nip"\ntext = "b"\n', "line 4: this column has both value and text: keep one"),
        ('[[column]]\ntitle = "A"\nvalue = "minute"\n', "line 3: value: there is no 'minute'; is it minutes?"),
        ('[[column]]\ntitle = "A"\nvalue = 3\n', "line 3: value: there is no 3; write it in quotes"),
        ('[[column]]\ntitle = "A"\nvalue = "place"\nwords = "x"\n', "line 4: words: write what replaces what"),
        (SHORT + '[[column]]\ntitle = "nip"\nvalue = "id"\n', "line 9: title: 'nip' is there already, in line 3; call one"),
        (SHORT * 60, "line 352: 120 columns are too many: at most 100"),
        ("#" * 5000, "line 1: is longer than 4,000 characters; break it into several"),
    ],
)
def test_every_wrong_mapping_names_its_line_and_cure(text: str, problem: str) -> None:
    found = export_columns.read(text)[1]
    assert found[0].startswith(problem), found


def test_dialects_constants_and_fields_of_forms(hadir: Hadir, tmp_path: Path) -> None:
    with hadir.database.write() as db:
        field = {"name": "lokasi", "label": "Lokasi", "kind": "text"}
        made = logbook_form.insert().values(scope="office", version=1, fields=[field], made_at=hadir.clock())
        form = int(db.execute(made).inserted_primary_key[0])
    approved(hadir, "siti", "rapat → anggaran é", minutes=90, form_id=form, fields={"lokasi": "@Bandung"})
    text = """
    states = ["approved", "sent"]
    [csv]
    separator = "tab"
    encoding = "windows-1252"
    date = "yyyymmdd"
    decimal = ","
    header = false
    [[column]]
    title = "Jenis"
    text = "KINERJA"
    [[column]]
    title = "Tanggal"
    value = "date"
    [[column]]
    title = "Jam"
    value = "hours"
    [[column]]
    title = "Lokasi"
    value = "field:lokasi"
    [[column]]
    title = "Kegiatan"
    value = "activity"
    [[column]]
    title = "Terlambat"
    value = "late"
    """
    content = written(hadir, tmp_path / "a.csv", text)
    assert content == "KINERJA\t20261120\t1,5\t'@Bandung\trapat ? anggaran é\ttidak\r\n".encode("cp1252")
    for name, encoding in (("utf-16", "utf-16"), ("utf-8-bom", "utf-8-sig"), ("utf-8", "utf-8")):
        content = written(hadir, tmp_path / "b.csv", text.replace("windows-1252", name))
        assert "rapat → anggaran é" in content.decode(encoding)
    columns = export_columns.read(text.replace("field:lokasi", "field:lokasih"))[0]
    with hadir.database.read() as db:
        problems = export_columns.unknown_fields(columns, lambda: export.form_fields(work(hadir, db)))
    assert problems == ["no form has a field lokasih; is it lokasi?"]


def test_a_change_that_waits_is_not_exported_beside_what_it_changes(hadir: Hadir, tmp_path: Path) -> None:
    first = approved(hadir, "siti", "lama")
    wrote(hadir, "siti", "baru", FRIDAY, revises_id=first, version=2)
    content = written(hadir, tmp_path / "a.csv", 'states = ["approved", "sent"]\n' + SHORT)
    assert [row["Kegiatan"] for row in rows(content, "utf-8", ",")] == ["lama"]


# ---------------------------------------------------------------- at the terminal


def test_an_export_at_the_terminal(hadir: Hadir, office: House, terminal: Terminal, tmp_path: Path, columns_file: Path) -> None:
    approved(hadir, "siti", "laporan")
    done = terminal("logbook", "export", "--month", "2026-11", "--out", str(tmp_path), "--columns", str(columns_file))
    assert done.exit_code == 0, done.output
    path = tmp_path / "ekinerja-2026-11-kantor.csv"
    assert f"{path}: 1 row of 1 person" in done.stdout
    assert [row["Kegiatan"] for row in rows(path.read_bytes())] == ["laporan"]
    assert json.loads(path.with_name("ekinerja-2026-11-kantor.metadata.json").read_text())["satu_data"]["jumlah_baris"] == 1
    (row,) = audited(hadir, "logbook.exported")
    assert row.actor.startswith("terminal")
    assert terminal("logbook", "export", "--month", "2026-11", "--unit", "Subbag", "--out", str(tmp_path)).exit_code == 0
    assert "has not come yet" in terminal("logbook", "export", "--month", "2027-01").stderr
    assert "there is no unit" in terminal("logbook", "export", "--month", "2026-11", "--unit", "Antariksa").stderr
    assert "there is no folder" in terminal("logbook", "export", "--month", "2026-11", "--out", "/tidak/ada.csv").stderr


@ONE_DATABASE
def test_columns_are_checked_at_the_terminal(terminal: Terminal, columns_file: Path) -> None:
    shipped = terminal("logbook", "columns").stdout
    columns_file.write_text(shipped)
    assert "15 columns: NIP, Nama, Unit Kerja" in terminal("logbook", "columns", str(columns_file)).stdout
    columns_file.write_text(shipped.replace('"minutes"', '"minute"').replace('encoding = "utf-8-bom"', "encoding = 8"))
    wrong = terminal("logbook", "columns", str(columns_file))
    assert wrong.exit_code == 1
    assert "! line 9: encoding: 8 is none of" in wrong.stderr
    assert "there is no 'minute'; is it minutes?" in wrong.stderr
    assert "2 problems; nothing was written" in wrong.stderr
    told = terminal("logbook", "export", "--month", "2026-11", "--columns", str(columns_file))
    assert told.exit_code == 1
    assert "cannot be read" in terminal("logbook", "columns", str(columns_file.with_name("tidak-ada.toml"))).stderr


@ONE_DATABASE
def test_an_office_changes_its_columns_by_the_readme_alone(
    hadir: Hadir, chat: Chat, office: House, terminal: Terminal, tmp_path: Path, columns_file: Path
) -> None:
    """The commands are those that stand in the plugin's README, word for word."""
    readme = (Path(export.__file__).parents[1] / "README.md").read_text()
    begin, check, try_ = re.findall(r"`hadir (logbook (?:columns|export)[^`]*kolom\.toml)`", readme)
    approved(hadir, "siti", "laporan", minutes=90)
    assert begin.endswith("columns > kolom.toml")
    shipped = terminal(*begin.split(" > ")[0].split()).stdout
    title = 'title = "Kegiatan"'
    assert shipped.count(title) == 1
    # Another name, a column more, another separator: by the note in the file, where every value is listed.
    assert "minutes hours" in shipped
    text = shipped.replace(title, 'title = "Aktivitas"').replace('separator = ";"', 'separator = "|"')
    columns_file.write_text(text + '\n[[column]]\ntitle = "Jam"\nvalue = "hours"\n')

    def typed(line: str, *more: str) -> str:
        done = terminal(*line.replace("kolom.toml", str(columns_file)).split(), *more)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "16 columns: NIP" in typed(check)
    typed(try_, "--month", "2026-11", "--out", str(tmp_path))
    (row,) = rows((tmp_path / "ekinerja-2026-11-kantor.csv").read_bytes(), separator="|")
    assert (row["Aktivitas"], row["Jam"]) == ("laporan", "1,5")
    assert "HADIR_LOGBOOK_COLUMNS_FILE=kolom.toml" in readme  # which `settings` gives here
    chat("rina").says("/logbook ekspor november")
    office.works()
    (row,) = rows(exported(office)[0].content, separator="|")
    assert row["Aktivitas"] == "laporan"


@ONE_DATABASE
def test_many_people_need_little_memory(hadir: Hadir, tmp_path: Path) -> None:
    many(hadir, crowd(hadir, 1200), 10)
    columns, _ = export_columns.read(SHORT)
    tracemalloc.start()
    with hadir.database.read() as db:
        made = export.write(work(hadir, db), columns, Scope(date(2026, 11, 1), 0, "Kantor"), tmp_path / "a.csv")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made.written.rows == 12_000
    assert made.people == 1200
    assert made.written.bytes > 24_000_000
    assert most < made.written.bytes / 2  # two hundred people at a time
