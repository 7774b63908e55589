"""Forms as the pages that people open in a browser, because Talk has no windows."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

import requests


def form(said: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The address of the page that a message leads to, and what stands in its fields."""
    link = re.search(r"http://\S+/form/[\w-]+", str(said["message"]))
    assert link, said["message"]
    page = requests.get(link[0], timeout=30).text
    given = {
        html.unescape(name): html.unescape(value) for name, value in re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', page)
    }
    long = re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    given |= {name: html.unescape(text) for name, text in long}
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        if chosen := re.search(r'value="([^"]*)"[^>]*selected', options):
            given[name] = chosen[1]
    return link[0], given


def fills(said: dict[str, Any], files: Mapping[str, tuple[str, bytes]] | None = None, **values: str) -> str:
    """Send the form with these values in place of what stood there; the page that answers."""
    address, given = form(said)
    assert values.keys() <= given.keys(), given
    answer = requests.post(address, data=given | values, files=files, timeout=60)
    assert answer.ok, answer.text
    return answer.text
