"""Polls in words: the ballot of one person, and the table that the organiser sees."""

from __future__ import annotations

from datetime import datetime

from integration import phrases
from integration.dates import show_day
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, fill
from integration.people import Person
from plugins.rapat import wording
from plugins.rapat.polls.store import VOTES, Poll, Proposal, Vote

VOTE, ALL, PICK, DROP, SHOW = "poll_vote", "poll_all", "poll_pick", "poll_drop", "poll_show"
DAYS_OPEN = 14
NAMES_SHOWN = 8


def vote(t: Translate, said: Vote) -> Text:
    return {"yes": t("can come"), "maybe": t("perhaps"), "no": t("cannot")}[said]


def short(t: Translate, proposal: Proposal, reader: Person) -> Text:
    """`Sen 23 Nov 09.00`, for a button."""
    local = proposal.starts_at.astimezone(reader.tz)
    return Text(f"{show_day(local.date(), t, 'EEE d MMM')} {local:%H.%M}")


# ---------------------------------------------------------------- one person's


def ballot(t: Translate, poll: Poll, reader: Person, organizer: str, now: datetime, *, replaces: bool = False) -> Reply:
    """The times with what the person has said of each, and buttons to say it or something else."""
    ahead = poll.ahead(now)
    lines = [
        t("{name} looks for a time for “{title}”. When can you come?", name=organizer, title=poll.meeting.title),
        *(_line(t, poll, each, reader) for each in ahead),
    ]
    if poll.until > now:
        lines.append(t("Please answer until {when}.", when=phrases.since(t, poll.until, reader)))
    return Reply(wording.below(lines), buttons=_ballot_buttons(t, poll, reader, ahead), replaces=replaces)


def _line(t: Translate, poll: Poll, proposal: Proposal, reader: Person) -> Text:
    said = poll.votes.get((proposal.id, reader.id))
    when = wording.when_short(t, proposal.span, reader.zone)
    if said is None:
        return fill("- {when}", when=when)
    return fill("- {when}: **{said}**", when=when, said=vote(t, said))


def _ballot_buttons(t: Translate, poll: Poll, reader: Person, ahead: list[Proposal]) -> tuple[Button, ...]:
    all_ = Button(t("Can come to all"), f"rapat.{ALL}", str(poll.meeting.id), style="good", days=DAYS_OPEN)
    each = [
        Button(
            fill("{time}: {vote}", time=short(t, proposal, reader), vote=vote(t, said)),
            f"rapat.{VOTE}",
            f"{proposal.id} {said}",
            days=DAYS_OPEN,
        )
        for proposal in ahead
        for said in VOTES
    ]
    return (all_, *each) if len(ahead) > 1 else tuple(each)


# ---------------------------------------------------------------- the organiser's


def table(
    t: Translate, poll: Poll, reader: Person, now: datetime, first: Text | None = None, *, replaces: bool = False
) -> Reply:
    """Who can come when, with a button for each time that has not passed."""
    silent = poll.silent(now)
    answered = len(poll.voters) - len(silent)
    head = t(
        "**{title}**: {answered} of {people} have answered, until {when}.",
        title=poll.meeting.title,
        answered=answered,
        people=len(poll.voters),
        when=phrases.since(t, poll.until, reader),
    )
    lines = [*([first] if first else []), head, *(_row(t, poll, each, reader, now) for each in poll.proposals)]
    if silent:
        lines.append(t("No answer yet: {names}", names=phrases.names(t, [p.name for p in silent], NAMES_SHOWN)))
    picks = [
        Button(t("Take {time}", time=short(t, each, reader)), f"rapat.{PICK}", str(each.id), days=DAYS_OPEN)
        for each in poll.ahead(now)
    ]
    drop = Button(t("Cancel the search"), f"rapat.{DROP}", str(poll.meeting.id), style="danger", days=DAYS_OPEN)
    return Reply(wording.below(lines), buttons=(*picks, drop), replaces=replaces)


def _row(t: Translate, poll: Poll, proposal: Proposal, reader: Person, now: datetime) -> Text:
    when = wording.when_short(t, proposal.span, reader.zone)
    if proposal.starts_at <= now:
        return fill("- {when}: {passed}", when=when, passed=t("has passed"))
    counts = t(
        "{yes} can come, {maybe} perhaps, {no} cannot",
        yes=len(poll.of(proposal, "yes")),
        maybe=len(poll.of(proposal, "maybe")),
        no=len(poll.of(proposal, "no")),
    )
    cannot = [person.name for person in poll.of(proposal, "no")]
    if not cannot:
        return fill("- {when}: {counts}", when=when, counts=counts)
    return fill("- {when}: {counts} ({names})", when=when, counts=counts, names=phrases.names(t, cannot, NAMES_SHOWN))
