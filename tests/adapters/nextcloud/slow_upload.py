"""Somebody's upload over a slow line: while it lasts, a real Nextcloud answers 423 to whoever else writes the file."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import quote, urlsplit

# More than all buffers on the way can hold: once that is sent, the server is reading it, and has locked the file.
_SENT = 32 << 20


@contextmanager
def uploading(url: str, user: str, password: str, path: str) -> Iterator[None]:
    """Half of a new content of the file is there; then the line breaks, and for Nextcloud nothing has changed.

    (What lies on its disk until somebody writes the file again is that half.)

    The server must pass on what it gets as it comes, which Nextcloud's own configuration of nginx says too.
    """
    place = urlsplit(url)
    connection = (HTTPSConnection if place.scheme == "https" else HTTPConnection)(place.netloc, timeout=60)
    try:
        connection.putrequest("PUT", f"{place.path}/remote.php/dav/files/{quote(user)}/{quote(path)}")
        connection.putheader("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
        connection.putheader("Content-Length", str(2 * _SENT))
        connection.endheaders()
        connection.send(bytes(_SENT))
        yield
    finally:
        connection.close()
