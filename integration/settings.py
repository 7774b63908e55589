"""Every setting, read once from `HADIR_*` or from the file that `HADIR_*_FILE` names; frozen afterwards."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_SHORTEST_SECRET = 32
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_EXAPP_ID = re.compile(r"[a-z][a-z0-9_-]{0,31}")
# These are files themselves: `HADIR_*_FILE` names the file, which is read when it is needed.
_FILES = frozenset({"agency_logo", "signing_pkcs12", "meet_credentials", "logbook_columns"})

# What each video provider needs that is set up here; the first says that it is meant.
_VIDEO = {
    "link": ("video_link",),
    "jitsi": ("jitsi_url",),
    "bigbluebutton": ("bigbluebutton_url", "bigbluebutton_secret"),
    "zoom": ("zoom_account_id", "zoom_client_id", "zoom_client_secret", "zoom_user"),
    "meet": ("meet_credentials", "meet_subject"),
}


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
    web_threads: int = Field(default=8, ge=1, le=256)
    public_url: str = ""
    secret_key: SecretStr = SecretStr("")
    locale: str = "id"
    zone: str = "Asia/Jakarta"
    plugins: Annotated[tuple[str, ...], NoDecode] = ()
    log_level: str = "INFO"

    mattermost_url: str = ""
    mattermost_bot_token: SecretStr = SecretStr("")

    attendance_channels: Annotated[tuple[str, ...], NoDecode] = ()
    missed_days: int = Field(default=3, ge=1, le=30)

    nextcloud_url: str = ""
    nextcloud_user: str = ""
    nextcloud_app_password: SecretStr = SecretStr("")
    nextcloud_folder: str = ""
    nextcloud_talk_secret: SecretStr = SecretStr("")
    exapp_id: str = "hadir"
    exapp_secret: SecretStr = SecretStr("")

    caldav_url: str = ""
    caldav_user: str = ""
    caldav_password: SecretStr = SecretStr("")

    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_from: str = ""

    imap_host: str = ""
    imap_port: int = Field(default=993, ge=1, le=65535)
    imap_user: str = ""
    imap_password: SecretStr = SecretStr("")
    imap_security: Literal["starttls", "tls", "none"] = "tls"
    imap_folder: str = "INBOX"

    video: Literal["", "talk", "jitsi", "bigbluebutton", "calls", "zoom", "meet", "link"] = ""
    video_link: str = ""
    jitsi_url: str = ""
    jitsi_app_id: str = ""
    jitsi_app_secret: SecretStr = SecretStr("")
    bigbluebutton_url: str = ""
    bigbluebutton_secret: SecretStr = SecretStr("")
    zoom_account_id: str = ""
    zoom_client_id: str = ""
    zoom_client_secret: SecretStr = SecretStr("")
    zoom_user: str = ""
    meet_credentials: Path | None = None
    meet_subject: str = ""

    correction_days: int = Field(default=14, ge=0, le=366)
    correction_escalate_days: int = Field(default=3, ge=1, le=366)
    reminder_before_minutes: int = Field(default=15, ge=0, le=240)
    reminder_after_minutes: int = Field(default=15, ge=0, le=240)
    reminder_from: str = "05:00"
    reminder_until: str = "21:00"
    outage_after_seconds: int = Field(default=120, ge=2, le=86400)

    berkas_largest_mb: int = Field(default=1000, ge=1, le=100_000)
    berkas_share_days: int = Field(default=14, ge=1, le=366)
    berkas_share_longest_days: int = Field(default=90, ge=1, le=3660)

    logbook_late_days: int = Field(default=3, ge=0, le=366)
    logbook_lock_day: int = Field(default=10, ge=0, le=28)
    logbook_remind_at: str = "15:30"
    logbook_digest_at: str = "16:30"
    logbook_columns: Path | None = None

    agency_name: str = ""
    agency_parent: str = ""
    agency_address: str = ""
    agency_logo: Path | None = None
    agency_place: str = ""
    agency_contact: str = ""
    agency_data_licence: str = ""
    signing_pkcs12: Path | None = None
    signing_password: SecretStr = SecretStr("")

    @field_validator("plugins", "attendance_channels", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, (part.strip() for part in value.split(",")))) if isinstance(value, str) else value

    @field_validator("reminder_from", "reminder_until", "logbook_remind_at", "logbook_digest_at")
    @classmethod
    def _clock(cls, value: str) -> str:
        if not _CLOCK.fullmatch(value):
            raise ValueError("write a time of day from 00:00 to 23:59, like 15:30")
        return value

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
    _check_mail(settings)
    _check_exapp(settings)
    return _with_secret(_check_video(settings))


def _check_mail(settings: Settings) -> None:
    if settings.smtp_host and "@" not in parseaddr(settings.smtp_from)[1]:
        raise SettingsError("HADIR_SMTP_HOST also needs HADIR_SMTP_FROM, the address that invitations come from")
    if settings.caldav_url and not settings.caldav_url.startswith(("http://", "https://")):
        raise SettingsError("HADIR_CALDAV_URL must be the address of a calendar, with https:// before it")
    if settings.imap_host and not (settings.imap_user and settings.imap_password.get_secret_value()):
        raise SettingsError("HADIR_IMAP_HOST also needs HADIR_IMAP_USER and HADIR_IMAP_PASSWORD (or …_FILE)")


def _check_video(settings: Settings) -> Settings:
    """The settings, with the only provider that they name as the office's own if they say no other."""
    for name in ("video_link", "jitsi_url", "bigbluebutton_url"):
        _check_address(f"HADIR_{name.upper()}", getattr(settings, name))
    if bool(settings.jitsi_app_id) != bool(settings.jitsi_app_secret.get_secret_value()):
        raise SettingsError("HADIR_JITSI_APP_ID and HADIR_JITSI_APP_SECRET belong together: set both, or neither")
    named = {kind for kind, needed in _VIDEO.items() if getattr(settings, needed[0])}
    for kind in sorted(named | ({settings.video} & _VIDEO.keys())):
        missing = [f"HADIR_{name.upper()}" for name in _VIDEO[kind] if not _given(getattr(settings, name))]
        if missing:
            raise SettingsError(f"The video provider {kind} also needs {', '.join(missing)} (or …_FILE)")
    only = named.pop() if len(named) == 1 and not settings.video else settings.video
    return settings.model_copy(update={"video": only})


