"""Parts of a unit's folder that not everybody in the unit may see: finer rights (ACL) of a team folder, over WebDAV.

A monthly recap shows colleagues' lateness, so who may open it is who may see it in chat. The rights of a group that
somebody changed by hand are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.setup.admin import ALL

if TYPE_CHECKING:
    from integration.adapters.nextcloud.client import Client

_SPACES = {"d": "DAV:", "nc": "http://nextcloud.org/ns"}
_XMLNS = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in _SPACES.items())
_HEAD = '<?xml version="1.0"?>'
_ASKED = f"{_HEAD}<d:propfind {_XMLNS}><d:prop><nc:acl-list/></d:prop></d:propfind>"
_XML = {"Content-Type": "application/xml"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a group or a person may do in a folder: of the rights in `mask`, those in `rights`."""

    kind: str
    id: str
    rights: int
    mask: int = ALL


def wanted(unit: str, service: str, readers: Iterable[str]) -> list[Rule]:
    """Nobody in the group `unit` but `readers`, who read; the group `service` everything."""
    return [Rule("group", unit, 0), Rule("group", service, ALL), *(Rule("user", id, 1) for id in sorted(readers))]


def merged(present: list[Rule], ours: list[Rule], gone: Iterable[str]) -> list[Rule]:
    """`present` with ours that are missing, without those of the people in `gone`; what somebody changed stays."""
    known, dropped = {(rule.kind, rule.id) for rule in present}, set(gone)
    kept = [rule for rule in present if rule.kind != "user" or rule.id not in dropped]
    return kept + [rule for rule in ours if (rule.kind, rule.id) not in known]


def rules(service: Client, user: str, path: str) -> list[Rule]:
    """The rules of a folder; raises `NextcloudError`."""
    headers = _XML | {"Depth": "0"}
    answer = service.call(
        lambda cloud: cloud.webdav("PROPFIND", f"/files/{user}/{path}", data=_ASKED.encode(), headers=headers)
    )
    return list(_rules(answer.text or ""))


def set_rules(service: Client, user: str, path: str, new: list[Rule]) -> None:
    """Put `new` in the place of the rules of a folder; raises `NextcloudError`."""
    listed = "".join(map(_written, new))
    wish = f"<d:set><d:prop><nc:acl-list>{listed}</nc:acl-list></d:prop></d:set>"
    body = f"{_HEAD}<d:propertyupdate {_XMLNS}>{wish}</d:propertyupdate>"
    service.call(lambda cloud: cloud.webdav("PROPPATCH", f"/files/{user}/{path}", data=body.encode(), headers=_XML))


def _written(rule: Rule) -> str:
    return (
        f"<nc:acl><nc:acl-mapping-type>{rule.kind}</nc:acl-mapping-type><nc:acl-mapping-id>{escape(rule.id)}"
        f"</nc:acl-mapping-id><nc:acl-mask>{rule.mask}</nc:acl-mask><nc:acl-permissions>{rule.rights}</nc:acl-permissions></nc:acl>"
    )


def _rules(text: str) -> Iterator[Rule]:
    for found in parsed(text).iterfind(".//nc:acl-list/nc:acl", _SPACES):
        said = {name: _said(found, f"nc:acl-{name}") for name in ("mapping-type", "mapping-id", "permissions", "mask")}
        yield Rule(said["mapping-type"], said["mapping-id"], int(said["permissions"]), int(said["mask"]))


def parsed(text: str) -> ElementTree.Element:
    """An answer of WebDAV; raises `NextcloudError` for something else."""
    try:
        # Entities from outside are not followed by this parser, and those inside are bounded by expat.
        return ElementTree.fromstring(text)  # noqa: S314  # as just said
    except ElementTree.ParseError:
        raise NextcloudError("something answered that is no WebDAV; is the address right?") from None


def _said(found: Any, name: str) -> str:
    return str(found.findtext(name, "", _SPACES) or "")
