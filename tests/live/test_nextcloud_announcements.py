"""A meeting's announcement in a conversation of a real Talk, which says what holds now where Talk lets Hadir change it.

No bot can change what it has said; a moderator can, for a day, whoever said it. So Hadir's account does it where it is one,
and everywhere what has changed stands below the announcement. See `talk_people.py` for what is wanted. The tests are one story.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integration.outbox import outbox
from plugins.rapat.tables import meeting
from tests.live import talk_people
from tests.live.form_pages import fills
from tests.live.nextcloud_town import Town
from tests.live.talk_people import Person, grows_old

pytestmark = [pytest.mark.live, talk_people.wanted, pytest.mark.timeout(900)]
JAKARTA = ZoneInfo("Asia/Jakarta")


@dataclass
class Board:
    """Siti's conversation with the account, and what she plans and moves there."""

    town: Town
    siti: Person
    private: str

    def plans(self, title: str, weeks: int, channel: str) -> None:
        day = datetime.now(UTC).astimezone(JAKARTA) + timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
        self.siti.types(self.private, f'/rapat {day + timedelta(weeks=weeks):%d/%m/%Y} 09.00 "{title}" ~{channel} 30m')

    def moves(self, title: str, time: str) -> None:
        number = next(each.id for each in self.town.rows(meeting) if each.title == title)
        self.siti.types(self.private, f"/rapat ubah {number}")
        fills(self.siti.reads(self.private, "/form/"), time=time)

    def outcomes(self, title: str) -> list[dict[str, Any]]:
        """What has become of the changes of its announcement, in their order."""
        number = next(each.id for each in self.town.rows(meeting) if each.title == title)
        rows = [each for each in self.town.rows(outbox) if each.key.startswith(f"meeting:{number}:")]
        return [each.result for each in sorted(rows, key=lambda row: row.id) if "instead_of" in each.payload]


@pytest.fixture(scope="module")
def board(town: Town, siti: Person) -> Board:
    return Board(town, siti, siti.opens(town.account))


@pytest.fixture(scope="module")
def led(town: Town) -> str:
    """A conversation of Siti's and Dewi's in which Hadir's account is a moderator."""
    return room(town, "siti", "apel pagi", town.people["dewi"].id, moderator=True)


def room(town: Town, owner: str, name: str, *members: str, moderator: bool = False) -> str:
    """A conversation with these, Hadir's account, and the bot."""
    made, someone = town.group(owner, name, town.account, *members), town.people[owner]
    if moderator:
        someone.promotes(made, town.account)
    someone.switches_on(made, town.bot())
    someone.reads(made, "Hadir aktif")
    return made


def said(someone: Person, room: str, title: str) -> list[dict[str, Any]]:
    """What the bot has said there about a meeting, in its order."""
    return [each for each in someone.messages(room)[::-1] if each["actorType"] == "bots" and title in each["message"]]


def test_a_conversation_is_found_by_its_name_where_who_invites_is_in_it(
    town: Town, board: Board, led: str, siti: Person, dewi: Person, hendra: Person
) -> None:
    closed = room(town, "hendra", "rapat pimpinan", dewi.id)
    board.plans("Intip", 3, f"{town.run}-rapat-pimpinan")
    siti.reads(board.private, "yang Anda ikuti tidak ditemukan")
    board.plans("Apel", 1, f"{town.run}-apel-pagi")
    dewi.reads(dewi.opens(town.account), "Undangan: **Apel**", 0)
    assert "09.00" in siti.reads(led, "Undangan: **Apel**", 0)["message"]
    town.settled()
    assert said(hendra, closed, "Intip") == []
    assert not [each for each in dewi.messages(dewi.opens(town.account)) if "Intip" in each["message"]]


def test_it_says_the_new_time_and_below_it_stands_what_changed(town: Town, board: Board, led: str, siti: Person) -> None:
    [before] = said(siti, led, "Apel")
    board.moves("Apel", "13.30")
    siti.reads(led, "Perubahan: **Apel**", before["id"])
    town.settled()
    now, below = said(siti, led, "Apel")
    assert (now["id"], now["lastEditActorId"]) == (before["id"], town.account)
    assert now["message"] == before["message"].replace("09.00–09.30", "13.30–14.00")
    assert below["parent"]["id"] == before["id"]
    assert board.outcomes("Apel") == [{"edited": str(before["id"])}]


def test_one_that_was_taken_away_stays_away(town: Town, board: Board, led: str, siti: Person) -> None:
    [first, second] = said(siti, led, "Apel")
    siti.takes_away(led, first["id"])
    board.moves("Apel", "15.00")
    below = siti.reads(led, "Perubahan: **Apel**", second["id"])
    assert "15.00" in below["message"]
    town.settled()
    assert [each["id"] for each in said(siti, led, "Apel")] == [second["id"], below["id"]]
    assert "405" in board.outcomes("Apel")[-1]["dropped"]


def test_one_that_is_a_day_old_keeps_its_words(town: Town, board: Board, led: str, siti: Person) -> None:
    board.plans("Senam", 2, f"{town.run}-apel-pagi")
    before = siti.reads(led, "Undangan: **Senam**", 0)
    grows_old(before["id"])
    board.moves("Senam", "13.30")
    below = siti.reads(led, "Perubahan: **Senam**", before["id"])
    town.settled()
    assert below["parent"]["id"] == before["id"]
    assert [each["message"] for each in said(siti, led, "Senam")][0] == before["message"]
    assert "400" in board.outcomes("Senam")[-1]["dropped"]


def test_where_the_account_is_no_moderator_the_answer_below_says_it(
    town: Town, board: Board, siti: Person, dewi: Person
) -> None:
    plain = room(town, "siti", "ruang bidang", dewi.id)
    board.plans("Briefing", 4, f"{town.run}-ruang-bidang")
    before = siti.reads(plain, "Undangan: **Briefing**", 0)
    board.moves("Briefing", "10.30")
    below = siti.reads(plain, "Perubahan: **Briefing**", before["id"])
    assert "10.30" in below["message"]
    assert below["parent"]["id"] == before["id"]
    town.settled()
    assert said(siti, plain, "Briefing")[0]["message"] == before["message"]
    assert "403" in board.outcomes("Briefing")[-1]["dropped"]
    assert not [each for each in town.rows(outbox) if each.state == "dead"]
