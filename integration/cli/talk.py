"""`hadir say` and `hadir chat`: talking to Hadir from a terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from integration import installation
from integration.cli.answers import as_data, as_text, refused, save
from integration.cli.opened import opened
from integration.cli.room import Room
from integration.cli.seat import NobodyThere, Seat, take
from integration.core import Hadir
from integration.messages import Answer, Button, Form, FormErrors, Reply, Text, quote


@click.command()
@click.argument("text", required=False)
@click.option("--as", "username", required=True, metavar="USERNAME", help="Who speaks: a username on any platform, or an NIP.")
@click.option("--at", "moment", metavar="ISO", help="In a demo database: speak at that moment, 2026-11-23T07:28+07:00.")
@click.option("--set", "values", multiple=True, metavar="FIELD=VALUE", help="Fill a field of the form, and send it.")
@click.option("--press", "labels", multiple=True, metavar="LABEL", help="Press that button of the answer.")
@click.option("--save-to", type=click.Path(path_type=Path, file_okay=False), default=".", help="Where files are saved.")
@click.option("--json", "as_json", is_flag=True, help="Print what a program can read.")
def say(
    text: str | None,
    username: str,
    moment: str | None,
    values: tuple[str, ...],
    labels: tuple[str, ...],
    save_to: Path,
    as_json: bool,
) -> None:
    """Say TEXT ("/hadir masuk wfh") as somebody and print the answer.

    Without TEXT, --press presses the button of the latest message to them. Exit code 1: nobody has that username, or
    the command was refused; the reason is on standard error.
    """
    if not (text or "").strip() and not labels:
        raise click.UsageError('say something, as in: hadir say --as siti "/hadir status"')
    with opened() as hadir:
        now = _moment(hadir, moment)
        filling = _pairs(values)
        try:
            answer = _conversation(take(hadir, username), text or "", list(labels), filling, now)
        except NobodyThere as error:
            answer = Reply(quote(str(error)), refused=True)
        saved = save(answer.files, save_to) if isinstance(answer, Reply) and answer.files else []
        _print(answer, saved, as_json=as_json)


def _print(answer: Answer, saved: Sequence[Path], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(as_data(answer, saved), ensure_ascii=False, indent=2))
    if refused(answer) or not as_json:
        click.echo(as_text(answer, saved), err=refused(answer))
    if refused(answer):
        raise click.exceptions.Exit(1)


def _moment(hadir: Hadir, text: str | None) -> datetime:
    if text is None:
        return hadir.clock()
    with hadir.database.read() as db:
        if not installation.is_demo(db):
            raise click.ClickException("--at works in a demo database only: elsewhere the time of a record is not chosen")
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise click.ClickException(f"--at {text!r} is not a moment; write it like 2026-11-23T07:28+07:00") from None
    if moment.tzinfo is None:
        raise click.ClickException(f"--at {text!r} has no offset from UTC; write it like 2026-11-23T07:28+07:00")
    return moment.astimezone(UTC)


def _pairs(values: Sequence[str]) -> dict[str, str]:
    pairs = dict(value.partition("=")[::2] for value in values)
    wrong = [value for value in values if "=" not in value]
    if wrong:
        raise click.UsageError(f"--set needs FIELD=VALUE, not {wrong[0]!r}")
    return {name.strip(): value for name, value in pairs.items()}


def _conversation(seat: Seat, text: str, labels: list[str], values: dict[str, str], now: datetime) -> Answer:
    """The text, then each form and button in turn, as long as the answers are what the options are for."""
    answer: Answer | None = seat.says(text, now) if text.strip() else _latest_with(seat, labels[0], now)
    if answer is None:
        return Reply(Text(f"no message to {seat.person.name} has a button {labels[0]}"), refused=True)
    while True:
        if isinstance(answer, Form) and values:
            answer, values = seat.submits(answer, values, now), {}
        elif isinstance(answer, Reply) and labels:
            button = _button(answer, labels.pop(0))
            if isinstance(button, Reply):
                return button
            answer = seat.presses(button, now)
        else:
            break
    if values and not refused(answer):
        return FormErrors({"": f"--set: there is no form to fill. {as_text(answer)}"})
    if labels and isinstance(answer, Form):
        return FormErrors({"": f"--press {labels[0]}: there is a form to fill first.\n{as_text(answer)}"})
    return answer


def _button(reply: Reply, label: str) -> Button | Reply:
    """The button with that label, or a refusal that says which there are."""
    found = next((button for button in reply.buttons if button.label.casefold() == label.strip().casefold()), None)
    if found:
        return found
    there = ", ".join(button.label for button in reply.buttons) or "none"
    text = f"there is no button {label}; there are: {there}"
    return Reply(Text(f"{as_text(reply)}\n{text}" if reply.refused else text), refused=True)


def _latest_with(seat: Seat, label: str, now: datetime) -> Answer | None:
    """The newest message to the person that has the button."""
    for message in reversed(seat.messages(now)):
        if isinstance(_button(message.reply, label), Button):
            return message.reply
    return None


@click.command()
@click.option("--as", "username", metavar="USERNAME", help="Whom to be at first.")
def chat(username: str | None) -> None:
    """A room in the terminal: type commands, press buttons by their number, fill forms."""
    with opened() as hadir:
        Room(hadir).open(username or "")
