"""`hadir setup nextcloud` against a small server: what it changes, what it leaves alone, what it refuses."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Response, request
from sqlalchemy import select, update

from integration import audit, installation, people, tree
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.setup.changes import SetupError
from integration.adapters.nextcloud.setup.run import Setup, Wishes
from integration.app import assemble, manifest
from integration.cli import hadir as command_line
from integration.core import Hadir
from integration.settings import load
from tests import cast
from tests.adapters.mattermost.test_setup import at_a_terminal
from tests.adapters.nextcloud.house import ADMIN, ADMIN_PASSWORD, House
from tests.live.recording import serving
from tests.postgres import free_port

pytestmark = pytest.mark.in_turn

CALLBACK = "https://hadir.kantor.example"
WEBHOOK = f"{CALLBACK}/nextcloud/talk"
APLIKASI = f"Hadir/{cast.APLIKASI}"
PAGE = "<html><body>Silakan masuk ke jaringan kantor</body></html>"


@dataclass
class Site:
    """A Nextcloud, and the installation that is being connected to it."""

    house: House
    url: str
    hadir: Hadir
    home: Path

    def setup(self, *, dry_run: bool = False, password: str = ADMIN_PASSWORD, **wishes: Any) -> list[str]:
        lines: list[str] = []
        wished = Wishes(**{"callback": CALLBACK} | wishes)
        run = Setup(self.hadir, self.url, (ADMIN, password), manifest(), wished, say=lines.append, dry_run=dry_run)
        changes = run.run()
        assert changes == len([line for line in lines if not line.startswith("note:")])
        return lines

    def changed(self, **wishes: Any) -> list[str]:
        """The lines of a run without its notes."""
        return [line for line in self.setup(**wishes) if not line.startswith("note:")]

    def notes(self, **wishes: Any) -> str:
        return "\n".join(line for line in self.setup(**wishes) if line.startswith("note:"))

    def kept(self, key: str) -> Any:
        with self.hadir.database.read() as db:
            return installation.get(db, f"nextcloud.{key}")

    def secret(self, key: str) -> str:
        with self.hadir.database.read() as db:
            return installation.get_secret(db, self.hadir.signer, f"nextcloud.{key}")

    def person(self, name: str, **values: Any) -> None:
        with self.hadir.database.write() as db:
            db.execute(update(people.person).where(people.person.c.name == name).values(values))

    def group_of(self, unit: str) -> str:
        with self.hadir.database.read() as db:
            number = db.scalar(select(people.unit.c.id).where(people.unit.c.name == unit))
        return f"hadir-unit-{number}"

    def members(self, unit: str) -> set[str]:
        found: set[str] = self.house.groups[self.group_of(unit)]["members"]
        return found

    def folder(self, path: str = APLIKASI) -> dict[str, Any]:
        return next(folder for folder in self.house.folders.values() if folder["mount_point"] == path)

    def runs(self, *words: str, **env: str) -> Result:
        """A command line, with this installation's database."""
        given = {"HADIR_DATABASE_URL": self.hadir.settings.database_url, "HADIR_HOME": str(self.home)}
        given |= {"HADIR_SECRET_KEY": "t" * 64, "HADIR_NEXTCLOUD_ADMIN_USER": ADMIN, "HADIR_PLUGINS": "izin"}
        given |= {"HADIR_NEXTCLOUD_ADMIN_PASSWORD": ADMIN_PASSWORD}
        return CliRunner().invoke(command_line, list(words), env=given | env)


@pytest.fixture
def site(database_url: str, tmp_path: Path, clock: cast.Clock) -> Iterator[Site]:
    house = House()
    settings = load({}, database_url=database_url, secret_key="t" * 64, home=tmp_path / "home")
    hadir = assemble(settings, clock=clock, plugins=())
    with hadir.database.write() as db:
        cast.settle(db, "nextcloud")
        db.execute(update(people.account).values(external_id=None))
    for username, *_ in cast.CAST:
        house.user(username, [])
    with serving(house.app) as url:
        yield Site(house, url, hadir, tmp_path / "home")
    hadir.database.dispose()


# ---------------------------------------------------------------- from empty, and again


