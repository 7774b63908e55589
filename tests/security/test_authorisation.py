"""Who may do what to whom: written from the issue and the work rules, not from the code.

The cast, and three people for the roles that it does not show alone: `lani` leads the personnel unit without supervising
anybody, `tono` works in a third unit with nobody above him, `sari` supervises one person of a unit that is not hers.
Direct supervision: hendra → budi, rina, kartika; budi → siti, dewi, wayan, yosef; rina → agus; sari → tono.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from integration import people
from integration.core import Hadir
from integration.messages import Button, Channel, Form, FormSubmission, Reply, plain
from plugins.hadir.tables import attendance_correction, attendance_event, attendance_summary
from tests import cast
from tests.security.conftest import person_id

Chat = Callable[[str], cast.Talker]

UMUM = "Bidang Umum"
MORE = (
    ("lani", "Lani Kusuma", cast.KEPEGAWAIAN, "hendra", ["pegawai", "pimpinan"]),
    ("sari", "Sari Dewanti", cast.KEPEGAWAIAN, "hendra", ["pegawai", "atasan"]),
    ("tono", "Tono Suratman", UMUM, "sari", ["pegawai"]),
)
EVERYBODY = (*(row[0] for row in cast.CAST), *(row[0] for row in MORE))
NAMES = {row[0]: row[1] for row in (*cast.CAST, *MORE)}
UNITS = {row[0]: row[2] for row in (*cast.CAST, *MORE)}

APLIKASI_STAFF = {"siti", "dewi", "wayan", "yosef"}
# Whose record each may read: their own, everybody below them in line; personnel and compliance officers everybody's,
# the leader of a unit everybody's in it. The administrator runs the machine and reads nobody's.
READS: dict[str, set[str]] = {
    "siti": {"siti"},
    "dewi": {"dewi"},
    "wayan": {"wayan"},
    "yosef": {"yosef"},
    "budi": {"budi"} | APLIKASI_STAFF,
    "hendra": set(EVERYBODY),  # tono through sari
    "rina": set(EVERYBODY),
    "kartika": set(EVERYBODY),
    "agus": {"agus"},
    "lani": {"rina", "kartika", "agus", "lani", "sari"},
    "sari": {"sari", "tono"},
    "tono": {"tono"},
}
# Who decides on whose corrections: everybody above in line and the personnel officers; never oneself, a colleague,
# somebody below, the compliance officer, the administrator, or a unit's leader who is not above.
DECIDES: dict[str, set[str]] = {
    "siti": set(),
    "dewi": set(),
    "wayan": set(),
    "yosef": set(),
    "budi": APLIKASI_STAFF,
    "hendra": set(EVERYBODY) - {"hendra"},
    "rina": set(EVERYBODY) - {"rina"},
    "kartika": set(),
    "agus": set(),
    "lani": set(),
    "sari": {"tono"},
    "tono": set(),
}
# Who may have a unit's summary posted: personnel officers anywhere, a unit's leader, who supervises somebody in it.
POSTS: dict[str, set[str]] = {
    "siti": set(),
    "budi": {cast.APLIKASI},
    "hendra": {cast.APLIKASI, cast.KEPEGAWAIAN},
    "rina": {cast.APLIKASI, cast.KEPEGAWAIAN, UMUM},
    "kartika": set(),
    "agus": set(),
    "lani": {cast.KEPEGAWAIAN},
    "sari": {UMUM},
    "tono": set(),
}
WHOLE_UNIT = {"hendra": {cast.APLIKASI}, "lani": {cast.KEPEGAWAIAN}}
VIEWERS = ("siti", "budi", "hendra", "rina", "kartika", "agus", "lani", "sari", "tono")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is looked at here is decided in no database."""
    return sqlite_url


