"""`hadir calendar test`, and which calendar and mail server an installation has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from integration.app import assemble, connect
from integration.cli import hadir as program
from integration.core import Hadir
from integration.settings import SettingsError, load
from tests.calendars import PASSWORD, SENDER, USER, PostOffice, post_office, radicale_server
from tests.conftest import SECRET

ME = "agus@kantor.example"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


def mail(office: PostOffice) -> dict[str, str]:
    return {
        "HADIR_SMTP_HOST": "127.0.0.1",
        "HADIR_SMTP_PORT": str(office.port),
        "HADIR_SMTP_SECURITY": "none",
        "HADIR_SMTP_FROM": SENDER,
    }


def tried(hadir: Hadir, more: dict[str, str], *words: str) -> Result:
    settings = {"HADIR_DATABASE_URL": hadir.settings.database_url, "HADIR_SECRET_KEY": SECRET}
    home = {"HADIR_HOME": str(hadir.settings.home)}
    return CliRunner().invoke(program, ["calendar", "test", *(words or ("--to", ME))], env=settings | home | more)


def test_an_invitation_goes_out_and_is_called_off(hadir: Hadir, office: PostOffice) -> None:
    result = tried(hadir, mail(office))
    assert result.exit_code == 0, result.output
    assert office.to(ME) == ["Hadir: test invitation", "Called off: Hadir: test invitation"]
    assert ["METHOD:REQUEST" in office.calendars(ME)[0], "METHOD:CANCEL" in office.calendars(ME)[1]] == [True, True]
    assert f"the mail server took the mail to {ME}" in result.output


def test_what_the_mail_server_says_is_said(hadir: Hadir, office: PostOffice) -> None:
    office.rcpt[ME] = "550 nobody of that name"
    result = tried(hadir, mail(office))
    assert result.exit_code == 1
    assert "550 nobody of that name" in result.output
    assert "cure:" in result.output


def test_without_a_mail_server_it_says_so(hadir: Hadir) -> None:
    result = tried(hadir, {})
    assert result.exit_code == 0
    assert "nobody is told of it by mail" in result.output
    assert "HADIR_SMTP_HOST" in result.output


def test_the_doctor_looks_at_the_mail_server(hadir: Hadir, office: PostOffice) -> None:
    settings = {"HADIR_DATABASE_URL": hadir.settings.database_url, "HADIR_SECRET_KEY": SECRET}
    for rcpt, status in (("", "ok"), ("553 not yours", "fail")):
        office.sender = rcpt
        result = CliRunner().invoke(
            program, ["doctor", "--json"], env=settings | mail(office) | {"HADIR_HOME": str(hadir.settings.home)}
        )
        (found,) = [check for check in json.loads(result.output) if check["name"] == "mail"]
        assert found["status"] == status
    assert "HADIR_SMTP_FROM" in found["detail"]
    assert office.letters == []


def test_an_address_that_is_none_is_asked_for_again(hadir: Hadir) -> None:
    assert tried(hadir, {}, "--to", "agus").exit_code == 2
    assert tried(hadir, {}, "--to", "a@b.example\nc@d.example").exit_code == 2


def test_a_calendar_server_that_refuses_is_a_finding(hadir: Hadir, office: PostOffice, tmp_path: Path) -> None:
    with radicale_server(tmp_path) as url:
        account = {"HADIR_CALDAV_URL": f"{url}rapat/", "HADIR_CALDAV_USER": USER, "HADIR_CALDAV_PASSWORD": PASSWORD}
        assert tried(hadir, mail(office) | account).exit_code == 0
        result = tried(hadir, mail(office) | account | {"HADIR_CALDAV_PASSWORD": "sandi-lama"})
    assert result.exit_code == 1
    assert "HADIR_CALDAV_PASSWORD" in result.output
    assert "sandi-lama" not in result.output
    assert office.to(ME) == ["Hadir: test invitation", "Called off: Hadir: test invitation"]


# ---------------------------------------------------------------- which calendar


def connected(hadir: Hadir, **settings: Any) -> Hadir:
    given = {"database_url": hadir.settings.database_url, "secret_key": SECRET, "home": hadir.settings.home}
    return connect(assemble(load({}, **(given | settings))))


CALDAV = {"caldav_url": "https://kalender.example/hadir/rapat", "caldav_user": USER, "caldav_password": PASSWORD}
NEXTCLOUD = {"nextcloud_url": "https://awan.example", "nextcloud_user": USER, "nextcloud_app_password": PASSWORD}
SMTP = {"smtp_host": "surel.example", "smtp_from": f"Hadir <{SENDER}>"}


@pytest.mark.parametrize(
    ("given", "name", "sender"),
    [({}, "local", ""), (CALDAV | SMTP, "caldav", SENDER), (NEXTCLOUD | CALDAV, "nextcloud", ""), (SMTP, "local", SENDER)],
)
def test_nextcloud_comes_first_then_caldav_then_a_folder(hadir: Hadir, given: dict[str, str], name: str, sender: str) -> None:
    service = connected(hadir, **given)
    service.database.dispose()
    ports = service.ports
    assert ports.calendar is not None
    assert (ports.calendar.name, ports.mail.sender if ports.mail else "") == (name, sender)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"smtp_host": "surel.example"}, "HADIR_SMTP_FROM"),
        ({"smtp_host": "surel.example", "smtp_from": "Hadir"}, "HADIR_SMTP_FROM"),
        ({"caldav_url": "kalender.example"}, "HADIR_CALDAV_URL"),
        ({"imap_host": "surel.example"}, "HADIR_IMAP_USER"),
        ({"smtp_security": "ssl"}, "HADIR_SMTP_SECURITY"),
    ],
)
def test_a_setting_that_lacks_another_names_it(given: dict[str, str], named: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=named):
        load({}, home=tmp_path, secret_key=SECRET, **given)


def test_a_password_can_be_a_file_and_shows_up_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "sandi"
    file.write_text("sandi-surel-rahasia\n")
    environment = {"HADIR_SMTP_PASSWORD_FILE": str(file), "HADIR_HOME": str(tmp_path), "HADIR_SECRET_KEY": SECRET}
    settings = load(environment)
    assert settings.smtp_password.get_secret_value() == "sandi-surel-rahasia"
    assert "sandi-surel-rahasia" not in repr(settings)
