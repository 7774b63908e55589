"""The account of the service on a Nextcloud, and its app password."""

from __future__ import annotations

import contextlib
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import select

from integration import installation, outbox_care, people
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.setup import accounts
from integration.adapters.nextcloud.setup.admin import ADMINISTRATORS, Admin, User
from integration.adapters.nextcloud.setup.changes import Changes, SetupError
from integration.core import Hadir


@dataclass(slots=True)
class ServiceAccount:
    """`about` is the manifest's; `wished` and `email` are "" where the administrator wishes nothing else."""

    hadir: Hadir
    changes: Changes
    admin: Admin
    url: str
    about: Mapping[str, Any]
    wished: str
    email: str
    silence_seconds: float
    id: str = field(init=False)

    def __post_init__(self) -> None:
        with self.hadir.database.read() as db:
            stored = str(installation.get(db, "nextcloud.user", ""))
        self.id = self.hadir.settings.nextcloud_user if self.given else self.wished or stored or str(self.about["id"])

    @property
    def given(self) -> bool:
        """Whether the settings say who it is; then nothing of it is stored."""
        return bool(self.hadir.settings.nextcloud_url)

    def client(self, password: str) -> Client:
        return Client(self.url, self.id, password, silence_seconds=self.silence_seconds)

    def ensure(self) -> User | None:
        """Make it or mend it; the account as it was found, None if it is new."""
        name, group = self.about["display_name"], self.about["group"]
        user = self.admin.user(self.id)
        if user is None and self.given:
            raise SetupError(f"HADIR_NEXTCLOUD_USER is {self.id}: there is no such account")
        if user and group not in user.groups and not self._works(self._known_password()):
            raise SetupError(
                f"the account {user.id} is there already and not known as Hadir's. Name another one with --account; or, if "
                f"it is meant for Hadir alone, say so with: occ group:add {group}; occ group:adduser {group} {user.id}"
            )
        self._service_group(group)
        if user is None:
            email = self._address()
            text = f"create the account {self.id} ({name}, {email}) in the group {group}"
            create = partial(self.admin.create_user, self.id, _password(), name, email, group)
            self.changes.make(text, create, object=f"account:{accounts.PLATFORM}:{self.id}")
        else:
            self._mend(user, name, group)
        if not self.given:
            self.changes.remember("nextcloud.url", self.url)
            self.changes.remember("nextcloud.user", self.id)
        return user

    def _service_group(self, group: str) -> None:
        others: frozenset[str] = frozenset()
        try:
            others = self.admin.members(group) - {self.id}
        except NextcloudError as error:
            if error.status != 404:
                raise
            make = partial(self.admin.create_group, group, group)
            self.changes.make(f"create the group {group}", make, object=f"group:{group}")
        if others:
            self.changes.note(f"the group {group} also has {_listed(others)}: they see the folders of all units")

    def _mend(self, user: User, name: str, group: str) -> None:
        email = self.email.lower() or user.email or self._address()
        change = partial(self._change_account, user)
        if not user.enabled:
            change("switch on the account", partial(self.admin.enable_user, user.id), "enabled", False, True)
        if group not in user.groups:
            change(f"add to the group {group}:", partial(self.admin.join, user.id, group), "group", None, group)
        if user.email != email:
            act = partial(self.admin.change_user, user.id, "email", email)
            change(f"set the address {email} of", act, "email", user.email, email)
        if user.name != name:
            act = partial(self.admin.change_user, user.id, "displayname", name)
            change(f"set the name {name} of", act, "name", user.name, name)
        if ADMINISTRATORS in user.groups:
            cure = f"occ group:removeuser {ADMINISTRATORS} {user.id}"
            self.changes.note(f"the account {user.id} is an administrator, which Hadir must not be: {cure}")

    def _change_account(self, user: User, text: str, act: Callable[[], None], field: str, old: object, new: object) -> None:
        thing = f"account:{accounts.PLATFORM}:{user.id}"
        self.changes.make(f"{text} {user.id}", act, object=thing, before={field: old}, after={field: new})

    def _address(self) -> str:
        """As wished, else under the name of the account where most people have their address."""
        if self.email:
            return self.email.lower()
        with self.hadir.database.read() as db:
            known = db.scalars(select(people.person.c.email).where(people.person.c.email != "")).all()
        domains = Counter(address.rpartition("@")[2] for address in known)
        if not domains:
            raise SetupError("the account needs an e-mail address, from which invitations come: give --email")
        return f"{self.id.lower()}@{domains.most_common(1)[0][0]}"

    # ------------------------------------------------------------ its app password

    def _known_password(self) -> str:
        if self.given:
            return self.hadir.settings.nextcloud_app_password.get_secret_value()
        with self.hadir.database.read() as db:
            try:
                return installation.get_secret(db, self.hadir.signer, "nextcloud.app_password")
            except installation.SecretLost:
                return ""

    def app_password(self, user: User | None, *, new: bool = False) -> str:
        """One that works: the known one, else a new one; "" in a dry run that would make one."""
        known = self._known_password()
        works = user is not None and self._works(known)
        if works and not new:
            return known
        if self.given:
            raise SetupError("HADIR_NEXTCLOUD_APP_PASSWORD is given by you: put a new one there, " + _by_hand(self.id))
        text = f"create an app password for {self.id} and store it encrypted"
        made = self.changes.make(text, self._new_app_password, object=f"account:{accounts.PLATFORM}:{self.id}")
        if made and works:
            revoke = partial(self._revoke, known)
            self.changes.make("revoke the app password before it", revoke, object=f"account:{accounts.PLATFORM}:{self.id}")
        return made or (known if works else "")

    def _works(self, password: str) -> bool:
        if not password:
            return False
        with contextlib.closing(self.client(password)) as client:
            try:
                found = client.call(lambda cloud: cloud.ocs("GET", "/ocs/v2.php/cloud/user"))
            except NextcloudError as error:
                if error.status == 401:
                    return False
                raise
        return str(found["id"]).lower() == self.id.lower()

    def _new_app_password(self) -> str:
        """The account's own password is replaced by one that nobody knows, and with it an app password is asked for."""
        password = _password()
        try:
            self.admin.change_user(self.id, "password", password)
            with contextlib.closing(self.client(password)) as client:
                made = client.call(lambda cloud: cloud.ocs("GET", "/ocs/v2.php/core/getapppassword"))["apppassword"]
        except NextcloudError as error:
            if error.status not in (400, 401, 403):
                raise
            why = "two-factor log-in that is enforced for it, or a directory that keeps its password, are in the way"
            raise SetupError(f"no app password could be made for {self.id} ({error}); {why}: {_by_hand(self.id)}") from None
        with self.hadir.database.write() as db:
            installation.put_secret(db, self.hadir.signer, "nextcloud.app_password", made)
            outbox_care.hurry(db, self.hadir.clock())  # what was refused waits for minutes
        return str(made)

    def _revoke(self, password: str) -> None:
        with contextlib.closing(self.client(password)) as client, contextlib.suppress(NextcloudError):
            client.call(lambda cloud: cloud.ocs("DELETE", "/ocs/v2.php/core/apppassword"))


def _password() -> str:
    """Longer than any rule asks for, with the kinds of characters that rules ask for."""
    return f"{secrets.token_urlsafe(32)}-aA1!"


def _by_hand(user: str) -> str:
    return (
        f"make one with: occ user:auth-tokens:add {user}; then start Hadir with HADIR_NEXTCLOUD_URL, "
        "HADIR_NEXTCLOUD_USER and HADIR_NEXTCLOUD_APP_PASSWORD_FILE"
    )


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))