def test_the_first_run_makes_everything_and_the_second_nothing(site: Site) -> None:
    lines = site.setup()
    assert "create the account hadir (Hadir, hadir@kantor.example) in the group hadir-layanan" in lines
    assert f"create the team folder {APLIKASI}" in lines
    assert site.members(cast.APLIKASI) == {"hendra", "budi", "siti", "dewi", "wayan", "yosef"}
    assert site.folder()["groups"] == {"hadir-layanan": 31, site.group_of(cast.APLIKASI): 31}
    assert site.house.calendars == {"hadir/hadir"}
    assert site.secret("app_password") in site.house.passwords["hadir"]
    site.house.changes.clear()
    assert site.changed() == []
    assert site.house.changes == []


def test_no_secret_is_said_or_written_down_in_plain(site: Site) -> None:
    site.house.bot("Hadir", WEBHOOK)
    text = "\n".join(site.setup() + site.setup())
    with site.hadir.database.read() as db:
        text += str(db.execute(select(audit.audit)).all()) + str(db.execute(select(installation.installation)).all())
    for secret in (site.secret("app_password"), ADMIN_PASSWORD, *site.house.passwords["hadir"]):
        assert secret not in text
    assert site.secret("talk_secret") not in text.replace(_command(text), "")


def test_a_dry_run_changes_nothing_and_says_the_same(site: Site) -> None:
    said = site.setup(dry_run=True)
    assert site.house.changes == []
    assert site.kept("url") is None
    with site.hadir.database.read() as db:
        assert db.execute(select(audit.audit)).all() == []
        assert set(db.scalars(select(people.account.c.external_id))) == {None}
    would = [line.removeprefix("would ") for line in said if line.startswith("would ")]
    assert would == [line for line in site.setup() if not line.startswith("note:")]


def test_a_run_that_broke_off_is_finished_by_the_next(site: Site) -> None:
    """The server goes down after ever more requests; each run goes on where the one before stopped."""
    left, broken = 0, 0

    def stop() -> Any:
        nonlocal left
        left -= 1
        return ("down", 500) if left < 0 else None

    site.house.before = stop
    for most in range(4, 400, 5):
        left = most
        try:
            site.setup()
            break
        except NextcloudError:
            broken += 1
    assert broken > 5
    left = 10_000
    assert site.changed() == []
    assert len(site.house.folders) == 2
    assert site.members(cast.APLIKASI) == {"hendra", "budi", "siti", "dewi", "wayan", "yosef"}
    assert site.secret("app_password") in site.house.passwords["hadir"]


def test_every_change_is_in_the_audit(site: Site) -> None:
    site.setup()
    with site.hadir.database.read() as db:
        rows = db.execute(select(audit.audit).where(audit.audit.c.action == "nextcloud.setup")).all()
    group = next(row for row in rows if row.object == f"group:{site.group_of(cast.APLIKASI)}" and row.after)
    assert (group.before, group.after) == ({"members": []}, {"members": ["budi", "dewi", "hendra", "siti", "wayan", "yosef"]})
    assert {row.actor for row in rows} == {"setup"}


# ---------------------------------------------------------------- the account


def test_somebody_elses_account_is_left_alone(site: Site) -> None:
    site.house.user("hadir", [], "sandi-hadir")
    with pytest.raises(SetupError, match="--account"):
        site.setup()
    assert site.house.changes == []
    site.setup(account="hadir-bot")
    assert "hadir-bot" in site.house.groups["hadir-layanan"]["members"]
    assert site.house.passwords["hadir"] == {"sandi-hadir"}


def test_an_account_that_an_administrator_made_for_hadir_is_taken(site: Site) -> None:
    site.house.user("hadir", ["hadir-layanan"], "lama", displayname="Sistem", email=None)
    lines = site.setup()
    assert "set the address hadir@kantor.example of hadir" in lines
    assert "set the name Hadir of hadir" in lines
    assert "lama" not in site.house.passwords["hadir"], "nobody knows its password any more"


def test_a_name_that_is_no_name_of_a_person_may_be_chosen(site: Site) -> None:
    site.setup(account="Layanan.Hadir", email="Absensi@Kantor.example")
    assert site.house.users["Layanan.Hadir"]["email"] == "absensi@kantor.example"
    assert site.changed() == [], "the account of the last run is used"


def test_an_account_that_was_switched_off_is_switched_on(site: Site) -> None:
    site.setup()
    site.house.users["hadir"]["enabled"] = False
    assert "switch on the account hadir" in site.changed()
    assert site.changed() == []


