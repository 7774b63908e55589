"""What is said of a request to write late, to whoever asked and to whoever decides."""

from __future__ import annotations

from datetime import date

from integration import approval, phrases
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, join
from integration.people import Person
from integration.plugin import Build, Context
from plugins.logbook.own.late import Late
from plugins.logbook.own.telling import ADD
from plugins.logbook.wording import DAYS_OPEN

ASK, WITHDRAW = "logbook.late_ask", "logbook.late_withdraw"
APPROVE, REJECT = "logbook.late_approve", "logbook.late_reject"
LIST = "susulan daftar"


def request(made: Late, requester: Person, first: Text | None = None) -> Build:
    def build(t: Translate) -> Reply:
        return Reply(about(t, made, requester, first), buttons=approval.decide_buttons(t, APPROVE, REJECT, made.id))

    return build


def about(t: Translate, made: Late, requester: Person, first: Text | None = None) -> Text:
    lines = [
        t("{name} asks to write a report of {day}.", name=requester.name, day=phrases.day_name(t, made.day)),
        t("Reason: “{reason}”", reason=made.reason),
    ]
    return join("\n", [*([first] if first else []), *lines])


def write_button(t: Translate, day: date) -> Button:
    return Button(t("Write it"), ADD, day.isoformat(), "good", DAYS_OPEN)


def became(context: Context, made: Late) -> Text:
    if made.state != "withdrawn":
        return approval.already_decided(context, made)
    at = phrases.clock_and_day(context.t, made.decided_at, context.person, context.now)
    return context.t("This request was withdrawn at {at}.", at=at)
