"""What calendars say of people's time. One that does not answer, or answers nonsense, keeps nobody from meeting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import structlog

from integration.errors import DeliveryError
from integration.ports import Calendar, Span
from plugins.rapat.clashes import merged

log = structlog.get_logger()

# For each question; the task holds no transaction meanwhile.
SECONDS = 20.0
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Busy:
    """Busy times by e-mail address in lower case, in order. `silent`: not every calendar could be asked."""

    times: dict[str, list[Span]] = field(default_factory=dict)
    silent: bool = False

    def of(self, address: str) -> Sequence[Span]:
        return self.times.get(address.lower(), ())


def ask(calendar: Calendar | None, addresses: Iterable[str], span: Span, seconds: float = SECONDS) -> Busy:
    """The busy times in `span` of these addresses, in batches. After a batch that fails nobody else is asked.

    Without a calendar nothing is known, and nothing is amiss.
    """
    wanted = list(dict.fromkeys(address.lower() for address in addresses if address))
    found = Busy()
    if calendar is None:
        return found
    for first in range(0, len(wanted), AT_ONCE):
        try:
            with calendar.within(seconds):
                answer = calendar.busy(wanted[first : first + AT_ONCE], span)
            found.times.update((address.lower(), merged(times, span)) for address, times in answer.items())
        except DeliveryError as error:
            log.warning("calendar_silent", calendar=calendar.name, error=str(error)[:200])
            return Busy(found.times, silent=True)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            log.warning("calendar_nonsense", calendar=calendar.name, error=type(error).__name__)
            return Busy(found.times, silent=True)
    return found