def test_an_administrator_as_service_is_told_how_to_stop_being_one(site: Site) -> None:
    site.setup()
    site.house.groups["admin"]["members"].add("hadir")
    assert "occ group:removeuser admin hadir" in site.notes()


def test_others_in_the_service_group_are_named(site: Site) -> None:
    site.setup()
    site.house.groups["hadir-layanan"]["members"].add("siti")
    assert "siti: they see the folders of all units" in site.notes()


def test_without_people_it_asks_for_an_address(site: Site) -> None:
    with site.hadir.database.write() as db:
        db.execute(update(people.person).values(email=""))
    with pytest.raises(SetupError, match="--email"):
        site.setup()


def test_a_revoked_app_password_is_made_anew(site: Site) -> None:
    site.setup()
    old = site.secret("app_password")
    site.house.passwords["hadir"].discard(old)
    assert site.changed() == ["create an app password for hadir and store it encrypted"]
    assert site.secret("app_password") in site.house.passwords["hadir"]


def test_a_new_app_password_takes_the_place_of_the_old(site: Site) -> None:
    site.setup()
    old = site.secret("app_password")
    assert site.changed(new_app_password=True) == [
        "create an app password for hadir and store it encrypted",
        "revoke the app password before it",
    ]
    assert old not in site.house.passwords["hadir"]
    assert site.changed() == []


def test_where_no_app_password_can_be_made_the_command_is_told(site: Site) -> None:
    site.house.two_factor = True
    with pytest.raises(SetupError, match="occ user:auth-tokens:add hadir"):
        site.setup()


def test_another_secret_key_makes_a_new_app_password_and_talk_secret(site: Site) -> None:
    site.setup()
    site.hadir = assemble(
        site.hadir.settings.model_copy(update={"secret_key": other_key()}), clock=site.hadir.clock, plugins=()
    )
    assert "create an app password for hadir and store it encrypted" in site.changed()
    site.hadir.database.dispose()


def test_what_the_settings_give_is_used_and_not_stored(site: Site) -> None:
    site.house.user("hadir", [], "app-dari-admin")
    given = {"nextcloud_url": site.url, "nextcloud_user": "hadir", "nextcloud_app_password": _hidden("app-dari-admin")}
    site.hadir.settings = site.hadir.settings.model_copy(update=given)
    lines = site.changed()
    assert "add to the group hadir-layanan: hadir" in lines
    assert not [line for line in lines if "app password" in line or "nextcloud.user" in line]
    assert site.house.passwords["hadir"] == {"app-dari-admin"}
    site.house.passwords["hadir"] = set()
    with pytest.raises(SetupError, match="HADIR_NEXTCLOUD_APP_PASSWORD"):
        site.setup()


def test_a_folder_that_the_settings_give_is_the_administrators(site: Site) -> None:
    site.hadir.settings = site.hadir.settings.model_copy(update={"nextcloud_folder": "Hadir Bersama"})
    assert "Hadir Bersama: everything is put there" in site.notes()
    assert site.house.folders == {}


# ---------------------------------------------------------------- people


def test_accounts_are_linked_where_the_address_agrees_or_is_unknown(site: Site) -> None:
    site.house.users["dewi"]["email"] = None
    site.house.users["budi"]["email"] = "budi@rumah.example"
    site.house.users["wayan"]["enabled"] = False
    del site.house.users["siti"]
    site.house.user("Siti", [], email="siti@kantor.example")
    lines = site.setup()
    assert "link Siti to Siti Rahayu" in lines
    assert "link dewi to Dewi Lestari" in lines
    assert "note: Budi Santoso: budi has another e-mail address and was not linked" in lines
    assert "note: I Wayan Sudarta: Nextcloud has no free account named wayan" in lines
    assert any("without an account" in line and "Budi Santoso" in line for line in lines)
    assert site.members(cast.APLIKASI) == {"hendra", "Siti", "dewi", "yosef"}


def test_who_leaves_loses_the_folder_and_who_moves_gets_another(site: Site) -> None:
    site.setup()
    site.person("Siti Rahayu", ended_on=date(2026, 11, 20))
    with site.hadir.database.read() as db:
        other = db.scalar(select(people.unit.c.id).where(people.unit.c.name == cast.KEPEGAWAIAN))
    site.person("Dewi Lestari", unit_id=other)
    assert site.changed() == [
        f"take out of the group {site.group_of(cast.APLIKASI)}: dewi, siti",
        f"add to the group {site.group_of(cast.KEPEGAWAIAN)}: dewi",
    ]
    assert site.changed() == []


