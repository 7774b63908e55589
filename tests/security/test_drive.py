"""Files: rights that stay behind, and names that are more than names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import date

import pytest
from sqlalchemy import select

from integration import scheduler
from integration.adapters.mattermost import render
from integration.adapters.nextcloud.talk import render as talk_render
from integration.core import Hadir
from integration.db import metadata
from integration.messages import Button, ButtonPress
from integration.plugin import Run
from plugins.berkas import couplings, drops, members
from plugins.berkas.tables import coupled_channel
from tests.plugins.berkas.conftest import DIRECT, GENERAL, Chat, Cloud, Talks, at, cloud, drive, office, works
from tests.post import change

__all__ = ["at", "cloud", "drive", "office", "works"]

FOLDER = "Hadir/Kanal/umum"
BERKAS = "Hadir/Bidang Aplikasi/Berkas/2026"


def coupled(at: Talks, office: Chat, works: Callable[[], None]) -> None:
    office.people["c-umum"] = ["budi", "siti"]
    budi = at("budi")
    budi.says("/berkas kanal")
    budi.presses("Ya, pasang")
    works()


def step_all(hadir: Hadir) -> None:
    run: Run = scheduler.JobRun(hadir, hadir.clock())
    members.step_all(run)


# ---------------------------------------------------------------- rights that stay behind


def test_uncoupling_while_the_rights_are_being_given_leaves_none(
    at: Talks, office: Chat, cloud: Cloud, works: Callable[[], None], hadir: Hadir
) -> None:
    """The job has asked who is in the channel; while it does, the channel is uncoupled and its rights are taken away."""
    coupled(at, office, works)
    uncoupled: list[bool] = []

    class Slow(Cloud):
        def grant(self, path: str, accounts: Sequence[str], *, edit: bool) -> None:
            if accounts and not uncoupled:
                uncoupled.append(True)
                budi = at("budi")
                budi.says("/berkas kanal lepas")
                budi.presses("Ya, lepas")
                works()
                assert self.rights[FOLDER] == []
            super().grant(path, accounts, edit=edit)

    slow = Slow(cloud._root)
    slow.rights = cloud.rights
    hadir.ports.storage = slow
    office.people["c-umum"].append("kartika")
    step_all(hadir)
    assert uncoupled
    assert slow.rights[FOLDER] == []


def test_a_bot_that_was_thrown_out_still_takes_the_rights_of_who_left_the_office(
    at: Talks, office: Chat, cloud: Cloud, works: Callable[[], None], hadir: Hadir
) -> None:
    """Whoever may remove the bot from a channel could otherwise freeze the rights to its folder for ever."""
    coupled(at, office, works)
    assert cloud.rights[FOLDER] == ["budi", "siti"]
    office.outside.add("c-umum")
    step_all(hadir)
    assert cloud.rights[FOLDER] == ["budi", "siti"]
    change(hadir, "siti", ended_on=date(2026, 11, 20))
    step_all(hadir)
    assert cloud.rights[FOLDER] == ["budi"]
    with hadir.database.read() as db:
        [row] = couplings.every(db)
    assert (list(row.granted), row.trouble) == (["budi"], "NotMember")


# ---------------------------------------------------------------- paths


NAMES = ["Hadir/Bidang Aplikasi/Berkas/%2e%2e/Rekap/x.xlsx", "Hadir/Bidang Aplikasi/Berkas/‥/Rekap/x.xlsx"]
PATHS = [
    *NAMES,
    "Hadir/Subbagian Kepegawaian/Rekap/x.xlsx",
    "Hadir/Bidang Aplikasi/Berkas/../Rekap/x.xlsx",
    "Hadir/Bidang Aplikasi/Berkas/..\\Rekap\\x.xlsx",
    "Hadir/Bidang Aplikasi/Berkas∕..∕Rekap/x.xlsx",
    "Hadir/Bidang Aplikasi/Berkas／..／Rekap/x.xlsx",
    "Hadir/Bidang Aplikasi/Berkas\u200b/x.xlsx",
    "Hadir/Bidang Aplikasi/BERKAS/x.xlsx",
    "/Hadir/Bidang Aplikasi/Rekap/x.xlsx",
    "//etc/passwd",
    "Hadir//Bidang Aplikasi/Berkas/x",
    "Hadir/Bidang Aplikasi/Berkas2/x",
    "Hadir/Bidang Aplikasi/Berkas/./x",
    "Hadir/Bidang Aplikasi/Berkas/\ud800",
    "Hadir/Bidang Aplikasi/Berkas/" + "x" * 5000,
    "",
    "/",
    "..",
]


@pytest.mark.parametrize("number", range(len(PATHS)))
def test_a_path_in_a_button_or_a_line_opens_nothing_that_is_not_theirs(
    at: Talks, office: Chat, cloud: Cloud, works: Callable[[], None], hadir: Hadir, number: int
) -> None:
    path = PATHS[number]
    for secret in ("Hadir/Subbagian Kepegawaian/Rekap/x.xlsx", "Hadir/Bidang Aplikasi/Rekap/x.xlsx"):
        cloud.put(secret, b"rahasia", "")
    siti = at("siti")
    cloud.calls.clear()
    for action in ("berkas.fetch", "berkas.share"):
        said = siti.presses(Button("x", action, path))
        # A name with signs in it is a name: of a file of hers, which is not there.
        assert path in NAMES or "tidak ada lagi untuk Anda" in said or "sudah tidak" in said, said
    for value in (f"person:1|2026-12-01|{path}", f"|2026-12-01|{path}", f"channel:mattermost:c-lain|2026-12-01|{path}"):
        for action in ("berkas.share_ask", "berkas.share_yes"):
            siti.presses(Button("x", action, value))
    works()
    assert cloud.links == {}
    assert not [message for _, message, _ in office.heard if message.files]


def test_names_are_not_alive_where_they_are_announced(
    at: Talks, office: Chat, cloud: Cloud, works: Callable[[], None], hadir: Hadir
) -> None:
    """A file is called by whoever drops it; nothing of that mentions, links or turns round in the channel."""
    coupled(at, office, works)
    names = ["@all.pdf", "[x](javascript:alert(1)).pdf", "a\u202efdp.exe", "![x](http:luar.example).png", "~umum `x`.pdf"]
    run: Run = scheduler.JobRun(hadir, hadir.clock())
    drops.announce(run)
    for name in names:
        cloud.put(f"{FOLDER}/Masuk/{name}", name.encode(), "")
    hadir.clock.now = hadir.clock.now.replace(year=2027)  # type: ignore[attr-defined]  # the test's clock
    drops.announce(run)
    works()
    message = next(message for to, message, key in office.heard if key.startswith("berkas:drop"))
    shown = [talk_render.markdown(message.text, lambda: ""), render.markdown(message.text, lambda: "")]
    for text in shown:
        assert text.count(".pdf") == 3
        assert not re.search(r"(?<!\\)\]\(|\u202e|@all| ~umum", text), text


# ---------------------------------------------------------------- buttons of others


def test_the_number_of_somebody_elses_row_in_a_button_does_nothing(
    at: Talks, office: Chat, cloud: Cloud, works: Callable[[], None], hadir: Hadir
) -> None:
    office.posted("siti", "surat.pdf", b"isi", GENERAL)
    siti = at("siti")
    siti.says("/berkas simpan")
    works()
    coupled(at, office, works)
    before = _rows(hadir)
    rina = at("rina")
    for action in ("chosen", "undo", "share_end", "release", "release_ask"):
        for value in ("1", "1,1,1", "01", "１", "-1", "1e0", "9" * 40, "", "1;2", "1 "):
            press = ButtonPress(f"berkas.{action}", value, DIRECT)
            rina.talker._heard(hadir.dispatcher.handle(rina.talker.sender, press, hadir.clock()))
    works()
    assert _rows(hadir) == before


def _rows(hadir: Hadir) -> str:
    with hadir.database.read() as db:
        tables = [metadata.tables[name] for name in ("saved_file", "file_share", coupled_channel.name, "channel_member")]
        return json.dumps([[str(tuple(row)) for row in db.execute(select(table))] for table in tables])
