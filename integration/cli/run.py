"""`hadir serve`, `hadir web`, `hadir worker`: run the service."""

from __future__ import annotations

import sys

import click

from integration import serving
from integration.settings import load


@click.command()
def serve() -> None:
    """Run the web server and the worker together."""
    sys.exit(serving.serve(load()))


@click.command()
def web() -> None:
    """Run the web server alone; run a worker beside it."""
    sys.exit(serving.serve_web(load()))


@click.command()
def worker() -> None:
    """Run scheduled jobs and delivery alone; several may run."""
    sys.exit(serving.serve_worker(load()))