def test_an_account_that_we_do_not_know_stays_in_the_group(site: Site) -> None:
    site.setup()
    site.house.user("konsultan", [site.group_of(cast.APLIKASI)])
    assert site.changed() == []
    assert "konsultan" in site.members(cast.APLIKASI)


# ---------------------------------------------------------------- units


def test_a_group_with_the_units_name_is_used(site: Site) -> None:
    site.house.group("grup-7", cast.APLIKASI)["members"].add("siti")
    lines = site.setup()
    assert f"note: {cast.APLIKASI}: the group grup-7, which is there already, is used" in lines
    assert site.house.groups["grup-7"]["members"] >= {"siti", "budi"}
    assert site.folder()["groups"]["grup-7"] == 31
    assert site.changed() == []
    assert "is used" not in site.notes()


def test_a_group_of_a_directory_is_not_changed(site: Site) -> None:
    site.house.group(cast.APLIKASI)
    site.house.directory.add(cast.APLIKASI)
    assert "kept in a directory outside Nextcloud: add budi" in site.notes()
    assert site.house.groups[cast.APLIKASI]["members"] == set()


def test_the_group_of_administrators_is_no_units(site: Site) -> None:
    with site.hadir.database.write() as db:
        db.execute(update(people.unit).where(people.unit.c.name == cast.APLIKASI).values(name="Admin"))
    site.setup()
    assert site.house.groups["admin"]["members"] == {"admin"}


def test_a_renamed_unit_keeps_its_folder_and_renames_its_group(site: Site) -> None:
    site.setup()
    with site.hadir.database.write() as db:
        db.execute(update(people.unit).where(people.unit.c.name == cast.APLIKASI).values(name="Bidang Sistem"))
    group = site.group_of("Bidang Sistem")
    assert site.changed() == [f"give the group {group} the name Bidang Sistem"]
    assert site.folder()["groups"][group] == 31


def test_a_merged_unit_shares_the_folder_and_what_it_had_stays(site: Site) -> None:
    site.setup()
    with site.hadir.database.write() as db:
        ids = {name: id for id, name in db.execute(select(people.unit.c.id, people.unit.c.name)).all()}
        tree.share_folder(db, ids[cast.KEPEGAWAIAN], ids[cast.APLIKASI], cast.MONDAY_0728)
    lines = site.changed()
    assert f"let the group {site.group_of(cast.KEPEGAWAIAN)} read, write, share and delete in {APLIKASI}" in lines
    assert not [line for line in lines if "move" in line]
    assert len(site.house.folders) == 2
    readers = {id for kind, id, *_ in site.house.rules[f"{APLIKASI}/Rekap"] if kind == "user"}
    assert readers == {"hendra", "rina", "kartika"}
    assert site.changed() == []


def test_an_empty_unit_keeps_its_files_and_a_new_one_gets_none(site: Site) -> None:
    site.setup()
    with site.hadir.database.write() as db:
        db.execute(people.unit.insert().values(name="Unit Lama"))
        db.execute(update(people.person).values(ended_on=date(2026, 11, 1)))
    lines = site.setup()
    assert f"note: {cast.APLIKASI}: nobody works there any more; its folder and files stay" in lines
    assert len(site.house.folders) == 2
    assert site.members(cast.APLIKASI) == set()


def test_units_whose_names_a_computer_takes_for_one_have_two_folders(site: Site) -> None:
    shouted = cast.APLIKASI.upper()
    with site.hadir.database.write() as db:
        unit = db.execute(people.unit.insert().values(name=shouted)).inserted_primary_key[0]
    site.person("Dewi Lestari", unit_id=unit)
    site.setup()
    mounts = {folder["mount_point"] for folder in site.house.folders.values()}
    assert len({mount.casefold() for mount in mounts}) == len(mounts) == 3
    assert site.changed() == []


def test_only_the_named_units(site: Site) -> None:
    site.setup(units=(cast.KEPEGAWAIAN,))
    assert [folder["mount_point"] for folder in site.house.folders.values()] == [f"Hadir/{cast.KEPEGAWAIAN}"]
    with pytest.raises(SetupError, match="Bidang Antariksa"):
        site.setup(units=("Bidang Antariksa",))
    site.setup()
    assert len(site.house.folders) == 2


