"""`hadir setup mattermost` and `hadir doctor` against a small server: what they change, what they refuse, what they find."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select, update

from integration import audit, installation, people
from integration.adapters.mattermost import doctor
from integration.adapters.mattermost.known import token_hash
from integration.adapters.mattermost.setup import Setup, SetupError
from integration.adapters.mattermost.tables import mattermost_command
from integration.app import assemble, manifest
from integration.cli import hadir as command_line
from integration.core import Hadir
from integration.doctor import Check
from integration.settings import load
from tests import cast
from tests.adapters.mattermost.server import ADMIN, Server
from tests.live.office import ONE_COMMAND
from tests.live.recording import serving
from tests.postgres import free_port

pytestmark = pytest.mark.in_turn


@dataclass
class Site:
    """A Mattermost, and the installation that is being connected to it."""

    server: Server
    url: str
    callback: str
    hadir: Hadir
    home: Path
    clock: cast.Clock
    manifest: dict[str, Any] = field(default_factory=lambda: ONE_COMMAND)

    def setup(self, *teams: str, dry_run: bool = False) -> list[str]:
        lines: list[str] = []
        run = Setup(self.hadir, self.url, ADMIN, self.callback, self.manifest, say=lines.append, dry_run=dry_run)
        changes = run.run(teams)
        assert changes == len([line for line in lines if not line.startswith("note:")])
        return lines

    def checks(self, token: str = ADMIN, skew: timedelta = timedelta()) -> dict[str, Check]:
        """The doctor's findings by name; our clock is `skew` away from the server's."""
        self.clock.now = datetime.now(UTC) + skew
        return {check.name: check for check in doctor.checks(self.hadir, self.manifest, token)}

    def runs(self, *words: str, **env: str) -> Result:
        """A command line, with this installation's database."""
        given = {
            "HADIR_DATABASE_URL": self.hadir.settings.database_url,
            "HADIR_HOME": str(self.home),
            "HADIR_SECRET_KEY": "t" * 64,
        }
        return CliRunner().invoke(command_line, list(words), env=given | {"HADIR_MATTERMOST_ADMIN_TOKEN": ADMIN} | env)


@pytest.fixture
def site(database_url: str, tmp_path: Path, clock: cast.Clock) -> Iterator[Site]:
    server = Server()
    settings = load({}, database_url=database_url, secret_key="t" * 64, home=tmp_path / "home")
    hadir = assemble(settings, clock=clock)
    ours = Flask("ours")
    ours.get("/healthz")(lambda: {"alive": True})
    with serving(server.app) as url, serving(ours) as callback:
        yield Site(server, url, callback, hadir, tmp_path / "home", clock)
    hadir.database.dispose()


def stored(site: Site) -> list[Any]:
    with site.hadir.database.read() as db:
        return list(db.execute(select(mattermost_command).order_by(mattermost_command.c.team_id)))


def test_the_first_run_makes_everything_and_the_second_nothing(site: Site) -> None:
    lines = site.setup()
    assert "create the bot @hadir" in lines
    assert [line for line in lines if line.startswith("create /hadir")] == [
        "create /hadir in the team kantor",
        "create /hadir in the team dinas",
    ]
    assert {row.team_id: row.token_hash for row in stored(site)} == {
        command["team_id"]: token_hash(command["token"]) for command in site.server.commands.values()
    }
    assert {("team-kantor", "hadir"), ("team-dinas", "hadir")} <= site.server.members
    with site.hadir.database.read() as db:
        assert site.server.tokens[installation.get_secret(db, site.hadir.signer, "mattermost.bot_token")] == "hadir"
        assert "bot-token" not in str(installation.get(db, "mattermost.bot_token"))
    site.server.changes.clear()
    assert site.setup() == []
    assert site.server.changes == []


def test_every_command_of_the_manifest_is_made_and_found(site: Site) -> None:
    site.manifest = manifest()
    site.setup("dinas")
    assert {row.trigger for row in stored(site)} == {command["trigger"] for command in manifest()["commands"]}
    assert site.setup("dinas") == []
    assert {check.status for check in site.checks().values()} == {"ok"}


def test_a_dry_run_changes_nothing(site: Site) -> None:
    lines = site.setup(dry_run=True)
    assert lines
    assert all(line.startswith("would ") for line in lines)
    assert site.server.changes == []
    assert stored(site) == []


