"""Pages of plugins: whose address opens them, what is written when, and everything that can be wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from integration import page_addresses, people
from integration.app import assemble, create_app
from integration.audit import audit
from integration.core import Hadir
from integration.errors import Refused, UserError
from integration.messages import Command, Field, Reply, Text
from integration.pages import Go, Link, Page, PageContext, PageRequest, Picture, Reads, Show, wrong
from integration.plugin import Context, Plugin
from integration.scheduler import work
from integration.settings import Settings
from integration.signing import BadToken
from tests import cast
from tests.post import audited, change, person_id

NAME = Field("name", "Nama", max_length=20)
BROWSER = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"}
TOKEN_URL = "https://video.kantor.example/room?jwt=rahasia"


def _home(context: Context, _command: Command) -> Reply:
    return Reply(Text("-"))


def _desk(context: PageContext, request: PageRequest) -> Page:
    """One of everything."""
    match context.value:
        case "room":
            return Go(TOKEN_URL)
        case "onward":
            return Go(context.page("desk.show", "next", days=1))
        case "script":
            return Go("javascript:alert(1)")
        case "no":
            raise UserError(context.t("“{text}” is not a time of day: it goes from 00.00 to 23.59.", text="<b>99</b>"))
        case "never":
            raise Refused("not theirs")
        case "broken":
            raise RuntimeError("jwt=rahasia")
        case "wall":
            picture = Picture(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Kode QR")
            return Show("Apel", Text("Hadir: **3**"), big="123 456", picture=picture, refresh_seconds=10, wide=True)
    errors = wrong(context.t, (NAME,), request.values) if request.sent else {}
    if request.sent and not errors:
        context.audit("desk.signed", "desk:1", after={"name": request.values["name"]})
        if request.values["name"] == "Badu":
            raise UserError("Badu tidak boleh.")
        return Show("Terima kasih", context.t("Hello {name}.", name=request.values["name"]), done=True)
    who = context.person.name if context.person else "siapa pun"
    link = Link("Ke beranda", "https://kantor.example/")
    return Show(f"<i>{who}</i>", Text("**Isi**"), (NAME,), "Kirim nama", errors, (link,))


PLUGIN = Plugin("desk", "A desk", "-", _home, (), Path(__file__).parent, pages={"show": _desk, "look": Reads(_desk)})


@pytest.fixture
def hadir(settings: Settings, clock: cast.Clock) -> Iterator[Hadir]:
    service = assemble(settings, clock=clock, plugins=(PLUGIN,))
    with service.database.write() as db:
        cast.settle(db)
    yield service
    service.database.dispose()


@pytest.fixture
def browser(hadir: Hadir) -> FlaskClient:
    return create_app(hadir).test_client()


def address(hadir: Hadir, value: str = "", username: str = "", days: float = 1, name: str = "desk.show") -> str:
    id = person_id(hadir, username) if username else None
    url = page_addresses.make(hadir.settings, name, value, now=hadir.clock(), days=days, person_id=id)
    return urlsplit(url).path


def rows(hadir: Hadir) -> int:
    with hadir.database.read() as db:
        return db.scalar(select(func.count()).select_from(audit)) or 0


# ---------------------------------------------------------------- addresses


def test_an_address_is_short_and_can_be_a_link_in_any_chat(hadir: Hadir) -> None:
    hadir.settings = hadir.settings.model_copy(update={"public_url": "https://hadir.kantor.example/"})
    siti = people.Person(7, "1", "Siti", 1, "U", None, "", "Asia/Jakarta", frozenset())
    with hadir.database.read() as db:
        url = work(hadir, db).page("desk.show", "12345", days=30, person=siti)
    assert url.startswith("https://hadir.kantor.example/p/desk.show/12345.7.")
    assert len(url) < 90
    assert not set("_~*<>()[]|\\ ") & set(urlsplit(url).path)


@pytest.mark.parametrize("value", ["a b", "a/b", "ä", "x" * 101, "a_b", "%41"])
def test_a_value_that_fits_no_address_is_the_programmers_mistake(hadir: Hadir, value: str) -> None:
    with pytest.raises(ValueError, match="no page"):
        page_addresses.make(hadir.settings, "desk.show", value, now=hadir.clock(), days=1)


def test_every_change_of_an_address_is_noticed(hadir: Hadir) -> None:
    token = address(hadir, "1.2", "siti").rpartition("/")[2]
    asked = page_addresses.read(hadir.settings, "desk.show", token, hadir.clock())
    assert (asked.value, asked.person_id) == ("1.2", person_id(hadir, "siti"))
    value, person, expiry, signature = token.rsplit(".", 3)
    forged = [
        ("desk.look", token),
        ("desk.show", f"1.3.{person}.{expiry}.{signature}"),
        ("desk.show", f"{value}.1.{expiry}.{signature}"),
        ("desk.show", f"{value}.{person}.{expiry}0.{signature}"),
        ("desk.show", f"{value}.{person}.{expiry}.{signature[:-1]}"),
        ("desk.show", f"{value}.{person}.{expiry}.ü{signature[1:]}"),
        ("desk.show", f"\udc80.{person}.{expiry}.{signature}"),
        ("desk.show", ""),
        ("desk.show", "." * 400),
        ("desk.show", f"{value}.-1.{expiry}.{signature}"),
    ]
    for name, changed in forged:
        with pytest.raises(BadToken):
            page_addresses.read(hadir.settings, name, changed, hadir.clock())


# ---------------------------------------------------------------- what is shown


def test_a_personal_address_opens_the_persons_own_page(hadir: Hadir, browser: FlaskClient) -> None:
    page = browser.get(address(hadir, "1", "siti")).text
    assert "&lt;i&gt;Siti Rahayu&lt;/i&gt;" in page
    assert "<i>" not in page
    assert "khusus untuk Anda" in page
    assert "siapa pun" in (shared := browser.get(address(hadir, "1")).text)
    assert "khusus untuk Anda" not in shared
    assert "<script" not in page


def test_the_page_speaks_the_persons_language(hadir: Hadir, browser: FlaskClient) -> None:
    change(hadir, "siti", locale="en")
    assert "This page is personal" in browser.get(address(hadir, "1", "siti")).text


def test_a_wall_has_a_code_a_picture_and_asks_for_itself_again(hadir: Hadir, browser: FlaskClient) -> None:
    page = browser.get(address(hadir, "wall")).text
    assert '<meta http-equiv="refresh" content="10">' in page
    assert "123 456" in page
    assert 'src="data:image/svg+xml;base64,' in page
    assert 'alt="Kode QR"' in page
    assert "<strong>3</strong>" in page


def test_every_page_is_hardened(hadir: Hadir, browser: FlaskClient) -> None:
    for path in (address(hadir, "1"), address(hadir, "room"), address(hadir, "broken"), "/p/desk.show/x"):
        headers = browser.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")


# ---------------------------------------------------------------- what is sent


def test_opening_writes_nothing_and_sending_writes_once(hadir: Hadir, browser: FlaskClient) -> None:
    path, before = address(hadir, "1", "siti"), rows(hadir)
    browser.get(path)
    assert rows(hadir) == before
    answer = browser.post(path, data={"name": "  Ayu\u202e <b> "})
    assert "Hello Ayu &lt;b&gt;." in answer.text
    assert audited(hadir, "desk.signed")[0].actor == cast.NIP["siti"]


def test_what_is_wrong_is_said_beside_what_was_typed(hadir: Hadir, browser: FlaskClient) -> None:
    answer = browser.post(address(hadir, "1"), data={"name": "x" * 21})
    assert answer.status_code == 422
    assert 'value="' + "x" * 21 in answer.text
    assert "Terlalu panjang" in answer.text
    assert "Mohon diisi" in browser.post(address(hadir, "1"), data={}).text


def test_a_refusal_undoes_everything_and_says_why(hadir: Hadir, browser: FlaskClient) -> None:
    answer = browser.post(address(hadir, "1"), data={"name": "Badu"})
    assert answer.status_code == 422
    assert "Badu tidak boleh." in answer.text
    assert audited(hadir, "desk.signed") == []
    assert "&lt;b&gt;99&lt;/b&gt;" in browser.get(address(hadir, "no")).text


def test_more_than_a_form_holds_is_not_read(hadir: Hadir, browser: FlaskClient) -> None:
    assert browser.post(address(hadir, "1"), data={"name": "x" * 70_000}).status_code == 413


# ---------------------------------------------------------------- onward


def test_a_click_leads_on_and_the_address_stands_nowhere(
    hadir: Hadir, browser: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = browser.get(address(hadir, "room", "siti"), headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (303, TOKEN_URL)
    assert "rahasia" not in answer.text
    assert "rahasia" not in "".join(capsys.readouterr())
    assert "rahasia" not in repr(Go(TOKEN_URL))


def test_a_form_leads_elsewhere_by_a_page_because_the_policy_lets_no_form_do_so(hadir: Hadir, browser: FlaskClient) -> None:
    answer = browser.post(address(hadir, "room"))
    assert answer.status_code == 200
    assert f'content="0; url={TOKEN_URL}"' in answer.text
    assert browser.post(address(hadir, "onward")).status_code == 303


def test_a_chat_that_looks_at_every_address_sees_nothing(hadir: Hadir, browser: FlaskClient) -> None:
    for agent in ("Mattermost-Bot/1.1", "WhatsApp/2.23", "TelegramBot (like TwitterBot)", "Nextcloud Server Crawler"):
        answer = browser.get(address(hadir, "room", "siti"), headers={"User-Agent": agent})
        assert (answer.status_code, "Location" in answer.headers) == (200, False)
        assert "Siti" not in answer.text
    assert browser.head(address(hadir, "room"), headers=BROWSER).status_code == 200


def test_no_page_leads_to_a_script(hadir: Hadir, browser: FlaskClient) -> None:
    browser.application.config["PROPAGATE_EXCEPTIONS"] = False
    answer = browser.get(address(hadir, "script"))
    assert (answer.status_code, "Location" in answer.headers) == (500, False)


# ---------------------------------------------------------------- what is over, false or too much


def test_an_expired_a_forged_and_an_unknown_address_say_what_to_do(
    hadir: Hadir, browser: FlaskClient, clock: cast.Clock
) -> None:
    path = address(hadir, "1", days=0.5)
    assert browser.get(path[:-1]).status_code == 403
    assert "terpotong" in browser.get(path[:-1]).text
    assert browser.get(address(hadir, "1", name="desk.gone")).status_code == 403
    clock.now += timedelta(hours=13)
    answer = browser.get(path)
    assert (answer.status_code, "kedaluwarsa" in answer.text) == (403, True)
    assert audited(hadir, "refused") == []
    browser.post(path, data={"name": "Ayu"})
    assert [(row.object, row.reason) for row in audited(hadir, "refused")] == [("page desk.show", "expired")]
    assert audited(hadir, "desk.signed") == []


def test_who_has_left_opens_nothing(hadir: Hadir, browser: FlaskClient, clock: cast.Clock) -> None:
    path = address(hadir, "1", "siti", days=10)
    change(hadir, "siti", ended_on=clock.now.date() - timedelta(days=1))
    assert browser.get(path).status_code == 403
    assert browser.post(path, data={"name": "Ayu"}).status_code == 403
    assert audited(hadir, "desk.signed") == []


def test_what_a_handler_refuses_is_written_down_when_it_was_sent(hadir: Hadir, browser: FlaskClient) -> None:
    assert browser.get(address(hadir, "never")).status_code == 403
    assert browser.post(address(hadir, "never")).status_code == 403
    assert [row.reason for row in audited(hadir, "refused")] == ["not theirs"]


def test_trouble_is_a_page_with_a_code(hadir: Hadir, browser: FlaskClient) -> None:
    answer = browser.get(address(hadir, "broken"))
    assert answer.status_code == 500
    assert "kode" in answer.text
    assert "rahasia" not in answer.text


def test_one_address_cannot_keep_the_service_busy(hadir: Hadir, browser: FlaskClient, clock: cast.Clock) -> None:
    own, shared = address(hadir, "1", "siti"), address(hadir, "1")
    answers = [browser.get(own).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]
    last = browser.get(own)
    assert last.headers["Retry-After"] == "60"
    assert "http-equiv" in last.text
    assert browser.get(shared).status_code == browser.get(address(hadir, "1", "dewi")).status_code == 200
    clock.now += timedelta(minutes=1)
    assert browser.get(own).status_code == 200


def test_a_page_that_only_reads_takes_no_turn_of_the_writers(hadir: Hadir, browser: FlaskClient) -> None:
    with hadir.database.write():  # SQLite lets nobody else write meanwhile
        assert browser.post(address(hadir, "room", name="desk.look")).status_code == 200


def test_looking_at_ones_own_page_takes_one_statement(hadir: Hadir, browser: FlaskClient, statements: list[str]) -> None:
    path = address(hadir, "1", "siti")
    statements.clear()
    browser.get(path)
    assert len(statements) == 1
