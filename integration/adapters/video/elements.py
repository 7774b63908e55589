"""XML of somebody else's: no document type, hence no entity that grows or reads a file."""

from __future__ import annotations

from typing import NoReturn
from xml.etree import ElementTree
from xml.parsers import expat


class _Declared(Exception):
    """It declares a document type."""


def parsed(content: bytes) -> ElementTree.Element | None:
    """The root element; None for what is no XML, or declares a document type."""
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(content, True)
        return builder.close()
    except (expat.ExpatError, _Declared, AssertionError, ValueError, LookupError):
        return None


def _refuse(*declared: object) -> NoReturn:
    raise _Declared
