"""`hadir setup nextcloud`: connect a server."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import click

from integration import schema
from integration.adapters.nextcloud import doctor as nextcloud_doctor
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.exapp import app as exapp
from integration.adapters.nextcloud.exapp import text as exapp_text
from integration.adapters.nextcloud.setup.changes import SetupError
from integration.adapters.nextcloud.setup.run import Setup, Wishes
from integration.app import assemble, manifest
from integration.cli.asked import address, secret, stored
from integration.core import Hadir
from integration.settings import load

_USER, _PASSWORD = "HADIR_NEXTCLOUD_ADMIN_USER", "HADIR_NEXTCLOUD_ADMIN_PASSWORD"  # noqa: S105  # names of variables


@click.command()
@click.option("--url", help="Address of the server, e.g. https://cloud.example.go.id (default: the one used before).")
@click.option(
    "--admin-user",
    envvar=_USER,
    callback=partial(secret, "Account of an administrator of Nextcloud", _USER, hidden=False),
    help=f"Account of an administrator; asked for if it is not given, also in {_USER}.",
)
@click.option(
    "--admin-password",
    envvar=_PASSWORD,
    callback=partial(secret, "App password of that account", _PASSWORD),
    help=f"App password of that account, used now and not kept; asked for if it is not given. Better in {_PASSWORD} than on "
    "the command line.",
)
@click.option("--account", help="Hadir's own account there (default: hadir), made if it is missing.")
@click.option("--email", help="Its e-mail address, from which invitations come (default: under the people's domain).")
@click.option("--unit", "units", multiple=True, help="Name of a unit; repeatable (default: all of the people file).")
@click.option(
    "--callback-url", help="Address at which Nextcloud reaches Hadir, for Talk (default: as before, HADIR_PUBLIC_URL)."
)
@click.option("--new-app-password", is_flag=True, help="Give Hadir a new app password and revoke the one it has.")
@click.option("--new-talk-secret", is_flag=True, help="Make a new secret for Talk's bot, which must then be installed anew.")
@click.option(
    "--exapp", "register", is_flag=True, help="Also print how Hadir is registered as an external app (off unless you do)."
)
@click.option("--dry-run", is_flag=True, help="Only print what would change.")
def nextcloud(
    url: str | None,
    admin_user: str,
    admin_password: str,
    callback_url: str | None,
    units: tuple[str, ...],
    register: bool,
    dry_run: bool,
    **wished: Any,
) -> None:
    """Create or update the account, units' groups and folders, the calendar and Talk's secret; safe to repeat."""
    hadir = assemble(load())
    try:
        schema.upgrade(hadir.database, hadir.clock())
        url = address("--url", url or hadir.settings.nextcloud_url or stored(hadir, "nextcloud.url"))
        callback = callback_url or stored(hadir, "nextcloud.callback_url") or hadir.settings.public_url
        callback = address("--callback-url", callback) if callback else ""
        wishes = Wishes(callback=callback, units=units, **{name: wish for name, wish in wished.items() if wish})
        run = Setup(hadir, url, (admin_user, admin_password), manifest(), wishes, say=click.echo, dry_run=dry_run)
        _summary(run.run(), dry_run)
        if register:
            click.echo("\n".join(exapp_text.registration_text(exapp.find(hadir), callback, url)))
        if not dry_run:
            _findings(hadir, (admin_user, admin_password))
    except (SetupError, NextcloudError) as error:
        raise click.ClickException(_explained(error)) from None
    finally:
        hadir.database.dispose()


def _summary(changes: int, dry_run: bool) -> None:
    if not changes:
        click.echo("Everything is as the manifest says; nothing to change.")
    elif not dry_run:
        click.echo(f"Done: {changes} changes. Next: hadir serve, then hadir doctor")


def _explained(error: Exception) -> str:
    status = getattr(error, "status", 0)
    if status == 401:
        return (
            f"{error}\nThe administrator's account or app password is wrong: make one in Nextcloud under "
            "Settings > Security > Devices & sessions."
        )
    if status == 403:
        return f"{error}\nThe account must be in the group admin of Nextcloud."
    return str(error)


def _findings(hadir: Hadir, admin: tuple[str, str]) -> None:
    """What on the server would keep it from working; reachability is left to `hadir doctor`, the service may not run yet."""
    about: Mapping[str, Any] = manifest()
    for check in nextcloud_doctor.checks(hadir, about, admin):
        if check.status == "fail" and not check.name.endswith("callback"):
            click.echo(f"attention: {check.name}: {check.detail}\n  cure: {check.cure}", err=True)
