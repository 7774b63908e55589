"""What the adapters for one machine do beyond their contracts."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import icalendar
import pytest
from rich.console import Console

from integration.adapters.local.calendar import IcsCalendar
from integration.adapters.local.chat import TerminalChat
from integration.adapters.local.storage import FolderStorage
from integration.errors import DeliveryError
from integration.messages import Button, Reply, Text, fill
from integration.ports import Attendee, Event, Profile, Recipient, Span
from integration.safe_names import safe_name
from tests import cast

SITI = Recipient("local", "person", "id-siti")


# ---------------------------------------------------------------- a folder


def test_a_link_planted_in_the_folder_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "storage").mkdir()
    (tmp_path / "storage" / "keluar").symlink_to(tmp_path)
    (tmp_path / "rahasia.txt").write_text("rahasia")
    with pytest.raises(DeliveryError, match="not a path inside"):
        FolderStorage(tmp_path / "storage").get("keluar/rahasia.txt")


def test_nothing_half_written_is_ever_seen(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    storage.put("a.txt", b"x" * 1000, "text/plain")
    (tmp_path / ".hadir-left-over").write_bytes(b"half")
    assert [file.path for file in storage.list("")] == ["a.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".hadir-left-over", "a.txt"]


def test_a_file_where_a_folder_should_be_is_for_good(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    storage.put("a", b"x", "text/plain")
    with pytest.raises(DeliveryError) as error:
        storage.put("a/b", b"x", "text/plain")
    assert error.value.permanent
    with pytest.raises(DeliveryError):
        storage.put("n" * 300, b"x", "text/plain")


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError) as error:
        FolderStorage(Path("/proc/hadir")).put("a.txt", b"x", "text/plain")
    assert error.value.permanent  # /proc has no such folder and never will
    with pytest.raises(DeliveryError):
        FolderStorage(tmp_path).delete("../a")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("rekap.xlsx", "rekap.xlsx"),
        ("../../etc/passwd", "-..-etc-passwd"),
        (".tersembunyi", "tersembunyi"),
        ("a\nb\x00c.txt", "a-b-c.txt"),
        ("...", "file"),
        ("", "file"),
        ("CON: a?.txt", "CON- a-.txt"),
    ],
)
def test_a_name_for_one_file(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_ending() -> None:
    assert safe_name("ą" * 400 + ".xlsx").endswith(".xlsx")
    assert len(safe_name("ą" * 400).encode()) <= 255


# ---------------------------------------------------------------- .ics files


def test_a_calendar_file_holds_the_zone_the_version_and_the_text_to_the_letter(tmp_path: Path) -> None:
    start = cast.at("2026-11-24T09:00+09:00")
    event = Event(
        "rapat/1", "Rapat; a, b\nATTENDEE:x", Span(start, start + timedelta(hours=1)), cast.JAYAPURA, sequence=3, place="Aula",
        description="=1+1", attendees=(Attendee("siti@kantor.example"),),
    )  # fmt: skip
    IcsCalendar(tmp_path, lambda: cast.MONDAY_0728).put(event)
    (path,) = tmp_path.glob("*.ics")
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    (entry,) = calendar.events
    assert [str(zone["TZID"]) for zone in calendar.timezones] == [cast.JAYAPURA]
    assert (str(entry["SUMMARY"]), entry["SEQUENCE"], str(entry["UID"])) == ("Rapat; a, b ATTENDEE:x", 3, "rapat/1")
    assert entry.start == start
    assert str(entry["DTSTART"].params["TZID"]) == cast.JAYAPURA
    assert entry["DTSTAMP"].dt == cast.MONDAY_0728


def test_one_file_an_event_whatever_its_id_is_made_of(tmp_path: Path) -> None:
    calendar = IcsCalendar(tmp_path, lambda: cast.MONDAY_0728)
    span = Span(cast.MONDAY_0728, cast.MONDAY_0728 + timedelta(hours=1))
    for uid in ("../../x", "a/b", "a%2Fb", "A" * 5000, "🎉"):
        calendar.put(Event(uid, "Rapat", span, cast.JAKARTA))
    assert len(list(tmp_path.glob("*.ics"))) == 5
    calendar.cancel(Event("a/b", "Rapat", span, cast.JAKARTA))
    assert sum("STATUS:CANCELLED" in path.read_text() for path in tmp_path.glob("*.ics")) == 1


def test_a_file_that_is_no_calendar_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.ics").write_text("bukan kalender")
    with pytest.raises(DeliveryError, match="x.ics") as error:
        IcsCalendar(tmp_path, lambda: cast.MONDAY_0728).busy([], Span(cast.MONDAY_0728, cast.MONDAY_0728))
    assert error.value.permanent


# ---------------------------------------------------------------- the terminal


def terminal() -> tuple[TerminalChat, io.StringIO]:
    screen = io.StringIO()
    profiles = [Profile("id-siti", "siti", "siti@kantor.example", "Siti Rahayu")]
    return TerminalChat(Console(file=screen, width=80, highlight=False), profiles), screen


def test_a_message_is_shown_once_however_often_it_is_sent() -> None:
    chat, screen = terminal()
    message = Reply(Text("Selamat **pagi**"), buttons=(Button("Masuk", "hadir.say", "masuk"), Button("Nanti", "hadir.say")))
    assert chat.send(SITI, message, "kunci-1") == chat.send(SITI, message, "kunci-1")
    assert screen.getvalue().split("\n")[0].rstrip() == "Selamat pagi"
    assert screen.getvalue().count("[1] Masuk   [2] Nanti") == 1
    chat.send(SITI, message, "kunci-2")
    assert "[3] Masuk" in screen.getvalue()
    assert len(chat.messages) == 2


def test_words_of_people_are_shown_to_the_letter() -> None:
    chat, screen = terminal()
    words = "*tebal* `kode` [tautan](http://x) # judul\n- butir @all <b> [red]merah[/red] \x1b[31m"
    chat.send(SITI, Reply(fill("Catatan: {words}", words=words)), "kunci")
    shown = " ".join(screen.getvalue().split())
    assert shown == "Catatan: *tebal* `kode` [tautan](http://x) # judul - butir @all <b> [red]merah[/red] [31m"


def test_lines_break_where_we_broke_them() -> None:
    chat, screen = terminal()
    chat.send(SITI, Reply(Text("satu\ndua\n\n- tiga\n- empat")), "kunci")
    assert [line.strip() for line in screen.getvalue().splitlines() if line.strip()] == ["satu", "dua", "• tiga", "• empat"]


def test_only_this_terminal_and_its_people() -> None:
    chat, _ = terminal()
    with pytest.raises(DeliveryError) as error:
        chat.send(Recipient("mattermost", "person", "id-siti"), Reply(Text("x")), "kunci")
    assert error.value.permanent
    assert chat.profile(username="siti") == chat.profile(id="id-siti")
    assert chat.profile(username="budi") is None
    assert chat.profile() is None
