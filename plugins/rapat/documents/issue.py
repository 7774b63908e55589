"""What every document of a meeting has in common: whose it is, in whose words, and when it was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from integration import phrases, workdays
from integration.dates import show_day
from integration.documents.letterhead import Letterhead
from integration.documents.pdf import Document, Imprint
from integration.i18n import Translate
from integration.messages import plain
from integration.ports import Span
from integration.settings import Settings
from plugins.rapat import wording

DOTS = "." * 34


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs; `position` is what stands above the name."""

    name: str
    nip: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """A document in the making: `now` (aware) in the meeting's own `zone`; `zones` are those of everybody invited."""

    t: Translate
    settings: Settings
    zone: str
    now: datetime
    zones: tuple[str, ...] = ()

    @property
    def made(self) -> str:
        day, time = phrases.day_name(self.t, self.day), workdays.clock(self.now, self.zone)
        return plain(self.t("Made by Hadir on {day} at {time}.", day=day, time=time))

    @property
    def day(self) -> date:
        return self.local(self.now).date()

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone))

    def clock(self, moment: datetime | None) -> str:
        """`09.02`, where the meeting is; "" for no moment."""
        return f"{self.local(moment):%H.%M}" if moment else ""

    @property
    def zone_name(self) -> str:
        return workdays.zone_name(self.zone, self.now)

    def date_of(self, span: Span) -> str:
        """`Selasa, 24 November 2026`"""
        return plain(show_day(self.local(span.start).date(), self.t))

    def clocks(self, span: Span) -> str:
        """`09.00–10.30 WIB / 10.00–11.30 WITA`"""
        return plain(wording.clock(span, self.zones, first=self.zone))

    @property
    def letter_date(self) -> str:
        """`24 November 2026`"""
        return plain(show_day(self.day, self.t, "d MMMM y"))

    @property
    def place_and_date(self) -> str:
        """`Jakarta, 24 November 2026`; dots where the settings name no place."""
        return f"{self.settings.agency_place or '.' * 20}, {self.letter_date}"

    def document(self, title: str, *, wide: bool = False, margin: float = 36.0) -> Document:
        author = self.settings.agency_name or "Hadir"
        return Document(self.t, Letterhead.of(self.settings), Imprint(title, author, self.made), wide=wide, margin=margin)
