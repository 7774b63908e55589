"""Make a Mattermost server fit the manifest: bot, token, teams, commands, accounts. A second run finds nothing to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote as url_quote

from mattermostdriver import Driver
from mattermostdriver.endpoints.bots import Bots
from sqlalchemy import Connection, Row, delete, select

from integration import accounts, audit, installation
from integration.adapters.mattermost.accounts import profiles
from integration.adapters.mattermost.client import driver
from integration.adapters.mattermost.connection import PLATFORM
from integration.adapters.mattermost.errors import MattermostError
from integration.adapters.mattermost.known import token_hash
from integration.adapters.mattermost.tables import mattermost_command
from integration.core import Hadir
from integration.ports import Profile

Say = Callable[[str], None]


class SetupError(Exception):
    """Setup cannot go on; the text says why and what to do."""


class Setup:
    """One run. `say` gets a line for every change; with `dry_run` the lines say what would change, and nothing does."""

    def __init__(
        self, hadir: Hadir, url: str, admin_token: str, callback: str, manifest: Mapping[str, Any], *, say: Say, dry_run: bool
    ) -> None:
        self._hadir = hadir
        self._url, self._callback = url.rstrip("/"), callback.rstrip("/")
        self._admin: Driver = driver(self._url, admin_token)
        self._bots = Bots(self._admin.client)  # the driver has the endpoints, but no property for them
        self._manifest = manifest
        self._say = say
        self._dry_run = dry_run

    def run(self, team_names: Iterable[str] = ()) -> int:
        """Do what is missing; the number of changes. Raises `SetupError`, `MattermostError`."""
        self._changes = 0
        try:
            self._me = self._admin.users.get_user("me")
            teams = self._teams(tuple(team_names))
            bot = self._bot()
            self._token(bot)
            for team in teams:
                self._membership(team, bot)
                self._commands(team)
            self._forget_commands()
            self._remember("mattermost.url", self._url)
            self._remember("mattermost.callback_url", self._callback)
            self._remember("mattermost.bot_id", bot.get("user_id", ""))
            self._bind_accounts()
            return self._changes
        finally:
            self._admin.client.close()

    def _change(self, text: str, act: Callable[[], Any]) -> Any:
        """Say what changes and change it; a dry run only says so. Gives what `act` gave, or None."""
        self._changes += 1
        self._say(f"would {text}" if self._dry_run else text)
        return None if self._dry_run else act()

    # ------------------------------------------------------------ the bot

    def _bot(self) -> dict[str, Any]:
        wanted = self._manifest["platforms"]["mattermost"]["bot"]
        user = _found(self._admin.users.get_user_by_username, wanted["username"])
        if user is None:
            made: dict[str, Any] | None = self._change(
                f"create the bot @{wanted['username']}", lambda: self._bots.create_bot(dict(wanted))
            )
            return made or {}
        if not user.get("is_bot"):
            raise SetupError(
                f"@{wanted['username']} is a person's account, not a bot; rename that account, "
                "or give the bot another username in manifest.json"
            )
        bot: dict[str, Any] = self._bots.get_bot(user["id"], params={"include_deleted": "true"})
        if bot.get("delete_at"):
            self._change(f"enable the bot @{wanted['username']}", lambda: self._bots.enable_bot(bot["user_id"]))
        if any(bot.get(key) != value for key, value in wanted.items()):
            text = f"update the name and description of the bot @{wanted['username']}"
            self._change(text, lambda: self._bots.patch_bot(bot["user_id"], dict(wanted)))
        return bot

    def _token(self, bot: dict[str, Any]) -> None:
        """Keep a token that works; otherwise make one. A token given by HADIR_MATTERMOST_BOT_TOKEN is the administrator's."""
        given = self._hadir.settings.mattermost_bot_token.get_secret_value()
        if given:
            if not self._is_token_of(given, bot):
                raise SetupError("HADIR_MATTERMOST_BOT_TOKEN is not a token of the bot; unset it and setup makes one")
            return
        with self._hadir.database.read() as db:
            try:
                stored = installation.get_secret(db, self._hadir.signer, "mattermost.bot_token")
            except installation.SecretLost:
                stored = ""
        if not self._is_token_of(stored, bot):
            self._change("create an access token for the bot and store it encrypted", lambda: self._new_token(bot))

    def _is_token_of(self, token: str, bot: dict[str, Any]) -> bool:
        if not token or not bot:
            return False
        asking = driver(self._url, token)
        try:
            return bool(asking.users.get_user("me")["id"] == bot["user_id"])
        except MattermostError as error:
            if error.status == 401:
                return False
            raise
        finally:
            asking.client.close()

    def _new_token(self, bot: dict[str, Any]) -> None:
        made = self._admin.users.create_user_access_token(bot["user_id"], options={"description": "Hadir"})
        self._write(lambda db: installation.put_secret(db, self._hadir.signer, "mattermost.bot_token", made["token"]))

    # ------------------------------------------------------------ teams and their commands

    def _teams(self, names: tuple[str, ...]) -> list[dict[str, Any]]:
        if not names:
            mine: list[dict[str, Any]] = self._admin.teams.get_user_teams(self._me["id"])
            if not mine:
                raise SetupError(f"@{self._me['username']} is in no team; name the teams with --team")
            return mine
        teams = [(name, _found(self._admin.teams.get_team_by_name, url_quote(name, safe=""))) for name in names]
        missing = [name for name, team in teams if team is None]
        if missing:
            raise SetupError(f"no such team: {', '.join(missing)} (use the name in the team's address, not its title)")
        return [team for _, team in teams if team]

    def _membership(self, team: dict[str, Any], bot: dict[str, Any]) -> None:
        member = _found(self._admin.teams.get_team_member, team["id"], bot["user_id"]) if bot else None
        if member is None or member.get("delete_at"):
            body = {"team_id": team["id"], "user_id": bot.get("user_id")}
            self._change(
                f"add the bot to the team {team['name']}", lambda: self._admin.teams.add_user_to_team(team["id"], body)
            )

    def _commands(self, team: dict[str, Any]) -> None:
        listed = self._admin.commands.list_commands_for_team(params={"team_id": team["id"], "custom_only": "true"}) or []
        present = {command["trigger"]: command for command in listed}
        wanted = {command["trigger"]: self._wanted(command, team) for command in self._manifest["commands"]}
        for trigger, fields in wanted.items():
            self._remember_command(self._command(team, present.get(trigger), fields), trigger)
        for trigger, command in present.items():
            if trigger not in wanted and self._is_ours(command):
                self._change(
                    f"delete /{trigger} in the team {team['name']}: it is no longer in the manifest",
                    partial(self._delete_command, command["id"]),
                )

    def _wanted(self, command: Mapping[str, str], team: dict[str, Any]) -> dict[str, Any]:
        bot = self._manifest["platforms"]["mattermost"]["bot"]
        return {
            "team_id": team["id"],
            "trigger": command["trigger"],
            "method": "P",
            "url": self._callback + self._manifest["callbacks"]["mattermost"]["commands"],
            "username": bot["username"],
            "auto_complete": True,
            "auto_complete_hint": command["hint"],
            "auto_complete_desc": command["description"],
            "display_name": bot["display_name"],
            "description": command["description"],
        }

    def _command(self, team: dict[str, Any], present: dict[str, Any] | None, wanted: dict[str, Any]) -> dict[str, Any]:
        """The command as it is afterwards, with its token if the server told it."""
        name = f"/{wanted['trigger']} in the team {team['name']}"
        if present is None:
            return self._change(f"create {name}", lambda: self._admin.commands.create_command(wanted)) or {}
        differing = sorted(key for key, value in wanted.items() if present.get(key) != value)
        if differing:
            ours = self._is_ours(present)
            text = f"update {name} ({', '.join(differing)})" if ours else f"take over {name}, which called {present['url']}"
            # The driver's own update_command forgets a slash.
            body = present | wanted
            self._change(text, lambda: self._admin.client.put(f"/commands/{present['id']}", options=body))
        return present

    def _is_ours(self, command: Mapping[str, Any]) -> bool:
        if command["url"] == self._callback + self._manifest["callbacks"]["mattermost"]["commands"]:
            return True
        with self._hadir.database.read() as db:
            known = select(mattermost_command.c.command_id).where(mattermost_command.c.command_id == command["id"])
            return db.scalar(known) is not None

    def _remember_command(self, command: dict[str, Any], trigger: str) -> None:
        if not command:
            return
        token = command.get("token") or self._admin.client.get(f"/commands/{command['id']}")["token"]
        row = {
            "command_id": command["id"],
            "team_id": command["team_id"],
            "trigger": trigger,
            "token_hash": token_hash(token),
        }
        with self._hadir.database.read() as db:
            stored = (
                db.execute(select(mattermost_command).where(mattermost_command.c.command_id == command["id"]))
                .mappings()
                .first()
            )
        if stored is None or dict(stored) != row:
            text = f"store the hash of the token of /{trigger}"
            self._change(text, lambda: self._write(lambda db: _replace_command(db, row)))

    def _delete_command(self, command_id: str) -> None:
        self._admin.client.delete(f"/commands/{command_id}")
        self._forget(command_id)

    def _forget(self, command_id: str) -> None:
        self._write(lambda db: db.execute(delete(mattermost_command).where(mattermost_command.c.command_id == command_id)))

    def _forget_commands(self) -> None:
        """Commands that somebody deleted on the server: their tokens are good for nothing."""
        with self._hadir.database.read() as db:
            stored = db.execute(select(mattermost_command.c.command_id, mattermost_command.c.trigger)).all()
        for row in stored:
            if _found(self._admin.client.get, f"/commands/{row.command_id}") is None:
                self._change(f"forget the token of a deleted /{row.trigger}", partial(self._forget, row.command_id))

    # ------------------------------------------------------------ people

    def _bind_accounts(self) -> None:
        """People whose username was imported get the id behind it, unless the e-mail address says it is somebody else."""
        with self._hadir.database.read() as db:
            rows, taken = accounts.unbound(db, PLATFORM), accounts.taken(db, PLATFORM)
        found = profiles(self._admin, [row.username for row in rows])
        for row in rows:
            user = found.get(row.username)
            if user is None or user.id in taken:
                self._say(f"note: {row.name}: Mattermost has no free account named @{row.username}")
            elif row.email and user.email and row.email != user.email:
                self._say(f"note: {row.name}: @{row.username} has another e-mail address and was not linked")
            else:
                self._change(f"link @{row.username} to {row.name}", partial(self._bind, row, user))

    def _bind(self, row: Row[Any], user: Profile) -> None:
        with self._hadir.database.write() as db:
            accounts.bind(db, PLATFORM, row, user.id, self._hadir.clock())

    # ------------------------------------------------------------ the database

    def _remember(self, key: str, value: str) -> None:
        with self._hadir.database.read() as db:
            stored = installation.get(db, key, "")
        if value and stored != value:
            self._change(f"store {key} = {value}", lambda: self._write(lambda db: installation.put(db, key, value)))

    def _write(self, act: Callable[[Connection], Any]) -> None:
        """A change of what we keep, with its audit row."""
        with self._hadir.database.write() as db:
            act(db)
            now = self._hadir.clock()
            audit.record(db, now, actor_id=None, actor="setup", action="mattermost.setup", object="installation")


def _replace_command(db: Connection, row: dict[str, Any]) -> None:
    db.execute(delete(mattermost_command).where(mattermost_command.c.command_id == row["command_id"]))
    db.execute(mattermost_command.insert().values(row))


def _found(call: Callable[..., Any], *args: str) -> dict[str, Any] | None:
    """What the call gives, or None where the server says that there is no such thing."""
    try:
        found: dict[str, Any] = call(*args)
    except MattermostError as error:
        if error.status == 404:
            return None
        raise
    return found