def _given(value: object) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


def _check_address(name: str, url: str) -> None:
    """A browser gives camera and microphone to pages that came over https alone."""
    parts = urlsplit(url.replace("{uid}", "uid"))
    if not url:
        return
    if parts.scheme not in ("https", "http") or not parts.hostname or not url.isprintable() or " " in url:
        raise SettingsError(f"{name} must be an address with https:// before it")
    if parts.username is not None or parts.password is not None:
        raise SettingsError(f"{name} must hold no account or password: everybody invited gets to see it")
    if parts.scheme == "http" and not _is_near(parts.hostname):
        raise SettingsError(f"{name} must begin with https://: over http browsers give no camera, and tokens can be read")


def _is_near(host: str) -> bool:
    """This machine, a private network, or a name that exists only in one."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost" or "." not in host


def _check_exapp(settings: Settings) -> None:
    """Whoever guesses this secret acts as anybody on Nextcloud."""
    secret = settings.exapp_secret.get_secret_value()
    if secret and (len(secret) < _SHORTEST_SECRET or not secret.isascii() or not secret.isprintable()):
        raise SettingsError(
            f"HADIR_EXAPP_SECRET must be at least {_SHORTEST_SECRET} plain characters; make one with: openssl rand -hex 64"
        )
    if not _EXAPP_ID.fullmatch(settings.exapp_id):
        raise SettingsError("HADIR_EXAPP_ID may have small letters, digits, - and _ only, and begins with a letter")


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