def test_only_the_named_teams(site: Site) -> None:
    site.setup("dinas")
    assert [row.team_id for row in stored(site)] == ["team-dinas"]
    with pytest.raises(SetupError, match="nope"):
        site.setup("dinas", "nope")


def test_what_differs_is_updated(site: Site) -> None:
    site.setup()
    command = next(iter(site.server.commands.values()))
    command |= {"auto_complete_hint": "lama", "url": "http://old.example"}
    site.server.bots["hadir"] |= {"display_name": "X", "delete_at": 5}
    lines = site.setup()
    assert "enable the bot @hadir" in lines
    assert "update the name and description of the bot @hadir" in lines
    assert "update /hadir in the team kantor (auto_complete_hint, url)" in lines
    assert site.setup() == []


def test_a_command_of_somebody_else_is_taken_over(site: Site) -> None:
    theirs = {"id": "c0", "team_id": "team-dinas", "trigger": "hadir", "url": "http://other.example/x", "token": "theirs"}
    other = {"id": "c1", "team_id": "team-dinas", "trigger": "cuaca", "url": "http://other.example/y", "token": "y"}
    site.server.commands |= {"c0": theirs, "c1": other}
    assert "take over /hadir in the team dinas, which called http://other.example/x" in site.setup()
    assert [row.token_hash for row in stored(site) if row.team_id == "team-dinas"] == [token_hash("theirs")]
    assert "c1" in site.server.commands


def test_commands_that_are_stale_or_gone_are_cleared_away(site: Site) -> None:
    site.setup()
    url = f"{site.callback}/mattermost/commands"
    site.server.commands["c9"] = {"id": "c9", "team_id": "team-dinas", "trigger": "lama", "url": url, "token": "z"}
    gone = next(id for id, command in site.server.commands.items() if command["team_id"] == "team-kantor")
    del site.server.commands[gone]
    lines = site.setup()
    assert "delete /lama in the team dinas: it is no longer in the manifest" in lines
    assert "forget the token of a deleted /hadir" in lines
    assert "create /hadir in the team kantor" in lines
    assert site.setup() == []


def test_a_regenerated_token_is_stored(site: Site) -> None:
    site.setup("dinas")
    next(iter(site.server.commands.values()))["token"] = "new"
    assert site.setup("dinas") == ["store the hash of the token of /hadir"]


def test_a_revoked_bot_token_is_made_anew(site: Site) -> None:
    site.setup()
    site.server.tokens = {ADMIN: "admin"}
    assert site.setup() == ["create an access token for the bot and store it encrypted"]


def test_a_person_with_the_bots_name_is_left_alone(site: Site) -> None:
    site.server.user("hadir", is_bot=False)
    with pytest.raises(SetupError, match="a person's account"):
        site.setup()
    assert site.server.changes == []


def test_accounts_are_linked_where_the_address_agrees_or_is_unknown(site: Site) -> None:
    with site.hadir.database.write() as db:
        cast.settle(db)
        db.execute(update(people.account).values(external_id=None))
        db.execute(update(people.person).where(people.person.c.name.like("Dewi%")).values(email=""))
    site.server.user("siti", email="Siti@kantor.example")
    site.server.user("dewi", email="dewi@rumah.example")
    site.server.user("budi", email="budi@rumah.example")
    site.server.user("wayan", email="wayan@kantor.example", delete_at=5)
    lines = site.setup()
    assert [line for line in lines if line.startswith("link")] == ["link @siti to Siti Rahayu", "link @dewi to Dewi Lestari"]
    assert any("budi" in line and "another e-mail" in line for line in lines)
    with site.hadir.database.read() as db:
        bound = db.scalars(select(people.account.c.external_id).where(people.account.c.external_id.is_not(None))).all()
        rows = db.execute(select(audit.audit).where(audit.audit.c.action == "people.bound").order_by(audit.audit.c.id)).all()
    assert sorted(bound) == ["dewi", "siti"]
    assert [(row.actor, row.object, row.before["external_id"], row.after["external_id"]) for row in rows] == [
        ("setup", "account:mattermost:siti", None, "siti"),
        ("setup", "account:mattermost:dewi", None, "dewi"),
    ]
    assert "kantor.example" not in str(rows)


