"""Settings: where they come from, and what is said of a wrong one."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from integration.settings import SettingsError, load

SECRET = "s" * 32


def test_defaults_are_an_sqlite_file_and_a_secret_of_its_own(tmp_path: Path) -> None:
    settings = load({"HADIR_HOME": str(tmp_path / "rumah")})
    assert settings.database == f"sqlite:///{tmp_path / 'rumah' / 'hadir.db'}"
    assert (settings.host, settings.port, settings.locale) == ("127.0.0.1", 8080, "id")
    kept = tmp_path / "rumah" / "secret.key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert settings.secret_key.get_secret_value() == kept.read_text()
    assert load({"HADIR_HOME": str(tmp_path / "rumah")}).secret_key == settings.secret_key


def test_the_environment_decides_and_a_file_decides_more(tmp_path: Path) -> None:
    (tmp_path / "kunci").write_text(f"{SECRET}\n")
    settings = load(
        {
            "HADIR_HOME": str(tmp_path),
            "HADIR_PORT": "9000",
            "HADIR_PLUGINS": "hadir, rapat,",
            "HADIR_SECRET_KEY": "x" * 40,
            "HADIR_SECRET_KEY_FILE": str(tmp_path / "kunci"),
        }
    )
    assert (settings.port, settings.plugins) == (9000, ("hadir", "rapat"))
    assert settings.secret_key.get_secret_value() == SECRET
    assert load({"HADIR_HOME": str(tmp_path), "HADIR_PORT": "9000"}, port=1).port == 1


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_a_postgresql_address(scheme: str) -> None:
    settings = load({"HADIR_DATABASE_URL": f"{scheme}://hadir@localhost/hadir", "HADIR_SECRET_KEY": SECRET})
    assert settings.database == "postgresql+psycopg://hadir@localhost/hadir"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"HADIR_PORT": "delapan"}, "HADIR_PORT"),
        ({"HADIR_PORT": "70000"}, "HADIR_PORT"),
        ({"HADIR_WEB_THREADS": "0"}, "HADIR_WEB_THREADS"),
        ({"HADIR_SECRET_KEY": "pendek"}, "openssl rand -hex 32"),
        ({"HADIR_SECRET_KEY_FILE": "/tidak/ada"}, "HADIR_SECRET_KEY_FILE names a file that cannot be read"),
        ({"HADIR_DATABASE_URL": "postgresql://x/y"}, "must be set when PostgreSQL is used"),
        ({"HADIR_HOME": "/proc/hadir"}, "HADIR_HOME .* cannot be written"),
        ({"HADIR_LOGBOOK_DIGEST_AT": "16.30"}, "HADIR_LOGBOOK_DIGEST_AT: .*write a time of day from 00:00 to 23:59"),
        ({"HADIR_REMINDER_UNTIL": "24:00"}, "HADIR_REMINDER_UNTIL: .*write a time of day"),
        ({"HADIR_LOGBOOK_LOCK_DAY": "29"}, "HADIR_LOGBOOK_LOCK_DAY: .*less than or equal to 28"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(environment: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load(environment)


def test_two_wrong_settings_are_both_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HADIR_PORT(.|\n)*HADIR_WEB_PROCESSES"):
        load({"HADIR_HOME": str(tmp_path), "HADIR_PORT": "x", "HADIR_WEB_PROCESSES": "x"})


def test_settings_are_frozen_and_show_no_secret(tmp_path: Path) -> None:
    settings = load({"HADIR_HOME": str(tmp_path), "HADIR_SECRET_KEY": SECRET, "HADIR_MATTERMOST_BOT_TOKEN": "rahasia-sekali"})
    assert SECRET not in repr(settings)
    assert "rahasia" not in str(settings)
    with pytest.raises(ValidationError):
        settings.port = 1
