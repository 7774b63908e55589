"""Serves what a real Mattermost answered, over real HTTP, and notices when our code asks something else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

from tests.live.recording import body, serving

RECORDED = Path(__file__).parents[2] / "recorded"


def section(version: str, name: str) -> list[dict[str, Any]]:
    exchanges: list[dict[str, Any]] = json.loads((RECORDED / version / f"{name}.json").read_text(encoding="utf-8"))
    return exchanges


def shape(value: Any) -> Any:
    """The names and kinds in a body: what a server's decoder would notice, whatever the ids and signatures of the run."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in sorted(value.items())}
    if isinstance(value, list):
        return [shape(part) for part in value]
    return type(value).__name__


def same(recorded: Any, sent: Any) -> bool:
    """Whether both are about the same thing: the same post or channel, or else the very same body."""
    if isinstance(recorded, dict) and isinstance(sent, dict):
        return any(name in sent and recorded.get(name) == sent[name] for name in ("pending_post_id", "channel_id"))
    return bool(recorded == sent)


class Replay:
    """The server's side of some sections; `left` is what has not been asked for yet, `wrong` what was never recorded.

    `said` are the messages that our code posted, in that order; `replace` changes addresses in what is answered.
    """

    def __init__(self, *exchanges: dict[str, Any], replace: dict[str, str] | None = None) -> None:
        self.left = [exchange for exchange in exchanges if exchange["direction"] == "to_server"]
        self.wrong: list[str] = []
        self.said: list[str] = []
        self._replace = replace or {}

    @Request.application
    def app(self, request: Request) -> Response:
        path = request.full_path.rstrip("?")
        sent = body(request.get_data(), request.content_type or "")
        candidates = [e for e in self.left if (e["method"], e["path"]) == (request.method, path)]
        if not candidates:
            self.wrong.append(f"{request.method} {path}: not recorded")
            return Response("not recorded", 599)
        # Several threads may have posted at once when it was recorded: the order among them means nothing.
        exchange = next((e for e in candidates if same(e["request"], sent)), candidates[0])
        if shape(exchange["request"]) != shape(sent):
            self.wrong.append(f"{request.method} {path}: {shape(sent)} instead of {shape(exchange['request'])}")
        self.left.remove(exchange)
        if path.endswith("/posts"):
            self.said.append(sent["message"])
        return Response(self._text(exchange["response"]), exchange["status"], exchange["headers"])

    def _text(self, content: Any) -> str:
        text = content if isinstance(content, str) else json.dumps(content)
        for old, new in self._replace.items():
            text = text.replace(old, new)
        return text

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Gives the address; at the end everything recorded must have been asked for, and nothing else."""
        with serving(self.app) as url:
            yield url
        assert not self.wrong, self.wrong
        assert not self.left, [(exchange["method"], exchange["path"]) for exchange in self.left]
