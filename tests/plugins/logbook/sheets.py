"""Small spreadsheets as people make them, and somebody who sends them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from integration.core import Hadir
from integration.deliveries import task as task_delivery
from integration.deliveries.delivery import Delivery
from integration.messages import Answer, File, Form, FormErrors, FormSubmission, Reply, plain
from integration.outbox import Kinds
from tests.cast import Talker
from tests.post import inbox

HEADER = ("No", "Tanggal", "Uraian Kegiatan", "Hasil", "Jumlah", "Satuan", "Waktu", "RHK", "Bukti", "Keterangan")
Rows = Sequence[Sequence[Any]]


def xlsx(rows: Rows, name: str = "Sheet", change: Callable[[Worksheet], None] | None = None, **more: Rows) -> bytes:
    """A workbook of a sheet with these rows, and of `more` by their names."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = name
    for sheet, each in [(first, rows), *((book.create_sheet(title), each) for title, each in more.items())]:
        for row in each:
            sheet.append(list(row))
    if change:
        change(first)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(rows: Rows, *, formula: str = "", hidden: int = 0) -> bytes:
    """An ODS of text cells; `hidden`: that row is; a cell "=" has a `formula` that was never computed."""

    def cell(value: Any) -> str:
        if value is None:
            return "<table:table-cell/>"
        if value == "=":
            return f'<table:table-cell table:formula="of:={formula}"/>'
        if isinstance(value, (int, float)):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'

    def line(number: int, row: Sequence[Any]) -> str:
        shown = ' table:visibility="collapse"' if number == hidden else ""
        return f"<table:table-row{shown}>{''.join(map(cell, row))}</table:table-row>"

    body = "".join(line(number, row) for number, row in enumerate(rows, 1))
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Lembar1">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def csv(rows: Rows, separator: str = ";", encoding: str = "utf-8") -> bytes:
    lines = [separator.join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\r\n".join(lines).encode(encoding)


# ---------------------------------------------------------------- sent


def works(hadir: Hadir) -> None:
    """The worker does every task that is due."""
    hadir.deliverers[task_delivery.KIND] = task_delivery.deliver
    delivery = Delivery(hadir, kinds=Kinds(("task",)))
    while delivery.step():
        pass


def sends(
    talker: Talker, content: bytes, name: str = "laporan.xlsx", line: str = "/logbook impor baru", **values: str
) -> Answer:
    """Fill the form that a line opens with a file: its answer."""
    talker.says(line)
    form = talker.last
    assert isinstance(form, Form), form
    given = {field.name: field.default for field in form.fields} | {"file": name} | values
    files = {"file": File(name, "application/octet-stream", content)}
    submission = FormSubmission(form.action, given, form.value, files=files)
    talker.last = talker.hadir.dispatcher.handle(talker.sender, submission, talker.hadir.clock())
    return talker.last


def read(talker: Talker, content: bytes, name: str = "laporan.xlsx", line: str = "/logbook impor baru", **values: str) -> str:
    """The same, and what the worker answers: the talker's last answer, with its buttons."""
    answer = sends(talker, content, name, line, **values)
    if isinstance(answer, FormErrors):
        return str({name: plain(text) for name, text in answer.by_field.items()})
    return heard(talker)


def heard(talker: Talker) -> str:
    """What the worker tells this person now."""
    before = len(inbox(talker.hadir, talker.username))
    works(talker.hadir)
    messages = inbox(talker.hadir, talker.username)
    assert len(messages) > before, "nothing was told"
    talker.last = messages[-1]
    assert isinstance(talker.last, Reply)
    return re.sub(r"\xa0", " ", plain(talker.last.text))
