"""What the compliance view says: figures and things to look at, never an accusation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal

from integration import phrases
from integration.dates import show_month
from integration.i18n import Translate
from integration.messages import Text, fill, join
from integration.rulebook.models import ComplianceRules
from integration.workdays import zone_name
from plugins.hadir.compliance import Compliance, Decisions, UnitFigures
from plugins.hadir.compliance.patterns import Pattern
from plugins.hadir.outages.report import Followed
from plugins.hadir.recap import Totals

MOST_NAMES = 5


def title(t: Translate, found: Compliance) -> Text:
    return t("Compliance {month} — {name}", month=show_month(found.month, t), name=found.name)


def percent(t: Translate, rate: float | None) -> Text:
    """`98,2 %`; a dash where nothing was expected."""
    return Text("–") if rate is None else Text(f"{format_decimal(rate * 100, '0.0', locale=t.locale)} %")


def hours(t: Translate, decisions: Decisions) -> Text:
    """The median time to decide, in hours with one place."""
    return Text("–") if decisions.hours is None else Text(format_decimal(decisions.hours, "0.0", locale=t.locale))


def summary(t: Translate, found: Compliance) -> Text:
    totals = found.totals
    parts = [
        t("attendance {rate}", rate=percent(t, found.rate)),
        *_faults(t, totals),
        t("excused {count}", count=totals.away) if totals.away else "",
        t("excused by disruptions {count}", count=totals.outage) if totals.outage else "",
    ]
    return join(" · ", [Text(part) for part in parts if part])


def _faults(t: Translate, totals: Totals) -> list[Text | str]:
    return [
        t("late {count}× ({minutes} min)", count=totals.late, minutes=totals.late_minutes) if totals.late else "",
        t("incomplete {count}", count=totals.incomplete) if totals.incomplete else "",
        t("no record {count}", count=totals.missing) if totals.missing else "",
    ]


def supervisor(t: Translate, decisions: Decisions) -> Text:
    return fill("{name}", name=decisions.name) if decisions.name else t("nobody (no supervisor)")


def pattern(t: Translate, found: Pattern) -> Text:
    """One sentence with figures."""
    names = phrases.names(t, found.people, MOST_NAMES)
    if said := _figure(t, found, names):
        return said
    if found.code == "approved_at_once":
        return t(
            "{name} ({unit}): {count} corrections decided, all approved, half of them within {minutes} min.",
            name=names,
            unit=found.unit,
            count=found.count,
            minutes=Text(found.detail),
        )
    if found.code == "made_punctual":
        return t(
            "{name} ({unit}): {count} of {of} corrected check-ins were late before and are not any more.",
            name=names,
            unit=found.unit,
            count=found.count,
            of=found.of,
        )
    if found.code == "same_minute":
        return t(
            "{name} ({unit}): {count} of {of} check-ins at {time} sharp.",
            name=names,
            unit=found.unit,
            count=found.count,
            of=found.of,
            time=Text(found.detail),
        )
    if found.code == "unplanned_home":
        return t(
            "{unit}: {count} of {of} check-ins from home without a rota that plans it ({name}).",
            unit=found.unit,
            count=found.count,
            of=found.of,
            name=names,
        )
    return t(
        "{unit}: {count} times several people checked in within the same second ({name}).",
        unit=found.unit,
        count=found.count,
        name=names,
    )


def _figure(t: Translate, found: Pattern, names: Text) -> Text | None:
    """`Bidang Aplikasi: 4 dari 10 orang 3 hari atau lebih tanpa catatan: Siti Rahayu (6), …`"""
    values = {"unit": found.unit, "count": found.count, "of": found.of}
    if found.code == "low_attendance":
        rate = percent(t, (found.of - found.count) / found.of)
        return t("{unit}: attendance {rate}; {count} of {of} working days have no record.", rate=rate, **values)
    kinds: dict[str, Callable[..., Text]] = {
        "many_missing": lambda **filled: t(
            "{unit}: {count} of {of} people have no record on {least} days or more: {names}", **filled
        ),
        "many_late": lambda **filled: t("{unit}: {count} of {of} people were late {least} times or more: {names}", **filled),
        "many_early": lambda **filled: t("{unit}: {count} of {of} people left early {least} times or more: {names}", **filled),
        "many_incomplete": lambda **filled: t(
            "{unit}: {count} of {of} people have {least} incomplete days or more: {names}", **filled
        ),
    }
    say = kinds.get(found.code)
    return say(least=Text(found.detail), names=names, **values) if say else None


def limits(t: Translate, rules: ComplianceRules) -> Text:
    """From when on something is shown as worth a look, so that nobody has to guess what nothing means."""
    return t(
        "Shown from: attendance below {rate}; a person with {missing} days without a record, {late} times late, {early} times "
        "early, {incomplete} incomplete days; and patterns in corrections and check-ins.",
        rate=percent(t, float(rules.attendance_least)),
        missing=rules.missing_days,
        late=rules.late_days,
        early=rules.early_days,
        incomplete=rules.incomplete_days,
    )


def neutral(t: Translate) -> Text:
    """What the patterns are, and are not."""
    return t("Figures that deserve a look. Each may have an ordinary cause; ask before you conclude anything.")


def kind(t: Translate, found: Pattern) -> Text:
    kinds = {
        "low_attendance": t("Low attendance"),
        "many_missing": t("Many days without a record"),
        "many_late": t("Often late"),
        "many_early": t("Often left early"),
        "many_incomplete": t("Many incomplete days"),
        "approved_at_once": t("Corrections approved at once"),
        "made_punctual": t("Corrections that end lateness"),
        "same_minute": t("Check-in at the same minute"),
        "unplanned_home": t("Work from home without a rota"),
        "same_second": t("Check-ins in the same second"),
    }
    return kinds[found.code]


def outage(t: Translate, followed: Followed, zone: str) -> Text:
    """`23/11 07.12–07.41 WIB: 14 check-ins in or after it, 12 people excused`; with the day of its end if that is another."""
    tz = ZoneInfo(zone)
    first = followed.outage.first.astimezone(tz)
    last = followed.outage.last.astimezone(tz) if followed.outage.last else None
    over_night = last is not None and last.date() != first.date()
    ends = f"{last:%d/%m %H.%M}" if over_night else f"{last:%H.%M}" if last else "…"
    return t(
        "{when}: {check_ins} check-ins in or after it, {excused} people excused",
        when=Text(f"{first:%d/%m %H.%M}{' – ' if over_night else '–'}{ends} {zone_name(zone, first)}"),
        check_ins=followed.check_ins,
        excused=len(followed.excused),
    )


def units_by_rate(units: Sequence[UnitFigures]) -> list[UnitFigures]:
    """The lowest attendance first: that is what one looks for."""
    return sorted(units, key=lambda unit: (unit.rate if unit.rate is not None else 2.0, unit.name))
