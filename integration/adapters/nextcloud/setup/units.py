"""Each unit's group and team folder, `Hadir/<unit>`: made, or found among what is there, and kept in step with the people.

A group that is there under the unit's name is used; another is made under the unit's number, so that a new name of the
unit is only a new title. Who works in the unit is in its group, who does not is taken out, if we know whose account it is;
accounts that we do not know stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from integration import installation, people, tree
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.setup import accounts, closed
from integration.adapters.nextcloud.setup.admin import ADMINISTRATORS, ALL, Admin, Group, TeamFolder
from integration.adapters.nextcloud.setup.changes import Changes, SetupError
from integration.adapters.nextcloud.setup.team_files import gather, look, make_folder
from integration.core import Hadir
from integration.people import Person

KEPT = "nextcloud.units"
_FEW = 8


@dataclass(frozen=True, slots=True)
class Unit:
    """`members` and `readers` (of what is closed) are ids of accounts; `group` and `folder` are those of the last run."""

    id: int
    name: str
    path: str
    staffed: bool
    members: frozenset[str]
    readers: frozenset[str]
    group: str = ""
    folder: int = 0


class Units:
    """One run over the units; `service` is None in a dry run on an account that does not exist yet."""

    def __init__(
        self, hadir: Hadir, changes: Changes, admin: Admin, service: Client | None, account: str, about: Mapping[str, Any]
    ) -> None:
        self._hadir, self._changes, self._admin = hadir, changes, admin
        self._service, self._account = service, account
        self._service_group = str(about["account"]["group"])
        self._prefix = str(about["unit_groups"])
        self._kept: dict[str, dict[str, Any]] = {}
        self._readers: dict[str, frozenset[str]] = {}

    def run(self, bound: Mapping[str, int], only: Sequence[str] = (), *, elsewhere: bool = False) -> None:
        """Of all units, or of those named; raises `SetupError`, `NextcloudError`. `bound`: accounts that were linked now;
        `elsewhere`: the last run was on another server.
        """
        database = self._hadir.database
        with database.read() if self._changes.dry_run else database.write() as db:
            self._kept = {} if elsewhere else dict(installation.get(db, KEPT, {}))
            self._owners = {**accounts.owners(db), **bound}
            units = self._units(db, only)
        if not units:
            self._changes.note("nobody is in the list of people yet: import them, then run setup again for units' folders")
            return
        self._groups = self._admin.groups()
        self._folders = self._admin.folders()
        self._taken = {folder.mount for folder in self._folders} | self._readers.keys()
        found = {}
        for unit in units:
            if kept := self._unit(unit):
                found[str(unit.id)] = kept
                self._folders = self._admin.folders()  # the next unit may share this one
        self._remember(self._kept | found)

    def _units(self, db: Connection, only: Sequence[str]) -> list[Unit]:
        today = self._hadir.clock().astimezone(ZoneInfo(self._hadir.settings.zone)).date()
        everyone = people.everyone(db, today)
        rows = db.execute(select(people.unit.c.id, people.unit.c.name).order_by(people.unit.c.name)).all()
        missing = [name for name in only if name not in {row.name for row in rows}]
        if missing:
            raise SetupError(f"no such unit: {', '.join(missing)} (as it stands in the people file)")
        ids = {person: account for account, person in self._owners.items()}
        self._tell_without([someone.name for someone in everyone if someone.id not in ids])
        if not self._changes.dry_run:
            staffed = {someone.unit_id for someone in everyone}
            for row in rows:
                if row.id in staffed and (not only or row.name in only):
                    tree.unit_folder(db, row.id, self._hadir.clock())
        units = [self._described(db, row.id, row.name, everyone, ids) for row in rows]
        for unit in units:  # units that were merged share a folder
            self._readers[unit.path] = self._readers.get(unit.path, frozenset()) | unit.readers
        return [unit for unit in units if not only or unit.name in only]

    def _described(self, db: Connection, id: int, name: str, everyone: Sequence[Person], ids: Mapping[int, str]) -> Unit:
        staff = [someone for someone in everyone if someone.unit_id == id]
        known = [someone for someone in staff if someone.id in ids]
        readers = frozenset(ids[someone.id] for someone in known if tree.sees_closed(someone))
        members = frozenset(ids[someone.id] for someone in known)
        kept = self._kept.get(str(id), {})
        return Unit(
            id,
            name,
            tree.planned_unit_folder(db, id),
            bool(staff),
            members,
            readers,
            kept.get("group", ""),
            kept.get("folder", 0),
        )

    def _tell_without(self, names: Sequence[str]) -> None:
        if names:
            more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
            listed = ", ".join(names[:_FEW]) + more
            self._changes.note(f"without an account on Nextcloud in the list of people (column nextcloud): {listed}")

    # ------------------------------------------------------------ one unit

    def _unit(self, unit: Unit) -> dict[str, Any] | None:
        """The group and folder that it has now; None for a unit that has none and needs none."""
        if not unit.staffed and not unit.group:
            return None
        if not unit.staffed:
            self._changes.note(f"{unit.name}: nobody works there any more; its folder and files stay")
        group = self._group(unit)
        unit = replace(unit, group=group.id)
        self._members(unit, group)
        folder = self._folder(unit)
        return {"group": group.id, "folder": folder.id if folder else unit.folder}

    def _group(self, unit: Unit) -> Group:
        own = f"{self._prefix}{unit.id}"
        found = {group.id: group for group in self._groups}
        group = found.get(unit.group) or found.get(own) or self._named(unit.name)
        if group is None:
            text = f"create the group {own} ({unit.name})"
            self._changes.make(text, partial(self._admin.create_group, own, unit.name), object=f"group:{own}")
            return Group(own, unit.name, True)
        if group.id == own and group.name != unit.name:
            rename = partial(self._admin.rename_group, own, unit.name)
            names = {"before": {"name": group.name}, "after": {"name": unit.name}}
            self._changes.make(f"give the group {own} the name {unit.name}", rename, object=f"group:{own}", **names)
        if group.id != own and group.id != unit.group:
            self._changes.note(f"{unit.name}: the group {group.id}, which is there already, is used")
        return group

    def _named(self, name: str) -> Group | None:
        """The one group that is there under the name of the unit."""
        own = (ADMINISTRATORS, self._service_group)
        same = [g for g in self._groups if name.casefold() in (g.id.casefold(), g.name.casefold()) and g.id not in own]
        return same[0] if len(same) == 1 else None

    def _members(self, unit: Unit, group: Group) -> None:
        there = self._admin.members(group.id) if group in self._groups else frozenset()
        join = sorted(unit.members - there)
        leave = sorted((there & self._owners.keys()) - unit.members)
        if (join or leave) and not group.changeable:
            listed = "; ".join(part for part in (_listed("add", join), _listed("remove", leave)) if part)
            self._changes.note(f"{unit.name}: the members of {group.id} are kept in a directory outside Nextcloud: {listed}")
            return
        self._exchange(f"add to the group {group.id}", self._admin.join, join, group.id, there)
        self._exchange(f"take out of the group {group.id}", self._admin.leave, leave, group.id, there | set(join))

    def _exchange(self, text: str, act: Callable[[str, str], None], users: Sequence[str], group: str, there: Set[str]) -> None:
        """`act` on each of the users; in the audit stand all members, because they may open the unit's files."""
        if not users:
            return

        def change() -> None:
            for user in users:
                act(user, group)

        before, after = {"members": sorted(there)}, {"members": sorted(there ^ set(users))}
        self._changes.make(f"{text}: {', '.join(users)}", change, object=f"group:{group}", before=before, after=after)

    # ------------------------------------------------------------ its folder

    def _folder(self, unit: Unit) -> TeamFolder | None:
        """What is closed is closed before the unit is let in. None if a dry run would make it."""
        folder = self._found_folder(unit)
        thing = f"folder:{unit.path}"
        if folder is None:
            folder = self._changes.make(
                f"create the team folder {unit.path}", partial(self._admin.create_folder, unit.path), object=thing
            )
        there = folder or TeamFolder(0, unit.path, {}, False, frozenset())
        if there.groups.get(self._service_group) != ALL:
            act = partial(self._admin.admit, there.id, self._service_group)
            self._changes.make(f"let the group {self._service_group} do everything in {unit.path}", act, object=thing)
        if not there.acl or self._service_group not in there.managers:
            act = partial(self._admin.refine, there.id, self._service_group)
            self._changes.make(f"let Hadir close parts of {unit.path}", act, object=thing)
        self._gather(unit)
        for part in tree.CLOSED:
            self._close(unit, f"{unit.path}/{part}", new=folder is None)
        self._admit(unit, there, thing)
        return folder

    def _found_folder(self, unit: Unit) -> TeamFolder | None:
        mounted = next((each for each in self._folders if each.mount == unit.path), None)
        folder = mounted or next((each for each in self._folders if each.id == unit.folder), None)
        if folder and folder.mount != unit.path:
            move = partial(self._admin.mount, folder.id, unit.path)
            text = f"move the team folder {folder.mount} to {unit.path}"
            mounts = {"before": {"mount": folder.mount}, "after": {"mount": unit.path}}
            self._changes.make(text, move, object=f"folder:{unit.path}"[:120], **mounts)
            return folder
        if folder and folder.id != unit.folder:
            self._changes.note(f"{unit.name}: the team folder {folder.mount}, which is there already, is used")
        return folder

    def _admit(self, unit: Unit, folder: TeamFolder, thing: str) -> None:
        rights = folder.groups.get(unit.group)
        if rights is None:
            text = f"let the group {unit.group} read, write, share and delete in {unit.path}"
            self._changes.make(text, partial(self._admin.admit, folder.id, unit.group), object=thing)
        elif rights != ALL:
            self._changes.note(f"the group {unit.group} has other rights in {unit.path} than Hadir gives ({rights}, not {ALL})")

    def _gather(self, unit: Unit) -> None:
        """Files that were written there before the team folder was: Nextcloud puts them aside under another name."""
        if self._service is None or self._changes.dry_run:
            return
        for aside in gather(self._service, unit.path, self._taken):
            self._changes.note(f"{aside} was there before the team folder; its files are in {unit.path} now")

    def _close(self, unit: Unit, path: str, *, new: bool) -> None:
        service = self._service
        rules = [] if new or service is None or not look(service, path) else closed.rules(service, self._account, path)
        readers = self._readers[unit.path]
        ours = closed.wanted(unit.group, self._service_group, readers)
        merged = closed.merged(rules, ours, self._owners.keys() - readers)
        if merged == rules:
            return
        listed = ", ".join(sorted(readers)) or "nobody else"
        states = {"before": {"rights": _said(rules)}, "after": {"rights": _said(merged)}}
        act = partial(self._set, path, merged)
        self._changes.make(f"close {path} to all but Hadir and {listed}", act, object=f"folder:{path}"[:120], **states)

    def _set(self, path: str, rules: list[closed.Rule]) -> None:
        assert self._service is not None  # noqa: S101  # a dry run changes nothing
        make_folder(self._service, path)
        closed.set_rules(self._service, self._account, path, rules)

    def _remember(self, now: dict[str, dict[str, Any]]) -> None:
        if now != self._kept:
            text = "store which group and folder each unit has"
            self._changes.store(text, lambda db: installation.put(db, KEPT, now))


def _said(rules: Sequence[closed.Rule]) -> list[list[Any]]:
    return [[rule.kind, rule.id, rule.rights, rule.mask] for rule in rules]


def _listed(word: str, names: Sequence[str]) -> str:
    return f"{word} {', '.join(names)}" if names else ""
