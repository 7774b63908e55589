"""`hadir doctor`: what is wrong with this installation, and the cure of each finding."""

from __future__ import annotations

import dataclasses
import json
import sys

import click

from integration.adapters.mattermost import doctor as mattermost_doctor
from integration.adapters.nextcloud import doctor as nextcloud_doctor
from integration.app import assemble, mail_of, manifest, storage_of, videos_of
from integration.calendars import trial as calendar_trial
from integration.cli import doctor_video
from integration.core import Hadir
from integration.doctor import Check, core, storage
from integration.installation import SecretLost
from integration.settings import load

_SIGNS = {"ok": ("ok  ", "green"), "warn": ("warn", "yellow"), "fail": ("FAIL", "red"), "skip": ("skip", "cyan")}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a list of checks that a program can read.")
@click.option(
    "--admin-token",
    envvar="HADIR_MATTERMOST_ADMIN_TOKEN",
    default="",
    help="Token of a Mattermost system administrator; some checks need it. Better in HADIR_MATTERMOST_ADMIN_TOKEN.",
)
@click.option(
    "--nextcloud-admin-user",
    envvar="HADIR_NEXTCLOUD_ADMIN_USER",
    default="",
    help="Administrator of Nextcloud; for some checks.",
)
@click.option(
    "--nextcloud-admin-password",
    envvar="HADIR_NEXTCLOUD_ADMIN_PASSWORD",
    default="",
    help="App password of that account. Better in HADIR_NEXTCLOUD_ADMIN_PASSWORD.",
)
@click.option("--invite", default="", help="Send a test invitation through Nextcloud to this address, and call it off.")
def doctor(as_json: bool, admin_token: str, nextcloud_admin_user: str, nextcloud_admin_password: str, invite: str) -> None:
    """Check every condition that the service needs; exit code 1 if one fails."""
    hadir = assemble(load())
    admin = (nextcloud_admin_user, nextcloud_admin_password)
    try:
        found = examine(hadir, admin_token, admin if all(admin) else None, invite)
    finally:
        hadir.database.dispose()
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(check) for check in found], indent=2))
    else:
        for check in found:
            show(check)
        _summary(found)
    sys.exit(any(check.status == "fail" for check in found))


def examine(hadir: Hadir, admin_token: str, nextcloud_admin: tuple[str, str] | None = None, invite: str = "") -> list[Check]:
    """The core first; storage and platforms only with a database to look them up in."""
    found = core(hadir)
    if any(check.status == "fail" for check in found if check.name in ("database", "migrations")):
        later = ("storage", "mattermost", "nextcloud")
        return [*found, *(Check(name, "skip", "not checked: the database comes first") for name in later)]
    return [
        *found,
        *_storage(hadir),
        *([calendar_trial.mail(server)] if (server := mail_of(hadir)) else []),
        *_mattermost(hadir, admin_token),
        *nextcloud_doctor.checks(hadir, manifest(), nextcloud_admin, invite),
        *_video(hadir),
    ]


def _storage(hadir: Hadir) -> list[Check]:
    try:
        return [storage(storage_of(hadir))]
    except SecretLost:
        return [Check("storage", "skip", "not checked: the app password of Nextcloud cannot be read")]


def _mattermost(hadir: Hadir, admin_token: str) -> list[Check]:
    try:
        return list(mattermost_doctor.checks(hadir, manifest(), admin_token))
    except SecretLost as lost:
        return [Check("bot token", "fail", str(lost), "restore HADIR_SECRET_KEY, or: hadir setup mattermost")]


def _video(hadir: Hadir) -> list[Check]:
    try:
        videos = videos_of(hadir)
    except SecretLost:
        return [Check("video", "skip", "not checked: the credentials of a platform cannot be read")]
    return list(doctor_video.checks(videos, hadir.settings.video, hadir.clock()))


def show(check: Check) -> None:
    """One finding as lines for a terminal."""
    sign, colour = _SIGNS[check.status]
    click.echo(f"{click.style(sign, fg=colour)}  {check.name:<26} {check.detail}")
    if check.cure:
        click.echo(f"      {'':<26} cure: {check.cure}")


def _summary(found: list[Check]) -> None:
    count = {status: sum(check.status == status for check in found) for status in _SIGNS}
    click.echo(f"\n{count['ok']} ok, {count['warn']} to look at, {count['fail']} failed, {count['skip']} not checked")
