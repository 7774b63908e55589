"""What every page of this adapter says to the browser about itself, and whom the demo's room talks to."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Request, Response

# Everything comes from this server: no inline script or style, no frame, no foreign form target.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def harden(response: Response) -> Response:
    """The security headers; a page is never stored, an asset may be."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _is_loopback(address: str | None) -> bool:
    """Whoever listens on all addresses hears strangers too, and Host and Origin say what a stranger likes."""
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def from_this_machine(request: Request) -> bool:
    """Whether the page was asked for under a loopback name, and a POST by a page of that same origin.

    A foreign site can point its own name at 127.0.0.1, or post a form here; its name then stands in Host or Origin.
    """
    try:
        name = urlsplit(f"//{request.host}").hostname
    except ValueError:
        return False
    if name not in LOOPBACK or not _is_loopback(request.remote_addr):
        return False
    return request.method in ("GET", "HEAD") or request.headers.get("Origin") == f"{request.scheme}://{request.host}"
