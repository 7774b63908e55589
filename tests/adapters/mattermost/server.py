"""A small Mattermost for setup and doctor: bots, tokens, teams, commands and settings, kept in memory, over real HTTP."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

ADMIN = "admin-token"


def _missing(what: str) -> tuple[Any, int]:
    return jsonify({"id": f"app.{what}.missing", "message": f"no {what}"}), 404


@dataclass
class Server:
    """`users` by id; `tokens` say who asks; `changes` are the writing requests, so that a test sees that there were none."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=lambda: {ADMIN: "admin"})
    teams: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: set[tuple[str, str]] = field(default_factory=set)
    commands: dict[str, dict[str, Any]] = field(default_factory=dict)
    bots: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    version: str = "10.11.2"
    changes: list[str] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.user("admin", roles="system_admin system_user")
        for name in ("kantor", "dinas"):
            self.teams[name] = {"id": f"team-{name}", "name": name}
            self.members.add((f"team-{name}", "admin"))
        self.settings |= {
            "SiteURL": "http://chat.example",
            "EnableCommands": True,
            "EnableBotAccountCreation": True,
            "RequireEmailVerification": True,
            "DisableBotsWhenOwnerIsDeactivated": True,
            "AllowedUntrustedInternalConnections": "127.0.0.1",
        }

    def user(self, name: str, **fields: Any) -> dict[str, Any]:
        """Somebody named so, whose id is the name."""
        self.users[name] = {"id": name, "username": name, "email": "", "roles": "system_user", "delete_at": 0} | fields
        return self.users[name]

    def new_id(self, kind: str) -> str:
        return f"{kind}{next(self._ids)}"

    @property
    def app(self) -> Flask:
        app = Flask("mattermost")

        def me() -> dict[str, Any]:
            return self.users[self.tokens[request.headers["Authorization"].removeprefix("Bearer ")]]

        @app.before_request
        def check() -> ResponseReturnValue | None:
            if request.method != "GET":
                self.changes.append(f"{request.method} {request.path}")
            if request.path.endswith("/ping") or request.headers.get("Authorization", "")[7:] in self.tokens:
                return None
            return jsonify({"id": "api.context.session_expired.app_error", "message": "Invalid session"}), 401

        def on(method: str, path: str, answer: Any) -> None:
            app.add_url_rule(f"/api/v4{path}", f"{method} {path}", answer, methods=[method])

        on("GET", "/system/ping", lambda: {"status": "OK"})
        on("GET", "/config/client", lambda: self._client_settings())
        on("GET", "/config", lambda: {"ServiceSettings": self.settings} if "admin" in me()["roles"] else _denied())
        on("GET", "/users/me", lambda: me())
        on("GET", "/users/me/teams", lambda: self._teams_of(me()["id"]))
        on("GET", "/users/<id>/teams", self._teams_of)
        on("GET", "/users/<id>", lambda id: self.users.get(id) or _missing("user"))
        on("GET", "/users/username/<name>", lambda name: self.users.get(name) or _missing("user"))
        on("POST", "/users/usernames", lambda: [self.users[n] for n in request.get_json() if n in self.users])
        on("POST", "/users/<id>/tokens", self._new_token)
        on("POST", "/bots", self._new_bot)
        on("GET", "/bots/<id>", lambda id: self.bots[id])
        on("PUT", "/bots/<id>", lambda id: self._changed(self.bots[id], request.get_json()))
        on("POST", "/bots/<id>/enable", lambda id: self._changed(self.bots[id], {"delete_at": 0}))
        on("GET", "/teams/name/<name>", lambda name: self.teams.get(name) or _missing("team"))
        on(
            "GET",
            "/teams/<team>/members/<user>",
            lambda team, user: {"user_id": user} if (team, user) in self.members else _missing("member"),
        )
        on("POST", "/teams/<team>/members", self._join)
        on("GET", "/teams/<team>/channels/name/<name>", lambda team, name: {"id": f"{team}-{name}"})
        on("GET", "/commands", self._list)
        on("POST", "/commands", self._new_command)
        on(
            "GET",
            "/commands/<id>",
            lambda id: _denied() if "admin" not in me()["roles"] else self.commands.get(id) or _missing("command"),
        )
        on("PUT", "/commands/<id>", lambda id: self._changed(self.commands[id], request.get_json()))
        on("DELETE", "/commands/<id>", lambda id: {"status": "OK", "id": self.commands.pop(id)["id"]})
        on("POST", "/actions/dialogs/submit", lambda: {})
        return app

    def _client_settings(self) -> dict[str, Any]:
        known = {name: str(value).lower() if isinstance(value, bool) else value for name, value in self.settings.items()}
        return {"Version": self.version, **known}

    def _teams_of(self, id: str) -> list[dict[str, Any]]:
        return [team for team in self.teams.values() if (team["id"], id) in self.members]

    def _changed(self, thing: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        thing.update(values)
        return thing

    def _new_bot(self) -> ResponseReturnValue:
        given = request.get_json()
        self.user(given["username"], is_bot=True)
        self.bots[given["username"]] = {"user_id": given["username"], "owner_id": "admin", "delete_at": 0, **given}
        return self.bots[given["username"]], 201

    def _new_token(self, id: str) -> dict[str, str]:
        token = self.new_id("bot-token-")
        self.tokens[token] = id
        return {"token": token}

    def _join(self, team: str) -> ResponseReturnValue:
        self.members.add((team, request.get_json()["user_id"]))
        return {}, 201

    def _list(self) -> list[dict[str, Any]]:
        mine = [command for command in self.commands.values() if command["team_id"] == request.args["team_id"]]
        return [{name: value for name, value in command.items() if name != "token"} for command in mine]

    def _new_command(self) -> ResponseReturnValue:
        id = self.new_id("command")
        self.commands[id] = request.get_json() | {"id": id, "token": self.new_id("command-token-"), "creator_id": "admin"}
        return self.commands[id], 201


def _denied() -> tuple[Any, int]:
    return jsonify({"id": "api.context.permissions.app_error", "message": "You do not have the appropriate permissions."}), 403
