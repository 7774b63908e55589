"""A meeting's folder: where it lies, what is put into it, when, and who may look."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select, update

from integration import people, scheduler, tree
from integration.adapters.local.storage import FolderStorage
from integration.app import assemble, connect
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.errors import DeliveryError
from integration.outbox import outbox
from integration.ports import Recording, Room
from integration.settings import Settings
from plugins.rapat import filing, meetings
from plugins.rapat.documents.material import MOST_ACCOUNTS
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.planning import Who
from plugins.rapat.tables import (
    meeting,
    meeting_answer,
    meeting_invitee,
    meeting_minutes,
    meeting_occurrence,
    meeting_presence,
    meeting_task,
)
from tests import cast, paper
from tests.cast import at
from tests.certificates import PASSWORD, pkcs12_file
from tests.plugins.izin.post import approved
from tests.plugins.rapat.house import arranged
from tests.post import audited, change, inbox, person_id, texts

FOLDER = "Hadir/Bidang Aplikasi/Rapat/2026/2026-11-23 Koordinasi SPBE"
ROOM = Room("link", "1", "https://rapat.kantor.example/koordinasi")


class Cloud(FolderStorage):
    """A drive with accounts: `rights` are (account, may change it) by path; `trouble` is raised, one a call of `grant`."""

    name = "nextcloud"

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.rights: dict[str, list[tuple[str, bool]]] = {}
        self.trouble: list[DeliveryError] = []

    def grant(self, path: str, accounts: Sequence[str], *, edit: bool | Collection[str]) -> None:
        self._existing(path)
        if self.trouble:
            raise self.trouble.pop(0)
        editors = (accounts if edit else ()) if isinstance(edit, bool) else edit
        self.rights[path] = [(account, account in editors) for account in accounts]


@pytest.fixture
def cloud(hadir: Hadir, tmp_path: Path) -> Cloud:
    connect(hadir)
    folder = tmp_path / "awan"
    folder.mkdir()
    hadir.ports.storage = storage = Cloud(folder)
    with hadir.database.write() as db:
        for username in ("hendra", "budi", "siti", "dewi", "rina"):
            row = {"person_id": _id(db, username), "platform": "nextcloud", "username": username, "external_id": username}
            db.execute(people.account.insert().values(row))
    return storage


def _id(db: Any, username: str) -> int:
    return int(db.scalar(select(people.person.c.id).where(people.person.c.nip == cast.NIP[username])))


@pytest.fixture
def works(hadir: Hadir) -> Callable[[], None]:
    """The worker does whatever is due."""

    def step() -> None:
        while Delivery(hadir).step():
            pass

    return step


def asks(hadir: Hadir, what: Callable[..., Any], *given: Any, **more: Any) -> Any:
    """Ask for a document, in a transaction of its own."""
    with hadir.database.write() as db:
        return what(scheduler.work(hadir, db), *given, **more)


def letters(hadir: Hadir, made: Meeting) -> None:
    """What the worker does for the letters once people are told."""
    filing.file_undangan(scheduler.JobRun(hadir, hadir.clock()), made)


def again(hadir: Hadir, made: Meeting, number: int = 0) -> tuple[Meeting, Occurrence]:
    with hadir.database.read() as db:
        found = meetings.get(db, made.id)
        assert found is not None
        return found, meetings.occurrences(db, made.id)[number]


def names(storage: FolderStorage, folder: str = FOLDER) -> list[str]:
    return [file.path.removeprefix(f"{folder}/") for file in storage.list(folder, folders=True)]


def read(storage: FolderStorage, name: str, folder: str, tmp_path: Path) -> str:
    path = tmp_path / "dibaca.pdf"
    path.write_bytes(storage.get(f"{folder}/{name}"))
    return " ".join(paper.words(path).split())


# ---------------------------------------------------------------- where


def test_a_folder_is_given_once_and_two_meetings_never_share_one(hadir: Hadir) -> None:
    first, date = arranged(hadir, "siti")
    second, other = arranged(hadir, "dewi", title="koordinasi  spbe")
    third, odd = arranged(hadir, title="../A/B: 'C'\n=1%_ \U0001f600" + "x" * 150)
    assert asks(hadir, filing.folder, first, date) == FOLDER
    assert asks(hadir, filing.folder, second, other) == f"{FOLDER.rpartition('/')[0]}/2026-11-23 koordinasi spbe (2)"
    strange = asks(hadir, filing.folder, third, odd)
    assert strange.startswith(f"{FOLDER.rpartition('/')[0]}/2026-11-23 ..-A-B- 'C' =1%_")
    assert len(strange.rpartition("/")[2]) <= 105
    with hadir.database.write() as db:
        db.execute(update(meeting).where(meeting.c.id == first.id).values(title="Judul baru"))
    renamed, date = again(hadir, first)
    assert asks(hadir, filing.folder, renamed, date) == FOLDER
    assert asks(hadir, filing.path, renamed, date, filing.UNDANGAN) == f"{FOLDER}/Undangan.pdf"


def test_two_workers_that_give_folders_at_once_give_two(hadir: Hadir) -> None:
    both = [arranged(hadir, title="Apel") for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        given = list(pool.map(lambda found: asks(hadir, filing.folder, *found), both))
    numbered = {f"{FOLDER.rpartition('/')[0]}/2026-11-23 Apel{n}" for n in ("", " (2)", " (3)", " (4)", " (5)", " (6)")}
    assert set(given) == numbered


def test_the_day_is_the_one_where_the_meeting_is_and_every_date_has_a_folder(hadir: Hadir) -> None:
    """06.30 in Jayapura is the day before in UTC."""
    starts = [at("2026-11-24T06:30+09:00") + timedelta(weeks=n) for n in range(2)]
    made, first = arranged(hadir, starts=starts)
    with hadir.database.write() as db:
        db.execute(update(meeting).values(zone="Asia/Jayapura"))
        db.execute(update(meeting_occurrence).where(meeting_occurrence.c.id != first.id).values(title="Rapat akhir"))
    made, first = again(hadir, made)
    _, second = again(hadir, made, 1)
    assert asks(hadir, filing.folder, made, first).endswith("/2026-11-24 Koordinasi SPBE")
    assert asks(hadir, filing.folder, made, second).endswith("/2026-12-01 Rapat akhir")


def test_a_meeting_of_a_new_year_lies_in_that_year(hadir: Hadir) -> None:
    made, date = arranged(hadir, starts=[at("2027-01-01T00:30+07:00")])
    assert "/Rapat/2027/2027-01-01 " in asks(hadir, filing.folder, made, date)


def test_the_organiser_names_the_folder(hadir: Hadir, chat: Callable[[str], cast.Talker], clock: cast.Clock) -> None:
    budi = chat("budi")
    budi.says("/rapat baru")
    given = {"title": "Evaluasi", "day": "besok", "time": "9.00", "invite": "@siti"}
    assert "Berkas: Rapat/SPBE/Tahap 1" in budi.submits(**given, folder=" SPBE/../ Tahap 1 / ")
    made, date = again(hadir, _meeting(hadir, 1))
    assert date.folder == ""  # whoever decides on another time now has its day in the name
    with hadir.database.write() as db:
        db.execute(update(meeting_occurrence).values(starts_at=at("2026-11-27T09:00+07:00")))
    made, date = again(hadir, made)
    above = "Hadir/Bidang Aplikasi/Rapat/SPBE/Tahap 1"
    assert asks(hadir, filing.folder, made, date) == f"{above}/2026-11-27 Evaluasi"
    # Of a series every date lies there, one that is added later too; and each gets its own a day before.
    budi.says('/rapat tiap senin mulai 30/11 9.00 "Apel" @siti folder "SPBE" 2 kali')
    series = _meeting(hadir, 2)
    with hadir.database.write() as db:
        more = at("2026-12-14T09:00+07:00")
        row = {"meeting_id": series.id, "original": more, "starts_at": more, "ends_at": more + timedelta(hours=1)}
        db.execute(insert(meeting_occurrence).values(row))
        db.execute(update(meeting).where(meeting.c.id == series.id).values(state="planned"))
    clock.now = at("2026-11-29T10:00+07:00")
    filing.open_coming(scheduler.JobRun(hadir, clock.now))
    with hadir.database.read() as db:
        first, second, third = meetings.occurrences(db, series.id)
    assert (first.folder, second.folder) == ("Hadir/Bidang Aplikasi/Rapat/SPBE/2026-11-30 Apel", "")
    assert asks(hadir, filing.folder, series, third).endswith("/Rapat/SPBE/2026-12-14 Apel")
    assert asks(hadir, filing.folder, series, second).endswith("/Rapat/SPBE/2026-12-07 Apel")
    # Nothing leads out of the unit's own folder.
    budi.says("/rapat baru")
    form = budi.last
    for typed, wrong in (("a/b/c/d", "Paling banyak 3 folder"), ("x" * 101, "Paling banyak 100 karakter")):
        assert wrong in budi.submits(form, **given, folder=typed)
    budi.submits(form, **given, folder="..\\..\\/etc:*")
    made, date = again(hadir, _meeting(hadir, 3))
    assert asks(hadir, filing.folder, made, date) == "Hadir/Bidang Aplikasi/Rapat/etc--/2026-11-30 Evaluasi"


def _meeting(hadir: Hadir, number: int) -> Meeting:
    with hadir.database.read() as db:
        found = meetings.get(db, number)
    assert found is not None
    return found


# ---------------------------------------------------------------- undangan


def test_the_letter_lies_in_the_folder_with_the_names_of_those_invited(
    hadir: Hadir, cloud: Cloud, works: Callable[[], None], tmp_path: Path
) -> None:
    guest = Who(email="maria@mitra.example", name="Maria Goreti", office="PT Mitra Data")
    made, _ = arranged(hadir, "siti", "yosef", guests=[guest], room=ROOM, provider="link")
    change(hadir, "dewi", ended_on=at("2026-11-01T00:00+07:00").date())
    letters(hadir, made)
    works()
    said = read(cloud, filing.UNDANGAN, FOLDER, tmp_path)
    for part in (
        "Hal : Undangan Rapat Koordinasi SPBE",
        "Siti Rahayu (Bidang Aplikasi)",
        "Yosef Wenda (Bidang Aplikasi)",
        "Maria Goreti (PT Mitra Data)",
        "Senin, 23 November 2026",
        "09.00–10.30 WIB / 11.00–12.30 WIT",
        ROOM.url,
        "Budi Santoso NIP",
    ):
        assert part in said, part
    assert "1. Budi" not in said  # who invites does not invite themselves
    assert names(cloud) == ["Bahan", "Undangan.pdf"]


def test_it_is_drawn_again_when_the_meeting_changes_or_people_are_added_and_only_then(
    hadir: Hadir, cloud: Cloud, works: Callable[[], None], tmp_path: Path
) -> None:
    made, _ = arranged(hadir, "siti")
    for _ in range(2):
        letters(hadir, made)
        works()
    assert _filed(hadir) == 1
    with hadir.database.write() as db:
        row = {"meeting_id": made.id, "who": "x", "person_id": _id(db, "dewi"), "invited_at": hadir.clock()}
        db.execute(insert(meeting_invitee).values(row))
    letters(hadir, made)
    works()
    assert "Dewi Lestari" in read(cloud, filing.UNDANGAN, FOLDER, tmp_path)
    with hadir.database.write() as db:
        db.execute(update(meeting).values(place="Aula", version=2))
    letters(hadir, again(hadir, made)[0])
    works()
    assert "Tempat : Aula" in read(cloud, filing.UNDANGAN, FOLDER, tmp_path)
    assert names(cloud) == ["Bahan", "Undangan.pdf"]
    assert _filed(hadir) == 3


def _filed(hadir: Hadir) -> int:
    with hadir.database.read() as db:
        return len(db.execute(select(outbox.c.id).where(outbox.c.kind == "storage", outbox.c.state == "done")).all())


def test_a_meeting_that_was_called_off_needs_none(hadir: Hadir, cloud: Cloud, works: Callable[[], None]) -> None:
    made, _ = arranged(hadir, "siti")
    letters(hadir, made)
    with hadir.database.write() as db:
        db.execute(update(meeting).values(state="cancelled", version=2))
    works()
    letters(hadir, again(hadir, made)[0])
    works()
    assert _filed(hadir) == 0
    assert cloud.rights == {}


def test_dates_that_are_called_off_or_over_are_not_in_the_letter(
    hadir: Hadir, cloud: Cloud, works: Callable[[], None], tmp_path: Path, clock: cast.Clock
) -> None:
    starts = [at("2026-11-23T09:00+07:00") + timedelta(weeks=n) for n in range(4)]
    made, _ = arranged(hadir, "siti", starts=starts)
    with hadir.database.write() as db:
        off = meeting_occurrence.c.starts_at == starts[2]
        db.execute(update(meeting_occurrence).where(off).values(state="cancelled"))
    clock.now = at("2026-11-25T08:00+07:00")
    letters(hadir, made)
    works()
    said = read(cloud, filing.UNDANGAN, FOLDER.replace("11-23", "11-30"), tmp_path)
    assert "Hari, tanggal : Senin, 30 November 2026 Senin, 14 Desember 2026 Waktu" in said


def test_the_letter_is_signed_with_the_certificate_of_the_office(settings: Settings, clock: cast.Clock, tmp_path: Path) -> None:
    key = pkcs12_file(tmp_path, clock.now, name="Direktorat Aplikasi")
    signing = settings.model_copy(update={"signing_pkcs12": key, "signing_password": SecretStr(PASSWORD)})
    hadir = connect(assemble(signing, clock=clock))
    with hadir.database.write() as db:
        cast.settle(db)
    made, _ = arranged(hadir, "siti")
    letters(hadir, made)
    while Delivery(hadir).step():
        pass
    storage = hadir.ports.storage
    assert storage is not None
    path = tmp_path / "undangan.pdf"
    path.write_bytes(storage.get(f"{FOLDER}/{filing.UNDANGAN}"))
    found = paper.signatures(path)
    assert found["Signer Certificate Common Name"] == "Direktorat Aplikasi"
    assert found["Signature Validation"] == "Signature is Valid."
    assert "Ditandatangani secara elektronik" in paper.words(path)
    [row] = audited(hadir, "meeting.undangan_signed")
    assert row.after["signer"] == "Direktorat Aplikasi"
    hadir.database.dispose()


def test_a_certificate_that_cannot_sign_leaves_the_letter_for_a_pen(
    settings: Settings, clock: cast.Clock, tmp_path: Path
) -> None:
    expired = pkcs12_file(tmp_path, clock.now, days=-1)
    signing = settings.model_copy(update={"signing_pkcs12": expired, "signing_password": SecretStr(PASSWORD)})
    hadir = connect(assemble(signing, clock=clock))
    with hadir.database.write() as db:
        cast.settle(db)
    made, _ = arranged(hadir, "siti")
    letters(hadir, made)
    while Delivery(hadir).step():
        pass
    storage = hadir.ports.storage
    assert storage is not None
    path = tmp_path / "undangan.pdf"
    path.write_bytes(storage.get(f"{FOLDER}/{filing.UNDANGAN}"))
    assert "Siti Rahayu" in paper.words(path)
    assert paper.signatures(path) == {}
    assert audited(hadir, "meeting.undangan_signed") == []
    hadir.database.dispose()


# ---------------------------------------------------------------- rights


def test_the_folder_is_open_to_those_invited_and_closed_to_who_is_not_any_more(
    hadir: Hadir, cloud: Cloud, works: Callable[[], None]
) -> None:
    """Also to those of other units; who has no account on the drive, or has left, gets no right."""
    made, _ = arranged(hadir, "siti", "rina", "yosef", "dewi")
    change(hadir, "dewi", ended_on=at("2026-11-01T00:00+07:00").date())
    with hadir.database.write() as db:
        db.execute(update(meeting).values(secretary_id=_id(db, "rina")))
    letters(hadir, again(hadir, made)[0])
    works()
    assert cloud.rights == {FOLDER: [("budi", True), ("rina", True), ("siti", False)]}
    with hadir.database.write() as db:
        gone = meeting_invitee.c.person_id == _id(db, "siti")
        db.execute(update(meeting_invitee).where(gone).values(removed_at=hadir.clock()))
        db.execute(update(meeting).values(version=2))
    letters(hadir, again(hadir, made)[0])
    works()
    assert cloud.rights == {FOLDER: [("budi", True), ("rina", True)]}
    assert [row.after for row in audited(hadir, "meeting.folder_opened")] == [
        {"folder": FOLDER, "accounts": 3},
        {"folder": FOLDER, "accounts": 2},
    ]


def test_a_drive_that_asks_for_patience_is_asked_again(
    hadir: Hadir, cloud: Cloud, works: Callable[[], None], clock: cast.Clock
) -> None:
    made, _ = arranged(hadir, "siti")
    cloud.trouble = [DeliveryError("not more than twenty", retry_after=600), DeliveryError("no such account", permanent=True)]
    letters(hadir, made)
    works()
    assert cloud.rights == {}
    assert "Undangan.pdf" in names(cloud)  # it does not wait for the rights
    clock.now += timedelta(minutes=11)
    works()
    assert cloud.rights == {}  # an account that the drive does not know is no reason to try for ever
    assert cloud.trouble == []
    with hadir.database.read() as db:
        assert set(db.scalars(select(outbox.c.state))) == {"done"}


def test_of_more_people_than_a_drive_takes_those_named_come_first(
    hadir: Hadir, cloud: Cloud, works: Callable[[], None]
) -> None:
    """All but the last of the crowd came with a channel."""
    crowd = _crowd(hadir, MOST_ACCOUNTS)
    made, _ = arranged(hadir, "dewi", "rina")
    with hadir.database.write() as db:
        rows = [{"meeting_id": made.id, "who": f"p:{id}", "person_id": id, "via": "umum"} for id in crowd]
        rows[-1]["via"] = ""
        db.execute(insert(meeting_invitee), [{**row, "invited_at": hadir.clock()} for row in rows])
    for _ in range(2):
        letters(hadir, made)
        works()
    rights = [account for account, _ in cloud.rights[FOLDER]]
    assert len(rights) == MOST_ACCOUNTS
    assert rights[0] == "budi"
    assert set(rights[1:4]) == {"dewi", "rina", f"c{crowd[-1]}"}
    told = [text for text in texts(inbox(hadir, "budi")) if FOLDER in text]
    assert len(told) == 1
    assert f"{MOST_ACCOUNTS} dari {MOST_ACCOUNTS + 3} undangan bisa membukanya" in told[0]


def _crowd(hadir: Hadir, count: int) -> list[int]:
    """The ids of that many more people with an account on the drive."""
    with hadir.database.write() as db:
        more = {"unit_id": db.scalar(select(people.unit.c.id).limit(1)), "zone": cast.JAKARTA, "roles": []}
        db.execute(insert(people.person), [{"nip": f"C{n}", "name": f"Pegawai {n}", **more} for n in range(count)])
        ids = list(db.scalars(select(people.person.c.id).where(people.person.c.nip.startswith("C"))))
        db.execute(insert(people.account), [{"person_id": id, "platform": "nextcloud", "username": f"c{id}"} for id in ids])
    return ids


# ---------------------------------------------------------------- later dates


def test_a_day_before_a_later_date_its_folder_is_there(
    hadir: Hadir, cloud: Cloud, works: Callable[[], None], clock: cast.Clock
) -> None:
    starts = [at("2026-11-23T09:00+07:00") + timedelta(weeks=n) for n in range(3)]
    made, _ = arranged(hadir, "siti", starts=starts)
    letters(hadir, made)
    works()
    year = tree.ROOT + "/Bidang Aplikasi/Rapat/2026"
    assert names(cloud, year) == ["2026-11-23 Koordinasi SPBE"]
    clock.now = at("2026-11-29T10:00+07:00")
    for _ in range(2):
        filing.open_coming(scheduler.JobRun(hadir, clock.now))
        works()
    assert names(cloud, year) == ["2026-11-23 Koordinasi SPBE", "2026-11-30 Koordinasi SPBE"]
    second = f"{year}/2026-11-30 Koordinasi SPBE"
    assert names(cloud, second) == ["Bahan", "Undangan.pdf"]
    assert cloud.rights[second] == [("budi", True), ("siti", False)]
    clock.now = at("2026-11-30T08:00+07:00")
    with hadir.database.write() as db:
        db.execute(update(meeting_invitee).where(meeting_invitee.c.role != "organizer").values(removed_at=clock.now))
        db.execute(update(meeting).values(version=2, title="Judul baru"))
    letters(hadir, again(hadir, made)[0])
    works()
    assert cloud.rights[second] == [("budi", True)]
    with hadir.database.write() as db:
        db.execute(update(meeting).values(state="cancelled"))
    clock.now = at("2026-12-06T10:00+07:00")
    filing.open_coming(scheduler.JobRun(hadir, clock.now))
    works()
    assert len(names(cloud, year)) == 2


# ---------------------------------------------------------------- daftar hadir


def _present(db: Any, occurrence: Occurrence, username: str, **more: Any) -> None:
    who = _id(db, username)
    row = {"occurrence_id": occurrence.id, "who": f"p:{who}", "person_id": who, "name": username, "place": "online"}
    db.execute(insert(meeting_presence).values({**row, "how": "button", "in_at": occurrence.starts_at, **more}))


def test_those_who_check_in_together_are_on_one_list(
    hadir: Hadir, cloud: Cloud, works: Callable[[], None], tmp_path: Path, clock: cast.Clock
) -> None:
    made, date = arranged(hadir, "siti", "dewi", "rina", "yosef")
    clock.now = at("2026-11-23T09:00:10+07:00")
    for username in ("siti", "dewi"):
        with hadir.database.write() as db:
            _present(db, date, username)
        asks(hadir, filing.file_attendance, date)
    works()
    assert _filed(hadir) == 0
    with hadir.database.write() as db:
        rina = select(meeting_invitee.c.id).where(meeting_invitee.c.person_id == _id(db, "rina")).scalar_subquery()
        answer = {"meeting_id": made.id, "invitee_id": rina, "answer": "declined", "reason": "=Rapat lain", "via": "chat"}
        db.execute(insert(meeting_answer).values(**answer, at=clock.now))
        guest = {
            "who": "g:1",
            "person_id": None,
            "name": "Maria",
            "office": "PT Mitra",
            "position": "Direktur",
            "place": "room",
        }
        _present(db, date, "budi", **guest)
    clock.now = at("2026-11-23T10:40+07:00")
    works()
    assert _filed(hadir) == 2
    said = read(cloud, filing.ATTENDANCE_PDF, FOLDER, tmp_path)
    for part in (
        "3 orang (2 daring, 1 di ruang); 1 tamu",
        "Siti Rahayu 198501012010010003 Bidang Aplikasi 09.00 10.30 daring",
        "Maria (tamu) PT Mitra Direktur 09.00 10.30 di ruang",
        "=Rapat lain",
        "Yosef Wenda",
        "tanpa kabar",
    ):
        assert part in said, part
    book = openpyxl.load_workbook(BytesIO(cloud.get(f"{FOLDER}/{filing.ATTENDANCE_XLSX}")))
    assert [row[1].value for row in book["Hadir"].iter_rows(min_row=5, max_row=7)][-1] == "Maria"
    assert "=Rapat lain" in [row[4].value for row in book["Tidak hadir"].iter_rows(min_row=5)]


def test_somebody_who_waits_for_the_list_gets_it_now_and_a_correction_replaces_it(
    hadir: Hadir, cloud: Cloud, works: Callable[[], None], tmp_path: Path, clock: cast.Clock
) -> None:
    _, date = arranged(hadir, "siti", mode="room")
    for count, username in enumerate(("siti", "hendra"), 1):
        with hadir.database.write() as db:
            _present(db, date, username, place="room")
        asks(hadir, filing.file_attendance, date, at_once=True)
        works()
        assert f"{count} orang (0 daring, {count} di ruang)" in read(cloud, filing.ATTENDANCE_PDF, FOLDER, tmp_path)
        clock.now += timedelta(seconds=5)
    assert names(cloud) == ["Daftar hadir.pdf", "Daftar hadir.xlsx"]


def test_a_private_reason_of_a_leave_is_not_on_the_list(
    hadir: Hadir, chat: Any, cloud: Cloud, works: Callable[[], None], tmp_path: Path
) -> None:
    _, date = arranged(hadir, "siti", "dewi")
    approved(hadir, chat, "/izin sakit hari ini demam berdarah")
    asks(hadir, filing.file_attendance, date, at_once=True)
    works()
    said = read(cloud, filing.ATTENDANCE_PDF, FOLDER, tmp_path)
    assert "Siti Rahayu 198501012010010003 Bidang Aplikasi tidak bertugas hari itu" in said
    assert "demam" not in said


# ---------------------------------------------------------------- notulen, rekaman

TEXT = """## Pembahasan