def test_a_dry_run_links_nobody_and_audits_nothing(site: Site) -> None:
    with site.hadir.database.write() as db:
        cast.settle(db)
        db.execute(update(people.account).values(external_id=None))
    site.server.user("siti", email="siti@kantor.example")
    assert "would link @siti to Siti Rahayu" in site.setup(dry_run=True)
    with site.hadir.database.read() as db:
        assert db.scalars(select(people.account.c.external_id).where(people.account.c.external_id.is_not(None))).all() == []
        assert db.execute(select(audit.audit)).all() == []


# ---------------------------------------------------------------- the command line


def test_the_command_line_connects_and_remembers(site: Site) -> None:
    first = site.runs("setup", "mattermost", "--url", site.url, "--callback-url", site.callback, "--team", "dinas")
    assert first.exit_code == 0, first.output
    assert "create the bot @hadir" in first.output
    again = site.runs("setup", "mattermost", "--team", "dinas")
    assert again.exit_code == 0, again.output
    assert "nothing to change" in again.output
    assert ADMIN not in first.output + again.output


def test_the_command_line_says_what_is_missing(site: Site) -> None:
    assert "--url" in site.runs("setup", "mattermost").output
    assert "--callback-url" in site.runs("setup", "mattermost", "--url", site.url).output
    wrong = site.runs(
        "setup", "mattermost", "--url", site.url, "--callback-url", site.callback, HADIR_MATTERMOST_ADMIN_TOKEN="x"
    )
    assert wrong.exit_code == 1
    assert "Personal Access Tokens" in wrong.output
    closed = f"http://127.0.0.1:{free_port()}"
    down = site.runs("setup", "mattermost", "--url", closed, "--callback-url", site.callback)
    assert (down.exit_code, "cannot be reached" in down.output) == (1, True)


def test_without_a_token_and_without_a_terminal_it_says_where_to_put_one(site: Site) -> None:
    """As from cron or a container: a process that has nobody to ask."""
    given = {"PATH": os.environ["PATH"], "HADIR_HOME": str(site.home), "HADIR_SECRET_KEY": "t" * 64}
    words = [sys.executable, "-m", "integration.cli", "setup", "mattermost", "--url", site.url]
    ended = subprocess.run(
        words, env=given, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, start_new_session=True
    )
    assert ended.returncode == 2
    assert "HADIR_MATTERMOST_ADMIN_TOKEN" in ended.stderr
    assert "--admin-token" in ended.stderr
    assert "Warning" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_at_a_terminal_it_asks_for_the_token_and_does_not_show_it(site: Site) -> None:
    given = {"PATH": os.environ["PATH"], "HADIR_SECRET_KEY": "t" * 64, "HADIR_HOME": str(site.home)}
    given["HADIR_DATABASE_URL"] = f"sqlite:///{site.home}/asked.db"
    words = ["setup", "mattermost", "--url", site.url, "--callback-url", site.callback, "--team", "dinas"]
    shown, code = at_a_terminal([sys.executable, "-m", "integration.cli", *words], given, f"{ADMIN}\n")
    assert "access token of a system administrator" in shown
    assert "create the bot @hadir" in shown
    assert ADMIN not in shown
    assert code == 0


def at_a_terminal(words: list[str], env: dict[str, str], typed: str) -> tuple[str, int]:
    """What was on the screen of a terminal of its own, and the exit code; `typed` is typed at the first question."""
    pid, screen = pty.fork()
    if not pid:
        os.execve(words[0], words, env)  # noqa: S606  # no shell is wanted
    shown = b""
    with open(screen, "r+b", buffering=0) as terminal:
        try:
            while chunk := terminal.read(4096):
                if b":" in chunk and typed:
                    terminal.write(typed.encode())
                    typed = ""
                shown += chunk
        except OSError:  # the other end was closed
            pass
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


# ---------------------------------------------------------------- the doctor


def test_all_is_well_after_setup(site: Site) -> None:
    site.setup()
    found = site.checks()
    assert {check.status for check in found.values()} == {"ok"}, found


