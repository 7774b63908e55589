"""Tests against a running server. They want an address: without one they are left out, unless they were asked for (-m live)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.live.running import Office, opened

NEEDED = ("HADIR_LIVE_MATTERMOST_URL", "HADIR_LIVE_MATTERMOST_ADMIN_TOKEN")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if all(os.environ.get(name) for name in NEEDED) or config.option.markexpr:
        return
    live = [item for item in items if item.get_closest_marker("live")]
    if live:
        config.hook.pytest_deselected(items=live)
        items[:] = [item for item in items if item not in live]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Office]:
    """One office a module, with the commands of the module's `MANIFEST`."""
    with opened(tmp_path_factory.mktemp("live"), request.module.MANIFEST) as running:
        yield running
