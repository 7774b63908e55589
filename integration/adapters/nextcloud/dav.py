"""The words of WebDAV: what we ask about files, and what a Nextcloud answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

_SPACES = {"d": "DAV:", "oc": "http://owncloud.org/ns", "nc": "http://nextcloud.org/ns"}
_XMLNS = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in _SPACES.items())
_ASKED = "<d:resourcetype/><d:getetag/><d:getcontentlength/><d:getlastmodified/><oc:fileid/><oc:checksums/>"

PROPERTIES = f'<?xml version="1.0"?><d:propfind {_XMLNS}><d:prop>{_ASKED}</d:prop></d:propfind>'
VERSIONS = (
    f'<?xml version="1.0"?><d:propfind {_XMLNS}><d:prop>'
    "<d:getcontentlength/><d:getlastmodified/><nc:version-author/></d:prop></d:propfind>"
)


@dataclass(frozen=True, slots=True)
class Node:
    """A file or folder; `path` from the account's root. `checksum` is what the last writer said of it, "" if nothing."""

    path: str
    folder: bool
    size: int
    modified: datetime
    etag: str
    file_id: str
    checksum: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A content that a file has or had; `author` is the account that wrote it, "" where the server does not tell."""

    id: str
    size: int
    modified: datetime
    author: str


def search(user: str, folder: str, words: Sequence[str], limit: int) -> str:
    """Files below `folder` with every word in their names, the last changed first; `%` and `_` stand for anything."""
    likes = "".join(
        f"<d:like><d:prop><d:displayname/></d:prop><d:literal>%{escape(word)}%</d:literal></d:like>" for word in words
    )
    return (
        f'<?xml version="1.0"?><d:searchrequest {_XMLNS}><d:basicsearch><d:select><d:prop>{_ASKED}</d:prop></d:select>'
        f"<d:from><d:scope><d:href>{escape(f'/files/{user}/{folder}'.rstrip('/'))}</d:href><d:depth>infinity</d:depth>"
        f"</d:scope></d:from><d:where><d:and>{likes}<d:not><d:is-collection/></d:not></d:and></d:where>"
        "<d:orderby><d:order><d:prop><d:getlastmodified/></d:prop><d:descending/></d:order></d:orderby>"
        f"<d:limit><d:nresults>{limit}</d:nresults></d:limit></d:basicsearch></d:searchrequest>"
    )


def nodes(text: str, user: str) -> list[Node]:
    """Those that the answer names; raises `ValueError` for an answer that is none."""
    return [_node(path, found) for path, found in _answers(text, f"/files/{user}")]


def kept(text: str, user: str) -> list[Kept]:
    """The contents of a file, the newest first."""
    found = [
        Kept(path.rpartition("/")[2], _number(here, "d:getcontentlength"), _moment(here), _text(here, "nc:version-author"))
        for path, here in _answers(text, f"/versions/{user}/versions")
        if here.find("d:getlastmodified", _SPACES) is not None
    ]
    return sorted(found, key=lambda each: each.modified, reverse=True)


def _answers(text: str, under: str) -> Iterator[tuple[str, ElementTree.Element]]:
    """(path below `under`, properties that it has) of every answer."""
    try:
        # Entities from outside are not followed by this parser, and those inside are bounded by expat.
        root = ElementTree.fromstring(text)  # noqa: S314 - as just said
    except ElementTree.ParseError:
        raise ValueError("that is no XML") from None
    if root.tag != "{DAV:}multistatus":
        raise ValueError(f"that is {root.tag}, not an answer of WebDAV")
    for answer in root.iterfind("d:response", _SPACES):
        path = unquote(_text(answer, "d:href")).partition(under)[2].strip("/")
        for properties in answer.iterfind("d:propstat", _SPACES):
            found = properties.find("d:prop", _SPACES)
            if found is not None and " 200 " in _text(properties, "d:status"):
                yield path, found


def _node(path: str, found: ElementTree.Element) -> Node:
    return Node(
        path=path,
        folder=found.find("d:resourcetype/d:collection", _SPACES) is not None,
        size=_number(found, "d:getcontentlength"),
        modified=_moment(found),
        etag=_text(found, "d:getetag").strip('"'),
        file_id=_text(found, "oc:fileid"),
        checksum=_text(found, "oc:checksums/oc:checksum"),
    )


def _text(element: ElementTree.Element, name: str) -> str:
    return element.findtext(name, "", _SPACES) or ""


def _number(element: ElementTree.Element, name: str) -> int:
    return int(_text(element, name) or 0)


def _moment(element: ElementTree.Element) -> datetime:
    return parsedate_to_datetime(_text(element, "d:getlastmodified")).astimezone(UTC)
