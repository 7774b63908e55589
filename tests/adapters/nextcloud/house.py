"""A small Nextcloud for setup and doctor, kept in memory, over real HTTP; it answers as 32.0.1 in the recorded exchanges."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from flask import Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue

ADMIN, ADMIN_PASSWORD = "admin", "sandi-admin"
_NAMES = 'xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns"'
_DAV = ["PROPFIND", "PROPPATCH", "MKCOL", "MKCALENDAR", "MOVE", "DELETE", "PUT", "GET"]
_SPACES = {"d": "DAV:", "nc": "http://nextcloud.org/ns"}


@dataclass
class House:
    """`users` and `groups` by id, `passwords` by account, `folders` by number; `changes` are the writing requests."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    passwords: dict[str, set[str]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    folders: dict[int, dict[str, Any]] = field(default_factory=dict)
    own: dict[str, set[str]] = field(default_factory=dict)
    shared: dict[int, set[str]] = field(default_factory=dict)
    rules: dict[str, list[tuple[str, str, str, str]]] = field(default_factory=dict)
    calendars: set[str] = field(default_factory=set)
    bots: list[dict[str, Any]] = field(default_factory=list)
    rooms: list[dict[str, Any]] = field(default_factory=list)
    in_rooms: set[tuple[str, int]] = field(default_factory=set)
    apps: list[str] = field(default_factory=lambda: ["dav", "files", "groupfolders", "spreed"])
    settings: dict[str, str] = field(default_factory=dict)
    mail: dict[str, str] = field(default_factory=lambda: {"severity": "success", "description": "sent"})
    version: str = "32.0.1"
    maintenance: bool = False
    directory: set[str] = field(default_factory=set)  # groups that come from LDAP
    two_factor: bool = False
    before: Callable[[], ResponseReturnValue | None] = lambda: None
    changes: list[str] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.group("admin")
        self.user(ADMIN, ["admin"], ADMIN_PASSWORD)

    def user(self, id: str, groups: list[str], password: str = "", **fields: Any) -> dict[str, Any]:
        self.users[id] = {"id": id, "enabled": True, "email": f"{id}@kantor.example", "displayname": id.title()} | fields
        self.passwords[id] = {password} if password else set()
        self.own[id] = set()
        for group in groups:
            self.group(group)["members"].add(id)
        return self.users[id]

    def group(self, id: str, name: str = "") -> dict[str, Any]:
        return self.groups.setdefault(id, {"id": id, "displayname": name or id, "members": set()})

    def bot(self, name: str, url: str, **fields: Any) -> dict[str, Any]:
        made = {"id": next(self._ids), "name": name, "url": url, "state": 1, "features": 3, "error_count": 0}
        self.bots.append(made | {"last_error_message": None} | fields)
        return self.bots[-1]

    # ------------------------------------------------------------ the application

    @property
    def app(self) -> Flask:
        app = Flask("nextcloud")
        app.url_map.strict_slashes = False
        app.before_request(self._at_the_door)
        cloud, folders = "/ocs/v2.php/cloud", "/index.php/apps/groupfolders/folders"
        talk = "/ocs/v2.php/apps/spreed/api"

        def on(method: str, path: str, answer: Callable[..., Any], *, admin: bool = True) -> None:
            def checked(**parts: Any) -> ResponseReturnValue:
                if admin and not self._is_admin():
                    return _said(403, "Logged in account must be an admin", None)
                answered = answer(**parts)
                return answered if isinstance(answered, (tuple, Response)) else _said(200, "OK", answered)

            app.add_url_rule(path, f"{method} {path}", checked, methods=[method])

        app.add_url_rule("/status.php", "status", self._status)
        on("GET", "/ocs/v1.php/cloud/user", lambda: self._described(self._who()), admin=False)
        on("GET", "/ocs/v1.php/cloud/capabilities", self._capabilities, admin=False)
        on("GET", f"{cloud}/user", lambda: self._described(self._who()), admin=False)
        on("GET", f"{cloud}/capabilities", self._capabilities, admin=False)
        on("GET", f"{cloud}/apps", lambda: {"apps": self.apps})
        on(
            "GET",
            "/ocs/v2.php/apps/provisioning_api/api/v1/config/apps/core/<key>",
            lambda key: {"data": self.settings.get(key, "")},
        )
        app.add_url_rule(
            "/index.php/settings/ajax/checksetup", "look", lambda: {"system": {"OCA\\X\\EmailTestSuccessful": self.mail}}
        )
        on("GET", f"{cloud}/users/<id>", self._user)
        on("POST", f"{cloud}/users", self._new_user)
        on("PUT", f"{cloud}/users/<id>", self._change_user)
        on("PUT", f"{cloud}/users/<id>/enable", lambda id: self.users[id].update(enabled=True) or [])
        on("POST", f"{cloud}/users/<id>/groups", lambda id: self._join(id, set.add))
        on("DELETE", f"{cloud}/users/<id>/groups", lambda id: self._join(id, set.discard))
        on("GET", f"{cloud}/groups/details", self._groups)
        on("GET", f"{cloud}/groups/<id>/users", self._members)
        on("POST", f"{cloud}/groups", self._new_group)
        on("PUT", f"{cloud}/groups/<id>", lambda id: self.groups[id].update(displayname=_sent()["value"]) or [])
        on("GET", "/ocs/v2.php/core/getapppassword", self._app_password, admin=False)
        on("DELETE", "/ocs/v2.php/core/apppassword", self._revoke, admin=False)
        on("GET", folders, lambda: {str(id): folder for id, folder in self.folders.items()} or [])
        on("POST", folders, self._new_folder)
        on("POST", f"{folders}/<int:id>/mountpoint", lambda id: self._folder(id, mount_point=_sent()["mountpoint"]))
        on("POST", f"{folders}/<int:id>/groups", self._admit)
        on("POST", f"{folders}/<int:id>/groups/<group>", self._rights)
        on("POST", f"{folders}/<int:id>/acl", lambda id: self._folder(id, acl=bool(_sent()["acl"])))
        on("POST", f"{folders}/<int:id>/manageACL", self._manage)
        on("GET", f"{talk}/v1/bot/admin", lambda: self.bots)
        on("GET", f"{talk}/v4/room", lambda: self.rooms, admin=False)
        on("GET", f"{talk}/v1/bot/<token>", self._bots_in, admin=False)
        on("POST", f"{talk}/v1/bot/<token>/<int:bot>", lambda token, bot: self.in_rooms.add((token, bot)) or {}, admin=False)
        for kind in ("files", "calendars"):
            app.add_url_rule(
                f"/remote.php/dav/{kind}/<user>/", kind, self._dav, methods=_DAV, defaults={"path": "", "kind": kind}
            )
            app.add_url_rule(
                f"/remote.php/dav/{kind}/<user>/<path:path>", f"{kind} below", self._dav, methods=_DAV, defaults={"kind": kind}
            )
        return app

    def _at_the_door(self) -> ResponseReturnValue | None:
        if answer := self.before():
            return answer
        if request.path == "/status.php":
            return None
        if self.maintenance:
            return "maintenance", 503, {"X-Nextcloud-Maintenance-Mode": "1"}
        if request.method not in ("GET", "PROPFIND"):
            self.changes.append(f"{request.method} {request.path}")
        given = request.authorization
        name = given.username if given else ""
        if given is None or given.password not in self.passwords.get(name or "", ()) or not self.users[name or ""]["enabled"]:
            return _said(401, "Current user is not logged in", None)
        missing = {"groupfolders": "/index.php/apps/groupfolders/", "spreed": "/ocs/v2.php/apps/spreed/"}
        if any(app not in self.apps and request.path.startswith(path) for app, path in missing.items()):
            return "<html>Page not found</html>", 404
        return None

    def _who(self) -> str:
        assert request.authorization
        return str(request.authorization.username)

    def _is_admin(self) -> bool:
        return self._who() in self.groups["admin"]["members"]

    def _status(self) -> dict[str, Any]:
        return {"installed": True, "maintenance": self.maintenance, "needsDbUpgrade": False, "versionstring": self.version}

    def _capabilities(self) -> dict[str, Any]:
        major, minor, micro = (int(part) for part in self.version.split("."))
        version = {"major": major, "minor": minor, "micro": micro, "string": self.version, "extendedSupport": False}
        return {"version": version, "capabilities": {app: {} for app in self.apps} | {"files_sharing": {"public": {}}}}

    # ------------------------------------------------------------ accounts and groups

    def _described(self, id: str) -> dict[str, Any]:
        groups = sorted(group["id"] for group in self.groups.values() if id in group["members"])
        return self.users[id] | {"groups": groups, "display-name": self.users[id]["displayname"]}

    def _user(self, id: str) -> Any:
        found = next((known for known in self.users if known.lower() == id.lower()), None)
        return self._described(found) if found else _said(404, "User does not exist", None)

    def _new_user(self) -> Any:
        sent = _sent()
        if sent["userid"] in self.users:
            return _said(400, "User already exists", None, 102)
        self.user(sent["userid"], sent["groups"], sent["password"], email=sent["email"], displayname=sent["displayName"])
        return {"id": sent["userid"]}

    def _change_user(self, id: str) -> Any:
        sent = _sent()
        if sent["key"] == "password":
            self.passwords[id] = {each for each in self.passwords[id] if each.startswith("app-")} | {sent["value"]}
        else:
            self.users[id][sent["key"]] = sent["value"]
        return []

    def _join(self, id: str, act: Callable[[set[str], str], None]) -> Any:
        if _sent()["groupid"] not in self.groups:
            return _said(400, "", None, 102)
        act(self.groups[_sent()["groupid"]]["members"], id)
        return []

    def _groups(self) -> Any:
        first, limit = int(request.args["offset"]), int(request.args["limit"])
        rows = [
            {"id": id, "displayname": group["displayname"], "usercount": len(group["members"]), "disabled": 0}
            | {"canAdd": id not in self.directory, "canRemove": id not in self.directory}
            for id, group in self.groups.items()
        ]
        return {"groups": rows[first : first + limit]}

    def _members(self, id: str) -> Any:
        if id not in self.groups:
            return _said(404, "The requested group could not be found", None)
        return {"users": sorted(self.groups[id]["members"])}

    def _new_group(self) -> Any:
        if _sent()["groupid"] in self.groups:
            return _said(400, "group exists", None, 102)
        self.group(_sent()["groupid"], _sent()["displayname"])
        return []

    def _app_password(self) -> Any:
        assert request.authorization
        if str(request.authorization.password).startswith("app-") or self.two_factor:
            return _said(403, "You cannot request an new apppassword with an apppassword", None)
        made = f"app-{next(self._ids)}"
        self.passwords[self._who()].add(made)
        return {"apppassword": made}

    def _revoke(self) -> Any:
        assert request.authorization
        self.passwords[self._who()].discard(str(request.authorization.password))
        return []

    # ------------------------------------------------------------ team folders

    def _new_folder(self) -> Any:
        mount = _sent()["mountpoint"]
        if any(folder["mount_point"] == mount for folder in self.folders.values()):
            return jsonify({"message": "Mount point already exists"}), 400
        id = next(self._ids)
        self.shared[id] = set()
        self.folders[id] = {"id": id, "mount_point": mount, "groups": [], "acl": False, "manage": [], "quota": -3}
        return self.folders[id]

    def _folder(self, id: int, **fields: Any) -> Any:
        self.folders[id].update(fields)
        return {"success": True, "folder": self.folders[id]}

    def _admit(self, id: int) -> Any:
        group = _sent()["group"]
        for user in self.groups[group]["members"]:
            self._put_aside(user, self.folders[id]["mount_point"])
        return self._folder(id, groups=dict(self.folders[id]["groups"] or {}) | {group: 31})

    def _rights(self, id: int, group: str) -> Any:
        return self._folder(id, groups=self.folders[id]["groups"] | {group: _sent()["permissions"]})

    def _manage(self, id: int) -> Any:
        manager = {"type": "group", "id": _sent()["mappingId"], "displayname": _sent()["mappingId"]}
        return self._folder(id, manage=[*self.folders[id]["manage"], manager])

    def _put_aside(self, user: str, mount: str) -> None:
        self.own[user] = {
            f"{mount} (1){path.removeprefix(mount)}" if path == mount or path.startswith(f"{mount}/") else path
            for path in self.own[user]
        }

    def _seen(self, user: str) -> dict[str, str]:
        """Every path that the account sees, and where it lies: its own, or in a team folder."""
        seen = dict.fromkeys(self.own[user], "")
        for id, folder in self.folders.items():
            if any(user in self.groups[group]["members"] for group in folder["groups"]):
                mount = folder["mount_point"]
                parents = itertools.accumulate(mount.split("/")[:-1], lambda a, b: f"{a}/{b}")
                seen |= dict.fromkeys(parents, "") | {mount: "M"} | {f"{mount}/{path}": f"{id}" for path in self.shared[id]}
        return seen

    # ------------------------------------------------------------ WebDAV

    def _dav(self, user: str, path: str, kind: str) -> ResponseReturnValue:
        if user != self._who():
            return _fault(404, "NotFound", "no such account")
        path = path.strip("/")
        return self._calendar(f"{user}/{path}") if kind == "calendars" else self._file(user, path)

    def _calendar(self, path: str) -> ResponseReturnValue:
        if request.method == "PROPFIND":
            return _answers([_answer(path, "")]) if path in self.calendars else _fault(404, "NotFound", "no such calendar")
        if path in self.calendars:
            return _fault(405, "MethodNotAllowed", "The resource you tried to create already exists")
        self.calendars.add(path)
        return "", 201

    def _file(self, user: str, path: str) -> ResponseReturnValue:
        seen = self._seen(user)
        if request.method == "MKCOL":
            if path in seen:
                return _fault(405, "MethodNotAllowed", "The resource you tried to create already exists")
            self._write(user, path)
            return "", 201
        if path and path not in seen:
            return _fault(404, "NotFound", "File with name could not be located")
        return {"PROPFIND": self._found, "PROPPATCH": self._rule, "MOVE": self._moved, "DELETE": self._deleted}[request.method](
            user, path
        )

    def _found(self, user: str, path: str) -> ResponseReturnValue:
        seen = self._seen(user)
        below = [each for each in seen if each.rpartition("/")[0] == path and each] if request.headers["Depth"] == "1" else []
        return _answers([_answer(f"files/{user}/{each}", self._properties(each, seen)) for each in [path, *below]])

    def _properties(self, path: str, seen: dict[str, str]) -> str:
        rules = "".join(
            f"<nc:acl><nc:acl-mapping-type>{kind}</nc:acl-mapping-type><nc:acl-mapping-id>{id}</nc:acl-mapping-id>"
            f"<nc:acl-mask>{mask}</nc:acl-mask><nc:acl-permissions>{rights}</nc:acl-permissions></nc:acl>"
            for kind, id, rights, mask in self.rules.get(path, ())
        )
        letters = "RMGDNVCK" if seen.get(path) == "M" else "RGDNVCK"
        return (
            "<d:resourcetype><d:collection/></d:resourcetype>"
            "<d:getlastmodified>Mon, 23 Nov 2026 00:28:00 GMT</d:getlastmodified>"
            f"<oc:permissions>{letters}</oc:permissions><nc:acl-list>{rules}</nc:acl-list>"
        )

    def _rule(self, _user: str, path: str) -> ResponseReturnValue:
        said = ElementTree.fromstring(request.get_data())  # noqa: S314  # our own words
        names = ("mapping-type", "mapping-id", "permissions", "mask")
        self.rules[path] = [
            tuple(rule.findtext(f"nc:acl-{name}", "", _SPACES) for name in names)  # type: ignore[misc]
            for rule in said.iterfind(".//nc:acl", _SPACES)
        ]
        return _answers([_answer(path, "<nc:acl-list/>")])

    def _moved(self, user: str, path: str) -> ResponseReturnValue:
        to = unquote(urlsplit(request.headers["Destination"]).path).partition(f"/files/{user}/")[2]
        if to in self._seen(user):
            return _fault(412, "PreconditionFailed", "The destination node already exists")
        for each in sorted(each for each in self._seen(user) if each == path or each.startswith(f"{path}/")):
            self._write(user, to + each.removeprefix(path))
        return self._deleted(user, path)[0], 201

    def _deleted(self, user: str, path: str) -> tuple[str, int]:
        self.own[user] = {each for each in self.own[user] if each != path and not each.startswith(f"{path}/")}
        return "", 204

    def _write(self, user: str, path: str) -> None:
        for id, folder in self.folders.items():
            if path.startswith(f"{folder['mount_point']}/") and self._seen(user).get(folder["mount_point"]) == "M":
                self.shared[id].add(path.removeprefix(f"{folder['mount_point']}/"))
                return
        self.own[user].add(path)

    # ------------------------------------------------------------ Talk

    def _bots_in(self, token: str) -> Any:
        return [{"id": bot["id"], "name": bot["name"], "state": int((token, bot["id"]) in self.in_rooms)} for bot in self.bots]


def _sent() -> Any:
    return request.get_json()


def _said(status: int, message: str, data: Any, code: int = 0) -> tuple[Response, int]:
    meta = {"status": "ok" if status < 300 else "failure", "statuscode": code or status, "message": message}
    return jsonify({"ocs": {"meta": meta, "data": [] if data is None else data}}), status


def _answers(answers: list[str]) -> ResponseReturnValue:
    body = f'<?xml version="1.0"?><d:multistatus {_NAMES}>{"".join(answers)}</d:multistatus>'
    return Response(body, 207, content_type="application/xml; charset=utf-8")


def _answer(path: str, properties: str) -> str:
    found = f"<d:propstat><d:prop>{properties}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
    return f"<d:response><d:href>/remote.php/dav/{path}</d:href>{found}</d:response>"


def _fault(status: int, name: str, message: str) -> ResponseReturnValue:
    body = f"<d:error {_NAMES} xmlns:s='http://sabredav.org/ns'><s:exception>{name}</s:exception><s:message>{message}</s:message></d:error>"
    return Response(body, status, content_type="application/xml; charset=utf-8")
