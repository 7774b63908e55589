"""Every setting, read once from `HADIR_*` or from the file that `HADIR_*_FILE` names; frozen afterwards."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_SHORTEST_SECRET = 32


class SettingsError(Exception):
    """A setting is missing or wrong; the text names it and the cure."""


class Settings(BaseSettings):
    """The settings of one installation. Times are local to each office, `HH:MM`."""

    model_config = SettingsConfigDict(env_prefix="HADIR_", frozen=True, extra="ignore")

    home: Path = Field(default_factory=lambda: Path.home() / ".hadir")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    web_processes: int = Field(default=1, ge=1, le=64)
    web_threads: int = Field(default=16, ge=1, le=256)
    public_url: str = ""
    secret_key: SecretStr = SecretStr("")
    locale: str = "id"
    zone: str = "Asia/Jakarta"
    plugins: Annotated[tuple[str, ...], NoDecode] = ()
    log_level: str = "INFO"

    mattermost_url: str = ""
    mattermost_bot_token: SecretStr = SecretStr("")

    correction_days: int = Field(default=14, ge=0, le=366)
    reminder_before_minutes: int = Field(default=15, ge=0, le=240)
    reminder_after_minutes: int = Field(default=15, ge=0, le=240)
    reminder_from: str = "05:00"
    reminder_until: str = "21:00"

    @field_validator("plugins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, (part.strip() for part in value.split(",")))) if isinstance(value, str) else value

    @property
    def database(self) -> str:
        """The SQLAlchemy URL: `database_url`, or an SQLite file under `home`."""
        url = self.database_url or f"sqlite:///{self.home / 'hadir.db'}"
        return url.replace("postgresql://", "postgresql+psycopg://", 1).replace("postgres://", "postgresql+psycopg://", 1)


def load(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the settings from `environment`; raises `SettingsError`, which names the cure."""
    environment = os.environ if environment is None else environment
    values = _values(environment) | overrides
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        lines = [f"HADIR_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']} (got {e['input']!r})" for e in error.errors()]
        raise SettingsError("These settings cannot be used:\n  " + "\n  ".join(lines)) from None
    return _with_secret(settings)


def _values(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in Settings.model_fields:
        plain, file = f"HADIR_{name.upper()}", f"HADIR_{name.upper()}_FILE"
        if environment.get(file):
            try:
                values[name] = Path(environment[file]).read_text().strip()
            except OSError as error:
                raise SettingsError(f"{file} names a file that cannot be read: {error}") from None
        elif environment.get(plain):
            values[name] = environment[plain]
    return values


def _with_secret(settings: Settings) -> Settings:
    """A secret is made once for a single server; several servers must be given the same one."""
    given = settings.secret_key.get_secret_value()
    if given and len(given) < _SHORTEST_SECRET:
        raise SettingsError(
            f"HADIR_SECRET_KEY is shorter than {_SHORTEST_SECRET} characters; make one with: openssl rand -hex 32"
        )
    if given:
        return settings
    if not settings.database.startswith("sqlite"):
        raise SettingsError(
            "HADIR_SECRET_KEY (or HADIR_SECRET_KEY_FILE) must be set when PostgreSQL is used, the same for every process; "
            "make one with: openssl rand -hex 32"
        )
    return settings.model_copy(update={"secret_key": SecretStr(_kept_secret(settings.home / "secret.key"))})


def _kept_secret(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError(f"HADIR_HOME ({path.parent}) cannot be written: {error}") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(secret := secrets.token_hex(32))
    return secret
