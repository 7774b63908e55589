"""Late, early, made up: the minutes of a working day on which both ends or one are recorded. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from integration.rulebook.models import Band
from plugins.hadir.evaluation.case import Case
from plugins.hadir.evaluation.spans import left_over


def judge_dynamic(case: Case) -> None:
    """Nobody is late: what lies in the window counts, and the week's total decides (`evaluation_week`)."""
    if case.come is not None and case.leave is not None:
        case.count_worked(max(case.come, case.start), min(case.leave, case.end))


def judge_hours(case: Case) -> None:
    if case.come is not None:
        _arrival(case, case.come)
    if case.leave is not None:
        _departure(case, case.leave)
    if case.come is not None and case.leave is not None:
        case.count_worked(case.come, case.leave)


# ---------------------------------------------------------------- coming


def _arrival(case: Case, come: int) -> None:
    if come <= case.start:
        _come_early(case, case.start - come)
        return
    come = min(come, case.end)
    without = come - case.start
    counted, window = _before_outage(case, come)
    late = left_over(case.start, counted, case.excused)
    if case.excused and left_over(case.start, counted, ()) > late:
        case.because("permission_late", minutes=left_over(case.start, counted, ()) - late)
    if window is not None and late < left_over(case.start, come, case.excused):
        case.outage = case.outages[window]
        case.because("outage_late", window=case.outage, minutes=left_over(case.start, come, case.excused) - late)
    _lateness(case, late, without)


def _come_early(case: Case, ahead: int) -> None:
    """Under flexible hours who comes early may leave early."""
    ahead = min(ahead, case.rules.flexible_minutes)
    if ahead:
        case.moved = -ahead
        assert case.arrival is not None  # noqa: S101  # its minute was given
        case.because("flexible_early", at=case.arrival.at, end=case.expected_end)


def _before_outage(case: Case, come: int) -> tuple[int, int | None]:
    """When somebody came at the latest, as far as outages hide it, and the first outage that does.

    Several outages of one morning are taken one after the other, the latest first.
    """
    hiding, grace = None, case.rules.outage_grace_minutes
    for number in range(len(case.windows) - 1, -1, -1):
        first, last = case.windows[number]
        if first < come <= last + grace and last > case.start:
            come, hiding = max(first, case.start), number
    return come, hiding


def _lateness(case: Case, late: int, without: int) -> None:
    """`without` is the lateness if nothing excused it.

    An excuse that only brings lateness into the flexible minutes, which have to be made up, could cost more than it
    saves; then it counts as far as it helps.
    """
    flexible = case.rules.flexible_minutes
    if not late:
        return
    if late > flexible or (without > flexible and not _made_up(case, late)):
        case.late = max(late, flexible + 1) if flexible else late
        _band(case, "late", case.rules.late, case.late)
        return
    case.moved = late
    assert case.arrival is not None  # noqa: S101  # its minute was given
    case.because("flexible_late", minutes=late, at=case.arrival.at, end=case.expected_end)


def _made_up(case: Case, late: int) -> bool:
    return case.leave is None or case.leave >= case.end + late


def band_of(bands: Sequence[Band], minutes: int) -> Band | None:
    """The highest band that the minutes reach."""
    return max((band for band in bands if band.minutes <= minutes), key=lambda band: band.minutes, default=None)


def _band(case: Case, code: str, bands: Sequence[Band], minutes: int) -> None:
    band = band_of(bands, minutes)
    case.costs(band)
    stamp = case.arrival if code == "late" else case.departure
    limit = case.plan_start if code == "late" else case.expected_end
    case.because(code, minutes=minutes, at=stamp.at if stamp else limit, limit=limit, **case.price(band))


# ---------------------------------------------------------------- leaving


def _departure(case: Case, leave: int) -> None:
    expected = case.end + case.moved
    if case.moved > 0:
        case.made_up = max(0, min(case.moved, leave - case.end))
    if leave >= expected:
        return
    leave = max(leave, case.start)
    short = left_over(leave, expected, case.excused)
    if case.excused and expected - leave > short:
        case.because("permission_early", minutes=expected - leave - short)
    if short:
        _shortness(case, short, left_over(leave, case.end, case.excused), case.end - leave)


def _shortness(case: Case, short: int, nominal: int, without: int) -> None:
    """`nominal` are the minutes before the plan's own end, `without` the same if nothing excused them.

    Under flexible hours the band is for who leaves before the hours within which one may; what is short within them was
    not made up, and has its own penalty. An excuse never leads from the cheaper of the two to the dearer one.
    """
    case.early = short
    flexible, unmade = case.rules.flexible_minutes, case.rules.unmade
    if not flexible or unmade is None:
        return _band(case, "early", case.rules.early, short)
    rest = short
    just_outside = band_of(case.rules.early, flexible + 1)
    if nominal <= flexible < without and (just_outside.percent if just_outside else 0) < unmade.percent:
        nominal = flexible + 1
    if nominal > flexible:
        _band(case, "early", case.rules.early, nominal)
        rest = short - nominal
    if rest > 0:
        case.costs(unmade)
        case.because("unmade", minutes=rest, end=case.expected_end, **case.price(unmade))
