"""Does work that a handler has no time for: outbox rows of the kind "task", done by the worker.

payload: `task` (`plugin.name`, declared in the plugin's `tasks`) and `given`, plain data. Like every delivery it may be
repeated after a crash, so a task first looks whether its work is done.
"""

from __future__ import annotations

from integration import scheduler
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.outbox import Row

KIND = "task"


def deliver(hadir: Hadir, row: Row) -> None:
    """Do it; raises `DeliveryError` if no plugin here knows the task."""
    plugin_name, _, name = row.payload["task"].partition(".")
    task = next((plugin.tasks.get(name) for plugin in hadir.plugins if plugin.name == plugin_name), None)
    if task is None:
        raise DeliveryError(f"no plugin here does {row.payload['task']!r}: is it switched off?", permanent=True)
    task(scheduler.JobRun(hadir, row.created_at), row.payload["given"])
