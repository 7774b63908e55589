"""Why a swap cannot be, before it is put into words."""

from __future__ import annotations

from typing import Any


class Wrong(Exception):
    """A swap cannot be; `problem` names the sentence, `values` its gaps."""

    def __init__(self, problem: str, **values: Any) -> None:
        super().__init__(problem)
        self.problem, self.values = problem, values
