"""What one request may cost: hostile words are answered with an amount of work that does not explode.

Nothing here looks at a clock: the time-out of every test is the bound for loops that would not end, and statements and
look-ups are counted.
"""

from __future__ import annotations

import contextlib
import re
import urllib.parse
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from integration.adapters.mattermost.render import escape, markdown
from integration.dates import parse_day, parse_month, parse_time, take_day, take_month, take_time
from integration.errors import UserError
from integration.i18n import Catalogues
from integration.messages import clean, quote
from plugins.hadir import places
from tests import cast
from tests.adapters.mattermost.conftest import Desk
from tests.service import TEAM, TOKEN, running

pytestmark = pytest.mark.in_turn

Chat = Callable[[str], cast.Talker]
TODAY = date(2026, 11, 23)
LONG = {
    "digits": "9" * 16_000,
    "digits and dots": "1." * 8_000,
    "digits and slashes": "1/" * 8_000,
    "spaces": "1" + " " * 16_000 + "/1",
    "words of dates": "hari " * 3_000,
    "months": "nov " * 4_000,
    "ordinals": "1st " * 4_000,
    "half": "setengah " * 1_800,
    "o'clock": "jam " * 4_000,
    "one letter": "a" * 16_000,
    "letters": "a " * 8_000,
    "marks": "a" + "\u0301" * 16_000,
    "ligatures": "\ufdfa" * 5_000,
    "colons": ":" * 16_000,
    "ampersands": "&#" * 8_000,
    "addresses": "www" * 5_000,
    "backslashes": "\\" * 16_000,
    "quotes": "a'" * 8_000,
    "commas": "1," * 8_000,
    "numbers": "1:1" * 5_000,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", LONG)
def test_reading_and_showing_hostile_words_ends(kind: str) -> None:
    t = Catalogues([Path(__file__).parent]).speak("en")
    text = LONG[kind]
    for read in (
        lambda: parse_day(text[:150], TODAY, t),
        lambda: parse_month(text, TODAY, t),
        lambda: parse_time(text, t),
        lambda: take_day(tuple(text.split()), TODAY, t),
        lambda: take_month(tuple(text.split()), TODAY, t),
        lambda: take_time(tuple(text.split()), t),
    ):
        with contextlib.suppress(UserError):
            read()
    places.read(text)
    clean(text)
    escape(text)
    assert len(markdown(quote(text), lambda: "…")) <= 16_383


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", LONG)
@pytest.mark.parametrize("command", ["rekap", "tim", "ringkasan", "koreksi", "masuk", ""])
def test_a_command_of_sixteen_thousand_characters_costs_few_statements(
    chat: Chat, statements: list[str], command: str, kind: str
) -> None:
    siti = chat("siti")
    siti.says("/hadir status")
    statements.clear()
    said = siti.says(f"/hadir {command} {LONG[kind]}")
    assert "sedang bermasalah" not in said
    assert len(statements) <= 12
    assert sum(map(len, statements)) < 20_000


def test_a_name_is_searched_for_by_words_that_a_name_can_have(chat: Chat, statements: list[str]) -> None:
    """Each word of a search is one more condition; thousands of them are refused by the database."""
    rina = chat("rina")
    rina.says("/hadir status")
    for words in ("a " * 5_000, "x" * 5_000, "% " * 1_000):
        statements.clear()
        assert "bermasalah" not in rina.says(f"/hadir rekap {words}")
        assert max(statement.count("LIKE") for statement in statements) < 210


def test_an_answer_fits_into_what_mattermost_reads(desk: Desk) -> None:
    for kind, words in LONG.items():
        for command in ("rekap", "tim", "", "masukk"):
            response = desk.types("siti", f"/hadir {command} {words}")
            assert len(response.data) < 1 << 20, (kind, command)
            assert len(response.get_json().get("text", "")) <= 16_383


# ---------------------------------------------------------------- the real server


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_body_without_a_length_is_bounded_too(database_url: str, tmp_path: Path) -> None:
    """Chunked: nobody says in advance how long the body is; the server stops reading it all the same."""
    import http.client

    with running("web", database_url, tmp_path / "home") as web:
        for address in ("commands", "actions", "dialogs"):
            connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
            kind = "application/x-www-form-urlencoded" if address == "commands" else "application/json"
            headers = {"Content-Type": kind, "Transfer-Encoding": "chunked"}
            try:
                connection.request("POST", f"/mattermost/{address}", iter([b"x" * 65_536] * 64), headers, encode_chunked=True)
                status = connection.getresponse().status
            except (BrokenPipeError, ConnectionResetError):
                status = 413  # it hung up in the middle
            connection.close()
            assert status in (400, 401, 413), address  # 401: such a body counts as empty
        assert web.get("/healthz")[0] == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_lengths_and_folded_headers_are_refused(database_url: str, tmp_path: Path) -> None:
    """What a proxy and we could understand differently is not answered as a command."""
    import socket

    body = urllib.parse.urlencode({"token": TOKEN, "team_id": TEAM, "command": "/hadir", "text": "masuk", "user_id": "x"})
    head = "POST /mattermost/commands HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    smuggled = (
        f"Content-Length: 5\r\nContent-Length: {len(body)}\r\n\r\n{body}",
        f"Content-Length: {len(body)}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        f"Content-Length: +{len(body)}\r\n\r\n{body}",
        f"Content-Length: -1\r\n\r\n{body}",
        f"Content-Length : {len(body)}\r\n\r\n{body}",
    )
    with running("web", database_url, tmp_path / "home") as web:
        for rest in smuggled:
            with socket.create_connection(("127.0.0.1", web.port), timeout=20) as raw:
                raw.sendall((head + rest).encode())
                answer = raw.recv(65_536).decode(errors="replace")
            assert re.match(r"HTTP/1.1 4\d\d|$", answer), (rest[:60], answer[:200])
        assert web.get("/healthz")[0] == 200