def test_a_team_folder_that_is_there_is_used_and_one_that_was_moved_comes_back(site: Site) -> None:
    site.house.folders[77] = {"id": 77, "mount_point": APLIKASI, "groups": [], "acl": False, "manage": [], "quota": 1024}
    site.house.shared[77] = {"Berkas"}
    assert f"{cast.APLIKASI}: the team folder {APLIKASI}, which is there already, is used" in site.notes()
    assert site.folder()["quota"] == 1024, "left alone"
    site.folder()["mount_point"] = "Lain"
    assert site.changed() == [f"move the team folder Lain to {APLIKASI}"]


def test_rights_that_somebody_narrowed_are_left(site: Site) -> None:
    site.setup()
    site.folder()["groups"][site.group_of(cast.APLIKASI)] = 1
    assert site.changed() == []
    assert "other rights" in site.notes()
    site.folder()["groups"]["hadir-layanan"] = 1
    assert site.changed() == [f"let the group hadir-layanan do everything in {APLIKASI}"]


def test_recaps_are_closed_to_colleagues_before_they_are_let_in(site: Site) -> None:
    site.setup()
    rules = site.house.rules[f"{APLIKASI}/Rekap"]
    group = site.group_of(cast.APLIKASI)
    assert rules == [("group", group, "0", "31"), ("group", "hadir-layanan", "31", "31"), ("user", "hendra", "1", "31")]
    folder = next(id for id, each in site.house.folders.items() if each["mount_point"] == APLIKASI)
    admitted = [i for i, change in enumerate(site.house.changes) if change.endswith(f"folders/{folder}/groups/{group}")]
    closed = [i for i, change in enumerate(site.house.changes) if change.startswith("PROPPATCH") and change.endswith("/Rekap")]
    assert min(closed) < min(admitted)


def test_a_new_leader_may_open_the_recaps_and_the_one_before_no_more(site: Site) -> None:
    site.setup()
    site.person("Hendra Gunawan", roles=["pegawai"])
    site.person("Dewi Lestari", roles=["pegawai", "pimpinan"])
    site.house.rules[f"{APLIKASI}/Rekap"].append(("user", "konsultan", "1", "31"))
    assert f"close {APLIKASI}/Rekap to all but Hadir and dewi" in site.changed()
    users = [id for kind, id, *_ in site.house.rules[f"{APLIKASI}/Rekap"] if kind == "user"]
    assert users == ["konsultan", "dewi"], "whom somebody let in by hand stays"
    assert site.changed() == []


def test_files_from_before_the_team_folder_are_brought_into_it(site: Site) -> None:
    site.house.user("hadir", ["hadir-layanan"])
    with site.hadir.database.write() as db:
        db.execute(people.unit.insert().values(name=f"{cast.APLIKASI} (9)"))
    others = {"Hadir", f"{APLIKASI} (9)", f"{APLIKASI} (9)/Rekap"}
    site.house.own["hadir"] = others | {APLIKASI, f"{APLIKASI}/Rekap", f"{APLIKASI}/Rekap/2026"}
    assert f"{APLIKASI} (1) was there before the team folder" in site.notes()
    folder = next(id for id, each in site.house.folders.items() if each["mount_point"] == APLIKASI)
    assert site.house.shared[folder] >= {"Rekap", "Rekap/2026"}
    assert site.house.own["hadir"] == others
    assert site.changed() == []


# ---------------------------------------------------------------- Talk


def _command(text: str) -> str:
    return next((line for line in text.splitlines() if "talk:bot:install" in line), "")


def test_the_command_that_installs_the_bot_is_told_until_it_is_there(site: Site) -> None:
    text = site.notes()
    assert f"talk:bot:install --feature webhook --feature response Hadir {site.secret('talk_secret')} {WEBHOOK}" in text
    assert 40 <= len(site.secret("talk_secret")) <= 128
    assert _command(site.notes()) == _command(text), "the secret is made once"
    site.house.bot("Hadir", WEBHOOK)
    assert "talk:bot" not in site.notes()


