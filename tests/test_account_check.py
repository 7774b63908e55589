"""After a first contact under an imported username: is the account its person's own?"""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from integration import audit, people
from integration.accounts import link_request
from integration.core import Hadir
from integration.deliveries import account_check
from integration.deliveries import chat as chat_delivery
from integration.deliveries.delivery import Delivery
from integration.dispatch import parse
from integration.messages import Sender
from integration.ports import Profile
from tests.chats import Radio


@pytest.fixture(autouse=True)
def _imported(hadir: Hadir) -> None:
    """The people file names Siti's account; she has not spoken yet."""
    hadir.deliverers[chat_delivery.KIND] = chat_delivery.deliver
    hadir.deliverers[account_check.KIND] = account_check.deliver
    with hadir.database.write() as db:
        db.execute(update(people.account).where(people.account.c.username == "siti").values(external_id=None))


def speaks(hadir: Hadir, email: str) -> Radio:
    """Somebody named siti checks in for the first time; the worker then looks at the profile."""
    hadir.ports.chats["mattermost"] = radio = Radio(profiles=[Profile("id-new", "siti", email, "Siti")])
    hadir.dispatcher.handle(Sender("mattermost", "id-new", "siti"), parse("hadir", "masuk wfo"), hadir.clock())
    while Delivery(hadir).step():
        pass
    return radio


def bound(hadir: Hadir) -> list[str | None]:
    with hadir.database.read() as db:
        return list(db.scalars(select(people.account.c.external_id).where(people.account.c.username == "siti")))


@pytest.mark.parametrize("email", ["siti@kantor.example", "Siti@Kantor.Example ", ""])
def test_the_owner_stays(hadir: Hadir, email: str) -> None:
    assert speaks(hadir, email).texts == []
    assert bound(hadir) == ["id-new"]


def test_somebody_who_took_the_name_is_put_out_and_the_administrators_hear_of_it(hadir: Hadir) -> None:
    radio = speaks(hadir, "mallory@kantor.example")
    assert bound(hadir) == []
    [(to, text, _)] = radio.heard
    assert to == "id-agus"
    assert "siti di mattermost berbicara sebagai Siti Rahayu" in text
    assert "mallory@kantor.example" in text
    with hadir.database.read() as db:
        actions = list(db.scalars(select(audit.audit.c.action).order_by(audit.audit.c.id)))
    assert actions == ["people.bound", "attendance.check_in", "people.unbound"]


def test_who_was_put_out_is_unknown_and_cannot_come_back_under_the_name(hadir: Hadir) -> None:
    speaks(hadir, "mallory@kantor.example")
    speaks(hadir, "mallory@kantor.example")
    assert bound(hadir) == []
    with hadir.database.read() as db:
        assert db.scalars(select(link_request.c.external_id)).all() == ["id-new"]
