"""Forms as web pages at `/form/<token>`: where a chat platform cannot show a form, it shows a link to one.

The page works without JavaScript. Its link is personal, works once and for an hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from integration import people, uploads
from integration.adapters.browser import markup, security, sheets
from integration.core import Hadir
from integration.errors import Refused
from integration.i18n import Translate
from integration.messages import Form, Reply, Sender, plain
from integration.signing import BadToken

_ASSETS = Path(__file__).parent / "static"
_NOBODY = Sender("web", "", "")
# What everything but the files of a form may come to.
_TYPED_BYTES = 1 << 20


def form_link(hadir: Hadir, form: Form, sender: Sender) -> str:
    """The address at which `sender` can fill `form`, once, within an hour."""
    base = hadir.settings.public_url or f"http://{hadir.settings.host}:{hadir.settings.port}"
    return f"{base.rstrip('/')}/form/{sheets.issue(hadir, form, sender)}"


def blueprint(hadir: Hadir) -> Blueprint:
    """The form pages, and the style sheet and script of this adapter at `/assets/`."""
    pages = Blueprint("forms", __name__, template_folder="templates", static_folder=str(_ASSETS), static_url_path="/assets")
    pages.add_url_rule("/form/<token>", view_func=_FormPage(hadir).answer, endpoint="form", methods=["GET", "POST"])
    pages.add_app_template_filter(plain, "plain")
    pages.add_app_template_global(_asset, "asset")
    pages.after_request(security.harden)
    return pages


def _chosen(sheet: sheets.Sheet) -> sheets.Chosen:
    """One byte more than is allowed is enough to see that a file is too large."""
    names = [field.name for field in sheet.form.fields if field.kind == "file"]
    found = {name: request.files[name] for name in names if name in request.files}
    return {name: (file.filename or "", _start_of(file)) for name, file in found.items()}


def _start_of(file: FileStorage) -> bytes:
    with closing(file):
        return file.stream.read(uploads.LARGEST_BYTES + 1)


def _asset(name: str) -> str:
    """The address of a style sheet or script, different after every change of it."""
    return url_for("forms.static", filename=name, v=int((_ASSETS / name).stat().st_mtime))


class _FormPage:
    def __init__(self, hadir: Hadir) -> None:
        self._hadir = hadir

    def answer(self, token: str) -> ResponseReturnValue:
        try:
            sheet = sheets.read(self._hadir, token)
        except BadToken as error:
            return self._refuse(_NOBODY, error.reason)
        t, used = self._reader(sheet)
        if sheet.form.takes_files:
            request.max_content_length = len(sheet.form.fields) * uploads.LARGEST_BYTES + _TYPED_BYTES
        if request.method != "POST":
            return self._notice(t, "used", 403) if used else self._page(t, sheet)
        try:
            outcome = sheets.submit(self._hadir, sheet, request.form, t, _chosen(sheet))
        except Refused:
            return self._refuse(sheet.sender, "used")
        return self._after(t, sheet, outcome)

    def _reader(self, sheet: sheets.Sheet) -> tuple[Translate, bool]:
        with self._hadir.database.read() as db:
            person = people.by_sender(db, sheet.sender)
            return self._speak(person.locale if person else ""), sheets.is_used(db, sheet)

    def _speak(self, locale: str = "") -> Translate:
        return self._hadir.catalogues.speak(locale or self._hadir.settings.locale)

    def _after(self, t: Translate, sheet: sheets.Sheet, outcome: sheets.Outcome) -> ResponseReturnValue:
        if outcome.again:
            return self._page(t, sheet, request.form, sheets.errors_of(outcome)), 422
        if isinstance(outcome.answer, Form):
            following = sheets.issue(self._hadir, outcome.answer, sheet.sender)
            return "", 303, {"Location": url_for("forms.form", token=following)}
        assert isinstance(outcome.answer, Reply)  # noqa: S101  # the two other kinds were dealt with
        done = markup.to_html(outcome.answer.text)
        return render_template("browser/done.html", t=t, done=done, refused=outcome.answer.refused, title=sheet.form.title)

    def _page(
        self,
        t: Translate,
        sheet: sheets.Sheet,
        values: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> str:
        inputs = sheets.inputs(sheet.form, values, errors)
        return render_template("browser/form.html", t=t, form=sheet.form, inputs=inputs, errors=errors or {})

    def _refuse(self, sender: Sender, reason: str) -> ResponseReturnValue:
        """A page that says what to do; whoever tried to send something is written down."""
        if request.method == "POST":
            self._hadir.dispatcher.refuse(sender, "form", reason, self._hadir.clock())
        return self._notice(self._speak(), reason, 403)

    def _notice(self, t: Translate, reason: str, status: int) -> ResponseReturnValue:
        return render_template("browser/notice.html", t=t, reason=reason), status