@pytest.fixture(autouse=True)
def _office(hadir: Hadir, chat: Chat) -> None:
    """Everybody is in since this morning, with a private note and late; everybody waits for a correction."""
    hadir.dispatcher.shows_files = frozenset({"mattermost"})  # so that a workbook is in the answer
    with hadir.database.write() as db:
        ids = {row.username: row.person_id for row in db.execute(select(people.account))}
        units = {row.name: row.id for row in db.execute(select(people.unit))}
        units[UMUM] = db.execute(people.unit.insert().values(name=UMUM)).inserted_primary_key[0]
        for number, (username, name, unit, above, roles) in enumerate(MORE):
            row = {"nip": f"19900101202001{number:04d}", "name": name, "unit_id": units[unit], "supervisor_id": ids[above]}
            row |= {"email": "", "zone": cast.JAKARTA, "roles": roles}
            ids[username] = db.execute(people.person.insert().values(row)).inserted_primary_key[0]
            account = {"platform": "mattermost", "username": username, "external_id": f"id-{username}"}
            db.execute(people.account.insert().values(account | {"person_id": ids[username]}))
    for username in EVERYBODY:
        chat(username).says(f"/hadir masuk wfh rahasia-{username}", at=cast.at("2026-11-23T09:00+07:00"))


@pytest.fixture(autouse=True)
def _ten(clock: cast.Clock) -> None:
    clock.now = cast.at("2026-11-23T10:00+07:00")


def shown(talker: cast.Talker) -> set[str]:
    """Of whom the last answer shows a record: their names stand in a list of it."""
    assert isinstance(talker.last, Reply)
    text = plain(talker.last.text)
    return {username for username in EVERYBODY if NAMES[username] in text}


def refused(talker: cast.Talker) -> bool:
    assert isinstance(talker.last, Reply)
    return talker.last.refused


# ---------------------------------------------------------------- records


@pytest.mark.parametrize("viewer", EVERYBODY)
def test_the_record_of_a_person(hadir: Hadir, chat: Chat, viewer: str) -> None:
    talker = chat(viewer)
    for target in EVERYBODY:
        ways = (
            lambda name=target: talker.says(f"/hadir rekap @{name}", mentions={name: f"id-{name}"}),
            lambda name=target: talker.says(f"/hadir rekap {NAMES[name]}"),
            lambda name=target: talker.presses(Button("x", "hadir.recap", f"2026-11:person:{person_id(hadir, name)}")),
            lambda name=target: talker.presses(Button("x", "hadir.recap_xlsx", f"2026-11:person:{person_id(hadir, name)}")),
        )
        for number, way in enumerate(ways):
            said = way()
            assert isinstance(talker.last, Reply)
            allowed = target in READS[viewer]
            assert talker.last.refused is not allowed, (viewer, target, number, said)
            assert allowed or not talker.last.files
            assert allowed or "09.00" not in said


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("unit", [cast.APLIKASI, cast.KEPEGAWAIAN, UMUM])
def test_the_record_of_a_unit(hadir: Hadir, chat: Chat, viewer: str, unit: str) -> None:
    talker = chat(viewer)
    members = {username for username in EVERYBODY if UNITS[username] == unit}
    readable = members & READS[viewer]
    with hadir.database.read() as db:
        id = db.scalar(select(people.unit.c.id).where(people.unit.c.name == unit))
    for say in (
        lambda: talker.says(f"/hadir rekap {unit}"),
        lambda: talker.presses(Button("x", "hadir.recap", f"2026-11:unit:{id}")),
    ):
        say()
        assert refused(talker) is (not readable)
        assert refused(talker) or shown(talker) & members == readable
    talker.presses(Button("x", "hadir.recap_xlsx", f"2026-11:unit:{id}"))
    assert isinstance(talker.last, Reply)
    assert bool(talker.last.files) is bool(readable)
    for file in talker.last.files:
        assert in_workbook(file.content) & members == readable


def in_workbook(content: bytes) -> set[str]:
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows(min_row=5) for cell in row}
    return {username for username in EVERYBODY if NAMES[username] in cells}