def test_without_an_admin_token_it_says_what_it_could_not_check(site: Site) -> None:
    site.setup()
    found = site.checks(token="")
    skipped = {name for name, check in found.items() if check.status == "skip"}
    assert skipped == {"internal connections", "bot owner", "command /hadir"}
    assert not [check for check in found.values() if check.status == "fail"]


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("SiteURL", "", "SiteURL"),
        ("EnableCommands", False, "EnableCommands"),
        ("EnableBotAccountCreation", False, "EnableBotAccountCreation"),
        ("AllowedUntrustedInternalConnections", "localhost, chat.example", "internal connections"),
    ],
)
def test_a_wrong_setting_fails_with_its_cure(site: Site, name: str, value: Any, check: str) -> None:
    site.setup()
    site.server.settings[name] = value
    found = site.checks()[check]
    assert found.status == "fail"
    assert name in found.cure


def test_addresses_that_nobody_verifies_are_a_warning(site: Site) -> None:
    """Accounts are linked by their e-mail address, which anybody may enter where the server does not ask for a proof."""
    site.setup()
    site.server.settings["RequireEmailVerification"] = False
    found = site.checks(token="")["e-mail verification"]
    assert (found.status, "RequireEmailVerification" in found.cure, "people file" in found.cure) == ("warn", True, True)
    del site.server.settings["RequireEmailVerification"]
    assert site.checks()["e-mail verification"].status == "warn"


def test_an_allowed_network_is_enough(site: Site) -> None:
    site.setup()
    site.server.settings["AllowedUntrustedInternalConnections"] = "127.0.0.0/8"
    assert site.checks()["internal connections"].status == "ok"


def test_an_old_server(site: Site) -> None:
    site.setup()
    site.server.version = "9.11.0"
    assert site.checks()["version"].status == "fail"


def test_clocks_that_differ(site: Site) -> None:
    site.setup()
    assert site.checks(skew=timedelta(seconds=-12))["clock"].status == "warn"
    assert site.checks(skew=timedelta(minutes=8))["clock"].status == "fail"


def test_a_bot_whose_owner_left(site: Site) -> None:
    site.setup()
    site.server.users["admin2"] = {**site.server.users["admin"], "id": "admin2", "username": "pensiun", "delete_at": 5}
    site.server.bots["hadir"]["owner_id"] = "admin2"
    found = site.checks()["bot owner"]
    assert (found.status, "pensiun" in found.detail) == ("fail", True)
    site.server.users["admin2"] |= {"delete_at": 0, "roles": "system_user"}
    assert site.checks()["bot owner"].status == "warn"


def test_commands_and_teams_that_differ(site: Site) -> None:
    site.setup("dinas")
    command = next(iter(site.server.commands.values()))
    command |= {"token": "other", "url": "http://other.example"}
    assert "token, address" in site.checks()["command /hadir"].detail
    site.server.commands.clear()
    assert site.checks()["command /hadir"].status == "fail"
    site.server.members.discard(("team-dinas", "hadir"))
    assert site.checks()["bot teams"].status == "fail"


def test_a_token_that_is_no_longer_valid(site: Site) -> None:
    site.setup()
    site.server.tokens = {ADMIN: "admin"}
    assert site.checks()["bot token"].status == "fail"


def test_a_callback_that_nobody_answers(site: Site) -> None:
    site.callback = f"http://127.0.0.1:{free_port()}"
    site.setup()
    assert site.checks()["callback from here"].status == "fail"


def test_the_doctor_on_the_command_line(site: Site) -> None:
    untouched = site.runs("doctor")
    assert untouched.exit_code == 0, untouched.output
    assert "not set up" in untouched.output
    site.setup()
    site.server.settings["EnableCommands"] = False
    found = site.runs("doctor", "--json")
    assert found.exit_code == 1
    checks = {check["name"]: check for check in json.loads(found.output)}
    assert checks["database"]["status"] == checks["migrations"]["status"] == checks["time zones"]["status"] == "ok"
    assert checks["EnableCommands"]["status"] == "fail"
    assert checks["EnableCommands"]["cure"]


def test_the_doctor_without_a_database(site: Site) -> None:
    url = f"postgresql://nobody:rahasia@127.0.0.1:{free_port()}/x"
    found = site.runs("doctor", HADIR_DATABASE_URL=url)
    assert found.exit_code == 1
    assert "HADIR_DATABASE_URL" in found.output
    assert "rahasia" not in found.output
