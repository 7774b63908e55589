"""A plugin with one of everything, for tests of what shows it; and somebody who looks at it in a browser."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from integration.errors import UserError
from integration.messages import (
    Answer,
    Button,
    ButtonPress,
    Command,
    Field,
    File,
    Form,
    FormErrors,
    FormSubmission,
    Reply,
    Text,
)
from integration.plugin import Context, Plugin, Subcommand
from tests.photos import picture

ORIGIN = "http://localhost"


def _home(context: Context, _command: Command) -> Reply:
    return Reply(context.t("Hello {name}.", name=context.person.name))


def _file(_context: Context, _command: Command) -> Reply:
    return Reply(Text("Ini berkasnya."), files=(File("rekap November.csv", "text/csv", b"a,b\n1,2\n"),))


def _picture(_context: Context, _command: Command) -> Reply:
    pictures = (("jadwal.png", "image/png", "PNG"), ("foto.jpg", "image/jpeg", "JPEG"))
    files = [File(name, media_type, picture(640, 480, kind)) for name, media_type, kind in pictures]
    return Reply(Text("Ini gambarnya."), files=(*files, File("peta.svg", "image/svg+xml", b"<svg onload='alert(1)'/>")))


def _ask(_context: Context, _command: Command) -> Reply:
    return Reply(Text("Setuju?"), buttons=(Button("Ya", "desk.yes", "7", "good"), Button("Isi", "desk.fill", days=2)))


def _yes(_context: Context, press: ButtonPress) -> Reply:
    return Reply(Text(f"Disetujui: {press.value}"), replaces=True)


def paper(name: str = "") -> Form:
    return Form(
        "desk.paper",
        "Formulir meja",
        (
            Field("name", "Nama", default=name, max_length=20),
            Field("why", "Alasan", "textarea", hint="Singkat saja", max_length=100),
            Field("size", "Ukuran", "select", "s", choices=(("s", "Kecil"), ("l", "Besar"))),
            Field("day", "Hari", "date", "2026-11-23", hint="Misalnya besok"),
            Field("hour", "Jam", "time", "07.30", required=False),
        ),
        value="v1",
        intro="Isi dengan benar.",
    )


def _paper(context: Context, submission: FormSubmission) -> Answer:
    values = submission.values
    if values["name"] == "salah":
        return FormErrors({"name": "Nama itu salah."})
    if values["name"] == "penuh":
        raise UserError("Rak sudah penuh.")
    if values["name"] == "lanjut":
        return paper("langkah dua")
    if values["name"] == "pilih":
        return Reply(Text("Setuju?"), buttons=(Button("Ya", "desk.yes", "7"),))
    return Reply(context.t("Stored: {name} {why} {day} {hour} {value}", value=submission.value, **values))


def scan() -> Form:
    fields = (Field("why", "Alasan"), Field("letter", "Surat", "file"), Field("more", "Lampiran", "file", required=False))
    return Form("desk.scan", "Surat dokter", fields)


def _scan(_context: Context, _incoming: Any) -> Form:
    return scan()


def _scanned(_context: Context, submission: FormSubmission) -> Answer:
    if submission.values["why"] == "salah":
        return FormErrors({"why": "Alasan itu salah."})
    if submission.values["why"] == "penuh":
        raise UserError("Rak sudah penuh.")
    sent = [f"{name}={file.name} {file.media_type} {len(file.content)}" for name, file in submission.files.items()]
    return Reply(Text(f"{submission.values['letter']}|{submission.values['more']}|{' '.join(sent)}"))


def _fill(_context: Context, _incoming: Any) -> Form:
    return paper()


PLUGIN = Plugin(
    name="desk",
    description="A desk",
    hint="file | ask | fill",
    home=_home,
    subcommands=(
        Subcommand("file", _file, "A file"),
        Subcommand("picture", _picture, "A picture"),
        Subcommand("ask", _ask, "A question", example="/desk ask"),
        Subcommand("scan", _scan, "A form with a file"),
        Subcommand("fill", _fill, "A form", arguments="[name]"),
    ),
    translations=Path(__file__).parent,
    buttons={"yes": _yes, "fill": _fill},
    forms={"paper": _paper, "scan": _scanned},
)


@dataclass
class Visitor:
    """A person's page in the room. `last` is what the server said last."""

    app: Flask
    username: str
    last: Any = None
    headers: dict[str, str] = field(default_factory=lambda: {"Origin": ORIGIN})

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def types(self, text: str, key: str = "") -> str:
        return self._said(self.posts("say", text=text, key=key or uuid.uuid4().hex))

    def presses(self, label: str) -> str:
        return self._said(self.posts("press", token=self.token(label), key=uuid.uuid4().hex))

    def submits(self, **values: str) -> str:
        """Send the form that is open, as a browser would: what is not given stays as it stands."""
        everything = standing(self.last["form"]) | values
        return self._said(self.posts("submit", token=self.sheet(), values=everything, key=uuid.uuid4().hex))

    def posts(self, act: str, **body: Any) -> TestResponse:
        return self.client.post(f"/room/{self.username}/{act}", json=body, headers=self.headers)

    def sees(self) -> str:
        """The conversation as it stands, after a reload."""
        page = self.client.get(f"/room/{self.username}")
        assert page.status_code == 200
        return text_of(page.text.partition('<ol class="messages"')[2].partition("</ol>")[0])

    def token(self, label: str) -> str:
        page = self.client.get(f"/room/{self.username}").text
        found = re.findall(r'data-token="([^"]+)"[^>]*>' + re.escape(label) + "<", page)
        assert found, f"no button {label!r} in {text_of(page)}"
        return str(found[-1])

    def sheet(self) -> str:
        found = re.search(r'data-token="([^"]+)"', self.last["form"])
        assert found
        return found[1]

    def _said(self, response: TestResponse) -> str:
        assert response.status_code == 200, response.text
        self.last = response.json
        if self.last.get("form"):
            return text_of(self.last["form"])
        return text_of(self.last["messages"][-1]["html"]) if self.last.get("messages") else ""


def text_of(html: str) -> str:
    """What a reader sees of it, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def standing(html: str) -> dict[str, str]:
    """What stands in the fields of a form."""
    values = {m[1]: m[2] for m in re.finditer(r'<input [^>]*name="([^"]+)"[^>]*value="([^"]*)"', html)}
    values |= {m[1]: m[2].lstrip("\n") for m in re.finditer(r'<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)<', html)}
    for select in re.finditer(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', select[2])
        values[select[1]] = chosen[1] if chosen else ""
    return {name: unescape(value) for name, value in values.items()}