def test_the_bot_is_put_into_the_conversations_that_hadir_moderates(site: Site) -> None:
    site.setup()
    bot = site.house.bot("Hadir", WEBHOOK)
    site.house.rooms = [
        {"token": "t1", "type": 2, "participantType": 1, "displayName": "Bidang"},
        {"token": "t2", "type": 3, "participantType": 3, "displayName": "Umum"},
        {"token": "t3", "type": 1, "participantType": 1, "displayName": "siti"},
    ]
    lines = site.setup()
    assert "put the bot into the conversation Bidang" in lines
    assert any("no moderator (Umum)" in line for line in lines)
    assert site.house.in_rooms == {("t1", bot["id"])}
    assert site.changed() == []


def test_a_bot_with_an_unknown_secret_or_address_is_to_be_replaced(site: Site) -> None:
    old = site.house.bot("Hadir", "https://lama.example/nextcloud/talk")
    same = site.house.bot("Lain", WEBHOOK)
    text = site.notes()
    assert f"talk:bot:uninstall {old['id']}" in text
    assert f"talk:bot:uninstall {same['id']}" in text


def test_a_new_secret_is_for_a_bot_that_is_installed_anew(site: Site) -> None:
    site.setup()
    old, bot = site.secret("talk_secret"), site.house.bot("Hadir", WEBHOOK)
    text = site.notes(new_talk_secret=True)
    assert site.secret("talk_secret") != old
    assert site.secret("talk_secret") in text
    assert f"talk:bot:uninstall {bot['id']}" in text


def test_a_bot_that_is_switched_off(site: Site) -> None:
    site.setup()
    bot = site.house.bot("Hadir", WEBHOOK, state=0)
    assert f"talk:bot:state --feature webhook --feature response {bot['id']} 1" in site.notes()


def test_without_a_callback_address_talk_is_left_out(site: Site) -> None:
    assert "--callback-url" in site.notes(callback="")
    assert site.kept("talk_secret") is None


# ---------------------------------------------------------------- a server that will not do


def test_missing_apps_are_named_with_their_cure_and_the_rest_is_done(site: Site) -> None:
    site.house.apps = ["dav", "files"]
    text = site.notes()
    assert "occ app:enable groupfolders" in text
    assert "occ app:enable spreed" in text
    assert site.house.calendars == {"hadir/hadir"}
    site.house.apps += ["groupfolders", "spreed"]
    assert f"create the team folder {APLIKASI}" in site.changed()


def test_an_old_server(site: Site) -> None:
    site.house.version = "30.0.9"
    with pytest.raises(SetupError, match="older than 31"):
        site.setup()
    assert site.house.changes == []


def test_another_server_is_a_new_beginning(site: Site) -> None:
    site.setup()
    other = House()
    for username, *_ in cast.CAST:
        other.user(username, [])
    with serving(other.app) as url:
        site.url, site.house = url, other
        lines = site.changed()
        assert any(line.startswith("forget which groups") for line in lines)
        assert "create an app password for hadir and store it encrypted" in lines
        assert site.folder()["groups"]
        assert site.changed() == []


# ---------------------------------------------------------------- faults, on the command line


def run_with(site: Site, *answer: Any) -> Result:
    site.house.before = lambda: answer
    return site.runs("setup", "nextcloud", "--url", site.url, "--callback-url", CALLBACK)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (("maintenance", 503, {"X-Nextcloud-Maintenance-Mode": "1"}), "maintenance"),
        ((PAGE, 200), "is the address right?"),
        (("slow down", 429, {"Retry-After": "60"}), "429"),
        (("", 302, {"Location": "https://lain.kantor.example/"}), "https://lain.kantor.example"),
    ],
)
def test_a_server_that_answers_otherwise(site: Site, answer: Any, said: str) -> None:
    found = run_with(site, *answer)
    assert (found.exit_code, said in found.output) == (1, True), found.output
    assert "Traceback" not in found.output
    assert site.kept("url") is None


def test_a_server_that_is_down(site: Site) -> None:
    found = site.runs("setup", "nextcloud", "--url", f"http://127.0.0.1:{free_port()}", "--callback-url", CALLBACK)
    assert (found.exit_code, "cannot be reached" in found.output) == (1, True), found.output


def test_a_server_that_does_not_answer_in_time(site: Site) -> None:
    over = threading.Event()
    site.house.before = lambda: over.wait(20) and None
    admin = (ADMIN, ADMIN_PASSWORD)
    run = Setup(site.hadir, site.url, admin, manifest(), Wishes(), say=print, dry_run=False, silence_seconds=0.5)
    try:
        with pytest.raises(NextcloudError, match="did not answer in time"):
            run.run()
    finally:
        over.set()


