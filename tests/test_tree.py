"""Where files lie: a unit has one folder for ever, and two units never share one by accident."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from integration import people, tree
from integration.core import Hadir
from tests import cast

Folder = Callable[[str], str]


def number(hadir: Hadir, name: str) -> int:
    """The id of the unit, which is made if there is none."""
    with hadir.database.write() as db:
        found = db.scalar(select(people.unit.c.id).where(people.unit.c.name == name))
        return int(found or db.execute(people.unit.insert().values(name=name).returning(people.unit.c.id)).scalar_one())


@pytest.fixture
def folder(hadir: Hadir) -> Folder:
    """The folder of the unit with that name."""

    def of(name: str) -> str:
        unit_id = number(hadir, name)
        with hadir.database.write() as db:
            planned = tree.planned_unit_folder(db, unit_id)
            given = tree.unit_folder(db, unit_id, hadir.clock())
            assert given == planned
            return given

    return of


def test_the_place_of_a_file(hadir: Hadir) -> None:
    unit_id = number(hadir, cast.APLIKASI)
    with hadir.database.write() as db:
        path = tree.path(db, unit_id, "Rapat", 2026, "Notulen: rapat/anggaran?.pdf", hadir.clock())
        assert path == "Hadir/Bidang Aplikasi/Rapat/2026/Notulen- rapat-anggaran-.pdf"
        assert tree.unit_of(db, path) == unit_id
        assert tree.unit_of(db, "Hadir/Bidang Lain/Rapat") is None
        assert tree.unit_of(db, "Izin/Bidang Aplikasi/2026") is None


def test_a_renamed_unit_keeps_its_folder(hadir: Hadir, folder: Folder) -> None:
    assert folder(cast.APLIKASI) == "Hadir/Bidang Aplikasi"
    with hadir.database.write() as db:
        db.execute(people.unit.update().where(people.unit.c.name == cast.APLIKASI).values(name="Bidang Digital"))
    assert folder("Bidang Digital") == "Hadir/Bidang Aplikasi"
    again = folder(cast.APLIKASI)  # a new unit under the old name
    assert again == f"Hadir/Bidang Aplikasi ({number(hadir, cast.APLIKASI)})"


def test_no_two_units_share_a_folder_by_accident(hadir: Hadir, folder: Folder) -> None:
    names = ("A-B", "A/B", "a-b", "A:B", " A-B", "Résumé", "Re\u0301sume\u0301", "..", "CON", "x" * 199, "X" * 199, "🎉")
    folders = [folder(name) for name in names]
    assert len({name.casefold() for name in folders}) == len(names)
    assert folder("A-B") == "Hadir/A-B"
    assert folder("A/B") == f"Hadir/A-B ({number(hadir, 'A/B')})"
    assert all(".." not in name.split("/") for name in folders)


def test_a_merged_unit_goes_on_in_the_others_folder(hadir: Hadir, folder: Folder) -> None:
    assert folder(cast.KEPEGAWAIAN) == "Hadir/Subbagian Kepegawaian"
    merged, other = number(hadir, cast.KEPEGAWAIAN), number(hadir, cast.APLIKASI)
    with hadir.database.write() as db:
        for _ in range(2):
            assert tree.share_folder(db, merged, other, hadir.clock()) == "Hadir/Bidang Aplikasi"
    assert folder(cast.KEPEGAWAIAN) == folder(cast.APLIKASI) == "Hadir/Bidang Aplikasi"
    with hadir.database.read() as db:
        assert tree.unit_of(db, "Hadir/Bidang Aplikasi/Rekap") == other


def test_there_is_no_folder_for_no_unit(hadir: Hadir) -> None:
    with hadir.database.read() as db, pytest.raises(LookupError):
        tree.planned_unit_folder(db, 999)
