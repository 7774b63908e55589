"""What must be true of a Mattermost server, checked from both sides: we call it, and it calls us."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
from mattermostdriver import Driver
from mattermostdriver.endpoints.bots import Bots
from sqlalchemy import select

from integration.adapters.mattermost.chat import DIALOGS
from integration.adapters.mattermost.client import driver
from integration.adapters.mattermost.connection import Access, access
from integration.adapters.mattermost.errors import MattermostError, decoded
from integration.adapters.mattermost.known import token_hash
from integration.adapters.mattermost.tables import mattermost_command
from integration.core import Hadir
from integration.doctor import Check

SKEW_OK, SKEW_BAD = timedelta(seconds=5), timedelta(seconds=30)
_CONSOLE = "System Console > Environment > Web Server"
_NEEDS_ADMIN = "not checked: give --admin-token (or HADIR_MATTERMOST_ADMIN_TOKEN)"
_SETUP = "hadir setup mattermost"


def checks(hadir: Hadir, manifest: Mapping[str, Any], admin_token: str) -> Iterator[Check]:
    """Every condition, one after the other; what cannot be checked says so."""
    found = access(hadir)
    if found is None:
        yield Check("mattermost", "skip", "not set up, nothing to check", f"to connect one: {_SETUP}")
        return
    examination = _Examination(hadir, found, manifest, admin_token)
    try:
        yield from examination.run()
    finally:
        examination.close()


class _Examination:
    def __init__(self, hadir: Hadir, found: Access, manifest: Mapping[str, Any], admin_token: str) -> None:
        self._hadir, self._access, self._manifest = hadir, found, manifest
        self._bot: Driver = driver(found.url, found.token)
        self._admin: Driver | None = driver(found.url, admin_token) if admin_token else None
        self._least = manifest["platforms"]["mattermost"]["least_version"]

    def close(self) -> None:
        self._bot.client.close()
        if self._admin:
            self._admin.client.close()

    def run(self) -> Iterator[Check]:
        try:
            answer = self._bot.client.make_request("GET", "/system/ping")
            decoded(answer)
        except MattermostError as error:
            cure = f"start Mattermost, or correct its address ({self._access.url}): {_SETUP} --url …"
            yield Check("mattermost", "fail", str(error), cure)
            return
        yield Check("mattermost", "ok", self._access.url)
        yield self._clock(answer.headers.get("Date", ""))
        try:
            me = self._bot.users.get_user("me")
        except MattermostError as error:
            yield Check("bot token", "fail", str(error), _SETUP)
            return
        yield self._token(me)
        config: dict[str, str] = self._bot.client.get("/config/client", params={"format": "old"})
        yield self._version(config.get("Version", ""))
        yield self._setting(config, "SiteURL", "set it to the address that people use", _CONSOLE)
        yield self._setting(config, "EnableCommands", "true", "System Console > Integrations")
        yield self._setting(config, "EnableBotAccountCreation", "true", "System Console > Integrations > Bot Accounts")
        yield self._addresses(config)
        yield from self._for_admin("internal connections", self._internal_connections)
        yield from self._for_admin("bot owner", lambda admin: self._owner(admin, me["id"]))
        yield from self._commands()
        yield from self._teams()
        yield self._callback_from_here()
        yield self._callback_from_mattermost()

    # ------------------------------------------------------------ the server

    def _clock(self, date: str) -> Check:
        try:
            skew = abs(parsedate_to_datetime(date) - self._hadir.clock())
        except (TypeError, ValueError):
            return Check("clock", "skip", "the server sent no Date header")
        seconds = int(skew.total_seconds())
        if skew <= SKEW_OK:
            return Check("clock", "ok", f"{seconds} s apart")
        cure = "synchronise both machines: timedatectl set-ntp true"
        return Check(
            "clock", "warn" if skew <= SKEW_BAD else "fail", f"this machine and Mattermost are {seconds} s apart", cure
        )

    def _token(self, me: dict[str, Any]) -> Check:
        if me.get("is_bot"):
            return Check("bot token", "ok", f"@{me['username']}")
        return Check("bot token", "fail", f"it belongs to the person @{me['username']}, not to a bot", _SETUP)

    def _version(self, version: str) -> Check:
        if _numbers(version) >= _numbers(self._least):
            return Check("version", "ok", version)
        return Check(
            "version", "fail", f"{version or 'unknown'} is older than {self._least}", f"upgrade Mattermost to {self._least}"
        )

    def _setting(self, config: Mapping[str, str], name: str, wanted: str, place: str) -> Check:
        value = config.get(name, "")
        if value and value != "false":
            return Check(name, "ok", value)
        return Check(name, "fail", "not set" if name == "SiteURL" else "off", f"{place} > {name}: {wanted}")

    def _addresses(self, config: Mapping[str, str]) -> Check:
        """An account that nobody named is linked by its e-mail address: that address must be its owner's."""
        name = "e-mail verification"
        if config.get("RequireEmailVerification") == "true":
            return Check(name, "ok", "addresses are verified")
        cure = (
            "System Console > Authentication > Email > RequireEmailVerification: true (Mattermost must be able to send "
            f"mail); until then name every username in the people file and run {_SETUP} after each import"
        )
        return Check(name, "warn", "off: whoever enters a colleague's address in Mattermost is taken for that colleague", cure)

    def _for_admin(self, name: str, check: Callable[[Driver], Check]) -> Iterator[Check]:
        if self._admin is None:
            yield Check(name, "skip", _NEEDS_ADMIN)
            return
        try:
            yield check(self._admin)
        except MattermostError as error:
            cure = "give the token of a system administrator" if error.status in (401, 403) else ""
            yield Check(name, "skip", f"not checked: {error}", cure)

    def _internal_connections(self, admin: Driver) -> Check:
        name = "internal connections"
        host = urlsplit(self._access.callback).hostname or ""
        settings = admin.system.get_configuration()["ServiceSettings"]
        allowed = re.split(r"[\s,]+", settings.get("AllowedUntrustedInternalConnections") or "")
        if host in allowed:
            return Check(name, "ok", f"{host} is allowed")
        try:
            addresses = {ipaddress.ip_address(info[4][0]) for info in socket.getaddrinfo(host, None)}
        except OSError:
            return Check(name, "warn", f"{host} cannot be resolved from here", "see whether Mattermost can resolve it")
        ranges = [network for entry in allowed if (network := _network(entry))]
        if all(address.is_global or any(address in network for network in ranges) for address in addresses):
            return Check(name, "ok", f"{host} is a public address or in an allowed range")
        cure = f"{_CONSOLE} > AllowedUntrustedInternalConnections: add {host}, exactly as it stands in the callback address"
        return Check(name, "fail", f"{host} is an internal address, which Mattermost does not call", cure)

    def _owner(self, admin: Driver, bot_id: str) -> Check:
        owner_id = Bots(admin.client).get_bot(bot_id)["owner_id"]
        settings = admin.system.get_configuration()["ServiceSettings"]
        owner = admin.users.get_user(owner_id)
        follows = settings.get("DisableBotsWhenOwnerIsDeactivated", True)
        risk = "; when that account is deactivated, the bot stops" if follows else ""
        if owner.get("delete_at"):
            cure = "give the bot to an active service account: mmctl bot assign hadir USERNAME"
            return Check("bot owner", "fail" if follows else "warn", f"@{owner['username']} is deactivated{risk}", cure)
        if follows and "system_admin" not in owner.get("roles", "").split():
            cure = "give it to a service account with the role system admin: mmctl bot assign hadir USERNAME"
            return Check("bot owner", "warn", f"@{owner['username']}, no system admin{risk}", cure)
        return Check("bot owner", "ok", f"@{owner['username']}{risk}")

    # ------------------------------------------------------------ what setup made there

    def _stored(self) -> list[Any]:
        with self._hadir.database.read() as db:
            return list(db.execute(select(mattermost_command)))

    def _commands(self) -> Iterator[Check]:
        stored = self._stored()
        if not stored:
            yield Check("commands", "fail", "no slash command is registered", _SETUP)
            return
        wanted = {command["trigger"] for command in self._manifest["commands"]}
        for team in sorted({row.team_id for row in stored}):
            missing = wanted - {row.trigger for row in stored if row.team_id == team}
            if missing:
                yield Check("commands", "fail", f"team {team} lacks /{', /'.join(sorted(missing))}", _SETUP)
        for row in stored:
            yield from self._for_admin(f"command /{row.trigger}", partial(self._command, row))

    def _command(self, row: Any, admin: Driver) -> Check:
        name = f"command /{row.trigger}"
        try:
            there = admin.client.get(f"/commands/{row.command_id}")
        except MattermostError as error:
            if error.status != 404:
                raise
            return Check(name, "fail", f"Mattermost does not have it any more (team {row.team_id})", _SETUP)
        wrong = [
            part
            for part, right in (
                ("token", token_hash(there["token"]) == bytes(row.token_hash)),
                ("team", there["team_id"] == row.team_id),
                ("trigger", there["trigger"] == row.trigger),
                ("address", there["url"] == self._access.callback + self._manifest["callbacks"]["mattermost"]["commands"]),
            )
            if not right
        ]
        if wrong:
            return Check(name, "fail", f"differs from what is stored: {', '.join(wrong)} (team {row.team_id})", _SETUP)
        return Check(name, "ok", f"team {row.team_id}: token and address agree")

    def _teams(self) -> Iterator[Check]:
        member = {team["id"] for team in self._bot.client.get("/users/me/teams")}
        missing = sorted({row.team_id for row in self._stored()} - member)
        if missing:
            yield Check("bot teams", "fail", f"the bot is not in the team {', '.join(missing)}", _SETUP)
        else:
            yield Check("bot teams", "ok", f"member of {len(member)}")

    # ------------------------------------------------------------ the way back to us

    def _callback_from_here(self) -> Check:
        name = "callback from here"
        url = f"{self._access.callback}/healthz"
        cure = f"start the service (hadir serve), or correct the address: {_SETUP} --callback-url …"
        try:
            with requests.Session() as session:
                session.trust_env = False
                response = session.get(url, timeout=(3, 5), allow_redirects=False)
        except requests.RequestException as error:
            return Check(name, "fail", f"{url}: {type(error).__name__}", cure)
        if response.status_code != 200:
            return Check(name, "fail", f"{url} answered {response.status_code}", cure)
        return Check(name, "ok", url)

    def _callback_from_mattermost(self) -> Check:
        """Mattermost passes a cancelled form on to any address that a user names; ours answers it with nothing."""
        name = "callback from Mattermost"
        try:
            team = next(iter(self._bot.client.get("/users/me/teams")), None)
            if team is None:
                return Check(name, "skip", "the bot is in no team")
            channel = self._bot.channels.get_channel_by_name(team["id"], "town-square")
            form = {"url": self._access.callback + DIALOGS, "cancelled": True, "submission": {}, "state": "doctor"}
            self._bot.integration_actions.submit_dialog(form | {"channel_id": channel["id"], "team_id": team["id"]})
        except MattermostError as error:
            cure = f"allow the way from Mattermost to {self._access.callback} (firewall, AllowedUntrustedInternalConnections)"
            return Check(name, "fail", f"Mattermost could not call us: {error}", cure)
        return Check(name, "ok", f"Mattermost reached {self._access.callback}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None
