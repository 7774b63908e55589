"""What an administrator types to make Hadir an app of their Nextcloud: only `occ` registers one."""

from __future__ import annotations

import json
import shlex
from typing import Any
from urllib.parse import urlsplit

from integration.adapters.nextcloud.exapp.app import ExApp

NAME = "Hadir"
_HIGHEST_PORT = 32_767  # AppAPI 32 keeps it in a smallint
_USER = 1  # AppAPI's word for: whoever has signed in
_SECRET = "SECRET-OF-THE-APP"  # noqa: S105  # stands for it until the shell puts it in
# The only addresses of ours that Nextcloud's proxy opens; a slash has to be escaped. What signs people in stays there, and
# so does what somebody's own program says in AppAPI's name.
ROUTES = (("^exapp\\/page$", "GET,POST"), ("^exapp\\/[a-z.]+$", "GET"))
_NOT_FOR_US = ["Authorization", "Cookie", "AA-VERSION", "EX-APP-ID", "EX-APP-VERSION", "AA-REQUEST-ID"]
OFF = (
    "ExApp mode is off, which is the default: its secret lets Hadir act as any account. What it is good for, and how to turn "
    "it on, is in docs/administrator.md"
)


def info(app: ExApp, port: int, secret: str, daemon: str = "") -> dict[str, Any]:
    """The app as AppAPI wants it described; `daemon` is that of the app's own name unless given."""
    routes = [
        {"url": url, "verb": verb, "access_level": _USER, "headers_to_exclude": _NOT_FOR_US, "bruteforce_protection": []}
        for url, verb in ROUTES
    ]
    about = {"id": app.id, "name": NAME, "version": app.version, "secret": secret, "port": port}
    return {**about, "daemon_config_name": daemon or app.id, "routes": routes}


def registration_text(app: ExApp | None, callback: str, nextcloud_url: str, occ: str = "sudo -u www-data php occ") -> list[str]:
    """Lines for the administrator; the secret itself stands in none of them.

    `callback` is the address at which Nextcloud reaches Hadir. AppAPI joins it of a scheme, a name and a port, so one with
    a path cannot be used.
    """
    if app is None:
        return [OFF]
    parts = urlsplit(callback)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        return ["the app is left out: AppAPI needs a --callback-url of a scheme, a name and a port alone, without a path"]
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    if port > _HIGHEST_PORT:
        return [f"the app is left out: a Nextcloud on PostgreSQL takes ports up to {_HIGHEST_PORT}, and this is {port}"]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    daemon = [app.id, NAME, "manual-install", parts.scheme, host, nextcloud_url]
    described = shlex.quote(json.dumps(info(app, port, _SECRET))).replace(_SECRET, "'\"$SECRET\"'")
    return [
        "only the command line of Nextcloud registers an app; in its folder, as the web server's user, while Hadir runs:",
        f"  {occ} app:enable app_api",
        f"  {occ} app_api:daemon:register {shlex.join(daemon)}",
        "  read -rs SECRET   # then type or paste what HADIR_EXAPP_SECRET_FILE holds: so it is in no history",
        f"  {occ} app_api:app:register {app.id} {app.id} --json-info {described} --wait-finish",
        f"to take it away again: {occ} app_api:app:unregister {app.id} --silent; {occ} app_api:daemon:unregister {app.id}",
    ]
