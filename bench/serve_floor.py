"""Serves the floor exactly as `hadir web` serves Hadir: same server program, same threads."""

from __future__ import annotations

import sys

from flask import Flask

from bench.floor import create_app
from integration import web
from integration.settings import Settings, load


def application(settings: Settings) -> Flask:
    return create_app()


if __name__ == "__main__":
    sys.exit(web.main(load(), application))
