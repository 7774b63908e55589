"""Plugins' pages as web pages at `/p/<plugin.page>/<token>`. They work without JavaScript, and a phone shows them first."""

from __future__ import annotations

import base64
import re
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from integration import page_addresses
from integration.adapters.browser import markup, security, sheets
from integration.core import Hadir
from integration.messages import Form
from integration.pages import Go, PageRequest, Picture, Show, tidy
from integration.pages.dispatch import Answered, Pages

log = structlog.get_logger()

_MOST_BYTES = 64 << 10
# Chats and search engines open an address to show what is there; a person's browser never calls itself so.
_MACHINE = re.compile(r"bot\b|bot/|crawl|spider|preview|facebookexternalhit|whatsapp/|embedly|curl/|wget/|python-", re.I)


def blueprint(hadir: Hadir) -> Blueprint:
    """The route of all pages. The style sheet and the templates are those of the form pages."""
    routes = Blueprint("pages", __name__, template_folder="templates")
    asked = _Asked(hadir)
    routes.add_url_rule(f"{page_addresses.PATH}/<name>/<token>", "page", asked.answer, methods=["GET", "POST"])
    routes.after_request(security.harden)
    return routes


class _Asked:
    def __init__(self, hadir: Hadir) -> None:
        self._hadir = hadir
        self._pages = Pages(hadir)

    def answer(self, name: str, token: str) -> ResponseReturnValue:
        request.max_content_length = _MOST_BYTES
        if request.method != "POST" and self._is_machine():
            return self._shown(self._pages.neutral(), {})
        typed = {key: tidy(value) for key, value in request.form.items()} if request.method == "POST" else {}
        answered = self._pages.answer(name, token, PageRequest(request.method == "POST", typed))
        if isinstance(answered.page, Go):
            return self._gone_on(answered, answered.page.url)
        return self._shown(answered, typed)

    def _is_machine(self) -> bool:
        return request.method == "HEAD" or _MACHINE.search(request.headers.get("User-Agent", "")) is not None

    def _shown(self, answered: Answered, typed: dict[str, str]) -> Response:
        page = answered.page
        assert isinstance(page, Show)  # noqa: S101  # the other kind was dealt with
        inputs = sheets.inputs(Form("", page.title, page.fields), typed or None, page.errors)
        shown = {"text": markup.to_html(page.text) if page.text else "", "picture": _data(page.picture)}
        shown |= {"more": markup.to_html(page.more) if page.more else "", "chart": _data(page.chart)}
        body = render_template("browser/page.html", t=answered.t, page=page, inputs=inputs, private=answered.private, **shown)
        response = make_response(body, answered.status)
        if answered.retry_seconds:
            response.headers["Retry-After"] = str(answered.retry_seconds)
        return response

    def _gone_on(self, answered: Answered, url: str) -> ResponseReturnValue:
        """A redirect; to elsewhere after a form by a page of ours, because our policy lets no form lead there."""
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError("a page leads to no web address")  # which is not shown: it may hold a token
        if request.method == "POST" and not url.startswith(page_addresses.base(self._hadir.settings) + "/"):
            return render_template("browser/onward.html", t=answered.t, url=url)
        return "", 303, {"Location": url, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


def _data(picture: Picture | None) -> str:
    """Inside the page: an address of its own would have to be signed, and would be one request more."""
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.content).decode()}" if picture else ""
