"""The console command itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from integration import __version__
from integration.cli import COMMANDS, hadir

ROOT = Path(__file__).parent.parent


def run(*words: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`hadir …` in a process of its own, with no setting of this one's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HADIR_")}
    return subprocess.run(
        [sys.executable, "-m", "integration.cli", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        env=kept | {"HADIR_HOME": str(home)} | environment,
    )


def test_help_lists_every_command_with_what_it_does() -> None:
    result = CliRunner().invoke(hadir, ["-h"])
    assert result.exit_code == 0
    lines = {line.split()[0]: line.split()[1:] for line in result.output.splitlines() if line.startswith("  ")}
    assert all(lines[name] for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(hadir, [name, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: hadir {name}")


def test_an_unknown_command_is_wrong_usage() -> None:
    assert CliRunner().invoke(hadir, ["terbang"]).exit_code == 2


def test_the_version(tmp_path: Path) -> None:
    assert run("--version", home=tmp_path).stdout == f"hadir, version {__version__}\n"


def test_a_wrong_setting_is_one_clear_line_and_no_traceback(tmp_path: Path) -> None:
    result = run("people", "list", home=tmp_path, HADIR_PORT="delapan")
    assert (result.returncode, result.stdout) == (1, "")
    assert "HADIR_PORT" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_database_that_cannot_be_reached_is_one_clear_line(tmp_path: Path) -> None:
    url = "postgresql://hadir:rahasia@127.0.0.1:1/hadir"
    result = run("people", "list", home=tmp_path, HADIR_DATABASE_URL=url, HADIR_SECRET_KEY="s" * 64)
    assert (result.returncode, result.stdout) == (1, "")
    assert "cannot be used" in result.stderr
    assert "Traceback" not in result.stderr
    assert "rahasia" not in result.stderr


def test_a_new_database_from_upgrade_to_the_first_words(tmp_path: Path) -> None:
    assert run("db", "upgrade", home=tmp_path).returncode == 0
    people = tmp_path / "orang.csv"
    people.write_text(
        "nip,nama,unit,atasan,peran,email,zona,mattermost,nextcloud\n198501012010011001,Siti,Bidang A,,,,WIB,siti,\n"
    )
    assert "1 added" in run("people", "import", str(people), home=tmp_path).stdout
    said = run("say", "--as", "siti", "/hadir status", home=tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.strip()
