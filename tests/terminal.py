"""`hadir …` as it is typed at the server, in this process, on the test's own database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner, Result

from integration.cli import hadir
from integration.core import Clock
from integration.settings import Settings


@dataclass(frozen=True)
class Terminal:
    """`terminal("people", "list")` is a result with `exit_code`, `stdout` and `stderr`; with a `clock` it is that time."""

    settings: Settings
    clock: Clock | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HADIR_DATABASE_URL": self.settings.database_url,
            "HADIR_HOME": str(self.settings.home),
            "HADIR_SECRET_KEY": self.settings.secret_key.get_secret_value(),
            "COLUMNS": "200",
        }

    def __call__(self, *words: str, input: str = "") -> Result:
        result = CliRunner().invoke(hadir, list(words), env=self.environment, input=input, obj=self.clock)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def data(self, *words: str) -> Any:
        """What a command prints with `--json`."""
        return json.loads(self(*words, "--json").stdout)
