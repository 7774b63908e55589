"""The demo's chat room at `/`: pick a person, type the real commands, press the real buttons, fill the real forms.

Every page belongs to a person by its address; nobody proves who they are. So the room exists only in a demo
database, and talks only to pages of its own that were opened on this machine.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request, send_file
from flask.typing import ResponseReturnValue

from integration import workdays
from integration.adapters.browser import security, sheets, show, store
from integration.adapters.browser.conversation import Conversation, Opened
from integration.core import Hadir
from integration.errors import Refused
from integration.messages import Sender, clean

WINDOW = 100
# As much as a message in Mattermost holds.
LONGEST = 16_383
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")


def blueprint(hadir: Hadir) -> Blueprint:
    """The room; register it only where `installation.is_demo` says so, after `forms.blueprint`."""
    room = _Room(hadir)
    pages = Blueprint("room", __name__, template_folder="templates")
    pages.before_request(room.guard)
    pages.after_request(_harden)
    pages.add_url_rule("/", view_func=room.people, endpoint="people")
    pages.add_url_rule("/room/<username>", view_func=room.page, endpoint="page")
    pages.add_url_rule("/room/<username>/messages", view_func=room.messages, endpoint="messages")
    pages.add_url_rule("/room/<username>/files/<int:message>/<int:number>", view_func=room.file, endpoint="file")
    for name in ("say", "press", "submit", "seen"):
        pages.add_url_rule(f"/room/<username>/{name}", view_func=getattr(room, name), endpoint=name, methods=["POST"])
    return pages


def _harden(response: Response) -> Response:
    # Under a stricter policy the browser would leave Origin out of a POST.
    response.headers["Referrer-Policy"] = "same-origin"
    return security.harden(response)


class _Room:
    def __init__(self, hadir: Hadir) -> None:
        self._hadir = hadir

    def guard(self) -> ResponseReturnValue | None:
        if security.from_this_machine(request):
            return None
        return self._notice("elsewhere", 403)

    # ------------------------------------------------------------ pages

    def people(self) -> ResponseReturnValue:
        members, unread = self._everyone()
        t = self._hadir.catalogues.speak(self._hadir.settings.locale)
        return render_template("browser/room.html", t=t, members=members, unread=unread, me=None)

    def page(self, username: str) -> ResponseReturnValue:
        members, unread = self._everyone()
        me = next((member for member in members if member.username == username.lower()), None)
        if me is None:
            return self._notice("nobody", 404)
        t = self._talk(me).t
        rows, messages = self._messages(me)
        return render_template(
            "browser/room.html",
            t=t,
            members=members,
            unread=unread,
            me=me,
            messages=messages,
            state=show.state(rows),
            hints=show.hints(self._hadir.plugins, t),
            starters=show.starters(self._hadir.plugins),
            zone=workdays.zone_name(me.person.zone, self._hadir.clock()),
        )

    def messages(self, username: str) -> ResponseReturnValue:
        """What the page does not show yet: everything if its `state` is old, else only who has unread messages."""
        return self._changes(self._me(username), known=request.args.get("state", ""))

    def file(self, username: str, message: int, number: int) -> ResponseReturnValue:
        me = self._me(username)
        with self._hadir.database.read() as db:
            row = store.one(db, me.person.id, message)
        files = row.body.get("files", []) if row else []
        if number >= len(files):
            abort(404)
        file = files[number]
        content = io.BytesIO(base64.b64decode(file["content"]))
        shown = file["media_type"] in show.PICTURES and "download" not in request.args
        return send_file(content, mimetype=file["media_type"], as_attachment=not shown, download_name=file["name"])

    # ------------------------------------------------------------ what a person does

    def say(self, username: str) -> ResponseReturnValue:
        text = _text("text").strip()
        if not text or len(text) > LONGEST:
            abort(400)
        return self._act(username, lambda talk, key: talk.say(text, key))

    def press(self, username: str) -> ResponseReturnValue:
        return self._act(username, lambda talk, key: talk.press(_text("token"), key))

    def submit(self, username: str) -> ResponseReturnValue:
        given = _body().get("values")
        values = {str(name): clean(str(value)) for name, value in given.items()} if isinstance(given, dict) else {}
        return self._act(username, lambda talk, key: talk.submit(_text("token"), values, key))

    def seen(self, username: str) -> ResponseReturnValue:
        me, up_to = self._me(username), _body().get("up_to")
        with self._hadir.database.write() as db:
            store.mark_seen(db, me.person.id, min(up_to, store.LAST) if isinstance(up_to, int) else 0)
        return "", 204

    def _act(self, username: str, act: Callable[[Conversation, str], Opened | None]) -> ResponseReturnValue:
        me, key = self._me(username), _text("key")
        if not _KEY.fullmatch(key):
            abort(400)
        try:
            return self._changes(me, opened=act(self._talk(me), key))
        except Refused as error:
            return self._refused(me, str(error))

    def _refused(self, me: store.Member, reason: str) -> ResponseReturnValue:
        sender = Sender(store.PLATFORM, me.username, me.username)
        self._hadir.dispatcher.refuse(sender, request.endpoint or "", reason, self._hadir.clock())
        t = self._talk(me).t
        texts = {
            "expired": t("This has expired. Type the command again to get a new one."),
            "replayed": t("This was sent before; it counts once."),
        }
        return jsonify({"error": texts.get(reason) or t("This is not possible here. Type the command again.")}), 403

    # ------------------------------------------------------------ what the page is told

    def _changes(self, me: store.Member, *, known: str = "", opened: Opened | None = None) -> ResponseReturnValue:
        rows, messages = self._messages(me)
        with self._hadir.database.read() as db:
            changes: dict[str, Any] = {"unread": store.unread(db)}
        if opened is not None:
            changes["form"] = self._window(me, opened)
        if known != (state := show.state(rows)):
            t = self._talk(me).t
            changes["state"] = state
            changes["messages"] = [
                {"id": m.id, "html": render_template("browser/message.html", t=t, me=me, m=m)} for m in messages
            ]
        return jsonify(changes)

    def _messages(self, me: store.Member) -> tuple[Any, list[show.ShownMessage]]:
        with self._hadir.database.read() as db:
            rows = store.window(db, me.person.id, WINDOW)
        return rows, show.messages(self._hadir, me.person, self._talk(me).t, rows, self._hadir.clock())

    def _window(self, me: store.Member, opened: Opened) -> str:
        inputs, t = sheets.inputs(opened.form, opened.values, opened.errors), self._talk(me).t
        errors = opened.errors or {}
        return render_template("browser/window.html", t=t, form=opened.form, inputs=inputs, errors=errors, token=opened.token)

    def _notice(self, reason: str, status: int) -> ResponseReturnValue:
        t = self._hadir.catalogues.speak(self._hadir.settings.locale)
        return render_template("browser/notice.html", t=t, reason=reason), status

    # ------------------------------------------------------------ who

    def _everyone(self) -> tuple[list[store.Member], dict[str, int]]:
        with self._hadir.database.read() as db:
            return store.members(db, self._hadir.clock().date()), store.unread(db)

    def _me(self, username: str) -> store.Member:
        found = next((member for member in self._everyone()[0] if member.username == username.lower()), None)
        return found or abort(404)

    def _talk(self, me: store.Member) -> Conversation:
        return Conversation(self._hadir, me)


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else abort(400)


def _text(name: str) -> str:
    value = _body().get(name)
    return clean(value) if isinstance(value, str) else abort(400)
