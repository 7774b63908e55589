"""Form pages: personal, once, for an hour, without JavaScript."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from integration.adapters.browser import sheets
from integration.adapters.browser.forms import form_link
from integration.adapters.browser.tables import form_page
from integration.audit import audit
from integration.core import Hadir
from integration.messages import Reply, Sender
from integration.outbox import outbox
from integration.ports import Profile, Recipient, Sent
from tests import cast
from tests.adapters.browser.desk import paper, standing, text_of

SITI = Sender("mattermost", "id-siti", "siti")
FILLED = {"name": "Siti", "why": "perlu", "size": "l", "day": "besok", "hour": "08.00"}


@pytest.fixture
def path(hadir: Hadir) -> str:
    """The path of a fresh form of Siti's."""
    return urlsplit(form_link(hadir, paper(), SITI)).path


def test_the_link_begins_with_the_public_address(hadir: Hadir) -> None:
    assert form_link(hadir, paper(), SITI).startswith("http://127.0.0.1:8080/form/")
    hadir.settings = hadir.settings.model_copy(update={"public_url": "https://hadir.kantor.example/"})
    assert form_link(hadir, paper(), SITI).startswith("https://hadir.kantor.example/form/")


def test_a_form_comes_back_from_its_link_as_it_was(hadir: Hadir) -> None:
    sheet = sheets.read(hadir, sheets.issue(hadir, paper("x"), SITI))
    assert (sheet.form, sheet.sender) == (paper("x"), SITI)


def test_a_link_is_short_enough_to_be_typed_off_a_screen(hadir: Hadir) -> None:
    assert len(urlsplit(form_link(hadir, paper(), SITI)).path) == len("/form/") + 16


def test_without_a_database_to_keep_it_the_address_holds_the_form(hadir: Hadir) -> None:
    with hadir.database.write() as db:
        db.execute(text("ALTER TABLE form_page RENAME TO elsewhere"))
    try:
        link = form_link(hadir, paper(), SITI)
    finally:
        with hadir.database.write() as db:
            db.execute(text("ALTER TABLE elsewhere RENAME TO form_page"))
    assert 100 < len(link) < 1000
    assert sheets.read(hadir, link.rpartition("/")[2]).form == paper()


def test_old_addresses_are_forgotten(hadir: Hadir, clock: cast.Clock) -> None:
    form_link(hadir, paper(), SITI)
    clock.now += timedelta(days=2)
    form_link(hadir, paper(), SITI)
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).select_from(form_page)) == 1


class Chat:
    """A chat platform that people open in a browser."""

    name = "mattermost"
    address = "https://chat.kantor.example"

    def send(self, to: Recipient, message: Reply, key: str) -> Sent:
        return Sent("1", "1")

    def profile(self, *, id: str = "", username: str = "") -> Profile | None:
        return None


def test_the_page_leads_back_to_the_chat(hadir: Hadir, app: Flask, path: str) -> None:
    hadir.ports.chats["mattermost"] = Chat()
    client = app.test_client()
    assert 'href="https://chat.kantor.example"' in client.post(path, data=FILLED).text
    assert 'href="https://chat.kantor.example"' in client.get(path).text  # sent already
    assert "href=" not in text_of(client.get(path).text)


def test_an_address_that_only_the_services_know_is_not_shown(hadir: Hadir, app: Flask, path: str) -> None:
    hadir.ports.chats["mattermost"] = chat = Chat()
    chat.address = "http://mattermost:8065"
    done = app.test_client().post(path, data=FILLED).text
    assert "mattermost:8065" not in done
    assert "Silakan kembali ke chat" in done


def test_an_answer_with_choices_goes_on_in_the_chat(hadir: Hadir, app: Flask, path: str) -> None:
    hadir.ports.chats["mattermost"] = Chat()
    client = app.test_client()
    done = client.post(path, data=FILLED | {"name": "pilih"})
    assert "Langkah berikutnya ada di chat." in done.text
    assert client.post(path, data=FILLED).status_code == 403
    with hadir.database.read() as db:
        [sent] = db.scalars(select(outbox.c.payload).where(outbox.c.kind == "chat")).all()
    assert (sent["account"], [b["label"] for b in sent["message"]["buttons"]]) == ("id-siti", ["Ya"])


def test_the_page_shows_every_field_with_its_label(app: Flask, path: str) -> None:
    page = app.test_client().get(path)
    assert page.status_code == 200
    for field in paper().fields:
        assert f'<label for="field-{field.name}">{field.label}' in page.text
    assert "Isi dengan benar." in page.text
    assert standing(page.text) == {"name": "", "why": "", "size": "s", "day": "2026-11-23", "hour": "07:30"}
    assert "<script" not in page.text


