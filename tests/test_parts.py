"""A plugin of several modules: all that they bring is joined, and nothing takes another's place without a word."""

from __future__ import annotations

from types import ModuleType

import pytest

from integration import parts


def part(name: str, **content: object) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(content)
    return made


def test_what_the_parts_bring_is_joined_in_their_order() -> None:
    rooms, notes = part("rooms", JOBS=("sweep",), BUTTONS={"book": 1}), part("notes", BUTTONS={"write": 2})
    assert parts.listed((notes, rooms), "JOBS") == ("sweep",)
    assert list(parts.joined((rooms, notes), "BUTTONS").items()) == [("book", 1), ("write", 2)]
    assert parts.joined((rooms, notes), "FORMS") == {}
    with pytest.raises(ValueError, match="rooms and late both have BUTTONS book"):
        parts.joined((rooms, notes, part("late", BUTTONS={"book": 3})), "BUTTONS")
