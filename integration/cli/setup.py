"""`hadir setup mattermost`: connect a server; its sister for Nextcloud is a module of its own."""

from __future__ import annotations

from functools import partial

import click

from integration import schema
from integration.adapters.mattermost import doctor as mattermost_doctor
from integration.adapters.mattermost.errors import MattermostError
from integration.adapters.mattermost.setup import Setup, SetupError
from integration.app import assemble, manifest
from integration.cli.asked import address, secret, stored
from integration.cli.setup_nextcloud import nextcloud
from integration.core import Hadir
from integration.settings import load

_VARIABLE = "HADIR_MATTERMOST_ADMIN_TOKEN"


@click.group()
def setup() -> None:
    """Connect a platform."""


setup.add_command(nextcloud)


@setup.command()
@click.option("--url", help="Address of the Mattermost server, e.g. https://chat.example.go.id (default: the one used before).")
@click.option(
    "--admin-token",
    envvar=_VARIABLE,
    callback=partial(secret, "Personal access token of a system administrator", _VARIABLE),
    help=f"Personal access token of a system administrator, used now and not kept; asked for if it is not given. "
    f"Better in {_VARIABLE} than on the command line.",
)
@click.option(
    "--team", "teams", multiple=True, help="Name of a team as in its address; repeatable (default: all of the admin's)."
)
@click.option(
    "--callback-url", help="Address at which Mattermost reaches Hadir (default: the one used before, HADIR_PUBLIC_URL)."
)
@click.option("--dry-run", is_flag=True, help="Only print what would change.")
def mattermost(url: str | None, admin_token: str, teams: tuple[str, ...], callback_url: str | None, dry_run: bool) -> None:
    """Create or update the bot, its token and the slash commands; safe to repeat."""
    hadir = assemble(load())
    try:
        schema.upgrade(hadir.database, hadir.clock())
        url = address("--url", url or hadir.settings.mattermost_url or stored(hadir, "mattermost.url"))
        callback = address(
            "--callback-url", callback_url or stored(hadir, "mattermost.callback_url") or hadir.settings.public_url
        )
        run = Setup(hadir, url, admin_token, callback, manifest(), say=click.echo, dry_run=dry_run)
        changes = run.run(teams)
        if not changes:
            click.echo("Everything is as the manifest says; nothing to change.")
        elif not dry_run:
            click.echo(f"Done: {changes} changes. Next: hadir serve, then hadir doctor")
        _findings(hadir, admin_token)
    except (SetupError, MattermostError) as error:
        raise click.ClickException(_explained(error)) from None
    finally:
        hadir.database.dispose()


def _explained(error: Exception) -> str:
    status = getattr(error, "status", 0)
    if status == 401:
        return (
            f"{error}\nThe admin token is not valid: make one in Mattermost under Profile > Security > Personal Access Tokens."
        )
    if status == 403:
        return f"{error}\nThe token must belong to a system administrator."
    return str(error)


def _findings(hadir: Hadir, admin_token: str) -> None:
    """What on the server would keep it from working; reachability is left to `hadir doctor`, the service may not run yet."""
    for check in mattermost_doctor.checks(hadir, manifest(), admin_token):
        if check.status == "fail" and not check.name.startswith("callback"):
            click.echo(f"attention: {check.name}: {check.detail}\n  cure: {check.cure}", err=True)
