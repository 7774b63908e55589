"""The manifest says what the code declares."""

from __future__ import annotations

import json
from pathlib import Path

from integration import __version__
from integration.adapters.nextcloud.setup import run as setup
from integration.adapters.nextcloud.setup import talk as setup_talk
from integration.adapters.nextcloud.talk import access as talk_access
from integration.adapters.nextcloud.talk import routes as talk_routes
from integration.app import create_app, load_plugins, manifest
from integration.core import Hadir
from integration.i18n import Catalogues

ROOT = Path(__file__).parent.parent


def test_it_is_read_as_it_stands() -> None:
    assert manifest() == json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest()["name"], manifest()["version"]) == ("hadir", __version__)


def test_its_plugins_are_the_folders_in_their_order() -> None:
    assert [plugin.name for plugin in load_plugins()] == manifest()["plugins"]
    assert {path.parent.name for path in (ROOT / "plugins").glob("*/plugin.py")} == set(manifest()["plugins"])


def test_its_commands_are_the_plugins_with_their_hints_and_descriptions() -> None:
    t = Catalogues([plugin.translations for plugin in load_plugins()]).speak("id")
    declared = [{"trigger": p.name, "hint": p.hint, "description": t(p.description)} for p in load_plugins()]
    assert manifest()["commands"] == declared


def test_a_hint_names_subcommands_only() -> None:
    for plugin in load_plugins():
        words = {word for subcommand in plugin.subcommands for word in (subcommand.word, *subcommand.aliases)}
        assert {part.split()[0] for part in plugin.hint.split(" | ")} <= words


def test_its_callbacks_are_addresses_of_the_application(hadir: Hadir) -> None:
    posts = {rule.rule for rule in create_app(hadir).url_map.iter_rules() if rule.methods and "POST" in rule.methods}
    for platform, callbacks in manifest()["callbacks"].items():
        assert set(callbacks.values()) == {path for path in posts if path.startswith(f"/{platform}/")}
    assert set(manifest()["callbacks"]) == set(manifest()["platforms"])


def test_what_it_says_of_nextcloud_is_what_setup_and_talk_use() -> None:
    about = manifest()["platforms"]["nextcloud"]
    assert set(about["apps"]) == set(setup.APPS)
    assert about["bot"]["name"] == talk_access.BOT
    assert about["bot"]["features"] == ["webhook", "response"]
    assert all(
        f"--feature {feature} " in setup_talk.install_command(about["bot"], "u", "s") for feature in about["bot"]["features"]
    )
    assert manifest()["callbacks"]["nextcloud"]["talk"] == talk_routes.PATH
    assert setup.numbers(about["least_version"]) >= (31,)


def test_a_subcommands_words_are_its_own() -> None:
    for plugin in load_plugins():
        words = [word for subcommand in plugin.subcommands for word in (subcommand.word, *subcommand.aliases)]
        assert len(words) == len(set(words))
        assert all(word == word.lower() and len(word.split()) == 1 for word in words)
