"""Tests against a running server. They want an address: without one they are left out, unless they were asked for (-m live)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.live import nextcloud_town
from tests.live.nextcloud_town import Town
from tests.live.running import Office, opened
from tests.live.talk_people import Person

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
    """One office a module, with the commands of the module's `MANIFEST`, and its `SETTINGS` if it has any."""
    more = getattr(request.module, "SETTINGS", None)
    with opened(tmp_path_factory.mktemp("live"), request.module.MANIFEST, more) as running:
        yield running


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Town]:
    """One office on Nextcloud alone a module: running, unless the module wants to set it up itself (`FROM_EMPTY`)."""
    with nextcloud_town.opened(tmp_path_factory.mktemp("nextcloud")) as made:
        if not getattr(request.module, "FROM_EMPTY", False):
            made.ready()
        yield made


@pytest.fixture(scope="module")
def hendra(town: Town) -> Person:
    return town.people["hendra"]


@pytest.fixture(scope="module")
def siti(town: Town) -> Person:
    return town.people["siti"]


@pytest.fixture(scope="module")
def dewi(town: Town) -> Person:
    return town.people["dewi"]
