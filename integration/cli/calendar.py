"""`hadir calendar`: does an invitation arrive?"""

from __future__ import annotations

import sys

import click

from integration import app
from integration.calendars import ics
from integration.calendars import trial as calendar_trial
from integration.cli import doctor
from integration.cli.opened import opened


@click.group()
def calendar() -> None:
    """Try the calendar and the mail through which people are invited."""


@calendar.command()
@click.option("--to", "address", required=True, help="Whom to invite: your own address, to see it arrive.")
def test(address: str) -> None:
    """Send a test invitation for tomorrow, and call it off at once; exit code 1 if one did not go out."""
    if not ics.is_address(address.strip()):
        raise click.UsageError(f"{address!r} is no mail address")
    with opened() as hadir:
        app.connect(hadir)
        found = [calendar_trial.mail(hadir.ports.mail), *calendar_trial.invitation(hadir, address.strip())]
    for check in found:
        doctor.show(check)
    sys.exit(any(check.status == "fail" for check in found))
