"""What passes through other people's hands comes back as it was, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.signing import BadToken, Signer
from tests import cast

NOW, HOUR = cast.MONDAY_0728, timedelta(hours=1)
SIGNER = Signer("r" * 64)


def test_data_comes_back_until_it_expires() -> None:
    token = SIGNER.sign("button", {"action": "hadir.say", "value": "masuk"}, now=NOW, valid=HOUR)
    assert SIGNER.read("button", token, now=NOW + HOUR - timedelta(seconds=1)) == {"action": "hadir.say", "value": "masuk"}
    with pytest.raises(BadToken, match="expired"):
        SIGNER.read("button", token, now=NOW + HOUR)


def test_a_token_for_one_purpose_or_of_another_house_is_forged() -> None:
    token = SIGNER.sign("button", {"a": 1}, now=NOW, valid=HOUR)
    for signer, purpose in ((SIGNER, "dialog"), (SIGNER, "form"), (SIGNER, "file"), (Signer("s" * 64), "button")):
        with pytest.raises(BadToken, match="forged"):
            signer.read(purpose, token, now=NOW)  # type: ignore[arg-type]


@given(some.text())
def test_what_we_did_not_write_is_forged(token: str) -> None:
    with pytest.raises(BadToken, match="forged"):
        SIGNER.read("button", token, now=NOW)


@given(some.data())
def test_a_changed_letter_is_noticed(data: some.DataObject) -> None:
    token = SIGNER.sign("form", {"person": 1}, now=NOW, valid=HOUR)
    place = data.draw(some.integers(0, len(token) - 2))  # the very last letter may hold unused bits
    letter = data.draw(some.sampled_from("abcXYZ019-_."))
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(BadToken, match="forged"):
            SIGNER.read("form", changed, now=NOW)


def test_a_key_a_purpose() -> None:
    keys = {SIGNER.key("audit"), SIGNER.key("installation"), Signer("s" * 64).key("audit")}
    assert {len(key) for key in keys} == {32}
    assert len(keys) == 3
    assert SIGNER.key("audit") == Signer("r" * 64).key("audit")
