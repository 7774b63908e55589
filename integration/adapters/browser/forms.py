"""Forms as web pages at `/form/<token>`: where a chat platform cannot show a form, it shows a link to one.

The page works without JavaScript. Its link is personal, works once and for an hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from integration import outbox, people, uploads
from integration.adapters.browser import markup, security, sheets, short
from integration.core import Hadir
from integration.deliveries import chat as chat_delivery
from integration.errors import Refused
from integration.i18n import Translate
from integration.messages import Form, Reply, Sender, Text, plain, reply_to_json
from integration.ports import HasAddress
from integration.signing import BadToken

log = structlog.get_logger()

_ASSETS = Path(__file__).parent / "static"
STYLE = _ASSETS / "hadir.css"
_NOBODY = Sender("web", "", "")
# What everything but the files of a form may come to, beside its long texts; and a letter of these as a browser sends it.
_TYPED_BYTES = 1 << 20
_BYTES_OF_A_LETTER = 12
# What is read of a form that cannot be sent any more, to give it back.
_GIVEN_BACK_BYTES = 4 << 20


def form_link(hadir: Hadir, form: Form, sender: Sender) -> str:
    """The address at which `sender` can fill `form`, once, while it is valid. Not inside a transaction: it is kept."""
    base = hadir.settings.public_url or f"http://{hadir.settings.host}:{hadir.settings.port}"
    token = sheets.issue(hadir, form, sender)
    try:
        token = short.shorten(hadir, token, hadir.clock() + sheets.valid(form))
    except SQLAlchemyError:
        log.exception("form_address_stays_long")  # it holds the whole form, and works all the same
    return f"{base.rstrip('/')}/form/{token}"


def blueprint(hadir: Hadir) -> Blueprint:
    """The form pages, and the style sheet and script of this adapter at `/assets/`."""
    pages = Blueprint("forms", __name__, template_folder="templates", static_folder=str(_ASSETS), static_url_path="/assets")
    pages.add_url_rule("/form/<token>", view_func=_FormPage(hadir).answer, endpoint="form", methods=["GET", "POST"])
    pages.add_app_template_filter(plain, "plain")
    pages.add_app_template_global(_asset, "asset")
    pages.after_request(security.harden)
    return pages


def _most_bytes(sheet: sheets.Sheet) -> int:
    """Twice what its files may hold: of a file that is somewhat too large, what was typed beside it can still be read."""
    files = sum(field.kind == "file" for field in sheet.form.fields)
    letters = sum(field.max_length for field in sheet.form.fields if field.kind == "textarea" and sheet.form.is_long)
    return 2 * files * uploads.LARGEST_BYTES + _TYPED_BYTES + _BYTES_OF_A_LETTER * letters


def _allow(most: int) -> None:
    """How much of this request is read."""
    request.max_content_length = request.max_form_memory_size = most


def _typed() -> str:
    """What was typed into a form that nobody takes any more, for its owner to copy."""
    if request.max_content_length is None or request.max_content_length < _GIVEN_BACK_BYTES:
        _allow(_GIVEN_BACK_BYTES)
    try:
        return "\n\n".join(text for text in request.form.values() if text.strip())
    except RequestEntityTooLarge:
        return ""


def _too_much(t: Translate, most: int) -> Text:
    return t(
        "That is more than {most} MB at once, so nothing was read. Please choose a smaller file; a screenshot will do.",
        most=most >> 20,
    )


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
        if short.is_short(token):
            found = short.lengthen(self._hadir, token)
            if found is None:
                return self._refuse(_NOBODY, "expired")
            token = found
        try:
            sheet = sheets.read(self._hadir, token)
        except BadToken as error:
            return self._refuse(_NOBODY, error.reason)
        t, used = self._reader(sheet)
        most = _most_bytes(sheet)
        _allow(most)
        if request.method != "POST":
            return self._notice(t, "used", 403, sheet.sender) if used else self._page(t, sheet)
        try:
            outcome = sheets.submit(self._hadir, sheet, request.form, t, _chosen(sheet))
        except Refused:
            return self._refuse(sheet.sender, "used")
        except RequestEntityTooLarge:
            if not sheet.form.takes_files:
                raise
            return self._page(t, sheet, errors={"": plain(_too_much(t, most))}), 413
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
        answer = outcome.answer
        shown = {"done": markup.to_html(answer.text), "refused": answer.refused, "title": sheet.form.title}
        more = self._goes_on_in_the_chat(sheet, answer)
        return render_template("browser/done.html", t=t, **shown, more=more, chat=self._chat(sheet.sender))

    def _goes_on_in_the_chat(self, sheet: sheets.Sheet, answer: Reply) -> bool:
        """A page has no buttons to press and no files to keep: an answer with these comes in the chat too."""
        sender = sheet.sender
        if not (answer.buttons or answer.files) or sender.platform not in self._hadir.ports.chats:
            return False
        payload = {"platform": sender.platform, "account": sender.id, "message": reply_to_json(answer)}
        stream, key = f"account:{sender.platform}:{sender.id}"[:190], f"form:{sheet.nonce}"
        with self._hadir.database.write() as db:
            outbox.enqueue(db, kind=chat_delivery.KIND, stream=stream, key=key, payload=payload, now=self._hadir.clock())
        return True

    def _chat(self, sender: Sender) -> str:
        """Where the sender's conversation with Hadir is opened, "" if that is not known."""
        chat = self._hadir.ports.chats.get(sender.platform)
        address = chat.address if isinstance(chat, HasAddress) else ""
        # A bare name is one among the service's own containers; no phone finds it.
        return address if "." in (urlsplit(address).hostname or "") else ""

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
        """A page that says what to do, and gives back what was typed; whoever tried to send something is written down."""
        if request.method == "POST":
            self._hadir.dispatcher.refuse(sender, "form", reason, self._hadir.clock())
        return self._notice(self._speak(), reason, 403, sender)

    def _notice(self, t: Translate, reason: str, status: int, sender: Sender) -> ResponseReturnValue:
        typed = _typed() if request.method == "POST" else ""
        return render_template("browser/notice.html", t=t, reason=reason, chat=self._chat(sender), typed=typed), status
