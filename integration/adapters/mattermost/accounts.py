"""The accounts of an imported people file: known by username only, until setup finds the id behind each."""

from __future__ import annotations

from mattermostdriver import Driver

from integration.adapters.mattermost.files import profile
from integration.ports import Profile

_NAMES_A_CALL = 100


def profiles(admin: Driver, usernames: list[str]) -> dict[str, Profile]:
    """The active users of these names, by name; raises `MattermostError`."""
    found: dict[str, Profile] = {}
    for start in range(0, len(usernames), _NAMES_A_CALL):
        users = admin.users.get_users_by_usernames(options=usernames[start : start + _NAMES_A_CALL])
        found |= {user["username"]: profile(user) for user in users if not user.get("delete_at")}
    return found
