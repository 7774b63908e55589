"""Arrivals from before: what may count at a time that is over, and who cannot choose that time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from integration import choices, outbox
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.errors import Refused
from integration.guidance import typed
from integration.hearing import inbox
from integration.hearing.understanding import Line
from integration.hearing.wording import Wording
from integration.messages import Button, ButtonPress, FormSubmission, Reply, Text
from integration.ports import Said
from tests import cast
from tests.adapters.mattermost.test_inbox import Office, office
from tests.mailbox import Mailbox, said
from tests.service import until

__all__ = ["office"]

TYPED = cast.MONDAY_0728
Chat = Callable[[str], cast.Talker]


def listened(office: Office) -> None:
    """It is certain that nothing was missed until a moment ago."""
    office.clock.now += timedelta(seconds=30)
    until(lambda: office.state().until == office.clock.now, "the listener to be certain")


# ---------------------------------------------------------------- posts with a time of their own


def test_a_post_that_is_backdated_while_hadir_listens_counts_from_now(office: Office) -> None:
    """A system administrator may give a post any time; a thread that is moved and an import keep theirs."""
    with office.listening():
        listened(office)
        office.town.post("siti", "masuk wfh", TYPED - timedelta(hours=2))
        until(office.queued, "the message")
        office.deliver()
    assert [at for _, at in office.stamps()] == [office.clock.now]


def test_a_post_that_was_on_its_way_keeps_its_time(office: Office) -> None:
    with office.listening():
        listened(office)
        office.town.post("siti", "masuk wfh", office.clock.now - timedelta(minutes=4))
        until(office.queued, "the message")
    assert [each.at for each in office.queued()] == [office.clock.now - timedelta(minutes=4)]


def test_a_live_post_that_is_edited_afterwards_stays_what_it_was(office: Office) -> None:
    """The words that were heard count; those that were put in their place later are found again and are no news."""
    with office.listening():
        listened(office)
        post = office.town.post("siti", "halo", office.clock.now)
        until(office.queued, "the message")
    post |= {"message": "masuk wfh", "edit_at": int((office.clock.now + timedelta(hours=2)).timestamp() * 1000)}
    office.clock.now += timedelta(hours=2)
    assert office.listener().catch_up()
    office.deliver()
    assert office.texts() == ["halo"]
    assert office.stamps() == []


def test_talk_in_a_channel_that_is_edited_into_a_command_counts_from_the_edit(office: Office) -> None:
    office.away(TYPED - timedelta(minutes=30))
    office.town.post("siti", "masuk", TYPED, edit_at=int((TYPED + timedelta(minutes=95)).timestamp() * 1000))
    office.clock.now = TYPED + timedelta(hours=2)
    assert office.listener().catch_up()
    office.deliver()
    assert [at for _, at in office.stamps()] == [TYPED + timedelta(minutes=95)]


def test_a_post_from_a_server_that_shares_the_channel_is_nobodys_here(office: Office) -> None:
    """Its administrator names the author and the time as they like."""
    office.away(TYPED - timedelta(minutes=30))
    office.town.post("siti", "masuk", TYPED, remote_id="abcdefghijklmnopqrstuvwxyz")
    office.clock.now = TYPED + timedelta(hours=2)
    assert office.listener().catch_up()
    assert office.texts() == []


# ---------------------------------------------------------------- buttons that carry a time


@pytest.mark.parametrize("moment", ["2026-11-23T05:00:00+07:00", "2026-11-23", "0001-01-01T00:00:00+14:00", "kemarin", ""])
def test_a_form_cannot_carry_a_time_as_a_button_may(chat: Chat, hadir: Hadir, moment: str) -> None:
    siti = chat("siti")
    with pytest.raises(Refused):
        hadir.dispatcher.handle(siti.sender, FormSubmission("hadir.typed", {}, f"{moment} masuk wfh"), TYPED)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "kemarin", "", "NaN"])
def test_a_button_with_a_time_that_is_none_is_refused(chat: Chat, hadir: Hadir, moment: str) -> None:
    with pytest.raises(Refused):
        hadir.dispatcher.handle(chat("siti").sender, ButtonPress("hadir.typed", f"{moment} masuk wfh"), TYPED)


def test_a_button_of_a_later_hour_records_nothing_that_is_to_come(chat: Chat, hadir: Hadir) -> None:
    """Our own clock may have gone ahead when it was made."""
    value = typed(TYPED + timedelta(minutes=95), "masuk wfh")
    answer = hadir.dispatcher.handle(chat("siti").sender, ButtonPress("hadir.typed", value), TYPED)
    assert "07.28" in str(answer)


def test_a_question_of_ours_keeps_its_time_for_half_a_day_at_most(hadir: Hadir, clock: cast.Clock) -> None:
    """A button of another answer may live for a month; with a time in it, it would be an arrival of any day of that month."""
    words = Wording(hadir, said("siti", "msuk", clock.now), None)
    answer = Reply(Text("?"), buttons=(Button("/hadir masuk", "hadir.say", "masuk", days=30),), refused=True)
    [button] = words.reply(hadir.catalogues.speak("id"), None, answer, Line("hadir")).buttons
    assert (button.action, button.days) == ("hadir.typed", 0.5)


# ---------------------------------------------------------------- numbers


def test_a_number_presses_nobody_elses_choices(hadir: Hadir, clock: cast.Clock) -> None:
    """What was offered to Budi alone is no choice of Siti's, not even in an answer to that message."""
    post = Mailbox(hadir)
    with hadir.database.write() as db:
        button = (Button("Masuk WFH", "hadir.say", "masuk wfh"),)
        choices.offer(db, "mattermost", "dm", "id-budi", "m-budi", button, clock.now - timedelta(seconds=5))
    assert "Tidak ada pilihan 1" in post.says("siti", "1")
    assert "Tidak ada pilihan 1" in post.says("siti", "1", replies_to="m-budi")
    assert "Masuk tercatat" in post.says("budi", "1", replies_to="m-budi")


def test_a_number_from_before_the_choice_chooses_nothing(hadir: Hadir, clock: cast.Clock) -> None:
    post = Mailbox(hadir)
    with hadir.database.write() as db:
        button = (Button("Masuk WFH", "hadir.say", "masuk wfh"),)
        choices.offer(db, "mattermost", "dm", "id-siti", "m1", button, clock.now)
    assert "Tidak ada pilihan 1" in post.says("siti", "1", clock.now - timedelta(seconds=1))
    assert "Tidak ada pilihan 1" in post.says("siti", "1", clock.now - timedelta(seconds=1), replies_to="m1")


# ---------------------------------------------------------------- one person, many messages


def test_whoever_floods_the_bot_holds_up_nobody_else(hadir: Hadir, clock: cast.Clock) -> None:
    """Two thousand messages of one person wait in that person's stream: the next one's turn comes at once."""
    hadir.deliverers |= {inbox.KIND: inbox.deliver}
    heard: list[Said] = [said("siti", f"status {number}", clock.now) for number in range(2000)]
    with hadir.database.write() as db:
        for message in [*heard, said("budi", "masuk wfh", clock.now)]:
            inbox.queue(db, message, clock.now)
    Delivery(hadir).step()
    with hadir.database.read() as db:
        rows = outbox.outbox.c
        done = set(db.scalars(outbox.outbox.select().with_only_columns(rows.stream).where(rows.state == "done")))
    assert "said:mattermost:id-budi" in done
