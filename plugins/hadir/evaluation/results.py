"""What one person's day comes to, and why: plain values, no sentences. `evaluation.evaluate` makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

# present: in and out; open: still in; incomplete: an end is missing; absent: a finished working day without a record;
# expected: not over yet; permission, sick, leave, travel: excused; off: nothing was expected.
Status = Literal[
    "present", "late", "early", "incomplete", "permission", "sick", "leave", "travel", "off", "absent", "expected", "open"
]
# The words for people and for programs that read JSON; the last two are of a day that is not over.
WORDS: Mapping[Status, str] = {
    "present": "hadir",
    "late": "terlambat",
    "early": "pulang cepat",
    "incomplete": "tidak lengkap",
    "permission": "izin",
    "sick": "sakit",
    "leave": "cuti",
    "travel": "dinas",
    "off": "libur",
    "absent": "tanpa keterangan",
    "expected": "belum",
    "open": "sedang bekerja",
}
# The status of a day by the public word of its excuse. Training is ordered like travel.
EXCUSES: Mapping[str, Status] = {
    "izin": "permission",
    "sakit": "sick",
    "cuti": "leave",
    "dinas": "travel",
    "tugas_belajar": "travel",
}
EXCUSED: frozenset[Status] = frozenset({"permission", "sick", "leave", "travel"})
NOTHING = Decimal(0)

# A time in which the service was out of order: from, until.
Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a day is as it is. `code` names the sentence, `values` fill it (`reason_wording`); `rule`, `version` and
    `article` say what decided, empty where nothing but the record did.
    """

    code: str
    rule: str = ""
    version: str = ""
    article: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """Minutes, but: `bands` are codes (TL1), `deduction` is percent of the day's allowance, simulated.

    `due`: a working day that has begun (by the clock, or by coming early). `came`: something is recorded. `end` is when
    one might leave: the plan's end, moved by flexible hours. `owed` is what the day asked for, `made_up` the lateness
    worked off under flexible hours. `off_plan`: the place is not the rota's. `outage`: the window that excused something.
    """

    status: Status
    due: bool = False
    came: bool = False
    late: int = 0
    early: int = 0
    worked: int = 0
    owed: int = 0
    made_up: int = 0
    bands: tuple[str, ...] = ()
    deduction: Decimal = NOTHING
    place: str = ""
    off_plan: bool = False
    outage: Window | None = None
    end: datetime | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def word(self) -> str:
        return WORDS[self.status]

    @property
    def excused(self) -> bool:
        """Away with a reason that is accepted."""
        return self.status in EXCUSED and not self.came

    @property
    def fault(self) -> bool:
        """Whether there is something that a person may want to mend."""
        return self.status in ("late", "early", "incomplete", "absent") or bool(self.late or self.early)
