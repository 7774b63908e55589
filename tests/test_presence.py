"""Showing where people work, for those who asked for it: what is queued, what is delivered, and what is never done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from integration import people, presence
from integration.audit import audit
from integration.core import Hadir
from integration.deliveries import presence as presence_delivery
from integration.deliveries.delivery import Delivery
from integration.errors import DeliveryError
from integration.messages import Channel
from integration.outbox import outbox
from integration.ports import Event
from integration.presence import Choice
from tests import cast
from tests.post import inbox

WFH = "Bekerja dari rumah (WFH)"


def wib(clock: str, day: str = "2026-11-23") -> datetime:
    return cast.at(f"{day}T{clock}+07:00")


@dataclass
class Board:
    """A platform that remembers what is shown of whom; each error in `trouble` is raised once, before anything is done."""

    name: str = "nextcloud"
    statuses: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)
    events: dict[tuple[str, str], Event] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    trouble: list[DeliveryError] = field(default_factory=list)

    def status(self, account: str, text: str, emoji: str, until: datetime) -> None:
        self._called("status")
        self.statuses[account] = (text, emoji, until)

    def clear(self, account: str, text: str) -> None:
        self._called("clear")
        if account in self.statuses and self.statuses[account][0] == text:
            del self.statuses[account]

    def put(self, account: str, event: Event) -> None:
        self._called("put")
        self.events[account, event.uid] = event

    def remove(self, account: str, uid: str) -> None:
        self._called("remove")
        self.events.pop((account, uid), None)

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.trouble:
            raise self.trouble.pop(0)


@pytest.fixture
def board(hadir: Hadir) -> Board:
    """Nextcloud is connected, and Siti's and Dewi's accounts on it are known."""
    made = hadir.ports.presence = Board()
    hadir.deliverers[presence_delivery.KIND] = presence_delivery.deliver
    with hadir.database.write() as db:
        for username in ("siti", "dewi"):
            person = db.scalar(select(people.person.c.id).where(people.person.c.nip == cast.NIP[username]))
            row = {"person_id": person, "platform": "nextcloud", "username": username, "external_id": username}
            db.execute(people.account.insert().values(row))
    return made


@pytest.fixture
def work(hadir: Hadir, clock: cast.Clock) -> Callable[[datetime], None]:
    """The worker, at that moment."""

    def at(moment: datetime) -> None:
        clock.now = moment
        delivery = Delivery(hadir)
        while delivery.step():
            pass

    return at


@pytest.fixture
def siti(chat: Callable[[str], cast.Talker], board: Board) -> cast.Talker:
    return chat("siti")


def rows(hadir: Hadir) -> list[Any]:
    with hadir.database.read() as db:
        return list(db.execute(select(outbox).where(outbox.c.kind == presence.KIND).order_by(outbox.c.id)))


# ---------------------------------------------------------------- nobody who did not ask


def test_nobody_is_shown_who_did_not_ask(hadir, siti, board, work):
    siti.says("/hadir masuk wfh")
    siti.says("/hadir pulang", at=wib("16:05"))
    work(wib("16:06"))
    assert (rows(hadir), board.calls) == ([], [])


def test_where_nothing_is_connected_nothing_is_asked_of_the_database(hadir, chat, statements):
    chat("agus").says("/hadir status")
    statements.clear()
    chat("siti").says("/hadir masuk wfh")
    assert len(statements) == 4
    assert not [each for each in statements if "presence" in each]


def test_where_it_is_connected_a_check_in_costs_one_statement_more(hadir, siti, chat, statements):
    chat("agus").says("/hadir status")
    statements.clear()
    siti.says("/hadir masuk wfh")
    assert len(statements) == 5
    chat("agus").says("/hadir status", at=wib("16:05"))
    statements.clear()
    siti.says("/hadir pulang", at=wib("16:05"))
    assert len(statements) == 6


# ---------------------------------------------------------------- a day of somebody who asked


def test_the_status_of_a_day(hadir, siti, board, work):
    siti.says("/hadir tampil status ya", at=wib("07:00"))
    siti.says("/hadir masuk wfh", at=wib("07:28"))
    work(wib("07:29"))
    assert board.statuses == {"siti": (WFH, "🏠", wib("16:00"))}
    assert board.events == {}
    siti.says("/hadir pulang", at=wib("15:00"))
    work(wib("15:01"))
    assert board.statuses == {}


@pytest.mark.parametrize(
    ("place", "text", "emoji", "entries"),
    [
        ("wfo", "Bekerja di kantor (WFO)", "🏢", 0),
        ("wfh", WFH, "🏠", 1),
        ("wfa", "Bekerja dari tempat lain (WFA)", "💻", 1),
        ("dinas", "Perjalanan dinas", "🧳", 1),
    ],
)
def test_every_place_has_its_words(siti, board, work, place, text, emoji, entries):
    siti.says("/hadir tampil status kalender ya")
    siti.says(f"/hadir masuk {place}")
    work(wib("07:29"))
    assert board.statuses["siti"][:2] == (text, emoji)
    assert [event.title for event in board.events.values()] == [text] * entries


def test_the_entry_in_the_calendar_ends_when_the_person_left(siti, board, work):
    siti.says("/hadir tampil kalender ya", at=wib("07:00"))
    siti.says("/hadir masuk wfh", at=wib("07:28"))
    work(wib("07:29"))
    [event] = board.events.values()
    assert (event.span.start, event.span.end, event.zone) == (wib("07:28"), wib("16:00"), "Asia/Jakarta")
    assert board.statuses == {}
    siti.says("/hadir pulang", at=wib("14:00"))
    work(wib("14:01"))
    [shorter] = board.events.values()
    assert (shorter.uid, shorter.span.end, shorter.sequence) == (event.uid, wib("14:00"), 1)


def test_a_day_without_hours_ends_at_midnight_where_the_person_is(siti, board, work):
    sunday = "2026-11-22"
    siti.says("/hadir tampil status ya", at=wib("08:00", sunday))
    siti.says("/hadir masuk wfh", at=wib("09:00", sunday))
    work(wib("09:01", sunday))
    assert board.statuses["siti"][2] == wib("00:00")


def test_somebody_else_sees_to_their_own_message(siti, board, work):
    """What the person wrote meanwhile is theirs."""
    siti.says("/hadir tampil status ya")
    siti.says("/hadir masuk wfh")
    work(wib("07:29"))
    board.statuses["siti"] = ("Fokus, jangan diganggu", "🎧", wib("12:00"))
    siti.says("/hadir pulang", at=wib("16:05"))
    work(wib("16:06"))
    assert board.statuses["siti"][0] == "Fokus, jangan diganggu"


def test_a_place_that_is_settled_later_is_shown_then(siti, board, work):
    siti.says("/hadir tampil status ya")
    siti.says("/hadir masuk wfhh")
    work(wib("07:29"))
    assert board.statuses == {}
    siti.presses("WFH")
    work(wib("07:30"))
    assert board.statuses["siti"][0] == WFH


def test_who_is_in_already_is_shown_at_once(siti, board, work):
    siti.says("/hadir masuk wfh")
    siti.says("/hadir tampil status ya", at=wib("09:00"))
    work(wib("09:01"))
    assert board.statuses["siti"] == (WFH, "🏠", wib("16:00"))


def test_an_approved_correction_of_today_is_shown(hadir, siti, chat, board, work):
    siti.says("/hadir tampil status ya", at=wib("07:00"))
    siti.says("/hadir masuk wfo", at=wib("07:28"))
    siti.says("/hadir koreksi hari ini masuk wfh 07.20 salah pencet", at=wib("09:00"))
    work(wib("09:01"))
    assert board.statuses["siti"][0] == "Bekerja di kantor (WFO)"
    chat("budi").presses(inbox(hadir, "budi")[0].buttons[0], at=wib("09:10"))
    work(wib("09:11"))
    assert board.statuses["siti"] == (WFH, "🏠", wib("16:00"))
    siti.says("/hadir koreksi hari ini pulang 09.30 dipanggil", at=wib("10:00"))
    chat("budi").presses(inbox(hadir, "budi")[-1].buttons[0], at=wib("10:10"))
    work(wib("10:11"))
    assert board.statuses == {}


def test_an_approved_correction_of_another_day_shows_nothing(hadir, siti, chat, board, work):
    siti.says("/hadir tampil status ya", at=wib("07:00"))
    siti.says("/hadir koreksi jumat masuk wfh 07.25 lupa", at=wib("07:10"))
    chat("budi").presses(inbox(hadir, "budi")[0].buttons[0], at=wib("07:15"))
    work(wib("07:16"))
    assert board.calls == []


def test_a_second_check_in_changes_nothing(hadir, siti, board, work):
    siti.says("/hadir tampil status ya", at=wib("07:00"))
    siti.says("/hadir masuk wfh")
    siti.says("/hadir masuk wfo", at=wib("08:00"))
    work(wib("08:01"))
    assert (len(rows(hadir)), board.statuses["siti"][0]) == (1, WFH)


def test_it_is_in_the_persons_language(siti, board, work):
    siti.says("/hadir bahasa en")
    siti.says("/hadir tampil status ya")
    siti.says("/hadir masuk wfh")
    work(wib("07:29"))
    assert board.statuses["siti"][0] == "Working from home (WFH)"


# ---------------------------------------------------------------- taking it back


def test_taking_it_back_takes_away_what_is_shown(hadir, siti, board, work):
    siti.says("/hadir tampil status kalender ya")
    siti.says("/hadir masuk wfh")
    work(wib("07:29"))
    assert (len(board.statuses), len(board.events)) == (1, 1)
    assert "Tidak ada lagi yang ditampilkan" in siti.says("/hadir tampil tidak", at=wib("10:00"))
    work(wib("10:01"))
    assert (board.statuses, board.events) == ({}, {})
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).select_from(presence.presence_choice)) == 0
        assert db.scalar(select(func.count()).select_from(presence.presence_shown)) == 0


def test_one_of_two_is_taken_back(siti, board, work):
    siti.says("/hadir tampil status kalender ya")
    siti.says("/hadir masuk wfh")
    work(wib("07:29"))
    siti.says("/hadir tampil kalender tidak", at=wib("10:00"))
    work(wib("10:01"))
    assert (len(board.statuses), len(board.events)) == (1, 0)


def test_what_was_in_the_calendar_on_another_day_stays(siti, board, work):
    siti.says("/hadir tampil kalender ya")
    siti.says("/hadir masuk wfh")
    work(wib("07:29"))
    siti.says("/hadir pulang", at=wib("16:05"))
    work(wib("16:06"))
    siti.says("/hadir tampil tidak", at=wib("09:00", "2026-11-24"))
    work(wib("09:01", "2026-11-24"))
    assert len(board.events) == 1
    assert "remove" not in board.calls


def test_consent_that_is_taken_back_before_the_delivery_is_respected(siti, board, work):
    siti.says("/hadir tampil status kalender ya", at=wib("07:00"))
    siti.says("/hadir masuk wfh")
    siti.says("/hadir tampil tidak", at=wib("07:29"))
    work(wib("07:30"))
    assert board.calls == []


def test_consent_that_is_taken_back_between_two_tries_is_respected(siti, board, work):
    siti.says("/hadir tampil status kalender ya", at=wib("07:00"))
    siti.says("/hadir masuk wfh")
    board.trouble = [DeliveryError("503")]
    work(wib("07:29"))
    assert board.calls == ["status"]
    siti.says("/hadir tampil tidak", at=wib("07:30"))
    work(wib("07:40"))
    assert board.calls == ["status"]
    assert board.statuses == {}


def test_who_asks_again_on_the_same_day_gets_a_new_entry(siti, board, work):
    """A deleted event lies in the bin with its UID, and none with the same comes back."""
    siti.says("/hadir tampil kalender ya", at=wib("07:00"))
    siti.says("/hadir masuk wfh")
    work(wib("07:29"))
    [(_, first)] = board.events
    siti.says("/hadir tampil tidak", at=wib("09:00"))
    work(wib("09:01"))
    siti.says("/hadir tampil kalender ya", at=wib("09:05"))
    work(wib("09:06"))
    [(_, second)] = board.events
    assert first != second


def test_the_choice_is_written_down_and_part_of_ones_own_data(hadir, siti):
    siti.says("/hadir tampil status ya")
    siti.says("/hadir tampil status ya")
    with hadir.database.read() as db:
        changed = db.execute(select(audit.c.before, audit.c.after).where(audit.c.action == "presence.chosen")).all()
        person = people.by_sender(db, siti.sender)
        assert person is not None
        assert presence.choice(db, person.id) == Choice(status=True)
        from integration import own_data

        assert own_data.collect(db, person, wib("08:00")).tables["presence_choice"][0]["status"] is True
    off, on = {"status": False, "calendar": False}, {"status": True, "calendar": False}
    assert [tuple(row) for row in changed] == [(off, on)]


# ---------------------------------------------------------------- when the other side does not answer


def test_an_outage_is_bridged_and_nothing_is_done_twice(siti, board, work):
    siti.says("/hadir tampil status kalender ya", at=wib("07:00"))
    siti.says("/hadir masuk wfh")
    board.trouble = [DeliveryError("down"), DeliveryError("down")]
    for minute in ("07:29", "07:31", "07:40", "07:50"):
        work(wib(minute))
    assert (len(board.statuses), len(board.events)) == (1, 1)


def test_what_is_over_when_nextcloud_is_back_is_not_shown_any_more(hadir, siti, board, work):
    siti.says("/hadir tampil status ya", at=wib("07:00"))
    siti.says("/hadir masuk wfh")
    board.trouble = [DeliveryError("down")]
    work(wib("07:29"))
    work(wib("16:30"))
    assert board.calls == ["status"]
    assert [row.result for row in rows(hadir)] == [{"dropped": "it is over already"}]


def test_an_app_that_was_switched_off_loses_nothing_else(hadir, siti, board, work):
    siti.says("/hadir tampil status ya")
    siti.says("/hadir masuk wfh")
    hadir.ports.presence = None
    work(wib("07:29"))
    assert [row.state for row in rows(hadir)] == ["done"]


def test_an_account_that_is_gone_is_said_in_the_result(hadir, siti, board, work):
    siti.says("/hadir tampil status ya")
    siti.says("/hadir masuk wfh")
    with hadir.database.write() as db:
        db.execute(update(people.account).where(people.account.c.platform == "nextcloud").values(external_id=None))
    work(wib("07:29"))
    assert board.calls == []
    assert "no account" in rows(hadir)[0].result["dropped"]


# ---------------------------------------------------------------- what people read


def test_it_says_what_would_be_done_before_it_is_done(siti, board):
    said = siti.says("/hadir tampil")
    assert "hanya bila Anda mau" in said
    assert "Status (mati)" in said
    assert "Kalender (mati)" in said
    assert "`/hadir tampil tidak`" in said
    assert [button.label for button in siti.last.buttons] == ["Tampilkan status", "Tulis di kalender"]
    assert "Status (menyala)" in siti.presses("Tampilkan status")
    assert [button.label for button in siti.last.buttons] == ["Jangan tampilkan status", "Tulis di kalender"]


def test_a_word_that_is_not_known_changes_nothing(siti, board):
    assert "Status (mati)" in siti.says("/hadir tampil semuanya dong")
    assert siti.last.refused


def test_without_the_app_it_says_so_and_whom_to_ask(chat):
    said = chat("siti").says("/hadir tampil status ya")
    assert "belum tersambung" in said
    assert "admin" in said
    assert chat("siti").says("/hadir tampil") == said


def test_without_the_app_it_can_still_be_taken_back(hadir, siti, board):
    siti.says("/hadir tampil status ya")
    hadir.ports.presence = None
    assert "Tidak ada lagi yang ditampilkan" in siti.says("/hadir tampil tidak", at=wib("09:00"))


def test_somebody_whose_account_is_not_known_is_told_how_to_make_it_known(chat, board):
    assert "Buka Hadir sekali di menu Nextcloud" in chat("budi").says("/hadir tampil status ya")


def test_the_choice_is_not_shown_in_a_channel(siti, board):
    siti.says("/hadir tampil status ya", channel=Channel("kanal", "umum"))
    assert siti.last.private
