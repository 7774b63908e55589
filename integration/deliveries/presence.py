"""Delivers outbox rows of the kind "presence": where somebody works, as their own status and calendar entry.

payload: `person`, and `do`:
  "show"      `text`, `emoji`, `start`, `until` (ISO), `zone`; `event`: whether such a place stands in calendars
  "end"       `at` (ISO): the person has left
  "withdraw"  what is shown and not wanted any more is taken away
result: `shown`, what was done; or `dropped` with the reason.

Whether the person wants it is asked again right before each call: between the queueing and the delivery may lie a weekend.
What is over by then is dropped, so nothing is put back on the morning after.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from integration import people, presence
from integration.core import Hadir
from integration.outbox import Row
from integration.ports import Event, Presence, Span
from integration.presence import KIND, Choice, Shown

__all__ = ["KIND", "deliver"]


def deliver(hadir: Hadir, row: Row) -> Mapping[str, Any]:
    """Show, or take away; raises `DeliveryError`."""
    port = hadir.ports.presence
    if port is None:
        return {"dropped": "nothing is connected that shows where people work"}
    account = _account(hadir, port, row.payload["person"])
    if not account:
        return {"dropped": f"the person has no account on {port.name}"}
    return _Delivery(hadir, port, account, row).run()


def _account(hadir: Hadir, port: Presence, person_id: int) -> str:
    with hadir.database.read() as db:
        found = people.accounts(db, [person_id]).get(person_id, [])
    return next((each.external_id for each in found if each.platform == port.name and each.external_id), "")


class _Delivery:
    """One row. What was done is written down after every call, so that a repeat goes on from there."""

    def __init__(self, hadir: Hadir, port: Presence, account: str, row: Row) -> None:
        self._hadir, self._port, self._account = hadir, port, account
        self._key, self._payload = row.key, row.payload
        self._person: int = row.payload["person"]
        self._now = hadir.clock()

    def run(self) -> Mapping[str, Any]:
        if self._payload["do"] == "show":
            return self._show()
        if self._payload["do"] == "end":
            return self._end(datetime.fromisoformat(self._payload["at"]))
        return self._withdraw()

    # ------------------------------------------------------------ what is done

    def _show(self) -> Mapping[str, Any]:
        until = datetime.fromisoformat(self._payload["until"])
        if until <= self._now:
            return {"dropped": "it is over already"}
        done = []
        if self._choice().status:
            self._port.status(self._account, self._payload["text"], self._payload["emoji"], until)
            self._keep(status=self._payload["text"], status_until=until)
            done.append("status")
        if self._payload["event"] and self._choice().calendar:
            event = self._event(until)
            self._port.put(self._account, event)
            self._keep(event=event)
            done.append("calendar")
        elif not self._payload["event"] and self._same_day(self._shown().event):
            self._remove_event()  # the place was another one before
        return {"shown": done}

    def _end(self, at: datetime) -> Mapping[str, Any]:
        """The status ends; what stands in the calendar ends at that time, as it was."""
        self._clear_status()
        event = self._shown().event
        if event and event.span.start < at < event.span.end and self._choice().calendar:
            shorter = replace(event, span=Span(event.span.start, at), sequence=event.sequence + 1)
            self._port.put(self._account, shorter)
            self._keep(event=shorter)
        return {"shown": []}

    def _withdraw(self) -> Mapping[str, Any]:
        """An event of a day that is over stays: it is what was, in the person's own calendar."""
        wanted = self._choice()
        if not wanted.status:
            self._clear_status()
        event = self._shown().event
        if event and not wanted.calendar:
            if event.span.end > self._now or self._same_day(event):
                self._remove_event()
            self._keep(event=None)
        return {"shown": [name for name in ("status", "calendar") if getattr(wanted, name)]}

    # ------------------------------------------------------------ parts

    def _clear_status(self) -> None:
        there = self._shown()
        if there.status:
            if there.status_until and there.status_until > self._now:
                self._port.clear(self._account, there.status)
            self._keep(status="", status_until=None)

    def _remove_event(self) -> None:
        event = self._shown().event
        if event:
            self._port.remove(self._account, event.uid)
            self._keep(event=None)

    def _event(self, until: datetime) -> Event:
        """The day's event: the one that is there, or a new one. One that was taken out never comes back under its UID."""
        start, there = datetime.fromisoformat(self._payload["start"]), self._shown().event
        title, zone = self._payload["text"], self._payload["zone"]
        if there and self._same_day(there):
            return replace(there, title=title, span=Span(start, until), sequence=there.sequence + 1)
        uid = f"hadir-{hashlib.sha256(self._key.encode()).hexdigest()[:32]}"
        return Event(uid=uid, title=title, span=Span(start, until), zone=zone)

    def _same_day(self, event: Event | None) -> bool:
        """Whether that event is of the day of which this row speaks (of today, where it speaks of none)."""
        if event is None:
            return False
        day = datetime.fromisoformat(self._payload["start"]) if "start" in self._payload else self._now
        zone = ZoneInfo(event.zone)
        return event.span.start.astimezone(zone).date() == day.astimezone(zone).date()

    # ------------------------------------------------------------ what is known

    def _choice(self) -> Choice:
        with self._hadir.database.read() as db:
            return presence.choice(db, self._person)

    def _shown(self) -> Shown:
        with self._hadir.database.read() as db:
            return presence.shown(db, self._person)

    def _keep(self, **changed: Any) -> None:
        with self._hadir.database.write() as db:
            presence.keep(db, self._person, replace(presence.shown(db, self._person), **changed))
