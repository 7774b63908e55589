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


class Replay:
    """The server's side of some sections; `left` is what has not been asked for yet, `wrong` what was never recorded."""

    def __init__(self, *exchanges: dict[str, Any]) -> None:
        self.left = [exchange for exchange in exchanges if exchange["direction"] == "to_server"]
        self.wrong: list[str] = []

    @Request.application
    def app(self, request: Request) -> Response:
        path = request.full_path.rstrip("?")
        sent = body(request.get_data(), request.content_type or "")
        for exchange in self.left:
            if (exchange["method"], exchange["path"]) == (request.method, path):
                if shape(exchange["request"]) != shape(sent):
                    self.wrong.append(f"{request.method} {path}: {shape(sent)} instead of {shape(exchange['request'])}")
                self.left.remove(exchange)
                content = exchange["response"]
                text = content if isinstance(content, str) else json.dumps(content)
                return Response(text, exchange["status"], exchange["headers"])
        self.wrong.append(f"{request.method} {path}: not recorded")
        return Response("not recorded", 599)

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Gives the address; at the end everything recorded must have been asked for, and nothing else."""
        with serving(self.app) as url:
            yield url
        assert not self.wrong, self.wrong
        assert not self.left, [(exchange["method"], exchange["path"]) for exchange in self.left]
