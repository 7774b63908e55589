"""The addresses that Nextcloud calls when Hadir is one of its apps: the handshake, and each person's page behind its proxy.

Registered only where HADIR_EXAPP_SECRET is set. The page is asked for by a browser, but comes through Nextcloud, which says
whose it is; its proxy has no protection of its own against forged posts, so every button carries a signed value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog
from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from integration.adapters.nextcloud.exapp import delivery as exapp_delivery
from integration.adapters.nextcloud.exapp.app import ExApp, Forged, caller
from integration.adapters.nextcloud.exapp.page import PLATFORM, Page
from integration.core import Hadir
from integration.errors import Refused
from integration.messages import Sender
from integration.signing import BadToken

log = structlog.get_logger()

_HERE = Path(__file__).parents[1] / "static"
_STYLE = "hadir.css"
# It is shown in a frame of Nextcloud's own page, to which it belongs for the browser: 'self' is Nextcloud.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)
_KEPT_SECONDS = 3600


def blueprint(hadir: Hadir, app: ExApp, *, to_html: Callable[[str], str], style: Path) -> Blueprint:
    """`to_html` makes a page of a reply's text, `style` is the style sheet of Hadir's pages."""
    routes = Blueprint("exapp", __name__, template_folder="../templates")
    answers = _Answers(hadir, app, to_html, style)
    routes.add_url_rule("/heartbeat", "heartbeat", answers.heartbeat)
    routes.add_url_rule("/init", "init", answers.init, methods=["POST"])
    routes.add_url_rule("/enabled", "enabled", answers.enabled, methods=["PUT"])
    routes.add_url_rule("/exapp/page", "page", answers.page, methods=["GET", "POST"])
    routes.add_url_rule("/exapp/<name>", "asset", answers.asset)
    return routes


class _Answers:
    def __init__(self, hadir: Hadir, app: ExApp, to_html: Callable[[str], str], style: Path) -> None:
        self._hadir, self._app = hadir, app
        self._to_html = to_html
        self._assets = {
            _STYLE: (style, "text/css"),
            "page.css": (_HERE / "page.css", "text/css"),
            "icon.svg": (_HERE / "icon.svg", "image/svg+xml"),
            "menu.js": (_HERE / "menu.js", "text/javascript"),
        }

    # ------------------------------------------------------------ the handshake

    def heartbeat(self) -> ResponseReturnValue:
        """AppAPI asks this without saying who it is."""
        return jsonify(status="ok")

    def init(self) -> ResponseReturnValue:
        """There is nothing to prepare; that this is so is said later, because AppAPI waits for this answer first."""
        if self._caller("init") is None:
            return _refused()
        return self._queued(lambda db, now: exapp_delivery.queue(db, {"do": "ready"}, now))

    def enabled(self) -> ResponseReturnValue:
        if self._caller("enabled") is None:
            return _refused()
        wished = request.args.get("enabled", "")
        if wished not in ("0", "1"):
            return jsonify(error="enabled must be 0 or 1"), 400
        return self._queued(lambda db, now: exapp_delivery.queue_enabled(db, wished == "1", now))

    def _queued(self, queue: Callable[[Any, Any], None]) -> ResponseReturnValue:
        """AppAPI undoes what it was told of an error."""
        try:
            with self._hadir.database.write() as db:
                queue(db, self._hadir.clock())
        except SQLAlchemyError:
            log.exception("exapp_call_not_queued")
            return jsonify(error="the database of Hadir cannot be reached"), 503
        return jsonify(error="")

    def _caller(self, what: str) -> str | None:
        """For whom Nextcloud calls, "" for itself; None if it is not our Nextcloud, which is written down."""
        try:
            return caller(self._app, request.headers)
        except Forged as error:
            self._hadir.dispatcher.refuse(Sender(PLATFORM, "", ""), f"exapp {what}", str(error), self._hadir.clock())
            return None

    # ------------------------------------------------------------ the page

    def page(self) -> ResponseReturnValue:
        account = self._caller("page")
        if not account:
            return _refused()
        page = Page(self._hadir, Sender(PLATFORM, account, account), self._to_html)
        status = 200
        if request.method == "POST":
            try:
                page.act(request.form)
            except (BadToken, Refused) as error:
                reason = error.reason if isinstance(error, BadToken) else str(error)
                self._hadir.dispatcher.refuse(page.sender, "exapp page", reason, self._hadir.clock())
                page.refuse()
                status = 403
        shown: Mapping[str, Any] = page.shown()
        return _hardened(Response(render_template("nextcloud/page.html", **shown, style=self._version), status))

    def _version(self, name: str) -> str:
        """The address of a style sheet beside the page, another one after every change of it."""
        return f"{name}?v={int(self._assets[name][0].stat().st_mtime)}"

    def asset(self, name: str) -> ResponseReturnValue:
        """What the page and the menu need; nothing personal, but only Nextcloud asks."""
        if self._caller("asset") is None:
            return _refused()
        if name not in self._assets:
            return Response("", 404)
        path, kind = self._assets[name]
        response = Response(path.read_bytes(), content_type=f"{kind}; charset=utf-8")
        response.headers["Cache-Control"] = f"private, max-age={_KEPT_SECONDS}"
        return response


def _refused() -> ResponseReturnValue:
    return jsonify(error="not called by the Nextcloud of this Hadir"), 401


def _hardened(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
