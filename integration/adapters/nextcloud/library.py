"""The library's own names, imported so that no stray file is read; all that use it take them from here."""

from __future__ import annotations

import os


def _import_quietly() -> None:
    """nc-py-api reads a stray `.env` into the environment when it is imported; not with us."""
    before = os.environ.get("PYTHON_DOTENV_DISABLED")
    os.environ["PYTHON_DOTENV_DISABLED"] = "1"
    try:
        import nc_py_api  # noqa: F401
    finally:
        if before is None:
            del os.environ["PYTHON_DOTENV_DISABLED"]
        else:
            os.environ["PYTHON_DOTENV_DISABLED"] = before


_import_quietly()

from nc_py_api import AsyncNextcloud, NextcloudException  # noqa: E402
from nc_py_api._exceptions import check_error  # noqa: E402
from nc_py_api._session import AsyncNcSession  # noqa: E402
from niquests.exceptions import RequestException, SSLError, Timeout, TooManyRedirects  # noqa: E402

__all__ = [
    "AsyncNcSession",
    "AsyncNextcloud",
    "NextcloudException",
    "RequestException",
    "SSLError",
    "Timeout",
    "TooManyRedirects",
    "check_error",
]
