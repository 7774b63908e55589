"""Whether the video providers can hold a meeting: they answer, take our credentials, and have our time if tokens need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from integration.doctor import Check
from integration.errors import DeliveryError
from integration.ports import VideoProvider

SKEW_OK, SKEW_BAD = timedelta(seconds=10), timedelta(seconds=60)


@runtime_checkable
class Examined(Protocol):
    """What a provider lets the doctor ask; every method may raise `DeliveryError`, whose text says why."""

    name: str
    settings: str  # where its address and credentials stand
    uses_clock: bool  # whether its tokens say until when they are good

    def reach(self) -> datetime | None:
        """The server's own time, if it tells it."""
        ...

    def log_in(self) -> str:
        """What was found, in a few words."""
        ...

    def limits(self) -> Sequence[tuple[str, str]]:
        """What will not work there, each with its cure."""
        ...


def checks(videos: Mapping[str, VideoProvider], default: str, now: datetime) -> Iterator[Check]:
    """Those that the office uses, or has set up; what a platform brings along is looked at when it is the office's own."""
    if default and default not in videos:
        cure = {"talk": "hadir setup nextcloud", "calls": "hadir setup mattermost"}.get(default, "complete the settings")
        yield Check("video", "fail", f"HADIR_VIDEO is {default}, which is not set up", cure)
    elif not default:
        others = f"; to be named for each meeting: {', '.join(sorted(videos))}" if videos else ""
        yield Check("video", "skip", f"no provider is the office's own{others}", "to choose one: HADIR_VIDEO")
    for name, provider in sorted(videos.items()):
        if isinstance(provider, Examined) and (name == default or name not in ("talk", "calls")):
            yield from _examine(provider, now)


def _examine(provider: Examined, now: datetime) -> Iterator[Check]:
    name, cure = f"video {provider.name}", f"see that it runs, and that its address is right: {provider.settings}"
    try:
        date = provider.reach()
    except DeliveryError as error:
        yield Check(name, "fail", str(error), cure)
        return
    yield Check(name, "ok", "answers")
    if provider.uses_clock:
        yield _clock(f"{name} clock", date, now)
    try:
        yield Check(f"{name} access", "ok", provider.log_in())
        for limit, cure in provider.limits():
            yield Check(f"{name} limits", "warn", limit, cure)
    except DeliveryError as error:
        yield Check(f"{name} access", "fail", str(error), f"correct it: {provider.settings}")


def _clock(name: str, date: datetime | None, now: datetime) -> Check:
    if date is None:
        return Check(name, "skip", "the server sent no Date header")
    skew = abs(date - now)
    seconds = int(skew.total_seconds())
    if skew <= SKEW_OK:
        return Check(name, "ok", f"{seconds} s apart")
    detail = f"this machine and the server are {seconds} s apart: its tokens may be refused"
    return Check(name, "warn" if skew <= SKEW_BAD else "fail", detail, "synchronise both machines: timedatectl set-ntp true")
