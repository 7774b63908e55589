"""What providers have in common whose rooms are addresses: nothing is made there, asked there, or taken away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from integration.adapters.http import Http, HttpError, date_of
from integration.ports import Recording, Room, Span, Stay


class Computed:
    """Such a room comes into being when the first person enters it, and nobody tells us who was there."""

    reports_attendance = False
    join_calls = False
    needs_channel = False

    def attended(self, room: Room, span: Span) -> Sequence[Stay]:
        return ()

    def recordings(self, room: Room, span: Span) -> Sequence[Recording]:
        return ()

    def delete(self, room: Room) -> None:
        """There is nothing to delete: the room is there when somebody is in it."""

    @contextmanager
    def within(self, seconds: float = 2.0) -> Iterator[None]:
        yield


def reached(http: Http, url: str) -> datetime | None:
    """The server's own time, once it has answered at all; raises `HttpError` if it does not, or is ill."""
    try:
        return date_of(http.ask("GET", url))
    except HttpError as error:
        if 300 <= error.status < 500 and error.status != 408:
            return error.date
        raise
