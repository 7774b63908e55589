"""A running Nextcloud that goes away under a running Hadir, and the other way round: nothing is lost, nothing comes twice.

See `talk_people.py` for what it wants. Maintenance mode is on for a moment; everything else is done to our own account.
"""

from __future__ import annotations

import functools
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from integration.adapters.nextcloud import access
from integration.outbox import outbox
from integration.ports import Attendee, Event, Span
from integration.scheduler import work
from plugins.hadir.tables import attendance_event
from tests.live import talk_people
from tests.live.nextcloud_town import Town
from tests.live.talk_people import Person, eventually, occ

pytestmark = [pytest.mark.live, talk_people.wanted, pytest.mark.timeout(900)]


def queue(town: Town, *names: str, folder: str = "", event: Event | None = None) -> None:
    """What a handler leaves behind, with its transaction."""
    folder = folder or f"Hadir/{town.unit}/Berkas"
    with town.inside() as hadir, hadir.database.write() as db:
        here = work(hadir, db)
        for name in names:
            assert here.file(f"{folder}/{name}", name.encode() * 2000, "text/plain", f"uji:{name}")
        if event:
            assert here.schedule(event, f"uji:{event.uid}")


def queued(town: Town) -> list[Any]:
    return [row for row in town.rows(outbox) if row.key.startswith("uji:")]


def waiting(town: Town) -> list[str]:
    return [row.key for row in queued(town) if row.state not in ("done", "delivered")]


def due_now(town: Town) -> None:
    """Nobody here has the minute after which it is tried again by itself."""
    with town.inside() as hadir, hadir.database.write() as db:
        db.execute(outbox.update().where(outbox.c.state == "waiting").values(due_at=datetime.now(UTC)))


def lets_in(town: Town) -> bool:
    """Whether the server takes the app password that the running service has."""
    with town.inside() as hadir:
        found = access.access(hadir)
    assert found
    address = f"{found.url}/ocs/v2.php/cloud/user"
    return requests.get(address, headers={"OCS-APIRequest": "true"}, auth=(found.user, found.password), timeout=30).ok


def listing(someone: Person, folder: str) -> str:
    return someone.drive("PROPFIND", folder, Depth="1").text


def events(someone: Person, uid: str) -> list[str]:
    """Those with that UID in somebody's calendar."""
    body = (
        '<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><c:calendar-data/></d:prop>'
        '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:prop-filter name="UID">'
        f"<c:text-match>{uid}</c:text-match></c:prop-filter></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
    )
    address = f"{someone.url}/remote.php/dav/calendars/{someone.id}/personal/"
    headers = {"Depth": "1", "Content-Type": "application/xml"}
    answer = requests.request("REPORT", address, data=body, headers=headers, auth=(someone.id, someone.password), timeout=30)
    return answer.text.split("BEGIN:VEVENT")[1:]


def test_maintenance(town: Town, siti: Person) -> None:
    """A file, an event and an answer in chat."""
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    guest = Attendee(f"{siti.id}@kantor.example", "Siti Rahayu")
    event = Event(
        f"{town.run}@hadir.example",
        "Rapat uji gangguan",
        Span(start, start + timedelta(hours=1)),
        "Asia/Jakarta",
        attendees=(guest,),
    )
    occ("maintenance:mode", "--on")
    try:
        queue(town, "satu.txt", "dua.txt", event=event)
        for kind in ("storage", "calendar"):
            tried = functools.partial(lambda kind: any(row.error for row in queued(town) if row.kind == kind), kind)
            eventually(tried, f"the first try in vain ({kind})")
    finally:
        occ("maintenance:mode", "--off")
    assert waiting(town)
    due_now(town)
    eventually(lambda: not waiting(town), "everything delivered")
    for name in ("satu.txt", "dua.txt"):
        found = siti.drive("GET", f"Hadir/{town.unit}/Berkas/{name}")
        assert found.content == name.encode() * 2000
    assert listing(siti, f"Hadir/{town.unit}/Berkas").count(".txt</d:href>") == 2
    assert len(events(siti, event.uid)) == 1


def test_the_app_password_is_revoked(town: Town, siti: Person, hendra: Person) -> None:
    """Rows wait, the administrator is told once, and the running worker goes on with the new one."""
    private = hendra.opens(town.account)
    hendra.types(private, "bantuan")
    hendra.reads(private, "/hadir")
    tokens = [
        line.split("|")[1].strip() for line in occ("user:auth-tokens:list", town.account).splitlines() if "perman" in line
    ]
    for token in tokens:
        occ("user:auth-tokens:delete", town.account, token)
    eventually(lambda: not lets_in(town), "the end of the password, which the server keeps in its memory for a while")
    queue(town, "tiga.txt", "empat.txt", "lima.txt")
    eventually(lambda: any("401" in row.error for row in queued(town)), "the refusal")
    assert len(waiting(town)) == 3
    assert not [row for row in town.rows(outbox) if row.state == "dead"]
    alarms = [row for row in town.rows(outbox) if row.key.startswith("locked-out-nextcloud:")]
    assert len(alarms) == 1
    said = town.hadir("doctor", fails=True)
    assert "refused (401)" in said
    assert "hadir setup nextcloud makes a new one" in said
    town.setup("--new-app-password")
    eventually(lambda: not waiting(town), "everything delivered")
    found = listing(siti, f"Hadir/{town.unit}/Berkas")
    assert [found.count(f"{name}.txt</d:href>") for name in ("tiga", "empat", "lima")] == [1, 1, 1]
    hendra.reads_once(private, "menolak Hadir", 0)
    eventually(lambda: " 0 failed" in town.hadir("doctor", fails=True), "a doctor who finds nothing")


def test_no_space_left(town: Town) -> None:
    """In the account's own files: a team folder has a quota of its own."""
    occ("user:setting", town.account, "files", "quota", "1 KB")
    try:
        queue(town, "penuh.txt", folder="Hadir/Kanal")
        eventually(lambda: any("507" in row.error for row in queued(town)), "the refusal")
        assert waiting(town) == ["uji:penuh.txt"]
    finally:
        occ("user:setting", town.account, "files", "quota", "none")
    due_now(town)
    eventually(lambda: not waiting(town), "everything delivered")
    with town.inside() as hadir:
        assert hadir.ports.storage
        assert hadir.ports.storage.get("Hadir/Kanal/penuh.txt") == b"penuh.txt" * 2000


def test_what_was_typed_while_hadir_was_away(town: Town, siti: Person, hendra: Person) -> None:
    """To the account alone, and in a conversation where the account is: at the time at which it was typed, once."""
    private, group = siti.opens(town.account), town.group("hendra", "absensi", town.account)
    hendra.switches_on(group, town.bot())
    hendra.reads(group, "Hadir aktif")
    siti.types(private, "bantuan")
    siti.reads(private, "/hadir")
    town.stop()
    siti.types(private, "masuk wfh")
    hendra.types(group, "/hadir masuk wfo")
    typed = {
        "wfh": next(m["timestamp"] for m in siti.messages(private) if m["message"] == "masuk wfh"),
        "wfo": next(m["timestamp"] for m in hendra.messages(group) if m["message"] == "/hadir masuk wfo"),
    }
    eventually(lambda: time.time() > max(typed.values()) + 1, "another second than that in which it was typed")
    town.start()
    assert "(WFH)" in siti.reads_once(private, "asuk tercatat")["message"]
    hendra.reads_once(hendra.opens(town.account), "(WFO)", 0)
    for _ in range(2):
        found = {event.place: int(event.at.timestamp()) for event in town.rows(attendance_event)}
        assert found == typed
        town.stop()
        town.start()