def test_what_was_sent_is_answered_in_the_persons_name(app: Flask, path: str) -> None:
    done = app.test_client().post(path, data=FILLED)
    assert done.status_code == 200
    assert "Stored: Siti perlu besok 08.00 v1" in text_of(done.text)


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost(app: Flask, path: str) -> None:
    client = app.test_client()
    page = client.post(path, data=FILLED | {"name": "salah", "why": "a\nb & <c>"})
    assert page.status_code == 422
    assert 'aria-describedby="field-name-error" aria-invalid="true"' in page.text
    assert "Nama itu salah." in page.text
    assert standing(page.text) == FILLED | {"name": "salah", "why": "a\nb & <c>", "hour": "08:00"}
    assert client.post(path, data=FILLED).status_code == 200


def test_a_refusal_as_a_whole_keeps_the_form(app: Flask, path: str) -> None:
    client = app.test_client()
    page = client.post(path, data=FILLED | {"name": "penuh"})
    assert (page.status_code, "Rak sudah penuh." in page.text) == (422, True)
    assert client.post(path, data=FILLED).status_code == 200


def test_a_second_step_is_a_page_of_its_own(app: Flask, path: str) -> None:
    client = app.test_client()
    first = client.post(path, data=FILLED | {"name": "lanjut"})
    assert first.status_code == 303
    assert 'value="langkah dua"' in client.get(first.headers["Location"]).text


def test_a_form_that_was_sent_is_used_up(app: Flask, path: str, hadir: Hadir) -> None:
    client = app.test_client()
    client.post(path, data=FILLED)
    seen, sent = client.get(path), client.post(path, data=FILLED)
    assert (seen.status_code, sent.status_code) == (403, 403)
    assert "Formulir ini sudah dikirim" in seen.text
    assert _refusals(hadir) == [("mattermost:id-siti", "used")]


def test_an_old_form_has_expired_and_says_what_to_do(app: Flask, path: str, clock: cast.Clock, hadir: Hadir) -> None:
    clock.now += timedelta(hours=1)
    seen, sent = app.test_client().get(path), app.test_client().post(path, data=FILLED)
    assert (seen.status_code, sent.status_code) == (403, 403)
    assert "kedaluwarsa" in seen.text
    assert "Ketik lagi perintahnya" in seen.text
    assert _refusals(hadir) == [("web:", "expired")]


def test_a_forged_form_is_refused(app: Flask, path: str, hadir: Hadir) -> None:
    seen, sent = app.test_client().get(path[:-3]), app.test_client().post(path + "x", data=FILLED)
    assert (seen.status_code, sent.status_code) == (403, 403)
    assert "tidak berlaku" in seen.text
    assert _refusals(hadir) == [("web:", "forged")]


def test_a_token_for_another_purpose_is_no_form(app: Flask, hadir: Hadir) -> None:
    token = hadir.signer.sign("button", {"a": "x"}, now=hadir.clock(), valid=timedelta(hours=1))
    assert app.test_client().get(f"/form/{token}").status_code == 403


def test_a_form_of_an_unknown_person_gets_the_friendly_answer(app: Flask, hadir: Hadir) -> None:
    path = urlsplit(form_link(hadir, paper(), Sender("mattermost", "id-x", "stranger"))).path
    assert "stranger" in app.test_client().post(path, data=FILLED).text


def test_pages_are_not_kept_not_framed_and_tell_no_other_site(app: Flask, path: str) -> None:
    for page in (app.test_client().get(path), app.test_client().post(path), app.test_client().get("/form/forged")):
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]


def test_the_style_sheet_is_there(app: Flask) -> None:
    with app.test_client().get("/assets/hadir.css") as style:
        assert (style.status_code, style.mimetype) == (200, "text/css")


def test_a_date_that_fits_no_picker_stays_as_it_was_typed(hadir: Hadir) -> None:
    kinds = {i.field.name: (i.kind, i.value) for i in sheets.inputs(paper(), {"day": "besok", "hour": "jam 8"})}
    assert (kinds["day"], kinds["hour"]) == (("text", "besok"), ("text", "jam 8"))
    kinds = {i.field.name: (i.kind, i.value) for i in sheets.inputs(paper())}
    assert (kinds["day"], kinds["hour"]) == (("date", "2026-11-23"), ("time", "07:30"))


def _refusals(hadir: Hadir) -> list[tuple[str, str]]:
    with hadir.database.read() as db:
        query = select(audit.c.actor, audit.c.reason).where(audit.c.action == "refused").order_by(audit.c.id)
        return [tuple(row) for row in db.execute(query)]
