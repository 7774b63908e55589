"""`hadir doctor`: what is wrong with this installation, and the cure of each finding."""

from __future__ import annotations

import dataclasses
import json
import sys

import click

from integration.adapters.mattermost import doctor as mattermost_doctor
from integration.app import assemble, manifest, storage_of
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
def doctor(as_json: bool, admin_token: str) -> None:
    """Check every condition that the service needs; exit code 1 if one fails."""
    hadir = assemble(load())
    try:
        found = examine(hadir, admin_token)
    finally:
        hadir.database.dispose()
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(check) for check in found], indent=2))
    else:
        for check in found:
            _print(check)
        _summary(found)
    sys.exit(any(check.status == "fail" for check in found))


def examine(hadir: Hadir, admin_token: str) -> list[Check]:
    """The core first; the platforms only with a database to look them up in."""
    found = [*core(hadir), storage(storage_of(hadir))]
    if any(check.status == "fail" for check in found if check.name in ("database", "migrations")):
        return [*found, Check("mattermost", "skip", "not checked: the database comes first")]
    try:
        return [*found, *mattermost_doctor.checks(hadir, manifest(), admin_token)]
    except SecretLost as lost:
        return [*found, Check("bot token", "fail", str(lost), "restore HADIR_SECRET_KEY, or: hadir setup mattermost")]


def _print(check: Check) -> None:
    sign, colour = _SIGNS[check.status]
    click.echo(f"{click.style(sign, fg=colour)}  {check.name:<26} {check.detail}")
    if check.cure:
        click.echo(f"      {'':<26} cure: {check.cure}")


def _summary(found: list[Check]) -> None:
    count = {status: sum(check.status == status for check in found) for status in _SIGNS}
    click.echo(f"\n{count['ok']} ok, {count['warn']} to look at, {count['fail']} failed, {count['skip']} not checked")