def test_a_server_that_hangs_up(site: Site) -> None:
    def hang_up() -> Any:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return Response()

    site.house.before = hang_up
    found = site.runs("setup", "nextcloud", "--url", site.url, "--callback-url", CALLBACK)
    assert (found.exit_code, "cannot be reached" in found.output) == (1, True), found.output


def test_a_wrong_password_and_an_account_without_rights(site: Site) -> None:
    words = ("setup", "nextcloud", "--url", site.url, "--callback-url", CALLBACK)
    wrong = site.runs(*words, HADIR_NEXTCLOUD_ADMIN_PASSWORD="salah-besar")
    assert (wrong.exit_code, "Devices & sessions" in wrong.output) == (1, True), wrong.output
    assert "salah-besar" not in wrong.output
    site.house.passwords["siti"] = {"sandi-siti"}
    plain = site.runs(*words, HADIR_NEXTCLOUD_ADMIN_USER="siti", HADIR_NEXTCLOUD_ADMIN_PASSWORD="sandi-siti")
    assert (plain.exit_code, "group admin" in plain.output) == (1, True), plain.output
    assert site.house.changes == []


def test_the_command_line_connects_and_remembers(site: Site) -> None:
    first = site.runs("setup", "nextcloud", "--url", site.url, "--callback-url", CALLBACK)
    assert first.exit_code == 0, first.output
    assert "create the account hadir" in first.output
    again = site.runs("setup", "nextcloud")
    assert again.exit_code == 0, again.output
    assert "nothing to change" in again.output
    assert ADMIN_PASSWORD not in first.output + again.output


def test_how_it_becomes_an_app_is_told_on_demand_and_without_its_secret(site: Site) -> None:
    words = ("setup", "nextcloud", "--url", site.url, "--callback-url", "http://hadir.kantor.example:8080", "--exapp")
    off = site.runs(*words)
    assert off.exit_code == 0, off.output
    assert "app_api:app:register" not in off.output
    secret = "rahasia-aplikasi-" + "r" * 40
    on = site.runs(*words, HADIR_EXAPP_SECRET=secret)
    assert "app_api:app:register" in on.output, on.output
    assert secret not in on.output


def test_the_command_line_says_what_is_missing(site: Site) -> None:
    assert "--url" in site.runs("setup", "nextcloud").output
    assert "begins with http" in site.runs("setup", "nextcloud", "--url", "cloud.kantor.example").output


def test_without_a_password_and_without_a_terminal_it_says_where_to_put_one(site: Site) -> None:
    """As from cron or a container: a process that has nobody to ask."""
    given = {"PATH": os.environ["PATH"], "HADIR_HOME": str(site.home), "HADIR_SECRET_KEY": "t" * 64, "HADIR_PLUGINS": "izin"}
    words = [sys.executable, "-m", "integration.cli", "setup", "nextcloud", "--url", site.url, "--admin-user", "admin"]
    ended = subprocess.run(
        words, env=given, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, start_new_session=True
    )
    assert ended.returncode == 2
    assert "HADIR_NEXTCLOUD_ADMIN_PASSWORD" in ended.stderr
    assert "--admin-password" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_at_a_terminal_it_asks_for_the_password_and_does_not_show_it(site: Site) -> None:
    given = {"PATH": os.environ["PATH"], "HADIR_SECRET_KEY": "t" * 64, "HADIR_HOME": str(site.home), "HADIR_PLUGINS": "izin"}
    given["HADIR_DATABASE_URL"] = f"sqlite:///{site.home}/asked.db"
    words = ["setup", "nextcloud", "--url", site.url, "--admin-user", ADMIN, "--email", "hadir@kantor.example"]
    shown, code = at_a_terminal([sys.executable, "-m", "integration.cli", *words], given, f"{ADMIN_PASSWORD}\n")
    assert "App password of that account" in shown
    assert "create the account hadir" in shown
    assert ADMIN_PASSWORD not in shown
    assert code == 0


def _hidden(text: str) -> Any:
    from pydantic import SecretStr

    return SecretStr(text)


def other_key(text: str = "u" * 64) -> Any:
    return _hidden(text)
