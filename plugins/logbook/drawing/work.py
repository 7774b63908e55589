"""What the drawing of files brings to the plugin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integration.plugin import Run
from plugins.logbook.drawing import sweep


def _draw(run: Run, given: Mapping[str, Any]) -> None:
    from plugins.logbook.drawing import filing  # heavy, and not needed to answer anybody

    filing.draw(run, given)


JOBS = sweep.JOBS
TASKS = {"draw": _draw}