@pytest.mark.parametrize("viewer", VIEWERS)
def test_the_team_of_somebody_else_is_theirs(hadir: Hadir, chat: Chat, viewer: str) -> None:
    talker = chat(viewer)
    for other in EVERYBODY:
        for action in ("hadir.recap", "hadir.recap_xlsx"):
            talker.presses(Button("x", action, f"2026-11:team:{person_id(hadir, other)}"))
            assert isinstance(talker.last, Reply)
            if other != viewer:
                assert talker.last.refused, (viewer, other)
                assert not talker.last.files


def test_a_workbook_holds_no_notes(hadir: Hadir, chat: Chat) -> None:
    import io
    import zipfile

    rina = chat("rina")
    rina.presses(Button("x", "hadir.recap_xlsx", f"2026-11:person:{person_id(hadir, 'siti')}"))
    assert isinstance(rina.last, Reply)
    book = zipfile.ZipFile(io.BytesIO(rina.last.files[0].content))
    assert not [name for name in book.namelist() if b"rahasia-" in book.read(name)]


# ---------------------------------------------------------------- the team now


@pytest.mark.parametrize("viewer", VIEWERS)
def test_the_team_now(chat: Chat, viewer: str) -> None:
    """Supervisors see their people, others their unit; lateness is for who leads, a note for the direct supervisor."""
    talker = chat(viewer)
    said = talker.says("/hadir tim semua")
    unit = {username for username in EVERYBODY if UNITS[username] == UNITS[viewer]}
    leads = {"budi": APLIKASI_STAFF, "sari": {"tono"}, "rina": {"agus"}}
    below = {"hendra": {"budi", "rina", "kartika", "lani", "sari"}}
    assert shown(talker) == leads.get(viewer, unit | below.get(viewer, set()))
    direct = {row[0] for row in (*cast.CAST, *MORE) if row[3] == viewer}
    for username in EVERYBODY:
        assert (f"rahasia-{username}" in said) is (username in direct), (viewer, username)
    if viewer in ("siti", "agus", "tono"):
        assert "terlambat" not in said.lower()


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("unit", [cast.APLIKASI, cast.KEPEGAWAIAN, UMUM])
def test_the_team_of_a_unit(chat: Chat, viewer: str, unit: str) -> None:
    talker = chat(viewer)
    said = talker.says(f"/hadir tim {unit} semua")
    allowed = viewer in ("rina", "kartika") or UNITS[viewer] == unit
    assert refused(talker) is not allowed, said
    direct = {row[0] for row in (*cast.CAST, *MORE) if row[3] == viewer}
    for username in set(EVERYBODY) - direct:
        assert f"rahasia-{username}" not in said
    if not allowed:
        assert not shown(talker)
    elif viewer not in ("rina", "kartika", "hendra", "lani"):
        assert "terlambat" not in said.lower()


# ---------------------------------------------------------------- corrections


@pytest.mark.parametrize("decider", EVERYBODY)
@pytest.mark.parametrize("action", ["approve", "reject"])
def test_deciding_on_a_correction(hadir: Hadir, chat: Chat, decider: str, action: str) -> None:
    for requester in EVERYBODY:
        chat(requester).says("/hadir koreksi hari ini masuk 07.30 lupa")
    talker = chat(decider)
    with hadir.database.read() as db:
        rows = {row.person_id: row.id for row in db.execute(select(attendance_correction))}
    assert len(rows) == len(EVERYBODY)
    done = set()
    for requester in EVERYBODY:
        id = rows[person_id(hadir, requester)]
        talker.presses(Button("x", f"hadir.correction_{action}", str(id)))
        if action == "reject":
            if isinstance(talker.last, Form):
                talker.submits(reason="tidak")
            else:  # the form of somebody else, or one that was kept
                submission = FormSubmission("hadir.correction_reject", {"reason": "tidak"}, str(id))
                hadir.dispatcher.handle(talker.sender, submission, hadir.clock())
        with hadir.database.read() as db:
            row = db.execute(select(attendance_correction).where(attendance_correction.c.id == id)).one()
        if row.state != "waiting":
            done.add(requester)
            assert row.decider_id == person_id(hadir, decider)
    assert done == DECIDES[decider]


