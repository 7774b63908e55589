"""The contract of every storage, on Nextcloud: whatever tests it has, they run here too."""

from __future__ import annotations

from tests.contracts import test_storage

globals().update({name: test for name, test in vars(test_storage).items() if name.startswith("test_")})
