"""What an invitation says, as plain data for the letter (undangan)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integration.ports import Span
from plugins.rapat.documents.issue import Issue, Signer

# More names, or dates, than these are an annex.
MOST_NAMES, MOST_DATES = 15, 5


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody invited; `office` is the unit of one of ours, or where a guest comes from."""

    name: str
    office: str = ""
    nip: str = ""


@dataclass(frozen=True, slots=True)
class Date:
    """One date of the meeting; `place` as far as it is another than the meeting's."""

    span: Span
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undangan:
    """`dates` in order, one for a single meeting. `place` is "" for a meeting that is nowhere but online; `address` is where
    one joins, "" as long as nobody knows it. `online` says whether one can join at all.
    """

    issue: Issue
    title: str
    dates: Sequence[Date]
    addressees: Sequence[Addressee]
    organizer: Signer
    number: str = ""
    place: str = ""
    online: bool = False
    address: str = ""
    agenda: Sequence[str] = ()

    @property
    def names_in_annex(self) -> bool:
        return len(self.addressees) > MOST_NAMES

    @property
    def dates_in_annex(self) -> bool:
        return len(self.dates) > MOST_DATES