@pytest.mark.parametrize("viewer", VIEWERS)
def test_withdrawing_is_the_requesters(hadir: Hadir, chat: Chat, viewer: str) -> None:
    chat("dewi").says("/hadir koreksi hari ini masuk 07.30 lupa")
    chat(viewer).presses(Button("x", "hadir.correction_withdraw", "1"))
    assert refused(chat(viewer)) if chat(viewer).last else True
    with hadir.database.read() as db:
        assert db.scalar(select(attendance_correction.c.state)) == "waiting"


@pytest.mark.parametrize("viewer", VIEWERS)
def test_the_list_of_corrections_shows_ones_own_and_those_to_decide(chat: Chat, viewer: str) -> None:
    for requester in EVERYBODY:
        chat(requester).says(f"/hadir koreksi hari ini masuk 07.30 alasan-{requester}")
    said = chat(viewer).says("/hadir koreksi daftar")
    for requester in EVERYBODY:
        if f"alasan-{requester}" in said:
            assert requester in DECIDES[viewer]


@pytest.mark.parametrize("viewer", [name for name in VIEWERS if name != "siti"])
def test_the_place_of_somebody_elses_check_in(hadir: Hadir, chat: Chat, viewer: str) -> None:
    with hadir.database.write() as db:
        siti = attendance_event.c.person_id == person_id(hadir, "siti")
        db.execute(attendance_event.update().where(siti).values(place=""))
        event = db.scalar(select(attendance_event.c.id).where(siti))
    chat(viewer).presses(Button("x", "hadir.place", f"{event} wfo n"))
    with hadir.database.read() as db:
        assert list(db.scalars(select(attendance_event.c.place).where(siti))) == [""]


# ---------------------------------------------------------------- summaries


@pytest.mark.parametrize("viewer", sorted(POSTS))
@pytest.mark.parametrize("unit", [cast.APLIKASI, cast.KEPEGAWAIAN, UMUM])
def test_a_units_summary_in_a_channel(hadir: Hadir, chat: Chat, viewer: str, unit: str) -> None:
    allowed = unit in POSTS[viewer]
    here = Channel("channel1", "umum", "team1")
    chat(viewer).says(f"/hadir ringkasan {unit} 09.00", channel=here)
    assert rows(hadir) == int(allowed)
    chat("rina").says(f"/hadir ringkasan {unit} 09.00", channel=here)
    chat(viewer).says(f"/hadir ringkasan {unit} mati", channel=here)
    assert rows(hadir) == int(not allowed)


def rows(hadir: Hadir) -> int:
    with hadir.database.read() as db:
        return db.scalar(select(func.count()).select_from(attendance_summary)) or 0


@pytest.mark.parametrize("viewer", VIEWERS)
def test_what_everybody_may_do_touches_only_themselves(hadir: Hadir, chat: Chat, viewer: str) -> None:
    """`masuk`, `pulang`, `status`, `pengingat`, `bahasa`, `bantuan` and the menu name nobody else, whatever is typed."""
    talker = chat(viewer)
    other = "dewi"
    for line in (
        "pulang @dewi",
        "pengingat mati @dewi",
        "bahasa en @dewi",
        "status @dewi",
        "bantuan @dewi",
        "masuk wfo @dewi",
        "",
    ):
        said = talker.says(f"/hadir {line}", mentions={other: f"id-{other}"})
        assert "rahasia-dewi" not in said
    with hadir.database.read() as db:
        dewi = people.get(db, person_id(hadir, other))
        count = db.scalar(select(func.count()).where(attendance_event.c.person_id == person_id(hadir, other)))
    assert dewi is not None
    assert (dewi.locale, count) == ("", 1)
