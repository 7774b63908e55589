"""What a rule of each kind says. A key that stands nowhere here is refused when a file is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _clock(value: Any) -> Any:
    """Only what is written as a time: a bare number would be taken for seconds."""
    if not isinstance(value, (time, str)):
        raise ValueError('write a time like "05:00"')
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise ValueError('write a number like "0.5"')
    return value


Code = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
Words = Annotated[str, Field(min_length=1, max_length=200)]
Comment = Annotated[str, Field(max_length=1000)]
Clock = Annotated[time, BeforeValidator(_clock)]
Percent = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=100, allow_inf_nan=False)]
Share = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=1, allow_inf_nan=False)]
Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0, le=100_000)]
Number = Annotated[int, Field(strict=True, ge=1, le=100_000)]


class Band(_Rules):
    """From `minutes` on (until the next band's) the day gets this code and loses `percent` of the day's allowance."""

    code: Code
    minutes: Number
    percent: Percent


class Penalty(_Rules):
    """A code and what it costs, whatever the minutes."""

    code: Code
    percent: Percent


def _rising(bands: Sequence[Band]) -> Sequence[Band]:
    for before, band in zip(bands, bands[1:], strict=False):
        if band.minutes <= before.minutes:
            how = "begin at the same minute" if band.minutes == before.minutes else "are not in rising order of minutes"
            raise ValueError(f"the bands {before.code} ({before.minutes}) and {band.code} ({band.minutes}) {how}")
    _once("the band", [band.code for band in bands])
    return bands


def _once(what: str, words: Sequence[str]) -> None:
    twice = next((word for number, word in enumerate(words) if word in words[:number]), None)
    if twice is not None:
        raise ValueError(f"{what} {twice} stands there twice")


Bands = Annotated[tuple[Band, ...], AfterValidator(_rising)]


class AttendanceRules(_Rules):
    """How a day is judged. `percent` values are a simulation, and counted only where `deducts` is true.

    `flexible_minutes`: within so many minutes around the start, lateness is made up on the same day and coming early lets
    people leave early; `unmade` is what failing to make it up costs. Stamps count from `stamps_from` to `stamps_until`,
    local time. `weekly_minutes`: net minutes that people with dynamic hours owe a full week, by season ("" is the normal
    one). A check-in up to `outage_grace_minutes` after an outage of the service is excused by it.
    """

    deducts: Flag = False
    flexible_minutes: Annotated[int, Field(strict=True, ge=0, le=720)] = 0
    stamps_from: Clock = time(0, 0)
    stamps_until: Clock = time(23, 59)
    late: Bands = ()
    early: Bands = ()
    no_check_in: Penalty | None = None
    no_check_out: Penalty | None = None
    absent: Penalty | None = None
    unmade: Penalty | None = None
    weekly_minutes: Mapping[str, Annotated[int, Field(strict=True, ge=0, le=10_080)]] = Field(
        default_factory=lambda: {"": 2250, "ramadan": 1950}
    )
    outage_grace_minutes: Annotated[int, Field(strict=True, ge=0, le=1440)] = 60

    @model_validator(mode="after")
    def _in_order(self) -> AttendanceRules:
        if self.stamps_until <= self.stamps_from:
            raise ValueError(f"stamps_until ({self.stamps_until:%H:%M}) is not after stamps_from ({self.stamps_from:%H:%M})")
        if "" not in self.weekly_minutes:
            raise ValueError('weekly_minutes says nothing of normal weeks: write "" = 2250 too')
        return self


class LeaveType(_Rules):
    """One type of absence. `kind` is the public word; everything else is for who asks and who approves.

    `days` is what a year (or, `per` request, one request) grants, None without a limit, counted in `unit`. `carry_over` days
    of the year before are added at most, `carry_over_unused` if nothing was taken for two years. `notice_days`:
    to be asked so long before, else it is warned of. A letter is wanted for more than `letter_after` days (0: always,
    None: never), a government doctor's for more than `official_letter_after`.
    """

    code: Code
    kind: Literal["cuti", "sakit", "izin", "dinas", "tugas_belajar"]
    name: Words
    name_en: Words
    article: Annotated[str, Field(max_length=200)] = ""
    comment: Comment = ""
    aliases: tuple[str, ...] = ()
    days: Number | None = None
    unit: Literal["working", "calendar", "month"] = "working"
    per: Literal["year", "request"] = "year"
    service_months: Count = 0
    carry_over: Count = 0
    carry_over_unused: Count = 0
    notice_days: Count = 0
    backdate_days: Count = 0
    letter_after: Count | None = None
    official_letter_after: Count | None = None
    needs_number: Flag = False

    @model_validator(mode="after")
    def _carried(self) -> LeaveType:
        if (self.carry_over or self.carry_over_unused) and (self.days is None or self.per != "year"):
            raise ValueError('only days that a year grants can be carried over: write days, and per = "year"')
        return self


class LeaveRules(_Rules):
    """The types of absence. `escalate_days`: after so long a request is shown to the supervisor's supervisor too."""

    escalate_days: Number = 2
    types: tuple[LeaveType, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> LeaveRules:
        _once("the type or alias", [word for each in self.types for word in (each.code, *each.aliases)])
        return self


class Threshold(_Rules):
    """From so many unexcused working days in a calendar year on."""

    days: Number
    consequence: Words
    consequence_en: Words


class DisciplineRules(_Rules):
    """`warn_before`: so many days before a threshold is reached, the person and the supervisor are told.

    On a day on which `mass_least` people or more are absent, and more than `mass_share` (0 to 1) of those expected, something
    else is the matter: nobody is warned of it until `mass_wait_days` after the personnel officers were asked.
    """

    warn_before: Number = 1
    mass_share: Share = Decimal("0.5")
    mass_least: Number = 10
    mass_wait_days: Count = 1
    in_a_row: Annotated[int, Field(strict=True, ge=2, le=366)] = 10
    in_a_row_consequence: Words
    in_a_row_consequence_en: Words
    thresholds: tuple[Threshold, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ascending(self) -> DisciplineRules:
        for before, threshold in zip(self.thresholds, self.thresholds[1:], strict=False):
            if threshold.days <= before.days:
                raise ValueError(f"the thresholds {before.days} and {threshold.days} are not in rising order of days")
        return self


class RotaRules(_Rules):
    """What a unit's rota has to keep. `away_share` (0 to 1) is the largest share of the unit's people who are away from
    the office at once, `least_present` how many are there at least, `standby` how many of these serve the public.
    `on_site` are roles that always come.
    """

    away_share: Share = Decimal("0.5")
    least_present: Count = 1
    standby: Count = 0
    flexible_days_a_week: Annotated[int, Field(strict=True, ge=0, le=7)] = 2
    on_site: tuple[str, ...] = ("pimpinan",)
    registered_only: Flag = False


class ComplianceRules(_Rules):
    """From when on a figure or a pattern in a month's record is worth a look; none is a fault.

    Figures: attendance of a unit below `attendance_least` (0 to 1); people with so many days without a record, late, left
    early or incomplete.
    Corrections: a decider who decided on `decided_least` or more, approved all of them, and half of them within
    `decided_minutes`; a person of whose check-ins `made_punctual` or more were late until a correction, and every correction
    did that. Check-ins: `same_second_people` of a unit within one second on `same_second_days` days, the same two among
    them; a person who checks in at the same minute on `same_minute_days` or more days and on that share of all days. Places:
    `unplanned_home_days` of work from home that no rota plans.
    """

    attendance_least: Share = Decimal("0.9")
    missing_days: Number = 3
    late_days: Number = 5
    early_days: Number = 5
    incomplete_days: Number = 5
    decided_least: Number = 10
    decided_minutes: Count = 2
    made_punctual: Number = 3
    same_second_people: Annotated[int, Field(strict=True, ge=2, le=100_000)] = 3
    same_second_days: Number = 3
    same_minute_days: Number = 10
    same_minute_share: Share = Decimal("0.8")
    unplanned_home_days: Number = 3


MODELS: Mapping[str, type[_Rules]] = {
    "attendance": AttendanceRules,
    "leave": LeaveRules,
    "discipline": DisciplineRules,
    "rota": RotaRules,
    "compliance": ComplianceRules,
}