Rapat dibuka **Budi**.

## Keputusan

1. Rilis bulan Desember.
2. Anggaran disusun ulang.

## Tindak lanjut

- [ ] Menyusun anggaran @dewi 30/11/2026
- [x] Uji keamanan
"""


def _minutes(hadir: Hadir, date: Occurrence, version: int, text: str, tasks: Sequence[dict[str, Any]] = ()) -> None:
    with hadir.database.write() as db:
        row = {"occurrence_id": date.id, "version": version, "text": text, "author_id": _id(db, "siti"), "source": "form"}
        db.execute(insert(meeting_minutes).values(**row, at=hadir.clock()))
        for number, task in enumerate(tasks):
            own = {"meeting_id": date.meeting_id, "occurrence_id": date.id, "key": f"{version}-{number}"}
            db.execute(insert(meeting_task).values({**own, **task}))


def test_minutes_become_paper_with_decisions_and_tasks_as_tables(
    hadir: Hadir, cloud: Cloud, works: Callable[[], None], tmp_path: Path
) -> None:
    made, date = arranged(hadir, "siti", "dewi")
    tasks = [
        {"text": "Menyusun anggaran", "person_id": person_id(hadir, "dewi"), "due_on": at("2026-11-30T00:00+00:00").date()},
        {"text": "Uji keamanan", "name": "Pak Joko", "state": "done"},
        {"text": "Yang dihapus", "state": "dropped"},
    ]
    _minutes(hadir, date, 1, TEXT, tasks)
    for _ in range(2):
        asks(hadir, filing.file_minutes, date, 1)
        works()
    said = read(cloud, filing.MINUTES_PDF, FOLDER, tmp_path)
    for part in (
        "Pemimpin rapat : Budi Santoso Notulis : Siti Rahayu",
        "Pembahasan Rapat dibuka Budi.",
        "1 Rilis bulan Desember. 2 Anggaran disusun ulang.",
        "1 Menyusun anggaran Dewi Lestari 30 Nov 2026 belum 2 Uji keamanan Pak Joko – selesai",
    ):
        assert part in said, part
    assert said.count("Rilis bulan Desember") == 1
    assert "@dewi" not in said
    assert "Yang dihapus" not in said
    assert _filed(hadir) == 1
    _minutes(hadir, date, 2, TEXT.replace("1. Rilis", "Setelah berdebat:\n\n1. Rilis"))
    asks(hadir, filing.file_minutes, date, 2)
    works()
    said = read(cloud, filing.MINUTES_PDF, FOLDER, tmp_path)
    assert "Keputusan Setelah berdebat: 1. Rilis bulan Desember." in said  # more than items: as it was written
    assert names(cloud) == ["Notulen.pdf"]
    assert made.state == "planned"


def test_the_recording_lies_there_as_a_link(hadir: Hadir, cloud: Cloud, works: Callable[[], None]) -> None:
    _, date = arranged(hadir, "siti")
    found = [
        Recording("1", "Sesi [1] *pagi*", "https://video.example/r/(1) a", at("2026-11-23T11:00+07:00")),
        Recording("2", "", "javascript:alert(1)", at("2026-11-23T11:00+07:00")),
    ]
    assert not asks(hadir, filing.file_recording_link, date, found[1:])
    assert asks(hadir, filing.file_recording_link, date, found)
    assert not asks(hadir, filing.file_recording_link, date, found)
    works()
    assert cloud.get(f"{FOLDER}/{filing.RECORDING}").decode() == (
        "# Rekaman: Koordinasi SPBE\n\n- [Sesi \\[1\\] \\*pagi\\*](https://video.example/r/%281%29%20a)\n"
    )


def test_what_people_changed_by_hand_is_kept(hadir: Hadir, cloud: Cloud, works: Callable[[], None]) -> None:
    _, date = arranged(hadir, "siti")
    asks(hadir, filing.file_attendance, date, at_once=True)
    works()
    cloud.put(f"{FOLDER}/{filing.ATTENDANCE_PDF}", b"scan yang sudah ditandatangani", "application/pdf")
    hadir.clock.now += timedelta(minutes=5)  # type: ignore[attr-defined]
    asks(hadir, filing.file_attendance, date, at_once=True)
    works()
    assert cloud.get(f"{FOLDER}/{filing.ATTENDANCE_PDF}") == b"scan yang sudah ditandatangani"
    assert len([name for name in names(cloud) if name.startswith("Daftar hadir (versi Hadir")]) == 1
