"""Every setting, read once from `HADIR_*` or from the file that `HADIR_*_FILE` names; frozen afterwards."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_SHORTEST_SECRET = 32
# These are files themselves: `HADIR_*_FILE` names the file, which is read when it is needed.
_FILES = frozenset({"agency_logo", "signing_pkcs12"})


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

    nextcloud_url: str = ""
    nextcloud_user: str = ""
    nextcloud_app_password: SecretStr = SecretStr("")
    nextcloud_folder: str = ""

    correction_days: int = Field(default=14, ge=0, le=366)
    correction_escalate_days: int = Field(default=3, ge=1, le=366)
    reminder_before_minutes: int = Field(default=15, ge=0, le=240)
    reminder_after_minutes: int = Field(default=15, ge=0, le=240)
    reminder_from: str = "05:00"
    reminder_until: str = "21:00"
    outage_after_seconds: int = Field(default=120, ge=2, le=86400)

    agency_name: str = ""
    agency_parent: str = ""
    agency_address: str = ""
    agency_logo: Path | None = None
    agency_place: str = ""
    agency_contact: str = ""
    agency_data_licence: str = ""
    signing_pkcs12: Path | None = None
    signing_password: SecretStr = SecretStr("")

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
    if settings.nextcloud_url and not (settings.nextcloud_user and settings.nextcloud_app_password.get_secret_value()):
        raise SettingsError("HADIR_NEXTCLOUD_URL also needs HADIR_NEXTCLOUD_USER and HADIR_NEXTCLOUD_APP_PASSWORD (or …_FILE)")
    return _with_secret(settings)


def _values(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in Settings.model_fields:
        plain, file = f"HADIR_{name.upper()}", f"HADIR_{name.upper()}_FILE"
        if environment.get(file) and name in _FILES:
            values[name] = environment[file]
        elif environment.get(file):
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
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make_secret(path)
        secret = path.read_text().strip()
    except OSError as error:
        raise SettingsError(f"HADIR_HOME ({path.parent}) cannot be written: {error}") from None
    if len(secret) < _SHORTEST_SECRET:
        raise SettingsError(
            f"{path} does not hold a secret of at least {_SHORTEST_SECRET} characters: put it back from the backup, "
            "or delete it, and buttons and stored credentials have to be made anew"
        )
    return secret


def _make_secret(path: Path) -> None:
    """The file appears whole: one that is empty for a moment, or for ever after a crash, would let everybody sign."""
    descriptor, unfinished = tempfile.mkstemp(prefix=".secret-", dir=path.parent)  # readable by its owner only
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its secret counts
            os.link(unfinished, path)
    finally:
        os.unlink(unfinished)
