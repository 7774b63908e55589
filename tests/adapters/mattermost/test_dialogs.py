"""Dialogs: what comes back through a browser is checked again, and counts once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from pytest_httpserver import HTTPServer

from integration.adapters.browser import forms as pages
from integration.adapters.mattermost import forms
from integration.adapters.mattermost.routes import blueprint
from integration.adapters.mattermost.signed import Made
from integration.core import Hadir
from integration.messages import Field, Form
from tests import cast
from tests.adapters.mattermost.conftest import Desk, later, recorded
from tests.adapters.mattermost.test_buttons import HOOK, button, refused

pytestmark = pytest.mark.in_turn

GOOD = {"hari": "besok", "arah": "in", "alasan": "lupa"}


@pytest.fixture
def dialog(desk: Desk, dialogs: list[dict[str, Any]]) -> dict[str, Any]:
    """The form that Siti has open; typed where there is no response address."""
    desk.types("siti", "/uji form", response_url=None)
    opened: dict[str, Any] = dialogs[-1]["dialog"]
    return opened


def stored(desk: Desk) -> list[dict[str, Any]]:
    return [row.after for row in desk.audited("uji.submitted")]


def test_a_suggested_day_and_time_look_as_people_write_them() -> None:
    fields = (Field("hari", "Hari", "date", "2026-11-20"), Field("jam", "Jam", "time", "16:05"), Field("x", "X", default="a:b"))
    shown = forms.dialog(Form("uji.kirim", "Koreksi", fields), "state")["elements"]
    assert [element["default"] for element in shown] == ["20/11/2026", "16.05", "a:b"]


def test_a_form_is_stored_and_answered_by_message(desk: Desk, dialog: dict[str, Any]) -> None:
    assert desk.submits("siti", dialog, **GOOD).get_json() == {}
    assert stored(desk) == [GOOD]
    mine = next(row for row in desk.queued() if row.payload["person"] == desk.person("siti").id)
    assert "Diajukan" in mine.payload["message"]["text"]


def test_the_answer_appears_where_the_command_was_typed(
    desk: Desk, dialogs: list[dict[str, Any]], httpserver: HTTPServer
) -> None:
    httpserver.expect_request(f"/hooks/commands/{HOOK}", method="POST").respond_with_data("ok")
    desk.types("siti", "/uji form")
    assert desk.submits("siti", dialogs[-1]["dialog"], **GOOD).get_json() == {}
    (sent, _response) = httpserver.log[-1]
    assert sent.json["text"] == "Diajukan: lupa"
    assert [row.key for row in desk.queued()] == [f"ask:{desk.person('siti').id}"]


def test_wrong_input_is_said_at_the_field(desk: Desk, dialog: dict[str, Any]) -> None:
    assert desk.submits("siti", dialog, **GOOD | {"hari": "kemarin dulu"}).get_json() == {
        "errors": {"hari": "Hari itu sudah lewat."}
    }
    assert desk.submits("siti", dialog, **GOOD | {"hari": "libur"}).get_json()["error"]
    assert not stored(desk)
    assert desk.submits("siti", dialog, **GOOD).get_json() == {}  # nothing was used up
    assert len(stored(desk)) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"hari": ""}, "hari"),
        ({"hari": "   "}, "hari"),
        ({"hari": None}, "hari"),
        ({"hari": {"x": 1}}, "hari"),
        ({"hari": "x" * 151}, "hari"),
        ({"arah": "sideways"}, "arah"),
        ({"arah": ["in", "out"]}, "arah"),
        ({"alasan": "x" * 41}, "alasan"),
    ],
)
def test_every_field_is_checked_again(desk: Desk, dialog: dict[str, Any], changed: dict[str, Any], field: str) -> None:
    body = desk.submits("siti", dialog, **GOOD | changed).get_json()
    assert list(body["errors"]) == [field]
    assert not stored(desk)


def test_a_field_that_the_form_does_not_have(desk: Desk, dialog: dict[str, Any]) -> None:
    body = desk.submits("siti", dialog, **GOOD, peran="admin").get_json()
    assert "peran" in body["error"]
    assert not stored(desk)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(5, "5"), (5.0, "5"), (5.5, "5.5"), (True, "true"), ("a\x00b\u202e", "ab"), ("\ud800x", "x"), (["a", "b"], "a,b")],
)
def test_numbers_and_lists_and_control_characters_become_text(desk: Desk, dialog: dict[str, Any], sent: Any, kept: str) -> None:
    assert desk.submits("siti", dialog, **GOOD | {"hari": sent}).get_json() == {}
    assert stored(desk)[0]["hari"] == kept


def test_cancelling_is_nothing(desk: Desk) -> None:
    response = desk.http.post("/mattermost/dialogs", json=recorded("dialog_cancel")["json"])
    assert (response.status_code, response.get_json()) == (200, {})


def test_a_forged_form_is_refused(desk: Desk) -> None:
    refused(desk, desk.http.post("/mattermost/dialogs", json=recorded("dialog_submission_forged")["json"]), "forged")
    refused(desk, desk.http.post("/mattermost/dialogs", json=recorded("dialog_submission")["json"] | {"state": None}), "forged")


def test_an_expired_form_is_refused(desk: Desk, dialog: dict[str, Any], clock: cast.Clock) -> None:
    clock.now = later(hours=12)
    refused(desk, desk.submits("siti", dialog, **GOOD), "expired")


def test_a_form_of_somebody_else_is_refused(desk: Desk, dialog: dict[str, Any]) -> None:
    refused(desk, desk.submits("dewi", dialog, **GOOD), "somebody else")
    assert not stored(desk)


def test_a_replayed_form_is_refused(desk: Desk, dialog: dict[str, Any]) -> None:
    assert desk.submits("siti", dialog, **GOOD).status_code == 200
    refused(desk, desk.submits("siti", dialog, **GOOD), "replayed")
    assert len(stored(desk)) == 1


def test_five_identical_forms_at_once_count_once(desk: Desk, dialog: dict[str, Any]) -> None:
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: desk.submits("siti", dialog, **GOOD), range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403, 403]
    assert len(stored(desk)) == 1


@pytest.mark.parametrize("kind", ["refresh", "dialog_lookup", "", None])
def test_a_button_sent_to_the_forms_is_refused(desk: Desk, dialog: dict[str, Any], kind: str | None) -> None:
    refused(desk, desk.http.post("/mattermost/dialogs", json=recorded("action_request")["json"]), "not a form")
    body = recorded("dialog_submission")["json"] | {"type": kind, "state": dialog["state"], "user_id": "id-siti"}
    refused(desk, desk.http.post("/mattermost/dialogs", json=body), "not a form")


def test_callback_id_and_url_are_not_believed(desk: Desk, dialog: dict[str, Any]) -> None:
    body = recorded("dialog_submission")["json"] | {"state": dialog["state"], "user_id": "id-siti", "submission": GOOD}
    body |= {"callback_id": "uji.hapus", "url": "http://evil.example"}
    assert desk.http.post("/mattermost/dialogs", json=body).get_json() == {}
    assert len(stored(desk)) == 1


def test_a_second_step_ignores_what_the_first_one_sent(desk: Desk, dialog: dict[str, Any]) -> None:
    step = desk.submits("siti", dialog, **GOOD | {"hari": "lanjut"}).get_json()
    assert step["type"] == "form"
    assert desk.submits("siti", step["form"], **GOOD).get_json() == {}
    assert stored(desk) == [{"hari": "besok"}]


def test_a_form_from_a_message_replaces_that_message(desk: Desk, dialogs: list[dict[str, Any]], httpserver: HTTPServer) -> None:
    """Tolak opens a form; once it is sent, the buttons must be gone."""
    key = f"ask:{desk.person('siti').id}"
    desk.types("siti", "/uji form", response_url=None)
    desk.submits("siti", dialogs[-1]["dialog"], **GOOD)
    desk.posted(key, "post1")
    httpserver.expect_request("/api/v4/posts/post1/patch", method="PUT").respond_with_json({"id": "post1"})
    reject = button(desk, "uji.tolak", Made(to="id-budi", key=key))
    assert desk.presses("budi", reject, "action_request", post_id="post1").get_json() == {}
    assert desk.submits("budi", dialogs[-1]["dialog"], alasan="tidak sesuai").get_json() == {}
    (sent, _response) = httpserver.log[-1]
    assert sent.json == {"message": "Ditolak: tidak sesuai", "props": {}}
    assert [row.key for row in desk.queued() if row.payload["person"] == desk.person("budi").id] == [key]


def test_where_the_message_cannot_be_replaced_another_one_says_it(
    desk: Desk, dialogs: list[dict[str, Any]], httpserver: HTTPServer
) -> None:
    key = f"ask:{desk.person('siti').id}"
    desk.types("siti", "/uji form", response_url=None)
    desk.submits("siti", dialogs[-1]["dialog"], **GOOD)
    desk.posted(key, "post1")
    httpserver.expect_request("/api/v4/posts/post1/patch").respond_with_data("", status=503)
    desk.presses("budi", button(desk, "uji.tolak", Made(to="id-budi", key=key)), "action_request", post_id="post1")
    assert desk.submits("budi", dialogs[-1]["dialog"], alasan="tidak sesuai").get_json() == {}
    assert "Ditolak" in desk.queued()[-1].payload["message"]["text"]


# ---------------------------------------------------------------- forms that take a file


@pytest.fixture
def with_pages(service: Hadir) -> Desk:
    """The same service where it also has web pages for its forms."""
    app = Flask("pages")
    app.register_blueprint(blueprint(service, reload_seconds=0, form_link=partial(pages.form_link, service)))
    app.register_blueprint(pages.blueprint(service))
    return Desk(service, app)


def test_a_form_with_a_file_is_a_link_to_its_page(with_pages: Desk, dialogs: list[dict[str, Any]]) -> None:
    """A dialog takes no file. The address by itself would fill a phone's screen: it is one word to tap."""
    said = with_pages.types("siti", "/uji surat").get_json()["text"]
    found = re.fullmatch(r"Silakan isi formulirnya .*: \*\*\[Buka formulir\]\((http\S+)\)\*\*", said)
    assert found, said
    assert dialogs == []
    page = with_pages.http.get(urlsplit(found[1]).path)
    assert page.status_code == 200
    assert 'type="file"' in page.text


def test_a_long_text_is_written_on_a_page_too(with_pages: Desk, dialogs: list[dict[str, Any]]) -> None:
    """A dialog would cut it off after 3,000 letters, and what is cut off would be taken for deleted."""
    said = with_pages.types("siti", "/uji notulen").get_json()["text"]
    found = re.fullmatch(r"Silakan menulis di halaman ini: \*\*\[Buka formulir\]\((http\S+)\)\*\*", said)
    assert found, said
    assert dialogs == []
    page = with_pages.http.get(urlsplit(found[1]).path)
    assert page.text.count("baris\n") == 1000


def test_a_form_that_did_not_open_is_a_link_too(with_pages: Desk) -> None:
    said = with_pages.types("siti", "/uji form").get_json()["text"]
    assert re.search(r"\[Buka formulir\]\(http\S+\)", said), said
