"""The people of every test: a small office in three time zones, and how one talks as one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from integration import people
from integration.core import Hadir
from integration.dispatch import Once, parse
from integration.messages import Answer, Button, ButtonPress, Channel, Form, FormSubmission, Reply, Sender, plain

APLIKASI, KEPEGAWAIAN = "Bidang Aplikasi", "Subbagian Kepegawaian"
JAKARTA, MAKASSAR, JAYAPURA = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"

# (username, name, unit, supervisor's username, roles, zone)
CAST: tuple[tuple[str, str, str, str, tuple[str, ...], str], ...] = (
    ("hendra", "Hendra Gunawan", APLIKASI, "", ("pegawai", "atasan", "pimpinan"), JAKARTA),
    ("budi", "Budi Santoso", APLIKASI, "hendra", ("pegawai", "atasan"), JAKARTA),
    ("siti", "Siti Rahayu", APLIKASI, "budi", ("pegawai",), JAKARTA),
    ("dewi", "Dewi Lestari", APLIKASI, "budi", ("pegawai",), JAKARTA),
    ("wayan", "I Wayan Sudarta", APLIKASI, "budi", ("pegawai",), MAKASSAR),
    ("yosef", "Yosef Wenda", APLIKASI, "budi", ("pegawai",), JAYAPURA),
    ("rina", "Rina Marlina", KEPEGAWAIAN, "hendra", ("pegawai", "kepegawaian"), JAKARTA),
    ("kartika", "Kartika Sari", KEPEGAWAIAN, "hendra", ("pegawai", "kepatuhan"), JAKARTA),
    ("agus", "Agus Wijaya", KEPEGAWAIAN, "rina", ("pegawai", "admin"), JAKARTA),
)
NIP = {username: f"19850101201001{number:04d}" for number, (username, *_) in enumerate(CAST, 1)}


def at(text: str) -> datetime:
    """An instant from ISO text with an offset: `at("2026-11-23T07:28+07:00")`."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"give an offset: {text}")
    return moment.astimezone(UTC)


MONDAY_0728 = at("2026-11-23T07:28+07:00")


def settle(db: Connection, platform: str = "mattermost") -> None:
    """Put the cast into an empty database; their ids on the platform are `id-<username>`."""
    units = {
        name: db.execute(people.unit.insert().values(name=name)).inserted_primary_key[0] for name in (APLIKASI, KEPEGAWAIAN)
    }
    ids: dict[str, int] = {}
    for username, name, unit, supervisor, roles, zone in CAST:
        row = {
            "nip": NIP[username],
            "name": name,
            "unit_id": units[unit],
            "supervisor_id": ids.get(supervisor),
            "email": f"{username}@kantor.example",
            "zone": zone,
            "roles": list(roles),
        }
        ids[username] = db.execute(people.person.insert().values(row)).inserted_primary_key[0]
        account = {"person_id": ids[username], "platform": platform, "username": username, "external_id": f"id-{username}"}
        db.execute(people.account.insert().values(account))


@dataclass
class Clock:
    """A clock that stands until it is told otherwise."""

    now: datetime = MONDAY_0728

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Talker:
    """One person at the keyboard: `chat("siti").says("/hadir masuk wfh")` is the text of the answer."""

    hadir: Hadir
    username: str
    platform: str = "mattermost"
    last: Answer | None = None

    @property
    def sender(self) -> Sender:
        return Sender(self.platform, f"id-{self.username}", self.username)

    def says(
        self,
        line: str,
        at: datetime | None = None,
        channel: Channel | None = None,
        mentions: Mapping[str, str] | None = None,
        channels: Mapping[str, str] | None = None,
    ) -> str:
        name, _, text = line.removeprefix("/").partition(" ")
        command = parse(
            name,
            text,
            channel=channel or Channel(),
            mentions=tuple((mentions or {}).items()),
            channels=tuple((channels or {}).items()),
        )
        return self._heard(self.hadir.dispatcher.handle(self.sender, command, at or self.hadir.clock()))

    def presses(self, button: Button | str, at: datetime | None = None) -> str:
        """Press a button, or the one with that label in the last answer."""
        if isinstance(button, str):
            assert isinstance(self.last, Reply), f"the last answer was {self.last!r}"
            button = next(b for b in self.last.buttons if b.label == button)
        press = ButtonPress(button.action, button.value)
        return self._heard(self.hadir.dispatcher.handle(self.sender, press, at or self.hadir.clock()))

    def submits(self, form: Form | None = None, at: datetime | None = None, once: Once | None = None, **values: str) -> str:
        """Send a form (the one just shown); fields that are not given keep their default."""
        form = form or self.last  # type: ignore[assignment]  # checked on the next line
        assert isinstance(form, Form), f"the last answer was {form!r}"
        everything = {field.name: field.default for field in form.fields} | values
        submission = FormSubmission(form.action, everything, form.value)
        return self._heard(self.hadir.dispatcher.handle(self.sender, submission, at or self.hadir.clock(), once))

    def _heard(self, answer: Answer) -> str:
        self.last = answer
        if isinstance(answer, Reply):
            return plain(answer.text)
        return answer.title if isinstance(answer, Form) else str(dict(answer.by_field))
