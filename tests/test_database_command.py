"""`hadir db upgrade` and `hadir db status`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from integration.cli import hadir as command_line
from tests.conftest import SECRET
from tests.postgres import free_port


@pytest.fixture
def cli(tmp_path: Path) -> Callable[..., Result]:
    home = {"HADIR_HOME": str(tmp_path), "HADIR_SECRET_KEY": SECRET, "HADIR_DATABASE_URL": ""}
    return lambda *words, **env: CliRunner().invoke(command_line, ["db", *words], env=home | env)


def test_a_new_file_is_made_and_a_second_time_there_is_nothing_to_do(cli: Callable[..., Result]) -> None:
    missing = cli("status")
    assert (missing.exit_code, "hadir db upgrade" in missing.output) == (1, True)
    assert "was: empty" in cli("upgrade").output
    assert "nothing to do" in cli("upgrade").output
    assert cli("status").exit_code == 0


def test_an_existing_database_is_up_to_date(cli: Callable[..., Result], database_url: str) -> None:
    status = cli("status", HADIR_DATABASE_URL=database_url)
    assert (status.exit_code, "revision:" in status.output) == (0, True)


def test_an_unreachable_database_is_one_clear_line_without_the_password(cli: Callable[..., Result]) -> None:
    url = f"postgresql://hadir:rahasia@127.0.0.1:{free_port()}/hadir"
    failed = cli("status", HADIR_DATABASE_URL=url)
    assert failed.exit_code == 1
    assert "cannot be used" in failed.output
    assert "rahasia" not in failed.output
