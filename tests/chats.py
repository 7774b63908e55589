"""A chat platform for tests of what lies behind the port: it remembers, and can be told to be out of order."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from integration.errors import DeliveryError
from integration.messages import Reply, plain
from integration.ports import Profile, Recipient, Sent


@dataclass
class Radio:
    """Messages arrive in `heard` as (recipient's id, text, key), below which other in `threads` ("" for none). `trouble` is
    raised, one error a call, before that.
    """

    name: str = "mattermost"
    profiles: Sequence[Profile] = ()
    heard: list[tuple[str, str, str]] = field(default_factory=list)
    messages: list[Reply] = field(default_factory=list)
    trouble: list[DeliveryError] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, to: Recipient, message: Reply, key: str) -> Sent:
        with self._lock:
            if self.trouble:
                raise self.trouble.pop(0)
            self.heard.append((to.id, plain(message.text), key))
            self.messages.append(message)
            self.threads.append(to.thread)
            return Sent(f"post-{len(self.heard)}", to.id if to.kind == "channel" else f"channel-of-{to.id}", to.thread)

    def profile(self, *, id: str = "", username: str = "") -> Profile | None:
        self.asked.append(id or username)
        if self.trouble:
            raise self.trouble.pop(0)
        return next((p for p in self.profiles if p.id == id or (username and p.username == username)), None)

    @property
    def texts(self) -> list[str]:
        return [text for _, text, _ in self.heard]
